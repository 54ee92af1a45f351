package twin

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"chorcheck/model"
)

// builder makes choreographies of four roles by hand. Scopes inside are made before
// those around them.
type builder struct{ c *model.Choreography }

func newBuilder() builder {
	c := &model.Choreography{Name: "Built", Labels: []string{"a", "b", "c", "d", "e", "f"}}
	c.Positions, c.Threads = []model.Position{{Scope: -1}}, []model.ThreadID{0}
	for _, name := range []string{"A", "B", "C", "D"} {
		c.Roles = append(c.Roles, model.Role{Name: name})
	}
	c.Channels.Default = model.Channel{Discipline: model.FIFO, Capacity: 2}
	c.Exceptions = []model.Exception{
		{Name: "E", Crashed: -1}, {Name: "F", Crashed: -1}, {Name: "t", Kind: model.TimerFired, Crashed: -1},
		{Name: "crash of C", Kind: model.CrashNoticed, Crashed: roleC},
	}
	c.Timers = []model.Timer{{Name: "t", Owner: roleA, Exception: firing, Var: -1}}
	return builder{c}
}

const (
	roleA, roleB, roleC, roleD = model.RoleID(0), model.RoleID(1), model.RoleID(2), model.RoleID(3)

	excE, excF, firing, crashC = model.ExceptionID(0), model.ExceptionID(1), model.ExceptionID(2), model.ExceptionID(3)
)

// on is a handler with its body.
type on struct {
	e    model.ExceptionID
	at   model.RoleID
	body model.Seq
}

// say is a message: its label is a letter.
func say(from, to model.RoleID, label string) model.Stmt {
	return &model.Interaction{From: from, To: to, Label: model.LabelID(label[0] - 'a')}
}

func raise(e model.ExceptionID, at model.RoleID) model.Stmt {
	return &model.RaiseStmt{At: at, Exception: e}
}

func choose2(at model.RoleID, x, y model.Seq) model.Stmt {
	return &model.Choice{At: at, Branches: []model.Branch{{Body: x}, {Body: y}}}
}

func (b builder) try(body model.Seq, handlers ...on) *model.Try {
	id := model.ScopeID(len(b.c.Scopes))
	var scope model.Scope
	st := &model.Try{Scope: id, Body: body}
	parts := []model.Seq{body}
	for _, h := range handlers {
		scope.Handlers = append(scope.Handlers, model.Handler{Exception: h.e, At: h.at})
		st.Handlers = append(st.Handlers, h.body)
		parts = append(parts, h.body)
	}
	b.c.Scopes = append(b.c.Scopes, scope)
	for i, part := range parts {
		at := model.PositionID(len(b.c.Positions))
		b.c.Positions = append(b.c.Positions, model.Position{Scope: id, Part: i})
		each(part, func(st model.Stmt) {
			if inner, ok := st.(*model.Try); ok && b.c.Scopes[inner.Scope].Outer == 0 {
				b.c.Scopes[inner.Scope].Outer = at
			}
		})
	}
	return st
}

func (b builder) par(threads ...model.Seq) *model.Par {
	p := &model.Par{Threads: threads}
	for _, body := range threads {
		id := model.ThreadID(len(b.c.Threads))
		b.c.Threads = append(b.c.Threads, 0)
		p.IDs = append(p.IDs, id)
		each(body, func(st model.Stmt) {
			switch st := st.(type) {
			case *model.Try:
				if b.c.Scopes[st.Scope].Thread == 0 {
					b.c.Scopes[st.Scope].Thread = id
				}
			case *model.Par:
				for _, inner := range st.IDs {
					if b.c.Threads[inner] == 0 {
						b.c.Threads[inner] = id
					}
				}
			}
		})
	}
	return p
}

