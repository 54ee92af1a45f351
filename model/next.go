package model

import (
	"slices"
	"unsafe"

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

// If all steps are look-ups in tables, nothing is decided by branches, which no processor
// could guess. First the numbers of all steps that the roles' local states have are listed:
// four for each role, of which the superfluous ones are overwritten. Then successors
// are written straight into the buffer, whether enabled or not, and kept if they are.
// The list stands in the buffer too, behind the room for actions. All of this runs for each
// configuration, and indices that the compiled tables keep in range are not checked.

// listed is the number of steps that are listed at once.
const listed = 4

// list appends the numbers of the steps of a row to a list.
func list(rw *row, to unsafe.Pointer, at uintptr) uintptr {
	p := unsafe.Add(to, 4*at)
	first := uint64(rw.start) * (1<<32 + 1)
	*(*uint64)(p) = first + 1<<32
	*(*uint64)(unsafe.Add(p, 8)) = first + 2 + 3<<32
	for i := rw.start + listed; i < rw.end; i++ {
		*(*uint32)(unsafe.Add(p, 4*uintptr(i-rw.start))) = i
	}
	return at + uintptr(rw.end-rw.start)
}

// nextWord is nextQuick for states of one word.
func (n *Network) nextWord(state lts.State, out *lts.Steps) lts.Marks {
	s := state[0]
	at, most := len(out.Actions), n.maxOut
	out.Actions = slices.Grow(out.Actions, 2*most+listed)
	out.Words = slices.Grow(out.Words, most)
	actions := unsafe.Add(unsafe.Pointer(unsafe.SliceData(out.Actions)), 4*at)
	words := unsafe.Add(unsafe.Pointer(unsafe.SliceData(out.Words)), 8*at)
	chosen := unsafe.Add(actions, 4*most)

	var marks lts.Marks
	count := uintptr(0)
	rows := unsafe.Pointer(unsafe.SliceData(n.rows))
	for r := range n.locals {
		lt := &n.locals[r]
		rw := (*row)(unsafe.Add(rows, unsafe.Sizeof(row{})*uintptr(uint64(lt.first)+s>>(lt.shift&63)&lt.mask)))
		marks |= rw.marks
		count = list(rw, chosen, count)
	}
	var fired int
	var more lts.Marks
	switch {
	case !n.vanishes && !n.marks:
		fired, more = fireWord[calm](n, s, chosen, count, actions, words)
	case !n.marks:
		fired, more = fireWord[lossy](n, s, chosen, count, actions, words)
	default:
		fired, more = fireWord[marked](n, s, chosen, count, actions, words)
	}
	out.Actions, out.Words = out.Actions[:at+fired], out.Words[:at+fired]
	return n.sum(marks|more, fired, state)
}

// What the loops below have to look after. Each kind has a size of its own, so that the
// compiler makes a loop for each, without the questions that it need not ask.
type (
	calm   [0]byte // nothing vanishes, and no step that is enabled has marks
	lossy  [1]byte // no step that is enabled has marks
	marked [2]byte
)

type kind interface{ calm | lossy | marked }

// fireWord writes the successors by the chosen steps, and returns their number.
//
// A step that is not enabled has entry 0, and sets the mark of its blocked bit. The entry
// of a watch is 1 if it sees something, which turns noMark into MarkUnspecified.
func fireWord[K kind](n *Network, s uint64, chosen unsafe.Pointer, count uintptr, actions, words unsafe.Pointer) (int, lts.Marks) {
	var k K
	steps := unsafe.Pointer(unsafe.SliceData(n.steps))
	tables := unsafe.Pointer(unsafe.SliceData(n.tables))
	at := uintptr(0)
	var marks lts.Marks
	for i := uintptr(0); i < count; i++ {
		c := (*compiledStep)(unsafe.Add(steps, unsafe.Sizeof(compiledStep{})*uintptr(*(*uint32)(unsafe.Add(chosen, 4*i)))))
		shift := c.shift & 63
		e := *(*uint32)(unsafe.Add(tables, 4*uintptr(c.table+uint32(s>>shift)&c.mask)))
		action := uint32(c.action)
		if len(k) >= len(lossy{}) {
			action += e >> vanishBit & 1 * c.extra
		}
		*(*uint32)(unsafe.Add(actions, 4*at)) = action
		*(*uint64)(unsafe.Add(words, 8*at)) = s ^ c.local ^ uint64(e&deltaMask)<<shift
		on := uint64(e >> possibleBit)
		at += uintptr(on)
		if len(k) >= len(marked{}) {
			marks |= lts.Marks(c.enabled) & -lts.Marks(on)
		}
		marks |= lts.Marks(on^1) << ((uint32(c.blocked) + e) & 63)
	}
	return int(at), marks
}

// nextPair is nextQuick for states of two words.
func (n *Network) nextPair(state lts.State, out *lts.Steps) lts.Marks {
	s := (*[2]uint64)(state)
	at, most := len(out.Actions), n.maxOut
	out.Actions = slices.Grow(out.Actions, 2*most+listed)
	out.Words = slices.Grow(out.Words, 2*most)
	actions := unsafe.Add(unsafe.Pointer(unsafe.SliceData(out.Actions)), 4*at)
	words := unsafe.Add(unsafe.Pointer(unsafe.SliceData(out.Words)), 16*at)
	chosen := unsafe.Add(actions, 4*most)

	var marks lts.Marks
	count := uintptr(0)
	rows := unsafe.Pointer(unsafe.SliceData(n.rows))
	for r := range n.locals {
		lt := &n.locals[r]
		rw := (*row)(unsafe.Add(rows, unsafe.Sizeof(row{})*uintptr(uint64(lt.first)+s[lt.word&1]>>(lt.shift&63)&lt.mask)))
		marks |= rw.marks
		count = list(rw, chosen, count)
	}
	var fired int
	var more lts.Marks
	switch {
	case !n.vanishes && !n.marks:
		fired, more = firePair[calm](n, s, chosen, count, actions, words)
	case !n.marks:
		fired, more = firePair[lossy](n, s, chosen, count, actions, words)
	default:
		fired, more = firePair[marked](n, s, chosen, count, actions, words)
	}
	out.Actions, out.Words = out.Actions[:at+fired], out.Words[:2*(at+fired)]
	return n.sum(marks|more, fired, state)
}

// firePair is fireWord for states of two words.
func firePair[K kind](n *Network, s *[2]uint64, chosen unsafe.Pointer, count uintptr, actions, words unsafe.Pointer) (int, lts.Marks) {
	var k K
	steps := unsafe.Pointer(unsafe.SliceData(n.steps))
	tables := unsafe.Pointer(unsafe.SliceData(n.tables))
	at := uintptr(0)
	var marks lts.Marks
	for i := uintptr(0); i < count; i++ {
		c := (*compiledStep)(unsafe.Add(steps, unsafe.Sizeof(compiledStep{})*uintptr(*(*uint32)(unsafe.Add(chosen, 4*i)))))
		shift := c.shift & 63
		e := *(*uint32)(unsafe.Add(tables, 4*uintptr(c.table+uint32(s[c.other&1]>>shift)&c.mask)))
		action := uint32(c.action)
		if len(k) >= len(lossy{}) {
			action += e >> vanishBit & 1 * c.extra
		}
		*(*uint32)(unsafe.Add(actions, 4*at)) = action
		t := (*[2]uint64)(unsafe.Add(words, 16*at))
		*t = *s
		t[c.word&1] ^= c.local
		t[c.other&1] ^= uint64(e&deltaMask) << shift
		on := uint64(e >> possibleBit)
		at += uintptr(on)
		if len(k) >= len(marked{}) {
			marks |= lts.Marks(c.enabled) & -lts.Marks(on)
		}
		marks |= lts.Marks(on^1) << ((uint32(c.blocked) + e) & 63)
	}
	return int(at), marks
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
