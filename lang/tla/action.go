package tla

import (
	"fmt"
	"strconv"
	"strings"

	"chorcheck/lang/internal/guarded"
	"chorcheck/model"
)

// actions writes an action for each command, and lists their names.
func (g *generator) actions() (steps, faults []string) {
	for i := range g.p.Commands {
		c := &g.p.Commands[i]
		name := fmt.Sprintf("Step%d", i)
		if c.Step {
			steps = append(steps, name)
		} else {
			name = fmt.Sprintf("Fault%d", i)
			faults = append(faults, name)
		}
		g.printf("\\* %s\n%s ==%s\n\n", plain(c.Title), name, conjunction(g.action(c)))
	}
	return steps, faults
}

// action lists the conditions and effects of a command. What it does not change is
// said as well.
func (g *generator) action(c *guarded.Command) []string {
	var list []string
	if c.When != nil {
		list = append(list, g.condition(c.When))
	}
	for _, r := range c.Room {
		list = append(list, fmt.Sprintf("%s <= %d", g.length(r.Queue), r.Queue.Channel.Capacity-r.Messages))
	}
	if c.Take != nil {
		list = append(list, g.available(c.Take)...)
	}
	for _, u := range c.Puts {
		if u.Overtakes > 0 {
			n := g.length(u.Queue)
			list = append(list, fmt.Sprintf("%s >= %d", n, u.Overtakes),
				fmt.Sprintf("%s[%s - %d] /= %s", u.Queue.Name, n, u.Overtakes-1, g.message(u, c)))
		}
	}
	effects, changed := g.effects(c)
	list = append(list, effects...)
	var unchanged []string
	for _, v := range g.p.Vars {
		if !changed[v.Name] {
			unchanged = append(unchanged, v.Name)
		}
	}
	for _, q := range g.p.Queues {
		if !changed[q.Name] {
			unchanged = append(unchanged, q.Name)
		}
	}
	if len(unchanged) > 0 {
		list = append(list, "UNCHANGED <<"+strings.Join(unchanged, ", ")+">>")
	}
	return list
}

// effects says what becomes of each variable and queue that a command changes.
func (g *generator) effects(c *guarded.Command) (list []string, changed map[string]bool) {
	changed = map[string]bool{}
	becomes := func(name, value string) {
		changed[name] = true
		list = append(list, name+"' = "+value)
	}
	contents := map[*guarded.Queue]string{} // of queues, after what has been said so far
	counts := map[*guarded.Queue]string{}
	content := func(q *guarded.Queue) string {
		if text, ok := contents[q]; ok {
			return text
		}
		return q.Name
	}
	count := func(q *guarded.Queue) string {
		if text, ok := counts[q]; ok {
			return text
		}
		return g.length(q)
	}
	if t := c.Take; t != nil {
		if t.Queue.Channel.Discipline == model.Bag {
			contents[t.Queue] = fmt.Sprintf("[%s EXCEPT ![%d] = @ - 1]", t.Queue.Name, t.Cell)
			counts[t.Queue] = count(t.Queue) + " - 1"
		} else {
			contents[t.Queue] = "Tail(" + t.Queue.Name + ")"
		}
	}
	for _, u := range c.Puts {
		q := u.Queue
		switch {
		case q.Channel.Discipline == model.Bag:
			contents[q] = fmt.Sprintf("[%s EXCEPT ![%s] = @ + %d]", content(q), g.integer(u.Cell, c), u.Times)
			counts[q] = fmt.Sprintf("%s + %d", count(q), u.Times)
		case u.Overtakes > 0:
			contents[q] = fmt.Sprintf("SubSeq(%[1]s, 1, Len(%[1]s) - %[2]d) \\o << %[3]s >> \\o SubSeq(%[1]s, Len(%[1]s) - %[4]d, Len(%[1]s))",
				q.Name, u.Overtakes, g.message(u, c), u.Overtakes-1)
		default:
			for range u.Times {
				contents[q] = fmt.Sprintf("Append(%s, %s)", content(q), g.message(u, c))
			}
		}
	}
	for _, q := range c.Empty {
		contents[q] = nothing(q)
		counts[q] = "0"
	}
	for _, q := range g.p.Queues {
		if text, ok := contents[q]; ok {
			becomes(q.Name, text)
		}
		if text, ok := counts[q]; ok && q.Channel.Discipline == model.Bag {
			becomes(g.p.Vars[q.Count].Name, text)
		}
	}
	for _, s := range c.Sets {
		becomes(g.p.Vars[s.Var].Name, g.integer(s.Value, c))
	}
	if c.Choice != nil {
		g.choice(c, becomes)
	}
	return list, changed
}

