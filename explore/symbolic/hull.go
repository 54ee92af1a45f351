package symbolic

import (
	"context"
	"slices"

	"chorcheck/internal/bug"
	"chorcheck/lts"
)

// Constraint is something that has to happen again and again: one of some configurations, or a step
// of some kind. A conditional one has to only if one of some other configurations is met again and again.
type Constraint struct {
	States Set     // the zero value has none
	Steps  *Choice // nil: none

	Conditional bool
	If          Set
}

// Hull is the greatest subset of a set from each of whose members some sequence of the given events, all within the subset, meets
// each constraint; of a conditional one only if the member is one of If. If one of the constraints has no
// configurations but steps, and no condition, the hull is not empty exactly if an infinite run of these events within the set
// meets all constraints.
//
// That is so with conditions, too: from a component of the hull that no other can be reached from, all that is met is met
// within, so that a run through all of it meets what it has to; and what such a run meets is never taken out. But a
// member of If on the way to the component, from where the constraint cannot be met, is taken out, so that the hull has not all
// configurations from which there is such a run.
//
// E. A. Emerson, C.-L. Lei: Efficient model checking in fragments of the propositional mu-calculus. LICS 1986; Modalities for model
// checking: branching time logic strikes back. Science of Computer Programming 8, 1987.
func (sp *Space) Hull(within Set, events *Choice, again []Constraint) (Set, error) {
	hull, err := sp.Intersect(within, within) // a set of its own
	for {
		before := hull
		for _, c := range again {
			if err != nil {
				return hull, err
			}
			if sp.IsEmpty(hull) {
				return hull, nil
			}
			var target Set
			if target, err = sp.meeting(hull, c); err != nil {
				return hull, err
			}
			if c.Conditional {
				hull, err = sp.unless(hull, target, c.If, events)
			} else {
				hull, err = events.CanReachWithin(hull, target)
			}
			target.Release()
		}
		if err != nil || sp.Equal(before, hull) {
			return hull, err
		}
	}
}

// unless leaves out the members of a condition from which the target cannot be reached.
func (sp *Space) unless(hull, target, condition Set, events *Choice) (Set, error) {
	reach, err := events.CanReachWithin(hull, target)
	if err != nil {
		return hull, err
	}
	bad, err := sp.Intersect(hull, condition)
	if err == nil {
		if bad, err = sp.Minus(bad, reach); err == nil {
			return sp.Minus(hull, bad)
		}
	}
	return hull, err
}

// meeting has the members of a set that meet a constraint, or a step of it leads from there to a member.
func (sp *Space) meeting(a Set, c Constraint) (Set, error) {
	target, err := sp.Minus(a, a)
	if err == nil && c.States != (Set{}) {
		target, err = sp.Intersect(a, c.States)
	}
	if err == nil && c.Steps != nil {
		var before Set
		if before, err = c.Steps.PreImage(a, a); err == nil {
			target, err = sp.Union(target, before)
		}
	}
	return target, err
}

