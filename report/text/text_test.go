package text

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"slices"
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
		Source: source.New("payment.chor", payment), Choreography: "Payment",
		Automata: &model.Automata{Roles: []model.Role{{Name: "Customer"}, {Name: "Shop"}}},
		Settings: report.Settings{Channels: "fifo 2"},
		Places:   []source.Span{{}, at("Customer -> Shop: order"), at("Shop -> Customer: receipt")},
		Result:   &verify.Result{Environments: []verify.EnvironmentResult{in("calm", checks...)}},
	}
}

// in is what was found out in one environment.
func in(name string, checks ...verify.CheckResult) verify.EnvironmentResult {
	return verify.EnvironmentResult{Environment: &model.Environment{Name: name}, Checks: checks, Statistics: verify.Statistics{
		States: 18, Transitions: 1, Depth: 13, ElapsedMS: 3.24, Complete: true,
	}}
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

// failures is a report on several environments, with a coverage matrix.
func failures() report.File {
	f := reportOn()
	f.Automata.Exceptions = []model.Exception{{Name: "Declined"}}
	f.Automata.Scopes = []model.Scope{
		{Name: "pay", Handlers: []model.Handler{{At: 1}, {Any: true, At: 0}}},
		{Handlers: []model.Handler{{At: 0}}},
	}
	crash := violation(0)
	crash.Cause, crash.Fault, crash.Untold = "Customer waits", "Bank crashes", []model.RoleID{0, 1}
	crash.Final.Roles[1].In, crash.Final.Roles[1].Armed = []string{"pay", "audit, on any at Shop"}, []string{"slow"}
	crash.Final.Roles[2].State, crash.Final.Links = "crashed", []string{"Customer -- Shop"}
	crash.Final.Cycle = nil
	crash.Trace = []verify.Step{
		{Action: "Customer -> Shop: order", Origin: 1}, {Action: "Shop <- Customer: order", Origin: 1}, {Action: "Customer: tries = 1"},
		{Action: "Bank crashes", Kind: "fault", Fault: "crash", Role: -1},
		{Action: "timer bankSlow of Shop fires (handler bankSlow at Shop of scope pay)", Kind: "timeout", Handler: "pay, on bankSlow at Shop", Origin: 2},
		{Action: "Shop -> Customer: receipt", Origin: 2},
	}
	crash.Causal = []int{1, 3, 4}
	later := crash
	later.Trace = append(slices.Clone(crash.Trace), verify.Step{Action: "Customer: tries = 2"})
	other := violation(1)
	other.Cause = "something else"
	fine := func(id string) verify.CheckResult {
		return verify.CheckResult{Check: check(id, false), Verdict: verify.Holds}
	}
	violated := func(id string, findings ...verify.Finding) verify.CheckResult {
		return verify.CheckResult{Check: check(id, false), Verdict: verify.Violated, Findings: findings}
	}
	open := verify.CheckResult{Check: check("stuck", false), Verdict: verify.Inconclusive, Reason: "interrupted", Notes: []string{"a note"}}
	idle := verify.CheckResult{Check: check("timer-leak", false), Verdict: verify.NotApplicable, Reason: "no timers"}
	guard := violated("unguarded-wait", violation(2))
	guard.Check.Warning, guard.Omitted = true, 3
	f.Result.Environments = []verify.EnvironmentResult{
		in("calm", fine("deadlock"), fine("stuck"), idle, fine("unguarded-wait")),
		in("rough", violated("deadlock", crash), open, idle, guard),
		in("a-long-name", violated("deadlock", other, later), fine("stuck"), idle, fine("unguarded-wait")),
	}
	f.Result.Across = []verify.CheckResult{
		{Check: check("dead-handler", true), Verdict: verify.Violated, Findings: []verify.Finding{{Message: "nobody enters it"}}},
		{Check: check("dead-interaction", true), Verdict: verify.Holds},
	}
	strike := func(environment string, s verify.CoverageStatus, handlers ...model.HandlerRef) verify.Strike {
		return verify.Strike{Environment: environment, Status: s, Handlers: handlers}
	}
	f.Result.Coverage = &verify.Coverage{Cells: []verify.CoverageCell{
		{Fault: "crash", Role: 1, Peer: -1, Place: 1, Strikes: []verify.Strike{
			strike("rough", verify.Handled, model.HandlerRef{Scope: 0, Part: 1}, model.HandlerRef{Scope: 1, Part: 1}),
			strike("a-long-name", verify.Partial, model.HandlerRef{Scope: 0, Part: 2}),
		}},
		{Fault: "crash", Role: 1, Peer: -1, Strikes: []verify.Strike{strike("rough", verify.Tolerated)}},
		{Fault: "loss", Role: 0, Peer: 1, Place: 1, Strikes: []verify.Strike{{Environment: "rough", Status: verify.Unhandled, Finding: "Shop waits for ever"}}},
		{Fault: "disconnect", Role: 0, Peer: 1, Place: 2, Strikes: []verify.Strike{strike("a-long-name", verify.Unjudged)}},
		{Fault: "stray", Detail: "order", Role: 0, Peer: 1, Strikes: []verify.Strike{strike("a-long-name", verify.Handled)}},
	}}
	f.Expectations = []report.Expectation{
		{Line: 1, Env: "rough", Check: "deadlock", Subject: "deadlock", Expected: "holds", Found: "violated in 6 steps", Outcome: report.Unmet},
		{Line: 2, Subject: "dead-handler", Expected: "holds", Found: "violated", Outcome: report.Unmet},
	}
	return f
}

func TestEnvironments(t *testing.T) {
	plain := failures()
	covered := failures()
	covered.Expectations, covered.Coverage = nil, true
	low := failures()
	low.Expectations, low.Coverage, low.MinCoverage = nil, true, 90
	undecided := failures()
	undecided.Expectations, undecided.Coverage, undecided.MinCoverage = nil, true, 60
	safe := failures()
	safe.Expectations, safe.Coverage, safe.MinCoverage = nil, true, 100
	safe.Result.Coverage = nil
	for i := range safe.Result.Environments {
		safe.Result.Environments[i].Checks = safe.Result.Environments[0].Checks
	}
	unseen := failures()
	unseen.Expectations, unseen.Coverage = nil, true
	unseen.Result.Coverage, unseen.Result.Environments[0].Statistics.Complete = &verify.Coverage{}, false
	waiting := failures()
	waiting.Expectations = nil
	for line := range 6 {
		waiting.Expectations = append(waiting.Expectations, report.Expectation{Line: line + 1, Subject: "stuck", Expected: "holds", Found: "inconclusive (stopped)", Outcome: report.Undecided})
	}
	waiting.Expectations[4].Outcome = report.Unmet
	single := failures()
	single.Expectations, single.Result.Environments = nil, single.Result.Environments[1:2]
	for _, c := range []struct {
		name  string
		style Style
		file  report.File
	}{
		{"environments", Style{}, plain},
		{"environments-full", Style{FullTrace: true}, plain},
		{"environments-color", Style{Color: true}, plain},
		{"coverage", Style{}, covered},
		{"coverage-low", Style{}, low},
		{"coverage-undecided", Style{}, undecided},
		{"coverage-unseen", Style{}, unseen},
		{"expectations-undecided", Style{}, waiting},
		{"expectations-undecided-full", Style{FullTrace: true}, waiting},
		{"environments-hold", Style{}, safe},
		{"environment", Style{}, single},
	} {
		t.Run(c.name, func(t *testing.T) {
			var b bytes.Buffer
			Write(&b, &report.Report{Files: []report.File{c.file}}, c.style)
			golden(t, c.name, b.String())
			var plain bytes.Buffer
			c.style.Color = false
			Write(&plain, &report.Report{Files: []report.File{c.file}}, c.style)
			assert.Equal(t, plain.String(), uncolored(b.String()))
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
		{Code: "CH0003", Message: "of an option", File: source.New("--faults", "crash Shopp"), Primary: diag.Label{Span: source.Span{Start: 6, End: 11}}},
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
