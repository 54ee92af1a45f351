// Package expect compares what a text says about its own verdicts, in its
// `// expect:` lines, with what a verification has found. docs/expectations.md is
// the description for users.
package expect

import (
	"fmt"
	"slices"
	"strings"

	"chorcheck/lang"
	"chorcheck/report"
	"chorcheck/verify"
)

// Compare gives the outcome of each expectation of a unit whose conditions are met.
// Expectations about checks that were left out are not compared. A search that did
// not end leaves open what it has not refuted.
func Compare(u *lang.Unit, r *verify.Result) []report.Expectation {
	var list []report.Expectation
	for _, e := range u.Expectations {
		if !e.Applies(u) {
			continue
		}
		if out, ok := compare(e, r); ok {
			out.Line = u.File.Position(e.Span.Start).Line
			list = append(list, out)
		}
	}
	return list
}

func compare(e lang.Expectation, r *verify.Result) (report.Expectation, bool) {
	switch {
	case e.Quantity != "":
		return quantity(e, r.Statistics), true
	case e.Check == lang.Everything:
		return everything(r), true
	}
	i := slices.IndexFunc(r.Checks, func(c verify.CheckResult) bool { return c.Check.ID == e.Check })
	if i < 0 {
		return report.Expectation{}, false
	}
	c := r.Checks[i]
	out := report.Expectation{
		Check: e.Check, Subject: e.Check, Expected: words(e.Verdict, e.Steps), Found: words(c.Verdict.String(), steps(c)),
	}
	switch {
	case e.Verdict == c.Verdict.String() && (e.Steps < 0 || e.Steps == steps(c)):
	case c.Verdict == verify.Inconclusive:
		out.Outcome = report.Undecided
	default:
		out.Outcome = report.Unmet
	}
	if c.Verdict == verify.Inconclusive {
		out.Found += " (" + c.Reason + ")"
	}
	return out, true
}

func words(verdict string, steps int) string {
	switch {
	case steps < 0:
		return verdict
	case steps == 1:
		return verdict + " in 1 step"
	}
	return fmt.Sprintf("%s in %d steps", verdict, steps)
}

// steps is the length of the shortest trace to a violation, -1 if there is none.
func steps(c verify.CheckResult) int {
	if c.Verdict != verify.Violated || len(c.Findings) == 0 || c.Findings[0].Final == nil {
		return -1
	}
	return len(c.Findings[0].Trace)
}

func quantity(e lang.Expectation, s verify.Statistics) report.Expectation {
	found := map[string]uint64{"states": s.States, "transitions": s.Transitions, "depth": uint64(s.Depth)}[e.Quantity]
	out := report.Expectation{Subject: e.Quantity, Expected: fmt.Sprint(e.Value), Found: fmt.Sprint(found)}
	if !s.Complete {
		out.Found = "at least " + out.Found + " (" + s.Reason + ")"
	}
	switch {
	case found > e.Value || s.Complete && found != e.Value:
		out.Outcome = report.Unmet
	case !s.Complete:
		out.Outcome = report.Undecided
	}
	return out
}

// everything holds if each check that is no warning holds or has no meaning here.
func everything(r *verify.Result) report.Expectation {
	var not []string
	outcome := report.Met
	for _, c := range r.Checks {
		if !c.Check.Warning && c.Verdict != verify.Holds && c.Verdict != verify.NotApplicable {
			not = append(not, c.Check.ID+" "+c.Verdict.String())
			if c.Verdict == verify.Violated {
				outcome = report.Unmet
			} else if outcome == report.Met {
				outcome = report.Undecided
			}
		}
	}
	out := report.Expectation{Subject: lang.Everything, Expected: "holds", Found: "holds", Outcome: outcome}
	if len(not) > 0 {
		out.Found = strings.Join(not, ", ")
	}
	return out
}
