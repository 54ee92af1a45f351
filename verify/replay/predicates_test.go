package replay_test

import (
	"fmt"
	"testing"

	"chorcheck/internal/naive"
	"chorcheck/model"
	"chorcheck/verify/replay"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// parts has A and B go through a scope by themselves: each can stay in the body, or enter
// either handler; then it leaves, or enters the scope anew.
func parts(scope model.Scope) (builder, model.ScopeID) {
	text := "%[1]s -tau-> I ; I -tau-> H ; I -tau-> H ; I -tau-> X ; H -tau-> X ; X -tau-> I"
	b := build(fifo1,
		role("A", "A", "X", fmt.Sprintf(text, "A")), role("B", "B", "X", fmt.Sprintf(text, "B")),
	)
	scope.Handlers = b.handlers(0, "E", "F")
	scope.Handlers[1].At = 1
	s := b.scope("s", 0, scope)
	for r := range 2 {
		b.place(r, b.in(s, 0), 1, 0, 5)
		for i := 1; i <= 2; i++ {
			b.place(r, b.in(s, i), 0, i)
			b.enters(r, i, s, i)
		}
	}
	return b, s
}

// via fires the transitions of a role, by their indices.
func (w *walker) via(r model.RoleID, transitions ...int) *walker {
	w.t.Helper()
	for _, i := range transitions {
		found := false
		for _, s := range w.in.Enabled(w.c) {
			if s.Role == r && s.Transition == i {
				next := w.in.Apply(w.c, s)
				w.follow(s, next)
				w.c, found = next, true
				break
			}
		}
		require.True(w.t, found, "transition %d is not enabled", i)
	}
	return w
}

func TestExclusiveHandlers(t *testing.T) {
	b, s := parts(model.Scope{Looped: true})
	conflict := []replay.Conflict{{Scope: s, Roles: [2]model.RoleID{0, 1}, Parts: [2]int{1, 2}}}
	w := b.walk(t).via(0, 0, 1)
	assert.Empty(t, w.in.ExclusiveHandlers(w.c))
	w.via(1, 0)
	assert.Empty(t, w.in.ExclusiveHandlers(w.c), "the body is no handler")
	same := *w
	same.via(1, 1)
	assert.Empty(t, same.in.ExclusiveHandlers(same.c), "the same handler")
	w.via(1, 2)
	assert.Equal(t, conflict, w.in.ExclusiveHandlers(w.c))
	w.via(0, 4).via(1, 4)
	assert.Equal(t, conflict, w.in.ExclusiveHandlers(w.c), "they have left")
	w.via(0, 5)
	assert.Equal(t, conflict, w.in.ExclusiveHandlers(w.c), "what is remembered counts")
	assert.Equal(t, []replay.Standing{
		{Role: 0, Instance: "1", Part: 1, Left: true}, {Role: 0, Instance: "2", Part: 0}, {Role: 1, Instance: "1", Part: 2, Left: true},
	}, w.in.Outcomes(w.c, s))

	w = b.walk(t).via(0, 0, 3, 5, 1).via(1, 0, 2)
	assert.Empty(t, w.in.ExclusiveHandlers(w.c), "of different instances")
	w = b.walkIn(t, -1, fault(model.Crash, 1, -1)).via(0, 0, 1).via(1, 0, 2).do("B crashes")
	assert.Empty(t, w.in.ExclusiveHandlers(w.c), "a crashed role has no status")
}

func TestDisagreements(t *testing.T) {
	b, s := parts(model.Scope{Looped: true, Agreed: true})
	w := b.walk(t).via(0, 0, 1, 4).via(1, 0)
	assert.Empty(t, w.in.Disagreements(w.c), "B has not left")
	w.via(1, 3)
	assert.Equal(t, []replay.Conflict{{Scope: s, Roles: [2]model.RoleID{0, 1}, Parts: [2]int{1, 0}}}, w.in.Disagreements(w.c))
	w.via(1, 5)
	assert.NotEmpty(t, w.in.Disagreements(w.c), "what is remembered counts")
	b.Scopes[s].Agreed = false
	assert.Empty(t, w.in.Disagreements(w.c))

	b, _ = parts(model.Scope{Agreed: true})
	b.Machines[0].Transitions = b.Machines[0].Transitions[:2]
	b.Machines[1].Transitions = b.Machines[1].Transitions[:1]
	w = b.walk(t).via(0, 0, 1)
	assert.Empty(t, w.in.Disagreements(w.c))
	w.via(1, 0)
	assert.True(t, w.in.Terminal(w.c))
	assert.NotEmpty(t, w.in.Disagreements(w.c), "at the end, to be in it counts")
}

func TestUnguardedWaits(t *testing.T) {
	b := build(fifo1,
		role("A", "A", "F", "A -B?x|B?y|C?x-> F ; G -B?x-> F ; G -tau-> F ; F -B?x-> F"),
		role("B", "B", "", "B -A!x-> B"), role("C", "C", "", "C -A!x-> C"),
	)
	s := b.scope("s", 0, model.Scope{Handlers: b.handlers(2, "E")})
	waits := func(faults ...model.Fault) []model.RoleID {
		w := b.walkIn(t, -1, faults...)
		return w.in.UnguardedWaits(w.c, 0)
	}
	partition := fault(model.Partition, -1, -1)
	partition.Groups = [][]model.RoleID{{1}, {2, 0}}
	assert.Empty(t, waits())
	for _, f := range []model.Fault{
		fault(model.Crash, 1, -1), fault(model.Silence, 1, -1), fault(model.Loss, 1, 0), fault(model.Disconnect, 0, 1), partition,
	} {
		assert.Equal(t, []model.RoleID{1}, waits(f), f.Kind)
	}
	assert.Equal(t, []model.RoleID{1, 2}, waits(fault(model.Crash, 1, -1), fault(model.Crash, 2, -1)))
	for _, f := range []model.Fault{
		fault(model.Crash, 0, -1), fault(model.Loss, 0, 1), fault(model.Loss, 1, 2), fault(model.Duplicate, 1, 0), fault(model.Reorder, 1, 0),
	} {
		assert.Empty(t, waits(f), f.Kind)
	}
	w := b.walkIn(t, 0, fault(model.Crash, 1, -1))
	assert.Empty(t, w.in.UnguardedWaits(w.c, 0), "the limit is 0")
	w = b.walkIn(t, 1, fault(model.Crash, 1, -1)).do("B crashes")
	assert.Equal(t, []model.RoleID{1}, w.in.UnguardedWaits(w.c, 0), "it has crashed")

	crash := fault(model.Crash, 1, -1)
	b.at(0, 1).Kind = model.Ignore
	assert.Equal(t, []model.RoleID{1}, waits(crash), "an ignore is no way on")
	b.at(0, 2).Handler = &model.HandlerRef{Scope: s, Part: 1}
	assert.Empty(t, waits(crash), "C can interrupt")
	assert.Equal(t, []model.RoleID{1, 2}, waits(crash, fault(model.Loss, 2, 0)), "but not reliably")
	b.at(0, 2).Handler = nil

	b.at(0, 2).Kind, b.at(0, 2).Peer = model.CrashRaise, 1
	assert.Empty(t, waits(crash), "the crash is noticed")
	assert.Equal(t, []model.RoleID{1}, waits(crash, fault(model.Loss, 1, 0)), "but not a loss")
	b.at(0, 2).Kind = model.EndRaise
	assert.Equal(t, []model.RoleID{1}, waits(crash), "what an environment raises is no way on")

	b.Machines[0].Initial = 2 // G
	assert.Empty(t, waits(crash), "it has something else to do")
	b.Machines[0].Initial = 1 // F
	assert.Empty(t, waits(crash), "it is final")
}

// TestUnspecifiedBesides: an ignore counts as a receive, and what only faults make
// possible does not count.
func TestUnspecifiedBesides(t *testing.T) {
	b := build(fifo1,
		role("A", "A", "", "A -B!x-> A1"),
		role("B", "B", "", "B -A?y-> B1 ; B -A?z-> B ; B -tau-> B1 ; B -tau-> B1"),
	)
	b.Timers = []model.Timer{{Name: "t", Owner: 1, Exception: -1, Var: -1}}
	b.at(1, 1).Kind = model.Ignore
	b.handlers(1, "E")
	b.at(1, 2).Kind = model.EndRaise
	b.at(1, 3).Kind, b.at(1, 3).Peer = model.CrashRaise, 0
	w := b.walkIn(t, -1, fault(model.RaiseFault, 1, -1)).do("A -> B: x")
	_, found := w.in.Unspecified(w.c, 1)
	assert.True(t, found)
	b.timeout(1, 3, 0)
	_, found = w.in.Unspecified(w.c, 1)
	assert.False(t, found, "a timer can fire")
}

// TestKeysTellApart: a key has everything that a configuration has.
func TestKeysTellApart(t *testing.T) {
	b, _ := abandoned(fifo2, model.Scope{Looped: true})
	b.timer(0, "t")
	base := b.walkIn(t, 5, fault(model.Disconnect, 0, 1)).do("A -> B: x").c
	keys := map[string]bool{base.Key(): true}
	for _, change := range []func(c *replay.Config){
		func(c *replay.Config) { c.Local[1].State++ },
		func(c *replay.Config) { c.Local[1].Status = replay.Silenced },
		func(c *replay.Config) { c.Local[1].Status = replay.Crashed },
		func(c *replay.Config) { c.Local[1].Noticed[0] = true },
		func(c *replay.Config) { c.Local[1].Scopes[0].Number = 1 },
		func(c *replay.Config) { c.Local[1].Scopes[0].Phase = replay.In },
		func(c *replay.Config) { c.Local[1].Scopes[0].Part = 1 },
		func(c *replay.Config) { c.Local[1].Scopes[0].Outcomes = []replay.Outcome{{Number: 1, Part: 0}} },
		func(c *replay.Config) { c.Local[1].Scopes[0].Outcomes = []replay.Outcome{{Number: 1, Part: 1}} },
		func(c *replay.Config) { c.Vars[0] = 1 },
		func(c *replay.Config) { c.Over[0] = true },
		func(c *replay.Config) { c.Down[0] = true },
		func(c *replay.Config) { c.Strikes = 1 },
		func(c *replay.Config) { c.KindStrikes[model.Loss] = 1 },
		func(c *replay.Config) { c.Queues[0] = nil },
		func(c *replay.Config) { c.Queues[0][0].Position = 2 },
		func(c *replay.Config) { c.Queues[0][0].Stray = true },
		func(c *replay.Config) { c.Queues[0][0].Scopes = nil },
		func(c *replay.Config) { c.Queues[0][0].Scopes = []replay.ScopeStatus{{Number: 7}} },
	} {
		c := base.Clone()
		change(&c)
		assert.False(t, keys[c.Key()])
		keys[c.Key()] = true
	}
	assert.Equal(t, base.Key(), base.Clone().Key())
}

// randomFaults draws faults of all kinds for automata.
func randomFaults(t *rapid.T, a *model.Automata) *model.Environment {
	env := environment(rapid.IntRange(-1, 3).Draw(t, "limit"))
	n := len(a.Roles)
	for range rapid.IntRange(1, 4).Draw(t, "faults") {
		f := fault(model.FaultKind(rapid.IntRange(0, int(model.FaultKinds)-1).Draw(t, "kind")), model.RoleID(rapid.IntRange(0, n-1).Draw(t, "role")), -1)
		switch f.Kind {
		case model.RaiseFault:
			continue
		case model.Crash, model.Silence:
			f.Recovers = rapid.Bool().Draw(t, "recovers")
		case model.Partition:
			f.Groups = [][]model.RoleID{{f.Role}, {(f.Role + 1) % model.RoleID(n)}}
			f.Role = -1
		default:
			f.Peer = model.RoleID((int(f.Role) + rapid.IntRange(1, n-1).Draw(t, "peer")) % n)
			f.Label = model.LabelID(rapid.IntRange(0, len(a.Labels)-1).Draw(t, "label"))
		}
		env.Faults = append(env.Faults, f)
	}
	return env
}

// TestWalksWithFaults: no two transitions of a configuration have equal references, a
// step leaves its source alone, and each walk can be replayed.
func TestWalksWithFaults(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := naive.Automata().Draw(t, "automata")
		if len(a.Roles) < 2 || len(a.Labels) == 0 {
			return
		}
		in := replay.New(a, replay.Options{Environment: randomFaults(t, a), KeepCrashed: rapid.Bool().Draw(t, "keep")})
		c := in.Initial()
		var trace []replay.Ref
		for range 15 {
			steps := in.Enabled(c)
			seen := map[string]bool{}
			for i, s := range steps {
				ref := fmt.Sprint(s.Ref())
				require.False(t, seen[ref], ref)
				seen[ref] = true
				require.NotEmpty(t, in.Describe(s))
				require.False(t, i > 0 && in.IsStep(s) && !in.IsStep(steps[i-1]), "steps come first")
				for o := range steps {
					require.Equal(t, i == o, steps[o].Matches(s.Ref()))
				}
			}
			if len(steps) == 0 {
				break
			}
			before := c.Key()
			s := steps[rapid.IntRange(0, len(steps)-1).Draw(t, "step")]
			next := in.Apply(c, s)
			require.Equal(t, before, c.Key())
			in.DescribeConfig(next)
			c, trace = next, append(trace, s.Ref())
		}
		configs, _, err := in.Replay(trace)
		require.NoError(t, err)
		require.Equal(t, c.Key(), configs[len(configs)-1].Key())
		for i, ref := range trace {
			trace[i].Nth = replay.AnyMessage
			_, _, err := in.Replay([]replay.Ref{ref, ref, ref})
			if err != nil {
				require.NotEmpty(t, err.Error())
			}
		}
		_, _, err = in.Replay(trace)
		require.NoError(t, err)
	})
}

