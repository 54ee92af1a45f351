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
	result := &verify.Result{Environments: []verify.EnvironmentResult{{
		Environment: model.Calm(),
		Checks: []verify.CheckResult{
			{Check: check("deadlock"), Verdict: verify.Violated, Findings: []verify.Finding{
				{Trace: make([]verify.Step, 3), Final: &verify.Configuration{}}, {Trace: make([]verify.Step, 5), Final: &verify.Configuration{}}}},
			{Check: check("stuck"), Verdict: verify.Inconclusive, Reason: "stopped at depth 9"},
			{Check: check("livelock"), Verdict: verify.Holds},
			{Check: check("no-termination"), Verdict: verify.NotApplicable},
			{Check: check("bound-reached"), Verdict: verify.Violated, Findings: []verify.Finding{{}}},
		},
		Statistics: verify.Statistics{States: 24, Transitions: 30, Depth: 9, Complete: true},
	}}}
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
		u := &lang.Unit{File: source.New("x", "// expect: "+text), Automata: &model.Automata{}, Declared: []string{"calm", "rough", "harsh"}}
		u.Expectations = lang.Expectations(u.File, &bag)
		assert.False(t, bag.Failed(), text)
		for i := range want {
			want[i].Line, want[i].Env = 1, "calm"
		}
		assert.Equal(t, want, Compare(u, result, true), text)
	}
}

// A search that did not end leaves open what it has not refuted.
func TestNumbersOfAnIncompleteSearch(t *testing.T) {
	for text, want := range map[string]report.Expectation{
		"states 25":        {Line: 1, Env: "calm", Subject: "states", Expected: "25", Found: "at least 24 (interrupted)", Outcome: report.Undecided},
		"states 24":        {Line: 1, Env: "calm", Subject: "states", Expected: "24", Found: "at least 24 (interrupted)", Outcome: report.Undecided},
		"states 23":        {Line: 1, Env: "calm", Subject: "states", Expected: "23", Found: "at least 24 (interrupted)", Outcome: report.Unmet},
		"everything holds": {Line: 1, Env: "calm", Subject: "everything", Expected: "holds", Found: "stuck inconclusive", Outcome: report.Undecided},
	} {
		var bag diag.Bag
		u := &lang.Unit{File: source.New("x", "// expect: "+text), Automata: &model.Automata{}, Declared: []string{"calm", "rough", "harsh"}}
		u.Expectations = lang.Expectations(u.File, &bag)
		got := Compare(u, &verify.Result{Environments: []verify.EnvironmentResult{{
			Environment: model.Calm(),
			Checks:      []verify.CheckResult{{Check: check("stuck"), Verdict: verify.Inconclusive}},
			Statistics:  verify.Statistics{States: 24, Reason: "interrupted"},
		}}}, true)
		assert.Equal(t, []report.Expectation{want}, got, text)
	}
}

// A search that misses configurations comes to others late: it may be deeper than there is
// need, but what it has seen is there.
func TestNumbersOfALossySearch(t *testing.T) {
	e := verify.EnvironmentResult{
		Environment: model.Calm(), Statistics: verify.Statistics{States: 24, Depth: 9, Reason: "lossy", Missed: 1e-9, MissedAny: 1e-9},
	}
	for text, want := range map[string]report.Expectation{
		"depth 8":   {Line: 1, Env: "calm", Subject: "depth", Expected: "8", Found: "9 (lossy)", Outcome: report.Undecided},
		"depth 10":  {Line: 1, Env: "calm", Subject: "depth", Expected: "10", Found: "9 (lossy)", Outcome: report.Undecided},
		"states 25": {Line: 1, Env: "calm", Subject: "states", Expected: "25", Found: "at least 24 (lossy)", Outcome: report.Undecided},
		"states 23": {Line: 1, Env: "calm", Subject: "states", Expected: "23", Found: "at least 24 (lossy)", Outcome: report.Unmet},
	} {
		var bag diag.Bag
		u := &lang.Unit{File: source.New("x", "// expect: "+text), Automata: &model.Automata{}, Declared: []string{"calm"}}
		u.Expectations = lang.Expectations(u.File, &bag)
		got := Compare(u, &verify.Result{Environments: []verify.EnvironmentResult{e}}, true)
		assert.Equal(t, []report.Expectation{want}, got, text)
	}
}

// Expectations under conditions that are not met are left alone.
func TestConditions(t *testing.T) {
	var bag diag.Bag
	u := &lang.Unit{File: source.New("x", "// expect when fifo 1, n=3: states 1\n// expect when fifo 2: states 2"), Automata: &model.Automata{}, Declared: []string{"calm", "rough", "harsh"}}
	u.Expectations = lang.Expectations(u.File, &bag)
	u.Automata.Channels.Default = model.Channel{Discipline: model.FIFO, Capacity: 1}
	r := &verify.Result{Environments: []verify.EnvironmentResult{{Environment: model.Calm()}}}
	assert.Empty(t, Compare(u, r, true))
	u.Params = map[string]int64{"n": 3}
	assert.Len(t, Compare(u, r, true), 1)
}

