package naive

import (
	"fmt"
	"slices"

	"chorcheck/model"

	"pgregory.net/rapid"
)

// Failing generates automata as Automata does, with scopes and handlers, places,
// exceptions, timers of both kinds and ignored messages strewn over them, and
// environments for them. The structure is any that docs/semantics.md gives a
// meaning to, also what no choreography leads to. looped allows scopes that are
// looped: their instances are numbered without end, so that the interpreter often
// sees infinitely many configurations.
func Failing(looped bool) *rapid.Generator[FailingSystem] {
	return rapid.Custom(func(t *rapid.T) FailingSystem {
		f := &failing{generator: &generator{t: t, signatures: map[messageType][]model.DomainKind{}}, looped: looped}
		f.roles()
		f.channels()
		f.vars()
		f.machines()
		f.scopes()
		f.timers()
		f.extra()
		f.decorate()
		f.places()
		s := FailingSystem{Automata: f.a, KeepCrashed: f.oneIn(3)}
		for i := range f.upTo(1, 3) {
			s.Environments = append(s.Environments, f.environment(fmt.Sprintf("env%d", i)))
		}
		return s
	})
}

// FailingSystem is automata with environments.
type FailingSystem struct {
	Automata     *model.Automata
	Environments []*model.Environment
	KeepCrashed  bool
}

type failing struct {
	*generator
	looped    bool
	positions []model.PositionID
}

func (f *failing) role() model.RoleID { return model.RoleID(f.upTo(0, len(f.a.Roles)-1)) }

// exception gives the number of an exception, a new one if there is none like it.
func (f *failing) exception(e model.Exception) model.ExceptionID {
	at := slices.IndexFunc(f.a.Exceptions, func(o model.Exception) bool { return o.Name == e.Name })
	if at < 0 {
		at = len(f.a.Exceptions)
		f.a.Exceptions = append(f.a.Exceptions, e)
	}
	return model.ExceptionID(at)
}

func (f *failing) business() model.ExceptionID {
	return f.exception(model.Exception{Name: fmt.Sprintf("E%d", f.upTo(0, 1)), Crashed: -1})
}

func (f *failing) scopes() {
	f.a.Threads = []model.ThreadID{0}
	for range pick(f.generator, []int{0, 0, 1, 2}) {
		f.a.Threads = append(f.a.Threads, model.ThreadID(f.upTo(0, len(f.a.Threads)-1)))
	}
	f.a.Positions = []model.Position{{Scope: -1}}
	for s := range pick(f.generator, []int{1, 1, 1, 2, 2, 3, 0}) {
		scope := model.Scope{
			Name: fmt.Sprintf("s%d", s), Origin: model.Origin(1000 + 10*s),
			DiscardLate: f.oneIn(3), Agreed: f.oneIn(3), Looped: f.looped && f.oneIn(2), Thread: f.thread(),
		}
		if f.oneIn(2) {
			scope.Outer = model.PositionID(f.upTo(0, len(f.a.Positions)-1))
		}
		for h := range pick(f.generator, []int{1, 2, 2, 3, 0}) {
			// The handlers of a scope stand at several roles: else all follow one role.
			handler := model.Handler{At: model.RoleID((s + h) % len(f.a.Roles)), Origin: model.Origin(1001 + 10*s + h)}
			if f.oneIn(5) {
				handler.Any, handler.Exception = true, -1
			} else {
				// Distinct names, so that a handler is known by its name.
				handler.Exception = f.exception(model.Exception{Name: fmt.Sprintf("H%d%d", s, h), Crashed: -1})
			}
			scope.Handlers = append(scope.Handlers, handler)
		}
		f.a.Scopes = append(f.a.Scopes, scope)
		for part := range len(scope.Handlers) + 1 {
			f.a.Positions = append(f.a.Positions, model.Position{Scope: model.ScopeID(s), Part: part})
		}
	}
	for p := range f.a.Positions {
		f.positions = append(f.positions, model.PositionID(p))
	}
}

func (f *failing) thread() model.ThreadID { return model.ThreadID(f.upTo(0, len(f.a.Threads)-1)) }

func (f *failing) timers() {
	for i := range pick(f.generator, []int{0, 1, 1, 2}) {
		t := model.Timer{Name: fmt.Sprintf("t%d", i), Owner: f.role(), Exception: -1, Var: -1}
		if f.oneIn(2) {
			t.Var = AddVar(f.a, model.Var{Name: "timer " + t.Name, Owner: t.Owner, Domain: model.Domain{Kind: model.IntDomain, High: 2}})
		} else {
			t.Exception = f.exception(model.Exception{Name: t.Name, Kind: model.TimerFired, Crashed: -1})
		}
		f.a.Timers = append(f.a.Timers, t)
	}
}

// extra adds transitions that only failures need.
func (f *failing) extra() {
	for r := range f.a.Roles {
		role := model.RoleID(r)
		m := &f.a.Machines[r]
		add := func(t model.Transition) {
			t.From = f.upTo(0, len(m.States)-1)
			t.To = f.upTo(0, len(m.States)-1)
			switch {
			case t.Kind == model.Ignore:
				t.To = t.From
				for _, o := range m.Transitions {
					if o.From == t.From && o.Peer == t.Peer && o.Label == t.Label && (o.Kind == model.Receive || o.Kind == model.Ignore) {
						return
					}
				}
			case t.Kind == model.Timeout && f.a.Timers[t.Timer].Var >= 0:
			default:
				if t.Handler = f.handler(); t.Handler == nil {
					t.To = model.Failed
				}
			}
			m.Transitions = append(m.Transitions, t)
		}
		for i, timer := range f.a.Timers {
			if timer.Owner == role && !f.oneIn(4) {
				add(model.Transition{Kind: model.Timeout, Peer: -1, Label: -1, Timer: model.TimerID(i), Exception: timer.Exception})
			}
		}
		for range pick(f.generator, []int{0, 1, 1, 2}) {
			other := model.RoleID((r + f.upTo(1, len(f.a.Roles)-1)) % len(f.a.Roles))
			switch f.upTo(0, 3) {
			case 0:
				add(model.Transition{Kind: model.Raise, Peer: -1, Label: -1, Exception: f.business()})
			case 1:
				e := f.exception(model.Exception{Name: "crash of " + f.a.Roles[other].Name, Kind: model.CrashNoticed, Crashed: other})
				add(model.Transition{Kind: model.CrashRaise, Peer: other, Label: -1, Exception: e})
			case 2:
				add(model.Transition{Kind: model.EndRaise, Peer: -1, Label: -1, Exception: f.business()})
			case 3:
				add(model.Transition{Kind: model.Ignore, Peer: other, Label: model.LabelID(f.upTo(0, len(f.a.Labels)-1))})
			}
		}
	}
}

