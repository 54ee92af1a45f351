package model_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"chorcheck/internal/naive"
	"chorcheck/internal/twin"
	"chorcheck/lts"
	"chorcheck/model"
	"chorcheck/verify/replay"
)

// atoms draws atoms of all kinds about a system.
func atoms(t *rapid.T, a *model.Automata) []model.Atom {
	upTo := func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "n") }
	role := func() model.RoleID { return model.RoleID(upTo(len(a.Roles))) }
	other := func(r model.RoleID) model.RoleID {
		return model.RoleID((int(r) + 1 + upTo(len(a.Roles)-1)) % len(a.Roles))
	}
	handlers := func() []model.HandlerRef {
		var all, out []model.HandlerRef
		for _, p := range a.Positions {
			if p.Part > 0 {
				all = append(all, model.HandlerRef(p))
			}
		}
		for i := 0; len(all) > 0 && i < 2; i++ {
			out = append(out, all[upTo(len(all))])
		}
		return out
	}
	operand := func() *model.Expr {
		var vars []model.VarID
		for v := range a.Vars {
			if !slices.ContainsFunc(a.Timers, func(x model.Timer) bool { return x.Var == model.VarID(v) }) {
				vars = append(vars, model.VarID(v))
			}
		}
		if len(vars) == 0 || upTo(4) == 0 {
			return model.Const(int64(upTo(3)))
		}
		e := model.Ref(vars[upTo(len(vars))])
		if upTo(3) == 0 {
			e = &model.Expr{Op: model.OpDiv, X: e, Y: model.Ref(vars[upTo(len(vars))])}
		}
		return e
	}
	var out []model.Atom
	for range rapid.IntRange(1, 30).Draw(t, "atoms") {
		r := role()
		x := model.Atom{Kind: model.AtomKind(upTo(int(model.AtomFull) + 1)), Role: r, Peer: other(r), Label: model.LabelID(upTo(len(a.Labels)))}
		switch x.Kind {
		case model.AtomSends, model.AtomReceives:
			if upTo(2) == 0 {
				x.Peer = -1
			}
		case model.AtomRaises:
			if len(a.Exceptions) == 0 {
				continue
			}
			x.Exception = model.ExceptionID(upTo(len(a.Exceptions)))
		case model.AtomHandles, model.AtomInHandler:
			x.Handlers = handlers()
		case model.AtomInside:
			if len(a.Scopes) == 0 {
				continue
			}
			x.Scope = model.ScopeID(upTo(len(a.Scopes)))
		case model.AtomFires, model.AtomArmed:
			if len(a.Timers) == 0 {
				continue
			}
			x.Timer = model.TimerID(upTo(len(a.Timers)))
		case model.AtomCompares:
			op := []model.Op{model.OpEq, model.OpNe, model.OpLt, model.OpLe}[upTo(4)]
			x.Expr = &model.Expr{Op: op, X: operand(), Y: operand()}
		}
		x.Text = fmt.Sprintf("%+v", x)
		out = append(out, x)
	}
	return out
}

// readings compares the two readings of atoms.
type readings struct {
	lockstep
	atoms    []model.Atom
	values   *model.Valuation
	locality *lts.Locality
	supports []*model.Support // of the state atoms, by atom
	seen     map[string]int   // by kind and value: how often
}

func (x *readings) compareState(p together, where string) {
	v := x.values.State(p.state)
	for i, a := range x.atoms {
		if !a.Kind.IsEvent() {
			want := x.in.Holds(a, p.config, nil)
			require.Equal(x.t, want, v>>i&1 == 1, "%s %s", a.Text, where)
			x.seen[fmt.Sprint(a.Kind, want)]++
		} else {
			require.Zero(x.t, v>>i&1)
		}
	}
}

// compareReset compares what is seen before and after dead variables are reset.
func (x *readings) compareReset(p together, where string) {
	s := p.state.Clone()
	x.net.ResetDead(s)
	require.Equal(x.t, x.values.State(p.state), x.values.State(s), where)
}

