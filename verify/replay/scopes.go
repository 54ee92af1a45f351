package replay

import (
	"cmp"

	"chorcheck/model"
)

// Phase is what a role has done in the latest instance of a scope that it knows.
type Phase uint8

// The phases.
const (
	None Phase = iota // it has never been in one
	In                // it is in part Part
	Left              // it has left it, from part Part
)

// ScopeStatus is what a role knows of one scope.
type ScopeStatus struct {
	Number   int // of the latest instance; 0 before the first one
	Phase    Phase
	Part     int       // 0 the body, i the i-th handler; 0 if Phase is None
	Outcomes []Outcome // of earlier instances, ascending
}

// Outcome is the part from which an instance was left.
type Outcome struct{ Number, Part int }

func compareStatuses(a, b ScopeStatus) int {
	return cmp.Or(cmp.Compare(a.Number, b.Number), cmp.Compare(a.Phase, b.Phase), cmp.Compare(a.Part, b.Part))
}

// outcome is how an earlier instance ended, as far as that is remembered.
func (s ScopeStatus) outcome(number int) (part int, known bool) {
	for _, o := range s.Outcomes {
		if o.Number == number {
			return o.Part, true
		}
	}
	return 0, false
}

// part is a part of a scope.
type part struct {
	scope model.ScopeID
	part  int
}

// chain gives the parts of scopes that a position stands in, outermost first.
func (in *Interpreter) chain(p model.PositionID) []part {
	var parts []part
	for _, q := range in.automata.Chain(p) {
		position := in.automata.Positions[q]
		parts = append(parts, part{position.Scope, position.Part})
	}
	return parts
}

// around gives the parts of scopes that a scope stands in, outermost first.
func (in *Interpreter) around(s model.ScopeID) []part { return in.chain(in.automata.Scopes[s].Outer) }

// partIn is the part of a scope that a chain goes through; found is false if the
// chain is outside the scope.
func partIn(chain []part, s model.ScopeID) (number int, found bool) {
	for _, p := range chain {
		if p.scope == s {
			return p.part, true
		}
	}
	return 0, false
}

// belongs gives the parts of scopes that a message belongs to, outermost first.
func (in *Interpreter) belongs(m Message) []part {
	if m.Stray {
		return nil
	}
	return in.chain(m.Position)
}

// enter carries out the rules of entering and leaving: a role fires t, at the given
// place, and takes m (nil: none).
func (in *Interpreter) enter(l *Local, t model.Transition, place model.Place, m *Message) {
	chain := in.chain(place.Position)
	if place.Through.Part > 0 {
		in.enterHandler(l, place.Through, false)
	}
	if t.Handler != nil {
		in.enterHandler(l, *t.Handler, entersAnew(chain, place, *t.Handler))
	}
	for s := range l.Scopes {
		_, inside := partIn(chain, model.ScopeID(s))
		if !inside && l.Scopes[s].Phase == In && !in.automata.Concurrent(in.automata.Scopes[s].Thread, t.Thread) {
			l.Scopes[s].Phase = Left
		}
	}
	// compared holds as long as the message's numbers have not differed from those
	// of the role: only then does its number for a scope inside mean anything.
	compared := m != nil
	for i, p := range chain {
		carried := 0 // the message's number, if it has one that counts
		if compared {
			if _, belongs := partIn(in.belongs(*m), p.scope); belongs && in.automata.Scopes[p.scope].Looped {
				carried = m.Scopes[p.scope].Number
			}
		}
		in.enterScope(l, p, len(chain)-i <= place.Fresh, carried)
		if carried != 0 && carried != l.Scopes[p.scope].Number {
			compared = false
		}
	}
}

// enterHandler is the first rule of entering and leaving: the body becomes the handler,
// unless that is the one of a new instance, and the scopes inside the body are left.
func (in *Interpreter) enterHandler(l *Local, h model.HandlerRef, anew bool) {
	if own := &l.Scopes[h.Scope]; own.Phase == In && own.Part == 0 && !anew {
		own.Part = h.Part
	}
	for s := range l.Scopes {
		if p, inside := partIn(in.around(model.ScopeID(s)), h.Scope); inside && p == 0 && l.Scopes[s].Phase == In {
			l.Scopes[s].Phase = Left
		}
	}
}

// entersAnew reports whether a place is in a handler of an instance that is entered
// there.
func entersAnew(chain []part, place model.Place, h model.HandlerRef) bool {
	for i, p := range chain {
		if p.scope == h.Scope && p.part == h.Part {
			return len(chain)-i <= place.Fresh
		}
	}
	return false
}

