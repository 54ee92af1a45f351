package naive

import (
	"fmt"
	"slices"

	"chorcheck/model"

	"pgregory.net/rapid"
)

// Alike generates a hub with two or three members that are alike in all but a few
// particulars, perhaps none: a transition, a state, a channel, a fault, a first value, or
// what a message carries. Who takes roles for interchangeable that are not quite so can be
// found out by them.
func Alike() *rapid.Generator[FailingSystem] {
	return rapid.Custom(func(t *rapid.T) FailingSystem {
		x := &alike{generator: generator{t: t, a: &model.Automata{Name: "alike", Labels: []string{"m", "n"}}}}
		x.structure()
		x.plan()
		env := x.environment()
		for range pick(&x.generator, []int{1, 1, 2, 0}) {
			x.differ(env)
		}
		for r := range x.a.Machines {
			m := &x.a.Machines[r]
			slices.SortStableFunc(m.Transitions, func(x, y model.Transition) int { return x.From - y.From })
			for i := range m.Transitions {
				m.Transitions[i].Origins = []model.Origin{model.Origin(100*r + i + 1)}
			}
		}
		return FailingSystem{Automata: x.a, Environments: []*model.Environment{env}, KeepCrashed: x.oneIn(3)}
	})
}

type alike struct {
	generator
	members int
	values  bool // m to the hub carries a value
}

// structure makes roles, channels, variables and a scope. The hub is role 0; variable i and timer i
// are those of member i, and the last variable is the hub's.
func (x *alike) structure() {
	a := x.a
	x.members, x.values = x.upTo(2, 3), x.oneIn(2)
	a.Roles = []model.Role{{Name: "Hub"}}
	a.Exceptions = []model.Exception{{Name: "E", Crashed: -1}, {Name: "crash of Hub", Kind: model.CrashNoticed, Crashed: 0}}
	for i := range x.members {
		role := model.RoleID(1 + i)
		a.Roles = append(a.Roles, model.Role{Name: fmt.Sprintf("M[%d]", i), Array: "M", Index: i})
		a.Exceptions = append(a.Exceptions, model.Exception{Name: fmt.Sprint("crash of ", i), Kind: model.CrashNoticed, Crashed: role})
		a.Vars = append(a.Vars, model.Var{Name: fmt.Sprint("v", i), Owner: role, Domain: model.Domain{High: 2}})
	}
	a.Vars = append(a.Vars, model.Var{Name: "x", Owner: 0, Domain: model.Domain{High: 1}})
	if x.oneIn(3) {
		for i := range x.members {
			v := AddVar(a, model.Var{Name: fmt.Sprint("timer ", i), Owner: model.RoleID(1 + i), Domain: model.Domain{High: 2}})
			a.Timers = append(a.Timers, model.Timer{Name: fmt.Sprint("t", i), Owner: model.RoleID(1 + i), Exception: -1, Var: v})
		}
	}
	a.Channels = model.Channels{Default: x.channel(model.FIFO, model.Mailbox, model.Bag, model.Sync), Pairs: map[model.Pair]model.Channel{}}
	if x.oneIn(4) {
		c := x.channel(model.FIFO, model.Bag, model.Sync)
		for i := range x.members {
			a.Channels.Pairs[model.Pair{From: model.RoleID(1 + i), To: 0}] = c
		}
	}
	a.Threads, a.Positions = []model.ThreadID{0}, []model.Position{{Scope: -1}, {Scope: 0}, {Scope: 0, Part: 1}}
	a.Scopes = []model.Scope{{Name: "s", Origin: 1000, Handlers: []model.Handler{{Exception: 0, Origin: 1001}}}}
}

func (x *alike) channel(of ...model.Discipline) model.Channel {
	c := model.Channel{Discipline: pick(&x.generator, of)}
	if c.Discipline != model.Sync {
		c.Capacity = x.upTo(1, 2)
	}
	return c
}

