package text

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chorcheck/lang/diag"
	"chorcheck/lang/source"
	"chorcheck/model"
	"chorcheck/report"
	"chorcheck/verify"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Empty(t, cmp.Diff(string(want), got))
}

const payment = `choreography Payment
role Customer, Shop
Customer -> Shop: order
Shop -> Customer: receipt
`

// reportOn is a report on the text above whose checks are given.
func reportOn(checks ...verify.CheckResult) report.File {
	at := func(line string) source.Span {
		i := strings.Index(payment, line)
		return source.Span{Start: i, End: i + len(line)}
	}
	return report.File{
		Source: source.New("payment.chor", payment), Choreography: "Payment", Environment: "calm",
		Automata: &model.Automata{Roles: []model.Role{{Name: "Customer"}, {Name: "Shop"}}},
		Settings: report.Settings{Channels: "fifo 2"},
		Places:   []source.Span{{}, at("Customer -> Shop: order"), at("Shop -> Customer: receipt")},
		Result: &verify.Result{Checks: checks, Statistics: verify.Statistics{
			States: 18, Transitions: 1, Depth: 13, ElapsedMS: 3.24, Complete: true,
		}},
	}
}

func check(id string, warning bool) verify.Check { return verify.Check{ID: id, Warning: warning} }

func violation(steps int) verify.Finding {
	f := verify.Finding{
		Message: "Customer waits for receipt", Help: "send it", Origins: []model.Origin{2, 0},
		Final: &verify.Configuration{
			Roles: []verify.RoleState{
				{Role: "Customer", State: "1", Variables: []string{"tries = 2", "open = true"}, Waits: []verify.Wait{
					{For: "to receive receipt from Shop", On: "Shop", Origin: 2}, {For: "for room in the queue to Shop", On: "Shop"}}},
				{Role: "Shop", State: "done", Final: true},
				{Role: "Bank", State: "failed", Failed: true},
			},
			Queues: []verify.QueueState{{Name: "Customer -> Shop", Messages: []string{"order", "order(3)"}, Capacity: 2}, {Name: "mailbox of Bank", Messages: []string{"x from Shop"}, Capacity: 4}},
			Cycle:  []string{"Customer", "Shop", "Customer"},
		},
	}
	for i := range steps {
		f.Trace = append(f.Trace, verify.Step{Action: "Customer -> Shop: order", Kind: "send", Origin: 1, Fails: i == steps-1})
	}
	return f
}

func TestReports(t *testing.T) {
	holds := verify.CheckResult{Check: check("deadlock", false), Verdict: verify.Holds, Notes: []string{"relative to fifo 2"}}
	idle := verify.CheckResult{Check: check("no-termination", false), Verdict: verify.NotApplicable, Reason: "Shop loops for ever by design"}
	open := verify.CheckResult{Check: check("stuck", false), Verdict: verify.Inconclusive, Reason: "stopped at depth 9"}
	bad := verify.CheckResult{Check: check("orphan-message", false), Verdict: verify.Violated, Findings: []verify.Finding{violation(2)}}
	many := verify.CheckResult{Check: check("deadlock", false), Verdict: verify.Violated, Omitted: 1, Findings: []verify.Finding{
		violation(0), violation(31), violation(3), violation(4)}}
	livelock := verify.CheckResult{Check: check("livelock", false), Verdict: verify.Violated, Findings: []verify.Finding{
		{Message: "it goes round", Loop: "Shop, Bank"}}}
	warning := verify.CheckResult{Check: check("bound-reached", true), Verdict: verify.Violated, Findings: []verify.Finding{violation(2), violation(3)}}

	unmet := reportOn(holds)
	unmet.Expectations = []report.Expectation{
		{Line: 1, Subject: "states", Expected: "24", Found: "18", Outcome: report.Unmet}, {Line: 1, Subject: "deadlock", Expected: "holds", Found: "holds"},
		{Line: 2, Subject: "depth", Expected: "99", Found: "at least 13 (interrupted)", Outcome: report.Undecided}}
	met := reportOn(holds)
	met.Expectations = unmet.Expectations[1:2]
	rejected := reportOn()
	rejected.Result, rejected.Automata = nil, nil
	rejected.Diagnostics = []diag.Diagnostic{{Code: "CH0301", Message: "there is no role `Shopp`", Primary: diag.Label{Span: rejected.Places[1]}}}
	evil := reportOn(bad)
	evil.Choreography, evil.Source = "a\x1b[2Jb", source.New("p\u202e.chor", payment)

	for _, c := range []struct {
		name   string
		strict bool
		style  Style
		files  []report.File
	}{
		{"holds", false, Style{}, []report.File{reportOn(holds, idle)}},
		{"warning", false, Style{}, []report.File{reportOn(holds, idle, warning)}},
		{"warning-strict", true, Style{}, []report.File{reportOn(holds, warning)}},
		{"violated", false, Style{}, []report.File{reportOn(holds, idle, open, bad, livelock, warning)}},
		{"color", false, Style{Color: true}, []report.File{reportOn(holds, idle, open, bad, warning)}},
		{"many", false, Style{}, []report.File{reportOn(many)}},
		{"many-full", false, Style{FullTrace: true}, []report.File{reportOn(many)}},
		{"several", false, Style{}, []report.File{unmet, met, rejected, reportOn(open)}},
		{"evil", false, Style{}, []report.File{evil}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var b bytes.Buffer
			Write(&b, &report.Report{Strict: c.strict, Files: c.files}, c.style)
			golden(t, c.name, b.String())
			if !c.style.Color {
				assert.NotContains(t, b.String(), "\x1b")
			}
			// Colour adds nothing but colour.
			var plain, colored bytes.Buffer
			style := c.style
			style.Color = false
			Write(&plain, &report.Report{Strict: c.strict, Files: c.files}, style)
			style.Color = true
			Write(&colored, &report.Report{Strict: c.strict, Files: c.files}, style)
			assert.Equal(t, plain.String(), uncolored(colored.String()))
		})
	}
}

