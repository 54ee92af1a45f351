package model_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"chorcheck/model"
)

// The rules of docs/projection.md about sequences, choices, loops, values and the
// end, one test each.

// when gives the branches of a choice their guards.
func when(c *model.Choice, guards ...*model.Expr) *model.Choice {
	for i, g := range guards {
		c.Branches[i].Guard = g
	}
	return c
}

func xIs(v int64) *model.Expr {
	return &model.Expr{Op: model.OpEq, X: model.Ref(varX), Y: model.Const(v)}
}

func let(v int64) model.Stmt {
	return &model.Let{At: roleA, Var: varX, Value: model.Const(v), Origin: 10}
}

func from(origin model.Origin, sender, receiver model.RoleID, label string) model.Stmt {
	st := *msg(sender, receiver, label).(*model.Interaction)
	st.Origin = origin
	return &st
}

func loop(at model.RoleID, body ...model.Stmt) model.Stmt {
	return &model.Loop{At: at, Body: body, Origin: 2}
}

func TestASequenceOrdersTheActionsOfEachRoleOnly(t *testing.T) {
	ms, _ := project(t, msg(roleA, roleB, "a"), msg(roleB, roleC, "b"), msg(roleA, roleC, "c"))
	require.Equal(t, "0 !Ba 1; 1 !Cc 2*", ms[0], "A does not wait for b")
	require.Equal(t, "0 ?Aa 1; 1 !Cb 2*", ms[1])
	require.Equal(t, "0 ?Bb 1; 1 ?Ac 2*", ms[2], "C takes b first")
}

func TestADecisionBeforeAnAssignmentIsAnInternalStep(t *testing.T) {
	ms, _ := project(t, choice(roleA, model.Seq{let(1), msg(roleA, roleB, "a")}, model.Seq{msg(roleA, roleB, "b")}))
	require.Equal(t, "0 tau 1; 0 tau 2; 1 let x = 1 3; 2 !Bb 4*; 3 !Ba 4*", ms[0])
}

func TestADecisionWithAnEmptyBranchAndNothingBehindIsAnInternalStep(t *testing.T) {
	ms, _ := project(t, choice(roleA, model.Seq{msg(roleA, roleB, "a")}, nil))
	require.Equal(t, "0 tau 1; 0 tau 2*; 1 !Ba 2*", ms[0])
}

func TestADecisionWithinADecisionIsMadeByTheSameSend(t *testing.T) {
	ms, _ := project(t, choice(roleA,
		model.Seq{choice(roleA, model.Seq{msg(roleA, roleB, "a")}, model.Seq{msg(roleA, roleB, "b")})},
		model.Seq{msg(roleA, roleB, "c")}))
	require.Equal(t, "0 !Ba 1*; 0 !Bb 1*; 0 !Bc 1*", ms[0])
}

func TestEveryOtherRoleWaitsForWhateverMayComeFirst(t *testing.T) {
	ms, amb := project(t, choice(roleA,
		model.Seq{msg(roleA, roleB, "a"), msg(roleB, roleC, "x")},
		model.Seq{msg(roleA, roleC, "y"), msg(roleC, roleB, "b")}))
	require.Equal(t, "0 ?Aa 1; 0 ?Cb 2*; 1 !Cx 2*", ms[1])
	require.Equal(t, "0 ?Bx 1*; 0 ?Ay 2; 2 !Bb 1*", ms[2])
	require.Empty(t, amb, "nor is there a warning, since both only wait")
}

func TestAGuardOfABranchIsAGuardOfItsSend(t *testing.T) {
	inner := when(choice(roleA, model.Seq{msg(roleA, roleB, "a")}, model.Seq{msg(roleA, roleB, "b")}), xIs(1), xIs(2))
	ms, _ := project(t, when(choice(roleA, model.Seq{inner}, model.Seq{msg(roleA, roleB, "c")}, model.Seq{msg(roleA, roleB, "d")}), xIs(3), xIs(4)))
	require.Equal(t, "0 when x == 3 and x == 1 !Ba 1*; 0 when x == 3 and x == 2 !Bb 1*; 0 when x == 4 !Bc 1*; 0 !Bd 1*", ms[0])
	require.Equal(t, "0 ?Aa 1*; 0 ?Ab 1*; 0 ?Ac 1*; 0 ?Ad 1*", ms[1], "guards are the decider's")
}

