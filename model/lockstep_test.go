package model_test

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"chorcheck/internal/naive"
	"chorcheck/internal/twin"
	"chorcheck/lts"
	"chorcheck/model"
	"chorcheck/verify/replay"
)

// lockstep walks a network and the interpreter side by side: whatever one can do
// the other one can do too, and what can be seen of their configurations is equal.
// What cannot be seen, the numbers of instances among it, is thereby compared as
// far as it matters.
type lockstep struct {
	t    require.TestingT
	a    *model.Automata
	net  *model.Network
	in   *replay.Interpreter
	seen map[string]bool
	todo []together

	confused int
	deep     bool // look far ahead, rather than at all that is near
	source   fmt.Stringer
}

type together struct {
	state  lts.State
	config replay.Config
}

func (l *lockstep) run(limit int) {
	l.visit(l.net.Init(), l.in.Initial())
	for n := 0; n < len(l.todo) && n < limit; n++ {
		if l.deep {
			// One of the rest, any one, and more often a late one.
			rest := l.todo[n:]
			i := len(rest) - 1 - (n*n*7919+len(rest))%len(rest)*(n%3)/3
			rest[0], rest[i] = rest[i], rest[0]
		}
		l.compare(l.todo[n])
	}
}

func (l *lockstep) visit(s lts.State, c replay.Config) {
	if key := fmt.Sprint([]uint64(s), c.Key()); !l.seen[key] {
		l.seen[key] = true
		l.todo = append(l.todo, together{s, c})
	}
}

func (l *lockstep) compare(p together) {
	where := fmt.Sprintf("in %s", l.net.DescribeState(p.state))
	if l.source != nil {
		where += fmt.Sprintf(" (%+v) of\n%s", p.config, l.source)
	}
	require.Equal(l.t, l.seeConfig(p.config), l.seeState(p.state), where)
	steps := lts.NewSteps(l.net.Width())
	marks := l.net.Next(p.state, steps)
	if marks&model.MarkConfused != 0 {
		l.confused++
		return
	}
	l.compareMarks(p, marks, where)
	theirs, ours := map[string][]replay.Config{}, map[string][]lts.State{}
	for _, s := range l.in.Enabled(p.config) {
		k := l.keyOfStep(s)
		theirs[k] = append(theirs[k], l.in.Apply(p.config, s))
	}
	for i := range steps.Len() {
		k := l.keyOfAction(l.net.Action(steps.Actions[i]))
		ours[k] = append(ours[k], steps.Target(i).Clone())
	}
	for k := range theirs {
		if strings.Contains(k, "reorder") && ours[k] == nil {
			// Messages that differ only in what never matters are equal for the
			// network: overtaking one of them changes nothing there.
			delete(theirs, k)
		}
	}
	require.Equal(l.t, sorted(theirs), sorted(ours), where)
	for _, k := range sorted(ours) {
		if len(theirs[k]) == 1 && len(ours[k]) == 1 {
			l.visit(ours[k][0], theirs[k][0])
			continue
		}
		seen := map[string]bool{}
		for _, c := range theirs[k] {
			seen[l.seeConfig(c)] = true
		}
		for _, s := range ours[k] {
			require.Contains(l.t, seen, l.seeState(s), "%s after %s", where, k)
		}
	}
}

