package model_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"chorcheck/model"
)

// The rules of docs/projection.md about threads, also of those in scopes, one test each.

func TestARoleDoesNotWaitForTheThreadsOfOthers(t *testing.T) {
	par := &model.Par{Threads: []model.Seq{{msg(roleA, roleB, "a")}, {msg(roleC, roleB, "b")}}}
	ms, _ := project(t, par, msg(roleA, roleC, "c"))
	require.Equal(t, "0 !Ba 1; 1 !Cc 2*", ms[0], "A has no part in the second thread")
	require.Equal(t, "0 ?Aa 1; 0 ?Cb 2; 1 ?Cb 3*; 2 ?Aa 3*", ms[1])
	require.Equal(t, "0 !Bb 1; 1 ?Ac 2*", ms[2])
}

func TestLookingAtAVariableAndChangingItAreTwoSteps(t *testing.T) {
	looks := when(choice(roleA, model.Seq{let(1)}), xIs(0))
	ms, _ := project(t, &model.Par{Threads: []model.Seq{{looks}, {let(2)}}})
	require.Equal(t, "0 when x == 0 tau 1; 0 let x = 2 2; 1 let x = 1 3; 1 let x = 2 4; 2 when x == 0 tau 4; 3 let x = 2 5*; 4 let x = 1 5*", ms[0])
}

func TestAMessageThatTwoThreadsWaitForMayBeForEither(t *testing.T) {
	ms, amb := project(t, &model.Par{Threads: []model.Seq{
		{msg(roleA, roleB, "a"), msg(roleA, roleB, "b")},
		{msg(roleA, roleB, "a"), msg(roleA, roleB, "c")},
	}})
	require.Equal(t, "0 ?Aa 1; 1 ?Ab 2; 1 ?Aa 3; 1 ?Ac 4; 2 ?Aa 5; 3 ?Ab 5; 3 ?Ac 6; 4 ?Aa 6; 5 ?Ac 7*; 6 ?Ab 7*", ms[1])
	require.Empty(t, amb)
}

func TestAThreadThatMayBeOverDoesNotHoldUpTheOthers(t *testing.T) {
	// B cannot know whether its first thread goes on, and joins where both may be over.
	ms, _ := project(t, &model.Par{Threads: []model.Seq{
		{choice(roleA, model.Seq{msg(roleA, roleB, "a")}, nil)},
		{msg(roleC, roleB, "c")},
	}}, msg(roleA, roleB, "z"))
	require.Equal(t, "0 ?Aa 1; 0 ?Cc 2; 1 ?Cc 3; 2 ?Aa 3; 2 ?Az 4*; 3 ?Az 4*", ms[1])
}

func TestThreadsInThreadsInterleaveToo(t *testing.T) {
	inner := &model.Par{Threads: []model.Seq{{msg(roleA, roleB, "a")}, {msg(roleA, roleB, "b")}}}
	ms, _ := project(t, &model.Par{Threads: []model.Seq{{inner, msg(roleA, roleB, "c")}, {msg(roleA, roleB, "d"), &model.End{At: roleA}}}})
	require.Equal(t, "0 !Ba 1; 0 !Bb 2; 0 !Bd 3*; 1 !Bb 4; 1 !Bd 3*; 2 !Ba 4; 2 !Bd 3*; 4 !Bc 5; 4 !Bd 3*; 5 !Bd 3*", ms[0], "c waits for a and b, and end ends them all")
}

func TestAnExceptionEndsNoThreadOutsideItsScope(t *testing.T) {
	s := newScopes()
	try := s.try(model.Seq{s.raise("E", roleA)}, on{s.exception("E"), roleA, model.Seq{msg(roleA, roleB, "e")}})
	ms, _ := s.project(t, s.par(model.Seq{try}, model.Seq{msg(roleB, roleA, "b")}))
	require.Equal(t, "0 raise E >s0.1 @s0.1 1; 0 ?Bb 2; 1 !Be @s0.1 3; 1 ?Bb 4; 2 raise E >s0.1 @s0.1 4; 3 ?Bb 5*; 4 !Be @s0.1 5*", ms[0])
}

