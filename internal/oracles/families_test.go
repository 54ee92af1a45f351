package oracles

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"chorcheck/lang"
	"chorcheck/lang/source"
	"chorcheck/verify"
)

// TestFamilies explores the benchmark families that are quick enough for a test
// and compares with the counts in their headers, on which three other explorers
// agree.
func TestFamilies(t *testing.T) {
	for _, name := range []string{"saga-2", "saga-3", "sliding-window-2-4", "sliding-window-3-6", "pipeline-5", "pipeline-8", "two-phase-commit-3", "two-phase-commit-5"} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join("../../specs/bench", name+".fsa")
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			u := lang.Load(source.New(path, string(text)), lang.Options{})
			require.False(t, u.Rejected(), "%v", u.Diagnostics)
			r, err := verify.Verify(context.Background(), u.Automata, verify.Options{Only: []string{"deadlock"}})
			require.NoError(t, err)
			checked := 0
			for _, e := range u.Expectations {
				switch e.Quantity {
				case "states":
					require.Equal(t, e.Value.Uint64(), r.Environments[0].Statistics.States)
				case "transitions":
					require.Equal(t, e.Value.Uint64(), r.Environments[0].Statistics.Transitions)
				case "depth":
					require.EqualValues(t, e.Value.Int64(), r.Environments[0].Statistics.Depth)
				default:
					continue
				}
				checked++
			}
			require.Equal(t, 3, checked)
		})
	}
}
