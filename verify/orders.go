package verify

import (
	"fmt"

	"chorcheck/explore"
	"chorcheck/internal/bug"
	"chorcheck/lts"
)

// Order is the order in which a search goes from configuration to configuration.
type Order int

// The orders. The last two are samples: they never see everything for certain, and
// nothing holds because of what they have not found.
const (
	BreadthFirst Order = iota // level by level: shortest runs
	DepthFirst                // on from what was found last, by one worker
	RandomWalks               // runs of random steps
	Swarm                     // many small depth-first searches that differ by chance
)

func (o Order) String() string {
	return [...]string{"breadth-first", "depth-first", "random", "swarm"}[o]
}

// Sampled reports whether the order is that of a sample.
func (o Order) Sampled() bool { return o == RandomWalks || o == Swarm }

// What a sample does if nothing is said.
const (
	DefaultWalks      = 1000
	DefaultWalkLength = 1000
	DefaultSearches   = 64
)

// Sampling is the size and the seed of a sample. With order Swarm, Options.Store.Table
// and Hashes are those of one search.
type Sampling struct {
	Seed     uint64
	Searches uint64 // walks, or searches of a swarm; 0: DefaultWalks, DefaultSearches
}

// explore makes the search.
func (v *verifier) explore(o explore.Options, watch *observer) (*explore.Space, error) {
	sys := v.reduceSystem()
	if v.opt.Order.Sampled() {
		o.Store = explore.Storage{}
		o.Visiting = func(worker int, at explore.Visit) { watch.worker(worker).visit = at }
	}
	n := v.opt.Sampling.Searches
	switch v.opt.Order {
	case BreadthFirst:
		return explore.Reach(v.ctx, sys, o)
	case DepthFirst:
		return explore.DepthFirst(v.ctx, sys, o)
	case RandomWalks:
		if n == 0 {
			n = DefaultWalks
		}
		if o.MaxDepth == 0 {
			o.MaxDepth = DefaultWalkLength
		}
		return explore.RandomWalks(v.ctx, sys, o, explore.Walks{Seed: v.opt.Sampling.Seed, Count: n})
	case Swarm:
		if n == 0 {
			n = DefaultSearches
		}
		return explore.Swarm(v.ctx, sys, o, explore.Swarming{
			Seed: v.opt.Sampling.Seed, Searches: n, Table: v.opt.Store.Table, Hashes: v.opt.Store.Hashes,
		})
	}
	bug.Panicf("there is no order %d", int(v.opt.Order))
	return nil, nil
}

// sampleWords says what a sample has done, and is empty if the search is none.
func (v *verifier) sampleWords() string {
	s := v.space.Sample
	if s == nil {
		return ""
	}
	what := "search"
	if v.opt.Order == RandomWalks {
		what = "random walk"
	}
	many := fmt.Sprintf("1 %s", what)
	if s.Searches != 1 {
		if v.opt.Order == Swarm {
			what += "e"
		}
		many = fmt.Sprintf("%d %ss", s.Searches, what)
	}
	return fmt.Sprintf("%s visited about %d different states, and met %d of %d actions; what they have not met is not known",
		many, s.Distinct, v.fired.Count(), v.net.Actions())
}

// takePaths finds the run on which a search that is not breadth-first came to each
// exhibit.
func (v *verifier) takePaths() {
	if v.opt.Order == BreadthFirst {
		return
	}
	var list []*exhibit
	var visits []explore.Visit
	var targets []lts.State
	for _, c := range Checks() {
		for _, e := range v.evidence.causes(c.ID) {
			list = append(list, e)
			visits = append(visits, e.visit)
			targets = append(targets, e.state)
		}
	}
	var runs []lts.Trace
	if v.opt.Order.Sampled() {
		runs = v.space.Runs(visits)
	} else {
		runs = v.space.Traces(targets)
	}
	for i, e := range list {
		e.path, e.depth = &runs[i], runs[i].Len()
	}
}

// paths are runs of the system that was searched to exhibits.
func (v *verifier) paths(exhibits []*exhibit) []lts.Trace {
	if v.opt.Order == BreadthFirst {
		targets := make([]lts.State, len(exhibits))
		for i, e := range exhibits {
			targets[i] = e.state
		}
		return v.space.Traces(targets)
	}
	runs := make([]lts.Trace, len(exhibits))
	for i, e := range exhibits {
		runs[i] = *e.path
	}
	return runs
}

// keepPaths takes the runs of the search for exhibits that have no better one.
func (v *verifier) keepPaths() {
	for _, byCause := range v.evidence {
		for _, e := range byCause {
			if e.run == nil {
				e.run = e.path // nil, if it is to be the shortest of the space
			}
		}
	}
}

// needComponents reports whether there is evidence that only components show.
func (v *verifier) needComponents() bool {
	return v.opt.Order == DepthFirst && v.space.Complete &&
		len(v.evidence["stuck"])+len(v.evidence["livelock"])+len(v.evidence["no-termination"])+len(v.evidence["orphan-message"]) > 0
}

// addComponents adds what the bottom components of a space show to evidence.
func (v *verifier) addComponents(space *explore.Space, to evidence) error {
	c := newComponents(v)
	c.evidence = to
	return space.BottomComponents(v.ctx, v.stepsOnly(), c.visit)
}
