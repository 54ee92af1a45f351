package explore

import (
	"sync/atomic"

	"github.com/bits-and-blooms/bitset"

	"chorcheck/explore/store"
	"chorcheck/lts"
)

// A worker expands configurations into a buffer of steps, and enters the buffer
// into the store when a batch is together. It can return with work left
// over, for the table to grow, and go on where it was.
type worker struct {
	s      *search
	index  int
	writer *store.Writer
	reader *store.Reader
	steps  *lts.Steps
	posted int      // words of steps that the store has taken
	span   span     // what is left of the span in hand
	states []uint64 // its next configurations, as far as they have been read

	full        bool   // it returned since the table is full, or there is no memory for its list
	failed      error  // it returned since what was saved cannot be read
	reason      Reason // it returned since a limit was passed
	transitions uint64 // of the level
	fired       *bitset.BitSet
	fresh       []lts.Action // actions that came into fired on this level
	bytes       atomic.Int64 // of its buffers
	_           [64]byte
}

func newWorker(s *search, index int) *worker {
	return &worker{
		s:      s,
		index:  index,
		writer: s.store.Writer(index),
		reader: s.store.NewReader(),
		steps:  lts.NewSteps(s.sys.Width()),
		fired:  bitset.MustNew(uint(s.sys.Actions())),
	}
}

// expand works until the level is exhausted, the table is full, or the search
// has to stop.
func (w *worker) expand() {
	s := w.s
	for {
		if w.posted += w.writer.Add(w.steps.Words[w.posted:]); w.posted < len(w.steps.Words) {
			w.full = true
			return
		}
		if w.reason = w.limit(); w.reason != None || s.crew.stop.Load() {
			return
		}
		w.steps.Reset()
		w.posted = 0
		if !s.fill(w) {
			w.full = !w.writer.Flush()
			return
		}
	}
}

// limit checks what has to be checked now and then.
func (w *worker) limit() Reason {
	s := w.s
	select {
	case <-s.done:
		return Cancelled
	default:
	}
	// Len can be too high, so MaxStates is left to the end of the level
	// unless it has been passed for certain.
	if s.opt.MaxStates > 0 && s.store.Len() > s.opt.MaxStates+s.store.Slack() {
		return MaxStates
	}
	if s.opt.Memory > 0 {
		w.bytes.Store(int64(cap(w.steps.Words)*8 + cap(w.steps.Actions)*4 + cap(w.fresh)*4))
		if s.over() || s.store.Short() {
			return Memory // unless something can be spilled
		}
	}
	if w.index == 0 && s.opt.Tick != nil {
		select {
		case <-s.opt.Tick:
			if s.opt.Progress != nil {
				s.opt.Progress(Progress{States: s.store.Len(), Level: s.level, Size: s.levels.size(s.level), Bytes: s.store.Bytes() + s.side()})
			}
		default:
		}
	}
	return None
}

// fill expands configurations until a batch of steps is together. It reports
// false if there was nothing left to expand.
func (w *worker) fill() bool {
	s := w.s
	width := s.sys.Width()
	any := false
	for w.steps.Len() < store.Batch {
		if w.span.from == w.span.to {
			var ok bool
			if w.span, ok = s.dealer.take(); !ok {
				break
			}
		}
		any = true
		if len(w.states) == 0 {
			w.states = w.reader.States(w.span.writer, w.span.from, w.span.to)
		}
		for len(w.states) > 0 && w.steps.Len() < store.Batch {
			state := lts.State(w.states[:width:width])
			w.states = w.states[width:]
			w.span.from++
			before := w.steps.Len()
			marks := s.sys.Next(state, w.steps)
			n := w.steps.Len() - before
			if (n == 0 || marks != 0) && s.opt.Observe != nil {
				s.opt.Observe(w.index, s.level, state, marks, n)
			}
		}
	}
	w.transitions += uint64(w.steps.Len())
	fired := w.fired.Words()
	for _, a := range w.steps.Actions {
		if fired[a>>6]>>(a&63)&1 == 0 {
			w.fired.Set(uint(a))
			w.fresh = append(w.fresh, a)
		}
	}
	return any
}

// forget takes back what an unfinished level has added.
func (w *worker) forget() {
	for _, a := range w.fresh {
		w.fired.Clear(uint(a))
	}
	w.fresh = nil
}
