package report_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"chorcheck/lang/diag"
	"chorcheck/lang/source"
	"chorcheck/model"
	"chorcheck/report"
	"chorcheck/report/internal/sample"
	"chorcheck/verify"
)

// judged is a report on one check in the environment calm.
func judged(v verify.Verdict, warning bool, expected ...report.Expectation) *report.Report {
	c := verify.CheckResult{Check: verify.Check{ID: "deadlock", Warning: warning}, Verdict: v}
	if v == verify.Violated {
		c.Findings = []verify.Finding{{Cause: "A@1"}, {Cause: "B@1", Merged: []verify.MergedCause{{Cause: "B@1"}, {Cause: "B@2"}}}}
	}
	return &report.Report{Files: []report.File{{
		Source: source.New("a.chor", ""), Expectations: expected,
		Result: &verify.Result{Environments: []verify.EnvironmentResult{{Environment: model.Calm(), Checks: []verify.CheckResult{c}, Statistics: verify.Statistics{Complete: true}}}},
	}}}
}

// knowing is a baseline with these causes.
func knowing(r *report.Report, causes ...string) *report.Report {
	r.Baseline = &report.Baseline{Known: map[string]bool{}}
	for _, c := range causes {
		r.Baseline.Known[report.Identity{File: "a.chor", Environment: "calm", Check: "deadlock", Cause: c}.Fingerprint()] = true
	}
	return r
}

func TestJudge(t *testing.T) {
	yes := report.Expectation{Check: "deadlock", Env: "calm", Expected: "violated"}
	steps := report.Expectation{Check: "deadlock", Env: "calm", Expected: "violated in 3 steps", Outcome: report.Undecided}
	unmet := report.Expectation{Check: "deadlock", Env: "calm", Expected: "violated in 9 steps", Outcome: report.Unmet}
	open := report.Expectation{Check: "deadlock", Env: "calm", Expected: "inconclusive"}
	elsewhere := report.Expectation{Check: "deadlock", Env: "rough", Expected: "violated"}
	for _, c := range []struct {
		name   string
		report *report.Report
		want   report.Judgement
		exits  [3]int // by what counts: errors, what is not expected, nothing
	}{
		{"holds", judged(verify.Holds, false), report.Fine, [3]int{0, 0, 0}},
		{"idle", judged(verify.NotApplicable, false), report.Idle, [3]int{0, 0, 0}},
		{"open", judged(verify.Inconclusive, false), report.Open, [3]int{3, 3, 0}},
		{"open, warning", judged(verify.Inconclusive, true), report.Unclear, [3]int{0, 0, 0}},
		{"violated", judged(verify.Violated, false), report.Failure, [3]int{1, 1, 0}},
		{"violated, warning", judged(verify.Violated, true), report.Advice, [3]int{0, 0, 0}},
		{"expected", judged(verify.Violated, false, yes), report.Expected, [3]int{1, 0, 0}},
		{"expected, steps undecided", judged(verify.Violated, false, steps), report.Expected, [3]int{1, 3, 0}},
		{"other steps expected", judged(verify.Violated, false, unmet), report.Failure, [3]int{1, 1, 0}},
		{"both", judged(verify.Violated, false, yes, unmet), report.Failure, [3]int{1, 1, 0}},
		{"expected elsewhere", judged(verify.Violated, false, elsewhere), report.Failure, [3]int{1, 1, 0}},
		{"open, as expected", judged(verify.Inconclusive, false, open), report.Open, [3]int{3, 0, 0}},
		{"known", knowing(judged(verify.Violated, false), "A@1", "B@1"), report.Known, [3]int{0, 0, 0}},
		{"known by another cause", knowing(judged(verify.Violated, false), "A@1", "B@2"), report.Known, [3]int{0, 0, 0}},
		{"one is new", knowing(judged(verify.Violated, false), "A@1"), report.Failure, [3]int{1, 1, 0}},
		{"known and expected", knowing(judged(verify.Violated, false, yes), "A@1", "B@1"), report.Expected, [3]int{0, 0, 0}},
	} {
		f := &c.report.Files[0]
		for on, exit := range c.exits {
			c.report.FailOn = report.FailOn(on)
			assert.Equal(t, exit, c.report.Exit(), "%s, %d", c.name, on)
		}
		c.report.FailOn = report.OnError
		assert.Equal(t, c.exits == [3]int{report.ExitViolated, report.ExitOK, report.ExitOK}, c.report.ExpectedOnly(), c.name)
		assert.Equal(t, c.want, c.report.Judge(f, "calm", &f.Result.Environments[0].Checks[0]), c.name)
	}
	// Causes that were left out could be new, and strict counts warnings.
	r := knowing(judged(verify.Violated, false), "A@1", "B@1")
	r.Files[0].Result.Environments[0].Checks[0].Omitted = 1
	assert.Equal(t, 1, r.Exit())
	r = judged(verify.Violated, true)
	r.Strict = true
	assert.Equal(t, 1, r.Exit())

	// So are warnings of a text, unless they are known; its errors always count.
	r = judged(verify.Holds, false)
	f := &r.Files[0]
	f.Diagnostics = []diag.Diagnostic{{Code: "CH0601", Severity: diag.Warning, Message: "a message"}}
	assert.Equal(t, 0, r.Exit())
	r.Strict = true
	assert.Equal(t, 1, r.Exit())
	id := r.DiagnosticIdentity(f, f.Diagnostics[0])
	r.Baseline = &report.Baseline{Known: map[string]bool{id.Fingerprint(): true}}
	assert.Equal(t, 0, r.Exit())
	f.Diagnostics[0].Severity = diag.Error
	assert.Equal(t, 4, r.Exit())
	r.FailOn = report.OnNothing
	assert.Equal(t, 4, r.Exit())
}

