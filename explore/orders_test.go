package explore

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"chorcheck/lts"
)

// flat are all rows, without their depths.
func (o *observed) flat() []string {
	all := []string{}
	for _, rows := range o.rows {
		all = append(all, rows...)
	}
	slices.Sort(all)
	return all
}

// requireRun requires that a trace is a run of the system to a state.
func requireRun(t require.TestingT, sys lts.System, tr lts.Trace, target lts.State) {
	require.NotEmpty(t, tr.States)
	require.Len(t, tr.Actions, len(tr.States)-1)
	require.Equal(t, sys.Init(), tr.States[0])
	require.Equal(t, target, tr.States[len(tr.States)-1])
	steps := lts.NewSteps(sys.Width())
	for i, a := range tr.Actions {
		steps.Reset()
		sys.Next(tr.States[i], steps)
		found := false
		for k := range steps.Len() {
			found = found || steps.Actions[k] == a && steps.Target(k).Equal(tr.States[i+1])
		}
		require.True(t, found, "step %d of %v", i, tr)
	}
}

// bottomStates has a line for each component: whether it is trivial, and its states.
func bottomStates(t require.TestingT, sp *Space, keep func(lts.Action) bool) []string {
	out := []string{}
	require.NoError(t, sp.BottomComponents(context.Background(), keep, func(c Component) {
		var states []lts.State
		for s := range c.States() {
			states = append(states, s.Clone())
		}
		assert.True(t, slices.ContainsFunc(states, c.Least.Equal))
		slices.SortFunc(states, lts.State.Compare)
		out = append(out, fmt.Sprintln(c.Trivial, states))
	}))
	slices.Sort(out)
	return out
}

func TestDepthFirstIsReach(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := drawGraph(t)
		keep := func(a lts.Action) bool { return a%3 != 0 }
		var want observed
		full, err := Reach(context.Background(), g, Options{Workers: 1, Observe: want.add})
		require.NoError(t, err)
		defer full.Close()
		for _, workers := range []int{1, 2} {
			var got observed
			sp, err := DepthFirst(context.Background(), lts.Checked(g, t.Errorf), Options{
				Workers: workers, Observe: got.add, PlainMemory: workers != 2, slots: 1,
			})
			require.NoError(t, err)
			assert.True(t, sp.Complete)
			assert.Equal(t, None, sp.Reason)
			assert.Equal(t, full.States, sp.States)
			assert.Equal(t, full.Transitions, sp.Transitions)
			assert.Zero(t, sp.Frontier)
			assert.GreaterOrEqual(t, sp.Levels, full.Levels)
			assert.Equal(t, sp.Depth+1, sp.Levels)
			assert.True(t, full.Fired().Equal(sp.Fired()))
			assert.Equal(t, want.flat(), got.flat())
			assert.Len(t, got.upTo(sp.Levels), len(got.flat()))
			assert.Equal(t, bottomStates(t, full, nil), bottomStates(t, sp, nil))
			assert.Equal(t, bottomStates(t, full, keep), bottomStates(t, sp, keep))

			depths := sp.Distances(g.words)
			for i, tr := range sp.Traces(g.words) {
				shortest, reached := full.Distance(g.words[i])
				assert.Equal(t, len(tr.States)-1, depths[i])
				if !reached {
					assert.Empty(t, tr.States)
					continue
				}
				assert.GreaterOrEqual(t, depths[i], shortest)
				requireRun(t, g, tr, g.words[i])
				if g.marks[i] != 0 || len(g.edges[i]) == 0 {
					assert.Contains(t, got.rows[depths[i]], fmt.Sprintln(g.words[i], g.marks[i], len(g.edges[i])))
				}
			}
			sp.Close()
		}
	})
}

// With limits, what is found is part of the whole, and each configuration that was
// explored has a run within the limit.
func TestDepthFirstLimits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := drawGraph(t)
		opt := Options{Workers: 1}
		if rapid.Bool().Draw(t, "by depth") {
			opt.MaxDepth = rapid.IntRange(1, 6).Draw(t, "depth")
		} else {
			opt.MaxStates = uint64(rapid.IntRange(1, 40).Draw(t, "states"))
		}
		dist := g.distances()
		full, err := Reach(context.Background(), g, Options{Workers: 1})
		require.NoError(t, err)
		defer full.Close()
		explored := map[string]bool{}
		var first *Space
		for range 2 {
			opt.Observe = func(_, depth int, s lts.State, _ lts.Marks, _ int) {
				explored[key(s)] = true
				if opt.MaxDepth > 0 {
					assert.LessOrEqual(t, depth, opt.MaxDepth)
				}
				assert.GreaterOrEqual(t, depth, dist[g.number[key(s)]])
			}
			sp, err := DepthFirst(context.Background(), g, opt)
			require.NoError(t, err)
			assert.LessOrEqual(t, sp.States, full.States)
			assert.Equal(t, sp.Reason == None, sp.Complete)
			if opt.MaxStates > 0 {
				assert.LessOrEqual(t, sp.States+sp.Frontier, opt.MaxStates)
				assert.Equal(t, full.States <= opt.MaxStates, sp.Complete)
				if !sp.Complete {
					assert.Equal(t, MaxStates, sp.Reason)
				}
			}
			if sp.Complete {
				assert.Equal(t, full.States, sp.States)
				assert.Equal(t, full.Transitions, sp.Transitions)
			} else {
				assert.ErrorIs(t, sp.BottomComponents(context.Background(), nil, nil), ErrIncomplete)
			}
			runs := uint64(0)
			for i, tr := range sp.Traces(g.words) {
				if len(tr.States) > 0 {
					runs++
					requireRun(t, g, tr, g.words[i])
					if opt.MaxDepth > 0 {
						assert.LessOrEqual(t, len(tr.Actions), opt.MaxDepth)
					}
				} else {
					assert.False(t, explored[key(g.words[i])])
				}
			}
			assert.Equal(t, sp.States, runs)
			if first == nil {
				first = sp
				defer sp.Close()
				continue
			}
			assert.Equal(t, first.States, sp.States)
			assert.Equal(t, first.Transitions, sp.Transitions)
			assert.True(t, first.Fired().Equal(sp.Fired()))
			sp.Close()
		}
	})
}

