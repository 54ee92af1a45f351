package store

import (
	"math/rand/v2"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// spillable makes a store with small chunks, and fills it.
func spillable(t *testing.T, width, workers, n int) (*Store, [][]uint64) {
	t.Helper()
	r := rand.New(rand.NewPCG(uint64(n), uint64(width)))
	var states [][]uint64
	for i := range n {
		x := make([]uint64, width)
		for j := range x {
			x[j] = r.Uint64() >> (i % 4 * 20)
		}
		x[0] = x[0]&^0xffff_ffff | uint64(i)
		states = append(states, x)
	}
	s := New(Options{Width: width, Workers: workers, Slots: 1, ChunkBits: 5, SpillDir: t.TempDir()})
	fill(s, workers, states)
	return s, states
}

func TestSpill(t *testing.T) {
	for _, width := range []int{1, 2, 3} {
		for _, workers := range []int{1, 4} {
			for _, need := range []int64{1, 5000, 1 << 40} {
				s, states := spillable(t, width, workers, 3000)
				before := s.Bytes()
				freed, err := s.Spill(need, parallel(workers))
				require.NoError(t, err)
				assert.Equal(t, before-freed, s.Bytes())
				assert.Positive(t, s.Spilled())
				check(t, s, workers, states)
				if need > 1<<30 {
					left := 0
					for _, w := range s.writers {
						for _, c := range *w.list.chunks.Load() {
							left += len(c.words)
						}
					}
					assert.LessOrEqual(t, left, workers*firstItems)
					again, err := s.Spill(need, parallel(workers))
					require.NoError(t, err)
					assert.Zero(t, again)
				}
				s.Close()
				assert.Zero(t, s.Bytes())
			}
		}
	}
}

// Chunks of several blocks, read in all orders.
func TestSpillBlocks(t *testing.T) {
	const n = 3 * blockItems
	s := New(Options{Width: 1, Workers: 1, ChunkBits: 13, SpillDir: t.TempDir()})
	defer s.Close()
	var states [][]uint64
	for i := range uint64(n) {
		states = append(states, []uint64{mix(i)})
	}
	fill(s, 1, states)
	all := make([]uint64, 0, n)
	for reader := s.NewReader(); len(all) < n; {
		all = append(all, reader.States(0, uint64(len(all)), n)...)
	}
	_, err := s.Spill(1<<40, parallel(1))
	require.NoError(t, err)
	reader := s.NewReader()
	r := rand.New(rand.NewPCG(1, 1))
	for range 300 {
		from := r.IntN(n)
		to := from + 1 + r.IntN(n-from)
		got := reader.States(0, uint64(from), uint64(to))
		require.NotEmpty(t, got)
		require.LessOrEqual(t, len(got), to-from)
		require.Equal(t, all[from:from+len(got)], got)
	}
	before := s.Bytes()
	reader.Close()
	assert.Less(t, s.Bytes(), before)
}

// A store with chunks on disk goes on.
func TestSpillInBetween(t *testing.T) {
	s, states := spillable(t, 2, 2, 1000)
	defer s.Close()
	for k := range 5 {
		_, err := s.Spill(1<<40, parallel(2))
		require.NoError(t, err)
		for i := range 700 {
			states = append(states, []uint64{uint64(k+1)<<40 + uint64(i), 1})
		}
		fill(s, 2, states)
		check(t, s, 2, states)
	}
}

// What could not be written is still there; what cannot be read is not invented.
func TestSpillErrors(t *testing.T) {
	s, states := spillable(t, 1, 1, 1000)
	require.NoError(t, s.openSpill())
	file := s.spill.file
	full, err := os.OpenFile("/dev/full", os.O_RDWR, 0)
	if err != nil {
		t.Skip("there is no full device here")
	}
	s.spill.file = full
	_, err = s.Spill(1<<40, parallel(1))
	assert.ErrorContains(t, err, "no space left")
	check(t, s, 1, states)
	_, again := s.Spill(1, parallel(1))
	assert.Equal(t, err, again)

	s.spill.file, s.spill.failed = file, nil
	_, err = s.Spill(1<<40, parallel(1))
	require.NoError(t, err)
	var at int64
	for _, c := range *s.writers[0].list.chunks.Load() {
		if c.away != nil {
			at = c.away.blocks[0].at
			break
		}
	}
	var b [1]byte
	_, err = file.ReadAt(b[:], at)
	require.NoError(t, err)
	b[0] ^= 1
	_, err = file.WriteAt(b[:], at)
	require.NoError(t, err)
	assert.PanicsWithError(t, "states that were spilled to disk cannot be read back: the data are damaged", func() {
		s.Locate([]uint64{1 << 63})
		r := s.NewReader()
		for i := range uint64(100) {
			r.States(0, i, i+1)
		}
	})
	require.NoError(t, file.Truncate(0))
	assert.Panics(t, func() { s.NewReader().States(0, 0, 1) })
	s.Close()
	_ = full.Close()

	s = New(Options{Width: 1, Workers: 1, NoSpill: true})
	_, err = s.Spill(1, parallel(1))
	assert.Error(t, err)
	s.Close()
}

// With a limit a writer asks before it makes a new chunk, and Grow gives it one.
func TestLimit(t *testing.T) {
	s := New(Options{Width: 1, Workers: 1, Slots: 1 << 12, ChunkBits: 8})
	defer s.Close()
	w := s.Writer(0)
	next := uint64(0)
	more := func() bool {
		for range pending {
			next++
			if w.Add([]uint64{next}) == 0 {
				return false
			}
		}
		return w.Flush()
	}
	require.True(t, more())
	s.Limit(s.Bytes())
	for more() {
	}
	require.True(t, s.Short())
	before := s.Bytes()
	assert.EqualValues(t, before+256*8, s.NextBytes())
	s.Grow(parallel(1))
	assert.EqualValues(t, before+256*8, s.Bytes())
	assert.False(t, s.Short())
	assert.True(t, w.Flush())
	assert.EqualValues(t, before+256*8, s.Bytes())
}
