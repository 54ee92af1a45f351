package cycle

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"chorcheck/explore"
	"chorcheck/lts"
)

var kinds = map[string]Kind{"unfair": Unfair, "weak": Weak, "strong": Strong}

func drawGraph(t *rapid.T) *graph {
	states := rapid.IntRange(1, 14).Draw(t, "states")
	// With many actions that are never enabled the marks take several words.
	idle := rapid.SampledFrom([]int{0, 0, 61, 130}).Draw(t, "idle")
	g := &graph{
		width:   rapid.IntRange(1, 3).Draw(t, "width"),
		actions: idle + rapid.IntRange(1, 5).Draw(t, "actions"),
		out:     make([][]step, states),
		more:    make([][]lts.Action, states),
	}
	rare := rapid.IntRange(1, 6).Draw(t, "rare") // accepting steps
	least := rapid.IntRange(0, 2).Draw(t, "least degree")
	some := rapid.IntRange(0, 5).Draw(t, "enabled without a step")
	action := rapid.IntRange(idle, g.actions-1)
	for n := range g.out {
		for range rapid.IntRange(least, 3).Draw(t, "degree") {
			g.out[n] = append(g.out[n], step{
				action:    lts.Action(action.Draw(t, "action")),
				target:    rapid.IntRange(0, states-1).Draw(t, "target"),
				accepting: rapid.IntRange(0, rare).Draw(t, "accepting") == 0,
			})
		}
		if rapid.IntRange(0, some).Draw(t, "more") == 0 {
			g.more[n] = append(g.more[n], lts.Action(action.Draw(t, "enabled")))
		}
	}
	return g
}

func drawFairness(t *rapid.T, kind Kind, actions int) Fairness {
	f := Fairness{Kind: kind}
	if rapid.Bool().Draw(t, "classes") {
		class := rapid.SliceOfN(rapid.IntRange(-1, 3), actions, actions).Draw(t, "class")
		f.Class = func(a lts.Action) int { return 100 * class[a] }
	}
	if rapid.Bool().Draw(t, "some never") {
		never := rapid.SliceOfN(rapid.IntRange(0, 3), actions, actions).Draw(t, "never")
		f.Never = func(a lts.Action) bool { return never[a] == 0 }
	}
	return f
}

// compare searches with several numbers of workers.
func compare(t require.TestingT, g *graph, f Fairness, want bool) {
	states := uint64(len(g.reachable(0, 0, func(int, step) bool { return true })))
	for _, workers := range []int{1, 2, 4} {
		r, err := Search(context.Background(), g, f, Options{Workers: workers})
		require.NoError(t, err)
		require.Equal(t, want, r.Found, "%d workers", workers)
		require.Equal(t, !want, r.Complete)
		require.Equal(t, explore.None, r.Reason)
		if want {
			require.NoError(t, g.confirm(f, r), "%d workers", workers)
		} else {
			require.Equal(t, states, r.States)
		}
	}
}

// The search finds what there is by definition, and only that, with any number of workers.
func TestAgainstDefinition(t *testing.T) {
	for name, kind := range kinds {
		t.Run(name, func(t *testing.T) {
			for part := range 2 {
				found, cases := 0, 0
				t.Run(fmt.Sprint(part), rapid.MakeCheck(func(t *rapid.T) {
					g := drawGraph(t)
					f := drawFairness(t, kind, g.actions)
					want, _ := g.exists(f)
					cases++
					if want {
						found++
					}
					compare(t, g, f, want)
				}))
				if cases >= 100 { // not a short run
					assert.Greater(t, found, cases/8)
					assert.Less(t, found, cases-cases/8)
				}
			}
		})
	}
}

