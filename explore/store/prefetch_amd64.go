//go:build amd64 && !purego

package store

const prefetching = true

// prefetch asks for the cache line of each of the n addresses at addr. Any
// address is allowed: a prefetch never faults.
//
//go:noescape
func prefetch(addr *uint64, n int)
