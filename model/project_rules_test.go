package model_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"chorcheck/model"
)

// The rules of docs/projection.md, one test each. Roles are A, B, C; labels are
// letters; the machine is printed as "0 !Bx 1; 1 ?Cy 2*" with a star at final states.

const (
	roleA model.RoleID = iota
	roleB
	roleC
)

const (
	varX model.VarID = iota
	varY
	varZ
)

func msg(from, to model.RoleID, label string) model.Stmt {
	return &model.Interaction{From: from, To: to, Label: model.LabelID(label[0] - 'a'), Origin: 1}
}

func choice(at model.RoleID, branches ...model.Seq) *model.Choice {
	c := &model.Choice{At: at, Origin: 2}
	for _, b := range branches {
		c.Branches = append(c.Branches, model.Branch{Body: b, Origin: 3})
	}
	return c
}

func project(t *testing.T, body ...model.Stmt) ([]string, []model.Ambiguity) {
	a, ambiguities := automata(t, body...)
	var out []string
	for _, m := range a.Machines {
		out = append(out, show(a, m))
	}
	return out, ambiguities
}

// automata projects a choreography in which x is a variable of A, and y and z are
// variables of B.
func automata(t *testing.T, body ...model.Stmt) (*model.Automata, []model.Ambiguity) {
	c := &model.Choreography{Body: body}
	for v, name := range []string{"x", "y", "z"} {
		c.Vars = append(c.Vars, model.Var{Name: name, Owner: model.RoleID(min(v, 1)), Domain: model.Domain{High: 9}})
	}
	for l := 'a'; l <= 'z'; l++ {
		c.Labels = append(c.Labels, string(l))
	}
	for _, name := range []string{"A", "B", "C"} {
		c.Roles = append(c.Roles, model.Role{Name: name})
	}
	a, ambiguities, err := model.Project(c)
	require.NoError(t, err)
	return a, ambiguities
}

func show(a *model.Automata, m model.Machine) string {
	name := func(s int) string {
		if m.States[s].Final {
			return fmt.Sprintf("%d*", s)
		}
		return fmt.Sprint(s)
	}
	var parts []string
	for _, t := range m.Transitions {
		what := "tau"
		switch t.Kind {
		case model.Send:
			what = "!" + a.Roles[t.Peer].Name + a.Labels[t.Label]
			for _, e := range t.Values {
				what += "(" + a.ExprText(e, nil) + ")"
			}
		case model.Receive:
			what = "?" + a.Roles[t.Peer].Name + a.Labels[t.Label]
			for _, v := range t.Stores {
				what += "(" + a.Vars[v].Name + ")"
			}
		}
		for _, as := range t.Assigns {
			what = "let " + a.Vars[as.Var].Name + " = " + a.ExprText(as.Value, nil)
		}
		if t.Guard != nil {
			what = "when " + a.ExprText(t.Guard, nil) + " " + what
		}
		parts = append(parts, fmt.Sprintf("%s %s %s", name(t.From), what, name(t.To)))
	}
	return strings.Join(parts, "; ")
}

func TestARoleSkipsWhatItHasNoPartIn(t *testing.T) {
	ms, _ := project(t, msg(roleA, roleB, "x"), msg(roleA, roleC, "y"))
	require.Equal(t, []string{"0 !Bx 1; 1 !Cy 2*", "0 ?Ax 1*", "0 ?Ay 1*"}, ms)
}

func TestADecisionBetweenSendsIsTheSend(t *testing.T) {
	ms, amb := project(t, choice(roleA, model.Seq{msg(roleA, roleB, "x")}, model.Seq{msg(roleA, roleB, "y")}))
	require.Equal(t, "0 !Bx 1*; 0 !By 1*", ms[0])
	require.Equal(t, "0 ?Ax 1*; 0 ?Ay 1*", ms[1])
	require.Empty(t, amb)
}

func TestAnyOtherDecisionIsAnInternalStep(t *testing.T) {
	ms, _ := project(t, choice(roleA, model.Seq{msg(roleA, roleB, "x")}, model.Seq{msg(roleB, roleA, "y")}))
	require.Equal(t, "0 tau 1; 0 tau 2; 1 !Bx 3*; 2 ?By 3*", ms[0])
}

func TestAnEmptyBranchBeforeASendBeginsWithThatSend(t *testing.T) {
	ms, _ := project(t, choice(roleA, model.Seq{msg(roleA, roleB, "x")}, model.Seq{}), msg(roleA, roleB, "y"))
	require.Equal(t, "0 !Bx 1; 0 !By 2*; 1 !By 2*", ms[0])
}

func TestALoopOfAnotherRoleMayBeOver(t *testing.T) {
	ms, amb := project(t, &model.Loop{At: roleA, Body: model.Seq{msg(roleA, roleB, "x")}, Origin: 2})
	require.Equal(t, []string{"0 tau 1; 0 tau 2*; 1 !Bx 0", "0* ?Ax 0*", ""}, ms)
	require.Empty(t, amb)
}

