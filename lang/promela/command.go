package promela

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"chorcheck/internal/bug"
	"chorcheck/lang/internal/guarded"
	"chorcheck/model"
)

// condition is when a command is possible.
func (g *generator) condition(c *guarded.Command) string {
	var list []string
	if c.When != nil {
		list = append(list, g.expr(c.When))
	}
	for _, r := range c.Room {
		limit := r.Queue.Channel.Capacity - r.Messages
		list = append(list, fmt.Sprintf("%s <= %d", g.length(r.Queue), limit))
	}
	if c.Take != nil {
		list = append(list, g.available(c.Take))
	}
	for _, u := range c.Puts {
		if u.Overtakes > 0 {
			list = append(list, g.overtakes(u))
		}
	}
	if len(list) == 0 {
		return "true"
	}
	return strings.Join(list, " && ")
}

// effects are the statements of a command. All expressions mean the state before: a
// message is made before variables change, and of assignments those come first that
// read what others change.
func (g *generator) effects(c *guarded.Command) []string {
	var list []string
	if c.Take != nil {
		list = append(list, g.remove(c.Take)...)
	}
	for _, u := range c.Puts {
		list = append(list, g.put(u)...)
	}
	for _, q := range c.Empty {
		list = append(list, g.empty(q)...)
	}
	if c.Choice != nil {
		list = append(list, fmt.Sprintf("if :: %s -> %s :: else -> %s fi",
			g.expr(c.Choice.If), g.sets(c.Choice.Then), g.sets(c.Choice.Else)))
	}
	if len(c.Sets) > 0 {
		list = append(list, g.sets(c.Sets))
	}
	if len(list) == 0 {
		list = append(list, "skip")
	}
	return list
}

// sets are assignments that happen at once.
func (g *generator) sets(sets []guarded.Set) string {
	written := map[model.VarID]bool{}
	var list []string
	for _, s := range sets {
		if reads(s.Value, func(v model.VarID) bool { return written[v] }) {
			bug.Panicf("an assignment to %s reads what has just been assigned", g.p.Vars[s.Var].Name)
		}
		written[s.Var] = true
		list = append(list, g.p.Vars[s.Var].Name+" = "+g.expr(s.Value))
	}
	return strings.Join(list, "; ")
}

func reads(e *model.Expr, which func(model.VarID) bool) bool {
	return e != nil && (e.Op == model.OpVar && which(e.Var) || reads(e.X, which) || reads(e.Y, which))
}

// expr writes an expression, in brackets where it needs some.
func (g *generator) expr(e *model.Expr) string {
	switch e.Op {
	case model.OpConst:
		return number(e.Value)
	case model.OpVar:
		if i, ok := guarded.Field(e.Var); ok {
			return fmt.Sprintf("tmp%d", i)
		}
		return g.p.Vars[e.Var].Name
	case model.OpNeg:
		return "(0 - " + g.expr(e.X) + ")"
	case model.OpNot:
		return "(!" + g.expr(e.X) + ")"
	}
	return "(" + g.expr(e.X) + " " + operator(e.Op) + " " + g.expr(e.Y) + ")"
}

func operator(op model.Op) string {
	return map[model.Op]string{
		model.OpAdd: "+", model.OpSub: "-", model.OpMul: "*", model.OpDiv: "/", model.OpMod: "%",
		model.OpEq: "==", model.OpNe: "!=", model.OpLt: "<", model.OpLe: "<=", model.OpGt: ">", model.OpGe: ">=",
		model.OpAnd: "&&", model.OpOr: "||",
	}[op]
}

func number(v int64) string {
	switch {
	case v == math.MinInt32:
		return "(-2147483647 - 1)"
	case v < 0:
		return fmt.Sprintf("(%d)", v)
	}
	return fmt.Sprint(v)
}

// typeFor is the smallest type of the language that holds a range, and its size in bytes.
func typeFor(low, high int64) (name string, size int) {
	switch {
	case low >= 0 && high <= 255:
		return "byte", 1
	case low >= math.MinInt16 && high <= math.MaxInt16:
		return "short", 2
	}
	return "int", 4
}

// words is a message as it stands in a channel or in the columns of an array.
func (g *generator) words(q *guarded.Queue, k *guarded.Kind, values []*model.Expr) []string {
	list := g.mark(q, k)
	for i := range q.Fields {
		if i < len(values) {
			list = append(list, g.expr(values[i]))
		} else {
			list = append(list, "0")
		}
	}
	return list
}

// mark is how a message begins: its sender, if there are several, and its label.
func (g *generator) mark(q *guarded.Queue, k *guarded.Kind) []string {
	label := "m_" + g.p.Labels[k.Label]
	if q.From < 0 {
		return []string{fmt.Sprint(int(k.From)), label}
	}
	return []string{label}
}

// columns are the ranges of the words of a message.
func (g *generator) columns(q *guarded.Queue) []guarded.Range {
	var list []guarded.Range
	if q.From < 0 {
		list = append(list, guarded.Range{High: int64(len(g.a.Roles) - 1)})
	}
	list = append(list, guarded.Range{High: int64(len(g.a.Labels) - 1)})
	for _, f := range q.Fields {
		list = append(list, guarded.Range{Low: min(f.Low, 0), High: max(f.High, 0)}) // messages with fewer values carry zeros
	}
	return slices.Clip(list)
}
