package json

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
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

// full is a report in which every key has something to say.
func full() *report.Report {
	text := "choreography Payment\nrole Customer, Shop\nCustomer -> Shop: order\n"
	at := source.Span{Start: strings.Index(text, "Customer -> Shop"), End: len(text) - 1}
	step := verify.Step{Action: "Customer -> Shop: order(3)", Kind: "send", Values: []int64{3}, Origin: 1, Fails: true, PeerTrans: -1}
	fault := verify.Step{Action: "Shop crashes", Kind: "fault", Fault: "crash", Handler: "pay, on Declined at Shop", Role: -1, PeerTrans: -1}
	automata := &model.Automata{Roles: []model.Role{{Name: "Customer"}, {Name: "Shop"}}}
	automata.Exceptions = []model.Exception{{Name: "Declined"}}
	automata.Scopes = []model.Scope{
		{Name: "pay", Handlers: []model.Handler{{At: 1}}},
		{Handlers: []model.Handler{{Any: true, At: 0}}},
	}
	return &report.Report{
		Version: "1.2.3",
		Errors:  []report.Trouble{{File: "nowhere.chor", Message: "no such file", Hint: "look again"}},
		Files: []report.File{
			{
				Source: source.New("payment.chor", text), Format: "chor", Choreography: "Payment",
				Automata: automata,
				Settings: report.Settings{Channels: "fifo 2", Params: map[string]int64{"n": 3}, Finals: map[string][]string{"Shop": {"q"}},
					Faults: "crash Shop", KeepCrashed: true},
				Places: []source.Span{{}, at},
				Diagnostics: []diag.Diagnostic{{
					Code: "CH0601", Severity: diag.Warning, Message: "<b> & \x1b \u202e \U000e0041", Help: "mend",
					Primary: diag.Label{Span: at, Text: "here"}, Secondary: []diag.Label{{Span: source.Span{Start: 9, End: 3}}},
				}, {
					Code: "CH0003", Message: "of an option", File: source.New("--faults", "crash Shopp"), Primary: diag.Label{Span: source.Span{Start: 6, End: 11}},
				}},
				Dropped:  2,
				Coverage: true, MinCoverage: 90,
				Result: &verify.Result{
					Environments: []verify.EnvironmentResult{{
						Environment: model.Calm(),
						Checks: []verify.CheckResult{
							{Check: verify.Check{ID: "deadlock"}, Verdict: verify.Violated, Omitted: 4, Notes: []string{"a note"}, Findings: []verify.Finding{
								{Cause: "the cause", Message: "a deadlock", Help: "break it", Origins: []model.Origin{1, 0}, Trace: []verify.Step{step, fault}, Loop: "on and on",
									Fault: "Shop crashes", Causal: []int{1}, Untold: []model.RoleID{0},
									Final: &verify.Configuration{
										Roles: []verify.RoleState{{Role: "Shop", State: "1", Final: true, Failed: true, Status: 2, In: []string{"pay"}, Armed: []string{"slow"}, Variables: []string{"x = 1"},
											Waits: []verify.Wait{{For: "to receive order from Customer", On: "Customer", Origin: 1}}}},
										Queues: []verify.QueueState{{Name: "Customer -> Shop", Messages: []string{"order(3)"}, Capacity: 2}},
										Links:  []string{"Customer -- Shop"},
										Cycle:  []string{"Customer", "Shop", "Customer"},
									}},
								{Message: "another one"},
							}},
							{Check: verify.Check{ID: "stuck"}, Verdict: verify.Inconclusive, Reason: "interrupted"},
							{Check: verify.Check{ID: "bound-reached", Warning: true}, Verdict: verify.NotApplicable, Reason: "no queues"},
						},
						Statistics: verify.Statistics{States: 18, Transitions: 20, Depth: 13, Workers: 2, PeakBytes: 4096, ElapsedMS: 3.25, BitsPerState: 9, Reason: "interrupted", Store: "compact: 64 bits", Missed: 0.25, MissedAny: 0.125, Order: verify.Swarm, Searches: 64, Distinct: 17, Taken: 3, Actions: 4},
					}, {
						Environment: &model.Environment{Name: "rough"},
						Checks:      []verify.CheckResult{{Check: verify.Check{ID: "livelock"}, Verdict: verify.Holds}},
						Statistics:  verify.Statistics{States: 10, Transitions: 10, Depth: 10, Store: "exact: direct", Complete: true},
					}},
					Across: []verify.CheckResult{{Check: verify.Check{ID: "dead-handler", Warning: true}, Verdict: verify.Holds}},
					Coverage: &verify.Coverage{Cells: []verify.CoverageCell{
						{Fault: "raise", Detail: "Declined", Role: 1, Peer: -1, Place: 1, Strikes: []verify.Strike{
							{Environment: "calm", Status: verify.Handled, Handlers: []model.HandlerRef{{Scope: 0, Part: 1}, {Scope: 1, Part: 1}}},
							{Environment: "rough", Status: verify.Unhandled, Finding: "Customer waits for ever"},
						}},
						{Fault: "loss", Role: 0, Peer: 1},
					}},
				},
				Expectations: []report.Expectation{{Line: 1, Check: "deadlock", Env: "calm", Subject: "deadlock", Expected: "violated in 1 step", Found: "violated in 1 step", Outcome: report.Undecided}, {Line: 2, Check: "dead-handler", Subject: "dead-handler", Expected: "holds", Found: "holds"}},
			},
			{Source: source.New("broken.chor", ""), Diagnostics: []diag.Diagnostic{{Code: "CH0101", Message: "nothing"}}},
		},
	}
}

