package ltl

import "strings"

// Notation is a way to write operators.
type Notation uint8

// The notations: `always (p implies eventually q)` and `[] (p -> <> q)`.
const (
	Words Notation = iota
	Symbols
)

// maxFormatted is how long, in bytes, a formula may get in print: as a text, without sharing, it may be
// exponentially longer than it is in memory.
const maxFormatted = 1 << 16

// Format prints a formula, with names for the propositions by their numbers. The parser reads the result, if it reads the
// names. Formulas that are longer than 65536 bytes are cut off, and end with "...".
func Format(f *Formula, name func(int) string, notation Notation) string {
	p := &formulaPrinter{name: name, symbols: notation == Symbols}
	p.formula(f, 0)
	if p.Len() > maxFormatted {
		return strings.ToValidUTF8(p.String()[:maxFormatted], "") + "..."
	}
	return p.String()
}

type formulaPrinter struct {
	strings.Builder
	name    func(int) string
	symbols bool
}

// The operators by how tightly they bind. An operand that does not bind more tightly gets parentheses.
const (
	bindsImplies = 1 + iota
	bindsOr
	bindsAnd
	bindsUntil
	bindsUnary
)

func (p *formulaPrinter) word(word, symbol string) string {
	if p.symbols {
		return symbol
	}
	return word
}

func (p *formulaPrinter) formula(f *Formula, around int) {
	if p.Len() > maxFormatted {
		return
	}
	switch f.Op {
	case True:
		p.WriteString("true")
	case False:
		p.WriteString("false")
	case Proposition:
		p.WriteString(p.name(f.Prop))
	case Not:
		p.unary("not ", "!", f.Args[0])
	case Next:
		p.unary("next ", "X ", f.Args[0])
	case And:
		p.chain(" and ", " && ", bindsAnd, around, f.Args)
	case Or:
		if conditions, rest := implication(f); len(conditions) > 0 && len(rest) > 0 {
			p.open(bindsImplies, around)
			p.operands(" and ", " && ", bindsAnd, bindsImplies, conditions)
			p.WriteString(p.word(" implies ", " -> "))
			p.operands(" or ", " || ", bindsOr, bindsImplies, rest)
			p.close(bindsImplies, around)
			return
		}
		p.chain(" or ", " || ", bindsOr, around, f.Args)
	case Until:
		if isEventually(f) {
			p.unary("eventually ", "<> ", f.Args[1])
			return
		}
		p.chain(" until ", " U ", bindsUntil, around, f.Args)
	case Release:
		if isAlways(f) {
			p.unary("always ", "[] ", f.Args[1])
			return
		}
		if before := weakly(f); len(before) > 0 {
			p.open(bindsUntil, around)
			p.operands(" or ", " || ", bindsOr, bindsUntil, before)
			p.WriteString(p.word(" weakly until ", " W "))
			p.formula(f.Args[0], bindsUntil)
			p.close(bindsUntil, around)
			return
		}
		p.chain(" releases ", " V ", bindsUntil, around, f.Args)
	}
}

func (p *formulaPrinter) open(binds, around int) {
	if binds <= around {
		p.WriteByte('(')
	}
}

func (p *formulaPrinter) close(binds, around int) {
	if binds <= around {
		p.WriteByte(')')
	}
}

func (p *formulaPrinter) unary(word, symbol string, f *Formula) {
	p.WriteString(p.word(word, symbol))
	p.formula(f, bindsUnary-1)
}

func (p *formulaPrinter) chain(word, symbol string, binds, around int, args []*Formula) {
	p.open(binds, around)
	for i, a := range args {
		if i > 0 {
			p.WriteString(p.word(word, symbol))
		}
		p.formula(a, binds)
	}
	p.close(binds, around)
}

// operands prints a junction, or its only operand, within an operator.
func (p *formulaPrinter) operands(word, symbol string, binds, around int, args []*Formula) {
	if len(args) == 1 {
		p.formula(args[0], around)
		return
	}
	p.chain(word, symbol, binds, around, args)
}

// implication splits a disjunction into what is negated, and the rest.
func implication(f *Formula) (conditions, rest []*Formula) {
	for _, a := range f.Args {
		if a.Op == Not {
			conditions = append(conditions, a.Args[0])
		} else {
			rest = append(rest, a)
		}
	}
	return conditions, rest
}

// weakly gives the a of b releases (a or b), as operands of a disjunction; none if f is not of this form.
func weakly(f *Formula) []*Formula {
	goal := []*Formula{f.Args[0]}
	if f.Args[0].Op == Or {
		goal = f.Args[0].Args
	}
	if f.Args[1].Op != Or {
		return nil
	}
	var rest []*Formula
	met := 0
	for _, a := range f.Args[1].Args {
		found := false
		for _, g := range goal {
			found = found || a == g
		}
		if found {
			met++
		} else {
			rest = append(rest, a)
		}
	}
	if met < len(goal) {
		return nil
	}
	return rest
}