// choice says what becomes of variables that one side or both sides of a choice change.
func (g *generator) choice(c *guarded.Command, becomes func(name, value string)) {
	find := func(list []guarded.Set, v model.VarID) string {
		for _, s := range list {
			if s.Var == v {
				return g.integer(s.Value, c)
			}
		}
		return g.p.Vars[v].Name
	}
	when := g.conditionOf(c.Choice.If, c)
	seen := map[model.VarID]bool{}
	for _, list := range [][]guarded.Set{c.Choice.Then, c.Choice.Else} {
		for _, s := range list {
			if !seen[s.Var] {
				seen[s.Var] = true
				becomes(g.p.Vars[s.Var].Name, fmt.Sprintf("IF %s THEN %s ELSE %s", when, find(c.Choice.Then, s.Var), find(c.Choice.Else, s.Var)))
			}
		}
	}
}

// nothing is an empty queue.
func nothing(q *guarded.Queue) string {
	if q.Channel.Discipline == model.Bag {
		return fmt.Sprintf("[cell \\in 0..%d |-> 0]", q.Cells-1)
	}
	return "<<>>"
}

func (g *generator) length(q *guarded.Queue) string {
	if q.Channel.Discipline == model.Bag {
		return g.p.Vars[q.Count].Name
	}
	return "Len(" + q.Name + ")"
}

// mark is how a message begins: its sender, if there are several, and its label.
func (g *generator) mark(q *guarded.Queue, k *guarded.Kind) []string {
	label := strconv.Quote("m_" + g.p.Labels[k.Label])
	if q.From < 0 {
		return []string{strconv.Quote(g.p.Roles[k.From]), label}
	}
	return []string{label}
}

// message is what a command puts into a fifo or mailbox.
func (g *generator) message(u guarded.Put, c *guarded.Command) string {
	words := g.mark(u.Queue, u.Kind)
	for _, v := range u.Values {
		words = append(words, g.integer(v, c))
	}
	return "<<" + strings.Join(words, ", ") + ">>"
}

// available is the condition that a message can be taken.
func (g *generator) available(t *guarded.Take) []string {
	if t.Queue.Channel.Discipline == model.Bag {
		return []string{fmt.Sprintf("%s[%d] > 0", t.Queue.Name, t.Cell)}
	}
	list := []string{g.length(t.Queue) + " > 0"}
	for i, word := range g.mark(t.Queue, t.Kind) {
		list = append(list, fmt.Sprintf("Head(%s)[%d] = %s", t.Queue.Name, i+1, word))
	}
	return list
}

// condition writes an expression as a Boolean.
func (g *generator) condition(e *model.Expr) string { return g.conditionOf(e, nil) }

// conditionOf writes an expression as a Boolean; c is the command whose message it may read.
func (g *generator) conditionOf(e *model.Expr, c *guarded.Command) string {
	switch e.Op {
	case model.OpNot:
		return "~" + g.conditionOf(e.X, c)
	case model.OpAnd:
		return "(" + g.conditionOf(e.X, c) + " /\\ " + g.conditionOf(e.Y, c) + ")"
	case model.OpOr:
		return "(" + g.conditionOf(e.X, c) + " \\/ " + g.conditionOf(e.Y, c) + ")"
	case model.OpEq, model.OpNe, model.OpLt, model.OpLe, model.OpGt, model.OpGe:
		sign := map[model.Op]string{
			model.OpEq: "=", model.OpNe: "/=", model.OpLt: "<", model.OpLe: "<=", model.OpGt: ">", model.OpGe: ">=",
		}[e.Op]
		return "(" + g.integer(e.X, c) + " " + sign + " " + g.integer(e.Y, c) + ")"
	}
	return "(" + g.integer(e, c) + " = 1)"
}

// integer writes an expression as a number.
func (g *generator) integer(e *model.Expr, c *guarded.Command) string {
	switch e.Op {
	case model.OpConst:
		return number(e.Value)
	case model.OpVar:
		if i, ok := guarded.Field(e.Var); ok {
			return fmt.Sprintf("Head(%s)[%d]", c.Take.Queue.Name, len(g.mark(c.Take.Queue, c.Take.Kind))+i+1)
		}
		return g.p.Vars[e.Var].Name
	case model.OpNeg:
		return "(0 - " + g.integer(e.X, c) + ")"
	case model.OpAdd, model.OpSub, model.OpMul:
		sign := map[model.Op]string{model.OpAdd: "+", model.OpSub: "-", model.OpMul: "*"}[e.Op]
		return "(" + g.integer(e.X, c) + " " + sign + " " + g.integer(e.Y, c) + ")"
	case model.OpDiv:
		return "Quotient(" + g.integer(e.X, c) + ", " + g.integer(e.Y, c) + ")"
	case model.OpMod:
		return "Rest(" + g.integer(e.X, c) + ", " + g.integer(e.Y, c) + ")"
	}
	return "(IF " + g.conditionOf(e, c) + " THEN 1 ELSE 0)"
}

func number(v int64) string {
	if v < 0 {
		return fmt.Sprintf("(0 - %d)", -v)
	}
	return fmt.Sprint(v)
}
