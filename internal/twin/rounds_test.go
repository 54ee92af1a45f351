package twin

import (
	"testing"

	"github.com/stretchr/testify/require"

	"chorcheck/model"
)

// TestAnInterruptOfTheNextRoundLeavesByTheHandlerThatContinues: nobody tells B that E
// was raised but the first message of the next round that comes to it.
func TestAnInterruptOfTheNextRoundLeavesByTheHandlerThatContinues(t *testing.T) {
	message := func(label string) model.Seq { return model.Seq{say(roleA, roleB, label)} }
	for name, round := range map[string]func(b builder, again model.Stmt) []model.Stmt{
		"of another scope": func(b builder, again model.Stmt) []model.Stmt {
			first := b.try(model.Seq{choose2(roleA, message("a"), model.Seq{raise(excF, roleA)})},
				on{excF, roleA, append(message("f"), &model.End{At: roleA}, &model.End{At: roleB})})
			second := b.try(model.Seq{say(roleA, roleB, "c"), choose2(roleA, message("b"), model.Seq{raise(excE, roleA)})}, on{excE, roleA, model.Seq{again}})
			return []model.Stmt{first, second}
		},
		"of the scope itself": func(b builder, again model.Stmt) []model.Stmt {
			return []model.Stmt{b.try(model.Seq{say(roleA, roleB, "a"), choose2(roleA, message("b"), model.Seq{raise(excE, roleA)})},
				on{excE, roleA, model.Seq{choose2(roleA, message("f"), model.Seq{say(roleA, roleD, "d"), again})}})}
		},
		"of a scope further out": func(b builder, again model.Stmt) []model.Stmt {
			first := b.try(model.Seq{choose2(roleA, message("a"), model.Seq{raise(excF, roleA)})}, on{excF, roleA, message("f")})
			inner := b.try(model.Seq{say(roleA, roleB, "c"), choose2(roleA, message("b"), model.Seq{raise(excE, roleA)})}, on{excE, roleA, model.Seq{again}})
			return []model.Stmt{first, b.try(model.Seq{inner}, on{excF, roleA, message("e")})}
		},
		"by either of two handlers": func(b builder, again model.Stmt) []model.Stmt {
			first := b.try(model.Seq{choose2(roleA, message("a"), model.Seq{raise(excF, roleA)})}, on{excF, roleA, message("f")})
			second := b.try(model.Seq{say(roleA, roleB, "c"), choose2(roleA, message("b"), model.Seq{choose2(roleA, model.Seq{raise(excE, roleA)}, model.Seq{raise(excF, roleA)})})},
				on{excE, roleA, model.Seq{again}}, on{excF, roleA, model.Seq{again}})
			return []model.Stmt{first, second}
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBuilder()
			rec := &model.Rec{Name: "L"}
			rec.Body = round(b, &model.Continue{Target: rec})
			b.c.Body = model.Seq{rec}
			markLooped(b.c, b.c.Body, nil)
			for i := range b.c.Scopes {
				b.c.Scopes[i].Agreed = true
			}
			c := &Case{b.c, model.Calm()}
			sameAsProjected(t, c)
			sameAsVerified(t, c)
			// Where B cannot tell two handlers apart, it may be wrong about them.
			require.Equal(t, name == "by either of two handlers", FromTree(b.c, c.Environment).Search(limit).Has(HandlerAgreement), "%s", c)
		})
	}
}

// TestAHandlerOfAScopeInAHandlerEndsTheThreadsOfTheBody: B is told by the inner handler
// only, and has left what ran in a thread of the body.
func TestAHandlerOfAScopeInAHandlerEndsTheThreadsOfTheBody(t *testing.T) {
	b := newBuilder()
	inBody := b.try(model.Seq{say(roleA, roleB, "a"), say(roleA, roleB, "b")})
	inHandler := b.try(model.Seq{raise(excF, roleA)}, on{excF, roleA, model.Seq{say(roleA, roleB, "f")}})
	outer := b.try(model.Seq{b.par(model.Seq{inBody}, model.Seq{raise(excE, roleA)})},
		on{excE, roleA, model.Seq{b.par(model.Seq{inHandler}, model.Seq{say(roleA, roleC, "c")})}})
	b.c.Body = model.Seq{outer}
	c := &Case{b.c, model.Calm()}
	sameAsProjected(t, c)
	sameAsVerified(t, c)
	a, _, err := model.Project(b.c)
	require.NoError(t, err)
	s := FromAutomata(a, c.Environment)
	for _, x := range s.machines[roleB].transitions("1") {
		if x.interrupts() {
			own := make(statuses, len(b.c.Scopes))
			for _, entered := range []model.ScopeID{inBody.Scope, outer.Scope} {
				own[entered] = status{number: 1, standing: within}
			}
			require.Equal(t, left, advance(s.s, own, x.ways[0], nil)[inBody.Scope].standing)
			return
		}
	}
	t.Fatal("no interrupt")
}
