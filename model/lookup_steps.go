package model

import (
	"slices"
	"unsafe"

	"chorcheck/lts"
)

// If all steps are look-ups in tables, nothing is decided by branches, which no processor
// could guess: successors are written straight into the buffer, whether enabled or not, and kept if they
// are. For roles that are not looked up at once, the numbers of the looks (or steps) of all local states
// are listed first: four for each role, of which the superfluous ones are overwritten. All of this runs
// for each configuration, and indices that the compiled tables keep in range are not checked.

// A target is where the steps of one configuration go: their actions, their words, and a list.
type target struct{ actions, words, list unsafe.Pointer }

// listed is the number of steps that are listed at once.
const listed = 4

// target makes room for all steps that a configuration can have, and returns it. The list stands
// behind the room for actions.
func (n *Network) target(out *lts.Steps) target {
	at, most := len(out.Actions), n.maxOut+atHand
	out.Actions = slices.Grow(out.Actions, 2*most+listed)
	out.Words = slices.Grow(out.Words, n.width*most)
	actions := unsafe.Add(unsafe.Pointer(unsafe.SliceData(out.Actions)), 4*at)
	return target{
		actions: actions,
		words:   unsafe.Add(unsafe.Pointer(unsafe.SliceData(out.Words)), 8*n.width*at),
		list:    unsafe.Add(actions, 4*most),
	}
}

// after is the target of further steps, when some of the given number of words have been written.
func (t target) after(steps, width uintptr) target {
	return target{unsafe.Add(t.actions, 4*steps), unsafe.Add(t.words, 8*width*steps), t.list}
}

// list appends the numbers of the looks or steps of a row to a list.
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

// entry is what the table says where the word has a value.
func (t *roleTable) entry(s uint64) *roleEntry {
	return (*roleEntry)(unsafe.Add(unsafe.Pointer(unsafe.SliceData(t.entries)), unsafe.Sizeof(roleEntry{})*uintptr(s>>(t.shift&63)&t.mask)))
}

// row is the row of the role's local state in rows, where the word has a value.
func (lt *localTable) row(rows unsafe.Pointer, s uint64) *row {
	return (*row)(unsafe.Add(rows, unsafe.Sizeof(row{})*uintptr(uint64(lt.first)+s>>(lt.shift&63)&lt.mask)))
}

// look is the look with a number in a list.
func (k *lookups) look(list unsafe.Pointer, i uintptr) *look {
	return (*look)(unsafe.Add(unsafe.Pointer(unsafe.SliceData(k.looks)), unsafe.Sizeof(look{})*uintptr(*(*uint32)(unsafe.Add(list, 4*i)))))
}

// entry is what a look finds where the word has a value.
func (k *lookups) entry(l *look, s uint64) *entry {
	return (*entry)(unsafe.Add(unsafe.Pointer(unsafe.SliceData(k.entries)), unsafe.Sizeof(entry{})*uintptr(l.first+uint32(s>>(l.shift&63))&l.mask)))
}

// What the loops below have to look after. Each kind has a size of its own, so that the
// compiler makes a loop for each, without the questions that it need not ask.
type (
	calm   [0]byte // nothing vanishes, and no step that is enabled has marks
	lossy  [1]byte // no step that is enabled has marks
	marked [2]byte
)

type kind interface{ calm | lossy | marked }
