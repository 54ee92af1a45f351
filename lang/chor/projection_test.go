package chor

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chorcheck/model"
)

// The rules of docs/projection.md that the text alone can state: what is unrolled
// before projection, and which scopes are looped. The others are tested in package model.

// projected is the automata of a text.
func projected(t *testing.T, text string) *model.Automata {
	t.Helper()
	low, diags := lowerText("choreography P\n"+text, nil)
	require.NotNil(t, low, "%v", diags)
	a, _, err := model.Project(low.Choreography)
	require.NoError(t, err)
	return a
}

// part prints the machine of a role as "0 !B.m 1; 1 ?C.n 2*", with a star at final
// states, `>0.1` for the handler that is entered and `@0.0` for the position.
func part(t *testing.T, a *model.Automata, role string) string {
	t.Helper()
	r := 0
	for a.Roles[r].Name != role {
		r++
		require.Less(t, r, len(a.Roles), role)
	}
	m := a.Machines[r]
	state := func(s int) string {
		switch {
		case s == model.Failed:
			return "failed"
		case m.States[s].Final:
			return fmt.Sprintf("%d*", s)
		}
		return fmt.Sprint(s)
	}
	var out []string
	for _, tr := range m.Transitions {
		what := tr.Kind.String()
		switch tr.Kind {
		case model.Send:
			what = fmt.Sprintf("!%s.%s", a.Roles[tr.Peer].Name, a.Labels[tr.Label])
		case model.Receive:
			what = fmt.Sprintf("?%s.%s", a.Roles[tr.Peer].Name, a.Labels[tr.Label])
		}
		if tr.Kind >= model.Timeout {
			what += " " + a.Exceptions[tr.Exception].Name
		}
		if tr.Guard != nil {
			what = "when " + a.ExprText(tr.Guard, nil) + " " + what
		}
		if tr.Handler != nil {
			what += fmt.Sprintf(" >%d.%d", tr.Handler.Scope, tr.Handler.Part)
		}
		for _, p := range tr.Places {
			if q := a.Positions[p.Position]; p.Position != 0 {
				what += fmt.Sprintf(" @%d.%d", q.Scope, q.Part)
			}
			what += strings.Repeat("+", p.Fresh)
		}
		out = append(out, fmt.Sprintf("%s %s %s", state(tr.From), what, state(tr.To)))
	}
	return strings.Join(out, "; ")
}

// sameAutomata demands that two texts have the same automata, up to where they come from.
func sameAutomata(t *testing.T, x, y string) {
	t.Helper()
	a, b := projected(t, x), projected(t, y)
	require.Len(t, b.Machines, len(a.Machines))
	for _, r := range a.Roles {
		require.Equal(t, part(t, a, r.Name), part(t, b, r.Name), r.Name)
	}
}

func TestSeveralReceiversAreMessagesOneAfterTheOther(t *testing.T) {
	a := projected(t, "role A, B, C\nA -> C, B: m")
	require.Equal(t, "0 !C.m 1; 1 !B.m 2*", part(t, a, "A"))
	require.Equal(t, "0 ?A.m 1*", part(t, a, "B"))
}

func TestAnArrayAsAReceiverStandsForItsMembersInTheirOrder(t *testing.T) {
	a := projected(t, "role A, W[3]\nA -> W: m")
	require.Equal(t, "0 !W[0].m 1; 1 !W[1].m 2; 2 !W[2].m 3*", part(t, a, "A"))
	require.Equal(t, "0 ?A.m 1*", part(t, a, "W[2]"))
}

func TestForAndRepeatAreWrittenOutRoundByRound(t *testing.T) {
	a := projected(t, "role A, W[2]\nrepeat 2 { for w in W { A -> w: m } for i in 0..1 { W[1 - i] -> A: n } }")
	require.Equal(t, "0 !W[0].m 1; 1 !W[1].m 2; 2 ?W[1].n 3; 3 ?W[0].n 4; 4 !W[0].m 5; 5 !W[1].m 6; 6 ?W[1].n 7; 7 ?W[0].n 8*", part(t, a, "A"))
}

