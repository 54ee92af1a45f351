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

// nextQuick appends the steps that the tables give.
func (n *Network) nextQuick(s lts.State, out *lts.Steps) lts.Marks {
	if n.width == 1 {
		return n.nextWord(s, out)
	}
	var marks lts.Marks
	start := len(out.Actions)
	for r := range n.locals {
		lt := &n.locals[r]
		rw := &lt.rows[lt.get(s)]
		marks |= rw.marks
		before := len(out.Actions)
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

// nextWord is Next for states of one word: successors are written straight into
// the buffer, whether enabled or not, and kept if they are.
func (n *Network) nextWord(state lts.State, out *lts.Steps) lts.Marks {
	var marks lts.Marks
	s := state[0]
	start := len(out.Actions)
	at := start
	actions := slices.Grow(out.Actions, n.maxOut)[:at+n.maxOut]
	words := slices.Grow(out.Words, n.maxOut)[:at+n.maxOut]
	for r := range n.locals {
		lt := &n.locals[r]
		rw := &lt.rows[s>>lt.shift&lt.mask]
		marks |= rw.marks
		before := at
		for i := rw.start; i < rw.end; i++ {
			c := &n.steps[i]
			switch c.op {
			case opTable:
				delta := n.tables[c.table+uint32(s>>c.shift&c.mask)]
				if delta == 0 {
					marks |= c.blocked
					continue
				}
				actions[at] = c.action
				words[at] = s ^ c.local ^ uint64(delta)<<c.shift
				at++
				marks |= c.enabled
			case opInternal:
				actions[at] = c.action
				words[at] = s ^ c.local
				at++
				marks |= c.enabled
			case opMortal:
				delta := n.tables[c.table+uint32(s>>c.shift&c.mask)]
				if delta == 0 {
					marks |= c.blocked
					continue
				}
				actions[at] = c.action
				if delta == vanishes {
					actions[at], delta = n.vanish[c.action], 0
				}
				words[at] = s ^ c.local ^ uint64(delta)<<c.shift
				at++
				marks |= c.enabled
			case opRendezvous:
				rng := n.ranges[c.table+uint32(s>>c.shift&c.mask)]
				for _, p := range n.partners[rng[0]:rng[1]] {
					actions[at] = p.action
					words[at] = s ^ c.local ^ p.local
					at++
					marks |= c.enabled | p.marks
				}
			default:
				out.Actions, out.Words = actions[:at], words[:at]
				marks |= n.one(c, state, out)
				at = len(out.Actions)
			}
		}
		if rw.waits != 0 && before == at && n.allWaiting(n.waits[rw.waits], state) {
			marks |= MarkUnspecified
		}
	}
	if at == start {
		marks |= MarkQuiet
	}
	out.Actions, out.Words = actions[:at], words[:at]
	return marks
}

// one appends what a compiled step gives in a state, if it is enabled there.
func (n *Network) one(c *compiledStep, s lts.State, out *lts.Steps) lts.Marks {
	switch c.op {
	case opInternal:
		out.Append(c.action, s)[c.word] ^= c.local
		return c.enabled
	case opTable, opMortal:
		delta := n.tables[c.table+uint32(s[c.other]>>c.shift&c.mask)]
		if delta == 0 {
			return c.blocked
		}
		action := c.action
		if delta == vanishes {
			action, delta = n.vanish[action], 0
		}
		t := out.Append(action, s)
		t[c.word] ^= c.local
		t[c.other] ^= uint64(delta) << c.shift
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
