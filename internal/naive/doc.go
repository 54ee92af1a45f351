// Package naive is the reference for the tests of the search engine: a plain
// breadth-first search over package replay, a plain computation of strongly
// connected components, and each check of docs/semantics.md written down as the
// page says it. It is meant to be obviously right, not fast: it keeps every
// configuration and every step in memory, and the searches take a limit.
//
// Besides, the package has a short notation for automata and a generator of
// random ones. It is for tests only. It shares no code with the engine.
package naive
