package baseline

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chorcheck/report"
	"chorcheck/report/internal/sample"
	"chorcheck/verify"
)

// What a report has found is known afterwards, and what is not found any more is gone.
func TestRoundTrip(t *testing.T) {
	r := sample.Report()
	var b bytes.Buffer
	require.NoError(t, Write(&b, Update(New(), r)))
	l, err := Read(&b)
	require.NoError(t, err)
	require.Len(t, l.Findings, 4) // a warning, two deadlocks, bound-reached
	known := Compare("known.json", l, r)
	assert.Equal(t, 4, known.Old)
	assert.Zero(t, known.New)
	assert.Empty(t, known.Gone)

	// With nothing known all is new.
	all := Compare("", New(), r)
	assert.Equal(t, 4, all.New)
	assert.Zero(t, all.Old)

	// Another cause is new, and the old one gone.
	c := &r.Files[0].Result.Environments[0].Checks[0]
	c.Findings[0].Cause = "Shop@3"
	known = Compare("known.json", l, r)
	assert.Equal(t, 1, known.New)
	assert.Equal(t, []report.Identity{{File: "specs/payment.chor", Environment: "calm", Check: "deadlock", Cause: "Customer@1"}}, known.Gone)
	assert.Len(t, Update(l, r).Findings, 4, "what is gone is not kept")

	// A finding that stands for the known cause is known.
	c.Findings[0].Merged = []verify.MergedCause{{Cause: "Shop@3"}, {Cause: "Customer@1"}}
	known = Compare("known.json", l, r)
	assert.Zero(t, known.New)
	assert.Empty(t, known.Gone)
}

// What was not looked for is not gone.
func TestNotLookedFor(t *testing.T) {
	l := Update(New(), sample.Report())
	for name, change := range map[string]func(r *report.Report){
		"another file": func(r *report.Report) { r.Files = r.Files[1:] },
		"inconclusive": func(r *report.Report) { set(r, verify.Inconclusive) },
		"not all are shown": func(r *report.Report) {
			set(r, verify.Violated)
			r.Files[0].Result.Environments[0].Checks[0].Omitted = 1
		},
		"another check": func(r *report.Report) { e := &r.Files[0].Result.Environments[0]; e.Checks = e.Checks[1:] },
		"only one": func(r *report.Report) {
			e := &r.Files[0]
			e.Settings.Environments = []string{"rough"}
			e.Result.Environments = e.Result.Environments[1:]
		},
		"rejected":         func(r *report.Report) { r.Files[0].Diagnostics = r.Files[1].Diagnostics },
		"nothing was made": func(r *report.Report) { r.Files[0].Result = nil },
		"other environments": func(r *report.Report) {
			e := &r.Files[0]
			e.Settings.Faults = "crash Shop"
			e.Result.Environments[0].Environment.Name = "faults"
		},
	} {
		r := sample.Report()
		change(r)
		for _, id := range Compare("", l, r).Gone {
			assert.NotEqual(t, "calm", id.Environment, name)
		}
		var kept bool
		for _, e := range Update(l, r).Findings {
			kept = kept || e.Environment == "calm" && e.Check == "deadlock"
		}
		assert.True(t, kept, name)
	}
	// A text with errors may have lost its warnings for that reason.
	r := sample.Report()
	r.Files[0].Diagnostics, r.Files[0].Result = r.Files[1].Diagnostics, nil
	assert.Empty(t, Compare("", l, r).Gone)

	// But what was looked for is: the check holds, or the text has lost an environment.
	for name, change := range map[string]func(r *report.Report){
		"holds":          func(r *report.Report) { set(r, verify.Holds) },
		"not applicable": func(r *report.Report) { set(r, verify.NotApplicable) },
		"lost":           func(r *report.Report) { r.Files[0].Result.Environments[0].Environment.Name = "other" },
	} {
		r := sample.Report()
		change(r)
		gone := false
		for _, id := range Compare("", l, r).Gone {
			gone = gone || id.Environment == "calm" && id.Check == "deadlock"
		}
		assert.True(t, gone, name)
	}
}

// set gives the first check another verdict and no findings.
func set(r *report.Report, v verify.Verdict) {
	c := &r.Files[0].Result.Environments[0].Checks[0]
	c.Verdict, c.Findings = v, nil
}

func TestReadRefuses(t *testing.T) {
	for _, text := range []string{
		"", "nonsense", "[]", "{}", `{"tool":"chorcheck","kind":"baseline","version":2}`, `{"tool":"other","kind":"baseline","version":1}`,
		`{"tool":"chorcheck","kind":"baseline","version":1,"findings":[{}]}`,
		`{"tool":"chorcheck","kind":"baseline","version":1,"findings":[{"fingerprint":"12"}]}`,
	} {
		_, err := Read(strings.NewReader(text))
		assert.Error(t, err, text)
	}
}

// Names may be anything.
func TestHostileNames(t *testing.T) {
	for _, name := range sample.Hostile() {
		r := sample.Evil(name)
		r.Baseline = nil
		var b bytes.Buffer
		require.NoError(t, Write(&b, Update(New(), r)))
		for _, c := range b.String() {
			assert.False(t, c != '\n' && report.Hidden(c))
		}
		l, err := Read(&b)
		require.NoError(t, err)
		known := Compare("", l, r)
		assert.Zero(t, known.New)
		assert.Empty(t, known.Gone)
		for i := range r.Files[0].Result.Environments {
			r.Files[0].Result.Environments[i].Checks[0] = verify.CheckResult{Check: verify.Check{ID: "deadlock"}}
		}
		assert.NotEmpty(t, Compare("", l, r).Gone)
	}
}