// TestMessagesThatDifferInScopes: in a bag they are taken by different steps; a trace may
// leave open by which.
func TestMessagesThatDifferInScopes(t *testing.T) {
	b, s := rounds(bag2)
	b.Machines[1].Transitions = b.Machines[1].Transitions[:1]
	w := b.walk(t).do("A -> B: x", "A -> B: x")
	steps := w.in.Enabled(w.c)
	var numbers, nth []int
	for _, step := range steps {
		if step.Kind == replay.Receive {
			numbers, nth = append(numbers, step.Message.Scopes[s].Number), append(nth, step.Nth)
		}
	}
	assert.Equal(t, []int{1, 2}, numbers)
	assert.Equal(t, []int{0, 1}, nth)

	send := replay.Ref{Role: 0, Transition: 0, PeerTransition: -1, Fault: -1}
	take := func(nth int) replay.Ref {
		return replay.Ref{Role: 1, Transition: 0, PeerTransition: -1, Fault: -1, Nth: nth}
	}
	configs, _, err := w.in.Replay([]replay.Ref{send, send, take(1)})
	require.NoError(t, err)
	assert.Equal(t, 2, configs[3].Local[1].Scopes[s].Number)
	_, _, err = w.in.Replay([]replay.Ref{send, send, take(replay.AnyMessage), take(replay.AnyMessage)})
	assert.NoError(t, err)
	_, _, err = w.in.Replay([]replay.Ref{send, send, take(2)})
	assert.EqualError(t, err, "step 3 is not enabled: B <- A: x (transition 0 of B)")
}

