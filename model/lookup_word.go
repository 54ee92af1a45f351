package model

import (
	"unsafe"

	"chorcheck/lts"
)

// nextWord is nextQuick for states of one word.
func (n *Network) nextWord(state lts.State, out *lts.Steps) lts.Marks {
	k, s := &n.lookups, state[0]
	at, to := len(out.Actions), n.target(out)
	fired, marks := k.wordAtOnce(s, to)
	if len(k.byQueue) > 0 {
		m, more := k.wordByQueue(s, to.after(fired, 1))
		fired, marks = fired+m, marks|more
	}
	if len(k.stepByStep) > 0 {
		m, more := n.wordStepByStep(s, to.after(fired, 1))
		fired, marks = fired+m, marks|more
	}
	out.Actions, out.Words = out.Actions[:at+int(fired)], out.Words[:at+int(fired)]
	return n.sum(marks, int(fired), state)
}

// wordAtOnce writes the steps of roles that are looked up at once, and returns their number.
func (k *lookups) wordAtOnce(s uint64, to target) (fired uintptr, marks lts.Marks) {
	for r := range k.atOnce {
		e := k.atOnce[r].entry(s)
		*(*[atHand]lts.Action)(unsafe.Add(to.actions, 4*fired)) = e.actions
		w := (*[atHand]uint64)(unsafe.Add(to.words, 8*fired))
		w[0], w[1], w[2], w[3] = s^e.change[0], s^e.change[1], s^e.change[2], s^e.change[3]
		marks |= e.marks
		for i := uintptr(atHand); i < uintptr(e.enabled); i++ {
			x := &k.rest[uintptr(e.rest)+i-atHand]
			*(*lts.Action)(unsafe.Add(to.actions, 4*(fired+i))) = x.action
			*(*uint64)(unsafe.Add(to.words, 8*(fired+i))) = s ^ x.change
		}
		fired += uintptr(e.enabled)
	}
	return fired, marks
}

// wordByQueue is wordAtOnce for roles that are looked up by queue.
func (k *lookups) wordByQueue(s uint64, to target) (fired uintptr, marks lts.Marks) {
	rows := unsafe.Pointer(unsafe.SliceData(k.rows))
	count := uintptr(0)
	for r := range k.byQueue {
		rw := k.byQueue[r].row(rows, s)
		marks |= rw.marks
		count = list(rw, to.list, count)
	}
	for i := range count {
		e := k.entry(k.look(to.list, i), s)
		*(*lts.Action)(unsafe.Add(to.actions, 4*fired)) = e.action
		*(*uint64)(unsafe.Add(to.words, 8*fired)) = s ^ e.change[0]
		marks |= e.marks
		fired += uintptr(e.enabled)
	}
	return fired, marks
}

// wordStepByStep is wordAtOnce for the other roles.
func (n *Network) wordStepByStep(s uint64, to target) (fired uintptr, marks lts.Marks) {
	rows := unsafe.Pointer(unsafe.SliceData(n.rows))
	count := uintptr(0)
	for r := range n.lookups.stepByStep {
		rw := n.lookups.stepByStep[r].row(rows, s)
		marks |= rw.marks
		count = list(rw, to.list, count)
	}
	var more lts.Marks
	switch {
	case !n.vanishes && !n.marks:
		fired, more = fireWord[calm](n, s, to, count)
	case !n.marks:
		fired, more = fireWord[lossy](n, s, to, count)
	default:
		fired, more = fireWord[marked](n, s, to, count)
	}
	return fired, marks | more
}

// fireWord writes the successors by the listed steps, and returns their number.
//
// A step that is not enabled has entry 0, and sets the mark of its blocked bit. The entry
// of a watch is 1 if it sees something, which turns noMark into MarkUnspecified.
func fireWord[K kind](n *Network, s uint64, to target, count uintptr) (uintptr, lts.Marks) {
	var k K
	steps := unsafe.Pointer(unsafe.SliceData(n.steps))
	tables := unsafe.Pointer(unsafe.SliceData(n.tables))
	at := uintptr(0)
	var marks lts.Marks
	for i := uintptr(0); i < count; i++ {
		c := (*compiledStep)(unsafe.Add(steps, unsafe.Sizeof(compiledStep{})*uintptr(*(*uint32)(unsafe.Add(to.list, 4*i)))))
		shift := c.shift & 63
		e := *(*uint32)(unsafe.Add(tables, 4*uintptr(c.table+uint32(s>>shift)&c.mask)))
		action := uint32(c.action)
		if len(k) >= len(lossy{}) {
			action += e >> vanishBit & 1 * c.extra
		}
		*(*uint32)(unsafe.Add(to.actions, 4*at)) = action
		*(*uint64)(unsafe.Add(to.words, 8*at)) = s ^ c.local ^ uint64(e&deltaMask)<<shift
		on := uint64(e >> possibleBit)
		at += uintptr(on)
		if len(k) >= len(marked{}) {
			marks |= lts.Marks(c.enabled) & -lts.Marks(on)
		}
		marks |= lts.Marks(on^1) << ((uint32(c.blocked) + e) & 63)
	}
	return at, marks
}
