package model_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"chorcheck/model"
)

// The rules of docs/projection.md about interrupts, one test each.

func TestEveryPlaceOfABodyCanBeInterrupted(t *testing.T) {
	s := newScopes()
	ms, _ := s.project(t, msg(roleA, roleB, "w"), s.try(model.Seq{
		msg(roleA, roleB, "a"), msg(roleB, roleA, "b"), choice(roleB, model.Seq{msg(roleB, roleA, "c")}, model.Seq{s.raise("E", roleC)}),
	}, on{s.exception("F"), roleA, model.Seq{msg(roleA, roleB, "f")}}), msg(roleB, roleA, "z"))
	require.Equal(t, "0 ?Aw 1; 1 ?Aa @s0.0 2; 1 ?Af >s0.1 @s0.1 3; 2 !Ab @s0.0 4; 2 ?Af >s0.1 @s0.1 3; 3 !Az 5*; "+
		"4 tau @s0.0 6; 4 tau @s0.0 7; 4 ?Af >s0.1 @s0.1 3; "+
		"6 !Ac @s0.0 8; 6 ?Af >s0.1 @s0.1 3; 7 ?Af >s0.1 @s0.1 3; 8 !Az 5*; 8 ?Af >s0.1 @s0.1 3", ms[1],
		"a receive, a send, a decision, a raise by another, the end; not before the scope, nor behind it")
}

func TestTheOwnerOfAHandlerIsNotInterruptedByIt(t *testing.T) {
	s := newScopes()
	ms, _ := s.project(t, s.try(model.Seq{msg(roleA, roleB, "a")}, on{s.exception("E"), roleB, model.Seq{msg(roleA, roleB, "e")}}), msg(roleC, roleB, "z"))
	require.Equal(t, "0 ?Aa @s0.0 1; 1 ?Cz 2*", ms[1])
	require.Equal(t, "0 !Ba @s0.0 1*", ms[0], "nor is A, whose part of the handler begins with a send")
}

func TestNobodyIsInterruptedInAHandler(t *testing.T) {
	s := newScopes()
	ms, _ := s.project(t, s.try(nil, on{s.exception("E"), roleA, model.Seq{msg(roleA, roleB, "e"), msg(roleA, roleB, "g")}},
		on{s.exception("F"), roleC, model.Seq{msg(roleC, roleB, "f"), msg(roleC, roleB, "h")}}))
	require.Equal(t, "0* ?Ae >s0.1 @s0.1 1; 0* ?Cf >s0.2 @s0.2 2; 1 ?Ag @s0.1 3*; 2 ?Ch @s0.2 4*", ms[1])
}

func TestTheFirstReceivesOfAHandlerInterrupt(t *testing.T) {
	s := newScopes()
	ms, _ := s.project(t, s.try(model.Seq{msg(roleB, roleA, "a")}, on{s.exception("E"), roleA, model.Seq{
		choice(roleA, model.Seq{msg(roleA, roleB, "e"), msg(roleA, roleB, "g")}, model.Seq{msg(roleA, roleC, "f"), msg(roleC, roleB, "h")}),
	}}))
	require.Equal(t, "0 !Aa @s0.0 1*; 0 ?Ae >s0.1 @s0.1 2; 0 ?Ch >s0.1 @s0.1 3*; 1* ?Ae >s0.1 @s0.1 2; 1* ?Ch >s0.1 @s0.1 3*; 2 ?Ag @s0.1 3*", ms[1])
}

