package replay

import (
	"fmt"
	"slices"

	"chorcheck/model"
)

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
// Where a reference leaves open which message is taken, all ways are followed, and
// the first one that gets to the end counts. If a step is not enabled it gives what it
// has executed before and a *NotEnabledError. The trace may hold anything.
func (in *Interpreter) Replay(trace []Ref) ([]Config, []Step, error) {
	present := []*visit{{config: in.Initial()}}
	for i, ref := range trace {
		var next []*visit
		seen := map[string]bool{}
		for _, v := range present {
			for _, s := range in.Enabled(v.config) {
				if !s.Matches(ref) {
					continue
				}
				c := in.Apply(v.config, s)
				if key := c.Key(); !seen[key] {
					seen[key] = true
					next = append(next, &visit{config: c, step: s, before: v})
				}
			}
		}
		if len(next) == 0 {
			configs, steps := present[0].run()
			return configs, steps, &NotEnabledError{Index: i, Step: in.describeRef(ref)}
		}
		present = next
	}
	configs, steps := present[0].run()
	return configs, steps, nil
}

// visit is a configuration that a trace can lead to.
type visit struct {
	config Config
	step   Step // that led to it
	before *visit
}

// run is the way to a configuration.
func (v *visit) run() (configs []Config, steps []Step) {
	for ; v.before != nil; v = v.before {
		configs, steps = append(configs, v.config), append(steps, v.step)
	}
	configs = append(configs, v.config)
	slices.Reverse(configs)
	slices.Reverse(steps)
	return configs, steps
}

// describeRef puts a reference into words, which may be nonsense.
func (in *Interpreter) describeRef(ref Ref) string {
	if ref.Fault >= len(in.environment.Faults) {
		return fmt.Sprintf("there is no fault %d", ref.Fault)
	}
	s := nothing(Fault, ref.Role)
	s.Fault, s.Place = ref.Fault, ref.Place
	if ref.Fault >= 0 {
		f := in.environment.Faults[ref.Fault]
		s.Role, s.Peer = f.Role, f.Peer
		if ref.Heals {
			s.Kind = LinkUp
			return in.Describe(s)
		}
		if f.Kind == model.Stray {
			s.Message = Message{Sender: f.Role, Receiver: f.Peer, Label: f.Label, Stray: true}
		}
		if f.Role < 0 || ref.Transition < 0 {
			return in.Describe(s)
		}
	}
	if s.Role < 0 || int(s.Role) >= len(in.automata.Machines) {
		return fmt.Sprintf("there is no role %d", s.Role)
	}
	transitions := in.automata.Machines[s.Role].Transitions
	name := in.automata.Roles[s.Role].Name
	switch {
	case ref.Recovers:
		s.Kind = Recovery
		return in.Describe(s)
	case ref.Discard && ref.Transition < 0:
		if ref.Peer < 0 || int(ref.Peer) >= len(in.automata.Roles) || ref.Label < 0 || int(ref.Label) >= len(in.automata.Labels) {
			return fmt.Sprintf("%s drops label %d from role %d", name, ref.Label, ref.Peer)
		}
		s.Kind = Discard
		s.Message = Message{Sender: ref.Peer, Receiver: ref.Role, Label: ref.Label, Values: ref.Values}
		return in.Describe(s)
	case ref.Transition < 0 || ref.Transition >= len(transitions):
		return fmt.Sprintf("%s has no transition %d", name, ref.Transition)
	}
	t := transitions[ref.Transition]
	s.Transition, s.Peer = ref.Transition, t.Peer
	if ref.Fault < 0 {
		s.Kind = kindOf(t.Kind)
	}
	switch t.Kind {
	case model.Send:
		s.Message = Message{Sender: s.Role, Receiver: t.Peer, Label: t.Label, Values: ref.Values}
	case model.Receive, model.Ignore:
		s.Message = Message{Sender: t.Peer, Receiver: s.Role, Label: t.Label, Values: ref.Values}
	}
	text := fmt.Sprintf("%s (transition %d of %s)", in.Describe(s), ref.Transition, name)
	if ref.PeerTransition != -1 {
		text += fmt.Sprintf(" with transition %d of role %d", ref.PeerTransition, ref.Peer)
	}
	return text
}
