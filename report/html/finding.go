package html

import (
	"bytes"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"chorcheck/model"
	"chorcheck/report"
	"chorcheck/report/svg"
	"chorcheck/verify"
)

// finding is one cause of a violation.
type finding struct {
	Number               int
	Title, Class, Remark string
	Message, Fault, Also string
	Untold, Loop, Help   string
	Places               []place
	Run                  *run
	SameAs               int    // the finding that shows the run
	NoRun                string // why there is none
}

// place of a text.
type place struct{ Line, Href, Text string }

// run of a finding.
type run struct {
	Number       int
	Chart, Waits template.HTML
	Steps        []step
	States       []state
	Length       int
}

// step in the list of steps.
type step struct {
	Number int // from 1; 0 for a gap
	Text   string
	Class  string
	Line   string
	Href   string
}

// struck is a finding that shows a run, for those who look for faults in it.
type struck struct {
	number       int
	environments []string
	trace        []verify.Step
}

// findings renders the findings of a file, as long as there is room.
func (b *builder) findings(v *file) error {
	f := v.report
	for _, r := range b.worstFirst(v) {
		v.Causes += len(r.Groups)
		for i := range r.Groups {
			if !b.takes() {
				b.lacks("more findings", len(r.Groups)-i)
				break
			}
			if err := b.finding(v, &r, &r.Groups[i]); err != nil {
				return err
			}
		}
		for i, c := range r.Cells {
			if c == nil || c.Omitted == 0 {
				continue
			}
			in := ""
			if !r.Across && len(r.Cells) > 1 {
				in = " in " + name(environmentName(f, i))
			}
			v.Omitted = append(v.Omitted, fmt.Sprintf("%s%s: %s not looked at; --max-findings shows more", r.Check.ID, in,
				plural(c.Omitted, "further cause is", "further causes are")))
		}
	}
	return nil
}

// takes the room of one finding, if there is any.
func (b *builder) takes() bool {
	b.room--
	return b.room >= 0
}

func (b *builder) finding(v *file, r *report.Row, g *report.Group) error {
	f, x := v.report, &g.Finding
	b.number++
	environments := slices.Concat([]string{g.Environment}, g.Environments)
	for _, e := range environments {
		if k := key(r.Check.ID, e); v.of[k] == 0 {
			v.of[k] = b.number
		}
	}
	y := finding{
		Number: b.number, Title: name(f.Title(g.Environment, r.Check.ID)), Also: name(strings.Join(g.Environments, ", ")),
		Message: message(x.Message), Fault: message(x.Fault), Loop: message(x.Loop), Help: message(x.Help), Untold: v.roles(x.Untold),
	}
	y.Class, y.Remark = b.lookOf(v, r, g, environments)
	for _, o := range x.Origins {
		if line := f.Line(o); line > 0 && len(y.Places) < 20 {
			p := place{fmt.Sprintf("line %d", line), v.line(line), clean(f.Excerpt(o), maxName)}
			if !slices.Contains(y.Places, p) {
				y.Places = append(y.Places, p)
			}
		}
	}
	switch same := v.same[runKey(g)]; {
	case x.Final == nil:
	case same != 0:
		y.SameAs = same
	case b.runs <= 0:
		y.NoRun = "There is no room for its run on this page: --only, --env or a smaller --max-findings makes some."
		b.lacks("findings without their runs", 1)
	default:
		var err error
		if y.Run, err = b.runOf(v, g, b.number); err != nil {
			return err
		}
		v.same[runKey(g)] = b.number
		v.runs = append(v.runs, struck{b.number, environments, x.Trace})
	}
	var out bytes.Buffer
	if err := b.template.ExecuteTemplate(&out, "finding", y); err != nil {
		return err
	}
	b.runs -= out.Len()
	v.Findings = append(v.Findings, template.HTML(out.String()))
	return nil
}

