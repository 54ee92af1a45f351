// Package text renders a [report.Report] for people: diagnostics with the source
// line and carets, a table of verdicts, and each finding with its trace, the
// states and queues at its end, and what would mend it.
//
// Colour only repeats what symbols and words say. Everything that comes from the
// user's files passes through [report.Printable] first.
package text

import (
	"fmt"
	"strings"
	"unicode"

	"chorcheck/report"
)

// Style of the output.
type Style struct {
	Color     bool
	Witness   bool // show the runs that satisfy properties which ask for one
	FullTrace bool // show long traces whole
	Width     int  // columns that a line of source may take; 0: 100
}

func (s Style) width() int {
	if s.Width > 0 {
		return s.Width
	}
	return 100
}

type paint string

const (
	bold   paint = "1"
	dim    paint = "2"
	red    paint = "31;1"
	green  paint = "32"
	yellow paint = "33;1"
	blue   paint = "34;1"
)

func (s Style) paint(p paint, text string) string {
	if !s.Color || text == "" {
		return text
	}
	return "\x1b[" + string(p) + "m" + text + "\x1b[0m"
}

// columns is the number of terminal columns that one rune takes.
func columns(r rune) int {
	switch {
	case unicode.In(r, unicode.Mn, unicode.Me):
		return 0
	case r < 0x1100:
		return 1
	case r <= 0x115f, 0x2e80 <= r && r <= 0xa4cf, 0xac00 <= r && r <= 0xd7a3, 0xf900 <= r && r <= 0xfaff,
		0xfe30 <= r && r <= 0xfe6f, 0xff00 <= r && r <= 0xff60, 0xffe0 <= r && r <= 0xffe6,
		0x1f300 <= r && r <= 0x1faff, 0x20000 <= r && r <= 0x3fffd:
		return 2
	}
	return 1
}

func width(s string) int {
	n := 0
	for _, r := range s {
		n += columns(r)
	}
	return n
}

func pad(s string, to int) string { return s + strings.Repeat(" ", max(0, to-width(s))) }

// table aligns the cells of rows; the last cell of a row is not padded. A row's
// cells are plain text, so that their widths are known.
func table(indent string, rows [][]string) string {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			if i < len(row)-1 {
				widths[i] = max(widths[i], width(cell))
			}
		}
	}
	var b strings.Builder
	for _, row := range rows {
		line := indent
		for i, cell := range row {
			if i < len(row)-1 {
				cell = pad(cell, widths[i]) + "  "
			}
			line += cell
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return b.String()
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func clean(s string) string { return report.Printable(s) }
