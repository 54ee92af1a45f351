package lang

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chorcheck/lang/source"
)

// What stands outside of the text is added to what it says, unless that is the same or
// contradicts it.
func TestStatedElsewhere(t *testing.T) {
	text := "// expect: deadlock holds, stuck violated, states 3\nchoreography C\nparam n = 1\nrole A, B\nA -> B: m\nproperty p: always true\n"
	config := source.New("c.yaml", "some lines\nof another text\n")
	for line, want := range map[string]string{
		"// expect: livelock holds":                  "added",
		"// expect: p holds":                         "added",
		"// expect when env calm: deadlock violated": "added", // of one environment
		"// expect: stuck violated in 4 steps":       "added",
		"// expect: deadlock holds":                  "",
		"// expect: states 3":                        "",
		"// expect: deadlock violated":               "CH0016 `deadlock` is expected otherwise in C.chor:1",
		"// expect: states 4":                        "CH0016 `states` is expected otherwise in C.chor:1",
		"// expect: q holds":                         "CH0012 `q` is neither a check, a property nor a quantity",
		"// expect: deadlock":                        "CH0013 `deadlock` lacks a verdict",
		"// expect: livelock holds, p holds":         "CH0011 this does not expect one thing",
		"// an expectation":                          "CH0011 this does not expect one thing",
		"// expect when n=1, k=2: livelock holds":    "CH0015 there is no parameter `k`, so this is never compared",
		"// expect when env rough: livelock holds":   "CH0015 there is no environment `rough`, so this is never compared",
	} {
		u := Load(source.New("C.chor", text), Options{})
		require.False(t, u.Rejected(), "%v", u.Diagnostics)
		before := len(u.Expectations)
		got := ""
		for _, d := range u.Expect([]Stated{{Line: line, File: config, Span: source.Span{Start: 11, End: 13}}}) {
			got += fmt.Sprintf("%s %s", d.Code, d.Message)
			assert.Equal(t, "of", d.File.Slice(d.Primary.Span), line)
		}
		if len(u.Expectations) > before {
			got += "added"
			assert.Equal(t, config, u.Expectations[before].File)
			assert.Equal(t, 11, u.Expectations[before].Span.Start)
		}
		assert.Equal(t, want, got, line)
	}
	u := Load(source.New("C.chor", "choreography"), Options{})
	assert.Empty(t, u.Expect([]Stated{{Line: "// expect: q holds", File: config}}), "a text that is rejected expects nothing")
}
