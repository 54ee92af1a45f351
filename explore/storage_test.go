package explore

import (
	"context"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"chorcheck/lts"
)

// exactShapes are all ways to keep configurations exactly, lossyShapes those of lossy
// stores that have plenty of room for some thousands.
var (
	exactShapes = map[string]Options{
		"as it comes":    {},
		"small table":    {slots: 1},
		"no direct":      {NoDirect: true, slots: 1},
		"ordinary slice": {PlainMemory: true, slots: 1},
	}
	lossyShapes = map[string]Options{
		"64 bits":         {Store: Storage{Kind: Compact, Seed: 1}, slots: 1},
		"128 bits":        {Store: Storage{Kind: Compact, Fingerprint: 128, Seed: 2}, slots: 1},
		"bitstate":        {Store: Storage{Kind: Bitstate, Table: 1 << 16, Seed: 3}},
		"bitstate, plain": {Store: Storage{Kind: Bitstate, Table: 1 << 16, Hashes: 8}, PlainMemory: true},
		"half of 64 MiB":  {Store: Storage{Kind: Bitstate}, Memory: 64 << 20},
		"64 bits, bare":   {Store: Storage{Kind: Compact}, NoSieve: true, NoPrefetch: true},
		"on disk":         {Store: Storage{Kind: Compact, Fingerprint: 128}, chunkBits: 1, spillAll: true},
	}
)

// Exact stores agree exactly with the reference; lossy ones with room enough find
// everything, and say all the same that they are not sure.
func TestStoresAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := drawGraph(t)
		dist := g.distances()
		states, transitions := uint64(0), uint64(0)
		var want observed
		for i, d := range dist {
			if d < 0 {
				continue
			}
			states++
			transitions += uint64(len(g.edges[i]))
			if g.marks[i] != 0 || len(g.edges[i]) == 0 {
				want.add(0, d, g.words[i], g.marks[i], len(g.edges[i]))
			}
		}
		levels := slices.Max(dist) + 1
		workers := rapid.SampledFrom([]int{1, 2, 4}).Draw(t, "workers")
		try := func(name string, opt Options) {
			var got observed
			opt.Workers, opt.Observe = workers, got.add
			sp, err := Reach(context.Background(), g, opt)
			require.NoError(t, err)
			lossy := opt.Store.Lossy()
			assert.Equal(t, !lossy, sp.Complete, name)
			assert.Equal(t, lossy, sp.Reason == Lossy, name)
			assert.Equal(t, lossy, sp.Omission.Missed > 0, name)
			assert.Less(t, sp.Omission.Any, 1e-3, name)
			assert.Equal(t, states, sp.States, name)
			assert.Equal(t, transitions, sp.Transitions, name)
			assert.Equal(t, levels, sp.Levels, name)
			assert.Zero(t, sp.Frontier, name)
			assert.Equal(t, want.upTo(levels), got.upTo(levels), name)
			for i, trace := range sp.Traces(g.words) {
				d, ok := sp.Distance(g.words[i])
				assert.Equal(t, dist[i], d, name)
				assert.Equal(t, dist[i] >= 0, ok, name)
				if dist[i] >= 0 {
					assert.Equal(t, g.trace(dist, i).States, trace.States, name)
				}
			}
			if lossy {
				assert.ErrorIs(t, sp.BottomComponents(context.Background(), nil, nil), ErrIncomplete)
			}
			sp.Close()
		}
		for name, opt := range exactShapes {
			try(name, opt)
		}
		for name, opt := range lossyShapes {
			try(name, opt)
		}
	})
}

// A lossy store that is too small finds less, and nothing that is not there: each trace is
// a run of the system, and its states are found once.
func TestTooSmallStores(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := drawGraph(t)
		dist := g.distances()
		seed := rapid.Uint64().Draw(t, "seed")
		for name, choice := range map[string]Storage{
			"bitstate":  {Kind: Bitstate, Table: 8, Hashes: 2, Seed: seed},
			"one bit":   {Kind: Bitstate, Table: 8, Hashes: 1, Seed: seed},
			"four bits": {Kind: Compact, Fingerprint: 4, Seed: seed},
		} {
			for _, workers := range []int{1, 2, 4} {
				sp, err := Reach(context.Background(), g, Options{Workers: workers, Store: choice})
				require.NoError(t, err)
				found := uint64(0)
				for i, trace := range sp.Traces(g.words) {
					if len(trace.States) == 0 {
						continue
					}
					found++
					require.GreaterOrEqual(t, dist[i], 0, name)
					require.GreaterOrEqual(t, len(trace.Actions), dist[i], name)
					require.Equal(t, g.words[0], trace.States[0], name)
					require.Equal(t, g.words[i], trace.States[len(trace.Actions)], name)
					for k, a := range trace.Actions {
						from := g.number[key(trace.States[k])]
						to := g.number[key(trace.States[k+1])]
						require.Contains(t, g.edges[from], edge{a, to}, name)
					}
				}
				require.Equal(t, sp.States, found, name)
				require.False(t, sp.Complete)
				require.Equal(t, Lossy, sp.Reason)
				sp.Close()
			}
		}
	})
}

