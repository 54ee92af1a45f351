package chor

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"chorcheck/lang/diag"
	"chorcheck/lang/source"
)

const (
	// MaxSize is the greatest size of a text, in bytes.
	MaxSize = 4 << 20
	// MaxDepth is the greatest depth of a tree, blocks and expressions together.
	MaxDepth = 500
)

// Parse reads a text. It adds a diagnostic to the bag for each mistake, and
// yields a tree in any case.
func Parse(file *source.File, bag *diag.Bag) *File {
	tree := &File{Source: file}
	if len(file.Text) > MaxSize {
		bag.Add(diag.Diagnostic{
			Code: diag.FileTooLarge, Message: fmt.Sprintf("the file has %d bytes, and the limit is %d", len(file.Text), MaxSize),
			Help: "split the choreography, or use `param`, arrays of roles and `protocol` instead of repeated text",
		})
		return tree
	}
	s := scan(file.Text)
	p := newParser(file.Text, s)
	tree.Items = p.topLevel()
	tree.Comments = s.comments
	p.deliver(s, bag)
	return tree
}

// parser is a recursive descent parser. After a mistake it acts as if the
// missing token were there, where that is likely; what is left of the line is
// skipped in silence, since it is seldom a mistake of its own.
type parser struct {
	text  string
	lines lineTable
	toks  []token // ends with tEOF
	pos   int
	last  int // where the last token that was taken ends

	depth  int // of blocks and expressions
	height int // of the expression that was parsed last

	diags []diag.Diagnostic
	count int // of all errors; the first diag.MaxPerFile are kept
	errAt int // the token at which the last error was found

	open     []int32 // the braces of the blocks being parsed
	strays   int     // closing braces without a partner that nothing has accounted for
	suspect  [2]int32
	closedAt int   // the token at which unclosed blocks were reported
	bare     int   // depth of blocks without a head
	braced   int32 // the brace behind the choreography's name, -1 if there is none
	inEnv    bool
	sender   int // the token at which the sender of an interaction stands

	formulas []source.Span
}

func newParser(text string, s *scanner) *parser {
	p := &parser{text: text, toks: s.tokens, lines: newLineTable(text), errAt: -1, closedAt: -1, braced: -1, sender: -1}
	p.matchBraces()
	return p
}

// deliver moves the mistakes into the bag, in the order of the text.
func (p *parser) deliver(s *scanner, bag *diag.Bag) {
	all := p.diags
	for _, e := range s.errors {
		inside := func(f source.Span) bool { return f.Start <= e.Primary.Span.Start && e.Primary.Span.Start < f.End }
		if e.own && slices.ContainsFunc(p.formulas, inside) {
			s.count--
			continue
		}
		all = append(all, e.Diagnostic)
	}
	slices.SortStableFunc(all, func(x, y diag.Diagnostic) int { return cmp.Compare(x.Primary.Span.Start, y.Primary.Span.Start) })
	for _, d := range all {
		bag.Add(d)
	}
	// Those that were not even kept only count.
	for range p.count + s.count - len(all) {
		bag.Add(diag.Diagnostic{Code: diag.UnexpectedText, Message: "too many mistakes"})
	}
}

// ---- Tokens

func (p *parser) tok() token { return p.toks[p.pos] }

func (p *parser) ahead(n int) token { return p.toks[min(p.pos+n, len(p.toks)-1)] }

func (p *parser) take() token {
	t := p.toks[p.pos]
	if t.kind != tEOF {
		p.pos++
		p.last = int(t.end)
	}
	return t
}

func (p *parser) is(k kind) bool { return p.toks[p.pos].kind == k }

func (p *parser) accept(k kind) bool {
	if !p.is(k) {
		return false
	}
	p.take()
	return true
}

func (p *parser) str(t token) string { return p.text[t.start:t.end] }

func (p *parser) isWord(word string) bool { return wordIs(p, p.tok(), word) }

