// Package sarif renders a [report.Report] as one SARIF 2.1.0 log, for services that
// show results beside the code: each finding of a violated check, each diagnostic,
// each unmet expectation is a result; a run that shows a finding is a code flow, with
// the places of its steps.
//
// Results have a partial fingerprint, [report.FingerprintName], which has no line
// number in it. What the text expects is suppressed in source; what is in the
// baseline is unchanged. A check that is inconclusive is a result of kind `open`;
// checks that hold are not written.
package sarif

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"chorcheck/lang/diag"
	"chorcheck/report"
	"chorcheck/verify"
)

const (
	version   = "2.1.0"
	schemaURI = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)

// The rules that are no checks: an expectation that is not met, and a failure coverage that is too
// low.
const (
	expectationRule = "expectation"
	coverageRule    = "coverage"
)

// Write renders a report with a final line ending.
func Write(w io.Writer, r *report.Report) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(convert(r)); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes())
	return err
}

// writer collects the one run of a log.
type writer struct {
	report *report.Report
	run    run
	rules  map[string]int // the index of each rule by its id
}

func convert(r *report.Report) log {
	w := &writer{report: r, rules: map[string]int{}}
	exit := r.Exit()
	w.run = run{
		Tool:       tool{driver{Name: "chorcheck", Version: text(r.Version), Rules: []rule{}}},
		ColumnKind: "unicodeCodePoints", Artifacts: []artifact{}, Results: []result{},
	}
	i := invocation{ExecutionSuccessful: len(r.Errors) == 0, ExitCode: exit}
	for _, t := range r.Errors {
		n := notification{Level: "error", Message: plain(t.Message)}
		if t.Hint != "" {
			n.Message = plain(t.Message + "; " + t.Hint)
		}
		if t.File != "" {
			n.Locations = []location{w.location(t.File, report.Area{})}
		}
		i.Notifications = append(i.Notifications, n)
	}
	for j := range r.Files {
		w.file(&r.Files[j])
	}
	w.run.Invocations = []invocation{i}
	if b := r.Baseline; b != nil {
		w.run.Properties = &compared{}
		x := &w.run.Properties.Baseline
		x.File, x.New, x.Known, x.Gone = text(b.Name), b.New, b.Old, []string{}
		for _, id := range b.Gone {
			x.Gone = append(x.Gone, text(id.String()))
		}
	}
	return log{Schema: schemaURI, Version: version, Runs: []run{w.run}}
}

func (w *writer) file(f *report.File) {
	if at := (artifact{artifactLocation{w.uri(f.Source.Name)}, []string{"analysisTarget"}}); !slices.ContainsFunc(w.run.Artifacts, func(a artifact) bool { return a.Location == at.Location }) {
		w.run.Artifacts = append(w.run.Artifacts, at)
	}
	for _, d := range f.Diagnostics {
		w.diagnostic(f, d)
	}
	if f.Result == nil {
		return
	}
	for environment, c := range f.Verdicts() {
		w.verdict(f, environment, c)
	}
	for _, e := range f.Expectations {
		w.expectation(f, e)
	}
	w.coverage(f)
}

func (w *writer) diagnostic(f *report.File, d diag.Diagnostic) {
	code := string(d.Code)
	area, words := f.Located(d)
	if d.Help != "" {
		words += "\nhelp: " + text(d.Help)
	}
	x := w.result(code, d.Severity.String(), words, w.report.DiagnosticIdentity(f, d))
	x.RuleIndex = w.rule(rule{ID: code, Default: configuration{d.Severity.String()}})
	x.Locations = []location{w.location(f.Source.Name, area)}
	if d.File == nil {
		for _, l := range d.Secondary {
			at := w.location(f.Source.Name, f.Area(l.Span))
			at.ID = len(x.RelatedLocations) + 1
			if l.Text != "" {
				m := plain(l.Text)
				at.Message = &m
			}
			x.RelatedLocations = append(x.RelatedLocations, at)
		}
	}
	w.add(x, w.report.KnownDiagnostic(f, d))
}

