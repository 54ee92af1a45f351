// Package lang is the front door of all front ends: it guesses the format of a
// text, parses and lowers it, and projects a choreography onto its roles. What
// comes out is a [Unit]: automata to verify, diagnostics to show, and the table
// from the model's opaque origins back to places in the text.
package lang

import (
	"chorcheck/lang/diag"
	"chorcheck/lang/source"
	"chorcheck/model"
	"math/big"
)

// Options of Load.
type Options struct {
	Format   string              // "chor", "fsa", "kmc", or empty: guess from the name, then from the text
	Set      map[string]int64    // parameters to override
	Channels *model.Channel      // overrides the default channel of the text; nil: keep it
	Finals   map[string][]string // role name -> names of further final local states (automata only)

	// Faults are the clauses of an environment, separated by `;` or newlines: one named
	// `faults` takes the place of those of the text. Diagnostics about them have a
	// File of their own, named `--faults`.
	Faults string
	Env    []string // names of the environments to keep; none: all
}

// Unit is one text, understood as far as that was possible.
type Unit struct {
	File         *source.File
	Format       string
	Name         string // of the choreography; for automata the base name of the file
	Diagnostics  []diag.Diagnostic
	Dropped      int                  // diagnostics beyond diag.MaxPerFile
	Choreography *model.Choreography  // nil for automata and for rejected texts
	Automata     *model.Automata      // nil if the text is rejected
	Places       []source.Span        // by model.Origin; entry 0 is unused
	Environments []*model.Environment // what may fail, in the order of the text; never empty unless the text is rejected
	Interactions []model.Origin       // those that the check dead-interaction looks at
	Params       map[string]int64     // the values that were used
	Expectations []Expectation
	Properties   []*model.Property // in the order of the text
	Declared     []string          // the names of all environments without Options.Faults and Options.Env

	named []string // the names of properties, also of a text that is rejected
}

// Rejected reports whether there is nothing to verify: the text has errors.
func (u *Unit) Rejected() bool { return u.Automata == nil }

// Place is the span of an origin, and whether it has one.
func (u *Unit) Place(o model.Origin) (source.Span, bool) {
	if o <= 0 || int(o) >= len(u.Places) {
		return source.Span{}, false
	}
	return u.Places[o], true
}

// Expectation is one item of an `// expect:` line: what the author of the text
// says that a verification finds. docs/expectations.md has the grammar.
type Expectation struct {
	Span source.Span
	File *source.File // that the span is in; nil: the text that was loaded
	// When: conditions that must all hold for the expectation to count.
	Channels *model.Channel   // the default channel
	Params   map[string]int64 // parameters and their values
	Env      string           // the environment; empty: any

	Quantity string   // "states", "transitions", "depth", or empty: then it is about a check
	Value    *big.Int // not nil with a Quantity
	Check    string   // the id of a check, the name of a property, or "everything"
	Property bool     // Check is the name of a property
	Verdict  string   // "holds", "violated", "inconclusive", "not applicable"
	Steps    int      // length of the shortest trace; -1: not stated
}

// Applies reports whether the conditions of an expectation are met in a unit. That
// on the environment is left to whoever compares.
func (e Expectation) Applies(u *Unit) bool {
	if u.Automata == nil {
		return false
	}
	if e.Channels != nil && *e.Channels != u.Automata.Channels.Default {
		return false
	}
	for name, value := range e.Params {
		if v, ok := u.Params[name]; !ok || v != value {
			return false
		}
	}
	return true
}