func TestAGuardBeforeAnyOtherBeginningIsAGuardOfTheStep(t *testing.T) {
	ms, _ := project(t, when(choice(roleA, model.Seq{msg(roleA, roleB, "a")}, model.Seq{msg(roleB, roleA, "b")}), xIs(1), xIs(2)))
	require.Equal(t, "0 when x == 1 tau 1; 0 when x == 2 tau 2; 1 !Ba 3*; 2 ?Bb 3*", ms[0])
	require.Equal(t, "0 ?Aa 1*; 0 !Ab 1*", ms[1])
}

func TestARoleWithNoPartInAnyBranchRoundOrThreadSkipsTheStatement(t *testing.T) {
	rec := &model.Rec{Name: "L"}
	rec.Body = model.Seq{msg(roleA, roleB, "a"), choice(roleA, model.Seq{msg(roleA, roleB, "b"), &model.Continue{Target: rec}}, model.Seq{msg(roleA, roleB, "c")})}
	for what, st := range map[string]model.Stmt{
		"choice": choice(roleA, model.Seq{msg(roleA, roleB, "a")}, model.Seq{msg(roleA, roleB, "b")}),
		"loop":   loop(roleA, msg(roleA, roleB, "a")),
		"rec":    rec,
		"par":    &model.Par{Threads: []model.Seq{{msg(roleA, roleB, "a")}, {msg(roleB, roleA, "b")}}},
	} {
		ms, amb := project(t, msg(roleA, roleC, "x"), st, msg(roleC, roleA, "y"))
		require.Equal(t, "0 ?Ax 1; 1 !Ay 2*", ms[2], what)
		require.Empty(t, amb, what)
	}
}

func TestARoleIsBehindTheChoiceInABranchWithoutItsPart(t *testing.T) {
	st := choice(roleA, model.Seq{msg(roleA, roleB, "a"), msg(roleB, roleC, "s")}, model.Seq{msg(roleA, roleB, "b")})
	ms, _ := project(t, st, msg(roleB, roleC, "c"))
	require.Equal(t, "0 ?Bs 1; 0 ?Bc 2*; 1 ?Bc 2*", ms[2])
	ms, _ = project(t, st)
	require.Equal(t, "0* ?Bs 1*", ms[2], "its part may be over, or go on")
}

func TestALoopBetweenSendsIsDecidedByTheSend(t *testing.T) {
	ms, amb := project(t, loop(roleA, msg(roleA, roleB, "a"), msg(roleB, roleA, "b")), msg(roleA, roleB, "c"))
	require.Equal(t, "0 !Ba 1; 0 !Bc 2*; 1 ?Bb 0", ms[0])
	require.Equal(t, "0 ?Aa 1; 0 ?Ac 2*; 1 !Ab 0", ms[1])
	require.Empty(t, amb)
}

func TestALoopBeforeAReceiveIsDecidedByAnInternalStep(t *testing.T) {
	ms, _ := project(t, loop(roleA, msg(roleA, roleB, "a")), msg(roleC, roleA, "c"))
	require.Equal(t, "0 tau 1; 0 tau 2; 1 !Ba 0; 2 ?Cc 3*", ms[0])
}