// compareSupport compares what is seen of a configuration with what is seen of the components that each atom reads.
func (x *readings) compareSupport(p together, where string) {
	v := x.values.State(p.state)
	for i, support := range x.supports {
		if support == nil {
			continue
		}
		var values []uint32
		for _, c := range support.Components {
			values = append(values, x.locality.Components[c].Read(p.state))
		}
		want := v>>i&1 == 1
		require.Equal(x.t, want, support.Holds(values), "%s %s", x.atoms[i].Text, where)
		if !support.Row {
			for _, holds := range []bool{false, true} {
				met := 0
				for _, c := range support.Cases(holds) {
					all := true
					for k, is := range c {
						all = is(values[k]) && all
					}
					if all {
						met++
					}
				}
				require.Equal(x.t, map[bool]int{want: 1}[holds], met, "%s is %t: %s", x.atoms[i].Text, holds, where)
			}
			x.seen[fmt.Sprint("components ", len(values), want)]++
		}
		if support.Row {
			kept := map[bool][][]uint32{want: {values}}
			require.Equal(x.t, kept[true], support.Pass(true).Apply(values), "%s %s", x.atoms[i].Text, where)
			require.Equal(x.t, kept[false], support.Pass(false).Apply(values), "%s %s", x.atoms[i].Text, where)
			x.seen[fmt.Sprint("row ", x.atoms[i].Kind, want)]++
		}
	}
}

// findSupports finds what the state atoms read.
func (x *readings) findSupports() {
	locality, err := x.net.Locality(context.Background())
	if err != nil {
		return // scopes in loops
	}
	x.locality, x.supports = locality, make([]*model.Support, len(x.atoms))
	for i, a := range x.atoms {
		if !a.Kind.IsEvent() {
			x.supports[i], err = x.values.Support(locality, i)
			require.NoError(x.t, err)
		}
	}
}

func (x *readings) compareActions(p together, where string) {
	steps := lts.NewSteps(x.net.Width())
	if x.net.Next(p.state, steps)&model.MarkConfused != 0 {
		return
	}
	ours := map[string]uint64{}
	for i := range steps.Len() {
		action := steps.Actions[i]
		ours[x.keyOfAction(x.net.Action(action))] = x.values.Action(action)
	}
	for _, s := range x.in.Enabled(p.config) {
		v, ok := ours[x.keyOfStep(s)]
		for i, a := range x.atoms {
			if a.Kind.IsEvent() && ok {
				want := x.in.Holds(a, x.in.Apply(p.config, s), &s)
				require.Equal(x.t, want, v>>i&1 == 1, "%s of %s %s", a.Text, x.in.Describe(s), where)
				x.seen[fmt.Sprint(a.Kind, want)]++
			} else {
				require.Zero(x.t, v>>i&1)
			}
		}
	}
}

func (x *readings) run(limit int) {
	x.lockstep.run(limit)
	for n, p := range x.todo {
		where := fmt.Sprintf("in %s (%+v)", x.net.DescribeState(p.state), p.config)
		if x.source != nil {
			where += fmt.Sprint(" of\n", x.source)
		}
		x.compareState(p, where)
		x.compareReset(p, where)
		x.compareSupport(p, where)
		if n < limit {
			x.compareActions(p, where)
		}
	}
}

// TestReadings has the network and the interpreter evaluate the same atoms.
func TestReadings(t *testing.T) {
	systems := func(of ...*rapid.Generator[naive.FailingSystem]) *rapid.Generator[naive.FailingSystem] {
		return rapid.OneOf(of...).Filter(func(x naive.FailingSystem) bool { return !usesTimers(x.Automata) })
	}
	seen := map[string]int{}
	check := func(t *rapid.T, a *model.Automata, env *model.Environment, keep bool, source fmt.Stringer, limit int) {
		x := &readings{atoms: atoms(t, a), seen: seen}
		opt := model.NetworkOptions{Environment: env, KeepCrashed: keep, Observed: x.atoms}
		opt.MostContents = rapid.SampledFrom([]int{-1, -1, 0, 5}).Draw(t, "contents")
		local := rapid.Bool().Draw(t, "local")
		compile := rapid.SampledFrom([]func(context.Context, *model.Automata, model.NetworkOptions) (*model.Network, error){
			model.NewNetwork, model.NewNetworkOfSlots, model.NewGeneralNetwork,
		}).Draw(t, "compile")
		if local {
			compile = model.NewLocalNetwork
		}
		net, err := compile(t.Context(), a, opt)
		require.NoError(t, err)
		x.values, err = net.Valuation(x.atoms)
		require.NoError(t, err)
		x.lockstep = lockstep{
			t: t, a: a, net: net, seen: map[string]bool{}, source: source, deep: source != nil,
			in: replay.New(a, replay.Options{Environment: env, KeepCrashed: keep}),
		}
		if local {
			x.findSupports()
		}
		x.run(limit)
	}
	strewn := systems(naive.Failing(false), naive.Failing(true), naive.Meddling(), naive.Alike())
	rapid.Check(t, func(t *rapid.T) {
		x := strewn.Draw(t, "system")
		check(t, x.Automata, x.Environments[0], x.KeepCrashed, nil, 40)
	})
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.SampledFrom([]twin.Size{
			{Roles: 3, Statements: 6, Depth: 2, Faults: 1, Loops: true}, {Roles: 4, Statements: 9, Depth: 3, Faults: 1, Exotic: true},
		}).Draw(t, "size")
		c := twin.Cases(size).Draw(t, "case")
		a, _, err := model.Project(c.Choreography)
		require.NoError(t, err)
		check(t, a, c.Environment, false, c, 60)
	})
	if testing.Short() {
		return
	}
	for kind := model.AtomSends; kind <= model.AtomFull; kind++ {
		require.NotZero(t, seen[fmt.Sprint(kind, true)], "kind %d", kind)
		require.NotZero(t, seen[fmt.Sprint(kind, false)], "kind %d", kind)
	}
	for _, k := range []string{"row 13 true", "row 13 false", "row 14 true", "row 14 false"} {
		require.NotZero(t, seen[k], k)
	}
	for _, k := range slices.Sorted(maps.Keys(seen)) {
		t.Log(k, seen[k])
	}
}

