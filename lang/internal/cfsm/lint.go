package cfsm

import (
	"fmt"
	"slices"
	"strings"

	"chorcheck/lang/diag"
	"chorcheck/lang/source"
	"chorcheck/model"
)

// kind of a message: what a send and a receive have to agree in.
type kind struct {
	model.Pair
	label model.LabelID
}

// Lint warns of what can be seen without exploring anything: messages that are
// never received or never sent, and local states that nothing leads to. What an
// environment has stray counts as sent.
func Lint(a *model.Automata, places []source.Span, environments []*model.Environment, bag *diag.Bag) {
	sent, received := map[kind]model.Origin{}, map[kind]model.Origin{}
	var order [2][]kind // of first mention
	for r, m := range a.Machines {
		for _, t := range m.Transitions {
			switch t.Kind {
			case model.Send:
				note(sent, &order[0], kind{model.Pair{From: model.RoleID(r), To: t.Peer}, t.Label}, t.Origins[0])
			case model.Receive:
				note(received, &order[1], kind{model.Pair{From: t.Peer, To: model.RoleID(r)}, t.Label}, t.Origins[0])
			}
		}
	}
	l := &linter{a: a, places: places, bag: bag}
	for _, k := range order[0] {
		if _, ok := received[k]; !ok {
			l.unmatched(diag.NeverReceived, k, sent[k], order[1], received, sent)
		}
	}
	stray := map[kind]bool{}
	for _, e := range environments {
		for _, f := range e.Faults {
			if f.Kind == model.Stray {
				stray[kind{model.Pair{From: f.Role, To: f.Peer}, f.Label}] = true
			}
		}
	}
	for _, k := range order[1] {
		if _, ok := sent[k]; !ok && !stray[k] {
			l.unmatched(diag.NeverSent, k, received[k], order[0], sent, received)
		}
	}
	for r := range a.Machines {
		l.unreachable(model.RoleID(r))
	}
}

func note(first map[kind]model.Origin, order *[]kind, k kind, o model.Origin) {
	if _, ok := first[k]; !ok {
		first[k] = o
		*order = append(*order, k)
	}
}

type linter struct {
	a      *model.Automata
	places []source.Span
	bag    *diag.Bag
	count  int // of warnings about messages
}

// unmatched warns of a message that has only one end. The other ends of its pair
// that have none either are candidates for what was meant.
func (l *linter) unmatched(code diag.Code, k kind, at model.Origin, others []kind, there, here map[kind]model.Origin) {
	from, to, label := l.a.Roles[k.From].Name, l.a.Roles[k.To].Name, l.a.Labels[k.label]
	d := diag.Diagnostic{Code: code, Severity: diag.Warning, Primary: diag.Label{Span: l.places[at]}}
	if code == diag.NeverReceived {
		d.Message = fmt.Sprintf("%s sends `%s` to %s, which never receives it", from, label, to)
		d.Help = fmt.Sprintf("let %s receive `%s`, or do not send it", to, label)
	} else {
		d.Message = fmt.Sprintf("%s waits for `%s` from %s, which never sends it", to, label, from)
		d.Help = fmt.Sprintf("let %s send `%s`, or do not wait for it", from, label)
	}
	if l.count++; l.count > diag.MaxPerFile {
		l.bag.Add(d) // it will not be shown: no need to look for what was meant
		return
	}
	var names []string
	var candidates []kind
	for _, o := range others {
		if o.Pair != k.Pair {
			continue
		}
		if _, matched := here[o]; matched {
			continue
		}
		names, candidates = append(names, l.a.Labels[o.label]), append(candidates, o)
		if len(names) == maxCandidates {
			break
		}
	}
	if near := diag.Nearest(label, names); near != "" {
		o := candidates[slices.Index(names, near)]
		d.Help = fmt.Sprintf("did you mean `%s`?", near)
		d.Secondary = append(d.Secondary, diag.Label{Span: l.places[there[o]], Text: fmt.Sprintf("`%s` has no other end either", near)})
	}
	l.bag.Add(d)
}

// maxCandidates bounds the work for one suggestion.
const maxCandidates = 1000

// unreachable warns once for each machine.
func (l *linter) unreachable(r model.RoleID) {
	m := l.a.Machines[r]
	next := make([][]int, len(m.States))
	for _, t := range m.Transitions {
		next[t.From] = append(next[t.From], t.To)
	}
	seen := make([]bool, len(m.States))
	seen[m.Initial] = true
	for todo := []int{m.Initial}; len(todo) > 0; {
		s := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for _, t := range next[s] {
			if !seen[t] {
				seen[t] = true
				todo = append(todo, t)
			}
		}
	}
	const shown = 5
	var names []string
	var d diag.Diagnostic
	count := 0
	for s, state := range m.States {
		if seen[s] {
			continue
		}
		count++
		label := diag.Label{Span: l.places[state.Origin]}
		switch {
		case count == 1:
			d.Primary = label
		case count <= shown:
			label.Text = fmt.Sprintf("`%s` neither", state.Name)
			d.Secondary = append(d.Secondary, label)
		}
		if count <= shown {
			names = append(names, "`"+state.Name+"`")
		}
	}
	if count == 0 {
		return
	}
	list := strings.Join(names, ", ")
	if count > shown {
		list = fmt.Sprintf("%s and %d more", list, count-shown)
	}
	word := "state"
	if count > 1 {
		word = "states"
	}
	d.Code, d.Severity = diag.UnreachableState, diag.Warning
	d.Message = fmt.Sprintf("no path of %s leads to its %s %s", l.a.Roles[r].Name, word, list)
	d.Help = fmt.Sprintf("lead a transition there, or remove the %s", word)
	if !slices.ContainsFunc(m.Transitions, func(t model.Transition) bool { return t.From == m.Initial }) {
		// Most likely the initial state is a slip.
		initial := m.States[m.Initial]
		d.Message = fmt.Sprintf("%s has transitions, but none leaves its initial state `%s`", l.a.Roles[r].Name, initial.Name)
		d.Secondary = append([]diag.Label{d.Primary}, d.Secondary...)
		d.Secondary[0].Text = "this is never reached"
		d.Primary = diag.Label{Span: l.places[initial.Origin]}
		d.Help = "begin in a state that the transitions mention"
	}
	l.bag.Add(d)
}