func TestAWayThatDoesNotJumpLeavesTheLoop(t *testing.T) {
	rec := &model.Rec{Name: "L"}
	rec.Body = model.Seq{msg(roleB, roleA, "a"), choice(roleA, model.Seq{msg(roleA, roleB, "b"), &model.Continue{Target: rec}}, model.Seq{msg(roleA, roleB, "c")})}
	ms, _ := project(t, rec, msg(roleA, roleB, "d"))
	require.Equal(t, "0 ?Ba 1; 1 !Bb 0; 1 !Bc 2; 2 !Bd 3*", ms[0])
	require.Equal(t, "0 !Aa 1; 1 ?Ab 0; 1 ?Ac 2; 2 ?Ad 3*", ms[1])
}

func TestAnAssignmentIsAnInternalStepOfItsOwner(t *testing.T) {
	next := &model.Expr{Op: model.OpAdd, X: model.Ref(varX), Y: model.Const(1)}
	ms, _ := project(t, msg(roleA, roleB, "a"), &model.Let{At: roleA, Var: varX, Value: next, Origin: 10}, msg(roleA, roleB, "b"))
	require.Equal(t, []string{"0 !Ba 1; 1 let x = x + 1 2; 2 !Bb 3*", "0 ?Aa 1; 1 ?Ab 2*", ""}, ms)
}

func TestADelayIsAnInternalStepOfItsRole(t *testing.T) {
	ms, _ := project(t, msg(roleA, roleB, "a"), &model.Delay{At: roleA, Origin: 10}, msg(roleA, roleB, "b"))
	require.Equal(t, []string{"0 !Ba 1; 1 tau 2; 2 !Bb 3*", "0 ?Aa 1; 1 ?Ab 2*", ""}, ms)
}

func TestAValueIsComputedByTheSenderAndStoredByTheReceiver(t *testing.T) {
	next := &model.Expr{Op: model.OpAdd, X: model.Ref(varX), Y: model.Const(1)}
	st := &model.Interaction{From: roleA, To: roleB, Values: []*model.Expr{next, model.Const(7)}, Stores: []model.VarID{varZ, varY}, Origin: 1}
	ms, _ := project(t, st)
	require.Equal(t, []string{"0 !Ba(x + 1)(7) 1*", "0 ?Aa(z)(y) 1*", ""}, ms)
}

func TestReceivesIntoTheSameVariablesAreOne(t *testing.T) {
	with := func(v int64) model.Stmt {
		return &model.Interaction{From: roleA, To: roleB, Values: []*model.Expr{model.Const(v)}, Stores: []model.VarID{varY}, Origin: 1}
	}
	ms, amb := project(t, choice(roleA, model.Seq{with(1), msg(roleA, roleB, "b")}, model.Seq{with(2), msg(roleA, roleB, "c")}))
	require.Equal(t, "0 !Ba(1) 1; 0 !Ba(2) 2; 1 !Bb 3*; 2 !Bc 3*", ms[0])
	require.Equal(t, "0 ?Aa(y) 1; 1 ?Ab 2*; 1 ?Ac 2*", ms[1], "no two receives of a state take the same message")
	require.Empty(t, amb)
}

func TestEndIsTheEndOfOneRole(t *testing.T) {
	ms, amb := project(t, choice(roleA,
		model.Seq{msg(roleA, roleB, "a"), &model.End{At: roleB}},
		model.Seq{msg(roleA, roleB, "b")}), msg(roleA, roleB, "c"))
	require.Equal(t, "0 !Ba 1; 0 !Bb 1; 1 !Bc 2*", ms[0])
	require.Equal(t, "0 ?Aa 1*; 0 ?Ab 2; 2 ?Ac 1*", ms[1])
	require.Empty(t, amb)
}

func TestAStateIsFinalWhereThePartMayBeOverAsFarAsTheRoleKnows(t *testing.T) {
	ms, _ := project(t, msg(roleA, roleB, "a"), choice(roleA, model.Seq{&model.End{At: roleB}}, nil), msg(roleA, roleB, "b"))
	require.Equal(t, "0 ?Aa 1*; 1* ?Ab 2*", ms[1])
}