func wordIs(p *parser, t token, word string) bool { return t.kind == tWord && p.str(t) == word }

func (p *parser) acceptWord(word string) bool {
	if !p.isWord(word) {
		return false
	}
	p.take()
	return true
}

// since is the span from a token's start to the end of what was taken last.
func (p *parser) since(start token) node {
	return node{source.Span{Start: int(start.start), End: max(p.last, int(start.start))}}
}

// gone is the place of something that is missing: behind what was taken last.
func (p *parser) gone() node { return node{source.Span{Start: p.last, End: p.last}} }

// startsItem tells whether a new statement or declaration seems to begin here.
func (p *parser) startsItem() bool {
	t := p.tok()
	if t.kind != tWord {
		return false
	}
	return t.first() && (t.has(fStatement|fDecl) || p.inEnv && p.isFault(t)) || p.ahead(1).kind == tArrow && t.first()
}

// lineOver tells whether the line, or what can hold a statement, ends here.
func (p *parser) lineOver() bool {
	t := p.tok()
	return t.first() || t.kind == tEOF || t.kind == tRBrace || t.kind == tSemicolon
}

// ---- Mistakes

// errorf reports a mistake, unless one was just reported at the same token. The
// result may be completed by the caller.
func (p *parser) errorf(code diag.Code, at source.Span, help, format string, args ...any) *diag.Diagnostic {
	if p.errAt == p.pos {
		return &diag.Diagnostic{}
	}
	p.errAt = p.pos
	p.count++
	if p.count > diag.MaxPerFile {
		return &diag.Diagnostic{}
	}
	p.diags = append(p.diags, diag.Diagnostic{
		Code: code, Message: fmt.Sprintf(format, args...), Primary: diag.Label{Span: at}, Help: help,
	})
	return &p.diags[len(p.diags)-1]
}

// full tells whether further mistakes are only counted, so that it is not worth
// the time to find words for them.
func (p *parser) full() bool { return p.count >= diag.MaxPerFile }

// missing reports that something does not stand here. A tBad token has been
// reported, and may well have been meant for it.
func (p *parser) missing(code diag.Code, help, what string) *diag.Diagnostic {
	if p.is(tBad) {
		p.errAt = p.pos
		return &diag.Diagnostic{}
	}
	if p.full() {
		return p.errorf(code, source.Span{}, "", "")
	}
	return p.errorf(code, p.here(), help, "%s is missing: %s", what, p.found())
}

// here is the place to show for something missing: the token in its place, or
// the end of the line.
func (p *parser) here() source.Span {
	if t := p.tok(); t.kind != tEOF && !t.first() {
		return t.span()
	}
	return p.gone().At
}

// found says what stands here.
func (p *parser) found() string {
	switch t := p.tok(); {
	case t.kind == tEOF:
		return "the file ends"
	case t.first():
		return "the line ends"
	default:
		return "found " + p.show(t)
	}
}

// show is a token as it appears in messages. Words with foreign characters
// could do harm to a terminal.
func (p *parser) show(t token) string {
	text := p.str(t)
	if t.has(fDirty) || t.kind == tBad {
		text = clean(text)
	}
	return "`" + clip(text) + "`"
}

// skipLine drops what is left of a line after a mistake. Blocks are parsed, so
// that mistakes in them are found.
func (p *parser) skipLine() {
	for !p.is(tEOF) && !p.is(tRBrace) && !p.is(tSemicolon) {
		if t := p.tok(); t.first() || t.has(fStatement|fDecl) || t.kind == tWord && p.ahead(1).kind == tArrow {
			return
		}
		if p.is(tLBrace) {
			p.bareBlock()
			continue
		}
		p.take()
	}
}

// ---- Blocks

