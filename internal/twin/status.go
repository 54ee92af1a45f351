package twin

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"chorcheck/model"
)

// standing is what a role's status for a scope is.
type standing uint8

const (
	never standing = iota // none
	within
	left
)

// status of a role for one scope.
type status struct {
	number   int
	standing standing
	part     int
	memory   map[int]int // the outcomes of earlier instances
}

// statuses of a role, by scope.
type statuses []status

func (s statuses) clone() statuses {
	out := slices.Clone(s)
	for i := range out {
		out[i].memory = maps.Clone(out[i].memory)
	}
	return out
}

func (s statuses) String() string {
	var b strings.Builder
	for _, x := range s {
		fmt.Fprintf(&b, "%d.%d.%d", x.number, x.standing, x.part)
		for _, n := range slices.Sorted(maps.Keys(x.memory)) {
			fmt.Fprintf(&b, ",%d=%d", n, x.memory[n])
		}
		b.WriteByte(' ')
	}
	return b.String()
}

// message in a queue.
type message struct {
	from, to model.RoleID
	label    model.LabelID
	chain    []model.PositionID // it belongs to; none for a stray message
	number   []int              // by scope: the sender's number
	outcome  []int              // by scope not in the chain: the outcome with which the sender has left it; else -1
}

func (m message) String() string {
	return fmt.Sprint(m.from, ">", m.to, ":", m.label, m.chain, m.number, m.outcome)
}

// part of a scope that the message belongs to; -1: none.
func (m message) part(s *model.Structure, scope model.ScopeID) int {
	for _, p := range m.chain {
		if s.Positions[p].Scope == scope {
			return s.Positions[p].Part
		}
	}
	return -1
}

// insideOf reports whether scope t stands in any part of s.
func insideOf(s *model.Structure, t, outer model.ScopeID) bool {
	return slices.ContainsFunc(s.Chain(s.Scopes[t].Outer), func(p model.PositionID) bool { return s.Positions[p].Scope == outer })
}

// insideBody reports whether scope t stands in the body of s.
func insideBody(s *model.Structure, t, outer model.ScopeID) bool {
	return slices.ContainsFunc(s.Chain(s.Scopes[t].Outer), func(p model.PositionID) bool {
		return s.Positions[p] == model.Position{Scope: outer}
	})
}

// order compares the numbers of a message with the receiver's: -1 earlier, 1 later.
func order(s *model.Structure, own statuses, m message) int {
	for _, p := range m.chain {
		scope := s.Positions[p].Scope
		if s.Scopes[scope].Looped && m.number[scope] != own[scope].number {
			return cmp.Compare(m.number[scope], own[scope].number)
		}
	}
	return 0
}

// choose gives the way in which a receive with several places is meant.
// position is where a message was sent.
func (m message) position() model.PositionID {
	if n := len(m.chain); n > 0 {
		return m.chain[n-1]
	}
	return 0
}

func choose(s *model.Structure, own statuses, ways []way, m message) way {
	candidates := ways
	if m.number != nil { // a stray message belongs to nothing, not even to the outside
		position := m.position()
		fitting := slices.DeleteFunc(slices.Clone(ways), func(w way) bool { return w.place.Position != position })
		if len(fitting) > 0 {
			candidates = fitting
		}
	}
	byFresh := func(a, b way) int { return cmp.Compare(a.place.Fresh, b.place.Fresh) }
	if order(s, own, m) > 0 {
		return slices.MaxFunc(candidates, byFresh)
	}
	return slices.MinFunc(candidates, byFresh)
}

// entersAnew reports whether the handler that is entered is that of a new instance.
func entersAnew(s *model.Structure, w way) bool {
	chain := s.Chain(w.place.Position)
	for i, p := range chain {
		if s.Positions[p] == (model.Position{Scope: w.handler.Scope, Part: w.handler.Part}) {
			return i >= len(chain)-w.place.Fresh
		}
	}
	return false
}

