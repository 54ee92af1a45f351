// Package sample has reports for the tests of the renderings: one in which
// everything occurs, and one whose names and messages are made to break a format.
package sample

import (
	"strings"

	"chorcheck/lang/diag"
	"chorcheck/lang/source"
	"chorcheck/model"
	"chorcheck/report"
	"chorcheck/verify"
)

// Report in which every judgement occurs.
func Report() *report.Report {
	f := file("specs/payment.chor", [2]string{"Customer", "Shop"}, "order", "rough")
	calm := &f.Result.Environments[0]
	calm.Checks = append(calm.Checks,
		verify.CheckResult{Check: verify.Check{ID: "stuck", Title: "nobody waits for ever while others go on"}, Verdict: verify.Inconclusive, Reason: "stopped at 10 states"},
		verify.CheckResult{Check: verify.Check{ID: "livelock"}, Verdict: verify.Holds},
		verify.CheckResult{Check: verify.Check{ID: "timer-leak"}, Verdict: verify.NotApplicable, Reason: "there are no timers"},
		verify.CheckResult{Check: verify.Check{ID: "bound-reached", Title: "no send ever waits for room in a queue", Warning: true}, Verdict: verify.Violated, Omitted: 2, Findings: []verify.Finding{
			{Cause: "Customer -> Shop", Message: "Customer waits for room", Help: "make the queue larger", Origins: []model.Origin{1}},
		}},
	)
	f.Diagnostics = []diag.Diagnostic{{
		Code: "CH0601", Severity: diag.Warning, Message: "`order` is never used", Help: "remove it",
		Primary: diag.Label{Span: f.Places[1]}, Secondary: []diag.Label{{Span: f.Places[2], Text: "seen here"}},
	}}
	f.Expectations = []report.Expectation{
		{Line: 1, Check: "deadlock", Env: "rough", Subject: "deadlock", Expected: "violated in 3 steps", Found: "violated in 3 steps"},
		{Line: 1, Check: "livelock", Env: "calm", Subject: "livelock", Expected: "violated", Found: "holds", Outcome: report.Unmet},
		{Line: 1, Env: "calm", Subject: "states", Expected: "24", Found: "at least 10", Outcome: report.Undecided},
	}
	f.MinCoverage = 90
	f.Result.Coverage = &verify.Coverage{Cells: []verify.CoverageCell{{Fault: "crash", Role: 1, Peer: -1, Place: 1, Strikes: []verify.Strike{{Environment: "rough", Status: verify.Unhandled, Finding: "Customer waits"}}}}}
	text := "choreography Broken\nrole A, B\nA -> : hello\n"
	at := strings.Index(text, ":")
	broken := report.File{
		Source: source.New("specs/broken.chor", text), Format: "chor",
		Diagnostics: []diag.Diagnostic{
			{Code: "CH0201", Message: "expected a role after `->`", Help: "name the receiver", Primary: diag.Label{Span: source.Span{Start: at, End: at + 1}}},
			{Code: "CH0003", Message: "there is no role `Bnak`", File: source.New("--faults", "crash Bnak"), Primary: diag.Label{Span: source.Span{Start: 6, End: 10}}},
		},
	}
	return &report.Report{
		Version: "1.2.3", Files: []report.File{f, broken},
		Errors: []report.Trouble{{File: "nowhere.chor", Message: "no such file or directory", Hint: "give a file"}},
	}
}

// WithBaseline is the report with a baseline that has the finding in the first
// environment.
func WithBaseline() *report.Report {
	r := Report()
	f := &r.Files[0]
	c := &f.Result.Environments[0].Checks[0]
	id := r.Identities(f, "calm", c.Check.ID, &c.Findings[0])[0]
	gone := id
	gone.Cause = "Shop@7"
	r.Baseline = &report.Baseline{Name: "known.json", Known: map[string]bool{id.Fingerprint(): true}, New: 2, Old: 1, Gone: []report.Identity{gone}}
	return r
}

// Hostile are names that are markup, commands, or the end of something.
func Hostile() []string {
	return []string{
		"]]></failure><!-- &amp; \"'", "\x1b[2J\x1b]0;title\x07", "a\r\n::error file=x::pwned\n", "%0A::set-output name=x::y,z:%",
		"; end\n#quot; loop #59; %% --> ->>", "@enduml\n@startuml\n!include /etc/passwd", "\"r0\" as r1 <b>**__//~~",
		"```\n</pre></details><script>x</script>|", "[a](javascript:1) {0} {{ }} \\", "\xff\xfe\u202e\u2028\x00\x7f", "end", " ", "note over", "$$x$$ @me :tada: ##[error]",
		"<script>alert(1)</script>", `'"><img src=x onerror=alert(1)>`, "../../../../etc/passwd", `C:\..\..\x`, "&lt;b&gt; &#10; %3Cb%3E", "\u202e\u05e9\u05dc\u05d5\u05dd \u2066\u0645\u0631\u062d\u0628\u0627\u2069", "\u009b31m\u0085",
		strings.Repeat("long ", 2000), strings.Repeat("<", 10_000),
	}
}

