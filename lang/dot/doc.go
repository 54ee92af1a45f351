// Package dot draws communicating automata as text for Graphviz: one cluster for
// each role, the initial state marked by an arrow, final states by a double circle.
//
// The text depends on the automata alone. Names of any kind are escaped. The package
// lays nothing out and runs no program; a machine with some thousands of states is
// written, but hardly to be read.
package dot
