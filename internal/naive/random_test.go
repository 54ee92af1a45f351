package naive

import (
	"slices"
	"testing"

	"chorcheck/model"
	"chorcheck/verify/replay"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// wellFormed fails the test if automata are not what model.Automata promises.
func wellFormed(t require.TestingT, a *model.Automata) {
	require.Len(t, a.Machines, len(a.Roles))
	require.True(t, 2 <= len(a.Roles) && len(a.Roles) <= 4)
	require.True(t, 1 <= len(a.Labels) && len(a.Labels) <= 3)
	arity := map[messageType]int{}
	same := func(m messageType, n int) {
		if old, known := arity[m]; known {
			require.Equal(t, old, n)
		}
		arity[m] = n
	}
	for _, x := range a.Vars {
		require.True(t, x.Domain.Contains(x.Init))
		require.LessOrEqual(t, x.Domain.Low, x.Domain.High)
	}
	for pair, c := range a.Channels.Pairs {
		require.NotEqual(t, pair.From, pair.To)
		require.NotEqual(t, model.Mailbox, c.Discipline)
		require.Equal(t, c.Discipline != model.Sync, 1 <= c.Capacity && c.Capacity <= 2)
	}
	last := model.Origin(0)
	for r, m := range a.Machines {
		role := model.RoleID(r)
		require.True(t, 1 <= len(m.States) && len(m.States) <= 4)
		require.LessOrEqual(t, len(m.Transitions), 6)
		require.True(t, slices.IsSortedFunc(m.Transitions, func(x, y model.Transition) int { return x.From - y.From }))
		for _, tr := range m.Transitions {
			require.Less(t, tr.From, len(m.States))
			require.Less(t, tr.To, len(m.States))
			require.NotEmpty(t, tr.Origins)
			for _, o := range tr.Origins {
				require.Equal(t, last+1, o)
				last = o
			}
			ownExpr(t, a, role, tr.Guard)
			for _, e := range tr.Values {
				ownExpr(t, a, role, e)
			}
			for _, v := range tr.Stores {
				require.Equal(t, role, a.Vars[v].Owner)
			}
			for _, assign := range tr.Assigns {
				require.Equal(t, role, a.Vars[assign.Var].Owner)
				ownExpr(t, a, role, assign.Value)
			}
			switch tr.Kind {
			case model.Send:
				same(messageType{role, tr.Peer, tr.Label}, len(tr.Values))
			case model.Receive:
				require.Nil(t, tr.Guard)
				same(messageType{tr.Peer, role, tr.Label}, len(tr.Stores))
			}
			if tr.Kind != model.Internal {
				require.NotEqual(t, role, tr.Peer)
			}
			require.LessOrEqual(t, len(tr.Assigns), 1)
		}
	}
}

// ownExpr fails the test if an expression uses the variable of another role.
func ownExpr(t require.TestingT, a *model.Automata, r model.RoleID, e *model.Expr) {
	if e == nil {
		return
	}
	if e.Op == model.OpVar {
		require.Equal(t, r, a.Vars[e.Var].Owner)
	}
	ownExpr(t, a, r, e.X)
	ownExpr(t, a, r, e.Y)
}

func TestRandomAutomataAreWellFormed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { wellFormed(t, Automata().Draw(t, "automata")) })
}

// TestRandomAutomataAreUseful samples the generator: most state spaces are small
// but not trivial, and each check is violated in some of them and not in others.
func TestRandomAutomataAreUseful(t *testing.T) {
	const samples = 500
	g := Automata()
	violated := map[string]int{}
	tooLarge, trivial, sum := 0, 0, 0
	for seed := range samples {
		r := Search(g.Example(seed), 3000)
		sum += r.States
		if r.States <= 2 {
			trivial++
		}
		if !r.Complete {
			tooLarge++
			continue
		}
		for check, causes := range r.Causes {
			if len(causes) > 0 {
				violated[check]++
			}
		}
	}
	t.Logf("average size %d, trivial %d, too large %d, violated %v", sum/samples, trivial, tooLarge, violated)
	assert.Less(t, sum/samples, 1000)
	assert.Greater(t, sum/samples, 30)
	assert.Less(t, trivial, samples/3)
	assert.Less(t, tooLarge, samples/20)
	for _, check := range Checks()[:9] { // the others need failures
		assert.Greater(t, violated[check], samples/100, check)
		assert.Less(t, violated[check], samples*9/10, check)
	}
}

