package verify

import (
	"fmt"
	"slices"

	"github.com/bits-and-blooms/bitset"

	"chorcheck/ltl"
	"chorcheck/lts"
	"chorcheck/model"
)

// What the end of a run is evidence of: the last configuration, the last step, or all that can come after it.

// exhibits are the evidence for the check at the end of a run.
func (r *Reviewer) exhibits(path *lts.Trace) ([]*exhibit, string) {
	last := path.States[path.Len()]
	var list []*exhibit
	if e := r.lastStep(path); e != nil {
		e.run = &lts.Trace{States: path.States[:path.Len()], Actions: path.Actions[:path.Len()-1]}
		list = append(list, e)
	}
	r.watch.workers[0] = nil
	w := r.watch.worker(0)
	r.steps.Reset()
	marks := r.net.Next(last, r.steps)
	r.watch.observe(0, path.Len(), last, marks, r.steps.Len())
	if marks&model.MarkConfused != 0 {
		return nil, confusedReason
	}
	found := w.evidence
	switch r.check {
	case "stuck", "livelock", "orphan-message", "no-termination", "silent-survivor":
		if why := r.components(last, path.Len(), found); why != "" {
			return nil, why
		}
	}
	for _, e := range found.causes(r.check) {
		if !e.acts { // a step that is evidence has not been made
			e.run = path
			list = append(list, e)
		}
	}
	return list, ""
}

// lastStep is the evidence that the last step gives; nil if it gives none.
func (r *Reviewer) lastStep(path *lts.Trace) *exhibit {
	n := path.Len()
	if n == 0 {
		return nil
	}
	s, a := path.States[n-1], path.Actions[n-1]
	info := r.net.Action(a)
	e := &exhibit{check: r.check, depth: n - 1, state: s, action: a, acts: true, role: info.Role}
	switch {
	case r.check == "uncaught-exception" && info.Uncaught:
		t := &r.automata.Machines[info.Role].Transitions[info.Transition]
		e.cause = fmt.Sprintf("%s at %s", raisedName(r.automata, t), place(r.net, s, info.Role))
	case r.check == "out-of-range" && !info.Uncaught && (info.Fails || info.PeerFails):
		transition := info.Transition
		if info.PeerFails {
			e.role, transition = info.Peer, info.PeerTransition
		}
		e.cause = fmt.Sprintf("%s#%d", roleName(r.net, e.role), transition)
	case r.check == "stale-reception" && info.Stale:
		k := r.net.Message(info.Message)
		e.role, e.cause = k.To, fmt.Sprintf("%s <- %s: %s", roleName(r.net, k.To), roleName(r.net, k.From), r.automata.Labels[k.Label])
	case r.check == "timer-leak" && info.Late:
		timer := r.automata.Machines[info.Role].Transitions[info.Transition].Timer
		e.cause, e.info = fmt.Sprintf("%s of %s fires too late", r.automata.Timers[timer].Name, roleName(r.net, info.Role)), []int{int(timer)}
	default:
		return nil
	}
	return e
}

// future is all that can come after a configuration, by steps.
type future struct {
	why     string // it was not found out; else empty
	bottom  bool   // it is one component
	trivial bool   // there is nothing but the configuration itself
	activity
}

// components adds the evidence of the bottom component that a configuration is in.
func (r *Reviewer) components(s lts.State, depth int, found evidence) string {
	f := r.futures[key(s)]
	if f == nil {
		f = r.future(s)
		r.futures[key(s)] = f
	}
	if f.why != "" || !f.bottom {
		return f.why
	}
	survives := func(role model.RoleID) {
		found.add(&exhibit{check: "silent-survivor", cause: place(r.net, s, role), depth: depth, state: s, role: role})
	}
	if !f.trivial {
		c := newComponents(r.verifier)
		c.report(&f.activity, s, depth, found.add, survives)
		return ""
	}
	for role := range r.automata.Roles {
		if role := model.RoleID(role); r.check == "silent-survivor" && r.net.Control(s, role) >= 0 && !isFinal(r.net, s, role) {
			survives(role)
		}
	}
	return ""
}

