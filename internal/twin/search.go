package twin

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"chorcheck/model"
)

// The checks that are decided on single configurations and steps.
const (
	Deadlock             = violation("deadlock")
	UnspecifiedReception = violation("unspecified-reception")
	OrphanMessage        = violation("orphan-message") // in terminal configurations only
	UncaughtException    = violation("uncaught-exception")
	StaleReception       = violation("stale-reception")
	ExclusiveHandler     = violation("exclusive-handler")
	HandlerAgreement     = violation("handler-agreement")
)

func checks() []violation {
	return []violation{
		Deadlock, UnspecifiedReception, OrphanMessage, UncaughtException, StaleReception, ExclusiveHandler, HandlerAgreement,
	}
}

// Result of a search.
type Result struct {
	Complete   bool                   // all configurations have been seen, up to some number of instances
	Endless    bool                   // there are more instances
	States     int                    // how many
	Violations map[violation][]string // the checks that are violated, with a shortest run
	Terminals  map[string]bool        // the outcomes of the runs that end
}

// Has reports whether a check is violated.
func (r *Result) Has(v violation) bool { return r.Violations[v] != nil }

// instances is the number of instances of a scope after which runs are not followed
// any further: the numbers of a loop have no end.
const instances = 2

// endless reports whether a run has come to the last instance that is looked at.
func (c *config) endless() bool {
	for _, r := range c.roles {
		for _, s := range r.status {
			if s.number > instances {
				return true
			}
		}
	}
	return false
}

// Search visits up to limit configurations, breadth first.
func (x *System) Search(limit int) *Result {
	type node struct {
		c      *config
		before int
		what   string
	}
	first := x.initial()
	nodes := []node{{first, -1, ""}}
	seen := map[string]bool{first.key(): true}
	r := &Result{Complete: true, Violations: map[violation][]string{}, Terminals: map[string]bool{}}
	run := func(i int, last ...string) []string {
		trace := last
		for ; nodes[i].before >= 0; i = nodes[i].before {
			trace = append([]string{nodes[i].what}, trace...)
		}
		return append([]string{"start"}, trace...)
	}
	for i := 0; i < len(nodes); i++ {
		c := nodes[i].c
		steps := x.steps(c)
		terminal := !slices.ContainsFunc(steps, func(s step) bool { return !s.fault })
		for _, v := range x.check(c, terminal) {
			if !r.Has(v) {
				r.Violations[v] = run(i)
			}
		}
		if terminal {
			r.Terminals[x.outcome(c)] = true
		}
		for _, s := range steps {
			for _, v := range s.broken {
				if !r.Has(v) {
					r.Violations[v] = run(i, s.what)
				}
			}
			key := s.to.key()
			if seen[key] {
				continue
			}
			if s.to.endless() {
				r.Endless = true
				continue
			}
			if len(nodes) >= limit {
				r.Complete = false
				continue
			}
			seen[key] = true
			nodes = append(nodes, node{s.to, i, s.what})
		}
	}
	r.States = len(nodes)
	return r
}

// outcome of a run that has ended: what became of each role, and the labels in the queues.
func (x *System) outcome(c *config) string {
	var parts []string
	for r, s := range c.roles {
		what := s.condition.String()
		if s.condition == live && x.machines[r].final(s.local) {
			what = "final"
		}
		parts = append(parts, x.names[r]+" "+what)
	}
	for _, q := range c.queues {
		var labels []string
		for _, m := range q {
			labels = append(labels, x.message(m))
		}
		if x.channel.Discipline == model.Bag {
			slices.Sort(labels)
		}
		if len(labels) > 0 {
			parts = append(parts, strings.Join(labels, ", "))
		}
	}
	return strings.Join(parts, "; ")
}

// check decides the checks on one configuration.
func (x *System) check(c *config, terminal bool) []violation {
	var out []violation
	for r := range x.machines {
		s := &c.roles[r]
		if s.condition != live {
			continue
		}
		final := x.machines[r].final(s.local)
		if terminal && !final {
			out = append(out, Deadlock)
		}
		if terminal && final {
			for q := range c.queues {
				if x.receiver(q) == model.RoleID(r) && len(c.queues[q]) > 0 {
					out = append(out, OrphanMessage)
				}
			}
		}
		if x.unspecified(c, model.RoleID(r)) {
			out = append(out, UnspecifiedReception)
		}
	}
	return append(out, x.handlers(c, terminal)...)
}

