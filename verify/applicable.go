package verify

import (
	"fmt"
	"slices"

	"chorcheck/model"
)

// notApplicable says why a check has no meaning for the automata in the
// environment; empty if it has one.
func (v *verifier) notApplicable(check string) string {
	a := v.automata
	switch check {
	case "no-termination":
		return v.loopsByDesign()
	case "uncaught-exception":
		if !anyTransition(a, func(t *model.Transition) bool { return raises(t) || t.To == model.Failed }) {
			return "nothing raises an exception"
		}
	case "stale-reception":
		if len(a.Scopes) == 0 {
			return "there are no scopes"
		}
	case "exclusive-handler":
		if !slices.ContainsFunc(a.Scopes, func(s model.Scope) bool { return len(s.Handlers) > 1 }) {
			return "no scope has two handlers"
		}
	case "handler-agreement":
		if !slices.ContainsFunc(a.Scopes, func(s model.Scope) bool { return s.Agreed }) {
			return "no scope is marked `agreed`"
		}
	case "unguarded-wait":
		if !slices.ContainsFunc(v.env.Faults, stopsMessages) {
			return "nobody can crash, fall silent or be cut off here"
		}
	case "timer-leak":
		if !slices.ContainsFunc(a.Timers, func(t model.Timer) bool { return t.Var >= 0 }) {
			return "there are no timers that are set and cancelled"
		}
	case "silent-survivor":
		if len(v.env.Faults) == 0 && !anyTransition(a, func(t *model.Transition) bool { return isRaise(t) }) {
			return "nothing can fail here, and nobody enters a handler"
		}
	}
	return ""
}

// stopsMessages reports whether a fault can keep a role from ever hearing of another.
func stopsMessages(f model.Fault) bool {
	switch f.Kind {
	case model.Crash, model.Silence, model.Loss, model.Disconnect, model.Partition:
		return true
	}
	return false
}

func anyTransition(a *model.Automata, is func(*model.Transition) bool) bool {
	for _, m := range a.Machines {
		for i := range m.Transitions {
			if is(&m.Transitions[i]) {
				return true
			}
		}
	}
	return false
}

// raises reports whether a transition raises an exception, those of timers included.
func raises(t *model.Transition) bool {
	switch t.Kind {
	case model.Raise, model.CrashRaise, model.EndRaise:
		return true
	case model.Timeout:
		return t.Handler != nil || t.To == model.Failed
	}
	return false
}

// isRaise reports whether a transition is a raise in the sense of silent-survivor:
// others may have to hear of it.
func isRaise(t *model.Transition) bool {
	return t.Kind == model.Raise || t.Kind == model.CrashRaise || t.Kind == model.EndRaise ||
		t.Kind == model.Timeout && t.Handler != nil
}

// raisesNow reports whether a step by a transition is such a raise: a timeout that
// fails enters no handler.
func raisesNow(t *model.Transition, fails bool) bool {
	return isRaise(t) && !(t.Kind == model.Timeout && fails)
}

// loopsByDesign names a role that cannot finish whatever happens, be it that it
// stops for good or that it loops, so that no-termination has no meaning.
func (v *verifier) loopsByDesign() string {
	for r := range v.automata.Machines {
		m := &v.automata.Machines[r]
		leaving := m.Leaving()
		reached, seen := []int{m.Initial}, make([]bool, len(m.States))
		seen[m.Initial] = true
		final, stops := false, false
		for i := 0; i < len(reached); i++ {
			final = final || m.States[reached[i]].Final
			goesOn := false
			for t := leaving[reached[i]][0]; t < leaving[reached[i]][1]; t++ {
				to := m.Transitions[t].To
				if to == model.Failed {
					continue
				}
				goesOn = true
				if !seen[to] {
					seen[to] = true
					reached = append(reached, to)
				}
			}
			stops = stops || !goesOn
		}
		switch {
		case !final && stops:
			return fmt.Sprintf("%s never comes to an end of its part", v.automata.Roles[r].Name)
		case !final:
			return fmt.Sprintf("%s loops for ever by design", v.automata.Roles[r].Name)
		}
	}
	return ""
}
