package trace_test

import (
	"context"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"chorcheck/internal/naive"
	"chorcheck/lang"
	"chorcheck/lang/source"
	"chorcheck/verify"
	"chorcheck/verify/replay"
	"chorcheck/verify/trace"
)

// load reads a text, with other faults than its own unless they are "".
func load(t testing.TB, name, text, faults string) *lang.Unit {
	t.Helper()
	u := lang.Load(source.New(name, text), lang.Options{Faults: faults})
	require.False(t, u.Rejected(), "%s: %v", name, u.Diagnostics)
	return u
}

// walk goes at random until the check is violated, after some steps at least if it can, or so many steps. Faults are rare.
func walk(in *replay.Interpreter, random *rand.Rand, most int, shows func(*verify.Run) bool, check string) *verify.Run {
	r := &verify.Run{Configs: []replay.Config{in.Initial()}}
	for range most {
		enabled := in.Enabled(r.Last())
		if len(enabled) == 0 {
			return nil
		}
		s := enabled[random.IntN(len(enabled))]
		for again := 0; again < 3 && s.Kind == replay.Fault; again++ {
			s = enabled[random.IntN(len(enabled))]
		}
		r.Configs, r.Steps = append(r.Configs, in.Apply(r.Last(), s)), append(r.Steps, s)
		if (len(r.Steps) > 25 || in.Terminal(r.Last())) && verify.Evidence(in, check, r.Last(), &s) && shows(r) {
			return r
		}
	}
	return nil
}

// requireRun has the interpreter carry out a run once more.
func requireRun(t require.TestingT, in *replay.Interpreter, r *verify.Run) {
	require.Len(t, r.Configs, len(r.Steps)+1)
	c := in.Initial()
	require.Equal(t, c.Key(), r.Configs[0].Key())
	for i, want := range r.Steps {
		ok := false
		for _, s := range in.Enabled(c) {
			if next := in.Apply(c, s); s.Matches(want.Ref()) && next.Key() == r.Configs[i+1].Key() {
				c, ok = next, true
				break
			}
		}
		require.True(t, ok, "step %d: %s", i, in.Describe(want))
	}
}

// Random walks to violations become shorter, stay runs, and still show the same violation; the length comes near to
// that of the shortest run.
func TestRandomWalksAreMinimized(t *testing.T) {
	total, kept, shortest, walks := 0, 0, 0, 0
	for _, x := range []struct{ name, check, faults string }{
		{"philosophers.chor", "deadlock", ""},
		{"chat-mailbox.chor", "deadlock", ""},
		{"telemetry.chor", "orphan-message", ""},
		{"heartbeat.chor", "no-termination", ""},
		{"heartbeat.chor", "stuck", "loss Node -> Monitor; crash Admin; at most 2"},
		{"chat.chor", "deadlock", "crash Bob; loss Alice -> Room; at most 3"},
		{"negotiation.chor", "deadlock", "crash Buyer; duplicate Seller -> Buyer; at most 3"},
		{"publish-subscribe.chor", "bound-reached", "crash Publisher; at most 1"},
		{"auction.chor", "deadlock", "crash Seller; at most 1"},
		{"leader-election.chor", "deadlock", "loss Node[0] -> Node[1]; loss Node[1] -> Node[2]; at most 4"},
		{"smtp.chor", "silent-survivor", "crash Client; silence Server; at most 2"},
		{"streaming.chor", "deadlock", "loss Camera -> Viewer; crash Camera; at most 5"},
		{"token-ring.chor", "deadlock", "loss Station[0] -> Station[1]; crash Station[2]; at most 2"},
	} {
		text, err := os.ReadFile("../../specs/" + x.name)
		require.NoError(t, err)
		u := load(t, x.name, string(text), x.faults)
		result, err := verify.Verify(context.Background(), u.Automata, verify.Options{Environments: u.Environments, Only: []string{x.check}, Workers: 1, MaxFindings: 1000})
		require.NoError(t, err)
		require.NotEmpty(t, result.Environments[0].Checks[0].Findings, "%s %s", x.name, x.check)
		for e, env := range u.Environments {
			in := replay.New(u.Automata, replay.Options{Environment: env})
			reviewer, err := verify.NewReviewer(context.Background(), u.Automata, env, x.check, verify.Options{})
			require.NoError(t, err)
			random := rand.New(rand.NewPCG(7, 7))
			for range 12 {
				r := walk(in, random, 200, func(r *verify.Run) bool { return reviewer.Shows(r, "") == "" }, x.check)
				if r == nil {
					continue
				}
				f, why := reviewer.Finding(r, "")
				require.Empty(t, why)
				shows := func(r *verify.Run) bool { return reviewer.Shows(r, f.Cause) == "" }
				m := trace.Minimize(context.Background(), in, r, trace.Options{Shows: shows, Causal: f.Causal, MostSteps: 20_000})
				before, after := trace.CostOf(r), trace.CostOf(m.Run)
				require.LessOrEqual(t, after.Compare(before), 0)
				requireRun(t, in, m.Run)
				require.Empty(t, reviewer.Shows(m.Run, f.Cause))
				walks++
				best := -1
				for _, g := range result.Environments[e].Checks[0].Findings {
					if g.Cause == f.Cause {
						best = len(g.Trace)
					}
				}
				if best >= 0 { // else it is shown as one with another cause
					total, kept, shortest = total+before.Steps, kept+after.Steps, shortest+best
				}
			}
		}
	}
	t.Logf("%d walks: %d steps, minimised %d, shortest %d", walks, total, kept, shortest)
	assert.Greater(t, walks, 50)
	assert.Less(t, 2*kept, total)
	assert.LessOrEqual(t, 10*kept, 12*shortest, "no more than a fifth longer than the shortest runs")
}