// A search from several configurations is one from a state that leads to all of them, and to which nothing leads.
func TestBegin(t *testing.T) {
	found := 0
	rapid.Check(t, func(t *rapid.T) {
		g := drawGraph(t)
		kind := rapid.SampledFrom([]Kind{Unfair, Weak, Strong}).Draw(t, "kind")
		f := drawFairness(t, kind, g.actions)
		from := rapid.SliceOfN(rapid.IntRange(0, len(g.out)-1), 0, 4).Draw(t, "from")
		rooted := &graph{width: 1, actions: g.actions, out: [][]step{nil}, more: append([][]lts.Action{nil}, g.more...)}
		for _, n := range from {
			rooted.out[0] = append(rooted.out[0], step{target: n + 1})
		}
		for _, steps := range g.out {
			var shifted []step
			for _, e := range steps {
				e.target++
				shifted = append(shifted, e)
			}
			rooted.out = append(rooted.out, shifted)
		}
		want, _ := rooted.exists(f)
		states := uint64(len(rooted.reachable(0, 1, func(int, step) bool { return true })))
		begin := func(yield func(lts.State) bool) {
			s := make(lts.State, g.width)
			for _, n := range from {
				if !yield(g.encode(n, s)) {
					return
				}
			}
		}
		for _, workers := range []int{1, 2} {
			r, err := Search(context.Background(), g, f, Options{Workers: workers, Begin: begin})
			require.NoError(t, err)
			require.Equal(t, want, r.Found)
			if !want {
				require.True(t, r.Complete)
				require.Equal(t, states, r.States)
				continue
			}
			found++
			first := int(r.Prefix.States[0][0])
			require.Contains(t, from, first)
			require.NoError(t, g.confirmFrom(first, f, r))
		}
	})
	if !testing.Short() {
		require.Positive(t, found)
	}
}

// TestManyBeginnings: more than are entered at a time, and limits on the way.
func TestManyBeginnings(t *testing.T) {
	sys := counters{width: 1, count: 4}
	begin := func(yield func(lts.State) bool) {
		for n := range uint64(1000) {
			if !yield(lts.State{n & 0x3333}) {
				return
			}
		}
	}
	r, err := Search(context.Background(), product{System: sys}, Fairness{}, Options{Workers: 1, Begin: begin})
	require.NoError(t, err)
	require.True(t, r.Complete)
	r, err = Search(context.Background(), product{System: sys}, Fairness{}, Options{Workers: 1, Begin: begin, MaxStates: 5})
	require.NoError(t, err)
	require.Equal(t, explore.MaxStates, r.Reason)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	r, err = Search(ctx, product{System: sys}, Fairness{}, Options{Workers: 2, Begin: begin})
	require.NoError(t, err)
	require.False(t, r.Complete)
	require.Equal(t, explore.Cancelled, r.Reason)
}

// Often all of a component is unfair, and a part of it is not.
func TestParts(t *testing.T) {
	parts := 0
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 1))
		states := 4 + r.IntN(9)
		g := &graph{width: 1, actions: 6, out: make([][]step, states), more: make([][]lts.Action, states)}
		rare := 2 + r.IntN(4)
		for n := range g.out {
			for range 1 + r.IntN(3) {
				e := step{lts.Action(r.IntN(4)), r.IntN(states), r.IntN(states) == 0}
				if r.IntN(4) == 0 { // a step beside it, to the same state
					g.out[n] = append(g.out[n], step{2, e.target, false})
				}
				g.out[n] = append(g.out[n], e)
			}
			for a := range lts.Action(6) {
				if r.IntN(states) == 0 && r.IntN(6) < rare {
					g.more[n] = append(g.more[n], a)
				}
			}
		}
		f := Fairness{Kind: Strong}
		if seed%3 == 0 {
			f.Never = func(a lts.Action) bool { return a == 2 }
		}
		want, whole := g.exists(f)
		if want && !whole {
			parts++
		}
		compare(t, g, f, want)
	}
	assert.Greater(t, parts, 40)
}

