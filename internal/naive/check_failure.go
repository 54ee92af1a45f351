package naive

import (
	"fmt"
	"slices"
	"strings"

	"chorcheck/model"
	"chorcheck/verify/replay"
)

// applicable finds out which checks have no meaning.
func (r *Result) applicable() {
	a := r.Interpreter.Automata()
	not := func(check string, condition bool) {
		if condition {
			r.NotApplicable[check] = true
		}
	}
	not(NoTermination, !canAllFinish(a))
	handlers, several, agreed, explicit, raised, told := false, false, false, false, false, false
	for _, s := range a.Scopes {
		handlers = handlers || len(s.Handlers) > 0
		several = several || len(s.Handlers) > 1
		agreed = agreed || s.Agreed
	}
	for _, t := range a.Timers {
		explicit = explicit || t.Var >= 0
	}
	for _, m := range a.Machines {
		for _, t := range m.Transitions {
			raise := t.Kind == model.Raise || t.Kind == model.CrashRaise || t.Kind == model.EndRaise
			raised = raised || raise || t.Kind == model.Timeout && (t.Handler != nil || t.To == model.Failed)
			told = told || raise || t.Kind == model.Timeout && t.Handler != nil
		}
	}
	unsafe := false
	env := r.Interpreter.Environment()
	for _, f := range env.Faults {
		switch f.Kind {
		case model.Crash, model.Silence, model.Loss, model.Disconnect, model.Partition:
			unsafe = true
		}
	}
	not(UncaughtException, !raised)
	not(StaleReception, len(a.Scopes) == 0)
	not(ExclusiveHandler, !several)
	not(HandlerAgreement, !agreed)
	not(TimerLeak, !explicit)
	not(UnguardedWait, !unsafe)
	not(SilentSurvivor, len(env.Faults) == 0 && !told)
	not(DeadHandler, !handlers)
}

// checkFailures does the checks that look at one configuration or one step.
func (r *Result) checkFailures(n int, c replay.Config) {
	in := r.Interpreter
	a := in.Automata()
	for _, e := range r.Edges[n] {
		s := e.Step
		if s.Uncaught {
			t := a.Machines[s.Role].Transitions[s.Transition]
			what := ""
			if t.Kind == model.Timeout {
				what = a.Timers[t.Timer].Name
			} else {
				what = a.Exceptions[t.Exception].Name
			}
			r.found(UncaughtException, fmt.Sprintf("%s at %s", what, r.place(c, s.Role)), r.Distance[n]+1)
		}
		if scope, stale := in.StaleScope(c, s); stale {
			m := s.Message
			r.found(StaleReception, fmt.Sprintf("%s <- %s: %s of %s", r.role(m.Receiver), r.role(m.Sender), r.label(m.Label), r.scope(scope)), r.Distance[n]+1)
		}
		if s.Late {
			t := a.Timers[a.Machines[s.Role].Transitions[s.Transition].Timer]
			r.found(TimerLeak, fmt.Sprintf("%s of %s fires too late", t.Name, r.role(s.Role)), r.Distance[n]+1)
		}
	}
	for _, t := range in.ArmedAtEnd(c) {
		r.found(TimerLeak, fmt.Sprintf("%s of %s armed at the end", a.Timers[t].Name, r.role(a.Timers[t].Owner)), r.Distance[n])
	}
	for role := range a.Machines {
		for _, other := range in.UnguardedWaits(c, model.RoleID(role)) {
			r.found(UnguardedWait, fmt.Sprintf("%s for %s", r.place(c, model.RoleID(role)), r.role(other)), r.Distance[n])
		}
	}
	for _, x := range in.ExclusiveHandlers(c) {
		parts := []int{x.Parts[0], x.Parts[1]}
		slices.Sort(parts)
		r.found(ExclusiveHandler, fmt.Sprintf("%s: %s, %s", r.scope(x.Scope), r.handler(x.Scope, parts[0]), r.handler(x.Scope, parts[1])), r.Distance[n])
	}
	for _, x := range in.Disagreements(c) {
		r.found(HandlerAgreement, fmt.Sprintf("%s: %s by %s, %s by %s", r.scope(x.Scope),
			r.role(x.Roles[0]), r.handler(x.Scope, x.Parts[0]), r.role(x.Roles[1]), r.handler(x.Scope, x.Parts[1])), r.Distance[n])
	}
}

