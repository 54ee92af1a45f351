package cli

import (
	"fmt"
	"os"
	"reflect"
	"strings"

	"github.com/spf13/cobra"

	"chorcheck/lang"
	"chorcheck/report"
	"chorcheck/report/json"
	"chorcheck/report/text"
	"chorcheck/verify"
	"chorcheck/verify/replay"
)

func (a *app) replayCommand() *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use:   "replay REPORT.json",
		Short: "Execute the traces of a report again",
		Long: `Reads a report that verify --format json has written and executes each of its traces
again, by a simple interpreter that shares nothing with the search: each step must be
possible, and the last configuration must be the one in the report. Prints the steps.

Exit code: 1 if a trace is no run of the protocol or ends elsewhere.`,
		Example: `  chorcheck verify --format json payment.chor > report.json
  chorcheck replay report.json`,
		Args: arguments(1, 1, "a report"),
		RunE: func(_ *cobra.Command, args []string) error { return a.replay(args[0], file) },
	}
	cmd.Flags().StringVar(&file, "file", "", "the text, if it is not where the report says (for a report on one file)")
	return cmd
}

func (a *app) replay(name, override string) error {
	r := a.In
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return usage("", "%s: %s", name, reason(err))
		}
		defer f.Close()
		r = f
	}
	doc, err := json.Read(r)
	if err != nil {
		return usage("a report is what `chorcheck verify --format json` writes", "%s: %v", name, err)
	}
	if override != "" && len(doc.Files) != 1 {
		return usage("", "--file is for a report on one file, and this one is on %d", len(doc.Files))
	}
	traces := 0
	for _, f := range doc.Files {
		if !hasTraces(f) {
			continue
		}
		path := f.File
		if override != "" {
			path = override
		}
		if path == "-" && override == "" {
			return usage("name the text with --file", "the report is on standard input, which is gone")
		}
		n, err := a.replayFile(f, path)
		if err != nil {
			return err
		}
		traces += n
	}
	if traces == 0 && a.exit == report.ExitOK {
		fmt.Fprintln(a.out, "the report has no traces")
	}
	return nil
}

func hasTraces(f json.File) bool {
	for _, result := range f.Results {
		for _, finding := range result.Findings {
			if finding.Final != nil {
				return true
			}
		}
	}
	return false
}

// replayFile executes all traces of one file with the settings of the report.
func (a *app) replayFile(f json.File, path string) (traces int, err error) {
	opt := lang.Options{Format: f.Format, Set: f.Parameters, Finals: f.Finals, Faults: f.Faults}
	channel, err := parseChannel(f.Channels)
	if err != nil {
		return 0, usage("", "the report names no known channels: %q", f.Channels)
	}
	opt.Channels = &channel
	src, err := a.read(path)
	if err != nil {
		return 0, usage("if the text has moved, name it with --file", "%s: %s", path, reason(err))
	}
	u := lang.Load(src, opt)
	if u.Rejected() {
		text.Diagnostics(a.Err, u.File, u.Diagnostics, u.Dropped, a.errStyle())
		a.exit = report.Worse(a.exit, report.ExitRejected)
		return 0, nil
	}
	file := fileReport(u, opt)
	for _, result := range f.Results {
		var in *replay.Interpreter
		for _, e := range u.Environments {
			if e.Name == result.Environment {
				in = replay.New(u.Automata, replay.Options{Environment: e, KeepCrashed: f.CrashQueue == "keep"})
			}
		}
		for i, finding := range result.Findings {
			if finding.Final == nil {
				continue
			}
			if traces > 0 {
				fmt.Fprintln(a.out)
			}
			traces++
			if in == nil {
				return 0, usage("", "the text has no environment %q, which the report names", result.Environment)
			}
			fmt.Fprintf(a.out, "%s: %s, finding %d: %s\n", report.Printable(path), report.Printable(result.Check), i+1, report.Printable(finding.Message))
			if why := a.replayTrace(in, &file, result.Check, finding); why != "" {
				fmt.Fprintf(a.out, "✗ %s\n", report.Printable(why))
				a.exit = report.Worse(a.exit, report.ExitViolated)
			} else {
				fmt.Fprintf(a.out, "✓ replayed: %d steps, and the same configuration after them\n", len(finding.Trace))
			}
		}
	}
	return traces, nil
}

// candidate is a configuration that the steps so far can lead to.
type candidate struct {
	config replay.Config
	step   replay.Step // the last one
	before *candidate
}

// maxCandidates bounds the configurations that are followed at once.
const maxCandidates = 10_000

// replayTrace executes one trace and says why that does not work out, or nothing. A
// step of a report is a role, an action and a line; in a nondeterministic protocol
// several steps can look like that, so all of them are followed.
func (a *app) replayTrace(in *replay.Interpreter, file *report.File, check string, finding json.Finding) string {
	present := []*candidate{{config: in.Initial()}}
	for i, want := range finding.Trace {
		var next []*candidate
		seen := map[string]bool{}
		for _, c := range present {
			for _, s := range in.Enabled(c.config) {
				got := json.StepOf(file, i+1, verify.StepOf(in, s))
				if got.Role != want.Role || got.Action != want.Action || got.Line != want.Line || got.Fails != want.Fails {
					continue
				}
				config := in.Apply(c.config, s)
				if key := config.Key(); !seen[key] && len(next) < maxCandidates {
					seen[key] = true
					next = append(next, &candidate{config, s, c})
				}
			}
		}
		if len(next) == 0 {
			a.showRun(in, file, present[0])
			return fmt.Sprintf("step %d is not possible here: %s (line %d)", i+1, want.Action, want.Line)
		}
		present = next
	}
	why := ""
	for _, c := range present {
		if why = differs(in, file, check, finding, c); why == "" {
			a.showRun(in, file, c)
			return ""
		}
	}
	a.showRun(in, file, present[0])
	return why
}

// showRun prints the steps that lead to a candidate, and its configuration.
func (a *app) showRun(in *replay.Interpreter, file *report.File, c *candidate) {
	var lines []string
	number := 0
	for x := c; x.before != nil; x = x.before {
		number++
	}
	for x := c; x.before != nil; x = x.before {
		lines = append(lines, row(file, number, verify.StepOf(in, x.step)))
		number--
	}
	for i := len(lines) - 1; i >= 0; i-- {
		fmt.Fprintln(a.out, lines[i])
	}
	last := in.DescribeConfig(c.config)
	text.Configuration(a.out, file, "then", &last, a.outStyle())
}

// differs says how the end of a run is not the evidence that the report claims, or
// nothing if it is.
func differs(in *replay.Interpreter, file *report.File, check string, finding json.Finding, c *candidate) string {
	last := in.DescribeConfig(c.config)
	got := json.ConfigurationOf(&last, file.Line)
	want := *finding.Final
	for i, role := range got.Roles {
		if i >= len(want.Roles) || !reflect.DeepEqual(role, want.Roles[i]) {
			return fmt.Sprintf("the run ends elsewhere: %s is in %s%s, which is not as in the report", role.Role, role.State, variables(role))
		}
	}
	if !reflect.DeepEqual(got, want) {
		return "the run ends elsewhere: the queues, the links or the roles that wait for each other are not as in the report"
	}
	var by *replay.Step
	if c.before != nil {
		by = &c.step
	}
	if !verify.Evidence(in, check, c.config, by) {
		return "the run ends as in the report, but that is no violation of " + check
	}
	return ""
}

func variables(r json.RoleState) string {
	if len(r.Variables) == 0 {
		return ""
	}
	return " with " + strings.Join(r.Variables, ", ")
}
