package svg

import (
	"slices"
	"strings"

	"chorcheck/model"
	"chorcheck/verify"
)

// Network is what a finding is about.
type Network struct {
	Automata    *model.Automata
	KeepCrashed bool                      // queues to crashed roles stay
	Title       string                    // of the chart
	At          func(model.Origin) string // the place of an origin, "payment.chor:20"; nil: no places are shown
}

// FromFinding makes a chart of the run of a finding; ok is false if it has none.
//
// Which send a receive belongs to is not said by the steps; it follows from the rules of
// the channels: of a fifo or mailbox queue the oldest message is taken; of a bag, whose
// equal messages cannot be told apart, the one of this sender, label and values that was
// sent first. See queues.
func FromFinding(n Network, f verify.Finding) (c Chart, ok bool) {
	if f.Final == nil {
		return Chart{}, false
	}
	b := &builder{
		Network: n, chart: &Chart{Title: n.Title, Message: f.Message, Begins: f.Fault},
		queues: queues{channels: n.Automata.Channels, content: map[model.Pair][]waiting{}},
	}
	for r, role := range n.Automata.Roles {
		b.chart.Lanes = append(b.chart.Lanes, Lane{role.Name})
		b.state = append(b.state, stopped)
		if r < len(n.Automata.Machines) {
			b.state[r] = n.Automata.Machines[r].Initial
		}
	}
	b.frames = make([][]openFrame, len(b.state))
	b.timers = make([][]openTimer, len(b.state))
	b.assigned = make([]map[model.TimerID]bool, len(b.state))
	for r := range b.state {
		b.assigned[r] = map[model.TimerID]bool{}
		b.rearm(r, -1, -1)
	}
	for i, s := range f.Trace {
		_, causal := slices.BinarySearch(f.Causal, i) // they are ascending
		step := Step{Text: s.Action, Fault: s.Fault != "", Causal: causal || f.Causal == nil}
		if n.At != nil {
			step.At = n.At(s.Origin)
		}
		b.chart.Steps = append(b.chart.Steps, step)
		b.step(i, s)
	}
	b.finish()
	if f.Cycle > 0 {
		b.chart.Cycle = &Cycle{From: len(f.Trace) - f.Cycle, To: len(f.Trace) - 1}
	}
	b.end(f)
	return *b.chart, true
}

// builder goes along a run.
type builder struct {
	Network
	chart    *Chart
	queues   queues
	state    []int // by role: its local state, stopped if it is not live
	frames   [][]openFrame
	timers   [][]openTimer
	assigned []map[model.TimerID]bool // by role: the explicit timers that are armed
}

// stopped is the local state of a role that is not live.
const stopped = -1

// valid reports whether a number names a role.
func (b *builder) valid(r model.RoleID) bool { return r >= 0 && int(r) < len(b.state) }

// transition of a role; nil if the number names none.
func (b *builder) transition(r model.RoleID, i int) *model.Transition {
	if !b.valid(r) || int(r) >= len(b.Automata.Machines) || i < 0 || i >= len(b.Automata.Machines[r].Transitions) {
		return nil
	}
	return &b.Automata.Machines[r].Transitions[i]
}

func (b *builder) mark(kind MarkKind, step int, lane model.RoleID, text string) {
	if !b.valid(lane) {
		lane = -1
	}
	b.chart.Marks = append(b.chart.Marks, Mark{kind, step, int(lane), text})
}

// step adds what happens in one step.
func (b *builder) step(i int, s verify.Step) {
	switch s.Kind {
	case "send", "receive", "ignore", "discard", "rendezvous":
		b.exchange(i, s)
	case "fault":
		b.fault(i, s)
	case "timeout":
		name := s.Action
		if t := b.transition(s.Role, s.Transition); t != nil && t.Kind == model.Timeout {
			name = b.Automata.Timers[t.Timer].Name
		}
		b.mark(Fires, i, s.Role, name+" fires")
	case "raise":
		b.mark(Raise, i, s.Role, b.raised(s)+" is raised")
	case "crash-noticed":
		text := s.Action
		if b.valid(s.Peer) {
			text = "notices the crash of " + b.Automata.Roles[s.Peer].Name
		}
		b.mark(Notice, i, s.Role, text)
	case "recovery":
		b.mark(Recover, i, s.Role, "recovers")
		if b.valid(s.Role) {
			b.revive(i, int(s.Role))
		}
	case "link-up":
		b.mark(LinkUp, i, -1, s.Action)
	default:
		text := s.Action
		if b.valid(s.Role) {
			text = strings.TrimPrefix(text, b.Automata.Roles[s.Role].Name+": ")
		}
		b.mark(Act, i, s.Role, text)
	}
	b.move(i, s)
}

