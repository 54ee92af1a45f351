package model_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"chorcheck/internal/naive"
	"chorcheck/model"
	"chorcheck/verify/replay"
)

// TestQuickFaultsInLockstep is about the faults that are struck beside the tables of
// steps: crashes, silences and losses of automata without scopes.
func TestQuickFaultsInLockstep(t *testing.T) {
	quick := 0
	rapid.Check(t, func(t *rapid.T) {
		a := naive.Automata().Draw(t, "automata")
		env := &model.Environment{Name: "faults", Limit: rapid.IntRange(-1, 2).Draw(t, "limit")}
		if rapid.Bool().Draw(t, "limited kind") {
			env.Limits = map[model.FaultKind]int{model.Loss: rapid.IntRange(0, 2).Draw(t, "losses")}
		}
		for r := range a.Roles {
			r := model.RoleID(r)
			if kind := rapid.SampledFrom([]model.FaultKind{model.Crash, model.Silence, model.FaultKinds}).Draw(t, "kind"); kind != model.FaultKinds {
				env.Faults = append(env.Faults, model.Fault{Kind: kind, Role: r, Peer: -1})
			}
			for p := range a.Roles {
				if p := model.RoleID(p); p != r && rapid.Bool().Draw(t, "loss") {
					env.Faults = append(env.Faults, model.Fault{Kind: model.Loss, Role: r, Peer: p})
				}
			}
		}
		net, err := model.NewNetwork(t.Context(), a, model.NetworkOptions{Environment: env})
		require.NoError(t, err)
		if net.HasQuickFaults() {
			quick++
		}
		l := &lockstep{t: t, a: a, net: net, seen: map[string]bool{}, in: replay.New(a, replay.Options{Environment: env})}
		l.run(200)
	})
	require.Positive(t, quick)
}
