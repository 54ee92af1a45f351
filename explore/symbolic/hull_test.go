package symbolic

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"chorcheck/lts"
)

// only has the events of a reference with these bits.
func (r *reference) only(bits int) *reference {
	some := &reference{r.sys, &lts.Locality{Components: r.loc.Components, Rows: r.loc.Rows}}
	for i, e := range r.loc.Events {
		if bits>>i&1 != 0 {
			some.loc.Events = append(some.loc.Events, e)
		}
	}
	return some
}

// fair is the part of a set from which a run of some events within the set meets each constraint again and again:
// those that can come to a component in which all of them can be met.
func fair(events *reference, within states, constraints []states, steps []*reference) states {
	reachable := map[string]states{}
	for k, s := range within {
		reachable[k] = states{}
		for rest := events.image(setOf(s), false).filter(within.has); len(rest) > 0; {
			for k2, t := range rest {
				reachable[k][k2] = t
			}
			rest = events.image(rest, false).filter(func(t lts.State) bool { return within.has(t) && !reachable[k].has(t) })
		}
	}
	out := states{}
	for k, s := range within {
		component := reachable[k].filter(func(t lts.State) bool { return reachable[setOf(t).keys()[0]].has(s) })
		if len(component) == 0 {
			continue
		}
		good := true
		for i := range constraints {
			met := len(component.filter(constraints[i].has)) > 0
			for _, t := range component {
				met = met || len(steps[i].image(setOf(t), false).filter(component.has)) > 0
			}
			good = good && met
		}
		if good {
			out.add(s)
		}
	}
	return events.canReach(within, out, false)
}

func TestHull(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, sizes := draw(t)
		sp, err := Reach(context.Background(), r.sys, r.loc, Options{Order: drawOrder(t, r.loc)})
		require.NoError(t, err)
		all, _ := r.closure(setOf(r.sys.Init()), false)
		some := func(name string) (Set, states) {
			bits := rapid.Uint64().Draw(t, name)
			c := rapid.IntRange(0, len(sizes)-1).Draw(t, "component")
			holds := func(v uint32) bool { return bits>>(v%64)&1 != 0 || v%3 == 0 }
			set, err := sp.Where(sp.All(), []Guard{{Component: c, Holds: holds}})
			require.NoError(t, err)
			return set, all.filter(func(s lts.State) bool { return holds(uint32(s[c])) })
		}
		within, inside := some("within")
		bits := rapid.IntRange(0, 1<<len(r.loc.Events)-1).Draw(t, "events")
		choose := func(bits int) *Choice { return sp.Choose(func(e int) bool { return bits>>e&1 != 0 }) }
		var again []Constraint
		var sets []states
		var steps []*reference
		masks := []int{}
		for i := range rapid.IntRange(1, 3).Draw(t, "constraints") {
			mask := bits & rapid.IntRange(0, 1<<len(r.loc.Events)-1).Draw(t, "steps")
			masks = append(masks, mask)
			c, set := Constraint{Steps: choose(mask)}, states{}
			if i > 0 && rapid.Bool().Draw(t, "states") {
				c.States, set = some("states")
			}
			again, sets, steps = append(again, c), append(sets, set), append(steps, r.only(mask))
		}
		events := choose(bits)
		hull, err := sp.Hull(within, events, again)
		require.NoError(t, err)
		want := fair(r.only(bits), inside, sets, steps)
		require.Equal(t, want.keys(), members(t, sp, hull).keys())
		if len(want) == 0 {
			return
		}

		prefix, cycle, by, err := sp.Lasso(context.Background(), hull, events, again)
		require.NoError(t, err)
		require.Equal(t, r.sys.Init(), prefix[0])
		for i, s := range prefix[1:] {
			require.True(t, r.image(setOf(prefix[i]), false).has(s))
		}
		require.NotEmpty(t, cycle)
		require.Equal(t, prefix[len(prefix)-1], cycle[len(cycle)-1])
		require.Len(t, by, len(cycle))
		met := make([]bool, len(again))
		last := prefix[len(prefix)-1]
		for i, s := range cycle {
			require.True(t, want.has(s))
			if by[i] >= 0 {
				require.True(t, steps[by[i]].image(setOf(last), false).has(s))
			}
			require.True(t, r.only(bits).image(setOf(last), false).has(s))
			for i := range again {
				met[i] = met[i] || sets[i].has(s) || steps[i].image(setOf(last), false).has(s)
			}
			last = s
		}
		for i := range met {
			require.True(t, met[i], "constraint %d of %v", i, masks)
		}
	})
}