// silentRoles notes, for each configuration of a bottom component, the live roles
// that are not final and take part in no step of it.
func (r *Result) silentRoles(c component) {
	moving := r.participants(c)
	for _, n := range c.members {
		for _, role := range r.Interpreter.Unfinished(r.Configs[n]) {
			if !moving[role] {
				r.Silent[n] = append(r.Silent[n], role)
			}
		}
	}
}

// checkSurvivors searches the runs of each role once more, and remembers what has
// happened in them: nothing; a failure, of which the role has not heard; or one of
// which it has.
func (r *Result) checkSurvivors() {
	const (
		nothing = iota
		unheard
		heard
	)
	type point struct{ n, heard int }
	a := r.Interpreter.Automata()
	for role := range a.Machines {
		role := model.RoleID(role)
		distance := map[point]int{{0, nothing}: 0}
		todo := []point{{0, nothing}}
		for ; len(todo) > 0; todo = todo[1:] {
			p := todo[0]
			if p.heard == unheard && slices.Contains(r.Silent[p.n], role) {
				r.found(SilentSurvivor, r.place(r.Configs[p.n], role), distance[p])
			}
			for _, e := range r.Edges[p.n] {
				next := point{e.To, p.heard}
				if next.heard == nothing && r.isFailure(e.Step, role) {
					next.heard = unheard
				}
				if next.heard == unheard && r.hears(e.Step, role) {
					next.heard = heard
				}
				if _, known := distance[next]; !known {
					distance[next] = distance[p] + 1
					todo = append(todo, next)
				}
			}
		}
	}
}

// isFailure reports whether a step is a fault, or a raise of another role.
func (r *Result) isFailure(s replay.Step, role model.RoleID) bool {
	switch {
	case s.Kind == replay.Fault:
		return true
	case s.Role == role:
		return false
	case s.Kind == replay.Raise || s.Kind == replay.CrashNoticed:
		return true
	}
	return s.Kind == replay.Timeout && s.Handler.Part > 0
}

// hears reports whether a role enters a handler in a step, or a timer of it fires.
func (r *Result) hears(s replay.Step, role model.RoleID) bool {
	machine := r.Interpreter.Automata().Machines[role]
	switch {
	case s.Role == role && s.Transition >= 0:
		return s.Kind == replay.Timeout || machine.Transitions[s.Transition].Handler != nil
	case s.Peer == role && s.PeerTransition >= 0:
		return machine.Transitions[s.PeerTransition].Handler != nil
	}
	return false
}

// checkDeadHandlers: the cause is "s, on E at A"; the scopes have distinct names.
func (r *Result) checkDeadHandlers() {
	a := r.Interpreter.Automata()
	entered := map[model.HandlerRef]bool{}
	note := func(role model.RoleID, transition int, s replay.Step) {
		if transition < 0 {
			return
		}
		failing, _ := s.Failing()
		if h := a.Machines[role].Transitions[transition].Handler; h != nil && !(s.Fails && failing == role) {
			entered[*h] = true
		}
	}
	for _, edges := range r.Edges {
		for _, e := range edges {
			note(e.Step.Role, e.Step.Transition, e.Step)
			note(e.Step.Peer, e.Step.PeerTransition, e.Step)
		}
	}
	for s, scope := range a.Scopes {
		for h := range scope.Handlers {
			if !entered[model.HandlerRef{Scope: model.ScopeID(s), Part: h + 1}] {
				r.found(DeadHandler, fmt.Sprintf("%s, %s", r.scope(model.ScopeID(s)), r.handler(model.ScopeID(s), h+1)), -1)
			}
		}
	}
}

func (r *Result) scope(s model.ScopeID) string { return r.Interpreter.Automata().Scopes[s].Name }

// handler is "on E at A", or "its body" for part 0.
func (r *Result) handler(s model.ScopeID, part int) string {
	a := r.Interpreter.Automata()
	if part == 0 {
		return "its body"
	}
	h := a.Scopes[s].Handlers[part-1]
	words := []string{"on", "any", "at", r.role(h.At)}
	if !h.Any {
		words[1] = a.Exceptions[h.Exception].Name
	}
	return strings.Join(words, " ")
}
