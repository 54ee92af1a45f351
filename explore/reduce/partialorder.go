package reduce

import (
	"math/bits"
	"sync"

	"chorcheck/lts"
)

// PartialOrder leaves out steps that only put the same events into another order. It
// reports false, and returns sys itself, if sys is not lts.Independent or nothing can
// be said about it.
//
// # What is preserved
//
// Call a configuration quiet if it has no step, perhaps faults. The result reaches
// the same quiet configurations as sys, and no configuration that sys does not
// reach. Its runs are runs of sys; those to a quiet configuration are perhaps
// not the shortest. Marks are those of sys. Nothing else is preserved: what happens
// on the way to a quiet configuration, or in a loop, may be left out.
//
// # How
//
// In each configuration with steps, a set of clusters is chosen that is closed in the
// sense of lts.Independence, and in which a step is enabled. What others have is left
// out. These sets are stubborn sets [Valmari 1998], of whole clusters; with a fault among
// their actions they are weakly stubborn ones, since others may disable it.
//
// Let q be quiet and be reached from s by a run of n actions. If n is 0, there is
// nothing to show. Else, if s is quiet, nothing is left out, and the first action of the run
// is there. Else let S be the set. Some action of the run belongs to S: else all of
// it would be an outer sequence, which disables no step of S, so that the step of S that
// is enabled in s would be enabled in q, which is quiet. Take the first action a of the run
// that belongs to S, and let w be what comes before it. After w it is enabled, so that
// it is enabled in s as well, and w is possible after it and leads to the same
// configuration. So a is a step or fault that the reduced system has in s, and from
// where it leads q is reached by n-1 actions. The rest is induction. A run
// cannot be put off for ever, since it gets shorter: nothing has to be known about
// cycles, as it had to be for properties of infinite runs.
//
// # Which set
//
// For each cluster with a step, the least closed set that has the cluster is formed, and
// one with the fewest enabled actions is taken: of several, that of the last cluster.
func PartialOrder(sys lts.System) (lts.System, bool) {
	can, ok := sys.(lts.Independent)
	if !ok {
		return sys, false
	}
	ind := can.Independence()
	if ind == nil || ind.Clusters() < 2 {
		return sys, false
	}
	p := &partialOrder{System: sys, ind: ind, words: len(lts.NewClusterSet(ind.Clusters()))}
	for a := range sys.Actions() {
		c := int32(ind.Cluster(lts.Action(a)))
		p.cluster = append(p.cluster, c)
		p.isStep = append(p.isStep, ind.IsStep(lts.Action(a)))
	}
	p.scratch.New = func() any { return newScratch(ind.Clusters(), p.words) }
	if d, ok := sys.(lts.Describer); ok {
		return &partialOrderDescriber{p, d}, true
	}
	return p, true
}

type partialOrder struct {
	lts.System
	ind     lts.Independence
	words   int
	cluster []int32 // by action
	isStep  []bool
	scratch sync.Pool // of *scratch
}

type partialOrderDescriber struct {
	*partialOrder
	lts.Describer
}

// scratch is what one call needs; between calls, enabled and steps are zero.
type scratch struct {
	enabled []int32 // by cluster: actions in the buffer
	steps   []int32 // by cluster: those that are steps
	active  []int32 // clusters with enabled actions
	joins   []uint64
	known   lts.ClusterSet // clusters of which joins are known
	set     lts.ClusterSet
	best    lts.ClusterSet
	todo    []int32
}

func newScratch(clusters, words int) *scratch {
	return &scratch{
		enabled: make([]int32, clusters), steps: make([]int32, clusters), joins: make([]uint64, clusters*words),
		known: make(lts.ClusterSet, words), set: make(lts.ClusterSet, words), best: make(lts.ClusterSet, words),
	}
}

// Next implements lts.System.
func (p *partialOrder) Next(s lts.State, out *lts.Steps) lts.Marks {
	from := out.Len()
	marks := p.System.Next(s, out)
	if out.Len()-from < 2 {
		return marks
	}
	first := p.cluster[out.Actions[from]]
	for i := from + 1; ; i++ {
		if i == out.Len() {
			return marks // all actions are of one cluster
		}
		if p.cluster[out.Actions[i]] != first {
			break
		}
	}
	x := p.scratch.Get().(*scratch)
	if p.choose(s, out, from, x) {
		p.keep(out, from, x.best)
	}
	for _, c := range x.active {
		x.enabled[c], x.steps[c] = 0, 0
	}
	x.active = x.active[:0]
	p.scratch.Put(x)
	return marks
}

// choose finds the best set. It reports false if nothing can be left out.
func (p *partialOrder) choose(s lts.State, out *lts.Steps, from int, x *scratch) bool {
	for _, a := range out.Actions[from:] {
		c := p.cluster[a]
		if x.enabled[c] == 0 {
			x.active = append(x.active, c)
		}
		x.enabled[c]++
		if p.isStep[a] {
			x.steps[c]++
		}
	}
	clear(x.known)
	all := int32(out.Len() - from)
	least := all
	for c := len(x.steps) - 1; c >= 0; c-- {
		if x.steps[c] == 0 || x.enabled[c] >= least {
			continue
		}
		if n, ok := p.closed(s, c, least, x); ok {
			least = n
			x.set, x.best = x.best, x.set
			if least == 1 {
				break
			}
		}
	}
	return least < all
}

// closed forms the least closed set with a cluster, and counts its enabled actions. It
// gives up when there are as many as in the best set known.
func (p *partialOrder) closed(s lts.State, seed int, least int32, x *scratch) (int32, bool) {
	clear(x.set)
	x.set.Add(seed)
	n := x.enabled[seed]
	x.todo = append(x.todo[:0], int32(seed))
	for len(x.todo) > 0 {
		c := int(x.todo[len(x.todo)-1])
		x.todo = x.todo[:len(x.todo)-1]
		joins := lts.ClusterSet(x.joins[c*p.words : (c+1)*p.words])
		if !x.known.Has(c) {
			x.known.Add(c)
			clear(joins)
			p.ind.Joins(s, c, joins)
		}
		for i, w := range joins {
			for w &^= x.set[i]; w != 0; w &= w - 1 {
				d := i<<6 + bits.TrailingZeros64(w)
				x.set.Add(d)
				if n += x.enabled[d]; n >= least {
					return n, false
				}
				x.todo = append(x.todo, int32(d))
			}
		}
	}
	return n, true
}

// keep drops the steps of clusters that are not in the set.
func (p *partialOrder) keep(out *lts.Steps, from int, set lts.ClusterSet) {
	width := out.Width()
	n := from
	for i := from; i < len(out.Actions); i++ {
		a := out.Actions[i]
		if !set.Has(int(p.cluster[a])) {
			continue
		}
		if n < i {
			out.Actions[n] = a
			copy(out.Words[n*width:(n+1)*width], out.Words[i*width:(i+1)*width])
		}
		n++
	}
	out.Actions, out.Words = out.Actions[:n], out.Words[:n*width]
}