func TestPath(t *testing.T) {
	r := &report.Report{Root: "/home"}
	for name, want := range map[string]string{
		"a.chor": "a.chor", "./b/../a.chor": "a.chor", "/home/x/a.chor": "x/a.chor", "/homes/a.chor": "/homes/a.chor", "/a.chor": "/a.chor", "../a.chor": "../a.chor", "-": "-",
	} {
		assert.Equal(t, want, r.Path(name))
	}
}

// Each part of an identity makes a difference, wherever one ends and the next begins.
func TestFingerprint(t *testing.T) {
	seen := map[string]bool{}
	list := []report.Identity{
		{}, {File: "a"}, {Environment: "a"}, {Check: "a"}, {Cause: "a"}, {Cause: "ab"}, {Check: "a", Environment: "b"}, {Check: "ab"}, {Environment: "ab"},
	}
	for _, id := range list {
		assert.Regexp(t, "^[0-9a-f]{32}$", id.Fingerprint())
		seen[id.Fingerprint()] = true
	}
	assert.Len(t, seen, len(list))
	// What is kept in files must not change.
	assert.Equal(t, "bee63bfa49aab5b438e0c1e9718a15f0", report.Identity{File: "a.chor", Environment: "calm", Check: "deadlock", Cause: "A@1"}.Fingerprint())
}

// A cause that is the number of a place is named by the text of the place.
func TestPlacesInIdentities(t *testing.T) {
	const text = "A -> B: x\nA ->  B: x\nA -> B: y\n"
	f := &report.File{Source: source.New("a.chor", text), Places: []source.Span{{}, {Start: 0, End: 9}, {Start: 10, End: 20}, {Start: 21, End: 30}}}
	cause := func(number string, o model.Origin) string {
		return (&report.Report{}).Identities(f, "", "dead-interaction", &verify.Finding{Cause: number, Origins: []model.Origin{o}})[0].Cause
	}
	assert.Equal(t, "A -> B: x", cause("1", 1))
	assert.Equal(t, "A -> B: x #2", cause("2", 2))
	assert.Equal(t, "A -> B: y", cause("3", 3))
	assert.Equal(t, "9", cause("9", 9), "it has no place")
	assert.Equal(t, "a message", (&report.Report{}).Identities(f, "", "x", &verify.Finding{Message: "a message"})[0].Cause)
}

func TestSequence(t *testing.T) {
	r := sample.Report()
	f := &r.Files[0]
	x := &f.Result.Environments[1].Checks[0].Findings[0]
	assert.Equal(t, report.Sequence{
		Participants: []string{"Customer", "Shop"},
		Events: []report.Event{
			{Arrow: report.Asynchronous, From: 0, To: 1, Text: "1: order"},
			{From: 0, To: 1, Text: "2: !! a message is lost"},
			{From: 1, To: 1, Text: "3: !! Shop crashes"},
			{From: 0, To: 0, Text: "waits to receive receipt from Shop"},
			{From: 1, To: 1, Text: "is crashed"},
		},
	}, f.Sequence(x, 10, 100))
	meet := verify.Step{Action: "Customer -> Shop: order", Kind: "rendezvous", Role: 0, Peer: 1}
	own := verify.Step{Action: "Shop: n = 1", Kind: "internal", Role: 1, Peer: -1}
	s := f.Sequence(&verify.Finding{Trace: []verify.Step{meet, own}}, 10, 100)
	assert.Equal(t, []report.Event{{Arrow: report.Rendezvous, From: 0, To: 1, Text: "1: order"}, {From: 1, To: 1, Text: "2: n = 1"}}, s.Events)
	folded := f.Sequence(&verify.Finding{Trace: []verify.Step{own, own, own, own, own, own, own}}, 4, 8)
	assert.Len(t, folded.Events, 5)
	assert.Equal(t, ".. 3 more steps", folded.Events[2].Text)
	assert.Equal(t, []string{"Shop"}, folded.Participants)
	assert.Equal(t, "1: n = 1", folded.Events[0].Text)
}

func TestMarkdown(t *testing.T) {
	assert.Equal(t, "plain text, 1.", report.Markdown("plain text, 1."))
	assert.Equal(t, "&#60;b&#62;&#91;x&#93;&#40;y&#41; &#96;&#124; &#92;x0a", report.Markdown("<b>[x](y) `| \n"))
}
