package ltl

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// tokenKind tells the tokens of formulas apart.
type tokenKind uint8

const (
	tokEnd    tokenKind = iota // the text is over
	tokWord                    // a name or a word of the language
	tokInt                     // a whole number
	tokSymbol                  // an operator or a bracket; its text tells which
	tokBad                     // its text is the complaint, help what to do
)

type token struct {
	Span
	kind tokenKind
	text string
	help string // of tokBad
	pair int    // of `(`: the number of the token `)` that closes it, 0 if none does
}

// symbols are the operators and brackets, longer ones before those that they begin with.
func symbols() []string {
	return []string{"<->", "->", "<>", "<=", ">=", "==", "!=", "&&", "||", "[]", "..",
		"(", ")", "[", "]", ".", ":", "!", "<", ">", "+", "-", "*", "/", "%"}
}

// foreign are signs of other languages and of mathematics, and ours for them; longer ones before those
// that they begin with.
func foreign() [][2]string {
	return [][2]string{
		{"<=>", "<->"}, {"=>", "->"}, {"=", "=="}, {"&", "&&"}, {"|", "||"}, {"~", "not"}, {`/\`, "and"}, {`\/`, "or"},
		{"→", "->"}, {"⇒", "->"}, {"↔", "<->"}, {"⇔", "<->"}, {"∧", "and"}, {"∨", "or"}, {"¬", "not"},
		{"□", "always"}, {"◇", "eventually"}, {"○", "next"}, {"≤", "<="}, {"≥", ">="}, {"≠", "!="}, {"∀", "for all"}, {"∃", "for some"},
	}
}

// scan cuts a text into tokens, the last of which is a tokEnd. It stops behind the first text that it
// does not know.
func scan(text string) []token {
	var (
		tokens = make([]token, 0, len(text)/4+16)
		open   []int // the brackets that are not closed yet
		signs  = symbols()
	)
	at := 0
	emit := func(kind tokenKind, size int) {
		tokens = append(tokens, token{Span: Span{at, at + size}, kind: kind, text: text[at : at+size]})
		at += size
	}
	bad := func(size int, help, format string, args ...any) {
		emit(tokBad, size)
		t := &tokens[len(tokens)-1]
		t.text, t.help = fmt.Sprintf(format, args...), help
		at = len(text)
	}
next:
	for at < len(text) {
		rest := text[at:]
		switch c := rest[0]; {
		case c == ' ' || c == '\t' || c == '\r' || c == '\n':
			at++
			continue
		case strings.HasPrefix(rest, "//"):
			if end := strings.IndexAny(rest, "\r\n"); end >= 0 {
				at += end
			} else {
				at = len(text)
			}
			continue
		case '0' <= c && c <= '9':
			if size := wordSize(rest); strings.Trim(rest[:size], "0123456789") != "" {
				bad(size, "begin a name with a letter or `_`", "`%s` is neither a number nor a name", clip(rest[:size]))
			} else {
				emit(tokInt, size)
			}
			continue
		}
		if size := wordSize(rest); size > 0 {
			emit(tokWord, size)
			continue
		}
		theirs := strings.HasPrefix(rest, "<=>") || strings.HasPrefix(rest, `/\`) // they begin with signs of ours
		for _, s := range signs {
			if theirs || !strings.HasPrefix(rest, s) {
				continue
			}
			switch s {
			case "(":
				open = append(open, len(tokens))
			case ")":
				if len(open) > 0 {
					tokens[open[len(open)-1]].pair = len(tokens)
					open = open[:len(open)-1]
				}
			}
			emit(tokSymbol, len(s))
			continue next
		}
		for _, f := range foreign() {
			if strings.HasPrefix(rest, f[0]) {
				bad(len(f[0]), "write `"+f[1]+"`", "`%s` is no sign of formulas", f[0])
				continue next
			}
		}
		r, size := utf8.DecodeRuneInString(rest)
		switch {
		case r == utf8.RuneError && size <= 1:
			bad(size, "", "the byte %#02x is not UTF-8", rest[0])
		case unicode.IsGraphic(r) && !unicode.IsMark(r) && !unicode.IsSpace(r):
			bad(size, "", "the character `%c` has no meaning in a formula", r)
		default:
			bad(size, "", "the character U+%04X has no meaning in a formula", r)
		}
	}
	return append(tokens, token{Span: Span{at, at}, kind: tokEnd})
}

// wordSize is the number of bytes of letters, digits and `_` that a text begins with.
func wordSize(text string) int {
	for i, r := range text {
		if r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return i
		}
	}
	return len(text)
}

// clip shortens a text for a message.
func clip(text string) string {
	const limit = 40
	if utf8.RuneCountInString(text) <= limit {
		return text
	}
	return string([]rune(text)[:limit-2]) + ".."
}
