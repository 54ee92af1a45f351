package model

import (
	"math/bits"
	"slices"

	"chorcheck/lts"
)

// Instances of looped scopes have numbers, which grow without end. A configuration
// keeps them small: what matters is their order, which of them are equal, and what
// a role comes to that enters the next instance by acting first, "draws". So after
// each step, the numbers that roles and messages hold are closed up: 0 stays, and a
// distance of more than 2 becomes 2, or 1 where nobody can draw any more. A number
// that nobody holds is forgotten, with what is remembered of it. Above the lowest role
// that can still draw, all distances stay as they are.
//
// Also a receive can make a role draw, where a message does not tell a greater
// number. If the next number that is held lies 2 above, nobody knows whether it
// was 2 or more: the numbers are confused then, as they are where they do not fit
// into their fields.
//
// The numbers of a scope in a looped scope are compared only within one instance of
// that: they are closed up for each by itself.

// maxNumber is the greatest number of an instance in a configuration; a field can
// hold one more.
const maxNumber = 1<<numberBits - 2

// drawing says who may draw.
type drawing struct {
	scopes []ScopeID   // looped and tracked by somebody, outermost first
	around [][]ScopeID // by index in scopes: the looped scopes around it
	acting draws       // by an action of its own
	taking draws       // by a receive of what may tell it no number
}

// draws says by role, scope and local state whether a role may come to enter the
// scope anew (next), or at all (first); later means after a message of the scope,
// which tells it a number.
type draws struct {
	next, first           [][][]bool
	nextLater, firstLater [][][]bool
	restarts              []bool // by scope: a role may start again and then enter it
}

func (n *Network) makeDrawing() {
	k, d := n.flat.scopes, &n.general.drawing
	for s := range k.a.Scopes {
		if slices.ContainsFunc(k.number, func(of []int) bool { return of[s] >= 0 }) {
			d.scopes = append(d.scopes, ScopeID(s))
		}
	}
	slices.SortStableFunc(d.scopes, func(x, y ScopeID) int { return len(k.outer[x]) - len(k.outer[y]) })
	for _, s := range d.scopes {
		d.around = append(d.around, k.loopedAround(s))
	}
	for _, by := range []*draws{&d.acting, &d.taking} {
		by.restarts = make([]bool, len(k.a.Scopes))
		for _, table := range []*[][][]bool{&by.next, &by.first, &by.nextLater, &by.firstLater} {
			*table = make([][][]bool, len(k.a.Machines))
			for r := range *table {
				(*table)[r] = make([][]bool, len(k.a.Scopes))
			}
		}
	}
	for r := range k.a.Machines {
		r := RoleID(r)
		restarts := slices.ContainsFunc(n.options.Environment.Faults, func(f Fault) bool {
			return f.Kind == Crash && f.Recovers && f.Role == r
		})
		for _, s := range k.looped[r] {
			anew := func(p Place) bool { return k.isFresh(p, s) }
			inside := func(p Place) bool { return k.inside(p.Position, s) }
			acts := func(where func(Place) bool) func(*Transition) bool {
				return func(tr *Transition) bool {
					return tr.Kind != Receive && tr.Kind != Ignore && where(places(tr)[0])
				}
			}
			takes := func(where func(Place) bool) func(*Transition) bool {
				return func(tr *Transition) bool {
					return tr.Kind == Receive && slices.ContainsFunc(places(tr), where) && !k.tellsNumber(r, tr, s)
				}
			}
			fill := func(by *draws, next, first func(*Transition) bool) {
				by.next[r][s], by.nextLater[r][s] = k.canComeTo(r, s, next, false), k.canComeTo(r, s, next, true)
				by.first[r][s], by.firstLater[r][s] = k.canComeTo(r, s, first, false), k.canComeTo(r, s, first, true)
				by.restarts[s] = by.restarts[s] || restarts && by.firstLater[r][s][k.a.Machines[r].Initial]
			}
			fill(&d.acting, acts(anew), acts(inside))
			fill(&d.taking, takes(anew), takes(inside))
		}
	}
}

