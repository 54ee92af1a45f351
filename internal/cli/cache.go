package cli

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"chorcheck/internal/cache"
	"chorcheck/lang"
	"chorcheck/report"
	"chorcheck/verify"
)

// cacheVariable names the variable with the directory of the cache.
const cacheVariable = "CHORCHECK_CACHE_DIR"

// cacheDirectory is where the cache is. The error says that the system names no place for it.
func cacheDirectory() (string, error) {
	if dir := os.Getenv(cacheVariable); dir != "" {
		return filepath.Abs(dir)
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "chorcheck"), nil
}

// cacheFlags choose whether results of earlier runs count. The zero value is without them, as for
// commands that have no such flag.
type cacheFlags struct {
	off  bool
	open *cache.Cache
	tool string
}

func (f *cacheFlags) add(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.off, "no-cache", false, "neither take verdicts from earlier runs nor keep them for later ones (chorcheck cache --help)")
}

// begin opens the cache. Without a place for it there is none.
func (f *cacheFlags) begin(version string) {
	dir, err := cacheDirectory()
	if f.off || err != nil {
		return
	}
	c := cache.Open(dir)
	if tool, ok := c.Identity(version); ok {
		f.open, f.tool = c, tool
	}
}

// recalled gives the result of an earlier run. If there is none, what is found out can be kept with the function.
func (f *cacheFlags) recalled(u *lang.Unit, load lang.Options, opt verify.Options) (*verify.Result, func(*verify.Result)) {
	if f.open == nil {
		return nil, func(*verify.Result) {}
	}
	q := &cache.Question{Tool: f.tool, Unit: u, Load: load, Options: opt}
	if r, ok := f.open.Find(q); ok {
		return r, nil
	}
	return nil, func(r *verify.Result) { f.open.Keep(q, r) }
}

func (a *app) cacheCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "cache",
		Short: "Show or clear the verdicts that are kept",
		Long: `verify keeps what it finds out about a text, so that a text that has not changed is not
searched again. Kept are results in which everything is decided, in the directory of the
user for caches, or in the one that ` + cacheVariable + ` names. verify --no-cache does without.`,
		Example: `  chorcheck cache info
  chorcheck cache clear`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cmd.Help()
			}
			return usage("`chorcheck cache info` and `chorcheck cache clear`", "cache does not take %q", args[0])
		},
	}
	cmd.AddCommand(&cobra.Command{
		Use:   "info",
		Short: "Say where the kept verdicts are, how many and how large",
		Args:  arguments(0, 0, "nothing"),
		RunE:  func(*cobra.Command, []string) error { return a.cacheInfo() },
	}, &cobra.Command{
		Use:   "clear",
		Short: "Remove all kept verdicts",
		Args:  arguments(0, 0, "nothing"),
		RunE:  func(*cobra.Command, []string) error { return a.cacheClear() },
	})
	return cmd
}

// openCache opens the cache for commands that are about it.
func openCache() (*cache.Cache, error) {
	dir, err := cacheDirectory()
	if err != nil {
		return nil, usage("set "+cacheVariable, "there is no directory for the cache: %v", err)
	}
	return cache.Open(dir), nil
}

func (a *app) cacheInfo() error {
	c, err := openCache()
	if err != nil {
		return err
	}
	info, err := c.Info()
	if err != nil {
		return usage("", "%s: %s", c.Dir(), reason(err))
	}
	fmt.Fprintf(a.out, "directory  %s\nverdicts   of %s\nsize       %s of at most %s\n", report.Printable(c.Dir()), verifications(info.Entries), binary(info.Bytes), binary(cache.Limit))
	return nil
}

func (a *app) cacheClear() error {
	c, err := openCache()
	if err != nil {
		return err
	}
	info, err := c.Clear()
	if err != nil {
		return usage("", "%s: %s", c.Dir(), reason(err))
	}
	fmt.Fprintf(a.out, "removed the verdicts of %s, %s\n", verifications(info.Entries), binary(info.Bytes))
	return nil
}

func verifications(n int) string {
	if n == 1 {
		return "1 verification"
	}
	return fmt.Sprintf("%d verifications", n)
}

// binary writes a number of bytes.
func binary(n int64) string {
	switch {
	case n < 1<<10:
		return fmt.Sprintf("%d B", n)
	case n < 1<<20:
		return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
}
