package cycle

import (
	"fmt"
	"slices"

	"chorcheck/lts"
)

// graph is a system given by its steps. States are numbers, spread over some words.
type graph struct {
	width   int
	actions int
	out     [][]step
	more    [][]lts.Action // enabled in a state beside the actions of its steps
}

type step struct {
	action    lts.Action
	target    int
	accepting bool
}

func (g *graph) Width() int      { return g.width }
func (g *graph) Actions() int    { return g.actions }
func (g *graph) Init() lts.State { return g.encode(0, make(lts.State, g.width)) }

func (g *graph) encode(n int, s lts.State) lts.State {
	for i := range s {
		s[i] = uint64(n) * (uint64(i)*7 + 1) >> (3 * uint(i))
	}
	s[0] = uint64(n)
	return s
}

func (g *graph) Expand(s lts.State, out *Steps) {
	n := int(s[0])
	for _, e := range g.out[n] {
		g.encode(e.target, out.Append(e.action, s))
		out.Accepting = append(out.Accepting, e.accepting)
	}
	out.Enabled = append(out.Enabled, g.enabled(n)...)
}

func (g *graph) enabled(n int) []lts.Action {
	var list []lts.Action
	for _, e := range g.out[n] {
		list = append(list, e.action)
	}
	return append(list, g.more[n]...)
}

func (f Fairness) classOf(a lts.Action) int {
	switch {
	case f.Kind == Unfair || f.forbids(a):
		return -1
	case f.Class == nil:
		return int(a)
	}
	return f.Class(a)
}

func (f Fairness) forbids(a lts.Action) bool { return f.Never != nil && f.Never(a) }

// classes are those of the actions of a graph.
func (g *graph) classes(f Fairness) map[int]bool {
	set := map[int]bool{}
	for a := range g.actions {
		if c := f.classOf(lts.Action(a)); c >= 0 {
			set[c] = true
		}
	}
	return set
}

// enables is the classes that are enabled in a state.
func (g *graph) enables(f Fairness, n int) map[int]bool {
	set := map[int]bool{}
	for _, a := range g.enabled(n) {
		if c := f.classOf(a); c >= 0 {
			set[c] = true
		}
	}
	return set
}

// numbers is all states.
func (g *graph) numbers() []int {
	var list []int
	for n := range g.out {
		list = append(list, n)
	}
	return list
}

// reachable is the set of states that can be reached from a state, by the steps that count, in
// any number of steps, at least the given one.
func (g *graph) reachable(from, least int, counts func(from int, e step) bool) map[int]bool {
	seen := map[int]bool{}
	var visit func(n int)
	visit = func(n int) {
		for _, e := range g.out[n] {
			if counts(n, e) && !seen[e.target] {
				seen[e.target] = true
				visit(e.target)
			}
		}
	}
	if least == 0 {
		seen[from] = true
	}
	visit(from)
	return seen
}

// exists says by definition whether there is a fair accepting run, and whether one goes all through
// a component. Any such run is, in the end, among states that enable certain classes only, and all those
// again and again if fairness is strong: all sets of classes are tried.
func (g *graph) exists(f Fairness) (some, all bool) {
	var classes []int // the others are enabled nowhere: no run is unfair to them
	for c := range g.classes(f) {
		if slices.ContainsFunc(g.numbers(), func(n int) bool { return g.enables(f, n)[c] }) {
			classes = append(classes, c)
		}
	}
	tries := 1
	if f.Kind == Strong {
		tries = 1 << len(classes)
	}
	start := g.reachable(0, 0, func(int, step) bool { return true })
	for try := range tries {
		allowed := map[int]bool{}
		for i, c := range classes {
			allowed[c] = f.Kind != Strong || try>>i&1 != 0
		}
		in := map[int]bool{}
		for n := range start {
			in[n] = true
			for c := range g.enables(f, n) {
				in[n] = in[n] && allowed[c]
			}
		}
		counts := func(n int, e step) bool { return in[n] && in[e.target] && !f.forbids(e.action) }
		reach := map[int]map[int]bool{}
		for n := range in {
			reach[n] = g.reachable(n, 1, counts)
		}
		for n := range in {
			if !in[n] || !reach[n][n] {
				continue
			}
			// The component of n.
			accepting := false
			taken, idle, enabled := map[int]bool{}, map[int]bool{}, map[int]bool{}
			for k := range in {
				if !reach[n][k] || !reach[k][n] {
					continue
				}
				here := g.enables(f, k)
				for _, c := range classes {
					if here[c] {
						enabled[c] = true
					} else {
						idle[c] = true
					}
				}
				for _, e := range g.out[k] {
					if counts(k, e) && reach[n][e.target] && reach[e.target][n] {
						accepting = accepting || e.accepting
						taken[f.classOf(e.action)] = true
					}
				}
			}
			good := accepting
			for _, c := range classes {
				switch f.Kind {
				case Weak:
					good = good && (idle[c] || taken[c])
				case Strong:
					good = good && (!enabled[c] || taken[c])
				}
			}
			some = some || good
			all = all || good && try == tries-1
		}
	}
	return some, all
}

// confirm checks a lasso step by step.
func (g *graph) confirm(f Fairness, r *Result) error { return g.confirmFrom(0, f, r) }

func (g *graph) confirmFrom(at int, f Fairness, r *Result) error {
	walk := func(t lts.Trace, visit func(n int, e step) error) error {
		if len(t.States) != len(t.Actions)+1 {
			return fmt.Errorf("%d states and %d actions", len(t.States), len(t.Actions))
		}
		if int(t.States[0][0]) != at {
			return fmt.Errorf("begins in %d, not in %d", t.States[0][0], at)
		}
		for i, a := range t.Actions {
			var found *step
			target := int(t.States[i+1][0])
			if !t.States[i+1].Equal(g.encode(target, make(lts.State, g.width))) {
				return fmt.Errorf("no state: %x", t.States[i+1])
			}
			for _, e := range g.out[at] {
				if e.action == a && e.target == target && (found == nil || e.accepting) {
					found = &e
				}
			}
			if found == nil {
				return fmt.Errorf("no step from %d by %d to %d", at, a, target)
			}
			if err := visit(at, *found); err != nil {
				return err
			}
			at = target
		}
		return nil
	}
	if err := walk(r.Prefix, func(int, step) error { return nil }); err != nil {
		return fmt.Errorf("prefix: %w", err)
	}
	home := at
	accepting := false
	missing := g.classes(f)
	taken, idle, enabled := map[int]bool{}, map[int]bool{}, map[int]bool{}
	err := walk(r.Cycle, func(n int, e step) error {
		if f.forbids(e.action) {
			return fmt.Errorf("action %d in the cycle", e.action)
		}
		accepting = accepting || e.accepting
		taken[f.classOf(e.action)] = true
		here := g.enables(f, n)
		for c := range missing {
			if here[c] {
				enabled[c] = true
			} else {
				idle[c] = true
			}
		}
		return nil
	})
	switch {
	case err != nil:
		return fmt.Errorf("cycle: %w", err)
	case at != home:
		return fmt.Errorf("the cycle goes from %d to %d", home, at)
	case !accepting: // in particular if there is no step
		return fmt.Errorf("the cycle is not accepting")
	}
	for c := range missing {
		if f.Kind == Weak && !idle[c] && !taken[c] || f.Kind == Strong && enabled[c] && !taken[c] {
			return fmt.Errorf("the cycle is unfair to class %d", c)
		}
	}
	return nil
}