// Whatever the system and the check, what comes out is a run that is no worse and shows the same.
func TestRandomSystemsAreMinimized(t *testing.T) {
	shorter := map[string]int{}
	systems := rapid.OneOf(naive.Failing(false), naive.Failing(true), naive.Meddling(), naive.Alike())
	rapid.Check(t, func(t *rapid.T) {
		x := systems.Draw(t, "system")
		env := rapid.SampledFrom(x.Environments).Draw(t, "environment")
		in := replay.New(x.Automata, replay.Options{Environment: env, KeepCrashed: x.KeepCrashed})
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		checks := verify.Checks()
		for range 4 {
			c := checks[random.IntN(len(checks))]
			reviewer, err := verify.NewReviewer(context.Background(), x.Automata, env, c.ID, verify.Options{KeepCrashed: x.KeepCrashed})
			require.NoError(t, err)
			r := walk(in, random, 40, func(r *verify.Run) bool { return reviewer.Shows(r, "") == "" }, c.ID)
			if r == nil {
				continue
			}
			f, why := reviewer.Finding(r, "")
			require.Empty(t, why)
			m := trace.Minimize(context.Background(), in, r, trace.Options{
				Shows: func(r *verify.Run) bool { return reviewer.Shows(r, f.Cause) == "" }, Causal: f.Causal, MostSteps: 500,
			})
			order := trace.CostOf(m.Run).Compare(trace.CostOf(r))
			require.LessOrEqual(t, order, 0)
			requireRun(t, in, m.Run)
			g, why := reviewer.Finding(m.Run, f.Cause)
			require.Empty(t, why)
			require.Equal(t, f.Cause, g.Cause)
			if order < 0 {
				shorter[c.ID]++
			}
		}
	})
	if !testing.Short() { // that is few systems
		require.Greater(t, len(shorter), 6, "%v", shorter)
	}
}

const forth = `choreography Forth
role A, B, C
property heard: eventually C receives done
loop at A {
  choice at A {
    A -> B: left
    B -> A: l
  } or {
    A -> B: right
    B -> A: r
  }
}
A -> C: done
`

// lasso makes a run of Forth that goes left and right, by the words of its steps, the last ones again and again.
func lasso(t *testing.T, in *replay.Interpreter, rounds, cycle string) *verify.Run {
	t.Helper()
	r := &verify.Run{Configs: []replay.Config{in.Initial()}}
	for _, way := range rounds + cycle {
		send, answer := "left", "l"
		if way == 'r' {
			send, answer = "right", "r"
		}
		for _, what := range []string{"A -> B: " + send, "B <- A: " + send, "B -> A: " + answer, "A <- B: " + answer} {
			found := false
			for _, s := range in.Enabled(r.Last()) {
				if in.Describe(s) == what && !found {
					found = true
					r.Configs, r.Steps = append(r.Configs, in.Apply(r.Last(), s)), append(r.Steps, s)
				}
			}
			require.True(t, found, what)
		}
	}
	r.Cycle = 4 * len(cycle)
	return r
}

