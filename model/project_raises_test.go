package model_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"chorcheck/model"
)

// The rules of docs/projection.md about what strikes a role in a scope (raises,
// timers, crashes, environments), one test each.

func (s *scopes) raisedAt(r model.RoleID, names ...string) {
	for _, name := range names {
		s.c.EndPoints = append(s.c.EndPoints, model.EndPoint{Role: r, Exception: s.exception(name), Origin: 11})
	}
}

func TestTheFirstHandlerInWrittenOrderTakesAnException(t *testing.T) {
	s := newScopes()
	e, f := s.exception("E"), s.exception("F")
	s.raisedAt(roleA, "E", "F")
	ms, _ := s.project(t, s.try(model.Seq{msg(roleB, roleA, "b")},
		on{e, roleB, nil}, on{f, roleA, nil}, on{-1, roleA, nil}, on{e, roleA, nil}, on{f, roleA, nil}))
	require.Equal(t, "0 ?Bb @s0.0 1*; 0 fault E >s0.3 @s0.3 2*; 0 fault F >s0.2 @s0.2 3*", ms[0],
		"s0.1 is another role's, s0.4 and s0.5 stand behind others for the same")
}

func TestTheInnermostScopeWithAFittingHandlerTakesAnException(t *testing.T) {
	s := newScopes()
	inner := s.try(model.Seq{s.try(model.Seq{s.raise("E", roleA)}, on{s.exception("F"), roleA, nil})}, on{s.exception("E"), roleA, nil})
	ms, _ := s.project(t, s.try(model.Seq{inner}, on{s.exception("E"), roleA, nil}))
	require.Equal(t, "0 raise E >s1.1 @s1.1 1*", ms[0])
}

func TestOnAnyTakesExceptionsAndTimersButNoCrash(t *testing.T) {
	s := newScopes()
	s.raisedAt(roleA, "E")
	inner := s.try(model.Seq{s.within("t", roleA, msg(roleB, roleA, "b"))}, on{-1, roleA, nil})
	ms, _ := s.project(t, s.try(model.Seq{inner}, on{s.crash(roleC), roleA, nil}))
	require.Equal(t, "0 ?Bb @s0.0 1*; 0 timeout t >s0.1 @s0.1 2*; 0 crash C >s1.1 @s1.1 3*; 0 fault E >s0.1 @s0.1 2*; 1* crash C >s1.1 @s1.1 3*; 2* crash C >s1.1 @s1.1 3*", ms[0])
}

func TestWhatAHandlerRaisesGoesToTheScopesAround(t *testing.T) {
	s := newScopes()
	e, f := s.exception("E"), s.exception("F")
	inner := s.try(model.Seq{s.raise("E", roleA)}, on{e, roleA, model.Seq{s.raise("F", roleA)}}, on{f, roleA, nil})
	ms, _ := s.project(t, s.try(model.Seq{inner}, on{e, roleA, nil}, on{f, roleA, nil}))
	require.Equal(t, "0 raise E >s0.1 @s0.1 1; 1 raise F >s1.2 @s1.2 2*", ms[0])
	s = newScopes()
	ms, _ = s.project(t, s.try(model.Seq{s.raise("E", roleA)}, on{s.exception("E"), roleA, model.Seq{s.raise("F", roleA)}}, on{s.exception("F"), roleA, nil}))
	require.Equal(t, "0 raise E >s0.1 @s0.1 1; 1 raise F @s0.1 failed", ms[0])
}

func TestRaiseAgainInAHandlerOfOneExceptionRaisesThatOne(t *testing.T) {
	s := newScopes()
	inner := s.try(model.Seq{s.raise("E", roleA)}, on{s.exception("E"), roleA, model.Seq{&model.RaiseAgain{At: roleA}}})
	ms, _ := s.project(t, s.try(model.Seq{inner}, on{s.exception("F"), roleA, nil}, on{s.exception("E"), roleA, nil}))
	require.Equal(t, "0 raise E >s0.1 @s0.1 1; 1 raise E >s1.2 @s1.2 2*", ms[0])
}

func TestRaiseAgainFailsIfNobodyAroundTakesIt(t *testing.T) {
	s := newScopes()
	s.raisedAt(roleA, "E")
	ms, _ := s.project(t, s.try(model.Seq{msg(roleB, roleA, "b")}, on{-1, roleA, model.Seq{&model.RaiseAgain{At: roleA}}}))
	require.Equal(t, "0 ?Bb @s0.0 1*; 0 fault E >s0.1 @s0.1 2; 2 raise E @s0.1 failed", ms[0])
	require.Equal(t, "0 !Ab @s0.0 1*", ms[1])
}

