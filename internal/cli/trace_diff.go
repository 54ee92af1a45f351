package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"chorcheck/report"
	"chorcheck/verify"
	"chorcheck/verify/trace"
)

// traceDiffFlags say which two runs are compared, and how that is shown.
type traceDiffFlags struct {
	left, right traceFlags
	format      string
	width       int
}

func (a *app) traceDiffCommand() *cobra.Command {
	var f traceDiffFlags
	cmd := &cobra.Command{
		Use:   "diff A.json [B.json]",
		Short: "Compare two saved runs",
		Long: `Shows two runs side by side, aligned by what happens: the same in both (=), only on the
left (<), only on the right (>), or in both, but at another place (~). Then where they
part, and how the configurations differ after that.

--check, --env, --of, --finding and --model are about both reports, and those that begin
with --other about the second one alone. Without B the two runs are in one report.

Exit code: 0 if the same happens in both runs, 1 if not, 64 if they cannot be compared.`,
		Example: `  chorcheck trace diff report.json short.json
  chorcheck trace diff report.json --check deadlock --finding 1 --other-finding 2
  chorcheck trace diff calm.json rough.json --format json`,
		Args: arguments(1, 2, "one or two reports"),
		RunE: func(cmd *cobra.Command, args []string) error {
			given := cmd.Flags().Changed
			for _, x := range []struct {
				flag     string
				from, to *string
			}{
				{"other-check", &f.left.check, &f.right.check}, {"other-env", &f.left.env, &f.right.env},
				{"other-of", &f.left.of, &f.right.of}, {"other-model", &f.left.model, &f.right.model},
			} {
				if !given(x.flag) {
					*x.to = *x.from
				}
			}
			if !given("other-finding") {
				f.right.finding = f.left.finding
			}
			return a.traceDiff(cmd.Context(), &f, args[0], args[len(args)-1])
		},
	}
	f.left.add(cmd)
	fl := cmd.Flags()
	fl.StringVar(&f.right.check, "other-check", "", "of the second report, a finding of this check or property")
	fl.StringVar(&f.right.env, "other-env", "", "of the second report, a finding in this environment")
	fl.StringVar(&f.right.of, "other-of", "", "of the second report, a finding of this text")
	fl.IntVar(&f.right.finding, "other-finding", 1, "of the second report, which of these findings")
	fl.StringVar(&f.right.model, "other-model", "", "the text of the second report, if it is not where that says")
	fl.StringVar(&f.format, "format", "text", "the format: text or json")
	fl.IntVar(&f.width, "width", 0, "columns of the text (0: those of the terminal, or 100)")
	complete(cmd, "format", "text", "json")
	return cmd
}

// comparison of two runs.
type comparison struct {
	left, right *saved
	rows        []trace.Row
	parting     int // steps before they part
}

func (a *app) traceDiff(ctx context.Context, f *traceDiffFlags, left, right string) error {
	if err := oneOf("--format", f.format, "text", "json"); err != nil {
		return err
	}
	if f.width != 0 && f.width < 40 {
		return usage("", "--width is at least 40")
	}
	if f.right.finding < 1 {
		return usage("the first one is 1", "--other-finding takes a positive number")
	}
	if err := f.left.checkFlags(); err != nil {
		return err
	}
	if left == "-" && right == "-" {
		return usage("give the reports as files", "two runs cannot be read from standard input")
	}
	var sides [2]*saved
	for i, x := range []struct {
		name string
		f    *traceFlags
	}{{left, &f.left}, {right, &f.right}} {
		s, err := a.openRun(ctx, x.name, x.f, verify.NoFairness)
		if none := (*noRunError)(nil); errors.As(err, &none) {
			return usage(none.hint, "%s: %s", x.name, none.why)
		}
		if err != nil || s == nil {
			return err
		}
		a.remark(s)
		sides[i] = s
	}
	c := comparison{left: sides[0], right: sides[1]}
	rows, ok := trace.Compare(c.left.happenings(), c.right.happenings())
	if !ok {
		return usage("trace minimize makes runs shorter", "the runs have %d and %d steps, which are too many to compare", len(c.left.run.Steps), len(c.right.run.Steps))
	}
	c.rows, c.parting = rows, trace.Parting(rows)
	if c.parting < len(rows) || c.left.run.Cycle != c.right.run.Cycle {
		a.exit = report.Worse(a.exit, report.ExitViolated)
	}
	if f.format == "json" {
		return a.writeDiffJSON(&c)
	}
	a.writeDiff(&c, f.width)
	return nil
}
