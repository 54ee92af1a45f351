package lang_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"chorcheck/lang"
	"chorcheck/lang/source"
)

// TestHostileSizes feeds texts that are far too large or too deep. Each must end
// in an error, soon, and without much memory; the time here only tells a hang from
// an answer.
func TestHostileSizes(t *testing.T) {
	const roles = "choreography X\nrole A, B\n"
	random := make([]byte, 1_000_000)
	g := rand.New(rand.NewPCG(1, 2))
	for i := range random {
		random[i] = byte(g.Uint32())
	}
	var many strings.Builder
	many.WriteString("choreography X\nrole R")
	for i := range 100_000 {
		many.WriteString(", R")
		many.WriteString(strings.Repeat("x", i%7))
	}
	for name, text := range map[string]string{
		"scopes 10^5 deep":       roles + strings.Repeat("try {\n", 100_000) + "A -> B: m\n" + strings.Repeat("} on E at A {}\n", 100_000),
		"10^6 scopes":            roles + "repeat 1000000 { try { A -> B: m } on E at A { A -> B: e } }",
		"2*10^5 handlers":        roles + "try { A -> B: m }" + strings.Repeat(" on E at A {}", 200_001),
		"blocks 10^6 deep":       roles + strings.Repeat("par{", 1_000_000),
		"loops 10^5 deep":        roles + strings.Repeat("loop at A {\n", 100_000) + "A -> B: m\n" + strings.Repeat("}\n", 100_000),
		"brackets 10^6 deep":     roles + "var x at A: 0..3\nlet x = " + strings.Repeat("(", 1_000_000) + "1" + strings.Repeat(")", 1_000_000) + " at A",
		"10^6 times not":         roles + "var x at A: bool\nlet x = " + strings.Repeat("not ", 1_000_000) + "true at A",
		"10^5 role names":        many.String(),
		"an array of 10^5":       "choreography X\nrole A, W[100000]\nA -> W: m",
		"a parameter of 10^9":    "choreography X\nparam n = 1000000000\nrole A, W[n]\nrepeat n { A -> W[0]: m }",
		"10^27 rounds":           "choreography X\nparam n = 1000000000\nrole A, B\nrepeat n { repeat n { repeat n { A -> B: m } } }",
		"a capacity of 10^9":     roles + "channels fifo 1000000000\nA -> B: m",
		"10^4 threads":           roles + "par { A -> B: a } " + strings.Repeat("and { A -> B: a } ", 10_000),
		"40 threads":             "choreography X\nrole A, W[40]\npar for w in W { A -> w: m  w -> A: r }",
		"10^5 branches":          roles + "choice at A { A -> B: a }" + strings.Repeat(" or { A -> B: a }", 100_001),
		"10^6 random bytes":      string(random),
		"a line of 10 megabytes": roles + "A -> B: " + strings.Repeat("m", 10_000_000),
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			u := lang.Load(source.New("x.chor", text), lang.Options{})
			require.True(t, u.Rejected())
			require.NotEmpty(t, u.Diagnostics)
			require.Less(t, time.Since(start), 20*time.Second)
			for _, d := range u.Diagnostics {
				require.LessOrEqual(t, d.Primary.Span.End, len(text))
			}
		})
	}
}
