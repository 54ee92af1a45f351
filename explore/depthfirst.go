package explore

import (
	"context"
	"errors"
	"fmt"

	"github.com/bits-and-blooms/bitset"

	"chorcheck/explore/store"
	"chorcheck/lts"
)

// piece is the number of configurations of what takes the place of a level in the space
// of a depth-first search.
const piece = 1 << 14

// errLevelsOnly is about options of the breadth-first search.
var errLevelsOnly = errors.New("explore: only the levels of a breadth-first search can be kept")

// DepthFirst explores what Reach does, but goes on from the configuration that it has
// found last. It is done by one worker; Options.Workers share the growth of the store and
// the analyses of the space.
//
// A complete space has the states, transitions, fired actions, observations and bottom
// components of Reach. Depths are different: they are lengths of the runs on which the search
// came to a configuration first, not of the shortest ones. That goes for
// Options.Observe, and for Depth, Levels, Distances and Traces of the space.
//
// With MaxDepth the search goes back where a run has so many steps. A configuration
// that it came to first near the end of a run is not explored again when it
// comes there by a shorter run. So what can be reached within MaxDepth steps is not
// all explored, unlike with Reach, and a space with a run that was cut is never Complete.
//
// If a limit stops the search, the space has what was explored until then, which is the
// same in each run for MaxStates.
func DepthFirst(ctx context.Context, sys lts.System, opt Options) (*Space, error) {
	if err := opt.check(sys); err != nil {
		return nil, err
	}
	init := sys.Init()
	if len(init) != sys.Width() {
		return nil, fmt.Errorf("explore: an initial state of %d words in a system of %d", len(init), sys.Width())
	}
	switch {
	case opt.Store.Lossy():
		return nil, errors.New("explore: a depth-first search needs an exact store")
	case opt.Keeper != nil || opt.From != nil:
		return nil, errLevelsOnly
	}
	st, err := newStore(sys, opt)
	if err != nil {
		return nil, err
	}
	s := &dive{
		sys: sys, opt: opt, done: ctx.Done(), crew: newCrew(opt.Workers), store: st, steps: lts.NewSteps(sys.Width()),
	}
	defer s.crew.dismiss()
	kept := false
	defer func() {
		if !kept {
			s.store.Close()
		}
	}()
	sp := &Space{
		Workers: opt.Workers, sys: sys, opt: opt, store: s.store, init: init, order: depthFirst,
		fired: bitset.MustNew(uint(sys.Actions())),
	}
	s.reader = s.store.NewReader()
	s.store.Writer(0).Add(init)
	s.store.Writer(0).Flush()
	s.crew.alone(func(int) { s.run(sp) })
	s.reader.Close()
	s.store.Seal()
	sp.note()
	sp.levels = levels{workers: opt.Workers}
	sp.levels.cutPieces(s.store.Writer(0).Len())
	sp.PeakBytes = s.store.PeakBytes() + s.side()
	kept = true
	return sp, nil
}

// cutPieces cuts the list of the first writer into pieces.
func (v *levels) cutPieces(n uint64) {
	for at := uint64(0); ; at += piece {
		v.starts = append(v.starts, min(at, n))
		for range v.workers - 1 {
			v.starts = append(v.starts, 0)
		}
		if at >= n {
			return
		}
	}
}

// dive is one run of DepthFirst.
type dive struct {
	sys    lts.System
	opt    Options
	done   <-chan struct{}
	crew   *crew
	store  *store.Store
	reader *store.Reader
	stack  descent
	steps  *lts.Steps
	fresh  []int32 // numbers of steps to configurations that are new
	cut    bool    // by MaxDepth
}

// run explores everything, and fills in sp.
func (s *dive) run(sp *Space) {
	found := uint64(1)
	s.stack.begin(sp.init)
	for s.stack.next() {
		if sp.Reason = s.limit(sp); sp.Reason != None {
			break
		}
		depth := s.stack.depth()
		state := s.stack.state()
		s.steps.Reset()
		marks := s.sys.Next(state, s.steps)
		s.fresh = s.fresh[:0]
		if s.opt.MaxDepth == 0 || depth < s.opt.MaxDepth {
			if sp.Reason = s.enter(); sp.Reason != None {
				break
			}
		} else if s.steps.Len() > 0 {
			s.cut = true
		}
		found += uint64(len(s.fresh))
		sp.States++
		sp.Transitions += uint64(s.steps.Len())
		sp.Depth = max(sp.Depth, depth)
		for _, a := range s.steps.Actions {
			sp.fired.Set(uint(a))
		}
		if (s.steps.Len() == 0 || marks != 0) && s.opt.Observe != nil {
			s.opt.Observe(0, depth, state, marks, s.steps.Len())
		}
		s.stack.push(s.steps, s.fresh)
	}
	if sp.Reason == None && s.cut {
		sp.Reason = MaxDepth
	}
	sp.Complete = sp.Reason == None
	sp.Frontier = found - sp.States
	if sp.States > 0 {
		sp.Levels = sp.Depth + 1
	}
}

