package promela_test

import (
	"bytes"
	"errors"
	"io"
	"math"
	"testing"

	"chorcheck/internal/naive"
	"chorcheck/lang/promela"
	"chorcheck/model"

	"github.com/stretchr/testify/require"
)

// machine has one internal step with an assignment to the only variable.
func counter(domain model.Domain, value *model.Expr) *model.Automata {
	return &model.Automata{
		Roles: []model.Role{{Name: "A"}},
		Vars:  []model.Var{{Name: "x", Domain: domain, Init: domain.Low}},
		Machines: []model.Machine{{
			States:      []model.LocalState{{Name: "q"}},
			Transitions: []model.Transition{{Kind: model.Internal, Assigns: []model.Assign{{Value: value}}, Origins: []model.Origin{7}}},
		}},
	}
}

func binary(op model.Op, x, y *model.Expr) *model.Expr { return &model.Expr{Op: op, X: x, Y: y} }

func TestArithmetic(t *testing.T) {
	x, c := model.Ref(0), model.Const
	domain := model.Domain{Low: -3, High: 3}
	for name, e := range map[string]*model.Expr{
		"add":             binary(model.OpAdd, x, c(1)),
		"sub":             binary(model.OpSub, c(0), x),
		"mul":             binary(model.OpSub, binary(model.OpMul, x, x), c(2)),
		"div":             binary(model.OpDiv, c(-3), binary(model.OpAdd, x, c(1))),
		"mod":             binary(model.OpMod, binary(model.OpAdd, x, c(4)), c(-3)),
		"mod of negative": binary(model.OpMod, binary(model.OpSub, x, c(1)), c(5)),
		"mod zero":        binary(model.OpMod, c(1), c(0)),
		"neg":             {Op: model.OpNeg, X: binary(model.OpSub, x, c(-1))},
		"and":             binary(model.OpAdd, x, binary(model.OpAnd, binary(model.OpNe, x, c(0)), binary(model.OpLt, binary(model.OpDiv, c(2), x), c(2)))),
		"or":              binary(model.OpAdd, x, binary(model.OpOr, binary(model.OpEq, x, c(0)), binary(model.OpGe, binary(model.OpDiv, c(2), x), c(-2)))),
		"not":             binary(model.OpAdd, x, &model.Expr{Op: model.OpNot, X: binary(model.OpGt, x, c(1))}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			same(t, counter(domain, e))
		})
	}
}

func TestEdgesOfTypes(t *testing.T) {
	for _, d := range []model.Domain{
		{Low: 254, High: 256}, {Low: -1, High: 1}, {Low: math.MinInt16 - 1, High: math.MinInt16 + 1},
		{Low: math.MinInt32, High: math.MinInt32 + 2}, {Low: math.MaxInt32 - 3, High: math.MaxInt32 - 1},
	} {
		a := counter(d, binary(model.OpAdd, model.Ref(0), model.Const(1)))
		same(t, a)
	}
}

func TestWhatSpinCannotHold(t *testing.T) {
	big := model.Domain{Low: 0, High: 1 << 31}
	ring := func(n int, c model.Channel, domain model.Domain, labels int) *model.Automata {
		a := &model.Automata{Channels: model.Channels{Default: c}}
		for l := range labels {
			a.Labels = append(a.Labels, string(rune('a'+l)))
		}
		for r := range n {
			a.Roles = append(a.Roles, model.Role{Name: "R" + string(rune('0'+r%10)) + string(rune('a'+r/10))})
			a.Vars = append(a.Vars, model.Var{Name: "x", Owner: model.RoleID(r), Domain: domain})
			a.Machines = append(a.Machines, model.Machine{
				States: []model.LocalState{{Name: "q"}},
				Transitions: []model.Transition{{
					Kind: model.Send, Peer: model.RoleID((r + 1) % n), Values: []*model.Expr{model.Ref(model.VarID(r))}, Origins: []model.Origin{model.Origin(r + 1)},
				}},
			})
		}
		return a
	}
	small := model.Domain{High: 1}
	one := model.Channel{Capacity: 1}
	for _, c := range []struct {
		name, want string
		origins    []model.Origin
		a          *model.Automata
	}{
		{"processes", "has at most 254", nil, ring(256, one, small, 1)},
		{"domain", "the variable x of A goes beyond 32 bits", nil, counter(big, model.Const(0))},
		{"expression", "an expression of A may go beyond 32 bits", []model.Origin{7},
			counter(model.Domain{High: 1 << 16}, binary(model.OpMul, model.Ref(0), model.Ref(0)))},
		{"bag", "more than 4096 kinds of messages", nil, ring(2, model.Channel{Discipline: model.Bag, Capacity: 1}, model.Domain{High: 5000}, 1)},
		{"state", "a state would take about", nil, ring(2, model.Channel{Capacity: 20_000}, small, 1)},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := promela.Write(io.Discard, c.a, nil, promela.Options{})
			var refused *promela.ExportError
			require.ErrorAs(t, err, &refused)
			require.ErrorContains(t, err, c.want)
			require.NotEmpty(t, refused.Problems[0].Help)
			if c.origins != nil {
				require.Equal(t, c.origins, refused.Problems[0].Origins)
			}
		})
	}
}

func TestTooManyOptions(t *testing.T) {
	a := &model.Automata{Roles: []model.Role{{Name: "A"}}, Machines: []model.Machine{{States: []model.LocalState{{Name: "q"}}}}}
	for range 20_001 {
		a.Machines[0].Transitions = append(a.Machines[0].Transitions, model.Transition{Kind: model.Internal})
	}
	require.ErrorContains(t, promela.Write(io.Discard, a, nil, promela.Options{}), "20001 transitions")
}

func TestScopesAreRefused(t *testing.T) {
	a := counter(model.Domain{High: 1}, model.Const(0))
	a.Machines[0].Transitions = append(a.Machines[0].Transitions,
		model.Transition{Kind: model.EndRaise, To: model.Failed, Origins: []model.Origin{9}})
	rough := &model.Environment{Name: "rough", Limit: -1, Faults: []model.Fault{{Origin: 8, During: []model.ScopeID{0}}}}
	var refused *promela.ExportError
	require.ErrorAs(t, promela.Write(io.Discard, a, rough, promela.Options{}), &refused)
	require.Len(t, refused.Problems, 2)
	require.Equal(t, "A raises exceptions, and a model for SPIN has no words for that", refused.Problems[0].Message)
	require.Equal(t, []model.Origin{9}, refused.Problems[0].Origins)
	require.Equal(t, "something fails in the environment rough only during a scope, and a model for SPIN has no words for that", refused.Problems[1].Message)
	require.Equal(t, []model.Origin{8}, refused.Problems[1].Origins)
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestTroubleOfTheWorldIsNoExportError(t *testing.T) {
	err := promela.Write(brokenWriter{}, naive.Automata().Example(1), nil, promela.Options{})
	require.ErrorIs(t, err, io.ErrClosedPipe)
	var refused *promela.ExportError
	require.False(t, errors.As(err, &refused))
}

func TestWriteIsDeterministic(t *testing.T) {
	for seed := range 20 {
		var first, second bytes.Buffer
		err1 := promela.Write(&first, naive.Automata().Example(seed), nil, promela.Options{})
		err2 := promela.Write(&second, naive.Automata().Example(seed), nil, promela.Options{})
		require.Equal(t, err1, err2)
		require.Equal(t, first.String(), second.String())
	}
}