func (x *System) unspecified(c *config, r model.RoleID) bool {
	if d := x.channel.Discipline; d != model.FIFO && d != model.Mailbox {
		return false
	}
	transitions := x.machines[r].transitions(c.roles[r].local)
	if len(transitions) == 0 || len(x.discards(c, r)) > 0 {
		return false
	}
	// Crashes and what environments raise are no way on that a role can count on.
	transitions = slices.DeleteFunc(slices.Clone(transitions), func(t transition) bool {
		return t.kind == model.CrashRaise || t.kind == model.EndRaise
	})
	if len(transitions) == 0 {
		return false
	}
	for _, t := range transitions {
		if t.kind != model.Receive && t.kind != model.Ignore || len(c.queues[x.queue(t.peer, r)]) == 0 || len(x.receives(c, r, t)) > 0 {
			return false
		}
	}
	return true
}

// known is what a role knows about one instance of a scope.
type known struct {
	role    int
	outcome int
	left    bool
}

// handlers compares what the roles know about the instances of each scope.
func (x *System) handlers(c *config, terminal bool) []violation {
	instances := map[string][]known{}
	scopes := map[string]model.ScopeID{}
	for r := range c.roles {
		own := c.roles[r].status
		for t := range own {
			scope := model.ScopeID(t)
			around := ""
			for _, p := range x.s.Chain(x.s.Scopes[t].Outer) {
				around += fmt.Sprint(own[x.s.Positions[p].Scope].number, ".")
			}
			note := func(number int, k known) {
				id := fmt.Sprint(t, ":", around, number)
				scopes[id] = scope
				instances[id] = append(instances[id], k)
			}
			if own[t].standing != never {
				note(own[t].number, known{r, own[t].part, own[t].standing == left || terminal})
			}
			for _, n := range slices.Sorted(maps.Keys(own[t].memory)) {
				note(n, known{r, own[t].memory[n], true})
			}
		}
	}
	found := map[violation]bool{}
	for id, list := range instances {
		for _, a := range list {
			for _, b := range list {
				if a.role == b.role || a.outcome == b.outcome {
					continue
				}
				handlers := x.s.Scopes[scopes[id]].Handlers
				if a.outcome >= 1 && b.outcome >= 1 && theirs(handlers, a, b) {
					found[ExclusiveHandler] = true
				}
				both := c.roles[a.role].condition == live && c.roles[b.role].condition == live
				if x.s.Scopes[scopes[id]].Agreed && a.left && b.left && both {
					found[HandlerAgreement] = true
				}
			}
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// differs tells in what another result for the same choreography differs, or nothing.
// What an incomplete search has not found may be there.
func (r *Result) differs(o *Result) string {
	for _, v := range checks() {
		if r.Has(v) && !o.Has(v) && o.Complete {
			return fmt.Sprintf("%s only in the first: %s", v, strings.Join(r.Violations[v], " | "))
		}
		if o.Has(v) && !r.Has(v) && r.Complete {
			return fmt.Sprintf("%s only in the second: %s", v, strings.Join(o.Violations[v], " | "))
		}
	}
	for _, out := range slices.Sorted(maps.Keys(r.Terminals)) {
		if !o.Terminals[out] && o.Complete {
			return fmt.Sprintf("an end only in the first: %s", out)
		}
	}
	for _, out := range slices.Sorted(maps.Keys(o.Terminals)) {
		if !r.Terminals[out] && r.Complete {
			return fmt.Sprintf("an end only in the second: %s", out)
		}
	}
	return ""
}

// theirs reports whether each of two roles knows of a handler that stands at it.
func theirs(handlers []model.Handler, a, b known) bool {
	return int(handlers[a.outcome-1].At) == a.role && int(handlers[b.outcome-1].At) == b.role
}