func TestPerformPutsAProtocolInWithItsRolesRenamed(t *testing.T) {
	sameAutomata(t,
		"role A, B, C\nperform P(B, A)\nperform P(A, C)\nprotocol P(x, y) { x -> y: m\n y -> x: n }",
		"role A, B, C\nB -> A: m\nA -> B: n\nA -> C: m\nC -> A: n")
}

func TestAChoiceOverAnArrayHasOneBranchForEachMember(t *testing.T) {
	a := projected(t, "role A, W[2]\nchoice at A for w in W { A -> w: m }")
	require.Equal(t, "0 !W[0].m 1*; 0 !W[1].m 1*", part(t, a, "A"))
	require.Equal(t, "0* ?A.m 1*", part(t, a, "W[1]"))
}

func TestOtherwiseIsForWhenNoGuardIsTrue(t *testing.T) {
	a := projected(t, "role A, B\nvar x at A: 0..3\nchoice at A when x == 1 { A -> B: a } or when x == 2 { A -> B: b } or otherwise { A -> B: c }")
	require.Equal(t, "0 when x == 1 !B.a 1*; 0 when x == 2 !B.b 1*; 0 when not (x == 1 or x == 2) !B.c 1*", part(t, a, "A"))
}

func TestFinallyIsWhatFollowsTheScope(t *testing.T) {
	const scope = "try { choice at A { A -> B: a } or { raise E at A } or { raise F at A } } on E at A { A -> B: e }"
	const around = "role A, B\ntry { %s %s } on F at A { A -> B: f }"
	with, without := fmt.Sprintf(around, scope, "finally { A -> B: z }"), fmt.Sprintf(around, scope, "A -> B: z")
	sameAutomata(t, with, without)
	require.Equal(t, "0 internal @1.0 1; 0 internal @1.0 2; 0 internal @1.0 3; 1 !B.a @1.0 4; "+
		"2 raise E >1.1 @1.1 5; 3 raise F >0.1 @0.1 6; 4 !B.z @0.0 7*; 5 !B.e @1.1 8; 6 !B.f @0.1 9*; 8 !B.z @0.0 7*", part(t, projected(t, with), "A"))
}

func TestNothingRunsFinallyAfterAJumpOutOfTheScope(t *testing.T) {
	a := projected(t, "role A, B\nrec L { try { choice at A { A -> B: a\n continue L } or { A -> B: b } } on E at B { B -> A: e } finally { A -> B: z } }")
	require.Equal(t, "0 !B.a @0.0+ 1; 0 !B.b @0.0+ 2; 0 ?B.e >0.1 @0.1+ 3", strings.Join(strings.Split(part(t, a, "A"), "; ")[:3], "; "))
	require.Contains(t, part(t, a, "A"), "; 2 !B.z 4*; ", "after b")
	require.NotContains(t, part(t, a, "A"), "; 1 !B.z", "but not after a")
}

func TestEachUnrolledCopyOfAScopeIsAScopeOfItsOwn(t *testing.T) {
	for text, copies := range map[string]int{
		"repeat 3 { try { A -> W[0]: m } on E at A { A -> W[0]: e } }":                                                 3,
		"for w in W { try { A -> w: m } on E at A { A -> w: e } }":                                                     2,
		"par for w in W { try { A -> w: m } on E at A { A -> w: e } }":                                                 2,
		"perform P(A)\nperform P(A)\nprotocol P(x) { try { wait 1s at x\n raise E at x } on E at x { wait 1s at x } }": 2,
		"repeat 2 { try { repeat 2 { try { A -> W[0]: m } on E at A {} } } on F at A {} }":                             6,
	} {
		a := projected(t, "role A, W[2]\n"+text)
		assert.Len(t, a.Scopes, copies, text)
		for _, s := range a.Scopes {
			assert.False(t, s.Looped, text)
		}
	}
}

