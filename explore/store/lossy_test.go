package store

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// generous are lossy stores that miss nothing of some thousand states.
var generous = []Choice{
	{Kind: Compact},
	{Kind: Compact, Fingerprint: 128},
	{Kind: Compact, Fingerprint: 60},
	{Kind: Bitstate, Table: 4 << 20},
	{Kind: Bitstate, Table: 4<<20 + 8, Hashes: 12},
}

// someStates are different states of low and of high entropy, zeros among them.
func someStates(n, width int) [][]uint64 {
	r := rand.New(rand.NewPCG(uint64(n), uint64(width)))
	var states [][]uint64
	for i := range n {
		x := make([]uint64, width)
		for j := range x {
			x[j] = r.Uint64() >> (i % 4 * 20)
		}
		x[i%width] = x[i%width]&^0xffff_ffff | uint64(i)
		if i == 0 {
			clear(x)
		}
		states = append(states, x)
	}
	slices.SortFunc(states, slices.Compare)
	return slices.CompactFunc(states, slices.Equal)
}

// listed are the states in all lists, sorted.
func listed(s *Store, workers int) [][]uint64 {
	var all [][]uint64
	reader := s.NewReader()
	for w := range workers {
		n := s.Writer(w).Len()
		for from := uint64(0); from < n; {
			part := reader.States(w, from, n)
			from += uint64(len(part) / s.Width())
			for x := range slices.Chunk(part, s.Width()) {
				all = append(all, slices.Clone(x))
			}
		}
	}
	slices.SortFunc(all, slices.Compare)
	return all
}

// Lossy stores with room enough have each state once, and find its place again.
func TestLossy(t *testing.T) {
	for _, choice := range generous {
		for _, n := range []int{1, 5, 300, 3000} {
			for _, width := range []int{1, 2, 3, 7} {
				for _, workers := range []int{1, 2, 4} {
					if testing.Short() && (workers == 2 || width == 3) {
						continue
					}
					states := someStates(n, width)
					s := New(Options{Width: width, Bits: 64, Workers: workers, Slots: 1, Choice: choice, Heap: n == 300, NoPrefetch: n == 300, NoSieve: n == 5})
					fill(s, workers, states)
					require.Equal(t, states, listed(s, workers))
					require.EqualValues(t, len(states), s.Len())
					reader := s.NewReader()
					for i, p := range s.Locate(slices.Concat(states...)) {
						if !slices.Equal(states[i], reader.States(p.Writer, p.Position, p.Position+1)) {
							t.Fatal(states[i], p)
						}
					}
					assert.Equal(t, -1, s.Locate(slices.Repeat([]uint64{0xabcdef}, width))[0].Writer)
					o := s.Omission()
					assert.Positive(t, o.Missed)
					assert.Less(t, o.Missed, 1e-3)
					assert.InDelta(t, o.Missed, o.Any, 1e-6)
					assert.Panics(t, func() { s.NewFinder() })
					assert.Zero(t, s.IDs())
					s.Close()
					assert.Zero(t, s.Bytes())
				}
			}
		}
	}
}

