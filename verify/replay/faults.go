package replay

import (
	"slices"

	"chorcheck/model"
)

// recoveries are the steps in which crashed roles begin anew.
func (in *Interpreter) recoveries(c Config) []Step {
	var steps []Step
	for r, l := range c.Local {
		recovers := slices.ContainsFunc(in.environment.Faults, func(f model.Fault) bool {
			return f.Kind == model.Crash && f.Role == model.RoleID(r) && f.Recovers
		})
		if recovers && l.Status == Crashed {
			s := nothing(Recovery, model.RoleID(r))
			s.Recovers = true
			steps = append(steps, s)
		}
	}
	return steps
}

// faults are the faults that can strike, in the order of the environment, then the
// links that can come back.
func (in *Interpreter) faults(c Config) []Step {
	var steps []Step
	for i, f := range in.environment.Faults {
		if !in.allowed(c, f) || !in.during(c, f) {
			continue
		}
		for _, s := range in.strikes(c, i, f) {
			s.Kind, s.Fault = Fault, i
			steps = append(steps, s)
		}
	}
	for i := range in.environment.Faults {
		if c.Down[i] {
			s := nothing(LinkUp, -1)
			s.Fault, s.Heals = i, true
			steps = append(steps, s)
		}
	}
	return steps
}

// allowed reports whether the limits leave room for one more fault like this one.
func (in *Interpreter) allowed(c Config, f model.Fault) bool {
	limit, limited := in.environment.Limits[f.Kind]
	return (in.environment.Limit < 0 || c.Strikes < in.environment.Limit) &&
		(!limited || c.KindStrikes[f.Kind] < limit)
}

// count counts a fault where there is a limit.
func (in *Interpreter) count(n *Config, f model.Fault) {
	if in.environment.Limit >= 0 {
		n.Strikes++
	}
	if _, limited := in.environment.Limits[f.Kind]; limited {
		n.KindStrikes[f.Kind]++
	}
}

// during reports whether one of the roles that count is in one of the scopes that a
// fault is restricted to.
func (in *Interpreter) during(c Config, f model.Fault) bool {
	if f.During == nil {
		return true
	}
	roles := []model.RoleID{f.Role}
	switch f.Kind {
	case model.Disconnect:
		roles = append(roles, f.Peer)
	case model.Partition:
		roles = slices.Concat(f.Groups...)
	}
	for _, r := range roles {
		if !in.Live(c, r) {
			continue
		}
		for _, q := range in.automata.Machines[r].States[c.Local[r].State].In {
			for _, p := range in.chain(q) {
				if slices.Contains(f.During, p.scope) {
					return true
				}
			}
		}
	}
	return false
}

// strikes are the ways in which one fault can strike.
func (in *Interpreter) strikes(c Config, i int, f model.Fault) []Step {
	var steps []Step
	switch f.Kind {
	case model.Crash, model.Silence:
		if in.Live(c, f.Role) {
			steps = append(steps, nothing(Fault, f.Role))
		}
	case model.Loss, model.Duplicate, model.Reorder:
		for _, k := range in.present(c, f.Role) {
			t := in.automata.Machines[f.Role].Transitions[k]
			if t.Kind == model.Send && t.Peer == f.Peer {
				steps = append(steps, in.faultySends(c, f, k)...)
			}
		}
	case model.Disconnect, model.Partition:
		if !c.Down[i] {
			steps = append(steps, nothing(Fault, -1))
		}
	case model.RaiseFault:
		for _, k := range in.present(c, f.Role) {
			t := in.automata.Machines[f.Role].Transitions[k]
			if t.Kind == model.EndRaise && t.Exception == f.Exception {
				steps = append(steps, in.alone(c, f.Role, k)...)
			}
		}
	case model.Stray:
		steps = append(steps, in.strays(c, f)...)
	}
	return steps
}

// faultySends are the ways in which a message that a role sends can be lost, put
// twice or put in front of others. The send has to be possible, but for a partner:
// what reaches nobody anyway is not lost, and a role that has a message to discard
// sends nothing.
func (in *Interpreter) faultySends(c Config, f model.Fault, k int) []Step {
	s, ok := in.attempt(c, Fault, f.Role, k)
	to := c.Local[f.Peer].Status
	if !ok || s.Fails || in.vanishes(c, f.Role, f.Peer) || to == Crashed || len(in.discards(c, f.Role)) > 0 {
		return nil
	}
	q := in.queueOf[f.Role][f.Peer]
	switch f.Kind {
	case model.Loss:
		if q != noQueue && !in.room(c, q, 1) {
			return nil
		}
		s.Vanishes = true
		return []Step{s}
	case model.Duplicate:
		if q == noQueue || !in.room(c, q, 2) {
			return nil
		}
		return []Step{s}
	}
	if q == noQueue || in.queues[q].Discipline == model.Bag || !in.room(c, q, 1) {
		return nil
	}
	var steps []Step
	results := [][]Message{in.queues[q].put(slices.Clone(c.Queues[q]), s.Message)}
	for n := range len(c.Queues[q]) {
		s.Place = n + 1
		result := overtake(slices.Clone(c.Queues[q]), s.Message, s.Place)
		if !slices.ContainsFunc(results, func(r []Message) bool { return slices.EqualFunc(r, result, Message.identical) }) {
			results = append(results, result)
			steps = append(steps, s)
		}
	}
	return steps
}

// strays are the ways in which a message comes that nobody has sent. Its sender may
// be in any state, and no link matters.
func (in *Interpreter) strays(c Config, f model.Fault) []Step {
	s := nothing(Fault, f.Role)
	s.Peer = f.Peer
	s.Message = Message{Sender: f.Role, Receiver: f.Peer, Label: f.Label, Stray: true}
	q := in.queueOf[f.Role][f.Peer]
	if in.gone(c, q, f.Peer) {
		s.Vanishes = true
		return []Step{s}
	}
	if q != noQueue {
		if !in.room(c, q, 1) {
			return nil
		}
		return []Step{s}
	}
	if len(in.discards(c, f.Peer)) > 0 {
		return nil
	}
	return in.partners(c, s)
}

// gone reports whether a role is crashed or silenced, so that what comes to it by
// queue q (noQueue: none) vanishes.
func (in *Interpreter) gone(c Config, q int, to model.RoleID) bool {
	switch c.Local[to].Status {
	case Silenced:
		return true
	case Crashed:
		return !in.keepCrashed || q == noQueue
	}
	return false
}

// cut reports whether the link between two roles is down.
func (in *Interpreter) cut(c Config, x, y model.RoleID) bool {
	for i, f := range in.environment.Faults {
		if c.Down[i] && separates(f, x, y) {
			return true
		}
	}
	return false
}

// separates reports whether a fault takes the link between two roles down.
func separates(f model.Fault, x, y model.RoleID) bool {
	switch f.Kind {
	case model.Disconnect:
		return f.Role == x && f.Peer == y || f.Role == y && f.Peer == x
	case model.Partition:
		group := func(r model.RoleID) int {
			return slices.IndexFunc(f.Groups, func(g []model.RoleID) bool { return slices.Contains(g, r) })
		}
		return group(x) >= 0 && group(y) >= 0 && group(x) != group(y)
	}
	return false
}
