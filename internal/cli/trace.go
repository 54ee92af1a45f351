package cli

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"chorcheck/internal/bug"
	"chorcheck/lang"
	"chorcheck/model"
	"chorcheck/report"
	"chorcheck/report/html"
	"chorcheck/report/json"
	"chorcheck/report/text"
	"chorcheck/verify"
	"chorcheck/verify/replay"
	"chorcheck/verify/trace"
)

func (a *app) traceCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "trace",
		Short: "Look at saved runs: show, draw, minimise and compare them",
		Long: `Works on a run that verify --format json has written into a report: one of its
findings. The run is carried out again, on the text that the report is about.`,
		Example: `  chorcheck verify --format json payment.chor > report.json
  chorcheck trace show report.json --check deadlock
  chorcheck trace minimize report.json -o short.json
  chorcheck trace diff report.json short.json`,
		Args: arguments(1, -1, "show, render, minimize or diff"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return usage("it takes show, render, minimize or diff", "there is no command %q of trace", args[0])
		},
	}
	cmd.AddCommand(a.traceShowCommand(), a.traceRenderCommand(), a.traceMinimizeCommand(), a.traceDiffCommand())
	return cmd
}

// traceFlags say which run is meant, and of which text.
type traceFlags struct {
	choice
	model string
}

func (f *traceFlags) add(cmd *cobra.Command) {
	fl := cmd.Flags()
	fl.StringVar(&f.check, "check", "", "a finding of this check or property (default: of any)")
	fl.StringVar(&f.env, "env", "", "a finding in this environment (default: in any)")
	fl.StringVar(&f.of, "of", "", "a finding of this text of the report, by its name or the end of it (default: of any)")
	fl.IntVar(&f.finding, "finding", 1, "which of these findings that have a run, by its number")
	fl.StringVar(&f.model, "model", "", "the text, if it is not where the report says")
	var checks []string
	for _, c := range verify.Checks() {
		checks = append(checks, c.ID)
	}
	complete(cmd, "check", checks...)
}

// complete has the shell complete the values of a flag.
func complete(cmd *cobra.Command, flag string, values ...string) {
	if err := cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)); err != nil {
		bug.Panicf("completion of --%s: %v", flag, err)
	}
}

// checkFlags finds mistakes before any file is read.
func (f *traceFlags) checkFlags() error {
	if f.finding < 1 {
		return usage("the first one is 1", "--finding takes a positive number")
	}
	return nil
}

// saved is a run of a report that has been carried out again.
type saved struct {
	*chosen
	name     string // of the report
	unit     *lang.Unit
	report   report.File
	env      *model.Environment
	in       *replay.Interpreter
	reviewer *verify.Reviewer // nil: the protocol is too large for one, or the text has no such property any more
	run      *verify.Run
	told     verify.Finding
	notes    []string // what is not as in the report
	refuted  string   // why the run is no violation of the check; empty if it is
}

// noRunError says why what is in a report is no run of the text.
type noRunError struct{ why, hint string }

func (e *noRunError) Error() string { return e.why }

// open reads a run, and carries it out. ok is false if the text is rejected, or the run is none, which has been said.
func (a *app) open(ctx context.Context, name string, f *traceFlags, fairness verify.Fairness) (s *saved, ok bool, err error) {
	s, err = a.openRun(ctx, name, f, fairness)
	if none := (*noRunError)(nil); errors.As(err, &none) {
		text.Troubles(a.Err, []report.Trouble{{File: name, Message: none.why, Hint: none.hint}}, a.errStyle())
		a.exit = report.Worse(a.exit, report.ExitViolated)
		return nil, false, nil
	}
	return s, s != nil, err
}