// TestACrashIsNoticedOnce: where the role may be behind the end of a body that takes
// the crash, no scope around that takes it. What the outer handler raises nobody takes,
// so that it shows.
func TestACrashIsNoticedOnce(t *testing.T) {
	outer := []on{{crashC, roleA, model.Seq{raise(excE, roleA)}}}
	takes := []on{{crashC, roleA, model.Seq{say(roleA, roleB, "e")}}}
	for _, test := range []struct {
		name string
		body func(builder) model.Seq
		lost bool // the outer scope can take the crash
	}{
		{"before the inner scope", func(b builder) model.Seq {
			return model.Seq{say(roleB, roleA, "d"), b.try(model.Seq{say(roleC, roleA, "a")}, takes...)}
		}, true},
		{"at the inner end", func(b builder) model.Seq {
			return model.Seq{b.try(model.Seq{say(roleC, roleA, "a")}, takes...)}
		}, false},
		{"at the inner end, with something behind", func(b builder) model.Seq {
			return model.Seq{b.try(model.Seq{say(roleC, roleA, "a")}, takes...), say(roleB, roleA, "d")}
		}, true},
		{"behind it", func(b builder) model.Seq {
			return model.Seq{b.try(model.Seq{say(roleC, roleA, "a")}, takes...), say(roleB, roleA, "d"), say(roleB, roleA, "f")}
		}, true},
		{"at the end of a handler", func(b builder) model.Seq {
			return model.Seq{b.try(model.Seq{raise(excF, roleA)}, append([]on{{excF, roleA, model.Seq{say(roleA, roleB, "c")}}}, takes...)...), say(roleB, roleA, "d")}
		}, true},
		{"at the end of a body in a handler", func(b builder) model.Seq {
			inner := b.try(model.Seq{say(roleB, roleA, "c")}, takes...)
			return model.Seq{b.try(model.Seq{raise(excF, roleA)}, append([]on{{excF, roleA, model.Seq{inner}}}, takes...)...), say(roleB, roleA, "d")}
		}, false},
		{"perhaps without the inner scope", func(b builder) model.Seq {
			return model.Seq{choose2(roleB, model.Seq{b.try(model.Seq{say(roleB, roleD, "c")}, takes...)}, model.Seq{say(roleB, roleD, "b")}), say(roleB, roleA, "d")}
		}, true},
		{"behind two inner scopes", func(b builder) model.Seq {
			return model.Seq{b.try(model.Seq{say(roleC, roleA, "a")}, takes...), b.try(model.Seq{say(roleB, roleD, "b")}, on{excF, roleA, model.Seq{say(roleA, roleB, "f")}})}
		}, false},
		{"at the end of the body in a loop", func(b builder) model.Seq {
			try := b.try(model.Seq{say(roleC, roleA, "a")}, takes...)
			b.c.Scopes[try.Scope].Looped = true
			return model.Seq{&model.Loop{At: roleB, Body: model.Seq{say(roleB, roleA, "b"), say(roleB, roleC, "b"), try}}}
		}, true},
		{"in a loop with nothing else for the role", func(b builder) model.Seq {
			try := b.try(model.Seq{say(roleC, roleA, "a")}, takes...)
			b.c.Scopes[try.Scope].Looped = true
			return model.Seq{say(roleC, roleA, "c"), &model.Loop{At: roleC, Body: model.Seq{try}}}
		}, true},
		{"continued out of the inner body", func(b builder) model.Seq {
			rec := &model.Rec{Name: "L"}
			try := b.try(model.Seq{choose2(roleC, model.Seq{say(roleC, roleA, "a"), &model.Continue{Target: rec}}, model.Seq{say(roleC, roleA, "b")})}, takes...)
			b.c.Scopes[try.Scope].Looped = true
			rec.Body = model.Seq{try}
			return model.Seq{rec}
		}, false},
		{"in a thread beside the inner scope", func(b builder) model.Seq {
			return model.Seq{b.par(model.Seq{b.try(model.Seq{say(roleC, roleA, "a")}, takes...)}, model.Seq{say(roleB, roleA, "d")})}
		}, false},
		{"in a thread beside what may be the inner scope", func(b builder) model.Seq {
			try := b.try(model.Seq{say(roleC, roleA, "a")}, takes...)
			return model.Seq{b.par(model.Seq{choose2(roleB, model.Seq{say(roleB, roleC, "b"), try}, model.Seq{say(roleB, roleC, "c"), say(roleB, roleA, "f")})}, model.Seq{say(roleB, roleA, "d")})}
		}, true},
		{"behind the threads", func(b builder) model.Seq {
			return model.Seq{b.par(model.Seq{b.try(model.Seq{say(roleC, roleA, "a")}, takes...)}, model.Seq{say(roleB, roleA, "d")}), say(roleB, roleA, "f")}
		}, true},
		{"behind threads in a thread", func(b builder) model.Seq {
			inner := b.par(model.Seq{b.try(model.Seq{say(roleC, roleA, "a")}, takes...)}, model.Seq{say(roleB, roleA, "d")})
			return model.Seq{b.par(model.Seq{inner}, model.Seq{say(roleB, roleA, "f")}), say(roleB, roleA, "c")}
		}, true},
		{"behind threads, one of which went on", func(b builder) model.Seq {
			return model.Seq{b.par(model.Seq{b.try(model.Seq{say(roleC, roleA, "a")}, takes...), say(roleB, roleA, "f")}, model.Seq{say(roleB, roleA, "d")}), say(roleB, roleA, "c")}
		}, true},
		{"two outer instances", func(b builder) model.Seq {
			middle := b.try(model.Seq{say(roleB, roleD, "c"), b.try(model.Seq{say(roleC, roleA, "a")}, takes...)}, takes...)
			b.c.Scopes[middle.Scope].Looped = true
			return model.Seq{&model.Loop{At: roleB, Body: model.Seq{middle}}}
		}, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := newBuilder()
			b.c.Body = model.Seq{b.try(test.body(b), outer...)}
			env := &model.Environment{Name: "rough", Limit: -1, Faults: []model.Fault{{Kind: model.Crash, Role: roleC, Peer: -1}}}
			c := &Case{b.c, env}
			sameAsProjected(t, c)
			sameAsVerified(t, c)
			require.Equal(t, test.lost, FromTree(b.c, env).Search(limit).Has(UncaughtException), "%s", c)
		})
	}
}

