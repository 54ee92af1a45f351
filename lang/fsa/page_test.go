package fsa_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"chorcheck/lang/diag"
	"chorcheck/lang/fsa"
	"chorcheck/lang/kmc"
	"chorcheck/lang/source"

	"github.com/stretchr/testify/require"
)

// diagnose parses a text in a format that the page has examples of.
func diagnose(t *testing.T, format, text string) []diag.Diagnostic {
	t.Helper()
	var bag diag.Bag
	f := source.New("page", text)
	var ok bool
	switch format {
	case "fsa":
		ok = fsa.Parse(f, nil, &bag) != nil
	case "kmc":
		ok = kmc.Parse(f, &bag) != nil
	default:
		t.Fatalf("the format %q", format)
	}
	require.Equal(t, !bag.Failed(), ok)
	return bag.Sorted()
}

// TestPage checks the examples of docs/diagnostics/automata.md, and that the page and
// the list of codes agree.
func TestPage(t *testing.T) {
	page, err := os.ReadFile("../../docs/diagnostics/automata.md")
	require.NoError(t, err)
	list, err := os.ReadFile("../diag/codes_automata.go")
	require.NoError(t, err)
	codes := regexp.MustCompile(`Code = "(CH\d{4})"`).FindAllStringSubmatch(string(list), -1)
	sections := strings.Split(string(page), "\n## ")[1:]
	require.Len(t, sections, len(codes))
	fence := regexp.MustCompile("(?s)### (Failing|Mended)\n\n```(\\w+)\n(.*?)\n```")
	for i, section := range sections {
		code := section[:6]
		t.Run(code, func(t *testing.T) {
			require.Equal(t, codes[i][1], code, "the page and the codes have one order")
			examples := fence.FindAllStringSubmatch(section, -1)
			if len(examples) == 0 {
				require.Contains(t, section, "There is no example here")
				return
			}
			require.Len(t, examples, 2)
			var found []string
			for _, d := range diagnose(t, examples[0][2], examples[0][3]) {
				found = append(found, string(d.Code))
				require.NotEmpty(t, d.Help)
				require.LessOrEqual(t, d.Primary.Span.End, len(examples[0][3]))
			}
			require.Contains(t, found, code)
			for _, d := range diagnose(t, examples[1][2], examples[1][3]) {
				t.Errorf("the mended example still gives %v", d)
			}
		})
	}
}