// openRun is open without a word about a run that is none, which is an error. It is nil for a text that is rejected.
func (a *app) openRun(ctx context.Context, name string, f *traceFlags, fairness verify.Fairness) (*saved, error) {
	doc, err := a.openReport(name)
	if err != nil {
		return nil, err
	}
	x, err := choose(name, doc, f.choice)
	if err != nil {
		return nil, err
	}
	s := &saved{chosen: x, name: name}
	opt := lang.Options{Format: x.file.Format, Set: x.file.Parameters, Finals: x.file.Finals, Faults: x.file.Faults}
	channel, err := parseChannel(x.file.Channels)
	if err != nil {
		return nil, usage("", "%s: the report names no known channels: %q", name, x.file.Channels)
	}
	opt.Channels = &channel
	if !s.isCheck() && !isName(x.result.Check) {
		return nil, usage("", "%s: the report names no known check: %q", name, x.result.Check)
	}
	src, err := a.textOf(name, x.file.File, f.model)
	if err != nil {
		return nil, err
	}
	s.unit = lang.Load(src, opt)
	if s.unit.Rejected() {
		text.Diagnostics(a.Err, s.unit.File, s.unit.Diagnostics, s.unit.Dropped, a.errStyle())
		a.exit = report.Worse(a.exit, report.ExitRejected)
		return nil, nil
	}
	for _, e := range s.unit.Environments {
		if e.Name == x.result.Environment {
			s.env = e
		}
	}
	if s.env == nil {
		return nil, &noRunError{fmt.Sprintf("the text has no environment %q, in which the run is", x.result.Environment), "has it been renamed since?"}
	}
	s.report = fileReport(s.unit, opt)
	s.report.Diagnostics, s.report.Settings.KeepCrashed = nil, x.file.CrashQueue == "keep"
	s.in = replay.New(s.unit.Automata, replay.Options{Environment: s.env, KeepCrashed: s.report.Settings.KeepCrashed})
	if err := s.carryOut(); err != nil {
		return nil, err
	}
	s.tell(ctx, fairness)
	return s, nil
}

// carryOut makes the steps of the report.
func (s *saved) carryOut() error {
	steps := s.finding.Trace
	run, moved, failed := trace.Follow(s.in, len(steps), s.fits, s.endsAsSaid)
	if failed >= 0 {
		return &noRunError{
			fmt.Sprintf("step %d is not possible: %s (line %d): %s", failed+1, steps[failed].Action, steps[failed].Line, s.whyNot(run, &steps[failed])),
			"the text has changed since the report was written; verify it again",
		}
	}
	run.Cycle, run.Stops, run.Settled = s.finding.Cycle, s.finding.Stops, s.finding.Settled
	s.run = run
	if moved > 0 {
		s.notes = append(s.notes, plural(moved, "1 step comes from another line than the report says", "%d steps come from other lines than the report says"))
	}
	if !s.endsAsSaid(run) {
		s.notes = append(s.notes, "the run ends elsewhere than the report says: the text has changed")
	}
	return nil
}

// fits compares a step with one of the report.
func (s *saved) fits(number int, step replay.Step) trace.Fit {
	want := &s.finding.Trace[number]
	got := json.StepOf(&s.report, number+1, verify.StepOf(s.in, step))
	switch {
	case got.Role != want.Role || got.Action != want.Action || got.Fails != want.Fails:
		return trace.No
	case got.Line != want.Line:
		return trace.Resembles
	}
	return trace.Exactly
}

// endsAsSaid reports whether a run ends where the report says, whatever the lines, and its cycle where it begins.
func (s *saved) endsAsSaid(r *verify.Run) bool {
	if n := len(r.Steps); s.finding.Cycle > 0 && r.Configs[n-s.finding.Cycle].Key() != r.Configs[n].Key() {
		return false
	}
	last := s.in.DescribeConfig(r.Last())
	want := *s.finding.Final
	want.Roles = slices.Clone(want.Roles)
	for i := range want.Roles {
		want.Roles[i].Waits = slices.Clone(want.Roles[i].Waits)
		for j := range want.Roles[i].Waits {
			want.Roles[i].Waits[j].Line = 0
		}
	}
	return reflect.DeepEqual(json.ConfigurationOf(&last, func(model.Origin) int { return 0 }), want)
}

// whyNot says why a step of the report is not possible at the end of a run.
func (s *saved) whyNot(r *verify.Run, want *json.Step) string {
	now := s.in.DescribeConfig(r.Last())
	i := slices.IndexFunc(now.Roles, func(x verify.RoleState) bool { return x.Role == want.Role })
	switch {
	case want.Role == "":
		return "the environment cannot do that here"
	case i < 0:
		return fmt.Sprintf("the text has no role %s", want.Role)
	}
	var can []string
	for _, step := range s.in.Enabled(r.Last()) {
		if slices.Contains(step.Participants(), model.RoleID(i)) && len(can) < 6 {
			can = append(can, s.in.Describe(step))
		}
	}
	role := &now.Roles[i]
	switch {
	case role.Failed:
		return fmt.Sprintf("%s is %s", role.Role, role.State)
	case len(can) > 0:
		return fmt.Sprintf("%s is in %s, where what is possible is %s", role.Role, role.State, strings.Join(can, "; "))
	case len(role.Waits) > 0:
		return fmt.Sprintf("%s is in %s and %s", role.Role, role.State, report.RoleInWords(role))
	}
	return fmt.Sprintf("%s is in %s, where nothing is possible for it", role.Role, role.State)
}

