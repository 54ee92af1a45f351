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
// A strongly connected component is a bottom component if no step leaves it.
// They are found in two phases, since the usual algorithm is sequential.
//
// Sweeps, in parallel. Mark what can reach a configuration without steps: that
// is not in a non-trivial bottom component. Mark as well what can reach the
// initial configuration: that is the component of the initial configuration, which
// is a bottom component only if it is everything. A sweep expands the unmarked
// configurations of each level and marks those with a marked successor. The first
// sweep runs from the last level to the first, which follows all steps to deeper
// levels at once, the next one from the first to the last, which follows those
// back, and so on, while they bring enough. They need not reach the fixed point: a
// component with a step to something marked is not a bottom component, unless it is
// everything. (If only some actions count as steps, the initial configuration
// need not reach everything, and it is left out.)
//
// Tarjan's algorithm, in the form of Pearce, with explicit stacks, on what is
// left; see file tarjan.go. If it finds nothing, and all configurations have steps,
// then everything is one component, since each finite graph has a bottom component.

// Component is a bottom component: configurations that all reach each other, and
// that no step leaves.
type Component struct {
	Size    uint64    // number of configurations
	Trivial bool      // one configuration without a step
	Depth   int       // the least distance of any of its configurations
	Least   lts.State // the least of those at that distance; the callee may keep it

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
// Costs: expands each configuration a few times in parallel; one that can reach
// neither an end nor the initial configuration once more, sequentially. One or
// two bits an id, and 4 bytes an id and the stacks in the sequential part.
func (sp *Space) BottomComponents(ctx context.Context, keep func(lts.Action) bool, visit func(Component)) error {
	if !sp.Complete {
		return ErrIncomplete
	}
	b := &bottoms{sp: sp, ctx: ctx, keep: keep, crew: newCrew(sp.Workers)}
	defer b.crew.dismiss()
	defer b.release()
	b.ids = sp.store.IDs()
	if err := b.allocate(&b.marked, (b.ids+63)/64); err != nil {
		return err
	}
	if keep != nil {
		if err := b.allocate(&b.ends, (b.ids+63)/64); err != nil {
			return err
		}
	}
	if err := b.mark(); err != nil {
		return err
	}
	if b.left > 0 {
		if err := b.search(); err != nil {
			return err
		}
	}
	if keep == nil && b.ended.Load() == 0 && len(b.found) == 0 {
		// Every finite graph has a bottom component, so it is the one with
		// the initial configuration.
		visit(b.everything())
		return nil
	}
	return b.report(visit)
}

// bottoms is one run of BottomComponents.
type bottoms struct {
	sp     *Space
	ctx    context.Context
	keep   func(lts.Action) bool
	crew   *crew
	ids    uint64        // their bound
	marked *store.Words  // one bit an id: cannot be in a non-trivial bottom component
	ends   *store.Words  // one bit an id: has no kept step
	ended  atomic.Uint64 // their number
	left   uint64        // unmarked configurations
	held   []*store.Words
	bytes  int64

	// What the sequential search has found; nil if there was none.
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

// charge counts memory that is about to be used.
func (b *bottoms) charge(bytes int64) error {
	b.bytes += bytes
	total := b.sp.store.Bytes() + b.bytes + int64(cap(b.sp.levels.starts))*8
	if limit := b.sp.opt.Memory; limit > 0 && total > limit {
		return ErrMemory
	}
	b.sp.PeakBytes = max(b.sp.PeakBytes, total)
	return nil
}

func (b *bottoms) release() {
	for _, w := range b.held {
		w.Release()
	}
}

func has(bits []uint64, id uint64) bool {
	return atomic.LoadUint64(&bits[id>>6])>>(id&63)&1 != 0
}

func set(bits []uint64, id uint64) {
	atomic.OrUint64(&bits[id>>6], 1<<(id&63))
}

func (b *bottoms) isMarked(id uint64) bool { return has(b.marked.Data, id) }

// mark does the sweeps.
func (b *bottoms) mark() error {
	sp := b.sp
	b.left = sp.States
	if b.keep == nil {
		// If it has no step there is nothing else.
		id, _ := sp.store.Find(sp.init)
		set(b.marked.Data, id)
		b.left--
		if sp.Transitions == 0 {
			b.ended.Store(1)
		}
	}
	workers := make([]*expansion, sp.Workers)
	for i := range workers {
		workers[i] = sp.newExpansion(b.keep)
	}
	before := uint64(0)
	for round := 0; round == 0 || b.left > 0; round++ {
		var gained atomic.Uint64
		for level := range sp.Levels {
			if round%2 == 0 {
				level = sp.Levels - 1 - level
			}
			if err := b.ctx.Err(); err != nil {
				return err
			}
			sp.sweep(b.crew, level, func(worker int, d *dealer) {
				for !b.crew.stop.Load() && b.ctx.Err() == nil {
					part, ok := d.take()
					if !ok {
						return
					}
					gained.Add(b.markSpan(workers[worker], part))
				}
			})
		}
		if err := b.ctx.Err(); err != nil {
			return err
		}
		gain := gained.Load()
		b.left -= gain
		// The gain often grows from sweep to sweep. If it does not, or not
		// soon, the rest is for the sequential search, which costs about
		// as much as five sweeps.
		small := gain < b.left/16 && (gain < 2*before || round >= 3)
		if gain == 0 || small || round+1 == sp.opt.sweeps {
			break
		}
		before = gain
	}
	return nil
}

// markSpan expands the unmarked configurations of a span and returns how many of
// them were marked. After the first sweep none of them is without steps.
func (b *bottoms) markSpan(e *expansion, part span) (gained uint64) {
	const group = 32 // configurations expanded together
	sp := b.sp
	width := sp.sys.Width()
	var open [group]uint64 // ids of the expanded configurations
	var until [group]int   // where their steps end
	for part.from < part.to {
		words := e.reader.States(part.writer, part.from, min(part.to, part.from+group))
		n := uint64(len(words) / width)
		e.ids = e.finder.IDsAt(part.writer, part.from, part.from+n, e.ids[:0])
		part.from += n
		e.reset()
		k := 0
		for i, id := range e.ids {
			if has(b.marked.Data, id) {
				continue
			}
			until[k] = e.add(lts.State(words[i*width : (i+1)*width : (i+1)*width]))
			open[k] = id
			k++
		}
		e.resolve()
		from := 0
		for i, id := range open[:k] {
			targets := e.targets[from:until[i]]
			from = until[i]
			if len(targets) == 0 {
				b.ended.Add(1)
				if b.ends != nil {
					set(b.ends.Data, id)
				}
			}
			if len(targets) == 0 || slices.ContainsFunc(targets, b.isMarked) {
				set(b.marked.Data, id)
				gained++
			}
		}
	}
	return gained
}

// everything is the component of all configurations.
func (b *bottoms) everything() Component {
	sp := b.sp
	return Component{
		Size:  sp.States,
		Least: sp.init.Clone(),
		each: func(yield func(lts.State) bool) {
			reader := sp.store.NewReader()
			for w := range sp.levels.workers {
				for from, to := uint64(0), sp.store.Writer(w).Len(); from < to; {
					words := reader.States(w, from, to)
					width := sp.sys.Width()
					from += uint64(len(words) / width)
					for ; len(words) > 0; words = words[width:] {
						if !yield(lts.State(words[:width:width])) {
							return
						}
					}
				}
			}
		},
	}
}

// report visits the components. One pass over the levels finds the depth and the
// least configuration of each, in the order of the visits.
func (b *bottoms) report(visit func(Component)) error {
	sp := b.sp
	e := sp.newExpansion(b.keep)
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
					if b.groupOf == nil {
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
	return Component{
		Size: g.to - g.from, Depth: g.depth, Least: g.least,
		each: func(yield func(lts.State) bool) {
			s := make(lts.State, b.sp.sys.Width())
			for k := g.from; k < g.to; k++ {
				if !yield(b.sp.store.State(b.member(k), s)) {
					return
				}
			}
		},
	}
}
