package naive

import (
	"fmt"
	"slices"
	"strings"

	"chorcheck/model"
)

// Role is the machine of one role in a short notation.
type Role struct {
	Name        string
	Initial     string
	Final       string // names of local states, separated by spaces
	Transitions string // "A -B!x-> Aw ; Aw -B?y | C?z-> A ; A -tau-> A"
}

// Network makes automata out of the notation. Roles, labels and transitions are
// numbered as they appear, the initial state of a role is its state 0, and each
// transition has an origin of its own, counted from 1. The messages carry nothing
// and there are no variables; a test may add them. It panics if the notation is wrong.
func Network(channel model.Channel, roles ...Role) *model.Automata {
	a := &model.Automata{Channels: model.Channels{Default: channel}}
	for _, r := range roles {
		a.Roles = append(a.Roles, model.Role{Name: r.Name})
	}
	for _, r := range roles {
		a.Machines = append(a.Machines, machine(a, r))
	}
	origin := model.Origin(0)
	for _, m := range a.Machines {
		for i := range m.Transitions {
			origin++
			m.Transitions[i].Origins = []model.Origin{origin}
		}
	}
	return a
}

// machine reads one role and adds its labels to the automata.
func machine(a *model.Automata, r Role) model.Machine {
	var m model.Machine
	state := func(name string) int {
		at := slices.IndexFunc(m.States, func(s model.LocalState) bool { return s.Name == name })
		if at < 0 {
			at = len(m.States)
			m.States = append(m.States, model.LocalState{Name: name})
		}
		return at
	}
	state(r.Initial)
	for text := range strings.SplitSeq(r.Transitions, ";") {
		text = strings.TrimSpace(text)
		if text == "" {
			continue
		}
		from, rest, ok1 := strings.Cut(text, " -")
		actions, to, ok2 := strings.Cut(rest, "-> ")
		if !ok1 || !ok2 {
			panic(fmt.Sprintf("naive: %s: %q is no transition", r.Name, text))
		}
		for action := range strings.SplitSeq(actions, "|") {
			t := transition(a, strings.TrimSpace(action))
			t.From, t.To = state(from), state(to)
			m.Transitions = append(m.Transitions, t)
		}
	}
	for _, name := range strings.Fields(r.Final) {
		m.States[state(name)].Final = true
	}
	slices.SortStableFunc(m.Transitions, func(x, y model.Transition) int { return x.From - y.From })
	return m
}

// transition reads one action: "tau", "B!x" or "B?x".
func transition(a *model.Automata, action string) model.Transition {
	if action == "tau" {
		return model.Transition{Kind: model.Internal, Peer: -1, Label: -1}
	}
	at := strings.IndexAny(action, "!?")
	if at < 0 {
		panic(fmt.Sprintf("naive: %q is no action", action))
	}
	name, label := action[:at], action[at+1:]
	peer := slices.IndexFunc(a.Roles, func(r model.Role) bool { return r.Name == name })
	if peer < 0 {
		panic(fmt.Sprintf("naive: there is no role %q", name))
	}
	l := slices.Index(a.Labels, label)
	if l < 0 {
		l = len(a.Labels)
		a.Labels = append(a.Labels, label)
	}
	t := model.Transition{Kind: model.Send, Peer: model.RoleID(peer), Label: model.LabelID(l)}
	if action[at] == '?' {
		t.Kind = model.Receive
	}
	return t
}

// AddVar gives the automata a variable and returns its number.
func AddVar(a *model.Automata, v model.Var) model.VarID {
	a.Vars = append(a.Vars, v)
	return model.VarID(len(a.Vars) - 1)
}
