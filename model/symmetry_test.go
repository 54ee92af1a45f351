package model_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"chorcheck/explore/reduce"
	"chorcheck/internal/naive"
	"chorcheck/lang"
	"chorcheck/lang/source"
	"chorcheck/lts"
	"chorcheck/model"
)

// symmetric draws a hub and members that all have the same machine. For each
// member the hub is in a state of its own, so that it can tell in its
// local state who has done what; now and then all of these go back together.
func symmetric(t *rapid.T) (*model.Automata, *model.Environment) {
	upTo := func(low, high int) int { return rapid.IntRange(low, high).Draw(t, "n") }
	members := upTo(2, 4)
	a := &model.Automata{Name: "symmetric", Labels: []string{"a", "b"}, Roles: []model.Role{{Name: "Hub"}}}
	for i := range members {
		a.Roles = append(a.Roles, model.Role{Name: fmt.Sprintf("M[%d]", i), Array: "M", Index: i})
	}
	a.Channels.Default = model.Channel{Discipline: model.Discipline(upTo(0, 3))}
	if a.Channels.Default.Discipline != model.Sync {
		a.Channels.Default.Capacity = upTo(1, 2)
	}
	origin := model.Origin(0)
	next := func() []model.Origin { origin++; return []model.Origin{origin} }

	// The hub: tuples of states, one for each member.
	type move struct {
		from, to int
		kind     model.Kind
		label    model.LabelID
		value    int64
	}
	// With a variable, messages a to members carry a value for it.
	counts := upTo(0, 2)
	carry := func(tr model.Transition, x move, receiver int) model.Transition {
		if receiver > 0 && counts > 0 && tr.Label == 0 {
			if tr.Kind == model.Send {
				tr.Values = []*model.Expr{model.Const(min(x.value, int64(counts)))}
			} else {
				tr.Stores = []model.VarID{model.VarID(receiver - 1)}
			}
		}
		return tr
	}
	draw := func(states int) []move {
		var moves []move
		for range upTo(1, 4) {
			moves = append(moves, move{upTo(0, states-1), upTo(0, states-1), model.Kind(upTo(0, 1)), model.LabelID(upTo(0, 1)), int64(upTo(0, 2))})
		}
		return moves
	}
	const states = 2
	count := 1
	for range members {
		count *= states
	}
	place := make([]int, members+1) // place[i] is the weight of member i's state
	place[0] = 1
	for i := range members {
		place[i+1] = place[i] * states
	}
	var hub model.Machine
	moves, back, finals := draw(states), upTo(0, 1) == 1, upTo(0, 3)
	// The hub's states are shuffled, so that no order of them helps.
	shuffle := rapid.Permutation(slices.Collect(func(yield func(int) bool) {
		for i := range count {
			if !yield(i) {
				return
			}
		}
	})).Draw(t, "order")
	hub.States = make([]model.LocalState, count)
	for i := range hub.States {
		hub.States[i] = model.LocalState{Name: fmt.Sprint(i)}
	}
	hub.Initial = shuffle[0]
	for tuple := range count {
		ones := 0
		for i := range members {
			here := tuple / place[i] % states
			ones += here
			for _, m := range moves {
				if m.from == here {
					hub.Transitions = append(hub.Transitions, carry(model.Transition{
						From: shuffle[tuple], To: shuffle[tuple+(m.to-here)*place[i]], Kind: m.kind, Peer: model.RoleID(1 + i), Label: m.label, Origins: next(),
					}, m, (1+i)*int(1-m.kind)))
				}
			}
		}
		hub.States[shuffle[tuple]].Final = ones >= finals
		if back && ones == members {
			hub.Transitions = append(hub.Transitions, model.Transition{From: shuffle[tuple], To: shuffle[0], Kind: model.Internal, Origins: next()})
		}
	}
	sortTransitions(&hub)
	a.Machines = append(a.Machines, hub)

	// The members talk to the hub, and some to each other.
	own, among := draw(3), draw(3)[:upTo(0, 1)]
	final := upTo(0, 2)
	for i := range members {
		m := model.Machine{States: []model.LocalState{{Name: "0"}, {Name: "1"}, {Name: "2"}}}
		m.States[final].Final = true
		for _, x := range own {
			m.Transitions = append(m.Transitions, carry(model.Transition{From: x.from, To: x.to, Kind: 1 - x.kind, Peer: 0, Label: x.label, Origins: next()}, x, (1+i)*int(1-x.kind)))
		}
		for _, x := range among {
			for j := range members {
				if i != j {
					for k := range model.Kind(2) {
						m.Transitions = append(m.Transitions, carry(model.Transition{From: x.from, To: x.to, Kind: k, Peer: model.RoleID(1 + j), Label: x.label, Origins: next()}, x, 1+j+(i-j)*int(k)))
					}
				}
			}
		}
		if counts > 0 {
			v := model.VarID(len(a.Vars))
			a.Vars = append(a.Vars, model.Var{Name: fmt.Sprint("v", i), Owner: model.RoleID(1 + i), Domain: model.Domain{High: int64(counts)}})
			more := &model.Expr{Op: model.OpAdd, X: model.Ref(v), Y: model.Const(1)}
			less := &model.Expr{Op: model.OpLt, X: model.Ref(v), Y: model.Const(int64(counts))}
			m.Transitions = append(m.Transitions, model.Transition{From: 0, To: 1, Kind: model.Internal, Guard: less, Assigns: []model.Assign{{Var: v, Value: more}}, Origins: next()})
			m.Transitions = append(m.Transitions, model.Transition{From: 2, To: 0, Kind: model.Internal, Assigns: []model.Assign{{Var: v, Value: model.Const(0)}}, Origins: next()})
		}
		sortTransitions(&m)
		a.Machines = append(a.Machines, m)
	}

	env := model.Calm()
	for range upTo(0, 2) {
		kind := model.FaultKind(upTo(0, int(model.Stray)))
		recovers := upTo(0, 1) == 1
		for i := range members {
			f := model.Fault{Kind: kind, Role: 0, Peer: model.RoleID(1 + i)}
			switch kind {
			case model.Crash, model.Silence:
				f.Role, f.Peer, f.Recovers = f.Peer, -1, kind == model.Crash && recovers
			case model.Duplicate, model.Reorder:
				if a.Channels.Default.Discipline == model.Sync || a.Channels.Default.Discipline == model.Bag && kind == model.Reorder {
					continue
				}
			case model.Partition:
				f.Role, f.Peer, f.Groups = -1, -1, [][]model.RoleID{{0}, {model.RoleID(1 + i)}}
			case model.RaiseFault:
				continue
			}
			env.Faults = append(env.Faults, f)
		}
	}
	if len(env.Faults) > 0 {
		env.Limit = upTo(1, 2)
	}
	return a, env
}

