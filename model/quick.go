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
	most   int          // ways in which faults can strike in one configuration
}

// quickFault is one fault: what it does to the words of a state.
type quickFault struct {
	plan   *faultPlan
	role   field // its local state
	loss   bool
	limits []int     // counters other than the common one
	live   []bool    // by flat state: it can be struck there
	spoils [][]spoil // of a loss, by flat state
	change []change  // by word
}

// change is what is done to a word of a state: bits are cleared, then others set, then a
// number is added.
type change struct{ keep, set, add uint64 }

// spoil is a send that can be lost.
type spoil struct {
	local  uint64 // exclusive or on the word of the sender's local state
	queue  field
	table  uint32 // of putting the message
	action lts.Action
	sync   bool
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
		plan := &g.faults[i]
		f := quickFault{plan: plan, role: n.locals[plan.Role].field, loss: plan.Kind == Loss, change: n.changeBy(plan)}
		f.limits = slices.DeleteFunc(slices.Clone(plan.counters), func(c int) bool { return c == p.common })
		for _, row := range g.rows[plan.Role] {
			f.live = append(f.live, row.live)
		}
		ways := 1
		if f.loss {
			if f.spoils, ways = n.spoilsOf(plan); ways == 0 {
				continue // nothing is ever sent there
			}
		}
		p.most += ways
		p.faults = append(p.faults, f)
	}
}

// changeBy is the change that a fault makes beside the step that it spoils.
func (n *Network) changeBy(f *faultPlan) []change {
	c := make([]change, n.width)
	for i := range c {
		c[i].keep = ^uint64(0)
	}
	put := func(f field, v uint64) {
		c[f.word].keep &^= f.mask << f.shift
		c[f.word].set |= v << f.shift
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
		c[k.word].add += 1 << k.shift // it is below its limit, which the field can hold
	}
	return c
}

// spoilsOf lists the sends that a loss can strike, by flat state of their sender, and says
// how many one state has at most.
func (n *Network) spoilsOf(f *faultPlan) (spoils [][]spoil, most int) {
	g := n.general
	spoils = make([][]spoil, len(n.flat.machines[f.Role].states))
	for s, row := range g.rows[f.Role] {
		for j := row.start; j < row.raises; j++ {
			if m := &g.moves[j]; (m.op == moveSend || m.op == moveSync) && m.peer == f.Peer {
				x := spoil{local: uint64(s^int(m.to)) << n.locals[f.Role].shift, action: f.actions[j-f.first], sync: m.op == moveSync}
				if !x.sync {
					q := n.queues[m.queue]
					x.queue, x.table = q.fields[0], q.puts[m.value]
				}
				spoils[s] = append(spoils[s], x)
			}
		}
		most = max(most, len(spoils[s]))
	}
	return spoils, most
}

// strikeQuickly appends the ways in which faults can strike.
func (n *Network) strikeQuickly(s lts.State, out *lts.Steps) {
	p := n.quick
	if p.common >= 0 {
		if c := &n.general.counters[p.common]; c.get(s) >= c.limit {
			return
		}
	}
	at := len(out.Actions)
	out.Actions = slices.Grow(out.Actions, p.most)[:at+p.most]
	out.Words = slices.Grow(out.Words, p.most*n.width)[:(at+p.most)*n.width]
	for i := range p.faults {
		f := &p.faults[i]
		local := f.role.get(s)
		switch {
		case len(f.limits) > 0 && n.exhausted(f.plan, s):
		case f.loss:
			for i := range f.spoils[local] {
				if x := &f.spoils[local][i]; n.arrives(x, f.plan.Peer, s) {
					out.Actions[at] = x.action
					f.strike(s, out.Target(at))[f.role.word] ^= x.local
					at++
				}
			}
		case f.live[local]:
			out.Actions[at] = f.plan.action
			f.strike(s, out.Target(at))
			at++
		}
	}
	out.Actions, out.Words = out.Actions[:at], out.Words[:at*n.width]
}

// strike writes what a fault makes of s to t.
func (f *quickFault) strike(s, t lts.State) lts.State {
	for i, c := range f.change {
		t[i] = s[i]&c.keep | c.set + c.add
	}
	return t
}

// arrives reports whether a send can put its message somewhere, now: only what is on its
// way can be lost.
func (n *Network) arrives(x *spoil, to RoleID, s lts.State) bool {
	if x.sync {
		return !n.isGone(to, true, s)
	}
	e := n.tables[x.table+uint32(x.queue.get(s))]
	return e&(possible|vanishes) == possible
}