func sorted[V any](m map[string]V) []string {
	keys := []string{}
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func (l *lockstep) keyOfStep(s replay.Step) string {
	m := ""
	if s.Message.Label >= 0 && !(s.Fails && s.PeerTransition < 0 && l.a.Machines[s.Role].Transitions[s.Transition].Kind == model.Send) {
		m = fmt.Sprint(s.Message.Sender, s.Message.Receiver, s.Message.Label, s.Message.Values)
	}
	peer := s.Peer
	if s.PeerTransition < 0 && !(s.Discard && s.Kind == replay.Rendezvous) {
		peer = -1
	}
	fault := ""
	if s.Fault >= 0 {
		fault = l.net.Environment().Faults[s.Fault].Kind.String()
	}
	return fmt.Sprint(s.Role, s.Transition, " ", peer, s.PeerTransition, " (", m, ") ", fault, s.Fault, " recovers ", s.Recovers, " heals ", s.Heals,
		" discard ", s.Discard, " vanishes ", s.Vanishes, " place ", s.Place, " stale ", s.Stale, " uncaught ", s.Uncaught, " late ", s.Late,
		" handler ", s.Handler, " fails ", s.Fails || s.Uncaught)
}

func (l *lockstep) keyOfAction(x model.ActionInfo) string {
	m := ""
	if x.Message >= 0 {
		k := l.net.Message(x.Message)
		m = fmt.Sprint(k.From, k.To, k.Label, k.Values)
	}
	fault := ""
	if x.Fault >= 0 {
		fault = l.net.Environment().Faults[x.Fault].Kind.String()
	}
	return fmt.Sprint(x.Role, x.Transition, " ", x.Peer, x.PeerTransition, " (", m, ") ", fault, x.Fault, " recovers ", x.Recovers, " heals ", x.Heals,
		" discard ", x.Discard, " vanishes ", x.Vanishes, " place ", x.Place, " stale ", x.Stale, " uncaught ", x.Uncaught, " late ", x.Late,
		" handler ", x.Handler, " fails ", x.Fails || x.PeerFails)
}

func (l *lockstep) seeConfig(c replay.Config) string {
	var b strings.Builder
	for r, x := range c.Local {
		fmt.Fprint(&b, x.Status, x.State, "[")
		for v := range l.a.Vars {
			if l.a.Vars[v].Owner == model.RoleID(r) {
				value := c.Vars[v]
				for t, timer := range l.a.Timers {
					if timer.Var == model.VarID(v) && value == 1 && c.Over[t] {
						value = 2
					}
				}
				fmt.Fprint(&b, " ", value)
			}
		}
		fmt.Fprint(&b, "] ")
	}
	var messages []string
	for q := range c.Queues {
		at := map[string]int{}
		for i, m := range c.Queues[q] {
			s := fmt.Sprint(m.Sender, ">", m.Receiver, ":", m.Label, m.Values)
			if l.in.Queues()[q].Discipline != model.Bag {
				s = fmt.Sprint(i, " ", s)
			} else {
				at[s]++
				s = fmt.Sprint(at[s], " ", s)
			}
			messages = append(messages, s)
		}
	}
	sort.Strings(messages)
	fmt.Fprint(&b, messages)
	for i, down := range c.Down {
		if down {
			fmt.Fprint(&b, " down ", i)
		}
	}
	return b.String()
}

func (l *lockstep) seeState(s lts.State) string {
	var b strings.Builder
	for r := range l.a.Roles {
		r := model.RoleID(r)
		fmt.Fprint(&b, replay.Status(l.net.Status(s, r)), l.net.Control(s, r), "[")
		for _, v := range l.net.Values(s, r) {
			fmt.Fprint(&b, " ", v)
		}
		fmt.Fprint(&b, "] ")
	}
	var messages []string
	for q := range l.net.Queues() {
		at := map[string]int{}
		for i, id := range l.net.Content(s, q) {
			m := l.net.Message(id)
			x := fmt.Sprint(m.From, ">", m.To, ":", m.Label, m.Values)
			if !l.net.Queue(q).Bag {
				x = fmt.Sprint(i, " ", x)
			} else {
				at[x]++
				x = fmt.Sprint(at[x], " ", x)
			}
			messages = append(messages, x)
		}
	}
	sort.Strings(messages)
	fmt.Fprint(&b, messages)
	for _, i := range l.net.DownLinks(s) {
		fmt.Fprint(&b, " down ", i)
	}
	return b.String()
}

func (l *lockstep) compareMarks(p together, marks lts.Marks, where string) {
	want := lts.Marks(0)
	mark := func(m lts.Marks, when bool) {
		if when {
			want |= m
		}
	}
	quiet := true
	for _, s := range l.in.Enabled(p.config) {
		quiet = quiet && !l.in.IsStep(s)
		// What fails when it is spoilt by a fault fails as well as a step.
		mark(model.MarkFails, s.Fails || s.Uncaught)
		mark(model.MarkUncaught, s.Uncaught)
		mark(model.MarkStale, s.Stale)
		mark(model.MarkLeak, s.Late)
	}
	mark(model.MarkQuiet, quiet)
	mark(model.MarkLeak, len(l.in.ArmedAtEnd(p.config)) > 0)
	for r := range l.a.Roles {
		r := model.RoleID(r)
		_, found := l.in.Unspecified(p.config, r)
		mark(model.MarkUnspecified, found)
		waits := l.in.UnguardedWaits(p.config, r)
		mark(model.MarkWait, len(waits) > 0)
		slices.Sort(waits)
		require.Equal(l.t, fmt.Sprint(waits), fmt.Sprint(l.net.Waits(p.state, r)), where)
	}
	const compared = model.MarkFails | model.MarkUncaught | model.MarkStale | model.MarkLeak | model.MarkQuiet | model.MarkUnspecified | model.MarkWait
	require.Equal(l.t, want, marks&compared, "marks %s", where)
	for s := range l.a.Scopes {
		l.compareOutcomes(p, model.ScopeID(s), marks, where)
	}
}

// compareOutcomes compares the pairs of roles that differ on one instance of a
// scope; at least one of them has not gone on to a later one.
func (l *lockstep) compareOutcomes(p together, s model.ScopeID, marks lts.Marks, where string) {
	scope := l.a.Scopes[s]
	severally := slices.ContainsFunc(scope.Handlers, func(h model.Handler) bool { return h.At != scope.Handlers[0].At })
	if !scope.Agreed && !severally {
		require.Empty(l.t, l.net.Outcomes(p.state, s))
		return
	}
	type standing struct {
		role     model.RoleID
		instance string
		part     int
		left     bool
		now      bool
	}
	differences := func(all []standing) []string {
		set := map[string]bool{}
		for i, x := range all {
			for _, y := range all[i+1:] {
				if x.role != y.role && x.instance == y.instance && x.part != y.part && (x.now || y.now) && (scope.Agreed || x.part > 0 && y.part > 0) {
					set[fmt.Sprint(x.role, x.part, x.left, " ", y.role, y.part, y.left)] = true
				}
			}
		}
		return sorted(set)
	}
	var ours, theirs []standing
	for _, o := range l.net.Outcomes(p.state, s) {
		ours = append(ours, standing{o.Role, o.Instance, o.Part, o.Left, false})
	}
	for _, o := range l.in.Outcomes(p.config, s) {
		theirs = append(theirs, standing{o.Role, o.Instance, o.Part, o.Left, false})
	}
	// The last one of a role is the present one.
	for _, list := range [][]standing{ours, theirs} {
		for i := range list {
			list[i].now = i == len(list)-1 || list[i+1].role != list[i].role
		}
	}
	want := differences(theirs)
	require.Equal(l.t, want, differences(ours), "scope %d: %v and %v %s", s, theirs, ours, where)
	if slices.ContainsFunc(theirs, func(x standing) bool { return x.now && x.part > 0 }) {
		require.NotZero(l.t, marks&model.MarkOutcome, "%v and %v %s", theirs, ours, where)
	}
}

// usesTimers reports whether the variable of an explicit timer is stored into, or
// assigned anything but that it is armed or not.
func usesTimers(a *model.Automata) bool {
	isTimer := func(v model.VarID) bool {
		return slices.ContainsFunc(a.Timers, func(t model.Timer) bool { return t.Var == v })
	}
	for _, m := range a.Machines {
		for _, t := range m.Transitions {
			if slices.ContainsFunc(t.Stores, isTimer) || slices.ContainsFunc(t.Assigns, func(as model.Assign) bool {
				v, ok := as.Value.Eval(func(model.VarID) int64 { return 2 })
				return isTimer(as.Var) && (!ok || v != 0 && v != 1)
			}) {
				return true
			}
		}
	}
	return false
}

func testLockstep(t *testing.T, looped bool, limit int, compile func(context.Context, *model.Automata, model.NetworkOptions) (*model.Network, error)) {
	confused, all := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		x := naive.Failing(looped).Draw(t, "system")
		if usesTimers(x.Automata) {
			t.Skip("a timer is used as a variable")
		}
		for _, env := range append(x.Environments, nil) {
			net, err := compile(t.Context(), x.Automata, model.NetworkOptions{Environment: env, KeepCrashed: x.KeepCrashed})
			require.NoError(t, err)
			l := &lockstep{
				t: t, a: x.Automata, net: net, seen: map[string]bool{},
				in: replay.New(x.Automata, replay.Options{Environment: env, KeepCrashed: x.KeepCrashed}),
			}
			l.run(limit)
			confused += l.confused
			all += len(l.todo)
		}
	})
	t.Logf("%d of %d confused", confused, all)
}

