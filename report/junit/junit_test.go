package junit

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

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
	sample.Golden(t, "report.xml", render(t, sample.Report()), *update)
	sample.Golden(t, "baseline.xml", render(t, sample.WithBaseline()), *update)
	sample.Golden(t, "empty.xml", render(t, &report.Report{}), *update)
}

// Each document is well formed XML, its counts are those of its elements, and no name
// leaves its place.
func TestStructure(t *testing.T) {
	reports := []*report.Report{sample.Report(), sample.WithBaseline(), {}}
	for _, name := range sample.Hostile() {
		reports = append(reports, sample.Evil(name))
	}
	elements := []map[string]int{}
	for _, r := range reports {
		document := render(t, r)
		d := xml.NewDecoder(bytes.NewReader(document))
		seen := map[string]int{}
		for {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			require.NoError(t, err)
			switch x := token.(type) {
			case xml.StartElement:
				seen[x.Name.Local]++
				for _, a := range x.Attr {
					for _, r := range a.Value {
						assert.False(t, report.Hidden(r) || r == utf8.RuneError, "%q", a.Value)
					}
				}
			case xml.CharData:
				for _, r := range string(x) {
					assert.False(t, r != '\n' && report.Hidden(r))
				}
			case xml.Comment, xml.Directive:
				assert.Fail(t, "a comment or directive")
			}
		}
		elements = append(elements, seen)
		var all suites
		require.NoError(t, xml.Unmarshal(document, &all))
		assert.Equal(t, seen["testcase"], all.Tests)
		assert.Equal(t, seen["failure"], all.Failures)
		assert.Equal(t, seen["error"], all.Errors)
		skipped := 0
		for _, s := range all.Suites {
			skipped += s.Skipped
		}
		assert.Equal(t, seen["skipped"], skipped)
	}
	for _, evil := range elements[4:] {
		assert.Equal(t, elements[3], evil, "the elements do not depend on names")
	}
}

// The judgement of another reader of XML, where there is one.
func TestXmllint(t *testing.T) {
	program, err := exec.LookPath("xmllint")
	if err != nil {
		t.Skip("xmllint is not installed")
	}
	for _, name := range append(sample.Hostile(), "plain") {
		file := filepath.Join(t.TempDir(), "report.xml")
		require.NoError(t, os.WriteFile(file, render(t, sample.Evil(name)), 0o644))
		out, err := exec.Command(program, "--noout", "--nonet", file).CombinedOutput()
		assert.NoError(t, err, "%s", out)
	}
}

// What does not count is no failure, and what is not decided has not passed.
func TestJudgements(t *testing.T) {
	outcome := func(r *report.Report, class, name string) string {
		var all suites
		require.NoError(t, xml.Unmarshal(render(t, r), &all))
		for _, s := range all.Suites {
			for _, c := range s.Cases {
				if c.Class != class || c.Name != name {
					continue
				}
				switch {
				case c.Failure != nil:
					return "failure"
				case c.Error != nil:
					return "error"
				case c.Skipped != nil:
					return "skipped"
				case c.Out != nil:
					return "passed with output"
				}
				return "passed"
			}
		}
		return "missing"
	}
	plain, strict, known := sample.Report(), sample.Report(), sample.WithBaseline()
	strict.Strict = true
	const calm, rough = "specs/payment.chor.calm", "specs/payment.chor.rough"
	for _, c := range []struct {
		report            *report.Report
		class, name, want string
	}{
		{plain, calm, "deadlock", "failure"},
		{known, calm, "deadlock", "passed with output"},
		{plain, rough, "deadlock", "passed with output"}, // expected
		{plain, calm, "stuck", "error"},
		{plain, calm, "livelock", "passed"},
		{plain, calm, "timer-leak", "skipped"},
		{plain, calm, "bound-reached", "passed with output"},
		{strict, calm, "bound-reached", "failure"},
		{plain, "specs/payment.chor", "CH0601 at 3:1", "passed with output"},
		{strict, "specs/payment.chor", "CH0601 at 3:1", "failure"},
		{plain, calm, "expect: livelock violated", "failure"},
		{plain, calm, "expect: states 24", "error"},
		{plain, rough, "expect: deadlock violated in 3 steps", "passed"},
		{plain, "specs/payment.chor", "failure coverage", "failure"},
		{plain, "specs/broken.chor", "CH0201 at 3:6", "error"},
		{plain, "specs/broken.chor", "CH0003", "error"},
		{plain, "chorcheck", "nowhere.chor", "error"},
	} {
		assert.Equal(t, c.want, outcome(c.report, c.class, c.name), "%s, %s", c.class, c.name)
	}
}