func TestWhatARoleDoesItselfEndsTheSearchForInterrupts(t *testing.T) {
	for what, first := range map[string]model.Stmt{
		"send":       msg(roleB, roleC, "x"),
		"decision":   choice(roleB, model.Seq{msg(roleA, roleB, "f")}, model.Seq{msg(roleA, roleB, "g")}),
		"loop":       loop(roleB, msg(roleA, roleB, "f")),
		"assignment": &model.Let{At: roleB, Var: varY, Value: model.Const(1)},
		"delay":      &model.Delay{At: roleB},
	} {
		s := newScopes()
		ms, _ := s.project(t, s.try(model.Seq{msg(roleA, roleB, "a")}, on{s.exception("E"), roleA, model.Seq{first, msg(roleA, roleB, "e")}}), msg(roleA, roleB, "z"))
		require.Equal(t, "0 ?Aa @s0.0 1; 1 ?Az 2*", ms[1], what)
		s = newScopes()
		ms, _ = s.project(t, s.try(model.Seq{msg(roleA, roleB, "a")}, on{s.exception("E"), roleA, nil}), first, msg(roleA, roleB, "z"))
		require.NotContains(t, ms[1], ">s0.1", "behind the scope: %s", what)
	}
}

func TestWhatOthersDoDoesNotEndTheSearchForInterrupts(t *testing.T) {
	s := newScopes()
	ms, _ := s.project(t, s.try(model.Seq{msg(roleA, roleB, "a")}, on{s.exception("E"), roleA, model.Seq{
		msg(roleA, roleC, "x"), choice(roleA, model.Seq{msg(roleA, roleC, "y")}, model.Seq{loop(roleC, msg(roleC, roleB, "f"))}), msg(roleA, roleB, "e"),
	}}))
	require.Equal(t, "0 ?Aa @s0.0 1*; 0 ?Ae >s0.1 @s0.1 2*; 0 ?Cf >s0.1 @s0.1 3; "+
		"1* ?Ae >s0.1 @s0.1 2*; 1* ?Cf >s0.1 @s0.1 3; 3 ?Cf @s0.1 3; 3 ?Ae @s0.1 2*", ms[1])
}

func TestAHandlerThatMayBeOverInterruptsInsideAndBehind(t *testing.T) {
	s := newScopes()
	ms, _ := s.project(t, s.try(model.Seq{msg(roleA, roleB, "a")},
		on{s.exception("E"), roleA, model.Seq{choice(roleA, model.Seq{msg(roleA, roleB, "e")}, model.Seq{msg(roleA, roleC, "f")})}}), msg(roleA, roleB, "z"))
	require.Equal(t, "0 ?Aa @s0.0 1; 0 ?Ae >s0.1 @s0.1 2; 0 ?Az >s0.1 if s0.1 3*; 1 ?Az 3*; 1 ?Ae >s0.1 @s0.1 2; 2 ?Az 3*", ms[1])
}

func TestTheSearchBehindAScopeStopsAtTheFirstReceive(t *testing.T) {
	s := newScopes()
	ms, _ := s.project(t, s.try(model.Seq{msg(roleA, roleB, "a")}, on{s.exception("E"), roleA, nil}),
		choice(roleC, model.Seq{msg(roleC, roleB, "c"), msg(roleA, roleB, "x")}, model.Seq{msg(roleC, roleA, "d")}), msg(roleA, roleB, "z"))
	require.Equal(t, "0 ?Aa @s0.0 1; 0 ?Cc >s0.1 if s0.1 2; 0 ?Az >s0.1 if s0.1 3*; 1 ?Cc 2; 1 ?Az 3*; 2 ?Ax 4; 4 ?Az 3*", ms[1])
}

func TestTheSearchGoesOnThroughTheEndsOfHandlersAround(t *testing.T) {
	s := newScopes()
	inner := s.try(model.Seq{msg(roleA, roleB, "i"), s.raise("G", roleA)}, on{s.exception("G"), roleA, nil})
	ms, _ := s.project(t, s.try(model.Seq{msg(roleA, roleB, "a")}, on{s.exception("F"), roleA, model.Seq{inner}}), msg(roleA, roleB, "z"))
	require.Equal(t, "0 ?Aa @s1.0 1; 0 ?Ai >s1.1 @s0.0 2; 0 ?Az >s0.1 if s0.1/s1.1 3*; 1 ?Az 3*; 1 ?Ai >s1.1 @s0.0 2; 2 ?Az >s0.1 if s0.1 3*", ms[1])
}

