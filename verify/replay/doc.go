// Package replay executes communicating automata one step at a time, straight
// from the written rules: configurations are plain slices, every step copies the
// configuration, and nothing is encoded, cached or reduced.
//
// It is the second, independent reading of docs/semantics.md. The verifier uses
// it to re-execute each trace before a user sees it and to put steps and
// configurations into words; the simulator uses it to walk; the tests of the
// search engine use it as the reference. For that reason it shares no code with
// the engine: of package model it uses the data types, Expr.Eval, Structure.Chain and
// Structure.Concurrent only.
//
// An Interpreter is immutable and safe for concurrent use. All answers are
// deterministic. A step costs time and memory proportional to the size of the
// configuration and of the machines, so that the package is for traces, walks
// and small state spaces, not for large searches.
//
// Numbers of instances are exact: a configuration of a protocol with scopes in
// loops may have infinitely many successors, which a search has to bound.
//
// The automata must be well formed (see model.Automata); the package does not
// validate them.
package replay
