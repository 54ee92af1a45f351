package model_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"chorcheck/model"
)

// The rules of docs/projection.md about where a role is in a scope (positions,
// ends, ignores, states, what is entered anew), one test each.

func TestTheBodyIsPart0AndHandlersAreNumberedFrom1(t *testing.T) {
	s := newScopes()
	s.raisedAt(roleA, "E", "F")
	inner := s.try(model.Seq{msg(roleA, roleB, "i")})
	ms, _ := s.project(t, msg(roleA, roleB, "w"), s.try(model.Seq{msg(roleA, roleB, "a")},
		on{s.exception("E"), roleA, model.Seq{msg(roleA, roleB, "e")}},
		on{s.exception("F"), roleA, model.Seq{inner, msg(roleA, roleB, "f")}}))
	require.Equal(t, "0 !Bw 1; 1 !Ba @s1.0 2*; 1 fault E >s1.1 @s1.1 3; 1 fault F >s1.2 @s1.2 4; 3 !Be @s1.1 5*; 4 !Bi @s0.0 6; 4 fault E @s0.0 failed; 4 fault F @s0.0 failed; 6 !Bf @s1.2 7*", ms[0])
	require.Equal(t, "0:; 1: s1.0; 2: s1.0; 3: s1.1; 4: s0.0 s1.2; 5: s1.1; 6: s0.0 s1.2; 7: s1.2", s.in(roleA))
}

func TestWhatComesFinallyRunsAfterTheBodyOrAHandlerButNotIfAnExceptionLeaves(t *testing.T) {
	s := newScopes()
	inner := s.try(model.Seq{choice(roleA, model.Seq{msg(roleA, roleB, "a")}, model.Seq{s.raise("E", roleA)}, model.Seq{s.raise("F", roleA)})},
		on{s.exception("E"), roleA, model.Seq{msg(roleA, roleB, "e")}})
	finally := msg(roleA, roleB, "z")
	ms, _ := s.project(t, s.try(model.Seq{inner, finally}, on{s.exception("F"), roleA, model.Seq{msg(roleA, roleB, "f")}}))
	require.Equal(t, "0 tau @s0.0 1; 0 tau @s0.0 2; 0 tau @s0.0 3; 1 !Ba @s0.0 4; 2 raise E >s0.1 @s0.1 5; 3 raise F >s1.1 @s1.1 6; "+
		"4 !Bz @s1.0 7*; 5 !Be @s0.1 8; 6 !Bf @s1.1 9*; 8 !Bz @s1.0 7*", ms[0])
}

func TestARoleAtTheEndOfABodyIsStillInIt(t *testing.T) {
	s := newScopes()
	s.project(t, s.try(model.Seq{msg(roleA, roleB, "a")}, on{s.exception("E"), roleA, nil}), msg(roleA, roleB, "z"))
	require.Equal(t, "0: s0.0; 1: s0.0; 2:", s.in(roleA))
}

func TestARoleAtTheEndOfAHandlerIsStillInIt(t *testing.T) {
	s := newScopes()
	inner := s.try(model.Seq{s.raise("E", roleA)}, on{s.exception("E"), roleA, model.Seq{msg(roleA, roleB, "e")}})
	inner.Ignores = []model.IgnoreMessage{{At: roleB, Label: 0}}
	ms, _ := s.project(t, s.try(model.Seq{inner}, on{s.crash(roleC), roleA, nil}, on{s.exception("F"), roleA, model.Seq{msg(roleA, roleB, "f")}}),
		msg(roleA, roleB, "z"), msg(roleA, roleB, "a"))
	require.Equal(t, "0 raise E >s0.1 @s0.1 1; 0 crash C >s1.1 @s1.1 2; 1 !Be @s0.1 3; 1 crash C >s1.1 @s1.1 2; "+
		"2 !Bz 4; 3 !Bz 4; 3 crash C >s1.1 @s1.1 2; 4 !Ba 5*", ms[0], "a crash strikes in state 3")
	require.Equal(t, "0: s0.0 s1.0; 1: s0.1 s1.0; 2: s1.1; 3: s0.1 s1.0; 4:; 5:", s.in(roleA))
	require.Equal(t, "0: s0.0 s1.0; 1: s0.1 s1.0; 2:; 3: s1.2; 4:", s.in(roleB))
	require.Contains(t, ms[1], "1 ?Af >s1.2 @s1.2 3", "an interrupt strikes there")
	require.Contains(t, ms[1], "1 ignore Aa 1", "and what the scope ignores is ignored")
	require.NotContains(t, ms[1], "3 ignore")
}

