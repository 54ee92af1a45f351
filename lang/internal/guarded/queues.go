package guarded

import (
	"fmt"

	"chorcheck/model"
)

// queueKey finds a queue: shared ones have from == -1.
type queueKey struct{ from, to model.RoleID }

func (b *builder) key(from, to model.RoleID) queueKey {
	c := b.a.Channels.Of(from, to)
	_, own := b.a.Channels.Pairs[model.Pair{From: from, To: to}]
	if !own && (c.Discipline == model.Mailbox || c.Discipline == model.Bag) {
		return queueKey{-1, to}
	}
	return queueKey{from, to}
}

// collect finds the queues and what can be in them. A queue into which nothing is
// put stays empty, and is left out.
func (b *builder) collect() {
	for r := range b.a.Machines {
		from := model.RoleID(r)
		for _, t := range b.a.Machines[r].Transitions {
			if t.Kind != model.Send || b.a.Channels.Of(from, t.Peer).Discipline == model.Sync {
				continue
			}
			var ranges []Range
			for _, e := range t.Values {
				v := analyse(b.a, e)
				ranges = append(ranges, Range{v.low, v.high})
			}
			b.message(from, t.Peer, t.Label, ranges)
		}
	}
	for _, f := range b.p.Environment.Faults {
		if f.Kind == model.Stray && b.a.Channels.Of(f.Role, f.Peer).Discipline != model.Sync {
			b.message(f.Role, f.Peer, f.Label, nil)
		}
	}
	for _, q := range b.p.Queues {
		b.number(q)
	}
}

// message notes that a message can be in a queue, with values in these ranges.
func (b *builder) message(from, to model.RoleID, label model.LabelID, ranges []Range) {
	key := b.key(from, to)
	q := b.queues[key]
	if q == nil {
		c := b.a.Channels.Of(from, to)
		q = &Queue{Name: b.queueName(key, c.Discipline), Channel: c, From: key.from, To: to}
		b.queues[key] = q
		b.p.Queues = append(b.p.Queues, q)
	}
	k := q.kind(from, label)
	if k == nil {
		q.Kinds = append(q.Kinds, Kind{From: from, Label: label})
		k = &q.Kinds[len(q.Kinds)-1]
	}
	for i, r := range ranges {
		widen(&k.Values, i, r)
		if q.Channel.Discipline != model.Bag {
			widen(&q.Fields, i, r)
		}
	}
}

func widen(list *[]Range, i int, r Range) {
	if i == len(*list) {
		*list = append(*list, r)
		return
	}
	old := &(*list)[i]
	old.Low, old.High = min(old.Low, r.Low), max(old.High, r.High)
}

// number gives the messages of a bag their numbers.
func (b *builder) number(q *Queue) {
	if q.Channel.Discipline != model.Bag {
		return
	}
	q.Count = b.variable(Var{Name: "n_" + q.Name, High: int64(q.Channel.Capacity), Role: q.To})
	for i := range q.Kinds {
		k := &q.Kinds[i]
		k.base = q.Cells
		size := int64(1)
		for _, v := range k.Values {
			if size *= v.High - v.Low + 1; size > MaxCells {
				break
			}
		}
		if q.Cells += size; q.Cells > MaxCells {
			b.problem(nil, "choose smaller ranges of the values, or another discipline",
				"a bag of %s has more than %d kinds of messages", b.a.Roles[q.To].Name, MaxCells)
			return
		}
	}
}

func (q *Queue) kind(from model.RoleID, label model.LabelID) *Kind {
	for i := range q.Kinds {
		if q.Kinds[i].From == from && q.Kinds[i].Label == label {
			return &q.Kinds[i]
		}
	}
	return nil
}

func (b *builder) queueName(key queueKey, d model.Discipline) string {
	switch {
	case key.from < 0 && d == model.Mailbox:
		return "box_" + b.p.Roles[key.to]
	case key.from < 0:
		return "bag_" + b.p.Roles[key.to]
	case d == model.Bag:
		return "bag_of_" + b.p.Roles[key.from] + "_o_" + b.p.Roles[key.to]
	}
	return "chan_" + b.p.Roles[key.from] + "_o_" + b.p.Roles[key.to]
}

// put is what a send puts into its queue.
func (q *Queue) put(k *Kind, values []value, times int) Put {
	u := Put{Queue: q, Kind: k, Times: times}
	for _, v := range values {
		u.Values = append(u.Values, v.expr)
	}
	if q.Channel.Discipline == model.Bag {
		u.Cell = model.Const(k.base)
		for i, v := range u.Values {
			// Mixed radix: the last value counts by ones.
			weight := int64(1)
			for _, w := range k.Values[i+1:] {
				weight *= w.High - w.Low + 1
			}
			digit := binary(model.OpSub, v, model.Const(k.Values[i].Low))
			u.Cell = binary(model.OpAdd, u.Cell, binary(model.OpMul, digit, model.Const(weight)))
		}
	}
	return u
}

// cell is one message of a bag.
type cell struct {
	index  int64
	values []value
}

// each lists the messages of a kind.
func (k *Kind) each() []cell {
	list := []cell{{index: k.base}}
	for _, v := range k.Values {
		size := v.High - v.Low + 1
		var next []cell
		for _, c := range list {
			for i := range size {
				values := append(append([]value(nil), c.values...), constant(v.Low+i))
				next = append(next, cell{k.base + (c.index-k.base)*size + i, values})
			}
		}
		list = next
	}
	return list
}

// Messages lists the messages of a bag in the order of their cells, each with its values.
func (q *Queue) Messages() (kinds []*Kind, values [][]int64) {
	for i := range q.Kinds {
		for _, c := range q.Kinds[i].each() {
			var list []int64
			for _, v := range c.values {
				list = append(list, v.low)
			}
			kinds, values = append(kinds, &q.Kinds[i]), append(values, list)
		}
	}
	return kinds, values
}

func (k *Kind) title(a *model.Automata) string {
	return fmt.Sprintf("%s from %s", a.Labels[k.Label], a.Roles[k.From].Name)
}