// telling is a role that sends from a scope, and one that counts what it receives, with division by zero in the end.
func telling() (*model.Automata, []model.Atom) {
	a := naive.Network(model.Channel{Discipline: model.FIFO, Capacity: 2},
		naive.Role{Name: "A", Initial: "0", Final: "1", Transitions: "0 -B!m-> 0 ; 0 -tau-> 1"},
		naive.Role{Name: "B", Initial: "0", Final: "0", Transitions: "0 -A?m-> 0"})
	a.Scopes = []model.Scope{{Name: "s", Handlers: []model.Handler{{Any: true}}}}
	a.Positions = []model.Position{{Scope: -1}, {Scope: 0}, {Scope: 0, Part: 1}}
	a.Threads = []model.ThreadID{0}
	a.Machines[0].Transitions[0].Places = []model.Place{{Position: 1}}
	x := naive.AddVar(a, model.Var{Name: "x", Owner: 0, Domain: model.Domain{High: 1}, Init: 1})
	y := naive.AddVar(a, model.Var{Name: "y", Owner: 1, Domain: model.Domain{High: 2}})
	a.Machines[1].Transitions[0].Assigns = []model.Assign{{Var: y, Value: &model.Expr{Op: model.OpMod, X: &model.Expr{Op: model.OpAdd, X: model.Ref(y), Y: model.Const(1)}, Y: model.Const(3)}}}
	quotient := &model.Expr{Op: model.OpDiv, X: model.Ref(x), Y: model.Ref(y)}
	return a, []model.Atom{
		{Kind: model.AtomInside, Text: "A in s"},
		{Kind: model.AtomCompares, Text: "x / y == 0", Expr: &model.Expr{Op: model.OpEq, X: quotient, Y: model.Const(0)}},
		{Kind: model.AtomEmpty, Peer: 1},
		{Kind: model.AtomFull, Peer: 1},
		{Kind: model.AtomDone},
		{Kind: model.AtomSends, Peer: -1},
	}
}

func TestValuation(t *testing.T) {
	a, all := telling()
	net, err := model.NewNetworkOfSlots(t.Context(), a, model.NetworkOptions{Observed: all})
	require.NoError(t, err)
	v, err := net.Valuation(all)
	require.NoError(t, err)
	// First A sends, then B receives twice, then A goes on behind the scope.
	var seen []string
	s := net.Init()
	see := func(events uint64) { seen = append(seen, fmt.Sprintf("%06b", events|v.State(s))) }
	see(0)
	for _, by := range []model.Kind{model.Send, model.Receive, model.Send, model.Send, model.Receive, model.Receive, model.Internal} {
		steps := lts.NewSteps(net.Width())
		net.Next(s, steps)
		i := slices.IndexFunc(steps.Actions, func(x lts.Action) bool { return net.Action(x).Kind == by })
		s = steps.Target(i).Clone()
		see(v.Action(steps.Actions[i]))
	}
	// From the right: in the scope; x / y == 0, which has no value at first and is 1 then; empty; full; done; sends.
	require.Equal(t, []string{"000100", "100001", "000101", "100001", "101001", "000011", "000101", "010100"}, seen)
	require.Zero(t, testing.AllocsPerRun(100, func() { v.State(s) }))
	require.Equal(t, all, v.Atoms())
}

