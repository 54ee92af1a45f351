package model

import (
	"unsafe"

	"chorcheck/lts"
)

// What follows is lookup_word.go for states of two words. It is written out, since what both could share,
// such as the loop over roles, costs a twentieth of all time when it is a function of its own.

// nextPair is nextQuick for states of two words.
func (n *Network) nextPair(state lts.State, out *lts.Steps) lts.Marks {
	k, s := &n.lookups, (*[2]uint64)(state)
	at, to := len(out.Actions), n.target(out)
	fired, marks := k.pairAtOnce(s, to)
	if len(k.byQueue) > 0 {
		m, more := k.pairByQueue(s, to.after(fired, 2))
		fired, marks = fired+m, marks|more
	}
	if len(k.stepByStep) > 0 {
		m, more := n.pairStepByStep(s, to.after(fired, 2))
		fired, marks = fired+m, marks|more
	}
	out.Actions, out.Words = out.Actions[:at+int(fired)], out.Words[:2*(at+int(fired))]
	return n.sum(marks, int(fired), state)
}

// pairAtOnce is wordAtOnce for states of two words.
func (k *lookups) pairAtOnce(s *[2]uint64, to target) (fired uintptr, marks lts.Marks) {
	for r := range k.atOnce {
		word := k.atOnce[r].word & 1
		e := k.atOnce[r].entry(s[word])
		*(*[atHand]lts.Action)(unsafe.Add(to.actions, 4*fired)) = e.actions
		w := (*[atHand][2]uint64)(unsafe.Add(to.words, 16*fired))
		for i := range w {
			w[i] = *s
			w[i][word] ^= e.change[i]
		}
		marks |= e.marks
		for i := uintptr(atHand); i < uintptr(e.enabled); i++ {
			x := &k.rest[uintptr(e.rest)+i-atHand]
			*(*lts.Action)(unsafe.Add(to.actions, 4*(fired+i))) = x.action
			w := (*[2]uint64)(unsafe.Add(to.words, 16*(fired+i)))
			*w = *s
			w[word] ^= x.change
		}
		fired += uintptr(e.enabled)
	}
	return fired, marks
}

// pairByQueue is pairAtOnce for roles that are looked up by queue.
func (k *lookups) pairByQueue(s *[2]uint64, to target) (fired uintptr, marks lts.Marks) {
	rows := unsafe.Pointer(unsafe.SliceData(k.rows))
	count := uintptr(0)
	for r := range k.byQueue {
		rw := k.byQueue[r].row(rows, s[k.byQueue[r].word&1])
		marks |= rw.marks
		count = list(rw, to.list, count)
	}
	for i := range count {
		l := k.look(to.list, i)
		e := k.entry(l, s[l.word&1])
		*(*lts.Action)(unsafe.Add(to.actions, 4*fired)) = e.action
		w := (*[2]uint64)(unsafe.Add(to.words, 16*fired))
		w[0], w[1] = s[0]^e.change[0], s[1]^e.change[1]
		marks |= e.marks
		fired += uintptr(e.enabled)
	}
	return fired, marks
}

// pairStepByStep is pairAtOnce for the other roles.
func (n *Network) pairStepByStep(s *[2]uint64, to target) (fired uintptr, marks lts.Marks) {
	rows := unsafe.Pointer(unsafe.SliceData(n.rows))
	count := uintptr(0)
	for r := range n.lookups.stepByStep {
		lt := &n.lookups.stepByStep[r]
		rw := lt.row(rows, s[lt.word&1])
		marks |= rw.marks
		count = list(rw, to.list, count)
	}
	var more lts.Marks
	switch {
	case !n.vanishes && !n.marks:
		fired, more = firePair[calm](n, s, to, count)
	case !n.marks:
		fired, more = firePair[lossy](n, s, to, count)
	default:
		fired, more = firePair[marked](n, s, to, count)
	}
	return fired, marks | more
}

// firePair is fireWord for states of two words.
func firePair[K kind](n *Network, s *[2]uint64, to target, count uintptr) (uintptr, lts.Marks) {
	var k K
	steps := unsafe.Pointer(unsafe.SliceData(n.steps))
	tables := unsafe.Pointer(unsafe.SliceData(n.tables))
	at := uintptr(0)
	var marks lts.Marks
	for i := uintptr(0); i < count; i++ {
		c := (*compiledStep)(unsafe.Add(steps, unsafe.Sizeof(compiledStep{})*uintptr(*(*uint32)(unsafe.Add(to.list, 4*i)))))
		shift := c.shift & 63
		e := *(*uint32)(unsafe.Add(tables, 4*uintptr(c.table+uint32(s[c.other&1]>>shift)&c.mask)))
		action := uint32(c.action)
		if len(k) >= len(lossy{}) {
			action += e >> vanishBit & 1 * c.extra
		}
		*(*uint32)(unsafe.Add(to.actions, 4*at)) = action
		t := (*[2]uint64)(unsafe.Add(to.words, 16*at))
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
	return at, marks
}
