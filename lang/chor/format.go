package chor

import (
	"slices"
	"strings"

	"chorcheck/lang/diag"
	"chorcheck/lang/source"
)

// maxIndent is the number of levels beyond which the text is not indented
// further: else a small text with deep nesting would become a very large one.
const maxIndent = 40

// FormatSource formats a text. It reports false, and the mistakes, if the text
// has any.
func FormatSource(file *source.File) (string, []diag.Diagnostic, bool) {
	var bag diag.Bag
	tree := Parse(file, &bag)
	if bag.Failed() {
		return "", bag.Sorted(), false
	}
	return Format(tree), nil, true
}

// Format prints a tree without mistakes in the canonical layout: two spaces for
// each level, one item on a line, `} or {` and the like on one line, words
// instead of `&&`, `||` and `!`. Blank lines stay, but at most one at a place.
//
// Every comment stays. One at the end of a line remains there; one on a line of
// its own remains before the item that it precedes. One inside a statement goes
// before it, one before the `{` of a further block goes behind that brace, and
// one among the clauses that end a `try` goes behind them.
//
// A tree that did not come from a text has no comments and no blank lines. Its
// properties need a source, since a formula is a place in it.
func Format(f *File) string {
	p := &printer{comments: f.Comments}
	if f.Source != nil {
		p.text, p.lines = f.Source.Text, newLineTable(f.Source.Text)
	}
	p.items(f.Items, len(p.text)+1)
	return p.out.String()
}

// printer walks the tree in the order of the text and weaves the comments in.
type printer struct {
	out      strings.Builder
	text     string
	lines    lineTable // nil without a text
	comments []Comment
	next     int // the first comment that has not been printed
	level    int
	last     int // line of the text where what was printed last ended; 0 at the start of a block
}

// line of an offset in the text, 0 without one.
func (p *printer) line(offset int) int {
	if p.lines == nil {
		return 0
	}
	return p.lines.line(offset)
}

func (p *printer) write(parts ...string) {
	for _, s := range parts {
		p.out.WriteString(s)
	}
}

func (p *printer) indent() {
	for range min(p.level, maxIndent) {
		p.out.WriteString("  ")
	}
}

// blank keeps a blank line that stands before the given line of the text.
func (p *printer) blank(line int) {
	if p.last > 0 && line-p.last > 1 {
		p.write("\n")
	}
}

// pending is the next comment if it begins before the limit.
func (p *printer) pending(limit int) (Comment, bool) {
	if p.next < len(p.comments) && p.comments[p.next].At.Start < limit {
		return p.comments[p.next], true
	}
	return Comment{}, false
}

func (p *printer) comment(c Comment) {
	p.write(strings.TrimRight(c.Text, " \t"))
	p.next++
}

// leading prints the comments before the limit on lines of their own.
func (p *printer) leading(limit int) {
	for {
		c, ok := p.pending(limit)
		if !ok {
			return
		}
		line := p.line(c.At.Start)
		p.blank(line)
		p.indent()
		p.comment(c)
		p.write("\n")
		p.last = line
	}
}

// items prints the items of a block that ends at the given offset.
func (p *printer) items(items []Item, end int) {
	for i, it := range items {
		at := it.Pos()
		p.leading(at.Start)
		p.blank(p.line(at.Start))
		for c, ok := p.pending(p.headEnd(it)); ok; c, ok = p.pending(p.headEnd(it)) {
			p.indent()
			p.comment(c)
			p.write("\n")
		}
		p.indent()
		p.item(it)
		limit := end
		if i+1 < len(items) {
			limit = items[i+1].Pos().Start
		}
		p.trailing(at.End, limit)
	}
	p.leading(end)
}

// trailing ends the line of an item with the comment behind it. Further ones
// that belong to the item follow on lines of their own.
func (p *printer) trailing(end, limit int) {
	p.last = p.line(end)
	for n := 0; ; n++ {
		c, ok := p.pending(limit)
		if !ok || c.At.Start >= end && p.line(c.At.Start) > p.line(end) {
			break
		}
		if n == 0 {
			p.write(" ")
		} else {
			p.write("\n")
			p.indent()
		}
		p.last = max(p.last, p.line(c.At.Start))
		p.comment(c)
	}
	p.write("\n")
}

// block prints `{ .. }` without what stands around it. A single comment before
// the brace, or behind it on its line, goes behind it.
func (p *printer) block(b Block) {
	first := b.At.End
	if len(b.Items) > 0 {
		first = b.Items[0].Pos().Start
	}
	n := p.opening(b.At, first, len(b.Items) == 0)
	if len(b.Items) == 0 && n == 0 {
		if _, ok := p.pending(b.At.End); !ok {
			p.write("}")
			return
		}
		p.write("\n")
	}
	p.level++
	p.items(b.Items, b.At.End)
	p.level--
	p.indent()
	p.write("}")
}

// opening prints `{` and the comments that belong to it, and says how many there
// are. An empty block without comments may close on the line.
func (p *printer) opening(at source.Span, first int, empty bool) int {
	p.write("{")
	p.last = 0
	rest := p.comments[p.next:]
	n := 0
	for n < len(rest) && rest[n].At.Start < first && (rest[n].At.Start < at.Start || p.line(rest[n].At.Start) == p.line(at.Start)) {
		n++
	}
	switch {
	case n == 1:
		p.write(" ")
		p.comment(rest[0])
		p.write("\n")
	case n > 1:
		p.write("\n")
		p.level++
		for _, c := range rest[:n] {
			p.indent()
			p.comment(c)
			p.write("\n")
		}
		p.level--
		p.last = p.line(rest[n-1].At.Start)
	case !empty:
		p.write("\n")
	}
	return n
}

