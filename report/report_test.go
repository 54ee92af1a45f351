package report

import (
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
		r := &verify.Result{}
		for _, v := range v {
			r.Checks = append(r.Checks, verify.CheckResult{Check: verify.Check{ID: "x", Warning: warning}, Verdict: v})
		}
		return r
	}
	warning := []diag.Diagnostic{{Severity: diag.Warning}}
	for _, c := range []struct {
		name         string
		file         File
		exit, strict int
	}{
		{"nothing", File{}, 0, 0},
		{"holds", File{Result: result(false, verify.Holds, verify.NotApplicable)}, 0, 0},
		{"violated", File{Result: result(false, verify.Holds, verify.Violated)}, 1, 1},
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
