// Package fsa reads and writes communicating automata as text: the `.fsa` text
// of ChorGram, kmc and SEArch, with our own lines for channels, final states,
// internal steps and timers, and environments in the language of choreographies,
// which package chor reads. docs/formats.md describes it for users.
//
// [Parse] reads bytes of any kind without failing: what is wrong goes into a
// bag of diagnostics, all of it in one pass. [Write] is its inverse for automata
// without variables and scopes, and says which parts of others the text has no words for.
//
// Costs: linear in the text, whose size is limited to [MaxBytes]. It does not
// follow the `../other.fsa` references of SEArch's folders, and it does not join
// projections that lie in several files.
package fsa
