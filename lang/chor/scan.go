package chor

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"chorcheck/lang/diag"
	"chorcheck/lang/source"
)

// kind of a token.
type kind uint8

const (
	tEOF      kind = iota
	tWord          // a name or a keyword
	tInt           // 12
	tDuration      // 5s
	tBad           // text that the scanner has complained about; stands for anything
	tLBrace
	tRBrace
	tLParen
	tRParen
	tLBracket
	tRBracket
	tComma
	tColon
	tSemicolon
	tAssign // :=
	tArrow  // ->
	tDots   // ..
	tDot
	tLink // --
	tBar  // |
	tStar
	tEqual // =
	tEq    // ==
	tNe
	tLt
	tLe
	tGt
	tGe
	tPlus
	tMinus
	tSlash
	tPercent
	tAnd // &&
	tOr  // ||
	tNot // !
)

// Properties of a token beyond its kind.
const (
	fFirst     uint8 = 1 << iota // first on its line
	fDirty                       // holds characters that are not part of the word
	fOdd                         // an arrow that is not written `->`, a quoted word
	fMatched                     // a brace that has a partner
	fStatement                   // a word that begins a statement
	fDecl                        // a word that begins a declaration
	fReserved                    // a word that cannot be a name
)

// token is a piece of the text. Offsets fit into 32 bits because of MaxSize.
type token struct {
	start, end int32
	kind       kind
	flags      uint8
}

func (t token) span() source.Span   { return source.Span{Start: int(t.start), End: int(t.end)} }
func (t token) first() bool         { return t.flags&fFirst != 0 }
func (t token) has(flag uint8) bool { return t.flags&flag != 0 }

// lineTable holds the offset of the first byte of each line, as in package
// source: a line ends with LF, CR LF or CR.
type lineTable []int32

func newLineTable(text string) lineTable {
	lines := lineTable{0}
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\r':
			if i+1 < len(text) && text[i+1] == '\n' {
				i++
			}
			lines = append(lines, int32(i+1))
		case '\n':
			lines = append(lines, int32(i+1))
		}
	}
	return lines
}

// line of an offset, from 1.
func (l lineTable) line(offset int) int {
	i, found := slices.BinarySearch(l, int32(offset))
	if found {
		return i + 1
	}
	return i
}

// column of an offset, in bytes from 0.
func (l lineTable) column(offset int) int { return offset - int(l[l.line(offset)-1]) }

// lexical is a mistake of the scanner. Those of the formula's own alphabet are
// dropped inside formulas, whose reader has its own rules.
type lexical struct {
	diag.Diagnostic
	own bool
}

// scanner cuts a text into tokens and comments. It never fails: what it does
// not know becomes a complaint and a tBad token, or is left out.
type scanner struct {
	text     string
	pos      int
	first    bool
	eol      int // see lineEnd
	tokens   []token
	comments []Comment
	errors   []lexical
	count    int // of all errors; the first diag.MaxPerFile are kept
}

func scan(text string) *scanner {
	s := &scanner{text: text, first: true, tokens: make([]token, 0, len(text)/4+16)}
	s.pos = len(text) - len(strings.TrimPrefix(text, "\ufeff"))
	for s.pos < len(s.text) {
		s.next()
	}
	s.emit(tEOF, len(text), 0)
	return s
}

func (s *scanner) fail(code diag.Code, start, end int, own bool, help, format string, args ...any) {
	s.count++
	if len(s.errors) >= diag.MaxPerFile {
		return
	}
	s.errors = append(s.errors, lexical{diag.Diagnostic{
		Code: code, Message: fmt.Sprintf(format, args...), Help: help,
		Primary: diag.Label{Span: source.Span{Start: start, End: end}},
	}, own})
}

// emit adds the token that begins at start and ends at s.pos.
func (s *scanner) emit(k kind, start int, flags uint8) {
	if s.first {
		flags |= fFirst
		s.first = false
	}
	s.tokens = append(s.tokens, token{int32(start), int32(s.pos), k, flags})
}

func (s *scanner) peek(n int) byte {
	if s.pos+n < len(s.text) {
		return s.text[s.pos+n]
	}
	return 0
}

