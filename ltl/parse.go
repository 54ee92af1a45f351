package ltl

import (
	"fmt"
	"slices"
	"strconv"
)

// Parse reads a formula. Words and symbols may be mixed. From the loosest to the tightest binding:
//
//	for all v in R: f, for some v in R: f    as far to the right as possible
//	iff <->                                  to the right
//	implies ->                               to the right
//	leads to, and the patterns               not without parentheses within each other
//	or ||
//	and &&
//	until U, weakly until W, releases R V    to the right
//	not !, always [] G, eventually <> F, next X
//
// An error is a [SyntaxError]: the first mistake.
func Parse(text string) (*Property, error) {
	if len(text) > MaxText {
		return nil, &SyntaxError{MaxText, len(text), fmt.Sprintf("the formula is longer than %d bytes", MaxText), "split it into several properties"}
	}
	p := &parser{toks: scan(text)}
	f := p.property()
	if p.err != nil {
		return nil, p.err
	}
	return f, nil
}

// parser reads tokens. The first mistake moves it to the end of the text, where every loop ends, so
// that only the entry looks at err.
type parser struct {
	toks  []token
	pos   int
	last  int // where the last token taken ends
	err   *SyntaxError
	depth int
	vars  []Name // of the quantifiers around
	// closed: behind this operand follow words of the pattern, so that a quantifier needs parentheses.
	closed bool
	ops    int // operators and parentheses of the term that is being read
}

func (p *parser) fail(at Span, help, format string, args ...any) {
	if p.err == nil {
		p.err = &SyntaxError{at.Start, at.End, fmt.Sprintf(format, args...), help}
	}
	p.pos = len(p.toks) - 1
}

func (p *parser) tok() token { return p.toks[p.pos] }

// peek is the token behind the next one.
func (p *parser) peek() token { return p.toks[min(p.pos+1, len(p.toks)-1)] }

func (p *parser) take() token {
	t := p.tok()
	if t.kind != tokEnd {
		p.pos++
		p.last = t.End
	}
	return t
}

func (p *parser) since(start token) Span { return Span{start.Start, max(start.Start, p.last)} }

func (t token) is(word string) bool { return t.kind == tokWord && t.text == word }

func (t token) symbol(s string) bool { return t.kind == tokSymbol && t.text == s }

// either is true of a token that is a symbol or one of the words for it.
func (t token) either(symbol string, words ...string) bool {
	return t.symbol(symbol) || t.kind == tokWord && slices.Contains(words, t.text)
}

func (p *parser) accept(symbol string) bool {
	if p.tok().symbol(symbol) {
		p.take()
		return true
	}
	return false
}

func (p *parser) acceptWord(word string) bool {
	if p.tok().is(word) {
		p.take()
		return true
	}
	return false
}

// shown is how a message names a token.
func (t token) shown() string {
	if t.kind == tokEnd {
		return "the formula ends"
	}
	return "found `" + clip(t.text) + "`"
}

// missing reports that something should stand here.
func (p *parser) missing(what, help string) {
	t := p.tok()
	if t.kind == tokBad {
		p.fail(t.Span, t.help, "%s", t.text)
		return
	}
	p.fail(t.Span, help, "%s is missing: %s", what, t.shown())
}

// enter goes one level down. It is false if that is too deep.
func (p *parser) enter() bool {
	if p.depth >= MaxDepth {
		p.fail(p.tok().Span, "split it into several properties", "the formula is nested deeper than %d levels", MaxDepth)
		return false
	}
	p.depth++
	return true
}

// below reads something one level down.
func (p *parser) below(read func() Expr) Expr {
	if !p.enter() {
		return nil
	}
	x := read()
	p.depth--
	return x
}

func (p *parser) property() *Property {
	start := p.tok()
	f := &Property{Sometimes: p.acceptWord("sometimes")}
	f.Formula = p.formula()
	f.Span = p.since(start)
	if p.tok().kind != tokEnd {
		p.unexpected()
	}
	return f
}

