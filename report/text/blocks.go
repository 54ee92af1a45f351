package text

import (
	"slices"
	"strings"
)

// leastColumn is how narrow a column of a table may get before the table is divided.
const leastColumn = 24

// nothing stands in a cell of a table that has nothing to say.
const nothing = "-"

// blocks divides a table that is too wide into several, one below the other. Each
// has the first columns of all, and as many of the others as there is room for.
// Cells that are too wide for a block of their own take several lines. A row that
// says nothing in a block is left out there.
func blocks(rows [][]string, fixed, limit int) [][][]string {
	widths := columnWidths(rows)
	if total(widths) <= limit {
		return [][][]string{rows}
	}
	// The widest of the first columns gives way, down to what it needs to be read.
	column := min(leastColumn, slices.Max(widths[fixed:]))
	for total(widths[:fixed])+gap+column > limit {
		widest := 0
		for i, w := range widths[:fixed] {
			if w > widths[widest] {
				widest = i
			}
		}
		if widths[widest] <= leastColumn {
			break
		}
		widths[widest]--
	}
	room := max(column, limit-total(widths[:fixed])-gap)
	for i := fixed; i < len(widths); i++ {
		widths[i] = min(widths[i], room)
	}
	var out [][][]string
	for from := fixed; from < len(widths); {
		to := from + 1
		for to < len(widths) && total(widths[from:to+1]) <= room {
			to++
		}
		var block [][]string
		for _, row := range rows {
			if !slices.ContainsFunc(row[from:to], func(cell string) bool { return cell != nothing }) {
				continue
			}
			cells := slices.Concat(row[:fixed], row[from:to])
			block = append(block, lines(cells, slices.Concat(widths[:fixed], widths[from:to]))...)
		}
		if len(block) > 1 { // more than the heading
			out = append(out, block)
		}
		from = to
	}
	return out
}

// gap is how far the columns of a table are apart.
const gap = 2

// tableWidth is that of a whole table.
func tableWidth(rows [][]string) int { return total(columnWidths(rows)) }

func columnWidths(rows [][]string) []int {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], width(cell))
		}
	}
	return widths
}

func total(widths []int) int {
	n := -gap
	for _, w := range widths {
		n += w + gap
	}
	return n
}

// lines writes a row of a table in as many lines as its cells need.
func lines(cells []string, widths []int) [][]string {
	var out [][]string
	for i, cell := range cells {
		for j, part := range wrap(cell, widths[i]) {
			if j == len(out) {
				out = append(out, make([]string, len(cells)))
			}
			out[j][i] = part
		}
	}
	return out
}

// wrap divides a text into lines, at spaces if it can.
func wrap(text string, limit int) []string {
	if width(text) <= limit {
		return []string{text}
	}
	var out []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		for width(word) > limit {
			if line != "" {
				out = append(out, line)
				line = ""
			}
			head := ""
			for _, r := range word {
				if width(head+string(r)) > limit {
					break
				}
				head += string(r)
			}
			out = append(out, head)
			word = word[len(head):]
		}
		switch {
		case line == "":
			line = word
		case width(line)+1+width(word) <= limit:
			line += " " + word
		default:
			out = append(out, line)
			line = word
		}
	}
	if line != "" {
		out = append(out, line)
	}
	return out
}