func TestAnExceptionEndsWhatIsBesideAnInnerScopeInsideTheOneThatTakesIt(t *testing.T) {
	s := newScopes()
	inner := s.try(model.Seq{s.raise("E", roleA)}, on{s.exception("F"), roleA, nil})
	ms, _ := s.project(t, s.try(model.Seq{s.par(model.Seq{inner}, model.Seq{msg(roleB, roleA, "b")})}, on{s.exception("E"), roleA, nil}))
	require.Equal(t, "0 raise E >s1.1 @s1.1 1*; 0 ?Bb @s1.0 2; 2 raise E >s1.1 @s1.1 1*", ms[0])
}

func TestAMessageOfAHandlerEndsTheThreadsInsideItsScope(t *testing.T) {
	s := newScopes()
	par := s.par(model.Seq{msg(roleA, roleB, "a")}, model.Seq{msg(roleB, roleC, "b")})
	ms, _ := s.project(t, s.try(model.Seq{par}, on{s.exception("E"), roleA, model.Seq{msg(roleA, roleB, "e")}}))
	require.Equal(t, "0 ?Aa @s0.0 1; 0 !Cb @s0.0 2; 0 ?Ae >s0.1 @s0.1 3*; "+
		"1 !Cb @s0.0 4*; 1 ?Ae >s0.1 @s0.1 3*; 2 ?Aa @s0.0 4*; 2 ?Ae >s0.1 @s0.1 3*; 4* ?Ae >s0.1 @s0.1 3*", ms[1])
}

func TestATimerAroundThreadsStandsInEachOfThem(t *testing.T) {
	s := newScopes()
	ms, _ := s.project(t, s.try(model.Seq{s.within("t", roleA, s.par(model.Seq{msg(roleB, roleA, "a")}, model.Seq{msg(roleC, roleA, "b")}))},
		on{s.exception("t"), roleA, nil}))
	require.Equal(t, "0 ?Ba @s0.0 1; 0 ?Cb @s0.0 2; 0 timeout t >s0.1 @s0.1 3*; "+
		"1 ?Cb @s0.0 4*; 1 timeout t >s0.1 @s0.1 3*; 2 ?Ba @s0.0 4*; 2 timeout t >s0.1 @s0.1 3*", ms[0])
}

func TestATimerInAThreadStandsWhileThatThreadIsInItsBlock(t *testing.T) {
	s := newScopes()
	ms, _ := s.project(t, s.try(model.Seq{s.par(model.Seq{s.within("t", roleA, msg(roleB, roleA, "a"))}, model.Seq{msg(roleC, roleA, "b")})},
		on{s.exception("t"), roleA, nil}))
	require.Equal(t, "0 ?Ba @s0.0 1; 0 timeout t >s0.1 @s0.1 2*; 0 ?Cb @s0.0 3; "+
		"1 ?Cb @s0.0 4*; 3 ?Ba @s0.0 4*; 3 timeout t >s0.1 @s0.1 2*", ms[0])
}

func TestARaiseByOthersInAThreadHoldsUpTheJoin(t *testing.T) {
	s := newScopes()
	par := s.par(model.Seq{msg(roleA, roleB, "a"), s.raise("E", roleA)}, model.Seq{msg(roleC, roleB, "b")})
	ms, _ := s.project(t, s.try(model.Seq{par, msg(roleB, roleA, "z")}, on{s.exception("E"), roleA, model.Seq{msg(roleA, roleB, "e")}}))
	require.Equal(t, "0 ?Aa @s0.0 1; 0 ?Cb @s0.0 2; 0 ?Ae >s0.1 @s0.1 3*; "+
		"1 ?Cb @s0.0 4; 1 ?Ae >s0.1 @s0.1 3*; 2 ?Aa @s0.0 4; 2 ?Ae >s0.1 @s0.1 3*; 4 ?Ae >s0.1 @s0.1 3*", ms[1], "z is never sent")
}