func TestHandlersOfScopesBehindDoNotInterrupt(t *testing.T) {
	s := newScopes()
	first := s.try(model.Seq{msg(roleA, roleB, "a")}, on{s.exception("E"), roleA, nil})
	second := s.try(model.Seq{msg(roleA, roleB, "b")}, on{s.exception("F"), roleA, model.Seq{msg(roleA, roleB, "f")}})
	ms, _ := s.project(t, first, second)
	require.Equal(t, "0 ?Aa @s0.0 1; 0 ?Ab >s0.1 if s0.1 @s1.0 2*; 1 ?Ab @s1.0 2*; 1 ?Af >s1.1 @s1.1 3*; 2* ?Af >s1.1 @s1.1 3*", ms[1])
}

func TestAHandlerThatContinuesInterruptsWithScopesOfTheNextRound(t *testing.T) {
	s := newScopes()
	rec := &model.Rec{Name: "L"}
	first := s.try(model.Seq{msg(roleA, roleB, "a")}, on{s.exception("F"), roleA, model.Seq{msg(roleA, roleB, "f")}})
	second := s.try(model.Seq{msg(roleA, roleB, "b")}, on{s.exception("E"), roleA, model.Seq{&model.Continue{Target: rec}}})
	s.c.Scopes[0].Looped, s.c.Scopes[1].Looped = true, true
	rec.Body = model.Seq{first, second}
	ms, _ := s.project(t, rec)
	require.Equal(t, "0 ?Aa @s0.0+ 1; 0 ?Af >s0.1 @s0.1+ 2; "+
		"1 ?Ab @s1.0+ 3*; 1 ?Af >s0.1 @s0.1 @s0.1+ 2; 1 ?Aa >s1.1 @s0.0+ 1; "+
		"2 ?Ab @s1.0+ 3*; 2 ?Aa >s1.1 @s0.0+ 1; 2 ?Af >s0.1 @s0.1+ 2; "+
		"3* ?Aa >s1.1 @s0.0+ 1; 3* ?Af >s0.1 @s0.1+/s1.1 2", ms[1], "f enters the handler that it stands in, from 3 through that of second")
}

func TestAnInterruptFromBehindAHandlerNeedsNoProofIfItContinues(t *testing.T) {
	s := newScopes()
	rec := &model.Rec{Name: "L"}
	try := s.try(model.Seq{msg(roleA, roleB, "a")}, on{s.exception("E"), roleA, model.Seq{&model.Continue{Target: rec}}})
	s.c.Scopes[0].Looped = true
	rec.Body = model.Seq{msg(roleA, roleB, "x"), try}
	ms, _ := s.project(t, rec, msg(roleA, roleB, "z"))
	require.Equal(t, "0 ?Ax 1; 1 ?Aa @s0.0+ 2; 1 ?Ax >s0.1 1; 2 ?Az 3*; 2 ?Ax >s0.1 1", ms[1], "not by z, which does not stand behind the handler")
}

func TestHandlersOfAllScopesAroundInterrupt(t *testing.T) {
	s := newScopes()
	inner := s.try(model.Seq{msg(roleA, roleB, "a")}, on{s.exception("E"), roleA, model.Seq{msg(roleA, roleB, "e")}})
	ms, _ := s.project(t, s.try(model.Seq{inner}, on{s.exception("F"), roleA, model.Seq{msg(roleA, roleB, "f")}}, on{s.exception("G"), roleC, model.Seq{msg(roleC, roleB, "g")}}))
	require.Equal(t, "0 ?Aa @s0.0 1*; 0 ?Ae >s0.1 @s0.1 2*; 0 ?Af >s1.1 @s1.1 3*; 0 ?Cg >s1.2 @s1.2 4*; "+
		"1* ?Ae >s0.1 @s0.1 2*; 1* ?Af >s1.1 @s1.1 3*; 1* ?Cg >s1.2 @s1.2 4*; 2* ?Af >s1.1 @s1.1 3*; 2* ?Cg >s1.2 @s1.2 4*", ms[1])
}

