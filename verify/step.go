package verify

import (
	"chorcheck/model"
	"chorcheck/verify/replay"
)

// StepOf puts a step of the interpreter into words, for those who show runs that
// no verification has found.
func StepOf(in *replay.Interpreter, s replay.Step) Step {
	a := in.Automata()
	step := Step{
		Action: in.Describe(s), Kind: string(s.Kind), Role: s.Role, Transition: s.Transition,
		Peer: s.Peer, PeerTrans: s.PeerTransition, Values: s.Message.Values, Fails: s.Fails,
		Message: in.DescribeMessage(s), Vanishes: s.Vanishes, Late: s.Discard, Stale: s.Stale, Overtakes: s.Place,
	}
	for _, half := range []struct {
		role       model.RoleID
		transition int
	}{{s.Role, s.Transition}, {s.Peer, s.PeerTransition}} {
		if half.role < 0 || half.transition < 0 {
			continue
		}
		t := &a.Machines[half.role].Transitions[half.transition]
		if step.Origin == 0 && len(t.Origins) > 0 {
			step.Origin = t.Origins[0]
		}
		if t.Handler != nil && step.Handler == "" && !s.Fails {
			step.Handler = fullHandlerName(a, *t.Handler)
		}
	}
	if s.Fault >= 0 {
		f := in.Environment().Faults[s.Fault]
		if !s.Heals {
			step.Fault = f.Kind.String()
		}
		if step.Origin == 0 {
			step.Origin = f.Origin
		}
	}
	return step
}
