// Package model is what a protocol means, free of any syntax.
//
// A [Choreography] is the elaborated tree of a protocol seen from above: roles
// are numbered, arrays and parameters are unrolled, names are resolved. [Project]
// turns it into [Automata], one communicating automaton per role. [NewNetwork]
// compiles automata and channels into a [Network], which is an lts.System: local
// states and queue contents become bit fields of a few machine words, and a step
// is a table look-up and an exclusive or.
//
// Front ends build either of the first two. Every transition carries opaque
// [Origin] ids; only the front end that made them knows the places they mean.
package model