// tell puts the run into words, as far as possible as verify does, else in those of the report.
func (s *saved) tell(ctx context.Context, fairness verify.Fairness) {
	check := s.result.Check
	reviewer, err := verify.NewReviewer(ctx, s.unit.Automata, s.env, check, verify.Options{
		Properties: s.unit.Properties, Fairness: fairness, KeepCrashed: s.report.Settings.KeepCrashed, Course: html.Steps + 1,
	})
	unknown := (*verify.UnknownCheckError)(nil)
	switch {
	case errors.As(err, &unknown):
		s.refuted = fmt.Sprintf("there is no check or property %q any more", check)
	case err != nil:
		s.refuted = "whether it still shows the violation cannot be told: " + err.Error()
	default:
		s.reviewer = reviewer
		f, why := reviewer.Finding(s.run, s.cause())
		if s.refuted = why; why == "" {
			s.told = *f
			s.words(&s.told)
			return
		}
	}
	s.told = s.inWordsOfReport(s.run)
}

// isCheck reports whether the finding is one of a check, not of a property.
func (s *saved) isCheck() bool {
	return slices.ContainsFunc(verify.Checks(), func(c verify.Check) bool { return c.ID == s.result.Check })
}

// cause of the finding, as far as there are several ones.
func (s *saved) cause() string {
	if s.isCheck() {
		return s.finding.Cause
	}
	return ""
}

// words gives a finding the words of the report where they are about the same: they may say more.
func (s *saved) words(f *verify.Finding) {
	if f.Cause == s.finding.Cause && f.Fault == s.finding.Fault {
		f.Message, f.Help = s.finding.Message, s.finding.Help
	}
}

// inWordsOfReport is a run of which nothing is known but what the report says.
func (s *saved) inWordsOfReport(r *verify.Run) verify.Finding {
	f := verify.Finding{
		Cause: s.finding.Cause, Message: s.finding.Message, Help: s.finding.Help, Fault: s.finding.Fault, Loop: s.finding.Loop,
		Cycle: r.Cycle, Stops: r.Stops, Settled: r.Settled, Trace: []verify.Step{},
	}
	for _, step := range r.Steps {
		f.Trace = append(f.Trace, verify.StepOf(s.in, step))
	}
	last := s.in.DescribeConfig(r.Last())
	f.Final = &last
	return f
}

// title says which finding it is.
func (s *saved) title() string {
	title := s.result.Check
	if len(s.unit.Environments) > 1 || len(s.env.Faults) > 0 {
		title += " in " + s.env.Name
	}
	return title
}

// asReport is a report on nothing but one finding.
func (s *saved) asReport(version string, f verify.Finding) *report.Report {
	check := verify.Check{ID: s.result.Check}
	for _, c := range verify.Checks() {
		if c.ID == check.ID {
			check = c
		}
	}
	result := verify.CheckResult{Check: check, Verdict: verify.Violated, Findings: []verify.Finding{f}}
	file := s.report
	file.Result = &verify.Result{Environments: []verify.EnvironmentResult{{
		Environment: s.env, Checks: []verify.CheckResult{result}, Statistics: s.statistics(),
	}}}
	return &report.Report{Version: version, Files: []report.File{file}}
}

// statistics are those of the search that has found the run.
func (s *saved) statistics() verify.Statistics {
	for _, x := range s.file.Statistics {
		if x.Environment == s.env.Name {
			states, _ := strconv.ParseUint(x.States.String(), 10, 64) // more than that: 0
			return verify.Statistics{States: states, Transitions: x.Transitions, Depth: x.Depth, Complete: x.Complete, Reason: x.Reason, Store: x.Store}
		}
	}
	return verify.Statistics{}
}

// remark says on standard error what is not as in the report.
func (a *app) remark(s *saved) {
	if s.refuted != "" {
		fmt.Fprintf(a.Err, "note: the run is possible, but %s\n", report.Printable(s.refuted))
	}
	for _, n := range s.notes {
		fmt.Fprintf(a.Err, "note: %s\n", report.Printable(n))
	}
}