// TestReplayNamesFaults: a reference that is not possible is named as far as it can be.
func TestReplayNamesFaults(t *testing.T) {
	f := fault(model.Partition, -1, -1)
	f.Groups = [][]model.RoleID{{0}, {1}}
	b := pair(fifo1)
	w := b.walkIn(t, 0, fault(model.Crash, 1, -1), fault(model.Loss, 0, 1), f, fault(model.Stray, 0, 1))
	none := replay.Ref{Transition: -1, PeerTransition: -1, Fault: -1}
	for _, test := range []struct {
		change func(r *replay.Ref)
		want   string
	}{
		{func(r *replay.Ref) { r.Fault = 0 }, "B crashes"},
		{func(r *replay.Ref) { r.Fault = 9 }, "there is no fault 9"},
		{func(r *replay.Ref) { r.Fault = 1 }, "loss of a message from A to B"},
		{func(r *replay.Ref) { r.Fault, r.Transition = 1, 1 }, "A -> B: y is lost (transition 1 of A)"},
		{func(r *replay.Ref) { r.Fault, r.Transition = 1, 7 }, "A has no transition 7"},
		{func(r *replay.Ref) { r.Fault = 2 }, "the links between A and B go down"},
		{func(r *replay.Ref) { r.Fault, r.Heals = 2, true }, "the links between A and B come back"},
		{func(r *replay.Ref) { r.Fault = 3 }, "a stray x from A arrives in the queue to B"},
		{func(r *replay.Ref) { r.Recovers = true }, "A recovers"},
		{func(r *replay.Ref) { r.Discard, r.Peer, r.Label = true, 1, 1 }, "A drops a late y from B"},
		{func(r *replay.Ref) { r.Discard, r.Peer = true, 7 }, "A drops label 0 from role 7"},
		{func(r *replay.Ref) { r.Role = -1 }, "there is no role -1"},
	} {
		ref := none
		test.change(&ref)
		_, _, err := w.in.Replay([]replay.Ref{ref})
		assert.EqualError(t, err, "step 1 is not enabled: "+test.want)
	}
}
