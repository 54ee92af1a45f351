package report

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"chorcheck/lang/diag"
	"chorcheck/lang/source"
	"chorcheck/model"
	"chorcheck/verify"
)

func TestWorse(t *testing.T) {
	order := []int{ExitOK, ExitInconclusive, ExitViolated, ExitRejected, ExitUsage, ExitBug}
	for i, a := range order {
		for j, b := range order {
			assert.Equal(t, order[max(i, j)], Worse(a, b), "%d, %d", a, b)
		}
	}
}

func TestExit(t *testing.T) {
	result := func(warning bool, v ...verify.Verdict) *verify.Result {
		e := verify.EnvironmentResult{Environment: model.Calm(), Statistics: verify.Statistics{Complete: true}}
		for _, v := range v {
			e.Checks = append(e.Checks, verify.CheckResult{Check: verify.Check{ID: "x", Warning: warning}, Verdict: v})
		}
		return &verify.Result{Environments: []verify.EnvironmentResult{e}}
	}
	across := result(false, verify.Holds)
	across.Across = []verify.CheckResult{{Check: verify.Check{ID: "y"}, Verdict: verify.Violated}}
	second := result(false, verify.Holds)
	second.Environments = append(second.Environments, result(false, verify.Violated).Environments...)
	warning := []diag.Diagnostic{{Severity: diag.Warning}}
	for _, c := range []struct {
		name         string
		file         File
		exit, strict int
	}{
		{"nothing", File{}, 0, 0},
		{"holds", File{Result: result(false, verify.Holds, verify.NotApplicable)}, 0, 0},
		{"violated", File{Result: result(false, verify.Holds, verify.Violated)}, 1, 1},
		{"violated in the second environment", File{Result: second}, 1, 1},
		{"violated in all together", File{Result: across}, 1, 1},
		{"inconclusive", File{Result: result(false, verify.Inconclusive, verify.Holds)}, 3, 3},
		{"the worst", File{Result: result(false, verify.Violated, verify.Inconclusive)}, 1, 1},
		{"the worst, turned round", File{Result: result(false, verify.Inconclusive, verify.Violated)}, 1, 1},
		{"a warning", File{Result: result(true, verify.Violated)}, 0, 1},
		{"an undecided warning", File{Result: result(true, verify.Inconclusive)}, 0, 3},
		{"rejected", File{Diagnostics: []diag.Diagnostic{{Severity: diag.Error}}}, 4, 4},
		{"a warning about the text", File{Diagnostics: warning, Result: result(false, verify.Holds)}, 0, 1},
		{"unmet", File{Result: result(false, verify.Inconclusive), Expectations: []Expectation{{Outcome: Undecided}, {Outcome: Unmet}, {}}}, 1, 1},
		{"met", File{Result: result(false, verify.Violated), Expectations: []Expectation{{}}}, 1, 1},
		{"undecided", File{Result: result(true, verify.Holds), Expectations: []Expectation{{}, {Outcome: Undecided}}}, 3, 3},
	} {
		assert.Equal(t, c.exit, c.file.Exit(false), c.name)
		assert.Equal(t, c.strict, c.file.Exit(true), "%s, strict", c.name)
	}
	r := Report{Files: []File{{Result: result(false, verify.Violated)}, {Diagnostics: []diag.Diagnostic{{}}}}}
	assert.Equal(t, 4, r.Exit())
	r.Errors = []Trouble{{}}
	assert.Equal(t, 64, r.Exit())
}

// cells are one strike each, with these statuses.
func cells(status ...verify.CoverageStatus) *verify.Coverage {
	c := &verify.Coverage{}
	for i, s := range status {
		c.Cells = append(c.Cells, verify.CoverageCell{Fault: "crash", Role: model.RoleID(i), Peer: -1, Strikes: []verify.Strike{{Environment: "rough", Status: s}}})
	}
	return c
}

func TestCoverage(t *testing.T) {
	complete := func(c *verify.Coverage, complete bool) *verify.Result {
		return &verify.Result{Coverage: c, Environments: []verify.EnvironmentResult{{
			Environment: &model.Environment{Name: "rough"}, Statistics: verify.Statistics{Complete: complete},
		}}}
	}
	half := cells(verify.Handled, verify.Unhandled)
	open := cells(verify.Tolerated, verify.Unjudged)
	for _, c := range []struct {
		name     string
		coverage *verify.Coverage
		complete bool
		least    float64
		want     Outcome
		exit     int
	}{
		{"nothing is required", half, true, 0, Met, 0},
		{"enough", half, true, 50, Met, 0},
		{"too little", half, true, 50.1, Unmet, 1},
		{"nothing can fail", nil, true, 100, Met, 0},
		{"not judged", open, true, 100, Undecided, 3},
		{"not judged, and not needed", open, true, 50, Met, 0},
		{"too little whatever the judgement", cells(verify.Unhandled, verify.Unjudged), true, 60, Unmet, 1},
		{"enough so far", half, false, 50, Undecided, 3},
		{"too little so far", half, false, 60, Undecided, 3},
	} {
		f := File{Result: complete(c.coverage, c.complete), Coverage: true, MinCoverage: c.least}
		assert.Equal(t, c.want, f.Covered(), c.name)
		assert.Equal(t, c.exit, f.Exit(false), c.name)
	}
	many := cells(slices.Repeat([]verify.CoverageStatus{verify.Handled}, 10_000)...)
	many.Cells[17].Strikes[0].Status = verify.Partial
	assert.InDelta(t, 99.9, Percent(many), 1e-9, "a gap is never rounded away")
	gaps := Gaps(cells(verify.Partial, verify.Handled, verify.Unjudged, verify.Unhandled))
	order := []model.RoleID{}
	for _, g := range gaps {
		order = append(order, g.Role)
	}
	assert.Equal(t, []model.RoleID{3, 0, 2}, order)
	assert.Empty(t, Gaps(nil))
}

