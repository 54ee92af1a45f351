package cfsm

import (
	"testing"

	"chorcheck/lang/source"
	"chorcheck/model"

	"github.com/stretchr/testify/require"
)

func TestTimers(t *testing.T) {
	var b Builder
	at := source.Span{Start: 3, End: 4}
	m, n := b.Machine("A", source.Span{}), b.Machine("B", source.Span{})
	x, y := b.Timer(n, "t", at), b.Timer(m, "t", at)
	a := b.Automata(model.Channels{})
	require.Equal(t, model.RoleID(1), a.Timers[x].Owner)
	require.Equal(t, model.RoleID(0), a.Timers[y].Owner)
	require.Equal(t, at, b.Places[a.Timers[y].Origin])
	require.Equal(t, model.Var{Name: "t", Owner: 1, Domain: model.Domain{High: 2}}, a.Vars[a.Timers[x].Var])
	require.Equal(t, model.Assign{Var: a.Timers[y].Var, Value: model.Const(1)}, b.Assign(y, true))
	require.Equal(t, model.Assign{Var: a.Timers[y].Var, Value: model.Const(0)}, b.Assign(y, false))
}

func TestSetting(t *testing.T) {
	var roles []model.Role
	for _, name := range []string{"W[0]", "W[1]", "A", "W[2]", "[0]", "B", "B[0]", "C[1]", "C[0]", "D[0]"} {
		roles = append(roles, model.Role{Name: name})
	}
	a := &model.Automata{Roles: roles, Labels: []string{"m"}}
	s := Setting(a, nil)
	var arrays []string
	for i, r := range s.Roles {
		require.Equal(t, a.Roles[i].Name, r.Name)
		require.Empty(t, a.Roles[i].Array, "the automata stay as they are")
		arrays = append(arrays, r.Array)
	}
	require.Equal(t, []string{"W", "W", "", "", "", "", "", "", "C", "D"}, arrays)
	require.Equal(t, 1, s.Roles[1].Index)
	require.Equal(t, model.LabelID(0), s.Label("m"))
	require.Equal(t, model.LabelID(1), s.Label("n"))
	require.Equal(t, model.LabelID(1), s.Label("n"))
	require.Equal(t, []string{"m", "n"}, a.Labels)
}

func TestClauses(t *testing.T) {
	a := &model.Automata{
		Roles:     []model.Role{{Name: "A"}, {Name: "B"}, {Name: "C"}},
		Labels:    []string{"m"},
		Structure: model.Structure{Exceptions: []model.Exception{{Name: "E"}}, Scopes: []model.Scope{{Name: "s"}, {Name: "s"}, {}}},
	}
	e := &model.Environment{Name: "x", Limit: 3, Limits: map[model.FaultKind]int{model.Stray: 1, model.Crash: 0}, Faults: []model.Fault{
		{Kind: model.Crash, Role: 0, Peer: -1}, {Kind: model.Crash, Role: 1, Peer: -1, Recovers: true},
		{Kind: model.Silence, Role: 1, Peer: -1}, {Kind: model.Loss, Role: 0, Peer: 1}, {Kind: model.Duplicate, Role: 1, Peer: 0},
		{Kind: model.Reorder, Role: 0, Peer: 2, During: []model.ScopeID{0, 1, 2}}, {Kind: model.Disconnect, Role: 0, Peer: 1},
		{Kind: model.Partition, Role: -1, Peer: -1, Groups: [][]model.RoleID{{0, 1}, {2}}}, {Kind: model.RaiseFault, Role: 2, Peer: -1},
		{Kind: model.Stray, Role: 2, Peer: 1},
	}}
	require.Equal(t, []string{
		"crash A", "crash B recovers", "silence B", "loss A -> B", "duplicate B -> A", "reorder A -> C during s",
		"disconnect A -- B", "partition A, B | C", "raise E at C", "stray m from C to B", "at most 3", "at most 0 crash", "at most 1 stray",
	}, Clauses(a, e))
}
