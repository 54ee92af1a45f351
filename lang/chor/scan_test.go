package chor

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chorcheck/lang/diag"
)

// TestCharacters gives the scanner characters that are not part of the
// language, at a place of their own, inside a word, and in a comment.
func TestCharacters(t *testing.T) {
	tests := []struct {
		name, text string
		code       diag.Code // "" if there is no mistake
		message    string
	}{
		{"letters", "A -> B: größe", "", ""},
		{"other scripts", "Покупатель -> 店: заказ_1", "", ""},
		{"composed accent", "A -> B: caf\u00e9", "", ""},
		{"accent on its own", "A -> B: cafe\u0301", diag.UnknownCharacter, "U+0301 is an accent on its own"},
		{"byte order mark", "\ufeffA -> B: m", "", ""},
		{"byte order mark inside", "A -> B: m\ufeff", diag.HiddenCharacter, "U+FEFF (byte order mark)"},
		{"sign", "A -> B: m @", diag.UnknownCharacter, "`@` (U+0040) has no meaning"},
		{"sign in a word", "A -> B: m@n", diag.UnknownCharacter, "`@` (U+0040)"},
		{"number sign in a word", "A -> B: m#n", diag.UnknownCharacter, "`#` (U+0023)"},
		{"signs", "A -> B: m $$$", diag.UnknownCharacter, "`$` (U+0024)"},
		{"emoji", "A -> B: 🚀", diag.UnknownCharacter, "`🚀` (U+1F680)"},
		{"single ampersand", "param a = b & c", diag.UnknownCharacter, "`&` (U+0026)"},
		{"null", "A -> B: m\x00", diag.HiddenCharacter, "U+0000 (null)"},
		{"escape", "A -> B: m\x1bn", diag.HiddenCharacter, "U+001B (escape)"},
		{"delete", "A -> B:\x7f m", diag.HiddenCharacter, "U+007F (delete)"},
		{"vertical tab", "A -> B:\vm", diag.HiddenCharacter, "U+000B (vertical tab)"},
		{"form feed", "A -> B:\fm", diag.HiddenCharacter, "U+000C (form feed)"},
		{"no-break space", "A -> B:\u00a0m", diag.HiddenCharacter, "U+00A0 (no-break space)"},
		{"zero-width space", "A -> B: m\u200bn", diag.HiddenCharacter, "U+200B (zero-width space)"},
		{"override", "A -> B: m\u202en", diag.HiddenCharacter, "U+202E (right-to-left override)"},
		{"override in a comment", "A -> B: m // \u202e", diag.HiddenCharacter, "U+202E (right-to-left override)"},
		{"isolate in a comment", "// \u2067", diag.HiddenCharacter, "U+2067"},
		{"null in a comment", "// \x00", diag.HiddenCharacter, "U+0000"},
		{"escape in a comment", "// \x1b]8;;", diag.HiddenCharacter, "U+001B"},
		{"C1 in a comment", "// \u009b", diag.HiddenCharacter, "U+009B"},
		{"joined emoji in a comment", "// 👩\u200d🚀", "", ""},
		{"invalid byte", "A -> B: m\xff", diag.NotUTF8, "the byte 0xff is not UTF-8"},
		{"invalid bytes", "A -> B: m \xff\xfe\x80", diag.NotUTF8, "these 3 bytes are not UTF-8"},
		{"surrogate", "A -> B: m\xed\xa0\x80", diag.NotUTF8, "not UTF-8"},
		{"overlong", "// \xc0\xaf", diag.NotUTF8, "not UTF-8"},
		{"C comment", "/* one\ntwo */ A -> B: m", diag.WrongComment, "`/*` does not begin a comment"},
		{"open C comment", "A -> B: m /* one\ntwo", diag.WrongComment, "`/*`"},
		{"shell comment", "# one\nA -> B: m", diag.WrongComment, "`#`"},
		{"quoted", "A -> B: 'm'", diag.QuotedName, "names are not quoted"},
		{"quoted with a space", "A -> B: “my message”", diag.QuotedName, "names are not quoted"},
		{"quotation mark", "A -> B: m \"", diag.QuotedName, "no quotation marks"},
		{"digits of another script", "param a = ١", diag.UnknownCharacter, "U+0661"},
		{"carriage returns", "A -> B: m\rB -> A: n\r\nA -> B: m", "", ""},
		{"tabs", "\tA\t->\tB:\tm\t", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, diags := parseText(tt.text)
			if tt.code == "" {
				assert.Empty(t, diags)
				return
			}
			require.Len(t, diags, 1, "%v", diags)
			assert.Equal(t, tt.code, diags[0].Code)
			assert.Contains(t, diags[0].Message, tt.message)
			assert.NotContains(t, diags[0].Message+diags[0].Help, "\u202e")
		})
	}
}

// TestCleanNames checks that what is wrong in a name does not get into the tree.
func TestCleanNames(t *testing.T) {
	for _, text := range []string{"A -> B: m\x1bn", "A -> B: m\u202en", "A -> B: m@n", "A -> B: \"mn\"", "A -> B: m\xffn"} {
		tree, _ := parseText(text)
		assert.Equal(t, "mn", tree.Items[0].(*Interaction).Label.Name, "%q", text)
	}
}

// TestFormulaSigns checks that a formula may have signs of its own, but nothing that deceives.
func TestFormulaSigns(t *testing.T) {
	_, diags := parseText("property p: <> @ \"x\" ~ 5x ^ \\ ?")
	assert.Empty(t, diags)
	_, diags = parseText("property p: A \u202e done")
	assert.Len(t, diags, 1)
	_, diags = parseText("property p: A \xff done")
	assert.Len(t, diags, 1)
}

func TestTokens(t *testing.T) {
	tests := map[string][]kind{
		"a->b":           {tWord, tArrow, tWord},
		"0..n-1":         {tInt, tDots, tWord, tMinus, tInt},
		"1..5":           {tInt, tDots, tInt},
		"a--b":           {tWord, tLink, tWord},
		"x:=y:z":         {tWord, tAssign, tWord, tColon, tWord},
		"= == != <= >= ": {tEqual, tEq, tNe, tLe, tGe},
		"&&||!|":         {tAnd, tOr, tNot, tBar},
		"5s5ms 5min 5h":  {tBad, tDuration, tDuration},
		"a//b":           {tWord},
		"[](){},;*%+/.":  {tLBracket, tRBracket, tLParen, tRParen, tLBrace, tRBrace, tComma, tSemicolon, tStar, tPercent, tPlus, tSlash, tDot},
		"_a1 été":        {tWord, tWord},
	}
	for text, want := range tests {
		var got []kind
		for _, token := range scan(text).tokens {
			got = append(got, token.kind)
		}
		assert.Equal(t, append(want, tEOF), got, text)
	}
}

func TestLineTable(t *testing.T) {
	lines := newLineTable("a\nb\r\nc\rd")
	var got []string
	for offset := range 9 {
		got = append(got, string(rune('0'+lines.line(offset)))+string(rune('0'+lines.column(offset))))
	}
	assert.Equal(t, "10 11 20 21 22 30 31 40 41", strings.Join(got, " "))
}
