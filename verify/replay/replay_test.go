package replay_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"chorcheck/internal/naive"
	"chorcheck/model"
	"chorcheck/verify/replay"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// randomTrace walks through the automata and notes where it has been.
func randomTrace(in *replay.Interpreter, length int, choose func(n int) int) (trace []replay.Ref, keys []string) {
	c := in.Initial()
	keys = []string{c.Key()}
	for range length {
		steps := in.Enabled(c)
		if len(steps) == 0 {
			break
		}
		s := steps[choose(len(steps))]
		c = in.Apply(c, s)
		trace = append(trace, s.Ref())
		keys = append(keys, c.Key())
	}
	return trace, keys
}

func TestReplayOfWalks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := replay.New(naive.Automata().Draw(t, "automata"), replay.Options{})
		trace, keys := randomTrace(in, 20, func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "step") })
		configs, steps, err := in.Replay(trace)
		require.NoError(t, err)
		require.Len(t, steps, len(trace))
		require.Len(t, configs, len(trace)+1)
		for i, c := range configs {
			require.Equal(t, keys[i], c.Key())
			in.DescribeConfig(c)
		}
		for i, s := range steps {
			require.Equal(t, trace[i].Values, s.Ref().Values)
			require.NotEmpty(t, in.Describe(s))
		}
	})
}

// TestStepsAreDistinct: no two steps of a configuration have the same reference.
func TestStepsAreDistinct(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := replay.New(naive.Automata().Draw(t, "automata"), replay.Options{})
		c := in.Initial()
		for range 20 {
			steps := in.Enabled(c)
			seen := map[string]bool{}
			for _, s := range steps {
				ref := fmt.Sprint(s.Ref())
				require.False(t, seen[ref])
				seen[ref] = true
			}
			if len(steps) == 0 {
				return
			}
			c = in.Apply(c, steps[rapid.IntRange(0, len(steps)-1).Draw(t, "step")])
		}
	})
}

// TestMutations: in the synchronous order service with one request all is in
// sequence, but for the choice of the partner. So a valid trace is a prefix of
// one of two, and nothing else is accepted.
func TestMutations(t *testing.T) {
	a := naive.System("V2", 1, sync)
	in := replay.New(a, replay.Options{})
	var valid []string // all valid traces
	var complete [][]replay.Ref
	var collect func(c replay.Config, trace []replay.Ref)
	collect = func(c replay.Config, trace []replay.Ref) {
		valid = append(valid, fmt.Sprint(trace))
		steps := in.Enabled(c)
		if len(steps) == 0 {
			complete = append(complete, trace)
		}
		for _, s := range steps {
			collect(in.Apply(c, s), append(slices.Clone(trace), s.Ref()))
		}
	}
	collect(in.Initial(), []replay.Ref{})
	require.Len(t, complete, 2)

	tried, refused := 0, 0
	try := func(trace []replay.Ref) {
		_, _, err := in.Replay(trace)
		tried++
		if slices.Contains(valid, fmt.Sprint(trace)) {
			assert.NoError(t, err)
			return
		}
		refused++
		var notEnabled *replay.NotEnabledError
		require.True(t, errors.As(err, &notEnabled))
		assert.Less(t, notEnabled.Index, len(trace))
		assert.Contains(t, err.Error(), fmt.Sprintf("step %d is not enabled", notEnabled.Index+1))
	}
	for _, trace := range complete {
		for i := range trace {
			try(slices.Delete(slices.Clone(trace), i, i+1))
			try(slices.Insert(slices.Clone(trace), i, trace[i]))
			for j := range i {
				swapped := slices.Clone(trace)
				swapped[i], swapped[j] = swapped[j], swapped[i]
				try(swapped)
			}
			for r := -1; r <= len(a.Roles); r++ {
				for k := -2; k < 6; k++ {
					changed := slices.Clone(trace)
					changed[i].Role, changed[i].Transition = model.RoleID(r), k
					try(changed)
					changed = slices.Clone(trace)
					changed[i].Peer, changed[i].PeerTransition = model.RoleID(r), k
					try(changed)
				}
			}
			changed := slices.Clone(trace)
			changed[i].Values = []int64{1}
			try(changed)
		}
	}
	assert.Greater(t, refused, tried*9/10)
}

