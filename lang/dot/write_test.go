package dot_test

import (
	"bytes"
	"io"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"chorcheck/internal/naive"
	"chorcheck/lang/dot"
	"chorcheck/model"

	"github.com/stretchr/testify/require"
)

func sample() *model.Automata {
	x, c := model.Ref(0), model.Const
	binary := func(op model.Op, x, y *model.Expr) *model.Expr { return &model.Expr{Op: op, X: x, Y: y} }
	return &model.Automata{
		Name:   "Pay \"now\"",
		Roles:  []model.Role{{Name: "A"}, {Name: `B\n`}},
		Labels: []string{"order", "st\"op\n"},
		Vars: []model.Var{
			{Name: "x", Domain: model.Domain{High: 3}},
			{Name: "lamp", Domain: model.Domain{Kind: model.EnumDomain, High: 1, Names: []string{"red", "green"}}},
			{Name: "y", Owner: 1, Domain: model.Domain{Kind: model.BoolDomain, High: 1}},
		},
		Machines: []model.Machine{
			{
				States: []model.LocalState{{Name: "q"}, {Name: "\u202edone", Final: true}},
				Transitions: []model.Transition{
					{From: 0, To: 1, Kind: model.Send, Peer: 1, Guard: binary(model.OpLt, binary(model.OpSub, x, binary(model.OpSub, x, c(-1))), c(2)), Values: []*model.Expr{binary(model.OpMul, binary(model.OpAdd, x, c(1)), c(2))}},
					{From: 0, To: 0, Kind: model.Internal, Assigns: []model.Assign{{Var: 1, Value: c(1)}}, Guard: &model.Expr{Op: model.OpNot, X: binary(model.OpOr, binary(model.OpEq, model.Ref(1), c(0)), binary(model.OpAnd, binary(model.OpEq, x, c(0)), binary(model.OpNe, x, c(1))))}},
					{From: 1, To: 0, Kind: model.Internal},
				},
			},
			{
				States:      []model.LocalState{{Name: "q"}},
				Transitions: []model.Transition{{Kind: model.Receive, Stores: []model.VarID{2}}, {Kind: model.Send, Label: 1}},
			},
		},
	}
}

func TestWrite(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, dot.Write(&b, sample(), nil))
	require.Equal(t, `digraph "Pay \"now\"" {
  class=chorgraph
  rankdir=LR
  compound=true
  fontname=Arial
  node [fontname=Arial fontsize=11]
  edge [fontname=Arial fontsize=11 arrowsize=0.7]
  node [shape=circle margin=0.02]

  subgraph cluster_1 {
    label="B\\n"
    labeljust=l
    style=rounded
    color=gray
    start_1 [shape=point class=solid label=""]
    s1_0 [label="q"]
    start_1 -> s1_0
    s1_0 -> s1_0 [label="A?order(y)"]
    s1_0 -> s1_0 [label="A!st\"op\n"]
  }

  subgraph cluster_0 {
    label="A"
    labeljust=l
    style=rounded
    color=gray
    start_0 [shape=point class=solid label=""]
    s0_0 [label="q"]
    s0_1 [label="`+"\uFFFD"+`done" shape=doublecircle]
    start_0 -> s0_0
    s0_0 -> s0_1 [label="[x - (x - (-1)) < 2] B\\n!order((x + 1) * 2)"]
    s0_0 -> s0_0 [label="[not (lamp == red or x == 0 and x != 1)] lamp := green"]
    s0_1 -> s0_0 [label="tau"]
  }
}
`, b.String())
}

