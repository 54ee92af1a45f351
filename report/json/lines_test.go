package json

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chorcheck/report"
	"chorcheck/report/baseline"
	"chorcheck/report/internal/sample"
)

func readSchema(t *testing.T, name string) map[string]any {
	t.Helper()
	text, err := os.ReadFile("../../docs/" + name)
	require.NoError(t, err)
	root := map[string]any{}
	require.NoError(t, json.Unmarshal(text, &root))
	return root
}

func TestLinesGolden(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, WriteLines(&b, sample.WithBaseline()))
	sample.Golden(t, "lines.golden.ndjson", b.Bytes(), *update)
}

// Each line is one document of the published schema, and together they say what the
// one document says.
func TestLinesSchema(t *testing.T) {
	s := schema{readSchema(t, "report-line.schema.json"), map[string]map[string]any{"report.schema.json": readSchema(t, "report.schema.json")}}
	reports := []*report.Report{full(), {}, sample.Report(), sample.WithBaseline()}
	for _, name := range sample.Hostile() {
		reports = append(reports, sample.Evil(name))
	}
	for _, r := range reports {
		var b bytes.Buffer
		require.NoError(t, WriteLines(&b, r))
		d := Convert(r)
		want := 2 + len(d.Errors)
		for _, f := range d.Files {
			want += 1 + len(f.Diagnostics) + len(f.Results) + len(f.Statistics) + len(f.Expectations)
			if f.Coverage != nil {
				want++
			}
		}
		list := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
		assert.Len(t, list, want)
		for _, line := range list {
			var x any
			require.NoError(t, json.Unmarshal([]byte(line), &x))
			assert.Empty(t, s.check(s.root, x, "line"), "%.200s", line)
			for _, c := range line {
				assert.False(t, report.Hidden(c))
			}
		}
	}
	for _, line := range []string{`{}`, `{"type":"other"}`, `{"type":"end"}`, `{"type":"result","file":"x","result":{}}`, `{"type":"start","tool":"x","schemaVersion":1}`} {
		var x any
		require.NoError(t, json.Unmarshal([]byte(line), &x))
		assert.NotEmpty(t, s.check(s.root, x, "line"), line)
	}
}

// The document with a baseline, and the baseline itself, follow their schemas.
func TestBaselineSchema(t *testing.T) {
	whole := schema{root: readSchema(t, "report.schema.json")}
	list := schema{root: readSchema(t, "baseline.schema.json")}
	check := func(s schema, text []byte) []string {
		var x any
		require.NoError(t, json.Unmarshal(text, &x))
		return s.check(s.root, x, "document")
	}
	for _, r := range []*report.Report{sample.WithBaseline(), sample.Evil("]]>")} {
		var b bytes.Buffer
		require.NoError(t, Write(&b, r))
		assert.Empty(t, check(whole, b.Bytes()))
		b.Reset()
		require.NoError(t, baseline.Write(&b, baseline.Update(baseline.New(), r)))
		assert.Empty(t, check(list, b.Bytes()))
	}
	var b bytes.Buffer
	require.NoError(t, baseline.Write(&b, baseline.New()))
	assert.Empty(t, check(list, b.Bytes()))
	assert.NotEmpty(t, check(list, []byte(`{"tool":"chorcheck","kind":"baseline","version":1,"findings":[{}]}`)))

	f := Convert(sample.WithBaseline()).Files[0]
	assert.Equal(t, "known", f.Results[0].Findings[0].Baseline)
	var of string
	for _, x := range f.Results {
		if x.Check == "deadlock" && x.Environment == "rough" {
			of = x.Findings[0].Baseline
		}
	}
	assert.Equal(t, "new", of)
}
