package dot

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode"

	"chorcheck/model"
)

// Write draws the machines of some roles, or of all if roles is nil. A transition
// reads `B!order(x + 1)`, `A?order(x)`, `tau` or `x := 0`, with its guard before it in brackets.
func Write(w io.Writer, a *model.Automata, roles []model.RoleID) error {
	if roles == nil {
		for r := range a.Roles {
			roles = append(roles, model.RoleID(r))
		}
	}
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "digraph %s {\n", quote(a.Name))
	fmt.Fprint(out, "  rankdir=LR\n  compound=true\n  fontname=\"sans-serif\"\n")
	fmt.Fprint(out, "  node [shape=circle fontname=\"sans-serif\" fontsize=11]\n  edge [fontname=\"sans-serif\" fontsize=11]\n")
	for _, r := range roles {
		cluster(out, a, r)
	}
	fmt.Fprintln(out, "}")
	return out.Flush()
}

// cluster draws one machine. Nodes are named by numbers, so that no two collide.
func cluster(out io.Writer, a *model.Automata, r model.RoleID) {
	m := a.Machines[r]
	fmt.Fprintf(out, "\n  subgraph cluster_%d {\n    label=%s\n    style=rounded\n    color=gray\n", r, quote(a.Roles[r].Name))
	fmt.Fprintf(out, "    start_%d [shape=point label=\"\"]\n", r)
	for s, state := range m.States {
		shape := ""
		if state.Final {
			shape = " shape=doublecircle"
		}
		fmt.Fprintf(out, "    s%d_%d [label=%s%s]\n", r, s, quote(state.Name), shape)
	}
	fmt.Fprintf(out, "    start_%d -> s%d_%d\n", r, r, m.Initial)
	for _, t := range m.Transitions {
		fmt.Fprintf(out, "    s%d_%d -> s%d_%d [label=%s]\n", r, t.From, r, t.To, quote(text(a, t)))
	}
	fmt.Fprintln(out, "  }")
}

// text is the inscription of a transition.
func text(a *model.Automata, t model.Transition) string {
	var b strings.Builder
	if t.Guard != nil {
		b.WriteString("[" + a.ExprText(t.Guard, nil) + "] ")
	}
	var inner []string
	switch t.Kind {
	case model.Send:
		b.WriteString(a.Roles[t.Peer].Name + "!" + a.Labels[t.Label])
		for _, v := range t.Values {
			inner = append(inner, a.ExprText(v, nil))
		}
	case model.Receive:
		b.WriteString(a.Roles[t.Peer].Name + "?" + a.Labels[t.Label])
		for _, v := range t.Stores {
			inner = append(inner, a.Vars[v].Name)
		}
	case model.Internal:
		if len(t.Assigns) == 0 {
			b.WriteString("tau")
		}
		for i, s := range t.Assigns {
			if i > 0 {
				b.WriteString(", ")
			}
			v := &a.Vars[s.Var]
			b.WriteString(v.Name + " := " + a.ExprText(s.Value, &v.Domain))
		}
	}
	if len(inner) > 0 {
		b.WriteString("(" + strings.Join(inner, ", ") + ")")
	}
	return b.String()
}

// quote makes a quoted string of the language: backslashes would begin one of
// its escapes, control characters and those that change the direction of text
// have no place in a drawing.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r):
			b.WriteRune(unicode.ReplacementChar)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
