// Package promela writes communicating automata in an environment as a model for
// SPIN, so that another tool can count the same states.
//
// What it guarantees: SPIN's exhaustive search without reductions (`-DNOREDUCE
// -DSAFETY`, run with `-E`) stores exactly the reachable configurations of
// docs/semantics.md, and its transitions are the steps, the faults and the links that
// come back, and one for the start. To that end the model is the program of guarded commands of
// package guarded: each role is a process with one control location, a loop over
// options, and so is the environment; an option is one command, a `d_step` whose guard looks at the local
// state, which is a global variable. A fifo or mailbox is a channel, or an array where messages
// may overtake others; a bag is an array with a counter for each kind of message.
// With -DDEADLOCK another process asserts that there is no deadlock.
//
// Costs: one option for each command. What
// SPIN cannot hold (255 processes or channels, numbers beyond 32 bits, large bags) is an
// [ExportError], and so is what has no guarded commands, scopes above all. The package does not run SPIN, and it translates no
// checks but the one for deadlocks.
package promela