func TestAnInterruptAndAReceiveOfTheBodyAreBothPossible(t *testing.T) {
	s := newScopes()
	ms, amb := s.project(t, s.try(model.Seq{from(21, roleA, roleB, "a"), msg(roleA, roleB, "b")},
		on{s.exception("E"), roleA, model.Seq{from(22, roleA, roleB, "a"), msg(roleA, roleB, "c")}}))
	require.Equal(t, "0 ?Aa @s0.0 1; 0 ?Aa >s0.1 @s0.1 2; 1 ?Ab @s0.0 3*; 1 ?Aa >s0.1 @s0.1 2; 2 ?Ac @s0.1 4*; 3* ?Aa >s0.1 @s0.1 2", ms[1])
	require.Equal(t, []model.Ambiguity{{Kind: model.AmbiguousInterrupt, Role: roleB, Act: 22, Other: 21}}, amb)
}

func TestAnInterruptAndAReceiveOfTheBodyThatDifferInSenderOrLabelAreNotConfused(t *testing.T) {
	s := newScopes()
	_, amb := s.project(t, s.try(model.Seq{msg(roleA, roleB, "a"), msg(roleA, roleB, "b")},
		on{s.exception("E"), roleA, model.Seq{msg(roleA, roleB, "c")}}, on{s.exception("F"), roleC, model.Seq{msg(roleC, roleB, "a")}}))
	require.Empty(t, amb)
}

func TestAnInterruptIntoOtherVariablesIsPossibleToo(t *testing.T) {
	into := func(v model.VarID, origin model.Origin) model.Stmt {
		return &model.Interaction{From: roleA, To: roleB, Values: []*model.Expr{model.Const(1)}, Stores: []model.VarID{v}, Origin: origin}
	}
	s := newScopes()
	s.c.Vars = []model.Var{{Name: "x"}, {Name: "y", Owner: roleB}, {Name: "z", Owner: roleB}}
	s.project(t, s.try(model.Seq{into(varY, 21)}, on{s.exception("E"), roleA, model.Seq{into(varZ, 22)}}))
	m := s.a.Machines[roleB]
	require.Equal(t, []model.VarID{varY}, m.Transitions[0].Stores)
	require.Equal(t, []model.VarID{varZ}, m.Transitions[1].Stores)
	require.Equal(t, &model.HandlerRef{Scope: 0, Part: 1}, m.Transitions[1].Handler)
}

func TestAtTheEndOfABodyAnInterruptThatLeadsWhereTheRoleGoesAnywayIsDropped(t *testing.T) {
	s := newScopes()
	try := s.try(model.Seq{msg(roleA, roleB, "a")}, on{s.exception("E"), roleA, nil})
	ms, amb := s.project(t, try, msg(roleA, roleB, "z"))
	require.Equal(t, "0 ?Aa @s0.0 1; 0 ?Az >s0.1 if s0.1 2*; 1 ?Az 2*", ms[1])
	require.Empty(t, amb)
}

func TestAnInterruptThatLeadsWhereTheRoleMayGoAnywayIsDroppedWhereverItMayBe(t *testing.T) {
	// B may be before a, or behind the scope, where z takes it to the same place.
	s := newScopes()
	try := s.try(model.Seq{choice(roleA, model.Seq{msg(roleA, roleB, "a")}, model.Seq{msg(roleA, roleC, "c")})}, on{s.exception("E"), roleA, nil})
	ms, amb := s.project(t, try, msg(roleA, roleB, "z"))
	require.Equal(t, "0 ?Aa @s0.0 1; 0 ?Az 2*; 1 ?Az 2*", ms[1])
	require.Empty(t, amb)
}

