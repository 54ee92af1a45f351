package cycle

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"chorcheck/explore"
	"chorcheck/lts"
)

// Finding accepting cycles under fairness
//
// An accepting run that is fair is in a strongly connected component from some point on, and
// one exists exactly if there is a strongly connected set of configurations, among which there
// are steps, that can be reached and has what is needed: an accepting step, and for each class of
// actions what fairness asks for. All of this is said by marks on steps, as in generalised
// Büchi automata: see file marks.go. A cycle through all steps of such a set is accepting
// and fair; a shorter one is made when a set is found.
//
// Weak fairness, and none, need the same marks everywhere. More configurations never hurt,
// so a component is good if and only if it has all marks. Components are found by a depth-first
// search (Tarjan 1972) that puts configurations together as soon as they are
// known to reach each other, with the marks of the steps among them (Couvreur 1999; Gabow 2000
// has the stack of roots, Geldenhuys and Valmari 2005 the comparison with nested searches).
// The search ends at the step that makes some set good, which is before the
// component is complete, and often long before.
//
// Strong fairness needs the marks of the classes that are enabled somewhere in the set. So a set
// that is not good may contain one that is. A complete component is bad
// only if it has no accepting step; else each configuration in which a class is enabled that
// no step of the component takes is left out, since no fair cycle goes through it, and
// the rest is searched once more, until nothing is left (Emerson and Lei 1987; Latvala and
// Heljanko 2000 do it on the fly). Each time at least one class is gone.
// Here, too, a set counts as soon as it is good, be it a part of a component.
//
// Steps that may not be in a cycle are taken out: their targets are beginnings of
// further searches, in what the others have left. The order of the beginnings makes no difference to what
// the components are.
//
// Several workers do the same with different orders (Renault, Duret-Lutz, Kordon,
// Poitrenaud 2015 compare ways to share more; Bloemen, Laarman, van de Pol 2016 share the components
// themselves). Each has its own stacks, and all share what is dead: the configurations of components
// that somebody has completed and found bad. Such a component cannot be on another's
// run to a good one, since whatever can be reached from it is dead, too, or becomes so
// before anybody is done. If some worker has seen all beginnings dead, nothing is left. A worker
// that finds itself in a component of a quarter of all configurations retires: another
// is there, too, and one is enough.

// System is what is searched. As with [lts.System], Expand is deterministic, emits steps in a
// fixed order, does not change or keep its arguments, and may be called from several goroutines at once.
type System interface {
	// Width is the number of words of each state, at least 1.
	Width() int
	// Actions is the number of different actions, below 1<<31.
	Actions() int
	// Init returns the initial state. The caller owns the result.
	Init() lts.State
	// Expand appends each step from s to out, and for each whether it is accepting, and the actions that are
	// enabled. It never resets out.
	Expand(s lts.State, out *Steps)
}

// Steps is what there is to say of one configuration.
type Steps struct {
	*lts.Steps
	Accepting []bool // one a step
	// Enabled are the actions that are enabled, in any order, repeated or not. There may be
	// some without a step: in a product, an action of the system may be enabled where the automaton
	// does not allow it, and a cycle that avoids it for ever is unfair all the same.
	Enabled []lts.Action
}

func (b *Steps) reset() {
	b.Steps.Reset()
	b.Accepting = b.Accepting[:0]
	b.Enabled = b.Enabled[:0]
}

func (b *Steps) bytes() int64 {
	return int64(cap(b.Words))*wordBytes + int64(cap(b.Actions)+cap(b.Enabled))*4 + int64(cap(b.Accepting))
}

// Options of a search. The zero value searches everything with all processors.
type Options struct {
	Workers int // 0: GOMAXPROCS

	// Begin gives the configurations from which the search begins, repeated or not; nil: the initial state alone. They are all
	// taken before anything else is done, and valid until the next one.
	Begin iter.Seq[lts.State]

	// Limits; 0: none.
	MaxStates uint64 // configurations found
	Memory    int64  // bytes that the search may allocate, with what a lasso takes

	// Progress is called by the goroutine that called Search, after something has come out
	// of Tick. Level is the length of the run that the search is on.
	Progress func(explore.Progress)
	Tick     <-chan time.Time
}

func (o *Options) check(sys System) error {
	switch {
	case o.Workers < 0 || o.Memory < 0:
		return errors.New("cycle: negative option")
	case sys.Width() < 1:
		return errors.New("cycle: the system's states have no words")
	case o.Progress != nil && o.Tick == nil:
		return errors.New("cycle: Progress without Tick")
	}
	if o.Workers == 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	return nil
}