func TestGolden(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, Write(&b, full()))
	if *update {
		require.NoError(t, os.WriteFile("testdata/full.golden.json", b.Bytes(), 0o644))
	}
	want, err := os.ReadFile("testdata/full.golden.json")
	require.NoError(t, err)
	assert.Empty(t, cmp.Diff(string(want), b.String()))
	assert.False(t, strings.ContainsAny(b.String(), "\x1b\u202e\U000e0041"), "hidden characters are written as escapes")

	// What is written can be read again.
	back, err := Read(&b)
	require.NoError(t, err)
	assert.Empty(t, cmp.Diff(Convert(full()), back))
}

func TestReadRefuses(t *testing.T) {
	for _, text := range []string{"", "nonsense", "[]", `{"tool":"other","schemaVersion":1}`, `{"tool":"chorcheck","schemaVersion":2}`} {
		_, err := Read(strings.NewReader(text))
		assert.Error(t, err, text)
	}
}

func TestSchema(t *testing.T) {
	judge := published(t, "report.schema.json")
	for _, r := range []*report.Report{full(), {}, {Errors: []report.Trouble{{}}}} {
		var b bytes.Buffer
		require.NoError(t, Write(&b, r))
		assert.NoError(t, judge(b.Bytes()))
	}
	// The schema is not one that accepts everything.
	for _, change := range []func(map[string]any){
		func(d map[string]any) { delete(d, "tool") },
		func(d map[string]any) { d["exit"] = 2.0 },
		func(d map[string]any) { d["files"] = nil },
		func(d map[string]any) { d["unknown"] = 1.0 },
		func(d map[string]any) {
			d["files"].([]any)[0].(map[string]any)["results"].([]any)[0].(map[string]any)["verdict"] = "fine"
		},
	} {
		var b bytes.Buffer
		require.NoError(t, Write(&b, full()))
		document := map[string]any{}
		require.NoError(t, json.Unmarshal(b.Bytes(), &document))
		change(document)
		changed, err := json.Marshal(document)
		require.NoError(t, err)
		assert.Error(t, judge(changed))
	}
}

// Every example in the manual has the keys of the schema.
func TestManual(t *testing.T) {
	text, err := os.ReadFile("../../docs/json.md")
	require.NoError(t, err)
	_, example, ok := strings.Cut(string(text), "```json\n")
	require.True(t, ok)
	example, _, _ = strings.Cut(example, "```")
	assert.NoError(t, published(t, "report.schema.json")([]byte(example)))
}