// matchBraces marks the braces that have a partner, and counts those that do
// not. The first pair in which the closing brace stands further left than the
// line of the opening one is where a brace was probably forgotten.
func (p *parser) matchBraces() {
	var open []int32
	p.suspect = [2]int32{-1, -1}
	lineIndent := int32(0)
	var indents []int32
	for i, t := range p.toks {
		if t.first() {
			lineIndent = int32(p.lines.column(int(t.start)))
		}
		switch t.kind {
		case tLBrace:
			open = append(open, int32(i))
			indents = append(indents, lineIndent)
		case tRBrace:
			if len(open) == 0 {
				p.strays++
				continue
			}
			last := len(open) - 1
			p.toks[open[last]].flags |= fMatched
			p.toks[i].flags |= fMatched
			if t.first() && lineIndent < indents[last] && p.suspect[0] < 0 {
				p.suspect = [2]int32{open[last], int32(i)}
			}
			open, indents = open[:last], indents[:last]
		}
	}
}

// block parses `{ .. }`. The head, for messages, is what it belongs to.
func (p *parser) block(head string) Block {
	if !p.findBrace(diag.MissingBrace, head) {
		if p.strays > 0 && !p.lineOverAtClose() {
			// A closing brace too many: the opening one was forgotten.
			p.strays--
			start := p.tok()
			items := p.items(-1)
			p.accept(tRBrace)
			return Block{p.since(start), items}
		}
		return Block{node: p.gone()}
	}
	start := p.tok()
	if p.depth >= MaxDepth {
		p.tooDeep(start)
		p.skipBlock()
		return Block{node: p.since(start)}
	}
	opening := int32(p.pos)
	p.take()
	p.depth++
	p.open = append(p.open, opening)
	items := p.items(p.pos - 1)
	p.close()
	p.open = p.open[:len(p.open)-1]
	p.depth--
	return Block{p.since(start), items}
}

func (p *parser) lineOverAtClose() bool { return p.is(tEOF) || p.is(tRBrace) }

// close takes the closing brace of the innermost block, or reports that it and
// perhaps further ones are missing.
func (p *parser) close() {
	if p.accept(tRBrace) || p.closedAt == p.pos {
		return
	}
	p.closedAt = p.pos
	var unclosed []int32
	for _, o := range slices.Backward(p.open) {
		if p.is(tEOF) || !p.toks[o].has(fMatched) {
			unclosed = append(unclosed, o)
		}
	}
	p.errAt = -1
	text := "a closing brace is missing: %s"
	if len(unclosed) > 1 {
		text = fmt.Sprintf("%d closing braces are missing: %%s", len(unclosed))
	}
	found := p.found()
	if !p.is(tEOF) {
		found = p.show(p.tok()) + " cannot stand in a block"
	}
	d := p.errorf(diag.UnclosedBlock, p.here(), "write `}` where the block ends", text, found)
	for _, o := range unclosed[:min(len(unclosed), 5)] {
		d.Secondary = append(d.Secondary, diag.Label{Span: p.toks[o].span(), Text: "this { is never closed"})
	}
	if p.suspect[0] >= 0 {
		d.Secondary = append(d.Secondary,
			diag.Label{Span: p.toks[p.suspect[0]].span(), Text: "or this one, to judge by the indentation"},
			diag.Label{Span: p.toks[p.suspect[1]].span(), Text: "it ends here, further to the left"})
	}
}

// findBrace goes to the `{` that has to come next. Words before it on the line
// are reported and skipped.
func (p *parser) findBrace(code diag.Code, head string) bool {
	if p.is(tLBrace) {
		return true
	}
	for i := p.pos; ; i++ {
		t := p.toks[i]
		if t.kind == tLBrace && !t.first() {
			p.unexpected("between " + head + " and its `{`")
			p.pos = i
			p.last = int(p.toks[i-1].end)
			return true
		}
		if t.kind == tEOF || t.kind == tRBrace || t.kind == tSemicolon || t.first() ||
			t.has(fStatement|fDecl) || t.kind == tWord && p.toks[i+1].kind == tArrow {
			p.missing(code, "write `{` here, and `}` where it ends", "the `{` of "+head)
			return false
		}
	}
}

