package symbolic

import "slices"

// Operations that have to do with events share a cache. What they are is in the high bits
// of an entry's op, and a suffix in the others.
const (
	suffixBits = 22
	maxSuffix  = 1 << suffixBits

	modeExact    = 0 // firing, no more
	modePossible = 1 // whether a suffix is enabled anywhere
	modeSaturate = 2 // plus twice the program's number: firing, or no suffix, then saturation
	modeImage    = 3 // the same: the image under the program, no suffix

	maxPrograms = (1<<(32-suffixBits))/2 - 1
)

// firing applies events to sets. Each method takes a constraint, of the same level as the
// node, that the result has to stay in; it may be anything. Nodes and constraints have
// to be kept alive by the caller, results too.
type firing struct {
	*Space
	program    *program
	saturating bool
	tag        uint32 // of firing, in the cache
}

// exactly fires without saturation.
func (sp *Space) exactly(number int) *firing {
	return &firing{Space: sp, program: sp.program(number)}
}

// saturating fires, and saturates whatever node results.
func (sp *Space) saturating(number int) *firing { return sp.saturatingBy(sp.program(number)) }

func (sp *Space) saturatingBy(pr *program) *firing {
	return &firing{Space: sp, program: pr, saturating: true, tag: (modeSaturate + 2*pr.number) << suffixBits}
}

// fire is the set of what the suffix leads members of n to.
func (x *firing) fire(s suffix, n, constraint node) node {
	f := x.forest
	if s == finished {
		if constraint == anything {
			return n
		}
		return f.intersect(n, constraint)
	}
	if r, ok := f.fires.get(x.tag|s, n, constraint); ok {
		return r
	}
	x.fired++
	f.step(f.degree(n))
	level := f.level(n)
	w := &f.frames[level]
	first := x.links[s]
	here := x.arcs[first.arc].level == level
	for i := range f.degree(n) {
		e := f.edge(n, i)
		if !here {
			if c := f.below(constraint, e.value); c != nothing {
				if r := x.fire(s, e.child, c); r != nothing {
					w.set(e.value, r)
				}
			}
			continue
		}
		if x.arcs[first.arc].isPass {
			for _, t := range x.turns(first.arc, e.value) {
				x.follow(w, t.targets, x.follows(t, first.rest), e.child, constraint, false)
			}
			continue
		}
		x.follow(w, x.targets(first.arc, e.value), first.rest, e.child, constraint, false)
	}
	if x.saturating {
		x.closure(level, constraint)
	}
	r := f.close(level)
	f.put(&f.fires, x.tag|s, n, constraint, r)
	return r
}

// follow fires the rest of an event in what is below one value, and adds the result below each
// of the targets, which it enqueues, if asked, where that has changed something.
func (x *firing) follow(w *frame, targets []uint32, rest suffix, child, constraint node, enqueue bool) {
	f := x.forest
	base := len(f.stack)
	f.push(0, child) // the frame may lose it, if its own value is a target
	var r node
	for i, to := range targets {
		c := f.below(constraint, to)
		if c == nothing {
			continue
		}
		if i == 0 || constraint != anything {
			f.stack = f.stack[:base+1]
			r = x.fire(rest, child, c)
			f.push(0, r)
		}
		if f.add(w, to, r) && enqueue {
			w.enqueue(to)
		}
	}
	f.stack = f.stack[:base]
}

// closure saturates the node under work at a level, whose children are saturated: events
// with their top there are fired until nothing changes.
func (x *firing) closure(level int, constraint node) {
	if len(x.program.tops[level]) == 0 {
		return
	}
	f := x.forest
	w := &f.frames[level]
	for _, v := range w.present {
		w.enqueue(v)
	}
	for at := 0; at < len(w.queue); at++ {
		v := w.queue[at]
		w.queued[v] = false
		m := x.from(x.program, level, v)
		for i := range m.changing {
			mv := m.list[i]
			x.follow(w, mv.targets, mv.rest, w.children[v], constraint, true)
		}
		if at >= 1<<10 && at >= len(w.queue)/2 {
			w.queue = w.queue[:copy(w.queue, w.queue[at+1:])]
			at = -1
		}
	}
}

// saturate is the closure of n under the program, in the constraint.
func (x *firing) saturate(n, constraint node) node {
	if n <= truth || constraint == nothing {
		return min(n, constraint) // truth, or nothing
	}
	f := x.forest
	if r, ok := f.fires.get(x.tag, n, constraint); ok {
		return r
	}
	f.step(f.degree(n))
	level := f.level(n)
	w := &f.frames[level]
	for i := range f.degree(n) {
		e := f.edge(n, i)
		if r := x.saturate(e.child, f.below(constraint, e.value)); r != nothing {
			w.set(e.value, r)
		}
	}
	x.closure(level, constraint)
	r := f.close(level)
	f.put(&f.fires, x.tag, n, constraint, r)
	return r
}

// image is what the program's events, each once, lead members of n to; the event without
// parts is left out.
func (x *firing) image(n, constraint node) node {
	f := x.forest
	level := f.level(n)
	if n == nothing || constraint == nothing || level < x.program.lowest || x.program.lowest == 0 {
		return nothing
	}
	op := (modeImage + 2*x.program.number) << suffixBits
	if r, ok := f.fires.get(op, n, constraint); ok {
		return r
	}
	f.step(f.degree(n))
	w := &f.frames[level]
	for i := range f.degree(n) {
		e := f.edge(n, i)
		if c := f.below(constraint, e.value); c != nothing {
			f.add(w, e.value, x.image(e.child, c))
		}
		for _, mv := range x.from(x.program, level, e.value).list {
			if x.program.guards && int(e.value) < len(w.children) && w.children[e.value] == e.child {
				break // all of them
			}
			x.follow(w, mv.targets, mv.rest, e.child, constraint, false)
		}
	}
	r := f.close(level)
	f.put(&f.fires, op, n, constraint, r)
	return r
}

// possible reports whether a suffix is enabled in some member of n.
func (sp *Space) possible(s suffix, n node) bool {
	if s == finished {
		return n != nothing
	}
	f := sp.forest
	const op = modePossible << suffixBits
	if r, ok := f.fires.get(op|s, n, anything); ok {
		return r == truth
	}
	first := sp.links[s]
	here := sp.arcs[first.arc].level == f.level(n)
	r := nothing
	for _, e := range f.edges(n) {
		if here && sp.possibleAt(first, e) || !here && sp.possible(s, e.child) {
			r = truth
			break
		}
	}
	f.put(&f.fires, op|s, n, anything, r)
	return r == truth
}

// possibleAt reports whether a suffix is enabled somewhere below an edge of its first level.
func (sp *Space) possibleAt(first link, e edge) bool {
	if sp.arcs[first.arc].isPass {
		return slices.ContainsFunc(sp.turns(first.arc, e.value), func(t turn) bool { return sp.possible(sp.follows(t, first.rest), e.child) })
	}
	return len(sp.targets(first.arc, e.value)) > 0 && sp.possible(first.rest, e.child)
}
