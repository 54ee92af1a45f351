package model_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"chorcheck/model"
)

// The rules of docs/projection.md about scopes, one test each.

// scopes builds a choreography of the roles A, B and C with scopes.
type scopes struct {
	c *model.Choreography
	a *model.Automata // once it is projected
}

func newScopes() *scopes {
	c := &model.Choreography{}
	for l := 'a'; l <= 'z'; l++ {
		c.Labels = append(c.Labels, string(l))
	}
	for _, name := range []string{"A", "B", "C"} {
		c.Roles = append(c.Roles, model.Role{Name: name})
	}
	c.Positions = []model.Position{{Scope: -1}}
	c.Threads = []model.ThreadID{0}
	return &scopes{c: c}
}

func (s *scopes) exception(name string) model.ExceptionID {
	for i, x := range s.c.Exceptions {
		if x.Name == name {
			return model.ExceptionID(i)
		}
	}
	s.c.Exceptions = append(s.c.Exceptions, model.Exception{Name: name, Crashed: -1})
	return model.ExceptionID(len(s.c.Exceptions) - 1)
}

func (s *scopes) crash(r model.RoleID) model.ExceptionID {
	e := s.exception("crash of " + s.c.Roles[r].Name)
	s.c.Exceptions[e].Kind, s.c.Exceptions[e].Crashed = model.CrashNoticed, r
	return e
}

func (s *scopes) raise(name string, at model.RoleID) model.Stmt {
	return &model.RaiseStmt{At: at, Exception: s.exception(name), Origin: 4}
}

func (s *scopes) within(name string, at model.RoleID, body ...model.Stmt) model.Stmt {
	s.c.Timers = append(s.c.Timers, model.Timer{Name: name, Owner: at, Exception: s.exception(name), Var: -1})
	return &model.Within{Timer: model.TimerID(len(s.c.Timers) - 1), At: at, Body: body, Origin: 5}
}

type on struct {
	e    model.ExceptionID // -1: any
	at   model.RoleID
	body model.Seq
}

// try makes a scope of the next number. Inner scopes are made before outer ones,
// and find their place when the outer one is made.
func (s *scopes) try(body model.Seq, handlers ...on) *model.Try {
	id := model.ScopeID(len(s.c.Scopes))
	scope := model.Scope{Name: fmt.Sprintf("s%d", id)}
	t := &model.Try{Scope: id, Body: body, Origin: 6}
	for _, h := range handlers {
		scope.Handlers = append(scope.Handlers, model.Handler{Any: h.e < 0, Exception: h.e, At: h.at, Origin: 7})
		t.Handlers = append(t.Handlers, h.body)
	}
	s.c.Scopes = append(s.c.Scopes, scope)
	for part := range len(handlers) + 1 {
		at := model.PositionID(len(s.c.Positions))
		s.c.Positions = append(s.c.Positions, model.Position{Scope: id, Part: part})
		seq := body
		if part > 0 {
			seq = handlers[part-1].body
		}
		eachTry(seq, func(inner *model.Try) {
			if s.c.Scopes[inner.Scope].Outer == 0 {
				s.c.Scopes[inner.Scope].Outer = at
			}
		})
	}
	return t
}

// par numbers its threads. What is inside is made before it, and finds its place now.
func (s *scopes) par(threads ...model.Seq) *model.Par {
	p := &model.Par{Threads: threads, Origin: 9}
	for _, body := range threads {
		id := model.ThreadID(len(s.c.Threads))
		s.c.Threads = append(s.c.Threads, 0)
		p.IDs = append(p.IDs, id)
		each(body, func(st model.Stmt) {
			switch st := st.(type) {
			case *model.Try:
				if s.c.Scopes[st.Scope].Thread == 0 {
					s.c.Scopes[st.Scope].Thread = id
				}
			case *model.Par:
				for _, inner := range st.IDs {
					if s.c.Threads[inner] == 0 {
						s.c.Threads[inner] = id
					}
				}
			}
		})
	}
	return p
}

