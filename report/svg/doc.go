// Package svg draws counterexamples as pictures: a run as a sequence chart, with a lane
// for each role and time going down ([Sequence]), and the roles that wait for each other
// at its end ([Waits]). How to read a chart is in docs/charts.md.
//
// A [Chart] is the value between a finding and its picture. [FromFinding] makes it from
// what a verification says about a run: who moves, which message is sent, taken, lost or
// dropped at which step, when scopes are entered and left, when timers are armed. A chart
// knows nothing of coordinates, so that other renderings of a run can use it as well; in the
// picture each step is a group with the id "step-N" and the attribute data-step.
//
// The pictures are plain SVG 1.1 with one style sheet and no script, font or other file.
// They follow the reader's light or dark mode unless a [Theme] is forced. Equal charts
// give equal bytes. Names from the user's files are shown by the rules of
// [chorcheck/report.Printable], shortened to the room there is, and stand in full in titles;
// whatever they hold, the output is well-formed XML.
//
// Time and size are linear in the steps that are shown; long runs are folded unless
// [Options].Full is set. Positions are computed from estimated widths of characters, wide
// enough for the usual fonts without serifs; nothing is measured.
package svg