// onions has towers of layers above a cycle of two states each, and a state that leads
// to all and is reached by all. Each time that the topmost layers have been left out, the class of one more layer of
// each tower cannot be served; in the end the cycles are left, of which only the good one is fair.
func onions(towers, layers, good int) *graph {
	g := &graph{width: 2, actions: layers + 4, out: [][]step{nil}, more: [][]lts.Action{nil}}
	idle, last := lts.Action(layers+2), lts.Action(layers+3)
	g.more[0] = []lts.Action{idle}
	for k := range towers {
		core := len(g.out)
		for range 2 + layers {
			g.out = append(g.out, nil)
			g.more = append(g.more, nil)
		}
		g.out[0] = append(g.out[0], step{0, core, false})
		// The layers come first, so that they are in the component before the cycle is closed.
		g.out[core] = []step{{0, 0, false}, {0, core + 2, false}, {lts.Action(layers + 1), core + 1, true}}
		g.out[core+1] = []step{{0, core, false}}
		if k == good {
			g.out[core+1] = append(g.out[core+1], step{last, core, false})
		} else {
			g.more[core+1] = []lts.Action{last} // what is bad here is not bad there
		}
		for i := range layers {
			n, below := core+2+i, core+1+i
			if i == 0 {
				below = core
			}
			g.more[n] = []lts.Action{lts.Action(i + 1)} // only the next layer takes it
			g.out[n] = []step{{lts.Action(i), below, false}}
			if i+1 < layers {
				g.out[n] = append(g.out[n], step{0, n + 1, false})
			}
		}
	}
	return g
}

// Each round of refinement shows that one more class cannot be served.
func TestRefinement(t *testing.T) {
	for _, c := range []struct{ towers, layers int }{{1, 150}, {2, 3}, {5, 20}} {
		for good := range c.towers {
			g := onions(c.towers, c.layers, good)
			for _, workers := range []int{1, 2} {
				r, err := Search(context.Background(), g, Fairness{Kind: Strong}, Options{Workers: workers})
				require.NoError(t, err)
				require.True(t, r.Found, "%+v, good: %d", c, good)
				require.NoError(t, g.confirm(Fairness{Kind: Strong}, r))
				assert.Equal(t, 4, r.Cycle.Len())
			}
		}
		r, err := Search(context.Background(), onions(c.towers, c.layers, -1), Fairness{Kind: Strong}, Options{Workers: 2})
		require.NoError(t, err)
		assert.True(t, r.Complete)
	}
}

// randomGraph has many components of all sizes, of which few or none are good.
func randomGraph(states int, seed uint64) *graph {
	r := rand.New(rand.NewPCG(seed, 0))
	g := &graph{width: 1 + int(seed%2), actions: 6, out: make([][]step, states), more: make([][]lts.Action, states)}
	for n := range g.out {
		for range 1 + r.IntN(3) {
			// Steps backwards are short.
			target := min(max(n-r.IntN(12)+4, 0), states-1)
			if r.IntN(8) == 0 {
				target = min(n+r.IntN(states), states-1)
			}
			g.out[n] = append(g.out[n], step{lts.Action(r.IntN(4)), target, r.IntN(40) == 0})
		}
		if r.IntN(3) == 0 {
			g.more[n] = append(g.more[n], 4+lts.Action(r.IntN(2)))
		}
	}
	return g
}

// Several workers in each other's way: the verdict is that of one.
func TestManyWorkers(t *testing.T) {
	found := map[bool]int{}
	seeds := uint64(25)
	if testing.Short() {
		seeds = 12
	}
	for seed := range seeds {
		g := randomGraph(4000, seed)
		for _, kind := range kinds {
			f := Fairness{Kind: kind, Never: func(a lts.Action) bool { return a == 0 }}
			if seed%3 > 0 {
				f.Class = func(a lts.Action) int { return int(a)%5 - int(seed%3-1)*4 }
			}
			one, err := Search(context.Background(), g, f, Options{Workers: 1})
			require.NoError(t, err)
			found[one.Found]++
			for _, workers := range []int{2, 4, 8} {
				r, err := Search(context.Background(), g, f, Options{Workers: workers})
				require.NoError(t, err)
				require.Equal(t, one.Found, r.Found, "seed %d, %+v, %d workers", seed, f, workers)
				if r.Found {
					require.NoError(t, g.confirm(f, r))
				} else {
					require.Equal(t, one.States, r.States)
				}
			}
		}
	}
	assert.Greater(t, found[true], 4)
	assert.Greater(t, found[false], 4)
}

