// Package tla writes communicating automata in an environment as a TLA+ module, and
// the configuration file with which TLC checks it for deadlocks.
//
// What it guarantees: the reachable states of the module are the reachable
// configurations of docs/semantics.md. It is the program of guarded commands of package guarded, the
// same that package promela prints, and SPIN confirms the counts of that one: one action for each command,
// local states as numbers, a fifo or mailbox as a sequence of tuples, a bag as a function from numbers
// of messages to their counts. `Steps` are the steps of the roles, `Faults` what the environment does,
// and `NoDeadlock` is the check deadlock. TLC counts a state's
// successors once for each action, and equal ones of one action once.
//
// Costs: one action for each command. What has no guarded commands is an [ExportError]. The package does
// not run TLC, and it translates no other checks and no fairness.
package tla
