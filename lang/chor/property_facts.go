package chor

import "chorcheck/model"

// propertyFacts is what a choreography, or automata, can do at all.
type propertyFacts struct {
	structure *model.Structure
	sent      traffic             // what somebody sends
	comes     traffic             // what somebody may receive: that, and what environments have stray
	dormant   map[string]struct{} // messages and timers of the text that are in no run
	timers    map[string][]model.TimerID
	raised    map[model.ExceptionID][]model.RoleID
	raises    map[endPointKey]struct{}
	scopes    map[model.ScopeID]scopeFacts
}

// traffic is a set of messages: those of roles, and those of arrays, named by their first member. An end or label of -1 stands for any.
type traffic struct {
	own, kin map[model.MessagesOf]struct{}
	labels   []model.MessagesOf // each once, in the order of the text
}

func newTraffic() traffic {
	return traffic{own: map[model.MessagesOf]struct{}{}, kin: map[model.MessagesOf]struct{}{}}
}

func (t *traffic) add(m model.MessagesOf, kin func(model.RoleID) model.RoleID) {
	if _, old := t.own[m]; old {
		return
	}
	t.labels = append(t.labels, m)
	for _, x := range []model.MessagesOf{m, {From: -1, To: m.To, Label: m.Label}, {From: m.From, To: -1, Label: m.Label}, {From: m.From, To: m.To, Label: -1}} {
		t.own[x] = struct{}{}
		if x.From >= 0 {
			x.From = kin(x.From)
		}
		if x.To >= 0 {
			x.To = kin(x.To)
		}
		t.kin[x] = struct{}{}
	}
}

// scopeFacts is what is in a scope.
type scopeFacts struct {
	positions []model.PositionID // of its parts
	handlers  []model.Seq        // the first one is part 1
	roles     roleSet            // those that act in some part of it
}

// roleSet has a bit for each role.
type roleSet []uint64

func (s roleSet) add(r model.RoleID)      { s[r/64] |= 1 << (r % 64) }
func (s roleSet) has(r model.RoleID) bool { return s[r/64]>>(r%64)&1 != 0 }

func (s roleSet) join(t roleSet) {
	for i, w := range t {
		s[i] |= w
	}
}

// factWalk collects facts from an unrolled choreography.
type factWalk struct {
	*propertyFacts
	kin   func(model.RoleID) model.RoleID
	words int // of a roleSet
}

func newFacts(s *model.Structure) *propertyFacts {
	f := &propertyFacts{
		structure: s, sent: newTraffic(), comes: newTraffic(), dormant: map[string]struct{}{}, timers: map[string][]model.TimerID{},
		raised: map[model.ExceptionID][]model.RoleID{}, raises: map[endPointKey]struct{}{}, scopes: map[model.ScopeID]scopeFacts{},
	}
	for id, t := range s.Timers {
		f.timers[t.Name] = append(f.timers[t.Name], model.TimerID(id))
	}
	return f
}

// facts looks at a choreography.
func (e *elaborator) facts(body model.Seq, endPoints []model.EndPoint, strays []model.MessagesOf) *propertyFacts {
	w := &factWalk{propertyFacts: newFacts(&e.failures.structure), kin: e.firstOf, words: (len(e.modelRoles) + 63) / 64}
	w.positions()
	w.walk(body, w.none())
	for _, p := range endPoints {
		w.raise(p.Exception, p.Role)
	}
	for _, m := range strays {
		w.comes.add(m, w.kin)
	}
	e.findDormant(e.file.Items, w.dormant)
	return w.propertyFacts
}

// firstOf is the first member of the array that a role is in, or the role itself.
func (e *elaborator) firstOf(r model.RoleID) model.RoleID {
	return r - model.RoleID(e.modelRoles[r].Index)
}

func (w *factWalk) none() roleSet { return make(roleSet, w.words) }

// positions prepares the facts about scopes.
func (w *factWalk) positions() {
	for id, p := range w.structure.Positions {
		if p.Scope >= 0 {
			s := w.scopes[p.Scope]
			s.positions = append(s.positions, model.PositionID(id)) // parts follow each other
			w.scopes[p.Scope] = s
		}
	}
}