func eachTry(seq model.Seq, visit func(*model.Try)) {
	each(seq, func(st model.Stmt) {
		if t, ok := st.(*model.Try); ok {
			visit(t)
		}
	})
}

// each visits a statement after what is inside it.
func each(seq model.Seq, visit func(model.Stmt)) {
	for _, st := range seq {
		var inside []model.Seq
		switch st := st.(type) {
		case *model.Choice:
			for _, b := range st.Branches {
				inside = append(inside, b.Body)
			}
		case *model.Par:
			inside = st.Threads
		case *model.Loop:
			inside = []model.Seq{st.Body}
		case *model.Rec:
			inside = []model.Seq{st.Body}
		case *model.Within:
			inside = []model.Seq{st.Body}
		case *model.Try:
			inside = append([]model.Seq{st.Body}, st.Handlers...)
		}
		for _, body := range inside {
			each(body, visit)
		}
		visit(st)
	}
}

// project prints the machine of each role: `!` send, `?` receive, `timeout`, `raise`,
// `crash`, `fault`, `ignore`; `@s0.1` the position, `+` for each scope entered anew,
// `>s0.1` the handler that is entered, `if` an only-if.
func (s *scopes) project(t *testing.T, body ...model.Stmt) ([]string, []model.Ambiguity) {
	s.c.Body = body
	a, ambiguities, err := model.Project(s.c)
	require.NoError(t, err)
	s.a = a
	var out []string
	for _, m := range a.Machines {
		out = append(out, s.show(m))
	}
	return out, ambiguities
}

// in prints, for each local state of a role, the parts of scopes that it may be in.
func (s *scopes) in(r model.RoleID) string {
	var out []string
	for _, state := range s.a.Machines[r].States {
		text := state.Name + ":"
		for _, p := range state.In {
			text += " " + s.part(s.c.Positions[p].Scope, s.c.Positions[p].Part)
		}
		out = append(out, text)
	}
	return strings.Join(out, "; ")
}

func (s *scopes) part(scope model.ScopeID, part int) string {
	return fmt.Sprintf("%s.%d", s.c.Scopes[scope].Name, part)
}

func (s *scopes) show(m model.Machine) string {
	name := func(q int) string {
		switch {
		case q == model.Failed:
			return "failed"
		case m.States[q].Final:
			return fmt.Sprintf("%d*", q)
		}
		return fmt.Sprint(q)
	}
	var parts []string
	for _, t := range m.Transitions {
		var what string
		switch t.Kind {
		case model.Send, model.Receive, model.Ignore:
			what = map[model.Kind]string{model.Send: "!", model.Receive: "?", model.Ignore: "ignore "}[t.Kind] + s.c.Roles[t.Peer].Name + s.c.Labels[t.Label]
		case model.Internal:
			what = "tau"
		case model.CrashRaise:
			what = "crash " + s.c.Roles[t.Peer].Name
		default:
			what = t.Kind.String() + " " + s.c.Exceptions[t.Exception].Name
		}
		if t.Handler != nil {
			what += " >" + s.part(t.Handler.Scope, t.Handler.Part)
		}
		if t.OnlyIf != nil {
			what += " if " + s.part(t.OnlyIf.Scope, t.OnlyIf.Part)
		}
		for _, p := range t.Places {
			if p.Position != 0 {
				q := s.c.Positions[p.Position]
				what += " @" + s.part(q.Scope, q.Part)
			}
			what += strings.Repeat("+", p.Fresh)
			if p.Through.Part > 0 {
				what += "/" + s.part(p.Through.Scope, p.Through.Part)
			}
		}
		parts = append(parts, fmt.Sprintf("%s %s %s", name(t.From), what, name(t.To)))
	}
	return strings.Join(parts, "; ")
}

