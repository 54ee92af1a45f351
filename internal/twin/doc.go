// Package twin is the slow twin of projection, of the network and of the search for
// protocols with failures: an interpreter that runs choreographies directly, role by
// role, on their trees. It is written from docs/projection.md and docs/semantics.md
// alone and shares no code with what it is compared with; it knows no encodings,
// minimisation or renumbering. Tests run random choreographies on both.
//
// The same runtime also runs automata, so that a difference can be laid at the door
// of projection or of the network.
//
// It is for small choreographies: a search holds each configuration as text.
// Messages carry no values and choices have no guards.
package twin