// Result is what a search has found.
type Result struct {
	Found bool
	// Prefix leads from the initial state, or one of Options.Begin, to the cycle, on a shortest way through what
	// the search has seen. Cycle begins where Prefix ends, ends there too, and has at least one step. They are
	// empty if nothing was found.
	Prefix, Cycle lts.Trace

	Complete  bool           // everything was searched, and there is nothing
	Reason    explore.Reason // why not, if nothing was found
	States    uint64         // configurations found
	PeakBytes int64          // the most memory that was held, as far as it is counted
}

// Search looks for a lasso. A limit is no error: it is in the result.
func Search(ctx context.Context, sys System, fairness Fairness, opt Options) (*Result, error) {
	if err := opt.check(sys); err != nil {
		return nil, err
	}
	m, err := newMarking(fairness, sys.Actions())
	if err != nil {
		return nil, err
	}
	init := sys.Init()
	if len(init) != sys.Width() {
		return nil, fmt.Errorf("cycle: an initial state of %d words in a system of %d", len(init), sys.Width())
	}
	s := &search{
		sys: sys, opt: opt, done: ctx.Done(), marking: m, shared: opt.Workers > 1,
		table: newTable(sys.Width(), opt.Workers),
	}
	defer s.table.release()
	for i := range opt.Workers {
		s.workers = append(s.workers, newWorker(s, i))
	}
	begin := opt.Begin
	if begin == nil {
		begin = func(yield func(lts.State) bool) { yield(init) }
	}
	if !s.enterAll(begin) {
		return &Result{Reason: s.reason, States: uint64(s.table.states.Load()), PeakBytes: s.peak.Load()}, nil
	}
	return s.run(), nil
}

// together is how many configurations are entered at a time.
const together = 64

// enterAll enters the configurations from which the search begins. It reports false if a limit has come first.
func (s *search) enterAll(begin iter.Seq[lts.State]) bool {
	w, width, n := s.workers[0], s.table.width, 0
	words := make([]uint64, together*width)
	s.using.RLock()
	defer s.using.RUnlock()
	enter := func() bool {
		if n == 0 {
			return true
		}
		for !w.entry.reserve(n) {
			if !s.grow(w, n) {
				return false
			}
		}
		w.entry.enter(words[:n*width], n)
		for _, id := range w.entry.ids {
			s.begin.add(s.table, id)
		}
		n = 0
		if limit := s.opt.MaxStates; limit > 0 && uint64(s.table.states.Load()) > limit {
			return s.end(explore.MaxStates)
		}
		return true
	}
	for state := range begin {
		n += copy(words[n*width:], state) / width
		if n == together && !(enter() && s.check(w)) {
			return false
		}
	}
	ok := enter()
	s.seeds = s.begin.list.len
	return ok
}

// search is one run of Search.
type search struct {
	sys     System
	opt     Options
	done    <-chan struct{}
	marking *marking
	table   *table
	shared  bool // there are several workers
	workers []*worker
	begin   beginnings
	seeds   int // how many of the beginnings are those of Options.Begin

	using    sync.RWMutex // held by each worker while it uses the table
	stop     atomic.Bool
	complete atomic.Bool // some worker has seen everything
	ending   sync.Mutex  // guards what follows
	reason   explore.Reason
	finder   *worker        // nil: nothing was found
	panic    *explore.Panic // of a worker
	peak     atomic.Int64
}

// run lets the workers search until one of them is done.
func (s *search) run() *Result {
	var wait sync.WaitGroup
	for _, w := range s.workers[1:] {
		wait.Go(func() { s.work(w) })
	}
	func() {
		defer wait.Wait() // deferred, since the caller's goroutine may be ended
		s.work(s.workers[0])
	}()
	s.raise()
	r := &Result{States: uint64(s.table.states.Load())}
	s.bytes()
	if s.finder != nil {
		s.guard(func() { r.Prefix, r.Cycle, r.Found = newLasso(s).trace() })
		s.raise()
	}
	if !r.Found {
		r.Complete = s.complete.Load() && s.finder == nil
		if !r.Complete {
			r.Reason = s.reason
		}
	}
	r.PeakBytes = s.peak.Load()
	return r
}

// work is what a worker does.
func (s *search) work(w *worker) {
	s.using.RLock()
	defer s.using.RUnlock()
	defer func() {
		if !w.retired {
			s.stop.Store(true) // who is done is done for all
		}
	}()
	s.guard(func() {
		if w.search() {
			s.complete.Store(true)
		}
	})
}

