package symbolic

import (
	"context"

	"chorcheck/internal/bug"
	"chorcheck/lts"
)

// Space is the set of all configurations that can be reached, and the means to work with
// it. Its methods are for one goroutine at a time. Those that return an error return
// [ErrMemory], or that of the context; the space can still be used after ErrMemory.
type Space struct {
	ctx context.Context
	sys lts.System
	loc *lts.Locality
	opt Options

	forest *forest
	levels []int // by component
	below  []int // by level: of the first component of a row, how many levels of it are below

	domains  []domain // by level
	products []product
	allSteps bool // there are no events but steps

	relations  *relations
	arcs       []arc
	arcNumbers map[arcKey]int
	links      []link
	suffixes   map[link]suffix
	programs   [numPrograms]*program
	chosen     uint32   // programs of choices, and
	freed      []uint32 // the numbers of those that are not used any more

	initial, all Set
	allNodes     [][]node   // of all, by level, when they are needed
	distances    *distances // see Path
	far          bool       // there are too many
	reached      [][]uint32 // by level: the values that occur in all
	fired        uint64
	limit        uint64 // of fired, for what is done at the moment; 0 is none
	needed       uint64 // what of fired the search was
	unkept       bool   // backward searches are better not kept within all
	saturated    int    // levels
	pauses       int
	merged       int
	asked        int64 // bytes of the guards of queries
}

// Reach searches all configurations that can be reached from the initial one of a system
// with the given locality. The context counts for the space's other methods as well.
func Reach(ctx context.Context, sys lts.System, loc *lts.Locality, opt Options) (*Space, error) {
	sp := newSpace(ctx, sys, loc, opt)
	if err := sp.search(); err != nil {
		return nil, err
	}
	return sp, nil
}

func newSpace(ctx context.Context, sys lts.System, loc *lts.Locality, opt Options) *Space {
	size := len(loc.Components)
	sp := &Space{
		ctx:        ctx,
		sys:        sys,
		loc:        loc,
		opt:        opt,
		forest:     newForest(size, opt.Memory),
		levels:     make([]int, size),
		below:      make([]int, size+1),
		domains:    make([]domain, size+1),
		relations:  newRelations(),
		arcNumbers: map[arcKey]int{},
		links:      make([]link, 1), // number 0 is finished
		suffixes:   map[link]suffix{},
		allSteps:   true,
	}
	sp.forest.pause = sp.pause
	if opt.Order != nil && len(opt.Order) != size {
		bug.Panicf("symbolic: an order of %d components for %d", len(opt.Order), size)
	}
	for i := range size {
		c := i
		if opt.Order != nil {
			c = opt.Order[i]
		}
		if c < 0 || c >= size || sp.levels[c] != 0 {
			bug.Panicf("symbolic: component %d is twice in the order, or not there", c)
		}
		level := size - i
		sp.levels[c] = level
		sp.domains[level] = domain{component: c, numbers: map[uint32]uint32{}}
	}
	for _, row := range loc.Rows {
		top := sp.levels[row[0]]
		for i, c := range row {
			if sp.levels[c] != top-i {
				bug.Panicf("symbolic: the order tears a row apart, at component %d", c)
			}
		}
		sp.below[top] = len(row) - 1
	}
	sp.products = make([]product, len(loc.Events))
	for i, e := range loc.Events {
		sp.products[i] = sp.product(e.Parts)
		sp.allSteps = sp.allSteps && e.IsStep
	}
	return sp
}

// search saturates the initial configuration.
func (sp *Space) search() (err error) {
	defer sp.rescue(&err)
	f, levels := sp.forest, len(sp.loc.Components)
	if err := sp.ctx.Err(); err != nil {
		return err
	}
	init := sp.sys.Init()
	values := make([]uint32, levels+1)
	for l := 1; l <= levels; l++ {
		d := &sp.domains[l]
		values[l] = d.number(sp.loc.Components[d.component].Read(init))
	}
	sp.initial = sp.set(sp.single(values))
	sp.limit = sp.opt.Work
	x := sp.saturating(forward)
	n := truth
	for l := 1; l <= levels; l++ {
		f.frames[l].set(values[l], n)
		x.closure(l, anything)
		n = f.close(l)
		sp.saturated = l
	}
	sp.all = sp.set(n)
	sp.limit, sp.needed, sp.unkept = 0, sp.fired, true
	sp.reached = sp.values(n)
	if sp.opt.Progress != nil {
		sp.opt.Progress(sp.progress())
	}
	return nil
}

// single is the set of one configuration, given by its values by level.
func (sp *Space) single(values []uint32) node {
	n := truth
	for l := 1; l < len(values); l++ {
		base := len(sp.forest.stack)
		sp.forest.push(values[l], n)
		n = sp.forest.finish(l, base)
	}
	return n
}

// values lists the values that occur in a set, by level, each in the order in which
// they were met.
func (sp *Space) values(n node) [][]uint32 {
	lists := make([][]uint32, len(sp.domains))
	for l, nodes := range sp.forest.byLevel(n) {
		if l == 0 {
			continue
		}
		seen := make([]bool, len(sp.domains[l].values))
		for _, n := range nodes {
			for _, e := range sp.forest.edges(n) {
				seen[e.value] = true
			}
		}
		for v, yes := range seen {
			if yes {
				lists[l] = append(lists[l], uint32(v))
			}
		}
	}
	return lists
}

// pause looks at the world around.
func (sp *Space) pause() {
	if err := sp.ctx.Err(); err != nil {
		panic(abort{err})
	}
	if sp.limit > 0 && sp.fired > sp.limit {
		panic(abort{ErrWork})
	}
	if sp.pauses++; sp.opt.Progress != nil && sp.pauses%16 == 0 {
		sp.opt.Progress(sp.progress())
	}
}

func (sp *Space) progress() Progress {
	return Progress{
		Nodes:     sp.forest.inUse,
		PeakNodes: sp.forest.peakNodes,
		Fired:     sp.fired,
		Saturated: float64(sp.saturated) / float64(max(1, len(sp.loc.Components))),
		Bytes:     sp.forest.bytes(),
	}
}

// Statistics is what the space has cost so far.
func (sp *Space) Statistics() Statistics {
	return Statistics{
		Nodes:       sp.forest.count(sp.all.root.node),
		PeakNodes:   sp.forest.peakNodes,
		Fired:       sp.fired,
		Bytes:       sp.forest.bytes(),
		PeakBytes:   sp.forest.peakBytes,
		Collections: sp.forest.collections,
		Events:      len(sp.loc.Events),
		Merged:      sp.merged,
	}
}

// Close gives the memory back. Nothing else may be called after it.
func (sp *Space) Close() {
	sp.forest, sp.relations, sp.arcs, sp.links, sp.suffixes, sp.arcNumbers = nil, nil, nil, nil, nil, nil
	sp.distances, sp.allNodes = nil, nil
	sp.domains, sp.products, sp.reached, sp.programs = nil, nil, nil, [numPrograms]*program{}
}

// rescue, deferred, turns an abort into an error.
func (sp *Space) rescue(err *error) {
	switch r := recover().(type) {
	case nil:
	case abort:
		sp.forest.reset()
		*err = r.err
	default:
		panic(r)
	}
}