func TestAHandlerWithoutActionsIsAPlaceOfItsOwn(t *testing.T) {
	s := newScopes()
	s.project(t, s.try(model.Seq{s.raise("E", roleA)}, on{s.exception("E"), roleA, nil}), msg(roleA, roleB, "z"))
	require.Equal(t, "0: s0.0; 1: s0.1; 2:", s.in(roleA))
}

func TestARoleMayBeAtTheEndOfOneScopeAndAtTheBeginningOfTheNext(t *testing.T) {
	s := newScopes()
	first := s.try(model.Seq{msg(roleA, roleB, "a")}, on{s.exception("E"), roleC, model.Seq{msg(roleC, roleB, "c")}})
	second := s.try(model.Seq{msg(roleA, roleB, "b")}, on{s.exception("F"), roleC, model.Seq{msg(roleC, roleB, "d")}})
	ms, _ := s.project(t, first, second)
	require.Equal(t, "0 ?Aa @s0.0 1; 0 ?Cc >s0.1 @s0.1 2; 1 ?Ab @s1.0 3*; 1 ?Cc >s0.1 @s0.1 2; 1 ?Cd >s1.1 @s1.1 4*; "+
		"2 ?Ab @s1.0 3*; 2 ?Cd >s1.1 @s1.1 4*; 3* ?Cd >s1.1 @s1.1 4*", ms[1])
	require.Equal(t, "0: s0.0; 1: s0.0 s1.0; 2: s0.1 s1.0; 3: s1.0; 4: s1.1", s.in(roleB))
}

func TestContinueOutOfAHandlerIsItsEnd(t *testing.T) {
	s := newScopes()
	rec := &model.Rec{Name: "L"}
	try := s.try(model.Seq{s.raise("E", roleA)}, on{s.exception("E"), roleA, model.Seq{msg(roleA, roleB, "e"), &model.Continue{Target: rec}}})
	s.c.Scopes[0].Looped = true
	rec.Body = model.Seq{msg(roleA, roleB, "x"), try}
	ms, _ := s.project(t, rec)
	require.Equal(t, "0 !Bx 1; 1 raise E >s0.1 @s0.1+ 2; 2 !Be @s0.1 3; 3 !Bx 1", ms[0])
	require.Equal(t, "0:; 1: s0.0; 2: s0.1; 3: s0.1", s.in(roleA))
}

func TestContinueOutOfSeveralPartsIsTheEndOfAll(t *testing.T) {
	s := newScopes()
	rec := &model.Rec{Name: "L"}
	inner := s.try(model.Seq{msg(roleA, roleB, "a"), &model.Continue{Target: rec}}, on{s.exception("E"), roleC, model.Seq{msg(roleC, roleB, "c")}})
	rec.Body = model.Seq{msg(roleA, roleB, "x"), s.try(model.Seq{inner}, on{s.exception("F"), roleC, model.Seq{msg(roleC, roleB, "d")}})}
	s.c.Scopes[1].Looped = true
	ms, _ := s.project(t, rec)
	require.Equal(t, "0 ?Ax 1; 1 ?Aa @s0.0++ 2; 1 ?Cc >s0.1 @s0.1++ 3*; 1 ?Cd >s1.1 @s1.1+ 4*; "+
		"2 ?Ax 1; 2 ?Cc >s0.1 @s0.1 3*; 2 ?Cd >s1.1 @s1.1 4*; 3* ?Cd >s1.1 @s1.1 4*", ms[1])
	require.Equal(t, "0:; 1: s0.0 s1.0; 2: s0.0 s1.0; 3: s0.1 s1.0; 4: s1.1", s.in(roleB))
}

