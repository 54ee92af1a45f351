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

// vanishes stands in a table of puts for the dead content.
const vanishes = 1 << 31

// quickFaults is what faults need beside the tables.
type quickFaults struct {
	roles  []*faultPlan // crashes and silences
	spoils [][][]spoil  // losses, by role and flat state of the sender
	common int          // the counter against which every fault counts; -1: none
}

// spoil is a send that can be lost.
type spoil struct {
	plan  *faultPlan
	move  uint32
	index int
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
	for r := range n.locals {
		p.spoils = append(p.spoils, make([][]spoil, len(n.flat.machines[r].states)))
	}
	for i := range g.faults {
		f := &g.faults[i]
		if f.Kind != Loss {
			for _, q := range n.queues {
				if q.to == f.Role {
					f.queues = append(f.queues, q)
				}
			}
			p.roles = append(p.roles, f)
			continue
		}
		for s, row := range g.rows[f.Role] {
			for j := row.start; j < row.raises; j++ {
				if m := &g.moves[j]; (m.op == moveSend || m.op == moveSync) && m.peer == f.Peer {
					p.spoils[f.Role][s] = append(p.spoils[f.Role][s], spoil{f, j, int(j - f.first)})
				}
			}
		}
	}
}

// strikeQuickly appends the ways in which faults can strike.
func (n *Network) strikeQuickly(s lts.State, out *lts.Steps) lts.Marks {
	g, p := n.general, n.quick
	if p.common >= 0 {
		if c := &g.counters[p.common]; c.get(s) >= c.limit {
			return 0
		}
	}
	var marks lts.Marks
	for _, f := range p.roles {
		local := &n.locals[f.Role]
		if !g.rows[f.Role][local.get(s)].live || n.exhausted(f, s) {
			continue
		}
		t := out.Append(f.action, s)
		local.set(t, f.gone)
		for _, q := range f.queues {
			q.fields[0].set(t, uint64(q.dead))
		}
		n.count(f, t)
	}
	for r := range n.locals {
		for _, x := range p.spoils[r][n.locals[r].get(s)] {
			if !n.exhausted(x.plan, s) && !n.isGone(x.plan.Peer, true, s) {
				marks |= n.spoil(x.plan, &g.moves[x.move], x.index, s, out)
			}
		}
	}
	return marks
}