// TestEnvironments: an item counts in the environment that it names, and without a
// name in those that no item about the same subject names.
func TestEnvironments(t *testing.T) {
	in := func(name string, v verify.Verdict, states uint64) verify.EnvironmentResult {
		return verify.EnvironmentResult{
			Environment: &model.Environment{Name: name}, Statistics: verify.Statistics{States: states, Complete: true},
			Checks: []verify.CheckResult{{Check: check("deadlock"), Verdict: v}, {Check: check("stuck"), Verdict: verify.Holds}},
		}
	}
	result := &verify.Result{
		Environments: []verify.EnvironmentResult{in("calm", verify.Holds, 1), in("rough", verify.Violated, 2), in("harsh", verify.Violated, 3), in("faults", verify.Violated, 4)},
		Across:       []verify.CheckResult{{Check: check("dead-handler"), Verdict: verify.Violated}},
	}
	for _, c := range []struct {
		text  string
		whole bool
		want  []string // environment: subject, outcome
	}{
		{"// expect: stuck holds", true, []string{"calm: stuck met", "rough: stuck met", "harsh: stuck met"}},
		{"// expect: deadlock holds", true, []string{"calm: deadlock met", "rough: deadlock unmet", "harsh: deadlock unmet"}},
		{"// expect: deadlock holds\n// expect when env rough: deadlock violated", true,
			[]string{"calm: deadlock met", "harsh: deadlock unmet", "rough: deadlock met"}},
		{"// expect when env rough: stuck holds\n// expect: deadlock violated", true,
			[]string{"rough: stuck met", "calm: deadlock unmet", "rough: deadlock met", "harsh: deadlock met"}},
		{"// expect when env rough, fifo 9: deadlock holds\n// expect: deadlock violated", true, // fifo 9 is not the case
			[]string{"calm: deadlock unmet", "rough: deadlock met", "harsh: deadlock met"}},
		{"// expect when env harsh: states 3, everything holds", true, []string{"harsh: states met", "harsh: everything unmet"}},
		{"// expect when env other: states 3", true, nil},  // not verified
		{"// expect when env faults: states 4", true, nil}, // of the command line
		{"// expect: everything holds", true, []string{"calm: everything met", "rough: everything unmet", "harsh: everything unmet"}},
		{"// expect: dead-handler violated", true, []string{": dead-handler met"}},
		{"// expect: dead-handler violated", false, nil},
		{"// expect: dead-interaction holds", true, nil}, // left out of the run
	} {
		var bag diag.Bag
		u := &lang.Unit{File: source.New("x", c.text), Automata: &model.Automata{}, Declared: []string{"calm", "rough", "harsh"}}
		u.Expectations = lang.Expectations(u.File, &bag)
		assert.False(t, bag.Failed(), c.text)
		var got []string
		for _, e := range Compare(u, result, c.whole) {
			got = append(got, e.Env+": "+e.Subject+" "+e.Outcome.String())
		}
		assert.Equal(t, c.want, got, c.text)
	}
}

// Counts are those of the unreduced search, and a run that is perhaps not the shortest
// one refutes no smaller number of steps.
func TestReducedSearch(t *testing.T) {
	result := &verify.Result{Environments: []verify.EnvironmentResult{{
		Environment: model.Calm(),
		Checks: []verify.CheckResult{{Check: check("deadlock"), Verdict: verify.Violated, Unshortened: true, Findings: []verify.Finding{
			{Trace: make([]verify.Step, 3), Final: &verify.Configuration{}}}}},
		Statistics: verify.Statistics{States: 24, Complete: true, Reductions: []string{"partial-order reduction"}},
	}}}
	for text, want := range map[string][]report.Expectation{
		"states 99":         nil,
		"deadlock violated": {{Check: "deadlock", Subject: "deadlock", Expected: "violated", Found: "violated in 3 steps (perhaps fewer)"}},
		"deadlock violated in 2 steps": {{Check: "deadlock", Subject: "deadlock", Expected: "violated in 2 steps",
			Found: "violated in 3 steps (perhaps fewer)", Outcome: report.Undecided}},
		"deadlock violated in 4 steps": {{Check: "deadlock", Subject: "deadlock", Expected: "violated in 4 steps",
			Found: "violated in 3 steps (perhaps fewer)", Outcome: report.Unmet}},
		"deadlock holds": {{Check: "deadlock", Subject: "deadlock", Expected: "holds",
			Found: "violated in 3 steps (perhaps fewer)", Outcome: report.Unmet}},
	} {
		u := lang.Load(source.New("x.chor", "// expect: "+text+"\nchoreography X\nrole A, B\nA -> B: m\n"), lang.Options{})
		list := Compare(u, result, true)
		for i := range want {
			want[i].Line, want[i].Env = 1, "calm"
		}
		assert.Equal(t, want, list, text)
	}
}
