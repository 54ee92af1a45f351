package cli

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"chorcheck/explore/checkpoint"
	"chorcheck/lang/source"
	"chorcheck/report"
	"chorcheck/report/text"
	"chorcheck/verify"
)

// keepFlags are the flags about what is kept on disk.
type keepFlags struct {
	checkpoint string
	every      time.Duration
	spillDir   string
	given      func() []string // the flags that were given, without those that may change
}

func (k *keepFlags) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&k.checkpoint, "checkpoint", "", "keep the search in the new directory `DIR`, for chorcheck resume")
	f.DurationVar(&k.every, "checkpoint-every", 5*time.Minute, "how often it is kept, besides when it is interrupted")
	f.StringVar(&k.spillDir, "spill-dir", "", "where a search that needs more than --memory writes what it has found (default: the directory for temporary files)")
	k.given = func() []string {
		var args []string
		f.Visit(func(flag *pflag.Flag) {
			if slices.Contains(changeable, flag.Name) || flag.Name == "checkpoint" {
				return
			}
			if list, ok := flag.Value.(pflag.SliceValue); ok {
				for _, v := range list.GetSlice() {
					args = append(args, "--"+flag.Name+"="+v)
				}
				return
			}
			value := flag.Value.String()
			if flag.Name == "baseline" || flag.Name == "config" { // `resume` may be called elsewhere
				if abs, err := filepath.Abs(value); err == nil {
					value = abs
				}
			}
			args = append(args, "--"+flag.Name+"="+value)
		})
		return args
	}
}

// changeable names the flags that make no difference to the result of a complete search.
var changeable = []string{"workers", "memory", "timeout", "no-progress", "checkpoint-every", "spill-dir", "color", "format", "svg", "fail-on", "full-trace"}

// recipe is what `resume` has to know of the command that made a checkpoint.
type recipe struct {
	Tool      string
	Directory string   // relative names are relative to it
	Flags     []string // without those that may change
	Changes   []string // those
	Files     []recipeFile
	Configs   []recipeFile // the configurations, with their absolute names
}

type recipeFile struct{ Name, Sum string }

const (
	recipeName = "command"
	recipeKind = "command"
)

// keeper is the directory of checkpoints of one command.
type keeper struct {
	dir    string
	every  time.Duration
	recipe recipe
	failed func(error)
}

// newKeeper begins a new directory, or goes on with one.
func (a *app) newKeeper(f *verifyFlags, texts []oneText, names []string) (*keeper, error) {
	if slices.ContainsFunc(texts, func(t oneText) bool {
		return t.opt.Order != verify.BreadthFirst || t.opt.Store.Kind == verify.Bitstate
	}) {
		return nil, usage("leave out --order and --store bitstate", "--checkpoint goes with breadth-first searches, and not with bitstate stores")
	}
	configs, err := recipeConfigs(texts)
	if err != nil {
		return nil, err
	}
	k := &keeper{dir: f.keep.checkpoint, every: f.keep.every, failed: func(err error) {
		text.Troubles(a.Err, []report.Trouble{{File: f.keep.checkpoint, Message: err.Error()}}, a.errStyle())
	}}
	if a.resuming != nil {
		if !slices.Equal(configs, a.resuming.Configs) {
			return nil, usage("begin again with `chorcheck verify`", "the configuration is not the one with which the checkpoint was made")
		}
		k.recipe = *a.resuming
		return k, nil
	}
	if slices.Contains(names, "-") {
		return nil, usage("give a file", "--checkpoint does not work with standard input: it could not be read again")
	}
	k.recipe = recipe{Tool: a.version, Flags: f.keep.given(), Changes: changedFlags(f.flags), Configs: configs}
	if k.recipe.Directory, err = os.Getwd(); err != nil {
		return nil, err
	}
	for _, name := range names {
		src, err := a.read(name)
		if err != nil {
			return nil, usage("", "%s: %s", name, reason(err))
		}
		k.recipe.Files = append(k.recipe.Files, recipeFile{name, sumOf(src)})
	}
	path := filepath.Join(k.dir, recipeName)
	if _, err := os.Stat(path); err == nil {
		return nil, usage(fmt.Sprintf("`chorcheck resume %s` goes on with it; or choose another directory", k.dir), "there is a checkpoint in %s already", k.dir)
	}
	if err := os.MkdirAll(k.dir, 0o777); err != nil {
		return nil, usage("", "--checkpoint: %v", err)
	}
	if err := checkpoint.WriteSealed(path, recipeKind, k.recipe); err != nil {
		return nil, usage("", "--checkpoint: %v", err)
	}
	return k, nil
}

