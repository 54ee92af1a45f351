package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"chorcheck/docs"
	"chorcheck/lang/diag"
	"chorcheck/verify"
)

func (a *app) explainCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "explain [ID]",
		Short: "Explain a check or a diagnostic",
		Long: `Prints what the documentation says about a check (deadlock, stuck, ..) or about the
code of a diagnostic (CH0304), with a failing and a mended example. Without ID it
lists everything that it can explain.`,
		Args: arguments(0, 1, "an id"),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return sectionIDs(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error { return a.explain(args) },
	}
}

func sectionIDs() []string {
	var ids []string
	for _, s := range docs.Sections() {
		ids = append(ids, s.ID)
	}
	return ids
}

// title is a few words about a section.
func title(s docs.Section) string {
	for _, c := range verify.Checks() {
		if c.ID == s.ID {
			return c.Title
		}
	}
	return s.Title
}

func (a *app) explain(args []string) error {
	if len(args) == 0 {
		for _, s := range docs.Sections() {
			fmt.Fprintf(a.out, "%-22s %s\n", s.ID, title(s))
		}
		return nil
	}
	s, ok := docs.Find(args[0])
	if !ok {
		hint := "`chorcheck explain` lists everything that can be explained; what a property is about stands in its text"
		if near := diag.Nearest(args[0], sectionIDs()); near != "" {
			hint = fmt.Sprintf("did you mean `%s`?", near)
		}
		return usage(hint, "there is no check or diagnostic %q", args[0])
	}
	_, err := fmt.Fprint(a.out, s.Text)
	return err
}
