package guarded

import (
	"fmt"
	"slices"

	"chorcheck/internal/bug"
	"chorcheck/lang/internal/cfsm"
	"chorcheck/model"
)

// Options of Build.
type Options struct {
	Text        string // what is to be written, with its article, for messages
	KeepCrashed bool   // queues to crashed roles stay, see docs/semantics.md, section 5
}

// Build makes the program of automata in an environment. If there are problems,
// there is no program.
func Build(a *model.Automata, env *model.Environment, opt Options) (*Program, []cfsm.Problem) {
	if env == nil {
		env = model.Calm()
	}
	b := &builder{
		a: a, opt: opt, queues: map[queueKey]*Queue{}, reported: map[string]bool{},
		p: &Program{Automata: a, Environment: env},
	}
	for _, pass := range []func(){b.failures, b.numbers, b.names, b.collect, b.commands} {
		if pass(); len(b.problems) > 0 {
			return nil, b.problems
		}
	}
	return b.p, nil
}

type builder struct {
	a        *model.Automata
	p        *Program
	opt      Options
	queues   map[queueKey]*Queue
	net      network
	problems []cfsm.Problem
	reported map[string]bool
}

// problem notes what cannot be written, each sentence once.
func (b *builder) problem(origins []model.Origin, help, format string, args ...any) {
	message := fmt.Sprintf(format, args...)
	if !b.reported[message] {
		b.reported[message] = true
		b.problems = append(b.problems, cfsm.Problem{Message: message, Help: help, Origins: origins})
	}
}

// numbers looks for numbers and counts beyond what other tools have.
func (b *builder) numbers() {
	for _, v := range b.a.Vars {
		if v.Domain.Low < minInt || v.Domain.High > maxInt {
			b.problem(nil, "choose a smaller range", "the variable %s of %s goes beyond 32 bits", v.Name, b.a.Roles[v.Owner].Name)
		}
	}
	transitions := 0
	for _, m := range b.a.Machines {
		transitions += len(m.Transitions)
	}
	if transitions > MaxCommands {
		b.tooLong(transitions)
		return
	}
	for r, m := range b.a.Machines {
		for _, t := range m.Transitions {
			list := t.Values
			if t.Guard != nil {
				list = append([]*model.Expr{t.Guard}, list...)
			}
			if t.Kind == model.Internal && len(b.lets(t)) > 1 {
				bug.Panicf("an internal step of %s has %d assignments", b.a.Roles[r].Name, len(t.Assigns))
			}
			for _, s := range t.Assigns {
				list = append(list, s.Value)
			}
			for _, e := range list {
				if analyse(b.a, e).wide {
					b.problem(t.Origins, "choose smaller ranges of the variables, or compare before computing",
						"an expression of %s may go beyond 32 bits", b.a.Roles[r].Name)
				}
			}
		}
	}
}

func (b *builder) tooLong(options int) {
	b.problem(nil, "choose a smaller instance",
		"the model would have at least %d transitions, more than can be handled in reasonable time (%d)", options, MaxCommands)
}

// names gives identifiers to roles, labels and variables.
func (b *builder) names() {
	for i, r := range b.a.Roles {
		b.p.Roles = append(b.p.Roles, Mangle(r.Name, i))
	}
	for i, l := range b.a.Labels {
		b.p.Labels = append(b.p.Labels, Mangle(l, i))
	}
	for i, v := range b.a.Vars {
		b.variable(Var{
			Name: "v_" + b.p.Roles[v.Owner] + "_o_" + Mangle(v.Name, i),
			Low:  v.Domain.Low, High: v.Domain.High, Init: v.Init, Role: v.Owner,
		})
	}
	for r, m := range b.a.Machines {
		b.variable(Var{
			Name: "at_" + b.p.Roles[r], High: b.p.Condition(model.RoleID(r), conditions-1), Init: int64(m.Initial),
			Role: model.RoleID(r), Local: true,
		})
	}
}

func (b *builder) variable(v Var) model.VarID {
	b.p.Vars = append(b.p.Vars, v)
	return model.VarID(len(b.p.Vars) - 1)
}

