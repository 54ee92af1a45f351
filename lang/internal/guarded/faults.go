package guarded

import (
	"fmt"
	"slices"

	"chorcheck/internal/bug"
	"chorcheck/lang/internal/cfsm"
	"chorcheck/model"
)

// failures looks for what has no words: scopes and what belongs to them. An exception
// that nobody handles needs none.
func (b *builder) failures() {
	plain := *b.a
	plain.Machines = slices.Clone(b.a.Machines)
	for r := range plain.Machines {
		m := &plain.Machines[r]
		m.Transitions = slices.Clone(m.Transitions)
		for i := range m.Transitions {
			if t := &m.Transitions[i]; t.To == model.Failed && (t.Kind == model.Raise || t.Kind == model.Timeout) {
				t.Kind = model.Internal
			}
		}
	}
	b.problems = cfsm.Failures(&plain, b.opt.Text)
	env := b.p.Environment
	for _, f := range env.Faults {
		if f.During != nil {
			b.problem([]model.Origin{f.Origin}, "leave `during` out, or choose another environment with `--env` or `--faults`",
				"something fails in the environment %s only during a scope, and %s has no words for that", env.Name, b.opt.Text)
		}
		if f.Kind == model.Stray && slices.ContainsFunc(b.a.Machines[f.Role].Transitions, func(t model.Transition) bool {
			return t.Kind == model.Send && t.Peer == f.Peer && t.Label == f.Label && len(t.Values) > 0
		}) {
			b.problem([]model.Origin{f.Origin}, "give the stray message a name of its own",
				"messages %s from %s to %s carry values, and stray ones do not", b.a.Labels[f.Label], b.a.Roles[f.Role].Name, b.a.Roles[f.Peer].Name)
		}
	}
	for k := range model.FaultKinds {
		limit, limited := env.Limits[k]
		if limited && limit > maxInt || env.Limit > maxInt {
			b.problem([]model.Origin{env.Origin}, "choose a smaller limit", "the limit of the environment %s goes beyond 32 bits", env.Name)
		}
	}
}

// network is what the environment has changed.
type network struct {
	strikes  model.VarID                     // how many faults have struck
	struck   map[model.FaultKind]model.VarID // of one kind, where that is limited
	down     []model.VarID                   // by fault: its links are down
	crashes  []bool                          // by role: it may crash
	silences []bool
}

// declareFaults makes the variables of the environment.
func (b *builder) declareFaults() {
	env := b.p.Environment
	b.net = network{
		strikes: -1, struck: map[model.FaultKind]model.VarID{}, down: make([]model.VarID, len(env.Faults)),
		crashes: make([]bool, len(b.a.Roles)), silences: make([]bool, len(b.a.Roles)),
	}
	if env.Limit >= 0 && len(env.Faults) > 0 {
		b.net.strikes = b.variable(Var{Name: "faults", High: int64(env.Limit), Role: -1})
	}
	for i, f := range env.Faults {
		if limit, limited := env.Limits[f.Kind]; limited {
			if _, known := b.net.struck[f.Kind]; !known {
				b.net.struck[f.Kind] = b.variable(Var{Name: "faults_" + f.Kind.String(), High: int64(limit), Role: -1})
			}
		}
		switch f.Kind {
		case model.Crash:
			b.net.crashes[f.Role] = true
		case model.Silence:
			b.net.silences[f.Role] = true
		case model.Disconnect, model.Partition:
			b.net.down[i] = b.variable(Var{Name: fmt.Sprintf("down_%d", i), High: 1, Role: -1})
		}
		if f.Kind == model.Reorder {
			if q := b.queues[b.key(f.Role, f.Peer)]; q != nil && q.Channel.Discipline != model.Bag {
				q.Reordered = true
			}
		}
	}
}

// stopped is the condition that what comes to a role vanishes because of its
// state; nil: it never does.
func (b *builder) stopped(from, to model.RoleID) *model.Expr {
	var list []*model.Expr
	if b.net.crashes[to] && (!b.opt.KeepCrashed || b.a.Channels.Of(from, to).Discipline == model.Sync) {
		list = append(list, is(b.p.Local(to), b.p.Condition(to, Crashed)))
	}
	if b.net.silences[to] {
		list = append(list, is(b.p.Local(to), b.p.Condition(to, Silenced)))
	}
	return or(list...)
}

// gone is the condition that what is sent from one role to another vanishes; nil: it never does.
func (b *builder) gone(from, to model.RoleID) *model.Expr {
	gone := b.stopped(from, to)
	for i := range b.p.Environment.Faults {
		if f := &b.p.Environment.Faults[i]; separates(f, from, to) {
			gone = or(gone, is(b.net.down[i], 1))
		}
	}
	return gone
}

// separates reports whether a fault takes the link between two roles down.
func separates(f *model.Fault, x, y model.RoleID) bool {
	switch f.Kind {
	case model.Disconnect:
		return f.Role == x && f.Peer == y || f.Role == y && f.Peer == x
	case model.Partition:
		group := func(r model.RoleID) int {
			return slices.IndexFunc(f.Groups, func(g []model.RoleID) bool { return slices.Contains(g, r) })
		}
		return group(x) >= 0 && group(y) >= 0 && group(x) != group(y)
	}
	return false
}

