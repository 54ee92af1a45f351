package chor

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"chorcheck/lang/diag"
	"chorcheck/ltl"
	"chorcheck/model"
)

// lowerProperties resolves the formulas of properties, in the order of the text. Mistakes in
// the rest of the text make names seem unknown, so only syntax is looked at then.
func (e *elaborator) lowerProperties(list []*PropertyDecl, facts func() *propertyFacts) []*model.Property {
	failed := e.bag.Failed()
	var known *propertyFacts
	var out []*model.Property
	for _, d := range list {
		if d.Name.Name == "" || d.Formula.Len() == 0 {
			continue // said by the parser
		}
		tree, err := ltl.Parse(e.file.Source.Slice(d.Formula))
		if err != nil {
			e.formulaError(diag.FormulaSyntax, err, d.Formula.Start)
			continue
		}
		if failed {
			continue
		}
		if known == nil {
			known = facts()
		}
		p := &propertyLowerer{elaborator: e, propertyFacts: known, start: d.Formula.Start, fs: ltl.NewFormulas(), numbers: map[string]int{}, possible: map[Span]bool{}}
		f, err := ltl.Lower(tree.Formula, p.fs, p)
		if err != nil {
			if !errors.Is(err, errReported) {
				e.formulaError(diag.FormulaExpansion, err, d.Formula.Start)
			}
			continue
		}
		var premises []model.Premise
		if !tree.Sometimes {
			for _, x := range ltl.Premises(tree.Formula) {
				if search, err := ltl.Lower(x.Search, p.fs, p); err == nil {
					premises = append(premises, model.Premise{Text: ltl.Print(x.Shown), Formula: search})
				}
			}
		}
		p.warnNeverTrue()
		property := &model.Property{
			Name: d.Name.Name, Text: tree.String(), Sometimes: tree.Sometimes,
			Formulas: p.fs, Formula: f, Atoms: p.atoms, Premises: premises, Origin: e.origin(d, d.At),
		}
		if e.hasSmallParts(property, d) {
			out = append(out, property)
		}
	}
	return out
}

// hasSmallParts refuses a property with a part that has more atoms than an automaton can tell apart.
func (e *elaborator) hasSmallParts(p *model.Property, d *PropertyDecl) bool {
	for _, part := range p.Parts(ltl.MaxPropositions) {
		if len(part.Atoms) > ltl.MaxPropositions {
			joined := "`and`"
			if p.Sometimes {
				joined = "`or`"
			}
			e.fail(diag.TooManyAtoms, d.Formula, "split the property: what is joined by "+joined+" is decided part by part",
				"a part of the formula has %d different atoms, and only %d can be told apart at a time", len(part.Atoms), ltl.MaxPropositions)
			return false
		}
	}
	return true
}

// properties are the declarations of the text.
func (e *elaborator) properties() []*PropertyDecl {
	var list []*PropertyDecl
	for _, it := range e.file.Items {
		if d, ok := it.(*PropertyDecl); ok {
			list = append(list, d)
		}
	}
	return list
}

// formulaError gives what is wrong with a formula that begins at an offset.
func (e *elaborator) formulaError(code diag.Code, err error, start int) {
	at, help := Span{Start: start, End: start}, ""
	if s := (*ltl.SyntaxError)(nil); errors.As(err, &s) {
		at, help = Span{Start: start + s.Start, End: start + s.End}, s.Help
	}
	if help == "" {
		help = "docs/properties.md describes formulas"
	}
	e.fail(code, at, help, "%s", err.Error())
}

// errReported says that a diagnostic was given.
var errReported = errors.New("the formula has an error")

// propertyLowerer gives the names in one formula their meaning.
type propertyLowerer struct {
	*elaborator
	*propertyFacts
	start    int // of the formula in the text
	fs       *ltl.Formulas
	atoms    []model.Atom
	numbers  map[string]int // of atoms, by all that matters
	possible map[Span]bool  // whether an atom of the text can be true, for some value of quantifiers
	work     int            // copies of scopes, handlers and statements that were looked at
}

func (p *propertyLowerer) span(s ltl.Span) Span {
	return Span{Start: p.start + s.Start, End: p.start + s.End}
}