func TestValuationOfWhatIsNotKept(t *testing.T) {
	a, all := telling()
	net, err := model.NewNetwork(t.Context(), a, model.NetworkOptions{Observed: all[1:]})
	require.NoError(t, err)
	_, err = net.Valuation(all)
	require.EqualError(t, err, "the network does not keep whether A is in a scope: A in s")
	net, err = model.NewNetwork(t.Context(), a, model.NetworkOptions{Observed: all[:1]})
	require.NoError(t, err)
	_, err = net.Valuation(all)
	require.EqualError(t, err, "the network does not keep y: x / y == 0")
	_, err = net.Valuation(make([]model.Atom, 65))
	require.EqualError(t, err, "65 atoms are more than 64")
}

// TestReadingsOfFailingSteps is about steps by which roles fail for lack of a value, which are rare in random systems.
func TestReadingsOfFailingSteps(t *testing.T) {
	for _, channel := range []model.Channel{{Discipline: model.FIFO, Capacity: 1}, {Discipline: model.Sync}} {
		a := naive.Network(channel,
			naive.Role{Name: "A", Initial: "0", Transitions: "0 -B!m-> 0 ; 0 -B!m-> 0 ; 0 -tau-> 1 ; 0 -tau-> 1 ; 0 -tau-> 1 ; 0 -tau-> 0 ; 0 -tau-> 1 ; 0 -tau-> 1"},
			naive.Role{Name: "B", Initial: "0", Transitions: "0 -A?m-> 0 ; 0 -A?m-> 1"})
		a.Scopes = []model.Scope{{Name: "s", Handlers: []model.Handler{{Exception: 0}}}}
		a.Positions, a.Threads = []model.Position{{Scope: -1}, {}, {Part: 1}}, []model.ThreadID{0}
		a.Exceptions = []model.Exception{{Name: "E", Crashed: -1}}
		v := naive.AddVar(a, model.Var{Name: "v", Owner: 1, Domain: model.Domain{High: 1}})
		armed := naive.AddVar(a, model.Var{Name: "t", Owner: 0, Domain: model.Domain{Kind: model.BoolDomain, High: 1}})
		a.Timers = []model.Timer{{Name: "w", Var: -1}, {Name: "t", Exception: -1, Var: armed}}
		nothing := &model.Expr{Op: model.OpDiv, X: model.Const(1), Y: model.Const(0)}
		handler := &model.HandlerRef{Part: 1}
		all := a.Machines[0].Transitions
		all[1].Guard = nothing
		all[2].Kind, all[2].Guard, all[2].Handler = model.Raise, nothing, handler
		all[3].Kind, all[3].Handler = model.Raise, handler
		all[4].Kind, all[4].Guard = model.Timeout, nothing
		all[5].Assigns = []model.Assign{{Var: armed, Value: model.Const(1)}}
		all[6].Kind, all[6].Timer = model.Timeout, 1
		all[7].Kind, all[7].To = model.Timeout, model.Failed
		a.Machines[1].Transitions[0].Assigns = []model.Assign{{Var: v, Value: model.Const(2)}}
		a.Machines[1].Transitions[0].Handler, a.Machines[1].Transitions[1].Handler = handler, handler
		x := &readings{seen: map[string]int{}, atoms: []model.Atom{
			{Kind: model.AtomSends, Peer: -1}, {Kind: model.AtomReceives, Role: 1}, {Kind: model.AtomRaises}, {Kind: model.AtomHandles, Handlers: []model.HandlerRef{*handler}},
			{Kind: model.AtomHandles, Role: 1, Handlers: []model.HandlerRef{*handler}}, {Kind: model.AtomFires}, {Kind: model.AtomFires, Timer: 1},
			{Kind: model.AtomArmed}, {Kind: model.AtomArmed, Timer: 1}, {Kind: model.AtomFailed}, {Kind: model.AtomFailed, Role: 1},
			{Kind: model.AtomCompares, Expr: &model.Expr{Op: model.OpEq, X: model.Ref(armed), Y: model.Const(1)}},
		}}
		net, err := model.NewNetwork(t.Context(), a, model.NetworkOptions{Observed: x.atoms})
		require.NoError(t, err)
		x.values, err = net.Valuation(x.atoms)
		require.NoError(t, err)
		x.lockstep = lockstep{t: t, a: a, net: net, seen: map[string]bool{}, in: replay.New(a, replay.Options{})}
		x.run(200)
		for _, a := range x.atoms {
			require.NotZero(t, x.seen[fmt.Sprint(a.Kind, true)], "kind %d", a.Kind)
		}
	}
}
