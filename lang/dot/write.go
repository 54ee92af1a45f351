package dot

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"

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
	begin(out, a.Name, "LR")
	fmt.Fprint(out, "  node [shape=circle margin=0.02]\n")
	// Graphviz puts what comes last at the top.
	for i, e := range slices.Backward(environments) {
		if len(e.Faults) > 0 {
			text := "environment " + e.Name + "\n" + strings.Join(cfsm.Clauses(a, e), "\n")
			fmt.Fprintf(out, "\n  environment_%d [shape=note style=filled fillcolor=gray95 margin=0.1 class=mute label=%s]\n", i, quoteLines(text, `\l`))
		}
	}
	for _, r := range slices.Backward(roles) {
		cluster(out, a, r)
	}
	fmt.Fprintln(out, "}")
	return out.Flush()
}

// cluster draws one machine. Nodes are named by numbers, so that no two collide.
func cluster(out io.Writer, a *model.Automata, r model.RoleID) {
	m := a.Machines[r]
	fmt.Fprintf(out, "\n  subgraph cluster_%d {\n    label=%s\n    labeljust=l\n    style=rounded\n    color=gray\n", r, quote(name(a.Roles[r].Name)))
	fmt.Fprintf(out, "    start_%d [shape=point class=solid label=\"\"]\n", r)
	for s, state := range m.States {
		shape := ""
		if state.Final {
			shape = " shape=doublecircle"
		}
		fmt.Fprintf(out, "    s%d_%d [label=%s%s]\n", r, s, quote(name(state.Name)), shape)
	}
	fmt.Fprintf(out, "    start_%d -> s%d_%d\n", r, r, m.Initial)
	if slices.ContainsFunc(m.Transitions, func(t model.Transition) bool { return t.To == model.Failed }) {
		fmt.Fprintf(out, "    failed_%d [label=\"failed\" shape=octagon class=bad]\n", r)
	}
	for _, t := range m.Transitions {
		to := fmt.Sprintf("s%d_%d", r, t.To)
		if t.To == model.Failed {
			to = fmt.Sprintf("failed_%d", r)
		}
		fmt.Fprintf(out, "    s%d_%d -> %s [label=%s%s]\n", r, t.From, to, quote(text(a, t)), look(t))
	}
	fmt.Fprintln(out, "  }")
}

// look tells what fails from what is meant to happen.
func look(t model.Transition) string {
	switch t.Kind {
	case model.EndRaise, model.CrashRaise:
		return " class=bad color=red3 style=dashed"
	case model.Timeout, model.Raise:
		return " class=warn color=orange3"
	case model.Ignore:
		return " class=mute color=gray style=dotted"
	}
	return ""
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
		b.WriteString(name(a.Roles[t.Peer].Name) + "!" + name(a.Labels[t.Label]))
		for _, v := range t.Values {
			inner = append(inner, a.ExprText(v, nil))
		}
	case model.Receive:
		b.WriteString(name(a.Roles[t.Peer].Name) + "?" + name(a.Labels[t.Label]))
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
		b.WriteString("ignore " + name(a.Roles[t.Peer].Name) + "?" + name(a.Labels[t.Label]))
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