// isFresh reports whether a scope is entered anew in a place.
func (k *tracking) isFresh(p Place, s ScopeID) bool {
	chain := k.chains[p.Position]
	for i, l := range chain {
		if l.scope == s {
			return i >= len(chain)-p.Fresh
		}
	}
	return false
}

// canComeTo finds the local states from which a role can come to such an action;
// later: also after it has taken a message that tells it its number of the scope.
func (k *tracking) canComeTo(r RoleID, s ScopeID, draws func(*Transition) bool, later bool) []bool {
	m := &k.a.Machines[r]
	before := make([][]int, len(m.States))
	can := make([]bool, len(m.States))
	for t := range m.Transitions {
		tr := &m.Transitions[t]
		if tr.To >= 0 && (later || !k.tellsNumber(r, tr, s)) {
			before[tr.To] = append(before[tr.To], tr.From)
		}
		can[tr.From] = can[tr.From] || draws(tr)
	}
	return comeTo(can, before)
}

// comeTo adds the local states from which others of a set can be come to; before
// lists those that lead to each.
func comeTo(can []bool, before [][]int) []bool {
	var todo []int
	for s := range can {
		if can[s] {
			todo = append(todo, s)
		}
	}
	for len(todo) > 0 {
		s := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for _, b := range before[s] {
			if !can[b] {
				can[b] = true
				todo = append(todo, b)
			}
		}
	}
	return can
}

// tellsNumber reports whether a transition takes a message that tells its number of
// a scope, and has the role go on in that instance. In a looped scope around, the
// message may be of an earlier instance: then its number means nothing.
func (k *tracking) tellsNumber(r RoleID, tr *Transition, s ScopeID) bool {
	return len(k.loopedAround(s)) == 0 && tr.Kind == Receive && k.told[r][s] && k.onlyFrom(MessagesOf{tr.Peer, r, tr.Label}, s) &&
		!slices.ContainsFunc(places(tr), func(p Place) bool { return !k.inside(p.Position, s) })
}

// ownNumber is a role's number for a scope; 0 if it is never in it.
func (n *Network) ownNumber(r RoleID, s ScopeID, t lts.State) uint64 {
	if i := n.flat.scopes.number[r][s]; i >= 0 {
		return n.general.numbers[r][i].get(t)
	}
	return 0
}

// apply carries out what an action does to the numbers of its role; from a queue q
// it has taken the value, if it takes a message.
func (n *Network) apply(t lts.State, r RoleID, ops []numberOp, q *queue, value uint64) lts.Marks {
	var marks lts.Marks
	for i := range ops {
		op := &ops[i]
		if op.kind == opAdopt {
			n.general.numbers[r][op.number].set(t, q.numberOf(value, op.from))
			continue
		}
		if op.kind == opDraw && q != nil {
			marks |= n.confuses(t, r, op.number)
		}
		n.applyOwn(t, r, op)
	}
	return marks
}

// applySync is apply for the receiver of a rendezvous.
func (n *Network) applySync(t lts.State, r, from RoleID, id messageID, ops []numberOp) lts.Marks {
	var marks lts.Marks
	for i := range ops {
		op := &ops[i]
		if op.kind == opAdopt {
			n.general.numbers[r][op.number].set(t, n.ownNumber(from, n.flat.tells[id].numbers[op.from], t))
			continue
		}
		if op.kind == opDraw {
			marks |= n.confuses(t, r, op.number)
		}
		n.applyOwn(t, r, op)
	}
	return marks
}

func (n *Network) applyOwn(t lts.State, r RoleID, op *numberOp) {
	f := n.general.numbers[r][op.number]
	switch op.kind {
	case opDraw:
		f.set(t, f.get(t)+1)
	case opReset:
		f.set(t, 0)
		for _, m := range n.general.memory[r][op.number] {
			m.set(t, 0)
		}
	case opRemember:
		if op.outcome > 0 || n.automata.Scopes[n.flat.scopes.looped[r][op.number]].Agreed {
			n.general.memory[r][op.number][f.get(t)-1].set(t, uint64(1+op.outcome))
		}
	}
}

