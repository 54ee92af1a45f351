package store

import "golang.org/x/sys/unix"

// adviseHuge asks for huge pages. They are a matter of speed alone: random
// access to a large table is bound by misses of the translation buffer.
func adviseHuge(mem []byte) { _ = unix.Madvise(mem, unix.MADV_HUGEPAGE) }
