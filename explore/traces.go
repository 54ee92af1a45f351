package explore

import (
	"slices"

	"chorcheck/explore/store"
	"chorcheck/lts"
)

// Traces finds for each target a shortest run to it. Of several shortest runs
// it is the least, seen from the end: going backwards from the target, the least
// predecessor in the level before, by State.Compare, and the least action that
// leads from there. A target that has not been found gets a trace without states.
//
// Nothing is stored for this during the search. Each level before the deepest
// target is expanded once more, for all targets together and by all workers.
//
// After a depth-first search the run is the one on which the search came to the target, and a
// target has been found if it was explored; all of the search is done once more, as far as
// to the last target. After a sample nothing is found: see Runs.
func (sp *Space) Traces(targets []lts.State) []lts.Trace {
	traces := make([]lts.Trace, len(targets))
	switch sp.order {
	case sampled:
		return traces
	case depthFirst:
		return sp.dived(targets)
	}
	depths := sp.Distances(targets)
	deepest := -1
	for i, d := range depths {
		deepest = max(deepest, d)
		if d >= 0 {
			traces[i].States = append(make([]lts.State, 0, d+1), targets[i].Clone())
			traces[i].Actions = make([]lts.Action, 0, d)
		}
	}
	if deepest > 0 {
		c := newCrew(sp.Workers)
		defer c.dismiss()
		for level := deepest - 1; level >= 0; level-- {
			sp.stepBack(c, level, depths, traces)
		}
	}
	for i := range traces {
		slices.Reverse(traces[i].States)
		slices.Reverse(traces[i].Actions)
	}
	return traces
}

// A link is a candidate for the last step to a wanted configuration.
type link struct {
	from   lts.State // nil: none yet
	action lts.Action
}

// improve replaces l by a step from another configuration if that is less.
func (l *link) improve(from lts.State, action lts.Action) {
	order := -1
	if l.from != nil {
		order = from.Compare(l.from)
	}
	if order < 0 {
		l.from = append(l.from[:0], from...)
		l.action = action
	} else if order == 0 {
		l.action = min(l.action, action)
	}
}

// stepBack puts one more configuration, of the given level, at the (reversed)
// traces of all targets that are deeper.
func (sp *Space) stepBack(c *crew, level int, depths []int, traces []lts.Trace) {
	w := newWanted(sp.sys.Width())
	index := make([]int, len(traces))
	for i, d := range depths {
		index[i] = -1
		if d > level {
			index[i] = w.add(traces[i].States[len(traces[i].States)-1])
		}
	}
	found := make([][]link, sp.Workers)
	sp.sweep(c, level, func(worker int, d *dealer) {
		links := make([]link, len(w.states))
		found[worker] = links
		steps := lts.NewSteps(sp.sys.Width())
		reader := sp.store.NewReader()
		defer reader.Close()
		for {
			part, ok := d.take()
			if !ok || c.stop.Load() {
				return
			}
			sp.each(reader, part, func(s lts.State) {
				steps.Reset()
				sp.sys.Next(s, steps)
				for i, a := range steps.Actions {
					if k := w.find(steps.Target(i)); k >= 0 {
						links[k].improve(s, a)
					}
				}
			})
		}
	})
	for i, k := range index {
		if k < 0 {
			continue
		}
		var best link
		for _, links := range found {
			if links != nil && links[k].from != nil {
				best.improve(links[k].from, links[k].action)
			}
		}
		if best.from == nil {
			panic("explore: a configuration without a predecessor: the system's steps are not deterministic")
		}
		traces[i].States = append(traces[i].States, best.from)
		traces[i].Actions = append(traces[i].Actions, best.action)
	}
}

// each calls visit for the configurations of a span.
func (sp *Space) each(reader *store.Reader, part span, visit func(lts.State)) {
	width := sp.sys.Width()
	for part.from < part.to {
		words := reader.States(part.writer, part.from, part.to)
		part.from += uint64(len(words) / width)
		for ; len(words) > 0; words = words[width:] {
			visit(lts.State(words[:width:width]))
		}
	}
}

// wanted is a small set of configurations. Nearly all questions are answered
// with no, by a bit map of hashes.
type wanted struct {
	width  int
	states []lts.State
	byHash map[uint64][]int
	filter [1 << 10]uint64
}

func newWanted(width int) *wanted {
	return &wanted{width: width, byHash: map[uint64][]int{}}
}

// add returns the number of a configuration, which may be in the set already.
func (w *wanted) add(s lts.State) int {
	if k := w.find(s); k >= 0 {
		return k
	}
	h := store.Hash(s)
	w.filter[h>>6&(1<<10-1)] |= 1 << (h & 63)
	w.byHash[h] = append(w.byHash[h], len(w.states))
	w.states = append(w.states, s)
	return len(w.states) - 1
}

// find returns the number of a configuration, or -1.
func (w *wanted) find(s lts.State) int {
	h := store.Hash(s)
	if w.filter[h>>6&(1<<10-1)]>>(h&63)&1 == 0 {
		return -1
	}
	for _, k := range w.byHash[h] {
		if w.states[k].Equal(s) {
			return k
		}
	}
	return -1
}