// forget clears all that a role knows of instances and of crashes.
func (n *Network) forget(t lts.State, r RoleID) {
	for _, f := range n.general.noticed[r] {
		f.set(t, 0)
	}
	for i, f := range n.general.numbers[r] {
		f.set(t, 0)
		for _, m := range n.general.memory[r][i] {
			m.set(t, 0)
		}
	}
}

// confuses reports whether a receive that makes a role draw leads to a number of
// which nobody knows how far it is from the next one that is held.
func (n *Network) confuses(t lts.State, r RoleID, number int) lts.Marks {
	scope := n.flat.scopes.looped[r][number]
	i := slices.Index(n.general.drawing.scopes, scope)
	around := n.general.drawing.around[i]
	at := n.general.numbers[r][number].get(t)
	g := group{n: n, scope: scope, around: around, key: n.keyOf(r, around, t)}
	g.collect(t)
	g.holdDifferences(t)
	if g.held>>(at+1)&1 == 0 && g.held>>(at+2)&1 != 0 {
		return MarkConfused
	}
	return 0
}

// keyOf packs a role's numbers for the scopes around a scope, the outermost highest.
func (n *Network) keyOf(r RoleID, around []ScopeID, t lts.State) uint64 {
	key := uint64(0)
	for _, s := range around {
		key = key<<numberBits | n.ownNumber(r, s, t)
	}
	return key
}

// group is the numbers of one scope within one instance of what is around it.
type group struct {
	n      *Network
	scope  ScopeID
	around []ScopeID
	key    uint64
	held   uint32 // by number: somebody has it
	source uint32 // by number: a message has it, or a role that may act in that instance
}

// numbersIn gives the key of a message in a queue, and the place of the number of
// the group's scope in it, -1 if it carries none.
func (g *group) numbersIn(id messageID, q *queue, value uint64) (key uint64, at int) {
	numbers := g.n.flat.tells[id].numbers
	at = slices.Index(numbers, g.scope)
	if at < 0 {
		return 0, -1
	}
	for _, s := range g.around {
		key = key<<numberBits | q.numberOf(value, slices.Index(numbers, s))
	}
	return key, at
}

func (g *group) collect(t lts.State) {
	n := g.n
	for r := range n.locals {
		if v := n.ownNumber(RoleID(r), g.scope, t); v > 0 && n.keyOf(RoleID(r), g.around, t) == g.key {
			g.held |= 1 << v
			c := n.flat.machines[r].states[n.locals[r].get(t)].control
			if c >= 0 && n.general.forgetting.active[r][g.scope][c] {
				g.source |= 1 << v
			}
		}
	}
	for _, q := range n.queues {
		if q.numbers == 0 {
			continue
		}
		for i := range q.length(t) {
			value := q.value(t, i)
			if key, at := g.numbersIn(q.messages[q.symbolOf(value)-1], q, value); at >= 0 && key == g.key {
				g.held |= 1 << q.numberOf(value, at)
				g.source |= 1 << q.numberOf(value, at)
			}
		}
	}
}

// forget clears what roles know of instances that nobody can come to any more: all
// messages that are on their way or can still be sent are of later ones. lowest is
// the lowest number from which a role may draw, by a receive or else. What a role
// that draws knows is kept while somebody knows of a later instance.
func (g *group) forget(t lts.State, lowest uint64) {
	n := g.n
	if !n.flat.scopes.forgotten[g.scope] {
		return
	}
	first := lowest + 1 // of those that can still come
	if g.source != 0 {
		first = min(first, uint64(bits.TrailingZeros32(g.source)))
	}
	most := uint64(bits.Len32(g.held)) - 1
	g.held = g.source
	for r := range n.locals {
		v := n.ownNumber(RoleID(r), g.scope, t)
		if v == 0 || n.keyOf(RoleID(r), g.around, t) != g.key {
			continue
		}
		c := n.flat.machines[r].states[n.locals[r].get(t)].control
		draws := c >= 0 && (n.general.drawing.acting.next[r][g.scope][c] || n.general.drawing.taking.next[r][g.scope][c])
		if v >= first || c < 0 || draws && v < most {
			g.held |= 1 << v
			continue
		}
		i := n.flat.scopes.number[r][g.scope]
		n.clear(t, RoleID(r), g.scope)
		n.general.numbers[r][i].set(t, 0)
		for j, s := range n.flat.scopes.looped[r] {
			if s != g.scope && !n.flat.scopes.standsIn(s, g.scope) {
				continue
			}
			n.general.numbers[r][j].set(t, 0)
			for _, m := range n.general.memory[r][j] {
				m.set(t, 0)
			}
		}
	}
}