func TestAtTheEndOfABodyAnInterruptThatLeadsElsewhereIsPossibleToo(t *testing.T) {
	s := newScopes()
	try := s.try(model.Seq{msg(roleA, roleB, "a")}, on{s.exception("E"), roleA, model.Seq{from(22, roleA, roleB, "z")}})
	ms, amb := s.project(t, try, from(21, roleA, roleB, "z"))
	require.Equal(t, "0 ?Aa @s0.0 1; 0 ?Az >s0.1 @s0.1 2; 1 ?Az 3*; 1 ?Az >s0.1 @s0.1 2; 2 ?Az 3*", ms[1])
	require.Equal(t, []model.Ambiguity{{Kind: model.AmbiguousInterrupt, Role: roleB, Act: 22, Other: 21}}, amb)
}

func TestAnInterruptOfTheNextRoundGoesThroughTheHandlerThatContinues(t *testing.T) {
	s := newScopes()
	rec := &model.Rec{Name: "L"}
	try := s.try(model.Seq{msg(roleA, roleB, "a"), msg(roleA, roleB, "b")},
		on{s.exception("E"), roleA, model.Seq{choice(roleA, model.Seq{msg(roleA, roleB, "x")}, model.Seq{&model.Continue{Target: rec}})}})
	s.c.Scopes[0].Looped = true
	rec.Body = model.Seq{try}
	ms, _ := s.project(t, rec)
	require.Equal(t, "0 ?Aa @s0.0+ 1; 0 ?Ax >s0.1 @s0.1+ 2*; "+
		"1 ?Ab @s0.0 3*; 1 ?Ax >s0.1 @s0.1 @s0.1+/s0.1 2*; 1 ?Aa >s0.1 @s0.0+ 1; 3* ?Ax >s0.1 @s0.1 @s0.1+/s0.1 2*; 3* ?Aa >s0.1 @s0.0+ 1", ms[1],
		"x of this round, or of the next one; at the beginning there is no instance to leave")
}

func TestAnInterruptThatMayGoThroughEitherOfTwoHandlersIsTwo(t *testing.T) {
	s := newScopes()
	rec := &model.Rec{Name: "L"}
	first := s.try(model.Seq{msg(roleA, roleB, "a")}, on{s.exception("F"), roleA, model.Seq{msg(roleA, roleB, "f")}})
	inner := s.try(model.Seq{msg(roleA, roleB, "b")}, on{s.exception("E"), roleA, model.Seq{&model.Continue{Target: rec}}})
	outer := s.try(model.Seq{inner}, on{s.exception("G"), roleA, model.Seq{&model.Continue{Target: rec}}})
	for i := range s.c.Scopes {
		s.c.Scopes[i].Looped = i != 1
	}
	rec.Body = model.Seq{first, outer}
	ms, _ := s.project(t, rec)
	require.Contains(t, ms[1], "3* ?Af >s0.1 @s0.1+/s1.1 2; 3* ?Af >s0.1 @s0.1+/s2.1 2")
}

func TestAnInterruptThatNeedsNoOtherHandlerGoesThroughNone(t *testing.T) {
	// Behind second, B may be in the next round anyway.
	s := newScopes()
	rec := &model.Rec{Name: "L"}
	first := s.try(model.Seq{msg(roleA, roleB, "a")}, on{s.exception("F"), roleA, model.Seq{msg(roleA, roleB, "f")}})
	second := s.try(model.Seq{msg(roleA, roleB, "b"), msg(roleA, roleB, "c")}, on{s.exception("E"), roleA, model.Seq{&model.Continue{Target: rec}}})
	s.c.Scopes[0].Looped, s.c.Scopes[1].Looped = true, true
	rec.Body = model.Seq{first, second, &model.Continue{Target: rec}}
	ms, _ := s.project(t, rec)
	require.Contains(t, ms[1], "3 ?Ac @s1.0 4; 3 ?Aa >s1.1 @s0.0+ 1; 3 ?Af >s0.1 @s0.1+/s1.1 2; ")
	require.Contains(t, ms[1], "4 ?Af >s0.1 @s0.1+ 2")
}