func (s *scanner) next() {
	c := s.text[s.pos]
	switch {
	case c == '\n' || c == '\r':
		s.first = true
		s.pos++
	case c == ' ' || c == '\t':
		s.pos++
	case isWordByte(c) && !isDigit(c):
		s.word()
	case isDigit(c):
		s.number()
	case c == '/' && s.peek(1) == '/':
		s.comment()
	case c == '/' && s.peek(1) == '*':
		s.foreignComment("/*")
	case c == '#':
		s.foreignComment("#")
	case c == '"' || c == '\'' || c == '`':
		s.quoted(string(c))
	default:
		s.symbol(c)
	}
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isWordByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' || isDigit(c)
}

// symbol scans punctuation, or a character outside ASCII.
func (s *scanner) symbol(c byte) {
	start := s.pos
	k, n, flags := tBad, 1, uint8(0)
	two := func(second byte, long kind) {
		if s.peek(1) == second {
			k, n = long, 2
		}
	}
	switch c {
	case '{':
		k = tLBrace
	case '}':
		k = tRBrace
	case '(':
		k = tLParen
	case ')':
		k = tRParen
	case '[':
		k = tLBracket
	case ']':
		k = tRBracket
	case ',':
		k = tComma
	case ';':
		k = tSemicolon
	case '*':
		k = tStar
	case '+':
		k = tPlus
	case '%':
		k = tPercent
	case '/':
		k = tSlash
	case ':':
		k = tColon
		two('=', tAssign)
	case '.':
		k = tDot
		two('.', tDots)
	case '!':
		k = tNot
		two('=', tNe)
	case '<':
		k = tLt
		two('=', tLe)
	case '>':
		k = tGt
		two('=', tGe)
	case '|':
		k = tBar
		two('|', tOr)
	case '&':
		two('&', tAnd)
	case '=':
		k = tEqual
		two('=', tEq)
		if s.peek(1) == '>' {
			k, n, flags = tArrow, 2, fOdd
		}
	case '-':
		k = tMinus
		two('-', tLink)
		two('>', tArrow)
		if k == tLink && s.peek(2) == '>' || k == tArrow && s.peek(2) == '>' {
			k, n, flags = tArrow, 3, fOdd
		}
	}
	if k == tBad {
		s.other(start)
		return
	}
	s.pos += n
	s.emit(k, start, flags)
}

// classes of characters that are no part of the ASCII alphabet of the language.
type class uint8

const (
	cLetter class = iota
	cDigit
	cMark    // a combining mark
	cHidden  // control characters, direction marks, odd spaces
	cInvalid // not UTF-8
	cOther
)

func classify(r rune, size int) class {
	switch {
	case r == utf8.RuneError && size <= 1:
		return cInvalid
	case unicode.IsLetter(r):
		return cLetter
	case unicode.IsDigit(r):
		return cDigit
	case unicode.IsMark(r):
		return cMark
	case unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.IsSpace(r):
		return cHidden
	}
	return cOther
}

// substitutes are characters that people type or paste for ours.
func substitute(r rune) (text string, k kind) {
	switch r {
	case '→', '⟶', '➔', '⇒':
		return "->", tArrow
	case '≤':
		return "<=", tLe
	case '≥':
		return ">=", tGe
	case '≠':
		return "!=", tNe
	case '∧':
		return "and", tAnd
	case '∨':
		return "or", tOr
	case '¬':
		return "not", tNot
	case '：':
		return ":", tColon
	case '；':
		return ";", tSemicolon
	case '，':
		return ",", tComma
	case '（':
		return "(", tLParen
	case '）':
		return ")", tRParen
	case '｛':
		return "{", tLBrace
	case '｝':
		return "}", tRBrace
	}
	return "", tBad
}

// other scans a character that the language does not know, or a word that
// begins with a letter outside ASCII.
func (s *scanner) other(start int) {
	r, size := utf8.DecodeRuneInString(s.text[s.pos:])
	switch classify(r, size) {
	case cLetter:
		s.word()
		return
	case cHidden:
		s.badRun()
		if r != '\uFEFF' && !unicode.IsSpace(r) && !unicode.Is(unicode.Cf, r) {
			s.emit(tBad, start, 0)
		}
		return
	}
	if r == '“' || r == '”' || r == '„' || r == '‘' || r == '’' {
		s.quoted(string(r))
		return
	}
	if text, k := substitute(r); text != "" {
		s.pos += size
		s.fail(diag.UnknownCharacter, start, s.pos, true, "write `"+text+"`", "%s is not part of the language", describe(r))
		s.emit(k, start, 0)
		return
	}
	s.badRun()
	s.emit(tBad, start, 0)
}