func TestARoleWithoutAPartIsInAFinalState(t *testing.T) {
	a, _ := automata(t, msg(roleA, roleB, "a"))
	require.Equal(t, []model.LocalState{{Name: "0", Final: true}}, a.Machines[roleC].States)
	require.Empty(t, a.Machines[roleC].Transitions)
}

func TestStatesThatOnlyAnEndTellsApartAreNotMerged(t *testing.T) {
	rec := &model.Rec{Name: "L"}
	rec.Body = model.Seq{msg(roleC, roleB, "c"), &model.Continue{Target: rec}}
	ms, _ := project(t, choice(roleA, model.Seq{msg(roleA, roleB, "a"), loop(roleC, msg(roleC, roleB, "c"))}, model.Seq{msg(roleA, roleB, "b"), rec}))
	require.Equal(t, "0 ?Aa 1*; 0 ?Ab 2; 1* ?Cc 1*; 2 ?Cc 2", ms[1])
}

func TestStatesThatGoRoundAlikeAreMerged(t *testing.T) {
	ms, _ := project(t, choice(roleA,
		model.Seq{msg(roleA, roleB, "a"), loop(roleC, msg(roleC, roleB, "c"))},
		model.Seq{msg(roleA, roleB, "b"), loop(roleC, msg(roleC, roleB, "c"), loop(roleC, msg(roleC, roleB, "c")))}))
	require.Equal(t, "0 ?Aa 1*; 0 ?Ab 1*; 1* ?Cc 1*", ms[1])
}

func TestStatesAreNumberedBreadthFirst(t *testing.T) {
	body := model.Seq{choice(roleA,
		model.Seq{msg(roleA, roleB, "a"), msg(roleA, roleB, "c"), msg(roleA, roleB, "e")},
		model.Seq{msg(roleA, roleB, "b"), msg(roleA, roleB, "d"), msg(roleA, roleB, "f")})}
	for range 3 {
		ms, _ := project(t, body...)
		require.Equal(t, "0 !Ba 1; 0 !Bb 2; 1 !Bc 3; 2 !Bd 4; 3 !Be 5*; 4 !Bf 5*", ms[0])
	}
}

func TestAMergedTransitionRemembersAllItsPlaces(t *testing.T) {
	a, _ := automata(t, choice(roleA,
		model.Seq{from(12, roleA, roleB, "a"), from(21, roleB, roleA, "r")},
		model.Seq{from(11, roleA, roleB, "a"), from(22, roleB, roleA, "r")}))
	for r := range 2 {
		m := a.Machines[r]
		require.Len(t, m.Transitions, 2)
		require.Equal(t, []model.Origin{11, 12}, m.Transitions[0].Origins)
		require.Equal(t, []model.Origin{21, 22}, m.Transitions[1].Origins)
	}
}

func TestAStateIsNamedByTheFirstPlaceOfWhatItDoes(t *testing.T) {
	a, _ := automata(t, from(11, roleA, roleB, "a"), choice(roleB, model.Seq{from(12, roleB, roleA, "b")}, model.Seq{from(13, roleB, roleA, "c")}))
	var origins []model.Origin
	for _, s := range a.Machines[roleB].States {
		origins = append(origins, s.Origin)
	}
	require.Equal(t, []model.Origin{11, 12, 0}, origins)
}

func TestTooManyLocalStatesAreAnError(t *testing.T) {
	par := &model.Par{}
	for _, label := range []string{"a", "b"} { // 321 states each: more than 100,000 together
		par.Threads = append(par.Threads, slices.Repeat(model.Seq{msg(roleA, roleB, label)}, 320))
	}
	c := &model.Choreography{Body: model.Seq{par}, Roles: []model.Role{{Name: "A", Origin: 33}, {Name: "B"}}, Labels: make([]string, 26)}
	_, _, err := model.Project(c)
	var limit *model.LimitError
	require.ErrorAs(t, err, &limit)
	require.Equal(t, []model.Origin{33}, limit.Origins)
	require.Contains(t, limit.Message, "the part of A in this choreography has more than 100000 local states")
}
