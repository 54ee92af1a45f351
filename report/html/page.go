package html

import (
	"cmp"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"chorcheck/lang/diag"
	"chorcheck/report"
	"chorcheck/verify"
)

// page is all that the template shows.
type page struct {
	Version, Policy string
	Style           template.CSS
	Script          template.JS

	Outcome, Class string
	Exit           int
	Troubles       []trouble
	Baseline       *baseline
	Files          []file
	Lacks          []string // what there was no room for
}

type trouble struct{ File, Message, Hint string }

type baseline struct {
	Name, Text string
	Gone       []string
}

// file is one text.
type file struct {
	ID             string
	Name, About    string
	Outcome, Class string
	Rejected       bool
	Verified       bool
	Diagnostics    []diagnostic
	Dropped        int // diagnostics that are not listed
	Settings       []pair
	Environments   []string
	Rows           []row
	Notes          []string
	Findings       []template.HTML
	Causes         int // how many there are
	Omitted        []string
	Coverage       *matrix
	Expectations   []expectation
	Unmet          int
	Statistics     *statistics
	Source         *source

	report *report.File
	of     map[string]int // the number of a finding, by check and environment
	runs   []struck
	same   map[string]int // the number of the finding that shows a run
}

type pair struct{ Name, Value string }

type diagnostic struct {
	Class, Title, Message, Help, At string
	Line                            string // the anchor of the line; may be empty
}

type expectation struct{ Class, Outcome, Text, Found string }

// page makes the view of the whole report.
func (b *builder) page() (*page, error) {
	r := b.report
	p := &page{Version: name(r.Version), Exit: r.Exit()}
	p.Outcome, p.Class = outcome(p.Exit)
	for i, t := range r.Errors {
		if i == maxDiagnostics {
			b.lacks("more files that could not be read", len(r.Errors)-i)
			break
		}
		p.Troubles = append(p.Troubles, trouble{name(t.File), message(t.Message), message(t.Hint)})
	}
	if k := r.Baseline; k != nil {
		p.Baseline = &baseline{Name: name(k.Name), Text: k.Counts()}
		for i, id := range k.Gone {
			if i == maxDiagnostics {
				b.lacks("more findings of the baseline that are gone", len(k.Gone)-i)
				break
			}
			p.Baseline.Gone = append(p.Baseline.Gone, message(id.String()))
		}
	}
	for i := range r.Files {
		if i == maxFiles {
			b.lacks("more files", len(r.Files)-i)
			break
		}
		f, err := b.file(&r.Files[i], i+1)
		if err != nil {
			return nil, err
		}
		p.Files = append(p.Files, *f)
	}
	for what, n := range b.scarce {
		p.Lacks = append(p.Lacks, fmt.Sprintf("%d %s", n, what))
	}
	slices.Sort(p.Lacks)
	return p, nil
}

// outcome of an exit code, in a word, and its class.
func outcome(exit int) (words, class string) {
	switch exit {
	case report.ExitOK:
		return "fine", "good"
	case report.ExitViolated:
		return "violated", "bad"
	case report.ExitInconclusive:
		return "inconclusive", "open"
	case report.ExitRejected:
		return "rejected", "bad"
	}
	return "trouble", "bad"
}

func (b *builder) file(f *report.File, number int) (*file, error) {
	v := &file{
		ID: fmt.Sprint(number), Name: name(f.Source.Name), Rejected: f.Rejected(), Verified: f.Result != nil && !f.Rejected(),
		report: f, of: map[string]int{}, same: map[string]int{},
	}
	v.Outcome, v.Class = outcome(b.report.ExitOf(f))
	if f.Automata != nil {
		var roles []string
		for i, role := range f.Automata.Roles {
			if i == 12 {
				roles = append(roles, "..")
				break
			}
			roles = append(roles, name(role.Name))
		}
		v.About = fmt.Sprintf("%s, %s (%s), %s", name(f.Choreography), plural(len(f.Automata.Roles), "role", "roles"), strings.Join(roles, ", "), name(f.Settings.Channels))
	}
	v.diagnostics(f)
	v.settings()
	if v.Verified {
		if err := b.findings(v); err != nil {
			return nil, err
		}
		b.verdicts(v)
		b.coverage(v)
		v.expectations()
		v.Statistics = statisticsOf(f)
	}
	b.sourceOf(v)
	return v, nil
}

func (v *file) diagnostics(f *report.File) {
	v.Dropped = f.Dropped + max(0, len(f.Diagnostics)-maxDiagnostics)
	for _, d := range f.Diagnostics[:min(len(f.Diagnostics), maxDiagnostics)] {
		area, text := f.Located(d)
		x := diagnostic{Class: "open", Title: d.Severity.String() + " " + string(d.Code), Message: message(text), Help: message(d.Help)}
		if d.Severity == diag.Error {
			x.Class = "bad"
		}
		if area.Line > 0 {
			x.At, x.Line = fmt.Sprintf("line %d, column %d", area.Line, area.Column), v.line(area.Line)
		}
		v.Diagnostics = append(v.Diagnostics, x)
	}
}