// lowestDrawer is the lowest number in the group from which a role may draw in one
// of the two ways.
func (g *group) lowestDrawer(t lts.State, d *draws) uint64 {
	n := g.n
	if d.restarts[g.scope] {
		return 0
	}
	lowest := uint64(maxNumber + 2)
	for r := range n.locals {
		c := n.flat.machines[r].states[n.locals[r].get(t)].control
		if c < 0 || n.flat.scopes.number[r][g.scope] < 0 {
			continue
		}
		key := n.keyOf(RoleID(r), g.around, t)
		v := n.ownNumber(RoleID(r), g.scope, t)
		later := false
		switch {
		case key > g.key: // it never comes back
		case key == g.key && v > 0:
			// What a message tells it before it draws is no less than what it knows.
			if d.nextLater[r][g.scope][c] {
				lowest = min(lowest, v)
			}
		case d.first[r][g.scope][c]:
			return 0
		default:
			later = d.firstLater[r][g.scope][c]
		}
		if later && g.source != 0 {
			lowest = min(lowest, uint64(bits.TrailingZeros32(g.source)))
		}
	}
	return lowest
}

// renumber closes the numbers up. It gives MarkConfused if they do not fit.
func (n *Network) renumber(t lts.State) lts.Marks {
	d := &n.general.drawing
	var marks lts.Marks
	for i, s := range d.scopes {
		around := d.around[i]
		if len(around) == 0 {
			g := group{n: n, scope: s}
			marks |= g.close(t)
			continue
		}
		var buffer [16]uint64
		for _, key := range n.keys(s, around, t, buffer[:0]) {
			g := group{n: n, scope: s, around: around, key: key}
			marks |= g.close(t)
		}
	}
	return marks
}

// keys lists the instances of the scopes around a scope in which numbers of it are held.
func (n *Network) keys(s ScopeID, around []ScopeID, t lts.State, keys []uint64) []uint64 {
	for r := range n.locals {
		if n.ownNumber(RoleID(r), s, t) > 0 {
			if key := n.keyOf(RoleID(r), around, t); !slices.Contains(keys, key) {
				keys = append(keys, key)
			}
		}
	}
	g := group{n: n, scope: s, around: around}
	for _, q := range n.queues {
		if q.numbers == 0 {
			continue
		}
		for i := range q.length(t) {
			value := q.value(t, i)
			if key, at := g.numbersIn(q.messages[q.symbolOf(value)-1], q, value); at >= 0 && !slices.Contains(keys, key) {
				keys = append(keys, key)
			}
		}
	}
	return keys
}

// close finds the new numbers of a group and puts them into place.
func (g *group) close(t lts.State) lts.Marks {
	g.collect(t)
	lowest := g.lowestDrawer(t, &g.n.general.drawing.acting)
	known := min(lowest, g.lowestDrawer(t, &g.n.general.drawing.taking))
	g.forget(t, known)
	g.holdDifferences(t)
	var to [maxNumber + 2]uint64 // the new numbers; 0: forgotten
	last, lastNew := uint64(0), uint64(0)
	// Nobody can draw from a number below these: by a message that tells a number,
	// only who knows of its instance or a later one.
	settled := known
	if g.source != 0 {
		settled = min(settled, uint64(bits.TrailingZeros32(g.source)))
	}
	for v := uint64(1); v <= maxNumber+1; v++ {
		switch {
		case v > lowest || lowest == 0:
			to[v] = lastNew + v - last
		case g.held>>v&1 != 0 && v <= settled:
			to[v] = lastNew + 1
		case g.held>>v&1 != 0:
			to[v] = lastNew + min(v-last, 2)
		default:
			continue
		}
		last, lastNew = v, to[v]
	}
	var marks lts.Marks
	most := uint64(0)
	for v := uint64(1); v <= maxNumber+1; v++ {
		if g.held>>v&1 != 0 {
			most = to[v]
		}
	}
	if most > maxNumber {
		// One too many: the two lowest ones become one.
		marks = MarkConfused
		for v := range to {
			if to[v] > 1 {
				to[v]--
			}
		}
	}
	g.put(t, &to, known)
	return marks
}

