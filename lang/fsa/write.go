package fsa

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"chorcheck/lang/internal/cfsm"
	"chorcheck/model"
)

// ExportError says why automata cannot be written. It lists each kind of problem
// of each role once.
type ExportError = cfsm.ExportError

// Problem is a part of automata that the text has no words for.
type Problem = cfsm.Problem

// Write prints automata and their environments as text that [Parse] reads as the same: same
// roles, labels, channels, timers and transitions, states in the order of their mention. Environments
// are left out if there is just one, named `calm`, in which nothing fails. Local
// states that have no transition, are not initial and that no transition leads to are left out.
// State names that the text cannot hold are replaced by numbers, for the whole machine.
// The error is an [ExportError], or one of the writer.
func Write(w io.Writer, a *model.Automata, environments ...*model.Environment) error {
	if len(environments) == 1 && environments[0].Name == model.Calm().Name && len(environments[0].Faults) == 0 {
		environments = nil
	}
	if problems := append(check(a), checkEnvironments(a, environments)...); len(problems) > 0 {
		return &ExportError{Format: "the .fsa text", Problems: problems}
	}
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "%s %s\n", channelsLine, a.Channels.Default)
	pairs := slices.SortedFunc(maps.Keys(a.Channels.Pairs), func(x, y model.Pair) int {
		return cmp.Or(cmp.Compare(x.From, y.From), cmp.Compare(x.To, y.To))
	})
	for _, p := range pairs {
		fmt.Fprintf(out, "%s %s %s %s\n", channelLine, a.Roles[p.From].Name, a.Roles[p.To].Name, a.Channels.Pairs[p])
	}
	for r := range a.Machines {
		fmt.Fprintln(out)
		writeMachine(out, a, r)
	}
	for _, e := range environments {
		fmt.Fprintf(out, "\n%s", writeEnvironment(a, e))
	}
	return out.Flush()
}

func writeMachine(out io.Writer, a *model.Automata, r int) {
	m := a.Machines[r]
	names := stateNames(m)
	fmt.Fprintf(out, "%s %s\n%s graph\n", outputsLine, a.Roles[r].Name, stateLine)
	leaves, mentioned := make([]bool, len(m.States)), make([]bool, len(m.States))
	mentioned[m.Initial] = true
	for _, t := range m.Transitions {
		leaves[t.From], mentioned[t.From], mentioned[t.To] = true, true, true
		clocks := clockWords(a, t)
		switch {
		case t.Kind == model.Send:
			fmt.Fprintf(out, "%s %d ! %s %s", names[t.From], t.Peer, a.Labels[t.Label], names[t.To])
		case t.Kind == model.Receive:
			fmt.Fprintf(out, "%s %d ? %s %s", names[t.From], t.Peer, a.Labels[t.Label], names[t.To])
		case t.Kind == model.Timeout:
			fmt.Fprintf(out, "%s timeout %s %s", names[t.From], a.Timers[t.Timer].Name, names[t.To])
		case len(clocks) == 1:
			fmt.Fprintf(out, "%s %s %s", names[t.From], clocks[0], names[t.To])
			clocks = nil
		default:
			fmt.Fprintf(out, "%s tau %s", names[t.From], names[t.To])
		}
		for _, c := range clocks {
			fmt.Fprint(out, " ", c)
		}
		fmt.Fprintln(out)
	}
	fmt.Fprintf(out, "%s %s\n", markingLine, names[m.Initial])
	var finals strings.Builder
	byDefault := true
	for s, state := range m.States {
		if !mentioned[s] {
			continue
		}
		if state.Final {
			finals.WriteString(" " + names[s])
		}
		byDefault = byDefault && state.Final == !leaves[s]
	}
	if !byDefault {
		fmt.Fprintf(out, "%s%s\n", finalLine, finals.String())
	}
	fmt.Fprintln(out, endLine)
}

// clockWords say what a transition does to timers: `set t`, `cancel t`.
func clockWords(a *model.Automata, t model.Transition) []string {
	var list []string
	for _, s := range t.Assigns {
		timer, ok := timerOf(a, s.Var)
		if !ok {
			continue
		}
		word := setWord
		if s.Value.Op == model.OpConst && s.Value.Value == cfsm.TimerOff {
			word = cancelWord
		}
		list = append(list, word+" "+a.Timers[timer].Name)
	}
	return list
}

