package expect

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"chorcheck/lang"
	"chorcheck/lang/diag"
	"chorcheck/lang/source"
	"chorcheck/model"
	"chorcheck/report"
	"chorcheck/verify"
)

// The words of the language of expectations are those of the checks.
func TestSubjectsAreTheChecks(t *testing.T) {
	want := []string{}
	for _, c := range verify.Checks() {
		want = append(want, c.ID)
	}
	want = append(want, "states", "transitions", "depth", "everything")
	assert.Equal(t, want, lang.ExpectationSubjects())
}

func check(id string) verify.Check {
	for _, c := range verify.Checks() {
		if c.ID == id {
			return c
		}
	}
	panic(id)
}

func TestCompare(t *testing.T) {
	result := &verify.Result{
		Checks: []verify.CheckResult{
			{Check: check("deadlock"), Verdict: verify.Violated, Findings: []verify.Finding{
				{Trace: make([]verify.Step, 3), Final: &verify.Configuration{}}, {Trace: make([]verify.Step, 5), Final: &verify.Configuration{}}}},
			{Check: check("stuck"), Verdict: verify.Inconclusive, Reason: "stopped at depth 9"},
			{Check: check("livelock"), Verdict: verify.Holds},
			{Check: check("no-termination"), Verdict: verify.NotApplicable},
			{Check: check("bound-reached"), Verdict: verify.Violated, Findings: []verify.Finding{{}}},
		},
		Statistics: verify.Statistics{States: 24, Transitions: 30, Depth: 9, Complete: true},
	}
	for text, want := range map[string][]report.Expectation{
		"deadlock violated":             {{Check: "deadlock", Subject: "deadlock", Expected: "violated", Found: "violated in 3 steps"}},
		"deadlock violated in 3 steps":  {{Check: "deadlock", Subject: "deadlock", Expected: "violated in 3 steps", Found: "violated in 3 steps"}},
		"deadlock violated in 1 step":   {{Check: "deadlock", Subject: "deadlock", Expected: "violated in 1 step", Found: "violated in 3 steps", Outcome: report.Unmet}},
		"deadlock holds":                {{Check: "deadlock", Subject: "deadlock", Expected: "holds", Found: "violated in 3 steps", Outcome: report.Unmet}},
		"stuck holds":                   {{Check: "stuck", Subject: "stuck", Expected: "holds", Found: "inconclusive (stopped at depth 9)", Outcome: report.Undecided}},
		"stuck inconclusive":            {{Check: "stuck", Subject: "stuck", Expected: "inconclusive", Found: "inconclusive (stopped at depth 9)"}},
		"no-termination not applicable": {{Check: "no-termination", Subject: "no-termination", Expected: "not applicable", Found: "not applicable"}},
		"bound-reached violated":        {{Check: "bound-reached", Subject: "bound-reached", Expected: "violated", Found: "violated"}},
		"orphan-message holds":          nil, // left out of the run
		"states 24, transitions 30":     {{Subject: "states", Expected: "24", Found: "24"}, {Subject: "transitions", Expected: "30", Found: "30"}},
		"depth 8":                       {{Subject: "depth", Expected: "8", Found: "9", Outcome: report.Unmet}},
		"everything holds":              {{Subject: "everything", Expected: "holds", Found: "deadlock violated, stuck inconclusive", Outcome: report.Unmet}},
	} {
		var bag diag.Bag
		u := &lang.Unit{File: source.New("x", "// expect: "+text), Automata: &model.Automata{}}
		u.Expectations = lang.Expectations(u.File, &bag)
		assert.False(t, bag.Failed(), text)
		for i := range want {
			want[i].Line = 1
		}
		assert.Equal(t, want, Compare(u, result), text)
	}
}

// A search that did not end leaves open what it has not refuted.
func TestNumbersOfAnIncompleteSearch(t *testing.T) {
	for text, want := range map[string]report.Expectation{
		"states 25":        {Line: 1, Subject: "states", Expected: "25", Found: "at least 24 (interrupted)", Outcome: report.Undecided},
		"states 24":        {Line: 1, Subject: "states", Expected: "24", Found: "at least 24 (interrupted)", Outcome: report.Undecided},
		"states 23":        {Line: 1, Subject: "states", Expected: "23", Found: "at least 24 (interrupted)", Outcome: report.Unmet},
		"everything holds": {Line: 1, Subject: "everything", Expected: "holds", Found: "stuck inconclusive", Outcome: report.Undecided},
	} {
		var bag diag.Bag
		u := &lang.Unit{File: source.New("x", "// expect: "+text), Automata: &model.Automata{}}
		u.Expectations = lang.Expectations(u.File, &bag)
		got := Compare(u, &verify.Result{
			Checks:     []verify.CheckResult{{Check: check("stuck"), Verdict: verify.Inconclusive}},
			Statistics: verify.Statistics{States: 24, Reason: "interrupted"},
		})
		assert.Equal(t, []report.Expectation{want}, got, text)
	}
}

// Expectations under conditions that are not met are left alone.
func TestConditions(t *testing.T) {
	var bag diag.Bag
	u := &lang.Unit{File: source.New("x", "// expect when fifo 1, n=3: states 1\n// expect when fifo 2: states 2"), Automata: &model.Automata{}}
	u.Expectations = lang.Expectations(u.File, &bag)
	u.Automata.Channels.Default = model.Channel{Discipline: model.FIFO, Capacity: 1}
	assert.Empty(t, Compare(u, &verify.Result{}))
	u.Params = map[string]int64{"n": 3}
	assert.Len(t, Compare(u, &verify.Result{}), 1)
}
