package explore

import (
	"context"
	"iter"
	"slices"
	"sync/atomic"

	"chorcheck/explore/store"
	"chorcheck/lts"
)

// Bottom components
//
// A strongly connected component is a bottom component if no step leaves it. They are
// found in two passes over the configurations; see file pursuit.go.

// Component is a bottom component: configurations that all reach each other, and
// that no step leaves.
type Component struct {
	Size    uint64    // number of configurations
	Trivial bool      // one configuration without a step
	Depth   int       // the least distance of any of its configurations; -1 after a depth-first search
	Least   lts.State // the least of those at that distance; the callee may keep it. After a depth-first search: one of them

	each func(yield func(lts.State) bool)
}

// States runs over the configurations of the component, in no particular order.
// Each is valid only until the next. It can be used only while the visit lasts.
func (c Component) States() iter.Seq[lts.State] { return c.each }

// BottomComponents calls visit for the bottom components of a complete space,
// ordered by Depth and then by Least.
//
// keep says which actions count as steps; nil: all of them. With nil, the trivial
// components, which are the configurations without a step, are left out:
// Options.Observe has seen them. Otherwise they are reported too.
//
// A space that is not complete gets ErrIncomplete. ErrMemory says that the search's memory
// limit is not enough, an error of ctx that it was cancelled.
//
// Costs: expands each configuration once, in parallel, and those once more that can be
// reached from a cycle, until it is clear whether that can be left. One or two bits and 4
// bytes an id, and 4 or 8 for each configuration in a component.
func (sp *Space) BottomComponents(ctx context.Context, keep func(lts.Action) bool, visit func(Component)) error {
	if !sp.Complete {
		return ErrIncomplete
	}
	b := &bottoms{sp: sp, ctx: ctx, keep: keep, crew: newCrew(sp.Workers)}
	defer b.crew.dismiss()
	defer b.release()
	b.ids = sp.store.IDs()
	if keep != nil {
		if err := b.allocate(&b.ends, (b.ids+63)/64); err != nil {
			return err
		}
	}
	if err := b.search(); err != nil {
		return err
	}
	return b.report(visit)
}

// bottoms is one run of BottomComponents.
type bottoms struct {
	sp    *Space
	ctx   context.Context
	keep  func(lts.Action) bool
	crew  *crew
	ids   uint64        // their bound
	ends  *store.Words  // one bit an id: has no kept step
	ended atomic.Uint64 // their number
	held  []*store.Words
	bytes int64

	found   []group
	groupOf func(id uint64) int   // -1: in none
	member  func(k uint64) uint64 // the k-th member of all groups
}

// A group is a non-trivial bottom component. Its members lie together in the
// order in which they were found.
type group struct {
	from, to uint64
	depth    int // -1 until it is known
	least    lts.State
}

// allocate makes a side table, if the memory limit allows it.
func (b *bottoms) allocate(p **store.Words, words uint64) error {
	if err := b.charge(int64(words) * 8); err != nil {
		return err
	}
	*p = store.NewWords(int(words))
	b.held = append(b.held, *p)
	return nil
}

// charge counts memory that is about to be used. If there is not enough, configurations go
// to disk. No worker may be reading them.
func (b *bottoms) charge(bytes int64) error {
	b.bytes += bytes
	total := b.total()
	if limit := b.sp.opt.Memory; limit > 0 && total > limit {
		// Whether it fails or finds nothing: what counts is what there is then.
		_, _ = b.sp.store.Spill(total-limit, b.crew.run)
		if total = b.total(); total > limit {
			return ErrMemory
		}
	}
	b.sp.PeakBytes = max(b.sp.PeakBytes, total)
	return nil
}

// total is all memory that is held.
func (b *bottoms) total() int64 {
	return b.sp.store.Bytes() + b.bytes + int64(cap(b.sp.levels.starts))*8
}

func (b *bottoms) release() {
	for _, w := range b.held {
		w.Release()
	}
}

func has(bits []uint64, id uint64) bool {
	return atomic.LoadUint64(&bits[id>>6])>>(id&63)&1 != 0
}

// set reports whether the bit was not set before.
func set(bits []uint64, id uint64) bool {
	return atomic.OrUint64(&bits[id>>6], 1<<(id&63))>>(id&63)&1 == 0
}

// report visits the components. One pass over the levels finds the depth and the
// least configuration of each, in the order of the visits.
func (b *bottoms) report(visit func(Component)) error {
	sp := b.sp
	e := sp.newExpansion(b.keep)
	defer e.close()
	missing := uint64(len(b.found))
	if b.ends != nil {
		missing += b.ended.Load()
	}
	for level := 0; missing > 0; level++ {
		if err := b.ctx.Err(); err != nil {
			return err
		}
		var here []Component // those that are met first on this level
		var groups []int
		for w := range sp.Workers {
			from, to := sp.levels.interval(level, w)
			for from < to {
				words := e.reader.States(w, from, min(to, from+store.Batch))
				n := uint64(len(words) / sp.sys.Width())
				e.ids = e.finder.IDsAt(w, from, from+n, e.ids[:0])
				from += n
				for i, id := range e.ids {
					s := lts.State(words[i*sp.sys.Width() : (i+1)*sp.sys.Width()])
					if b.ends != nil && has(b.ends.Data, id) {
						here = append(here, b.trivial(level, s))
						continue
					}
					k := b.groupOf(id)
					if k < 0 {
						continue
					}
					g := &b.found[k]
					if g.depth < 0 {
						g.depth, g.least = level, s.Clone()
						groups = append(groups, k)
					} else if g.depth == level && s.Compare(g.least) < 0 {
						copy(g.least, s)
					}
				}
			}
		}
		for _, k := range groups {
			here = append(here, b.component(b.found[k]))
		}
		slices.SortFunc(here, func(c, d Component) int { return c.Least.Compare(d.Least) })
		for _, c := range here {
			if sp.order == depthFirst {
				c.Depth = -1 // levels are pieces of the list of what was found
			}
			visit(c)
		}
		missing -= uint64(len(here))
	}
	return nil
}

// trivial is the component of one configuration without a step.
func (b *bottoms) trivial(depth int, s lts.State) Component {
	s = s.Clone()
	return Component{
		Size: 1, Trivial: true, Depth: depth, Least: s,
		each: func(yield func(lts.State) bool) { yield(s) },
	}
}

func (b *bottoms) component(g group) Component {
	c := Component{Size: g.to - g.from, Depth: g.depth, Least: g.least}
	if c.Size == b.sp.States {
		c.each = b.sp.All
		return c
	}
	c.each = func(yield func(lts.State) bool) {
		s := make(lts.State, b.sp.sys.Width())
		for k := g.from; k < g.to; k++ {
			if !yield(b.sp.store.State(b.member(k), s)) {
				return
			}
		}
	}
	return c
}

// All runs over all configurations of a breadth-first search, list after list: with one worker, in the same order each
// time. A configuration is valid until the next one.
func (sp *Space) All(yield func(lts.State) bool) {
	reader := sp.store.NewReader()
	defer reader.Close()
	width := sp.sys.Width()
	for w := range sp.levels.workers {
		for from, to := uint64(0), sp.store.Writer(w).Len(); from < to; {
			words := reader.States(w, from, to)
			from += uint64(len(words) / width)
			for ; len(words) > 0; words = words[width:] {
				if !yield(lts.State(words[:width:width])) {
					return
				}
			}
		}
	}
}
