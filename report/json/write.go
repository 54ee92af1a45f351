package json

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

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
	for i := range r.Files {
		d.Files = append(d.Files, file(&r.Files[i]))
	}
	return d
}

func file(f *report.File) File {
	out := File{
		File: f.Source.Name, Format: f.Format, Choreography: f.Choreography, Roles: []string{},
		Channels: f.Settings.Channels, Parameters: f.Settings.Params, Finals: f.Settings.Finals,
		Diagnostics: []Diagnostic{}, Dropped: f.Dropped,
		Results: []Result{}, Statistics: []Statistics{}, Expectations: []Expectation{},
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
		out.Expectations = append(out.Expectations, Expectation{e.Line, e.Subject, e.Expected, e.Found, e.Outcome.String()})
	}
	if f.Result == nil {
		return out
	}
	s := f.Result.Statistics
	out.Statistics = append(out.Statistics, Statistics{
		Environment: f.Environment, States: s.States, Transitions: s.Transitions, Depth: s.Depth, Workers: s.Workers,
		PeakBytes: s.PeakBytes, ElapsedMS: s.ElapsedMS, BitsPerState: s.BitsPerState, Complete: s.Complete,
		Reason: s.Reason, Store: s.Store,
	})
	for _, c := range f.Result.Checks {
		out.Results = append(out.Results, result(f, c))
	}
	return out
}

func diagnostic(f *source.File, d diag.Diagnostic) Diagnostic {
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

func result(f *report.File, c verify.CheckResult) Result {
	s := f.Result.Statistics
	out := Result{
		Environment: f.Environment, Check: c.Check.ID, Severity: "error", Verdict: c.Verdict.String(),
		Expected: f.Expected(c.Check.ID), States: s.States, Transitions: s.Transitions, Depth: s.Depth,
		ElapsedMS: s.ElapsedMS, Store: s.Store, Reason: c.Reason, Notes: list(c.Notes),
		Trace: []Step{}, Findings: []Finding{}, Omitted: c.Omitted,
	}
	if c.Check.Warning {
		out.Severity = "warning"
	}
	for _, x := range c.Findings {
		out.Findings = append(out.Findings, finding(f, x))
	}
	if len(out.Findings) > 0 {
		out.Message, out.Trace = out.Findings[0].Message, out.Findings[0].Trace
	}
	return out
}

func finding(f *report.File, x verify.Finding) Finding {
	out := Finding{Message: x.Message, Help: x.Help, Loop: x.Loop, Places: []Span{}, Trace: []Step{}}
	for _, o := range x.Origins {
		if at, ok := f.Place(o); ok {
			out.Places = append(out.Places, span(f.Source, at, "", len(out.Places) == 0))
		}
	}
	for i, s := range x.Trace {
		out.Trace = append(out.Trace, StepOf(f, i+1, s))
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
		Step: number, Role: f.Automata.Roles[s.Role].Name, Action: s.Action, Kind: s.Kind, Values: list(s.Values),
		Fails: s.Fails, File: f.Source.Name, Line: f.Line(s.Origin),
	}
}

// ConfigurationOf converts a configuration; line gives the lines of origins.
func ConfigurationOf(c *verify.Configuration, line func(model.Origin) int) Configuration {
	out := Configuration{Roles: []RoleState{}, Queues: []Queue{}, Cycle: list(c.Cycle)}
	for _, r := range c.Roles {
		role := RoleState{Role: r.Role, State: r.State, Final: r.Final, Failed: r.Failed, Variables: list(r.Variables), Waits: []Wait{}}
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
