package store

// Prefetch asks for the cache line of each address, where the machine can. Any address is
// allowed.
func Prefetch(addresses []uint64) {
	if prefetching && len(addresses) > 0 {
		prefetch(&addresses[0], len(addresses))
	}
}
