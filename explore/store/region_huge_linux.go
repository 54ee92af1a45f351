package store

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// adviseHuge asks for huge pages. They are a matter of speed alone: random
// access to a large table is bound by misses of the translation buffer.
func adviseHuge(mem []byte) { _ = unix.Madvise(mem, unix.MADV_HUGEPAGE) }

// mapRoom maps n words, and addresses for more behind them.
func mapRoom(n, room int) (region, bool) {
	mem, err := unix.Mmap(-1, 0, room*wordBytes+hugePage, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE|unix.MAP_NORESERVE)
	if err != nil {
		return region{}, false
	}
	skip := int(-uintptr(unsafe.Pointer(unsafe.SliceData(mem))) & (hugePage - 1))
	r := region{words: unsafe.Slice((*uint64)(unsafe.Pointer(&mem[skip])), room)[:0], mapped: mem, room: room}
	r.extend(n)
	return r, true
}

// extend makes a region n words long, at most as long as it has room.
func (r *region) extend(n int) {
	from := len(r.words)
	r.words = r.words[:n]
	adviseHuge(unsafe.Slice((*byte)(unsafe.Pointer(&r.words[from])), (n-from)*wordBytes))
}