func TestAHandlerOfOneCopyIsNoneOfTheNext(t *testing.T) {
	a := projected(t, "role A, B\nenvironment e { raise E at A }\nrepeat 2 { try { A -> B: m } on E at A { A -> B: e } }")
	require.Equal(t, "0 !B.m @0.0 1; 0 fault E >0.1 @0.1 2; 1 !B.m @1.0 3*; 1 fault E >1.1 @1.1 4; 2 !B.e @0.1 5; "+
		"4 !B.e @1.1 6*; 5 !B.m @1.0 3*; 5 fault E >1.1 @1.1 4", part(t, a, "A"))
}

func TestWhichScopesAreLooped(t *testing.T) {
	const none, loops = false, true
	for text, want := range map[string][]bool{
		"try { A -> B: m } on E at A {}":               {none},
		"loop at A { try { A -> B: m } on E at A {} }": {loops},
		"rec L { try { A -> B: m } on E at A {} }":     {none},
		"rec L { try { A -> B: m } on E at A {}\n choice at A { A -> B: a\n continue L } or { A -> B: b } }":             {loops},
		"rec L { try { A -> B: m } on E at A { continue L } }":                                                           {loops},
		"rec L { try { choice at A { A -> B: a\n continue L } or { A -> B: b } } on E at A {} }":                         {loops},
		"loop at A { try { try { A -> B: m } on E at A {} } on F at A {} }":                                              {loops, none},
		"try { loop at A { try { A -> B: m } on E at A {} } } on F at A {}":                                              {none, loops},
		"loop at A { try { loop at A { try { A -> B: m } on E at A {} } } on F at A {} }":                                {loops, loops},
		"loop at A { try { wait 1s at A } on E at A { try { A -> B: m } on F at A {} } }":                                {loops, none},
		"rec L { rec M { try { A -> B: m } on E at A {} }\n choice at A { A -> B: a\n continue L } or { A -> B: b } }":   {loops},
		"rec L { A -> B: x\n choice at A { A -> B: a\n continue L } or { A -> B: b } }\n try { A -> B: m } on E at A {}": {none},
		"loop at A { A -> B: x }\n repeat 2 { try { A -> B: m } on E at A {} }":                                          {none, none},
		"loop at A { par { try { A -> B: m } on E at A {} } and { B -> A: n } }":                                         {loops},
		"loop at A { perform P(A, B) }\n protocol P(x, y) { try { x -> y: m } on E at x {} }":                            {loops},
		"loop at A { rec L { try { A -> B: m } on E at A {} } }":                                                         {loops},
		"loop at A { try { rec L { try { A -> B: m } on E at A {} } } on F at A {} }":                                    {loops, none},
	} {
		var got []bool
		for _, s := range projected(t, "role A, B\n"+text).Scopes {
			got = append(got, s.Looped)
		}
		assert.Equal(t, want, got, text)
	}
}

func TestAnyRoleMayRaiseAgainWhatAHandlerOfOneExceptionHasTaken(t *testing.T) {
	a := projected(t, "role A, B\ntry { try { raise E at A } on E at A { A -> B: e\n raise again at B } } on E at B { B -> A: f }")
	require.Equal(t, "0 raise E >1.1 @1.1 1; 0 ?B.f >0.1 @0.1 2*; 1 !B.e @1.1 3; 1 ?B.f >0.1 @0.1 2*; 3 ?B.f >0.1 @0.1 2*", part(t, a, "A"))
	require.Equal(t, "0 ?A.e >1.1 @1.1 1; 1 raise E >0.1 @0.1 2; 2 !A.f @0.1 3*", part(t, a, "B"))
}

func TestACrashCanBeRaisedAgain(t *testing.T) {
	a := projected(t, "role A, B, C\nenvironment e { crash C }\ntry { try { C -> A: m\n C -> A: n } on crash of C at A { raise again at A } } on crash of C at A { A -> B: f }")
	require.Contains(t, part(t, a, "A"), "0 crash crash of C >1.1 @1.1 2; ")
	require.Contains(t, part(t, a, "A"), "; 2 raise crash of C >0.1 @0.1 4; ")
	require.Contains(t, part(t, a, "A"), "; 4 !B.f @0.1 5*")
}
