package symbolic

import "slices"

// frame is a node under work: its level's children by value, to be changed at will.
// There is only one for each level, since whatever works on one calls for
// nothing but lower levels.
type frame struct {
	children []node   // by value; nothing else where it is not present
	present  []uint32 // values whose child is not nothing
	queue    []uint32 // values whose child has changed
	queued   []bool   // by value
}

// set gives a value, not present yet, a child that is not nothing.
func (w *frame) set(value uint32, child node) {
	w.grow(value)
	w.children[value] = child
	w.present = append(w.present, value)
}

func (w *frame) grow(value uint32) {
	if n := int(value) + 1; n > len(w.children) {
		more := max(n, 2*len(w.children)) - len(w.children)
		w.children = append(w.children, make([]node, more)...)
		w.queued = append(w.queued, make([]bool, more)...)
	}
}

// add unites a value's child with another set, and reports whether that has changed it.
func (f *forest) add(w *frame, value uint32, child node) bool {
	if child == nothing {
		return false
	}
	w.grow(value)
	old := w.children[value]
	if old == nothing {
		w.set(value, child)
		return true
	}
	if old == child {
		return false
	}
	f.push(0, child) // survives with the stack
	union := f.union(old, child)
	f.stack = f.stack[:len(f.stack)-1]
	w.children[value] = union
	return union != old
}

func (w *frame) enqueue(value uint32) {
	if !w.queued[value] {
		w.queued[value] = true
		w.queue = append(w.queue, value)
	}
}

// close makes the frame's node, and empties the frame.
func (f *forest) close(level int) node {
	w, base := &f.frames[level], len(f.stack)
	slices.Sort(w.present)
	for _, v := range w.present {
		f.push(v, w.children[v])
	}
	w.clear()
	return f.finish(level, base)
}

// clear empties a frame, whatever happens to be in it.
func (w *frame) clear() {
	for _, v := range w.present {
		w.children[v] = nothing
	}
	for _, v := range w.queue {
		w.queued[v] = false
	}
	w.present, w.queue = w.present[:0], w.queue[:0]
}

// reset forgets all unfinished work, after an abort.
func (f *forest) reset() {
	f.stack = f.stack[:0]
	for i := range f.frames {
		f.frames[i].clear()
	}
}
