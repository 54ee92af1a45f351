// Package html renders a [report.Report] as one page for browsers: the verdicts by
// environment, the failure coverage matrix as a heat map whose cells lead to what becomes
// of a strike, each counterexample as a chart that can be stepped through, with the state
// of roles, queues, timers and variables beside it, and the statistics.
//
// The page is one file. It loads nothing: a content security policy allows its own style
// sheet and its own script, by their hashes, and nothing else. Without the script it is a
// static page, in which each step is a link to its state; the script adds keys, a slider
// and marks in the chart. It sets classes and attributes of what is there, and makes
// nothing out of text.
//
// Texts from the user's files are escaped by [html/template] and shown by the rules of
// [report.Printable]. A page is bounded: what there is no room for is counted, and the
// page says so.
package html
