package explore

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync/atomic"

	"github.com/bits-and-blooms/bitset"

	"chorcheck/lts"
)

// Counts are what a search knows when a level is complete.
type Counts struct {
	Width, Actions int
	Sizes          []uint64 // of the levels; all but the last have been explored
	Transitions    uint64   // from those that have
	Fired          []uint64 // the actions of these, one bit each
}

// A Keeper keeps what a search has found.
type Keeper interface {
	// Keep is called between two levels. states runs over the configurations of a level:
	// packed ones, some at a time, valid until the next. Levels that have been kept stay
	// as they are.
	Keep(c Counts, states func(level int) iter.Seq[[]uint64]) error
}

// Saved is what a keeper has kept: see Options.From.
type Saved interface {
	Counts() Counts
	// Blocks is the number of blocks of a level. Block appends the states of one to dst; it
	// may be called from several goroutines at once.
	Blocks(level int) int
	Block(level, block int, dst []uint64) ([]uint64, error)
}

// ErrOtherSystem is returned by a search that cannot go on from Options.From, since what
// was kept there is not of its system.
var ErrOtherSystem = errors.New("what was saved is not of this system")

// restart is how a search comes to where another one was. The levels are entered as they
// were saved, and expanded once more: without looking for anything in the table, but
// for the observations, and for the counts, which have to be the same.
type restart struct {
	saved  Saved
	counts Counts
	level  int          // being entered
	next   atomic.Int64 // block of it
}

func newRestart(saved Saved, sys lts.System) (*restart, error) {
	if saved == nil {
		return nil, nil
	}
	r := &restart{saved: saved, counts: saved.Counts()}
	if c := r.counts; c.Width != sys.Width() || c.Actions != sys.Actions() || len(c.Sizes) == 0 || c.Sizes[0] != 1 {
		return nil, ErrOtherSystem
	}
	first, err := saved.Block(0, 0, nil)
	if err != nil {
		return nil, err
	}
	if !slices.Equal(first, sys.Init()) {
		return nil, ErrOtherSystem
	}
	return r, nil
}

// has reports whether the level after the given one was saved.
func (r *restart) has(level int) bool { return r != nil && level+1 < len(r.counts.Sizes) }

// last is the number of the last level that was saved.
func (r *restart) last() int {
	if r == nil {
		return 0
	}
	return len(r.counts.Sizes) - 1
}

// replay explores a level whose steps lead to configurations that were saved.
func (s *search) replay(size uint64) Reason {
	r := s.saved
	r.level = s.level + 1
	r.next.Store(0)
	want := s.levels.total() + r.counts.Sizes[r.level]
	s.fill = (*worker).refill
	if reason := s.enter(r.counts.Sizes[r.level]); reason != None || s.failed != nil {
		return reason
	}
	if s.store.Len() != want {
		s.failed = fmt.Errorf("%w: %d configurations up to depth %d, not %d", ErrOtherSystem, s.store.Len(), r.level, want)
		return None
	}
	s.dealer.deal(&s.levels, s.level)
	s.fill = (*worker).recount
	return s.enter(size)
}

// arrived checks the counts when all that was saved has been entered.
func (s *search) arrived(sp *Space) error {
	c := s.saved.counts
	if sp.Transitions != c.Transitions {
		return fmt.Errorf("%w: %d steps, not %d", ErrOtherSystem, sp.Transitions, c.Transitions)
	}
	if !slices.Equal(s.firedWords(), c.Fired) {
		return fmt.Errorf("%w: other actions are possible", ErrOtherSystem)
	}
	return nil
}

// refill puts states that were saved into the buffer.
func (w *worker) refill() bool {
	r := w.s.saved
	for {
		k := int(r.next.Add(1) - 1)
		if k >= r.saved.Blocks(r.level) {
			return false
		}
		if w.steps.Words, w.failed = r.saved.Block(r.level, k, w.steps.Words); w.failed != nil {
			w.steps.Reset()
			return false
		}
		if len(w.steps.Words) > 0 {
			return true
		}
	}
}

// recount is fill for steps that lead to what is known.
func (w *worker) recount() bool {
	any := w.fill()
	w.steps.Reset()
	return any
}

// firedWords is the set of actions of all workers.
func (s *search) firedWords() []uint64 {
	all := bitset.MustNew(uint(s.sys.Actions()))
	for _, w := range s.workers {
		all.InPlaceUnion(w.fired)
	}
	return slices.Clone(all.Words())
}

// keepOnTick keeps what was found if it is time.
func (s *search) keepOnTick(sp *Space) {
	if s.opt.Keeper == nil {
		return
	}
	select {
	case <-s.opt.Save:
		s.keep(sp)
	default:
	}
}

// keepAtEnd keeps what was found when the search is over, if somebody may want to go on
// from there. A search that is complete is kept only if it took long enough for that: it is
// what comes after it, then, that may be interrupted.
func (s *search) keepAtEnd(sp *Space) {
	if s.opt.Keeper == nil || s.failed != nil {
		return
	}
	switch {
	case sp.Reason == Memory || sp.Reason == Disk || sp.Reason == Cancelled || sp.Complete && s.kept > 0:
		s.keep(sp)
	case sp.Complete:
		s.keepOnTick(sp)
	}
}

// keep hands the complete levels to the keeper, unless it has them.
func (s *search) keep(sp *Space) {
	if s.level <= max(s.kept, s.saved.last()) {
		return
	}
	c := Counts{
		Width: s.sys.Width(), Actions: s.sys.Actions(),
		Transitions: sp.Transitions, Fired: s.firedWords(),
	}
	for level := range s.level + 1 {
		c.Sizes = append(c.Sizes, s.levels.size(level))
	}
	if sp.KeepError = s.opt.Keeper.Keep(c, s.statesOf); sp.KeepError == nil {
		s.kept = s.level
	}
}

// statesOf runs over the configurations of a level.
func (s *search) statesOf(level int) iter.Seq[[]uint64] {
	return func(yield func([]uint64) bool) {
		reader := s.store.NewReader()
		defer reader.Close()
		width := uint64(s.sys.Width())
		for w := range s.workers {
			from, to := s.levels.interval(level, w)
			for from < to {
				words := reader.States(w, from, to)
				if !yield(words) {
					return
				}
				from += uint64(len(words)) / width
			}
		}
	}
}
