// Package graph makes pictures of graphs that are written in the language of Graphviz. The work is
// done by another program, chorcheck-graph, so that no command of chorcheck pays for the library that it needs,
// and nothing that the library does wrong can harm more than one picture.
//
// Draw guarantees that it ends, by a limit on time; that the program and what it may have started are
// gone then; that what comes back is well-formed SVG; and that nothing is written but into a directory that
// nobody else can write to. Several drawings may be made at once: each has a process of its own.
// The same text gives the same picture. A drawing costs a process: some 30 milliseconds,
// half a second more for the first one of a user, and what the layout takes.
//
// It does not write the text of graphs (package lang/dot does).
package graph
