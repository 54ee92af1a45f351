package dot

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Lengths of what is written into a drawing, in characters. What is longer is cut, and ends in "…".
const (
	maxName  = 60
	maxLine  = 120
	maxLines = 24
)

// quote makes a quoted string of the language: backslashes would begin one of
// its escapes, ampersands one of its entities; control characters and those that change the direction of text
// have no place in a drawing. Lines of any length and number are cut.
func quote(s string) string { return quoteLines(s, `\n`) }

// quoteLines has each line, the last one as well, end in one of the language's marks, which place it: \n in the middle, \l at the left.
// The last \n is left out.
func quoteLines(s, mark string) string {
	lines := strings.SplitN(s, "\n", maxLines+1)
	if len(lines) > maxLines {
		lines[maxLines] = "…"
	}
	var b strings.Builder
	b.WriteByte('"')
	for i, line := range lines {
		if i > 0 && mark == `\n` {
			b.WriteString(mark)
		}
		escape(&b, short(line, maxLine))
		if mark != `\n` {
			b.WriteString(mark)
		}
	}
	b.WriteByte('"')
	return b.String()
}

func escape(b *strings.Builder, s string) {
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '&':
			b.WriteString("&amp;")
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029':
			b.WriteRune(unicode.ReplacementChar)
		default:
			b.WriteRune(r)
		}
	}
}

// short cuts a text to so many characters.
func short(s string, most int) string {
	if len(s) <= most || utf8.RuneCountInString(s) <= most {
		return s
	}
	for i := range s {
		if most--; most == 0 {
			return s[:i] + "…"
		}
	}
	return s
}

// name is a name of the user's as it stands within a line.
func name(s string) string { return short(s, maxName) }