func TestATimerStandsInEachPlaceOfItsBlock(t *testing.T) {
	s := newScopes()
	ms, _ := s.project(t, s.try(model.Seq{
		msg(roleA, roleB, "a"), s.within("t", roleA, msg(roleB, roleA, "b")), msg(roleA, roleB, "c"),
	}, on{s.exception("t"), roleA, model.Seq{msg(roleA, roleB, "d")}}))
	require.Equal(t, "0 !Ba @s0.0 1; 1 ?Bb @s0.0 2; 1 timeout t >s0.1 @s0.1 3; 2 !Bc @s0.0 4*; 3 !Bd @s0.1 5*", ms[0])
	require.Equal(t, "0 ?Aa @s0.0 1; 0 ?Ad >s0.1 @s0.1 2*; 1 !Ab @s0.0 3; 1 ?Ad >s0.1 @s0.1 2*; 3 ?Ac @s0.0 4*; 3 ?Ad >s0.1 @s0.1 2*; 4* ?Ad >s0.1 @s0.1 2*", ms[1])
}

func TestRaiseIsAPlaceWithoutActionsForOthers(t *testing.T) {
	s := newScopes()
	ms, _ := s.project(t, s.try(model.Seq{
		choice(roleA, model.Seq{msg(roleA, roleB, "a")}, model.Seq{s.raise("E", roleA)}),
	}, on{s.exception("E"), roleA, model.Seq{msg(roleA, roleB, "e")}}), msg(roleB, roleC, "z"))
	require.Equal(t, "0 tau @s0.0 1; 0 tau @s0.0 2; 1 !Ba @s0.0 3*; 2 raise E >s0.1 @s0.1 4; 4 !Be @s0.1 5*", ms[0])
	require.Equal(t, "0 ?Aa @s0.0 1; 0 ?Ae >s0.1 @s0.1 2; 1 !Cz 3*; 1 ?Ae >s0.1 @s0.1 2; 2 !Cz 3*", ms[1])
	require.Equal(t, "0 ?Bz 1*", ms[2])
}

func TestAnUncaughtExceptionFails(t *testing.T) {
	s := newScopes()
	ms, _ := s.project(t, msg(roleA, roleB, "a"), s.raise("E", roleA))
	require.Equal(t, "0 !Ba 1; 1 raise E failed", ms[0])
	require.Equal(t, "0 ?Aa 1", ms[1], "not final: it waits for an interrupt for ever")
}

func TestTheInnermostBodyTakesAnException(t *testing.T) {
	s := newScopes()
	e := s.exception("E")
	inner := s.try(model.Seq{s.raise("E", roleA)}, on{e, roleA, model.Seq{msg(roleA, roleB, "i"), s.raise("E", roleA)}})
	ms, _ := s.project(t, s.try(model.Seq{inner}, on{-1, roleA, model.Seq{msg(roleA, roleB, "o")}}))
	require.Equal(t, "0 raise E >s0.1 @s0.1 1; 1 !Bi @s0.1 2; 2 raise E >s1.1 @s1.1 3; 3 !Bo @s1.1 4*", ms[0])
	require.Equal(t, "0 ?Ai >s0.1 @s0.1 1; 0 ?Ao >s1.1 @s1.1 2*; 1 ?Ao >s1.1 @s1.1 2*", ms[1])
}

func TestAHandlerWithoutAPartInterruptsBehindTheScopeOnlyIf(t *testing.T) {
	s := newScopes()
	ms, _ := s.project(t, s.try(model.Seq{msg(roleA, roleB, "a"), msg(roleC, roleB, "c")},
		on{s.exception("E"), roleA, model.Seq{msg(roleA, roleC, "e")}}), msg(roleA, roleB, "z"))
	require.Equal(t, "0 ?Aa @s0.0 1; 0 ?Az >s0.1 if s0.1 2*; 1 ?Cc @s0.0 3; 1 ?Az >s0.1 if s0.1 2*; 3 ?Az 2*", ms[1])
}

