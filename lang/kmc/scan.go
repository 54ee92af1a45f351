package kmc

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"chorcheck/lang/source"
)

// token is a word, one other character, or the end of the text.
type token struct {
	source.Span
	text string // empty at the end
}

func (t token) word() bool {
	r, _ := utf8.DecodeRuneInString(t.text)
	return t.text != "" && wordRune(r)
}

// role reports whether a word is a role: they begin with a capital letter.
func (t token) role() bool {
	r, _ := utf8.DecodeRuneInString(t.text)
	return unicode.IsUpper(r)
}

func wordRune(r rune) bool {
	return r == '_' || r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r))
}

type scanner struct {
	text     string
	pos      int
	unclosed source.Span // a comment that nothing ends, or empty
}

const byteOrderMark = "\uFEFF"

// next takes a token.
func (s *scanner) next() token {
	if s.pos == 0 && strings.HasPrefix(s.text, byteOrderMark) {
		s.pos = len(byteOrderMark)
	}
	for s.pos < len(s.text) {
		rest := s.text[s.pos:]
		r, size := utf8.DecodeRuneInString(rest)
		switch {
		case unicode.IsSpace(r):
			s.pos += size
		case strings.HasPrefix(rest, "--"), strings.HasPrefix(rest, "//"):
			end := strings.IndexAny(rest, "\r\n")
			if end < 0 {
				end = len(rest)
			}
			s.pos += end
		case strings.HasPrefix(rest, "/*"):
			end := strings.Index(rest[2:], "*/")
			if end < 0 {
				s.unclosed = source.Span{Start: s.pos, End: s.pos + 2}
				s.pos = len(s.text)
			} else {
				s.pos += end + 4
			}
		default:
			if wordRune(r) {
				if size = strings.IndexFunc(rest, func(r rune) bool { return !wordRune(r) }); size < 0 {
					size = len(rest)
				}
			}
			t := token{source.Span{Start: s.pos, End: s.pos + size}, rest[:size]}
			s.pos += size
			return t
		}
	}
	return token{Span: source.Span{Start: len(s.text), End: len(s.text)}}
}

// Looks reports whether a text begins like session types: `ROLE :`, after comments.
func Looks(text string) bool {
	s := scanner{text: text}
	first := s.next()
	return first.role() && s.next().text == ":"
}