// Few bits: states are missed, none is invented or counted twice, and as many are missed
// as Omission says. Each seed misses others.
func TestMissedStates(t *testing.T) {
	n := 10_000
	if testing.Short() {
		n = 2000
	}
	for _, choice := range []Choice{
		{Kind: Compact, Fingerprint: 15},
		{Kind: Compact, Fingerprint: 24},
		{Kind: Bitstate, Table: int64(n), Hashes: 1},
		{Kind: Bitstate, Table: int64(n)},
		{Kind: Bitstate, Table: int64(n / 2)},
		{Kind: Bitstate, Table: int64(n / 8)},
		{Kind: Bitstate, Table: int64(n / 2), Hashes: 5},
		{Kind: Bitstate, Table: 8, Hashes: 2},
	} {
		for _, width := range []int{1, 3} {
			var states [][]uint64
			for i := range uint64(n) {
				states = append(states, slices.Repeat([]uint64{i << 7}, width)) // as regular as they come
			}
			missed, expected := 0.0, 0.0
			var first [][]uint64
			const seeds = 6
			for seed := range uint64(seeds) {
				choice.Seed = seed
				workers := 1 + 3*int(seed%2)
				s := New(Options{Width: width, Workers: workers, Choice: choice, NoSieve: true})
				fill(s, workers, states)
				found := listed(s, workers)
				require.EqualValues(t, len(found), s.Len())
				require.Len(t, slices.CompactFunc(slices.Clone(found), slices.Equal), len(found), "a state was counted twice")
				for _, x := range found {
					if x[0]%128 != 0 || x[0]>>7 >= uint64(n) {
						t.Fatal("a state that was not met", x)
					}
				}
				missed += float64(n - len(found))
				expected += s.Omission().Missed
				assert.InDelta(t, s.Omission().Any, 1-math.Exp(-s.Omission().Missed), 1e-9)
				if seed == 0 {
					first = found
				} else if len(found) > 64 && choice.Fingerprint < 24 {
					assert.NotEqual(t, first, found)
				}
				s.Close()
			}
			name := fmt.Sprintf("%+v, width %d: missed %g, expected %g", choice, width, missed/seeds, expected/seeds)
			// A full table does not tell how many it has turned away.
			if choice.Table == 8 {
				assert.Greater(t, expected/seeds, 64.0, name)
				continue
			}
			// Five standard deviations of what is nearly a Poisson variable; a table that is almost
			// full is less sure.
			allowed := 5*math.Sqrt(expected) + 2
			if expected > float64(seeds*n/4) {
				allowed = 0.1 * expected
			}
			assert.InDelta(t, expected, missed, allowed, name)
		}
	}
}

// The formula, against the sum that it stands for: the next state is missed with the
// probability that the states before it give.
func TestOmitted(t *testing.T) {
	for _, m := range []float64{1 << 10, 1 << 20} {
		for k := 1; k <= 12; k++ {
			for _, met := range []int{1, 10, 100, 500, 3000} {
				if float64(k*met) > 5*m {
					continue // in a full table nothing tells how many it has turned away
				}
				missed := 0.0
				for i := range met {
					missed += math.Pow(-math.Expm1(float64(k*i)*math.Log1p(-1/m)), float64(k))
				}
				u := -math.Expm1(float64(k*met) * math.Log1p(-1/m))
				// An integral in place of a sum is wrong by half of the last term at most.
				assert.InDelta(t, missed, omitted(m, k, u), math.Pow(u, float64(k))+missed/1000, "%g %d %d", m, k, met)
			}
		}
	}
	// Both ways of computing it agree where they meet.
	for k := 1; k <= 8; k++ {
		assert.InEpsilon(t, omitted(1e6, k, 0.5), omitted(1e6, k, math.Nextafter(0.5, 1)), 1e-9)
	}
	assert.Zero(t, omitted(64, 3, 0))
	assert.False(t, math.IsInf(omitted(64, 3, 1), 0))
	// n^2/2^(b+1).
	assert.InEpsilon(t, 1e18/math.Ldexp(1, 65), omitted(math.Ldexp(1, 64), 1, 1e9/math.Ldexp(1, 64)), 1e-6)
}

// Both words of a fingerprint depend on each bit of the state and of the seed: a change of
// one bit changes half of them.
func TestFingerprints(t *testing.T) {
	for _, width := range []int{1, 2, 5} {
		base := make([]uint64, width)
		one := func(x []uint64, seed uint64) [2]uint64 {
			var a, b [1]uint64
			fingerprints(x, width, seed, a[:], b[:])
			return [2]uint64{a[0], b[0]}
		}
		want := one(base, 7)
		var total [2]float64
		for bit := range 64 * (width + 1) {
			x, seed := slices.Clone(base), uint64(7)
			if bit < 64*width {
				x[bit/64] ^= 1 << (bit % 64)
			} else {
				seed ^= 1 << (bit % 64)
			}
			got := one(x, seed)
			for i := range got {
				n := new(big.Int).SetUint64(got[i] ^ want[i])
				ones := 0
				for j := range 64 {
					ones += int(n.Bit(j))
				}
				assert.True(t, ones > 10 && ones < 54, "width %d, bit %d, word %d: %d bits", width, bit, i, ones)
				total[i] += float64(ones)
			}
		}
		for i := range total {
			assert.InDelta(t, 32, total[i]/float64(64*(width+1)), 1)
		}
	}
}

