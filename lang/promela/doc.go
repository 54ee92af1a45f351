// Package promela writes communicating automata as a model for SPIN, so that another
// tool can count the same states.
//
// What it guarantees: SPIN's exhaustive search without reductions (`-DNOREDUCE
// -DSAFETY`, run with `-E`) stores exactly the reachable configurations of
// docs/semantics.md, and its transitions are the steps, and one for the start. To
// that end each role is a process with one control location, a loop over
// options. An option is one step: a `d_step` whose guard looks at the local
// state, which is a global variable. A rendezvous is an option of the sender, which moves the receiver too.
// A bag is an array with a counter for each kind of message. A role that fails has a
// local state of its own for that. An explicit timer is a variable.
//
// Costs: one option for each transition; for a rendezvous one for each pair of
// transitions, for a bag one for each list of values that can be received. What SPIN
// cannot hold (255 processes or channels, numbers beyond 32 bits, large bags) is an
// [ExportError], and so are scopes, exceptions, and environments in which something fails. The package does not run SPIN, and it translates no checks.
package promela