func (w *factWalk) raise(x model.ExceptionID, at model.RoleID) {
	if _, old := w.raises[endPointKey{at, x}]; !old {
		w.raises[endPointKey{at, x}] = struct{}{}
		w.raised[x] = append(w.raised[x], at)
	}
}

// walk notes what stands in a sequence, and adds the roles that act in it to a set.
func (w *factWalk) walk(seq model.Seq, acting roleSet) {
	for _, s := range seq {
		switch n := s.(type) {
		case *model.Interaction:
			acting.add(n.From)
			acting.add(n.To)
			m := model.MessagesOf{From: n.From, To: n.To, Label: n.Label}
			w.sent.add(m, w.kin)
			w.comes.add(m, w.kin)
		case *model.Choice:
			acting.add(n.At)
			for _, b := range n.Branches {
				w.walk(b.Body, acting)
			}
		case *model.Par:
			for _, t := range n.Threads {
				w.walk(t, acting)
			}
		case *model.Loop:
			acting.add(n.At)
			w.walk(n.Body, acting)
		case *model.Rec:
			w.walk(n.Body, acting)
		case *model.Let:
			acting.add(n.At)
		case *model.Delay:
			acting.add(n.At)
		case *model.End:
			acting.add(n.At)
		case *model.RaiseStmt:
			acting.add(n.At)
			w.raise(n.Exception, n.At)
		case *model.RaiseAgain:
			acting.add(n.At) // what it raises was raised at the same role before
		case *model.Within:
			acting.add(n.At)
			w.raise(w.structure.Timers[n.Timer].Exception, n.At)
			w.walk(n.Body, acting)
		case *model.Try:
			w.try(n, acting)
		}
	}
}

func (w *factWalk) try(n *model.Try, acting roleSet) {
	f := w.scopes[n.Scope]
	f.handlers, f.roles = n.Handlers, w.none()
	w.walk(n.Body, f.roles)
	for i, h := range n.Handlers {
		f.roles.add(w.structure.Scopes[n.Scope].Handlers[i].At)
		w.walk(h, f.roles)
	}
	for _, i := range n.Ignores {
		f.roles.add(i.At)
	}
	acting.join(f.roles)
	w.scopes[n.Scope] = f
}

// actsIn reports whether a role has a part in a scope. One without cannot be in it, nor enter its handlers; one
// with a part in the body may enter a handler in which it does nothing, by a message from behind the scope.
func (f *propertyFacts) actsIn(s model.ScopeID, r model.RoleID) bool { return f.scopes[s].roles.has(r) }

// findDormant collects the messages and timers of statements that no run reaches, for example those of a
// protocol that nobody performs.
func (e *elaborator) findDormant(items []Item, names map[string]struct{}) {
	for _, it := range items {
		switch n := it.(type) {
		case *Interaction:
			if _, ok := e.reached[it]; !ok {
				names[n.Label.Name] = struct{}{}
			}
		case *Choice:
			for i := range n.Branches {
				e.findDormant(n.Branches[i].Body.Items, names)
			}
		case *Par:
			for i := range n.Threads {
				e.findDormant(n.Threads[i].Items, names)
			}
		case *For:
			e.findDormant(n.Body.Items, names)
		case *Loop:
			e.findDormant(n.Body.Items, names)
		case *Repeat:
			e.findDormant(n.Body.Items, names)
		case *Rec:
			e.findDormant(n.Body.Items, names)
		case *Within:
			if _, ok := e.reached[it]; !ok {
				names[n.Timer.Name] = struct{}{}
			}
			e.findDormant(n.Body.Items, names)
		case *Try:
			e.findDormant(n.Body.Items, names)
			for i := range n.Handlers {
				e.findDormant(n.Handlers[i].Body.Items, names)
			}
			if n.Finally != nil {
				e.findDormant(n.Finally.Items, names)
			}
		case *ProtocolDecl:
			e.findDormant(n.Body.Items, names)
		}
	}
}