// badRun skips characters of one bad class and complains once about them.
func (s *scanner) badRun() {
	start := s.pos
	r0, size := utf8.DecodeRuneInString(s.text[s.pos:])
	c := classify(r0, size)
	for s.pos < len(s.text) {
		b := s.text[s.pos]
		if b < utf8.RuneSelf && b >= ' ' && b != 0x7f && !isStrange(b) || b == '\n' || b == '\r' || b == '\t' {
			break
		}
		r, size := utf8.DecodeRuneInString(s.text[s.pos:])
		if classify(r, size) != c {
			break
		}
		if text, _ := substitute(r); text != "" {
			break
		}
		s.pos += size
	}
	s.pos = max(s.pos, start+size)
	switch c {
	case cInvalid:
		s.fail(diag.NotUTF8, start, s.pos, false, "save the file as UTF-8", "%s not UTF-8", bytesAre(s.text[start:s.pos]))
	case cHidden:
		s.fail(diag.HiddenCharacter, start, s.pos, false, "remove it", "%s is not allowed: it cannot be seen, or makes the text look different from what it says", describe(r0))
	case cMark:
		s.fail(diag.UnknownCharacter, start, s.pos, true, "write the letter and its accent as one character", "%s is an accent on its own, and names consist of letters, digits and `_`", describe(r0))
	default:
		help := ""
		if r0 == '&' {
			help = "write `and`, or `&&`"
		}
		s.fail(diag.UnknownCharacter, start, s.pos, true, help, "%s has no meaning in this language", describe(r0))
	}
}

// isStrange is true of the printable ASCII characters that mean nothing here.
func isStrange(c byte) bool { return strings.IndexByte("$&?@\\^~", c) >= 0 }

// isControl is true of the ASCII control characters that are no white space.
func isControl(c byte) bool {
	return c < '\t' || '\r' < c && c < ' ' || c == 0x7f
}

func bytesAre(text string) string {
	if len(text) == 1 {
		return fmt.Sprintf("the byte %#02x is", text[0])
	}
	return fmt.Sprintf("these %d bytes are", len(text))
}

// describe shows a character safely: one that could change the terminal or the
// direction of the line appears by its number only.
func describe(r rune) string {
	known := map[rune]string{
		0: "null", '\t': "tab", '\v': "vertical tab", '\f': "form feed", 0x1b: "escape", 0x7f: "delete",
		0xa0: "no-break space", 0xad: "soft hyphen", 0x200b: "zero-width space", 0x200c: "zero-width non-joiner",
		0x200d: "zero-width joiner", 0x200e: "left-to-right mark", 0x200f: "right-to-left mark",
		0x202a: "left-to-right embedding", 0x202b: "right-to-left embedding", 0x202c: "pop directional formatting",
		0x202d: "left-to-right override", 0x202e: "right-to-left override", 0x2066: "left-to-right isolate",
		0x2067: "right-to-left isolate", 0x2068: "first strong isolate", 0x2069: "pop directional isolate",
		0xfeff: "byte order mark",
	}
	if name, ok := known[r]; ok {
		return fmt.Sprintf("the character U+%04X (%s)", r, name)
	}
	if unicode.IsGraphic(r) && !unicode.IsMark(r) && !unicode.IsSpace(r) {
		return fmt.Sprintf("the character `%c` (U+%04X)", r, r)
	}
	return fmt.Sprintf("the character U+%04X", r)
}

// skipWord moves behind the word characters at s.pos. Characters that mean
// nothing are taken as part of the word that they touch, so that a slip inside
// a name is one mistake and not three.
func (s *scanner) skipWord() (dirty bool) {
	for s.pos < len(s.text) {
		c := s.text[s.pos]
		switch {
		case isWordByte(c):
			s.pos++
		case c >= utf8.RuneSelf:
			r, size := utf8.DecodeRuneInString(s.text[s.pos:])
			switch classify(r, size) {
			case cLetter, cDigit:
				s.pos += size
				continue
			case cHidden:
				if unicode.IsSpace(r) {
					return dirty
				}
			}
			if text, _ := substitute(r); text != "" || strings.ContainsRune("“”„‘’", r) {
				return dirty
			}
			s.badRun()
			dirty = true
		case c == '#', isStrange(c) && !(c == '&' && s.peek(1) == '&'), isControl(c):
			if c == '#' {
				s.pos++
				s.fail(diag.UnknownCharacter, s.pos-1, s.pos, true, "", "%s has no meaning in this language", describe('#'))
			} else {
				s.badRun()
			}
			dirty = true
		default:
			return dirty
		}
	}
	return dirty
}

