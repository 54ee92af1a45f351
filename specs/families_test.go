package specs_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chorcheck/internal/expect"
	"chorcheck/lang/chor"
	"chorcheck/lang/diag"
	"chorcheck/lang/source"
	"chorcheck/report"
)

// TestFamilies holds the benchmark families, as choreographies, to their headers, at
// their parameters by default and at those that a header names.
func TestFamilies(t *testing.T) {
	names, err := filepath.Glob("bench/*.chor")
	require.NoError(t, err)
	require.Len(t, names, 4)
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			for _, s := range settings(load(t, name, setting{})) {
				u, r := run(t, name, s)
				counts := 0
				for _, e := range expect.Compare(u, r, true) {
					assert.Equal(t, report.Met, e.Outcome, "%s:%d (%s): %s: expected %s, found %s", name, e.Line, s, e.Subject, e.Expected, e.Found)
				}
				for _, e := range u.Expectations {
					if e.Quantity == "states" && e.Applies(u) {
						counts++
					}
				}
				assert.Equal(t, len(u.Environments), counts, "%s %s: the number of states in each environment is not stated", name, s)
				assert.LessOrEqual(t, r.Environments[0].Statistics.States, uint64(1_000_000))
			}
			text, err := os.ReadFile(name)
			require.NoError(t, err)
			var bag diag.Bag
			assert.Equal(t, chor.Format(chor.Parse(source.New(name, string(text)), &bag)), string(text))
		})
	}
}