// Of a run that goes round, both the way there and the cycle become shorter, and it stays a fair violation.
func TestLassosAreMinimized(t *testing.T) {
	u := load(t, "forth.chor", forth, "")
	in := replay.New(u.Automata, replay.Options{Environment: u.Environments[0]})
	reviewer, err := verify.NewReviewer(context.Background(), u.Automata, u.Environments[0], "heard", verify.Options{Properties: u.Properties})
	require.NoError(t, err)
	shows := func(r *verify.Run) bool { return reviewer.Shows(r, "") == "" }
	for _, x := range [][2]string{{"", "l"}, {"lrl", "r"}, {"l", "lll"}, {"rr", "lrlr"}, {"lr", "rlr"}} {
		r := lasso(t, in, x[0], x[1])
		require.True(t, shows(r), "%v: %s", x, reviewer.Shows(r, ""))
		m := trace.Minimize(context.Background(), in, r, trace.Options{Shows: shows})
		requireRun(t, in, m.Run)
		require.True(t, shows(m.Run))
		assert.Equal(t, 4, m.Run.Cycle, "%v", x)
		assert.Len(t, m.Run.Steps, 4, "%v", x)
	}
	turned := lasso(t, in, "ll", "")
	turned.Steps, turned.Configs, turned.Cycle = turned.Steps[:5], turned.Configs[:6], 4 // it goes round from the middle
	m := trace.Minimize(context.Background(), in, turned, trace.Options{Shows: shows})
	assert.Equal(t, []int{4, 4}, []int{len(m.Run.Steps), m.Run.Cycle})
	m = trace.Minimize(context.Background(), in, lasso(t, in, "l", "r"), trace.Options{Shows: func(*verify.Run) bool { return true }})
	assert.Positive(t, m.Run.Cycle, "whatever shows the violation, a run that goes round still does")
	broken := lasso(t, in, "l", "r")
	broken.Cycle = 3
	assert.Contains(t, reviewer.Shows(broken, ""), "does not come back")
}

// Steps that do not depend on each other are put together.
func TestStepsArePutTogether(t *testing.T) {
	u := load(t, "apart.chor", "choreography Apart\nrole A, B, C, D\npar {\n  A -> B: a1\n  A -> B: a2\n} and {\n  C -> D: c1\n  C -> D: c2\n}\n", "")
	in := replay.New(u.Automata, replay.Options{Environment: u.Environments[0]})
	r := &verify.Run{Configs: []replay.Config{in.Initial()}}
	for _, who := range []string{"A", "C", "A", "B", "C", "D", "B", "D"} {
		for _, s := range in.Enabled(r.Last()) {
			if u.Automata.Roles[s.Role].Name == who {
				r.Configs, r.Steps = append(r.Configs, in.Apply(r.Last(), s)), append(r.Steps, s)
				break
			}
		}
	}
	require.Len(t, r.Steps, 8)
	end := r.Last().Key()
	m := trace.Minimize(context.Background(), in, r, trace.Options{Shows: func(r *verify.Run) bool { return r.Last().Key() == end }})
	requireRun(t, in, m.Run)
	assert.Equal(t, trace.Cost{Steps: 8, Switches: 7}, trace.CostOf(r))
	assert.Equal(t, trace.Cost{Steps: 8, Switches: 3}, trace.CostOf(m.Run))
	assert.False(t, m.Stopped)
}

// With little effort rounds and faults go first.
func TestWhatGoesFirst(t *testing.T) {
	u := load(t, "forth.chor", forth, "crash C")
	in := replay.New(u.Automata, replay.Options{Environment: u.Environments[0]})
	r := lasso(t, in, "lrlrlrlrlrl", "")
	r.Steps, r.Configs = r.Steps[:41], r.Configs[:42]
	end := r.Last().Key()
	m := trace.Minimize(context.Background(), in, r, trace.Options{MostSteps: 3, Shows: func(r *verify.Run) bool { return r.Last().Key() == end }})
	assert.Len(t, m.Run.Steps, 1)

	for _, s := range in.Enabled(r.Last()) {
		if s.Kind == replay.Fault {
			r.Configs, r.Steps = append(r.Configs, in.Apply(r.Last(), s)), append(r.Steps, s)
		}
	}
	r.Steps[40], r.Steps[41] = r.Steps[41], r.Steps[40]
	r.Configs[41] = in.Apply(r.Configs[40], r.Steps[40])
	requireRun(t, in, r)
	m = trace.Minimize(context.Background(), in, r, trace.Options{MostSteps: 2, Shows: func(r *verify.Run) bool { return len(r.Steps) >= 41 }})
	assert.Equal(t, []int{1, 0}, []int{trace.CostOf(r).Faults, trace.CostOf(m.Run).Faults})
}

// Whoever stops the work gets the best run so far.
func TestMinimizeStops(t *testing.T) {
	u := load(t, "forth.chor", forth, "")
	in := replay.New(u.Automata, replay.Options{Environment: u.Environments[0]})
	r := lasso(t, in, "lrlrlrlrlr", "")
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	all := func(*verify.Run) bool { return true }
	m := trace.Minimize(ended, in, r, trace.Options{Shows: all})
	assert.True(t, m.Stopped)
	assert.Len(t, m.Run.Steps, 40)
	m = trace.Minimize(context.Background(), in, r, trace.Options{Shows: all, MostSteps: 60})
	assert.LessOrEqual(t, m.Replayed, 60)
	requireRun(t, in, m.Run)
	still, stop := context.WithCancel(context.Background())
	m = trace.Minimize(still, in, r, trace.Options{Shows: func(r *verify.Run) bool {
		if len(r.Steps) < 10 {
			return false
		}
		stop() // in the middle
		return true
	}})
	assert.True(t, m.Stopped)
	assert.Less(t, len(m.Run.Steps), 40)
	requireRun(t, in, m.Run)
}
