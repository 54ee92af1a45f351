package explore

import (
	"context"
	"errors"
	"math/rand/v2"

	"chorcheck/explore/store"
	"chorcheck/lts"
)

// Swarming says how much Swarm does.
type Swarming struct {
	Seed     uint64
	Searches uint64 // at least 1
	Table    int64  // bytes of the table of one search; 0: DefaultSwarmTable
	Hashes   int    // bits of a state in the table; 0: store.DefaultHashes
}

// DefaultSwarmTable is small beside what a search of its own would get: the searches of a
// swarm are meant to be many.
const DefaultSwarmTable = 1 << 20

const (
	// Every second search goes no deeper than between 2^shallowFrom and 2^shallowTo
	// steps, a number drawn at random.
	shallowFrom = 3
	shallowTo   = 14
)

// Swarm makes many small depth-first searches that differ in all that chance can decide
// (Holzmann, Joshi, Groce 2011). Each has a bitstate table of its own, with hash
// functions of its own, so that each misses other configurations; it takes the steps of each
// configuration in an order drawn at random; and every second one goes no deeper than a
// number drawn at random, so that it meets shorter runs, too. Where a space is too
// large for all memory and time that there is, a swarm sees more different parts of it than
// one long search. It is never complete.
//
// Options.MaxStates and MaxDepth bound each search. Each worker does one search at a time. The
// result depends on the system, the seed and the number of searches, unless memory or the
// context ends them: not on the number of workers. Options.Observe is called at each
// visit of a configuration, after Options.Visiting, from which [Space.Runs] gives the run.
// States and Transitions of the space count a configuration once for each search that
// has visited it.
func Swarm(ctx context.Context, sys lts.System, opt Options, swarm Swarming) (*Space, error) {
	if err := opt.check(sys); err != nil {
		return nil, err
	}
	if swarm.Searches == 0 {
		return nil, errors.New("explore: a swarm without searches")
	}
	if swarm.Table == 0 {
		swarm.Table = DefaultSwarmTable
	}
	choice := store.Choice{Kind: store.Bitstate, Table: swarm.Table, Hashes: swarm.Hashes}
	if err := choice.Check(); err != nil {
		return nil, err
	}
	return sample(ctx, sys, opt, swarm.Searches, func() (prober, error) {
		filter, err := store.NewFilter(sys.Width(), choice)
		if err != nil {
			return nil, err
		}
		return &swarmer{sys: sys, most: opt.MaxDepth, seed: swarm.Seed, filter: filter, steps: lts.NewSteps(sys.Width())}, nil
	})
}

// swarmer does searches of a swarm.
type swarmer struct {
	sys    lts.System
	most   int // depth; 0: no limit
	seed   uint64
	filter *store.Filter
	stack  descent
	steps  *lts.Steps
	fresh  []int32
}

func (w *swarmer) search(number uint64, visit func(lts.State, int, lts.Marks, *lts.Steps) bool) {
	random := rand.New(rand.NewPCG(w.seed, number))
	w.filter.Reset(random.Uint64())
	most := w.most
	if number%2 == 1 {
		e := shallowFrom + random.IntN(shallowTo-shallowFrom)
		if shallow := 1<<e + random.IntN(1<<e); most == 0 || shallow < most {
			most = shallow
		}
	}
	init := w.sys.Init()
	w.fresh = w.filter.Enter(init, w.fresh[:0])
	w.stack.begin(init)
	for w.stack.next() {
		s, depth := w.stack.state(), w.stack.depth()
		w.steps.Reset()
		marks := w.sys.Next(s, w.steps)
		if !visit(s, depth, marks, w.steps) {
			return
		}
		w.fresh = w.fresh[:0]
		if most == 0 || depth < most {
			w.fresh = w.filter.Enter(w.steps.Words, w.fresh)
			random.Shuffle(len(w.fresh), func(i, j int) { w.fresh[i], w.fresh[j] = w.fresh[j], w.fresh[i] })
		}
		w.stack.push(w.steps, w.fresh)
	}
}

func (w *swarmer) run() lts.Trace { return w.stack.run() }

func (w *swarmer) bytes() int64 {
	return w.filter.Bytes() + w.stack.bytes() + int64(cap(w.steps.Words))*8 + int64(cap(w.steps.Actions))*4 + int64(cap(w.fresh))*4
}

func (w *swarmer) store() string { return w.filter.Describe() + " for each search" }

func (w *swarmer) close() { w.filter.Close() }