func TestAThreadOfRaisesByOthersIsSkipped(t *testing.T) {
	s := newScopes()
	par := s.par(model.Seq{msg(roleB, roleC, "a")}, model.Seq{s.raise("E", roleA)})
	ms, _ := s.project(t, s.try(model.Seq{par, msg(roleB, roleC, "z")}, on{s.exception("E"), roleA, model.Seq{msg(roleA, roleB, "e")}}))
	require.Equal(t, "0 !Ca @s0.0 1; 0 ?Ae >s0.1 @s0.1 2*; 1 !Cz @s0.0 3*; 1 ?Ae >s0.1 @s0.1 2*; 3* ?Ae >s0.1 @s0.1 2*", ms[1])
}

func TestInterruptsLookNoFurtherThanTheEndOfTheirThread(t *testing.T) {
	for _, beside := range []bool{false, true} {
		s := newScopes()
		var st model.Stmt = s.try(model.Seq{msg(roleA, roleB, "a")}, on{s.exception("E"), roleA, nil})
		want := "0 ?Aa @s0.0 1; 0 ?Az >s0.1 if s0.1 2*; 1 ?Az 2*"
		if beside {
			st = s.par(model.Seq{st}, model.Seq{msg(roleA, roleC, "c")})
			want = "0 ?Aa @s0.0 1; 1 ?Az 2*"
		}
		ms, _ := s.project(t, st, msg(roleA, roleB, "z"))
		require.Equal(t, want, ms[1])
	}
}

func TestInterruptsLookAsFarAsTheEndOfTheirThread(t *testing.T) {
	s := newScopes()
	try := s.try(model.Seq{msg(roleA, roleB, "a")}, on{s.exception("E"), roleA, nil})
	ms, _ := s.project(t, s.par(model.Seq{try, msg(roleA, roleB, "y")}, model.Seq{msg(roleA, roleC, "c")}), msg(roleA, roleB, "z"))
	require.Equal(t, "0 ?Aa @s0.0 1; 0 ?Ay >s0.1 if s0.1 2; 1 ?Ay 2; 2 ?Az 3*", ms[1])
}

func TestATransitionStandsInItsThreadIfAScopeStandsBeside(t *testing.T) {
	s := newScopes()
	try := s.try(model.Seq{msg(roleA, roleB, "a"), s.raise("E", roleA)}, on{s.exception("E"), roleA, nil})
	s.project(t, s.par(model.Seq{try}, model.Seq{msg(roleB, roleA, "b")}), msg(roleA, roleB, "z"))
	threads := map[string]map[model.ThreadID]bool{}
	for _, tr := range s.a.Machines[roleA].Transitions {
		what := tr.Kind.String()
		if tr.Kind == model.Send {
			what += " " + s.c.Labels[tr.Label]
		}
		if threads[what] == nil {
			threads[what] = map[model.ThreadID]bool{}
		}
		threads[what][tr.Thread] = true
	}
	require.Equal(t, map[string]map[model.ThreadID]bool{"send a": {0: true}, "raise": {0: true}, "receive": {2: true}, "send z": {0: true}}, threads)
}

func TestAnExceptionStandsInTheThreadOfTheScopeThatTakesIt(t *testing.T) {
	s := newScopes()
	beside := s.try(model.Seq{msg(roleA, roleB, "a")})
	par := s.par(model.Seq{beside}, model.Seq{msg(roleA, roleB, "b"), s.raise("E", roleA)})
	s.project(t, s.try(model.Seq{par}, on{s.exception("E"), roleA, nil}))
	for _, tr := range s.a.Machines[roleA].Transitions {
		switch {
		case tr.Kind == model.Raise:
			require.Zero(t, tr.Thread, "the scope beside ends, too")
		case s.c.Labels[tr.Label] == "b":
			require.Equal(t, model.ThreadID(2), tr.Thread)
		}
	}
}