// strongComponents are the strongly connected sets of the events within a set that have steps.
func strongComponents(events *reference, within states) []states {
	reachable := map[string]states{}
	for k, s := range within {
		reachable[k] = events.within(setOf(s), within)
	}
	var out []states
	done := states{}
	for _, k := range within.keys() {
		s := within[k]
		if done.has(s) || !reachable[k].has(s) {
			continue
		}
		c := reachable[k].filter(func(t lts.State) bool { return reachable[setOf(t).keys()[0]].has(s) })
		for _, t := range c {
			done.add(t)
		}
		out = append(out, c)
	}
	return out
}

// within has what one or more events lead to from a set, all within another.
func (r *reference) within(a, bounds states) states {
	out := states{}
	for rest := r.image(a, false).filter(bounds.has); len(rest) > 0; {
		for _, t := range rest {
			out.add(t)
		}
		rest = r.image(rest, false).filter(func(t lts.State) bool { return bounds.has(t) && !out.has(t) })
	}
	return out
}

// strong has the members of the strongly connected sets in which there is a step of some events, and of each kind of others if there
// is a configuration that asks for it.
func strong(events *reference, within states, must *reference, ifs []states, steps []*reference) states {
	out := states{}
	for _, c := range strongComponents(events, within) {
		if len(must.image(c, false).filter(c.has)) == 0 {
			continue
		}
		bad := states{}
		for i := range ifs {
			for _, s := range c.filter(ifs[i].has) {
				stepped := false
				for _, t := range c {
					stepped = stepped || len(steps[i].image(setOf(t), false).filter(c.has)) > 0
				}
				if !stepped {
					bad.add(s)
				}
			}
		}
		if len(bad) > 0 {
			c = strong(events, c.filter(func(s lts.State) bool { return !bad.has(s) }), must, ifs, steps)
		}
		for _, s := range c {
			out.add(s)
		}
	}
	return out
}

// TestHullWithConditions: it is empty if there is no strongly fair run, it has all that such runs meet for ever, and the lasso in it is
// one.
func TestHullWithConditions(t *testing.T) {
	found := 0
	rapid.Check(t, func(t *rapid.T) {
		r, sizes := draw(t)
		sp, err := Reach(context.Background(), r.sys, r.loc, Options{Order: drawOrder(t, r.loc)})
		require.NoError(t, err)
		all, _ := r.closure(setOf(r.sys.Init()), false)
		every := 1<<len(r.loc.Events) - 1
		bits := rapid.IntRange(0, every).Draw(t, "events") | rapid.IntRange(0, every).Draw(t, "more events")
		choose := func(bits int) *Choice { return sp.Choose(func(e int) bool { return bits>>e&1 != 0 }) }
		first := bits & rapid.IntRange(0, every).Draw(t, "first")
		again := []Constraint{{Steps: choose(first)}}
		var ifs []states
		var steps []*reference
		for range rapid.IntRange(1, 4).Draw(t, "conditional") {
			mask := bits & rapid.IntRange(0, every).Draw(t, "steps")
			values := rapid.Uint64().Draw(t, "values") & rapid.Uint64().Draw(t, "fewer values")
			c := rapid.IntRange(0, len(sizes)-1).Draw(t, "component")
			holds := func(v uint32) bool { return values>>(v%64)&1 != 0 }
			set, err := sp.Where(sp.All(), []Guard{{Component: c, Holds: holds}})
			require.NoError(t, err)
			again = append(again, Constraint{Steps: choose(mask), Conditional: true, If: set})
			ifs, steps = append(ifs, all.filter(func(s lts.State) bool { return holds(uint32(s[c])) })), append(steps, r.only(mask))
		}
		events := choose(bits)
		hull, err := sp.Hull(sp.All(), events, again)
		require.NoError(t, err)
		want := strong(r.only(bits), all, r.only(first), ifs, steps)
		got := members(t, sp, hull)
		require.Equal(t, len(want) == 0, len(got) == 0)
		for _, s := range want {
			require.True(t, got.has(s))
		}
		if len(want) == 0 {
			return
		}
		found++
		prefix, cycle, by, err := sp.Lasso(context.Background(), hull, events, again)
		require.NoError(t, err)
		last := prefix[len(prefix)-1]
		require.Equal(t, last, cycle[len(cycle)-1])
		met, asked, accepted := make([]bool, len(ifs)), make([]bool, len(ifs)), false
		for k, s := range cycle {
			require.True(t, r.only(bits).image(setOf(last), false).has(s))
			accepted = accepted || by[k] == 0 && r.only(first).image(setOf(last), false).has(s)
			for i := range ifs {
				asked[i] = asked[i] || ifs[i].has(s)
				met[i] = met[i] || by[k] == i+1 && steps[i].image(setOf(last), false).has(s)
			}
			last = s
		}
		require.True(t, accepted)
		for i := range ifs {
			require.True(t, met[i] || !asked[i], "condition %d", i)
		}
	})
	if !testing.Short() {
		require.Greater(t, found, 5)
	}
}
