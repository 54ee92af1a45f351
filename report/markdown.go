package report

import (
	"strconv"
	"strings"
)

// Markdown writes a text so that nothing in it is markup, neither of Markdown nor of
// HTML: all that could be is a character reference.
func Markdown(s string) string {
	var b strings.Builder
	for _, r := range Printable(s) {
		if strings.ContainsRune("&<>\"'`*_{}[]()#+!|~\\$@:", r) {
			b.WriteString("&#" + strconv.Itoa(int(r)) + ";")
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}
