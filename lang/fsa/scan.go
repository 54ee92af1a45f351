package fsa

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"chorcheck/lang/source"
)

// token is a run of characters without white space.
type token struct {
	source.Span
	text string
}

// scanner cuts a text into lines of tokens. A comment begins where a token could
// begin, since names of states and messages may hold `--` or `//`. A line break
// inside a block comment does not end the line.
type scanner struct {
	text     string
	pos      int
	unclosed source.Span // a block comment that nothing ends, or empty
}

const byteOrderMark = "\uFEFF"

// line reads the next line that has tokens into buf; no tokens means the end.
func (s *scanner) line(buf []token) []token {
	buf = buf[:0]
	if s.pos == 0 && strings.HasPrefix(s.text, byteOrderMark) {
		s.pos = len(byteOrderMark)
	}
	for s.pos < len(s.text) {
		rest := s.text[s.pos:]
		switch {
		case rest[0] == '\n' || rest[0] == '\r':
			s.pos++
			if len(buf) > 0 {
				return buf
			}
		case strings.HasPrefix(rest, "--"), strings.HasPrefix(rest, "//"):
			s.pos += lineEnd(rest)
		case strings.HasPrefix(rest, "/*"):
			end := strings.Index(rest[2:], "*/")
			if end < 0 {
				s.unclosed = source.Span{Start: s.pos, End: s.pos + 2}
				s.pos = len(s.text)
			} else {
				s.pos += end + 4
			}
		default:
			if r, size := utf8.DecodeRuneInString(rest); unicode.IsSpace(r) {
				s.pos += size
				continue
			}
			end := strings.IndexFunc(rest, unicode.IsSpace)
			if end < 0 {
				end = len(rest)
			}
			buf = append(buf, token{source.Span{Start: s.pos, End: s.pos + end}, rest[:end]})
			s.pos += end
		}
	}
	return buf
}

func lineEnd(text string) int {
	if end := strings.IndexAny(text, "\r\n"); end >= 0 {
		return end
	}
	return len(text)
}

// Looks reports whether a text begins like communicating automata: `.outputs` is
// its first word, after comments and lines about channels.
func Looks(text string) bool {
	s := scanner{text: text}
	var toks []token
	for {
		toks = s.line(toks)
		if len(toks) == 0 {
			return false
		}
		if first := toks[0].text; first != channelsLine && first != channelLine {
			return first == outputsLine
		}
	}
}
