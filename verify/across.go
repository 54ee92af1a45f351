package verify

import (
	"cmp"
	"fmt"
	"slices"

	"chorcheck/internal/bug"
	"chorcheck/lts"
	"chorcheck/model"
)

// across decides the checks about all environments together: what is dead is dead
// in each of them.
type across struct {
	automata *model.Automata
	opt      Options
	taken    [][]bool // by role and transition: a step has carried it out
	entered  map[model.HandlerRef]bool
	unsure   string // why not everything was seen, in the first environment where that is so
}

func newAcross(a *model.Automata, opt Options) *across {
	x := &across{automata: a, opt: opt, entered: map[model.HandlerRef]bool{}}
	for _, m := range a.Machines {
		x.taken = append(x.taken, make([]bool, len(m.Transitions)))
	}
	return x
}

// add takes in what a search has seen. Where numbers of instances did not fit, it
// may have seen what does not exist.
func (x *across) add(v *verifier) {
	if why := v.unsure(); why != "" {
		x.doubt(v.env, why)
	}
	if v.confused {
		return
	}
	for a := range v.net.Actions() {
		if !v.fired.Test(uint(a)) {
			continue
		}
		info := v.net.Action(lts.Action(a))
		step := v.net.IsStep(lts.Action(a))
		note := func(r model.RoleID, t int, fails bool) {
			if t < 0 {
				return
			}
			if step {
				x.taken[r][t] = true
			}
			if h := x.automata.Machines[r].Transitions[t].Handler; h != nil && !fails {
				x.entered[*h] = true
			}
		}
		note(info.Role, info.Transition, info.Fails)
		if info.Peer >= 0 {
			note(info.Peer, info.PeerTransition, info.PeerFails)
		}
	}
}

// doubt notes why not everything was seen in an environment.
func (x *across) doubt(env *model.Environment, why string) {
	if x.unsure != "" {
		return
	}
	x.unsure = why
	if len(x.opt.Environments) > 1 {
		x.unsure = fmt.Sprintf("environment %s: %s", env.Name, why)
	}
}

func (x *across) decide(c Check) CheckResult {
	r := CheckResult{Check: c}
	switch c.ID {
	case "dead-interaction":
		r.Findings = x.deadInteractions()
	case "dead-handler":
		if !slices.ContainsFunc(x.automata.Scopes, func(s model.Scope) bool { return len(s.Handlers) > 0 }) {
			r.Verdict, r.Reason = NotApplicable, "there are no handlers"
			return r
		}
		r.Findings = x.deadHandlers()
	default:
		bug.Panicf("check %s is about one environment", c.ID)
	}
	if len(r.Findings) == 0 {
		return r
	}
	if x.unsure != "" {
		return CheckResult{Check: c, Verdict: Inconclusive, Reason: x.unsure}
	}
	r.Verdict = Violated
	most := x.opt.MaxFindings
	if most == 0 {
		most = 10
	}
	if len(r.Findings) > most {
		r.Omitted = len(r.Findings) - most
		r.Findings = r.Findings[:most]
	}
	return r
}

// deadInteractions looks for places of the text that no step carries out. A message
// is carried out if it is sent; where sending and receiving have places of their
// own, each counts by itself.
func (x *across) deadInteractions() []Finding {
	type use struct {
		first model.RoleID
		index int
		alive bool
		sends bool
	}
	uses := map[model.Origin]*use{}
	for i, m := range x.automata.Machines {
		for j := range m.Transitions {
			t := &m.Transitions[j]
			if !isInteraction(x.automata, t) {
				continue
			}
			decisive := t.Kind != model.Receive
			for _, o := range t.Origins {
				u := uses[o]
				if u == nil || decisive && !u.sends {
					u = &use{first: model.RoleID(i), index: j, sends: decisive}
					uses[o] = u
				}
				if decisive == u.sends {
					u.alive = u.alive || x.taken[i][j]
				}
			}
		}
	}
	places := x.opt.Interactions
	if places == nil {
		for o := range uses {
			places = append(places, o)
		}
		slices.Sort(places)
	}
	var findings []Finding
	for _, o := range places {
		u := uses[o]
		if u == nil || u.alive {
			// An interaction without a transition was unrolled zero times, or
			// stands where control never comes: the front end warns of that.
			continue
		}
		findings = append(findings, Finding{
			Cause:   fmt.Sprint(o),
			Message: fmt.Sprintf("%s never happens", transitionWords(x.automata, u.first, u.index)),
			Help:    "remove it, or mend the guard or the receiver that keeps it from happening",
			Origins: []model.Origin{o},
		})
	}
	return findings
}

// isInteraction reports whether a transition is a message or an assignment of the
// text. What sets and clears timers is none.
func isInteraction(a *model.Automata, t *model.Transition) bool {
	switch t.Kind {
	case model.Send, model.Receive:
		return true
	case model.Internal:
		return slices.ContainsFunc(t.Assigns, func(x model.Assign) bool { return !isTimer(a, x.Var) })
	}
	return false
}

// isTimer reports whether a variable stands for an explicit timer.
func isTimer(a *model.Automata, x model.VarID) bool {
	return slices.ContainsFunc(a.Timers, func(t model.Timer) bool { return t.Var == x })
}

// deadHandlers looks for handlers that no transition enters. The copies of a
// handler that were unrolled from one place of the text are one handler.
func (x *across) deadHandlers() []Finding {
	type handler struct {
		ref     model.HandlerRef
		origin  model.Origin
		entered bool
	}
	var all []*handler
	for s, scope := range x.automata.Scopes {
		for i, h := range scope.Handlers {
			ref := model.HandlerRef{Scope: model.ScopeID(s), Part: i + 1}
			same := slices.IndexFunc(all, func(o *handler) bool { return h.Origin != 0 && o.origin == h.Origin })
			if same < 0 {
				same = len(all)
				all = append(all, &handler{ref: ref, origin: h.Origin})
			}
			all[same].entered = all[same].entered || x.entered[ref]
		}
	}
	var findings []Finding
	for _, h := range all {
		if h.entered {
			continue
		}
		name := fullHandlerName(x.automata, h.ref)
		f := Finding{
			Cause:   name,
			Message: fmt.Sprintf("the handler %s is never entered", handlerName(x.automata, h.ref.Scope, h.ref.Part)),
			Help:    "remove it, or add an environment in which it is needed",
		}
		if n := x.automata.Scopes[h.ref.Scope].Name; n != "" {
			f.Message = fmt.Sprintf("the handler %s of %s is never entered", handlerName(x.automata, h.ref.Scope, h.ref.Part), n)
		}
		if h.origin != 0 {
			f.Origins = []model.Origin{h.origin}
		}
		findings = append(findings, f)
	}
	slices.SortStableFunc(findings, func(f, g Finding) int { return cmp.Compare(f.Cause, g.Cause) })
	return findings
}

// transitionWords names the transition t of role r: "Customer -> Shop: order".
func transitionWords(a *model.Automata, r model.RoleID, t int) string {
	tr := a.Machines[r].Transitions[t]
	name := func(r model.RoleID) string { return a.Roles[r].Name }
	switch tr.Kind {
	case model.Send:
		return fmt.Sprintf("%s -> %s: %s", name(r), name(tr.Peer), a.Labels[tr.Label])
	case model.Receive:
		return fmt.Sprintf("%s <- %s: %s", name(r), name(tr.Peer), a.Labels[tr.Label])
	}
	return fmt.Sprintf("the assignment to %s at %s", a.Vars[tr.Assigns[0].Var].Name, name(r))
}