// handler is any handler; nil if there is none, and sometimes also if there is one.
func (f *failing) handler() *model.HandlerRef {
	if len(f.a.Scopes) == 0 || f.oneIn(5) {
		return nil
	}
	s := f.upTo(0, len(f.a.Scopes)-1)
	if len(f.a.Scopes[s].Handlers) == 0 {
		return nil
	}
	return &model.HandlerRef{Scope: model.ScopeID(s), Part: f.upTo(1, len(f.a.Scopes[s].Handlers))}
}

// places says where all transitions and local states stand, and which of the
// transitions set and clear timers.
func (f *failing) places() {
	for r := range f.a.Machines {
		m := &f.a.Machines[r]
		for i := range m.Transitions {
			t := &m.Transitions[i]
			t.Thread = f.thread()
			if t.Kind == model.Receive && t.Handler == nil && f.oneIn(5) {
				t.Handler = f.handler()
			}
			if t.Kind == model.Receive && f.oneIn(10) {
				t.OnlyIf = f.handler()
			}
			if t.Kind == model.Ignore {
				t.Handler = nil
				continue
			}
			t.Places = []model.Place{f.place(t.Handler)}
			if t.Kind == model.Receive && f.oneIn(4) {
				t.Places = append(t.Places, f.place(t.Handler))
			}
			if t.Kind == model.Receive && t.Handler != nil && f.oneIn(3) {
				if h := f.handler(); h != nil {
					t.Places[len(t.Places)-1].Through = *h
				}
			}
			f.setTimers(model.RoleID(r), t)
		}
		for s := range m.States {
			for _, p := range f.positions[1:] {
				if f.oneIn(3) {
					m.States[s].In = append(m.States[s].In, p)
				}
			}
		}
	}
}

// place is in the handler that is entered, if there is one.
func (f *failing) place(h *model.HandlerRef) model.Place {
	var p model.Place
	switch {
	case h != nil:
		p.Position = model.PositionID(slices.Index(f.a.Positions, model.Position{Scope: h.Scope, Part: h.Part}))
	case !f.oneIn(3):
		p.Position = pick(f.generator, f.positions)
	}
	if n := len(f.a.Chain(p.Position)); h == nil && n > 0 {
		p.Fresh = f.upTo(0, n)
	}
	return p
}

func (f *failing) setTimers(r model.RoleID, t *model.Transition) {
	for i, timer := range f.a.Timers {
		if timer.Var < 0 || timer.Owner != r || t.Kind == model.Timeout && t.Timer == model.TimerID(i) || f.oneIn(2) {
			continue
		}
		t.Assigns = append(t.Assigns, model.Assign{Var: timer.Var, Value: model.Const(int64(f.upTo(0, 1)))})
	}
}

// environment is one with some faults, often of one kind.
func (f *failing) environment(name string) *model.Environment {
	env := &model.Environment{Name: name, Limit: pick(f.generator, []int{1, 1, 2, -1, 0}), Limits: map[model.FaultKind]int{}}
	for range pick(f.generator, []int{1, 1, 2, 3, 0}) {
		kind := model.FaultKind(f.upTo(0, int(model.FaultKinds)-1))
		role := f.role()
		peer := model.RoleID((int(role) + f.upTo(1, len(f.a.Roles)-1)) % len(f.a.Roles))
		fault := model.Fault{Kind: kind, Role: role, Peer: -1, Exception: -1, Label: -1}
		switch kind {
		case model.Crash:
			fault.Recovers = f.oneIn(3)
		case model.Silence:
		case model.Loss:
			fault.Peer = peer
		case model.Duplicate, model.Reorder:
			if fault.Peer = peer; f.a.Channels.Of(role, peer).Discipline == model.Sync {
				continue
			}
		case model.Disconnect:
			fault.Peer = peer
		case model.Partition:
			fault.Role = -1
			fault.Groups = [][]model.RoleID{{0}, {1}}
			for r := 2; r < len(f.a.Roles); r++ {
				g := f.upTo(0, 1)
				fault.Groups[g] = append(fault.Groups[g], model.RoleID(r))
			}
		case model.RaiseFault:
			fault.Exception = f.business()
		case model.Stray:
			fault.Peer = peer
			fault.Label = model.LabelID(f.upTo(0, len(f.a.Labels)-1))
			if len(f.signatures[messageType{role, peer, fault.Label}]) > 0 {
				continue
			}
		}
		if len(f.a.Scopes) > 0 && f.oneIn(4) {
			fault.During = []model.ScopeID{model.ScopeID(f.upTo(0, len(f.a.Scopes)-1))}
		}
		env.Faults = append(env.Faults, fault)
		if f.oneIn(3) {
			env.Limits[kind] = f.upTo(0, 2)
		}
	}
	return env
}
