package text

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"chorcheck/lang/diag"
	"chorcheck/lang/source"
	"chorcheck/report"
)

// Diagnostics writes what is wrong with one text, each with the lines that it is
// about, and at the end where to read more.
func Diagnostics(w io.Writer, f *source.File, list []diag.Diagnostic, dropped int, style Style) {
	for _, d := range list {
		diagnostic(w, f, d, style)
	}
	if dropped > 0 {
		fmt.Fprintf(w, "%s: %s in this file are not shown\n\n", clean(f.Name), plural(dropped, "further diagnostic", "further diagnostics"))
	}
	if i := slices.IndexFunc(list, func(d diag.Diagnostic) bool { return d.Severity == diag.Error }); i >= 0 {
		fmt.Fprintf(w, "`chorcheck explain %s` says more about it, with examples.\n", list[i].Code)
	} else if len(list) > 0 {
		fmt.Fprintf(w, "`chorcheck explain %s` says more about it, with examples.\n", list[0].Code)
	}
}

// mark is a place to underline.
type mark struct {
	span    source.Span
	text    string
	primary bool
	line    int
}

func diagnostic(w io.Writer, f *source.File, d diag.Diagnostic, style Style) {
	if d.File != nil { // the text of an option
		f = d.File
	}
	color := red
	if d.Severity == diag.Warning {
		color = yellow
	}
	fmt.Fprintf(w, "%s%s\n", style.paint(color, fmt.Sprintf("%s[%s]", d.Severity, d.Code)), style.paint(bold, ": "+clean(d.Message)))
	at := f.Position(d.Primary.Span.Start)

	marks := []mark{{d.Primary.Span, d.Primary.Text, true, at.Line}}
	for _, l := range d.Secondary {
		marks = append(marks, mark{l.Span, l.Text, false, f.Position(l.Span.Start).Line})
	}
	slices.SortStableFunc(marks, func(a, b mark) int { return a.line - b.line })
	last := marks[len(marks)-1].line
	gutter := len(fmt.Sprint(last))
	side := func(number string) string {
		return style.paint(blue, fmt.Sprintf("%*s |", gutter, number))
	}

	fmt.Fprintf(w, "%*s%s %s:%d:%d\n", gutter, "", style.paint(blue, "-->"), clean(f.Name), at.Line, at.Column)
	fmt.Fprintln(w, side(""))
	shown := 0
	for i, m := range marks {
		line := f.Line(m.line)
		start := lineStart(f, m)
		if m.line != shown {
			if shown != 0 && m.line > shown+1 {
				fmt.Fprintln(w, style.paint(blue, "..."))
			}
			shown = m.line
		}
		excerpt := cut(line, m.span.Start-start, m.span.End-start, style.width())
		// Marks of one line share its text unless the line had to be cut.
		if i == 0 || marks[i-1].line != m.line || excerpt.cut {
			fmt.Fprintf(w, "%s %s\n", side(fmt.Sprint(m.line)), excerpt.text)
		}
		sign, paint := "-", blue
		if m.primary {
			sign, paint = "^", color
		}
		under := strings.Repeat(sign, max(1, excerpt.to-excerpt.from))
		if m.text != "" {
			under += " " + clean(m.text)
		}
		fmt.Fprintf(w, "%s %s%s\n", side(""), strings.Repeat(" ", excerpt.from), style.paint(paint, under))
	}
	if d.Help != "" {
		fmt.Fprintln(w, side(""))
		fmt.Fprintf(w, "%*s %s %s\n", gutter, "", style.paint(blue, "="), style.paint(bold, "help: ")+clean(d.Help))
	}
	fmt.Fprintln(w)
}

// lineStart is the offset of the first byte of a mark's line.
func lineStart(f *source.File, m mark) int {
	offset := min(max(m.span.Start, 0), len(f.Text))
	if offset > 0 && offset < len(f.Text) && f.Text[offset-1:offset+1] == "\r\n" {
		offset--
	}
	return strings.LastIndexAny(f.Text[:offset], "\r\n") + 1
}

// excerpt is a line as shown, with the columns [from, to) of the place in it.
type excerpt struct {
	text     string
	from, to int
	cut      bool
}

const tabWidth = 4

// cut shows a line: tabs become spaces, hidden characters escapes, and a line that
// is too long is cut around the place, given by byte offsets into the line.
func cut(line string, from, to, limit int) excerpt {
	type cell struct {
		text   string
		column int // where it begins
		offset int
	}
	from = min(max(from, 0), len(line))
	to = min(max(to, from), len(line))
	// Far away from the place nothing is shown: leave it out before looking at it.
	skip := max(0, from-4*limit)
	for skip > 0 && !utf8.RuneStart(line[skip]) {
		skip--
	}
	end := min(len(line), from+8*limit)
	for end < len(line) && !utf8.RuneStart(line[end]) {
		end++
	}
	var cells []cell
	column := 0
	for i := skip; i < end; {
		r, size := utf8.DecodeRuneInString(line[i:end])
		text := ""
		if r == '\t' {
			text = strings.Repeat(" ", tabWidth-column%tabWidth)
		} else {
			text = report.Escape(r, line[i:i+size])
		}
		cells = append(cells, cell{text, column, i})
		column += width(text)
		i += size
	}
	at := func(offset int) int {
		for _, c := range cells {
			if c.offset >= offset {
				return c.column
			}
		}
		return column
	}
	e := excerpt{from: at(from), to: at(to)}
	left, right := 0, column
	if column > limit || skip > 0 || end < len(line) {
		e.cut = true
		left = max(0, e.from-limit/3)
		right = min(column, left+limit)
	}
	var b strings.Builder
	shift := 0
	if left > 0 || skip > 0 {
		b.WriteString("... ")
		shift = 4
	}
	begun := false
	for _, c := range cells {
		if c.column < left || c.column+width(c.text) > right {
			continue
		}
		if !begun {
			begun = true
			shift -= c.column
		}
		b.WriteString(c.text)
	}
	if right < column || end < len(line) {
		b.WriteString(" ...")
	}
	e.text = strings.TrimRight(b.String(), " ")
	e.from, e.to = max(0, e.from+shift), min(e.to, right)+shift
	return e
}
