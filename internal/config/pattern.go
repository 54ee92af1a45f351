package config

import (
	"path"
	"strings"
)

// Match reports whether a name with slashes matches a pattern: `*`, `?` and `[a-z]`
// stand for characters of one part of the name, and a part `**` for any number of
// parts, none included. It takes time in proportion to the product of the parts.
func Match(pattern, name string) bool {
	p, n := strings.Split(pattern, "/"), strings.Split(name, "/")
	// reached[j]: the parts of the pattern that were looked at match the first j of the name.
	reached := make([]bool, len(n)+1)
	reached[0] = true
	for _, part := range p {
		next := make([]bool, len(n)+1)
		for j, ok := range reached {
			switch {
			case part == "**":
				next[j] = ok || j > 0 && next[j-1]
			case ok && j < len(n):
				if m, err := path.Match(part, n[j]); err == nil && m {
					next[j+1] = true
				}
			}
		}
		reached = next
	}
	return reached[len(n)]
}

// Literal is the directory that all names that match a pattern are below: the parts
// before the first with a wildcard, without the last part.
func Literal(pattern string) string {
	parts := strings.Split(pattern, "/")
	n := 0
	for n < len(parts)-1 && !strings.ContainsAny(parts[n], `*?[\`) {
		n++
	}
	if n == 0 {
		return "."
	}
	return strings.Join(parts[:n], "/")
}

// Escape is a pattern that matches exactly one name.
func Escape(name string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(name)
}
