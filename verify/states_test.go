package verify_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chorcheck/internal/naive"
	"chorcheck/model"
	"chorcheck/verify"
	"chorcheck/verify/replay"
)

// twin counts, with the interpreter, configurations and those that are final or deadlocked; ok is false if there
// are more than most. Without scopes its configurations are those of the network.
func twin(a *model.Automata, env *model.Environment, most int) (states, steps, finals, deadlocks int, ok bool) {
	in := replay.New(a, replay.Options{Environment: env})
	seen := map[string]bool{in.Initial().Key(): true}
	for todo := []replay.Config{in.Initial()}; len(todo) > 0; todo = todo[1:] {
		c := todo[0]
		if states++; states > most {
			return states, 0, 0, 0, false
		}
		if in.Final(c) {
			finals++
		}
		if in.Deadlocked(c) {
			deadlocks++
		}
		for _, s := range in.Enabled(c) {
			steps++
			if next := in.Apply(c, s); !seen[next.Key()] {
				seen[next.Key()] = true
				todo = append(todo, next)
			}
		}
	}
	return states, steps, finals, deadlocks, true
}

func TestStatesAreThoseOfTheInterpreter(t *testing.T) {
	const most = 500
	compared := 0
	for seed := range 60 {
		a := naive.Automata().Example(seed)
		for _, env := range []*model.Environment{model.Calm(), {Name: "rough", Limit: 1, Faults: []model.Fault{{Kind: model.Crash, Role: 0, Peer: -1}}}} {
			g, err := verify.States(context.Background(), a, env, false, most)
			require.NoError(t, err)
			states, steps, finals, deadlocks, ok := twin(a, env, most)
			if !ok {
				assert.Nil(t, g.States)
				assert.Greater(t, g.Seen, most)
				continue
			}
			compared++
			require.Len(t, g.States, states, "seed %d", seed)
			require.Len(t, g.Edges, steps, "seed %d", seed)
			for i, s := range g.States {
				if s.Final {
					finals--
				}
				if s.Deadlock {
					deadlocks--
					assert.NotEmpty(t, s.Blocked, "seed %d: nobody waits in the deadlock %d", seed, i)
				}
			}
			assert.Zero(t, finals, "seed %d", seed)
			assert.Zero(t, deadlocks, "seed %d", seed)
			for _, e := range g.Edges {
				assert.NotEmpty(t, e.Action)
				assert.True(t, !e.Fault || env.Name == "rough")
			}
		}
	}
	assert.Greater(t, compared, 40)
}

// One of two roles goes on for ever when the other has no hope any more.
func TestWhoWaitsForEver(t *testing.T) {
	a := naive.Network(fifo(1),
		naive.Role{Name: "A", Initial: "A", Final: "none", Transitions: "A -B!stop-> A1 ; A -C!go-> A2 ; A2 -C?back-> A1 ; A1 -C!go-> A2"},
		naive.Role{Name: "B", Initial: "B", Final: "B1", Transitions: "B -A?stop-> B1"},
		naive.Role{Name: "C", Initial: "C", Final: "none", Transitions: "C -A?go-> C1 ; C1 -A!back-> C"})
	g, err := verify.States(context.Background(), a, model.Calm(), false, 100)
	require.NoError(t, err)
	require.NotEmpty(t, g.States)
	assert.Empty(t, g.States[0].Blocked)
	assert.Equal(t, "A -> B: stop", g.Edges[0].Action)
	for _, s := range g.States {
		assert.False(t, s.Deadlock)
		if s.Roles[1].State == "B1" {
			assert.Empty(t, s.Blocked)
		} else if s.Roles[0].State != "A" && len(s.Queues) == 0 {
			assert.Equal(t, []model.RoleID{1}, s.Blocked)
		}
	}
}

func TestTooManyStates(t *testing.T) {
	g, err := verify.States(context.Background(), crossing(2), model.Calm(), false, 5)
	require.NoError(t, err)
	assert.Nil(t, g.States)
	assert.True(t, g.Counted)
	whole, err := verify.States(context.Background(), crossing(2), model.Calm(), false, 1000)
	require.NoError(t, err)
	assert.Len(t, whole.States, g.Seen)

	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = verify.States(ctx, crossing(2), model.Calm(), false, 5)
	assert.True(t, errors.Is(err, context.Canceled))
}