// Evil is a report in which all names and messages are a hostile one.
func Evil(name string) *report.Report {
	f := file(name, [2]string{name, name + "2"}, name, name)
	f.Choreography = name
	f.Diagnostics = []diag.Diagnostic{{Code: "CH0601", Severity: diag.Warning, Message: name, Help: name, Primary: diag.Label{Span: f.Places[1], Text: name}, Secondary: []diag.Label{{Span: f.Places[2], Text: name}}}}
	f.Expectations = []report.Expectation{{Line: 1, Subject: "deadlock", Expected: name, Found: name, Outcome: report.Unmet}}
	for i := range f.Result.Environments {
		e := &f.Result.Environments[i]
		e.Checks = append(e.Checks, verify.CheckResult{Check: verify.Check{ID: "stuck"}, Verdict: verify.Inconclusive, Reason: name})
		x := &e.Checks[0].Findings[0]
		x.Message, x.Help, x.Fault, x.Loop = name, name, name, name
		x.Final.Roles[0].Waits[0].For = name
		x.Final.Links = []string{name}
	}
	return &report.Report{
		Version: name, Files: []report.File{f}, Errors: []report.Trouble{{File: name, Message: name, Hint: name}},
		Baseline: &report.Baseline{Name: name},
	}
}

// file is a text in which a deadlock was found, in the environment calm and in another
// one with a crash.
func file(name string, roles [2]string, message, environment string) report.File {
	text := "choreography Payment\nrole Customer, Shop\nCustomer -> Shop: order\nShop -> Customer: receipt\n"
	at := func(line string) source.Span {
		i := strings.Index(text, line)
		return source.Span{Start: i, End: i + len(line)}
	}
	from, to := roles[0], roles[1]
	send := verify.Step{Action: from + " -> " + to + ": " + message, Kind: "send", Role: 0, Peer: 1, PeerTrans: -1, Origin: 1}
	take := verify.Step{Action: to + " <- " + from + ": " + message, Kind: "receive", Role: 1, Peer: 0, PeerTrans: -1, Origin: 1, Handler: "pay, on any at " + to}
	crash := verify.Step{Action: to + " crashes", Kind: "fault", Fault: "crash", Role: 1, Peer: -1, PeerTrans: -1}
	loss := verify.Step{Action: "a message is lost", Kind: "fault", Fault: "loss", Role: -1, Peer: -1, PeerTrans: -1}
	deadlock := func(trace ...verify.Step) verify.CheckResult {
		return verify.CheckResult{
			Check: verify.Check{ID: "deadlock", Title: "nobody waits for ever while nothing moves"}, Verdict: verify.Violated,
			Findings: []verify.Finding{{
				Cause: from + "@1", Message: from + " waits for ever", Help: "let " + to + " answer", Origins: []model.Origin{2, 1, 0}, Trace: trace,
				Final: &verify.Configuration{
					Roles: []verify.RoleState{
						{Role: from, State: "1", Waits: []verify.Wait{{For: "to receive receipt from " + to, On: to, Origin: 2}}},
						{Role: to, State: "crashed", Failed: true},
					},
					Queues: []verify.QueueState{{Name: from + " -> " + to, Messages: []string{message}, Capacity: 2}},
				},
			}},
		}
	}
	rough := deadlock(send, loss, crash)
	rough.Findings[0].Cause, rough.Findings[0].Fault = from+"@1 after a crash", to+" crashes"
	rough.Findings[0].Causal, rough.Findings[0].Untold = []int{0, 2}, []model.RoleID{0}
	statistics := verify.Statistics{States: 18, Transitions: 20, Depth: 13, ElapsedMS: 3.25, Complete: true}
	return report.File{
		Source: source.New(name, text), Format: "chor", Choreography: "Payment",
		Automata: &model.Automata{Roles: []model.Role{{Name: from}, {Name: to}}},
		Settings: report.Settings{Channels: "fifo 2"},
		Places:   []source.Span{{}, at("Customer -> Shop: order"), at("Shop -> Customer: receipt")},
		Result: &verify.Result{Environments: []verify.EnvironmentResult{
			{Environment: model.Calm(), Checks: []verify.CheckResult{deadlock(send, take)}, Statistics: statistics},
			{Environment: &model.Environment{Name: environment}, Checks: []verify.CheckResult{rough}, Statistics: statistics},
		}},
	}
}
