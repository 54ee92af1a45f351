// Package explore searches the reachable configurations of any [lts.System]. It
// knows nothing of what a system stands for.
//
// [Reach] is a breadth-first search, level by level, by several workers that
// share one store (package store), an exact one unless [Options.Store] asks for another.
// It returns a [Space]:
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
// [DepthFirst] explores the same in another order: its space has the same counts, observations
// and components, but runs that are perhaps not the shortest. [RandomWalks] and [Swarm] are
// samples: they keep nothing, are never complete, and [Space.Runs] does a search of
// theirs once more to give the run to something that [Options.Observe] was shown.
//
// # What is guaranteed
//
// Counts, the set of observations, traces and components depend on the system
// alone, not on the number of workers or on chance. A search that a limit stops
// in the middle of a level has the result of the levels before: see
// [Space.Levels]. Which limit that is, and where, is also the same in each
// run, except for Memory and for a cancelled context.
//
// With a lossy store, some configurations may be missed, and with several workers it is
// chance which. What is found is there; its depth is perhaps not the least. Such a space
// is never complete, and Space.Omission says how much was probably missed.
//
// A panic in the system, or in Observe, ends all workers and comes up in
// the caller as a [*Panic]. It never looks like an end of the search.
//
// # What it costs
//
// 18 to 28 bytes a configuration, less if there are few bits, and with states of several
// words the dictionaries of their parts (package store); 8 bytes for each level and
// worker. Nothing is allocated for a state or a step. Traces expand
// each level before the deepest target once more. BottomComponents says what it
// costs itself.
//
// With [Options.Memory] what was found goes to disk before the search has to stop. With
// [Options.Keeper] complete levels are kept, and another search goes on from there with
// [Options.From]: it enters them into its store as they are and expands them once more,
// without looking anything up.
//
// The package has no clock: who wants progress brings a ticker's channel.
package explore
