package store

import (
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// parallel runs task for each worker.
func parallel(workers int) func(func(int)) {
	return func(task func(int)) {
		var wait sync.WaitGroup
		for i := range workers {
			wait.Go(func() { task(i) })
		}
		wait.Wait()
	}
}

// fill lets all workers add all states, in different orders, and grow the table
// when it is full.
func fill(s *Store, workers int, states [][]uint64) {
	run := parallel(workers)
	rest := make([][]uint64, workers)
	for i := range rest {
		r := rand.New(rand.NewPCG(uint64(i), 1))
		for _, k := range r.Perm(len(states)) {
			rest[i] = append(rest[i], states[k]...)
		}
	}
	for {
		run(func(i int) { rest[i] = rest[i][s.Writer(i).Add(rest[i]):] })
		if !slices.ContainsFunc(rest, func(r []uint64) bool { return len(r) > 0 }) {
			return
		}
		s.Grow(run)
	}
}

func TestStore(t *testing.T) {
	for _, n := range []int{1, 5, 300, 3000} {
		for width := 1; width <= 4; width++ {
			for _, workers := range []int{1, 2, 4} {
				for _, heap := range []bool{true, false} {
					r := rand.New(rand.NewPCG(uint64(n), uint64(width)))
					var states [][]uint64
					for i := range n {
						x := make([]uint64, width)
						for j := range x {
							x[j] = r.Uint64() >> (i % 4 * 20)
						}
						x[0] = x[0]&^0xffff_ffff | uint64(i)
						if i == 0 {
							clear(x)
						}
						states = append(states, x)
					}
					s := New(Options{Width: width, Workers: workers, Slots: 1, Heap: heap, NoPrefetch: n == 300})
					fill(s, workers, states)
					check(t, s, workers, states)
					s.Close()
				}
			}
		}
	}
}

func check(t *testing.T, s *Store, workers int, states [][]uint64) {
	require.EqualValues(t, len(states), s.Len())
	total := uint64(0)
	seen := map[string]bool{}
	for w := range workers {
		n := s.Writer(w).Len()
		total += n
		for from := uint64(0); from < n; {
			part := s.Slice(w, from, n)
			from += uint64(len(part) / s.Width())
			for x := range slices.Chunk(part, s.Width()) {
				b := []byte{}
				for _, v := range x {
					for range 8 {
						b = append(b, byte(v))
						v >>= 8
					}
				}
				seen[string(b)] = true
			}
		}
	}
	require.EqualValues(t, len(states), total)
	require.Len(t, seen, len(states))

	s.Seal()
	f := s.NewFinder()
	ids := f.Find(slices.Concat(states...), nil)
	used := map[uint64]bool{}
	buffer := make([]uint64, s.Width())
	for i, id := range ids {
		require.Less(t, id, s.IDs())
		require.False(t, used[id])
		used[id] = true
		require.Equal(t, states[i], s.State(id, buffer))
		one, ok := s.Find(states[i])
		require.True(t, ok)
		require.Equal(t, id, one)
	}
	for i, p := range s.Locate(slices.Concat(states...)) {
		require.Equal(t, states[i], s.Slice(p.Writer, p.Position, p.Position+1))
		require.Equal(t, []uint64{ids[i]}, f.IDsAt(p.Writer, p.Position, p.Position+1, nil))
	}
	absent := slices.Repeat([]uint64{0xabcdef}, s.Width())
	if s.Width() > 1 || len(states) < 0xabcdef {
		_, ok := s.Find(absent)
		assert.False(t, ok)
		assert.Equal(t, -1, s.Locate(absent)[0].Writer)
	}
}

// More states than fit one chunk.
func TestChunks(t *testing.T) {
	if raceDetector {
		t.Skip("one worker")
	}
	for _, width := range []int{1, 2} {
		s := New(Options{Width: width, Workers: 1})
		const n = chunkStates + 1000
		words := make([]uint64, 0, n*width)
		for i := range n {
			words = append(words, uint64(i))
			for range width - 1 {
				words = append(words, 7)
			}
		}
		for rest := words; len(rest) > 0; {
			if rest = rest[s.Writer(0).Add(rest):]; len(rest) > 0 {
				s.Grow(parallel(1))
			}
		}
		s.Seal()
		f := s.NewFinder()
		assert.Len(t, s.Slice(0, chunkStates-3, n), 3*width)
		assert.EqualValues(t, n, s.Len())
		ids := f.Find(words, nil)
		assert.Equal(t, f.IDsAt(0, 0, n, nil), ids)
		buffer := make([]uint64, width)
		for i, id := range ids {
			if x := s.State(id, buffer); x[0] != uint64(i) {
				t.Fatal(i, x)
			}
		}
		assert.LessOrEqual(t, s.PeakBytes(), int64(n*(22+8*width)+width*8*chunkStates))
		s.Close()
		assert.Zero(t, s.Bytes())
	}
}

// States that agree in the bits of the hash that are kept in a slot are told
// apart by their words.
func TestSameFingerprint(t *testing.T) {
	if raceDetector {
		t.Skip("one worker")
	}
	s := New(Options{Width: 2, Workers: 1})
	defer s.Close()
	w := s.Writer(0)
	var states []uint64
	want := fingerprint(Hash([]uint64{0, 1}))
	for i := uint64(0); len(states) < 2*3; i++ {
		if x := []uint64{i, 1}; fingerprint(Hash(x)) == want {
			states = append(states, x...)
		}
	}
	for range 2 {
		assert.Equal(t, len(states), w.Add(states))
		assert.EqualValues(t, 3, w.Len())
	}
}

func TestBadOptions(t *testing.T) {
	assert.Panics(t, func() { New(Options{Width: 0, Workers: 1}) })
	assert.Panics(t, func() { New(Options{Width: 1}) })
}

func TestWords(t *testing.T) {
	for _, n := range []int{0, 10, mapFrom, 1 << 19} {
		w := NewWords(n)
		assert.Len(t, w.Data, n)
		assert.False(t, slices.ContainsFunc(w.Data, func(x uint64) bool { return x != 0 }))
		w.Release()
	}
}