// With one worker everything is the same in each run.
func TestDeterministic(t *testing.T) {
	g := randomGraph(3000, 2)
	f := Fairness{Kind: Weak, Class: func(a lts.Action) int { return int(a) % 2 }}
	first, err := Search(context.Background(), g, f, Options{Workers: 1})
	require.NoError(t, err)
	require.True(t, first.Found)
	again, err := Search(context.Background(), g, f, Options{Workers: 1})
	require.NoError(t, err)
	assert.Equal(t, first, again)
}

// A run of a million configurations needs no stack of calls.
func TestLong(t *testing.T) {
	n := 1_000_000
	if testing.Short() {
		n = 50_000
	}
	end := uint64(n)
	chain := product{System: line{n: end, back: end}, accepting: func(s lts.State, _ lts.Action) bool { return s[0] == end }}
	r, err := Search(context.Background(), chain, Fairness{Kind: Weak}, Options{Workers: 1})
	require.NoError(t, err)
	require.True(t, r.Found)
	assert.Equal(t, n, r.Prefix.Len())
	assert.Equal(t, 1, r.Cycle.Len())
	assert.Equal(t, uint64(n+1), r.States)

	ring := product{System: line{n: end, back: 0}}
	r, err = Search(context.Background(), ring, Fairness{Kind: Strong}, Options{Workers: 2})
	require.NoError(t, err)
	assert.True(t, r.Complete)
	assert.False(t, r.Found)
	assert.Equal(t, uint64(n+1), r.States)
}

// In a large component the lasso goes straight to what is needed.
func TestShortLasso(t *testing.T) {
	grid := product{
		System:    counters{width: 2, count: 4, wrap: true},
		accepting: func(s lts.State, a lts.Action) bool { return s[0] == 9 && s[1] == 0 && a == 0 },
	}
	for _, c := range []struct {
		name         string
		fairness     Fairness
		cycle, least int
	}{
		{"unfair", Fairness{}, 10, 1},
		{"weak, two classes", Fairness{Kind: Weak, Class: func(a lts.Action) int { return min(int(a), 1) }}, 20, 1},
		{"weak", Fairness{Kind: Weak}, 50, 4},
		{"strong", Fairness{Kind: Strong}, 50, 4},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := Search(context.Background(), grid, c.fairness, Options{Workers: 1})
			require.NoError(t, err)
			require.True(t, r.Found)
			assert.LessOrEqual(t, r.Cycle.Len(), c.cycle)
			taken := map[lts.Action]bool{}
			for _, a := range r.Cycle.Actions {
				taken[a] = true
			}
			assert.GreaterOrEqual(t, len(taken), c.least)
		})
	}
}

func TestLimits(t *testing.T) {
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	for _, workers := range []int{1, 2} {
		for name, kind := range kinds {
			t.Run(fmt.Sprintf("%s/%d", name, workers), func(t *testing.T) {
				sys := product{System: counters{width: 1, count: 4, wrap: true}}
				search := func(ctx context.Context, opt Options) *Result {
					opt.Workers = workers
					r, err := Search(ctx, sys, Fairness{Kind: kind}, opt)
					require.NoError(t, err)
					assert.False(t, r.Found)
					assert.Equal(t, r.Complete, r.Reason == explore.None)
					return r
				}
				all := search(context.Background(), Options{})
				require.True(t, all.Complete)
				require.Equal(t, uint64(10_000), all.States)

				assert.True(t, search(context.Background(), Options{MaxStates: 10_000}).Complete)
				for _, n := range []uint64{1, 500, 9_999} {
					assert.Equal(t, explore.MaxStates, search(context.Background(), Options{MaxStates: n}).Reason)
				}
				assert.Equal(t, explore.Cancelled, search(cancelled, Options{}).Reason)

				assert.Equal(t, explore.Memory, search(context.Background(), Options{Memory: all.PeakBytes / 3}).Reason)
				assert.Equal(t, explore.Memory, search(context.Background(), Options{Memory: 1}).Reason)
				if workers == 1 {
					assert.True(t, search(context.Background(), Options{Memory: all.PeakBytes}).Complete)
					small := search(context.Background(), Options{Memory: all.PeakBytes / 2})
					assert.LessOrEqual(t, small.PeakBytes, all.PeakBytes/2+1<<19)
				}
			})
		}
	}
}