// settings are those that differ from what is usual.
func (v *file) settings() {
	s := &v.report.Settings
	add := func(what, value string) { v.Settings = append(v.Settings, pair{what, message(value)}) }
	var params []string
	for n, value := range s.Params {
		params = append(params, fmt.Sprintf("%s = %d", name(n), value))
	}
	slices.Sort(params)
	if len(params) > 0 {
		add("parameters", strings.Join(params, ", "))
	}
	if s.Channels != "" {
		add("channels", s.Channels)
	}
	if s.Faults != "" {
		add("faults", s.Faults)
	}
	if s.KeepCrashed {
		add("queues to crashed roles", "stay")
	}
	var finals []string
	for role, states := range s.Finals {
		finals = append(finals, role+": "+strings.Join(states, ", "))
	}
	slices.Sort(finals)
	if len(finals) > 0 {
		add("further final states", strings.Join(finals, "; "))
	}
}

func (v *file) expectations() {
	f := v.report
	for i, e := range f.Expectations {
		if i == maxDiagnostics {
			break
		}
		in := ""
		if e.Env != "" && len(f.Result.Environments) > 1 {
			in = " in " + name(e.Env)
		}
		where := ""
		if e.File != "" {
			where = name(e.File) + ", "
		}
		x := expectation{Class: "good", Outcome: e.Outcome.String(), Text: fmt.Sprintf("%sline %d: %s %s%s", where, e.Line, name(e.Subject), name(e.Expected), in), Found: name(e.Found)}
		switch e.Outcome {
		case report.Met:
		case report.Unmet:
			x.Class = "bad"
		case report.Undecided:
			x.Class = "open"
		}
		v.Expectations = append(v.Expectations, x)
	}
	v.Unmet = len(f.Expectations) - f.Expect(report.Met)
}

// environmentName is that of an environment of a file.
func environmentName(f *report.File, i int) string { return f.Result.Environments[i].Environment.Name }

// worstFirst puts failures of roles before what follows from them, and violations that
// count before others.
func (b *builder) worstFirst(v *file) []report.Row {
	rows := v.report.Rows()
	rank := func(r report.Row) int {
		switch {
		case r.Check.Warning && !b.report.Strict:
			return 2
		case r.Check.ID == "out-of-range" || r.Check.ID == "uncaught-exception":
			return 0
		}
		return 1
	}
	slices.SortStableFunc(rows, func(x, y report.Row) int { return cmp.Compare(rank(x), rank(y)) })
	return rows
}

// key of a verdict.
func key(check, environment string) string { return check + "\x00" + environment }

// line is the anchor of a line of the source.
func (v *file) line(n int) string { return fmt.Sprintf("line-%s-%d", v.ID, n) }

// statistics is a table: a row for each environment.
type statistics struct {
	Head []string
	Rows [][]string
}

func statisticsOf(f *report.File) *statistics {
	t := &statistics{Head: []string{"environment", "states", "transitions", "depth", "time", "memory", "search"}}
	for i, e := range f.Result.Environments {
		if i == maxEnvironments {
			break
		}
		s := &e.Statistics
		cells := []string{name(e.Environment.Name), clean(s.Number().String(), maxName), fmt.Sprint(s.Transitions), fmt.Sprint(s.Depth), milliseconds(s.ElapsedMS), bytes1024(s.PeakBytes), ""}
		var about []string
		if s.Engine == verify.Symbolic {
			cells[2] = "–"
			about = append(about, fmt.Sprintf("by diagrams of %s, at most %d", plural(s.Nodes, "node", "nodes"), s.PeakNodes))
			if s.Certified {
				about = append(about, "certified")
			}
		}
		if s.Order.Sampled() {
			about = append(about, fmt.Sprintf("a sample: %d searches, about %d different states", s.Searches, s.Distinct))
		}
		if s.Store != "" {
			about = append(about, s.Store)
		}
		if s.Missed > 0 {
			about = append(about, fmt.Sprintf("about %.3g states missed", s.Missed))
		}
		if s.Workers > 0 {
			about = append(about, plural(s.Workers, "thread", "threads"))
		}
		if len(s.Reductions) > 0 {
			about = append(about, "reduced: "+strings.Join(s.Reductions, ", "))
		}
		about = append(about, s.Unreduced...)
		if f.Cached {
			about = append(about, "found out by an earlier run and kept in the cache")
		}
		if !s.Complete {
			about = append(about, "not complete: "+s.Reason)
		}
		cells[6] = message(strings.Join(about, "; "))
		t.Rows = append(t.Rows, cells)
	}
	return t
}

func milliseconds(ms float64) string {
	switch {
	case ms < 10:
		return fmt.Sprintf("%.1f ms", ms)
	case ms < 1000:
		return fmt.Sprintf("%.0f ms", ms)
	case ms < 120_000:
		return fmt.Sprintf("%.1f s", ms/1000)
	}
	return fmt.Sprintf("%.0f min", ms/60_000)
}

func bytes1024(n int64) string {
	switch {
	case n <= 0:
		return "–"
	case n < 1<<20:
		return fmt.Sprintf("%d KiB", (n+1023)>>10)
	case n < 10<<30:
		return fmt.Sprintf("%d MiB", n>>20)
	}
	return fmt.Sprintf("%d GiB", n>>30)
}
