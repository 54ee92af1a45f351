package verify

import (
	"fmt"
	"slices"
	"strings"

	"chorcheck/lts"
	"chorcheck/model"
)

// Several local states of a role can be one place for those who read the text: the
// role does, or waits for, the same things there, from the same lines. They differ
// only in what comes after, or in what the role knows. places gives each local state
// the first one that is the same place.
type places struct {
	net  *model.Network
	same [][]int // by role and local state
}

func newPlaces(net *model.Network) *places {
	p := &places{net: net}
	for _, m := range net.Automata().Machines {
		first := map[string]int{}
		same := make([]int, len(m.States))
		offers := make([][]string, len(m.States))
		for i := range m.Transitions {
			t := &m.Transitions[i]
			offers[t.From] = append(offers[t.From], fmt.Sprint(t.Kind, t.Peer, t.Label, t.Timer, t.Exception, t.Origins))
		}
		for s := range m.States {
			same[s] = s
			if len(offers[s]) == 0 {
				continue // nothing tells which place it is
			}
			// What is offered has no order.
			slices.Sort(offers[s])
			key := fmt.Sprint(m.States[s].Final, strings.Join(slices.Compact(offers[s]), ";"))
			if old, ok := first[key]; ok {
				same[s] = old
			} else {
				first[key] = s
			}
		}
		p.same = append(p.same, same)
	}
	return p
}

// of is "Bank@3": a live role and the first local state that is the place where it is.
func (p *places) of(s lts.State, r model.RoleID) string {
	return p.name(r, p.net.Control(s, r))
}

func (p *places) name(r model.RoleID, state int) string {
	return roleName(p.net, r) + "@" + p.net.Automata().Machines[r].States[p.same[r][state]].Name
}

// cause is that of an exhibit with places in place of local states. It is the same
// in all environments.
func (p *places) cause(e *exhibit) string {
	switch e.check {
	case "deadlock":
		var parts []string
		for r := range p.net.Automata().Machines {
			role := model.RoleID(r)
			if p.net.Control(e.state, role) >= 0 && !isFinal(p.net, e.state, role) {
				parts = append(parts, p.of(e.state, role))
			}
		}
		return strings.Join(parts, " ")
	case "unguarded-wait": // for whomever
		return p.of(e.state, e.role)
	case "stuck", "silent-survivor", "unspecified-reception", "uncaught-exception":
		return strings.Replace(e.cause, place(p.net, e.state, e.role), p.of(e.state, e.role), 1)
	case "handler-agreement":
		// All pairs of roles that end it in the same two ways are one cause.
		a, scope := p.net.Automata(), model.ScopeID(e.info[0])
		low, high := min(e.info[1], e.info[2]), max(e.info[1], e.info[2])
		return fmt.Sprintf("%s: %s, %s", scopeName(a, scope), handlerName(a, scope, low), handlerName(a, scope, high))
	}
	return e.cause
}
