// Package symbolic finds all reachable configurations of a system with a locality
// ([lts.Locality]) as one set, kept in a decision diagram, and works with such sets. It never
// looks at one configuration after the other: 10^38 of them may be 20,000 nodes.
//
// [Reach] returns a [Space], whose methods make and combine each [Set]:
//
//	All, Initial, Values, Statistics, Certify  what can be reached
//	Union, Intersect, Minus, Where, Map        sets from sets
//	CanStep, EnabledIn, FiredIn                what is possible in a set
//	Image, PreImage                            one event forward or backward
//	From, CanReach                             any number of them
//	Count, Contains, Equal, Pick, Each         what is in a set
//	Path, Walk                                 a shortest run to a set, or a short one
//
// # How it works
//
// A set is a quasi-reduced multi-valued decision diagram (Kam, Villa, Brayton,
// Sangiovanni-Vincentelli, "Multi-valued decision diagrams: theory and applications",
// Multiple-Valued Logic 4, 1998): one level for each component, nodes that list
// the values that are possible there and what may stand below each, and equal nodes only
// once. An event is a product of relations on few levels, and shares with others
// whatever they do below some level. Events that differ on one component alone
// are merged first.
//
// The closure of a set is found by saturation: the nodes of the lowest level first,
// each node is closed under the events whose highest component is at its level, before anything
// above looks at it. Ciardo, Luettgen, Siminiceanu, "Saturation: an efficient iteration
// strategy for symbolic state space generation", TACAS 2001; Ciardo, Marmorstein,
// Siminiceanu, "Saturation unbound", TACAS 2003, whose way to meet values on the fly this is.
// Backward, relations are inverted over the values that can be reached, and what cannot be
// reached is left out at the end; to keep each node within the reachable ones, as Zhao and
// Ciardo do ("Symbolic CTL model checking of asynchronous systems using constrained saturation", ATVA
// 2009), takes a hundred times as long for protocols whose roles end for good.
//
// # What is guaranteed
//
// Results are exact. They depend on the system alone, not on the memory; the order of the
// components matters only to which member [Space.Pick] picks, in which order [Space.Each]
// lists, and which of several shortest runs [Space.Path] finds. A
// search that is not finished gives an error, never a smaller set. [Space.Certify] checks, with
// code of its own, that no configuration is missing.
//
// # What it costs
//
// Time and memory go with the number of nodes, most of which are there during the search only;
// some 100 bytes each with tables and caches. That number hangs on the order of the levels,
// [Options.Order]: components that share events should be near each other. [Orders] has
// proposals. A component with a great many values makes wide nodes, each of which is copied when one
// value is added; several small components are better. The diagram of distances,
// for paths, usually has a few times the nodes of the reachable set.
//
// Garbage is collected when there is much of it, or when the budget is used up; caches are
// bounded and forget. What relations lead to is kept outside of the budget.
package symbolic