func TestDepthFirstKnownSpaces(t *testing.T) {
	for _, tc := range []struct {
		sys                 lts.System
		states, transitions uint64
	}{
		{counters{width: 1, count: 5, digits: 8}, 32768, 143_360},
		{counters{width: 2, count: 5, digits: 8}, 32768, 143_360},
		{counters{width: 1, count: 5, digits: 8, wrap: true}, 32768, 163_840},
		{pipeline{width: 2, cells: 6}, 15625, 0},
		{chain(50_000), 50_001, 50_000},
	} {
		sp, err := DepthFirst(context.Background(), tc.sys, Options{Workers: 2})
		require.NoError(t, err)
		assert.True(t, sp.Complete)
		assert.Equal(t, tc.states, sp.States)
		if tc.transitions > 0 {
			assert.Equal(t, tc.transitions, sp.Transitions)
		}
		sp.Close()
	}
	// The last states of all: the run is replayed from the first one on.
	sp, err := DepthFirst(context.Background(), chain(50_000), Options{Workers: 1})
	require.NoError(t, err)
	assert.Equal(t, 50_000, sp.Traces([]lts.State{{50_000}})[0].Len())
	assert.Equal(t, []int{-1}, sp.Distances([]lts.State{{60_000}}))
	sp.Close()
}

// orders are the searches that are not breadth-first.
func orders(workers int) map[string]func(context.Context, lts.System, Options) (*Space, error) {
	return map[string]func(context.Context, lts.System, Options) (*Space, error){
		"depth-first": DepthFirst,
		"walks": func(ctx context.Context, sys lts.System, opt Options) (*Space, error) {
			opt.MaxDepth, opt.Workers = 1<<40, workers
			return RandomWalks(ctx, sys, opt, Walks{Count: 1})
		},
		"swarm": func(ctx context.Context, sys lts.System, opt Options) (*Space, error) {
			opt.Workers = workers
			return Swarm(ctx, sys, opt, Swarming{Searches: 1})
		},
	}
}

func TestOrdersAreStopped(t *testing.T) {
	for name, search := range orders(1) {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(context.Background())
			sp, err := search(ctx, endless{at: 1000, what: cancel}, Options{})
			require.NoError(t, err)
			assert.False(t, sp.Complete)
			assert.Equal(t, Cancelled, sp.Reason)
			assert.GreaterOrEqual(t, sp.States, uint64(1000))
			sp.Close()

			memory := int64(4 << 20)
			if name == "swarm" {
				memory = DefaultSwarmTable + 1<<19 // before its table is so full that it ends
			}
			sp, err = search(context.Background(), endless{at: ^uint64(0)}, Options{Memory: memory})
			require.NoError(t, err)
			assert.Equal(t, Memory, sp.Reason)
			assert.False(t, sp.Complete)
			assert.Greater(t, sp.States, uint64(10))
			sp.Close()

			assert.PanicsWithError(t, "explore: panic in a worker: stop", func() {
				_, _ = search(context.Background(), endless{at: 700, what: func() { panic("stop") }}, Options{})
			})

			tick := make(chan time.Time, 2)
			tick <- time.Time{}
			tick <- time.Time{}
			n := 0
			ctx, cancel = context.WithCancel(context.Background())
			sp, err = search(ctx, endless{at: 5000, what: cancel}, Options{Tick: tick, Progress: func(p Progress) {
				n++
				assert.Positive(t, p.Bytes)
			}})
			require.NoError(t, err)
			assert.Equal(t, 2, n)
			sp.Close()

			_, err = search(context.Background(), chain(3), Options{Memory: -1})
			assert.Error(t, err)
		})
	}
	_, err := RandomWalks(context.Background(), chain(3), Options{}, Walks{Count: 1})
	assert.Error(t, err)
	_, err = Swarm(context.Background(), chain(3), Options{}, Swarming{})
	assert.Error(t, err)
	_, err = Swarm(context.Background(), chain(3), Options{}, Swarming{Searches: 1, Table: -1})
	assert.Error(t, err)
	_, err = DepthFirst(context.Background(), chain(3), Options{Store: Storage{Kind: Bitstate}})
	assert.Error(t, err)
}