func TestIgnoredInAnyPartOfTheScopeFromEverySender(t *testing.T) {
	s := newScopes()
	s.c.Strays = []model.MessagesOf{{From: roleC, To: roleB, Label: 0}}
	try := s.try(model.Seq{msg(roleA, roleB, "b")}, on{s.exception("E"), roleA, model.Seq{msg(roleA, roleB, "e"), msg(roleA, roleB, "a")}})
	try.Ignores = []model.IgnoreMessage{{At: roleB, Label: 0}}
	ms, _ := s.project(t, msg(roleA, roleB, "w"), try, msg(roleA, roleB, "z"))
	require.Equal(t, "0 ?Aw 1; 1 ?Ab @s0.0 2; 1 ?Ae >s0.1 @s0.1 3; 1 ignore Aa 1; 1 ignore Ca 1; "+
		"2 ?Az 4*; 2 ?Ae >s0.1 @s0.1 3; 2 ignore Aa 2; 2 ignore Ca 2; "+
		"3 ?Aa @s0.1 5; 3 ignore Ca 3; 5 ?Az 4*; 5 ignore Aa 5; 5 ignore Ca 5", ms[1], "in state 3 it expects a of A; C's a can only be stray")
	require.NotContains(t, ms[0], "ignore")
	require.NotContains(t, ms[2], "ignore")
}

func TestNobodyIgnoresWhatNobodySends(t *testing.T) {
	s := newScopes()
	try := s.try(model.Seq{msg(roleA, roleB, "b")})
	try.Ignores = []model.IgnoreMessage{{At: roleB, Label: 0}}
	ms, _ := s.project(t, try, msg(roleB, roleA, "a"))
	require.Equal(t, "0 ?Ab @s0.0 1; 1 !Aa 2*", ms[1])
}

func TestARoleThatMayBeInAScopeIgnoresAsOneThatIs(t *testing.T) {
	s := newScopes()
	try := s.try(model.Seq{msg(roleA, roleB, "b")})
	try.Ignores = []model.IgnoreMessage{{At: roleB, Label: 0}}
	ms, _ := s.project(t, choice(roleA, model.Seq{try}, model.Seq{msg(roleA, roleB, "c")}), msg(roleA, roleB, "a"))
	require.Equal(t, "0 ?Ab @s0.0 1; 0 ?Ac 2; 0 ignore Aa 0; 1 ?Aa 3*; 2 ?Aa 3*", ms[1])
}

func TestStatesInDifferentPositionsAreNotMerged(t *testing.T) {
	s := newScopes()
	try := s.try(model.Seq{msg(roleA, roleB, "a")})
	ms, _ := s.project(t, choice(roleA, model.Seq{try}, model.Seq{msg(roleA, roleB, "b")}), msg(roleA, roleB, "z"))
	require.Equal(t, "0 !Ba @s0.0 1; 0 !Bb 2; 1 !Bz 3*; 2 !Bz 3*", ms[0], "in 1 it is in the scope, in 2 it is not")
	require.Equal(t, "0:; 1: s0.0; 2:; 3:", s.in(roleA), "the decision stands outside")
}

func TestStatesInTheSamePositionsAreMerged(t *testing.T) {
	s := newScopes()
	ms, _ := s.project(t, s.try(model.Seq{choice(roleA, model.Seq{msg(roleA, roleB, "a")}, model.Seq{msg(roleA, roleB, "b")}), msg(roleA, roleB, "z")}))
	require.Equal(t, "0 !Ba @s0.0 1; 0 !Bb @s0.0 1; 1 !Bz @s0.0 2*", ms[0])
}

func TestReceivesThatAgreeInThePositionAreOne(t *testing.T) {
	s := newScopes()
	try := s.try(model.Seq{loop(roleA, msg(roleA, roleB, "a"))})
	s.c.Scopes[0].Looped = true
	ms, amb := s.project(t, loop(roleA, try))
	require.Equal(t, "0* ?Aa @s0.0+ 1*; 1* ?Aa @s0.0 @s0.0+ 1*", ms[1], "in the same instance, or in the next one")
	require.Empty(t, amb)
}

func TestReceivesInDifferentPositionsStayApart(t *testing.T) {
	s := newScopes()
	first := s.try(model.Seq{msg(roleA, roleB, "a"), msg(roleA, roleB, "x")})
	second := s.try(model.Seq{msg(roleA, roleB, "a"), msg(roleA, roleB, "y")})
	ms, amb := s.project(t, choice(roleA, model.Seq{first}, model.Seq{second}))
	require.Equal(t, "0 ?Aa @s0.0 1; 0 ?Aa @s1.0 2; 1 ?Ax @s0.0 3*; 2 ?Ay @s1.0 4*", ms[1])
	require.Empty(t, amb, "the message tells which one is meant")
}

