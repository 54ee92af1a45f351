package report

import (
	"fmt"
	"slices"
	"strings"

	"chorcheck/model"
	"chorcheck/verify"
)

// Sequence is the run of a finding as a sequence diagram: who takes part, and what
// happens from top to bottom.
type Sequence struct {
	Participants []string
	Events       []Event
}

// Event of a sequence diagram.
type Event struct {
	Arrow    Arrow
	From, To int // participants: the ends of an arrow, or the first and last one that a note spans
	Text     string
}

// Arrow says how an event is drawn.
type Arrow int

// The arrows. A message that goes through a queue is drawn where it is sent; a note
// says when it is taken from there.
const (
	Note Arrow = iota
	Asynchronous
	Rendezvous
)

// Sequence of a finding. Of a run with more steps than most, the first and last ones
// are drawn; texts are cut to so many characters.
func (f *File) Sequence(x *verify.Finding, most, width int) Sequence {
	if f.Automata == nil {
		return Sequence{}
	}
	number := f.participants(x)
	var s Sequence
	for r := range f.Automata.Roles {
		if _, ok := number[model.RoleID(r)]; ok {
			number[model.RoleID(r)] = len(s.Participants)
			s.Participants = append(s.Participants, cut(f.Automata.Roles[r].Name, width))
		}
	}
	if len(s.Participants) == 0 {
		return s
	}
	last := len(s.Participants) - 1
	for i := range x.Trace {
		if n := len(x.Trace); n > most && i >= most/2 && i < n-most/2 {
			if i == most/2 {
				s.Events = append(s.Events, Event{Note, 0, last, fmt.Sprintf(".. %d more steps", n-most/2*2)})
			}
			continue
		}
		e := f.event(&x.Trace[i], number, last)
		e.Text = cut(fmt.Sprintf("%d: %s", i+1, e.Text), width)
		s.Events = append(s.Events, e)
	}
	if x.Final != nil {
		for r := range x.Final.Roles {
			at, ok := number[model.RoleID(r)]
			if role := &x.Final.Roles[r]; ok && (role.Failed || !role.Final) {
				s.Events = append(s.Events, Event{Note, at, at, cut(RoleInWords(role), width)})
			}
		}
	}
	return s
}

// participants are the roles that act in a run, or wait at its end; all if there are
// none.
func (f *File) participants(x *verify.Finding) map[model.RoleID]int {
	in := map[model.RoleID]int{}
	add := func(r model.RoleID) {
		if r >= 0 && int(r) < len(f.Automata.Roles) {
			in[r] = 0
		}
	}
	for _, s := range x.Trace {
		add(s.Role)
		add(s.Peer)
	}
	if x.Final != nil {
		for r := range x.Final.Roles {
			if len(x.Final.Roles[r].Waits) > 0 || x.Final.Roles[r].Failed {
				add(model.RoleID(r))
			}
		}
	}
	if len(in) == 0 {
		for r := range f.Automata.Roles {
			add(model.RoleID(r))
		}
	}
	return in
}

// event is how one step is drawn.
func (f *File) event(s *verify.Step, number map[model.RoleID]int, last int) Event {
	from, acts := number[s.Role]
	to, meets := number[s.Peer]
	without := func(prefix string) string { return strings.TrimPrefix(s.Action, prefix) }
	switch {
	case !acts:
		return Event{Note, 0, last, StepInWords(s)}
	case s.Fault == "" && meets && from != to && (s.Kind == "send" || s.Kind == "rendezvous"):
		arrow := Asynchronous
		if s.Kind == "rendezvous" {
			arrow = Rendezvous
		}
		return Event{arrow, from, to, stepInWords(s, without(f.role(s.Role)+" -> "+f.role(s.Peer)+": "))}
	case s.Fault == "" && meets && s.Kind == "receive":
		message, ok := strings.CutPrefix(s.Action, f.role(s.Role)+" <- "+f.role(s.Peer)+": ")
		if ok {
			return Event{Note, from, from, stepInWords(s, "takes "+message+" from "+f.role(s.Peer))}
		}
	}
	return Event{Note, from, from, stepInWords(s, without(f.role(s.Role)+": "))}
}

// cut a text that is too long for a drawing.
func cut(text string, width int) string {
	text = Printable(text)
	if r := []rune(text); len(r) > width {
		return string(slices.Concat(r[:max(0, width-2)], []rune("..")))
	}
	return text
}

// Remarks are what a report says besides findings with runs, in lines of text: trouble,
// errors of a text, what is not decided, unmet expectations.
func (r *Report) Remarks(f *File) []string {
	var lines []string
	add := func(format string, args ...any) { lines = append(lines, Printable(fmt.Sprintf(format, args...))) }
	for _, d := range f.Diagnostics {
		area, message := f.Located(d)
		at := ""
		if area.Line > 0 {
			at = fmt.Sprintf(", line %d", area.Line)
		}
		add("%s %s%s: %s", d.Severity, d.Code, at, message)
	}
	for environment, c := range f.Verdicts() {
		switch j := r.Judge(f, environment, c); {
		case c.Verdict == verify.Inconclusive:
			add("%s is not decided: %s", f.Title(environment, c.Check.ID), c.Reason)
		case j == Expected:
			add("%s is violated, as the text expects", f.Title(environment, c.Check.ID))
		case j == Known:
			add("%s is violated, and all findings are in the baseline", f.Title(environment, c.Check.ID))
		}
	}
	for _, e := range f.Expectations {
		if e.Outcome != Met {
			add("%s, line %d: expected %s %s, found %s", f.Title(e.Env, "expectation"), e.Line, e.Subject, e.Expected, e.Found)
		}
	}
	if o := f.Covered(); o != Met {
		add("failure coverage %g %%, and %g %% are required", Percent(f.Result.Coverage), f.MinCoverage)
	}
	return lines
}