// commands makes the commands, and says where roles may be over.
func (b *builder) commands() {
	b.declareFaults()
	for r, m := range b.a.Machines {
		role := model.RoleID(r)
		for _, t := range m.Transitions {
			b.transition(role, t)
			if len(b.p.Commands) > MaxCommands {
				b.tooLong(len(b.p.Commands))
				return
			}
		}
		over := binary(model.OpGe, model.Ref(b.p.Local(role)), model.Const(b.p.Condition(role, Failed)))
		for s, state := range m.States {
			if state.Final {
				over = or(over, is(b.p.Local(role), int64(s)))
			}
		}
		b.p.Over = append(b.p.Over, over)
	}
	b.faults()
	if len(b.p.Commands) > MaxCommands {
		b.tooLong(len(b.p.Commands))
	}
}

// add appends a command.
func (b *builder) add(c Command) { b.p.Commands = append(b.p.Commands, c) }

func (b *builder) at(r model.RoleID, state int) *model.Expr { return is(b.p.Local(r), int64(state)) }

func (b *builder) move(r model.RoleID, state int) Set {
	if state == model.Failed {
		bug.Panicf("a failing role has to lose its variables")
	}
	return Set{b.p.Local(r), model.Const(int64(state))}
}

// become puts a role into one of the conditions, in which its variables have their initial values.
func (b *builder) become(r model.RoleID, condition int) []Set {
	list := []Set{{b.p.Local(r), model.Const(b.p.Condition(r, condition))}}
	for i, v := range b.a.Vars {
		if v.Owner == r {
			list = append(list, Set{model.VarID(i), model.Const(v.Init)})
		}
	}
	return list
}

// enabled are the conditions of a step of a role that computes some values: that
// it goes well, and that an expression has no value; nil: that cannot be.
func (b *builder) enabled(r model.RoleID, t model.Transition, values []value) (well, fails *model.Expr) {
	var guard value
	if t.Guard != nil {
		guard = analyse(b.a, t.Guard)
	}
	var defined *model.Expr
	for _, v := range values {
		defined = And(defined, v.defined)
	}
	here := b.at(r, t.From)
	well = And(here, guard.defined, guard.expr, defined)
	var cases []*model.Expr
	if guard.defined != nil {
		cases = append(cases, not(guard.defined))
	}
	if defined != nil {
		cases = append(cases, And(guard.defined, guard.expr, not(defined)))
	}
	if len(cases) > 0 {
		fails = And(here, or(cases...))
	}
	return well, fails
}

// title says what a transition does.
func (b *builder) title(r model.RoleID, t model.Transition, what string) string {
	m := b.a.Machines[r]
	to := "failed"
	if t.To != model.Failed {
		to = m.States[t.To].Name
	}
	return fmt.Sprintf("%s: %s, %s to %s", b.a.Roles[r].Name, what, m.States[t.From].Name, to)
}

// transition makes the commands of a transition.
func (b *builder) transition(r model.RoleID, t model.Transition) {
	switch t.Kind {
	case model.Internal, model.Raise, model.Timeout:
		b.internal(r, t)
	case model.Send:
		b.send(r, t)
	case model.Receive:
		b.receive(r, t)
	default:
		bug.Panicf("a transition of kind %s has no commands", t.Kind)
	}
}

// internal is a step that involves nobody else.
func (b *builder) internal(r model.RoleID, t model.Transition) {
	c := Command{Title: b.title(r, t, "an internal step"), Role: r, Step: true}
	var armed *model.Expr
	switch t.Kind {
	case model.Raise:
		c.Title = b.title(r, t, "raises "+b.a.Exceptions[t.Exception].Name)
	case model.Timeout:
		c.Title = b.title(r, t, "the timer "+b.a.Timers[t.Timer].Name+" fires")
		if v := b.a.Timers[t.Timer].Var; v >= 0 {
			armed = binary(model.OpNe, model.Ref(v), model.Const(cfsm.TimerOff))
		}
	}
	var vars []model.VarID
	var values []value
	for _, s := range b.lets(t) {
		vars, values = append(vars, s.Var), append(values, analyse(b.a, s.Value))
	}
	well, fails := b.enabled(r, t, values)
	c.When = And(well, armed)
	b.store(&c, r, t, vars, values)
	b.add(c)
	b.failure(r, t, And(fails, armed), fails != nil)
}

