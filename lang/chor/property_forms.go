package chor

import (
	"fmt"
	"slices"

	"chorcheck/lang/diag"
	"chorcheck/ltl"
	"chorcheck/model"
)

// everyHandled is `every E is handled`: never is E raised at a role that does not enter, by the same action, a
// handler of its own that may take it.
func (p *propertyLowerer) everyHandled(a *ltl.Atom) (*ltl.Formula, error) {
	x, err := p.exceptionNamed(a.Name)
	if err != nil {
		return nil, err
	}
	takers, err := p.takersOf(a, x)
	if err != nil {
		return nil, err
	}
	lost, err := p.lost(a, x, takers)
	if err != nil {
		return nil, err
	}
	p.warnNotRaised(a, x)
	return p.fs.Always(p.fs.Not(lost)), nil
}

// warnNotRaised warns of a form about an exception that nothing raises.
func (p *propertyLowerer) warnNotRaised(a *ltl.Atom, x model.ExceptionID) {
	if len(p.raised[x]) == 0 {
		p.add(diag.Diagnostic{
			Code: diag.NeverTrue, Severity: diag.Warning, Message: fmt.Sprintf("nothing raises `%s`, so this holds whatever happens", clip(a.Name.Text)),
			Primary: diag.Label{Span: p.span(a.Name.Span)}, Help: "name another exception, or leave it out",
		})
	}
}

// takersOf are the handlers that may take an exception, by the role that they stand at, in the order of the text.
func (p *propertyLowerer) takersOf(a *ltl.Atom, x model.ExceptionID) (map[model.RoleID][]model.HandlerRef, error) {
	takers := map[model.RoleID][]model.HandlerRef{}
	for s := range p.structure.Scopes {
		handlers := p.structure.Scopes[s].Handlers
		if err := p.spend(a.Span, 1+len(handlers)); err != nil {
			return nil, err
		}
		for i, h := range handlers {
			if h.Any || h.Exception == x {
				takers[h.At] = append(takers[h.At], model.HandlerRef{Scope: model.ScopeID(s), Part: i + 1})
			}
		}
	}
	return takers, nil
}

// raisedAt is the atom that an exception is raised at a role.
func (p *propertyLowerer) raisedAt(at ltl.Span, r model.RoleID, x model.ExceptionID) (*ltl.Formula, error) {
	text := fmt.Sprintf("%s raises %s", p.modelRoles[r].Name, p.structure.Exceptions[x].Name)
	return p.proposition(at, model.Atom{Kind: model.AtomRaises, Text: text, Role: r, Peer: -1, Exception: x})
}

// enters is the atom that a role enters one of some handlers; false if there are none.
func (p *propertyLowerer) enters(at ltl.Span, r model.RoleID, list []model.HandlerRef) (*ltl.Formula, error) {
	if len(list) == 0 {
		return p.fs.False(), nil
	}
	if err := p.spend(at, len(list)); err != nil {
		return nil, err
	}
	text := fmt.Sprintf("%s enters", p.modelRoles[r].Name)
	for i, h := range list {
		scope := &p.structure.Scopes[h.Scope]
		switch {
		case i == 3:
			text += fmt.Sprintf(" or %d more", len(list)-i)
		case i > 0:
			text += " or"
		}
		if i == 3 {
			break
		}
		name := anyHandler
		if handler := &scope.Handlers[h.Part-1]; !handler.Any {
			name = p.structure.Exceptions[handler.Exception].Name
		}
		text += fmt.Sprintf(" %s at %s", name, p.modelRoles[scope.Handlers[h.Part-1].At].Name)
		if scope.Name != "" {
			text += " of " + scope.Name
		}
	}
	return p.proposition(at, model.Atom{Kind: model.AtomHandles, Text: text, Role: r, Peer: -1, Handlers: list})
}

// lost says that an exception is raised and nobody takes it.
func (p *propertyLowerer) lost(a *ltl.Atom, x model.ExceptionID, takers map[model.RoleID][]model.HandlerRef) (*ltl.Formula, error) {
	var any []*ltl.Formula
	for _, r := range p.raised[x] {
		raised, err := p.raisedAt(a.Span, r, x)
		if err != nil {
			return nil, err
		}
		taken, err := p.enters(a.Span, r, takers[r])
		if err != nil {
			return nil, err
		}
		any = append(any, p.fs.And(raised, p.fs.Not(taken)))
	}
	return p.fs.Or(any...), nil
}

// propagates is `propagates E to C`. docs/properties.md has the formula.
func (p *propertyLowerer) propagates(a *ltl.Atom, to model.RoleID) (*ltl.Formula, error) {
	x, err := p.exceptionNamed(a.Name)
	if err != nil {
		return nil, err
	}
	takers, err := p.takersOf(a, x)
	if err != nil {
		return nil, err
	}
	lost, err := p.lost(a, x, takers)
	if err != nil {
		return nil, err
	}
	var mine []model.HandlerRef
	for s := range p.structure.Scopes {
		for i, h := range p.structure.Scopes[s].Handlers {
			if h.At == to {
				mine = append(mine, model.HandlerRef{Scope: model.ScopeID(s), Part: i + 1})
			}
		}
	}
	own, err := p.enters(a.Span, to, mine)
	if err != nil {
		return nil, err
	}
	all := []*ltl.Formula{p.fs.Always(p.fs.Implies(lost, p.fs.Eventually(own)))}
	for _, r := range p.raised[x] {
		raised, err := p.raisedAt(a.Span, r, x)
		if err != nil {
			return nil, err
		}
		groups, err := p.groups(a, x, to, takers[r])
		if err != nil {
			return nil, err
		}
		for _, g := range groups {
			taken, err := p.enters(a.Span, r, g.by)
			if err != nil {
				return nil, err
			}
			told, err := p.enters(a.Span, to, g.to)
			if err != nil {
				return nil, err
			}
			all = append(all, p.fs.Always(p.fs.Implies(p.fs.And(raised, taken), p.fs.Eventually(p.fs.Or(told, own)))))
		}
	}
	p.warnNotRaised(a, x)
	return p.fs.And(all...), nil
}