func TestRaiseAgainByTheOwnerIsAPlaceWithoutActionsForOthers(t *testing.T) {
	s := newScopes()
	s.raisedAt(roleA, "E")
	inner := s.try(model.Seq{msg(roleA, roleB, "a")}, on{-1, roleA, model.Seq{msg(roleA, roleB, "e"), &model.RaiseAgain{At: roleA}}})
	ms, _ := s.project(t, s.try(model.Seq{inner}, on{s.exception("E"), roleA, model.Seq{msg(roleA, roleB, "f")}}))
	require.Equal(t, "0 ?Aa @s0.0 1*; 0 ?Ae >s0.1 @s0.1 2; 0 ?Af >s1.1 @s1.1 3*; 1* ?Ae >s0.1 @s0.1 2; 1* ?Af >s1.1 @s1.1 3*; 2 ?Af >s1.1 @s1.1 3*", ms[1])
}

func TestATimerStandsWhereOthersRaise(t *testing.T) {
	s := newScopes()
	ms, _ := s.project(t, s.try(model.Seq{s.within("t", roleA, msg(roleA, roleB, "a"), s.raise("E", roleB))},
		on{s.exception("t"), roleA, nil}, on{s.exception("E"), roleB, nil}))
	require.Equal(t, "0 !Ba @s0.0 1; 0 timeout t >s0.1 @s0.1 2*; 1 timeout t >s0.1 @s0.1 2*", ms[0])
}

func TestATimerStandsAtDecisionsInItsBlock(t *testing.T) {
	s := newScopes()
	ms, _ := s.project(t, s.try(model.Seq{s.within("t", roleA, choice(roleA, model.Seq{msg(roleA, roleB, "a")}, model.Seq{msg(roleB, roleA, "b")}))},
		on{s.exception("t"), roleA, nil}))
	require.Equal(t, "0 tau @s0.0 1; 0 tau @s0.0 2; 0 timeout t >s0.1 @s0.1 3*; "+
		"1 !Ba @s0.0 4*; 1 timeout t >s0.1 @s0.1 3*; 2 ?Bb @s0.0 4*; 2 timeout t >s0.1 @s0.1 3*", ms[0])
}

func TestATimerIsItsOwners(t *testing.T) {
	s := newScopes()
	ms, _ := s.project(t, s.within("t", roleA, msg(roleB, roleC, "b"), msg(roleC, roleA, "c")))
	require.Equal(t, []string{"0 ?Cc 1*; 0 timeout t failed", "0 !Cb 1*", "0 ?Bb 1; 1 !Ac 2*"}, ms)
}

func TestATimerIsTakenByAScopeInsideItsBlock(t *testing.T) {
	s := newScopes()
	inner := s.try(model.Seq{msg(roleB, roleA, "a")}, on{s.exception("t"), roleA, model.Seq{msg(roleB, roleA, "b")}})
	ms, _ := s.project(t, s.try(model.Seq{s.within("t", roleA, inner)}, on{s.exception("t"), roleA, nil}))
	require.Equal(t, "0 ?Ba @s0.0 1*; 0 timeout t >s0.1 @s0.1 2; 2 ?Bb @s0.1 3*; 2 timeout t >s1.1 @s1.1 4*", ms[0],
		"in the handler the body around is the one that takes it")
}

func TestWhereOthersDecideWhetherABlockIsEnteredItsTimerIsArmed(t *testing.T) {
	s := newScopes()
	ms, amb := s.project(t, s.try(model.Seq{choice(roleB,
		model.Seq{msg(roleB, roleC, "x"), s.within("t", roleA, msg(roleC, roleA, "a"))},
		model.Seq{msg(roleB, roleC, "y"), msg(roleC, roleA, "d")})},
		on{s.exception("t"), roleA, nil}))
	require.Equal(t, "0 ?Ca @s0.0 1*; 0 ?Cd @s0.0 1*; 0 timeout t >s0.1 @s0.1 2*", ms[0])
	require.Equal(t, []model.Ambiguity{{Kind: model.AmbiguousTimer, Role: roleA, Act: 5, Other: 1, Choice: 2}}, amb)
}

