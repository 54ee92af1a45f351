package explore

import (
	"context"
	"errors"
	"math/rand/v2"

	"chorcheck/explore/store"
	"chorcheck/lts"
)

// Walks says how much RandomWalks does.
type Walks struct {
	Seed  uint64
	Count uint64 // of walks, at least 1
}

// RandomWalks goes from the initial configuration along steps chosen at random, each as
// likely as the others, until there is no step or a walk has Options.MaxDepth steps, which
// has to be set; then the next walk begins. Walks need next to no memory, and are never a
// complete search: a configuration that can be reached by few runs alone is
// rarely met.
//
// The result depends on the system, the seed and the number of walks, unless memory or
// the context ends them. Options.Observe is called at each visit of a configuration,
// after Options.Visiting, from which [Space.Runs] gives a run. Loops are cut out of runs and
// depths: when a walk comes back to a configuration of its run, the run ends there.
// States and Transitions of the space count each visit, and fired is every action
// that was possible at one.
func RandomWalks(ctx context.Context, sys lts.System, opt Options, walks Walks) (*Space, error) {
	if err := opt.check(sys); err != nil {
		return nil, err
	}
	if opt.MaxDepth == 0 || walks.Count == 0 {
		return nil, errors.New("explore: random walks without an end")
	}
	return sample(ctx, sys, opt, walks.Count, func() (prober, error) {
		return &walker{sys: sys, most: opt.MaxDepth, seed: walks.Seed, steps: lts.NewSteps(sys.Width()), at: map[uint64]int{}}, nil
	})
}

// walker does random walks.
type walker struct {
	sys     lts.System
	most    int // steps of a walk
	seed    uint64
	steps   *lts.Steps
	states  []uint64     // of the run, packed
	actions []lts.Action // that led to them, the first one to nothing
	at      map[uint64]int
}

func (w *walker) search(number uint64, visit func(lts.State, int, lts.Marks, *lts.Steps) bool) {
	random := rand.New(rand.NewPCG(w.seed, number))
	w.states, w.actions = w.states[:0], w.actions[:0]
	clear(w.at)
	w.enter(0, w.sys.Init())
	for n := 0; ; n++ {
		s := w.state(len(w.actions) - 1)
		w.steps.Reset()
		marks := w.sys.Next(s, w.steps)
		if !visit(s, len(w.actions)-1, marks, w.steps) || w.steps.Len() == 0 || n == w.most {
			return
		}
		i := random.IntN(w.steps.Len())
		w.enter(w.steps.Actions[i], w.steps.Target(i))
	}
}

func (w *walker) state(i int) lts.State {
	width := w.sys.Width()
	return lts.State(w.states[i*width : (i+1)*width : (i+1)*width])
}

// enter puts a configuration at the end of the run, or goes back to where it is there.
// Two configurations of one hash, which are rare, only leave a loop in the run.
func (w *walker) enter(a lts.Action, s lts.State) {
	h := store.Hash(s)
	if i, ok := w.at[h]; ok && w.state(i).Equal(s) {
		for k := i + 1; k < len(w.actions); k++ {
			h := store.Hash(w.state(k))
			if w.at[h] == k {
				delete(w.at, h)
			}
		}
		w.actions = w.actions[:i+1]
		w.states = w.states[:(i+1)*w.sys.Width()]
		return
	}
	w.at[h] = len(w.actions)
	w.states = append(w.states, s...)
	w.actions = append(w.actions, a)
}

func (w *walker) run() lts.Trace {
	var t lts.Trace
	for i := range w.actions {
		t.States = append(t.States, w.state(i).Clone())
	}
	t.Actions = append(t.Actions, w.actions[1:]...)
	return t
}

func (w *walker) bytes() int64 {
	const entry = 48 // of a map, about
	return int64(cap(w.states))*8 + int64(cap(w.actions))*(4+entry) + int64(cap(w.steps.Words))*8 + int64(cap(w.steps.Actions))*4
}

func (w *walker) store() string { return "none" }

func (w *walker) close() {}
