package explore

import (
	"github.com/bits-and-blooms/bitset"

	"chorcheck/explore/store"
	"chorcheck/lts"
)

// Space is what a search has found. Its counts cover the configurations of all
// completely explored levels and the steps from them, duplicates included.
type Space struct {
	States      uint64 // explored configurations
	Transitions uint64 // steps from them
	Depth       int    // the last explored level; the initial configuration is level 0
	Levels      int    // number of explored levels: Depth+1, or 0 if a limit stopped the very first one
	Frontier    uint64 // configurations at distance Levels: found, not explored; 0 if Complete
	Complete    bool   // everything that can be reached has been explored
	Reason      Reason // why not, else
	DiskError   error  // why nothing could be spilled, if Reason is Disk
	KeepError   error  // of the last call of Options.Keeper, if it failed
	PeakBytes   int64  // the most memory that the search held, and the analyses after it
	Workers     int
	Store       string   // which one: "exact: direct", as store.Store.Describe says it
	Omission    Omission // what the store has missed in the explored part, if it is lossy

	Sample *Sample // of RandomWalks and Swarm; else nil

	sys    lts.System
	opt    Options
	order  order
	store  *store.Store
	levels levels
	init   lts.State
	fired  *bitset.BitSet

	newProber func() (prober, error) // of a sample
}

// order is the kind of search that has made a space.
type order int

const (
	breadthFirst order = iota
	depthFirst
	sampled // nothing is kept
)

// Fired is the set of actions of the counted steps. It must not be changed.
func (sp *Space) Fired() *bitset.BitSet { return sp.fired }

// Distances is the distance of each of the given configurations from the initial
// one: -1 if it has not been found. All together cost one pass over the
// configurations if the states have one word, and nearly nothing else.
func (sp *Space) Distances(states []lts.State) []int {
	width := sp.sys.Width()
	words := make([]uint64, 0, len(states)*width)
	for _, s := range states {
		if len(s) != width {
			panic("explore: a state of another width")
		}
		words = append(words, s...)
	}
	depths := make([]int, len(states))
	if sp.order != breadthFirst {
		for i, t := range sp.Traces(states) {
			depths[i] = len(t.States) - 1
		}
		return depths
	}
	for i, p := range sp.store.Locate(words) {
		depths[i] = -1
		if p.Writer >= 0 {
			depths[i] = sp.levels.levelOf(p)
		}
	}
	return depths
}

// Distance is the distance of one configuration, as Distances gives it.
func (sp *Space) Distance(s lts.State) (int, bool) {
	d := sp.Distances([]lts.State{s})[0]
	return d, d >= 0
}

// Close gives the memory back.
func (sp *Space) Close() {
	if sp.order != sampled {
		sp.store.Close()
	}
}

// sweep calls task once for each worker, alone if the level is small, and leaves
// the dealer of the level to it.
func (sp *Space) sweep(c *crew, level int, task func(worker int, d *dealer)) {
	var d dealer
	d.deal(&sp.levels, level)
	if sp.levels.size(level) <= solo {
		c.alone(func(w int) { task(w, &d) })
	} else {
		c.run(func(w int) { task(w, &d) })
	}
}
