package replay

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"chorcheck/internal/twin"
	"chorcheck/model"
)

// TestNothingOfAnAbandonedPartStaysBehind: where every scope drops what is late, no
// run ends with a message at the head of a queue that belongs to a part which its
// receiver has abandoned for a handler.
func TestNothingOfAnAbandonedPartStaysBehind(t *testing.T) {
	ends := 0
	rapid.Check(t, func(t *rapid.T) {
		c := twin.Cases(twin.Size{Roles: 3, Statements: 7, Depth: 3, Faults: 1}).Draw(t, "case")
		for s := range c.Choreography.Scopes {
			c.Choreography.Scopes[s].DiscardLate = true
		}
		a, _, err := model.Project(c.Choreography)
		require.NoError(t, err)
		in := New(a, Options{Environment: c.Environment})
		seen := map[string]bool{}
		todo := []Config{in.Initial()}
		for n := 0; n < len(todo) && n < 300; n++ {
			moves := false
			for _, s := range in.Enabled(todo[n]) {
				moves = moves || in.IsStep(s)
				next := in.Apply(todo[n], s)
				if key := next.Key(); !seen[key] {
					seen[key] = true
					todo = append(todo, next)
				}
			}
			if moves {
				continue
			}
			ends++
			for q, messages := range todo[n].Queues {
				if len(messages) == 0 || !in.Live(todo[n], messages[0].Receiver) {
					continue
				}
				for _, m := range in.queues[q].next(messages) {
					require.False(t, in.late(todo[n].Local[m.Receiver], m), "%s", c)
				}
			}
		}
	})
	require.Positive(t, ends)
}