// unexpected reports the token here.
func (p *parser) unexpected(where string) {
	if p.is(tBad) {
		p.errAt = p.pos
		return
	}
	t := p.tok()
	d := p.errorf(diag.UnexpectedText, t.span(), "", "%s cannot stand %s", p.show(t), where)
	if t.kind == tWord {
		if w := diag.Nearest(p.str(t), []string{"at", "in", "when", "otherwise", "for"}); p.str(t) == "if" {
			d.Help = "write `when`"
		} else if w != "" {
			d.Help = "did you mean `" + w + "`?"
		}
	}
}

func (p *parser) tooDeep(t token) {
	p.errorf(diag.TooDeep, t.span(), "move inner parts into a `protocol`, or parts of the expression into a `param`",
		"this is nested more than %d levels deep", MaxDepth)
}

// skipBlock drops a block without recursion.
func (p *parser) skipBlock() {
	depth := 0
	for !p.is(tEOF) {
		switch p.take().kind {
		case tLBrace:
			depth++
		case tRBrace:
			depth--
		}
		if depth == 0 {
			return
		}
	}
	p.errAt, p.closedAt = p.pos, p.pos
}

// bareBlock parses a block that belongs to nothing; its content is dropped, but
// mistakes in it are reported.
func (p *parser) bareBlock() {
	p.bare++
	p.block("the block")
	p.bare--
}

// items parses up to the end of the block whose `{` is the given token, or up
// to the end of the file if it is -1 and no block is open.
func (p *parser) items(opening int) []Item {
	var items []Item
	for {
		for p.accept(tSemicolon) {
		}
		t := p.tok()
		if t.kind == tEOF || t.kind == tRBrace || p.closedAt == p.pos && len(p.open) > 0 {
			return items
		}
		if opening >= 0 && t.first() && t.has(fDecl) && !p.toks[opening].has(fMatched) {
			return items
		}
		items = append(items, p.item())
	}
}

func (p *parser) topLevel() []Item {
	var all []Item
	for {
		all = append(all, p.items(-1)...)
		if p.is(tEOF) {
			break
		}
		t := p.take() // a closing brace
		if p.braced >= 0 {
			p.braced = -1
			continue
		}
		p.errAt = -1
		p.pos--
		if p.strays > 0 || p.count == 0 {
			p.strays--
			p.errorf(diag.StrayBrace, t.span(), "remove it, or write the `{` that it closes", "this `}` closes nothing")
		}
		p.pos++
		// What would have belonged to the block that seemed to go on.
		for p.clauseWord() && !p.tok().first() {
			p.errAt = p.pos
			p.clause()
		}
	}
	if p.braced >= 0 {
		p.open = append(p.open[:0], p.braced)
		p.close()
	}
	return all
}

// item parses one statement or declaration; what is neither becomes a *BadItem.
func (p *parser) item() Item {
	t := p.tok()
	if t.first() {
		p.errAt = -1
	}
	before, start := p.count, p.pos
	it := p.itemAt(t)
	if p.pos == start && !p.is(tRBrace) && !p.is(tEOF) {
		p.take()
		it = &BadItem{p.since(t)}
	}
	if p.count > before || p.errAt >= start {
		p.skipLine()
	}
	return it
}

func (p *parser) itemAt(t token) Item {
	switch {
	case t.has(fStatement|fDecl) && p.ahead(1).kind != tArrow:
		return p.keyword(p.str(t))
	case p.clauseWord():
		p.clause()
		return &BadItem{p.since(t)}
	case t.kind == tWord, t.kind == tArrow, t.kind == tStar, t.kind == tBad && p.ahead(1).kind == tArrow:
		return p.interaction()
	case t.kind == tLBrace:
		if p.bare == 0 && p.depth < MaxDepth {
			p.errorf(diag.UnexpectedText, t.span(), "write what the block belongs to before it, such as `par` or `loop at A`", "a block cannot stand alone")
		}
		p.bareBlock()
		return &BadItem{p.since(t)}
	}
	return p.junk()
}