func TestFailures(t *testing.T) {
	a := &model.Automata{
		Roles:  []model.Role{{Name: "A"}, {Name: "B"}},
		Labels: []string{"m"},
		Vars:   []model.Var{{Name: "x", Domain: model.Domain{High: 1}}, {Name: "t", Domain: model.Domain{High: 2}}},
		Machines: []model.Machine{{
			States: []model.LocalState{{Name: "q"}},
			Transitions: []model.Transition{
				{Kind: model.Internal, Assigns: []model.Assign{{Var: 1, Value: model.Const(1)}, {Var: 0, Value: model.Const(0)}}},
				{Kind: model.Receive, Peer: 1, Assigns: []model.Assign{{Var: 1, Value: model.Const(0)}}},
				{Kind: model.Ignore, Peer: 1},
				{Kind: model.Timeout, Timer: 0},
				{Kind: model.Timeout, Timer: 1, Handler: &model.HandlerRef{Part: 2}},
				{Kind: model.Raise, To: model.Failed},
				{Kind: model.CrashRaise, Peer: 1, Handler: &model.HandlerRef{Part: 1}},
				{Kind: model.EndRaise, To: model.Failed},
			},
		}, {States: []model.LocalState{{Name: "q"}}}},
		Structure: model.Structure{
			Timers:     []model.Timer{{Name: "t", Var: 1, Exception: -1}, {Name: "slow", Var: -1}},
			Exceptions: []model.Exception{{Name: "E"}, {Name: "crash of B", Kind: model.CrashNoticed, Crashed: 1}},
			Scopes:     []model.Scope{{Name: "s", Handlers: []model.Handler{{Exception: 1, At: 0}, {Any: true, At: 0}}}},
		},
	}
	environments := []*model.Environment{model.Calm(), {
		Name: "rough", Limit: 2, Limits: map[model.FaultKind]int{model.Loss: 1},
		Faults: []model.Fault{{Kind: model.Crash, Role: 1, Recovers: true}, {Kind: model.Loss, Role: 0, Peer: 1, During: []model.ScopeID{0}}},
	}}
	var b bytes.Buffer
	require.NoError(t, dot.Write(&b, a, nil, environments...))
	require.Contains(t, b.String(), `    failed_0 [label="failed" shape=octagon class=bad]
    s0_0 -> s0_0 [label="x := 0, set t"]
    s0_0 -> s0_0 [label="B?m, cancel t"]
    s0_0 -> s0_0 [label="ignore B?m" class=mute color=gray style=dotted]
    s0_0 -> s0_0 [label="timeout t" class=warn color=orange3]
    s0_0 -> s0_0 [label="timeout slow\non any at A of s" class=warn color=orange3]
    s0_0 -> failed_0 [label="raise E" class=warn color=orange3]
    s0_0 -> s0_0 [label="crash of B\non crash of B at A of s" class=bad color=red3 style=dashed]
    s0_0 -> failed_0 [label="fault E" class=bad color=red3 style=dashed]
`)
	require.Contains(t, b.String(), `class=mute label="environment rough\lcrash B recovers\lloss A -> B during s\lat most 2\lat most 1 loss\l"]`)
	require.NotContains(t, b.String(), "calm")
	if _, err := exec.LookPath("dot"); err == nil {
		cmd := exec.Command("dot", "-Tplain")
		cmd.Stdin = &b
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, string(out))
	}
}

func TestSomeRoles(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, dot.Write(&b, sample(), []model.RoleID{1}))
	require.NotContains(t, b.String(), "cluster_0")
	require.Contains(t, b.String(), "cluster_1")
}

// TestStructure reads random drawings again, and Graphviz does if it is there.
func TestStructure(t *testing.T) {
	node := regexp.MustCompile(`(?m)^    s(\d+)_(\d+) \[label=".*"( shape=doublecircle)?\]$`)
	edge := regexp.MustCompile(`(?m)^    s(\d+)_(\d+) -> s(\d+)_(\d+) \[label=".*"\]$`)
	for seed := range 30 {
		a := naive.Automata().Example(seed)
		var b bytes.Buffer
		require.NoError(t, dot.Write(&b, a, nil))
		nodes, edges, finals := 0, 0, 0
		for _, m := range a.Machines {
			nodes += len(m.States)
			edges += len(m.Transitions)
			for _, s := range m.States {
				if s.Final {
					finals++
				}
			}
		}
		require.Len(t, node.FindAllString(b.String(), -1), nodes)
		require.Len(t, edge.FindAllString(b.String(), -1), edges)
		require.Equal(t, finals, strings.Count(b.String(), "doublecircle"))
	}
	if _, err := exec.LookPath("dot"); err == nil {
		var b bytes.Buffer
		require.NoError(t, dot.Write(&b, sample(), nil))
		cmd := exec.Command("dot", "-Tplain")
		cmd.Stdin = &b
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, string(out))
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestTroubleOfTheWorld(t *testing.T) {
	require.ErrorIs(t, dot.Write(brokenWriter{}, sample(), nil), io.ErrClosedPipe)
}
