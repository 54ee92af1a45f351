package model

import "chorcheck/lts"

// A queue that can have very many contents is not one component but a row of them, one for each
// place, from the end to the head: what diagrams keep of it is then about what each message
// means, and not about each whole content. What is done to it becomes a pass from the end to the head.

// maxContents is how many contents a queue may have that is one component. Below some hundred a
// row costs more than it saves; beyond some thousand one component does (docs/symbolic.md).
const maxContents = 256

// asRow packs a queue as slots if, for the search with decision diagrams, it is to be a row.
func (q *queue) asRow(limit int) {
	switch {
	case limit == 0:
		limit = maxContents
	case limit < 0:
		limit = 0
	}
	if q.dictionary != nil && len(q.dictionary) > limit && !q.bag {
		q.encode(nil, true)
	}
}

// IsRow reports whether the content of a queue is a row of components; QueueComponent is the first of them.
func (n *Network) IsRow(q int) bool {
	x := n.queues[q]
	return x.dictionary == nil && !x.bag && x.numbers == 0 && !n.general.drops[x.to]
}

// row adds the components of a queue but the first, which is the place at the end.
func (l *localiser) row(q int) {
	x := l.n.queues[q]
	row := []int{l.n.QueueComponent(q)}
	for i := x.capacity - 2; i >= 0; i-- {
		row = append(row, l.component(l.out.Components[row[0]].Name, x.slot(i)))
	}
	l.out.Rows = append(l.out.Rows, row)
}

// pass makes a relation of rows, once for each key.
func (l *localiser) pass(key string, p func() *lts.Pass) *lts.Relation {
	if r := l.relations[key]; r != nil {
		return r
	}
	r := &lts.Relation{Pass: p()}
	l.relations[key] = r
	return r
}

func one(value, state uint32) []lts.Turn { return []lts.Turn{{Value: value, State: state}} }

// always is for passes that may end in any state.
func always(uint32) bool { return true }

// isOne is for passes that have to end in state 1.
func isOne(state uint32) bool { return state == 1 }

// putPass puts a message so many times: into the empty places next to the last message.
func putPass(value uint32, times uint32) *lts.Pass {
	return &lts.Pass{
		States: times + 1,
		Turn: func(state, v uint32) []lts.Turn {
			switch {
			case state == 0 && v == 0:
				return []lts.Turn{{Value: 0, State: 0}, {Value: value, State: 1}}
			case state < times && v == 0:
				return one(value, state+1)
			case state == times && v != 0:
				return one(v, state)
			}
			return nil
		},
		Ends: func(state uint32) bool { return state == times },
	}
}

// takePass takes the message at the head: each place gets what was behind it, which is the state.
func takePass(symbol, symbols uint32) *lts.Pass {
	return &lts.Pass{
		States: symbols + 1,
		Turn:   func(state, v uint32) []lts.Turn { return one(state, v) },
		Ends:   func(state uint32) bool { return state == symbol },
	}
}

// roomPass keeps the contents with room for one more, or those without.
func roomPass(room bool) *lts.Pass {
	return &lts.Pass{
		States: 2,
		Turn: func(state, v uint32) []lts.Turn {
			if state == 0 && (v == 0) != room {
				return nil
			}
			return one(v, 1)
		},
		Ends: isOne,
	}
}

func clearPass() *lts.Pass {
	return &lts.Pass{States: 1, Turn: func(uint32, uint32) []lts.Turn { return one(0, 0) }, Ends: always}
}

// headPass keeps the contents whose head, 0 if there is none, has a property.
func headPass(holds func(symbol uint32) bool) *lts.Pass {
	return &lts.Pass{
		States: 2,
		Turn: func(_, v uint32) []lts.Turn {
			if holds(v) {
				return one(v, 1)
			}
			return one(v, 0)
		},
		Ends: isOne,
	}
}

// eachPass keeps the contents of which all messages have a property.
func eachPass(holds func(symbol uint32) bool) *lts.Pass {
	return &lts.Pass{
		States: 1,
		Turn: func(_, v uint32) []lts.Turn {
			if v != 0 && !holds(v) {
				return nil
			}
			return one(v, 0)
		},
		Ends: always,
	}
}

// insertPass puts a message before the last so many messages, of which the first is another one.
// These move on by one place: what comes to a place is guessed, and has to be found in the next one.
func insertPass(value, place, symbols uint32) *lts.Pass {
	guess := func(at, symbol uint32) uint32 { return 1 + (at-1)*symbols + symbol - 1 }
	done := 1 + place*symbols
	guesses := func(at uint32) []lts.Turn {
		var out []lts.Turn
		for s := uint32(1); s <= symbols; s++ {
			out = append(out, lts.Turn{Value: s, State: guess(at, s)})
		}
		return out
	}
	return &lts.Pass{
		States: done + 1,
		Turn: func(state, v uint32) []lts.Turn {
			switch {
			case state == 0 && v == 0:
				return append(one(0, 0), guesses(1)...)
			case state == 0:
				return nil
			case state == done:
				if v == 0 {
					return nil
				}
				return one(v, done)
			}
			at, symbol := (state-1)/symbols+1, (state-1)%symbols+1
			switch {
			case v != symbol || at == place && symbol == value:
				return nil
			case at == place:
				return one(value, done)
			}
			return guesses(at + 1)
		},
		Ends: func(state uint32) bool { return state == done },
	}
}

// RoomPass keeps the contents of a queue that is a row with room for one more message.
func (n *Network) RoomPass() *lts.Pass { return roomPass(true) }

// HeadPass keeps the contents of a queue that is a row whose head is a message with a property.
func (n *Network) HeadPass(q int, holds func(message int) bool) *lts.Pass {
	messages := n.queues[q].messages
	return headPass(func(symbol uint32) bool { return symbol != 0 && holds(int(messages[symbol-1])) })
}

// EachPass keeps the contents of a queue that is a row of which all messages have a property.
func (n *Network) EachPass(q int, holds func(message int) bool) *lts.Pass {
	messages := n.queues[q].messages
	return eachPass(func(symbol uint32) bool { return holds(int(messages[symbol-1])) })
}