// recipeConfigs are the configurations that hold for some text.
func recipeConfigs(texts []oneText) ([]recipeFile, error) {
	var list []recipeFile
	for _, t := range texts {
		if t.settings.File == nil {
			continue
		}
		name, err := filepath.Abs(t.settings.File.Source.Name)
		if err != nil {
			return nil, err
		}
		if f := (recipeFile{name, sumOf(t.settings.File.Source)}); !slices.Contains(list, f) {
			list = append(list, f)
		}
	}
	return list, nil
}

// changedFlags are those that may change and were given.
func changedFlags(flags *pflag.FlagSet) []string {
	var list []string
	flags.Visit(func(f *pflag.Flag) {
		if !slices.Contains(changeable, f.Name) || f.Name == "color" {
			return
		}
		values := []string{f.Value.String()}
		if s, ok := f.Value.(pflag.SliceValue); ok {
			values = s.GetSlice()
		}
		for _, v := range values {
			list = append(list, "--"+f.Name+"="+v)
		}
	})
	return list
}

func sumOf(src *source.File) string {
	s := sha256.Sum256([]byte(src.Text))
	return hex.EncodeToString(s[:])
}

// of is the checkpoint of one file.
func (k *keeper) of(number int) *verify.Checkpoint {
	return &verify.Checkpoint{
		Dir: filepath.Join(k.dir, fmt.Sprintf("file-%d", number)), Every: k.every,
		Tool: k.recipe.Tool, Text: k.recipe.Files[number].Sum, Options: strings.Join(k.recipe.Flags, " "), Failed: k.failed,
	}
}

func (a *app) resumeCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "resume DIR",
		Short: "Go on with a verification that was interrupted",
		Long: `Goes on with what ` + "`chorcheck verify --checkpoint DIR ..`" + ` has kept in DIR, with the same files and options.
The verdicts and numbers are those of a verification that was not interrupted. What
makes no difference to them can be changed: the memory, for example, if it was not enough.

Refused are files that have changed, another version of chorcheck, and a checkpoint that
is damaged.`,
		Example: `  chorcheck verify --checkpoint state --memory 8GiB saga.chor
  chorcheck resume state --memory 16GiB`,
		Args: arguments(1, 1, "the directory of a checkpoint"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.resume(cmd.Context(), args[0], changedFlags(cmd.Flags()))
		},
	}
	// The flags of verify that may change; they are read there.
	a.verifyCommand().Flags().VisitAll(func(f *pflag.Flag) {
		if slices.Contains(changeable, f.Name) {
			copied := *f
			cmd.Flags().AddFlag(&copied)
		}
	})
	return cmd
}

func isFormat(flag string) bool { return strings.HasPrefix(flag, "--format=") }

// resume runs the command of a checkpoint again.
func (a *app) resume(ctx context.Context, dir string, changes []string) error {
	var r recipe
	switch err := checkpoint.ReadSealed(filepath.Join(dir, recipeName), recipeKind, &r); {
	case errors.Is(err, fs.ErrNotExist):
		return usage("`chorcheck verify --checkpoint DIR FILE` makes one", "there is no checkpoint in %s", dir)
	case err != nil:
		return usage("", "%v", err)
	case r.Tool != a.version:
		return usage("begin again with this version", "the checkpoint was made by version %s of chorcheck; this is %s", r.Tool, a.version)
	}
	here, err := os.Getwd()
	if err != nil {
		return err
	}
	// A list of formats takes the place of the one before; of other flags the last counts.
	if slices.ContainsFunc(changes, isFormat) {
		r.Changes = slices.DeleteFunc(r.Changes, isFormat)
	}
	args := slices.Concat(r.Flags, r.Changes, changes, []string{"--checkpoint=" + dir, "--"})
	for i, f := range r.Files {
		if here != r.Directory && !filepath.IsAbs(f.Name) {
			r.Files[i].Name = filepath.Join(r.Directory, f.Name)
		}
		name := r.Files[i].Name
		src, err := a.read(name)
		if err != nil {
			return usage("", "%s: %s", name, reason(err))
		}
		if sumOf(src) != f.Sum {
			return usage("begin again with `chorcheck verify`", "%s has changed since the checkpoint was made", name)
		}
		args = append(args, name)
	}
	a.resuming = &r
	cmd := a.verifyCommand()
	cmd.SetContext(ctx)
	if err := cmd.ParseFlags(args); err != nil {
		return flagError(cmd, err)
	}
	return cmd.RunE(cmd, cmd.Flags().Args())
}
