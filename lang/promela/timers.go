package promela

import (
	"fmt"
	"slices"

	"chorcheck/lang/internal/cfsm"
	"chorcheck/model"
)

// An explicit timer is a variable of its owner: off, armed, or late, which is
// armed though the wait that it guarded is over.

// isTimer reports whether a variable stands for an explicit timer.
func (g *generator) isTimer(v model.VarID) bool {
	return slices.ContainsFunc(g.a.Timers, func(t model.Timer) bool { return t.Var == v })
}

// lets are the assignments to variables that are no timers.
func (g *generator) lets(t model.Transition) []model.Assign {
	return slices.DeleteFunc(slices.Clone(t.Assigns), func(s model.Assign) bool { return g.isTimer(s.Var) })
}

// clocks are the statements about timers that are part of a step. They go before
// those that may let the role fail, which puts all its variables back.
func (g *generator) clocks(r model.RoleID, t model.Transition) []string {
	var list []string
	if t.Kind == model.Timeout {
		list = append(list, fmt.Sprintf("%s = %d", g.vars[g.a.Timers[t.Timer].Var], cfsm.TimerOff))
	}
	if t.Kind == model.Receive {
		for _, v := range g.waits(r, t.From) {
			if !slices.ContainsFunc(t.Assigns, func(s model.Assign) bool { return s.Var == v }) {
				list = append(list, fmt.Sprintf("if :: (%[1]s == %[2]d) -> %[1]s = %[3]d :: else -> skip fi", g.vars[v], cfsm.TimerArmed, cfsm.TimerLate))
			}
		}
	}
	for _, s := range t.Assigns {
		if g.isTimer(s.Var) {
			list = append(list, fmt.Sprintf("%s = %s", g.vars[s.Var], g.expr(s.Value).text))
		}
	}
	return list
}

// waits lists the timers that may fire in a local state, each once.
func (g *generator) waits(r model.RoleID, state int) []model.VarID {
	var list []model.VarID
	for _, t := range g.a.Machines[r].Transitions {
		if t.From == state && t.Kind == model.Timeout {
			if v := g.a.Timers[t.Timer].Var; !slices.Contains(list, v) {
				list = append(list, v)
			}
		}
	}
	return list
}

// timeout is possible while its timer is armed or late.
func (g *generator) timeout(r model.RoleID, t model.Transition) {
	armed := fmt.Sprintf("%s != %d", g.vars[g.a.Timers[t.Timer].Var], cfsm.TimerOff)
	g.option(and(g.at(r, t.From), armed), append(g.clocks(r, t), g.move(r, t.To))...)
}
