package cycle

import "chorcheck/lts"

// refinement is what is left to do of a component, for strong fairness: a stack of
// smaller ones. No cycle that counts goes through a configuration of them that enables a bad class.
type refinement struct {
	members stack[uint32]
	jobs    stack[int] // where the members of each begin
	bad     rows       // of each
	now     []uint64   // of the one that is being searched
}

// hits reports whether one of the actions is bad.
func (h *refinement) hits(m *marking, enabled []lts.Action) bool {
	for _, a := range enabled {
		if k := m.mark[a]; k > 0 && h.now[k>>6]>>(k&63)&1 != 0 {
			return true
		}
	}
	return false
}

// add notes a complete component that is live from a place on, and has the given marks:
// the classes that are enabled in it and not taken are bad.
func (h *refinement) add(w *worker, from int, marks []uint64) {
	m := w.s.marking
	h.jobs.push(h.members.len)
	bad := h.bad.push()
	for i := range bad {
		bad[i] = m.missing(marks, i)
	}
	for i := from; i < w.live.len; i++ {
		h.members.push(w.live.at(i))
	}
}

// refine searches a complete component, which is live from a place on. It reports false if the
// search was ended.
//
// A part of it is searched like everything else, with steps inside it only. That a
// configuration enables a bad class is seen when it is expanded. All that can be reached from a part's
// component within the part has been visited when it is complete, so that it can wait
// until the part is done.
func (w *worker) refine(from int, marks []uint64) bool {
	h := &w.hunt
	if h.now == nil {
		h.now = make([]uint64, w.s.marking.words)
		h.bad.words = w.s.marking.words
	}
	h.add(w, from, marks)
	w.refining = true
	for h.jobs.len > 0 {
		first, end := *h.jobs.top(), h.members.len
		copy(h.now, h.bad.at(h.bad.len-1))
		for i := first; i < end; i++ {
			*w.field(h.members.at(i)) = waiting
		}
		// What is found in the meantime goes on top, and is then moved down.
		for i := first; i < end; i++ {
			if id := h.members.at(i); *w.field(id) == waiting && !w.visit(id) {
				return false
			}
		}
		h.drop(first, end)
	}
	w.refining = false
	return true
}

// drop takes out the job whose members are from first to end. Those above it stay.
func (h *refinement) drop(first, end int) {
	at := 0
	for i := h.jobs.len - 1; ; i-- {
		if h.jobs.at(i) == first {
			at = i
			break
		}
	}
	gap := end - first
	for i := end; i < h.members.len; i++ {
		*h.members.ref(i - gap) = h.members.at(i)
	}
	for i := at + 1; i < h.jobs.len; i++ {
		*h.jobs.ref(i - 1) = h.jobs.at(i) - gap
		copy(h.bad.at(i-1), h.bad.at(i))
	}
	h.members.cut(h.members.len - gap)
	h.jobs.cut(h.jobs.len - 1)
	h.bad.cut(h.bad.len - 1)
}
