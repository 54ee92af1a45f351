// Package lts is the waist of chorcheck: finite labelled transition systems,
// and nothing else. Everything below it (languages, projection, networks of
// automata) produces a [System]; everything above it (search, reductions,
// checks) consumes one. It imports nothing of ours.
//
// A configuration is a [State]: a slice of exactly Width machine words. Two
// configurations are equal if and only if their words are equal, so a state is
// cheap to hash, to copy and to store.
//
// A system may have more powers than [System] asks for. They are optional
// interfaces, found by type assertion:
//
//	interface    power                                   used by
//	Describer    names its actions and states            traces, error messages
//	Packed       states of one word use few bits         stores
//	Independent  says which steps meddle with which      partial-order reduction
//	Divisible    falls into parts that do not meet       one part at a time
//	Symmetric    knows interchangeable parts             reduction by symmetry
//	Resettable   knows variables that nobody reads       reduction by dead variables
//	Local        consists of components                  decision diagrams
//
// What a System guarantees: Next is deterministic, emits its steps in a fixed
// order, keeps no reference to its arguments, does not change the state that it
// is given, and may be called from several goroutines at once. [Checked] wraps a
// system and tests all of that on every call.
//
// Costs: no allocation per state or per step once a [Steps] buffer has grown.
package lts
