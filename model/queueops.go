package model

import "chorcheck/lts"

// The general way to find steps changes queues in a copy of the state, in place.

// find is the place of a message with a symbol that can be taken, at from or later,
// or -1. Equal messages of a bag stand side by side; only the first one is found.
func (q *queue) find(s lts.State, symbol, from int) int {
	length := q.length(s)
	if !q.bag {
		if from == 0 && length > 0 && q.symbolOf(q.value(s, 0)) == symbol {
			return 0
		}
		return -1
	}
	for i := from; i < length; i++ {
		v := q.value(s, i)
		if q.symbolOf(v) == symbol && (i == 0 || q.value(s, i-1) != v) {
			return i
		}
	}
	return -1
}

// add puts a message at the end of a queue, which has room for it.
func (n *Network) add(t lts.State, q *queue, value uint64) {
	if q.dictionary != nil {
		f := q.fields[0]
		t[f.word] ^= uint64(n.tables[q.puts[value]+uint32(f.get(t))]&deltaMask) << f.shift
		return
	}
	q.putSlot(t, q.length(t), value)
}

// room reports whether a message can be put into a queue.
func (n *Network) room(s lts.State, q *queue) bool { return q.length(s) < q.capacity }

// remove takes the i-th message out of a queue.
func (n *Network) remove(t lts.State, q *queue, i int) {
	if q.dictionary != nil {
		f := q.fields[0]
		content := f.get(t)
		t[f.word] ^= uint64(n.tables[q.takes[q.dictionary[content][i]]+uint32(content)]&deltaMask) << f.shift
		return
	}
	q.removeSlot(t, i)
}

// insertSlot puts a message before the one at a place; the queue is not full.
func (q *queue) insertSlot(t lts.State, length, at int, value uint64) {
	for i := length; i > at; i-- {
		q.slot(i).set(t, q.slot(i-1).get(t))
	}
	q.slot(at).set(t, value)
}

// clear empties a queue.
func (q *queue) clear(t lts.State) {
	for _, f := range q.fields {
		f.set(t, 0)
	}
}

// sortSlots puts the messages of a bag in order again, after their numbers have changed.
func (q *queue) sortSlots(t lts.State) {
	length := q.length(t)
	for i := 1; i < length; i++ {
		v := q.slot(i).get(t)
		j := i
		for ; j > 0 && q.slot(j-1).get(t) > v; j-- {
			q.slot(j).set(t, q.slot(j-1).get(t))
		}
		q.slot(j).set(t, v)
	}
}

// tellsOf joins the marks of the messages that a queue holds.
func (q *queue) tellsOf(t lts.State, marks []uint64) uint64 {
	all := uint64(0)
	if q.dictionary != nil {
		for _, symbol := range q.dictionary[q.fields[0].get(t)] {
			all |= marks[q.messages[symbol-1]]
		}
		return all
	}
	for i := range q.length(t) {
		all |= marks[q.messages[q.symbolOf(q.value(t, i))-1]]
	}
	return all
}
