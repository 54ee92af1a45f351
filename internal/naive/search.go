package naive

import (
	"chorcheck/model"
	"chorcheck/verify/replay"
)

// Edge is one step or fault of the transition system.
type Edge struct {
	Step replay.Step
	To   int // number of the configuration
}

// steps are the edges of a configuration that are steps: no faults, and no links
// that come back.
func (r *Result) steps(n int) []Edge {
	var steps []Edge
	for _, e := range r.Edges[n] {
		if r.Interpreter.IsStep(e.Step) {
			steps = append(steps, e)
		}
	}
	return steps
}

// Result is what a search found out.
type Result struct {
	States, Transitions int

	// Depth is the greatest distance from the initial configuration. The depth
	// of docs/semantics.md counts levels, and is one more.
	Depth int

	// Complete is false if the limit cut the search short; then only the fields
	// above and the graph are filled in, for the part that was searched.
	Complete bool

	// Causes gives for each check (by its id) and each cause of a violation the
	// number of steps of a shortest trace, -1 for a check that has no trace. See
	// the functions of check.go for how causes are written.
	Causes map[string]map[string]int

	// NotApplicable has the checks without a meaning for these automata.
	NotApplicable map[string]bool

	// Silent gives, for each configuration of a bottom component, the live roles
	// that are not final and take part in no step of the component.
	Silent map[int][]model.RoleID

	// The graph: configurations in the order in which they were found, their
	// distances from the initial one, and the steps from them.
	Interpreter *replay.Interpreter
	Configs     []replay.Config
	Distance    []int
	Edges       [][]Edge
}

// Search explores all configurations that can be reached where nothing fails, as
// SearchIn does.
func Search(a *model.Automata, limit int) *Result { return SearchIn(a, replay.Options{}, limit) }

// SearchIn explores all reachable configurations, breadth first, and carries out
// all checks. It gives up when it has found more than limit configurations.
func SearchIn(a *model.Automata, opt replay.Options, limit int) *Result {
	in := replay.New(a, opt)
	r := &Result{Interpreter: in}
	number := map[string]int{}
	visit := func(c replay.Config, distance int) int {
		key := c.Key()
		n, known := number[key]
		if !known {
			n = len(r.Configs)
			number[key] = n
			r.Configs = append(r.Configs, c)
			r.Distance = append(r.Distance, distance)
			r.Depth = max(r.Depth, distance)
		}
		return n
	}
	visit(in.Initial(), 0)
	for n := 0; n < len(r.Configs) && len(r.Configs) <= limit; n++ {
		var edges []Edge
		for _, s := range in.Enabled(r.Configs[n]) {
			edges = append(edges, Edge{Step: s, To: visit(in.Apply(r.Configs[n], s), r.Distance[n]+1)})
		}
		r.Edges = append(r.Edges, edges)
		r.Transitions += len(edges)
	}
	r.States = len(r.Configs)
	r.Complete = len(r.Edges) == r.States && r.States <= limit
	if r.Complete {
		r.check()
	}
	return r
}

// component is a strongly connected component.
type component struct {
	members []int
	bottom  bool // no step leaves it
	trivial bool // one configuration without a step
}

// components computes the strongly connected components over the steps as Kosaraju does: the
// configurations in the order in which a depth-first search leaves them, then a
// search against the steps from the last one left to the first.
func (r *Result) components() []component {
	n := len(r.Configs)
	backward := make([][]int, n)
	steps := make([][]Edge, n)
	for from := range steps {
		steps[from] = r.steps(from)
	}
	for from, edges := range steps {
		for _, e := range edges {
			backward[e.To] = append(backward[e.To], from)
		}
	}

	var left []int
	seen := make([]bool, n)
	type frame struct{ node, next int }
	for root := range n {
		if seen[root] {
			continue
		}
		seen[root] = true
		stack := []frame{{root, 0}}
		for len(stack) > 0 {
			top := &stack[len(stack)-1]
			if top.next == len(steps[top.node]) {
				left = append(left, top.node)
				stack = stack[:len(stack)-1]
				continue
			}
			to := steps[top.node][top.next].To
			top.next++
			if !seen[to] {
				seen[to] = true
				stack = append(stack, frame{to, 0})
			}
		}
	}

	const none = -1
	of := make([]int, n)
	for i := range of {
		of[i] = none
	}
	var all []component
	for i := n - 1; i >= 0; i-- {
		if of[left[i]] != none {
			continue
		}
		id := len(all)
		of[left[i]] = id
		members := []int{left[i]}
		for k := 0; k < len(members); k++ {
			for _, from := range backward[members[k]] {
				if of[from] == none {
					of[from] = id
					members = append(members, from)
				}
			}
		}
		all = append(all, component{members: members, bottom: true})
	}
	for from, edges := range steps {
		for _, e := range edges {
			if of[e.To] != of[from] {
				all[of[from]].bottom = false
			}
		}
	}
	for i := range all {
		all[i].trivial = len(all[i].members) == 1 && len(steps[all[i].members[0]]) == 0
	}
	return all
}

// nearest is the smallest distance of a member of a component.
func (r *Result) nearest(c component) int {
	least := r.Distance[c.members[0]]
	for _, n := range c.members {
		least = min(least, r.Distance[n])
	}
	return least
}

// Terminals counts the configurations without a step: those where all live roles
// are final and all queues are empty, those where all are final and a queue is
// not empty, and the deadlocks.
func (r *Result) Terminals() (ok, orphan, deadlock int) {
	for n, c := range r.Configs {
		if len(r.steps(n)) > 0 {
			continue
		}
		switch {
		case !r.Interpreter.Final(c):
			deadlock++
		case queued(c) > 0:
			orphan++
		default:
			ok++
		}
	}
	return ok, orphan, deadlock
}

// queued counts the messages in all queues.
func queued(c replay.Config) int {
	n := 0
	for _, messages := range c.Queues {
		n += len(messages)
	}
	return n
}