func TestOwnAlternativesThatBeginAlikeStayApart(t *testing.T) {
	ms, _ := project(t, choice(roleA, model.Seq{msg(roleA, roleB, "x"), msg(roleA, roleB, "y")}, model.Seq{msg(roleA, roleB, "x"), msg(roleA, roleB, "z")}))
	require.Equal(t, "0 !Bx 1; 0 !Bx 2; 1 !By 3*; 2 !Bz 3*", ms[0])
	require.Equal(t, "0 ?Ax 1; 1 ?Ay 2*; 1 ?Az 2*", ms[1], "the receiver is deterministic")
}

func TestTheSameSendInBranchesOfOthersIsOneSend(t *testing.T) {
	// C cannot know the branch when it sends m; what it receives after that tells.
	ms, amb := project(t, choice(roleA,
		model.Seq{msg(roleA, roleB, "x"), msg(roleC, roleB, "m"), msg(roleB, roleC, "y")},
		model.Seq{msg(roleA, roleB, "z"), msg(roleC, roleB, "m"), msg(roleB, roleC, "w")}))
	require.Equal(t, "0 !Bm 1; 1 ?By 2*; 1 ?Bw 2*", ms[2])
	require.Empty(t, amb)
}

func TestActingInABranchThatCannotBeKnownIsAnAmbiguity(t *testing.T) {
	ms, amb := project(t, choice(roleA, model.Seq{msg(roleA, roleB, "x"), msg(roleC, roleB, "m")}, model.Seq{msg(roleA, roleB, "z")}))
	require.Equal(t, "0* !Bm 1*", ms[2])
	require.Equal(t, []model.Ambiguity{{Role: roleC, Act: 1, Choice: 2}}, amb)
}

func TestThreadsInterleaveAndJoin(t *testing.T) {
	ms, _ := project(t, &model.Par{Threads: []model.Seq{{msg(roleA, roleB, "x")}, {msg(roleC, roleA, "y")}}, Origin: 2}, msg(roleA, roleC, "z"))
	require.Equal(t, "0 !Bx 1; 0 ?Cy 2; 1 ?Cy 3; 2 !Bx 3; 3 !Cz 4*", ms[0])
	require.Equal(t, "0 ?Ax 1*", ms[1])
}

func TestEndEndsAllThreads(t *testing.T) {
	ms, _ := project(t, &model.Par{Threads: []model.Seq{{msg(roleA, roleB, "x"), &model.End{At: roleA, Origin: 4}}, {msg(roleC, roleA, "y")}}, Origin: 2}, msg(roleA, roleC, "z"))
	require.Equal(t, "0 !Bx 1*; 0 ?Cy 2; 2 !Bx 1*", ms[0])
}

func TestContinueGoesBackForThoseWhoTakePart(t *testing.T) {
	r := &model.Rec{Name: "L", Origin: 5}
	r.Body = model.Seq{msg(roleB, roleC, "x"), choice(roleA, model.Seq{msg(roleA, roleB, "m"), &model.Continue{Target: r, Origin: 6}}, model.Seq{msg(roleA, roleB, "q")})}
	ms, _ := project(t, r)
	require.Equal(t, "0 !Bm 0; 0 !Bq 1*", ms[0])
	require.Equal(t, "0 !Cx 1; 1 ?Am 0; 1 ?Aq 2*", ms[1])
	require.Equal(t, "0 ?Bx 1*; 1* ?Bx 1*", ms[2], "C has a part in the loop although it has none in the choice")
}

func TestBisimilarPlacesAreMerged(t *testing.T) {
	ms, _ := project(t, choice(roleA,
		model.Seq{msg(roleA, roleB, "x"), msg(roleA, roleB, "z")},
		model.Seq{msg(roleA, roleB, "y"), msg(roleA, roleB, "z")}))
	require.Equal(t, "0 !Bx 1; 0 !By 1; 1 !Bz 2*", ms[0])
}

func TestADecisionThatCanComeBackToItselfIsAnInternalStep(t *testing.T) {
	r := &model.Rec{Name: "L", Origin: 5}
	r.Body = model.Seq{choice(roleA, model.Seq{msg(roleA, roleB, "x")}, model.Seq{&model.Continue{Target: r, Origin: 6}})}
	ms, _ := project(t, r)
	require.Equal(t, "0 tau 1; 0 tau 0; 1 !Bx 2*", ms[0])
}

func TestInternalStepsToOnePlaceAreOne(t *testing.T) {
	ms, _ := project(t, choice(roleA, model.Seq{}, model.Seq{}), msg(roleB, roleA, "x"))
	require.Equal(t, "0 tau 1; 1 ?Bx 2*", ms[0])
}

func TestReceivesIntoDifferentVariablesStayApart(t *testing.T) {
	into := func(v model.VarID) model.Stmt {
		return &model.Interaction{From: roleA, To: roleB, Values: []*model.Expr{model.Const(1)}, Stores: []model.VarID{v}, Origin: model.Origin(10 + v)}
	}
	ms, amb := project(t, choice(roleA, model.Seq{into(varY)}, model.Seq{into(varZ)}))
	require.Equal(t, "0 ?Aa(y) 1*; 0 ?Aa(z) 1*", ms[1])
	require.Equal(t, []model.Ambiguity{{Kind: model.AmbiguousStores, Role: roleB, Act: 12, Other: 11}}, amb)
}
