// Package expect compares what a text says about its own verdicts, in its
// `// expect:` lines, with what a verification has found. docs/expectations.md is
// the description for users.
package expect

import (
	"fmt"
	"math/big"
	"slices"
	"strings"

	"chorcheck/lang"
	"chorcheck/report"
	"chorcheck/verify"
)

// Compare gives the outcome of each expectation of a unit whose conditions are met,
// in each environment that it is about: the one that it names or, if it names none,
// each one of which no other item says something about the same subject by name.
//
// Expectations about checks that were left out are not compared, nor counts where a
// reduction was on, and nothing is
// expected in an environment of the command line. Those about all
// environments together are compared if whole is set: all environments of the text
// were verified, and no others. A search that did not end leaves open what it has
// not refuted.
func Compare(u *lang.Unit, r *verify.Result, whole bool) []report.Expectation {
	var applying []lang.Expectation
	for _, e := range u.Expectations {
		if e.Applies(u) {
			applying = append(applying, e)
		}
	}
	var list []report.Expectation
	add := func(e lang.Expectation, environment string, out report.Expectation) {
		out.Line, out.Env = u.File.Position(e.Span.Start).Line, environment
		if e.File != nil {
			out.File, out.Line = e.File.Name, e.File.Position(e.Span.Start).Line
		}
		list = append(list, out)
	}
	for _, e := range applying {
		if c, ok := find(r.Across, e.Check); ok {
			if whole {
				add(e, "", verdict(e, c))
			}
			continue
		}
		for _, environment := range r.Environments {
			name := environment.Environment.Name
			if e.Env != name && (e.Env != "" || named(applying, e, name)) {
				continue
			}
			if !slices.Contains(u.Declared, name) {
				continue // it is not one of the text's
			}
			if out, ok := compare(e, environment); ok {
				add(e, name, out)
			}
		}
	}
	return list
}

// named reports whether some expectation about the same subject names the environment.
func named(list []lang.Expectation, e lang.Expectation, environment string) bool {
	return slices.ContainsFunc(list, func(x lang.Expectation) bool {
		return x.Env == environment && x.Check == e.Check && x.Quantity == e.Quantity
	})
}

func find(list []verify.CheckResult, id string) (verify.CheckResult, bool) {
	i := slices.IndexFunc(list, func(c verify.CheckResult) bool { return c.Check.ID == id })
	if i < 0 {
		return verify.CheckResult{}, false
	}
	return list[i], true
}

func compare(e lang.Expectation, r verify.EnvironmentResult) (report.Expectation, bool) {
	switch {
	case e.Quantity != "" && len(r.Statistics.Reductions) > 0:
		return report.Expectation{}, false // it is about the unreduced system
	case e.Quantity != "" && e.Quantity != "states" && r.Statistics.Engine == verify.Symbolic:
		return report.Expectation{}, false // diagrams count only states
	case e.Quantity != "":
		return quantity(e, r.Statistics), true
	case e.Check == lang.Everything:
		return everything(r.Checks), true
	}
	c, ok := find(r.Checks, e.Check)
	if !ok {
		return report.Expectation{}, false
	}
	return verdict(e, c), true
}

func verdict(e lang.Expectation, c verify.CheckResult) report.Expectation {
	out := report.Expectation{
		Check: e.Check, Subject: e.Check, Expected: words(e.Verdict, e.Steps), Found: words(c.Verdict.String(), steps(c)),
	}
	switch {
	case e.Verdict == c.Verdict.String() && (e.Steps < 0 || e.Steps == steps(c)):
	case c.Verdict == verify.Inconclusive, e.Verdict == c.Verdict.String() && c.Unshortened && e.Steps < steps(c):
		out.Outcome = report.Undecided
	default:
		out.Outcome = report.Unmet
	}
	switch {
	case c.Verdict == verify.Inconclusive:
		out.Found += " (" + c.Reason + ")"
	case c.Unshortened:
		out.Found += " (perhaps fewer)"
	}
	return out
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
	found := new(big.Int).Set(s.Number())
	switch e.Quantity {
	case "transitions":
		found.SetUint64(s.Transitions)
	case "depth":
		found.SetInt64(int64(s.Depth))
	}
	expected := e.Value
	out := report.Expectation{Subject: e.Quantity, Expected: e.Value.String(), Found: fmt.Sprint(found)}
	// Who misses configurations on the way may come to others late.
	late := e.Quantity == "depth" && s.Missed > 0
	if s.Order.Sampled() || s.Order == verify.DepthFirst && e.Quantity == "depth" {
		// Visits are counted there, or the longest run is.
		out.Found, out.Outcome = fmt.Sprintf("not known (%s search)", s.Order), report.Undecided
		return out
	}
	switch {
	case late:
		out.Found += " (" + s.Reason + ")"
	case !s.Complete:
		out.Found = "at least " + out.Found + " (" + s.Reason + ")"
	}
	switch {
	case late:
		out.Outcome = report.Undecided
	case found.Cmp(expected) > 0 || s.Complete && found.Cmp(expected) != 0:
		out.Outcome = report.Unmet
	case !s.Complete:
		out.Outcome = report.Undecided
	}
	return out
}

// everything holds if each check that is no warning holds or has no meaning here.
func everything(checks []verify.CheckResult) report.Expectation {
	var not []string
	outcome := report.Met
	for _, c := range checks {
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
