package report

import (
	"iter"
	"strings"

	"chorcheck/verify"
)

// FailOn says what counts for the exit code.
type FailOn int

// What counts. A rejected text and trouble with files count always.
const (
	OnError      FailOn = iota // violations, and what is not decided
	OnUnexpected               // those that the text does not expect
	OnNothing                  // no verdict at all
)

// Judgement says what a verdict means to those who wait for the answer: is there
// something to do?
type Judgement int

// The judgements.
const (
	Fine     Judgement = iota // it holds
	Idle                      // not applicable
	Open                      // inconclusive
	Unclear                   // inconclusive, and it does not matter: a warning, or expected
	Advice                    // violated: a warning that does not count
	Expected                  // violated, as the text expects
	Known                     // violated, and all findings are in the baseline
	Failure                   // violated
)

// Judge a verdict of a file in an environment; the environment is "" if it is about
// all of them together.
func (r *Report) Judge(f *File, environment string, c *verify.CheckResult) Judgement {
	counts := !c.Check.Warning || r.Strict
	_, expected := f.AsExpected(environment, c)
	switch c.Verdict {
	case verify.Holds:
		return Fine
	case verify.NotApplicable:
		return Idle
	case verify.Inconclusive:
		if !counts || expected && r.FailOn == OnUnexpected {
			return Unclear
		}
		return Open
	case verify.Violated:
	}
	switch {
	case !counts:
		return Advice
	case expected:
		return Expected
	case r.excused(f, environment, c):
		return Known
	}
	return Failure
}

// excused reports whether all findings of a violated check are in the baseline.
// Causes that were left out of the report could be new ones.
func (r *Report) excused(f *File, environment string, c *verify.CheckResult) bool {
	if r.Baseline == nil || c.Omitted > 0 {
		return false
	}
	for i := range c.Findings {
		if !r.KnownFinding(f, environment, c.Check.ID, &c.Findings[i]) {
			return false
		}
	}
	return true
}

// AsExpected gives the expectation of the text that a check has the verdict that it
// has. A number of steps may be undecided, but not another one.
func (f *File) AsExpected(environment string, c *verify.CheckResult) (*Expectation, bool) {
	var found *Expectation
	for i := range f.Expectations {
		e := &f.Expectations[i]
		if e.Check != c.Check.ID || e.Env != environment && e.Env != "" {
			continue
		}
		if e.Outcome == Unmet || !strings.HasPrefix(e.Expected, c.Verdict.String()) {
			return nil, false
		}
		if found == nil {
			found = e
		}
	}
	return found, found != nil
}

// Verdicts are those of all checks with their environments, which is "" for the
// checks about all of them together.
func (f *File) Verdicts() iter.Seq2[string, *verify.CheckResult] {
	return func(yield func(string, *verify.CheckResult) bool) {
		if f.Result == nil {
			return
		}
		for i := range f.Result.Environments {
			e := &f.Result.Environments[i]
			for j := range e.Checks {
				if !yield(e.Environment.Name, &e.Checks[j]) {
					return
				}
			}
		}
		for j := range f.Result.Across {
			if !yield("", &f.Result.Across[j]) {
				return
			}
		}
	}
}
