package store

import (
	"math/rand/v2"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A probe says the same in each way to look: of lines that are empty, full, and in between,
// and of entries that are on them, or on the next one, or new, or zero.
func TestProbe(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	const lines = 64
	seen := map[string]int{}
	for round := range 300 {
		slots := make([]uint64, lines*line)
		base := unsafe.Pointer(unsafe.SliceData(slots))
		// An entry is on the line that its hash names, if there was room.
		lineOf := func(x uint64) uint64 { return mix(x) % lines }
		some := func() uint64 { return r.Uint64N(600) << (r.IntN(2) * 32) } // halves of words that are alike
		for range round % 10 * 100 {
			x := some()
			l := lineAt(slots, lineOf(x))
			for i := range uint64(line) {
				p := &l[i]
				if *p == x {
					break
				}
				if *p == 0 {
					*p = x
					break
				}
			}
		}
		var entries, addr []uint64
		var open []int32
		var free []uint64
		for k := range 1 + r.IntN(pending) {
			x := some()
			at := lineOf(x) * line * wordBytes
			entries = append(entries, x)
			addr = append(addr, uint64(uintptr(base))+at)

			first, known := full, false
			for i := uint64(line); i > 0; i-- {
				v := lineAt(slots, lineOf(x))[i-1]
				if v == 0 {
					first = at + (i-1)*wordBytes
				}
				known = known || v == x && x != 0
			}
			switch {
			case known:
				seen["known"]++
				continue
			case x == 0:
				seen["zero"]++
			case first == full:
				seen["full"]++
			default:
				seen["new"]++
			}
			open, free = append(open, int32(k)), append(free, first)
		}
		var p probe
		n := p.lookPlainly(base, entries, addr)
		assert.Equal(t, open, p.open[:n:n], "plainly")
		assert.Equal(t, free, p.free[:n:n], "plainly")
		p = probe{}
		n = p.look(base, entries, addr)
		require.Equal(t, open, p.open[:n:n])
		require.Equal(t, free, p.free[:n:n])
	}
	assert.Len(t, seen, 4, "%v", seen)
	assert.Zero(t, new(probe).look(nil, nil, nil))
}
