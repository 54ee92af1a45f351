package cycle

import (
	"math"
	"math/rand/v2"
	"sync/atomic"

	"chorcheck/explore"
	"chorcheck/lts"
)

// A worker does a depth-first search of its own. What it knows of a configuration is in its field of the
// table: see the values below.
//
// The configurations whose component is not complete are in live, in the order in which
// they were found: the field of one says where. Those with a frame are on the run that the search is
// on. Some of these are roots: from one root to the next in live are configurations that
// are known to reach each other, and the marks of the steps among them that have been seen are
// in marks. A step back to one of them puts all that have been found since together.
type worker struct {
	s      *search
	index  int
	entry  entry
	steps  Steps
	random *rand.Rand // of the order of steps; nil: that of the system, or, for worker 1, its reverse

	frames stack[frame]
	bases  rows // the marks of all steps from a frame's configuration; for weak fairness only
	edges  stack[edge]
	live   stack[uint32]
	roots  stack[root]
	marks  rows

	scratch  []uint64
	entered  int
	refining bool
	retired  bool // it is of no use to the others, and has gone
	hunt     refinement
	bytes    atomic.Int64
}

// Values of a worker's field. Between fresh and waiting: one more than the place in live.
const (
	fresh   = 0
	waiting = math.MaxUint32 - 1 // while a component is refined: one of it, whose turn has not come
	out     = math.MaxUint32     // the same: left out, or done
)

// frame is a configuration on the run that the search is on.
type frame struct {
	id    uint32
	taken taken // the step to the next frame
	edges int   // where its edges begin
}

// edge is a step that is still to be taken.
type edge struct {
	target uint32
	taken  taken
}

type root struct {
	live  int // its place
	frame int // its place
}

func newWorker(s *search, index int) *worker {
	w := &worker{s: s, index: index, entry: entry{t: s.table, spare: none}, scratch: make([]uint64, s.marking.words)}
	w.steps.Steps = lts.NewSteps(s.table.width)
	w.bases.words = s.marking.words
	w.marks.words = s.marking.width
	if index > 1 {
		w.random = rand.New(rand.NewPCG(uint64(index), 0))
	}
	return w
}

func (w *worker) field(id uint32) *uint32 { return w.s.table.field(id, w.index) }

// search visits what can be reached from all beginnings. It reports false if it was ended.
func (w *worker) search() bool {
	for i := 0; ; i++ {
		id, ok := w.s.begin.at(i)
		if !ok {
			return true
		}
		if !w.s.table.is(id, dead) && !w.visit(id) {
			return false
		}
	}
}

// visit is the depth-first search from one configuration that is fresh, or waiting. It
// reports false if it was ended, be it that a component was found.
func (w *worker) visit(id uint32) bool {
	floor := w.frames.len
	if !w.push(id) {
		return false
	}
	t := w.s.table
	for w.frames.len > floor {
		f := w.frames.top()
		if w.edges.len > f.edges && w.s.shared && t.is(f.id, dead) {
			w.edges.cut(f.edges) // somebody else has been faster
		}
		if w.edges.len == f.edges {
			if !w.pop() {
				return false
			}
			continue
		}
		e := *w.edges.top()
		w.edges.cut(w.edges.len - 1)
		switch at, here := w.look(e.target); {
		case here == toVisit:
			f.taken = e.taken
			if !w.push(e.target) {
				return false
			}
		case here == isLive:
			if w.close(w.frames.len-1, e.taken, at) {
				return false
			}
		}
	}
	return true
}

// What the target of a step is to a worker.
type look uint8

const (
	elsewhere look = iota
	toVisit
	isLive
)

// look tells what a target is, and its place if it is live.
func (w *worker) look(id uint32) (at int, l look) {
	t := w.s.table
	if t.is(id, dead) {
		return 0, elsewhere
	}
	switch v := *w.field(id); v {
	case fresh:
		if w.refining { // others have found that it is dead, and are about to say so
			return 0, elsewhere
		}
		return 0, toVisit
	case waiting:
		return 0, toVisit
	case out:
		return 0, elsewhere
	default:
		return int(v - 1), isLive
	}
}

