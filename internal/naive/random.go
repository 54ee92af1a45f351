package naive

import (
	"fmt"
	"math"
	"slices"

	"chorcheck/model"

	"pgregory.net/rapid"
)

// Automata generates small random automata: two to four roles, up to four states
// and six transitions each, up to three labels, all disciplines with capacities
// of one or two, channels of their own for some pairs, and sometimes variables
// with guards, payloads and assignments, which may be without a value or out of
// range. Many sends have a receive that fits, since the machines follow a walk of
// them all together; the rest is noise. Transitions have distinct origins from 1.
func Automata() *rapid.Generator[*model.Automata] {
	return rapid.Custom(func(t *rapid.T) *model.Automata {
		g := &generator{t: t, signatures: map[messageType][]model.DomainKind{}}
		g.roles()
		g.channels()
		g.vars()
		g.machines()
		g.decorate()
		return g.a
	})
}

// messageType is what fixes the number of values of a message.
type messageType struct {
	from, to model.RoleID
	label    model.LabelID
}

type generator struct {
	t          *rapid.T
	a          *model.Automata
	room       []int // how many transitions a role may have
	signatures map[messageType][]model.DomainKind
}

// upTo draws a number between low and high.
func (g *generator) upTo(low, high int) int { return rapid.IntRange(low, high).Draw(g.t, "n") }

// oneIn is true once in n times, and false in the simplest case.
func (g *generator) oneIn(n int) bool { return g.upTo(0, n-1) == n-1 }

// pick draws an element.
func pick[E any](g *generator, from []E) E { return rapid.SampledFrom(from).Draw(g.t, "pick") }

func (g *generator) roles() {
	g.a = &model.Automata{Name: "random"}
	for r := range pick(g, []int{2, 2, 2, 3, 3, 4}) {
		g.a.Roles = append(g.a.Roles, model.Role{Name: string(rune('A' + r))})
	}
	for l := range g.upTo(1, 3) {
		g.a.Labels = append(g.a.Labels, fmt.Sprintf("m%d", l))
	}
}

func (g *generator) channels() {
	channel := func(of ...model.Discipline) model.Channel {
		c := model.Channel{Discipline: pick(g, of)}
		if c.Discipline != model.Sync {
			c.Capacity = g.upTo(1, 2)
		}
		return c
	}
	g.a.Channels.Default = channel(model.FIFO, model.Sync, model.Mailbox, model.Bag)
	for from := range g.a.Roles {
		for to := range g.a.Roles {
			if from != to && g.oneIn(6) {
				if g.a.Channels.Pairs == nil {
					g.a.Channels.Pairs = map[model.Pair]model.Channel{}
				}
				pair := model.Pair{From: model.RoleID(from), To: model.RoleID(to)}
				g.a.Channels.Pairs[pair] = channel(model.FIFO, model.Sync, model.Bag)
			}
		}
	}
}

func (g *generator) vars() {
	for v := range pick(g, []int{0, 0, 0, 1, 1, 2, 3}) {
		x := model.Var{Name: fmt.Sprintf("x%d", v), Owner: model.RoleID(g.upTo(0, len(g.a.Roles)-1))}
		switch pick(g, []model.DomainKind{model.IntDomain, model.IntDomain, model.BoolDomain, model.EnumDomain}) {
		case model.IntDomain:
			x.Domain = model.Domain{Kind: model.IntDomain, Low: int64(g.upTo(-1, 1)), High: int64(g.upTo(1, 3))}
		case model.BoolDomain:
			x.Domain = model.Domain{Kind: model.BoolDomain, High: 1}
		case model.EnumDomain:
			x.Domain = model.Domain{Kind: model.EnumDomain, High: 2, Names: []string{"red", "green", "blue"}}
		}
		x.Init = rapid.Int64Range(x.Domain.Low, x.Domain.High).Draw(g.t, "init")
		g.a.Vars = append(g.a.Vars, x)
	}
}

// varsOf gives the variables of a role that are of one of the kinds.
func (g *generator) varsOf(r model.RoleID, kinds ...model.DomainKind) []model.VarID {
	var vars []model.VarID
	for v, x := range g.a.Vars {
		timer := slices.ContainsFunc(g.a.Timers, func(t model.Timer) bool { return t.Var == model.VarID(v) })
		if x.Owner == r && slices.Contains(kinds, x.Domain.Kind) && !timer {
			vars = append(vars, model.VarID(v))
		}
	}
	return vars
}

