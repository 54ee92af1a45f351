// Package ltl has formulas of linear temporal logic: their text, their meaning, and their translation
// to Büchi automata.
//
// [Parse] reads a text and gives its syntax tree, [Lower] makes a [Formula] of it: few operators, over propositions that are
// numbers. [Translate] makes an [Automaton] of a formula, that accepts the words in which it holds. [Holds] evaluates a formula on
// a word that repeats itself in the end, by the definition of the operators; it has nothing in common with the translation.
//
// The translation has these steps:
//
//  1. [Formulas.Simplify] rewrites the formula.
//  2. The tableau is a generalised Büchi automaton: its transitions have marks, and a run is accepting if it meets each mark
//     infinitely often. Its labels are decision diagrams up to the end.
//  3. What no accepted word needs is removed, and states and transitions are merged by simulations.
//  4. If the formula has a deterministic weak automaton, the smallest one is found.
//  5. Levels count the marks of a round, so that one mark is enough. The result is made smaller again.
//
// Everything is deterministic: formulas that are made in the same order have the same automata. Work is limited by counting
// steps. Translations of formulas of one [Formulas] must not run at the same time.
package ltl
