package promela

import (
	"fmt"
	"slices"
	"strings"

	"chorcheck/model"
)

// role writes the process of a role.
func (g *generator) role(r model.RoleID) {
	before := g.options
	g.printf("\nactive proctype role_%s()\n{\nend:\n  do\n", g.roles[r])
	for _, t := range g.a.Machines[r].Transitions {
		if g.options > maxOptions {
			break
		}
		switch t.Kind {
		case model.Internal:
			g.internal(r, t)
		case model.Send:
			g.send(r, t)
		case model.Receive:
			g.receive(r, t)
		case model.Timeout:
			g.timeout(r, t)
		}
	}
	if reads := g.reads(r); reads != "" {
		g.printf("  :: false && %s -> skip /* SPIN would leave out of a state what is only written */\n", reads)
	} else if g.options == before {
		g.printf("  :: false -> skip\n")
	}
	g.printf("  od\n}\n")
}

// reads looks at the variables of a role and the bags that it takes from.
func (g *generator) reads(r model.RoleID) string {
	var list []string
	for i, v := range g.a.Vars {
		if v.Owner == r {
			list = append(list, g.vars[i]+" == 0")
		}
	}
	for _, q := range g.order {
		if q.to == r && q.channel.Discipline == model.Bag {
			list = append(list, q.name+"[0] == 0")
		}
	}
	return and(list...)
}

// option writes one step. Conditions and statements that are empty count as absent.
func (g *generator) option(condition string, statements ...string) {
	g.options++
	if g.options <= maxOptions {
		g.printf("  :: d_step { %s -> %s }\n", condition, strings.Join(statements, "; "))
	}
}

func (g *generator) at(r model.RoleID, state int) string {
	return fmt.Sprintf("at_%s == %d", g.roles[r], state)
}

func (g *generator) move(r model.RoleID, state int) string {
	return fmt.Sprintf("at_%s = %d", g.roles[r], state)
}

// failed puts a role into its failed state.
func (g *generator) failed(r model.RoleID) string {
	text := g.move(r, len(g.a.Machines[r].States))
	for i, v := range g.a.Vars {
		if v.Owner == r {
			text += fmt.Sprintf("; %s = %s", g.vars[i], number(v.Init))
		}
	}
	return text
}

// enabled are the conditions of a step of a role that computes some values: that
// it goes well, and that an expression has no value; empty: that cannot be.
func (g *generator) enabled(r model.RoleID, t model.Transition, values []value) (well, fails string) {
	guard, defined := value{}, ""
	if t.Guard != nil {
		guard = g.expr(t.Guard)
	}
	for _, v := range values {
		defined = and(defined, v.defined)
	}
	here := g.at(r, t.From)
	well = and(here, guard.defined, guard.text, defined)
	var cases []string
	if guard.defined != "" {
		cases = append(cases, "!"+bracket(guard.defined))
	}
	if defined != "" {
		cases = append(cases, bracket(and(guard.defined, guard.text, "!"+bracket(defined))))
	}
	if len(cases) > 0 {
		fails = and(here, bracket(strings.Join(cases, " || ")))
	}
	return well, fails
}

func (g *generator) internal(r model.RoleID, t model.Transition) {
	lets, clocks := g.lets(t), g.clocks(r, t)
	if len(lets) == 0 {
		well, fails := g.enabled(r, t, nil)
		g.option(well, append(clocks, g.move(r, t.To))...)
		g.failure(r, fails)
		return
	}
	s := lets[0]
	v := g.expr(s.Value)
	well, fails := g.enabled(r, t, []value{v})
	g.option(well, append(clocks, g.store(r, t.To, []model.VarID{s.Var}, []value{v}))...)
	g.failure(r, fails)
}

func (g *generator) failure(r model.RoleID, condition string) {
	if condition != "" {
		g.option(condition, g.failed(r))
	}
}

// store assigns values to variables of a role and moves it, or lets it fail where
// one of them is out of its domain.
func (g *generator) store(r model.RoleID, to int, vars []model.VarID, values []value) string {
	var outside, assign []string
	for i, id := range vars {
		if o := values[i].outside(g.a.Vars[id].Domain); o != "" {
			outside = append(outside, o)
		}
		assign = append(assign, g.vars[id]+" = "+values[i].text)
	}
	assign = append(assign, g.move(r, to))
	text := strings.Join(assign, "; ")
	if len(outside) == 0 {
		return text
	}
	return fmt.Sprintf("if :: (%s) -> %s :: else -> %s fi", strings.Join(outside, " || "), g.failed(r), text)
}

func (g *generator) send(r model.RoleID, t model.Transition) {
	var values []value
	for _, e := range t.Values {
		values = append(values, g.expr(e))
	}
	well, fails := g.enabled(r, t, values)
	clocks := g.clocks(r, t)
	if g.a.Channels.Of(r, t.Peer).Discipline == model.Sync {
		for _, u := range g.a.Machines[t.Peer].Transitions {
			if u.Kind == model.Receive && u.Peer == r && u.Label == t.Label {
				statements := append(slices.Clone(clocks), g.clocks(t.Peer, u)...)
				g.option(and(well, g.at(t.Peer, u.From)), append(statements, g.store(t.Peer, u.To, u.Stores, values), g.move(r, t.To))...)
			}
		}
	} else {
		q := g.queues[g.key(r, t.Peer)]
		g.option(and(well, q.room()), append(clocks, q.put(g, q.kind(r, t.Label), values), g.move(r, t.To))...)
	}
	g.failure(r, fails)
}

// receive writes the options of a receive; a rendezvous is an option of its sender.
func (g *generator) receive(r model.RoleID, t model.Transition) {
	q := g.queues[g.key(t.Peer, r)]
	if q == nil {
		return
	}
	k := q.kind(t.Peer, t.Label)
	if k == nil {
		return // nobody sends it
	}
	here, clocks := g.at(r, t.From), g.clocks(r, t)
	if q.channel.Discipline == model.Bag {
		for _, c := range k.each() {
			slot := fmt.Sprintf("%s[%d]", q.name, c.index)
			g.option(and(here, slot+" > 0"), append(slices.Clone(clocks), slot+"--", "n_"+q.name+"--", g.store(r, t.To, t.Stores, c.values))...)
		}
		return
	}
	poll, take := q.head(g, k), q.head(g, k)
	var values []value
	for i, f := range q.fields {
		poll = append(poll, "_")
		if i < len(t.Stores) {
			name := fmt.Sprintf("tmp%d", i)
			take = append(take, name)
			values = append(values, value{text: name, low: f.low, high: f.high})
		} else {
			take = append(take, "_")
		}
	}
	g.option(and(here, fmt.Sprintf("%s?[%s]", q.name, strings.Join(poll, ", "))),
		append(clocks, fmt.Sprintf("%s?%s", q.name, strings.Join(take, ", ")), g.store(r, t.To, t.Stores, values))...)
}