func TestDescribe(t *testing.T) {
	for want, o := range map[string]Options{
		"exact: in line":                    {Width: 1},
		"exact: compressed":                 {Width: 2},
		"compact: 64 bits":                  {Width: 2, Choice: Choice{Kind: Compact}},
		"compact: 128 bits":                 {Width: 1, Choice: Choice{Kind: Compact, Fingerprint: 128}},
		"bitstate: 1 function, 1.5 KiB":     {Width: 1, Choice: Choice{Kind: Bitstate, Table: 1536, Hashes: 1}},
		"bitstate: 3 functions, 8 bytes":    {Width: 4, Choice: Choice{Kind: Bitstate, Table: 3}},
		"bitstate: 3 functions, 128 MiB":    {Width: 4, Choice: Choice{Kind: Bitstate}, Workers: 2},
		"bitstate: 32 functions, 512 bytes": {Width: 4, Choice: Choice{Kind: Bitstate, Table: 512, Hashes: 32}},
	} {
		o.Workers = max(o.Workers, 1)
		s := New(o)
		assert.Equal(t, want, s.Describe())
		if !o.Lossy() {
			assert.Zero(t, s.Omission())
		}
		s.Close()
	}
}

func TestBadChoices(t *testing.T) {
	for _, c := range []Choice{
		{Kind: -1}, {Kind: 3}, {Fingerprint: -1}, {Fingerprint: 65}, {Fingerprint: 129}, {Hashes: -1}, {Hashes: MostHashes + 1}, {Table: -1}, {Table: 1 << 57},
	} {
		assert.Error(t, c.Check(), "%+v", c)
		assert.Panics(t, func() { New(Options{Width: 1, Workers: 1, Choice: c}) })
	}
	// Far beyond any address space, and beyond what any system lends.
	for _, heap := range []bool{true, false} {
		_, err := Open(Options{Width: 1, Workers: 1, Heap: heap, Choice: Choice{Kind: Bitstate, Table: 1 << 55}})
		var large *TooLargeError
		require.ErrorAs(t, err, &large)
		assert.Equal(t, "there is no memory for a table of 32 PiB", err.Error())
	}
}

// Fingerprints of two words that have one in common are different ones, also while several
// writers bring them at once: each is new to exactly one of them.
func TestPairs(t *testing.T) {
	const n = 20_000
	var prints [][2]uint64
	for i := range uint64(n) {
		prints = append(prints, [2]uint64{mix(i / 3), nonZero(mix(i % 997))})
	}
	prints[0][0], prints[1][0], prints[2][0] = 1, 1, 1 // zero would be no fingerprint
	slices.SortFunc(prints, func(x, y [2]uint64) int { return slices.Compare(x[:], y[:]) })
	prints = slices.Compact(prints)
	for range 3 {
		const workers = 4
		s := New(Options{Width: 1, Workers: workers, Choice: Choice{Kind: Compact, Fingerprint: 128}})
		table := newPairs(s, 1<<16)
		var fresh [workers]int
		parallel(workers)(func(w int) {
			for _, p := range prints { // all in the same order, so that they meet
				if table.enter(p[0], p[1]) {
					fresh[w]++
				}
			}
		})
		assert.Equal(t, len(prints), fresh[0]+fresh[1]+fresh[2]+fresh[3])
		larger := table.grow(0, parallel(workers)).(*pairs)
		for _, p := range prints {
			require.False(t, larger.enter(p[0], p[1]))
		}
		larger.release()
		s.Close()
	}
}
