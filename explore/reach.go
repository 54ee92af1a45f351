package explore

import (
	"context"
	"fmt"

	"github.com/bits-and-blooms/bitset"

	"chorcheck/explore/store"
	"chorcheck/lts"
)

// Reach explores all configurations that can be reached from the initial one,
// within the limits of opt. A limit is no error: it is in the result. The space
// holds memory until it is closed.
func Reach(ctx context.Context, sys lts.System, opt Options) (*Space, error) {
	if err := opt.check(sys); err != nil {
		return nil, err
	}
	init := sys.Init()
	if len(init) != sys.Width() {
		return nil, fmt.Errorf("explore: an initial state of %d words in a system of %d", len(init), sys.Width())
	}
	s := &search{
		sys:  sys,
		opt:  opt,
		done: ctx.Done(),
		crew: newCrew(opt.Workers),
		store: store.New(store.Options{
			Width: sys.Width(), Workers: opt.Workers, Bits: bitsOf(sys), Slots: opt.slots,
			Heap: opt.PlainMemory, NoPrefetch: opt.NoPrefetch, NoSieve: opt.NoSieve, NoDirect: opt.NoDirect,
		}),
		levels: levels{workers: opt.Workers},
	}
	defer s.crew.dismiss()
	kept := false
	defer func() {
		if !kept {
			s.store.Close()
		}
	}()
	for i := range opt.Workers {
		s.workers = append(s.workers, newWorker(s, i))
	}
	s.levels.cut(s.store)
	s.store.Writer(0).Add(init)
	s.store.Writer(0).Flush()
	s.levels.cut(s.store)

	sp := &Space{Workers: opt.Workers, sys: sys, opt: opt, store: s.store, init: init}
	s.run(sp)
	s.store.Seal()
	sp.levels = s.levels
	sp.fired = bitset.New(uint(sys.Actions()))
	for _, w := range s.workers {
		sp.fired.InPlaceUnion(w.fired)
	}
	sp.PeakBytes = s.store.PeakBytes() + s.side()
	kept = true
	return sp, nil
}

// bitsOf is the number of low bits of a word that states of one word use.
func bitsOf(sys lts.System) int {
	if p, ok := sys.(lts.Packed); ok && sys.Width() == 1 {
		return p.Bits()
	}
	return 0
}

// search is one run of Reach.
type search struct {
	sys     lts.System
	opt     Options
	done    <-chan struct{}
	crew    *crew
	store   *store.Store
	levels  levels
	dealer  dealer
	workers []*worker
	level   int
}

// run explores level after level and fills in the counts of sp.
func (s *search) run(sp *Space) {
	for ; ; s.level++ {
		size := s.levels.size(s.level)
		if size == 0 {
			sp.Complete = true
			break
		}
		if s.opt.MaxDepth > 0 && s.level > s.opt.MaxDepth {
			sp.Reason = MaxDepth
			break
		}
		if sp.Reason = s.explore(size); sp.Reason != None {
			break
		}
		sp.States += size
		sp.Levels++
		for _, w := range s.workers {
			sp.Transitions += w.transitions
			w.transitions = 0
			w.fresh = w.fresh[:0]
		}
		s.levels.cut(s.store)
	}
	if !sp.Complete {
		for _, w := range s.workers {
			w.forget()
		}
		sp.Frontier = s.levels.size(s.level)
	}
	sp.Depth = max(sp.Levels-1, 0)
}

// explore expands one level. It goes on after each growth of the table.
func (s *search) explore(size uint64) Reason {
	s.dealer.deal(&s.levels, s.level)
	for {
		if size <= solo {
			s.crew.alone(s.expand)
		} else {
			s.crew.run(s.expand)
		}
		full := false
		reason := None
		for _, w := range s.workers {
			full = full || w.full
			// The order of the reasons decides if there are several.
			if w.reason != None && (reason == None || w.reason < reason) {
				reason = w.reason
			}
		}
		// The exact number decides. Workers stop early only if it is higher.
		if s.opt.MaxStates > 0 && s.store.Len() > s.opt.MaxStates {
			return MaxStates
		}
		switch {
		case reason != None:
			return reason
		case !full:
			if s.over() {
				return Memory
			}
			return None
		case s.opt.Memory > 0 && s.store.NextBytes()+s.side() > s.opt.Memory:
			return Memory
		}
		s.store.Grow(s.crew.run)
		for _, w := range s.workers {
			w.full = false
		}
	}
}

func (s *search) expand(worker int) { s.workers[worker].expand() }

// over says whether the memory limit has been passed. It is asked while
// workers are at work, so it takes their buffers as they were noted last.
func (s *search) over() bool {
	return s.opt.Memory > 0 && s.store.Bytes()+s.side() > s.opt.Memory
}

// side is the memory beside the store.
func (s *search) side() int64 {
	n := int64(cap(s.levels.starts)) * 8
	for _, w := range s.workers {
		n += w.bytes.Load()
	}
	return n
}
