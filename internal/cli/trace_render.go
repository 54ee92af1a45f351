package cli

import (
	"bytes"
	"strings"

	"github.com/spf13/cobra"

	"chorcheck/report/svg"
	"chorcheck/verify"
)

// renderings are the formats of a single run.
func renderings() []string { return []string{"svg", "mermaid", "plantuml", "html", "text", "json"} }

func (a *app) traceRenderCommand() *cobra.Command {
	var f traceFlags
	var format, theme, out string
	var full bool
	cmd := &cobra.Command{
		Use:   "render REPORT.json",
		Short: "Draw a saved run",
		Long: `Draws one run of a report: as a sequence chart in SVG, as a sequence diagram of Mermaid
or PlantUML, as a page for browsers, as text, or as a report of its own (json).

Exit code: 1 if the text has changed so that the run is not possible any more.`,
		Example: `  chorcheck trace render report.json --check deadlock -o deadlock.svg
  chorcheck trace render report.json --format mermaid`,
		Args: arguments(1, 1, "a report"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf("--format", format, renderings()...); err != nil {
				return err
			}
			if err := oneOf("--theme", theme, "auto", "light", "dark"); err != nil {
				return err
			}
			if format != "svg" && cmd.Flags().Changed("theme") {
				return usage("", "--theme does nothing with --format %s", format)
			}
			if format != "svg" && format != "text" && full {
				return usage("", "--full-trace does nothing with --format %s", format)
			}
			if err := f.checkFlags(); err != nil {
				return err
			}
			s, ok, err := a.open(cmd.Context(), args[0], &f, verify.NoFairness)
			if err != nil || !ok {
				return err
			}
			a.remark(s)
			r := s.asReport(a.version, s.told)
			if format != "svg" {
				style := a.outStyle()
				style.FullTrace = full
				style.Color = style.Color && out == ""
				return a.writeOutput(out, rendered(format, r, style))
			}
			var b bytes.Buffer
			o := svg.Options{Full: full, Theme: map[string]svg.Theme{"auto": svg.Auto, "light": svg.Light, "dark": svg.Dark}[theme]}
			if err := svg.Sequence(&b, drawings(&r.Files[0])[0].chart, o); err != nil {
				return err
			}
			return a.writeOutput(out, b.Bytes())
		},
	}
	f.add(cmd)
	fl := cmd.Flags()
	fl.StringVar(&format, "format", "svg", "the format: "+strings.Join(renderings(), ", "))
	fl.StringVar(&theme, "theme", "auto", "svg: the colours: auto (those of the reader), light or dark")
	fl.BoolVar(&full, "full-trace", false, "svg, text: all steps of a long run")
	fl.StringVarP(&out, "output", "o", "", "write to this file instead of standard output")
	complete(cmd, "format", renderings()...)
	complete(cmd, "theme", "auto", "light", "dark")
	return cmd
}
