// Package verify turns a network of automata into verdicts: it runs the search,
// decides the checks of docs/semantics.md, section 6, explains each violation in
// the words of the protocol, and has each trace replayed by package replay before
// anybody sees it.
package verify