// TestRows: one row for each check, one group for each cause, with the shortest trace.
func TestRows(t *testing.T) {
	finding := func(cause string, steps int) verify.Finding {
		return verify.Finding{Cause: cause, Trace: make([]verify.Step, steps), Final: &verify.Configuration{}}
	}
	check := func(id string, v verify.Verdict, findings ...verify.Finding) verify.CheckResult {
		return verify.CheckResult{Check: verify.Check{ID: id}, Verdict: v, Findings: findings}
	}
	environment := func(name string, checks ...verify.CheckResult) verify.EnvironmentResult {
		return verify.EnvironmentResult{Environment: &model.Environment{Name: name}, Checks: checks}
	}
	f := File{Result: &verify.Result{
		Environments: []verify.EnvironmentResult{
			environment("calm", check("deadlock", verify.Violated, finding("a", 7), finding("b", 8)), check("bound-reached", verify.NotApplicable)),
			environment("rough", check("deadlock", verify.Violated, finding("a", 5), finding("", 5), finding("", 9)), check("bound-reached", verify.Holds)),
			environment("harsh", check("deadlock", verify.Inconclusive), check("bound-reached", verify.Inconclusive)),
			environment("rain", check("deadlock", verify.Violated, finding("a", 6)), check("bound-reached", verify.NotApplicable)),
		},
		Across: []verify.CheckResult{check("dead-interaction", verify.Violated, finding("a", 0)), check("stuck", verify.Holds)},
	}}
	rows := f.Rows()
	type group struct {
		environment string
		steps       int
		others      []string
	}
	ids, groups := []string{}, [][]group{}
	for _, r := range rows {
		ids = append(ids, r.Check.ID)
		var list []group
		for _, g := range r.Groups {
			list = append(list, group{g.Environment, len(g.Finding.Trace), g.Environments})
		}
		groups = append(groups, list)
	}
	assert.Equal(t, []string{"deadlock", "stuck", "bound-reached", "dead-interaction"}, ids)
	assert.Equal(t, [][]group{
		{{"rough", 5, []string{"calm", "rain"}}, {"rough", 5, nil}, {"calm", 8, nil}, {"rough", 9, nil}}, nil, nil, {{"", 0, nil}},
	}, groups)
	assert.Equal(t, verify.Violated, rows[0].Verdict())
	assert.Equal(t, verify.Inconclusive, rows[2].Verdict())
	assert.Len(t, rows[0].Cells, 4)
	assert.Len(t, rows[3].Cells, 1)
	assert.Empty(t, (&File{}).Rows())

	both := finding("a", 3)
	both.Merged = []verify.MergedCause{{Cause: "a", Steps: 3}, {Cause: "b", Steps: 4}}
	f = File{Result: &verify.Result{Environments: []verify.EnvironmentResult{
		environment("calm", check("deadlock", verify.Violated, finding("b", 4))),
		environment("rough", check("deadlock", verify.Violated, both)),
		environment("rain", check("deadlock", verify.Violated, finding("b", 5), finding("c", 5))),
	}}}
	list := f.Rows()[0].Groups
	assert.Len(t, list, 2)
	assert.Equal(t, "rough", list[0].Environment)
	assert.Equal(t, []string{"calm", "rain"}, list[0].Environments)
}

func TestPlaces(t *testing.T) {
	f := File{Source: source.New("x", "a\nbc\n"), Places: []source.Span{{}, {Start: 2, End: 4}}}
	assert.Equal(t, 2, f.Line(1))
	for _, o := range []model.Origin{-1, 0, 2, 99} {
		_, ok := f.Place(o)
		assert.False(t, ok)
		assert.Zero(t, f.Line(o))
	}
}

func TestPrintable(t *testing.T) {
	for in, want := range map[string]string{
		"":                       "",
		"plain äöü 漢字 é":         "plain äöü 漢字 é",
		"\x1b[2J":                `\x1b[2J`,
		"a\tb\r\n\x00\x7f\u0085": `a\x09b\x0d\x0a\x00\x7f\x85`,
		"\u202eevil\u2066":       `\u202eevil\u2066`,
		"\ufeffx\u200b":          `\ufeffx\u200b`,
		"\U000e0041":             `\U000e0041`,
		"\xff\xfe":               `\xff\xfe`,
		"\ufffd":                 "\ufffd", // the real one is a character like any other
	} {
		assert.Equal(t, want, Printable(in), "%q", in)
	}
	assert.Equal(t, "a\tb\n\\x1b", PrintableBlock("a\tb\n\x1b"))
}
