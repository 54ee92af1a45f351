package json

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"slices"

	"chorcheck/lang/diag"
	"chorcheck/lang/source"
	"chorcheck/model"
	"chorcheck/report"
	"chorcheck/verify"
)

// Write renders a report as one indented document with a final line ending.
func Write(w io.Writer, r *report.Report) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(Convert(r)); err != nil {
		return err
	}
	_, err := w.Write(visible(b.Bytes()))
	return err
}

// visible replaces hidden characters, which can stand in strings only, by their
// escapes: a document may be shown on a terminal, too.
func visible(document []byte) []byte {
	var b bytes.Buffer
	for _, r := range string(document) {
		switch {
		case r == '\n' || !report.Hidden(r):
			b.WriteRune(r)
		case r > 0xffff:
			r -= 0x10000
			fmt.Fprintf(&b, `\u%04x\u%04x`, 0xd800+r>>10, 0xdc00+r&0x3ff)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.Bytes()
}

// Read parses a document that Write has written.
func Read(r io.Reader) (*Document, error) {
	d := &Document{}
	if err := json.NewDecoder(r).Decode(d); err != nil {
		return nil, err
	}
	if d.Tool != "chorcheck" || d.SchemaVersion != SchemaVersion {
		return nil, fmt.Errorf("this is no report of chorcheck with schema version %d", SchemaVersion)
	}
	return d, nil
}

// Convert turns a report into its document. Lists are never null.
func Convert(r *report.Report) *Document {
	d := &Document{
		Tool: "chorcheck", Version: r.Version, SchemaVersion: SchemaVersion, Exit: r.Exit(),
		Errors: []Trouble{}, Files: []File{},
	}
	for _, t := range r.Errors {
		d.Errors = append(d.Errors, Trouble{t.File, t.Message, t.Hint})
	}
	if b := r.Baseline; b != nil {
		d.Baseline = &Baseline{b.Name, b.New, b.Old, []Gone{}}
		for _, id := range b.Gone {
			d.Baseline.Gone = append(d.Baseline.Gone, Gone{id.File, id.Environment, id.Check, id.Cause})
		}
	}
	for i := range r.Files {
		d.Files = append(d.Files, file(r, &r.Files[i]))
	}
	return d
}

func file(r *report.Report, f *report.File) File {
	out := File{
		File: f.Source.Name, Format: f.Format, Choreography: f.Choreography, Roles: []string{},
		Channels: f.Settings.Channels, Parameters: f.Settings.Params, Finals: f.Settings.Finals,
		Diagnostics: []Diagnostic{}, Dropped: f.Dropped,
		Environments: []string{}, Faults: f.Settings.Faults, CrashQueue: "vanish", Cached: f.Cached,
		Results: []Result{}, Statistics: []Statistics{}, Expectations: []Expectation{},
	}
	if f.Settings.KeepCrashed {
		out.CrashQueue = "keep"
	}
	if out.Parameters == nil {
		out.Parameters = map[string]int64{}
	}
	if out.Finals == nil {
		out.Finals = map[string][]string{}
	}
	if f.Automata != nil {
		for _, role := range f.Automata.Roles {
			out.Roles = append(out.Roles, role.Name)
		}
	}
	for _, d := range f.Diagnostics {
		out.Diagnostics = append(out.Diagnostics, diagnostic(f.Source, d))
	}
	for _, e := range f.Expectations {
		out.Expectations = append(out.Expectations, expectation(f, e))
	}
	if f.Result == nil {
		return out
	}
	for _, e := range f.Result.Environments {
		s, name := e.Statistics, e.Environment.Name
		out.Environments = append(out.Environments, name)
		out.Statistics = append(out.Statistics, Statistics{
			Environment: name, Engine: s.Engine.String(), States: json.Number(s.Number().String()), Transitions: s.Transitions, Depth: s.Depth, Workers: s.Workers,
			PeakBytes: s.PeakBytes, ElapsedMS: s.ElapsedMS, BitsPerState: s.BitsPerState, Complete: s.Complete,
			Reason: s.Reason, Store: s.Store,
			ExpectedOmissions: s.Missed, OmissionProbability: s.MissedAny,
			Order: s.Order.String(), Searches: s.Searches, DistinctStates: s.Distinct, ActionsMet: s.Taken, Actions: s.Actions,
			Nodes: s.Nodes, PeakNodes: s.PeakNodes, VariableOrder: s.VariableOrder, Certified: s.Certified,
			Reductions: list(s.Reductions), Unreduced: list(s.Unreduced),
		})
		for _, c := range e.Checks {
			out.Results = append(out.Results, result(r, f, c, name, name, s))
		}
	}
	whole, total := together(f)
	for _, c := range f.Result.Across {
		out.Results = append(out.Results, result(r, f, c, whole, "", total))
	}
	if f.Coverage {
		out.Coverage = coverage(f)
	}
	return out
}

// together names all environments, and adds up what was explored in them.
func together(f *report.File) (name string, s verify.Statistics) {
	list := f.Result.Environments
	if len(list) == 1 {
		return list[0].Environment.Name, list[0].Statistics
	}
	s.Configurations = new(big.Int)
	for _, e := range list {
		s.Configurations.Add(s.Configurations, e.Statistics.Number())
		s.Transitions += e.Statistics.Transitions
		s.Depth = max(s.Depth, e.Statistics.Depth)
		s.ElapsedMS += e.Statistics.ElapsedMS
		s.Store = e.Statistics.Store
	}
	return everywhere, s
}

// everywhere stands for all environments.
const everywhere = "*"

func expectation(f *report.File, e report.Expectation) Expectation {
	environment := e.Env
	if environment == "" {
		environment = everywhere
		if f.Result != nil {
			environment, _ = together(f)
		}
	}
	return Expectation{f.StatedIn(e), e.Line, environment, e.Subject, e.Expected, e.Found, e.Outcome.String()}
}

func coverage(f *report.File) *Coverage {
	c := f.Result.Coverage
	out := &Coverage{Percent: c.Percent(), Required: f.MinCoverage, Outcome: f.Covered().String(), Cells: []CoverageCell{}}
	if c == nil {
		return out
	}
	for _, cell := range c.Cells {
		x := CoverageCell{
			Fault: cell.Fault, Detail: cell.Detail, Role: roleName(f, cell.Role), Peer: roleName(f, cell.Peer),
			Line: f.Line(cell.Place), Text: f.Excerpt(cell.Place), Strikes: []Strike{},
		}
		for _, s := range cell.Strikes {
			strike := Strike{Environment: s.Environment, Status: s.Status.String(), Handlers: []string{}, Finding: s.Finding}
			for _, h := range s.Handlers {
				strike.Handlers = append(strike.Handlers, f.HandlerName(h))
			}
			x.Strikes = append(x.Strikes, strike)
		}
		out.Cells = append(out.Cells, x)
	}
	return out
}

// roleName is empty where there is no role.
func roleName(f *report.File, r model.RoleID) string {
	if r < 0 {
		return ""
	}
	return f.Automata.Roles[r].Name
}

func diagnostic(f *source.File, d diag.Diagnostic) Diagnostic {
	if d.File != nil { // the text of an option
		f = d.File
	}
	out := Diagnostic{
		Code: string(d.Code), Severity: d.Severity.String(), Message: d.Message, Help: d.Help,
		Spans: []Span{span(f, d.Primary.Span, d.Primary.Text, true)},
	}
	for _, l := range d.Secondary {
		out.Spans = append(out.Spans, span(f, l.Span, l.Text, false))
	}
	return out
}

func span(f *source.File, s source.Span, label string, primary bool) Span {
	start, end := f.Position(s.Start), f.Position(max(s.Start, s.End))
	return Span{f.Name, start.Line, start.Column, end.Line, end.Column, primary, label}
}

// result of a check; of one about all environments together the identity is that in
// the environment "".
func result(r *report.Report, f *report.File, c verify.CheckResult, environment, identity string, s verify.Statistics) Result {
	out := Result{
		Environment: environment, Check: c.Check.ID, Severity: "error", Verdict: c.Verdict.String(),
		Expected: f.Expected(c.Check.ID, environment), States: json.Number(s.Number().String()), Transitions: s.Transitions, Depth: s.Depth,
		ElapsedMS: s.ElapsedMS, Store: s.Store, Reason: c.Reason, Notes: list(c.Notes),
		Trace: []Step{}, Findings: []Finding{}, Omitted: c.Omitted,
	}
	if c.Check.Warning {
		out.Severity = "warning"
	}
	if c.Product != nil {
		out.States, out.ElapsedMS = json.Number(c.Product.String()), c.ProductMS
		out.Transitions, out.Depth, out.Store = 0, 0, ""
	}
	for _, x := range c.Findings {
		y := finding(f, x)
		y.Fingerprint = r.Identities(f, identity, c.Check.ID, &x)[0].Fingerprint()
		if r.Baseline != nil {
			y.Baseline = "new"
			if r.KnownFinding(f, identity, c.Check.ID, &x) {
				y.Baseline = "known"
			}
		}
		out.Findings = append(out.Findings, y)
	}
	if len(out.Findings) > 0 {
		out.Message, out.Trace = out.Findings[0].Message, out.Findings[0].Trace
	}
	return out
}

func finding(f *report.File, x verify.Finding) Finding {
	out := Finding{
		Cause: x.Cause, Message: x.Message, Help: x.Help, Fault: x.Fault, Loop: x.Loop, Cycle: x.Cycle, Stops: x.Stops, Settled: x.Settled,
		Untold: []string{}, Places: []Span{}, Trace: []Step{},
	}
	for _, r := range x.Untold {
		out.Untold = append(out.Untold, roleName(f, r))
	}
	for _, o := range x.Origins {
		if at, ok := f.Place(o); ok {
			out.Places = append(out.Places, span(f.Source, at, "", len(out.Places) == 0))
		}
	}
	for i, s := range x.Trace {
		step := StepOf(f, i+1, s)
		step.Causal = x.Causal == nil || slices.Contains(x.Causal, i)
		out.Trace = append(out.Trace, step)
	}
	if x.Final != nil {
		c := ConfigurationOf(x.Final, f.Line)
		out.Final = &c
	}
	return out
}

// StepOf converts the step with this number.
func StepOf(f *report.File, number int, s verify.Step) Step {
	return Step{
		Step: number, Role: roleName(f, s.Role), Action: s.Action, Kind: s.Kind, Fault: s.Fault, Handler: s.Handler,
		Causal: true, Values: list(s.Values), Fails: s.Fails, File: f.Source.Name, Line: f.Line(s.Origin),
	}
}

// ConfigurationOf converts a configuration; line gives the lines of origins.
func ConfigurationOf(c *verify.Configuration, line func(model.Origin) int) Configuration {
	out := Configuration{Roles: []RoleState{}, Queues: []Queue{}, Links: list(c.Links), Cycle: list(c.Cycle)}
	for _, r := range c.Roles {
		role := RoleState{
			Role: r.Role, State: r.State, Final: r.Final, Failed: r.Failed, Status: r.Status.String(),
			Scopes: list(r.In), Variables: list(r.Variables), Armed: list(r.Armed), Waits: []Wait{},
		}
		for _, w := range r.Waits {
			role.Waits = append(role.Waits, Wait{w.For, w.On, line(w.Origin)})
		}
		out.Roles = append(out.Roles, role)
	}
	for _, q := range c.Queues {
		out.Queues = append(out.Queues, Queue{q.Name, list(q.Messages), q.Capacity})
	}
	return out
}

// list is never nil, so that it is never null in the document.
func list[T any](l []T) []T {
	if l == nil {
		return []T{}
	}
	return l
}