func sortTransitions(m *model.Machine) {
	slices.SortStableFunc(m.Transitions, func(x, y model.Transition) int { return x.From - y.From })
}

// compilers are the ways to compile a network.
var compilers = map[string]func(context.Context, *model.Automata, model.NetworkOptions) (*model.Network, error){
	"dictionaries": model.NewNetwork, "slots": model.NewNetworkOfSlots, "general": model.NewGeneralNetwork,
}

func TestSymmetryOfRandomNetworks(t *testing.T) {
	full, quotient, dead := 0, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		a, env := symmetric(t)
		name := rapid.SampledFrom([]string{"dictionaries", "slots", "general"}).Draw(t, "way")
		net, err := compilers[name](t.Context(), a, model.NetworkOptions{Environment: env})
		require.NoError(t, err)
		blocks := net.Interchangeable()
		require.Len(t, blocks, 1)
		require.Len(t, blocks[0], len(a.Roles)-1)
		f, q := reduced(t, net, net.Canonical, false, 600)
		full, quotient = full+f, quotient+q
		if net.HasDead() {
			dead++
			reduced(t, net, reduce.Canon(net, true, true), false, 600)
		}
	})
	t.Logf("%d states, %d in quotients; %d networks with dead variables", full, quotient, dead)
}

// What is not quite symmetric must not be taken for it, and what is left of it may be used.
func TestSymmetryThatIsBroken(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, env := symmetric(t)
		role := rapid.IntRange(0, len(a.Machines)-1).Draw(t, "role")
		m := &a.Machines[role]
		member := model.RoleID(max(1, role))
		switch rapid.IntRange(0, 5).Draw(t, "what") {
		case 0:
			m.Transitions = slices.Delete(m.Transitions, 0, 1)
		case 1:
			s := &m.States[rapid.IntRange(0, len(m.States)-1).Draw(t, "state")]
			s.Final = !s.Final
		case 2:
			tr := &m.Transitions[rapid.IntRange(0, len(m.Transitions)-1).Draw(t, "transition")]
			tr.To = rapid.IntRange(0, len(m.States)-1).Draw(t, "target")
		case 3:
			a.Channels.Pairs = map[model.Pair]model.Channel{{From: 0, To: member}: {Discipline: model.FIFO, Capacity: 1}}
		case 4:
			a.Channels.Pairs = map[model.Pair]model.Channel{{From: member, To: 0}: {Discipline: model.Bag, Capacity: 2}}
		case 5:
			if len(env.Faults) > 0 {
				env.Faults = env.Faults[1:]
			}
		}
		way := rapid.SampledFrom([]string{"dictionaries", "slots", "general"}).Draw(t, "way")
		net, err := compilers[way](t.Context(), a, model.NetworkOptions{Environment: env})
		require.NoError(t, err)
		reduced(t, net, net.Canonical, false, 300)
		if canon := reduce.Canon(net, true, true); canon != nil {
			reduced(t, net, canon, false, 300)
		}
	})
}

