package verify_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"chorcheck/internal/naive"
	"chorcheck/model"
	"chorcheck/verify"
)

func fifo(k int) model.Channel { return model.Channel{Discipline: model.FIFO, Capacity: k} }

func check(t *testing.T, a *model.Automata, id string) verify.CheckResult {
	r, err := verify.Verify(context.Background(), a, verify.Options{Only: []string{id}})
	require.NoError(t, err)
	return r.Environments[0].Checks[0]
}

// crossing are two roles that both send twice before they receive.
func crossing(k int) *model.Automata {
	return naive.Network(fifo(k),
		naive.Role{Name: "A", Initial: "A", Final: "A4", Transitions: "A -B!x-> A1 ; A1 -B!x-> A2 ; A2 -B?y-> A3 ; A3 -B?y-> A4"},
		naive.Role{Name: "B", Initial: "B", Final: "B4", Transitions: "B -A!y-> B1 ; B1 -A!y-> B2 ; B2 -A?x-> B3 ; B3 -A?x-> B4"})
}

func TestTheLeastCapacityThatIsEnough(t *testing.T) {
	r := check(t, crossing(1), "deadlock")
	require.Equal(t, verify.Violated, r.Verdict)
	require.Contains(t, r.Findings[0].Help, "fifo 2 is enough")
	require.Equal(t, verify.Holds, check(t, crossing(2), "deadlock").Verdict)

	r = check(t, crossing(1), "bound-reached")
	require.Contains(t, r.Findings[0].Help, "fifo 2 is enough")
	require.Equal(t, verify.Holds, check(t, crossing(2), "bound-reached").Verdict)
}

func TestNoCapacityIsEnoughForASenderThatNeverStops(t *testing.T) {
	a := naive.Network(fifo(1),
		naive.Role{Name: "A", Initial: "A", Transitions: "A -B!x-> A"},
		naive.Role{Name: "B", Initial: "B", Transitions: "B -A?x-> B"})
	r := check(t, a, "bound-reached")
	require.Equal(t, "no capacity up to 8 more than now changes that", r.Findings[0].Help)
	require.Equal(t, []string{"the bound is exhaustive: every send that waits for room can go ahead after steps of others"}, r.Notes)
}

func TestNoCapacityBeyondTheGreatest(t *testing.T) {
	a := naive.Network(fifo(model.MaxCapacity),
		naive.Role{Name: "A", Initial: "A", Transitions: "A -B!x-> A"},
		naive.Role{Name: "B", Initial: "B", Transitions: "B -A?x-> B"})
	require.Equal(t, "1024 is the greatest capacity", check(t, a, "bound-reached").Findings[0].Help)
}

func TestABoundIsExhaustiveByStepsOfOthersAlone(t *testing.T) {
	// A's second x waits for room until B receives, and B waits for A to receive.
	a := naive.Network(fifo(1),
		naive.Role{Name: "A", Initial: "A", Final: "A2", Transitions: "A -B!x-> A1 ; A1 -B!x-> A2 ; A1 -B?y-> A1 ; A2 -B?y-> A2"},
		naive.Role{Name: "B", Initial: "B", Final: "B4", Transitions: "B -A!y-> B1 ; B1 -A!y-> B2 ; B2 -A?x-> B3 ; B3 -A?x-> B4"})
	r := check(t, a, "bound-reached")
	require.Equal(t, []string{"the bound is not exhaustive: A can wait for room in A -> B with nobody else able to make it"}, r.Notes)
}

// In a bag, each kind of message counts by itself: here y stays for ever while x
// comes and goes.
func TestAnOrphanInABagThatIsInUse(t *testing.T) {
	a := naive.Network(model.Channel{Discipline: model.Bag, Capacity: 2},
		naive.Role{Name: "A", Initial: "A", Transitions: "A -B!y-> A1 ; A1 -B!x-> A1"},
		naive.Role{Name: "B", Initial: "B", Transitions: "B -A?x-> B"})
	r := check(t, a, "orphan-message")
	require.Equal(t, verify.Violated, r.Verdict)
	require.Equal(t, "A -> B: y", r.Findings[0].Cause)
	require.Contains(t, r.Findings[0].Message, "although B goes on")
}