func TestAHandlerThatContinuesInterruptsWithTheNextRound(t *testing.T) {
	s := newScopes()
	rec := &model.Rec{Origin: 8}
	try := s.try(model.Seq{msg(roleA, roleB, "a"), s.within("t", roleA, msg(roleB, roleA, "b"))},
		on{s.exception("t"), roleA, model.Seq{&model.Continue{Target: rec}}})
	s.c.Scopes[0].Looped = true
	rec.Body = model.Seq{try}
	ms, _ := s.project(t, rec)
	require.Equal(t, "0 !Ba @s0.0+ 1; 1 ?Bb @s0.0 2*; 1 timeout t >s0.1 @s0.1 3; 3 !Ba @s0.0+ 1", ms[0])
	require.Equal(t, "0 ?Aa @s0.0+ 1; 1 !Ab @s0.0 2*; 1 ?Aa >s0.1 @s0.0+ 1; 2* ?Aa >s0.1 @s0.0+ 1", ms[1])
}

func TestAnExceptionEndsTheThreadsInsideItsScope(t *testing.T) {
	s := newScopes()
	s.c.Threads = []model.ThreadID{0, 0, 0}
	par := &model.Par{Threads: []model.Seq{{msg(roleB, roleA, "b")}, {s.raise("E", roleA)}}, IDs: []model.ThreadID{1, 2}}
	ms, _ := s.project(t, s.try(model.Seq{par}, on{s.exception("E"), roleA, model.Seq{msg(roleA, roleB, "e")}}))
	require.Equal(t, "0 ?Bb @s0.0 1; 0 raise E >s0.1 @s0.1 2; 1 raise E >s0.1 @s0.1 2; 2 !Be @s0.1 3*", ms[0])
	require.Equal(t, "0 !Ab @s0.0 1*; 0 ?Ae >s0.1 @s0.1 2*; 1* ?Ae >s0.1 @s0.1 2*", ms[1])
}

func TestACrashIsNoticedInEachPlaceOfTheBodyAndAtItsEnd(t *testing.T) {
	s := newScopes()
	ms, _ := s.project(t, msg(roleB, roleA, "a"), s.try(model.Seq{msg(roleA, roleB, "b")},
		on{s.crash(roleC), roleA, model.Seq{msg(roleA, roleB, "c")}}))
	require.Equal(t, "0 ?Ba 1; 1 !Bb @s0.0 2*; 1 crash C >s0.1 @s0.1 3; 2* crash C >s0.1 @s0.1 3; 3 !Bc @s0.1 4*", ms[0])
}

func TestEnvironmentsRaiseInsideBodies(t *testing.T) {
	s := newScopes()
	s.c.EndPoints = []model.EndPoint{{Role: roleA, Exception: s.exception("E")}}
	ms, _ := s.project(t, msg(roleA, roleB, "a"), s.try(model.Seq{msg(roleA, roleB, "b")},
		on{s.exception("E"), roleA, model.Seq{msg(roleA, roleB, "c")}}), msg(roleA, roleB, "d"))
	require.Equal(t, "0 !Ba 1; 1 !Bb @s0.0 2; 1 fault E >s0.1 @s0.1 3; 2 !Bd 4*; 3 !Bc @s0.1 5; 5 !Bd 4*", ms[0])
}

func TestIgnoredMessagesAreDroppedWhereTheyAreNotExpected(t *testing.T) {
	s := newScopes()
	try := s.try(model.Seq{msg(roleA, roleB, "a"), msg(roleC, roleB, "c")}, on{s.exception("E"), roleA, nil})
	try.Ignores = []model.IgnoreMessage{{At: roleB, Label: 0}}
	ms, _ := s.project(t, try)
	require.Equal(t, "0 ?Aa @s0.0 1; 1 ?Cc @s0.0 2*; 1 ignore Aa 1; 2* ignore Aa 2*", ms[1])
}

