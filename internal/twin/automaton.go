package twin

import (
	"strconv"

	"chorcheck/model"
)

// automaton runs a role by its machine, as projection has made it.
type automaton struct {
	a *model.Automata
	m *model.Machine
}

func (x automaton) state(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		panic(err)
	}
	return n
}

func (x automaton) initial() string                { return strconv.Itoa(x.m.Initial) }
func (x automaton) final(s string) bool            { return x.m.States[x.state(s)].Final }
func (x automaton) in(s string) []model.PositionID { return x.m.States[x.state(s)].In }

func (x automaton) transitions(s string) []transition {
	var out []transition
	for _, t := range x.m.Transitions {
		if t.From != x.state(s) {
			continue
		}
		u := transition{
			kind: t.Kind, peer: t.Peer, label: t.Label, exception: t.Exception, timer: t.Timer,
			onlyIf: t.OnlyIf, fails: t.To == model.Failed, to: strconv.Itoa(t.To),
		}
		places := t.Places
		if len(places) == 0 {
			places = []model.Place{{}}
		}
		for _, p := range places {
			u.ways = append(u.ways, way{place: p, thread: t.Thread, handler: t.Handler})
		}
		out = append(out, u)
	}
	return unite(out)
}