// junk reports and skips text that is no statement.
func (p *parser) junk() Item {
	t := p.tok()
	if t.kind == tBad {
		p.errAt = p.pos
	} else if t.first() || p.pos == 0 || p.toks[p.pos-1].kind == tLBrace || p.toks[p.pos-1].kind == tSemicolon {
		p.errorf(diag.UnexpectedText, t.span(), "", "a statement cannot begin with %s", p.show(t))
	} else {
		p.errorf(diag.UnexpectedText, t.span(), "", "%s cannot stand here, behind a complete statement", p.show(t))
	}
	p.take()
	p.skipLine()
	return &BadItem{p.since(t)}
}

// clauseWord tells whether a clause of choice, par or try begins here.
func (p *parser) clauseWord() bool {
	t := p.tok()
	if t.kind != tWord || p.ahead(1).kind == tArrow {
		return false
	}
	switch p.str(t) {
	case "or", "and", "on", "finally", "otherwise", "when":
		return true
	case "else", "elseif", "elsif", "elif", "catch", "except":
		return p.ahead(1).kind == tWord || p.ahead(1).kind == tLBrace || p.ahead(1).kind == tLParen
	}
	return false
}

// clause reports a clause that has no statement before it, and skips it.
func (p *parser) clause() {
	t := p.take()
	p.pos--
	of := "`choice`"
	switch p.str(t) {
	case "and":
		of = "`par`"
	case "on", "finally", "catch", "except":
		of = "`try`"
	}
	p.errorf(diag.StrayClause, t.span(), "let it follow the `}` of its "+of, "%s does not follow the block of a %s", p.show(t), of)
	p.take()
	for !p.lineOver() && !p.is(tLBrace) {
		p.take()
	}
	if p.is(tLBrace) {
		p.bareBlock()
	}
}

// ---- Names

// ident parses a name. What it is for stands in messages.
func (p *parser) ident(what string) Ident {
	t := p.tok()
	switch {
	case t.kind == tBad && !t.first():
		p.errAt = p.pos
		p.take()
		return Ident{node{t.span()}, clean(p.str(t))}
	case t.kind == tWord && !t.has(fReserved) && (p.pos == p.sender || !t.first() || !p.startsItem()):
		p.take()
		name := p.str(t)
		if t.has(fDirty) {
			name = clean(name)
		}
		return Ident{node{t.span()}, name}
	case t.has(fStatement|fDecl) && !t.first() || t.has(fReserved) && p.nameLike():
		p.errorf(diag.ReservedName, t.span(), "choose another name", "`%s` is a word of the language and cannot be a name", p.str(t))
		p.take()
		return Ident{node{t.span()}, p.str(t)}
	case t.kind == tInt && !t.first():
		p.errorf(diag.MissingName, t.span(), "begin the name with a letter or `_`", "%s is missing: a number is no name", what)
		p.take()
		return Ident{node: node{t.span()}}
	}
	p.missing(diag.MissingName, "", what)
	return Ident{node: p.gone()}
}

// nameLike tells whether the joining word here seems to be meant as a name.
func (p *parser) nameLike() bool {
	if p.tok().first() {
		return p.ahead(1).kind == tArrow
	}
	switch n := p.ahead(1); n.kind {
	case tArrow, tComma, tRParen, tLBracket, tColon:
		return true
	default:
		return n.first() && p.pos > 0 && p.toks[p.pos-1].kind == tComma
	}
}

// word parses a word that may also be a keyword: the name of a message.
func (p *parser) word(what string) Ident {
	if t := p.tok(); t.kind == tWord && !t.first() && t.has(fReserved) && !p.startsItem() {
		p.take()
		return Ident{node{t.span()}, p.str(t)}
	}
	return p.ident(what)
}