func TestSendsInDifferentPlacesStayApart(t *testing.T) {
	s := newScopes()
	first, second := s.try(model.Seq{from(21, roleC, roleB, "a")}), s.try(model.Seq{from(22, roleC, roleB, "a")})
	ms, amb := s.project(t, choice(roleA, model.Seq{first}, model.Seq{second}))
	require.Equal(t, "0 !Ba @s0.0 1*; 0 !Ba @s1.0 2*", ms[2])
	require.Equal(t, []model.Ambiguity{
		{Role: roleC, Act: 21, Other: 22, Choice: 2}, {Role: roleC, Act: 22, Other: 21, Choice: 2},
	}, amb)
}

func TestAnActionEntersAnewTheScopesWhoseBeginningIsOnTheWay(t *testing.T) {
	s := newScopes()
	inner := s.try(model.Seq{msg(roleA, roleB, "a"), msg(roleA, roleB, "b")})
	outer := s.try(model.Seq{inner, msg(roleA, roleB, "c")})
	s.c.Scopes[1].Looped = true
	ms, _ := s.project(t, loop(roleA, outer), msg(roleA, roleB, "z"))
	require.Equal(t, "0 !Ba @s0.0++ 1; 0 !Bz 2*; 1 !Bb @s0.0 3; 3 !Bc @s1.0 4; 4 !Ba @s0.0++ 1; 4 !Bz 2*", ms[0])
}

func TestAnActionBehindAnInnerScopeEntersOnlyTheOuterOneAnew(t *testing.T) {
	s := newScopes()
	inner := s.try(model.Seq{choice(roleA, model.Seq{msg(roleA, roleB, "a")}, nil)})
	outer := s.try(model.Seq{inner, msg(roleA, roleB, "c")})
	s.c.Scopes[0].Looped, s.c.Scopes[1].Looped = true, true
	ms, _ := s.project(t, loop(roleA, outer), msg(roleA, roleB, "z"))
	require.Equal(t, "0 !Ba @s0.0++ 1; 0 !Bc @s1.0+ 2; 0 !Bz 3*; 1 !Bc @s1.0 2; 2 !Ba @s0.0++ 1; 2 !Bc @s1.0+ 2; 2 !Bz 3*", ms[0])
}

func TestAScopeThatIsEnteredOnceIsNotCountedAsEnteredAnew(t *testing.T) {
	// Nothing depends on it: the number of its only instance never changes.
	s := newScopes()
	inner := s.try(model.Seq{loop(roleA, s.try(model.Seq{msg(roleA, roleB, "a")}))})
	s.c.Scopes[0].Looped = true
	ms, _ := s.project(t, s.try(model.Seq{inner}))
	require.Equal(t, "0* ?Aa @s0.0+ 0*", ms[1])
}

func TestWhatStrikesBeforeTheFirstActionEntersItsHandlerAnew(t *testing.T) {
	s := newScopes()
	try := s.try(model.Seq{msg(roleA, roleB, "a"), msg(roleA, roleB, "b")}, on{s.exception("E"), roleC, model.Seq{msg(roleC, roleB, "c")}},
		on{s.crash(roleC), roleB, nil})
	s.c.Scopes[0].Looped = true
	ms, _ := s.project(t, loop(roleA, try))
	require.Contains(t, ms[1], "0* ?Aa @s0.0+ 1; 0* ?Cc >s0.1 @s0.1+ 2*; 0* crash C >s0.2 @s0.2+ 3*; 1 ?Ab @s0.0 4*; 1 ?Cc >s0.1 @s0.1 2*; 1 crash C >s0.2 @s0.2 3*; ")
	require.Contains(t, ms[1], "4* ?Cc >s0.1 @s0.1 @s0.1+ 2*; ", "at the end of one instance, or at the beginning of the next one")
	require.Contains(t, ms[1], "4* crash C >s0.2 @s0.2 3*; 4* crash C >s0.2 @s0.2+ 3*")
}

func TestEndInAScopeLeavesIt(t *testing.T) {
	s := newScopes()
	ms, _ := s.project(t, s.try(model.Seq{msg(roleA, roleB, "a"), &model.End{At: roleB}}, on{s.exception("E"), roleA, model.Seq{msg(roleA, roleB, "e")}}))
	require.Equal(t, "0 ?Aa @s0.0 1*; 0 ?Ae >s0.1 @s0.1 2*", ms[1], "no interrupt reaches B after its end")
	require.Equal(t, "0: s0.0; 1:; 2: s0.1", s.in(roleB))
}