func uncolored(s string) string {
	for _, p := range []paint{bold, dim, red, green, yellow, blue, "0"} {
		s = strings.ReplaceAll(s, "\x1b["+string(p)+"m", "")
	}
	return s
}

func TestDiagnostics(t *testing.T) {
	text := "role A\r\n\tA -> Bank: order\t// 漢字\x1b[2J é\n" + strings.Repeat("x", 500) + " Shop " + strings.Repeat("y", 500) + "\nlast"
	f := source.New("a.chor", text)
	at := func(s string) source.Span { i := strings.Index(text, s); return source.Span{Start: i, End: i + len(s)} }
	label := func(s, words string) diag.Label { return diag.Label{Span: at(s), Text: words} }
	list := []diag.Diagnostic{
		{Code: "CH0301", Message: "there is no role `Bank`", Primary: label("Bank", "not declared"), Help: "declare it",
			Secondary: []diag.Label{label("A", "the only role"), label("order", "sent here"), label("last", "far away")}},
		{Code: "CH0302", Severity: diag.Warning, Message: "wide", Primary: label("é", "after wide and hidden characters")},
		{Code: "CH0303", Message: "a long line", Primary: label("Shop", "in the middle"), Secondary: []diag.Label{{Span: source.Span{Start: len(text), End: len(text)}}}},
		{Code: "CH0304", Message: "several lines", Primary: diag.Label{Span: source.Span{Start: 0, End: len(text)}}},
		{Code: "CH0305", Message: "outside", Primary: diag.Label{Span: source.Span{Start: 99999, End: 5}}},
		{Code: "CH0306", Message: "the line ending", Primary: diag.Label{Span: source.Span{Start: 7, End: 7}}},
	}
	var b bytes.Buffer
	Diagnostics(&b, f, list, 3, Style{})
	golden(t, "diagnostics", b.String())
	for line := range strings.Lines(b.String()) {
		assert.Less(t, width(line), 160)
	}
}

// Lines of any length and spans of any kind are shown, quickly and without a panic.
func FuzzDiagnostic(f *testing.F) {
	f.Add("role A\n\tB", 3, 9, 10)
	f.Add("\r\r\n\xff\u202e", -5, 100, 1)
	f.Fuzz(func(t *testing.T, text string, start, end, limit int) {
		file := source.New("x", text)
		d := diag.Diagnostic{Code: "CH0101", Message: "m", Primary: diag.Label{Span: source.Span{Start: start, End: end}}}
		var b bytes.Buffer
		Diagnostics(&b, file, []diag.Diagnostic{d}, 0, Style{Width: 1 + min(max(limit, 0), 200)})
		if strings.ContainsAny(b.String(), "\x1b\u202e\x00") {
			t.Fatal("hidden characters are shown")
		}
	})
}

func TestLongLinesAreCheap(t *testing.T) {
	text := strings.Repeat("x", 10<<20)
	var b bytes.Buffer
	for range 10 {
		Diagnostics(&b, source.New("x", text), []diag.Diagnostic{{Primary: diag.Label{Span: source.Span{Start: 5 << 20, End: 10 << 20}}}}, 0, Style{})
	}
	assert.Less(t, b.Len(), 100_000)
}

func TestTroubles(t *testing.T) {
	var b bytes.Buffer
	Troubles(&b, []report.Trouble{{File: "a\x1b", Message: "no such file", Hint: "look again"}, {Message: "bad"}}, Style{})
	assert.Equal(t, "chorcheck: a\\x1b: no such file\n  look again\nchorcheck: bad\n", b.String())
}

func TestMilliseconds(t *testing.T) {
	for ms, want := range map[float64]string{0.04: "0.0 ms", 9.94: "9.9 ms", 311.2: "311 ms", 1400: "1.4 s", 180_000: "3 min"} {
		assert.Equal(t, want, milliseconds(ms))
	}
}
