package model

import "chorcheck/lts"

// discards appends the steps by which a role drops messages that are late. While
// there is one, the role has no other step.
func (n *Network) discards(r RoleID, s lts.State, out *lts.Steps) lts.Marks {
	var marks lts.Marks
	for _, i := range n.general.queues[r] {
		q := n.queues[i]
		for j := n.nextDiscard(q, r, s, 0); j >= 0; j = n.nextDiscard(q, r, s, j+1) {
			id := q.messages[q.symbolOf(q.value(s, j))-1]
			t := out.Append(n.general.discard[id], s)
			n.remove(t, q, j)
			marks |= n.settle(t)
		}
	}
	return marks
}

// mustDiscard reports whether a live role has a message that it has to drop.
func (n *Network) mustDiscard(r RoleID, s lts.State) bool {
	if !n.general.rows[r][n.locals[r].get(s)].live {
		return false
	}
	for _, i := range n.general.queues[r] {
		if n.nextDiscard(n.queues[i], r, s, 0) >= 0 {
			return true
		}
	}
	return false
}

// nextDiscard is the place of a message to be dropped, at from or later, or -1.
func (n *Network) nextDiscard(q *queue, r RoleID, s lts.State, from int) int {
	length := q.length(s)
	if !q.bag {
		length = min(length, 1)
	}
	for i := from; i < length; i++ {
		value := q.value(s, i)
		id := q.messages[q.symbolOf(value)-1]
		if !n.general.late[id] || q.bag && i > 0 && q.value(s, i-1) == value {
			continue
		}
		if n.isLate(id, r, s, q, value) || !q.bag && n.isBehind(id, s, q, value) {
			return i
		}
	}
	return -1
}

// isLate reports whether a message in a queue is late for its receiver.
func (n *Network) isLate(id messageID, r RoleID, s lts.State, q *queue, value uint64) bool {
	known := 0 // numbers that are compared
	return n.lateFor(id, r, s, func(ScopeID) uint64 {
		known++
		return q.numberOf(value, known-1)
	})
}

// isLateSync is isLate for a message that its sender hands over in t.
func (n *Network) isLateSync(id messageID, from, to RoleID, t lts.State) bool {
	return n.general.late[id] && n.lateFor(id, to, t, func(scope ScopeID) uint64 { return n.ownNumber(from, scope, t) })
}

// lateFor goes through the scopes of a message from the outermost one; theirs gives
// its number for the next looped one.
func (n *Network) lateFor(id messageID, r RoleID, s lts.State, theirs func(ScopeID) uint64) bool {
	k := n.flat.scopes
	ghost := n.flat.ghosts(r, n.flat.machines[r].states[n.locals[r].get(s)].values)
	for _, l := range k.chains[n.flat.tells[id].tag.position] {
		if k.told[r][l.scope] && k.a.Scopes[l.scope].Looped {
			their, own := theirs(l.scope), n.ownNumber(r, l.scope, s)
			if their < own && k.a.Scopes[l.scope].DiscardLate {
				h := int(n.general.memory[r][k.number[r][l.scope]][their-1].get(s)) - 1
				return h >= 1 && h != l.part
			}
			if their != own {
				return false
			}
		}
		if k.lateByStatus(r, ghost, l.scope, l.part) {
			return true
		}
	}
	return false
}

// isBehind reports whether behind the oldest message of a queue stands one of the
// same sender and the same instance of a scope that drops what is late, from
// another handler.
func (n *Network) isBehind(id messageID, s lts.State, q *queue, value uint64) bool {
	k := n.flat.scopes
	from := n.flat.messages[id].From
	length := q.length(s)
	for _, l := range k.chains[n.flat.tells[id].tag.position] {
		if !k.a.Scopes[l.scope].DiscardLate {
			continue
		}
		for i := 1; i < length; i++ {
			other := q.value(s, i)
			with := q.messages[q.symbolOf(other)-1]
			if n.flat.messages[with].From != from {
				continue
			}
			if part, ok := n.partIn(with, l.scope); ok && part >= 1 && part != l.part && n.sameInstance(id, value, with, other, q, l.scope) {
				return true
			}
		}
	}
	return false
}

// partIn is the part of a scope that a message belongs to, if any.
func (n *Network) partIn(id messageID, s ScopeID) (part int, ok bool) {
	for _, l := range n.flat.scopes.chains[n.flat.tells[id].tag.position] {
		if l.scope == s {
			return l.part, true
		}
	}
	return 0, false
}

// sameInstance reports whether two messages of a scope carry equal numbers for it
// and the scopes around it.
func (n *Network) sameInstance(x messageID, xValue uint64, y messageID, yValue uint64, q *queue, s ScopeID) bool {
	xs, ys := &n.flat.tells[x], &n.flat.tells[y]
	for i, scope := range xs.numbers[:xs.own] {
		if scope != s && !n.flat.scopes.standsIn(s, scope) {
			break
		}
		if ys.numbers[i] != scope || q.numberOf(xValue, i) != q.numberOf(yValue, i) {
			return false
		}
	}
	return true
}