// TestBesideAScopeInAThread: what can strike in the scopes of threads is no action of
// the role's own, neither where the threads are over nor where a decision is made.
func TestBesideAScopeInAThread(t *testing.T) {
	takes := []on{{crashC, roleA, model.Seq{say(roleA, roleB, "e")}}, {excF, roleB, model.Seq{say(roleB, roleA, "f")}}}
	for name, body := range map[string]func(builder) model.Seq{
		"timer around": func(b builder) model.Seq {
			par := b.par(model.Seq{b.try(model.Seq{say(roleC, roleA, "a")}, takes...)}, model.Seq{say(roleB, roleA, "d")})
			return model.Seq{&model.Within{Timer: 0, At: roleA, Body: model.Seq{par}}, say(roleB, roleA, "c")}
		},
		"environment": func(b builder) model.Seq {
			b.c.EndPoints = []model.EndPoint{{Role: roleA, Exception: excE}}
			return model.Seq{b.par(model.Seq{b.try(model.Seq{say(roleC, roleA, "a")}, takes...)}, model.Seq{say(roleB, roleA, "d")})}
		},
		"decision": func(b builder) model.Seq {
			par := b.par(model.Seq{b.try(model.Seq{say(roleA, roleC, "a")}, takes...)}, model.Seq{say(roleA, roleB, "d")})
			return model.Seq{choose2(roleA, model.Seq{par}, model.Seq{say(roleA, roleB, "b"), say(roleA, roleC, "b")})}
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBuilder()
			b.c.Body = model.Seq{b.try(body(b), on{excE, roleA, nil}, on{firing, roleA, model.Seq{raise(excF, roleA)}})}
			env := &model.Environment{Name: "rough", Limit: -1, Limits: map[model.FaultKind]int{model.RaiseFault: 1}, Faults: []model.Fault{
				{Kind: model.Crash, Role: roleC, Peer: -1}, {Kind: model.RaiseFault, Role: roleA, Peer: -1, Exception: excE},
			}}
			c := &Case{b.c, env}
			sameAsProjected(t, c)
			sameAsVerified(t, c)
			a, _, err := model.Project(b.c)
			require.NoError(t, err)
			require.Equal(t, shape(FromTree(b.c, env)), shape(FromAutomata(a, env)), "%s", c)
		})
	}
}

// shape says which transitions A has together, without where they lead.
func shape(x *System) []string {
	out := map[string]bool{}
	m := x.machines[roleA]
	seen := map[string]bool{}
	todo := []string{m.initial()}
	for len(todo) > 0 {
		s := todo[0]
		todo = todo[1:]
		if seen[s] {
			continue
		}
		seen[s] = true
		var kinds []string
		for _, t := range m.transitions(s) {
			kinds = append(kinds, fmt.Sprint(t.kind, max(0, t.label), t.ways[0].place.Position, t.ways[0].handler != nil))
			if !t.fails {
				todo = append(todo, t.to)
			}
		}
		slices.Sort(kinds)
		out[strings.Join(kinds, "; ")] = true
	}
	return slices.Sorted(maps.Keys(out))
}
