package cli

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"chorcheck/lang"
	"chorcheck/lang/chor"
	"chorcheck/lang/diag"
	"chorcheck/report"
	"chorcheck/report/text"
)

func (a *app) fmtCommand() *cobra.Command {
	var write, check bool
	cmd := &cobra.Command{
		Use:   "fmt [FILE...]",
		Short: "Format choreographies",
		Long: `Formats choreographies (.chor) in the one style that all share. Without FILE it
formats standard input. A text with errors is never written; it is reported, and the
exit code is 4.`,
		Example: `  chorcheck fmt payment.chor          print the formatted text
  chorcheck fmt -w specs/             rewrite the files
  chorcheck fmt --check specs/        list files that are not formatted, exit 1 if any`,
		Args: cobra.ArbitraryArgs,
		RunE: func(_ *cobra.Command, args []string) error {
			if write && check {
				return usage("", "-w and --check exclude each other")
			}
			return a.format(args, write, check)
		},
	}
	cmd.Flags().BoolVarP(&write, "write", "w", false, "write the result back to the file")
	cmd.Flags().BoolVar(&check, "check", false, "only list the files that are not formatted")
	return cmd
}

func (a *app) format(args []string, write, check bool) error {
	if len(args) == 0 {
		if write {
			return usage("name the files to be written", "-w needs a file")
		}
		args = []string{"-"}
	}
	names, troubles := expand(args, ".chor")
	listed := 0
	for _, name := range names {
		isListed, err := a.formatFile(name, write, check)
		if err != nil {
			troubles = append(troubles, report.Trouble{File: name, Message: reason(err)})
		}
		if isListed {
			listed++
		}
	}
	if listed > 0 { // names alone say nothing in the log of a hook
		a.exit = report.Worse(a.exit, report.ExitViolated)
		message := "1 file is not formatted"
		if listed > 1 {
			message = fmt.Sprintf("%d files are not formatted", listed)
		}
		text.Troubles(a.Err, []report.Trouble{{Message: message, Hint: "`chorcheck fmt -w FILE` formats a file, `chorcheck fmt -w .` all"}}, a.errStyle())
	}
	if len(troubles) > 0 {
		a.exit = report.Worse(a.exit, report.ExitUsage)
		text.Troubles(a.Err, troubles, a.errStyle())
	}
	return nil
}

// formatFile reports whether it has listed the file as one that is not formatted.
func (a *app) formatFile(name string, write, check bool) (listed bool, err error) {
	f, err := a.read(name)
	if err != nil {
		return false, err
	}
	if format := lang.Guess(f); format != "chor" {
		return false, fmt.Errorf("only choreographies can be formatted, and this is %s", format)
	}
	formatted, diagnostics, ok := chor.FormatSource(f)
	if !ok {
		var errors []diag.Diagnostic
		for _, d := range diagnostics {
			if d.Severity == diag.Error {
				errors = append(errors, d)
			}
		}
		text.Diagnostics(a.Err, f, errors, 0, a.errStyle())
		a.exit = report.Worse(a.exit, report.ExitRejected)
		return false, nil
	}
	switch {
	case check:
		if listed = formatted != f.Text; listed {
			fmt.Fprintln(a.out, report.Printable(name))
		}
	case write && name != "-":
		if formatted != f.Text {
			err = replaceFile(name, []byte(formatted))
		}
	default:
		_, err = io.WriteString(a.out, formatted)
	}
	return listed, err
}

// writeOutput writes to a file, or to standard output if it has no name.
func (a *app) writeOutput(name string, content []byte) error {
	if name == "" || name == "-" {
		_, err := a.out.Write(content)
		return err
	}
	if err := replaceFile(name, content); err != nil {
		return usage("", "%s: %s", name, reason(err))
	}
	return nil
}

// replaceFile gives a file a new content at once: a reader sees the old or the new
// one, and a full disk leaves the old one. The mode stays, a link stays a link,
// and a device or pipe is written to.
func replaceFile(name string, content []byte) (err error) {
	mode := os.FileMode(0o644)
	if info, err := os.Stat(name); err == nil {
		if !info.Mode().IsRegular() {
			return os.WriteFile(name, content, mode)
		}
		mode = info.Mode().Perm()
		if name, err = filepath.EvalSymlinks(name); err != nil {
			return err
		}
	}
	t, err := os.CreateTemp(filepath.Dir(name), ".chorcheck-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(t.Name())
		}
	}()
	if _, err = t.Write(content); err != nil {
		t.Close()
		return err
	}
	if err = t.Chmod(mode); err != nil {
		t.Close()
		return err
	}
	if err = t.Close(); err != nil {
		return err
	}
	return os.Rename(t.Name(), name)
}
