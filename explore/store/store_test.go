package store

import (
	"fmt"
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
		flushed := make([]bool, workers)
		run(func(i int) {
			rest[i] = rest[i][s.Writer(i).Add(rest[i]):]
			flushed[i] = len(rest[i]) == 0 && s.Writer(i).Flush()
		})
		if !slices.Contains(flushed, false) {
			return
		}
		s.Grow(run)
	}
}

func TestStore(t *testing.T) {
	for _, n := range []int{1, 5, 300, 3000} {
		for width := 1; width <= 7; width++ {
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
					s := New(Options{Width: width, Workers: workers, Slots: 1, Heap: heap, NoPrefetch: n == 300, NoSieve: n == 5})
					fill(s, workers, states)
					check(t, s, workers, states)
					s.Close()
					assert.Zero(t, s.Bytes())
				}
			}
		}
	}
}

// States of few bits come to be in a table of bits.
func TestDirect(t *testing.T) {
	for _, bits := range []int{1, 6, 9, 13, 17} {
		for _, workers := range []int{1, 2, 4} {
			r := rand.New(rand.NewPCG(uint64(bits), 1))
			var states [][]uint64
			for _, x := range r.Perm(1 << bits)[:1<<bits*2/3+1] {
				states = append(states, []uint64{uint64(x)})
			}
			s := New(Options{Width: 1, Bits: bits, Workers: workers, Slots: 1})
			fill(s, workers, states)
			check(t, s, workers, states)
			_, is := s.set.(*direct)
			assert.Equal(t, bits > 1, is) // two states do not make the first table grow
			s.Close()
			assert.Zero(t, s.Bytes())
		}
	}
}

// A table with room behind it doubles where it is; entries that have overflown their
// lines, or the end of the table, are found again.
func TestDouble(t *testing.T) {
	for _, workers := range []int{1, 4} {
		s := New(Options{Width: 1, Workers: workers, Slots: mapFrom})
		r := rand.New(rand.NewPCG(uint64(workers), 2))
		var states [][]uint64
		for i := range uint64(120_000) {
			switch {
			case i < 2000: // all belong to the last line, so most of them stand at the beginning
				states = append(states, []uint64{unmix(^(i << 20))})
			case i < 4000: // and these belong to the first one
				states = append(states, []uint64{unmix(i << 20)})
			default:
				states = append(states, []uint64{r.Uint64()})
			}
		}
		table := s.set
		fill(s, workers, states)
		check(t, s, workers, states)
		if !raceDetector && s.set.(*words).table.room > 0 {
			assert.Same(t, table, s.set)
		}
		s.Close()
		assert.Zero(t, s.Bytes())
	}
}

// unmix is the word that mix spreads to h.
func unmix(h uint64) uint64 {
	inverse := func(k uint64) uint64 { // of an odd number, by Newton's method
		x := k
		for range 6 {
			x *= 2 - k*x
		}
		return x
	}
	h ^= h >> 32
	h *= inverse(key2)
	h ^= h>>29 ^ h>>58
	h *= inverse(key1)
	return h ^ h>>32
}

// A dictionary that is full grows, and the numbers of its words stay.
func TestDictionaries(t *testing.T) {
	for _, workers := range []int{1, 4} {
		var states [][]uint64
		for i := range uint64(20_000) {
			states = append(states, []uint64{mix(i), mix(i % 7), mix(i / 5)})
		}
		s := New(Options{Width: 3, Workers: workers})
		fill(s, workers, states)
		check(t, s, workers, states)
		assert.GreaterOrEqual(t, s.tree.dictionaries[0].next.Load(), int64(20_000))
		assert.Less(t, s.tree.dictionaries[1].next.Load(), int64(40))
		s.Close()
	}
}

func check(t *testing.T, s *Store, workers int, states [][]uint64) {
	require.EqualValues(t, len(states), s.Len())
	total := uint64(0)
	seen := map[string]bool{}
	reader := s.NewReader()
	for w := range workers {
		n := s.Writer(w).Len()
		total += n
		for from := uint64(0); from < n; {
			part := reader.States(w, from, n)
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
		require.Equal(t, states[i], reader.States(p.Writer, p.Position, p.Position+1))
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
		const n = (1 << chunkBits) + 1000
		words := make([]uint64, 0, n*width)
		for i := range n {
			words = append(words, uint64(i))
			for range width - 1 {
				words = append(words, 7)
			}
		}
		w := s.Writer(0)
		for rest := words; len(rest) > 0 || !w.Flush(); {
			if rest = rest[w.Add(rest):]; len(rest) > 0 || !w.Flush() {
				s.Grow(parallel(1))
			}
		}
		s.Seal()
		f := s.NewFinder()
		assert.Len(t, s.NewReader().States(0, (1<<chunkBits)-3, n), 3*width)
		assert.EqualValues(t, n, s.Len())
		ids := f.Find(words, nil)
		assert.Equal(t, f.IDsAt(0, 0, n, nil), ids)
		buffer := make([]uint64, width)
		for i, id := range ids {
			if x := s.State(id, buffer); x[0] != uint64(i) {
				t.Fatal(i, x)
			}
		}
		s.Close()
		assert.Zero(t, s.Bytes())
	}
}

// What the sieve holds back has been let through before, and the state of zeros is not
// taken for an empty slot.
func TestSieve(t *testing.T) {
	for width := 1; width <= 4; width++ {
		var v sieve
		v.init(width)
		r := rand.New(rand.NewPCG(1, uint64(width)))
		passed := map[string]bool{}
		for range 200 {
			var states []uint64
			for range 50 * width {
				states = append(states, uint64(r.IntN(3)))
			}
			var out []uint64
			if width == 1 {
				out = v.words(states, make([]uint64, 0, len(states)+1))
			} else {
				out = v.states(states, make([]uint64, 0, len(states)+width))
			}
			for x := range slices.Chunk(out, width) {
				passed[fmt.Sprint(x)] = true
			}
			for x := range slices.Chunk(states, width) {
				require.True(t, passed[fmt.Sprint(x)])
			}
		}
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
