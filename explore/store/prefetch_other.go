//go:build !amd64 || purego

package store

const prefetching = false

func prefetch(*uintptr, int) {}
