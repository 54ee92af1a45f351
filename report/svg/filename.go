package svg

import (
	"fmt"
	"strings"
)

// FileNames gives pictures names. The zero value is ready to use.
type FileNames struct{ taken map[string]bool }

// maxPart bounds each part of a name, in bytes.
const maxPart = 40

// Next is a file name for a picture, made of some texts, such as the name of the protocol, the
// environment and the check: "payment-rough-deadlock.svg". It consists of small
// Latin letters, digits, "-" and "_", begins with a letter or digit, and differs from
// all that were given before, by a number at its end if need be.
func (n *FileNames) Next(parts ...string) string {
	var safe []string
	for _, p := range parts {
		if p = safePart(p); p != "" {
			safe = append(safe, p)
		}
	}
	stem := strings.Join(safe[:min(len(safe), 4)], "-")
	if stem == "" || reserved(stem) {
		stem = strings.TrimSuffix("chart-"+stem, "-")
	}
	if n.taken == nil {
		n.taken = map[string]bool{}
	}
	name := stem + ".svg"
	for i := 2; n.taken[name]; i++ {
		name = fmt.Sprintf("%s-%d.svg", stem, i)
	}
	n.taken[name] = true
	return name
}

// safePart leaves of a text what may stand in a file name; the rest becomes "-".
func safePart(s string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(cut(s, 4*maxPart)) {
		if b.Len() == maxPart {
			break
		}
		switch {
		case 'a' <= r && r <= 'z', '0' <= r && r <= '9', r == '_':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	return strings.Trim(b.String(), "-_")
}

// reserved reports whether a system takes a name for a device, whatever its ending.
func reserved(stem string) bool {
	switch stem {
	case "con", "prn", "aux", "nul":
		return true
	}
	return len(stem) == 4 && (strings.HasPrefix(stem, "com") || strings.HasPrefix(stem, "lpt")) && '0' <= stem[3] && stem[3] <= '9'
}
