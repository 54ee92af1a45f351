package report

import (
	"fmt"
	"slices"
	"strings"

	"chorcheck/lang/diag"
	"chorcheck/lang/source"
	"chorcheck/model"
	"chorcheck/verify"
)

// Area is a place in a text. Lines and columns count from 1, columns in code points,
// the end is exclusive. The zero Area is the whole text.
type Area struct{ Line, Column, EndLine, EndColumn int }

// Area of a span.
func (f *File) Area(s source.Span) Area {
	start, end := f.Source.Position(s.Start), f.Source.Position(max(s.Start, s.End))
	return Area{start.Line, start.Column, end.Line, end.Column}
}

// AreaOf an origin; that of the whole text if it has no place.
func (f *File) AreaOf(o model.Origin) Area {
	if at, ok := f.Place(o); ok {
		return f.Area(at)
	}
	return Area{}
}

// FindingArea is the most important place of a finding: the first of its places or, if
// it has none, that of its last step.
func (f *File) FindingArea(x *verify.Finding) Area {
	for _, o := range x.Origins {
		if a := f.AreaOf(o); a.Line > 0 {
			return a
		}
	}
	for _, s := range slices.Backward(x.Trace) {
		if a := f.AreaOf(s.Origin); a.Line > 0 {
			return a
		}
	}
	return Area{}
}

// Located gives the place of a diagnostic, and its message. One about the text of an
// option has no place in the file, so that the message names the option.
func (f *File) Located(d diag.Diagnostic) (Area, string) {
	if d.File == nil || d.File == f.Source {
		return f.Area(d.Primary.Span), Printable(d.Message)
	}
	return Area{}, Printable(fmt.Sprintf("in %s: %s", d.File.Name, d.Message))
}

// StepInWords is a step in one line: what happens, whether that is a fault, and which
// handler is entered.
func StepInWords(s *verify.Step) string { return stepInWords(s, s.Action) }

// stepInWords is a step whose action is put in other words.
func stepInWords(s *verify.Step, action string) string {
	if s.Fault != "" {
		action = "!! " + action
	}
	if s.Handler != "" {
		action, _, _ = strings.Cut(action, " (handler ")
		action += " => " + s.Handler
	}
	if s.Fails {
		action += " (fails)"
	}
	return Printable(action)
}

// Causal reports whether a step matters to a finding.
func Causal(x *verify.Finding, step int) bool {
	return x.Causal == nil || slices.Contains(x.Causal, step)
}

// storySteps is how many steps of a run are told, half of them from its end.
const storySteps = 60

// Story tells a finding in lines of plain text: its message, its run, what is at the
// end, and what to do.
func (f *File) Story(x *verify.Finding) []string {
	lines := []string{Printable(x.Message)}
	add := func(format string, args ...any) { lines = append(lines, Printable(fmt.Sprintf(format, args...))) }
	if x.Fault != "" {
		add("it begins with: %s", x.Fault)
	}
	for i := range x.Trace {
		s := &x.Trace[i]
		if n := len(x.Trace); n > storySteps && i >= storySteps/2 && i < n-storySteps/2 {
			if i == storySteps/2 {
				add("     .. %d more steps", n-storySteps)
			}
			continue
		}
		at := ""
		if line := f.Line(s.Origin); line > 0 {
			at = fmt.Sprintf("  (line %d)", line)
		}
		add("%4d %s%s", i+1, StepInWords(s), at)
	}
	if x.Final != nil {
		lines = append(lines, ending(x.Final)...)
	}
	if len(x.Untold) > 0 {
		var names []string
		for _, r := range x.Untold {
			names = append(names, f.role(r))
		}
		add("never told of it: %s", strings.Join(names, ", "))
	}
	if x.Loop != "" {
		add("for ever: %s", x.Loop)
	}
	if x.Help != "" {
		add("help: %s", x.Help)
	}
	return lines
}

// ending says in which states the roles are, what they wait for, and what is in the
// queues.
func ending(c *verify.Configuration) []string {
	lines := []string{"then"}
	for _, r := range c.Roles {
		lines = append(lines, Printable("     "+r.Role+" "+RoleInWords(&r)))
	}
	for _, q := range c.Queues {
		lines = append(lines, Printable(fmt.Sprintf("     queue %s: [%s]", q.Name, strings.Join(q.Messages, ", "))))
	}
	if len(c.Links) > 0 {
		lines = append(lines, Printable("     links that are down: "+strings.Join(c.Links, "; ")))
	}
	return lines
}

// RoleInWords says what has become of a role at the end of a run: "has crashed", "has
// ended", "waits to receive order from Shop".
func RoleInWords(r *verify.RoleState) string {
	var waits []string
	for _, w := range r.Waits {
		waits = append(waits, w.For)
	}
	switch {
	case r.Failed:
		return "is " + r.State
	case len(waits) > 0:
		return "waits " + strings.Join(waits, ", or ")
	case r.Final:
		return "has ended"
	}
	return "is in " + r.State
}

// Title names a check in an environment: "deadlock in rough". In a text with one
// environment, and for a check about all of them, it is the check alone.
func (f *File) Title(environment, check string) string {
	if environment == "" || f.Result == nil || len(f.Result.Environments) < 2 {
		return check
	}
	return Printable(check + " in " + environment)
}
