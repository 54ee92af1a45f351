package json

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chorcheck/report"
	"chorcheck/report/baseline"
	"chorcheck/report/internal/sample"
)

func TestLinesGolden(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, WriteLines(&b, sample.WithBaseline()))
	sample.Golden(t, "lines.golden.ndjson", b.Bytes(), *update)
}

// Each line is one document of the published schema, and together they say what the
// one document says.
func TestLinesSchema(t *testing.T) {
	judge := published(t, "report-line.schema.json")
	reports := []*report.Report{full(), {}, sample.Report(), sample.WithBaseline()}
	for _, name := range sample.Hostile() {
		reports = append(reports, sample.Evil(name))
	}
	for _, r := range reports {
		var b bytes.Buffer
		require.NoError(t, WriteLines(&b, r))
		d := Convert(r)
		want := 2 + len(d.Errors)
		if d.Baseline != nil {
			want++
		}
		for _, f := range d.Files {
			want += 1 + len(f.Diagnostics) + len(f.Results) + len(f.Statistics) + len(f.Expectations)
			if f.Coverage != nil {
				want++
			}
		}
		list := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
		assert.Len(t, list, want)
		for _, line := range list {
			assert.NoError(t, judge([]byte(line)), "%.200s", line)
			for _, c := range line {
				assert.False(t, report.Hidden(c))
			}
		}
	}
	for _, line := range []string{`{}`, `{"type":"other"}`, `{"type":"end"}`, `{"type":"result","file":"x","result":{}}`, `{"type":"start","tool":"x","schemaVersion":1}`} {
		assert.Error(t, judge([]byte(line)), line)
	}
}

// The document with a baseline, and the baseline itself, follow their schemas.
func TestBaselineSchema(t *testing.T) {
	whole, list := published(t, "report.schema.json"), published(t, "baseline.schema.json")
	for _, r := range []*report.Report{sample.WithBaseline(), sample.Evil("]]>")} {
		var b bytes.Buffer
		require.NoError(t, Write(&b, r))
		assert.NoError(t, whole(b.Bytes()))
		b.Reset()
		require.NoError(t, baseline.Write(&b, baseline.Update(baseline.New(), r)))
		assert.NoError(t, list(b.Bytes()))
	}
	var b bytes.Buffer
	require.NoError(t, baseline.Write(&b, baseline.New()))
	assert.NoError(t, list(b.Bytes()))
	assert.Error(t, list([]byte(`{"tool":"chorcheck","kind":"baseline","version":1,"findings":[{}]}`)))

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
