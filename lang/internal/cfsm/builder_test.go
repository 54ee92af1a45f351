package cfsm

import (
	"testing"

	"chorcheck/lang/source"
	"chorcheck/model"

	"github.com/stretchr/testify/require"
)

func TestBuilder(t *testing.T) {
	var b Builder
	m := b.Machine("A", source.Span{Start: 0, End: 1})
	q, r := b.State(m, "q", source.Span{Start: 2, End: 3}), b.State(m, "r", source.Span{Start: 4, End: 5})
	require.Equal(t, q, b.State(m, "q", source.Span{Start: 6, End: 7}), "a state is where it was first mentioned")
	require.Equal(t, model.LabelID(0), b.Label("m"))
	require.Equal(t, model.LabelID(0), b.Label("m"))
	add := func(from, to int, origins ...model.Origin) model.Origin {
		return m.Join(model.Transition{From: from, To: to, Kind: model.Internal, Origins: origins})
	}
	require.Zero(t, add(r, q, 9))
	require.Zero(t, add(q, r, 10))
	require.Equal(t, model.Origin(9), add(r, q, 7))
	add(r, q, 12)
	add(r, q, 9)
	m.SetInitial(r)
	m.SetFinalByDefault()
	a := b.Automata(model.Channels{})
	require.Equal(t, []model.Transition{
		{From: q, To: r, Kind: model.Internal, Origins: []model.Origin{10}},
		{From: r, To: q, Kind: model.Internal, Origins: []model.Origin{7, 9, 12}},
	}, a.Machines[0].Transitions)
	require.Equal(t, r, a.Machines[0].Initial)
	require.Equal(t, source.Span{Start: 2, End: 3}, b.Places[a.Machines[0].States[q].Origin])
	require.False(t, a.Machines[0].States[q].Final)
}
