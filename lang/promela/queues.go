package promela

import (
	"fmt"
	"strings"

	"chorcheck/model"
)

// queue is a queue that something is sent to.
type queue struct {
	channel model.Channel
	to      model.RoleID
	name    string
	fields  []value // fifo and mailbox: the range of each value of a message, over all messages
	kinds   []kind
	cells   int64 // bag: how many kinds of messages there are, values included
}

// kind is a sender and a label, and the ranges of the values.
type kind struct {
	from   model.RoleID
	label  model.LabelID
	values []value
	base   int64 // bag: the number of its first cell
}

// queueKey finds a queue: shared ones have from == -1.
type queueKey struct{ from, to model.RoleID }

func (g *generator) key(from, to model.RoleID) queueKey {
	c := g.a.Channels.Of(from, to)
	_, own := g.a.Channels.Pairs[model.Pair{From: from, To: to}]
	if !own && (c.Discipline == model.Mailbox || c.Discipline == model.Bag) {
		return queueKey{-1, to}
	}
	return queueKey{from, to}
}

// collect finds the queues and what can be in them. A queue that nobody sends to stays
// empty, and is left out.
func (g *generator) collect() {
	for r := range g.a.Machines {
		from := model.RoleID(r)
		for _, t := range g.a.Machines[r].Transitions {
			c := g.a.Channels.Of(from, t.Peer)
			if t.Kind != model.Send || c.Discipline == model.Sync {
				continue
			}
			key := g.key(from, t.Peer)
			q := g.queues[key]
			if q == nil {
				q = &queue{channel: c, to: t.Peer, name: g.queueName(key, c.Discipline)}
				g.queues[key] = q
				g.order = append(g.order, q)
			}
			k := q.kind(from, t.Label)
			if k == nil {
				q.kinds = append(q.kinds, kind{from: from, label: t.Label})
				k = &q.kinds[len(q.kinds)-1]
			}
			for i, e := range t.Values {
				v := g.expr(e)
				widen(&k.values, i, v)
				widen(&q.fields, i, v)
			}
		}
	}
	for _, q := range g.order {
		for i := range q.kinds {
			k := &q.kinds[i]
			k.base = q.cells
			size := int64(1)
			for _, v := range k.values {
				if size *= v.high - v.low + 1; size > maxCells {
					break
				}
			}
			if q.cells += size; q.cells > maxCells {
				break
			}
		}
	}
}

func widen(list *[]value, i int, v value) {
	if i == len(*list) {
		*list = append(*list, v)
		return
	}
	old := &(*list)[i]
	old.low, old.high = min(old.low, v.low), max(old.high, v.high)
}

func (q *queue) kind(from model.RoleID, label model.LabelID) *kind {
	for i := range q.kinds {
		if q.kinds[i].from == from && q.kinds[i].label == label {
			return &q.kinds[i]
		}
	}
	return nil
}

func (g *generator) queueName(key queueKey, d model.Discipline) string {
	switch {
	case key.from < 0 && d == model.Mailbox:
		return "box_" + g.roles[key.to]
	case key.from < 0:
		return "bag_" + g.roles[key.to]
	case d == model.Bag:
		return "bag_of_" + g.roles[key.from] + "_o_" + g.roles[key.to]
	}
	return "chan_" + g.roles[key.from] + "_o_" + g.roles[key.to]
}

// declare writes the queue.
func (q *queue) declare(g *generator) {
	count, size := typeFor(0, int64(q.channel.Capacity))
	if q.channel.Discipline == model.Bag {
		g.printf("%s %s[%d];\n%s n_%s;\n", count, q.name, q.cells, count, q.name)
		g.bytes += size * (int(q.cells) + 1)
		return
	}
	var types []string
	size = 0
	add := func(low, high int64) {
		name, bytes := typeFor(low, high)
		types = append(types, name)
		size += bytes
	}
	if q.channel.Discipline == model.Mailbox {
		add(0, int64(len(g.a.Roles)-1))
	}
	add(0, int64(len(g.a.Labels)-1))
	for _, v := range q.fields {
		add(min(v.low, 0), max(v.high, 0)) // messages with fewer values carry zeros
	}
	g.printf("chan %s = [%d] of { %s };\n", q.name, q.channel.Capacity, strings.Join(types, ", "))
	g.bytes += 16 + (size+3)*q.channel.Capacity
}

// room is the condition that a message can be put in.
func (q *queue) room() string {
	if q.channel.Discipline == model.Bag {
		return fmt.Sprintf("n_%s < %d", q.name, q.channel.Capacity)
	}
	return fmt.Sprintf("len(%s) < %d", q.name, q.channel.Capacity)
}

// head is how a message begins.
func (q *queue) head(g *generator, k *kind) []string {
	if q.channel.Discipline == model.Mailbox {
		return []string{fmt.Sprint(int(k.from)), g.labels[k.label]}
	}
	return []string{g.labels[k.label]}
}

// put is the statement that puts a message in.
func (q *queue) put(g *generator, k *kind, values []value) string {
	if q.channel.Discipline == model.Bag {
		cell := fmt.Sprint(k.base)
		for i, v := range values {
			// Mixed radix: the last value counts by ones.
			weight := int64(1)
			for _, w := range k.values[i+1:] {
				weight *= w.high - w.low + 1
			}
			cell += fmt.Sprintf(" + (%s - %s) * %d", v.text, number(k.values[i].low), weight)
		}
		return fmt.Sprintf("%s[%s]++; n_%s++", q.name, cell, q.name)
	}
	words := q.head(g, k)
	for i := range q.fields {
		if i < len(values) {
			words = append(words, values[i].text)
		} else {
			words = append(words, "0")
		}
	}
	return q.name + "!" + strings.Join(words, ", ")
}

// cell is one kind of message of a bag, with its values.
type cell struct {
	index  int64
	values []value
}

// each lists the cells of a kind.
func (k *kind) each() []cell {
	list := []cell{{index: k.base}}
	for _, v := range k.values {
		size := v.high - v.low + 1
		var next []cell
		for _, c := range list {
			for i := range size {
				values := append(append([]value(nil), c.values...), value{text: number(v.low + i), low: v.low + i, high: v.low + i})
				next = append(next, cell{k.base + (c.index-k.base)*size + i, values})
			}
		}
		list = next
	}
	return list
}