// A lasso whose search is cancelled is no lasso.
func TestCancelledLasso(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	sys := product{
		System: line{n: 1000, back: 900},
		accepting: func(s lts.State, a lts.Action) bool {
			if a == 1 {
				cancel() // the search ends with this step
			}
			return a == 1
		},
	}
	r, err := Search(ctx, sys, Fairness{}, Options{Workers: 1})
	require.NoError(t, err)
	assert.Equal(t, &Result{Reason: explore.Cancelled, States: 1001, PeakBytes: r.PeakBytes}, r)
}

func TestProgress(t *testing.T) {
	tick := make(chan time.Time, 1)
	tick <- time.Time{}
	var seen []explore.Progress
	r, err := Search(context.Background(), product{System: counters{width: 1, count: 3}}, Fairness{}, Options{
		Workers: 1, Tick: tick, Progress: func(p explore.Progress) { seen = append(seen, p) },
	})
	require.NoError(t, err)
	assert.True(t, r.Complete)
	require.Len(t, seen, 1)
	assert.Positive(t, seen[0].States)
	assert.Positive(t, seen[0].Level)
	assert.Positive(t, seen[0].Bytes)
}

// wrong is a system that breaks a promise.
type wrong struct {
	product
	expand func(s lts.State, out *Steps)
}

func (w wrong) Expand(s lts.State, out *Steps) {
	w.product.Expand(s, out)
	w.expand(s, out)
}

func TestPanics(t *testing.T) {
	sys := product{System: counters{width: 1, count: 3, wrap: true}}
	broken := errors.New("broken")
	for _, workers := range []int{1, 3} {
		for _, w := range []wrong{
			{sys, func(lts.State, *Steps) { panic(broken) }},
			{sys, func(s lts.State, _ *Steps) {
				if s[0] == 0x777 {
					panic(broken)
				}
			}},
			{sys, func(s lts.State, out *Steps) { out.Accepting = out.Accepting[1:] }},
		} {
			func() {
				defer func() {
					p, ok := recover().(*explore.Panic)
					require.True(t, ok)
					assert.True(t, errors.Is(p, broken) || p.Unwrap() == nil)
					assert.NotEmpty(t, p.Stack)
				}()
				_, _ = Search(context.Background(), w, Fairness{}, Options{Workers: workers})
				t.Error("no panic")
			}()
		}
	}
}

func TestWrongOptions(t *testing.T) {
	sys := product{System: counters{width: 1, count: 3}}
	for _, c := range []struct {
		sys      System
		fairness Fairness
		opt      Options
		want     string
	}{
		{sys, Fairness{}, Options{Workers: -1}, "cycle: negative option"},
		{sys, Fairness{}, Options{Memory: -1}, "cycle: negative option"},
		{sys, Fairness{}, Options{Progress: func(explore.Progress) {}}, "cycle: Progress without Tick"},
		{sys, Fairness{Kind: Strong + 1}, Options{}, "cycle: no such kind of fairness"},
		{&graph{}, Fairness{}, Options{}, "cycle: the system's states have no words"},
		{&graph{width: 1, actions: 1 << 31}, Fairness{}, Options{}, "cycle: too many actions"},
	} {
		_, err := Search(context.Background(), c.sys, c.fairness, c.opt)
		assert.EqualError(t, err, c.want)
	}
}
