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
		return marks | n.strikeQuickly(s, out)
	case n.general != nil:
		return n.nextGeneral(s, out)
	}
	return n.nextQuick(s, out)
}

// nextQuick appends the steps that the tables give. What can be decided only from the
// configuration is decided without branches, which no processor could guess: successors
// are written straight into the buffer, whether enabled or not, and kept if they are.
func (n *Network) nextQuick(s lts.State, out *lts.Steps) lts.Marks {
	switch n.width {
	case 1:
		return n.nextWord(s, out)
	case 2:
		return n.nextPair(s, out)
	}
	return n.nextWide(s, out)
}

// nextWord is nextQuick for states of one word.
func (n *Network) nextWord(state lts.State, out *lts.Steps) lts.Marks {
	var marks lts.Marks
	s := state[0]
	start := len(out.Actions)
	at := start
	actions := slices.Grow(out.Actions, n.maxOut)[:at+n.maxOut]
	words := slices.Grow(out.Words, n.maxOut)[:at+n.maxOut]
	tables := n.tables
	for r := range n.locals {
		lt := &n.locals[r]
		rw := &lt.rows[s>>lt.shift&lt.mask]
		marks |= rw.marks
		before := at
		if rw.mixed {
			out.Actions, out.Words = actions[:at], words[:at]
			marks |= n.mixed(rw, state, out)
			at = len(out.Actions)
		} else {
			for i := rw.start; i < rw.end; i++ {
				c := &n.steps[i]
				e := tables[c.table+uint32(s>>(c.shift&63)&c.mask)]
				on := e >> possibleBit
				actions[at] = c.action + lts.Action(e>>vanishBit&1)*c.gone
				words[at] = s ^ c.local ^ uint64(e&deltaMask)<<(c.shift&63)
				at += int(on)
				marks |= c.enabled&-lts.Marks(on) | c.blocked&^-lts.Marks(on)
			}
		}
		if s&rw.nonempty&^moved(before, at) != 0 && n.allWaiting(n.waits[rw.waits], state) {
			marks |= MarkUnspecified
		}
	}
	if at == start {
		marks |= MarkQuiet
	}
	out.Actions, out.Words = actions[:at], words[:at]
	return marks
}

// moved has all bits if there are steps between before and after, and none else.
func moved(before, after int) uint64 { return uint64(int64(before-after) >> 63) }

// nextPair is nextQuick for states of two words.
func (n *Network) nextPair(state lts.State, out *lts.Steps) lts.Marks {
	var marks lts.Marks
	s := (*[2]uint64)(state)
	start := len(out.Actions)
	at := start
	actions := slices.Grow(out.Actions, n.maxOut)[:at+n.maxOut]
	words := slices.Grow(out.Words, 2*n.maxOut)[:2*(at+n.maxOut)]
	tables := n.tables
	for r := range n.locals {
		lt := &n.locals[r]
		rw := &lt.rows[s[lt.word&1]>>lt.shift&lt.mask]
		marks |= rw.marks
		before := at
		if rw.mixed {
			out.Actions, out.Words = actions[:at], words[:2*at]
			marks |= n.mixed(rw, state, out)
			at = len(out.Actions)
		} else {
			for i := rw.start; i < rw.end; i++ {
				c := &n.steps[i]
				e := tables[c.table+uint32(s[c.other&1]>>(c.shift&63)&c.mask)]
				on := e >> possibleBit
				actions[at] = c.action + lts.Action(e>>vanishBit&1)*c.gone
				t := (*[2]uint64)(words[2*at:])
				*t = *s
				t[c.word&1] ^= c.local
				t[c.other&1] ^= uint64(e&deltaMask) << (c.shift & 63)
				at += int(on)
				marks |= c.enabled&-lts.Marks(on) | c.blocked&^-lts.Marks(on)
			}
		}
		if s[rw.word&1]&rw.nonempty&^moved(before, at) != 0 && n.allWaiting(n.waits[rw.waits], state) {
			marks |= MarkUnspecified
		}
	}
	if at == start {
		marks |= MarkQuiet
	}
	out.Actions, out.Words = actions[:at], words[:2*at]
	return marks
}

// nextWide is nextQuick for wider states, of which it copies only the successors.
func (n *Network) nextWide(s lts.State, out *lts.Steps) lts.Marks {
	var marks lts.Marks
	start := len(out.Actions)
	for r := range n.locals {
		lt := &n.locals[r]
		rw := &lt.rows[lt.get(s)]
		before := len(out.Actions)
		marks |= rw.marks | n.mixed(rw, s, out)
		if s[rw.word]&rw.nonempty&^moved(before, len(out.Actions)) != 0 && n.allWaiting(n.waits[rw.waits], s) {
			marks |= MarkUnspecified
		}
	}
	if start == len(out.Actions) {
		marks |= MarkQuiet
	}
	return marks
}

// mixed appends the steps of a local state, whatever they are.
func (n *Network) mixed(rw *row, s lts.State, out *lts.Steps) lts.Marks {
	var marks lts.Marks
	for i := rw.start; i < rw.end; i++ {
		marks |= n.one(&n.steps[i], s, out)
	}
	return marks
}

// one appends what a compiled step gives in a state, if it is enabled there.
func (n *Network) one(c *compiledStep, s lts.State, out *lts.Steps) lts.Marks {
	switch c.op {
	case opTable:
		e := n.tables[c.table+uint32(s[c.other]>>c.shift&c.mask)]
		if e == 0 {
			return c.blocked
		}
		t := out.Append(c.action+lts.Action(e>>vanishBit&1)*c.gone, s)
		t[c.word] ^= c.local
		t[c.other] ^= uint64(e&deltaMask) << c.shift
		return c.enabled
	case opRendezvous:
		rng := n.ranges[c.table+uint32(s[c.other]>>c.shift&c.mask)]
		var marks lts.Marks
		for _, p := range n.partners[rng[0]:rng[1]] {
			t := out.Append(p.action, s)
			t[c.word] ^= c.local
			t[p.word] ^= p.local
			marks |= c.enabled | p.marks
		}
		return marks
	}
	q := n.queues[c.queue]
	if c.op == opPutSlot {
		length := q.length(s)
		if length >= q.capacity {
			return c.blocked
		}
		t := out.Append(c.action, s)
		t[c.word] ^= c.local
		q.putSlot(t, length, uint64(c.table))
		return c.enabled
	}
	at := q.findSlot(s, int(c.table))
	if at < 0 {
		return c.blocked
	}
	t := out.Append(c.action, s)
	t[c.word] ^= c.local
	q.removeSlot(t, at)
	return c.enabled
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
