package replay

import (
	"slices"

	"chorcheck/model"
)

// Apply gives the configuration after a step, which must be one of Enabled(c).
// It leaves c as it is.
func (in *Interpreter) Apply(c Config, s Step) Config {
	n := c.Clone()
	switch s.Kind {
	case Internal, Timeout, Raise, CrashNoticed:
		in.fire(c, n, s, s.Role, s.Transition, nil)
	case Send:
		in.fire(c, n, s, s.Role, s.Transition, nil)
		if !s.Fails && !s.Vanishes {
			in.put(n, s.Message)
		}
	case Receive:
		in.take(n, s.Message)
		in.fire(c, n, s, s.Role, s.Transition, &s.Message)
	case Ignore, Discard:
		in.take(n, s.Message)
	case Rendezvous:
		sent := s
		sent.Fails = false
		in.fire(c, n, sent, s.Role, s.Transition, nil)
		in.accept(c, n, s)
	case Recovery:
		n.Local[s.Role] = in.begin(s.Role)
		for r := range n.Local {
			if n.Local[r].Noticed != nil {
				n.Local[r].Noticed[s.Role] = false
			}
		}
	case Fault:
		in.count(&n, in.environment.Faults[s.Fault])
		in.strike(c, n, s)
	case LinkUp:
		n.Down[s.Fault] = false
	}
	return n
}

// strike carries out what a fault does.
func (in *Interpreter) strike(c, n Config, s Step) {
	switch in.environment.Faults[s.Fault].Kind {
	case model.Crash:
		in.stop(n, s.Role, Crashed)
		in.empty(n, s.Role, in.keepCrashed)
	case model.Silence:
		in.stop(n, s.Role, Silenced)
		in.empty(n, s.Role, false)
	case model.Loss, model.RaiseFault:
		in.fire(c, n, s, s.Role, s.Transition, nil)
	case model.Duplicate:
		in.fire(c, n, s, s.Role, s.Transition, nil)
		in.put(n, s.Message)
		in.put(n, s.Message)
	case model.Reorder:
		in.fire(c, n, s, s.Role, s.Transition, nil)
		q := in.queueOf[s.Message.Sender][s.Message.Receiver]
		n.Queues[q] = overtake(n.Queues[q], s.Message, s.Place)
	case model.Disconnect, model.Partition:
		n.Down[s.Fault] = true
	case model.Stray:
		switch {
		case s.Vanishes:
		case s.PeerTransition >= 0:
			in.accept(c, n, s)
		default:
			in.put(n, s.Message)
		}
	}
}

func (in *Interpreter) put(n Config, m Message) {
	q := in.queueOf[m.Sender][m.Receiver]
	n.Queues[q] = in.queues[q].put(n.Queues[q], m)
}

func (in *Interpreter) take(n Config, m Message) {
	q := in.queueOf[m.Sender][m.Receiver]
	n.Queues[q] = in.queues[q].take(n.Queues[q], m)
}

// empty empties the queues to a role, unless they are kept.
func (in *Interpreter) empty(n Config, r model.RoleID, kept bool) {
	for q, queue := range in.queues {
		if queue.Receiver == r && !kept {
			n.Queues[q] = nil
		}
	}
}

// accept is the part of the receiver of a message that waits in no queue: it takes
// it, ignores it, or drops it because it is late.
func (in *Interpreter) accept(c, n Config, s Step) {
	if s.PeerTransition < 0 || in.automata.Machines[s.Peer].Transitions[s.PeerTransition].Kind == model.Ignore {
		return
	}
	in.fire(c, n, s, s.Peer, s.PeerTransition, &s.Message)
}

// fire is the part of one role in a step, by one of its transitions: it moves on, or
// it fails. m is what it takes, nil if nothing.
func (in *Interpreter) fire(c, n Config, s Step, r model.RoleID, i int, m *Message) {
	t := in.automata.Machines[r].Transitions[i]
	if s.Fails || t.To == model.Failed {
		in.stop(n, r, Failed)
		return
	}
	in.timers(c, n, r, t, m != nil)
	if m != nil {
		for k, v := range t.Stores {
			n.Vars[v] = m.Values[k]
		}
	}
	values, _ := in.assigned(c, t)
	for k, assign := range t.Assigns {
		n.Vars[assign.Var] = values[k]
	}
	if t.Kind == model.CrashRaise {
		n.Local[r].Noticed[t.Peer] = true
	}
	in.enter(&n.Local[r], t, in.place(c.Local[r], t, m), m)
	n.Local[r].State = t.To
}

// timers is what a transition means for the explicit timers of its role, before its
// assignments set and cancel some.
func (in *Interpreter) timers(c, n Config, r model.RoleID, t model.Transition, takes bool) {
	for id, timer := range in.automata.Timers {
		if timer.Owner != r || timer.Var < 0 {
			continue
		}
		fires := t.Kind == model.Timeout && t.Timer == model.TimerID(id)
		changed := slices.ContainsFunc(t.Assigns, func(a model.Assign) bool { return a.Var == timer.Var })
		guards := slices.ContainsFunc(in.present(c, r), func(i int) bool {
			u := in.automata.Machines[r].Transitions[i]
			return u.Kind == model.Timeout && u.Timer == model.TimerID(id)
		})
		if fires {
			n.Vars[timer.Var] = 0
		}
		if fires || changed {
			n.Over[id] = false
		} else if takes && guards && c.Vars[timer.Var] != 0 {
			n.Over[id] = true
		}
	}
}

// stop puts a role into a state in which it takes no step, its variables back to
// their initial values, and forgets what it knew.
func (in *Interpreter) stop(n Config, r model.RoleID, status Status) {
	n.Local[r] = Local{Status: status, State: -1}
	for v, x := range in.automata.Vars {
		if x.Owner == r {
			n.Vars[v] = x.Init
		}
	}
	for id, timer := range in.automata.Timers {
		if timer.Owner == r {
			n.Over[id] = false
		}
	}
}
