// Package guarded turns communicating automata and an environment into a program of
// guarded commands over global variables and queues: the one form that the exporters
// to the languages of other checkers print.
//
// It guarantees that the reachable states of the program are the reachable
// configurations of docs/semantics.md, and that its commands are the steps, faults
// and returning links, each with the same multiplicity. A command is one atomic
// transition: a condition on variables, conditions on queues, and
// assignments that all read the state before. Expressions are those of package
// model, over a longer list of variables; the conditions under which an expression has a value are written
// out, so that a printer need not know of values that do not exist.
//
// Costs: a command for each transition; for a rendezvous one for each pair of transitions, for a bag one for each list of values that can be
// received, for a message that overtakes others one for each place in its queue. What
// has no words is a list of problems: scopes and what belongs to them, numbers
// beyond 32 bits, and programs beyond [MaxCommands]. The package prints nothing.
package guarded
