package svg

import (
	"slices"

	"chorcheck/model"
	"chorcheck/verify"
)

// openFrame is a part of a scope that a role is in.
type openFrame struct {
	inside verify.Inside
	index  int // in Chart.Frames
}

// openTimer is a timer that is armed.
type openTimer struct {
	timer model.TimerID
	index int // in Chart.Timers
}

// enter compares the parts of scopes that a role is in after a step with those before.
func (b *builder) enter(i, r int, inside []verify.Inside) {
	b.frames[r] = slices.DeleteFunc(b.frames[r], func(f openFrame) bool {
		if slices.Contains(inside, f.inside) {
			return false
		}
		b.chart.Frames[f.index].To = i
		return true
	})
	for _, in := range inside {
		if slices.ContainsFunc(b.frames[r], func(f openFrame) bool { return f.inside == in }) {
			continue
		}
		depth := 0
		for _, f := range b.frames[r] {
			depth = max(depth, b.chart.Frames[f.index].Depth+1)
		}
		b.frames[r] = append(b.frames[r], openFrame{in, len(b.chart.Frames)})
		b.chart.Frames = append(b.chart.Frames, Frame{
			Lane: r, Depth: depth, From: i, To: i, Label: b.partLabel(in), Name: in.Name, Handler: in.Part > 0,
		})
	}
}

// partLabel is the short name of a part: "pay", "on Declined".
func (b *builder) partLabel(in verify.Inside) string {
	if int(in.Scope) >= len(b.Automata.Scopes) || in.Scope < 0 {
		return in.Name
	}
	scope := b.Automata.Scopes[in.Scope]
	switch {
	case in.Part == 0 && scope.Name == "":
		return "scope"
	case in.Part == 0:
		return scope.Name
	case in.Part > len(scope.Handlers):
		return in.Name
	case scope.Handlers[in.Part-1].Any:
		return "on any"
	}
	return "on " + b.Automata.Exceptions[scope.Handlers[in.Part-1].Exception].Name
}

// armed are the timers that are armed at a role: the explicit ones, and those that its
// local state has a timeout of.
func (b *builder) armed(r int) []model.TimerID {
	var list []model.TimerID
	if b.state[r] == stopped {
		return nil
	}
	for _, t := range b.Automata.Machines[r].Transitions {
		if t.From == b.state[r] && t.Kind == model.Timeout && b.Automata.Timers[t.Timer].Var < 0 && !slices.Contains(list, t.Timer) {
			list = append(list, t.Timer)
		}
	}
	for id := range b.assigned[r] {
		list = append(list, id)
	}
	slices.Sort(list)
	return list
}

// rearm compares the timers that are armed after a step, in which one may have fired,
// with those before.
func (b *builder) rearm(r, i int, fired model.TimerID) {
	now := b.armed(r)
	b.timers[r] = slices.DeleteFunc(b.timers[r], func(t openTimer) bool {
		over := &b.chart.Timers[t.index]
		switch {
		case t.timer == fired:
			over.To, over.End = i, Fired
		case !slices.Contains(now, t.timer):
			over.To, over.End = i, Cancelled
		default:
			return false
		}
		return true
	})
	for _, id := range now {
		if slices.ContainsFunc(b.timers[r], func(t openTimer) bool { return t.timer == id }) {
			continue
		}
		slot := 0
		for slices.ContainsFunc(b.timers[r], func(t openTimer) bool { return b.chart.Timers[t.index].Slot == slot }) {
			slot++
		}
		b.timers[r] = append(b.timers[r], openTimer{id, len(b.chart.Timers)})
		b.chart.Timers = append(b.chart.Timers, Timer{Lane: r, Slot: slot, Name: b.Automata.Timers[id].Name, From: i, To: i})
	}
}
