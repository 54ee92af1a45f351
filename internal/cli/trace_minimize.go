package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"chorcheck/report"
	"chorcheck/verify"
	"chorcheck/verify/trace"
)

func (a *app) traceMinimizeCommand() *cobra.Command {
	var f traceFlags
	var fairness, out string
	var effort int
	cmd := &cobra.Command{
		Use:     "minimize REPORT.json",
		Aliases: []string{"minimise"},
		Short:   "Make a saved run shorter and plainer",
		Long: `Looks for a plainer run that shows the same violation, of the same cause: with fewer
faults, then fewer steps, then fewer changes of who goes on. Parts of the run are left
out, steps that do not depend on each other are put together, and each run that comes out
is carried out and judged anew. The result is a run that no single step can be left out
of; a search (verify) may know a still shorter one.

The run is shown, or with -o written into a report of its own, which all commands on
traces read. Ctrl-C ends it with the best run so far.

Exit code: 1 if the run is not possible any more, or is no violation any more.`,
		Example: `  chorcheck verify --order random --format json ring.chor > report.json
  chorcheck trace minimize report.json
  chorcheck trace minimize report.json --check stuck -o short.json`,
		Args: arguments(1, 1, "a report"),
		RunE: func(cmd *cobra.Command, args []string) error {
			fair, err := (&verifyFlags{fairness: fairness}).runs()
			if err != nil {
				return err
			}
			if effort < 1 {
				return usage("", "--effort is at least 1")
			}
			if err := f.checkFlags(); err != nil {
				return err
			}
			s, ok, err := a.open(cmd.Context(), args[0], &f, fair)
			if err != nil || !ok {
				return err
			}
			return a.minimize(cmd.Context(), s, effort, out)
		},
	}
	f.add(cmd)
	cmd.Flags().StringVar(&fairness, "fairness", "weak", "for a property: which runs count, as verify was told: none, weak or strong")
	cmd.Flags().IntVar(&effort, "effort", 300_000, "carry out at most so many steps in all")
	cmd.Flags().StringVarP(&out, "output", "o", "", "write a report with the run to this file")
	complete(cmd, "fairness", "none", "weak", "strong")
	return cmd
}

func (a *app) minimize(ctx context.Context, s *saved, effort int, out string) error {
	shows, note, err := s.judge()
	if err != nil {
		return err
	}
	if shows == nil {
		a.remark(s)
		if s.run.Cycle > 0 || s.run.Stops {
			fmt.Fprintln(a.Err, "note: name the fairness that verify was told: --fairness none, weak or strong")
		}
		a.exit = report.Worse(a.exit, report.ExitViolated)
		return nil
	}
	if note != "" {
		s.refuted, s.notes = "", append(s.notes, note)
	}
	a.remark(s)
	causal := s.told.Causal
	if causal == nil {
		causal = s.causalOfReport()
	}
	m := trace.Minimize(ctx, s.in, s.run, trace.Options{Shows: shows, Causal: causal, MostSteps: effort})
	told := s.inWordsOfReport(m.Run)
	if f, why := s.reviewer.Finding(m.Run, s.told.Cause); why == "" {
		told = *f
		s.words(&told)
	}
	summary := saving(trace.CostOf(s.run), trace.CostOf(m.Run))
	switch {
	case ctx.Err() != nil:
		summary += "; interrupted"
	case m.Stopped:
		summary += fmt.Sprintf("; stopped after %d steps of trying, --effort allows more", m.Replayed)
	}
	if out == "" {
		a.showSaved(s, &told, m.Run, false)
		fmt.Fprintln(a.out, summary)
		return nil
	}
	if err := a.writeOutput(out, rendered("json", s.asReport(a.version, told), a.outStyle())); err != nil {
		return err
	}
	to := a.Err // so that standard output is a report and nothing else
	if out != "-" {
		to = a.out
	}
	fmt.Fprintln(to, summary)
	return nil
}

// judge gives what tells whether a run shows the same violation; nil if this one is none. If what may come after a run
// is too much to look at, only runs to the same configuration show it for sure, which the note says.
func (s *saved) judge() (shows func(*verify.Run) bool, note string, err error) {
	cause := s.told.Cause
	switch {
	case s.reviewer == nil:
		return nil, "", nil
	case s.refuted == "":
		return func(r *verify.Run) bool { return s.reviewer.Shows(r, cause) == "" }, "", nil
	case !s.reviewer.Unsure():
		return nil, "", nil
	case !slices.Contains([]string{"stuck", "livelock", "no-termination", "orphan-message"}, s.result.Check):
		return nil, "", usage("", "%s: whether a run shows the violation cannot be told here: %s", s.name, s.refuted)
	}
	end := s.run.Last().Key()
	return func(r *verify.Run) bool { return r.Last().Key() == end },
		s.refuted + ": only runs to the same configuration are tried", nil
}

// causalOfReport are the steps that matter by the report; nil: all.
func (s *saved) causalOfReport() []int {
	var list []int
	for i, step := range s.finding.Trace {
		if step.Causal {
			list = append(list, i)
		}
	}
	if len(list) == len(s.finding.Trace) {
		return nil
	}
	return list
}

// saving says what has become less.
func saving(before, after trace.Cost) string {
	var parts []string
	for _, p := range []struct {
		from, to int
		one, all string
	}{
		{before.Steps, after.Steps, "step", "steps"}, {before.Faults, after.Faults, "fault", "faults"},
		{before.Switches, after.Switches, "change of who goes on", "changes of who goes on"},
	} {
		noun := p.all
		if p.to == 1 {
			noun = p.one
		}
		if p.from != p.to {
			parts = append(parts, fmt.Sprintf("%d to %d %s", p.from, p.to, noun))
		}
	}
	if len(parts) == 0 {
		return "nothing can be left out: it stays at " + plural(after.Steps, "1 step", "%d steps")
	}
	return "from " + strings.Join(parts, ", ")
}
