package promela

import (
	"fmt"
	"strings"

	"chorcheck/lang/internal/guarded"
	"chorcheck/model"
)

// array reports whether a queue is written as arrays: a channel of SPIN cannot be
// written in its middle.
func array(q *guarded.Queue) bool { return q.Reordered }

// column is the array with one word of each message.
func column(q *guarded.Queue, i int) string { return fmt.Sprintf("w%d_%s", i, q.Name) }

// declare writes a queue.
func (g *generator) declare(q *guarded.Queue) {
	capacity := q.Channel.Capacity
	count, size := typeFor(0, int64(capacity))
	if q.Channel.Discipline == model.Bag {
		g.printf("%s %s[%d];\n", count, q.Name, q.Cells)
		g.bytes += size * int(q.Cells)
		return
	}
	var types []string
	bytes := 0
	for _, r := range g.columns(q) {
		name, size := typeFor(r.Low, r.High)
		types = append(types, name)
		bytes += size
	}
	if array(q) {
		g.printf("%s n_%s;\n", count, q.Name)
		for i, name := range types {
			g.printf("%s %s[%d];\n", name, column(q, i), capacity)
		}
		g.bytes += size + bytes*capacity
		return
	}
	g.printf("chan %s = [%d] of { %s };\n", q.Name, capacity, strings.Join(types, ", "))
	g.bytes += 16 + (bytes+3)*capacity
}

// length is the number of messages in a queue.
func (g *generator) length(q *guarded.Queue) string {
	switch {
	case q.Channel.Discipline == model.Bag:
		return g.p.Vars[q.Count].Name
	case array(q):
		return "n_" + q.Name
	}
	return "len(" + q.Name + ")"
}

// available is the condition that a message can be taken.
func (g *generator) available(t *guarded.Take) string {
	q := t.Queue
	switch {
	case q.Channel.Discipline == model.Bag:
		return fmt.Sprintf("%s[%d] > 0", q.Name, t.Cell)
	case array(q):
		list := []string{g.length(q) + " > 0"}
		for i, word := range g.mark(q, t.Kind) {
			list = append(list, column(q, i)+"[0] == "+word)
		}
		return strings.Join(list, " && ")
	}
	words := g.mark(q, t.Kind)
	for range q.Fields {
		words = append(words, "_")
	}
	return fmt.Sprintf("%s?[%s]", q.Name, strings.Join(words, ", "))
}

// remove takes a message out, its values into the variables for them.
func (g *generator) remove(t *guarded.Take) []string {
	q := t.Queue
	words := g.mark(q, t.Kind)
	switch {
	case q.Channel.Discipline == model.Bag:
		return []string{fmt.Sprintf("%s[%d]--", q.Name, t.Cell), g.length(q) + "--"}
	case array(q):
		var list []string
		for i, read := range t.Reads {
			if read {
				list = append(list, fmt.Sprintf("tmp%d = %s[0]", i, column(q, len(words)+i)))
			}
		}
		n := g.length(q)
		shift, clear := []string{}, []string{}
		for i := range g.columns(q) {
			c := column(q, i)
			shift = append(shift, fmt.Sprintf("%s[i] = %s[i + 1]", c, c))
			clear = append(clear, fmt.Sprintf("%s[%s] = 0", c, n))
		}
		list = append(list, n+"--", fmt.Sprintf("i = 0; do :: i < %s -> %s; i++ :: else -> break od", n, strings.Join(shift, "; ")))
		return append(list, clear...)
	}
	for i, read := range t.Reads {
		if read {
			words = append(words, fmt.Sprintf("tmp%d", i))
		} else {
			words = append(words, "_")
		}
	}
	return []string{fmt.Sprintf("%s?%s", q.Name, strings.Join(words, ", "))}
}

// overtakes is the condition that a message can be put in front of others.
func (g *generator) overtakes(u guarded.Put) string {
	n := g.length(u.Queue)
	var differ []string
	for i, word := range g.words(u.Queue, u.Kind, u.Values) {
		differ = append(differ, fmt.Sprintf("%s[%s - %d] != %s", column(u.Queue, i), n, u.Overtakes, word))
	}
	return fmt.Sprintf("%s >= %d && (%s)", n, u.Overtakes, strings.Join(differ, " || "))
}

// put adds a message, as often as it says.
func (g *generator) put(u guarded.Put) []string {
	q := u.Queue
	if q.Channel.Discipline == model.Bag {
		cell := fmt.Sprintf("%s[%s]", q.Name, g.expr(u.Cell))
		n := g.length(q)
		return []string{
			fmt.Sprintf("%s = %s + %d", cell, cell, u.Times),
			fmt.Sprintf("%s = %s + %d", n, n, u.Times),
		}
	}
	words := g.words(q, u.Kind, u.Values)
	var list []string
	if !array(q) {
		for range u.Times {
			list = append(list, q.Name+"!"+strings.Join(words, ", "))
		}
		return list
	}
	n := g.length(q)
	if u.Overtakes > 0 {
		var shift []string
		for i := range words {
			c := column(q, i)
			shift = append(shift, fmt.Sprintf("%s[i] = %s[i - 1]", c, c))
		}
		list = append(list, fmt.Sprintf("i = %s; do :: i > %s - %d -> %s; i-- :: else -> break od", n, n, u.Overtakes, strings.Join(shift, "; ")))
	}
	for range u.Times {
		for i, word := range words {
			at := n
			if u.Overtakes > 0 {
				at = fmt.Sprintf("%s - %d", n, u.Overtakes)
			}
			list = append(list, fmt.Sprintf("%s[%s] = %s", column(q, i), at, word))
		}
		list = append(list, n+"++")
	}
	return list
}

// empty throws away what a queue holds.
func (g *generator) empty(q *guarded.Queue) []string {
	n := g.length(q)
	switch {
	case q.Channel.Discipline == model.Bag:
		return []string{n + " = 0", fmt.Sprintf("i = 0; do :: i < %d -> %s[i] = 0; i++ :: else -> break od", q.Cells, q.Name)}
	case array(q):
		var clear []string
		for i := range g.columns(q) {
			clear = append(clear, column(q, i)+"[i] = 0")
		}
		return []string{n + " = 0", fmt.Sprintf("i = 0; do :: i < %d -> %s; i++ :: else -> break od", q.Channel.Capacity, strings.Join(clear, "; "))}
	}
	blanks := make([]string, len(g.columns(q)))
	for i := range blanks {
		blanks[i] = "_"
	}
	return []string{fmt.Sprintf("do :: %s > 0 -> %s?%s :: else -> break od", n, q.Name, strings.Join(blanks, ", "))}
}
