package dot

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"chorcheck/lang/internal/cfsm"
	"chorcheck/model"
)

// Write draws the machines of some roles, or of all if roles is nil. A transition
// reads `B!order(x + 1)`, `A?order(x)`, `tau` or `x := 0`, with its guard before it in brackets;
// `timeout t`, `raise E`, `crash of C`, `fault E` or `ignore A?m`; what it does to timers follows, and
// the handler that it enters. Each environment in which something fails is a note beside the machines.
func Write(w io.Writer, a *model.Automata, roles []model.RoleID, environments ...*model.Environment) error {
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
	for i, e := range environments {
		if len(e.Faults) > 0 {
			text := "environment " + e.Name + "\n" + strings.Join(cfsm.Clauses(a, e), "\n")
			fmt.Fprintf(out, "\n  environment_%d [shape=note label=%s]\n", i, quote(text))
		}
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
	if slices.ContainsFunc(m.Transitions, func(t model.Transition) bool { return t.To == model.Failed }) {
		fmt.Fprintf(out, "    failed_%d [label=\"failed\" shape=octagon]\n", r)
	}
	for _, t := range m.Transitions {
		to := fmt.Sprintf("s%d_%d", r, t.To)
		if t.To == model.Failed {
			to = fmt.Sprintf("failed_%d", r)
		}
		fmt.Fprintf(out, "    s%d_%d -> %s [label=%s]\n", r, t.From, to, quote(text(a, t)))
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
	assigns, clocks := split(a, t.Assigns)
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
		assigns, clocks = append(assigns, clocks...), nil
		b.WriteString(strings.Join(assigns, ", "))
	case model.Ignore:
		b.WriteString("ignore " + a.Roles[t.Peer].Name + "?" + a.Labels[t.Label])
	case model.Timeout:
		b.WriteString("timeout " + a.Timers[t.Timer].Name)
	case model.Raise:
		b.WriteString("raise " + a.Exceptions[t.Exception].Name)
	case model.CrashRaise:
		b.WriteString("crash of " + a.Roles[t.Peer].Name)
	case model.EndRaise:
		b.WriteString("fault " + a.Exceptions[t.Exception].Name)
	}
	if len(inner) > 0 {
		b.WriteString("(" + strings.Join(inner, ", ") + ")")
	}
	for _, c := range clocks {
		b.WriteString(", " + c)
	}
	if t.Handler != nil {
		b.WriteString("\n" + handler(a, *t.Handler))
	}
	return b.String()
}

// split puts assignments into words: those to variables, and those to timers.
func split(a *model.Automata, list []model.Assign) (assigns, clocks []string) {
	for _, s := range list {
		v := &a.Vars[s.Var]
		switch {
		case !slices.ContainsFunc(a.Timers, func(t model.Timer) bool { return t.Var == s.Var }):
			assigns = append(assigns, v.Name+" := "+a.ExprText(s.Value, &v.Domain))
		case s.Value.Op == model.OpConst && s.Value.Value == cfsm.TimerOff:
			clocks = append(clocks, "cancel "+v.Name)
		default:
			clocks = append(clocks, "set "+v.Name)
		}
	}
	return assigns, clocks
}

// handler names a handler: `on Declined at Bank of pay`.
func handler(a *model.Automata, ref model.HandlerRef) string {
	s := &a.Scopes[ref.Scope]
	h := &s.Handlers[ref.Part-1]
	what := "any"
	if !h.Any {
		what = a.Exceptions[h.Exception].Name
	}
	text := "on " + what + " at " + a.Roles[h.At].Name
	if s.Name != "" {
		text += " of " + s.Name
	}
	return text
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
