package html

import (
	"fmt"
	"slices"
	"strings"

	"chorcheck/report"
	"chorcheck/report/svg"
	"chorcheck/verify"
)

// state is what is known after a step: the configuration, and the place in the text.
type state struct {
	Finding, Number int // 0 is the state before the first step
	Heading         string
	Class           string
	Last            bool
	Line            string // the anchor in the source; may be empty
	Excerpt         []line
	Known           bool // the configuration is there
	Roles           []role
	// The columns that some state of the run has something for.
	Scopes, Variables, Timers bool
	Queues                    []queue
	Links, Circle             string
}

// role in a configuration.
type role struct {
	Name                                   string
	Class                                  string // of the row
	State, Scope, Variables, Timers, Waits field
}

// field is a text, and whether the step has changed it.
type field struct {
	Text string
	New  bool
}

type queue struct {
	Name, Class, Note string
	Messages          field
}

// brief is a text in a state: there are many of them.
func brief(text string) string { return clean(text, 300) }

// mostRows bounds the roles and the queues of one state.
const mostRows = 60

// states lists those of a run: before the first step, and after each step of the list.
func (v *file) states(x *verify.Finding, number int, timers []svg.Timer) []state {
	n := len(x.Trace)
	at := func(i int) *verify.Configuration {
		switch {
		case i < len(x.Course) && x.Course[i] != nil:
			return x.Course[i]
		case i == n:
			return x.Final
		}
		return nil
	}
	var list []state
	for i := range n + 1 {
		if n > Steps && i > Steps/2 && i <= n-Steps/2 {
			continue
		}
		s := state{Finding: number, Number: i, Heading: "Before the first step", Last: i == n}
		var before *verify.Configuration
		if i > 0 {
			step := &x.Trace[i-1]
			s.Heading = fmt.Sprintf("Step %d of %d: %s", i, n, message(report.StepInWords(step)))
			if step.Fault != "" {
				s.Class = "fault"
			}
			if at, ok := v.report.Place(step.Origin); ok {
				s.Line = v.line(v.report.Area(at).Line)
				s.Excerpt = v.excerpt(at)
			}
			before = at(i - 1)
		}
		if c := at(i); c != nil {
			s.Known = true
			s.describe(before, c, armedAt(timers, i-1), armedAt(timers, i))
		}
		list = append(list, s)
	}
	scopes := somewhere(x, func(r *verify.RoleState) bool { return len(r.In) > 0 })
	variables := somewhere(x, func(r *verify.RoleState) bool { return len(r.Variables) > 0 })
	armed := len(timers) > 0 || somewhere(x, func(r *verify.RoleState) bool { return len(r.Armed) > 0 })
	for i := range list {
		list[i].Scopes, list[i].Variables, list[i].Timers = scopes, variables, armed
	}
	return list
}

// somewhere reports whether a role has something in some state of a run.
func somewhere(x *verify.Finding, what func(*verify.RoleState) bool) bool {
	return slices.ContainsFunc(append(slices.Clone(x.Course), x.Final), func(c *verify.Configuration) bool {
		return c != nil && slices.ContainsFunc(c.Roles, func(r verify.RoleState) bool { return what(&r) })
	})
}

// describe fills in a configuration; what differs from the one before is new.
// The timers of scopes that are armed, by role, are not part of a configuration.
func (s *state) describe(before, c *verify.Configuration, armedBefore, armed map[int][]string) {
	for i, r := range c.Roles {
		if i == mostRows {
			s.Roles = append(s.Roles, role{Name: fmt.Sprintf(".. %d more", len(c.Roles)-i)})
			break
		}
		y := roleOf(r, armed[i])
		if before != nil && i < len(before.Roles) {
			old := roleOf(before.Roles[i], armedBefore[i])
			y.State.New = y.State.Text != old.State.Text
			y.Scope.New = y.Scope.Text != old.Scope.Text
			y.Variables.New = y.Variables.Text != old.Variables.Text
			y.Timers.New = y.Timers.Text != old.Timers.Text
			y.Waits.New = y.Waits.Text != old.Waits.Text
		}
		s.Roles = append(s.Roles, y)
	}
	list := slices.Clone(c.Queues)
	if before != nil { // those that the step has emptied
		for _, q := range before.Queues {
			if !slices.ContainsFunc(list, func(x verify.QueueState) bool { return x.Name == q.Name }) {
				list = append(list, verify.QueueState{Name: q.Name, Capacity: q.Capacity})
			}
		}
		slices.SortStableFunc(list, func(x, y verify.QueueState) int { return strings.Compare(x.Name, y.Name) })
	}
	for i, q := range list {
		if i == mostRows {
			s.Queues = append(s.Queues, queue{Name: fmt.Sprintf(".. %d more", len(list)-i)})
			break
		}
		y := queue{Name: name(q.Name), Messages: field{Text: messages(q)}}
		if before != nil {
			at := slices.IndexFunc(before.Queues, func(x verify.QueueState) bool { return x.Name == q.Name })
			y.Messages.New = at < 0 || messages(before.Queues[at]) != y.Messages.Text
		}
		if q.Capacity > 0 {
			y.Note = fmt.Sprintf("%d of %d", len(q.Messages), q.Capacity)
			if len(q.Messages) >= q.Capacity {
				y.Class, y.Note = "full", y.Note+", full"
			}
		}
		s.Queues = append(s.Queues, y)
	}
	s.Links, s.Circle = message(strings.Join(c.Links, "; ")), message(strings.Join(c.Cycle, " → "))
}

// messages in a queue, oldest first.
func messages(q verify.QueueState) string {
	if len(q.Messages) == 0 {
		return "empty"
	}
	return brief(strings.Join(q.Messages, ", "))
}

// armedAt are the timers that are armed after so many steps, by role.
func armedAt(timers []svg.Timer, steps int) map[int][]string {
	list := map[int][]string{}
	for _, t := range timers {
		if t.From < steps && t.To >= steps {
			list[t.Lane] = append(list[t.Lane], t.Name)
		}
	}
	return list
}

func roleOf(r verify.RoleState, armed []string) role {
	y := role{Name: name(r.Role), State: field{Text: name(r.State)}}
	switch {
	case r.Failed:
		y.Class = "stopped"
	case r.Final:
		y.Class = "final"
		y.State.Text += " (final)"
	case len(r.Waits) > 0:
		y.Class = "waits"
	}
	var waits []string
	for _, w := range r.Waits {
		waits = append(waits, w.For)
	}
	y.Scope.Text = brief(strings.Join(r.In, " › "))
	y.Variables.Text = brief(strings.Join(r.Variables, ", "))
	if !r.Failed {
		y.Timers.Text = brief(strings.Join(slices.Concat(r.Armed, armed), ", "))
	}
	y.Waits.Text = brief(strings.Join(waits, ", or "))
	return y
}