// verdict writes what has to be looked at: findings, and what is not decided.
func (w *writer) verdict(f *report.File, environment string, c *verify.CheckResult) {
	level := "error"
	if c.Check.Warning && !w.report.Strict {
		level = "warning"
	}
	own := rule{ID: c.Check.ID, Default: configuration{level}}
	if c.Check.Title != "" {
		own.ShortDescription = &message{text(c.Check.Title)}
	}
	expected, ok := f.AsExpected(environment, c)
	suppress := func(x *result) {
		if ok {
			at := w.location(f.Source.Name, report.Area{Line: expected.Line})
			x.Suppressions = []suppression{{"inSource", "accepted",
				text(fmt.Sprintf("the text expects: %s %s", expected.Subject, expected.Expected)), &at}}
		}
	}
	for i := range c.Findings {
		finding := &c.Findings[i]
		words := finding.Message
		if environment != "" && len(f.Result.Environments) > 1 {
			words = "in " + environment + ": " + words
		}
		x := w.result(c.Check.ID, level, words, w.report.Identities(f, environment, c.Check.ID, finding)[0])
		if finding.Help != "" {
			x.Message = plain(words + "\nhelp: " + finding.Help)
		}
		x.RuleIndex = w.rule(own)
		x.Locations = []location{w.location(f.Source.Name, f.FindingArea(finding))}
		x.Properties = &properties{text(environment), c.Verdict.String()}
		for i, o := range finding.Origins {
			if a := f.AreaOf(o); i > 0 && a.Line > 0 {
				at := w.location(f.Source.Name, a)
				at.ID = len(x.RelatedLocations) + 1
				x.RelatedLocations = append(x.RelatedLocations, at)
			}
		}
		x.CodeFlows = w.codeFlows(f, finding)
		suppress(&x)
		w.add(x, w.report.KnownFinding(f, environment, c.Check.ID, finding))
	}
	if c.Verdict == verify.Inconclusive {
		x := w.result(c.Check.ID, "none", f.Title(environment, c.Check.ID)+" is not decided: "+c.Reason,
			report.Identity{File: w.report.Path(f.Source.Name), Environment: environment, Check: c.Check.ID, Cause: c.Verdict.String()})
		x.Kind, x.RuleIndex = "open", w.rule(own)
		x.Locations = []location{w.location(f.Source.Name, report.Area{})}
		x.Properties = &properties{text(environment), c.Verdict.String()}
		suppress(&x)
		w.add(x, false)
	}
}

// codeFlows is the run of a finding, one step after the other.
func (w *writer) codeFlows(f *report.File, x *verify.Finding) []codeFlow {
	if len(x.Trace) == 0 {
		return nil
	}
	var steps []threadFlowLocation
	for i := range x.Trace {
		s := &x.Trace[i]
		at := w.location(f.Source.Name, f.AreaOf(s.Origin))
		words := plain(fmt.Sprintf("%d: %s", i+1, report.StepInWords(s)))
		at.Message = &words
		if s.Role >= 0 && f.Automata != nil && int(s.Role) < len(f.Automata.Roles) {
			at.LogicalLocations = []logicalLocation{{text(f.Automata.Roles[s.Role].Name), "role"}}
		}
		step := threadFlowLocation{Location: at, ExecutionOrder: i + 1, Importance: "unimportant"}
		if s.Kind != "" {
			step.Kinds = []string{s.Kind}
		}
		switch {
		case s.Fault != "" || i == len(x.Trace)-1:
			step.Importance = "essential"
		case report.Causal(x, i):
			step.Importance = "important"
		}
		steps = append(steps, step)
	}
	flow := codeFlow{ThreadFlows: []threadFlow{{steps}}}
	if x.Final != nil {
		var ends []string
		for _, r := range x.Final.Roles {
			ends = append(ends, r.Role+" "+report.RoleInWords(&r))
		}
		words := plain("at the end " + strings.Join(ends, "; "))
		flow.Message = &words
	}
	return []codeFlow{flow}
}