// machines walks through the network as if all messages were exchanged at once,
// and adds the transitions that the walk needs. Then it adds others.
func (g *generator) machines() {
	n := len(g.a.Roles)
	ids := make([]int, n)
	for r := range ids {
		ids[r] = r
	}
	labels := make([]int, len(g.a.Labels))
	for l := range labels {
		labels[l] = l
	}
	at := make([]int, n)
	for range n {
		var m model.Machine
		for s := range pick(g, []int{2, 3, 3, 4, 4, 4, 1}) {
			m.States = append(m.States, model.LocalState{Name: fmt.Sprintf("s%d", s), Final: pick(g, []bool{false, false, true})})
		}
		if !g.oneIn(3) {
			m.States[g.upTo(0, len(m.States)-1)].Final = true
		}
		g.a.Machines = append(g.a.Machines, m)
		g.room = append(g.room, pick(g, []int{4, 5, 6, 6, 6, 3, 2, 0}))
	}
	for range pick(g, []int{4, 8, 12, 16, 20}) {
		from := pick(g, ids)
		if g.oneIn(6) {
			g.walk(at, from, model.Transition{Kind: model.Internal, Peer: -1, Label: -1})
			continue
		}
		to := (from + pick(g, ids[1:])) % n
		label := model.LabelID(pick(g, labels))
		if len(g.a.Machines[from].Transitions) >= g.room[from] || len(g.a.Machines[to].Transitions) >= g.room[to] {
			continue
		}
		g.walk(at, from, model.Transition{Kind: model.Send, Peer: model.RoleID(to), Label: label})
		g.walk(at, to, model.Transition{Kind: model.Receive, Peer: model.RoleID(from), Label: label})
	}
	for r := range n {
		for range pick(g, []int{0, 0, 1}) {
			kind := pick(g, []model.Kind{model.Send, model.Receive, model.Receive, model.Internal})
			t := model.Transition{Kind: kind, Peer: -1, Label: -1}
			if kind != model.Internal {
				t.Peer = model.RoleID((r + g.upTo(1, n-1)) % n)
				t.Label = model.LabelID(g.upTo(0, len(g.a.Labels)-1))
			}
			t.From = g.upTo(0, len(g.a.Machines[r].States)-1)
			g.add(r, t)
		}
	}
}

// walk moves a role by a transition such as t, which it often has already.
func (g *generator) walk(at []int, r int, t model.Transition) {
	t.From = at[r]
	for _, old := range g.a.Machines[r].Transitions {
		if old.From == t.From && old.Kind == t.Kind && old.Peer == t.Peer && old.Label == t.Label && !g.oneIn(4) {
			at[r] = old.To
			return
		}
	}
	if to, added := g.add(r, t); added {
		at[r] = to
	}
}

// add gives a role another transition, if it has room for it, with a random target.
func (g *generator) add(r int, t model.Transition) (to int, added bool) {
	m := &g.a.Machines[r]
	if len(m.Transitions) >= g.room[r] {
		return 0, false
	}
	// Mostly on to the next state, and from the last one back to the first: so
	// there are loops, and not only short ones.
	t.To = (t.From + 1) % len(m.States)
	if g.oneIn(3) {
		t.To = g.upTo(0, len(m.States)-1)
	}
	m.Transitions = append(m.Transitions, t)
	return t.To, true
}

// decorate sorts the transitions and gives them guards, values and origins.
func (g *generator) decorate() {
	origin := model.Origin(0)
	for r := range g.a.Machines {
		m := &g.a.Machines[r]
		slices.SortStableFunc(m.Transitions, func(x, y model.Transition) int { return x.From - y.From })
		for i := range m.Transitions {
			g.fill(model.RoleID(r), &m.Transitions[i])
			for range pick(g, []int{1, 1, 1, 2}) {
				origin++
				m.Transitions[i].Origins = append(m.Transitions[i].Origins, origin)
			}
		}
	}
}

