//go:build unix && !linux

package store

// adviseHuge does nothing: there is no call for it here.
func adviseHuge([]byte) {}