func (w *writer) expectation(f *report.File, e report.Expectation) {
	if e.Outcome == report.Met {
		return
	}
	words := fmt.Sprintf("expected %s %s, found %s", e.Subject, e.Expected, e.Found)
	if e.Env != "" && len(f.Result.Environments) > 1 {
		words = "in " + e.Env + ": " + words
	}
	x := w.result(expectationRule, "error", words,
		report.Identity{File: w.report.Path(f.Source.Name), Environment: e.Env, Check: expectationRule, Cause: e.Subject + " " + e.Expected})
	if e.Outcome == report.Undecided {
		x.Kind, x.Level = "open", "none"
	}
	x.RuleIndex = w.rule(rule{ID: expectationRule, ShortDescription: &message{"what the text states about its verdicts is so"}, Default: configuration{"error"}})
	x.Locations = []location{w.location(f.StatedIn(e), report.Area{Line: e.Line})}
	w.add(x, false)
}

func (w *writer) coverage(f *report.File) {
	outcome := f.Covered()
	if outcome == report.Met {
		return
	}
	words := fmt.Sprintf("%g %% of the strikes of failures are handled or tolerated, and %g %% are required", report.Percent(f.Result.Coverage), f.MinCoverage)
	x := w.result(coverageRule, "error", words, report.Identity{File: w.report.Path(f.Source.Name), Check: coverageRule})
	if outcome == report.Undecided {
		x.Kind, x.Level = "open", "none"
	}
	x.RuleIndex = w.rule(rule{ID: coverageRule, ShortDescription: &message{"enough strikes of failures are handled or tolerated"}, Default: configuration{"error"}})
	x.Locations = []location{w.location(f.Source.Name, report.Area{})}
	w.add(x, false)
}

func (w *writer) result(id, level, words string, identity report.Identity) result {
	return result{
		RuleID: id, Kind: "fail", Level: level, Message: plain(words),
		PartialFingerprints: map[string]string{report.FingerprintName: identity.Fingerprint()},
	}
}

// add a result. With a baseline each one says whether it is new.
func (w *writer) add(x result, known bool) {
	switch {
	case w.report.Baseline == nil:
	case known:
		x.BaselineState = "unchanged"
	default:
		x.BaselineState = "new"
	}
	w.run.Results = append(w.run.Results, x)
}

// rule gives the index of a rule, which is declared at its first use.
func (w *writer) rule(own rule) int {
	if i, ok := w.rules[own.ID]; ok {
		return i
	}
	own.Help = message{fmt.Sprintf("`chorcheck explain %s` says more about it.", own.ID)}
	switch own.ID {
	case expectationRule, coverageRule:
		own.Help = message{"The documentation of chorcheck has a page about it: " + own.ID + "."}
	}
	rules := &w.run.Tool.Driver.Rules
	w.rules[own.ID] = len(*rules)
	*rules = append(*rules, own)
	return w.rules[own.ID]
}

// location is a place in a file, or the file if the area is empty.
func (w *writer) location(name string, a report.Area) location {
	at := &physicalLocation{ArtifactLocation: artifactLocation{w.uri(name)}}
	if a.Line > 0 {
		at.Region = &region{a.Line, a.Column, a.EndLine, a.EndColumn}
	}
	return location{PhysicalLocation: at}
}

// uri of a file: a relative reference for a name below the root.
func (w *writer) uri(name string) string {
	name = w.report.Path(name)
	u := url.URL{Path: name}
	if path.IsAbs(name) {
		u.Scheme = "file"
	}
	return u.String()
}

// link is what would be taken for a link in a message.
var link = regexp.MustCompile(`\[([^\]\[]*)\]\(`)

// plain is a message, in which names of the text are no links.
func plain(words string) message {
	return message{link.ReplaceAllString(text(words), `\[$1\](`)}
}

// text may be shown anywhere.
func text(s string) string { return report.PrintableBlock(s) }