// failure is the command for a step in which an expression has no value.
func (b *builder) failure(r model.RoleID, t model.Transition, when *model.Expr, possible bool) {
	if possible {
		b.add(Command{Title: b.title(r, t, "an expression has no value"), Role: r, Step: true, When: when, Sets: b.become(r, Failed)})
	}
}

// store moves a role by a transition, with its timers, and assigns values to its
// variables, or lets it fail where one of them is out of its domain.
func (b *builder) store(c *Command, r model.RoleID, t model.Transition, vars []model.VarID, values []value) {
	if t.To == model.Failed {
		c.Sets = append(c.Sets, b.become(r, Failed)...)
		return
	}
	sets := b.clocks(r, t)
	var outside *model.Expr
	for i, id := range vars {
		outside = or(outside, values[i].outside(b.a.Vars[id].Domain))
		// Of several values for one variable the last one stays.
		sets = slices.DeleteFunc(sets, func(s Set) bool { return s.Var == id })
		sets = append(sets, Set{id, values[i].expr})
	}
	sets = append(sets, b.move(r, t.To))
	if outside == nil {
		c.Sets = append(c.Sets, sets...)
		return
	}
	c.Choice = &Choice{If: outside, Then: b.become(r, Failed), Else: sets}
}

// send makes the commands of a send, faults of the environment aside.
func (b *builder) send(r model.RoleID, t model.Transition) {
	var values []value
	for _, e := range t.Values {
		values = append(values, analyse(b.a, e))
	}
	well, fails := b.enabled(r, t, values)
	gone := b.gone(r, t.Peer)
	what := fmt.Sprintf("sends %s to %s", b.a.Labels[t.Label], b.a.Roles[t.Peer].Name)
	arrives := well
	if gone != nil {
		arrives = And(well, not(gone))
	}
	if b.a.Channels.Of(r, t.Peer).Discipline == model.Sync {
		for _, u := range b.a.Machines[t.Peer].Transitions {
			if u.Kind == model.Receive && u.Peer == r && u.Label == t.Label {
				c := Command{Title: b.title(r, t, what), Role: r, Step: true, When: And(arrives, b.at(t.Peer, u.From))}
				c.Sets = append(b.clocks(r, t), b.move(r, t.To))
				b.store(&c, t.Peer, u, u.Stores, values)
				b.add(c)
			}
		}
	} else {
		q := b.queues[b.key(r, t.Peer)]
		b.add(Command{
			Title: b.title(r, t, what), Role: r, Step: true, When: arrives, Room: []Room{{q, 1}},
			Puts: []Put{q.put(q.kind(r, t.Label), values, 1)}, Sets: append(b.clocks(r, t), b.move(r, t.To)),
		})
	}
	if gone != nil {
		b.add(Command{
			Title: b.title(r, t, what+", which reaches nobody"), Role: r, Step: true, When: And(well, gone),
			Sets: append(b.clocks(r, t), b.move(r, t.To)),
		})
	}
	b.failure(r, t, fails, fails != nil)
}

// receive makes the commands of a receive; a rendezvous is a command of its sender.
func (b *builder) receive(r model.RoleID, t model.Transition) {
	q := b.queues[b.key(t.Peer, r)]
	if q == nil {
		return
	}
	k := q.kind(t.Peer, t.Label)
	if k == nil || len(k.Values) != len(t.Stores) {
		return // nobody sends it, or it comes astray only, without values to store
	}
	title := b.title(r, t, "receives "+k.title(b.a))
	if q.Channel.Discipline == model.Bag {
		for _, cell := range k.each() {
			c := Command{Title: title, Role: r, Step: true, When: b.at(r, t.From), Take: &Take{Queue: q, Kind: k, Cell: cell.index}}
			b.store(&c, r, t, t.Stores, cell.values)
			b.add(c)
		}
		return
	}
	take := &Take{Queue: q, Kind: k, Reads: make([]bool, len(q.Fields))}
	var values []value
	for i := range t.Stores {
		take.Reads[i] = true
		values = append(values, value{expr: model.Ref(model.VarID(field + i)), low: k.Values[i].Low, high: k.Values[i].High})
	}
	c := Command{Title: title, Role: r, Step: true, When: b.at(r, t.From), Take: take}
	b.store(&c, r, t, t.Stores, values)
	b.add(c)
}
