//go:build !unix

package store

// mapping says whether memory can be mapped.
const mapping = false

// mapWords says that memory cannot be mapped here.
func mapWords(int) (region, bool) { return region{}, false }

func unmap([]byte) {}

func discard([]uint64) {}

func mapRoom(int, int) (region, bool) { return region{}, false }

func (r *region) extend(int) { panic("store: a region without room") }
