package guarded

import (
	"slices"

	"chorcheck/lang/internal/cfsm"
	"chorcheck/model"
)

// An explicit timer is a variable of its owner: off, armed, or late, which is
// armed though the wait that it guarded is over.

// isTimer reports whether a variable stands for an explicit timer.
func (b *builder) isTimer(v model.VarID) bool {
	return slices.ContainsFunc(b.a.Timers, func(t model.Timer) bool { return t.Var == v })
}

// lets are the assignments to variables that are no timers.
func (b *builder) lets(t model.Transition) []model.Assign {
	return slices.DeleteFunc(slices.Clone(t.Assigns), func(s model.Assign) bool { return b.isTimer(s.Var) })
}

// clocks are the assignments to timers that are part of a step.
func (b *builder) clocks(r model.RoleID, t model.Transition) []Set {
	var list []Set
	set := func(v model.VarID, e *model.Expr) {
		list = slices.DeleteFunc(list, func(s Set) bool { return s.Var == v })
		list = append(list, Set{v, e})
	}
	if t.Kind == model.Timeout {
		if v := b.a.Timers[t.Timer].Var; v >= 0 {
			set(v, model.Const(cfsm.TimerOff))
		}
	}
	if t.Kind == model.Receive {
		for _, v := range b.waits(r, t.From) {
			// Off stays off, armed and late are late.
			armed := binary(model.OpNe, model.Ref(v), model.Const(cfsm.TimerOff))
			set(v, binary(model.OpMul, model.Const(cfsm.TimerLate), armed))
		}
	}
	for _, s := range t.Assigns {
		if b.isTimer(s.Var) {
			set(s.Var, s.Value)
		}
	}
	return list
}

// waits lists the explicit timers that may fire in a local state.
func (b *builder) waits(r model.RoleID, state int) []model.VarID {
	var list []model.VarID
	for _, t := range b.a.Machines[r].Transitions {
		if t.From == state && t.Kind == model.Timeout {
			if v := b.a.Timers[t.Timer].Var; v >= 0 {
				list = append(list, v)
			}
		}
	}
	return list
}
