package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"chorcheck/report"
	"chorcheck/report/text"
	"chorcheck/verify"
)

func (a *app) traceShowCommand() *cobra.Command {
	var f traceFlags
	var state bool
	at := 0
	cmd := &cobra.Command{
		Use:   "show REPORT.json",
		Short: "Show a saved run as text",
		Long: `Shows one run of a report, step by step, and where it ends. With --state the
configuration after each step is shown: where the roles are, what they wait for, their
variables and timers, and the queues; with --at N only the one after N steps, and what is
possible there.

Exit code: 1 if the text has changed so that the run is not possible any more.`,
		Example: `  chorcheck trace show report.json
  chorcheck trace show report.json --check deadlock --env rough --state
  chorcheck trace show report.json --at 3`,
		Args: arguments(1, 1, "a report"),
		RunE: func(cmd *cobra.Command, args []string) error {
			given := cmd.Flags().Changed("at")
			if given && state {
				return usage("", "--at and --state exclude each other")
			}
			if err := f.checkFlags(); err != nil {
				return err
			}
			s, ok, err := a.open(cmd.Context(), args[0], &f, verify.NoFairness)
			if err != nil || !ok {
				return err
			}
			if n := len(s.run.Steps); given && (at < 0 || at > n) {
				return usage("0 is the beginning", "--at takes a number of steps from 0 to %d", n)
			}
			a.remark(s)
			if given {
				a.showAt(s, at)
				return nil
			}
			a.showSaved(s, &s.told, s.run, state)
			return nil
		},
	}
	f.add(cmd)
	cmd.Flags().BoolVar(&state, "state", false, "show the configuration after each step")
	cmd.Flags().IntVar(&at, "at", 0, "show only the configuration after so many steps, and what is possible there")
	return cmd
}

// showSaved writes a run and its end.
func (a *app) showSaved(s *saved, f *verify.Finding, run *verify.Run, state bool) {
	style := a.outStyle()
	which := ""
	if s.count > 1 {
		which = fmt.Sprintf(", finding %d of %d with a run", s.number, s.count)
	}
	fmt.Fprintf(a.out, "%s: %s%s\n%s\n", report.Printable(s.unit.File.Name), report.Printable(s.title()), which, report.Printable(f.Message))
	if f.Fault != "" {
		fmt.Fprintf(a.out, "  it begins with: %s\n", report.Printable(f.Fault))
	}
	configuration := func(heading string, i int) {
		c := s.in.DescribeConfig(run.Configs[i])
		text.Configuration(a.out, &s.report, heading, &c, style)
	}
	if state {
		configuration("in the beginning", 0)
	} else if len(f.Trace) == 0 {
		fmt.Fprintln(a.out, "  in the initial configuration")
	}
	for i := range f.Trace {
		if f.Cycle > 0 && i == len(f.Trace)-f.Cycle {
			fmt.Fprintln(a.out, "     -- from here on, again and again:")
		}
		fmt.Fprintln(a.out, row(&s.report, i+1, f.Trace[i]))
		if state && i < len(f.Trace)-1 {
			configuration(fmt.Sprintf("after step %d", i+1), i+1)
		}
	}
	switch {
	case f.Cycle > 0:
		fmt.Fprintf(a.out, "     -- and on with step %d\n", len(f.Trace)-f.Cycle+1)
	case f.Settled:
		fmt.Fprintln(a.out, "     -- whatever comes next, this decides the property")
	case f.Stops:
		fmt.Fprintln(a.out, "     -- and nothing happens any more")
	}
	text.Configuration(a.out, &s.report, "then", f.Final, style)
	if len(f.Untold) > 0 {
		var names []string
		for _, r := range f.Untold {
			names = append(names, s.unit.Automata.Roles[r].Name)
		}
		fmt.Fprintf(a.out, "  never told of it: %s\n", report.Printable(strings.Join(names, ", ")))
	}
	if f.Help != "" {
		fmt.Fprintf(a.out, "  help: %s\n", report.Printable(f.Help))
	}
}

// showAt writes the configuration after so many steps, and what is possible there.
func (a *app) showAt(s *saved, at int) {
	heading := "in the beginning"
	if at > 0 {
		heading = "after " + plural(at, "1 step", "%d steps")
		fmt.Fprintln(a.out, row(&s.report, at, verify.StepOf(s.in, s.run.Steps[at-1])))
	}
	c := s.in.DescribeConfig(s.run.Configs[at])
	text.Configuration(a.out, &s.report, heading, &c, a.outStyle())
	enabled := s.in.Enabled(s.run.Configs[at])
	if len(enabled) == 0 {
		fmt.Fprintln(a.out, "  nothing is possible")
		return
	}
	fmt.Fprintln(a.out, "  possible; > is what the run does")
	for _, step := range enabled {
		mark := " "
		if at < len(s.run.Steps) && step.Matches(s.run.Steps[at].Ref()) {
			mark = ">"
		}
		cells := text.StepRow(&s.report, 0, verify.StepOf(s.in, step))
		fmt.Fprintln(a.out, strings.TrimRight(fmt.Sprintf("  %s %-40s  %s", mark, cells[1], cells[2]), " "))
	}
}
