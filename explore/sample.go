package explore

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/bits-and-blooms/bitset"

	"chorcheck/lts"
)

// Sample says how much was done by random walks or by a swarm: by many searches that do not
// know of each other and keep nothing.
type Sample struct {
	Searches uint64 // that were begun
	// Distinct estimates the number of different configurations that were visited: the
	// standard error is below one percent. How many there are that were not visited
	// is not known.
	Distinct uint64
}

// Visit says when a sample was at a configuration.
type Visit struct {
	Search uint64 // from 0
	Number uint64 // of the visit in this search, from 0
}

// Before orders visits by search, then by number.
func (v Visit) Before(w Visit) bool {
	return v.Search < w.Search || v.Search == w.Search && v.Number < w.Number
}

// A prober does searches of a sample, one after the other. What one does depends on its
// number and on the sample's seed alone.
type prober interface {
	// search calls visit for each configuration that it comes to, with its steps, until
	// visit returns false.
	search(number uint64, visit func(s lts.State, depth int, marks lts.Marks, steps *lts.Steps) bool)
	// run is the run to the configuration that is visited.
	run() lts.Trace
	// store names what keeps the configurations of one search.
	store() string
	// bytes is the memory that it holds.
	bytes() int64
	// close gives it back.
	close()
}

// sampling is a sample that is being made.
type sampling struct {
	sys      lts.System
	opt      Options
	searches uint64
	done     <-chan struct{}
	crew     *crew
	next     atomic.Uint64 // search that nobody has taken
	visited  atomic.Uint64 // as far as it was noted
	reason   atomic.Int64  // Memory or Cancelled: why all have to stop
	workers  []*sampler
}

// sampler is one worker of a sample.
type sampler struct {
	s           *sampling
	index       int
	prober      prober
	states      uint64
	transitions uint64
	deepest     int // -1: no visit
	fired       *bitset.BitSet
	sketch      sketch
	bytes       atomic.Int64
}

// sample does the given number of searches, with a prober for each worker.
func sample(ctx context.Context, sys lts.System, opt Options, searches uint64, newProber func() (prober, error)) (*Space, error) {
	if init := sys.Init(); len(init) != sys.Width() {
		return nil, fmt.Errorf("explore: an initial state of %d words in a system of %d", len(init), sys.Width())
	}
	if opt.Keeper != nil || opt.From != nil {
		return nil, errLevelsOnly
	}
	s := &sampling{sys: sys, opt: opt, searches: searches, done: ctx.Done()}
	defer func() {
		for _, w := range s.workers {
			w.prober.close()
		}
	}()
	for i := range opt.Workers {
		p, err := newProber()
		if err != nil {
			return nil, err
		}
		w := &sampler{s: s, index: i, prober: p, deepest: -1, fired: bitset.MustNew(uint(sys.Actions()))}
		w.bytes.Store(p.bytes() + sketchBytes)
		// With little memory there are fewer workers, but at least one.
		if i > 0 && opt.Memory > 0 && s.bytes()+w.bytes.Load() > opt.Memory {
			p.close()
			break
		}
		s.workers = append(s.workers, w)
	}
	s.crew = newCrew(len(s.workers))
	defer s.crew.dismiss()
	s.crew.run(func(worker int) { s.workers[worker].work() })

	sp := &Space{
		Workers: len(s.workers), Reason: Sampled, Sample: &Sample{Searches: min(s.next.Load(), searches)},
		Store: s.workers[0].prober.store(), sys: sys, opt: opt, order: sampled, newProber: newProber, fired: bitset.MustNew(uint(sys.Actions())),
	}
	if why := s.reason.Load(); why != 0 {
		sp.Reason = Reason(why)
	}
	deepest := -1
	var all sketch
	for _, w := range s.workers {
		sp.States += w.states
		sp.Transitions += w.transitions
		deepest = max(deepest, w.deepest)
		sp.fired.InPlaceUnion(w.fired)
		all.join(&w.sketch)
	}
	sp.Levels, sp.Depth = deepest+1, max(deepest, 0)
	sp.Sample.Distinct = min(all.count(), sp.States)
	sp.PeakBytes = s.bytes()
	return sp, nil
}

func (s *sampling) bytes() int64 {
	n := int64(0)
	for _, w := range s.workers {
		n += w.bytes.Load()
	}
	return n
}

// work does searches until there are none left.
func (w *sampler) work() {
	for w.goOn() {
		k := w.s.next.Add(1) - 1
		if k >= w.s.searches {
			return
		}
		w.search(k)
	}
}

// search does one search.
func (w *sampler) search(k uint64) {
	opt := &w.s.opt
	number := uint64(0)
	w.prober.search(k, func(s lts.State, depth int, marks lts.Marks, steps *lts.Steps) bool {
		if opt.MaxStates > 0 && number >= opt.MaxStates {
			return false
		}
		w.sketch.add(s)
		w.transitions += uint64(steps.Len())
		w.deepest = max(w.deepest, depth)
		for _, a := range steps.Actions {
			w.fired.Set(uint(a))
		}
		if (steps.Len() == 0 || marks != 0) && opt.Observe != nil {
			if opt.Visiting != nil {
				opt.Visiting(w.index, Visit{Search: k, Number: number})
			}
			opt.Observe(w.index, depth, s, marks, steps.Len())
		}
		number++
		if w.states++; w.states%visitsNoted == 0 {
			w.s.visited.Add(visitsNoted)
			return w.goOn()
		}
		return true
	})
}

// visitsNoted is the number of visits after which limits are looked at.
const visitsNoted = 256

// goOn looks at the limits.
func (w *sampler) goOn() bool {
	s := w.s
	select {
	case <-s.done:
		s.reason.CompareAndSwap(0, int64(Cancelled))
		return false
	default:
	}
	w.bytes.Store(w.prober.bytes() + sketchBytes)
	if s.opt.Memory > 0 && s.bytes() > s.opt.Memory {
		s.reason.CompareAndSwap(0, int64(Memory))
	}
	if w.index == 0 && s.opt.Tick != nil {
		select {
		case <-s.opt.Tick:
			if s.opt.Progress != nil {
				s.opt.Progress(Progress{States: s.visited.Load(), Level: max(w.deepest, 0), Bytes: s.bytes()})
			}
		default:
		}
	}
	return s.reason.Load() == 0 && !s.crew.stop.Load()
}

// Runs gives the runs to visits of a sample. The searches are done again, as far
// as to the visit.
//
// It panics if there is no memory for the table of one search, which there was before.
func (sp *Space) Runs(visits []Visit) []lts.Trace {
	runs := make([]lts.Trace, len(visits))
	order := make([]int, len(visits))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int {
		switch {
		case visits[i].Before(visits[j]):
			return -1
		case visits[j].Before(visits[i]):
			return 1
		}
		return 0
	})
	if len(order) == 0 {
		return runs
	}
	p, err := sp.newProber()
	if err != nil {
		panic("explore: " + err.Error())
	}
	defer p.close()
	for len(order) > 0 {
		k := visits[order[0]].Search
		number := uint64(0)
		p.search(k, func(lts.State, int, lts.Marks, *lts.Steps) bool {
			for len(order) > 0 && visits[order[0]] == (Visit{Search: k, Number: number}) {
				runs[order[0]] = p.run()
				order = order[1:]
			}
			number++
			return len(order) > 0 && visits[order[0]].Search == k
		})
		if len(order) > 0 && visits[order[0]].Search == k {
			panic("explore: a search that takes another way when it is done again: the system's steps are not deterministic")
		}
	}
	return runs
}
