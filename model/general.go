package model

import (
	"chorcheck/lts"
)

// The general way to find steps knows everything: scopes with late messages and
// numbers of instances, and all faults. It interprets moves, one for each step of
// a flat state, on copies of the packed state. The quick way, in next.go, does the
// same by tables where nothing of that exists.
type general struct {
	rows        [][]moveRow // by role and flat state
	moves       []move
	partners    [][][]partnerMove // by move.partners and flat state of the receiver
	partnerSets map[ActionInfo]int32
	late        []bool       // by message: it can be late for somebody
	drops       []bool       // by role: late messages can be in its queues, or before it
	queues      [][]int      // by role: its queues, if it drops
	discard     []lts.Action // by message: it is dropped
	noticed     [][]field    // by role and crashed role; no bits: there is nothing to notice

	counters []counter
	faults   []faultPlan
	recover  []lts.Action // by role
	links    [][][]field  // by two roles: bits of links that are down
	keep     bool         // queues to crashed roles

	numbers    [][]field   // by role and index of tracking.looped
	memory     [][][]field // and number - 1
	drawing    drawing
	forgetting forgetting
	confusable bool
}

type moveRow struct {
	start, end uint32
	raises     uint32 // the moves from this one on are raised by the environment
	live       bool
	marks      lts.Marks
	waits      uint32 // index into Network.waits, 0: none
}

type moveOp uint8

const (
	moveInternal moveOp = iota
	moveSend
	moveTake
	moveSync
	moveNotice
)

type move struct {
	op       moveOp
	relation relation
	failed   bool
	to       int32
	queue    int32
	peer     RoleID // of a send the receiver, of a notice who has crashed
	message  messageID
	value    uint64 // of the message in its queue, without numbers
	action   lts.Action
	vanish   lts.Action // a send whose message goes nowhere
	enabled  lts.Marks
	blocked  lts.Marks
	ops      []numberOp
	same     [][2]int // OnlyIf: numbers of the role and of the message that have to be equal
	raises   ExceptionID
	partners int32 // index in general.partners
}

// partnerMove is the receiver's half of a rendezvous.
type partnerMove struct {
	relation relation
	failed   bool
	to       int32
	action   lts.Action
	enabled  lts.Marks
	ops      []numberOp
	same     [][2]int
	discards bool // instead of all others, if the message is late
}

// nextGeneral is Next in the general way.
func (n *Network) nextGeneral(s lts.State, out *lts.Steps) lts.Marks {
	g := n.general
	var marks lts.Marks
	start := len(out.Actions)
	for r := range n.locals {
		marks |= n.roleSteps(RoleID(r), s, out)
	}
	for r, action := range g.recover {
		if action != noAction {
			n.recoverRole(RoleID(r), action, s, out)
		}
	}
	if len(out.Actions) == start {
		marks |= MarkQuiet
	}
	for i := range g.faults {
		marks |= n.strike(&g.faults[i], s, out)
	}
	for i := range g.faults {
		if p := &g.faults[i]; p.link.mask != 0 && p.link.get(s) != 0 {
			p.link.set(out.Append(p.heals, s), 0)
		}
	}
	if g.confusable {
		marks |= n.rememberedMarks(s)
	}
	return marks
}

// noAction stands for an action that there is not.
const noAction = ^lts.Action(0)

// roleSteps appends the steps that stand at one role.
func (n *Network) roleSteps(r RoleID, s lts.State, out *lts.Steps) lts.Marks {
	g := n.general
	row := &g.rows[r][n.locals[r].get(s)]
	marks := row.marks
	if !row.live {
		return 0
	}
	before := len(out.Actions)
	if g.drops[r] {
		marks |= n.discards(r, s, out)
		if len(out.Actions) > before {
			return marks
		}
	}
	for i := row.start; i < row.raises; i++ {
		marks |= n.move(&g.moves[i], r, s, out)
	}
	if row.waits != 0 && before == len(out.Actions) && n.allWaiting(n.waits[row.waits], s) {
		marks |= MarkUnspecified
	}
	return marks
}

