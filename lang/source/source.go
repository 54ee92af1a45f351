// Package source holds the text that users give us, and places in it.
//
// A place is a half-open range of byte offsets into one file, a [Span]. Lines
// and columns are computed when somebody looks at them. Columns count Unicode
// code points from 1; [File.UTF16] gives the columns that editors want.
//
// Costs: a File keeps its text and one integer for each line. A place is two
// integers. Positions outside the file are clamped into it, never a panic.
package source

import (
	"sort"
	"unicode/utf8"
)

// Span is the half-open range of bytes [Start, End) of a file.
type Span struct {
	Start, End int
}

// Cover is the smallest span that holds both.
func (s Span) Cover(t Span) Span {
	return Span{min(s.Start, t.Start), max(s.End, t.End)}
}

// Len is the number of bytes of the span.
func (s Span) Len() int { return s.End - s.Start }

// Position is a line and a column, both from 1; Column counts code points.
type Position struct {
	Line, Column int
}

// File is a named text with an index of its lines.
type File struct {
	Name string // as the user wrote it; "-" is standard input
	Text string

	lines []int // offset of each line's first byte
}

// New indexes a text. A line ends with LF, CR LF or CR.
func New(name, text string) *File {
	f := &File{Name: name, Text: text, lines: []int{0}}
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\n':
			f.lines = append(f.lines, i+1)
		case '\r':
			if i+1 < len(text) && text[i+1] == '\n' {
				i++
			}
			f.lines = append(f.lines, i+1)
		}
	}
	return f
}

// Lines is the number of lines, at least 1.
func (f *File) Lines() int { return len(f.lines) }

// Position of a byte offset.
func (f *File) Position(offset int) Position {
	offset = f.clamp(offset)
	line := f.line(offset)
	return Position{line + 1, utf8.RuneCountInString(f.Text[f.lines[line]:offset]) + 1}
}

// UTF16 is the position of a byte offset as the language server protocol
// counts: line and character from 0, characters in UTF-16 code units.
func (f *File) UTF16(offset int) (line, character int) {
	offset = f.clamp(offset)
	line = f.line(offset)
	for _, r := range f.Text[f.lines[line]:offset] {
		if r > 0xffff {
			character++
		}
		character++
	}
	return line, character
}

// Line is the text of a line, counted from 1, without its line ending.
func (f *File) Line(n int) string {
	if n < 1 || n > len(f.lines) {
		return ""
	}
	end := len(f.Text)
	if n < len(f.lines) {
		end = f.lines[n]
	}
	text := f.Text[f.lines[n-1]:end]
	for len(text) > 0 && (text[len(text)-1] == '\n' || text[len(text)-1] == '\r') {
		text = text[:len(text)-1]
	}
	return text
}

// Slice is the text of a span.
func (f *File) Slice(s Span) string {
	start, end := f.clamp(s.Start), f.clamp(s.End)
	if end < start {
		return ""
	}
	return f.Text[start:end]
}

func (f *File) clamp(offset int) int { return min(max(offset, 0), len(f.Text)) }

func (f *File) line(offset int) int {
	return sort.Search(len(f.lines), func(i int) bool { return f.lines[i] > offset }) - 1
}