// TestRandomMutations: a changed trace is accepted if and only if each of its
// steps is one of those that are possible at its place.
func TestRandomMutations(t *testing.T) {
	// The peer means something in a rendezvous only.
	text := func(ref replay.Ref) string {
		if ref.PeerTransition == -1 {
			ref.Peer = -1
		}
		return fmt.Sprint(ref)
	}
	possible := func(in *replay.Interpreter, trace []replay.Ref) int {
		c := in.Initial()
	steps:
		for i, ref := range trace {
			for _, s := range in.Enabled(c) {
				if text(s.Ref()) == text(ref) {
					c = in.Apply(c, s)
					continue steps
				}
			}
			return i
		}
		return len(trace)
	}
	random := rand.New(rand.NewPCG(1, 2))
	generator := naive.Automata()
	systems := []*model.Automata{
		naive.System("V2", 2, fifo2), naive.System("V6", 1, fifo1), naive.System("V3-T(1)", 2, bag3), naive.System("V2", 2, mail2),
	}
	for seed := range 100 {
		systems = append(systems, generator.Example(seed))
	}
	refused := 0
	for _, a := range systems {
		in := replay.New(a, replay.Options{})
		for range 10 {
			trace, _ := randomTrace(in, 15, random.IntN)
			if len(trace) == 0 {
				continue
			}
			i, j := random.IntN(len(trace)), random.IntN(len(trace))
			switch random.IntN(4) {
			case 0:
				trace = slices.Delete(trace, i, i+1)
			case 1:
				trace[i], trace[j] = trace[j], trace[i]
			case 2:
				trace[i].Transition = random.IntN(len(a.Machines[trace[i].Role].Transitions))
			case 3:
				trace[i].Values = append(slices.Clone(trace[i].Values), 1)
			}
			_, steps, err := in.Replay(trace)
			n := possible(in, trace)
			require.Len(t, steps, n)
			if n == len(trace) {
				require.NoError(t, err)
				continue
			}
			refused++
			var notEnabled *replay.NotEnabledError
			require.True(t, errors.As(err, &notEnabled))
			require.Equal(t, n, notEnabled.Index)
		}
	}
	assert.Greater(t, refused, 100)
}

func TestReplayNamesTheStep(t *testing.T) {
	in := replay.New(naive.System("V2", 1, fifo1), replay.Options{})
	for _, test := range []struct {
		ref  replay.Ref
		want string
	}{
		{replay.Ref{Fault: -1, Role: 1, Transition: 0, PeerTransition: -1}, "step 1 is not enabled: A <- E: a (transition 0 of A)"},
		{replay.Ref{Fault: -1, Role: 0, Transition: 0, Peer: 1, PeerTransition: 0}, "step 1 is not enabled: E -> A: a (transition 0 of E) with transition 0 of role 1"},
		{replay.Ref{Fault: -1, Role: 9}, "step 1 is not enabled: there is no role 9"},
		{replay.Ref{Fault: -1, Role: 0, Transition: 7}, "step 1 is not enabled: E has no transition 7"},
		{replay.Ref{Fault: -1, Role: 0, Transition: 0, PeerTransition: -1, Values: []int64{3}}, "step 1 is not enabled: E -> A: a(3) (transition 0 of E)"},
	} {
		configs, steps, err := in.Replay([]replay.Ref{test.ref})
		assert.EqualError(t, err, test.want)
		assert.Len(t, configs, 1)
		assert.Empty(t, steps)
	}
	configs, steps, err := in.Replay(nil)
	assert.NoError(t, err)
	assert.Len(t, configs, 1)
	assert.Empty(t, steps)
}