func (n *Network) move(m *move, r RoleID, s lts.State, out *lts.Steps) lts.Marks {
	switch m.op {
	case moveInternal:
		t := out.Append(m.action, s)
		return m.enabled | n.goTo(t, r, m, 0) | n.settle(t)
	case moveSend:
		if n.cut(r, m.peer, false, s) {
			return n.vanishing(m, r, s, out)
		}
		q := n.queues[m.queue]
		if !n.room(s, q) {
			return m.blocked
		}
		t := out.Append(m.action, s)
		n.goTo(t, r, m, 0)
		n.add(t, q, n.sent(t, r, m))
		return m.enabled | n.settle(t)
	case moveTake:
		return n.takes(m, r, s, out)
	case moveSync:
		if n.cut(r, m.peer, true, s) {
			return n.vanishing(m, r, s, out)
		}
		return n.meet(m, r, s, out)
	}
	return n.notice(m, r, s, out)
}

// vanishing is a send that takes place although its message goes nowhere.
func (n *Network) vanishing(m *move, r RoleID, s lts.State, out *lts.Steps) lts.Marks {
	t := out.Append(m.vanish, s)
	return m.enabled | n.goTo(t, r, m, 0) | n.settle(t)
}

// goTo moves a role, with what that does to its numbers; value is the message taken.
func (n *Network) goTo(t lts.State, r RoleID, m *move, value uint64) lts.Marks {
	n.locals[r].set(t, uint64(m.to))
	if m.failed {
		n.forget(t, r)
		return 0
	}
	if len(m.ops) == 0 {
		return 0
	}
	var q *queue
	if m.op == moveTake {
		q = n.queues[m.queue]
	}
	return n.apply(t, r, m.ops, q, value)
}

// settle brings what is known of scopes into its canonical form.
func (n *Network) settle(t lts.State) lts.Marks {
	var marks lts.Marks
	if n.general.confusable {
		marks = n.renumber(t)
	}
	n.forgetPlain(t)
	return marks
}

// sent is the message that a send puts, with the numbers of its sender after the step.
func (n *Network) sent(t lts.State, r RoleID, m *move) uint64 {
	value := m.value
	q := n.queues[m.queue]
	for i, scope := range n.flat.tells[m.message].numbers {
		value = q.withNumber(value, i, n.general.numbers[r][n.flat.scopes.number[r][scope]].get(t))
	}
	return value
}

// takes appends the ways in which a receive or ignore takes a message.
func (n *Network) takes(m *move, r RoleID, s lts.State, out *lts.Steps) lts.Marks {
	q := n.queues[m.queue]
	var marks lts.Marks
	for i := q.find(s, int(m.value), 0); i >= 0; i = q.find(s, int(m.value), i+1) {
		value := q.value(s, i)
		if !n.fits(m, r, s, q, value) {
			continue
		}
		t := out.Append(m.action, s)
		marks |= n.goTo(t, r, m, value)
		n.remove(t, q, i)
		marks |= m.enabled | n.settle(t)
	}
	return marks
}

// fits reports whether a receive is meant for a message with such numbers.
func (n *Network) fits(m *move, r RoleID, s lts.State, q *queue, value uint64) bool {
	if m.relation != anyRelation && n.relate(r, s, m.message, q, value) != m.relation {
		return false
	}
	for _, p := range m.same {
		if n.general.numbers[r][p[0]].get(s) != q.numberOf(value, p[1]) {
			return false
		}
	}
	return true
}

// anyRelation is for moves that numbers are no matter of.
const anyRelation relation = -128

// relate compares the numbers of a message with the role's own.
func (n *Network) relate(r RoleID, s lts.State, id messageID, q *queue, value uint64) relation {
	tells := &n.flat.tells[id]
	for i, scope := range tells.numbers[:tells.own] {
		theirs, own := q.numberOf(value, i), n.ownNumber(r, scope, s)
		if theirs > own {
			return relation(i + 1)
		}
		if theirs < own {
			return relation(-i - 1)
		}
	}
	return 0
}

