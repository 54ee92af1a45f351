package model

import (
	"slices"

	"chorcheck/lts"
)

// counter counts the faults that have struck against a limit.
type counter struct {
	field
	limit uint64
}

// faultPlan is one fault of the environment, compiled.
type faultPlan struct {
	*Fault
	index    int
	counters []int    // in general.counters
	during   []during // it strikes only while one of these roles is there; nil: always
	link     field    // Disconnect, Partition: it is down

	action   lts.Action   // crash, silence, a link that goes down, a stray message that is put
	vanish   lts.Action   // a stray message that nobody is there to take
	heals    lts.Action   // of a link
	actions  []lts.Action // Loss, Duplicate, Reorder: by move of the role from first on; RaiseFault likewise
	first    uint32
	places   int    // Reorder: so many actions a move
	gone     uint64 // Crash, Silence: the flat state of the role
	keeps    bool   // Crash: the queues stay
	message  messageID
	queue    int             // Stray: -1 on sync
	partners [][]partnerMove // Stray on sync: by flat state of the receiver
}

// during has, by flat state of a role, whether it is in one of the scopes.
type during struct {
	role RoleID
	in   []bool
}

// strike appends the ways in which a fault can strike.
func (n *Network) strike(p *faultPlan, s lts.State, out *lts.Steps) lts.Marks {
	if n.exhausted(p, s) {
		return 0
	}
	if p.during != nil && !slices.ContainsFunc(p.during, func(d during) bool { return d.in[n.locals[d.role].get(s)] }) {
		return 0
	}
	switch p.Kind {
	case Crash, Silence:
		return n.strikeRole(p, s, out)
	case Disconnect, Partition:
		if p.link.get(s) == 0 {
			t := out.Append(p.action, s)
			p.link.set(t, 1)
			n.count(p, t)
		}
		return 0
	case Stray:
		return n.stray(p, s, out)
	}
	row := &n.general.rows[p.Role][n.locals[p.Role].get(s)]
	if !row.live {
		return 0
	}
	if p.Kind == RaiseFault {
		return n.raise(p, row, s, out)
	}
	if n.cut(p.Role, p.Peer, true, s) || n.general.drops[p.Role] && n.mustDiscard(p.Role, s) {
		return 0
	}
	var marks lts.Marks
	for i := row.start; i < row.raises; i++ {
		m := &n.general.moves[i]
		if (m.op == moveSend || m.op == moveSync) && m.peer == p.Peer {
			marks |= n.spoil(p, m, int(i-p.first), s, out)
		}
	}
	return marks
}

// exhausted reports whether a fault can strike no more.
func (n *Network) exhausted(p *faultPlan, s lts.State) bool {
	for _, i := range p.counters {
		if c := &n.general.counters[i]; c.get(s) >= c.limit {
			return true
		}
	}
	return false
}

func (n *Network) count(p *faultPlan, t lts.State) {
	for _, i := range p.counters {
		c := &n.general.counters[i]
		t[c.word] += 1 << c.shift // it is below its limit, which the field can hold
	}
}

// strikeRole crashes or silences a role.
func (n *Network) strikeRole(p *faultPlan, s lts.State, out *lts.Steps) lts.Marks {
	local := &n.locals[p.Role]
	if !n.general.rows[p.Role][local.get(s)].live {
		return 0
	}
	t := out.Append(p.action, s)
	local.set(t, p.gone)
	n.forget(t, p.Role)
	if !p.keeps {
		for _, q := range n.queues {
			if q.to == p.Role {
				q.clear(t)
			}
		}
	}
	n.count(p, t)
	return n.settle(t)
}

// recoverRole appends the step by which a crashed role starts again.
func (n *Network) recoverRole(r RoleID, action lts.Action, s lts.State, out *lts.Steps) {
	if n.Status(s, r) != HasCrashed {
		return
	}
	t := out.Append(action, s)
	n.locals[r].set(t, 0)
	for other := range n.locals {
		n.general.noticed[other][r].set(t, 0)
	}
}

// raise appends the exceptions that the environment raises.
func (n *Network) raise(p *faultPlan, row *moveRow, s lts.State, out *lts.Steps) lts.Marks {
	var marks lts.Marks
	for i := row.raises; i < row.end; i++ {
		m := &n.general.moves[i]
		if m.raises != p.Exception {
			continue
		}
		t := out.Append(p.actions[i-p.first], s)
		marks |= m.enabled | n.goTo(t, p.Role, m, 0)
		n.count(p, t)
		marks |= n.settle(t)
	}
	return marks
}

// spoil appends what a fault makes of one send.
func (n *Network) spoil(p *faultPlan, m *move, i int, s lts.State, out *lts.Steps) lts.Marks {
	if m.op == moveSync {
		if p.Kind != Loss {
			return 0
		}
		t := out.Append(p.actions[i], s)
		marks := n.goTo(t, p.Role, m, 0)
		n.count(p, t)
		return marks | n.settle(t)
	}
	q := n.queues[m.queue]
	length := q.length(s)
	if length >= q.capacity || p.Kind == Duplicate && length+2 > q.capacity || p.Kind == Reorder && q.bag {
		return 0
	}
	if p.Kind == Reorder {
		var marks lts.Marks
		for place := 1; place <= length; place++ {
			t := out.Append(p.actions[i*p.places+place-1], s)
			more := n.goTo(t, p.Role, m, 0)
			value := n.sent(t, p.Role, m)
			if q.value(t, length-place) == value {
				dropLast(out) // in front of an equal message is the same as behind it
				continue
			}
			q.insertSlot(t, length, length-place, value)
			n.count(p, t)
			marks |= more | n.settle(t)
		}
		return marks
	}
	t := out.Append(p.actions[i], s)
	marks := n.goTo(t, p.Role, m, 0)
	if p.Kind == Duplicate {
		value := n.sent(t, p.Role, m)
		n.add(t, q, value)
		n.add(t, q, value)
	}
	n.count(p, t)
	return marks | n.settle(t)
}

// stray appends a message that nobody has sent.
func (n *Network) stray(p *faultPlan, s lts.State, out *lts.Steps) lts.Marks {
	if n.isGone(p.Peer, p.queue < 0, s) {
		n.count(p, out.Append(p.vanish, s))
		return 0
	}
	if p.queue >= 0 {
		q := n.queues[p.queue]
		if n.room(s, q) {
			t := out.Append(p.action, s)
			n.add(t, q, uint64(q.symbol[p.message]))
			n.count(p, t)
		}
		return 0
	}
	if n.general.drops[p.Peer] && n.mustDiscard(p.Peer, s) {
		return 0
	}
	var marks lts.Marks
	partners := p.partners[n.locals[p.Peer].get(s)]
	for i := range partners {
		x := &partners[i]
		if !n.fitsSync(x, p.message, p.Role, p.Peer, s) {
			continue
		}
		t := out.Append(x.action, s)
		m := move{peer: p.Peer, message: p.message}
		marks |= x.enabled | n.accept(t, &m, p.Role, x)
		n.count(p, t)
		marks |= n.settle(t)
	}
	return marks
}