// limit checks what has to be checked now and then.
func (s *dive) limit(sp *Space) Reason {
	if s.opt.MaxStates > 0 && s.store.Len() > s.opt.MaxStates {
		return MaxStates // the very first one is too many
	}
	if sp.States%64 != 0 {
		return None
	}
	select {
	case <-s.done:
		return Cancelled
	default:
	}
	if s.opt.Memory > 0 && s.store.Bytes()+s.side() > s.opt.Memory {
		return Memory
	}
	if s.opt.Tick != nil {
		select {
		case <-s.opt.Tick:
			if s.opt.Progress != nil {
				s.opt.Progress(Progress{States: s.store.Len(), Level: s.stack.depth(), Bytes: s.store.Bytes() + s.side()})
			}
		default:
		}
	}
	return None
}

// enter enters the targets of the steps into the store, and fills in fresh.
func (s *dive) enter() Reason {
	w := s.store.Writer(0)
	from := w.Len()
	for posted := 0; ; {
		posted += w.Add(s.steps.Words[posted:])
		if posted == len(s.steps.Words) && w.Flush() {
			break
		}
		if s.opt.Memory > 0 && s.store.NextBytes()+s.side() > s.opt.Memory {
			return Memory
		}
		s.store.Grow(s.crew.run)
	}
	if s.opt.MaxStates > 0 && s.store.Len() > s.opt.MaxStates {
		return MaxStates
	}
	// The new ones are the next ones in the writer's list, in the order of the steps.
	width := s.sys.Width()
	for at, to := int32(0), w.Len(); from < to; {
		words := s.reader.States(0, from, to)
		from += uint64(len(words) / width)
		for ; len(words) > 0; words = words[width:] {
			for !s.steps.Target(int(at)).Equal(lts.State(words[:width])) {
				at++
			}
			s.fresh = append(s.fresh, at)
			at++
		}
	}
	return None
}

// side is the memory beside the store.
func (s *dive) side() int64 {
	return s.stack.bytes() + int64(cap(s.steps.Words))*8 + int64(cap(s.steps.Actions))*4 + int64(cap(s.fresh))*4
}

// dived finds the runs on which a depth-first search came to configurations that it has
// explored. It goes the same way once more, until it has met all of them; one bit
// a configuration says where it has been.
func (sp *Space) dived(targets []lts.State) []lts.Trace {
	traces := make([]lts.Trace, len(targets))
	w := newWanted(sp.sys.Width())
	index := make([]int, len(targets))
	for i, s := range targets {
		index[i] = w.add(s)
	}
	found := make([]*lts.Trace, len(w.states))
	missing := len(found)
	if missing == 0 {
		return traces
	}
	known := store.NewWords(int(sp.store.IDs()+63) / 64)
	defer known.Release()
	e := sp.newExpansion(nil)
	defer e.close()
	if id, ok := sp.store.Find(sp.init); ok {
		set(known.Data, id)
	}
	var fresh []int32
	var d descent
	d.begin(sp.init)
	for n := uint64(0); n < sp.States && missing > 0 && d.next(); n++ {
		if k := w.find(d.state()); k >= 0 {
			t := d.run()
			found[k] = &t
			missing--
		}
		e.reset()
		fresh = fresh[:0]
		if e.add(d.state()); sp.opt.MaxDepth == 0 || d.depth() < sp.opt.MaxDepth {
			e.resolve()
			for i, id := range e.targets {
				if !has(known.Data, id) {
					set(known.Data, id)
					fresh = append(fresh, int32(i))
				}
			}
		}
		d.push(e.steps, fresh)
	}
	for i, k := range index {
		if found[k] != nil {
			traces[i] = *found[k]
		}
	}
	return traces
}
