package report

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Printable makes text from the user's files safe to show: control characters,
// marks that change the direction of writing, other invisible marks and bytes that
// are no UTF-8 become visible escapes such as \x1b and \u202e. Everything else,
func Printable(s string) string { return printable(s, "") }

// PrintableBlock is Printable for a text of many lines: tabs and line endings stay.
func PrintableBlock(s string) string { return printable(s, "\t\n") }

func printable(s, keep string) string {
	clean := true
	for _, r := range s {
		if Hidden(r) || r == utf8.RuneError {
			clean = false
			break
		}
	}
	if clean {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if strings.ContainsRune(keep, r) && r != utf8.RuneError {
			b.WriteRune(r)
		} else {
			b.WriteString(Escape(r, s[i:i+size]))
		}
		i += size
	}
	return b.String()
}

// Escape is how one rune is shown, given the bytes that it was decoded from.
func Escape(r rune, raw string) string {
	switch {
	case r == utf8.RuneError && len(raw) == 1:
		return fmt.Sprintf(`\x%02x`, raw[0])
	case !Hidden(r):
		return raw
	case r < 0x100:
		return fmt.Sprintf(`\x%02x`, r)
	case r < 0x10000:
		return fmt.Sprintf(`\u%04x`, r)
	}
	return fmt.Sprintf(`\U%08x`, r)
}

// Hidden reports whether a rune is a control character or an invisible mark that
// could make a terminal show something else than the text says.
func Hidden(r rune) bool {
	switch {
	case r < 0x20, 0x7f <= r && r < 0xa0: // C0, DEL, C1
	case r == 0x61c, r == 0x200e, r == 0x200f, 0x202a <= r && r <= 0x202e, 0x2066 <= r && r <= 0x2069: // direction
	case r == 0xad, 0x200b <= r && r <= 0x200d, r == 0x2028, r == 0x2029, 0x2060 <= r && r <= 0x2064, r == 0xfeff: // invisible
	case 0xe0000 <= r && r <= 0xe007f: // tags
	default:
		return false
	}
	return true
}