// plan draws the machine of the hub, which treats all members alike, and that of a member, and
// makes the members' machines by it.
func (x *alike) plan() {
	var hub, member model.Machine
	for range x.upTo(1, 3) {
		hub.States = append(hub.States, model.LocalState{Final: x.oneIn(3)})
	}
	for range x.upTo(2, 4) {
		s := model.LocalState{Final: x.oneIn(3)}
		if x.oneIn(2) {
			s.In = []model.PositionID{1}
		}
		member.States = append(member.States, s)
	}
	for range x.upTo(1, 4) {
		tr := x.transition(len(hub.States), model.Send, model.Receive, model.Receive, model.Internal, model.CrashRaise)
		if tr.Kind == model.Internal {
			hub.Transitions = append(hub.Transitions, tr)
			continue
		}
		for i := range x.members {
			tr := tr
			tr.Peer = model.RoleID(1 + i)
			switch {
			case tr.Kind == model.CrashRaise:
				tr.Exception, tr.Label = model.ExceptionID(2+i), -1
			case tr.Kind == model.Receive && x.values && tr.Label == 0:
				tr.Stores = []model.VarID{model.VarID(x.members)}
			}
			hub.Transitions = append(hub.Transitions, tr)
		}
	}
	for range x.upTo(2, 6) {
		tr := x.transition(len(member.States), model.Send, model.Send, model.Receive, model.Internal, model.EndRaise, model.Timeout, model.CrashRaise)
		switch tr.Kind {
		case model.Internal, model.EndRaise:
			tr.Label = -1
		case model.Timeout:
			if tr.Label = -1; len(x.a.Timers) == 0 {
				continue
			}
		case model.CrashRaise:
			tr.Peer, tr.Label, tr.Exception = 0, -1, 1
		default:
			tr.Peer = 0
		}
		if tr.Kind == model.EndRaise {
			tr.Exception = 0
		}
		member.Transitions = append(member.Transitions, tr)
	}
	x.a.Machines = []model.Machine{hub}
	guards, less, value := x.upTo(0, 3), x.upTo(1, 2), x.upTo(0, 2)
	for i := range x.members {
		v := model.Ref(model.VarID(i))
		m := model.Machine{States: slices.Clone(member.States), Transitions: slices.Clone(member.Transitions)}
		for j := range m.Transitions {
			tr := &m.Transitions[j]
			if tr.Kind == model.Internal && guards > 0 {
				tr.Guard = &model.Expr{Op: model.OpLt, X: v, Y: model.Const(int64(less))}
				tr.Assigns = []model.Assign{{Var: model.VarID(i), Value: &model.Expr{Op: model.OpAdd, X: v, Y: model.Const(1)}}}
			}
			if tr.Kind == model.Send && x.values && tr.Label == 0 {
				tr.Values = []*model.Expr{model.Const(int64(value))}
				if guards > 1 {
					tr.Values[0] = v
				}
			}
			switch {
			case tr.Kind == model.Timeout:
				tr.Timer = model.TimerID(i)
			case len(x.a.Timers) > 0 && j%2 == 0 && tr.Kind != model.Ignore:
				tr.Assigns = append(slices.Clone(tr.Assigns), model.Assign{Var: x.a.Timers[i].Var, Value: model.Const(1)})
			}
		}
		x.a.Machines = append(x.a.Machines, m)
	}
}

// transition draws one in which who takes part is still open.
func (x *alike) transition(states int, kinds ...model.Kind) model.Transition {
	tr := model.Transition{
		From: x.upTo(0, states-1), To: x.upTo(0, states-1), Kind: pick(&x.generator, kinds), Peer: -1,
		Label: model.LabelID(x.upTo(0, 1)), Exception: -1,
	}
	if tr.Kind == model.Internal {
		tr.Label = -1
	}
	if tr.Kind == model.CrashRaise || tr.Kind == model.EndRaise {
		if x.oneIn(3) {
			tr.To = model.Failed
		} else {
			tr.Handler = &model.HandlerRef{Scope: 0, Part: 1}
		}
	}
	return tr
}