// Large spaces with each store, for growth of tables and for workers that meet.
func TestLargeSpacesInAllStores(t *testing.T) {
	count, states, transitions, depth := 5, 32768, 143_360, 35
	if testing.Short() {
		count, states, transitions, depth = 4, 4096, 14_336, 28
	}
	for _, width := range []int{1, 2, 5} {
		sys := counters{width: width, count: count, digits: 8}
		for name, opt := range lossyShapes {
			for _, workers := range []int{1, 2, 4} {
				opt.Workers, opt.Memory = workers, 0
				if opt.Store.Kind == Bitstate {
					opt.Store.Table = 4 << 20
				}
				if opt.chunkBits > 0 {
					opt.chunkBits = 12
				}
				sp, err := Reach(context.Background(), sys, opt)
				require.NoError(t, err)
				assert.EqualValues(t, states, sp.States, name)
				assert.EqualValues(t, transitions, sp.Transitions, name)
				assert.Equal(t, depth, sp.Depth, name)
				assert.Less(t, sp.Omission.Missed, 0.1, name)
				sp.Close()
			}
		}
		// 32 bytes for thousands of configurations.
		sp, err := Reach(context.Background(), sys, Options{Workers: 2, Store: Storage{Kind: Bitstate, Table: 32}})
		require.NoError(t, err)
		assert.Less(t, sp.States, uint64(300))
		assert.Greater(t, sp.Omission.Missed, 10.0)
		assert.InDelta(t, 1, sp.Omission.Any, 1e-3)
		assert.Equal(t, "bitstate: 3 functions, 32 bytes", sp.Store)
		sp.Close()
	}
}

// The same seed misses the same with one worker; limits come before the store's doubts.
func TestLossyLimits(t *testing.T) {
	sys := counters{width: 2, count: 5, digits: 8}
	states := map[uint64]bool{}
	for seed := range uint64(4) {
		var first *Space
		for range 2 {
			sp, err := Reach(context.Background(), sys, Options{Workers: 1, Store: Storage{Kind: Bitstate, Table: 4096, Seed: seed}})
			require.NoError(t, err)
			if first != nil {
				assert.Equal(t, first.States, sp.States)
				assert.Equal(t, first.Omission, sp.Omission)
			}
			first = sp
			states[sp.States] = true
			sp.Close()
		}
	}
	assert.Greater(t, len(states), 2)
	for reason, opt := range map[Reason]Options{
		MaxStates: {MaxStates: 1000},
		MaxDepth:  {MaxDepth: 5},
		Memory:    {Memory: 4096, NoSpill: true},
	} {
		for _, kind := range []Storage{{Kind: Compact}, {Kind: Compact, Fingerprint: 128}, {Kind: Bitstate, Table: 8192}} {
			opt.Store = kind
			sp, err := Reach(context.Background(), sys, opt)
			require.NoError(t, err)
			assert.Equal(t, reason, sp.Reason)
			assert.False(t, sp.Complete)
			sp.Close()
		}
	}
}

func TestNames(t *testing.T) {
	for want, sys := range map[string]lts.System{
		"exact: in line":    chain(10),
		"exact: compressed": counters{width: 2, count: 2, digits: 3},
		"exact: direct":     packed{counters{width: 1, count: 4, digits: 10}},
	} {
		sp, err := Reach(context.Background(), sys, Options{slots: 1})
		require.NoError(t, err)
		assert.Equal(t, want, sp.Store)
		assert.Zero(t, sp.Omission)
		sp.Close()
	}
	for _, s := range []Storage{{Kind: 7}, {Hashes: -1}, {Fingerprint: 100}} {
		_, err := Reach(context.Background(), chain(1), Options{Store: s})
		assert.Error(t, err)
	}
	_, err := Reach(context.Background(), chain(1), Options{Store: Storage{Kind: Bitstate, Table: 1 << 55}})
	var large *TooLargeError
	assert.ErrorAs(t, err, &large)
	assert.Equal(t, fmt.Sprint("there is no memory for a table of ", math.Ldexp(1, 5), " PiB"), err.Error())
}

// packed says how many bits its states have.
type packed struct{ counters }

func (p packed) Bits() int { return 4 * p.count }
