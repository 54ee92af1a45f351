package model

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"chorcheck/lts"
)

// TestPasses compares what passes do to rows with what is to be done to contents.
func TestPasses(t *testing.T) {
	const symbols = 3
	symbol := rapid.Uint32Range(1, symbols)
	rapid.Check(t, func(t *rapid.T) {
		capacity := rapid.IntRange(1, 6).Draw(t, "capacity")
		content := rapid.SliceOfN(symbol, 0, capacity).Draw(t, "content") // oldest first
		m := symbol.Draw(t, "message")
		row := func(content []uint32) []uint32 {
			out := make([]uint32, capacity)
			for i, s := range content {
				out[capacity-1-i] = s
			}
			return out
		}
		check := func(name string, p *lts.Pass, possible bool, want func() []uint32) {
			var got, expected []string
			for _, r := range p.Apply(row(content)) {
				got = append(got, fmt.Sprint(r))
			}
			slices.Sort(got)
			if possible {
				expected = []string{fmt.Sprint(row(want()))}
			}
			require.Equal(t, expected, slices.Compact(got), name)
		}
		n := len(content)
		same := func() []uint32 { return content }
		check("put", putPass(m, 1), n < capacity, func() []uint32 { return append(slices.Clone(content), m) })
		check("put twice", putPass(m, 2), n+2 <= capacity, func() []uint32 { return append(slices.Clone(content), m, m) })
		check("take", takePass(m, symbols), n > 0 && content[0] == m, func() []uint32 { return content[1:] })
		check("room", roomPass(true), n < capacity, same)
		check("full", roomPass(false), n == capacity, same)
		check("clear", clearPass(), true, func() []uint32 { return nil })
		check("head", headPass(func(s uint32) bool { return s == m }), n > 0 && content[0] == m, same)
		check("another head", headPass(func(s uint32) bool { return s != m }), n == 0 || content[0] != m, same)
		check("each", eachPass(func(s uint32) bool { return s != m }), !slices.Contains(content, m), same)
		for place := 1; place < capacity; place++ {
			at := n - place
			possible := n < capacity && at >= 0 && content[max(at, 0)] != m
			check(fmt.Sprint("insert before ", place), insertPass(m, uint32(place), symbols), possible, func() []uint32 {
				return slices.Insert(slices.Clone(content), at, m)
			})
			check("both", lts.Follow(roomPass(false), takePass(m, symbols)), n == capacity && content[0] == m, func() []uint32 { return content[1:] })
		}
	})
}
