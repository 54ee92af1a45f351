package store

import (
	"sync/atomic"
	"unsafe"
)

// full is the place in a line that has none left.
const full = ^uint64(0)

// A probe says of entries what the lines where the search for them begins tell: most are
// there, or belong into a slot that is still free. No processor can guess which, so that
// the probe decides nothing by branches where the machine has instructions for that.
type probe struct {
	open [pending + 1]int32  // numbers of the entries that are not on their line
	free [pending + 1]uint64 // of each, the first free slot of the line as an offset in bytes from the first line; or full
}

// look fills the probe for entries and the addresses of their lines, of
// which the first one of the table is at base. It returns the number of open ones.
//
// The entry 0 is always open. Workers enter others meanwhile: what is said of a line
// holds as long as compare-and-swap finds its free slot empty, since all that goes to the line goes
// there first.
func (p *probe) look(base unsafe.Pointer, entries, addr []uint64) int {
	if len(entries) == 0 {
		return 0
	}
	if probing {
		return probeLines(base, &entries[0], &addr[0], len(entries), &p.open[0], &p.free[0])
	}
	return p.lookPlainly(base, entries, addr)
}

// lookPlainly is look on any machine.
func (p *probe) lookPlainly(base unsafe.Pointer, entries, addr []uint64) int {
	n := 0
	for k, x := range entries {
		at := addr[k] - uint64(uintptr(base))
		l := (*[line]uint64)(unsafe.Add(base, at))
		p.open[n], p.free[n] = int32(k), full
		known := false
		for i := range uint64(line) {
			v := atomic.LoadUint64(&l[i])
			if v == 0 {
				p.free[n] = at + i*wordBytes
				break
			}
			if known = v == x; known {
				break
			}
		}
		if !known {
			n++
		}
	}
	return n
}
