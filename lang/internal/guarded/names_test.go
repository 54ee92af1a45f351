package guarded

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMangleIsInjective(t *testing.T) {
	parts := []string{"", "a", "_", ".", "x", "o", "n1", "x2e", "\u00e4", " ", "_o_", "_n1_", strings.Repeat("z", 60)}
	names := map[string]bool{}
	for _, a := range parts {
		for _, b := range parts {
			for _, c := range parts {
				names[a+b+c] = true
			}
		}
	}
	word := regexp.MustCompile(`^[A-Za-z0-9_]*$`)
	seen := map[string]string{}
	number := 0
	for name := range names {
		number++
		m := Mangle(name, number)
		require.Regexp(t, word, m)
		require.Less(t, len(m), 64)
		require.Empty(t, seen[m], "%q and %q", name, seen[m])
		seen[m] = fmt.Sprintf("%q", name)
	}
	require.Equal(t, "a__b", Mangle("a_b", 0))
	require.Equal(t, "a_x2e_b", Mangle("a.b", 0))
}
