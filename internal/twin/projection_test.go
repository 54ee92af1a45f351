package twin

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"chorcheck/model"
)

const limit = 1000

// TestProjectionKeepsVerdicts runs random choreographies on their trees and on the
// automata that projection makes of them, in the same runtime: whatever differs is
// projection's.
func TestProjectionKeepsVerdicts(t *testing.T) {
	for _, size := range sizes() {
		rapid.Check(t, func(t *rapid.T) {
			c := Cases(size).Draw(t, "case")
			sameAsProjected(t, c)
		})
	}
}

func sizes() []Size {
	return []Size{
		{Roles: 2, Statements: 6, Depth: 2},
		{Roles: 3, Statements: 7, Depth: 2},
		{Roles: 3, Statements: 9, Depth: 3, Faults: 2},
		{Roles: 3, Statements: 8, Depth: 3, Faults: 1, Exotic: true},
		{Roles: 4, Statements: 10, Depth: 3, Faults: 1, Exotic: true},
		{Roles: 3, Statements: 6, Depth: 2, Faults: 1, Loops: true},
		{Roles: 3, Statements: 8, Depth: 2, Doubts: true},
	}
}

// fails is what the comparison needs of a test.
type fails interface {
	require.TestingT
	Fatalf(string, ...any)
}

func sameAsProjected(t fails, c *Case) {
	a, _, err := model.Project(c.Choreography)
	require.NoError(t, err)
	slow, fast := FromTree(c.Choreography, c.Environment), FromAutomata(a, c.Environment)
	if msg := slow.Search(limit).differs(fast.Search(limit)); msg != "" {
		t.Fatalf("%s\n%s\nfirst:\n%s\nsecond:\n%s", msg, c, dump(slow), dump(fast))
	}
}
