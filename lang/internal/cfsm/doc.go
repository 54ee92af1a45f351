// Package cfsm is what the front ends of communicating automata share: a builder
// that numbers labels, states and places in the order in which they are met,
// what clauses of environments mean for automata, and the warnings that need the whole system. The error of
// their exporters and the words for environments are here too.
//
// It guarantees that the automata that it builds are well formed: transitions are sorted by their
// source, state names are unique in their machine,
// and each transition, state and role has a place. Costs: linear in the number
// of transitions, but for the warnings, which compare a message that fits nowhere with
// those that might have been meant. It does not read any text.
package cfsm