// timerOf is the explicit timer that a variable stands for.
func timerOf(a *model.Automata, v model.VarID) (model.TimerID, bool) {
	i := slices.IndexFunc(a.Timers, func(t model.Timer) bool { return t.Var == v })
	return model.TimerID(i), i >= 0
}

// stateNames are the names of a machine's states, or numbers if one of them cannot stand in the text.
func stateNames(m model.Machine) []string {
	names := make([]string, len(m.States))
	for s, state := range m.States {
		names[s] = state.Name
		if !writable(state.Name) || strings.HasPrefix(state.Name, ".") || state.Name == "!" || state.Name == "?" {
			for i := range names {
				names[i] = fmt.Sprintf("q%d", i)
			}
			return names
		}
	}
	return names
}

// writable reports whether a name reads as one word.
func writable(name string) bool {
	return name != "" && utf8.ValidString(name) && !strings.HasPrefix(name, byteOrderMark) &&
		!strings.HasPrefix(name, "--") && !strings.HasPrefix(name, "//") && !strings.HasPrefix(name, "/*") &&
		!slices.Contains(directives(), name) &&
		!strings.ContainsFunc(name, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) })
}

// check lists what cannot be written.
func check(a *model.Automata) []Problem {
	list := cfsm.Failures(a, "the text")
	for _, t := range a.Timers {
		if t.Var >= 0 && (!writable(t.Name) || t.Name == "!" || t.Name == "?") {
			list = append(list, Problem{Message: fmt.Sprintf("the text cannot hold a timer named %q", t.Name), Help: "rename the timer", Origins: origins(t.Origin)})
		}
	}
	armed := map[model.VarID]bool{}
	for _, m := range a.Machines {
		for _, t := range m.Transitions {
			for _, s := range t.Assigns {
				armed[s.Var] = armed[s.Var] || s.Value.Op != model.OpConst || s.Value.Value != cfsm.TimerOff
			}
		}
	}
	labels := map[model.LabelID]bool{}
	for r, role := range a.Roles {
		if n, ok := number(role.Name); !writable(role.Name) || ok && n != r {
			list = append(list, Problem{Message: fmt.Sprintf("the text cannot hold a role named %q", role.Name), Help: "rename the role", Origins: origins(role.Origin)})
		}
		var guards, values, stores, assigns []model.Origin
		for _, t := range a.Machines[r].Transitions {
			if t.Kind == model.Timeout && a.Timers[t.Timer].Var >= 0 && !armed[a.Timers[t.Timer].Var] {
				list = append(list, Problem{Message: fmt.Sprintf("the text cannot hold a timeout of %s, which %s never sets", a.Timers[t.Timer].Name, role.Name), Help: "remove the timeout", Origins: t.Origins})
			}
			if t.Guard != nil {
				guards = append(guards, t.Origins...)
			}
			if len(t.Values) > 0 {
				values = append(values, t.Origins...)
			}
			if len(t.Stores) > 0 {
				stores = append(stores, t.Origins...)
			}
			if slices.ContainsFunc(t.Assigns, func(s model.Assign) bool { _, ok := timerOf(a, s.Var); return !ok }) {
				assigns = append(assigns, t.Origins...)
			}
			if (t.Kind == model.Send || t.Kind == model.Receive) && !labels[t.Label] && !writable(a.Labels[t.Label]) {
				labels[t.Label] = true
				list = append(list, Problem{Message: fmt.Sprintf("the text cannot hold a message named %q", a.Labels[t.Label]), Help: "rename the message", Origins: t.Origins})
			}
		}
		for _, p := range []struct {
			what    string
			origins []model.Origin
		}{
			{"chooses by a condition", guards}, {"sends values", values},
			{"stores values that it receives", stores}, {"assigns to variables", assigns},
		} {
			if len(p.origins) > 0 {
				list = append(list, Problem{Message: fmt.Sprintf("%s %s, and the text has no variables", role.Name, p.what),
					Help: "write the values out as states and messages", Origins: p.origins})
			}
		}
	}
	return list
}

func origins(o model.Origin) []model.Origin {
	if o == 0 {
		return nil
	}
	return []model.Origin{o}
}