// lookOf a finding: as that of the verdicts that it belongs to, and of no matter if the
// baseline has it.
func (b *builder) lookOf(v *file, r *report.Row, g *report.Group, environments []string) (class, remark string) {
	f := v.report
	known := b.report.Baseline != nil
	for _, e := range environments {
		known = known && b.report.KnownFinding(f, e, r.Check.ID, &g.Finding)
	}
	if known {
		return "soft", "known"
	}
	for i, c := range r.Cells {
		environment := ""
		if !r.Across {
			environment = environmentName(f, i)
		}
		if c != nil && environment == g.Environment {
			return look(b.report.Judge(f, environment, c))
		}
	}
	return "bad", ""
}

func (v *file) roles(list []model.RoleID) string {
	var names []string
	for _, r := range list {
		if v.report.Automata != nil && r >= 0 && int(r) < len(v.report.Automata.Roles) {
			names = append(names, v.report.Automata.Roles[r].Name)
		}
	}
	return message(strings.Join(names, ", "))
}

// runKey identifies what is shown of a run.
func runKey(g *report.Group) string {
	var b strings.Builder
	x := &g.Finding
	fmt.Fprintf(&b, "%q %v %v", g.Environment, x.Causal, x.Blocked)
	if x.Final != nil {
		fmt.Fprintf(&b, " %q", fmt.Sprintf("%+v", *x.Final))
	}
	for i := range x.Trace {
		fmt.Fprintf(&b, " %q %d", x.Trace[i].Action, x.Trace[i].Origin)
	}
	return b.String()
}

// runOf draws the run of a finding, and lists its steps and states.
func (b *builder) runOf(v *file, g *report.Group, number int) (*run, error) {
	f, x := v.report, &g.Finding
	y := &run{Number: number, Length: len(x.Trace)}
	var timers []svg.Timer
	if f.Automata != nil {
		n := svg.Network{Automata: f.Automata, KeepCrashed: f.Settings.KeepCrashed, At: func(o model.Origin) string {
			if line := f.Line(o); line > 0 {
				return fmt.Sprintf("line %d", line)
			}
			return ""
		}}
		chart, _ := svg.FromFinding(n, *x)   // it has an end
		chart.Message, chart.Begins = "", "" // they stand above it
		for _, t := range chart.Timers {
			if slices.ContainsFunc(f.Automata.Timers, func(m model.Timer) bool { return m.Exception >= 0 && int(m.Owner) == t.Lane && m.Name == t.Name }) {
				timers = append(timers, t)
			}
		}
		var err error
		if y.Chart, y.Waits, err = draw(chart, number); err != nil {
			return nil, err
		}
	}
	for i := range x.Trace {
		n := len(x.Trace)
		if n > Steps && i >= Steps/2 && i < n-Steps/2 {
			if i == Steps/2 {
				y.Steps = append(y.Steps, step{Text: fmt.Sprintf(".. %d more steps", n-Steps)})
			}
			continue
		}
		y.Steps = append(y.Steps, v.step(x, i))
	}
	y.States = v.states(x, number, timers)
	return y, nil
}

// draw makes the pictures of a run. Who waits for whom is drawn if anybody does.
func draw(chart svg.Chart, number int) (sequence, waits template.HTML, err error) {
	var b strings.Builder
	if err := svg.Sequence(&b, chart, svg.Options{Bare: true, IDs: fmt.Sprintf("run%d", number)}); err != nil {
		return "", "", err
	}
	sequence = template.HTML(b.String())
	for _, e := range chart.Ends {
		if len(e.Waits) > 0 && (e.Status == svg.Waiting || e.Status == svg.Blocked) {
			b.Reset()
			if err := svg.Waits(&b, chart, svg.Options{Bare: true, IDs: fmt.Sprintf("waits%d", number)}); err != nil {
				return "", "", err
			}
			return sequence, template.HTML(b.String()), nil
		}
	}
	return sequence, "", nil
}

// step of a run, for the list.
func (v *file) step(x *verify.Finding, i int) step {
	s := &x.Trace[i]
	y := step{Number: i + 1, Text: message(report.StepInWords(s))}
	switch {
	case s.Fault != "":
		y.Class = "fault"
	case !report.Causal(x, i):
		y.Class = "hush"
	}
	if line := v.report.Line(s.Origin); line > 0 {
		y.Line, y.Href = fmt.Sprintf("line %d", line), v.line(line)
	}
	return y
}
