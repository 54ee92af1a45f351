package verify

import (
	"fmt"
	"math"

	"chorcheck/explore"
)

// Storage chooses the set of configurations that the search has seen; the zero value is
// an exact one. With a lossy one nothing holds: what was not found may have been missed.
// Searches on the side, as that for shortest runs, have exact ones.
type Storage = explore.Storage

// The kinds of Storage.
const (
	Exact    = explore.Exact
	Compact  = explore.Compact
	Bitstate = explore.Bitstate
)

// MostHashes is the most hash functions of a bitstate store.
const MostHashes = explore.MostHashes

// StoreTooLargeError says that there is no memory for the table of a bitstate store.
type StoreTooLargeError = explore.TooLargeError

// lossyReason says why a search with a lossy store that has come to its end proves nothing.
func (v *verifier) lossyReason() string {
	o := v.space.Omission
	return fmt.Sprintf("the store is lossy (%s): %s missed configurations are expected, and any at all with probability %s",
		v.space.Store, estimate(o.Missed), estimate(o.Any))
}

// estimate writes a number that is not exact.
func estimate(x float64) string {
	switch {
	case x >= 100:
		return fmt.Sprintf("%.0f", x)
	case x >= 0.01:
		return fmt.Sprint(math.Round(x*1000) / 1000)
	}
	return fmt.Sprintf("%.1e", x)
}
