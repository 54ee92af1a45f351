// Package report is one value that says everything about a run of the tool: which
// files were read, what is wrong with their text, which verdicts they got and why,
// whether these were expected, and the exit code that follows.
//
// Renderings live in folders of their own, such as [chorcheck/report/text] and
// [chorcheck/report/sarif]; each is a function of a [Report] and writes the same
// bytes for the same value. What several of them need is here: how a verdict is to be
// judged ([Report.Judge]), what makes a finding the same one in another run
// ([Identity]), and a finding told in words ([File.Story]) or drawn
// ([File.Sequence]). Nothing here computes a verdict, reads a file or looks
// at the clock.
package report