// advance carries out the rules of entering and leaving. m is the message that is
// taken, or nil.
func advance(s *model.Structure, own statuses, w way, m *message) statuses {
	own = own.clone()
	handle := func(h model.HandlerRef, anew bool) {
		x := &own[h.Scope]
		if x.standing == within && x.part == 0 && !anew {
			x.part = h.Part
		}
		for t := range own {
			if insideBody(s, model.ScopeID(t), h.Scope) && own[t].standing == within {
				own[t].standing = left
			}
		}
	}
	if w.place.Through.Part > 0 {
		handle(w.place.Through, false)
	}
	if w.handler != nil {
		handle(*w.handler, entersAnew(s, w))
	}
	chain := s.Chain(w.place.Position)
	inChain := map[model.ScopeID]bool{}
	for _, p := range chain {
		inChain[s.Positions[p].Scope] = true
	}
	for t := range own {
		if !inChain[model.ScopeID(t)] && own[t].standing == within && !s.Concurrent(s.Scopes[t].Thread, w.thread) {
			own[t].standing = left
		}
	}
	compared := m != nil // so far the numbers around are equal
	for i, p := range chain {
		scope, part := s.Positions[p].Scope, s.Positions[p].Part
		x := &own[scope]
		looped := s.Scopes[scope].Looped
		greater := false
		if m != nil && compared && looped && m.part(s, scope) >= 0 {
			greater = m.number[scope] > x.number
		}
		anew := looped && len(chain)-i <= w.place.Fresh
		if anew || greater || x.standing == never {
			if x.standing != never {
				memory := maps.Clone(x.memory)
				if memory == nil {
					memory = map[int]int{}
				}
				memory[x.number] = x.part
				x.memory = memory
			}
			if greater {
				x.number = m.number[scope]
			} else {
				x.number++
			}
			reset(s, own, scope)
		}
		x.standing, x.part = within, part
		if looped && (m == nil || m.part(s, scope) < 0 || m.number[scope] != x.number) {
			compared = false
		}
	}
	return own
}

// reset forgets what a role knows about the scopes inside one.
func reset(s *model.Structure, own statuses, scope model.ScopeID) {
	for t := range own {
		if insideOf(s, model.ScopeID(t), scope) {
			own[t] = status{}
		}
	}
}

// stamp makes the message that a role sends from a place, with its statuses after the step.
func stamp(s *model.Structure, own statuses, w way, m message) message {
	m.chain = s.Chain(w.place.Position)
	m.number = make([]int, len(own)) // not nil: not stray
	m.outcome = make([]int, len(own))
	for t := range own {
		m.outcome[t] = -1
		scope := model.ScopeID(t)
		if m.part(s, scope) >= 0 {
			m.number[t] = own[t].number
			continue
		}
		if own[t].standing == left {
			m.outcome[t] = own[t].part
			m.number[t] = own[t].number
		}
	}
	// Who compares the instance of a scope compares those around it too.
	for t := range own {
		if m.outcome[t] >= 0 {
			for _, p := range s.Chain(s.Scopes[t].Outer) {
				around := s.Positions[p].Scope
				m.number[around] = own[around].number
			}
		}
	}
	return m
}

// sameAround reports whether the numbers of the looped scopes around a scope are equal.
func sameAround(s *model.Structure, scope model.ScopeID, a, b func(model.ScopeID) int) bool {
	for _, p := range s.Chain(s.Scopes[scope].Outer) {
		if t := s.Positions[p].Scope; s.Scopes[t].Looped && a(t) != b(t) {
			return false
		}
	}
	return true
}

func (m message) numbers(t model.ScopeID) int  { return m.number[t] }
func (s statuses) numbers(t model.ScopeID) int { return s[t].number }

// admits decides an only-if.
func admits(s *model.Structure, own statuses, h *model.HandlerRef, m message) bool {
	if h == nil {
		return true
	}
	if len(m.outcome) == 0 || m.outcome[h.Scope] != h.Part {
		return false
	}
	return own[h.Scope].standing == never ||
		m.number[h.Scope] == own[h.Scope].number && sameAround(s, h.Scope, m.numbers, own.numbers)
}

// stale reports whether a message is of an instance that its receiver has left.
func stale(s *model.Structure, own statuses, m message) bool {
	for _, p := range m.chain {
		t := s.Positions[p].Scope
		if !sameAround(s, t, m.numbers, own.numbers) {
			return false
		}
		x := own[t]
		if x.standing != never && (m.number[t] < x.number || m.number[t] == x.number && x.standing == left) {
			return true
		}
	}
	return false
}

// late reports whether a message is late for its receiver.
func late(s *model.Structure, own statuses, m message) bool {
	for _, p := range m.chain {
		t, part := s.Positions[p].Scope, s.Positions[p].Part
		if !s.Scopes[t].DiscardLate || !sameAround(s, t, m.numbers, own.numbers) {
			continue
		}
		x := own[t]
		if x.standing != never && m.number[t] == x.number && x.part >= 1 && x.part != part {
			return true
		}
		if h, known := x.memory[m.number[t]]; known && m.number[t] < x.number && h >= 1 && h != part {
			return true
		}
	}
	return false
}

// overtaken reports whether a message at the head of a queue is followed by one that
// tells of a handler.
func overtaken(s *model.Structure, head message, behind []message) bool {
	for _, p := range head.chain {
		t, part := s.Positions[p].Scope, s.Positions[p].Part
		if !s.Scopes[t].DiscardLate {
			continue
		}
		for _, m := range behind {
			if other := m.part(s, t); m.from == head.from && other >= 1 && other != part &&
				m.number[t] == head.number[t] && sameAround(s, t, m.numbers, head.numbers) {
				return true
			}
		}
	}
	return false
}
