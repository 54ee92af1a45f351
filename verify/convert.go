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

// ConfigurationOf puts a configuration of the interpreter into words.
func ConfigurationOf(in *replay.Interpreter, c replay.Config) *Configuration {
	d := in.DescribeConfig(c)
	out := &Configuration{Cycle: d.Cycle}
	for _, r := range d.Roles {
		rs := RoleState{Role: r.Role, State: r.State, Final: r.Final, Failed: r.Failed, Variables: r.Variables, Origin: r.Origin}
		for _, w := range r.Waits {
			rs.Waits = append(rs.Waits, Wait(w))
		}
		out.Roles = append(out.Roles, rs)
	}
	for _, q := range d.Queues {
		out.Queues = append(out.Queues, QueueState(q))
	}
	return out
}
