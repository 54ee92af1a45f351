package explore

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"chorcheck/lts"
)

// spilled says how much of a space is on disk.
func spilled(sp *Space) int64 { return sp.store.Spilled() }

func TestSpilledAgainstReference(t *testing.T) {
	dir := t.TempDir()
	var total int64
	rapid.Check(t, func(t *rapid.T) {
		g := drawGraph(t)
		dist := g.distances()
		keep := func(a lts.Action) bool { return a%3 != 0 }
		for _, workers := range []int{1, 2, 4} {
			var got, want observed
			free, err := Reach(context.Background(), g, Options{Workers: workers, Observe: want.add})
			require.NoError(t, err)
			sp, err := Reach(context.Background(), g, Options{
				Workers: workers, Observe: got.add, slots: 1, chunkBits: 1, spillAll: true, SpillDir: dir,
			})
			require.NoError(t, err)
			total += spilled(sp)
			assert.Equal(t, free.Levels, sp.Levels)
			assert.Equal(t, free.States, sp.States)
			assert.Equal(t, free.Transitions, sp.Transitions)
			assert.Equal(t, want.upTo(free.Levels), got.upTo(sp.Levels))
			free.Close()
			traces := sp.Traces(g.words)
			for i, d := range dist {
				at, _ := sp.Distance(g.words[i])
				assert.Equal(t, d, at)
				if d < 0 {
					continue
				}
				ref := g.trace(dist, i)
				assert.Equal(t, ref.States, traces[i].States)
				assert.True(t, slices.Equal(ref.Actions, traces[i].Actions))
			}
			assert.Equal(t, g.bottoms(dist, nil), components(t, sp, nil))
			assert.Equal(t, g.bottoms(dist, keep), components(t, sp, keep))
			sp.Close()
		}
	})
	assert.Positive(t, total)
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Empty(t, left)
}

// Larger spaces, with and without mapped memory: some of the lists are on disk, and the
// results are the same.
func TestSpilledSpaces(t *testing.T) {
	for _, sys := range []lts.System{
		counters{width: 1, count: 5, digits: 8},
		counters{width: 3, count: 5, digits: 8},
		counters{width: 1, count: 5, digits: 8, wrap: true},
	} {
		for _, workers := range []int{1, 2, 4} {
			for _, plain := range []bool{false, true} {
				o := Options{Workers: workers, PlainMemory: plain, chunkBits: 9, SpillDir: t.TempDir()}
				free, err := Reach(context.Background(), sys, o)
				require.NoError(t, err)
				target := []lts.State{make(lts.State, sys.Width())}
				target[0][0] = 3
				o.Memory = free.store.Bytes() - 100<<10
				sp, err := Reach(context.Background(), sys, o)
				require.NoError(t, err)
				require.True(t, sp.Complete, "%v %d %v %d", sp.Reason, workers, plain, sp.PeakBytes)
				assert.Positive(t, spilled(sp), "%d", sp.PeakBytes)
				// Buffers grow before it is noticed.
				assert.LessOrEqual(t, sp.PeakBytes, o.Memory+int64(workers)<<14)
				assert.Equal(t, free.States, sp.States)
				assert.Equal(t, free.Transitions, sp.Transitions)
				assert.Equal(t, free.Depth, sp.Depth)
				assert.True(t, free.Fired().Equal(sp.Fired()))
				assert.Equal(t, free.Traces(target), sp.Traces(target))
				sp.opt.Memory = 0
				assert.Equal(t, components(t, free, nil), components(t, sp, nil))
				sp.Close()
				free.Close()
			}
		}
	}
}

// Without a place on disk the search is stopped, and what it has found can be used.
func TestDiskIsFull(t *testing.T) {
	sys := counters{width: 1, count: 5, digits: 8}
	none := filepath.Join(t.TempDir(), "none")
	o := Options{Workers: 2, chunkBits: 9, SpillDir: none}
	sp, err := Reach(context.Background(), sys, o)
	require.NoError(t, err)
	o.Memory = sp.store.Bytes() - 50<<10
	sp.Close()
	sp, err = Reach(context.Background(), sys, o)
	require.NoError(t, err)
	assert.Equal(t, Disk, sp.Reason)
	assert.ErrorIs(t, sp.DiskError, os.ErrNotExist)
	assert.Greater(t, sp.Levels, 2)
	assert.Len(t, sp.Traces([]lts.State{{1}})[0].Actions, 1)
	sp.Close()

	o.NoSpill = true
	sp, err = Reach(context.Background(), sys, o)
	require.NoError(t, err)
	assert.Equal(t, Memory, sp.Reason)
	assert.NoError(t, sp.DiskError)
	sp.Close()
}

// Components need memory, too: lists make room for them. How much depends on how far the workers are apart.
func TestComponentsSpill(t *testing.T) {
	sys := counters{width: 1, count: 5, digits: 8, wrap: true}
	sp, err := Reach(context.Background(), sys, Options{Workers: 2, chunkBits: 9, SpillDir: t.TempDir()})
	require.NoError(t, err)
	defer sp.Close()
	sp.opt.Memory = sp.store.Bytes() + 650<<10
	n := 0
	require.NoError(t, sp.BottomComponents(context.Background(), nil, func(Component) { n++ }))
	assert.Equal(t, 1, n)
	assert.Positive(t, spilled(sp))
}