func (p *propertyLowerer) ident(n ltl.Name) Ident { return Ident{node{p.span(n.Span)}, n.Text} }

// maxAtoms bounds the atoms of a formula. Those of each of its parts are fewer: see [model.Property.Parts].
const maxAtoms = 4096

// proposition is an atom as a formula.
func (p *propertyLowerer) proposition(at ltl.Span, a model.Atom) (*ltl.Formula, error) {
	key := fmt.Sprint(a.Kind, a.Role, a.Peer, a.Label, a.Exception, a.Timer, a.Scope, a.Handlers)
	if a.Kind == model.AtomCompares {
		key = a.Text
	}
	n, ok := p.numbers[key]
	if !ok {
		n = len(p.atoms)
		if n == maxAtoms {
			p.fail(diag.TooManyAtoms, p.span(at), "split the property, or let quantifiers run over fewer values",
				"with `%s` the formula has more than %d different atoms", clip(a.Text), maxAtoms)
			return nil, errReported
		}
		p.numbers[key] = n
		p.atoms = append(p.atoms, a)
	}
	p.possible[p.span(at)] = true
	return p.fs.Proposition(n), nil
}

// never is an atom that no run makes true.
func (p *propertyLowerer) never(at ltl.Span) (*ltl.Formula, error) {
	p.possible[p.span(at)] = p.possible[p.span(at)]
	return p.fs.False(), nil
}

// warnNeverTrue warns of atoms that nothing can make true: what is said of them mostly is not what was meant.
func (p *propertyLowerer) warnNeverTrue() {
	var list []Span
	for at, possible := range p.possible {
		if !possible {
			list = append(list, at)
		}
	}
	slices.SortFunc(list, func(x, y Span) int { return cmp.Or(cmp.Compare(x.Start, y.Start), cmp.Compare(x.End, y.End)) })
	for _, at := range list {
		p.add(diag.Diagnostic{
			Code: diag.NeverTrue, Severity: diag.Warning, Message: fmt.Sprintf("`%s` is true in no run", clip(p.file.Source.Slice(at))),
			Primary: diag.Label{Span: at}, Help: "name the role that it happens to, or leave it out",
		})
	}
}

// Array is the number of members of an array of roles.
func (p *propertyLowerer) Array(name ltl.Name) (int, error) {
	id := p.ident(name)
	v := p.roleName(id, &scopeEnv{}, false)
	switch {
	case !v.ok:
		return 0, errReported
	case !v.array:
		p.fail(diag.NotAnArray, id.At, "name an array, or a range such as `0..2`", "`%s` is one role, not an array", v.name)
		return 0, errReported
	}
	return len(v.ids), nil
}

// Value is the value of a parameter.
func (p *propertyLowerer) Value(name ltl.Name) (int64, error) {
	id := p.ident(name)
	v, ok := p.params[id.Name]
	if !ok {
		p.unknownValue(id, exprScope{sc: &scopeEnv{}})
		return 0, errReported
	}
	v.used = true
	return v.value, nil
}

// one is the role that a reference names. Its index has been computed.
func (p *propertyLowerer) one(r ltl.Ref) (model.RoleID, error) {
	ref := RoleRef{node: node{p.span(r.Span)}, Name: p.ident(r.Name)}
	if i, ok := r.Index.(*ltl.IntTerm); ok {
		ref.Index = &Int{node{p.span(i.Span)}, i.Value}
	}
	v := p.role(ref, &scopeEnv{}, false)
	if v.ok && v.array {
		p.fail(diag.ArrayForRole, ref.At, fmt.Sprintf("write `%s[0]`, or `for all w in %s: ..`", v.name, v.name),
			"`%s` is an array of %s, one role is needed here", v.name, roleCount(len(v.ids)))
	}
	id, ok := v.known()
	if !ok {
		return 0, errReported
	}
	return id, nil
}

// maxPropertyWork bounds what one formula may look at.
const maxPropertyWork = 2_000_000

// spend counts work.
func (p *propertyLowerer) spend(at ltl.Span, n int) error {
	if p.work += n; p.work <= maxPropertyWork {
		return nil
	}
	p.fail(diag.FormulaExpansion, p.span(at), "use smaller parameters, or split the property", "the formula is about too much: too many scopes and handlers, or too many long atoms")
	return errReported
}
