package guarded

import (
	"fmt"
	"strings"
)

// Mangle makes part of an identifier of any name. Different names give different
// parts: an underscore is doubled, other characters become `_x`, their number and
// `_`. A very long name keeps its first letters and gets `_n` and its own number.
// The separator `_o_` of two parts is none of these.
func Mangle(name string, number int) string {
	const longest = 48
	var b, letters strings.Builder
	for _, r := range name {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9':
			b.WriteRune(r)
			letters.WriteRune(r)
		case r == '_':
			b.WriteString("__")
		default:
			fmt.Fprintf(&b, "_x%x_", r)
		}
		if b.Len() > longest {
			return fmt.Sprintf("%s_n%d_", letters.String()[:min(letters.Len(), 24)], number)
		}
	}
	return b.String()
}