func (s *scanner) word() {
	start := s.pos
	flags := uint8(0)
	if s.skipWord() {
		flags = fDirty
	}
	s.emit(tWord, start, flags|wordFlags(s.text[start:s.pos]))
}

// number scans `12`, `5s`, and what looks like one of them.
func (s *scanner) number() {
	start := s.pos
	for s.pos < len(s.text) && isDigit(s.text[s.pos]) {
		s.pos++
	}
	digits := s.pos
	if s.peek(0) == '.' && isDigit(s.peek(1)) {
		s.pos++
		if !s.skipWord() {
			s.fail(diag.MalformedNumber, start, s.pos, true, "write a whole number of a smaller unit, such as `1500ms`",
				"`%s` is not a whole number", clip(s.text[start:s.pos]))
		}
		s.emit(tBad, start, 0)
		return
	}
	dirty := s.skipWord()
	if dirty {
		s.emit(tBad, start, 0)
		return
	}
	if _, err := strconv.ParseInt(s.text[start:digits], 10, 64); err != nil {
		s.fail(diag.NumberTooLarge, start, s.pos, true, "write a number below 2^63", "the number `%s` is too large", clip(s.text[start:s.pos]))
		s.emit(tBad, start, 0)
		return
	}
	switch unit := s.text[digits:s.pos]; {
	case unit == "":
		s.emit(tInt, start, 0)
	case isUnit(unit):
		s.emit(tDuration, start, 0)
	default:
		s.fail(diag.MalformedNumber, start, s.pos, true, "begin a name with a letter or `_`, end a duration with ms, s, min or h",
			"`%s` is neither a number nor a duration nor a name", clip(s.text[start:s.pos]))
		s.emit(tBad, start, 0)
	}
}

func isUnit(word string) bool {
	return word == "ms" || word == "s" || word == "min" || word == "h"
}

// lineEnd is where the line of s.pos ends. It is kept, since a line may be long
// and hold much that asks for it.
func (s *scanner) lineEnd() int {
	if s.pos > s.eol || s.eol == 0 {
		s.eol = len(s.text)
		if i := strings.IndexAny(s.text[s.pos:], "\r\n"); i >= 0 {
			s.eol = s.pos + i
		}
	}
	return s.eol
}

func (s *scanner) comment() {
	start, end := s.pos, s.lineEnd()
	for s.pos < end {
		c := s.text[s.pos]
		if c >= ' ' && c < 0x7f || c == '\t' {
			s.pos++
			continue
		}
		r, size := utf8.DecodeRuneInString(s.text[s.pos:])
		// Joiners and the like are part of ordinary writing; what turns the text round or drives a terminal is not.
		if class := classify(r, size); class == cInvalid || unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			s.badRun()
			continue
		}
		s.pos += size
	}
	s.comments = append(s.comments, Comment{node{source.Span{Start: start, End: end}}, s.text[start:end]})
}

// foreignComment skips a comment in the style of another language.
func (s *scanner) foreignComment(sign string) {
	start, end := s.pos, s.lineEnd()
	shown := end
	if sign == "/*" {
		shown = start + 2
		end = len(s.text)
		if i := strings.Index(s.text[start+2:], "*/"); i >= 0 {
			end = start + 2 + i + 2
		}
	}
	s.pos = end
	if strings.ContainsAny(s.text[start:end], "\r\n") {
		s.first = true
	}
	s.fail(diag.WrongComment, start, shown, true, "begin each line of the comment with `//`", "`%s` does not begin a comment", sign)
}

// quoted scans a name in quotation marks.
func (s *scanner) quoted(mark string) {
	start := s.pos
	s.pos += len(mark)
	line := s.text[s.pos:s.lineEnd()]
	closing := strings.IndexAny(line, "\"'`“”‘’")
	if closing < 0 {
		s.fail(diag.QuotedName, start, s.pos, true, "remove it", "the language has no quotation marks")
		s.emit(tBad, start, 0)
		return
	}
	_, size := utf8.DecodeRuneInString(line[closing:])
	s.pos += closing + size
	s.fail(diag.QuotedName, start, s.pos, true, "write the name without quotation marks", "names are not quoted")
	s.emit(tWord, start, fDirty)
}

// clean is the name that a word with foreign characters in it stands for.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '_' || r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			return r
		}
		return -1
	}, text)
}

// clip shortens text for a message.
func clip(text string) string {
	const limit = 40
	if utf8.RuneCountInString(text) <= limit {
		return text
	}
	return string([]rune(text)[:limit-2]) + ".."
}