// Lasso is a run to a member of a hull, and on from there through the hull back to where the cycle began, such that the cycle
// meets all constraints. Both are lists of configurations: the prefix begins with the initial one, and the cycle,
// which is not empty, leads from the last one of the prefix to itself. By tells for each step of the cycle which constraint it
// is there for: it has to be one of its steps, though others may have the same target; -1 is none.
//
// From a nearest member of the hull it goes to where the next constraint can be met soonest, until all have been, and
// back. If there is no way back, it begins again from where it is: that is behind a component that is never entered
// again, so that it ends. A conditional constraint that cannot be met any more has no condition that is met in the same
// component.
func (sp *Space) Lasso(ctx context.Context, hull Set, events *Choice, again []Constraint) (prefix, cycle []lts.State, by []int, err error) {
	before := sp.ctx
	sp.ctx = ctx
	defer func() { sp.ctx = before }()
	prefix, err = sp.Path(ctx, hull)
	if err != nil {
		return nil, nil, nil, err
	}
	for {
		cycle, by = nil, nil
		start := prefix[len(prefix)-1]
		at := start
		on := func(states []lts.State) {
			cycle = append(cycle, states...)
			by = append(by, slices.Repeat([]int{-1}, len(states))...)
			if len(cycle) > 0 {
				at = cycle[len(cycle)-1]
			}
		}
		for i, c := range again {
			way, stepped, err := sp.meet(at, hull, events, c)
			if err != nil {
				return nil, nil, nil, err
			}
			if way == nil && c.Conditional {
				continue
			}
			on(way)
			if stepped {
				by[len(by)-1] = i
			}
		}
		home, err := sp.one(start)
		if err != nil {
			return nil, nil, nil, err
		}
		way, err := sp.through(at, hull, home, events, len(cycle) == 0)
		if err != nil {
			return nil, nil, nil, err
		}
		if way != nil {
			on(way)
			return prefix, cycle, by, nil
		}
		if len(cycle) == 0 {
			bug.Panicf("symbolic: a hull without a cycle")
		}
		prefix = append(prefix, cycle...)
	}
}

// meet is a way from a member of a hull on to where a constraint has been met, perhaps by the last step; nil if there is
// none.
func (sp *Space) meet(from lts.State, hull Set, events *Choice, c Constraint) (way []lts.State, stepped bool, err error) {
	target, err := sp.meeting(hull, c)
	if err != nil {
		return nil, false, err
	}
	way, err = sp.through(from, hull, target, events, false)
	if err != nil || way == nil {
		return nil, false, err
	}
	at := from
	if len(way) > 0 {
		at = way[len(way)-1]
	}
	if c.States != (Set{}) && sp.Contains(c.States, at) {
		return way, false, nil
	}
	here, err := sp.one(at)
	if err != nil {
		return nil, false, err
	}
	next, err := c.Steps.Image(here, hull)
	if err != nil {
		return nil, false, err
	}
	return append(way, sp.Pick(next)), true, nil
}

// one is the set of one configuration.
func (sp *Space) one(s lts.State) (Set, error) {
	values := make([]uint32, len(sp.domains))
	for l := 1; l < len(sp.domains); l++ {
		d := &sp.domains[l]
		values[l] = d.number(sp.loc.Components[d.component].Read(s))
	}
	return sp.result(func() node { return sp.single(values) })
}

// through is a shortest way from a configuration through a set to a member of the target, without the first configuration;
// with at least one step, if asked. It is empty if there is nowhere to go, and nil if there is no way.
func (sp *Space) through(from lts.State, within, target Set, events *Choice, step bool) ([]lts.State, error) {
	if !step && sp.Contains(target, from) {
		return []lts.State{}, nil
	}
	layer, err := sp.one(from)
	if err != nil {
		return nil, err
	}
	layers := []Set{layer}
	seen, err := sp.Minus(layer, layer)
	for err == nil {
		if layer, err = events.Image(layer, within); err != nil {
			break
		}
		if layer, err = sp.Minus(layer, seen); err != nil {
			break
		}
		if sp.IsEmpty(layer) {
			return nil, nil
		}
		if seen, err = sp.Union(seen, layer); err != nil {
			break
		}
		layers = append(layers, layer)
		var met Set
		if met, err = sp.Intersect(layer, target); err != nil || !sp.IsEmpty(met) {
			if err == nil {
				return sp.back(layers, met, events)
			}
			break
		}
	}
	return nil, err
}

// back picks a way through layers that ends in a member of the last set.
func (sp *Space) back(layers []Set, met Set, events *Choice) ([]lts.State, error) {
	way := []lts.State{sp.Pick(met)}
	for i := len(layers) - 2; i > 0; i-- {
		here, err := sp.one(way[len(way)-1])
		if err != nil {
			return nil, err
		}
		before, err := events.PreImage(here, layers[i])
		if err != nil {
			return nil, err
		}
		way = append(way, sp.Pick(before))
	}
	slices.Reverse(way)
	return way, nil
}
