package explore

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"chorcheck/lts"
)

// A seen is an observation of a sample.
type seen struct {
	visit Visit
	depth int
	state lts.State
	row   string
}

// collect makes a sample, and gives its observations in the order of the visits.
func collect(t require.TestingT, sys lts.System, opt Options, search func(context.Context, lts.System, Options) (*Space, error)) (*Space, []seen) {
	var mu sync.Mutex
	var all []seen
	var at [8]Visit
	opt.Visiting = func(worker int, v Visit) { at[worker] = v }
	opt.Observe = func(worker, depth int, s lts.State, marks lts.Marks, steps int) {
		mu.Lock()
		defer mu.Unlock()
		all = append(all, seen{at[worker], depth, s.Clone(), fmt.Sprintln(s, marks, steps)})
	}
	sp, err := search(context.Background(), sys, opt)
	require.NoError(t, err)
	slices.SortFunc(all, func(x, y seen) int {
		if x.visit.Before(y.visit) {
			return -1
		}
		return 1
	})
	return sp, all
}

// Samples find nothing that is not there, the same for any number of workers, and a run
// to everything that they find.
func TestSamplesAreSound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := drawGraph(t)
		var want observed
		full, err := Reach(context.Background(), g, Options{Workers: 1, Observe: want.add})
		require.NoError(t, err)
		defer full.Close()
		rows := want.flat()
		seed := rapid.Uint64().Draw(t, "seed")
		length := rapid.IntRange(1, 30).Draw(t, "length")
		for name, search := range map[string]func(context.Context, lts.System, Options) (*Space, error){
			"walks": func(ctx context.Context, sys lts.System, opt Options) (*Space, error) {
				opt.MaxDepth = length
				return RandomWalks(ctx, sys, opt, Walks{Seed: seed, Count: 7})
			},
			"swarm": func(ctx context.Context, sys lts.System, opt Options) (*Space, error) {
				opt.MaxDepth = length
				return Swarm(ctx, sys, opt, Swarming{Seed: seed, Searches: 7, Table: 8})
			},
			"limited swarm": func(ctx context.Context, sys lts.System, opt Options) (*Space, error) {
				opt.MaxStates = uint64(length)
				return Swarm(ctx, sys, opt, Swarming{Seed: seed, Searches: 3, Table: 1 << 10})
			},
		} {
			var first *Space
			var firstSeen []seen
			for _, workers := range []int{1, 1, 3} {
				sp, got := collect(t, lts.Checked(g, t.Errorf), Options{Workers: workers}, search)
				assert.False(t, sp.Complete, name)
				assert.Equal(t, Sampled, sp.Reason)
				assert.LessOrEqual(t, sp.Sample.Distinct, full.States+4)
				if name == "limited swarm" {
					assert.LessOrEqual(t, sp.States, uint64(3*length))
				}
				visits := make([]Visit, len(got))
				for i, x := range got {
					_, found := slices.BinarySearch(rows, x.row)
					assert.True(t, found, name)
					assert.Less(t, x.depth, sp.Levels)
					visits[i] = x.visit
				}
				for i, run := range sp.Runs(visits) {
					requireRun(t, g, run, got[i].state)
					assert.Len(t, run.Actions, got[i].depth)
				}
				for a, ok := sp.Fired().NextSet(0); ok; a, ok = sp.Fired().NextSet(a + 1) {
					assert.True(t, full.Fired().Test(a))
				}
				assert.Empty(t, sp.Traces([]lts.State{g.words[0]})[0].States)
				assert.ErrorIs(t, sp.BottomComponents(context.Background(), nil, nil), ErrIncomplete)
				sp.Close()
				if first == nil {
					first, firstSeen = sp, got
					continue
				}
				assert.Equal(t, firstSeen, got, name)
				assert.Equal(t, *first.Sample, *sp.Sample)
				assert.Equal(t, first.States, sp.States)
				assert.Equal(t, first.Transitions, sp.Transitions)
				assert.Equal(t, first.Levels, sp.Levels)
				assert.True(t, first.Fired().Equal(sp.Fired()))
			}
		}
	})
}

// On small systems, samples that do enough find everything.
func TestSamplesFindAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := drawGraph(t)
		var want observed
		full, err := Reach(context.Background(), g, Options{Workers: 1, Observe: want.add})
		require.NoError(t, err)
		defer full.Close()
		var got observed
		sp, err := Swarm(context.Background(), g, Options{Workers: 2, Observe: got.add}, Swarming{Searches: 4, Table: 1 << 16})
		require.NoError(t, err)
		all := got.flat()
		assert.Equal(t, want.flat(), slices.Compact(all))
		assert.InDelta(t, full.States, sp.Sample.Distinct, 3)
		assert.True(t, full.Fired().Equal(sp.Fired()))
		assert.EqualValues(t, 4, sp.Sample.Searches)
	})
}

