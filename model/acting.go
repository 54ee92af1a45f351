package model

import "slices"

// relation says how the number of an instance in a message relates to the
// receiver's own: 0 all looped scopes of the message have equal numbers; +i (-i)
// the i-th of them, from 1, is the first that differs, and the message is of a later
// (an earlier) instance of it.
type relation int8

// numberOp is what an action does to the numbers of its role.
type numberOp struct {
	kind    opKind
	number  int // index in tracking.looped of the role
	from    int // opAdopt: index in the numbers of the message
	outcome int // opRemember
}

type opKind uint8

const (
	opDraw     opKind = iota // the number becomes one more
	opAdopt                  // it becomes the message's
	opReset                  // it becomes 0, and earlier outcomes are forgotten
	opRemember               // the outcome of the present instance is kept
)

// What is known of a number in a message against the role's own, while the scopes
// are gone through from the outermost one.
const (
	equal = iota
	greater
	unlike // less, or not to be compared
)

// act carries out an action of role r in a place: it changes the role's ghost
// statuses, and says what happens to its numbers. message is nil if the action
// takes none.
func (k *tracking) act(r RoleID, ghost []int64, tr *Transition, place Place, message *heard) []numberOp {
	if len(ghost) == 0 {
		return nil
	}
	chain := k.chains[place.Position]
	if place.Through.Part > 0 {
		k.enterHandler(r, ghost, place.Through, false)
	}
	if tr.Handler != nil {
		anew := slices.ContainsFunc(chain, func(l link) bool { return l.scope == tr.Handler.Scope && l.part == tr.Handler.Part }) &&
			k.isFresh(place, tr.Handler.Scope)
		k.enterHandler(r, ghost, *tr.Handler, anew)
	}
	for i, s := range k.scopes[r] {
		if statusIsIn(ghost[i]) && !k.inside(place.Position, s) && !k.a.Concurrent(k.a.Scopes[s].Thread, tr.Thread) {
			ghost[i]++ // `in` becomes `left`
		}
	}
	known := message.known()
	var ops []numberOp
	for i, l := range chain {
		slot := k.slot[r][l.scope]
		if slot < 0 {
			continue
		}
		if !k.a.Scopes[l.scope].Looped {
			ghost[slot] = statusOnce(ghost[slot], l.part)
			continue
		}
		number, from := k.number[r][l.scope], message.index(l.scope)
		above := from >= 0 && known[from] == greater
		fresh := i >= len(chain)-place.Fresh || ghost[slot] == statusNone
		if fresh || above {
			if k.memory[l.scope] && ghost[slot] != statusNone {
				ops = append(ops, numberOp{kind: opRemember, number: number, outcome: statusPart(ghost[slot])})
			}
			if above {
				ops = append(ops, numberOp{kind: opAdopt, number: number, from: from})
			} else {
				ops = append(ops, numberOp{kind: opDraw, number: number})
			}
			for j, s := range k.scopes[r] {
				if k.standsIn(s, l.scope) {
					ghost[j] = statusNone
					if n := k.number[r][s]; n >= 0 {
						ops = append(ops, numberOp{kind: opReset, number: n})
					}
				}
			}
			for j := from + 1; from >= 0 && j < len(known); j++ {
				known[j] = unlike
				if above {
					known[j] = greater
				}
			}
		}
		ghost[slot] = statusIn(l.part)
	}
	return ops
}

// statusOnce is the status for a scope that is not looped after an action in a part of it.
func statusOnce(status int64, part int) int64 {
	if statusHasLeft(status) && (part == 0 || statusPart(status) != 0) {
		return status
	}
	return statusIn(part)
}

// enterHandler is the first rule of entering; anew: the handler is that of an
// instance that the role enters.
func (k *tracking) enterHandler(r RoleID, ghost []int64, h HandlerRef, anew bool) {
	if slot := k.slot[r][h.Scope]; slot >= 0 && ghost[slot] == statusIn(0) && !anew {
		ghost[slot] = statusIn(h.Part)
	}
	for i, s := range k.scopes[r] {
		if !statusIsIn(ghost[i]) {
			continue
		}
		for _, l := range k.outer[s] {
			if l.scope == h.Scope && l.part == 0 {
				ghost[i]++
			}
		}
	}
}

// standsIn reports whether a scope stands in another one.
func (k *tracking) standsIn(s, outer ScopeID) bool {
	for _, l := range k.outer[s] {
		if l.scope == outer {
			return true
		}
	}
	return false
}

// heard is what a receiver hears of a message beside its values.
type heard struct {
	tag
	numbers  []ScopeID // the looped scopes that it belongs to and tells a number of, outermost first
	relation relation
}

func (m *heard) known() []int {
	if m == nil {
		return nil
	}
	known := make([]int, len(m.numbers))
	if m.relation == 0 {
		return known
	}
	first := max(int(m.relation), -int(m.relation)) - 1
	for i := first; i < len(known); i++ {
		known[i] = unlike
	}
	if m.relation > 0 {
		known[first] = greater
	}
	return known
}

func (m *heard) index(s ScopeID) int {
	if m != nil {
		for i, x := range m.numbers {
			if x == s {
				return i
			}
		}
	}
	return -1
}

// relations lists how a message can relate to a role with these statuses: its own
// numbers are 0 for scopes that it has never been in.
func (k *tracking) relations(r RoleID, ghost []int64, numbers []ScopeID) []relation {
	if len(numbers) == 0 {
		return []relation{0}
	}
	var out []relation
	for i, s := range numbers {
		out = append(out, relation(i+1))
		if slot := k.slot[r][s]; slot < 0 || ghost[slot] == statusNone {
			return out
		}
		out = append(out, relation(-i-1))
	}
	return append(out, 0)
}

// meant is the place in which a receive is meant.
func meant(places []Place, m *heard) Place {
	candidates := places[:0:0]
	for _, p := range places {
		if !m.stray && p.Position == m.position {
			candidates = append(candidates, p)
		}
	}
	if len(candidates) == 0 {
		candidates = places
	}
	best := candidates[0]
	for _, p := range candidates[1:] {
		if m.relation > 0 && p.Fresh > best.Fresh || m.relation <= 0 && p.Fresh < best.Fresh {
			best = p
		}
	}
	return best
}

// isStale reports whether a message belongs to an instance that its receiver has left.
func (k *tracking) isStale(r RoleID, ghost []int64, m *heard) bool {
	if len(ghost) == 0 {
		return false
	}
	known := m.known()
	for _, l := range k.chains[m.position] {
		slot := k.slot[r][l.scope]
		if i := m.index(l.scope); i >= 0 && known[i] != equal {
			return m.relation < 0
		}
		if slot >= 0 && statusHasLeft(ghost[slot]) {
			return true
		}
	}
	return false
}

// lateByStatus finds the scopes of which a message is late because of the role's
// present status, all numbers up to and including the scope's being equal.
func (k *tracking) lateByStatus(r RoleID, ghost []int64, s ScopeID, part int) bool {
	if len(ghost) == 0 || !k.a.Scopes[s].DiscardLate {
		return false
	}
	slot := k.slot[r][s]
	if slot < 0 || ghost[slot] == statusNone {
		return false
	}
	h := statusPart(ghost[slot])
	return h >= 1 && h != part
}
