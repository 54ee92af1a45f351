package explore

import (
	"unsafe"

	"chorcheck/explore/store"
	"chorcheck/lts"
)

// search finds the bottom components among the unmarked configurations.
func (b *bottoms) search() error {
	if b.ids < 1<<31 {
		return runTarjan[uint32](b)
	}
	return runTarjan[uint64](b)
}

// tarjan is Tarjan's algorithm for strongly connected components in the form of
// Pearce: one number an id, which is the order of the visit, then the least one
// that can be reached among the open configurations, and in the end the
// component. A depth-first path can be as long as there are configurations, so
// there is no recursion.
//
// A component leaves if one of its configurations has a step to something marked
// or to a finished component. That is noted in the frames: the path from
// the root of a component to any of its configurations lies in the component.
type tarjan[T uint32 | uint64] struct {
	b       *bottoms
	e       *expansion
	number  []T // 0: not visited; from finished on: not open any more
	visited T   // configurations so far
	frames  stack[frame[T]]
	todo    stack[T] // successors to be visited, those of the last frame on top
	open    stack[T] // left, and their component is not known
	members stack[T] // of the bottom components, one after the other
}

type frame[T uint32 | uint64] struct {
	id     T
	first  T      // its number when it was visited
	todo   uint32 // its successors in todo
	leaves bool
}

// Finished configurations have the highest bit set; all bits if they are not in a
// bottom component, else the rest is the component's index.
func finished[T uint32 | uint64]() T { return ^(^T(0) >> 1) }

func runTarjan[T uint32 | uint64](b *bottoms) error {
	t := &tarjan[T]{b: b, e: b.sp.newExpansion(b.keep)}
	perWord := uint64(8 / unsafe.Sizeof(T(0)))
	var words *store.Words
	if err := b.allocate(&words, (b.ids+perWord-1)/perWord); err != nil {
		return err
	}
	t.number = unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(words.Data))), b.ids)
	b.groupOf = func(id uint64) int {
		if n := t.number[id]; n >= finished[T]() && n != ^T(0) {
			return int(n &^ finished[T]())
		}
		return -1
	}
	b.member = func(k uint64) uint64 { return uint64(t.members.at(k)) }

	finder := b.sp.store.NewFinder()
	var ids []uint64
	for w := range b.sp.Workers {
		for from, n := uint64(0), b.sp.store.Writer(w).Len(); from < n; {
			to := min(from+block, n)
			ids = finder.IDsAt(w, from, to, ids[:0])
			from = to
			for _, id := range ids {
				if t.number[id] == 0 && !b.isMarked(id) {
					if err := t.from(T(id)); err != nil {
						return err
					}
				}
			}
		}
	}
	return nil
}

// from visits everything unmarked that can be reached from root.
func (t *tarjan[T]) from(root T) error {
	t.visit(root)
	for t.frames.len > 0 {
		f := t.frames.top()
		if f.todo == 0 {
			t.finish()
			continue
		}
		f.todo--
		if id := t.todo.pop(); t.number[id] == 0 {
			if t.visited&(1<<12-1) == 0 {
				if err := t.check(); err != nil {
					return err
				}
			}
			t.visit(id)
		} else {
			t.meet(f, id)
		}
	}
	return nil
}

// check looks at the limits.
func (t *tarjan[T]) check() error {
	if err := t.b.ctx.Err(); err != nil {
		return err
	}
	now := t.frames.bytes() + t.todo.bytes() + t.open.bytes() + t.members.bytes()
	if err := t.b.charge(now); err != nil {
		return err
	}
	// The stacks can shrink again: only what they hold now counts.
	t.b.bytes -= now
	return nil
}

// visit opens a frame for a configuration.
func (t *tarjan[T]) visit(id T) {
	t.visited++
	t.number[id] = t.visited
	f := t.frames.push(frame[T]{id: id, first: t.visited})
	e := t.e
	e.reset()
	e.add(lts.State(t.b.sp.store.State(uint64(id), e.state)))
	e.resolve()
	for _, next := range e.targets {
		switch {
		case t.b.isMarked(next):
			f.leaves = true
		case t.number[next] == 0:
			t.todo.push(T(next))
			f.todo++
		default:
			t.meet(f, T(next))
		}
	}
}

// meet deals with a step to a configuration that has been visited.
func (t *tarjan[T]) meet(f *frame[T], next T) {
	if n := t.number[next]; n >= finished[T]() {
		f.leaves = true
	} else {
		t.number[f.id] = min(t.number[f.id], n)
	}
}

// finish closes the last frame. If its configuration is the root of a component,
// that is complete.
func (t *tarjan[T]) finish() {
	f := t.frames.pop()
	if t.number[f.id] < f.first {
		t.open.push(f.id)
		up := t.frames.top()
		t.number[up.id] = min(t.number[up.id], t.number[f.id])
		up.leaves = up.leaves || f.leaves
		return
	}
	if t.frames.len > 0 {
		t.frames.top().leaves = true
	}
	mark := ^T(0)
	b := t.b
	g := group{from: t.members.len, depth: -1}
	if !f.leaves {
		mark = finished[T]() | T(len(b.found))
	}
	for id := f.id; ; id = t.open.pop() {
		t.number[id] = mark
		if !f.leaves {
			t.members.push(id)
		}
		if t.open.len == 0 || t.number[*t.open.top()] < f.first {
			break
		}
	}
	if !f.leaves {
		g.to = t.members.len
		b.found = append(b.found, g)
	}
}

// stack is a stack in pieces: growing it copies nothing.
type stack[E any] struct {
	pieces [][]E
	len    uint64
}

const pieceBits = 14

func (s *stack[E]) push(x E) *E {
	p := s.len >> pieceBits
	if p == uint64(len(s.pieces)) {
		s.pieces = append(s.pieces, make([]E, 1<<pieceBits))
	}
	at := &s.pieces[p][s.len&(1<<pieceBits-1)]
	*at = x
	s.len++
	return at
}

func (s *stack[E]) at(i uint64) E { return s.pieces[i>>pieceBits][i&(1<<pieceBits-1)] }

func (s *stack[E]) top() *E {
	i := s.len - 1
	return &s.pieces[i>>pieceBits][i&(1<<pieceBits-1)]
}

func (s *stack[E]) pop() E {
	x := *s.top()
	s.len--
	// One spare piece is kept, so that a stack at an edge does not thrash.
	if p := int(s.len>>pieceBits) + 2; p < len(s.pieces) {
		s.pieces[len(s.pieces)-1] = nil
		s.pieces = s.pieces[:len(s.pieces)-1]
	}
	return x
}

// bytes is the memory that the stack holds.
func (s *stack[E]) bytes() int64 {
	var x E
	return int64(len(s.pieces)) << pieceBits * int64(unsafe.Sizeof(x))
}