// headEnd is where the part of an item ends that is printed on one line: at its
// first `{`, or at its end. Comments before it go before the item.
func (p *printer) headEnd(it Item) int {
	switch it := it.(type) {
	case *ProtocolDecl:
		return it.Body.At.Start
	case *EnvironmentDecl:
		return p.brace(it)
	case *PropertyDecl:
		return it.Formula.Start
	case *Choice:
		if len(it.Branches) > 0 {
			return it.Branches[0].Body.At.Start
		}
	case *Par:
		if len(it.Threads) > 0 {
			return it.Threads[0].At.Start
		}
	case *For:
		return it.Body.At.Start
	case *Loop:
		return it.Body.At.Start
	case *Repeat:
		return it.Body.At.Start
	case *Rec:
		return it.Body.At.Start
	case *Within:
		return it.Body.At.Start
	case *Try:
		return it.Body.At.Start
	}
	return it.Pos().End
}

// brace is where the `{` of an environment stands: behind its name and,
// perhaps, comments.
func (p *printer) brace(d *EnvironmentDecl) int {
	at := d.Name.At.End
	for _, c := range p.comments[p.next:] {
		if c.At.Start >= d.At.End || strings.Contains(p.slice(at, c.At.Start), "{") {
			break
		}
		at = c.At.End
	}
	if i := strings.IndexByte(p.slice(at, d.At.End), '{'); i >= 0 {
		return at + i
	}
	return at
}

func (p *printer) slice(start, end int) string {
	if start < 0 || end > len(p.text) || start > end {
		return ""
	}
	return p.text[start:end]
}

// environment prints the clauses as block prints items.
func (p *printer) environment(d *EnvironmentDecl) {
	p.write("environment ", d.Name.Name, " ")
	at := source.Span{Start: p.brace(d), End: d.At.End}
	first := at.End
	if len(d.Clauses) > 0 {
		first = d.Clauses[0].At.Start
	}
	n := p.opening(at, first, len(d.Clauses) == 0)
	if len(d.Clauses) == 0 && n == 0 {
		if _, ok := p.pending(at.End); !ok {
			p.write("}")
			return
		}
		p.write("\n")
	}
	p.level++
	for i, c := range d.Clauses {
		p.leading(c.At.Start)
		p.blank(p.line(c.At.Start))
		for inner, ok := p.pending(c.At.End); ok; inner, ok = p.pending(c.At.End) {
			p.indent()
			p.comment(inner)
			p.write("\n")
		}
		p.indent()
		p.fault(c)
		limit := at.End
		if i+1 < len(d.Clauses) {
			limit = d.Clauses[i+1].At.Start
		}
		p.trailing(c.At.End, limit)
	}
	p.leading(at.End)
	p.level--
	p.indent()
	p.write("}")
}

// formula prints the formula of a property. Its lines stay; spaces between
// words become one, and the lines are moved so that the leftmost is indented by
// one level.
func (p *printer) formula(d *PropertyDecl) {
	text := p.slice(d.Formula.Start, d.Formula.End)
	for p.next < len(p.comments) && p.comments[p.next].At.Start < d.Formula.End {
		p.next++
	}
	own := p.line(d.Name.At.End) != p.line(d.Formula.Start)
	s := scan(text)
	if len(s.errors) > 0 {
		// The formula has signs that are not ours: nothing is known about its spaces.
		if own {
			text = "\n" + strings.Repeat(" ", max(2, p.lines.column(d.Formula.Start))) + text
		} else {
			text = " " + text
		}
		p.write(text)
		return
	}
	var pieces []source.Span
	for _, t := range s.tokens {
		if t.kind != tEOF {
			pieces = append(pieces, t.span())
		}
	}
	for _, c := range s.comments {
		pieces = append(pieces, c.At)
	}
	slices.SortFunc(pieces, func(x, y source.Span) int { return x.Start - y.Start })
	lines := newLineTable(text)
	// The indentation of each piece that begins a line, and the least of them.
	column := func(piece source.Span) int {
		start := int(lines[lines.line(piece.Start)-1])
		if start == 0 {
			return p.lines.column(d.Formula.Start)
		}
		return piece.Start - start
	}
	begins := func(i int) bool {
		return i == 0 && own || i > 0 && lines.line(pieces[i].Start) > lines.line(pieces[i-1].Start)
	}
	least := -1
	for i, piece := range pieces {
		if c := column(piece); begins(i) && (least < 0 || c < least) {
			least = c
		}
	}
	if !own {
		p.write(" ")
	}
	for i, piece := range pieces {
		switch {
		case begins(i):
			p.write("\n")
			if i > 0 && lines.line(piece.Start)-lines.line(pieces[i-1].Start) > 1 {
				p.write("\n")
			}
			p.write(strings.Repeat(" ", 2+min(column(piece)-least, 2*maxIndent)))
		case i > 0 && pieces[i-1].End < piece.Start:
			p.write(" ")
		}
		p.write(strings.TrimRight(text[piece.Start:piece.End], " \t"))
	}
}
