package model_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"chorcheck/internal/naive"
	"chorcheck/lts"
	"chorcheck/model"
)

// count explores a system with a map: states, transitions and depth.
func count(sys lts.System, limit int) (states, transitions, depth int) {
	key := func(s lts.State) string { return fmt.Sprint([]uint64(s)) }
	seen := map[string]bool{key(sys.Init()): true}
	level := []lts.State{sys.Init()}
	for d := 0; len(level) > 0; d++ {
		depth = d
		var next []lts.State
		for _, s := range level {
			steps := lts.NewSteps(sys.Width())
			sys.Next(s, steps)
			transitions += steps.Len()
			for i := range steps.Len() {
				if k := key(steps.Target(i)); !seen[k] {
					seen[k] = true
					next = append(next, steps.Target(i).Clone())
				}
			}
		}
		if len(seen) > limit {
			break
		}
		level = next
	}
	return len(seen), transitions, depth
}

func TestNetworkAgainstNaiveSearch(t *testing.T) {
	const limit = 3000
	rapid.Check(t, func(t *rapid.T) {
		a := naive.Automata().Draw(t, "automata")
		want := naive.Search(a, limit)
		if !want.Complete {
			t.Skip("too large")
		}
		for name, compile := range map[string]func(context.Context, *model.Automata, model.NetworkOptions) (*model.Network, error){
			"dictionaries": model.NewNetwork, "slots": model.NewNetworkOfSlots, "general": model.NewGeneralNetwork,
		} {
			net, err := compile(t.Context(), a, model.NetworkOptions{})
			require.NoError(t, err)
			states, transitions, depth := count(lts.Checked(net, t.Fatalf), limit)
			require.Equal(t, want.States, states, "states, %s", name)
			require.Equal(t, want.Transitions, transitions, "transitions, %s", name)
			require.Equal(t, want.Depth, depth, "depth, %s", name)
		}
	})
}

// TestWideQueues has a queue whose slots need more than one word: a sender of a
// long fixed word and a receiver of anything.
func TestWideQueues(t *testing.T) {
	for _, d := range []model.Discipline{model.FIFO, model.Mailbox, model.Bag} {
		const length, labels = 26, 5
		a := &model.Automata{
			Roles:    []model.Role{{Name: "A"}, {Name: "B"}},
			Labels:   []string{"a", "b", "c", "d", "e"},
			Machines: make([]model.Machine, 2),
			Channels: model.Channels{Default: model.Channel{Discipline: d, Capacity: 24}},
		}
		for i := range length + 1 {
			a.Machines[0].States = append(a.Machines[0].States, model.LocalState{Name: fmt.Sprint(i)})
			if i < length {
				a.Machines[0].Transitions = append(a.Machines[0].Transitions, model.Transition{
					From: i, To: i + 1, Kind: model.Send, Peer: 1, Label: model.LabelID((i + i/labels) % labels), Origins: []model.Origin{1},
				})
			}
		}
		a.Machines[1].States = []model.LocalState{{Name: "0", Final: true}}
		for l := range labels {
			a.Machines[1].Transitions = append(a.Machines[1].Transitions, model.Transition{Kind: model.Receive, Label: model.LabelID(l), Origins: []model.Origin{2}})
		}
		net, err := model.NewNetworkOfSlots(t.Context(), a, model.NetworkOptions{})
		require.NoError(t, err)
		require.Greater(t, net.Width(), 1)
		want := naive.Search(a, 100_000)
		states, transitions, depth := count(lts.Checked(net, t.Fatalf), 100_000)
		require.Equal(t, []int{want.States, want.Transitions, want.Depth}, []int{states, transitions, depth}, d.String())
	}
}