// marked is a system in which every configuration is worth a look.
type marked struct{ lts.System }

func (m marked) Next(s lts.State, out *lts.Steps) lts.Marks { return m.System.Next(s, out) | 1 }

// Walks that come back often: their runs have no loops.
func TestWalks(t *testing.T) {
	sys := marked{pipeline{width: 1, cells: 3}}
	_, got := collect(t, sys, Options{Workers: 1, MaxDepth: 400}, func(ctx context.Context, sys lts.System, opt Options) (*Space, error) {
		return RandomWalks(ctx, sys, opt, Walks{Seed: 3, Count: 3})
	})
	require.Len(t, got, 3*401)
	sp, err := RandomWalks(context.Background(), sys, Options{Workers: 1, MaxDepth: 400}, Walks{Seed: 3, Count: 3})
	require.NoError(t, err)
	var visits []Visit
	for _, x := range got {
		visits = append(visits, x.visit)
	}
	for i, run := range sp.Runs(visits) {
		requireRun(t, sys, run, got[i].state)
		require.Len(t, run.Actions, got[i].depth)
		met := map[string]bool{}
		for _, s := range run.States {
			require.False(t, met[key(s)])
			met[key(s)] = true
		}
	}

	full, err := Reach(context.Background(), pipeline{width: 1, cells: 3}, Options{})
	require.NoError(t, err)
	defer full.Close()
	sp, err = RandomWalks(context.Background(), pipeline{width: 1, cells: 3}, Options{MaxDepth: 2000}, Walks{Count: 50})
	require.NoError(t, err)
	assert.InDelta(t, full.States, sp.Sample.Distinct, 4)
	assert.True(t, full.Fired().Equal(sp.Fired()))
	assert.EqualValues(t, 50*2001, sp.States)
}

// A swarm of small tables sees more of a space that none of them can hold than one of
// its searches does, and other parts with another seed.
func TestSwarmSeesMore(t *testing.T) {
	sys := counters{width: 1, count: 5, digits: 10} // 100,000 states
	distinct := func(seed, searches uint64) uint64 {
		sp, err := Swarm(context.Background(), sys, Options{Workers: 2}, Swarming{Seed: seed, Searches: searches, Table: 4 << 10})
		require.NoError(t, err)
		return sp.Sample.Distinct
	}
	one, many := distinct(1, 1), distinct(1, 20)
	assert.Less(t, one, uint64(40_000))
	assert.Greater(t, many, 2*one)
	assert.NotEqual(t, one, distinct(2, 1))

	sp, err := Swarm(context.Background(), sys, Options{}, Swarming{Searches: 1})
	require.NoError(t, err)
	assert.InDelta(t, 100_000, sp.States, 20) // the table is large enough for nearly all
	assert.InEpsilon(t, sp.States, sp.Sample.Distinct, 0.03)
}

// Where there is no choice, the searches of a swarm still differ: in what they miss.
func TestSwarmHashes(t *testing.T) {
	_, got := collect(t, marked{chain(1000)}, Options{Workers: 1}, func(ctx context.Context, sys lts.System, opt Options) (*Space, error) {
		return Swarm(ctx, sys, opt, Swarming{Searches: 9, Table: 8})
	})
	visits := map[uint64]int{}
	for _, x := range got {
		visits[x.visit.Search]++
	}
	lengths := map[int]bool{}
	for search := uint64(0); search < 9; search += 2 { // no limit of depth
		assert.Less(t, visits[search], 64)
		lengths[visits[search]] = true
	}
	assert.Greater(t, len(lengths), 2)
}

func TestSketch(t *testing.T) {
	for _, n := range []int{0, 1, 10, 1000, 20_000, 50_000, 1_000_000} {
		if n > 100_000 && testing.Short() {
			continue
		}
		random := rand.New(rand.NewPCG(1, uint64(n)))
		var a, b, whole sketch
		for i := range n {
			s := lts.State{random.Uint64(), uint64(i)}
			for range 1 + i%2 {
				whole.add(s)
			}
			if i%3 == 0 {
				a.add(s)
			} else {
				b.add(s)
			}
		}
		a.join(&b)
		assert.Equal(t, whole, a)
		assert.InEpsilon(t, float64(n)+1, float64(a.count())+1, 0.03)
	}
}