func TestFailuresInLockstep(t *testing.T) {
	testLockstep(t, false, 60, model.NewNetwork)
}

func TestFailuresInLockstepOfSlots(t *testing.T) {
	testLockstep(t, false, 30, model.NewNetworkOfSlots)
}

func TestFailuresInLockstepInGeneral(t *testing.T) {
	testLockstep(t, false, 30, model.NewGeneralNetwork)
}

func TestLoopedScopesInLockstep(t *testing.T) {
	testLockstep(t, true, 100, model.NewNetwork)
}

// TestChoreographiesInLockstep is about automata that projection makes: what they
// forget of instances that are over is not met by automata that are strewn together.
func TestChoreographiesInLockstep(t *testing.T) {
	confused, all := 0, 0
	for _, size := range []twin.Size{
		{Roles: 3, Statements: 6, Depth: 2, Faults: 1, Loops: true},
		{Roles: 3, Statements: 9, Depth: 3, Faults: 2, Loops: true},
		{Roles: 4, Statements: 9, Depth: 3, Faults: 1, Exotic: true},
	} {
		rapid.Check(t, func(t *rapid.T) {
			c := twin.Cases(size).Draw(t, "case")
			a, _, err := model.Project(c.Choreography)
			require.NoError(t, err)
			net, err := model.NewNetwork(t.Context(), a, model.NetworkOptions{Environment: c.Environment})
			require.NoError(t, err)
			l := &lockstep{t: t, a: a, net: net, seen: map[string]bool{}, deep: true, source: c, in: replay.New(a, replay.Options{Environment: c.Environment})}
			l.run(150)
			confused += l.confused
			all += len(l.todo)
		})
	}
	t.Logf("%d of %d confused", confused, all)
}
