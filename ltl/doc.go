// Package ltl has formulas of linear temporal logic: their text, their meaning, and their translation
// to Büchi automata.
package ltl
