package outside

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Each judge takes what is right and refuses what is wrong.
func TestJudges(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	write("other.schema.json", `{"$defs": {"n": {"type": "integer"}}}`)
	schema := write("one.schema.json", `{"type": "object", "required": ["a"], "properties": {"a": {"$ref": "other.schema.json#/$defs/n"}}}`)
	byLine := func() (Judge, error) {
		judge, err := JSON(schema)
		return Lines(judge), err
	}
	for _, c := range []struct {
		name        string
		judge       func() (Judge, error)
		right, bad  []string
		alwaysThere bool
	}{
		{"JSON", func() (Judge, error) { return JSON(schema) }, []string{`{"a": 1}`}, []string{``, `{}`, `{"a": "x"}`, `{"a": 1, "b": 2}`, `{"a": 1} {`}, true},
		{"lines", byLine, []string{"{\"a\": 1}\n{\"a\": 2}\n"}, []string{"{\"a\": 1}\n{}\n", `{"a": 1}`}, true},
		{"SARIF", SARIF, []string{`{"version": "2.1.0", "runs": []}`}, []string{
			`{"runs": []}`, `{"version": "2.1.0", "runs": [], "x": 1}`,
			`{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x"}}, "results": [{"message": {}}]}]}`,
			`{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x"}}, "results": [{"message": {"text": "x"}, "level": "bad"}]}]}`,
			`{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x"}}, "artifacts": [{"location": {"uri": "a b%"}}]}]}`,
		}, true},
		{"XML", XML, []string{`<a b="c">&lt;</a>`}, []string{`<a>`, `<a b="<"/>`, "<a>\x01</a>", `<a>&lt</a>`}, false},
		{"JUnit", JUnit, []string{
			`<testsuites name="x"><testsuite name="y" tests="1"><testcase classname="a" name="b" file="c" line="3"><skipped message="x"/></testcase></testsuite></testsuites>`,
		}, []string{
			`<testsuites><testsuite name="y"/></testsuites>`, `<testsuites><other/></testsuites>`,
			`<testsuites><testsuite name="y" tests="1"><testcase name="b"><system-out/><failure/></testcase></testsuite></testsuites>`,
		}, false},
		{"page", Page, []string{"<html><style>a < b</style><script>c && d</script><p>x</p></html>"}, []string{
			"<html><style>a</style><script>c</script><p>x</html>", "<html><style>a</style><script>c</script><script>d</script></html>",
		}, false},
		{"Mermaid", Mermaid, []string{"", "# x\n\n```mermaid\nsequenceDiagram\n  participant r0 as A#59;\n  r0-)r0: hello\n  Note over r0: x\n```\n"}, []string{
			"```mermaid\nsequenceDiagram\n  nonsense (\n```\n", "```mermaid\nsequenceDiagram\n  participant r0 as A; r0-)r0: hello\n```\n",
			"```mermaid\nsequenceDiagram\n  participant r0 as A\n  r0-)r1: hello\n```\n",
		}, false},
		{"PlantUML", PlantUML, []string{"", "@startuml\nparticipant \"A\" as r0\nr0 -> r0 : x\n@enduml\n"}, []string{"@startuml\nr0 -> r0 : x\nfoo bar (\n@enduml\n"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			judge, err := c.judge()
			if errors.Is(err, ErrMissing) && !c.alwaysThere {
				t.Skip(err)
			}
			require.NoError(t, err)
			for _, text := range c.right {
				assert.NoError(t, judge([]byte(text)), text)
			}
			for _, text := range c.bad {
				assert.Error(t, judge([]byte(text)), text)
			}
		})
	}
}
