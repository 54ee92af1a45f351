package fsa

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"chorcheck/internal/naive"
	"chorcheck/lang/diag"
	"chorcheck/lang/source"
	"chorcheck/model"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// roundTrip writes automata, reads them, and compares structure and text.
func roundTrip(t require.TestingT, a *model.Automata, environments ...*model.Environment) {
	var first bytes.Buffer
	require.NoError(t, Write(&first, a, environments...))
	var bag diag.Bag
	p := Parse(source.New("written.fsa", first.String()), nil, &bag)
	require.NotNil(t, p, "%v\n%s", bag.Sorted(), first.String())
	require.ElementsMatch(t, strings.Split(shown(a), "\n"), strings.Split(shown(p.Automata), "\n"), first.String())
	require.Equal(t, described(&Parsed{Automata: a, Environments: environments}), described(p), first.String())
}

// TestRandomAutomata writes random automata without variables.
func TestRandomAutomata(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := naive.Automata().Draw(t, "automata")
		a.Vars = nil
		for r := range a.Machines {
			m := &a.Machines[r]
			known := map[string]bool{}
			kept := m.Transitions[:0]
			mentioned := map[int]bool{m.Initial: true}
			for _, u := range m.Transitions {
				u.Guard, u.Values, u.Stores, u.Assigns = nil, nil, nil, nil
				if u.Kind == model.Internal {
					u.Peer, u.Label = 0, 0
				}
				one := &model.Automata{Roles: a.Roles, Labels: a.Labels, Machines: []model.Machine{{States: m.States, Transitions: []model.Transition{u}}}}
				if key := shown(one); !known[key] {
					known[key] = true
					kept = append(kept, u)
					mentioned[u.From], mentioned[u.To] = true, true
				}
			}
			m.Transitions = kept
			for s := range m.States {
				m.States[s].Final = m.States[s].Final && mentioned[s]
			}
		}
		if len(a.Roles) > 1 {
			roundTrip(t, a)
		}
	})
}

func TestNamesOfStatesAreReplaced(t *testing.T) {
	for _, name := range []string{"two words", "", "--x", "//", "/*", ".final", ".x", "!", "?", "a\x00b", "\xff", "\uFEFFa"} {
		a := &model.Automata{
			Roles: []model.Role{{Name: "A"}},
			Machines: []model.Machine{{
				States:      []model.LocalState{{Name: "ok"}, {Name: name, Final: true}},
				Transitions: []model.Transition{{From: 0, To: 1, Kind: model.Internal}},
			}},
			Channels: model.Channels{Default: model.Channel{Discipline: model.Sync}},
		}
		var b bytes.Buffer
		require.NoError(t, Write(&b, a))
		require.Equal(t, ".channels sync\n\n.outputs A\n.state graph\nq0 tau q1\n.marking q0\n.end\n", b.String(), "%q", name)
		parse(t, b.String())
	}
}

func TestWhatTheTextCannotSay(t *testing.T) {
	a := &model.Automata{
		Roles:  []model.Role{{Name: "A", Origin: 1}, {Name: "two words", Origin: 2}},
		Labels: []string{"m", "//"},
		Vars:   []model.Var{{Name: "x", Domain: model.Domain{High: 1}}},
		Machines: []model.Machine{
			{States: []model.LocalState{{Name: "q"}}, Transitions: []model.Transition{
				{Kind: model.Send, Peer: 1, Guard: model.Const(1), Values: []*model.Expr{model.Const(1)}, Origins: []model.Origin{3}},
				{Kind: model.Send, Peer: 1, Guard: model.Const(1), Label: 1, Origins: []model.Origin{4}},
				{Kind: model.Internal, Assigns: []model.Assign{{Value: model.Const(0)}}, Origins: []model.Origin{5, 6}},
			}},
			{States: []model.LocalState{{Name: "q"}}, Transitions: []model.Transition{
				{Kind: model.Receive, Stores: []model.VarID{0}, Origins: []model.Origin{7}},
			}},
		},
	}
	err := Write(io.Discard, a)
	var refused *ExportError
	require.ErrorAs(t, err, &refused)
	var got []any
	for _, p := range refused.Problems {
		require.NotEmpty(t, p.Help)
		got = append(got, p.Message, p.Origins)
	}
	require.Equal(t, []any{
		"the text cannot hold a message named \"//\"", []model.Origin{4},
		"A chooses by a condition, and the text has no variables", []model.Origin{3, 4},
		"A sends values, and the text has no variables", []model.Origin{3},
		"A assigns to variables, and the text has no variables", []model.Origin{5, 6},
		"the text cannot hold a role named \"two words\"", []model.Origin{2},
		"two words stores values that it receives, and the text has no variables", []model.Origin{7},
	}, got)
	require.ErrorContains(t, err, "cannot write the .fsa text: ")
}

