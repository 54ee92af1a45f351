package chor

import (
	"fmt"
	"slices"

	"chorcheck/lang/diag"
	"chorcheck/ltl"
	"chorcheck/model"
)

// Atom is the meaning of an atom.
func (p *propertyLowerer) Atom(a *ltl.Atom) (*ltl.Formula, error) {
	if err := p.spend(a.Span, a.End-a.Start); err != nil {
		return nil, err
	}
	x := model.Atom{Role: -1, Peer: -1, Text: a.String()}
	if a.Role.Name.Text != "" {
		var err error
		if x.Role, err = p.one(a.Role); err != nil {
			return nil, err
		}
	}
	if a.Other.Name.Text != "" {
		var err error
		if x.Peer, err = p.one(a.Other); err != nil {
			return nil, err
		}
	}
	switch a.Kind {
	case ltl.AtomProposition:
		return p.loneName(a)
	case ltl.AtomSends, ltl.AtomReceives:
		return p.message(a, x)
	case ltl.AtomRaises:
		x.Kind = model.AtomRaises
		var err error
		if x.Exception, err = p.exceptionNamed(a.Name); err != nil {
			return nil, err
		}
		if _, ok := p.raises[endPointKey{x.Role, x.Exception}]; !ok {
			return p.never(a.Span)
		}
		return p.proposition(a.Span, x)
	case ltl.AtomHandles:
		return p.handles(a, x)
	case ltl.AtomFires, ltl.AtomArmed:
		return p.timerAtom(a, x)
	case ltl.AtomIn:
		return p.inScope(a, x)
	case ltl.AtomInHandler:
		return p.inHandler(a, x)
	case ltl.AtomVariable, ltl.AtomCompare:
		return p.compares(a, x)
	case ltl.AtomEmpty, ltl.AtomFull:
		return p.queue(a, x)
	case ltl.AtomPropagates:
		return p.propagates(a, x.Peer)
	case ltl.AtomHandled:
		return p.everyHandled(a)
	}
	x.Kind = map[ltl.AtomKind]model.AtomKind{
		ltl.AtomCrashes: model.AtomCrashes, ltl.AtomDone: model.AtomDone, ltl.AtomCrashed: model.AtomCrashed, ltl.AtomFailed: model.AtomFailed,
	}[a.Kind]
	return p.proposition(a.Span, x)
}

// loneName reports a name alone.
func (p *propertyLowerer) loneName(a *ltl.Atom) (*ltl.Formula, error) {
	name, help := a.Name.Text, ""
	switch owners := p.varNames[name]; {
	case p.roles[name] != nil:
		help = fmt.Sprintf("say what the role does or is, as in `%s done`", clip(name))
	case len(owners) > 0:
		help = fmt.Sprintf("say whose variable it is: `%s.%s`", owners[0].owner, clip(name))
	case p.params[name] != nil:
		help = fmt.Sprintf("compare it, as in `%s == 0`", clip(name))
	default:
		help = "write an atom, such as `A sends m` or `A done`"
	}
	p.fail(diag.NotAProposition, p.span(a.Span), help, "`%s` alone is neither true nor false", clip(name))
	return nil, errReported
}

// message is `A sends m to B` or `B receives m from A`.
func (p *propertyLowerer) message(a *ltl.Atom, x model.Atom) (*ltl.Formula, error) {
	x.Kind = model.AtomSends
	all, of := &p.sent, model.MessagesOf{From: x.Role, To: x.Peer}
	if a.Kind == ltl.AtomReceives {
		x.Kind = model.AtomReceives
		all, of = &p.comes, model.MessagesOf{From: x.Peer, To: x.Role}
	}
	if label, ok := p.labelIDs[a.Name.Text]; ok {
		x.Label, of.Label = label, label
		if _, ok := all.own[of]; ok {
			return p.proposition(a.Span, x)
		}
		if _, ok := all.kin[p.kinOf(of)]; ok {
			return p.never(a.Span)
		}
	}
	if _, ok := p.dormant[a.Name.Text]; ok {
		return p.never(a.Span)
	}
	p.neverSent(a, x, all)
	return nil, errReported
}

// kinOf names the first members of arrays.
func (p *propertyLowerer) kinOf(m model.MessagesOf) model.MessagesOf {
	if m.From >= 0 {
		m.From = p.firstOf(m.From)
	}
	if m.To >= 0 {
		m.To = p.firstOf(m.To)
	}
	return m
}

