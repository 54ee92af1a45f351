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

// TestDifferenceInMemory is about a role that leaves an instance and enters the next
// one by a single step: that it has left it differently from another role is
// never seen but in what both remember.
func TestDifferenceInMemory(t *testing.T) {
	const a, b = model.RoleID(0), model.RoleID(1)
	say := func(from, to model.RoleID, label model.LabelID) model.Stmt {
		return &model.Interaction{From: from, To: to, Label: label}
	}
	c := &model.Choreography{Name: "Memory", Labels: []string{"a", "b", "d"}, Roles: []model.Role{{Name: "A"}, {Name: "B"}}}
	c.Channels.Default = model.Channel{Discipline: model.FIFO, Capacity: 2}
	c.Exceptions = []model.Exception{{Name: "E", Crashed: -1}, {Name: "F", Crashed: -1}}
	c.Threads = []model.ThreadID{0}
	c.Positions = []model.Position{{Scope: -1}, {Scope: 0}, {Scope: 0, Part: 1}}
	c.Scopes = []model.Scope{{Name: "s", Agreed: true, Looped: true, Handlers: []model.Handler{{At: a}}}}
	c.Body = model.Seq{
		say(a, b, 2),
		&model.Loop{At: b, Body: model.Seq{&model.Try{
			Scope: 0, Body: model.Seq{say(b, a, 0)}, Handlers: []model.Seq{{say(a, b, 2), say(b, a, 1)}},
			Ignores: []model.IgnoreMessage{{At: a, Label: 1}},
		}}},
		&model.RaiseStmt{At: b, Exception: 1},
	}
	env := &model.Environment{Name: "rough", Limit: 1, Faults: []model.Fault{{Kind: model.Duplicate, Role: a, Peer: b}}}
	sameAsVerified(t, &Case{c, env})
	automata, _, err := model.Project(c)
	require.NoError(t, err)
	res, err := verify.Verify(context.Background(), automata, verify.Options{Workers: 1, MaxStates: 20_000, Environments: []*model.Environment{env}})
	require.NoError(t, err)
	for _, check := range res.Environments[0].Checks {
		if check.Check.ID == "handler-agreement" {
			require.Equal(t, verify.Violated, check.Verdict)
		}
	}
}