// TestFailuresThatTheTextCannotSay: nothing is left out without a word.
func TestFailuresThatTheTextCannotSay(t *testing.T) {
	c := model.Const
	a := &model.Automata{
		Roles:  []model.Role{{Name: "A", Origin: 1}, {Name: "at", Origin: 2}},
		Labels: []string{"m"},
		Vars: []model.Var{
			{Name: "t", Domain: model.Domain{High: 2}}, {Name: "x", Domain: model.Domain{High: 2}}, {Name: "two words", Domain: model.Domain{High: 2}},
		},
		Machines: []model.Machine{{
			States: []model.LocalState{{Name: "q"}},
			Transitions: []model.Transition{
				{Kind: model.Timeout, Timer: 0, Exception: -1, Origins: []model.Origin{3}},
				{Kind: model.Internal, Assigns: []model.Assign{{Var: 0, Value: c(0)}}, Origins: []model.Origin{4}},
				{Kind: model.Internal, Assigns: []model.Assign{{Var: 2, Value: c(1)}, {Var: 1, Value: c(1)}}, Origins: []model.Origin{5}},
				{Kind: model.Timeout, Timer: 1, Exception: 0, Origins: []model.Origin{6}},
				{Kind: model.Raise, To: model.Failed, Origins: []model.Origin{7}},
				{Kind: model.EndRaise, To: model.Failed, Origins: []model.Origin{8}},
				{Kind: model.CrashRaise, Peer: 1, Handler: &model.HandlerRef{Part: 1}, Origins: []model.Origin{9}},
				{Kind: model.Ignore, Peer: 1, Origins: []model.Origin{10}},
				{Kind: model.Receive, Peer: 1, Places: []model.Place{{Position: 1}}, Origins: []model.Origin{11}},
			},
		}, {States: []model.LocalState{{Name: "q"}}}},
		Structure: model.Structure{
			Timers: []model.Timer{
				{Name: "t", Exception: -1, Var: 0, Origin: 20}, {Name: "within", Var: -1, Origin: 21}, {Name: "two words", Exception: -1, Var: 2, Origin: 22},
			},
			Exceptions: []model.Exception{{Name: "E"}},
			Scopes:     []model.Scope{{Name: "s"}},
		},
	}
	environments := []*model.Environment{
		{Name: "one", Limit: -1, Faults: []model.Fault{
			{Kind: model.RaiseFault, Origin: 12}, {Kind: model.Crash, During: []model.ScopeID{0}, Origin: 13}, {Kind: model.Crash, Origin: 14},
		}},
		{Name: "two", Limit: -1, Faults: []model.Fault{{Kind: model.Crash, Role: 1}}, Origin: 15},
	}
	var refused *ExportError
	require.ErrorAs(t, Write(io.Discard, a, environments...), &refused)
	var got []string
	for _, p := range refused.Problems {
		require.NotEmpty(t, p.Help)
		got = append(got, fmt.Sprint(p.Message, " ", p.Origins))
	}
	require.Equal(t, []string{
		"A has timers that raise exceptions, and the text has no words for that [6]",
		"A raises exceptions, and the text has no words for that [7 8]",
		"A notices crashes, and the text has no words for that [9]",
		"A ignores messages, and the text has no words for that [10]",
		"A takes part in scopes, and the text has no words for that [11]",
		"the text cannot hold a timer named \"two words\" [22]",
		"the text cannot hold a timeout of t, which A never sets [3]",
		"A assigns to variables, and the text has no variables [5]",
		"the text has no scopes, and so it cannot hold `raise E at A` [12]",
		"the text has no scopes, and so it cannot hold `crash A during s` [13]",
		"the text cannot hold the environment two, since names in it are no words: the role after `crash` is missing: found `at` [15]",
	}, got)
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestTroubleOfTheWorldIsNoExportError(t *testing.T) {
	err := Write(brokenWriter{}, parse(t, ".outputs A\n.state graph\n.marking q\n.end").Automata)
	require.ErrorIs(t, err, io.ErrClosedPipe)
	var refused *ExportError
	require.False(t, errors.As(err, &refused))
}