// neverSent reports a message that a role does not have.
func (p *propertyLowerer) neverSent(a *ltl.Atom, x model.Atom, all *traffic) {
	verb, joint := "sends", "to"
	ends := func(m model.MessagesOf) (model.RoleID, model.RoleID) { return m.From, m.To }
	if a.Kind == ltl.AtomReceives {
		verb, joint = "receives", "from"
		ends = func(m model.MessagesOf) (model.RoleID, model.RoleID) { return m.To, m.From }
	}
	at, role := p.span(a.Name.Span), p.modelRoles[x.Role].Name
	d := diag.Diagnostic{Code: diag.NoSuchMessage, Primary: diag.Label{Span: at}, Message: fmt.Sprintf("`%s` never %s `%s`", role, verb, clip(a.Name.Text))}
	if x.Peer >= 0 {
		d.Message += fmt.Sprintf(" %s `%s`", joint, p.modelRoles[x.Peer].Name)
	}
	var own, others []candidate
	peer, by := "", ""
	for _, m := range all.labels {
		who, whom := ends(m)
		name := p.labels[m.Label]
		switch {
		case who == x.Role && name == a.Name.Text && peer == "":
			peer = p.modelRoles[whom].Name
		case who != x.Role && name == a.Name.Text && by == "":
			by = p.modelRoles[who].Name
		}
		if who == x.Role {
			own = append(own, candidate{name: name})
		} else {
			others = append(others, candidate{name: name})
		}
	}
	switch {
	case peer != "":
		d.Help = fmt.Sprintf("write `%s %s %s %s %s`", role, verb, clip(a.Name.Text), joint, peer)
	case by != "":
		d.Help = fmt.Sprintf("`%s %s %s` is possible", by, verb, clip(a.Name.Text))
	case len(own) == 0:
		d.Help = fmt.Sprintf("name another role: `%s` %s nothing", role, verb)
	default:
		send := fmt.Sprintf("let `%s` send it", role)
		if a.Kind == ltl.AtomReceives {
			send = fmt.Sprintf("let somebody send it to `%s`", role)
		}
		d.Help = fmt.Sprintf("%s, or name a message that `%s` %s, such as `%s`", send, role, verb, own[0].name)
		p.suggest(&d, a.Name.Text, others)
		p.suggest(&d, a.Name.Text, own)
	}
	p.add(d)
}

// exceptionNamed is the exception of a name; -1 if no run has it.
func (p *propertyLowerer) exceptionNamed(n ltl.Name) (model.ExceptionID, error) {
	if x, ok := p.failures.exceptions[n.Text]; ok {
		return x, nil
	}
	_, mentioned := p.failures.mentioned[n.Text]
	_, declared := p.failures.declared[n.Text]
	if mentioned || declared {
		return -1, nil
	}
	d := diag.Diagnostic{
		Code: diag.UnknownException, Message: fmt.Sprintf("there is no exception `%s`", clip(n.Text)),
		Primary: diag.Label{Span: p.span(n.Span)}, Help: "name an exception that is raised or handled",
	}
	p.suggest(&d, n.Text, p.exceptionCandidates())
	p.add(d)
	return -1, errReported
}

func (p *propertyLowerer) exceptionCandidates() []candidate {
	var list []candidate
	for _, id := range p.failures.declaredList {
		list = append(list, candidate{id.Name, id.At})
	}
	for _, x := range p.structure.Exceptions {
		if _, declared := p.failures.declared[x.Name]; !declared && x.Kind != model.CrashNoticed {
			list = append(list, candidate{name: x.Name})
		}
	}
	return list
}