// passing says that who takes an exception by one of some handlers has the same others to enter.
type passing struct{ by, to []model.HandlerRef }

// groups puts together handlers from which an exception is passed on to the same ones that a role may enter.
func (p *propertyLowerer) groups(a *ltl.Atom, x model.ExceptionID, to model.RoleID, handlers []model.HandlerRef) ([]passing, error) {
	var list []passing
	index := map[string]int{}
	for _, h := range handlers {
		reached, err := p.passedOn(a, h, x)
		if err != nil {
			return nil, err
		}
		reached = p.entered(reached, to)
		key := fmt.Sprint(reached)
		i, ok := index[key]
		if !ok {
			i = len(list)
			index[key] = i
			list = append(list, passing{to: reached})
		}
		list[i].by = append(list[i].by, h)
	}
	return list, nil
}

// passedOn is a handler that has taken an exception, and all to which it may be passed on: those further out that take what
// a `raise` in the handler raises, and what is raised there, and so on.
func (p *propertyLowerer) passedOn(a *ltl.Atom, h model.HandlerRef, x model.ExceptionID) ([]model.HandlerRef, error) {
	type taking struct {
		by model.HandlerRef
		x  model.ExceptionID
	}
	todo := []taking{{h, x}}
	for i := 0; i < len(todo); i++ {
		t := todo[i]
		facts := p.scopes[t.by.Scope]
		w := &passWalk{propertyLowerer: p, at: a.Span, from: facts.positions[t.by.Part]}
		w.found = func(r model.RoleID, y model.ExceptionID, again bool) {
			if again {
				y = t.x
			}
			if g, ok := w.taker(y, r); ok && !slices.Contains(todo, taking{g, y}) {
				todo = append(todo, taking{g, y})
			}
		}
		if err := w.walk(facts.handlers[t.by.Part-1], true); err != nil {
			return nil, err
		}
	}
	var out []model.HandlerRef
	for _, t := range todo {
		if !slices.Contains(out, t.by) {
			out = append(out, t.by)
		}
	}
	slices.SortFunc(out, func(x, y model.HandlerRef) int {
		if x.Scope != y.Scope {
			return int(x.Scope - y.Scope)
		}
		return x.Part - y.Part
	})
	return out, nil
}

// passWalk finds what is raised in a handler and leaves it.
type passWalk struct {
	*propertyLowerer
	at    ltl.Span
	from  model.PositionID // of the handler
	inner []model.ScopeID  // scopes in it, in the body of which the present place stands
	found func(at model.RoleID, x model.ExceptionID, again bool)
}

// walk visits what is raised in a sequence. own says that the innermost handler is the one that the walk began with:
// what an inner one raises again is not known here.
func (w *passWalk) walk(seq model.Seq, own bool) error {
	for _, s := range seq {
		if err := w.spend(w.at, 1+len(w.inner)); err != nil {
			return err
		}
		var blocks []model.Seq
		switch n := s.(type) {
		case *model.RaiseStmt:
			w.found(n.At, n.Exception, false)
		case *model.RaiseAgain:
			if own {
				w.found(n.At, 0, true)
			}
		case *model.Choice:
			for _, b := range n.Branches {
				blocks = append(blocks, b.Body)
			}
		case *model.Par:
			blocks = n.Threads
		case *model.Loop:
			blocks = []model.Seq{n.Body}
		case *model.Rec:
			blocks = []model.Seq{n.Body}
		case *model.Within:
			blocks = []model.Seq{n.Body}
		case *model.Try:
			w.inner = append(w.inner, n.Scope)
			err := w.walk(n.Body, own)
			w.inner = w.inner[:len(w.inner)-1]
			if err != nil {
				return err
			}
			for _, h := range n.Handlers {
				if err := w.walk(h, false); err != nil {
					return err
				}
			}
		}
		for _, b := range blocks {
			if err := w.walk(b, own); err != nil {
				return err
			}
		}
	}
	return nil
}

// taker is the handler, outside the one that the walk began with, that takes what is raised at a role here.
func (w *passWalk) taker(x model.ExceptionID, at model.RoleID) (model.HandlerRef, bool) {
	takes := func(s model.ScopeID) (model.HandlerRef, bool) {
		handlers := w.structure.Scopes[s].Handlers
		w.work += len(handlers)
		i := slices.IndexFunc(handlers, func(h model.Handler) bool {
			return h.At == at && (h.Exception == x && !h.Any || h.Any && w.structure.Exceptions[x].Kind != model.CrashNoticed)
		})
		return model.HandlerRef{Scope: s, Part: i + 1}, i >= 0
	}
	for i := range w.inner {
		if _, ok := takes(w.inner[i]); ok {
			return model.HandlerRef{}, false
		}
	}
	for q := w.structure.Scopes[w.structure.Positions[w.from].Scope].Outer; q != 0; {
		w.work++
		p := w.structure.Positions[q]
		if p.Part == 0 {
			if h, ok := takes(p.Scope); ok {
				return h, true
			}
		}
		q = w.structure.Scopes[p.Scope].Outer
	}
	return model.HandlerRef{}, false
}