// raised names the exception of a step.
func (b *builder) raised(s verify.Step) string {
	if t := b.transition(s.Role, s.Transition); t != nil && (t.Kind == model.Raise || t.Kind == model.EndRaise) {
		return b.Automata.Exceptions[t.Exception].Name
	}
	return s.Action
}

// fault adds what the environment does.
func (b *builder) fault(i int, s verify.Step) {
	switch s.Fault {
	case "crash", "silence":
		kind, text := Crash, "crashes"
		if s.Fault == "silence" {
			kind, text = Silence, "falls silent"
		}
		b.mark(kind, i, s.Role, text)
		if b.valid(s.Role) {
			b.stop(i, int(s.Role))
			if s.Fault == "silence" || !b.KeepCrashed {
				b.empty(i, s.Role)
			}
		}
	case "loss", "duplicate", "reorder", "stray":
		b.exchange(i, s)
	case "raise":
		b.mark(Raise, i, s.Role, b.raised(s)+" strikes")
	default:
		b.mark(LinkDown, i, -1, s.Action)
	}
}

// move follows the roles to their next local states, with what that means for frames
// and timers.
func (b *builder) move(i int, s verify.Step) {
	halves := []struct {
		role       model.RoleID
		transition int
		inside     []verify.Inside
		fails      bool
	}{
		{s.Role, s.Transition, s.Inside, s.Fails && s.PeerTrans < 0},
		{s.Peer, s.PeerTrans, s.PeerIn, s.Fails},
	}
	for _, h := range halves {
		t := b.transition(h.role, h.transition)
		if t == nil {
			continue
		}
		r := int(h.role)
		if h.fails || t.To == model.Failed {
			b.fails(i, h.role, s.Message, t)
			b.stop(i, r)
			continue
		}
		b.enter(i, r, h.inside)
		fired := model.TimerID(-1)
		if t.Kind == model.Timeout {
			fired = t.Timer
			delete(b.assigned[r], fired)
		}
		for _, a := range t.Assigns {
			for id, timer := range b.Automata.Timers {
				if timer.Var != a.Var || a.Value.Op != model.OpConst {
					continue
				}
				if a.Value.Value != 0 {
					b.assigned[r][model.TimerID(id)] = true
				} else {
					delete(b.assigned[r], model.TimerID(id))
				}
			}
		}
		b.state[r] = t.To
		b.rearm(r, i, fired)
	}
}

// fails marks that a role ends in the state failed, in place of a mark for what it has
// tried to do.
func (b *builder) fails(i int, role model.RoleID, message string, t *model.Transition) {
	text := "fails"
	switch {
	case t.To == model.Failed:
		text = "nobody handles it"
	case t.Kind == model.Send:
		text = "fails to send " + message
	}
	if n := len(b.chart.Marks) - 1; n >= 0 && b.chart.Marks[n].Step == i && b.chart.Marks[n].Lane == int(role) {
		m := &b.chart.Marks[n]
		m.Kind, m.Text = Fail, m.Text+", "+text
		return
	}
	b.mark(Fail, i, role, text)
}

// stop ends what goes on at a role that stops at a step.
func (b *builder) stop(i, r int) {
	if b.state[r] == stopped {
		return
	}
	b.state[r] = stopped
	b.chart.Gaps = append(b.chart.Gaps, Gap{r, i, i})
	for _, f := range b.frames[r] {
		b.chart.Frames[f.index].To = i + 1
	}
	for _, t := range b.timers[r] {
		b.chart.Timers[t.index].To, b.chart.Timers[t.index].End = i, Stopped
	}
	b.frames[r], b.timers[r], b.assigned[r] = nil, nil, map[model.TimerID]bool{}
}

// revive lets a crashed role begin anew.
func (b *builder) revive(i, r int) {
	for g := range b.chart.Gaps {
		if gap := &b.chart.Gaps[g]; gap.Lane == r && gap.To == gap.From {
			gap.To = i
		}
	}
	if r < len(b.Automata.Machines) {
		b.state[r] = b.Automata.Machines[r].Initial
	}
	b.rearm(r, i, -1)
}

// finish closes what is open at the end of the run.
func (b *builder) finish() {
	n := len(b.chart.Steps)
	for r := range b.state {
		for _, f := range b.frames[r] {
			b.chart.Frames[f.index].To = n
		}
		for _, t := range b.timers[r] {
			b.chart.Timers[t.index].To = n
		}
		if b.state[r] == stopped {
			for g := range b.chart.Gaps {
				if gap := &b.chart.Gaps[g]; gap.Lane == r && gap.To == gap.From {
					gap.To = n
				}
			}
		}
	}
}
