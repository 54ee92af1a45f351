package cli

import (
	"bytes"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"chorcheck/lang"
	"chorcheck/report"
	"chorcheck/report/text"
)

func (a *app) exportCommand() *cobra.Command {
	var load loadFlags
	var to, out string
	var cfg bool
	cmd := &cobra.Command{
		Use:     "export FILE --to FORMAT",
		Short:   "Write a protocol in the language of another tool",
		Long:    "Writes the automata of a protocol for another tool: promela for SPIN, tla for TLC, fsa\nfor ChorGram and kmc, dot for Graphviz. What a format cannot say is reported at its\nplace. promela and tla take one environment: choose it with --env or --faults.",
		Example: "  chorcheck export payment.chor --to promela --env calm -o payment.pml\n  chorcheck export payment.chor --to tla --faults 'crash Bank; at most 1' -o Payment.tla",
		Args:    arguments(1, 1, "a file"),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := oneOf("--to", to, lang.Exports()...); err != nil {
				return err
			}
			if cfg && (to != "tla" || out != "" && out != "-") {
				return usage("with `-o Name.tla`, Name.cfg is written beside it", "--cfg prints the configuration file of --to tla instead of the module")
			}
			var opt lang.ExportOptions
			if out != "" && out != "-" {
				opt.Module = strings.TrimSuffix(filepath.Base(out), filepath.Ext(out))
			}
			u, ok, err := a.loadOne(args[0], &load)
			if err != nil || !ok {
				return err
			}
			opt.KeepCrashed = load.crashQueue == "keep"
			var b bytes.Buffer
			if written, err := a.export(&b, u, to, opt); err != nil || !written {
				return err
			}
			if cfg {
				return a.writeOutput("", []byte(lang.TLCConfig))
			}
			if to == "tla" && opt.Module != "" {
				if err := a.writeOutput(strings.TrimSuffix(out, filepath.Ext(out))+".cfg", []byte(lang.TLCConfig)); err != nil {
					return err
				}
			}
			return a.writeOutput(out, b.Bytes())
		},
	}
	load.add(cmd)
	load.addEnvironments(cmd)
	cmd.Flags().StringVar(&to, "to", "", "the format: "+strings.Join(lang.Exports(), ", "))
	cmd.Flags().StringVarP(&out, "output", "o", "", "write to this file instead of standard output; with --to tla a .cfg beside it")
	cmd.Flags().BoolVar(&cfg, "cfg", false, "with --to tla: print the configuration file for TLC instead of the module")
	return cmd
}

// export writes a unit in another format. If that has no words for it, the reasons
// are shown, and the exit code is that of a rejected text.
func (a *app) export(w io.Writer, u *lang.Unit, format string, opt lang.ExportOptions) (written bool, err error) {
	problems, err := u.Export(w, format, opt)
	if len(problems) > 0 {
		text.Diagnostics(a.Err, u.File, problems, 0, a.errStyle())
		a.exit = report.Worse(a.exit, report.ExitRejected)
	}
	return err == nil && len(problems) == 0, err
}