// meet appends the rendezvous of a send.
func (n *Network) meet(m *move, r RoleID, s lts.State, out *lts.Steps) lts.Marks {
	if n.general.drops[m.peer] && n.mustDiscard(m.peer, s) {
		return 0
	}
	var marks lts.Marks
	late := false
	all := n.general.partners[m.partners][n.locals[m.peer].get(s)]
	for i := range all {
		p := &all[i]
		if late {
			break
		}
		// What the sender's numbers are afterwards decides how its partners take it.
		t := out.Append(p.action, s)
		more := n.goTo(t, r, m, 0)
		if p.discards {
			late = n.isLateSync(m.message, r, m.peer, t)
		}
		if p.discards && !late || !n.fitsSync(p, m.message, r, m.peer, t) {
			dropLast(out)
			continue
		}
		if !p.discards {
			more |= n.accept(t, m, r, p)
		}
		marks |= m.enabled | p.enabled | more | n.settle(t)
	}
	return marks
}

// accept is the receiver's half of a rendezvous.
func (n *Network) accept(t lts.State, m *move, from RoleID, p *partnerMove) lts.Marks {
	n.locals[m.peer].set(t, uint64(p.to))
	if p.failed {
		n.forget(t, m.peer)
		return 0
	}
	return n.applySync(t, m.peer, from, m.message, p.ops)
}

// dropLast takes the last step out of the buffer again.
func dropLast(out *lts.Steps) {
	k := len(out.Actions) - 1
	out.Words = out.Words[:len(out.Words)-len(out.Target(k))]
	out.Actions = out.Actions[:k]
}

// fitsSync is fits for a rendezvous: the message has the numbers that its sender
// has in t, where the receiver has not moved yet.
func (n *Network) fitsSync(p *partnerMove, id messageID, from, to RoleID, t lts.State) bool {
	if p.relation != anyRelation && n.relateSync(id, from, to, t) != p.relation {
		return false
	}
	tells := &n.flat.tells[id]
	for _, x := range p.same {
		if n.general.numbers[to][x[0]].get(t) != n.ownNumber(from, tells.numbers[x[1]], t) {
			return false
		}
	}
	return true
}

func (n *Network) relateSync(id messageID, from, to RoleID, t lts.State) relation {
	tells := &n.flat.tells[id]
	for i, scope := range tells.numbers[:tells.own] {
		theirs, own := n.ownNumber(from, scope, t), n.ownNumber(to, scope, t)
		if theirs > own {
			return relation(i + 1)
		}
		if theirs < own {
			return relation(-i - 1)
		}
	}
	return 0
}

// notice appends the step by which a role notices a crash, if there is no
// message left that it could take first.
func (n *Network) notice(m *move, r RoleID, s lts.State, out *lts.Steps) lts.Marks {
	bit := n.general.noticed[r][m.peer]
	if n.Status(s, m.peer) != HasCrashed || bit.get(s) != 0 {
		return 0
	}
	row := &n.general.rows[r][n.locals[r].get(s)]
	for i := row.start; i < row.raises; i++ {
		x := &n.general.moves[i]
		if x.op != moveTake || n.flat.messages[x.message].From != m.peer {
			continue
		}
		q := n.queues[x.queue]
		for j := q.find(s, int(x.value), 0); j >= 0; j = q.find(s, int(x.value), j+1) {
			if n.fits(x, r, s, q, q.value(s, j)) {
				return 0
			}
		}
	}
	t := out.Append(m.action, s)
	marks := n.goTo(t, r, m, 0)
	if !m.failed {
		bit.set(t, 1)
	}
	return m.enabled | marks | n.settle(t)
}

// cut reports whether a message between two roles goes nowhere: the receiver is
// not there, or a link is down.
func (n *Network) cut(from, to RoleID, sync bool, s lts.State) bool {
	for _, f := range n.general.links[from][to] {
		if f.get(s) != 0 {
			return true
		}
	}
	return n.isGone(to, sync, s)
}

// isGone reports whether messages to a role vanish.
func (n *Network) isGone(r RoleID, sync bool, s lts.State) bool {
	m := &n.flat.machines[r]
	at := int(n.locals[r].get(s))
	return at >= m.gone && (sync || !n.general.keep || m.states[at].control == silencedControl)
}
