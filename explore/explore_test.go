package explore

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"chorcheck/lts"
)

// observed collects observations as text, without their worker.
type observed struct {
	mu   sync.Mutex
	rows map[int][]string // by depth
}

func (o *observed) add(_, depth int, s lts.State, marks lts.Marks, steps int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.rows == nil {
		o.rows = map[int][]string{}
	}
	o.rows[depth] = append(o.rows[depth], fmt.Sprintln(s, marks, steps))
}

// upTo are the sorted rows of the first levels.
func (o *observed) upTo(levels int) []string {
	var all []string
	for d := range levels {
		rows := slices.Clone(o.rows[d])
		slices.Sort(rows)
		all = append(all, rows...)
	}
	return all
}

func components(t require.TestingT, sp *Space, keep func(lts.Action) bool) []string {
	var out []string
	require.NoError(t, sp.BottomComponents(context.Background(), keep, func(c Component) {
		var states []lts.State
		for s := range c.States() {
			states = append(states, s.Clone())
		}
		assert.EqualValues(t, c.Size, len(states))
		slices.SortFunc(states, lts.State.Compare)
		out = append(out, fmt.Sprintln(c.Depth, c.Trivial, c.Least, states))
	}))
	return out
}

func TestAgainstReference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := drawGraph(t)
		limit := rapid.IntRange(0, 4).Draw(t, "maxdepth")
		dist := g.distances()
		keep := func(a lts.Action) bool { return a%3 != 0 }

		// What a search down to the limit has to say.
		levels := slices.Max(dist) + 1
		complete := limit == 0 || limit+1 >= levels
		if !complete {
			levels = limit + 1
		}
		var want observed
		states, transitions, frontier := 0, 0, 0
		fired := map[lts.Action]bool{}
		for i, d := range dist {
			if d == levels {
				frontier++
			}
			if d < 0 || d >= levels {
				continue
			}
			states++
			transitions += len(g.edges[i])
			for _, e := range g.edges[i] {
				fired[e.action] = true
			}
			if g.marks[i] != 0 || len(g.edges[i]) == 0 {
				want.add(0, d, g.words[i], g.marks[i], len(g.edges[i]))
			}
		}
		for _, workers := range []int{1, 2, 4} {
			var got observed
			sys := lts.Checked(g, t.Errorf)
			sp, err := Reach(context.Background(), sys, Options{
				Workers: workers, MaxDepth: limit, Observe: got.add,
				PlainMemory: workers != 4, slots: 1,
			})
			require.NoError(t, err)
			assert.EqualValues(t, states, sp.States)
			assert.EqualValues(t, transitions, sp.Transitions)
			assert.Equal(t, levels, sp.Levels)
			assert.Equal(t, levels-1, sp.Depth)
			assert.EqualValues(t, frontier, sp.Frontier)
			assert.Equal(t, complete, sp.Complete)
			assert.Equal(t, want.upTo(levels), got.upTo(levels))
			for a := range g.actions {
				assert.Equal(t, fired[lts.Action(a)], sp.Fired().Test(uint(a)))
			}
			traces := sp.Traces(g.words)
			for i, d := range dist {
				if d > levels {
					d = -1
				}
				at, ok := sp.Distance(g.words[i])
				assert.Equal(t, d >= 0, ok)
				assert.Equal(t, d, at)
				if d < 0 {
					assert.Empty(t, traces[i].States)
					continue
				}
				ref := g.trace(dist, i)
				assert.Equal(t, ref.States, traces[i].States)
				assert.Equal(t, len(ref.Actions), len(traces[i].Actions))
				assert.True(t, slices.Equal(ref.Actions, traces[i].Actions))
			}
			if complete {
				assert.Equal(t, g.bottoms(dist, nil), components(t, sp, nil))
				assert.Equal(t, g.bottoms(dist, keep), components(t, sp, keep))
			} else {
				assert.ErrorIs(t, sp.BottomComponents(context.Background(), nil, nil), ErrIncomplete)
			}
			sp.Close()
		}
	})
}

// Known spaces that are large enough for growth, for several chunks, and for
// workers to meet.
func TestKnownSpaces(t *testing.T) {
	for _, tc := range []struct {
		sys                 lts.System
		states, transitions uint64
		depth               int
	}{
		{counters{width: 1, count: 5, digits: 8}, 32768, 143_360, 35},
		{counters{width: 2, count: 5, digits: 8}, 32768, 143_360, 35},
		{counters{width: 5, count: 5, digits: 8}, 32768, 143_360, 35},
		{counters{width: 1, count: 5, digits: 8, wrap: true}, 32768, 163_840, 35},
		{chain(5000), 5001, 5000, 5000},
	} {
		for _, workers := range []int{1, 2, 4} {
			for _, plain := range []bool{false, true} {
				sp, err := Reach(context.Background(), tc.sys, Options{Workers: workers, PlainMemory: plain})
				require.NoError(t, err)
				assert.True(t, sp.Complete)
				assert.Equal(t, tc.states, sp.States)
				assert.Equal(t, tc.transitions, sp.Transitions)
				assert.Equal(t, tc.depth, sp.Depth)
				sp.Close()
			}
		}
	}
}

