package sarif

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"regexp"
	"slices"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chorcheck/lang/source"
	"chorcheck/report"
	"chorcheck/report/internal/sample"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func render(t *testing.T, r *report.Report) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, Write(&b, r))
	return b.Bytes()
}

func TestGolden(t *testing.T) {
	sample.Golden(t, "report.sarif", render(t, sample.Report()), *update)
	sample.Golden(t, "baseline.sarif", render(t, sample.WithBaseline()), *update)
	sample.Golden(t, "empty.sarif", render(t, &report.Report{}), *update)
}

// object reads what was written without the types that wrote it.
func object(t *testing.T, document []byte) map[string]any {
	t.Helper()
	d := map[string]any{}
	require.NoError(t, json.Unmarshal(document, &d))
	return d
}

// The rules of the standard that a schema states, and those that it cannot state.
func TestStructure(t *testing.T) {
	reports := []*report.Report{sample.Report(), sample.WithBaseline(), {}}
	strict := sample.Report()
	strict.Strict = true
	reports = append(reports, strict)
	for _, name := range sample.Hostile() {
		reports = append(reports, sample.Evil(name))
	}
	for _, r := range reports {
		assert.Empty(t, problems(object(t, render(t, r))))
	}
	// It is no check that accepts everything.
	for _, change := range []func(x map[string]any){
		func(x map[string]any) { x["ruleIndex"] = 99.0 },
		func(x map[string]any) { x["ruleId"] = "other" },
		func(x map[string]any) { x["level"] = "bad" },
		func(x map[string]any) { x["kind"] = "open" },
		func(x map[string]any) { delete(x, "message") },
		func(x map[string]any) { x["partialFingerprints"] = map[string]any{} },
		func(x map[string]any) { x["baselineState"] = "new" },
		func(x map[string]any) {
			x["locations"] = []any{map[string]any{"physicalLocation": map[string]any{"artifactLocation": map[string]any{"uri": "a b"}}}}
		},
		func(x map[string]any) {
			x["locations"] = []any{map[string]any{"physicalLocation": map[string]any{"artifactLocation": map[string]any{"uri": "a"}, "region": map[string]any{"startLine": 0.0}}}}
		},
	} {
		d := object(t, render(t, sample.Report()))
		change(d["runs"].([]any)[0].(map[string]any)["results"].([]any)[1].(map[string]any))
		assert.NotEmpty(t, problems(d))
	}
}

// reference matches what is allowed in a reference to a file.
var reference = regexp.MustCompile(`^(file://)?([A-Za-z0-9/._~!$&'()*+,;=:@-]|%[0-9A-F]{2})+$`)

// problems of a log, by the sections of the standard.
func problems(d map[string]any) (errs []string) {
	fail := func(format string, args ...any) { errs = append(errs, fmt.Sprintf(format, args...)) }
	if d["version"] != "2.1.0" || d["$schema"] == nil {
		fail("3.13: version")
	}
	run := d["runs"].([]any)[0].(map[string]any)
	driver := run["tool"].(map[string]any)["driver"].(map[string]any)
	var ids []string
	for _, x := range driver["rules"].([]any) {
		id := x.(map[string]any)["id"].(string)
		if slices.Contains(ids, id) {
			fail("3.19.23: two rules %s", id)
		}
		ids = append(ids, id)
	}
	states := map[any]int{}
	results := run["results"].([]any)
	for i, x := range results {
		x := x.(map[string]any)
		if n := int(x["ruleIndex"].(float64)); n >= len(ids) || ids[n] != x["ruleId"] {
			fail("3.27.6: rule %v of result %d", x["ruleId"], i)
		}
		if !slices.Contains([]any{"none", "note", "warning", "error"}, x["level"]) || (x["kind"] == "fail") == (x["level"] == "none") {
			fail("3.27.10: level %v of kind %v", x["level"], x["kind"])
		}
		m, _ := x["message"].(map[string]any)
		if text, _ := m["text"].(string); text == "" {
			fail("3.27.11: result %d has no message", i)
		}
		print, _ := x["partialFingerprints"].(map[string]any)
		if hash, _ := print[report.FingerprintName].(string); len(hash) != 32 {
			fail("3.27.17: result %d has no fingerprint", i)
		}
		if s := x["baselineState"]; s != nil && s != "new" && s != "unchanged" {
			fail("3.27.24: %v", s)
		}
		states[x["baselineState"] == nil]++
	}
	if len(states) > 1 {
		fail("3.27.24: either all results have a baseline state, or none has")
	}
	walk(run, func(key string, x map[string]any) {
		switch key {
		case "artifactLocation":
			if uri, _ := x["uri"].(string); !reference.MatchString(uri) {
				fail("3.4.3: %q", uri)
			}
		case "region":
			line, _ := x["startLine"].(float64)
			end, hasEnd := x["endLine"].(float64)
			if line < 1 || hasEnd && end < line {
				fail("3.30: region %v", x)
			}
			if c, ok := x["startColumn"].(float64); ok && c < 1 {
				fail("3.30.6: region %v", x)
			}
		case "message":
			if m, _ := x["text"].(string); link.MatchString(regexp.MustCompile(`\\\[[^\]\[]*\\\]`).ReplaceAllString(m, "")) {
				fail("3.11.6: a link in %q", m)
			}
		}
	})
	return errs
}

