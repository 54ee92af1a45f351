package replay_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"chorcheck/internal/naive"
	"chorcheck/model"
	"chorcheck/verify/replay"
)

// builder adds scopes, exceptions and timers to automata in the notation of package
// naive. Transitions are named by role and index.
type builder struct{ *model.Automata }

func build(channel model.Channel, roles ...naive.Role) builder {
	a := naive.Network(channel, roles...)
	a.Positions = []model.Position{{Scope: -1}}
	a.Threads = []model.ThreadID{0}
	return builder{a}
}

// scope adds a scope at a position.
func (b builder) scope(name string, outer model.PositionID, s model.Scope) model.ScopeID {
	id := model.ScopeID(len(b.Scopes))
	s.Name, s.Outer = name, outer
	b.Scopes = append(b.Scopes, s)
	for part := range len(s.Handlers) + 1 {
		b.Positions = append(b.Positions, model.Position{Scope: id, Part: part})
	}
	return id
}

// in is the position of a part of a scope.
func (b builder) in(s model.ScopeID, part int) model.PositionID {
	for p, position := range b.Positions {
		if position == (model.Position{Scope: s, Part: part}) {
			return model.PositionID(p)
		}
	}
	panic("no such part")
}

// handlers makes handlers at a role: one for each new exception.
func (b builder) handlers(at model.RoleID, names ...string) []model.Handler {
	var list []model.Handler
	for _, name := range names {
		b.Exceptions = append(b.Exceptions, model.Exception{Name: name, Crashed: -1})
		list = append(list, model.Handler{Exception: model.ExceptionID(len(b.Exceptions) - 1), At: at})
	}
	return list
}

func (b builder) at(r, i int) *model.Transition { return &b.Machines[r].Transitions[i] }

// place says where transitions of a role stand.
func (b builder) place(r int, position model.PositionID, fresh int, transitions ...int) {
	for _, i := range transitions {
		b.at(r, i).Places = append(b.at(r, i).Places, model.Place{Position: position, Fresh: fresh})
	}
}

// enters has a transition enter a handler.
func (b builder) enters(r, i int, s model.ScopeID, part int) {
	b.at(r, i).Handler = &model.HandlerRef{Scope: s, Part: part}
}

// timer adds an explicit timer, with its variable.
func (b builder) timer(owner model.RoleID, name string) model.TimerID {
	v := naive.AddVar(b.Automata, model.Var{Name: name, Owner: owner, Domain: model.Domain{Kind: model.BoolDomain, High: 1}})
	b.Timers = append(b.Timers, model.Timer{Name: name, Owner: owner, Exception: -1, Var: v})
	return model.TimerID(len(b.Timers) - 1)
}

// set has a transition arm (1) or disarm (0) an explicit timer.
func (b builder) set(r, i int, t model.TimerID, value int64) {
	b.at(r, i).Assigns = append(b.at(r, i).Assigns, model.Assign{Var: b.Timers[t].Var, Value: model.Const(value)})
}

// timeout makes a transition a timeout.
func (b builder) timeout(r, i int, t model.TimerID) {
	b.at(r, i).Kind, b.at(r, i).Timer = model.Timeout, t
}

func (b builder) walk(t *testing.T) *walker { return walk(t, b.Automata) }

func (b builder) walkIn(t *testing.T, limit int, faults ...model.Fault) *walker {
	return walkWith(t, b.Automata, replay.Options{Environment: environment(limit, faults...)})
}

func environment(limit int, faults ...model.Fault) *model.Environment {
	return &model.Environment{Name: "rough", Limit: limit, Faults: faults}
}

func walkWith(t *testing.T, a *model.Automata, opt replay.Options) *walker {
	in := replay.New(a, opt)
	return &walker{t, in, in.Initial(), newEngine(t, in, opt)}
}

// knows is what a role knows of the scopes, in their order: number, phase and part,
// then the outcomes of earlier instances.
func (w *walker) knows(r int) string {
	var parts []string
	for _, s := range w.c.Local[r].Scopes {
		text := "none"
		if s.Phase != replay.None {
			text = fmt.Sprintf("%d %s %d", s.Number, [...]string{"none", "in", "left"}[s.Phase], s.Part)
		}
		for _, o := range s.Outcomes {
			text += fmt.Sprintf(" (%d: %d)", o.Number, o.Part)
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, ", ")
}

// find gives the step that has the given description.
func (w *walker) find(text string) replay.Step {
	w.t.Helper()
	for _, s := range w.in.Enabled(w.c) {
		if w.describe(s) == text {
			return s
		}
	}
	w.t.Fatalf("%q is not among %q", text, w.enabled())
	return replay.Step{}
}

func sorted(texts []string) []string {
	slices.Sort(texts)
	return texts
}