// Larger bottom components: both ways of finding them.
func TestLargeComponents(t *testing.T) {
	ring := counters{width: 1, count: 4, digits: 10, wrap: true}
	for _, workers := range []int{1, 2} {
		sp, err := Reach(context.Background(), ring, Options{Workers: workers})
		require.NoError(t, err)
		n := 0
		require.NoError(t, sp.BottomComponents(context.Background(), nil, func(c Component) {
			n++
			assert.EqualValues(t, 10_000, c.Size)
			assert.Equal(t, lts.State{0}, c.Least)
		}))
		assert.Equal(t, 1, n)

		// Without the steps of one counter there is a component for each of
		// its values.
		var depths []int
		require.NoError(t, sp.BottomComponents(context.Background(),
			func(a lts.Action) bool { return a != 1 },
			func(c Component) {
				depths = append(depths, c.Depth)
				assert.EqualValues(t, 1000, c.Size)
				assert.False(t, c.Trivial)
				size := 0
				for s := range c.States() {
					assert.Equal(t, uint64(c.Depth), s[0]>>4&15)
					size++
				}
				assert.Equal(t, 1000, size)
			}))
		assert.Equal(t, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, depths)
		sp.Close()
	}
}

// Small graphs in which nearly everything leads back to the beginning, by all steps or by some.
func TestBackToTheBeginning(t *testing.T) {
	keep := func(a lts.Action) bool { return a > 0 }
	r := rand.New(rand.NewPCG(1, 2))
	several := 0
	for range 3000 {
		n := 2 + r.IntN(7)
		g := &graph{width: 1, actions: 4, number: map[string]int{}, marks: make([]lts.Marks, n)}
		for i := range n {
			s := lts.State{uint64(i)}
			g.words, g.number[key(s)] = append(g.words, s), i
			var edges []edge
			for range 1 + r.IntN(2) {
				edges = append(edges, edge{lts.Action(r.IntN(4)), r.IntN(n)})
			}
			g.edges = append(g.edges, edges)
		}
		sp, err := Reach(context.Background(), g, Options{Workers: 1})
		require.NoError(t, err)
		for _, k := range []func(lts.Action) bool{nil, keep} {
			want := g.bottoms(g.distances(), k)
			require.ElementsMatch(t, want, components(t, sp, k), "%v", g.edges)
			if len(want) > 1 {
				several++
			}
		}
		sp.Close()
	}
	assert.Greater(t, several, 100)
}

// A space that is one component.
func TestEverything(t *testing.T) {
	for _, sys := range []lts.System{pipeline{width: 1, cells: 6}, pipeline{width: 2, cells: 5}} {
		for _, workers := range []int{1, 2, 4} {
			sp, err := Reach(context.Background(), sys, Options{Workers: workers})
			require.NoError(t, err)
			n := 0
			require.NoError(t, sp.BottomComponents(context.Background(), nil, func(c Component) {
				n++
				assert.Equal(t, sp.States, c.Size)
				assert.Zero(t, c.Depth)
			}))
			assert.Equal(t, 1, n)
			sp.Close()
		}
	}
}

// Deep enough for a recursive search to be noticed, and sequential.
func TestDeepComponent(t *testing.T) {
	sp, err := Reach(context.Background(), lasso(50_000), Options{Workers: 2})
	require.NoError(t, err)
	defer sp.Close()
	var got []Component
	require.NoError(t, sp.BottomComponents(context.Background(), nil, func(c Component) { got = append(got, c) }))
	require.Len(t, got, 1)
	assert.EqualValues(t, 50_000, got[0].Size)
	assert.Equal(t, 1, got[0].Depth)
	assert.Equal(t, lts.State{1}, got[0].Least)

	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	assert.ErrorIs(t, sp.BottomComponents(cancelled, nil, nil), context.Canceled)
}

// lasso goes from 0 to 1 and then round through 1 to n.
type lasso uint64

func (n lasso) Width() int      { return 1 }
func (n lasso) Actions() int    { return 1 }
func (n lasso) Init() lts.State { return lts.State{0} }

func (n lasso) Next(s lts.State, out *lts.Steps) lts.Marks {
	t := out.Append(0, s)
	if t[0]++; t[0] > uint64(n) {
		t[0] = 1
	}
	return 0
}

