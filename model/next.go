package model

import (
	"slices"

	"chorcheck/lts"
)

// Width implements lts.System.
func (n *Network) Width() int { return n.width }

// Actions implements lts.System.
func (n *Network) Actions() int { return len(n.actions) }

// Init implements lts.System.
func (n *Network) Init() lts.State { return n.init.Clone() }

// Next implements lts.System: a few loads, shifts and exclusive ors for each
// transition of the roles' present local states.
func (n *Network) Next(s lts.State, out *lts.Steps) lts.Marks {
	switch {
	case n.quick != nil:
		marks := n.nextQuick(s, out)
		n.strikeQuickly(s, out)
		return marks
	case n.general != nil:
		return n.nextGeneral(s, out)
	}
	return n.nextQuick(s, out)
}

// nextQuick appends the steps that the tables give.
func (n *Network) nextQuick(s lts.State, out *lts.Steps) lts.Marks {
	switch {
	case n.mixed || n.width > 2:
		return n.nextMixed(s, out)
	case n.width == 1:
		return n.nextWord(s, out)
	}
	return n.nextPair(s, out)
}

// sum completes the marks that the tables have given. A watch looks at one queue only, so
// what it says has to be confirmed; that is rare.
func (n *Network) sum(marks lts.Marks, fired int, s lts.State) lts.Marks {
	if fired == 0 {
		marks |= MarkQuiet
	}
	if marks&MarkUnspecified != 0 && !n.isUnspecified(s) {
		marks &^= MarkUnspecified
	}
	return marks &^ (1 << noMark)
}

// isUnspecified reports whether a role waits for other messages than those that it has;
// all steps are look-ups in tables.
func (n *Network) isUnspecified(s lts.State) bool {
	for r := range n.locals {
		rw := n.row(RoleID(r), s)
		if rw.waits != 0 && n.allWaiting(n.waits[rw.waits], s) &&
			!slices.ContainsFunc(n.steps[rw.start:rw.end], func(c compiledStep) bool {
				return n.tables[c.table+uint32(s[c.other]>>c.shift)&c.mask]&possible != 0
			}) {
			return true
		}
	}
	return false
}

// nextMixed is nextQuick for steps of any kind and states of any width.
func (n *Network) nextMixed(s lts.State, out *lts.Steps) lts.Marks {
	var marks lts.Marks
	start := len(out.Actions)
	for r := range n.locals {
		rw := n.row(RoleID(r), s)
		before := len(out.Actions)
		marks |= rw.marks
		for i := rw.start; i < rw.end; i++ {
			marks |= n.one(&n.steps[i], s, out)
		}
		if rw.waits != 0 && before == len(out.Actions) && n.allWaiting(n.waits[rw.waits], s) {
			marks |= MarkUnspecified
		}
	}
	if start == len(out.Actions) {
		marks |= MarkQuiet
	}
	return marks
}

// mark is the mark of a step that is not enabled.
func (c *compiledStep) mark() lts.Marks { return 1 << c.blocked &^ (1 << noMark) }

// one appends what a compiled step gives in a state, if it is enabled there.
func (n *Network) one(c *compiledStep, s lts.State, out *lts.Steps) lts.Marks {
	switch c.op {
	case opTable:
		e := n.tables[c.table+uint32(s[c.other]>>c.shift)&c.mask]
		if e&possible == 0 {
			return c.mark()
		}
		t := out.Append(c.action+lts.Action(e>>vanishBit&1*c.extra), s)
		t[c.word] ^= c.local
		t[c.other] ^= uint64(e&deltaMask) << c.shift
		return lts.Marks(c.enabled)
	case opRendezvous:
		rng := n.ranges[c.table+uint32(s[c.other]>>c.shift)&c.mask]
		var marks lts.Marks
		for _, p := range n.partners[rng[0]:rng[1]] {
			t := out.Append(p.action, s)
			t[c.word] ^= c.local
			t[p.word] ^= p.local
			marks |= lts.Marks(c.enabled) | p.marks
		}
		return marks
	}
	q := n.queues[c.extra]
	if c.op == opPutSlot {
		length := q.length(s)
		if length >= q.capacity {
			return c.mark()
		}
		t := out.Append(c.action, s)
		t[c.word] ^= c.local
		q.putSlot(t, length, uint64(c.table))
		return lts.Marks(c.enabled)
	}
	at := q.findSlot(s, int(c.table))
	if at < 0 {
		return c.mark()
	}
	t := out.Append(c.action, s)
	t[c.word] ^= c.local
	q.removeSlot(t, at)
	return lts.Marks(c.enabled)
}

// allWaiting reports whether none of the queues is empty.
func (n *Network) allWaiting(queues []uint16, s lts.State) bool {
	for _, i := range queues {
		// The empty content is index 0, or has an empty first slot.
		if q := n.queues[i]; q.fields[0].get(s) == 0 {
			return false
		}
	}
	return true
}
