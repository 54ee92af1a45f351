//go:build amd64 && !purego

package store

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

// probing says whether the machine has the instructions of probeLines.
var probing = cpu.X86.HasAVX2

// probeLines is probe.look for n > 0 entries. It prefetches the line behind each one that is
// full, where the search goes on.
//
//go:noescape
func probeLines(base unsafe.Pointer, entries, addr *uint64, n int, open *int32, free *uint64) int
