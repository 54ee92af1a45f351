package chor

import (
	"chorcheck/lang/diag"
	"chorcheck/lang/source"
	"chorcheck/model"
)

// only is a text with nothing but some of its spans, everything at its place.
func only(file *source.File, spans []source.Span) *source.File {
	kept := []byte(file.Text)
	inside := make([]bool, len(kept))
	for _, span := range spans {
		for i := max(0, span.Start); i < min(span.End, len(kept)); i++ {
			inside[i] = true
		}
	}
	for i, c := range kept {
		if !inside[i] && c != '\n' && c != '\r' {
			kept[i] = ' '
		}
	}
	return source.New(file.Name, string(kept))
}

// LowerProperties reads the declarations `property NAME: ..` that stand in the given spans of a text of another language, and
// resolves them against automata, in the order of the text. Environments are those of the text. Whether
// there was an error, the bag knows.
func LowerProperties(file *source.File, spans []source.Span, a *model.Automata, environments []*model.Environment, s Setting, bag *diag.Bag) []*model.Property {
	tree := Parse(only(file, spans), bag)
	e := newSettingElaborator(tree, s, bag)
	e.labels, e.channels, e.failures.structure = a.Labels, a.Channels, a.Structure
	for id, name := range a.Labels {
		e.labelIDs[name] = model.LabelID(id)
	}
	var names []Ident
	for _, it := range tree.Items {
		switch d := it.(type) {
		case *PropertyDecl:
			names = append(names, d.Name)
		case *BadItem:
		default:
			e.fail(diag.UnexpectedText, d.Pos(), "indent the lines of a formula further than `property`", "only properties can stand here")
		}
	}
	e.checkUnique(names, "property")
	list := e.lowerProperties(e.properties(), func() *propertyFacts { return e.factsOf(a, environments) })
	if bag.Failed() {
		return nil
	}
	for i, d := range e.properties() {
		if list[i].Origin = 0; s.Origin != nil {
			list[i].Origin = s.Origin(d.At)
		}
	}
	return list
}

// factsOf looks at automata.
func (e *elaborator) factsOf(a *model.Automata, environments []*model.Environment) *propertyFacts {
	f := newFacts(&e.failures.structure)
	add := func(all *traffic, from, to model.RoleID, label model.LabelID) {
		all.add(model.MessagesOf{From: from, To: to, Label: label}, e.firstOf)
	}
	for r, m := range a.Machines {
		for _, t := range m.Transitions {
			if t.Kind == model.Send {
				add(&f.sent, model.RoleID(r), t.Peer, t.Label)
				add(&f.comes, model.RoleID(r), t.Peer, t.Label)
			}
		}
	}
	for _, m := range strays(environments) {
		add(&f.comes, m.From, m.To, m.Label)
	}
	return f
}
