package cycle

import (
	"iter"
	"slices"

	"chorcheck/explore"
	"chorcheck/lts"
)

// A lasso is made of what was found by searches in breadth: from the initial state to the nearest
// configuration of the good set, and from there, within the set, to the nearest step that has something
// which is still missing, again and again, and back. For strong fairness only what is enabled on
// the way is missing.
//
// All workers have ended. The first one's field of a configuration says how a search has come to it, and
// the flags in which search that was.
type lasso struct {
	s     *search
	round uint32
	queue stack[uint32]
	marks []uint64 // of the cycle so far
	one   []uint64 // of a step
	count int
}

func newLasso(s *search) *lasso {
	w := s.finder
	t := s.table
	for i := w.roots.top().live; i < w.live.len; i++ {
		t.set(w.live.at(i), member)
	}
	for _, w := range s.workers {
		// Their memory is what the queue takes.
		w.frames, w.edges, w.live, w.roots = stack[frame]{}, stack[edge]{}, stack[uint32]{}, stack[root]{}
		w.bases, w.marks, w.hunt = rows{}, rows{}, refinement{}
	}
	return &lasso{s: s, marks: make([]uint64, s.marking.width), one: make([]uint64, s.marking.words)}
}

// trace is the result. It reports false if the search was cancelled before there was one.
func (l *lasso) trace() (prefix, cycle lts.Trace, ok bool) {
	at, ok := l.walk(l.s.begin.first(l.s.seeds), &prefix, false, func(_ int, target uint32) bool { return l.s.table.is(target, member) })
	if !ok {
		return lts.Trace{}, lts.Trace{}, false
	}
	home := at
	for at != home || !l.s.marking.fair(l.marks) {
		goal := func(i int, _ uint32) bool { return l.helps(i) }
		if l.s.marking.fair(l.marks) {
			goal = func(_ int, target uint32) bool { return target == home }
		}
		if at, ok = l.walk(slices.Values([]uint32{at}), &cycle, true, goal); !ok {
			return lts.Trace{}, lts.Trace{}, false
		}
	}
	return prefix, cycle, true
}

// helps reports whether a step from the configuration that was expanded last has a mark that is missing.
func (l *lasso) helps(i int) bool {
	m := l.s.marking
	l.stepMarks(i)
	for k := range m.words {
		if m.missing(l.marks, k)&l.one[k] != 0 {
			return true
		}
	}
	return false
}

// stepMarks fills in one with the marks of the i-th step.
func (l *lasso) stepMarks(i int) {
	m := l.s.marking
	steps := &l.s.workers[0].steps
	clear(l.one)
	if m.kind == Weak {
		m.base(steps.Enabled, l.one)
	}
	m.step(newTaken(steps.Actions[i], steps.Accepting[i]), l.one)
}

// expand looks up the steps of a configuration.
func (l *lasso) expand(id uint32) *worker {
	w := l.s.workers[0]
	l.s.expand(l.s.table.state(id), &w.steps)
	w.entry.find(w.steps.Words, w.steps.Len())
	return w
}

// come notes how a search has come to a configuration, if it was not there before.
func (l *lasso) come(id, from uint32) {
	t := l.s.table
	f := t.flags(id)
	if *f>>flagBits == l.round {
		return
	}
	*f = *f&(1<<flagBits-1) | l.round<<flagBits
	*t.field(id, 0) = from
	l.queue.push(id)
}

// walk appends a shortest run from one of some configurations to the first step that is a goal, and gives the
// configuration to which it leads. If the run is to stay within the set, its marks are counted.
// It is empty for a prefix if one of the configurations is in the set.
func (l *lasso) walk(from iter.Seq[uint32], trace *lts.Trace, inside bool, goal func(i int, target uint32) bool) (uint32, bool) {
	t, m := l.s.table, l.s.marking
	l.round++
	l.queue.cut(0)
	for id := range from {
		if !inside && t.is(id, member) {
			trace.States = append(trace.States, t.state(id).Clone())
			return id, true
		}
		l.come(id, none)
	}
	for head := 0; head < l.queue.len; head++ {
		if l.count++; l.count&63 == 0 {
			select {
			case <-l.s.done:
				return 0, l.s.end(explore.Cancelled)
			default:
			}
		}
		id := l.queue.at(head)
		w := l.expand(id)
		for i, target := range w.entry.ids {
			if target == none || inside && (m.mark[w.steps.Actions[i]] == never || !t.is(target, member)) {
				continue
			}
			if goal(i, target) {
				l.append(id, i, trace, inside)
				return target, true
			}
			l.come(target, id)
		}
	}
	panic("cycle: a step that was there before is not: the system's steps are not deterministic")
}

// append appends the run to a configuration, as the search has come there, and then its i-th step.
func (l *lasso) append(id uint32, last int, trace *lts.Trace, inside bool) {
	t, m := l.s.table, l.s.marking
	path := []uint32{id}
	for p := *t.field(id, 0); p != none; p = *t.field(p, 0) {
		path = append(path, p)
	}
	slices.Reverse(path)
	if len(trace.States) == 0 {
		trace.States = append(trace.States, t.state(path[0]).Clone())
	}
	for k, id := range path {
		w := l.expand(id)
		i := last
		if k+1 < len(path) {
			for i = range w.entry.ids {
				if w.entry.ids[i] == path[k+1] && !(inside && m.mark[w.steps.Actions[i]] == never) {
					break
				}
			}
		}
		trace.Actions = append(trace.Actions, w.steps.Actions[i])
		trace.States = append(trace.States, w.steps.Target(i).Clone())
		if inside {
			l.stepMarks(i)
			union(l.marks, l.one)
			if m.kind == Strong {
				m.demand(w.steps.Enabled, l.marks[m.words:])
			}
		}
	}
}
