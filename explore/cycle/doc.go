// Package cycle searches a finite transition system for an accepting run that is fair: one
// that goes on for ever, has infinitely many accepting steps, and neglects nobody. It is a
// lasso, a finite run to a cycle. Model checking of linear-time temporal logic comes to this:
// the system is then the product of a network and a Büchi automaton.
//
// [Search] is told by a [System] what the steps of a configuration are, which of them are
// accepting, and which actions are enabled, and by a [Fairness] which cycles count.
//
// # What is guaranteed
//
// A lasso that is found is there: its cycle closes, and is accepting and fair. If none is
// found and the result is Complete, there is none. A search that a limit has stopped says so,
// and says nothing else. Neither depends on the number of workers; with one worker
// the lasso is the same in each run, with several it may be another one each time, and a limit
// may stop one search before it finds what another finds within it.
//
// Runs are infinite. A system in which runs may end gives such ends a step to themselves.
//
// A panic in the system ends all workers and comes up in the caller as an [explore.Panic].
//
// # What it costs
//
// For each configuration its own words, 4 bytes, 4 more for each worker, and 10 to 22 for the
// slots of a hash table; and on the way, for each configuration whose component is not complete, 4 bytes,
// 16 on the run that the search is on, 24 for a component, 8 for a step that waits. Sets of marks come
// on top: a word for each 64 classes, two or three times. Nothing is allocated for a configuration or
// a step. Each configuration is expanded once, for strong fairness perhaps
// once more for each class that cannot be served, and once or some times more for a lasso.
//
// Memory is not given up to disk, and there is no lossy store.
//
// # What several workers share
//
// Each worker does the whole search, in an order of its own, and all share the table
// of configurations and the knowledge which of them cannot reach a cycle that counts. That helps
// where there are many components. A single large one is searched by one worker.
package cycle