// walk visits all objects with the keys that they stand at.
func walk(x any, visit func(key string, x map[string]any)) {
	switch x := x.(type) {
	case map[string]any:
		for key, value := range x {
			if o, ok := value.(map[string]any); ok {
				visit(key, o)
			}
			walk(value, visit)
		}
	case []any:
		for _, y := range x {
			walk(y, visit)
		}
	}
}

// No name can break a log or a terminal.
func TestHostileNames(t *testing.T) {
	for _, name := range sample.Hostile() {
		document := render(t, sample.Evil(name))
		assert.True(t, utf8.Valid(document))
		for _, r := range string(document) {
			assert.False(t, r != '\n' && report.Hidden(r), "%q in the report on %.40q", r, name)
		}
	}
}

// A run is there with the place of each step.
func TestCodeFlow(t *testing.T) {
	l := convert(sample.Report())
	i := slices.IndexFunc(l.Runs[0].Results, func(x result) bool { return x.RuleID == "deadlock" && x.Properties.Environment == "rough" })
	x := l.Runs[0].Results[i]
	steps := x.CodeFlows[0].ThreadFlows[0].Locations
	require.Len(t, steps, 3)
	assert.Equal(t, 3, steps[0].Location.PhysicalLocation.Region.StartLine)
	assert.Nil(t, steps[1].Location.PhysicalLocation.Region, "a fault has no place")
	assert.Equal(t, []string{"important", "essential", "essential"}, []string{steps[0].Importance, steps[1].Importance, steps[2].Importance})
	require.Len(t, x.Suppressions, 1, "the text expects it")
	assert.Equal(t, 1, x.Suppressions[0].Location.PhysicalLocation.Region.StartLine)
}

// Fingerprints stay when the text moves down, and differ by what they are about.
func TestFingerprints(t *testing.T) {
	prints := func(r *report.Report) (list []string) {
		for _, x := range convert(r).Runs[0].Results {
			list = append(list, x.PartialFingerprints[report.FingerprintName])
		}
		return list
	}
	before, moved := sample.Report(), sample.Report()
	f := &moved.Files[0]
	const above = "// a comment\n// another one\n"
	f.Source = source.New(f.Source.Name, above+f.Source.Text)
	for i := range f.Places[1:] {
		f.Places[i+1].Start += len(above)
		f.Places[i+1].End += len(above)
	}
	assert.Equal(t, prints(before), prints(moved))
	assert.NotEqual(t, render(t, before), render(t, moved))
	list := prints(before)
	slices.Sort(list)
	assert.Len(t, slices.Compact(list), len(prints(before)))
}

func TestURI(t *testing.T) {
	w := &writer{report: &report.Report{Root: "/home"}}
	for name, want := range map[string]string{
		"a.chor": "a.chor", "./a/../b c.chor": "b%20c.chor", "/home/x/y.chor": "x/y.chor", "/other/y.chor": "file:///other/y.chor",
		"a:b.chor": "./a:b.chor", "-": "-", "100%.chor": "100%25.chor",
	} {
		assert.Equal(t, want, w.uri(name))
	}
}