// Automata without any plan: what symmetry they have is an accident.
func TestReductionsOfAnyAutomata(t *testing.T) {
	symmetric, dead := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		net, err := model.NewNetwork(t.Context(), naive.Automata().Draw(t, "automata"), model.NetworkOptions{})
		require.NoError(t, err)
		if net.Symmetric() {
			symmetric++
			reduced(t, net, net.Canonical, false, 300)
		}
		if net.HasDead() {
			dead++
			reduced(t, net, net.ResetDead, true, 300)
		}
		if canon := reduce.Canon(net, true, true); canon != nil {
			reduced(t, net, canon, false, 300)
		}
	})
	t.Logf("%d symmetric, %d with dead variables", symmetric, dead)
}

func load(t testing.TB, name string, set map[string]int64) *lang.Unit {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../specs", name))
	require.NoError(t, err)
	u := lang.Load(source.New(name, string(text)), lang.Options{Set: set})
	require.False(t, u.Rejected(), name)
	return u
}

func TestReductionsOfSpecs(t *testing.T) {
	for _, tc := range []struct {
		name    string
		set     map[string]int64
		members int // of the largest block
	}{
		{"travel-agency.chor", nil, 2},
		{"travel-agency.chor", map[string]int64{"n": 3}, 3},
		{"read-write-lock.chor", nil, 2},
		{"read-write-lock.chor", map[string]int64{"readers": 4}, 4},
		{"map-reduce.chor", nil, 2},
		{"map-reduce.chor", map[string]int64{"mappers": 3}, 3},
		{"two-phase-commit.chor", nil, 0},
		{"work-queue.chor", nil, 0},
		{"leader-election.chor", nil, 0},
		{"publish-subscribe.chor", nil, 0},
		{"auction.chor", nil, 0},
		{"failures/quorum.chor", nil, 0},
		{"failures/timer-process-mended.chor", nil, 0},
		{"failures/timer-leak.fsa", nil, 0},
		{"bench/two-phase-commit-3.fsa", nil, 0},
		{"bench/saga-2.fsa", nil, 0},
	} {
		t.Run(fmt.Sprint(tc.name, tc.set), func(t *testing.T) {
			u := load(t, tc.name, tc.set)
			for _, env := range u.Environments {
				net, err := model.NewNetwork(t.Context(), u.Automata, model.NetworkOptions{Environment: env})
				require.NoError(t, err)
				largest := 0
				for _, b := range net.Interchangeable() {
					largest = max(largest, len(b))
				}
				assert.Equal(t, tc.members, largest)
				report := func(what string, canon func(lts.State), exact bool) {
					if canon != nil {
						f, q := reduced(t, net, canon, exact, 20000)
						t.Logf("%s, %s: %d states, %d in the quotient", env.Name, what, f, q)
					}
				}
				report("symmetry", reduce.Canon(net, true, false), false)
				report("dead variables", reduce.Canon(net, false, true), true)
				if net.Symmetric() && net.HasDead() {
					report("both", reduce.Canon(net, true, true), false)
				}
			}
		})
	}
}

