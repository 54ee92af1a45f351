package model_test

import (
	"context"
	"testing"

	"chorcheck/lts"
	"chorcheck/model"
)

// ring has roles that each send around, and take from the one before.
func ring(roles int) *model.Automata {
	a := &model.Automata{Labels: []string{"m"}, Channels: model.Channels{Default: model.Channel{Discipline: model.FIFO, Capacity: 2}}}
	for r := range roles {
		a.Roles = append(a.Roles, model.Role{Name: string(rune('A' + r))})
		next, before := model.RoleID((r+1)%roles), model.RoleID((r+roles-1)%roles)
		a.Machines = append(a.Machines, model.Machine{
			States: []model.LocalState{{Name: "0", Final: true}, {Name: "1"}},
			Transitions: []model.Transition{
				{From: 0, To: 1, Kind: model.Send, Peer: next, Origins: []model.Origin{1}},
				{From: 0, To: 0, Kind: model.Receive, Peer: before, Origins: []model.Origin{2}},
				{From: 1, To: 0, Kind: model.Receive, Peer: before, Origins: []model.Origin{3}},
			},
		})
	}
	return a
}

// BenchmarkNext finds the steps of all configurations once.
func BenchmarkNext(b *testing.B) {
	crash := &model.Environment{Name: "crash", Limit: 1, Faults: []model.Fault{{Kind: model.Crash, Role: 1, Peer: -1}, {Kind: model.Loss, Role: 2, Peer: 3}}}
	for _, bm := range []struct {
		name    string
		compile func(context.Context, *model.Automata, model.NetworkOptions) (*model.Network, error)
		env     *model.Environment
	}{
		{"quick", model.NewNetwork, nil}, {"general", model.NewGeneralNetwork, nil}, {"faults", model.NewNetwork, crash},
	} {
		b.Run(bm.name, func(b *testing.B) {
			net, err := bm.compile(b.Context(), ring(6), model.NetworkOptions{Environment: bm.env})
			if err != nil {
				b.Fatal(err)
			}
			states := reach(net, 50_000)
			steps := lts.NewSteps(net.Width())
			successors := 0
			b.ReportAllocs()
			for b.Loop() {
				for _, s := range states {
					steps.Reset()
					net.Next(s, steps)
					successors += steps.Len()
				}
			}
			n := float64(b.N)
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/n/float64(len(states)), "ns/state")
			b.ReportMetric(float64(successors)/n/float64(len(states)), "successors/state")
		})
	}
}

// reach lists configurations, the nearest first.
func reach(net *model.Network, limit int) []lts.State {
	seen := map[uint64]bool{}
	states := []lts.State{net.Init()}
	for i := 0; i < len(states) && len(states) < limit; i++ {
		steps := lts.NewSteps(net.Width())
		net.Next(states[i], steps)
		for j := range steps.Len() {
			if s := steps.Target(j); !seen[s[0]] {
				seen[s[0]] = true
				states = append(states, s.Clone())
			}
		}
	}
	return states
}
