package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"chorcheck/internal/starter"
	"chorcheck/report"
)

type initFlags struct {
	force  bool
	action string
}

func (a *app) initCommand() *cobra.Command {
	var f initFlags
	cmd := &cobra.Command{
		Use:   "init [DIR]",
		Short: "Write first files: a protocol, a configuration, a workflow",
		Long: `Writes into DIR, the root of a repository (without it: the working directory):

  order.chor                       a protocol that holds, to read and to change
  chorcheck.yaml                   what is verified, and how
  .github/workflows/chorcheck.yml  a workflow for GitHub Actions

Files that are there stay as they are. With --force they are replaced, and what was in
them is kept beside them (order.chor.orig).`,
		Example: `  chorcheck init
  chorcheck init --action OWNER/chorcheck@v1.0.0 new-project`,
		Args: arguments(0, 1, "a directory"),
		RunE: func(_ *cobra.Command, args []string) error {
			dir := "."
			if len(args) > 0 {
				dir = args[0]
			}
			return a.init(f, dir)
		},
	}
	fl := cmd.Flags()
	fl.BoolVar(&f.force, "force", false, "replace files that are there, and keep what was in them beside them")
	fl.StringVar(&f.action, "action", "", "what the workflow uses: the repository of chorcheck's GitHub action and a tag, `OWNER/REPOSITORY@REF`")
	return cmd
}

// isAction reports whether a workflow can use an action of that name. Nothing of it can
// end a line or a word of the workflow.
func isAction(name string) bool {
	return regexp.MustCompile(`^[A-Za-z0-9-]+/[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*@[A-Za-z0-9._/-]+$`).MatchString(name)
}

// What became of a file.
const (
	written   = "written"
	left      = "left"      // it is there, and stays
	unchanged = "unchanged" // it is there, with just this text
	replaced  = "replaced"
)

func (a *app) init(f initFlags, dir string) error {
	action := f.action
	switch {
	case dir == "":
		return usage("`.` is the working directory", "the name of the directory is empty")
	case action == "":
		action = starter.Unknown
	case !isAction(action):
		return usage("for example --action OWNER/chorcheck@v1.0.0", "--action takes a repository and a tag or commit of it, not %q", action)
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return usage("name a directory in which files can be written", "%s: %s", dir, reason(err))
	}
	fates := map[string]string{}
	for _, file := range starter.Files(action) {
		name := filepath.Join(dir, filepath.FromSlash(file.Name))
		fate, remark, err := placeFile(name, file.Text, f.force)
		if err != nil {
			return usage("mend that, and call `chorcheck init` again: what is there already stays", "%s: %s", name, reason(err))
		}
		fates[file.Name] = fate
		if fate == written {
			remark = file.What
		}
		fmt.Fprintf(a.out, "%-9s  %s", fate, report.Printable(name))
		if remark != "" {
			fmt.Fprintf(a.out, "  (%s)", report.Printable(remark))
		}
		fmt.Fprintln(a.out)
	}
	a.nextSteps(dir, action, fates)
	return nil
}

// nextSteps says what to do with the files.
func (a *app) nextSteps(dir, action string, fates map[string]string) {
	fmt.Fprintf(a.out, "\nnext:\n")
	if filepath.Clean(dir) != "." {
		fmt.Fprintf(a.out, "  cd %s\n", shellWord(filepath.Clean(dir)))
	}
	fmt.Fprintf(a.out, "  chorcheck verify %s\n  chorcheck watch %s      and change it\n", starter.Protocol, starter.Protocol)
	if fates[starter.Workflow] == left {
		return // what it uses is somebody's own
	}
	if action == starter.Unknown {
		fmt.Fprintf(a.out, "  in %s, put the repository of chorcheck's action in place of %s\n", starter.Workflow, starter.Unknown)
	}
	if root := repository(dir); root != "" {
		fmt.Fprintf(a.out, "  move %s to %s: GitHub reads workflows at the root of a repository\n", starter.Workflow, report.Printable(root))
	}
}

// repository is the root of the repository that a directory is below of; empty if it is
// itself one, or in none.
func repository(dir string) string {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return ""
	}
	for above := abs; ; above = filepath.Dir(above) {
		if _, err := os.Lstat(filepath.Join(above, ".git")); err == nil {
			if above == abs {
				return ""
			}
			return above
		}
		if above == filepath.Dir(above) {
			return ""
		}
	}
}

// shellWord is a name as a word for a shell.
func shellWord(name string) string {
	name = report.Printable(name)
	if strings.HasPrefix(name, "-") {
		name = "./" + name
	}
	if regexp.MustCompile(`^[A-Za-z0-9_./@%+:,][A-Za-z0-9_./@%+:,-]*$`).MatchString(name) {
		return name
	}
	return "'" + strings.ReplaceAll(name, "'", `'\''`) + "'"
}

// placeFile writes a file that is not there yet. With force it replaces one that is, and
// remarks where it keeps what was in it.
func placeFile(name, text string, force bool) (fate, remark string, err error) {
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		return "", "", err
	}
	if err = writeNew(name, text, 0o644); err == nil {
		return written, "", nil
	}
	info, statErr := os.Lstat(name)
	switch {
	case !errors.Is(err, fs.ErrExist) || statErr != nil:
		return "", "", err
	case !info.Mode().IsRegular(): // it may be somebody else's, or never end
		return left, "it is no ordinary file", nil
	}
	if info.Size() == int64(len(text)) {
		if content, err := os.ReadFile(name); err == nil && string(content) == text {
			return unchanged, "", nil
		}
	}
	if !force {
		return left, "it was there; --force replaces it", nil
	}
	kept, err := keep(name, info.Mode().Perm())
	if err != nil {
		return "", "", err
	}
	return replaced, "what was in it is in " + kept, replaceFile(name, []byte(text))
}

// writeNew writes a file only if nothing has its name, not even a link to nowhere.
func writeNew(name, text string, mode fs.FileMode) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, os.Remove(name))
	}
	return nil
}

// keep copies a file to one beside it whose name is not taken.
func keep(name string, mode fs.FileMode) (string, error) {
	content, err := os.ReadFile(name)
	if err != nil {
		return "", err
	}
	for n := 1; ; n++ {
		copied := name + ".orig"
		if n > 1 {
			copied = fmt.Sprintf("%s.orig-%d", name, n)
		}
		if err := writeNew(copied, string(content), mode); !errors.Is(err, fs.ErrExist) {
			return copied, err
		}
	}
}