// Two senders that differ in nothing but the order in which their messages may be taken.
func TestSymmetryLooksAtDisciplines(t *testing.T) {
	from := func(n model.Origin) []model.Origin { return []model.Origin{n} }
	a := &model.Automata{
		Roles: []model.Role{{Name: "Hub"}, {Name: "M[0]", Array: "M"}, {Name: "M[1]", Array: "M", Index: 1}}, Labels: []string{"a", "b"},
		Machines: []model.Machine{{States: make([]model.LocalState, 1)}},
		Channels: model.Channels{Default: model.Channel{Discipline: model.FIFO, Capacity: 2}},
	}
	for i := range model.RoleID(2) {
		for l := range model.LabelID(2) {
			a.Machines[0].Transitions = append(a.Machines[0].Transitions, model.Transition{Kind: model.Receive, Peer: 1 + i, Label: l, Origins: from(1)})
		}
		a.Machines = append(a.Machines, model.Machine{States: make([]model.LocalState, 3), Transitions: []model.Transition{
			{From: 0, To: 1, Kind: model.Send, Label: 0, Origins: from(2)},
			{From: 1, To: 2, Kind: model.Send, Label: 1, Origins: from(3)},
		}})
	}
	for way, compile := range compilers {
		net, err := compile(t.Context(), a, model.NetworkOptions{})
		require.NoError(t, err)
		assert.True(t, net.Symmetric(), way)
		other := *a
		other.Channels.Pairs = map[model.Pair]model.Channel{{From: 2, To: 0}: {Discipline: model.Bag, Capacity: 2}}
		net, err = compile(t.Context(), &other, model.NetworkOptions{})
		require.NoError(t, err)
		assert.False(t, net.Symmetric(), way)
	}
}

// Members that differ a little, in whatever way: what is found interchangeable is.
func TestSymmetryOfMembersThatDiffer(t *testing.T) {
	all, symmetric, dead := 0, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		f := naive.Alike().Draw(t, "system")
		way := rapid.SampledFrom([]string{"dictionaries", "slots", "general"}).Draw(t, "way")
		net, err := compilers[way](t.Context(), f.Automata, model.NetworkOptions{Environment: f.Environments[0], KeepCrashed: f.KeepCrashed})
		require.NoError(t, err)
		all++
		if net.Symmetric() {
			symmetric++
			reduced(t, net, net.Canonical, false, 300)
		}
		if net.HasDead() {
			dead++
			reduced(t, net, net.ResetDead, true, 300)
			if net.Symmetric() {
				reduced(t, net, reduce.Canon(net, true, true), false, 300)
			}
		}
	})
	t.Logf("%d networks, %d symmetric, %d with dead variables", all, symmetric, dead)
}
