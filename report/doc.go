// Package report is one value that says everything about a run of the tool: which
// files were read, what is wrong with their text, which verdicts they got and why,
// whether these were expected, and the exit code that follows.
//
// Renderings live in folders of their own ([chorcheck/report/text],
// [chorcheck/report/json]); each is a function of a [Report] and writes the same
// bytes for the same value. Nothing here computes a verdict, reads a file or looks
// at the clock.
package report