// fill gives a transition its expressions.
func (g *generator) fill(r model.RoleID, t *model.Transition) {
	own := g.varsOf(r, model.IntDomain, model.BoolDomain, model.EnumDomain)
	if t.Kind != model.Receive && len(own) > 0 && g.oneIn(3) {
		t.Guard = g.boolean(r, 2)
	}
	switch t.Kind {
	case model.Send:
		for _, kind := range g.signature(messageType{r, t.Peer, t.Label}) {
			t.Values = append(t.Values, g.expr(r, kind))
		}
	case model.Receive:
		for _, kind := range g.signature(messageType{t.Peer, r, t.Label}) {
			t.Stores = append(t.Stores, pick(g, g.varsOf(r, kind)))
		}
	case model.Internal:
		if len(own) > 0 && !g.oneIn(4) {
			v := pick(g, own)
			t.Assigns = []model.Assign{{Var: v, Value: g.expr(r, g.a.Vars[v].Domain.Kind)}}
		}
	}
}

// signature gives the kinds of the values of a message, for which the receiver
// has variables.
func (g *generator) signature(m messageType) []model.DomainKind {
	kinds, known := g.signatures[m]
	if !known {
		vars := g.varsOf(m.to, model.IntDomain, model.BoolDomain, model.EnumDomain)
		if len(vars) > 0 {
			for range pick(g, []int{0, 1, 1, 2}) {
				kinds = append(kinds, g.a.Vars[pick(g, vars)].Domain.Kind)
			}
		}
		g.signatures[m] = kinds
	}
	return kinds
}

// expr generates an expression of a kind over the variables of a role.
func (g *generator) expr(r model.RoleID, kind model.DomainKind) *model.Expr {
	switch kind {
	case model.BoolDomain:
		return g.boolean(r, 2)
	case model.EnumDomain:
		return g.enum(r)
	}
	return g.integer(r, 2)
}

func (g *generator) integer(r model.RoleID, depth int) *model.Expr {
	vars := g.varsOf(r, model.IntDomain)
	if depth == 0 || g.oneIn(2) {
		switch {
		case len(vars) > 0 && !g.oneIn(3):
			return model.Ref(pick(g, vars))
		case g.oneIn(30):
			return model.Const(pick(g, []int64{math.MaxInt64, math.MinInt64}))
		}
		return model.Const(int64(g.upTo(-1, 3)))
	}
	op := pick(g, []model.Op{
		model.OpAdd, model.OpAdd, model.OpAdd, model.OpSub, model.OpSub, model.OpMul,
		model.OpDiv, model.OpMod, model.OpNeg,
	})
	e := &model.Expr{Op: op, X: g.integer(r, depth-1)}
	if op != model.OpNeg {
		e.Y = g.integer(r, depth-1)
	}
	return e
}

func (g *generator) enum(r model.RoleID) *model.Expr {
	if vars := g.varsOf(r, model.EnumDomain); len(vars) > 0 && g.oneIn(2) {
		return model.Ref(pick(g, vars))
	}
	return model.Const(int64(g.upTo(0, 2)))
}

func (g *generator) boolean(r model.RoleID, depth int) *model.Expr {
	vars := g.varsOf(r, model.BoolDomain)
	if depth == 0 {
		if len(vars) > 0 && !g.oneIn(3) {
			return model.Ref(pick(g, vars))
		}
		return model.Const(int64(g.upTo(0, 1)))
	}
	switch g.upTo(0, 5) {
	case 0:
		return g.boolean(r, 0)
	case 1:
		return &model.Expr{Op: model.OpNot, X: g.boolean(r, depth-1)}
	case 2:
		op := pick(g, []model.Op{model.OpAnd, model.OpOr})
		return &model.Expr{Op: op, X: g.boolean(r, depth-1), Y: g.boolean(r, depth-1)}
	case 3:
		op := pick(g, []model.Op{model.OpEq, model.OpNe})
		return &model.Expr{Op: op, X: g.enum(r), Y: g.enum(r)}
	}
	op := pick(g, []model.Op{model.OpEq, model.OpNe, model.OpLt, model.OpLe, model.OpGt, model.OpGe})
	return &model.Expr{Op: op, X: g.integer(r, depth-1), Y: g.integer(r, depth-1)}
}
