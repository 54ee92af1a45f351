package model

import (
	"slices"

	"chorcheck/lts"
)

// Crashes, silences and losses need no general way to find steps. A queue whose
// receiver is gone has a content of its own, the dead one, into which each message
// can be put and in which it vanishes: steps remain look-ups in tables. What is
// done in the general way is the strike of a fault, which few configurations see: after
// the last one that the environment allows, there is one comparison.

// quickFaults is what faults need beside the tables.
type quickFaults struct {
	faults []quickFault // in the order of the environment
	common int          // the counter against which every fault counts; -1: none
}

// quickFault is one fault: what it does to the words of a state.
type quickFault struct {
	plan   *faultPlan
	change change
	spoils [][]spoil // of a loss, by flat state of the sender
}

// change is what is done to each word of a state: bits are cleared, then others set,
// then a number added.
type change struct{ keep, set, add []uint64 }

func (c *change) apply(t lts.State) {
	for i := range t {
		t[i] = t[i]&c.keep[i] | c.set[i] + c.add[i]
	}
}

// spoil is a send that can be lost.
type spoil struct {
	local  uint64 // exclusive or on the word of the sender's local state
	queue  *queue // nil: a rendezvous
	table  uint32 // of putting the message
	action lts.Action
}

// hasQuickFaults reports whether an environment's faults can be combined with the
// tables of steps.
func (n *Network) hasQuickFaults() bool {
	if n.options.general || n.options.KeepCrashed || n.needsGeneralSteps() || len(n.options.Environment.Faults) == 0 {
		return false
	}
	for i := range n.options.Environment.Faults {
		f := &n.options.Environment.Faults[i]
		if f.Kind != Crash && f.Kind != Silence && f.Kind != Loss || f.Recovers || f.During != nil {
			return false
		}
	}
	for r := range n.automata.Machines {
		if slices.ContainsFunc(n.automata.Machines[r].Transitions, func(t Transition) bool { return t.Kind == CrashRaise }) {
			return false
		}
	}
	return !slices.ContainsFunc(n.queues, func(q *queue) bool { return q.dictionary == nil })
}

// addDead gives each queue whose receiver can go its dead content.
func (n *Network) addDead() {
	for _, q := range n.queues {
		if m := &n.flat.machines[q.to]; m.gone < len(m.states) {
			q.dead = len(q.dictionary)
			q.dictionary = append(q.dictionary, nil)
		}
	}
}

func (n *Network) planQuick() {
	g, p := n.general, &quickFaults{common: -1}
	n.quick = p
	for i := range g.counters {
		if !slices.ContainsFunc(g.faults, func(f faultPlan) bool { return !slices.Contains(f.counters, i) }) {
			p.common = i
		}
	}
	for i := range g.faults {
		f := quickFault{plan: &g.faults[i]}
		f.change = n.changeBy(f.plan)
		if f.plan.Kind == Loss {
			f.spoils = n.spoilsOf(f.plan)
		}
		p.faults = append(p.faults, f)
	}
}

// changeBy is the change that a fault makes beside the step that it spoils.
func (n *Network) changeBy(f *faultPlan) change {
	c := change{make([]uint64, n.width), make([]uint64, n.width), make([]uint64, n.width)}
	for i := range c.keep {
		c.keep[i] = ^uint64(0)
	}
	put := func(f field, v uint64) {
		c.keep[f.word] &^= f.mask << f.shift
		c.set[f.word] |= v << f.shift
	}
	if f.Kind != Loss {
		put(n.locals[f.Role].field, f.gone)
		for _, q := range n.queues {
			if q.to == f.Role {
				put(q.fields[0], uint64(q.dead))
			}
		}
	}
	for _, i := range f.counters {
		k := &n.general.counters[i]
		c.add[k.word] += 1 << k.shift // it is below its limit, which the field can hold
	}
	return c
}

// spoilsOf lists the sends that a loss can strike, by flat state of their sender.
func (n *Network) spoilsOf(f *faultPlan) [][]spoil {
	g := n.general
	out := make([][]spoil, len(n.flat.machines[f.Role].states))
	for s, row := range g.rows[f.Role] {
		for j := row.start; j < row.raises; j++ {
			if m := &g.moves[j]; (m.op == moveSend || m.op == moveSync) && m.peer == f.Peer {
				x := spoil{local: uint64(s^int(m.to)) << n.locals[f.Role].shift, action: f.actions[j-f.first]}
				if m.op == moveSend {
					x.queue = n.queues[m.queue]
					x.table = x.queue.puts[m.value]
				}
				out[s] = append(out[s], x)
			}
		}
	}
	return out
}

// strikeQuickly appends the ways in which faults can strike.
func (n *Network) strikeQuickly(s lts.State, out *lts.Steps) lts.Marks {
	g, p := n.general, n.quick
	if p.common >= 0 {
		if c := &g.counters[p.common]; c.get(s) >= c.limit {
			return 0
		}
	}
	for i := range p.faults {
		f := &p.faults[i]
		at := n.locals[f.plan.Role].get(s)
		if f.spoils == nil {
			if g.rows[f.plan.Role][at].live && !n.exhausted(f.plan, s) {
				f.change.apply(out.Append(f.plan.action, s))
			}
			continue
		}
		for i := range f.spoils[at] {
			if x := &f.spoils[at][i]; n.arrives(x, f.plan.Peer, s) && !n.exhausted(f.plan, s) {
				t := out.Append(x.action, s)
				t[n.locals[f.plan.Role].word] ^= x.local
				f.change.apply(t)
			}
		}
	}
	return 0
}

// arrives reports whether a send can put its message somewhere, now: only what is on its
// way can be lost.
func (n *Network) arrives(x *spoil, to RoleID, s lts.State) bool {
	if x.queue == nil {
		return !n.isGone(to, true, s)
	}
	e := n.tables[x.table+uint32(x.queue.fields[0].get(s))]
	return e&(possible|vanishes) == possible
}
