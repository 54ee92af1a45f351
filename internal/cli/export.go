package cli

import (
	"bytes"
	"io"

	"github.com/spf13/cobra"

	"chorcheck/lang/promela"
	"chorcheck/model"
)

// exporters are the formats that `export` writes, by name.
func exporters() map[string]func(io.Writer, *model.Automata) error {
	return map[string]func(io.Writer, *model.Automata) error{"promela": promela.Write}
}

func (a *app) exportCommand() *cobra.Command {
	var load loadFlags
	var to, out string
	cmd := &cobra.Command{
		Use:     "export FILE --to FORMAT",
		Short:   "Write a protocol in the language of another tool",
		Long:    "Writes the protocol for another tool. The only format is promela, the language of SPIN.",
		Example: "  chorcheck export payment.chor --to promela -o payment.pml",
		Args:    arguments(1, 1, "a file"),
		RunE: func(_ *cobra.Command, args []string) error {
			write, ok := exporters()[to]
			if !ok {
				return usage("", "--to is promela, not %q", to)
			}
			u, ok, err := a.loadOne(args[0], &load)
			if err != nil || !ok {
				return err
			}
			var b bytes.Buffer
			if err := write(&b, u.Automata); err != nil {
				return usage("", "%s: %v", args[0], err)
			}
			return a.writeOutput(out, b.Bytes())
		},
	}
	load.add(cmd)
	cmd.Flags().StringVar(&to, "to", "", "the format: promela")
	cmd.Flags().StringVarP(&out, "output", "o", "", "write to this file instead of standard output")
	return cmd
}
