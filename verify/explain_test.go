package verify_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"chorcheck/internal/naive"
	"chorcheck/model"
	"chorcheck/verify"
)

func inEnvironment(t *testing.T, a *model.Automata, check string, f ...model.Fault) verify.CheckResult {
	env := &model.Environment{Name: "rough", Faults: f, Limit: 1}
	r, err := verify.Verify(context.Background(), a, verify.Options{Only: []string{check}, Environments: []*model.Environment{env}})
	require.NoError(t, err)
	return r.Environments[0].Checks[0]
}

// payment is a customer, a shop and a bank, and a bystander that takes notes.
func payment() *model.Automata {
	return naive.Network(fifo(2),
		naive.Role{Name: "Customer", Initial: "c", Final: "c2", Transitions: "c -Shop!order-> c1 ; c1 -Shop?receipt|Shop?sorry-> c2"},
		naive.Role{Name: "Shop", Initial: "s", Final: "s4", Transitions: "s -Customer?order-> s1 ; s1 -Bank!charge-> s2 ; s2 -Bank?paid-> s3 ; s3 -Customer!receipt-> s4"},
		naive.Role{Name: "Bank", Initial: "b", Final: "b2", Transitions: "b -Shop?charge-> b1 ; b1 -Shop!paid-> b2"},
		naive.Role{Name: "Clerk", Initial: "k", Final: "k1", Transitions: "k -tau-> k1"})
}

func TestALossIsNamedFirst(t *testing.T) {
	loss := model.Fault{Kind: model.Loss, Role: 1, Peer: 2}
	r := inEnvironment(t, payment(), "deadlock", loss)
	require.Equal(t, verify.Violated, r.Verdict)
	f := r.Findings[0]
	require.Equal(t, "the loss of Shop -> Bank: charge", f.Fault)
	require.Equal(t, "after the loss of Shop -> Bank: charge, Customer waits for ever for receipt or sorry from Shop; "+
		"Shop waits for ever for paid from Bank; Bank waits for ever for charge from Shop", f.Message)
	require.Equal(t, []model.RoleID{0, 1, 2}, f.Untold)
	require.Len(t, f.Trace, 4)
	require.Equal(t, []int{0, 1, 2}, withoutStepsOf(f, 3), "what the clerk does has nothing to do with it")
	require.Equal(t, verify.Violated, inEnvironment(t, payment(), "silent-survivor", loss).Verdict)
}

// withoutStepsOf checks that the causal steps are those of other roles, and counts them.
func withoutStepsOf(f verify.Finding, role model.RoleID) []int {
	var out []int
	for _, i := range f.Causal {
		if f.Trace[i].Role == role {
			return nil
		}
		out = append(out, len(out))
	}
	return out
}

func TestACrashIsNamedFirst(t *testing.T) {
	r := inEnvironment(t, payment(), "deadlock", model.Fault{Kind: model.Crash, Role: 2, Peer: -1})
	require.Equal(t, verify.Violated, r.Verdict)
	for _, f := range r.Findings {
		require.Equal(t, "the crash of Bank", f.Fault)
		require.Contains(t, f.Help, "on crash of Bank at Shop")
	}
}

func TestAnUnguardedWait(t *testing.T) {
	r := inEnvironment(t, payment(), "unguarded-wait", model.Fault{Kind: model.Crash, Role: 2, Peer: -1})
	require.Equal(t, verify.Violated, r.Verdict)
	require.Equal(t, "Shop@s2", r.Findings[0].Cause)
	require.Equal(t, "Shop waits for paid from Bank, with no timer and no handler, and Bank may crash", r.Findings[0].Message)
	require.Equal(t, verify.NotApplicable, inEnvironment(t, payment(), "unguarded-wait").Verdict)
}