// unexpected reports a token behind a formula that is complete.
func (p *parser) unexpected() {
	t := p.tok()
	help := ""
	if p.pos > 0 {
		for _, w := range []token{p.toks[p.pos-1], t} {
			if near := nearest(w.text); w.kind == tokWord && near != "" {
				help = "did you mean `" + near + "`?"
			}
		}
	}
	switch {
	case t.kind == tokBad:
		p.fail(t.Span, t.help, "%s", t.text)
	case t.symbol(")"):
		p.fail(t.Span, "remove it, or write a `(` for it", "the `)` closes nothing")
	case t.is("leads"), t.is("precedes"), t.is("responds"), t.is("then"):
		p.fail(t.Span, "put parentheses around what belongs together", "`%s` cannot stand within another pattern without parentheses", t.text)
	case t.kind == tokWord && slices.Contains(joiners(), t.text):
		p.fail(t.Span, help, "`%s` does not fit here", t.text)
	case t.kind == tokWord, t.kind == tokInt, t.symbol("("), t.symbol("!"), t.symbol("[]"), t.symbol("<>"):
		p.fail(t.Span, help, "an operator is missing before `%s`", clip(t.text))
	default:
		p.fail(t.Span, help, "`%s` does not fit here", t.text)
	}
}

// formula reads a whole formula, such as the content of parentheses.
func (p *parser) formula() Expr {
	start := p.tok()
	x := p.implication()
	if !p.tok().either("<->", "iff") {
		return x
	}
	p.take()
	y := p.below(p.formula)
	return &Binary{p.since(start), "iff", 0, x, y}
}

func (p *parser) implication() Expr {
	start := p.tok()
	x := p.statement()
	if !p.tok().either("->", "implies") {
		return x
	}
	p.take()
	y := p.below(p.implication)
	return &Binary{p.since(start), "implies", 0, x, y}
}

// statement reads `f leads to g`, a pattern, or what binds more tightly.
func (p *parser) statement() Expr {
	start := p.tok()
	if isPattern(start) {
		return p.prefixPattern()
	}
	x := p.disjunction()
	switch t := p.tok(); {
	case t.is("leads"):
		p.take()
		if !p.acceptWord("to") {
			p.missing("the word `to`", "write `f leads to g`")
		}
		b := &Binary{Op: "leads to", X: x, Y: p.disjunction()}
		b.Steps = p.steps()
		b.Span = p.since(start)
		return b
	case t.is("then"), t.is("precedes"), t.is("responds"):
		return p.infixPattern(start, x)
	}
	return x
}

// steps reads `within n steps`, if it stands here, and gives 0 else.
func (p *parser) steps() int {
	if !p.tok().is("within") || p.peek().kind != tokInt {
		return 0
	}
	p.take()
	n := p.number("the number of steps", MaxSteps)
	if !p.acceptWord("steps") && !p.acceptWord("step") {
		p.missing("the word `steps`", "write `within 5 steps`")
	}
	return n
}

// number reads a whole number from 1 to a limit.
func (p *parser) number(what string, limit int) int {
	t := p.tok()
	if t.kind != tokInt {
		p.missing(what, fmt.Sprintf("write a number from 1 to %d", limit))
		return 0
	}
	n, err := strconv.Atoi(t.text)
	if err != nil || n < 1 || n > limit {
		p.fail(t.Span, fmt.Sprintf("write a number from 1 to %d", limit), "%s must be from 1 to %d", what, limit)
		return 0
	}
	p.take()
	return n
}

func (p *parser) disjunction() Expr { return p.junction("or", "||", p.conjunction) }

func (p *parser) conjunction() Expr { return p.junction("and", "&&", p.until) }

func (p *parser) junction(word, symbol string, operand func() Expr) Expr {
	start := p.tok()
	x := operand()
	if !p.tok().either(symbol, word) {
		return x
	}
	args := []Expr{x}
	for p.tok().either(symbol, word) {
		p.take()
		args = append(args, operand())
	}
	return &Junction{p.since(start), word, args}
}

func (p *parser) until() Expr {
	start := p.tok()
	x := p.unary()
	op := ""
	switch t := p.tok(); {
	case t.is("until"), t.is("U"):
		op = "until"
	case t.is("W"), t.is("weakly"):
		op = "weakly until"
	case t.is("release"), t.is("releases"), t.is("R"), t.is("V"):
		op = "releases"
	default:
		return x
	}
	if p.take().text == "weakly" && !p.acceptWord("until") {
		p.missing("the word `until`", "write `f weakly until g`")
	}
	y := p.below(p.until)
	return &Binary{p.since(start), op, 0, x, y}
}