// roleRef parses `A`, `Worker[i]`, or `*` in environments.
func (p *parser) roleRef(what string) RoleRef {
	t := p.tok()
	if t.kind == tStar {
		if !p.inEnv {
			p.errorf(diag.MisplacedStar, t.span(), "name the roles, or use `for` and an array of roles", "`*` stands for any role in an environment only")
		}
		p.take()
		return RoleRef{node: node{t.span()}, Name: Ident{node: node{t.span()}}, Any: p.inEnv}
	}
	r := RoleRef{Name: p.ident(what)}
	if r.Name.At.Len() == 0 {
		r.node = r.Name.node
		return r
	}
	if p.is(tLBracket) && !p.tok().first() {
		p.take()
		r.Index = p.expr()
		p.closing(tRBracket, "]")
	}
	r.node = p.since(t)
	return r
}

// closing takes a closing bracket, or says that it is missing.
func (p *parser) closing(k kind, text string) {
	if p.accept(k) {
		return
	}
	p.missing(diag.MissingBracket, "write `"+text+"`", "a closing `"+text+"`")
}

// at parses `at A`. The head, for messages, is what happens at A.
func (p *parser) at(head string) RoleRef {
	const help = "write `at` and a role"
	if p.acceptWord("at") {
		return p.roleRef("the role after `at`")
	}
	t := p.tok()
	if t.kind == tWord && !p.lineOver() && !t.has(fStatement|fDecl) && !p.startsItem() {
		n := p.ahead(1)
		if n.kind == tWord && !n.first() && !n.has(fReserved) && p.ahead(2).kind != tArrow && p.ahead(2).kind != tColon {
			d := p.errorf(diag.MissingOwner, t.span(), help, "`at` is missing in %s: found %s", head, p.show(t))
			if w := diag.Nearest(p.str(t), []string{"at"}); w != "" {
				d.Help = "did you mean `at`?"
			}
			p.take()
			return p.roleRef("the role after `at`")
		}
		if !t.has(fReserved) && n.kind != tArrow {
			p.errorf(diag.MissingOwner, t.span(), fmt.Sprintf("write `at %s`", clip(clean(p.str(t)))), "`at` is missing in %s before %s", head, p.show(t))
			return p.roleRef("the role after `at`")
		}
	}
	p.missing(diag.MissingOwner, help, fmt.Sprintf("the role of %s", head))
	return RoleRef{node: p.gone(), Name: Ident{node: p.gone()}}
}

// list parses elements between commas. A comma that is missing, or that nothing
// follows, is reported. Inside brackets, given by what closes them, the list
// may run over lines.
func (p *parser) list(closing kind, element func()) {
	for {
		element()
		if p.is(tComma) {
			p.take()
			t := p.tok()
			if t.kind == closing && closing != tEOF || closing == tEOF && (p.lineOverAtClose() || t.kind == tSemicolon || p.startsItem() || t.first() && t.has(fStatement|fDecl)) {
				p.errorf(diag.ListComma, p.here(), "remove the last comma, or write what follows it", "the list ends with a comma: %s", p.found())
				return
			}
			continue
		}
		t := p.tok()
		open := closing == tEOF && (t.first() || p.ahead(1).kind == tColon || p.inEnv && (p.isFault(t) || p.str(t) == "during"))
		if t.kind == tWord && !t.has(fReserved) && !p.startsItem() && p.ahead(1).kind != tArrow && !open {
			p.errorf(diag.ListComma, t.span(), "write a comma before it", "a comma is missing before %s", p.show(t))
			continue
		}
		return
	}
}

// names parses a list of names.
func (p *parser) names(closing kind, what string) []Ident {
	var names []Ident
	p.list(closing, func() { names = append(names, p.ident(what)) })
	return names
}

func quoteList(words []string) string {
	return "`" + strings.Join(words[:len(words)-1], "`, `") + "` or `" + words[len(words)-1] + "`"
}
