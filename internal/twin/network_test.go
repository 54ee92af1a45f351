package twin

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"chorcheck/model"
	"chorcheck/verify"
)

// TestNetworkKeepsVerdicts runs projected automata in the slow runtime and in the
// verifier: whatever differs is the network's or the search's.
func TestNetworkKeepsVerdicts(t *testing.T) {
	for _, size := range sizes() {
		rapid.Check(t, func(t *rapid.T) {
			sameAsVerified(t, Cases(size).Draw(t, "case"))
		})
	}
}

func sameAsVerified(t fails, c *Case) {
	a, _, err := model.Project(c.Choreography)
	require.NoError(t, err)
	slow := FromAutomata(a, c.Environment)
	r := slow.Search(limit)
	res, err := verify.Verify(context.Background(), a, verify.Options{
		Workers: 1, MaxStates: 20_000, Environments: []*model.Environment{c.Environment},
	})
	require.NoError(t, err, "%s", c)
	for _, check := range res.Environments[0].Checks {
		v := violation(check.Check.ID)
		known := false
		for _, w := range checks() {
			known = known || v == w
		}
		switch {
		case !known:
		case check.Verdict == verify.Violated && !r.Has(v) && r.Complete && !r.Endless:
			// Orphans outside terminal configurations are not looked for here.
			if v != OrphanMessage {
				t.Fatalf("%s only in the network\n%s\n%s", v, c, dump(slow))
			}
		case (check.Verdict == verify.Holds || check.Verdict == verify.NotApplicable) && r.Has(v):
			t.Fatalf("%s not in the network (%s, %s): %v\n%s\n%s", v, check.Verdict, check.Reason, r.Violations[v], c, dump(slow))
		}
	}
}