// holdDifferences holds the latest instances that roles have left, where they have
// left them in different ways: a role can come to the next instance by the very
// step by which it leaves one, and then only its memory shows the difference.
func (g *group) holdDifferences(t lts.State) {
	n := g.n
	if !n.flat.scopes.outcomes[g.scope] {
		return
	}
	memory := func(r int) []field {
		if i := n.flat.scopes.number[r][g.scope]; i >= 0 && n.keyOf(RoleID(r), g.around, t) == g.key {
			return n.general.memory[r][i]
		}
		return nil
	}
	for r := range n.locals {
		own := memory(r)
		for v := len(own) - 1; v >= 0; v-- {
			part := int(own[v].get(t)) - 1
			if part < 0 {
				continue
			}
			for q := range n.locals {
				if other := memory(q); q != r && v < len(other) && n.conflict(g.scope, r, part, q, int(other[v].get(t))-1) {
					g.held |= 1 << (v + 1)
				}
			}
			break
		}
	}
}

// conflict reports whether two roles have ended an instance of a scope in ways that
// are not to go together; -1 is for a role that does not remember.
func (n *Network) conflict(s ScopeID, r, part, q, other int) bool {
	scope := &n.automata.Scopes[s]
	own := func(r, part int) bool { return part >= 1 && scope.Handlers[part-1].At == RoleID(r) }
	return part >= 0 && other >= 0 && part != other && (scope.Agreed || own(r, part) && own(q, other))
}

func (g *group) put(t lts.State, to *[maxNumber + 2]uint64, lowest uint64) {
	n := g.n
	for r := range n.locals {
		i := n.flat.scopes.number[r][g.scope]
		if i < 0 || n.keyOf(RoleID(r), g.around, t) != g.key {
			continue
		}
		f := n.general.numbers[r][i]
		f.set(t, to[f.get(t)])
		g.moveMemory(t, n.general.memory[r][i], to, lowest)
	}
	for _, q := range n.queues {
		if q.numbers == 0 {
			continue
		}
		changed := false
		for i := range q.length(t) {
			value := q.value(t, i)
			key, at := g.numbersIn(q.messages[q.symbolOf(value)-1], q, value)
			if at < 0 || key != g.key {
				continue
			}
			if next := q.withNumber(value, at, to[q.numberOf(value, at)]); next != value {
				q.slot(i).set(t, next)
				changed = true
			}
		}
		if changed && q.bag {
			q.sortSlots(t)
		}
	}
}

func (g *group) moveMemory(t lts.State, memory []field, to *[maxNumber + 2]uint64, lowest uint64) {
	all := !g.n.flat.scopes.forgotten[g.scope]
	for i, m := range memory {
		// New numbers are never greater than old ones, and in the same order.
		v := m.get(t)
		if v == 0 {
			continue
		}
		m.set(t, 0)
		// How an instance has ended matters as long as its messages can come.
		if j := to[i+1]; j > 0 && (all || g.source>>(i+1)&1 != 0 || uint64(i+1) > lowest) {
			memory[j-1].set(t, v)
		}
	}
}

// rememberedMarks is MarkOutcome if a role remembers how an instance has ended.
func (n *Network) rememberedMarks(s lts.State) lts.Marks {
	for r, looped := range n.flat.scopes.looped {
		for i, scope := range looped {
			if !n.flat.scopes.outcomes[scope] {
				continue
			}
			for _, m := range n.general.memory[r][i] {
				if m.get(s) > 1 {
					return MarkOutcome
				}
			}
		}
	}
	return 0
}
