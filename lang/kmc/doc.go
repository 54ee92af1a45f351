// Package kmc reads the session-type text of the tool kmc: for each role a local type,
// as in `A: rec x . B!job; {B?done;x, B?broken;end}`. docs/formats.md describes
// it for users.
//
// [Parse] turns each role's type into an automaton with one state for each
// position of the text that an action begins or ends at. States are named by
// numbers from 0, so that no two positions share one; what a branch that is a
// bare variable or `end` means is resolved by copying the first steps of its
// continuation. Text that cannot be read becomes diagnostics, all of them in one pass.
//
// Costs: linear in the text, whose size is limited to [MaxBytes], and at most
// [MaxTransitions] transitions. It does not minimise, and it writes nothing: the
// way back from automata is not unique.
package kmc
