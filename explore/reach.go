package explore

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/bits-and-blooms/bitset"

	"chorcheck/explore/store"
	"chorcheck/lts"
)

// Reach explores all configurations that can be reached from the initial one,
// within the limits of opt. A limit is no error: it is in the result. The space
// holds memory until it is closed.
func Reach(ctx context.Context, sys lts.System, opt Options) (space *Space, err error) {
	if err := opt.check(sys); err != nil {
		return nil, err
	}
	init := sys.Init()
	if len(init) != sys.Width() {
		return nil, fmt.Errorf("explore: an initial state of %d words in a system of %d", len(init), sys.Width())
	}
	saved, err := newRestart(opt.From, sys)
	if err != nil {
		return nil, err
	}
	st, err := newStore(sys, opt)
	if err != nil {
		return nil, err
	}
	s := &search{
		sys:    sys,
		opt:    opt,
		done:   ctx.Done(),
		crew:   newCrew(opt.Workers),
		store:  st,
		levels: levels{workers: opt.Workers},
		saved:  saved,
	}
	defer s.crew.dismiss()
	kept := false
	defer func() {
		if !kept {
			s.store.Close()
		}
	}()
	defer func() {
		// What was spilled and cannot be read back is gone. That is no fault of the system.
		lost := (*store.ReadError)(nil)
		if value := recover(); value != nil {
			if p, ok := value.(error); !ok || !errors.As(p, &lost) {
				panic(value)
			}
			space, err = nil, lost
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
	if s.failed != nil {
		return nil, s.failed
	}
	s.store.Seal()
	sp.note()
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
	fill    func(*worker) bool // gives a worker the next batch of states to enter
	saved   *restart           // nil: the search begins anew
	failed  error              // of the restart
	disk    error              // of spilling
	kept    int                // the last level that the keeper has got; 0: none
}

// run explores level after level and fills in the counts of sp.
func (s *search) run(sp *Space) {
	for ; ; s.level++ {
		size := s.levels.size(s.level)
		if s.saved != nil && s.level == s.saved.last() {
			if s.failed = s.arrived(sp); s.failed != nil {
				break
			}
		}
		if size == 0 {
			sp.Complete = true
			break
		}
		if s.opt.MaxDepth > 0 && s.level > s.opt.MaxDepth {
			sp.Reason = MaxDepth
			break
		}
		if s.saved.has(s.level) {
			sp.Reason = s.replay(size)
		} else {
			s.keepOnTick(sp)
			sp.Reason = s.explore(size)
		}
		if s.failed != nil || sp.Reason != None {
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
		if s.opt.spillAll {
			_, s.disk = s.store.Spill(math.MaxInt64/2, s.crew.run)
		}
	}
	if !sp.Complete {
		for _, w := range s.workers {
			w.forget()
		}
		sp.Frontier = s.levels.size(s.level)
	}
	sp.Depth = max(sp.Levels-1, 0)
	sp.DiskError = s.disk
	s.keepAtEnd(sp)
}

// explore expands one level.
func (s *search) explore(size uint64) Reason {
	s.dealer.deal(&s.levels, s.level)
	s.fill = (*worker).fill
	return s.enter(size)
}

// enter lets the workers enter the states that fill gives them, until there are no more.
// It goes on after each growth of the table.
func (s *search) enter(size uint64) Reason {
	s.allot()
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
			if w.failed != nil && s.failed == nil {
				s.failed = w.failed
			}
			// The order of the reasons decides if there are several.
			if w.reason != None && (reason == None || w.reason < reason) {
				reason = w.reason
			}
		}
		if s.failed != nil {
			return None
		}
		// The exact number decides. Workers stop early only if it is higher.
		if s.opt.MaxStates > 0 && s.store.Len() > s.opt.MaxStates {
			return MaxStates
		}
		if reason != None && reason != Memory {
			return reason
		}
		done := reason == None && !full
		if !done || s.over() {
			if short := s.room(); short != None {
				return short
			}
		}
		if done {
			return None
		}
		s.store.Grow(s.crew.run)
		for _, w := range s.workers {
			w.full = false
		}
	}
}

// room makes room for the store to grow, by spilling, if it needs to grow.
func (s *search) room() Reason {
	need := s.store.NextBytes()
	switch {
	case need == math.MaxInt64:
		return Memory
	case s.opt.Memory == 0:
		return None
	}
	defer s.allot()
	if need += s.side() - s.opt.Memory; need <= 0 {
		return None
	}
	if s.opt.NoSpill {
		return Memory
	}
	for _, w := range s.workers {
		w.states = nil // they may be in what is given back; they are read again
	}
	// A little more than is needed now, so that workers are not stopped too often.
	freed, err := s.store.Spill(max(need, s.opt.Memory/32), s.crew.run)
	switch {
	case freed >= need:
		return None
	case err != nil:
		s.disk = err
		return Disk
	}
	return Memory
}

// allot tells the store how much memory it may hold.
func (s *search) allot() {
	if s.opt.Memory > 0 {
		s.store.Limit(max(s.opt.Memory-s.side(), 1))
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