func TestRaiseAgainPassesOnWhatWasTaken(t *testing.T) {
	s := newScopes()
	s.c.EndPoints = []model.EndPoint{{Role: roleA, Exception: s.exception("E")}, {Role: roleA, Exception: s.exception("F")}}
	inner := s.try(model.Seq{msg(roleA, roleB, "a")}, on{-1, roleA, model.Seq{&model.RaiseAgain{At: roleA}}})
	ms, _ := s.project(t, s.try(model.Seq{inner}, on{s.exception("E"), roleA, model.Seq{msg(roleA, roleB, "e")}},
		on{s.exception("F"), roleA, model.Seq{msg(roleA, roleB, "f")}}))
	require.Contains(t, ms[0], "0 fault E >s0.1 @s0.1 2; 0 fault F >s0.1 @s0.1 3; ")
	require.Contains(t, ms[0], "2 raise E >s1.1 @s1.1 4; ")
	require.Contains(t, ms[0], "3 raise F >s1.2 @s1.2 5; ")
}

func TestContinueOutOfABodyIsItsEnd(t *testing.T) {
	s := newScopes()
	rec := &model.Rec{Origin: 8}
	try := s.try(model.Seq{choice(roleA,
		model.Seq{msg(roleA, roleB, "g"), &model.Continue{Target: rec}},
		model.Seq{msg(roleA, roleB, "o")},
	)}, on{s.exception("E"), roleC, model.Seq{msg(roleC, roleB, "e")}})
	s.c.Scopes[0].Looped = true
	rec.Body = model.Seq{msg(roleA, roleB, "x"), try}
	ms, _ := s.project(t, rec)
	require.Equal(t, "0 ?Ax 1; 1 ?Ag @s0.0+ 2; 1 ?Ao @s0.0+ 3*; 1 ?Ce >s0.1 @s0.1+ 4*; 2 ?Ax 1; 2 ?Ce >s0.1 @s0.1 4*; 3* ?Ce >s0.1 @s0.1 4*", ms[1])
}

func TestScopesInsideAHandlerInterruptToo(t *testing.T) {
	s := newScopes()
	inner := s.try(model.Seq{s.raise("F", roleB)}, on{s.exception("F"), roleB, model.Seq{msg(roleB, roleC, "c")}})
	ms, _ := s.project(t, s.try(model.Seq{msg(roleA, roleC, "x"), s.raise("E", roleA)},
		on{s.exception("E"), roleA, model.Seq{msg(roleA, roleB, "y"), inner}}))
	require.Equal(t, "0 ?Ax @s1.0 1; 0 ?Bc >s0.1 @s0.1/s1.1 2*; 1 ?Bc >s0.1 @s0.1/s1.1 2*", ms[2])
}

func TestAnOwnDecisionBeforeABlockIsNotInside(t *testing.T) {
	s := newScopes()
	ms, _ := s.project(t, s.try(model.Seq{choice(roleA,
		model.Seq{s.within("t", roleA, msg(roleA, roleB, "a"), msg(roleB, roleA, "b"))},
		model.Seq{msg(roleA, roleB, "c")},
	)}, on{s.exception("t"), roleA, nil}))
	require.Equal(t, "0 !Ba @s0.0 1; 0 !Bc @s0.0 2*; 1 ?Bb @s0.0 2*; 1 timeout t >s0.1 @s0.1 3*", ms[0])
}

func TestARaiseAloneIsNoPart(t *testing.T) {
	s := newScopes()
	ms, _ := s.project(t, s.try(model.Seq{
		choice(roleA, model.Seq{msg(roleA, roleB, "a")}, model.Seq{s.raise("E", roleA)}), msg(roleA, roleC, "z"),
	}, on{s.exception("E"), roleA, nil}))
	require.Equal(t, "0 ?Az @s0.0 1*", ms[2], "C skips the choice")
}
