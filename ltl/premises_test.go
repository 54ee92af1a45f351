package ltl

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPremises(t *testing.T) {
	for text, want := range map[string][]string{
		"always (p implies eventually q)":                {"eventually p"},
		"p implies q":                                    {"p"},
		"p leads to q":                                   {"eventually p"},
		"(p leads to q) and always (r implies s)":        {"eventually p", "eventually r"},
		"q responds to p":                                {"eventually p"},
		"absence of p after q":                           {"eventually q"},
		"not (p implies q)":                              nil,
		"eventually (p implies q)":                       nil,
		"p or (q implies r)":                             nil,
		"for all w in Worker: always (w done implies p)": {"for some w in Worker: eventually w done"},
		"for some w in Worker: p implies q":              nil,
	} {
		p, err := Parse(text)
		require.NoError(t, err, text)
		var got []string
		for _, x := range Premises(p.Formula) {
			got = append(got, Print(x.Search))
		}
		require.Equal(t, want, got, text)
	}
}
