package verify

import (
	"fmt"
	"slices"
	"strings"

	"chorcheck/lts"
	"chorcheck/model"
)

// observeActions looks at the steps and faults of a configuration one by one, for
// the checks whose evidence is a step.
func (o *observer) observeActions(w *workerEvidence, depth int, s lts.State) {
	w.steps.Reset()
	o.net.Next(s, w.steps)
	for _, a := range w.steps.Actions {
		info := o.net.Action(a)
		e := &exhibit{depth: depth, state: s, action: a, acts: true, role: info.Role}
		switch {
		case info.Uncaught && o.on["uncaught-exception"]:
			t := &o.net.Automata().Machines[info.Role].Transitions[info.Transition]
			e.check = "uncaught-exception"
			e.cause = fmt.Sprintf("%s at %s", raisedName(o.net.Automata(), t), place(o.net, s, info.Role))
			w.add(e)
		case !info.Uncaught && (info.Fails || info.PeerFails) && o.on["out-of-range"]:
			transition := info.Transition
			if info.PeerFails {
				e.role, transition = info.Peer, info.PeerTransition
			}
			e.check, e.cause = "out-of-range", fmt.Sprintf("%s#%d", roleName(o.net, e.role), transition)
			w.add(e)
		}
		// One step can be evidence for several checks.
		if info.Stale && o.on["stale-reception"] {
			k := o.net.Message(info.Message)
			w.add(&exhibit{
				check: "stale-reception", cause: fmt.Sprintf("%s <- %s: %s", roleName(o.net, k.To), roleName(o.net, k.From), o.label(k.Label)),
				depth: depth, state: s, action: a, acts: true, role: k.To,
			})
		}
		if info.Late && o.on["timer-leak"] {
			timer := o.net.Automata().Machines[info.Role].Transitions[info.Transition].Timer
			w.add(&exhibit{
				check: "timer-leak", cause: fmt.Sprintf("%s of %s fires too late", o.net.Automata().Timers[timer].Name, roleName(o.net, info.Role)),
				depth: depth, state: s, action: a, acts: true, role: info.Role, info: []int{int(timer)},
			})
		}
	}
}

// raisedName is what a transition raises: an exception or a timer.
func raisedName(a *model.Automata, t *model.Transition) string {
	if t.Kind == model.Timeout {
		return a.Timers[t.Timer].Name
	}
	return a.Exceptions[t.Exception].Name
}

// observeArmed looks for explicit timers that are armed although their owners have
// come to an end.
func (o *observer) observeArmed(w *workerEvidence, depth int, s lts.State) {
	for _, t := range o.explicit {
		timer := o.net.Automata().Timers[t]
		if isFinal(o.net, s, timer.Owner) && o.net.Armed(s, t) {
			w.add(&exhibit{
				check: "timer-leak", cause: fmt.Sprintf("%s of %s armed at the end", timer.Name, roleName(o.net, timer.Owner)),
				depth: depth, state: s, role: timer.Owner, info: []int{int(t)},
			})
		}
	}
}

// observeWaits looks for roles that wait for one that may fail.
func (o *observer) observeWaits(w *workerEvidence, depth int, s lts.State) {
	for r := range o.waits {
		role := model.RoleID(r)
		control := o.net.Control(s, role)
		if control < 0 || !o.waits[r][control] {
			continue
		}
		for _, c := range o.net.Waits(s, role) {
			if w.news(knownCause{"unguarded-wait", r, control, int(c)}, depth) {
				w.add(&exhibit{
					check: "unguarded-wait", cause: fmt.Sprintf("%s for %s", place(o.net, s, role), roleName(o.net, c)),
					depth: depth, state: s, role: role, info: []int{int(c)},
				})
			}
		}
	}
}

// ownHandler reports whether a role has entered a handler that stands at it.
func (o *observer) ownHandler(scope model.ScopeID, x model.Outcome) bool {
	return x.Part >= 1 && o.net.Automata().Scopes[scope].Handlers[x.Part-1].At == x.Role
}

