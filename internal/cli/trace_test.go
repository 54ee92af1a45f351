package cli

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chorcheck/verify"
)

const traced = `choreography Traced
role A, B
environment rough {
  crash B
}
property told: eventually B receives x
loop at A {
  A -> B: x
  B -> A: y
}
A -> B: z
`

// traceRun runs the program on a text, and gives what it has written.
func traceRun(t testing.TB, in string, args ...string) (out string, code int) {
	var b bytes.Buffer
	code = Main("test", args, Streams{In: strings.NewReader(in), Out: &b, Err: io.Discard})
	return b.String(), code
}

// FuzzTrace reads anything as a report on a text, and shows and minimises what it says.
func FuzzTrace(f *testing.F) {
	model := filepath.Join(f.TempDir(), "traced.chor")
	require.NoError(f, os.WriteFile(model, []byte(traced), 0o666))
	report, code := traceRun(f, "", "verify", "--fairness", "none", "--format", "json", model)
	require.Equal(f, 1, code)
	f.Add([]byte(report))
	f.Add([]byte(`{"tool": "chorcheck", "schemaVersion": 1, "files": [{"channels": "fifo 1", "results": [
		{"check": "deadlock", "environment": "rough", "findings": [{"trace": [{"role": "B", "action": "B crashes"}], "final": {"roles": null}, "cycle": 1}]}]}]}`))
	f.Add([]byte(`{"tool": "chorcheck", "schemaVersion": 1, "files": [{"channels": "sync", "parameters": {"n": 9}, "results": [
		{"check": "told", "environment": "rough", "findings": [{"trace": [], "final": {}, "stops": true, "settled": true}]}]}]}`))
	f.Add([]byte(`{"tool": "chorcheck", "schemaVersion": "1", "files": null}`))
	f.Add([]byte("[[[[[["))
	f.Fuzz(func(t *testing.T, data []byte) {
		var out bytes.Buffer
		a := &app{Streams: Streams{In: bytes.NewReader(data), Out: &out, Err: &out}, out: &stickyWriter{w: &out}}
		s, ok, err := a.open(context.Background(), "-", &traceFlags{choice: choice{finding: 1}, model: model}, verify.WeakFairness)
		if err != nil {
			assert.NotEmpty(t, err.Error())
			return
		}
		if !ok {
			assert.NotZero(t, a.exit)
			return
		}
		a.remark(s)
		a.showSaved(s, &s.told, s.run, true)
		assert.NotEmpty(t, rendered("json", s.asReport("test", s.told), a.outStyle()))
		_ = a.minimize(context.Background(), s, 500, "")
		assert.NotEmpty(t, out.Bytes())
	})
}

// A report larger than the limit is refused before it is understood.
func TestReadReportIsBounded(t *testing.T) {
	_, err := readReport(strings.NewReader(strings.Repeat(" ", 2<<20)+`{"tool": "chorcheck"}`), 1<<20)
	assert.EqualError(t, err, "the report is larger than 1 MiB")
	_, err = readReport(strings.NewReader(strings.Repeat("[", 1<<20)), 1<<20)
	assert.Error(t, err)
}

// Names of a report may hold anything; nothing of it reaches a terminal as it is.
func TestTraceIsPrintable(t *testing.T) {
	const evil = "\x1b[31m\u202eevil"
	report := `{"tool": "chorcheck", "schemaVersion": 1, "files": [{"file": "EVIL", "channels": "fifo 1", "results": [
		{"check": "EVIL", "environment": "rough", "findings": [{"message": "EVIL", "help": "EVIL", "fault": "EVIL", "trace": [{"role": "EVIL", "action": "EVIL"}], "final": {}}]},
		{"check": "gone", "environment": "rough", "findings": [{"message": "EVIL", "help": "EVIL", "fault": "EVIL", "trace": [], "final": {}}]},
		{"check": "EVIL", "environment": "rough", "findings": [{"message": "EVIL", "help": "EVIL", "fault": "EVIL", "trace": [], "final": {}}]}]}]}`
	report = strings.ReplaceAll(report, "EVIL", `\u001b[31m\u202eevil`)
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "traced.chor"), []byte(traced), 0o666))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "report.json"), []byte(report), 0o666))
	for _, finding := range []string{"1", "2", "3"} {
		for _, args := range [][]string{{"show"}, {"show", "--check", evil + "x"}, {"render", "--format", "text"}, {"minimize"}, {"diff"}, {"diff", "--format", "json"}, {"render", "--format", "mermaid"}} {
			var b bytes.Buffer
			args = append([]string{"trace", args[0], filepath.Join(dir, "report.json"), "--finding", finding, "--model", filepath.Join(dir, "traced.chor")}, args[1:]...)
			Main("test", args, Streams{In: strings.NewReader(""), Out: &b, Err: &b})
			assert.NotEmpty(t, b.String())
			assert.NotContains(t, b.String(), "\x1b", "%q", args)
			assert.NotContains(t, b.String(), "\u202e", "%q", args)
		}
	}
}
