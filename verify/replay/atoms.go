package replay

import (
	"slices"

	"chorcheck/model"
)

// Holds reports whether an atom is true at a position of a run: in configuration c, to which the step has led, nil for
// the first position and where the last configuration is repeated. See docs/properties.md, section 3.
func (in *Interpreter) Holds(a model.Atom, c Config, by *Step) bool {
	if a.Kind.IsEvent() {
		return by != nil && in.happens(a, *by)
	}
	switch a.Kind {
	case model.AtomInside:
		return in.isIn(c, a.Role, func(s model.ScopeID, _ int) bool { return s == a.Scope })
	case model.AtomInHandler:
		return in.isIn(c, a.Role, func(s model.ScopeID, part int) bool {
			return part > 0 && slices.Contains(a.Handlers, model.HandlerRef{Scope: s, Part: part})
		})
	case model.AtomDone:
		return in.InFinalState(c, a.Role)
	case model.AtomCrashed:
		return c.Local[a.Role].Status == Crashed
	case model.AtomFailed:
		return c.Local[a.Role].Status == Failed
	case model.AtomArmed:
		return in.isArmed(c, a.Timer)
	case model.AtomCompares:
		v, ok := in.eval(c, a.Expr)
		return ok && v != 0
	case model.AtomEmpty:
		q, ok := in.QueueOf(a.Role, a.Peer)
		return !ok || !slices.ContainsFunc(c.Queues[q], func(m Message) bool { return m.Sender == a.Role })
	case model.AtomFull:
		q, ok := in.QueueOf(a.Role, a.Peer)
		return ok && !in.room(c, q, 1)
	}
	return false
}

// isIn reports whether a role is in a part of a scope with a property.
func (in *Interpreter) isIn(c Config, r model.RoleID, where func(s model.ScopeID, part int) bool) bool {
	return slices.ContainsFunc(in.Inside(c, r), func(x Inside) bool { return where(x.Scope, x.Part) })
}

// isArmed reports whether a timer is armed. One of `within` is where its owner's local state has a timeout of it.
func (in *Interpreter) isArmed(c Config, id model.TimerID) bool {
	timer := in.automata.Timers[id]
	if !in.Live(c, timer.Owner) {
		return false
	}
	return timer.Var >= 0 && c.Vars[timer.Var] != 0 || timer.Var < 0 && slices.ContainsFunc(in.present(c, timer.Owner), func(i int) bool {
		t := in.automata.Machines[timer.Owner].Transitions[i]
		return t.Kind == model.Timeout && t.Timer == id
	})
}

// happens reports whether a step is an event of a kind.
func (in *Interpreter) happens(a model.Atom, s Step) bool {
	switch a.Kind {
	case model.AtomSends:
		return in.hasSent(s) && s.Message.Sender == a.Role && s.Message.Label == a.Label && (a.Peer < 0 || s.Message.Receiver == a.Peer)
	case model.AtomReceives:
		return in.hasReceived(s) && s.Message.Receiver == a.Role && s.Message.Label == a.Label && (a.Peer < 0 || s.Message.Sender == a.Peer)
	case model.AtomRaises:
		e, raised := in.raised(s)
		return raised && s.Role == a.Role && e == a.Exception
	case model.AtomHandles:
		return slices.ContainsFunc(in.entered(s), func(e entry) bool { return e.role == a.Role && slices.Contains(a.Handlers, e.handler) })
	case model.AtomFires:
		return s.Kind == Timeout && !s.Fails && in.automata.Machines[s.Role].Transitions[s.Transition].Timer == a.Timer
	case model.AtomCrashes:
		return s.Kind == Fault && in.environment.Faults[s.Fault].Kind == model.Crash && s.Role == a.Role
	}
	return false
}

// hasSent reports whether a role has sent the message of a step. Faults of channels strike
// what is sent; nobody has sent a stray message.
func (in *Interpreter) hasSent(s Step) bool {
	switch s.Kind {
	case Send:
		return !s.Fails
	case Rendezvous:
		return true
	case Fault:
		switch in.environment.Faults[s.Fault].Kind {
		case model.Loss, model.Duplicate, model.Reorder:
			return true
		}
	}
	return false
}

// hasReceived reports whether a role has received the message of a step, and not ignored or dropped it.
func (in *Interpreter) hasReceived(s Step) bool {
	if s.PeerTransition >= 0 {
		return in.automata.Machines[s.Peer].Transitions[s.PeerTransition].Kind == model.Receive
	}
	return s.Kind == Receive
}

// raised gives the exception that a step raises at its role.
func (in *Interpreter) raised(s Step) (model.ExceptionID, bool) {
	if s.Fails || s.Transition < 0 {
		return 0, false
	}
	t := in.automata.Machines[s.Role].Transitions[s.Transition]
	switch {
	case s.Kind == Raise, s.Kind == Fault && in.environment.Faults[s.Fault].Kind == model.RaiseFault:
		return t.Exception, true
	case s.Kind == Timeout:
		return t.Exception, in.automata.Timers[t.Timer].Var < 0
	}
	return 0, false
}

// entry is a handler that a role enters.
type entry struct {
	role    model.RoleID
	handler model.HandlerRef
}

// entered gives the handlers that roles enter by a step: of a rendezvous perhaps both do.
func (in *Interpreter) entered(s Step) []entry {
	var out []entry
	add := func(r model.RoleID, i int, fails bool) {
		if t := in.automata.Machines[r].Transitions[i]; !fails && t.To != model.Failed && t.Handler != nil {
			out = append(out, entry{r, *t.Handler})
		}
	}
	if s.Transition >= 0 {
		add(s.Role, s.Transition, s.Fails && s.PeerTransition < 0)
	}
	if s.PeerTransition >= 0 {
		add(s.Peer, s.PeerTransition, s.Fails)
	}
	return out
}