// push goes to a configuration. It reports false if the search was ended.
func (w *worker) push(id uint32) bool {
	if w.entered++; w.entered&63 == 0 && !w.s.check(w) {
		return false
	}
	if !w.expand(id) {
		return false
	}
	m := w.s.marking
	if w.refining && w.hunt.hits(m, w.steps.Enabled) {
		*w.field(id) = out
		return true
	}
	*w.field(id) = uint32(w.live.len + 1)
	w.roots.push(root{live: w.live.len, frame: w.frames.len})
	w.live.push(id)
	w.frames.push(frame{id: id, edges: w.edges.len})
	if marks := w.marks.push(); m.kind == Strong {
		m.demand(w.steps.Enabled, marks[m.words:])
	}
	if m.kind == Weak {
		m.base(w.steps.Enabled, w.bases.push())
	}
	first := w.edges.len
	for i := w.steps.Len() - 1; i >= 0; i-- {
		a, target := w.steps.Actions[i], w.entry.ids[i]
		if m.mark[a] == never {
			w.s.begin.add(w.s.table, target)
			continue
		}
		e := newTaken(a, w.steps.Accepting[i])
		switch at, here := w.look(target); here {
		case toVisit:
			w.edges.push(edge{target, e})
		case isLive:
			if w.close(w.frames.len-1, e, at) {
				return false
			}
		}
	}
	if w.index == 1 {
		for a, b := first, w.edges.len-1; a < b; a, b = a+1, b-1 {
			w.edges.swap(a, b)
		}
	}
	if w.random != nil {
		for n := w.edges.len - first; n > 1; n-- {
			w.edges.swap(first+n-1, first+w.random.IntN(n))
		}
	}
	return true
}

// expand fills in the steps of a configuration, and the numbers of their targets.
func (w *worker) expand(id uint32) bool {
	w.s.expand(w.s.table.state(id), &w.steps)
	n := w.steps.Len()
	for !w.entry.reserve(n) {
		if !w.s.grow(w, n) {
			return false
		}
	}
	if w.entry.enter(w.steps.Words, n) && w.s.opt.MaxStates > 0 && uint64(w.s.table.states.Load()) > w.s.opt.MaxStates {
		return w.s.end(explore.MaxStates)
	}
	return true
}

// close puts everything together from the place of a live configuration on, to which there is a step
// from a frame. It reports true if that is a component that is sought.
func (w *worker) close(from int, e taken, at int) bool {
	m := w.s.marking
	clear(w.scratch)
	w.stepMarks(from, e)
	for w.roots.top().live > at {
		r := *w.roots.top()
		below := w.marks.at(w.marks.len - 2)
		union(below, w.marks.at(w.marks.len-1))
		w.roots.cut(w.roots.len - 1)
		w.marks.cut(w.marks.len - 1)
		w.stepMarks(r.frame-1, w.frames.ref(r.frame-1).taken)
	}
	top := w.marks.at(w.marks.len - 1)
	union(top, w.scratch)
	return m.fair(top) && w.s.found(w)
}

// stepMarks adds the marks of a step from a frame's configuration to scratch.
func (w *worker) stepMarks(frame int, e taken) {
	if w.s.marking.kind == Weak {
		union(w.scratch, w.bases.at(frame))
	}
	w.s.marking.step(e, w.scratch)
}

// pop leaves the topmost configuration, and its component if it is the root. It reports false
// if the search was ended.
func (w *worker) pop() bool {
	w.frames.cut(w.frames.len - 1)
	if w.s.marking.kind == Weak {
		w.bases.cut(w.frames.len)
	}
	r := *w.roots.top()
	if r.frame < w.frames.len {
		return true
	}
	marks := w.marks.at(w.marks.len - 1)
	hope := w.s.marking.kind == Strong && marks[0]&1 != 0
	if w.refining {
		if hope {
			w.hunt.add(w, r.live, marks)
		}
		for i := r.live; i < w.live.len; i++ {
			*w.field(w.live.at(i)) = out
		}
	} else {
		t := w.s.table
		if hope && !t.is(w.live.at(r.live), dead) && !w.refine(r.live, marks) {
			return false
		}
		for i := r.live; i < w.live.len; i++ {
			t.set(w.live.at(i), dead)
		}
	}
	w.live.cut(r.live)
	w.roots.cut(w.roots.len - 1)
	w.marks.cut(w.marks.len - 1)
	return true
}

// useless reports whether the worker, not the first one, can go: a good part of all configurations is
// live to it, so that there is little to share.
func (w *worker) useless() bool {
	return w.index > 0 && w.live.len > 1<<12 && 4*int64(w.live.len) > w.s.table.states.Load()
}

// held is the memory of the worker.
func (w *worker) held() int64 {
	return w.frames.bytes() + w.bases.bytes() + w.edges.bytes() + w.live.bytes() + w.roots.bytes() + w.marks.bytes() +
		w.hunt.members.bytes() + w.hunt.jobs.bytes() + w.hunt.bad.bytes() + w.entry.bytes() + w.steps.bytes()
}