// timerAtom is `t fires`, `A.t fires`, `t armed` or `A.t armed`. Without a role it is about all timers of that name.
func (p *propertyLowerer) timerAtom(a *ltl.Atom, x model.Atom) (*ltl.Formula, error) {
	word := "fires"
	if x.Kind = model.AtomFires; a.Kind == ltl.AtomArmed {
		x.Kind, word = model.AtomArmed, "armed"
	}
	list := p.timers[a.Name.Text]
	if _, ok := p.dormant[a.Name.Text]; !ok && len(list) == 0 {
		d := diag.Diagnostic{
			Code: diag.UnknownTimer, Message: fmt.Sprintf("there is no timer `%s`", clip(a.Name.Text)),
			Primary: diag.Label{Span: p.span(a.Name.Span)}, Help: "name a timer: `within t 5s at A { .. }`",
		}
		var names []candidate
		for _, t := range p.structure.Timers {
			names = append(names, candidate{name: t.Name})
		}
		p.suggest(&d, a.Name.Text, names)
		p.add(d)
		return nil, errReported
	}
	if err := p.spend(a.Span, len(list)); err != nil {
		return nil, err
	}
	role := x.Role
	var any []*ltl.Formula
	for _, id := range list {
		t := &p.structure.Timers[id]
		if role >= 0 && t.Owner != role {
			continue
		}
		x.Timer, x.Role, x.Text = id, t.Owner, fmt.Sprintf("%s.%s %s", p.modelRoles[t.Owner].Name, t.Name, word)
		f, err := p.proposition(a.Span, x)
		if err != nil {
			return nil, err
		}
		any = append(any, f)
	}
	return p.anyOf(a.Span, any)
}

// anyOf is a disjunction that, without operands, is true in no run.
func (p *propertyLowerer) anyOf(at ltl.Span, list []*ltl.Formula) (*ltl.Formula, error) {
	if len(list) == 0 {
		return p.never(at)
	}
	return p.fs.Or(list...), nil
}

// scopesNamed are the copies of the scopes with a name; none if no run has one.
func (p *propertyLowerer) scopesNamed(a *ltl.Atom) ([]model.ScopeID, error) {
	list, ok := p.failures.scopeIDs[a.Name.Text]
	if !ok {
		d := diag.Diagnostic{
			Code: diag.UnknownScope, Message: fmt.Sprintf("there is no scope `%s`", clip(a.Name.Text)),
			Primary: diag.Label{Span: p.span(a.Name.Span)}, Help: "name a scope: `try pay { .. }`",
		}
		p.suggest(&d, a.Name.Text, p.elaborator.scopeCandidates(p.failures.scopeIDs))
		p.add(d)
		return nil, errReported
	}
	return list, p.spend(a.Span, len(list))
}

// inScope is `A in s`: the disjunction over the copies of s that A has a part in.
func (p *propertyLowerer) inScope(a *ltl.Atom, x model.Atom) (*ltl.Formula, error) {
	list, err := p.scopesNamed(a)
	if err != nil {
		return nil, err
	}
	x.Kind = model.AtomInside
	text := x.Text
	var any []*ltl.Formula
	for i, s := range list {
		if !p.actsIn(s, x.Role) {
			continue
		}
		if x.Scope, x.Text = s, text; len(list) > 1 {
			x.Text = fmt.Sprintf("%s#%d", text, i+1)
		}
		f, err := p.proposition(a.Span, x)
		if err != nil {
			return nil, err
		}
		any = append(any, f)
	}
	return p.anyOf(a.Span, any)
}

// anyHandler is the name of handlers `on any` in formulas.
const anyHandler = "any"

// handlersIn are the handlers of scopes for what an atom names, an exception, a crash or `any`.
func (p *propertyLowerer) handlersIn(a *ltl.Atom, name ltl.Name, crashed model.RoleID, scopes []model.ScopeID) ([]model.HandlerRef, error) {
	x := model.ExceptionID(-1)
	switch {
	case name.Text == "":
		if id, ok := p.failures.crashes[crashed]; ok {
			x = id
		}
	case name.Text != anyHandler:
		var err error
		if x, err = p.exceptionNamed(name); err != nil {
			return nil, err
		}
	}
	var list []model.HandlerRef
	for _, s := range scopes {
		handlers := p.structure.Scopes[s].Handlers
		if err := p.spend(a.Span, len(handlers)); err != nil {
			return nil, err
		}
		for i, h := range handlers {
			if h.Any && name.Text == anyHandler || !h.Any && x >= 0 && h.Exception == x {
				list = append(list, model.HandlerRef{Scope: s, Part: i + 1})
			}
		}
	}
	return list, nil
}

// entered are those handlers that a role may enter.
func (p *propertyLowerer) entered(list []model.HandlerRef, by model.RoleID) []model.HandlerRef {
	return slices.DeleteFunc(slices.Clone(list), func(h model.HandlerRef) bool { return !p.actsIn(h.Scope, by) })
}