func TestAScopeFurtherInTakesACrashFirst(t *testing.T) {
	s := newScopes()
	e := s.crash(roleC)
	inner := s.try(model.Seq{msg(roleB, roleA, "b")}, on{e, roleA, model.Seq{msg(roleB, roleA, "c"), msg(roleB, roleA, "g")}})
	ms, _ := s.project(t, s.try(model.Seq{msg(roleB, roleA, "a"), inner, msg(roleA, roleB, "d"), msg(roleA, roleB, "f")}, on{e, roleA, nil}))
	does := map[string]string{} // by state
	for part := range strings.SplitSeq(ms[0], "; ") {
		from, what, _ := strings.Cut(part, " ")
		does[from] += what[:strings.LastIndex(what, " ")] + "; "
	}
	require.Equal(t, "?Ba @s1.0; crash C >s1.1 @s1.1; ", does["0"], "before it")
	require.Equal(t, "?Bb @s0.0; crash C >s0.1 @s0.1; ", does["1"], "in its body")
	require.Equal(t, "?Bc @s0.1; crash C >s1.1 @s1.1; ", does["4"], "in its handler")
	require.Equal(t, "!Bf @s1.0; crash C >s1.1 @s1.1; ", does["5"], "behind it")
}

func TestNobodyNoticesACrashInAHandlerOfItsOwnScopeNorOutside(t *testing.T) {
	s := newScopes()
	ms, _ := s.project(t, s.try(model.Seq{s.raise("E", roleA)}, on{s.exception("E"), roleA, model.Seq{msg(roleA, roleB, "e")}},
		on{s.crash(roleC), roleA, nil}), msg(roleA, roleB, "z"))
	require.Equal(t, "0 raise E >s0.1 @s0.1 1; 0 crash C >s0.2 @s0.2 2; 1 !Be @s0.1 3; 2 !Bz 4*; 3 !Bz 4*", ms[0])
}

func TestACrashThatOnlyAnotherRoleHandlesIsNotNoticed(t *testing.T) {
	s := newScopes()
	ms, _ := s.project(t, s.try(model.Seq{msg(roleA, roleB, "a")}, on{s.crash(roleC), roleB, nil}))
	require.Equal(t, "0 !Ba @s0.0 1*", ms[0])
}

func TestWhatAnEnvironmentRaisesFailsWhereNobodyTakesIt(t *testing.T) {
	s := newScopes()
	s.raisedAt(roleA, "E")
	ms, _ := s.project(t, msg(roleA, roleB, "a"), s.try(model.Seq{msg(roleA, roleB, "b")}, on{s.exception("E"), roleB, nil}))
	require.Equal(t, "0 !Ba 1; 1 !Bb @s0.0 2*; 1 fault E @s0.0 failed", ms[0], "not outside, nor at the end")
	require.Equal(t, "0 ?Aa 1; 1 ?Ab @s0.0 2*", ms[1], "nor at another role")
}

func TestAnEnvironmentRaisesInAHandlerOnlyInsideABodyAround(t *testing.T) {
	s := newScopes()
	s.raisedAt(roleA, "E")
	inner := s.try(model.Seq{s.raise("F", roleA)}, on{s.exception("F"), roleA, model.Seq{msg(roleA, roleB, "f")}})
	ms, _ := s.project(t, inner)
	require.Equal(t, "0 raise F >s0.1 @s0.1 1; 0 fault E @s0.0 failed; 1 !Bf @s0.1 2*", ms[0])
	s = newScopes()
	s.raisedAt(roleA, "E")
	inner = s.try(model.Seq{s.raise("F", roleA)}, on{s.exception("F"), roleA, model.Seq{msg(roleA, roleB, "f")}})
	ms, _ = s.project(t, s.try(model.Seq{inner}, on{s.exception("E"), roleA, nil}))
	require.Equal(t, "0 raise F >s0.1 @s0.1 1; 0 fault E >s1.1 @s1.1 2*; 1 !Bf @s0.1 3*; 1 fault E >s1.1 @s1.1 2*", ms[0])
}

func TestAnEnvironmentRaisesWhereOthersRaise(t *testing.T) {
	s := newScopes()
	s.raisedAt(roleA, "E")
	ms, _ := s.project(t, s.try(model.Seq{msg(roleA, roleB, "a"), s.raise("F", roleB)}, on{s.exception("E"), roleA, nil}, on{s.exception("F"), roleB, nil}))
	require.Equal(t, "0 !Ba @s0.0 1; 0 fault E >s0.1 @s0.1 2*; 1 fault E >s0.1 @s0.1 2*", ms[0])
}

