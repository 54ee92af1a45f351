package verify

import "chorcheck/verify/replay"

// StepOf puts a step of the interpreter into words, for those who show runs that
// no verification has found.
func StepOf(in *replay.Interpreter, s replay.Step) Step {
	t := in.Automata().Machines[s.Role].Transitions[s.Transition]
	return Step{
		Action: in.Describe(s), Kind: string(s.Kind), Role: s.Role, Transition: s.Transition,
		Peer: s.Peer, PeerTrans: s.PeerTransition, Values: s.Message.Values, Origin: t.Origins[0], Fails: s.Fails,
	}
}
