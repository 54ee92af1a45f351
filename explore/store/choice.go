package store

import (
	"fmt"
	"strings"
)

// Kind of a store.
type Kind int

// The kinds. Only an exact store knows each state by itself; the others are lossy: they
// may take a new state for one that they have.
const (
	Exact    Kind = iota // the states, or their numbers in a tree
	Compact              // a fingerprint of each state
	Bitstate             // some bits for each state, in a table of fixed size
)

func (k Kind) String() string { return [...]string{"exact", "compact", "bitstate"}[k] }

const (
	// DefaultHashes and MostHashes bound Choice.Hashes.
	DefaultHashes = 3
	MostHashes    = 32
	// DefaultTable is the size of the table of a bitstate store in bytes: 2^30 bits.
	DefaultTable = 128 << 20
	// mostTable keeps numbers of bits far below 2^63.
	mostTable = 1 << 56
)

// Choice is a kind of store and its shape. The zero value is an exact store. Seed is of
// lossy stores alone: with another one, other states are missed.
type Choice struct {
	Kind        Kind
	Fingerprint int   // Compact: bits of a fingerprint: 128, or up to 64 (fewer save nothing); 0: 64
	Hashes      int   // Bitstate: bits of a state, up to MostHashes; 0: DefaultHashes
	Table       int64 // Bitstate: bytes of the table; 0: DefaultTable
	Seed        uint64
}

// Lossy reports whether the store may take a new state for one that it has.
func (c Choice) Lossy() bool { return c.Kind != Exact }

// Check says what is wrong with a choice.
func (c Choice) Check() error {
	switch {
	case c.Kind < Exact || c.Kind > Bitstate:
		return fmt.Errorf("store: there is no kind %d", int(c.Kind))
	case c.Fingerprint < 0 || c.Fingerprint > 64 && c.Fingerprint != 128:
		return fmt.Errorf("store: a fingerprint of %d bits", c.Fingerprint)
	case c.Hashes < 0 || c.Hashes > MostHashes:
		return fmt.Errorf("store: %d hash functions", c.Hashes)
	case c.Table < 0 || c.Table > mostTable:
		return fmt.Errorf("store: a table of %d bytes", c.Table)
	}
	return nil
}

// normal fills in what is left open.
func (c Choice) normal() Choice {
	if c.Fingerprint == 0 {
		c.Fingerprint = 64
	}
	if c.Hashes == 0 {
		c.Hashes = DefaultHashes
	}
	if c.Table == 0 {
		c.Table = DefaultTable
	}
	return c
}

// TooLargeError says that the system has no memory for a table.
type TooLargeError struct{ Bytes int64 }

func (e *TooLargeError) Error() string {
	return fmt.Sprintf("there is no memory for a table of %s", size(e.Bytes))
}

// Describe names the store that is in use: "exact: direct", "exact: in line", "exact:
// compressed", "compact: 64 bits", "bitstate: 3 functions, 128 MiB".
func (s *Store) Describe() string {
	c := s.options.Choice
	switch t := s.set.(type) {
	case *bitstate:
		return t.describe()
	case *direct:
		return "exact: direct"
	}
	switch {
	case c.Kind == Compact:
		return fmt.Sprintf("compact: %d bits", c.Fingerprint)
	case s.tree != nil:
		return "exact: compressed"
	}
	return "exact: in line"
}

func (t *bitstate) describe() string {
	functions := "functions"
	if t.hashes == 1 {
		functions = "function"
	}
	return fmt.Sprintf("bitstate: %d %s, %s", t.hashes, functions, size(t.bytes()))
}

// size puts a number of bytes into words: "1.5 GiB".
func size(bytes int64) string {
	unit, n := "bytes", float64(bytes)
	for _, u := range []string{"KiB", "MiB", "GiB", "TiB", "PiB"} {
		if n < 1024 {
			break
		}
		unit, n = u, n/1024
	}
	return strings.TrimSuffix(fmt.Sprintf("%.1f", n), ".0") + " " + unit
}