// enterScope is the third rule of entering and leaving, for one scope of the chain.
func (in *Interpreter) enterScope(l *Local, p part, fresh bool, carried int) {
	own := &l.Scopes[p.scope]
	looped := in.automata.Scopes[p.scope].Looped
	number := own.Number
	switch {
	case carried > own.Number:
		number = carried
	case own.Phase == None || fresh && looped:
		number++
	}
	if number != own.Number {
		if own.Phase != None {
			own.Outcomes = append(own.Outcomes, Outcome{own.Number, own.Part})
		}
		for s := range l.Scopes {
			if _, inside := partIn(in.around(model.ScopeID(s)), p.scope); inside {
				l.Scopes[s] = ScopeStatus{}
			}
		}
		own.Number, own.Phase, own.Part = number, In, p.part
		return
	}
	// A role does not come back to what it has left, but for a handler that takes it
	// from the end of the body.
	if !looped && own.Phase == Left && (own.Part != 0 || p.part == 0) {
		return
	}
	own.Phase, own.Part = In, p.part
}

// order compares the message's numbers with the receiver's, outermost first: it is
// negative for a message of an earlier instance, positive for one of a later one.
func (in *Interpreter) order(l Local, m Message) int {
	for _, p := range in.belongs(m) {
		if !in.automata.Scopes[p.scope].Looped {
			continue
		}
		if d := cmp.Compare(m.Scopes[p.scope].Number, l.Scopes[p.scope].Number); d != 0 {
			return d
		}
	}
	return 0
}

// place says which of the places of a transition is meant. Only a receive has
// several, and m is what it takes; nil for others.
func (in *Interpreter) place(l Local, t model.Transition, m *Message) model.Place {
	if len(t.Places) == 0 {
		return model.Place{}
	}
	if m == nil || len(t.Places) == 1 {
		return t.Places[0]
	}
	var meant []model.Place
	for _, p := range t.Places {
		if !m.Stray && p.Position == m.Position {
			meant = append(meant, p)
		}
	}
	if meant == nil {
		meant = t.Places
	}
	later := in.order(l, *m) > 0
	best := meant[0]
	for _, p := range meant {
		if later && p.Fresh > best.Fresh || !later && p.Fresh < best.Fresh {
			best = p
		}
	}
	return best
}

// stale gives the outermost scope of which the message belongs to an instance that
// its receiver has left.
func (in *Interpreter) stale(l Local, m Message) (model.ScopeID, bool) {
	for _, p := range in.belongs(m) {
		own, number := l.Scopes[p.scope], m.Scopes[p.scope].Number
		switch {
		case own.Phase == None:
			return 0, false
		case number < own.Number || number == own.Number && own.Phase == Left:
			return p.scope, true
		case number != own.Number:
			return 0, false
		}
	}
	return 0, false
}

// late reports whether a scope has its late messages discarded, and the message is
// one of them for its receiver.
func (in *Interpreter) late(l Local, m Message) bool {
	for _, p := range in.belongs(m) {
		own, number := l.Scopes[p.scope], m.Scopes[p.scope].Number
		if in.automata.Scopes[p.scope].DiscardLate {
			outcome, known := own.Part, own.Phase != None
			if number != own.Number {
				outcome, known = own.outcome(number)
			}
			if known && outcome >= 1 && outcome != p.part {
				return true
			}
		}
		if number != own.Number {
			return false
		}
	}
	return false
}

// overtaken reports whether a scope has its late messages discarded, and behind the
// first message of the queue waits one of the same sender that belongs to a handler
// of the same instance, and to another part than the first one.
func (in *Interpreter) overtaken(content []Message) bool {
	head := content[0]
	chain := in.belongs(head)
	for i, p := range chain {
		if !in.automata.Scopes[p.scope].DiscardLate {
			continue
		}
		for _, m := range content[1:] {
			part, belongs := partIn(in.belongs(m), p.scope)
			if m.Sender != head.Sender || !belongs || part == 0 || part == p.part {
				continue
			}
			same := true
			for _, outer := range chain[:i+1] {
				same = same && m.Scopes[outer.scope].Number == head.Scopes[outer.scope].Number
			}
			if same {
				return true
			}
		}
	}
	return false
}

// admits reports whether a receive may take the message as far as its OnlyIf is
// concerned.
func (in *Interpreter) admits(l Local, t model.Transition, m Message) bool {
	if t.OnlyIf == nil {
		return true
	}
	s := t.OnlyIf.Scope
	if _, belongs := partIn(in.belongs(m), s); m.Stray || belongs {
		return false
	}
	if said := m.Scopes[s]; said.Phase != Left || said.Part != t.OnlyIf.Part {
		return false
	}
	if l.Scopes[s].Phase == None {
		return true
	}
	same := m.Scopes[s].Number == l.Scopes[s].Number
	for _, p := range in.around(s) {
		same = same && m.Scopes[p.scope].Number == l.Scopes[p.scope].Number
	}
	return same
}

// tag makes a message say what its sender, whose step has just been taken, knows.
func tag(m *Message, l Local, position model.PositionID) {
	m.Position = position
	for _, own := range l.Scopes {
		own.Outcomes = nil
		m.Scopes = append(m.Scopes, own)
	}
}
