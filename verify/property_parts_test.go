package verify_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chorcheck/lang"
	"chorcheck/lang/source"
	"chorcheck/verify"
	"chorcheck/verify/replay"
)

// stations hand a token round, and may print a page when they have it.
const stations = `choreography Stations
param n = 12
role S[n], P
channels fifo 1
rec Round {
  for i in 0..n - 1 {
    choice at S[i] {
      S[i] -> P: page
      P -> S[i]: printed
    } or {
    }
    S[i] -> S[(i + 1) % n]: token
  }
  continue Round
}
property alive: (for all s in S: for all t in S: always (s sends page implies eventually t receives token)) and for all s in S: always not s done
property pages: for all s in S: for all t in S: always (s receives token implies eventually (t sends page or t receives token and false))
property never: sometimes for some s in S: for some t in S: eventually (s sends page and next t receives token)
`

// TestPartsOfParts: a part of a property has an automaton that is too large, its conjuncts have not.
func TestPartsOfParts(t *testing.T) {
	u := lang.Load(source.New("stations.chor", stations), lang.Options{})
	require.False(t, u.Rejected(), "%v", u.Diagnostics)
	want := map[string]verify.Verdict{"alive": verify.Holds, "pages": verify.Violated, "never": verify.Violated}
	limits := []int{0, 18} // there are 24 atoms and more
	if testing.Short() {
		limits = limits[1:]
	}
	for _, most := range limits {
		opt := verify.Options{Environments: u.Environments, Properties: u.Properties, Only: []string{"alive", "pages", "never"}}.WithAtoms(most)
		result, err := verify.Verify(context.Background(), u.Automata, opt)
		require.NoError(t, err)
		checks := result.Environments[0].Checks
		require.Len(t, checks, len(want))
		for _, c := range checks {
			assert.Equal(t, want[c.Check.ID], c.Verdict, "%s: %s", c.Check.ID, c.Reason)
			if id := c.Check.ID; id == "alive" { // whatever the last part is about
				assert.Contains(t, strings.Join(c.Notes, "\n"), "relative to weak fairness", id)
				assert.Len(t, c.Notes, 1, id)
			}
		}
		in := replay.New(u.Automata, replay.Options{Environment: u.Environments[0]})
		reviewer, err := verify.NewReviewer(context.Background(), u.Automata, u.Environments[0], "pages", opt)
		require.NoError(t, err)
		for _, c := range checks {
			if c.Check.ID == "pages" {
				run := again(t, in, &c.Findings[0])
				require.NotNil(t, run)
				assert.Empty(t, reviewer.Shows(run, c.Findings[0].Cause))
				run.Cycle, run.Steps, run.Configs = 0, nil, run.Configs[:1]
				assert.NotEmpty(t, reviewer.Shows(run, c.Findings[0].Cause))
			}
		}
	}
}