// observeOutcomes compares what the roles know of the instances of a scope.
func (o *observer) observeOutcomes(w *workerEvidence, depth int, s lts.State, scope model.ScopeID, terminal bool) {
	outcomes := o.net.Outcomes(s, scope)
	agreed := o.net.Automata().Scopes[scope].Agreed
	for i, x := range outcomes {
		for _, y := range outcomes[:i] {
			if x.Instance != y.Instance || x.Role == y.Role || x.Part == y.Part {
				continue
			}
			first, second := y, x
			if first.Part > second.Part {
				first, second = second, first
			}
			if o.on["exclusive-handler"] && o.ownHandler(scope, first) && o.ownHandler(scope, second) && w.news(knownCause{"exclusive-handler", int(scope), first.Part, second.Part}, depth) {
				w.add(&exhibit{
					check: "exclusive-handler",
					cause: fmt.Sprintf("%s: %s, %s", scopeName(o.net.Automata(), scope), handlerName(o.net.Automata(), scope, first.Part), handlerName(o.net.Automata(), scope, second.Part)),
					depth: depth, state: s, info: []int{int(scope), first.Part, second.Part, int(first.Role), int(second.Role)},
				})
			}
			if !agreed || !o.on["handler-agreement"] || !terminal && !(x.Left && y.Left) {
				continue
			}
			first, second = y, x
			if first.Role > second.Role {
				first, second = second, first
			}
			known := knownCause{"handler-agreement", int(scope), int(first.Role)<<16 | first.Part, int(second.Role)<<16 | second.Part}
			if w.news(known, depth) {
				w.add(&exhibit{
					check: "handler-agreement",
					cause: fmt.Sprintf("%s: %s by %s, %s by %s", scopeName(o.net.Automata(), scope),
						roleName(o.net, first.Role), handlerName(o.net.Automata(), scope, first.Part),
						roleName(o.net, second.Role), handlerName(o.net.Automata(), scope, second.Part)),
					depth: depth, state: s, info: []int{int(scope), first.Part, second.Part, int(first.Role), int(second.Role)},
				})
			}
		}
	}
}

// instanceOf names a scope of which there may be several instances, one after another.
func instanceOf(a *model.Automata, s model.ScopeID) string {
	if a.Scopes[s].Looped {
		return "an instance of " + scopeName(a, s)
	}
	if a.Scopes[s].Name != "" {
		return "the scope " + a.Scopes[s].Name
	}
	return scopeName(a, s)
}

// scopeName is the name of a scope as users write it; of one without a name, what it
// handles tells which one it is.
func scopeName(a *model.Automata, s model.ScopeID) string {
	scope := a.Scopes[s]
	if scope.Name != "" {
		return scope.Name
	}
	if len(scope.Handlers) == 0 {
		return "a scope without a name"
	}
	var names []string
	for h := range scope.Handlers {
		names = append(names, strings.TrimPrefix(handlerName(a, s, h+1), "on "))
	}
	names = slices.Compact(names)
	return "the scope that handles " + strings.Join(names, ", ")
}

// handlerName is "on Declined at Bank", or "its body" for part 0.
func handlerName(a *model.Automata, s model.ScopeID, part int) string {
	if part == 0 {
		return "its body"
	}
	h := a.Scopes[s].Handlers[part-1]
	what := "any"
	if !h.Any {
		what = a.Exceptions[h.Exception].Name
	}
	return fmt.Sprintf("on %s at %s", what, a.Roles[h.At].Name)
}

// fullHandlerName is "pay, on Declined at Bank".
func fullHandlerName(a *model.Automata, h model.HandlerRef) string {
	if name := a.Scopes[h.Scope].Name; name != "" {
		return name + ", " + handlerName(a, h.Scope, h.Part)
	}
	return handlerName(a, h.Scope, h.Part)
}