// future explores what can come after a configuration.
func (r *Reviewer) future(from lts.State) *future {
	f := &future{activity: newActivity(r.net)}
	index := map[string]int{key(from): 0}
	all := []lts.State{from}
	var back [][]int // by configuration: those before it
	fired := bitset.New(uint(r.net.Actions()))
	back = append(back, nil)
	for i := 0; i < len(all); i++ {
		if r.ctx.Err() != nil {
			return &future{why: r.stopped()}
		}
		f.final = f.final || r.net.Final(all[i])
		r.steps.Reset()
		if r.net.Next(all[i], r.steps)&model.MarkConfused != 0 {
			return &future{why: confusedReason}
		}
		for j, a := range r.steps.Actions {
			if !r.net.IsStep(a) {
				continue
			}
			fired.Set(uint(a))
			k := key(r.steps.Target(j))
			to, ok := index[k]
			if !ok {
				if len(all) == mostFutures {
					return &future{why: fmt.Sprintf("more than %d configurations can come after it, which are too many to look at", mostFutures)}
				}
				to = len(all)
				index[k] = to
				all, back = append(all, r.steps.Target(j).Clone()), append(back, nil)
			}
			back[to] = append(back[to], i)
		}
	}
	f.addFired(r.net, fired)
	f.trivial = fired.None()
	// It is one component if all can come back.
	seen, todo := bitset.New(uint(len(all))), []int{0}
	seen.Set(0)
	for len(todo) > 0 {
		i := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for _, j := range back[i] {
			if !seen.Test(uint(j)) {
				seen.Set(uint(j))
				todo = append(todo, j)
			}
		}
	}
	f.bottom = seen.Count() == uint(len(all))
	return f
}

// violated says why a run is no violation of the property; empty if it is.
func (r *Reviewer) violated(run *Run) string {
	l := &listening{examination: r.listens, p: r.reads}
	l.run.configs, l.run.steps = run.Configs, run.Steps
	positions := []position{{nil, 0}}
	for i := range run.Steps {
		positions = append(positions, position{&run.Steps[i], i + 1})
	}
	n := len(run.Steps)
	from, again := n, []position{{nil, n}}
	switch {
	case run.Settled:
		values := l.values(positions)
		r.word = ltl.Word{Prefix: values[:n], Cycle: values[n:]}
		if !r.settled(values) {
			return "what comes after it may still satisfy the property"
		}
		return ""
	case run.Cycle > n, run.Cycle < 0:
		return "it has no such cycle"
	case run.Cycle > 0:
		if from = n - run.Cycle; run.Configs[from].Key() != run.Configs[n].Key() {
			return "its cycle does not come back to where it began"
		}
		positions, again = positions[:from+1], positions[from+1:]
	}
	r.word = ltl.Word{Prefix: l.values(positions), Cycle: l.values(again)}
	if !ltl.Holds(r.looked, r.word) {
		return "it satisfies the property"
	}
	return l.fair(from, n)
}

// settled reports whether the automaton accepts whatever comes after these positions.
func (r *Reviewer) settled(values []uint64) bool {
	automaton := r.reads.automaton
	in := bitset.New(uint(automaton.States()))
	in.Set(uint(automaton.Initial))
	for _, v := range values {
		next := bitset.New(uint(automaton.States()))
		for q, ok := in.NextSet(0); ok; q, ok = in.NextSet(q + 1) {
			for _, t := range automaton.Transitions[q] {
				if t.Guard.Holds(v) {
					next.Set(uint(t.Target))
				}
			}
		}
		in = next
	}
	for q, ok := in.NextSet(0); ok; q, ok = in.NextSet(q + 1) {
		if slices.ContainsFunc(automaton.Transitions[q], func(t ltl.Transition) bool {
			return t.Target == int(q) && t.Accepting && slices.Contains(t.Guard, ltl.Cube{})
		}) {
			return true
		}
	}
	return false
}
