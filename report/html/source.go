package html

import (
	"fmt"
	"slices"

	lang "chorcheck/lang/source"
	"chorcheck/report"
)

// source shows a text, or what is needed of it.
type source struct {
	Lines []line
	Note  string // that it is not all
}

// line of a text.
type line struct {
	Number int
	ID     string // the anchor
	Before string
	Marked string // the part that is meant
	After  string
	Gap    bool // some lines before it are left out
}

// The bounds of a text: one that is longer is shown around what the findings mention.
const (
	wholeLines = 1500
	wholeBytes = 128 << 10
	around     = 3 // lines
	mostLines  = 400
	mostWide   = 240
)

// excerpt is the text around a place, which is marked.
func (v *file) excerpt(at lang.Span) []line {
	a := v.report.Area(at)
	var list []line
	for n := max(a.Line-2, 1); n <= min(a.Line+2, lines(v.report.Source)); n++ {
		list = append(list, v.marked(n, a))
	}
	return list
}

// lines is how many there are, without an empty one after the last line ending.
func lines(f *lang.File) int {
	n := f.Lines()
	if n > 1 && f.Line(n) == "" {
		n--
	}
	return n
}

// marked is one line, with the part of it that an area covers.
func (v *file) marked(n int, a report.Area) line {
	text := []rune(v.report.Source.Line(n))
	y := line{Number: n}
	if n < a.Line || n > a.EndLine || n == a.EndLine && a.EndColumn <= 1 && n > a.Line {
		y.Before = code(text)
		return y
	}
	from, to := 0, len(text)
	if n == a.Line {
		from = min(max(a.Column-1, 0), len(text))
	} else {
		for from < len(text) && (text[from] == ' ' || text[from] == '\t') {
			from++
		}
	}
	if n == a.EndLine {
		to = min(max(a.EndColumn-1, from), len(text))
	}
	y.Before, y.Marked, y.After = code(text[:from]), code(text[from:to]), code(text[to:])
	return y
}

// code is a part of a line.
func code(text []rune) string {
	if len(text) > mostWide {
		return report.PrintableBlock(string(text[:mostWide])) + ".."
	}
	return report.PrintableBlock(string(text))
}

// sourceOf adds the text of a file: all of it, or the lines that matter.
func (b *builder) sourceOf(v *file) {
	src := v.report.Source
	whole := src.Lines() <= wholeLines && len(src.Text) <= wholeBytes && len(src.Text) <= b.source
	v.Source = &source{}
	if whole {
		for n := 1; n <= lines(src); n++ {
			v.Source.Lines = append(v.Source.Lines, line{Number: n, ID: v.line(n), Before: code([]rune(src.Line(n)))})
		}
		b.source -= len(src.Text)
		return
	}
	last := 0
	for _, n := range v.mentioned() {
		text := code([]rune(src.Line(n)))
		if b.source < len(text) {
			break
		}
		b.source -= len(text)
		v.Source.Lines = append(v.Source.Lines, line{Number: n, ID: v.line(n), Before: text, Gap: n != last+1})
		last = n
	}
	v.Source.Note = fmt.Sprintf("%d of %d lines: those that the findings mention, and what is around them", len(v.Source.Lines), src.Lines())
}

// mentioned are the lines of diagnostics and findings, and some around them, ascending.
func (v *file) mentioned() []int {
	f := v.report
	seen := map[int]bool{}
	add := func(at int) {
		if at <= 0 || len(seen) >= mostLines {
			return
		}
		for n := max(at-around, 1); n <= min(at+around, f.Source.Lines()); n++ {
			seen[n] = true
		}
	}
	for _, d := range f.Diagnostics[:min(len(f.Diagnostics), maxDiagnostics)] {
		area, _ := f.Located(d)
		add(area.Line)
	}
	for _, c := range f.Verdicts() {
		for i := range c.Findings {
			for _, o := range c.Findings[i].Origins {
				add(f.Line(o))
			}
		}
	}
	for _, r := range v.runs {
		for _, s := range r.trace {
			add(f.Line(s.Origin))
		}
	}
	var list []int
	for n := range seen {
		list = append(list, n)
	}
	slices.Sort(list)
	return list
}