// guard calls task and keeps its panic.
func (s *search) guard(task func()) {
	finished := false
	defer func() {
		if finished {
			return
		}
		// Without a value this is the end of the goroutine: it cannot be stopped, only noted.
		value := recover()
		s.ending.Lock()
		defer s.ending.Unlock()
		if s.panic == nil {
			s.panic = &explore.Panic{Value: value, Stack: debug.Stack()}
		}
	}()
	task()
	finished = true
}

// raise panics as a worker has done.
func (s *search) raise() {
	if s.panic != nil {
		panic(s.panic)
	}
}

// end stops the search.
func (s *search) end(reason explore.Reason) bool {
	s.ending.Lock()
	defer s.ending.Unlock()
	if s.reason == explore.None {
		s.reason = reason
	}
	s.stop.Store(true)
	return false
}

// found stops the search: the configurations of a worker that are live from its last root
// on are what is sought.
func (s *search) found(w *worker) bool {
	s.ending.Lock()
	defer s.ending.Unlock()
	if s.finder == nil {
		s.finder = w
	}
	s.stop.Store(true)
	return true
}

// check looks at what has to be looked at now and then. It reports false if the search has to stop.
func (s *search) check(w *worker) bool {
	w.bytes.Store(w.held())
	if s.shared {
		// Somebody may want to let the table grow.
		s.using.RUnlock()
		s.using.RLock()
		if w.retired = w.useless(); w.retired || s.stop.Load() {
			return false
		}
	}
	select {
	case <-s.done:
		return s.end(explore.Cancelled)
	default:
	}
	if bytes := s.bytes(); s.opt.Memory > 0 && bytes > s.opt.Memory {
		return s.end(explore.Memory)
	}
	if w.index == 0 && s.opt.Tick != nil {
		select {
		case <-s.opt.Tick:
			if s.opt.Progress != nil {
				s.opt.Progress(explore.Progress{States: uint64(s.table.states.Load()), Level: w.frames.len, Bytes: s.bytes()})
			}
		default:
		}
	}
	return true
}

// grow lets the table grow for n more configurations. It reports false if the search has to stop.
func (s *search) grow(w *worker, n int) bool {
	if s.shared {
		s.using.RUnlock()
		s.using.Lock()
		defer func() {
			s.using.Unlock()
			s.using.RLock()
		}()
		if w.entry.reserve(n) { // somebody else has done it
			return true
		}
	}
	w.bytes.Store(w.held())
	next := s.table.nextBytes(n)
	if next == math.MaxInt64 {
		return s.end(explore.Memory)
	}
	need := next - s.table.bytes() + s.bytes()
	if s.opt.Memory > 0 && need > s.opt.Memory {
		return s.end(explore.Memory)
	}
	s.note(need)
	s.table.grow(n)
	return true
}

// bytes is the memory that is held, with what a lasso takes.
func (s *search) bytes() int64 {
	n := s.table.bytes() + s.begin.bytes() + 4*s.table.states.Load()
	for _, w := range s.workers {
		n += w.bytes.Load()
	}
	s.note(n)
	return n
}

func (s *search) note(bytes int64) {
	for {
		old := s.peak.Load()
		if bytes <= old || s.peak.CompareAndSwap(old, bytes) {
			return
		}
	}
}

// expand fills in the steps from a configuration.
func (s *search) expand(state lts.State, steps *Steps) {
	steps.reset()
	s.sys.Expand(state, steps)
	if len(steps.Accepting) != steps.Len() {
		panic(fmt.Sprintf("cycle: the system says of %d steps whether they are accepting, and there are %d", len(steps.Accepting), steps.Len()))
	}
}

// beginnings are the configurations from which a search begins: the initial one, and targets of steps that
// cannot be in a cycle.
type beginnings struct {
	mu   sync.Mutex
	list stack[uint32]
}

// add appends a configuration that is not in the list. The flag is set when it is there: who sees
// the flag relies on that.
func (b *beginnings) add(t *table, id uint32) {
	if t.is(id, dead|listed) {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if !t.is(id, listed) {
		b.list.push(id)
		t.set(id, listed)
	}
}

// at is the i-th configuration. It reports false if there are not so many.
func (b *beginnings) at(i int) (uint32, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if i >= b.list.len {
		return 0, false
	}
	return b.list.at(i), true
}

// first runs over the first n configurations, which nobody changes.
func (b *beginnings) first(n int) iter.Seq[uint32] {
	return func(yield func(uint32) bool) {
		for i := 0; i < n && yield(b.list.at(i)); i++ {
		}
	}
}

func (b *beginnings) bytes() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.list.bytes()
}