func TestStateLimit(t *testing.T) {
	sys := counters{width: 1, count: 4, digits: 10}
	for _, limit := range []uint64{1, 4, 5, 14, 15, 5000, 9999, 10_000} {
		var first *Space
		for _, workers := range []int{1, 2, 4} {
			sp, err := Reach(context.Background(), sys, Options{Workers: workers, MaxStates: limit})
			require.NoError(t, err)
			assert.LessOrEqual(t, sp.States+sp.Frontier, limit)
			assert.Equal(t, limit == 10_000, sp.Complete)
			if !sp.Complete {
				assert.Equal(t, MaxStates, sp.Reason)
			}
			if first == nil {
				first = sp
			}
			assert.Equal(t, first.States, sp.States)
			assert.Equal(t, first.Transitions, sp.Transitions)
			assert.Equal(t, first.Levels, sp.Levels)
			assert.Equal(t, first.Frontier, sp.Frontier)
			assert.True(t, first.Fired().Equal(sp.Fired()))
			sp.Close()
		}
	}
}

func TestMemoryLimit(t *testing.T) {
	sys := counters{width: 2, count: 6, digits: 10}
	for _, limit := range []int64{1, 1 << 20, 8 << 20} {
		sp, err := Reach(context.Background(), sys, Options{Workers: 2, Memory: limit})
		require.NoError(t, err)
		assert.False(t, sp.Complete)
		assert.Equal(t, Memory, sp.Reason)
		// A chunk for each worker may come before the limit is noticed.
		assert.LessOrEqual(t, sp.PeakBytes, limit+8<<20+1<<18)
		sp.Close()
	}
	sp, err := Reach(context.Background(), chain(1000), Options{Workers: 1, Memory: 1 << 20})
	require.NoError(t, err)
	assert.True(t, sp.Complete)
	sp.opt.Memory = sp.store.Bytes()
	assert.ErrorIs(t, sp.BottomComponents(context.Background(), nil, nil), ErrMemory)
	sp.Close()
}

// endless counts up for as long as it is let, and calls a function at some point.
type endless struct {
	at   uint64
	what func()
	wide bool
}

func (e endless) Width() int      { return 1 }
func (e endless) Actions() int    { return 2 }
func (e endless) Init() lts.State { return lts.State{0} }

func (e endless) Next(s lts.State, out *lts.Steps) lts.Marks {
	if s[0] == e.at {
		e.what()
	}
	out.Append(0, s)[0]++
	if e.wide {
		out.Append(1, s)[0] += 1 << 20
	}
	return 0
}

func TestCancel(t *testing.T) {
	for _, workers := range []int{1, 2} {
		for _, wide := range []bool{false, true} {
			ctx, cancel := context.WithCancel(context.Background())
			sp, err := Reach(ctx, endless{at: 600, what: cancel, wide: wide}, Options{Workers: workers})
			require.NoError(t, err)
			assert.False(t, sp.Complete)
			assert.Equal(t, Cancelled, sp.Reason)
			assert.GreaterOrEqual(t, sp.Levels, 600)
			sp.Close()
		}
	}
}

func TestPanicComesUp(t *testing.T) {
	failure := errors.New("a failure")
	for _, workers := range []int{1, 2, 4} {
		for _, at := range []uint64{0, 3, 700, 600<<20 | 5} {
			sys := endless{at: at, what: func() { panic(failure) }, wide: true}
			func() {
				defer func() {
					p, ok := recover().(*Panic)
					require.True(t, ok)
					assert.ErrorIs(t, p, failure)
					assert.Contains(t, string(p.Stack), "Next")
				}()
				_, _ = Reach(context.Background(), sys, Options{Workers: workers})
				t.Error("Reach has returned")
			}()
		}
	}
}

// A goroutine that is ended, as a failing test does it, must not leave the others
// waiting.
func TestGoexitComesUp(t *testing.T) {
	for _, workers := range []int{1, 2} {
		for range 3 {
			var once atomic.Int32
			done := make(chan any)
			go func() {
				defer func() { done <- recover() }()
				_, _ = Reach(context.Background(), endless{at: 600 << 20, what: func() {
					once.Add(1)
					runtime.Goexit()
				}, wide: true}, Options{Workers: workers})
				t.Error("Reach has returned")
			}()
			<-done
			assert.EqualValues(t, 1, once.Load())
		}
	}
}

func TestProgress(t *testing.T) {
	tick := make(chan time.Time, 3)
	for range 3 {
		tick <- time.Time{}
	}
	n := 0
	sp, err := Reach(context.Background(), counters{width: 1, count: 4, digits: 10}, Options{
		Workers: 2, Tick: tick, Progress: func(p Progress) {
			n++
			assert.LessOrEqual(t, p.Level, 36)
			assert.Positive(t, p.States)
			assert.Positive(t, p.Bytes)
		},
	})
	require.NoError(t, err)
	assert.Equal(t, 3, n)
	sp.Close()
}

func TestBadOptions(t *testing.T) {
	for _, o := range []Options{{Workers: -1}, {MaxDepth: -1}, {Memory: -1}, {Progress: func(Progress) {}}} {
		_, err := Reach(context.Background(), chain(3), o)
		assert.Error(t, err)
	}
	for r := None; r <= Cancelled+1; r++ {
		assert.NotEmpty(t, r.String())
	}
}