func (p *parser) unary() Expr {
	start := p.tok()
	op := ""
	switch {
	case start.either("!", "not"):
		op = "not"
	case start.either("[]", "always"):
		op = "always"
	case start.either("<>", "eventually"):
		op = "eventually"
	case start.is("next"):
		op = "next"
	case start.is("for"):
		return p.below(p.quantifier)
	case start.is("G") && !p.named():
		op = "always"
	case start.is("F") && !p.named():
		op = "eventually"
	case start.is("X") && !p.named():
		op = "next"
	}
	if op == "" {
		return p.primary()
	}
	p.take()
	u := &Unary{Op: op}
	if op == "always" || op == "eventually" {
		u.Steps = p.steps()
	}
	u.X = p.below(p.unary)
	u.Span = p.since(start)
	return u
}

// named is true if what follows the word that stands here makes it a name.
func (p *parser) named() bool {
	t := p.peek()
	return t.kind == tokWord && slices.Contains(verbs(), t.text) || t.symbol(".") || t.symbol("[") || t.isCalculation()
}

// isCalculation is true of the operators of terms and comparisons.
func (t token) isCalculation() bool {
	return t.kind == tokSymbol && slices.Contains([]string{"+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">="}, t.text)
}

func (p *parser) quantifier() Expr {
	start := p.take()
	q := &Quantifier{All: p.tok().is("all")}
	if !p.acceptWord("all") && !p.acceptWord("some") {
		p.missing("`all` or `some`", "write `for all w in Worker: ..`, or `for some ..`")
	}
	q.Var = p.name("the name after `for all` or `for some`")
	for _, v := range p.vars {
		if v.Text == q.Var.Text {
			p.fail(q.Var.Span, "give one of them another name", "a quantifier around this one has the name `%s` already", clip(v.Text))
		}
	}
	if !p.acceptWord("in") {
		p.missing("the word `in`", "write `in` and an array of roles, or a range such as `0..2`")
	}
	low := p.term(false)
	if p.accept("..") {
		q.Low, q.High = low, p.term(false)
	} else if n, ok := low.(*NameTerm); ok {
		q.Array = n.Name
	} else if low != nil {
		p.fail(low.Pos(), "write an array of roles, or a range such as `0..2`", "a quantifier does not run over this")
	}
	if !p.accept(":") {
		p.missing("the `:` behind the quantifier", "write `for all w in Worker: ..`")
	}
	if p.closed {
		p.fail(p.since(start), "put parentheses around it", "a quantifier cannot stand here without parentheses: it would reach to the end of the formula")
	}
	p.vars = append(p.vars, q.Var)
	q.Body = p.formula()
	p.vars = p.vars[:len(p.vars)-1]
	q.Span = p.since(start)
	return q
}

// parentheses reads a formula in parentheses. They leave no node.
func (p *parser) parentheses() Expr {
	open := p.take()
	closed := p.closed
	p.closed = false
	x := p.below(p.formula)
	p.closed = closed
	switch t := p.tok(); {
	case p.accept(")"):
	case t.kind == tokEnd && p.err == nil:
		p.fail(open.Span, "write `)`", "this `(` is not closed")
	default:
		p.unexpected()
	}
	return x
}

// primary reads a constant, an atom, or a formula in parentheses.
func (p *parser) primary() Expr {
	t := p.tok()
	switch {
	case t.symbol("(") && !(t.pair > 0 && p.toks[t.pair+1].isCalculation()):
		return p.parentheses()
	case (t.is("true") || t.is("false")) && !p.peek().isCalculation():
		p.take()
		return &Const{t.Span, t.is("true")}
	case t.kind == tokInt, t.symbol("("), t.symbol("-"), t.is("true"), t.is("false"):
		return p.comparison(t, p.sum(nil, true))
	case isPattern(t):
		p.fail(t.Span, "put parentheses around the pattern", "a pattern cannot stand here without parentheses")
		return nil
	case t.is("sometimes"):
		p.fail(t.Span, "write it at the beginning of the property, or write `eventually`",
			"`sometimes` says that some run satisfies the formula, and so stands before the whole formula only")
		return nil
	case t.kind == tokWord && (p.named() || !slices.Contains(joiners(), t.text)):
		return p.atom()
	}
	p.missing("an operand", "write a proposition or a formula")
	return nil
}
