package naive

import (
	"slices"

	"pgregory.net/rapid"

	"chorcheck/model"
)

// Meddling generates small systems in which everything meddles with everything: few local
// states, full queues, exceptions, crashes that are noticed, scopes without loops, and faults of
// all kinds, often while a role is in a scope. Where a dependency between roles and
// faults is overlooked, some configuration shows it.
func Meddling() *rapid.Generator[FailingSystem] {
	return rapid.Custom(func(t *rapid.T) FailingSystem {
		a := &model.Automata{Name: "meddling", Labels: []string{"m", "n"}[:rapid.IntRange(1, 2).Draw(t, "labels")]}
		m := &meddler{generator{t: t, a: a}}
		m.structure()
		for r := range a.Roles {
			a.Machines = append(a.Machines, m.machine(model.RoleID(r)))
		}
		return FailingSystem{Automata: a, Environments: []*model.Environment{m.environment()}, KeepCrashed: m.oneIn(3)}
	})
}

type meddler struct{ generator }

func (m *meddler) role() model.RoleID { return model.RoleID(m.upTo(0, len(m.a.Roles)-1)) }

func (m *meddler) other(r model.RoleID) model.RoleID {
	return model.RoleID((int(r) + m.upTo(1, len(m.a.Roles)-1)) % len(m.a.Roles))
}

func (m *meddler) label() model.LabelID { return model.LabelID(m.upTo(0, len(m.a.Labels)-1)) }

func (m *meddler) channel(of ...model.Discipline) model.Channel {
	c := model.Channel{Discipline: rapid.SampledFrom(of).Draw(m.t, "discipline")}
	if c.Discipline != model.Sync {
		c.Capacity = m.upTo(1, 2)
	}
	return c
}

// The exceptions: one that the environment raises, and the crash of each role.
const raised = model.ExceptionID(0)

func (m *meddler) structure() {
	a := m.a
	a.Exceptions = []model.Exception{{Name: "E", Crashed: -1}}
	for r := range m.upTo(2, 4) {
		a.Roles = append(a.Roles, model.Role{Name: string(rune('A' + r))})
		a.Exceptions = append(a.Exceptions, model.Exception{Name: "crash", Kind: model.CrashNoticed, Crashed: model.RoleID(r)})
	}
	a.Channels = model.Channels{Default: m.channel(model.FIFO, model.Mailbox, model.Bag, model.Sync), Pairs: map[model.Pair]model.Channel{}}
	for m.oneIn(3) {
		from := m.role()
		a.Channels.Pairs[model.Pair{From: from, To: m.other(from)}] = m.channel(model.FIFO, model.Bag, model.Sync)
	}
	a.Threads, a.Positions = []model.ThreadID{0}, []model.Position{{Scope: -1}}
	for s := range m.upTo(0, 2) {
		scope := model.Scope{Name: string(rune('s' + s)), Origin: model.Origin(1000 + s), DiscardLate: m.oneIn(8)}
		if s > 0 && m.oneIn(2) {
			scope.Outer = 1
		}
		scope.Handlers = []model.Handler{{At: m.role(), Exception: raised, Origin: model.Origin(2000 + s)}}
		a.Scopes = append(a.Scopes, scope)
		a.Positions = append(a.Positions, model.Position{Scope: model.ScopeID(s)}, model.Position{Scope: model.ScopeID(s), Part: 1})
	}
}

func (m *meddler) machine(r model.RoleID) model.Machine {
	var out model.Machine
	for range m.upTo(1, 4) {
		s := model.LocalState{Final: m.oneIn(3)}
		for p := 1; p < len(m.a.Positions); p++ {
			if m.oneIn(3) {
				s.In = append(s.In, model.PositionID(p))
			}
		}
		out.States = append(out.States, s)
	}
	for range m.upTo(2, 6) {
		tr := model.Transition{
			From: m.upTo(0, len(out.States)-1), To: m.upTo(0, len(out.States)-1), Peer: -1, Label: -1, Exception: -1,
			Kind: rapid.SampledFrom([]model.Kind{model.Send, model.Receive, model.Internal, model.Send, model.Receive, model.CrashRaise, model.EndRaise, model.Ignore}).Draw(m.t, "kind"),
		}
		switch tr.Kind {
		case model.Send, model.Receive, model.Ignore:
			tr.Peer, tr.Label = m.other(r), m.label()
		case model.CrashRaise:
			tr.Peer = m.other(r)
			tr.Exception = model.ExceptionID(1 + tr.Peer)
		case model.EndRaise:
			tr.Exception = raised
		}
		p := model.Place{Position: model.PositionID(m.upTo(0, len(m.a.Positions)-1))}
		switch {
		case tr.Kind == model.Ignore:
			tr.To, p.Position = tr.From, 0
			if slices.ContainsFunc(out.Transitions, func(o model.Transition) bool {
				return o.From == tr.From && o.Peer == tr.Peer && o.Label == tr.Label
			}) {
				continue
			}
		case tr.Kind == model.CrashRaise || tr.Kind == model.EndRaise:
			if len(m.a.Scopes) == 0 {
				tr.To = model.Failed
				break
			}
			h := model.HandlerRef{Scope: model.ScopeID(m.upTo(0, len(m.a.Scopes)-1)), Part: 1}
			tr.Handler = &h
			p.Position = model.PositionID(2 + 2*int(h.Scope))
		}
		tr.Places = []model.Place{p}
		if tr.Kind == model.Receive && len(m.a.Scopes) > 0 {
			if m.oneIn(3) {
				tr.OnlyIf = &model.HandlerRef{Scope: model.ScopeID(m.upTo(0, len(m.a.Scopes)-1)), Part: m.upTo(0, 1)}
			}
			if m.oneIn(4) {
				tr.Places = append(tr.Places, model.Place{Position: model.PositionID(m.upTo(0, len(m.a.Positions)-1))})
			}
		}
		out.Transitions = append(out.Transitions, tr)
	}
	slices.SortStableFunc(out.Transitions, func(x, y model.Transition) int { return x.From - y.From })
	for i := range out.Transitions {
		out.Transitions[i].Origins = []model.Origin{model.Origin(100*int(r) + i + 1)}
	}
	return out
}

func (m *meddler) environment() *model.Environment {
	env := &model.Environment{Name: "meddling", Limit: m.upTo(1, 3), Limits: map[model.FaultKind]int{}}
	for range m.upTo(0, 3) {
		role := m.role()
		f := model.Fault{Kind: model.FaultKind(m.upTo(0, int(model.FaultKinds)-1)), Role: role, Peer: -1, Exception: -1, Label: -1}
		switch f.Kind {
		case model.Crash:
			f.Recovers = m.oneIn(2)
		case model.Loss, model.Disconnect:
			f.Peer = m.other(role)
		case model.Duplicate, model.Reorder:
			f.Peer = m.other(role)
			if m.a.Channels.Of(role, f.Peer).Discipline == model.Sync {
				continue
			}
		case model.Partition:
			other := m.other(role)
			f.Role, f.Groups = -1, [][]model.RoleID{{role}, {other}}
		case model.RaiseFault:
			f.Exception = raised
		case model.Stray:
			f.Peer, f.Label = m.other(role), m.label()
		}
		if len(m.a.Scopes) > 0 && m.oneIn(2) {
			f.During = []model.ScopeID{model.ScopeID(m.upTo(0, len(m.a.Scopes)-1))}
		}
		env.Faults = append(env.Faults, f)
		if m.oneIn(4) {
			env.Limits[f.Kind] = m.upTo(1, 2)
		}
	}
	return env
}
