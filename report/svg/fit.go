package svg

import (
	"strings"
	"unicode/utf8"

	"chorcheck/report"
)

// Sizes of letters, in pixels.
const (
	sizeTitle = 16.0
	sizeText  = 12.0
	sizeSmall = 10.5
)

// em is the estimated width of a character, in parts of the size of its font: that of a
// wide font without serifs.
func em(r rune) float64 {
	switch {
	case strings.ContainsRune(`ijlI.,:;'|!`, r):
		return 0.34
	case strings.ContainsRune(`ftr()[]{}-/\ "`, r):
		return 0.44
	case strings.ContainsRune(`mwMWQO@%→…`, r):
		return 0.95
	case 'A' <= r && r <= 'Z':
		return 0.71
	case r < 0x250:
		return 0.6
	case r < 0x1100:
		return 0.75
	}
	return 1.05
}

// width is the estimated width of a text.
func width(s string, size float64) float64 {
	total := 0.0
	for _, r := range s {
		total += em(r)
	}
	return total * size
}

// shorten cuts a text that is wider than there is room for, and shows that it has
// done so. The text may be hostile, the result is not.
func shorten(s string, size, room float64) string {
	s = report.Printable(cut(s, 2000))
	if width(s, size) <= room {
		return s
	}
	room -= em('…') * size
	for i, r := range s {
		if room -= em(r) * size; room < 0 {
			return strings.TrimRight(s[:i], " ") + "…"
		}
	}
	return s
}

// cut leaves at most so many bytes of a text, and shows that it has left some out.
func cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most] + "…"
}

// wrap breaks a text into at most so many lines. The last one is cut if there is more.
func wrap(s string, size, room float64, most int) []string {
	var lines []string
	line := ""
	words := strings.Fields(report.Printable(cut(s, 4000)))
	for i, word := range words {
		longer := strings.TrimPrefix(line+" "+word, " ")
		if width(longer, size) <= room || line == "" {
			line = longer
			continue
		}
		if len(lines) == most-1 {
			line += " " + strings.Join(words[i:], " ")
			break
		}
		lines, line = append(lines, shorten(line, size, room)), word
	}
	if line != "" {
		lines = append(lines, shorten(line, size, room))
	}
	return lines
}

// escaped is text as it may stand in XML, between tags and in attributes.
func escaped(s string) string {
	var b strings.Builder
	for _, r := range report.Printable(s) {
		switch r {
		case '&':
			b.WriteString("&amp;")
		case '<':
			b.WriteString("&lt;")
		case '>':
			b.WriteString("&gt;")
		case '"':
			b.WriteString("&quot;")
		case '\'':
			b.WriteString("&#39;")
		case 0xfffe: // not allowed in XML
			b.WriteString(`\ufffe`)
		case 0xffff:
			b.WriteString(`\uffff`)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
