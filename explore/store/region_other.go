//go:build !unix

package store

// mapWords says that memory cannot be mapped here.
func mapWords(int) (region, bool) { return region{}, false }

func unmap([]byte) {}

func discard([]uint64) {}