// TestSearchInvariants: what holds of every search, whatever the automata.
func TestSearchInvariants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := Search(Automata().Draw(t, "automata"), 1000)
		if !r.Complete {
			t.Skip("too large")
		}
		in := r.Interpreter
		keys := map[string]bool{}
		for n, c := range r.Configs {
			require.False(t, keys[c.Key()])
			keys[c.Key()] = true
			require.Equal(t, len(r.Edges[n]) == 0, in.Terminal(c))
			for v, x := range in.Automata().Vars {
				require.True(t, x.Domain.Contains(c.Vars[v]))
			}
			for q, queue := range in.Queues() {
				require.LessOrEqual(t, len(c.Queues[q]), queue.Capacity)
			}
			for _, e := range r.Edges[n] {
				require.LessOrEqual(t, r.Distance[e.To], r.Distance[n]+1)
			}
		}
		for _, c := range r.components() {
			reachable := map[int]bool{c.members[0]: true}
			for todo := []int{c.members[0]}; len(todo) > 0; todo = todo[1:] {
				for _, e := range r.Edges[todo[0]] {
					if !reachable[e.To] {
						reachable[e.To] = true
						todo = append(todo, e.To)
					}
				}
			}
			for _, n := range c.members {
				require.True(t, reachable[n])
			}
			require.Equal(t, c.bottom, len(reachable) == len(c.members))
		}
	})
}

// TestRandomFailuresAreUseful samples the generator of automata that can fail: most
// state spaces are small but not trivial, each check is violated in some of
// them, and each kind of step occurs.
func TestRandomFailuresAreUseful(t *testing.T) {
	const samples = 600
	violated, kinds := map[string]int{}, map[replay.Kind]int{}
	tooLarge, stale, vanishes, handlers := 0, 0, 0, 0
	for seed := range samples {
		s := Failing(seed%2 == 1).Example(seed)
		for _, env := range s.Environments[:1] {
			r := SearchIn(s.Automata, replay.Options{Environment: env, KeepCrashed: s.KeepCrashed}, 1500)
			if !r.Complete {
				tooLarge++
				continue
			}
			for check, causes := range r.Causes {
				if len(causes) > 0 {
					violated[check]++
				}
			}
			seen := map[replay.Kind]bool{}
			for _, edges := range r.Edges {
				for _, e := range edges {
					seen[e.Step.Kind] = true
					stale += int(model.Bool01(e.Step.Stale))
					vanishes += int(model.Bool01(e.Step.Vanishes))
					handlers += int(model.Bool01(e.Step.Handler.Part > 0))
				}
			}
			for k := range seen {
				kinds[k]++
			}
		}
	}
	t.Logf("too large %d, violated %v, kinds %v, stale %d, vanishing %d, handlers %d", tooLarge, violated, kinds, stale, vanishes, handlers)
	assert.Less(t, tooLarge, samples/2)
	for _, check := range Checks() {
		assert.Positive(t, violated[check], check)
	}
	for _, k := range []replay.Kind{
		replay.Send, replay.Receive, replay.Internal, replay.Rendezvous, replay.Discard, replay.Ignore, replay.Timeout,
		replay.Raise, replay.CrashNoticed, replay.Recovery, replay.Fault, replay.LinkUp,
	} {
		assert.Positive(t, kinds[k], k)
	}
}