// faults makes the commands of the environment: recoveries, which are steps, then
// what strikes, then the links that come back.
func (b *builder) faults() {
	env := b.p.Environment
	recovers := map[model.RoleID]bool{}
	for _, f := range env.Faults {
		if f.Kind == model.Crash && f.Recovers && !recovers[f.Role] {
			recovers[f.Role] = true
			b.add(Command{
				Title: b.a.Roles[f.Role].Name + ": recovers", Role: f.Role, Step: true,
				When: is(b.p.Local(f.Role), b.p.Condition(f.Role, Crashed)), Sets: []Set{b.move(f.Role, b.a.Machines[f.Role].Initial)},
			})
		}
	}
	for i := range env.Faults {
		if len(b.p.Commands) > MaxCommands {
			return
		}
		b.fault(i, &env.Faults[i])
	}
	for i := range env.Faults {
		if f := &env.Faults[i]; f.Kind == model.Disconnect || f.Kind == model.Partition {
			b.add(Command{
				Title: cfsm.Clause(b.a, f) + " is over", Role: -1,
				When: is(b.net.down[i], 1), Sets: []Set{{b.net.down[i], model.Const(0)}},
			})
		}
	}
}

// strike is a command for a fault, with its limits.
func (b *builder) strike(f *model.Fault, when *model.Expr, sets ...Set) Command {
	c := Command{Title: cfsm.Clause(b.a, f), Role: -1, When: when, Sets: sets}
	count := func(v model.VarID) {
		c.When = And(c.When, binary(model.OpLt, model.Ref(v), model.Const(b.p.Vars[v].High)))
		c.Sets = append(c.Sets, Set{v, binary(model.OpAdd, model.Ref(v), model.Const(1))})
	}
	if b.net.strikes >= 0 {
		count(b.net.strikes)
	}
	if v, limited := b.net.struck[f.Kind]; limited {
		count(v)
	}
	return c
}

// fault makes the commands of one fault.
func (b *builder) fault(i int, f *model.Fault) {
	switch f.Kind {
	case model.Crash, model.Silence:
		condition := Crashed
		if f.Kind == model.Silence {
			condition = Silenced
		}
		live := binary(model.OpLt, model.Ref(b.p.Local(f.Role)), model.Const(b.p.Condition(f.Role, Failed)))
		c := b.strike(f, live, b.become(f.Role, condition)...)
		for _, q := range b.p.Queues {
			if q.To == f.Role && (f.Kind == model.Silence || !b.opt.KeepCrashed) {
				c.Empty = append(c.Empty, q)
			}
		}
		b.add(c)
	case model.Loss, model.Duplicate, model.Reorder:
		for _, t := range b.a.Machines[f.Role].Transitions {
			if t.Kind == model.Send && t.Peer == f.Peer {
				b.struckSend(f, t)
			}
		}
	case model.Disconnect, model.Partition:
		b.add(b.strike(f, is(b.net.down[i], 0), Set{b.net.down[i], model.Const(1)}))
	case model.Stray:
		b.stray(f)
	case model.RaiseFault: // there are no scopes in which it could strike
	default:
		bug.Panicf("a fault of kind %s has no commands", f.Kind)
	}
}

// struckSend makes the commands in which a message that is sent is lost, put twice or
// put in front of others. What would vanish anyway is not struck.
func (b *builder) struckSend(f *model.Fault, t model.Transition) {
	var values []value
	for _, e := range t.Values {
		values = append(values, analyse(b.a, e))
	}
	when, _ := b.enabled(f.Role, t, values)
	if gone := b.gone(f.Role, f.Peer); gone != nil {
		when = And(when, not(gone))
	}
	if b.net.crashes[f.Peer] && b.opt.KeepCrashed {
		when = And(when, not(is(b.p.Local(f.Peer), b.p.Condition(f.Peer, Crashed))))
	}
	c := b.strike(f, when, append(b.clocks(f.Role, t), b.move(f.Role, t.To))...)
	c.Title += ": " + b.title(f.Role, t, "sends "+b.a.Labels[t.Label])
	q := b.queues[b.key(f.Role, f.Peer)]
	if b.a.Channels.Of(f.Role, f.Peer).Discipline == model.Sync {
		if f.Kind == model.Loss {
			b.add(c)
		}
		return
	}
	k := q.kind(f.Role, t.Label)
	switch f.Kind {
	case model.Loss:
		c.Room = []Room{{q, 1}}
		b.add(c)
	case model.Duplicate:
		if q.Channel.Capacity >= 2 {
			c.Room, c.Puts = []Room{{q, 2}}, []Put{q.put(k, values, 2)}
			b.add(c)
		}
	case model.Reorder:
		if q.Channel.Discipline == model.Bag {
			return
		}
		for n := 1; n < q.Channel.Capacity; n++ {
			d := c
			u := q.put(k, values, 1)
			u.Overtakes = n
			d.Room, d.Puts = []Room{{q, 1}}, []Put{u}
			b.add(d)
		}
	}
}

// stray makes the commands in which a message comes that nobody has sent.
func (b *builder) stray(f *model.Fault) {
	stopped := b.stopped(f.Role, f.Peer)
	var arrives *model.Expr
	if stopped != nil {
		arrives = not(stopped)
		c := b.strike(f, stopped)
		c.Title += ", which reaches nobody"
		b.add(c)
	}
	if b.a.Channels.Of(f.Role, f.Peer).Discipline == model.Sync {
		for _, u := range b.a.Machines[f.Peer].Transitions {
			if u.Kind == model.Receive && u.Peer == f.Role && u.Label == f.Label && len(u.Stores) == 0 {
				c := b.strike(f, And(arrives, b.at(f.Peer, u.From)))
				b.store(&c, f.Peer, u, nil, nil)
				b.add(c)
			}
		}
		return
	}
	q := b.queues[b.key(f.Role, f.Peer)]
	c := b.strike(f, arrives)
	c.Room, c.Puts = []Room{{q, 1}}, []Put{q.put(q.kind(f.Role, f.Label), nil, 1)}
	b.add(c)
}