// environment has each fault for each member.
func (x *alike) environment() *model.Environment {
	env := &model.Environment{Name: "alike", Limit: x.upTo(1, 2), Limits: map[model.FaultKind]int{}}
	for range x.upTo(0, 2) {
		kind, recovers, during, towards := model.FaultKind(x.upTo(0, int(model.FaultKinds)-1)), x.oneIn(2), x.oneIn(3), x.oneIn(2)
		for i := range x.members {
			member := model.RoleID(1 + i)
			f := model.Fault{Kind: kind, Role: member, Peer: -1, Exception: -1, Label: -1}
			switch kind {
			case model.Crash:
				f.Recovers = recovers
			case model.RaiseFault:
				f.Exception = 0
			case model.Partition:
				f.Role, f.Groups = -1, [][]model.RoleID{{0}, {member}}
			case model.Loss, model.Duplicate, model.Reorder, model.Stray, model.Disconnect:
				f.Peer = 0
				if towards {
					f.Role, f.Peer = 0, member
				}
				if kind == model.Stray {
					f.Label = 1
				}
			}
			if during {
				f.During = []model.ScopeID{0}
			}
			if (kind == model.Duplicate || kind == model.Reorder) && x.a.Channels.Of(f.Role, f.Peer).Discipline == model.Sync {
				continue
			}
			env.Faults = append(env.Faults, f)
		}
		if x.oneIn(3) {
			env.Limits[kind] = 1
		}
	}
	return env
}

// differ makes one member different from the others, in one particular.
func (x *alike) differ(env *model.Environment) {
	a := x.a
	i := x.upTo(0, x.members-1)
	role := model.RoleID(1 + i)
	m := &a.Machines[role]
	tr := &m.Transitions
	any := func() *model.Transition { return &(*tr)[x.upTo(0, len(*tr)-1)] }
	if len(*tr) == 0 {
		return
	}
	switch x.upTo(0, 15) {
	case 0:
		any().To = x.upTo(0, len(m.States)-1)
	case 1:
		*tr = slices.Delete(*tr, 0, 1)
	case 2: // another local state, that does what one of the others does
		at, last := x.upTo(0, len(m.States)-1), len(m.States)
		m.States = append(m.States, m.States[at])
		for _, o := range slices.Clone(*tr) {
			if o.From == at {
				o.From = last
				*tr = append(*tr, o)
			}
		}
		any().To = last
	case 3:
		s := &m.States[x.upTo(0, len(m.States)-1)]
		s.Final = !s.Final
	case 4:
		s := &m.States[x.upTo(0, len(m.States)-1)]
		if s.In == nil {
			s.In = []model.PositionID{1}
		} else {
			s.In = nil
		}
	case 5, 6:
		pair := model.Pair{From: role, To: 0}
		if x.oneIn(2) {
			pair = model.Pair{From: 0, To: role}
		}
		c := a.Channels.Of(pair.From, pair.To)
		if c.Discipline == model.Sync || c.Discipline == model.Mailbox {
			c = model.Channel{Discipline: model.FIFO, Capacity: 1}
		} else {
			c.Capacity = 3 - c.Capacity
		}
		faulty := slices.ContainsFunc(env.Faults, func(f model.Fault) bool { return f.Role == pair.From && f.Peer == pair.To })
		if !faulty || a.Channels.Of(pair.From, pair.To).Discipline != model.Sync {
			a.Channels.Pairs[pair] = c
		}
	case 7:
		a.Vars[i].Init = 1
	case 8:
		a.Vars[i].Domain.High = 1
	case 9:
		if o := any(); len(o.Values) > 0 {
			o.Values = []*model.Expr{model.Const(int64(x.upTo(0, 1)))}
		}
	case 10:
		if o := any(); o.Kind == model.Internal {
			o.Guard = nil
		}
	case 11:
		if o := any(); o.Kind == model.Send || o.Kind == model.Receive {
			o.Label, o.Values, o.Stores = 1, nil, nil
		}
	case 12:
		hub := a.Machines[0].Transitions
		o := &hub[x.upTo(0, len(hub)-1)]
		o.To = x.upTo(0, len(a.Machines[0].States)-1)
		o.Handler = nil
		if o.Kind == model.CrashRaise {
			o.Handler = &model.HandlerRef{Scope: 0, Part: 1}
		}
	default:
		if len(env.Faults) == 0 {
			return
		}
		at := x.upTo(0, len(env.Faults)-1)
		switch f := &env.Faults[at]; x.upTo(0, 2) {
		case 0:
			env.Faults = slices.Delete(env.Faults, at, at+1)
		case 1:
			if f.During == nil {
				f.During = []model.ScopeID{0}
			} else {
				f.During = nil
			}
		case 2:
			f.Recovers = f.Kind == model.Crash && !f.Recovers
		}
	}
}
