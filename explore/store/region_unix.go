//go:build unix

package store

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// mapping says whether memory can be mapped.
const mapping = true

// mapWords maps n words. A mapping of at least a huge page starts at a multiple
// of one: it is asked for with one page more, of which only addresses are lost.
func mapWords(n int) (region, bool) {
	size := n * wordBytes
	extra := 0
	if size >= hugePage {
		extra = hugePage
	}
	mem, err := unix.Mmap(-1, 0, size+extra, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		return region{}, false
	}
	skip := 0
	if extra > 0 {
		skip = int(-uintptr(unsafe.Pointer(unsafe.SliceData(mem))) & (hugePage - 1))
		adviseHuge(mem[skip : skip+size])
	}
	words := unsafe.Slice((*uint64)(unsafe.Pointer(&mem[skip])), n)
	return region{words: words, mapped: mem}, true
}

func unmap(mem []byte) {
	// Only a slice that did not come from Mmap is refused.
	if err := unix.Munmap(mem); err != nil {
		panic("store: unmapping: " + err.Error())
	}
}

// discard lets go of the pages that lie wholly in words. If the system does not want
// to, they stay until the mapping ends.
func discard(words []uint64) {
	mem := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(words))), len(words)*wordBytes)
	page := unix.Getpagesize()
	skip := int(-uintptr(unsafe.Pointer(unsafe.SliceData(mem))) & uintptr(page-1))
	if n := (len(mem) - skip) / page * page; n > 0 {
		_ = unix.Madvise(mem[skip:skip+n], unix.MADV_DONTNEED)
	}
}
