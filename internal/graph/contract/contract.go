// Package contract is what chorcheck and the program chorcheck-graph agree on: the name of
// the program, its exit codes and its limits. It holds constants only, so that the program can
// read them before anything else of it has begun.
package contract

import "time"

// Program is the name of the program.
const Program = "chorcheck-graph"

// The exit codes of the program. Whatever it is, what went wrong stands on one line of standard error.
const (
	OK       = 0
	BadText  = 4  // what it has read is no graph
	Usage    = 64 // the command line, or reading and writing
	TooLarge = 65 // more bytes, nodes or edges than it draws
	Time     = 66 // drawing takes longer than it may
	Memory   = 67 // drawing needs more memory than it may
	Bug      = 70 // the program, or what it is made of, is broken
)

// Limits of one drawing. Layout time grows faster than the number of nodes, and nobody can read a
// picture of many more.
const (
	MaxText     = 4 << 20 // bytes of the graph as text
	MaxPicture  = 32 << 20
	MaxNodes    = 300
	MaxEdges    = 1500
	MaxDepth    = 200 // of subgraphs within each other; the library breaks down at some more
	MaxTime     = 20 * time.Second
	MaxMemory   = 768 << 20 // bytes
	GraceMemory = 512 << 20 // what the system may give beyond, before it refuses
	GraceTime   = 5 * time.Second
)
