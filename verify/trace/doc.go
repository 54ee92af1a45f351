// Package trace works on single runs that are known already: it finds a run again from what was written down of it
// ([Follow]), makes a violation plainer ([Minimize]), and compares two runs ([Compare]).
//
// All steps are made by the interpreter of package replay, so that whatever comes out is a run of the protocol.
// Whether a run still shows the violation is for the caller to say, who has a [verify.Reviewer] for that.
//
// Results are deterministic. Minimising costs as many steps of the interpreter as its options allow; it finds a run
// that no single part can be left out of, not the shortest of all, for which a search is needed. Comparing takes time
// proportional to the product of the lengths of what differs, and memory proportional to their sum.
package trace
