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
// distance of more than 2 becomes 2. A number that nobody holds is forgotten, with
// what is remembered of it. Above the lowest role that can still draw, all
// distances stay as they are.
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
	// By role, scope and local state: it may come to enter the scope anew (next), or
	// at all (first), by acting first; later means after a message of the scope, which
	// tells it a number.
	next, first           [][][]bool
	nextLater, firstLater [][][]bool
	restarts              []bool // by scope: a role may start again and enter it by acting first
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
	d.restarts = make([]bool, len(k.a.Scopes))
	for _, table := range []*[][][]bool{&d.next, &d.first, &d.nextLater, &d.firstLater} {
		*table = make([][][]bool, len(k.a.Machines))
		for r := range *table {
			(*table)[r] = make([][]bool, len(k.a.Scopes))
		}
	}
	for r := range k.a.Machines {
		for _, s := range k.looped[r] {
			anew := func(p Place) bool { return k.isFresh(p, s) }
			inside := func(p Place) bool { return k.inside(p.Position, s) }
			d.next[r][s], d.nextLater[r][s] = k.canComeTo(RoleID(r), s, anew, false), k.canComeTo(RoleID(r), s, anew, true)
			d.first[r][s], d.firstLater[r][s] = k.canComeTo(RoleID(r), s, inside, false), k.canComeTo(RoleID(r), s, inside, true)
			restarts := slices.ContainsFunc(n.options.Environment.Faults, func(f Fault) bool {
				return f.Kind == Crash && f.Recovers && f.Role == RoleID(r)
			})
			d.restarts[s] = d.restarts[s] || restarts && d.firstLater[r][s][k.a.Machines[r].Initial]
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

// canComeTo finds the local states from which a role can come to an action of its
// own, no receive, in such a place; later: also after it has taken a message that
// belongs to the scope for sure.
func (k *tracking) canComeTo(r RoleID, s ScopeID, where func(Place) bool, later bool) []bool {
	m := &k.a.Machines[r]
	before := make([][]int, len(m.States))
	can := make([]bool, len(m.States))
	var todo []int
	for t := range m.Transitions {
		tr := &m.Transitions[t]
		if tr.To >= 0 && (later || !k.tellsNumber(r, tr, s)) {
			before[tr.To] = append(before[tr.To], tr.From)
		}
		if tr.Kind != Receive && tr.Kind != Ignore && where(places(tr)[0]) && !can[tr.From] {
			can[tr.From] = true
			todo = append(todo, tr.From)
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
// a scope, and has the role go on in that instance.
func (k *tracking) tellsNumber(r RoleID, tr *Transition, s ScopeID) bool {
	return tr.Kind == Receive && k.told[r][s] && k.onlyFrom(MessagesOf{tr.Peer, r, tr.Label}, s) &&
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
// the lowest number from which a role may draw. What a role that draws knows is
// kept while somebody knows of a later instance.
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
		draws := c >= 0 && n.general.drawing.next[r][g.scope][c]
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

// lowestDrawer is the lowest number in the group from which a role may draw.
func (g *group) lowestDrawer(t lts.State) uint64 {
	n, d := g.n, &g.n.general.drawing
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
			if d.next[r][g.scope][c] {
				lowest = min(lowest, v)
			}
			later = d.nextLater[r][g.scope][c]
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
	lowest := g.lowestDrawer(t)
	g.forget(t, lowest)
	var to [maxNumber + 2]uint64 // the new numbers; 0: forgotten
	last, lastNew := uint64(0), uint64(0)
	for v := uint64(1); v <= maxNumber+1; v++ {
		switch {
		case v > lowest || lowest == 0:
			to[v] = lastNew + v - last
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
	g.put(t, &to, lowest)
	return marks
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
