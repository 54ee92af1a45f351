package model

import (
	"fmt"

	"chorcheck/lts"
)

// fault adds the events of one fault of the environment.
func (l *localiser) fault(p *faultPlan) {
	for _, e := range l.whileIn(p) {
		if l.over() {
			return
		}
		for _, i := range p.counters {
			e.add(l.counters[i], l.counts(int(l.n.general.counters[i].limit)))
		}
		switch p.Kind {
		case Crash, Silence:
			l.strikeRole(p, e)
		case Disconnect, Partition:
			e.add(l.links[p.index], l.pair(0, 1))
			l.event(p.action, e)
		case Stray:
			l.stray(p, e)
		default:
			for flat, row := range l.n.general.rows[p.Role] {
				if row.live && !l.over() {
					l.strikeMoves(p, flat, &row, e)
				}
			}
		}
	}
	if l.links[p.index] >= 0 {
		e := effect{}
		e.add(l.links[p.index], l.pair(1, 0))
		l.event(p.heals, e)
	}
}

// whileIn begins the events of a fault: one for each role that can make it possible.
func (l *localiser) whileIn(p *faultPlan) []effect {
	if p.during == nil {
		return []effect{{}}
	}
	var out []effect
	for i, d := range p.during {
		e := effect{}
		e.add(l.n.RoleComponent(d.role), l.only(d.role, fmt.Sprint("during ", p.index, " ", i), func(flat int) bool { return d.in[flat] }))
		out = append(out, e)
	}
	return out
}

// counts is the relation of a counter that is below its limit.
func (l *localiser) counts(limit int) *lts.Relation {
	return l.pairs(fmt.Sprint("count ", limit), func() []lts.Pair {
		var out []lts.Pair
		for v := range uint32(limit) {
			out = append(out, lts.Pair{From: v, To: v + 1})
		}
		return out
	})
}

// strikeRole adds a crash or silence.
func (l *localiser) strikeRole(p *faultPlan, e effect) {
	n := l.n
	e.add(n.RoleComponent(p.Role), l.pairs(fmt.Sprint("strike ", p.Role, " ", p.gone), func() []lts.Pair {
		var out []lts.Pair
		for s, row := range n.general.rows[p.Role] {
			if row.live {
				out = append(out, lts.Pair{From: uint32(s), To: uint32(p.gone)})
			}
		}
		return out
	}))
	l.forgets(e, p.Role)
	for i, q := range n.queues {
		if q.to == p.Role && !p.keeps {
			e.add(n.QueueComponent(i), l.clear(i))
		}
	}
	l.event(p.action, e)
}

// strikeMoves adds what a fault makes of the moves of its role in one local state.
func (l *localiser) strikeMoves(p *faultPlan, flat int, row *moveRow, e effect) {
	g := l.n.general
	if p.Kind == RaiseFault {
		for i := row.raises; i < row.end; i++ {
			if m := &g.moves[i]; m.raises == p.Exception {
				x := e.clone()
				l.goes(x, p.Role, flat, int(m.to), m.failed)
				l.event(p.actions[i-p.first], x)
			}
		}
		return
	}
	for i := row.start; i < row.raises; i++ {
		m := &g.moves[i]
		if m.op != moveSend && m.op != moveSync || m.peer != p.Peer {
			continue
		}
		x := e.clone()
		l.nothingLate(x, p.Role, flat)
		l.arrives(x, p.Role, p.Peer, true)
		l.goes(x, p.Role, flat, int(m.to), m.failed)
		l.spoil(p, m, int(i-p.first), x)
	}
}

// spoil adds what a fault makes of one send.
func (l *localiser) spoil(p *faultPlan, m *move, i int, e effect) {
	if m.op == moveSync {
		if p.Kind == Loss {
			l.event(p.actions[i], e)
		}
		return
	}
	q, at := l.n.queues[m.queue], l.n.QueueComponent(int(m.queue))
	switch p.Kind {
	case Loss:
		e.add(at, l.room(int(m.queue), true))
		l.event(p.actions[i], e)
	case Duplicate:
		e.add(at, l.put(int(m.queue), m.value, 2))
		l.event(p.actions[i], e)
	case Reorder:
		if q.bag {
			return
		}
		for place := 1; place < q.capacity; place++ {
			x := e.clone()
			x.add(at, l.insert(int(m.queue), m.value, place))
			l.event(p.actions[i*p.places+place-1], x)
		}
	}
}

// clear makes the relation that empties a queue.
func (l *localiser) clear(q int) *lts.Relation {
	if l.n.IsRow(q) {
		return l.pass("clear", clearPass)
	}
	x := l.n.queues[q]
	return l.onQueue(q, "clear", func(s lts.State, result func(lts.State)) {
		t := s.Clone()
		x.clear(t)
		result(t)
	})
}

// insert makes the relation of putting a message before the last ones.
func (l *localiser) insert(q int, value uint64, place int) *lts.Relation {
	x := l.n.queues[q]
	if l.n.IsRow(q) {
		symbols := uint32(len(x.messages))
		return l.pass(fmt.Sprint("insert ", value, " ", place, " of ", symbols), func() *lts.Pass {
			return insertPass(uint32(value), uint32(place), symbols)
		})
	}
	return l.onQueue(q, fmt.Sprint("insert ", value, " ", place), func(s lts.State, result func(lts.State)) {
		length := x.length(s)
		if length >= x.capacity || place > length || x.value(s, length-place) == value {
			return
		}
		t := s.Clone()
		x.insertSlot(t, length, length-place, value)
		result(t)
	})
}

// stray adds a message that nobody has sent.
func (l *localiser) stray(p *faultPlan, e effect) {
	n, sync := l.n, p.queue < 0
	peer := n.RoleComponent(p.Peer)
	if l.canGo(p.Peer) {
		x := e.clone()
		x.add(peer, l.gone(p.Peer, sync))
		l.event(p.vanish, x)
		e.add(peer, l.present(p.Peer, sync))
	}
	if !sync {
		e.add(n.QueueComponent(p.queue), l.put(p.queue, uint64(n.queues[p.queue].symbol[p.message]), 1))
		l.event(p.action, e)
		return
	}
	for flat, partners := range p.partners {
		for i := range partners {
			x := &partners[i]
			if x.relation != anyRelation && x.relation != 0 {
				continue
			}
			c := e.clone()
			l.nothingLate(c, p.Peer, flat)
			l.goes(c, p.Peer, flat, int(x.to), x.failed)
			l.event(x.action, c)
		}
	}
}
