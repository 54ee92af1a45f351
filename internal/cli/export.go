package cli

import (
	"bytes"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"chorcheck/lang"
	"chorcheck/report"
	"chorcheck/report/text"
)

func (a *app) exportCommand() *cobra.Command {
	var load loadFlags
	var to, out string
	cmd := &cobra.Command{
		Use:     "export FILE --to FORMAT",
		Short:   "Write a protocol in the language of another tool",
		Long:    "Writes the automata of a protocol for another tool: promela for SPIN, fsa for ChorGram\nand kmc, dot for Graphviz. What a format cannot say is reported at its place.",
		Example: "  chorcheck export payment.chor --to promela -o payment.pml",
		Args:    arguments(1, 1, "a file"),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := oneOf("--to", to, lang.Exports()...); err != nil {
				return err
			}
			u, ok, err := a.loadOne(args[0], &load)
			if err != nil || !ok {
				return err
			}
			var b bytes.Buffer
			if written, err := a.export(&b, u, to); err != nil || !written {
				return err
			}
			return a.writeOutput(out, b.Bytes())
		},
	}
	load.add(cmd)
	cmd.Flags().StringVar(&to, "to", "", "the format: "+strings.Join(lang.Exports(), ", "))
	cmd.Flags().StringVarP(&out, "output", "o", "", "write to this file instead of standard output")
	return cmd
}

// export writes a unit in another format. If that has no words for it, the reasons
// are shown, and the exit code is that of a rejected text.
func (a *app) export(w io.Writer, u *lang.Unit, format string) (written bool, err error) {
	problems, err := u.Export(w, format)
	if len(problems) > 0 {
		text.Diagnostics(a.Err, u.File, problems, 0, a.errStyle())
		a.exit = report.Worse(a.exit, report.ExitRejected)
	}
	return err == nil && len(problems) == 0, err
}
