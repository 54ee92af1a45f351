package replay

import (
	"fmt"
	"slices"

	"chorcheck/model"
)

// Ref refers to a step without saying what it does.
type Ref struct {
	Role           model.RoleID // who moves; the sender of a rendezvous
	Transition     int
	Peer           model.RoleID // only looked at if PeerTransition is not -1
	PeerTransition int          // rendezvous: the transition of the receiver, else -1
	Values         []int64      // what the message carries; empty for an internal step and a failing send
}

// Ref refers to the step.
func (s Step) Ref() Ref {
	return Ref{
		Role: s.Role, Transition: s.Transition,
		Peer: s.Peer, PeerTransition: s.PeerTransition,
		Values: slices.Clone(s.Message.Values),
	}
}

// Matches reports whether the step is the one that r refers to.
func (s Step) Matches(r Ref) bool {
	return s.Role == r.Role && s.Transition == r.Transition &&
		s.PeerTransition == r.PeerTransition &&
		(s.PeerTransition == -1 || s.Peer == r.Peer) &&
		slices.Equal(s.Message.Values, r.Values)
}

// NotEnabledError says which step of a trace is not possible.
type NotEnabledError struct {
	Index int    // in the trace, from 0
	Step  string // the step, in words as far as it has a meaning
}

func (e *NotEnabledError) Error() string {
	return fmt.Sprintf("step %d is not enabled: %s", e.Index+1, e.Step)
}

// Replay executes a trace from the initial configuration. It gives the
// configurations, one more than steps and the initial one first, and the steps.
// If a step is not enabled it gives what it has executed before and a
// *NotEnabledError. The trace may hold anything.
func (in *Interpreter) Replay(trace []Ref) ([]Config, []Step, error) {
	c := in.Initial()
	configs := []Config{c}
	var steps []Step
	for i, ref := range trace {
		enabled := in.Enabled(c)
		// A reference names at most one step: steps of one transition (pair)
		// differ in the values that they take.
		at := slices.IndexFunc(enabled, func(s Step) bool { return s.Matches(ref) })
		if at < 0 {
			return configs, steps, &NotEnabledError{Index: i, Step: in.describeRef(ref)}
		}
		c = in.Apply(c, enabled[at])
		configs = append(configs, c)
		steps = append(steps, enabled[at])
	}
	return configs, steps, nil
}

// describeRef puts a reference into words, which may be nonsense.
func (in *Interpreter) describeRef(ref Ref) string {
	if ref.Role < 0 || int(ref.Role) >= len(in.automata.Machines) {
		return fmt.Sprintf("there is no role %d", ref.Role)
	}
	transitions := in.automata.Machines[ref.Role].Transitions
	name := in.automata.Roles[ref.Role].Name
	if ref.Transition < 0 || ref.Transition >= len(transitions) {
		return fmt.Sprintf("%s has no transition %d", name, ref.Transition)
	}
	t := transitions[ref.Transition]
	s := Step{Role: ref.Role, Transition: ref.Transition, Peer: t.Peer, PeerTransition: -1}
	switch t.Kind {
	case model.Internal:
		s.Kind = Internal
	case model.Send:
		s.Kind = Send
		s.Message = Message{Sender: ref.Role, Receiver: t.Peer, Label: t.Label, Values: ref.Values}
	case model.Receive:
		s.Kind = Receive
		s.Message = Message{Sender: t.Peer, Receiver: ref.Role, Label: t.Label, Values: ref.Values}
	}
	text := fmt.Sprintf("%s (transition %d of %s)", in.Describe(s), ref.Transition, name)
	if ref.PeerTransition != -1 {
		text += fmt.Sprintf(" with transition %d of role %d", ref.PeerTransition, ref.Peer)
	}
	return text
}