func TestARaiseByOthersIsNoPartOfAnyStatement(t *testing.T) {
	for what, st := range map[string]func(s *scopes) model.Stmt{
		"choice": func(s *scopes) model.Stmt {
			return choice(roleA, model.Seq{msg(roleA, roleB, "a")}, model.Seq{s.raise("E", roleA)})
		},
		"loop": func(s *scopes) model.Stmt { return loop(roleA, msg(roleA, roleB, "a"), s.raise("E", roleA)) },
		"thread": func(s *scopes) model.Stmt {
			return s.par(model.Seq{msg(roleA, roleB, "a")}, model.Seq{s.raise("E", roleA)})
		},
		"rec":    func(s *scopes) model.Stmt { return &model.Rec{Name: "L", Body: model.Seq{s.raise("E", roleA)}} },
		"within": func(s *scopes) model.Stmt { return s.within("t", roleA, s.raise("E", roleA)) },
		"scope": func(s *scopes) model.Stmt {
			return s.try(model.Seq{s.raise("E", roleA)}, on{s.exception("E"), roleB, model.Seq{msg(roleB, roleA, "b")}})
		},
		"raise again": func(s *scopes) model.Stmt {
			return s.try(model.Seq{msg(roleA, roleB, "a")}, on{-1, roleA, model.Seq{&model.RaiseAgain{At: roleA}}})
		},
	} {
		s := newScopes()
		ms, amb := s.project(t, st(s), msg(roleA, roleC, "z"))
		require.Equal(t, "0 ?Az 1*", ms[2], what)
		require.Empty(t, amb, what)
	}
	s := newScopes()
	ms, _ := s.project(t, s.raise("E", roleA), msg(roleA, roleC, "z"))
	require.Empty(t, ms[2], "in the sequence itself it is a place without actions")
	require.False(t, s.a.Machines[roleC].States[0].Final)
}

func TestARoleWithNoPartAtAllSkipsTheWholeText(t *testing.T) {
	s := newScopes()
	ms, _ := s.project(t, msg(roleA, roleB, "a"), s.raise("E", roleA))
	require.Empty(t, ms[2])
	require.True(t, s.a.Machines[roleC].States[0].Final)
	require.False(t, s.a.Machines[roleB].States[1].Final, "B has a part, and waits for ever")
}

func TestTheEndOfAnInnerBodyTakesACrashBeforeTheScopesAround(t *testing.T) {
	s := newScopes()
	e := s.crash(roleC)
	inner := s.try(model.Seq{msg(roleC, roleA, "a")}, on{e, roleA, model.Seq{msg(roleA, roleB, "e")}})
	ms, _ := s.project(t, s.try(model.Seq{inner, msg(roleB, roleA, "d")}, on{e, roleA, nil}))
	require.Equal(t, "0 ?Ca @s0.0 1; 0 crash C >s0.1 @s0.1 2; 1 ?Bd @s1.0 3*; 1 crash C >s0.1 @s0.1 2; "+
		"2 !Be @s0.1 4; 2 crash C >s1.1 @s1.1 5*; 3* crash C >s1.1 @s1.1 5*; 4 ?Bd @s1.0 3*; 4 crash C >s1.1 @s1.1 5*", ms[0],
		"in 1, where d may come next as well")
}

func TestWhichScopeTakesACrashDependsOnTheWayToAPlace(t *testing.T) {
	// After a, A may be behind the inner scope without having been in it; after b it has been.
	s := newScopes()
	e := s.crash(roleC)
	inner := s.try(model.Seq{msg(roleB, roleC, "y")}, on{e, roleA, model.Seq{msg(roleA, roleB, "e")}})
	told := choice(roleB, model.Seq{msg(roleB, roleA, "a")}, model.Seq{msg(roleB, roleA, "b")})
	ms, _ := s.project(t, s.try(model.Seq{
		choice(roleB, model.Seq{told, inner}, model.Seq{msg(roleB, roleA, "a"), msg(roleB, roleC, "w")}), msg(roleB, roleA, "d"),
	}, on{e, roleA, nil}))
	require.True(t, strings.HasPrefix(ms[0], "0 ?Ba @s1.0 1; 0 ?Bb @s1.0 2; 0 crash C >s1.1 @s1.1 3*; "+
		"1 ?Bd @s1.0 4*; 1 crash C >s0.1 @s0.1 5; 1 crash C >s1.1 @s1.1 3*; 2 ?Bd @s1.0 4*; 2 crash C >s0.1 @s0.1 5; "), ms[0])
}