// handles is `A handles E` or `A handles crash of C`: in any scope.
func (p *propertyLowerer) handles(a *ltl.Atom, x model.Atom) (*ltl.Formula, error) {
	all := make([]model.ScopeID, len(p.structure.Scopes))
	for s := range all {
		all[s] = model.ScopeID(s)
	}
	if err := p.spend(a.Span, len(all)); err != nil {
		return nil, err
	}
	list, err := p.handlersIn(a, a.Name, x.Peer, all)
	if err != nil {
		return nil, err
	}
	x.Kind, x.Peer, x.Handlers = model.AtomHandles, -1, p.entered(list, x.Role)
	if len(x.Handlers) == 0 {
		return p.never(a.Span)
	}
	return p.proposition(a.Span, x)
}

// inHandler is `A in s.E` or `A in s.crash of C`.
func (p *propertyLowerer) inHandler(a *ltl.Atom, x model.Atom) (*ltl.Formula, error) {
	scopes, err := p.scopesNamed(a)
	if err != nil {
		return nil, err
	}
	list, err := p.handlersIn(a, a.Handler, x.Peer, scopes)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 && len(scopes) > 0 {
		p.noHandler(a, x, scopes)
		return nil, errReported
	}
	x.Kind, x.Peer, x.Handlers = model.AtomInHandler, -1, p.entered(list, x.Role)
	if len(x.Handlers) == 0 {
		return p.never(a.Span)
	}
	return p.proposition(a.Span, x)
}

// noHandler reports a scope that has no such handler.
func (p *propertyLowerer) noHandler(a *ltl.Atom, x model.Atom, scopes []model.ScopeID) {
	what, at := a.Handler.Text, p.span(a.Handler.Span)
	if what == "" {
		what, at = "crash of "+p.modelRoles[x.Peer].Name, p.span(a.Other.Span)
	}
	d := diag.Diagnostic{
		Code: diag.UnknownHandler, Message: fmt.Sprintf("scope `%s` has no handler `on %s`", clip(a.Name.Text), clip(what)),
		Primary: diag.Label{Span: at}, Help: "it has no handlers at all",
	}
	var names []candidate
	for _, h := range p.structure.Scopes[scopes[0]].Handlers {
		name := anyHandler
		if !h.Any {
			name = p.structure.Exceptions[h.Exception].Name
		}
		if !slices.ContainsFunc(names, func(c candidate) bool { return c.name == name }) && len(names) < 10 {
			names = append(names, candidate{name: name})
		}
	}
	if len(names) > 0 {
		d.Help = fmt.Sprintf("name one that it has, such as `%s.%s`", clip(a.Name.Text), names[0].name)
		p.suggest(&d, what, names)
	}
	p.add(d)
}

// queue is `empty(A -> B)` or `full(A -> B)`.
func (p *propertyLowerer) queue(a *ltl.Atom, x model.Atom) (*ltl.Formula, error) {
	if x.Kind = model.AtomEmpty; a.Kind == ltl.AtomFull {
		x.Kind = model.AtomFull
	}
	from, to := p.modelRoles[x.Role].Name, p.modelRoles[x.Peer].Name
	if x.Role == x.Peer {
		p.fail(diag.SendToItself, p.span(a.Other.Span), "name two different roles", "`%s` has no channel to itself", from)
		return nil, errReported
	}
	of := model.MessagesOf{From: x.Role, To: x.Peer, Label: -1}
	if _, ok := p.comes.own[of]; !ok {
		if _, ok := p.comes.kin[p.kinOf(of)]; !ok && len(p.dormant) == 0 {
			p.fail(diag.NoSuchMessage, p.span(a.Span), "name a channel with messages", "`%s` never sends anything to `%s`", from, to)
			return nil, errReported
		}
		if x.Kind == model.AtomFull {
			return p.never(a.Span)
		}
		return p.constant(a.Span, true), nil
	}
	if p.channels.Of(x.Role, x.Peer).Discipline == model.Sync {
		return p.constant(a.Span, x.Kind == model.AtomEmpty), nil // nothing waits
	}
	return p.proposition(a.Span, x)
}

// constant is an atom that has one value, as the numbers in it say.
func (p *propertyLowerer) constant(at ltl.Span, holds bool) *ltl.Formula {
	p.possible[p.span(at)] = true
	if holds {
		return p.fs.True()
	}
	return p.fs.False()
}
