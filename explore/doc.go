// Package explore searches the reachable configurations of any [lts.System]. It
// knows nothing of what a system stands for.
//
// [Reach] is a breadth-first search, level by level, by several workers that
// share one exact store (package store). It returns a [Space]:
//
//	Space.States, Transitions, Depth, ...   counts
//	Space.Fired                             actions taken anywhere
//	Space.Distances                         distances from the initial configuration
//	Space.Traces                            shortest runs to given configurations
//	Space.BottomComponents                  strongly connected components that nothing leaves
//	Space.Close                             gives the memory back; nothing else may be called after it
//
// While it runs, [Options.Observe] is called once for each explored
// configuration that has marks or no steps.
//
// # What is guaranteed
//
// Counts, the set of observations, traces and components depend on the system
// alone, not on the number of workers or on chance. A search that a limit stops
// in the middle of a level has the result of the levels before: see
// [Space.Levels]. Which limit that is, and where, is also the same in each
// run, except for Memory and for a cancelled context.
//
// A panic in the system, or in Observe, ends all workers and comes up in
// the caller as a [*Panic]. It never looks like an end of the search.
//
// # What it costs
//
// 30 bytes a configuration at most with states of one word, 22 and the state
// itself with wider ones (19 and 11 at best), and 8 bytes for each
// level and worker. Nothing is allocated for a state or a step. Traces expand
// each level before the deepest target once more. BottomComponents says what it
// costs itself.
//
// The package has no clock: who wants progress brings a ticker's channel.
package explore
