package symbolic

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"chorcheck/lts"
)

// drawRelation draws a relation over size values, listed or not; often it is a guard.
func drawRelation(t *rapid.T, size int) *lts.Relation {
	var pairs []lts.Pair
	guard := rapid.IntRange(0, 2).Draw(t, "guard") == 0
	for i := range size {
		for j := range size {
			if (i == j || !guard) && rapid.IntRange(0, 2).Draw(t, "pair") == 0 {
				pairs = append(pairs, lts.Pair{From: spread(i), To: spread(j)})
			}
		}
	}
	r := listed(pairs...)
	if rapid.IntRange(0, 3).Draw(t, "listed") == 0 {
		return &lts.Relation{Next: func(v uint32) []uint32 { return related(r, v) }}
	}
	return r
}

// spread makes values that are far apart, and not dense.
func spread(i int) uint32 { return uint32(i*i*1000 + i) }

func drawParts(t *rapid.T, sizes []int, atMost int, pool map[int][]*lts.Relation) []lts.Part {
	all := make([]int, len(sizes))
	for i := range all {
		all[i] = i
	}
	chosen := rapid.Permutation(all).Draw(t, "components")
	chosen = chosen[:rapid.IntRange(min(1, atMost), min(atMost, len(all))).Draw(t, "parts")]
	slices.Sort(chosen)
	var parts []lts.Part
	for _, c := range chosen {
		// Some relations are used many times, so that there is something to merge.
		if n := len(pool[c]); n < 2 || rapid.Bool().Draw(t, "new") {
			pool[c] = append(pool[c], drawRelation(t, sizes[c]))
		}
		parts = append(parts, lts.Part{Component: c, Relation: rapid.SampledFrom(pool[c]).Draw(t, "relation")})
	}
	return parts
}

// draw draws a system.
func draw(t *rapid.T) (r *reference, sizes []int) {
	n := rapid.IntRange(2, 6).Draw(t, "components")
	sys := &vectors{actions: 4}
	for range n {
		sizes = append(sizes, rapid.IntRange(1, 4).Draw(t, "size"))
		sys.init = append(sys.init, spread(rapid.IntRange(0, sizes[len(sizes)-1]-1).Draw(t, "init")))
	}
	loc := &lts.Locality{Components: components(n)}
	pool := map[int][]*lts.Relation{}
	starts := drawRows(t, loc, sizes)
	for range rapid.IntRange(0, 10).Draw(t, "events") {
		e := lts.Event{
			Action: lts.Action(rapid.IntRange(0, sys.actions-1).Draw(t, "action")),
			IsStep: rapid.IntRange(0, 3).Draw(t, "fault") > 0,
			Parts:  drawParts(t, sizes, 4, pool),
		}
		e.Parts = slices.DeleteFunc(e.Parts, func(p lts.Part) bool { return starts[p.Component] != 0 })
		for _, row := range loc.Rows {
			if rapid.Bool().Draw(t, "on row") {
				e.Parts = append(e.Parts, lts.Part{Component: row[0], Relation: drawPass(t, sizes[row[0]])})
			}
		}
		slices.SortFunc(e.Parts, func(a, b lts.Part) int { return a.Component - b.Component })
		if rapid.IntRange(0, 39).Draw(t, "none") == 17 {
			e.Parts = nil
		}
		loc.Events = append(loc.Events, e)
	}
	return &reference{sys, loc}, sizes
}

// drawRows makes rows of components that follow each other, with values of the same number, and gives the
// size of the row that each component is in.
func drawRows(t *rapid.T, loc *lts.Locality, sizes []int) []int {
	inRow := make([]int, len(sizes))
	for c := 0; c < len(sizes); c++ {
		size := rapid.SampledFrom([]int{0, 0, 1, 2, 3}).Draw(t, "row")
		if size == 0 || c+size > len(sizes) {
			continue
		}
		var row []int
		for i := range size {
			row = append(row, c+i)
			sizes[c+i] = max(sizes[c], sizes[c+i])
			inRow[c+i] = size
		}
		for i := range size {
			sizes[c+i] = sizes[c+size-1]
		}
		loc.Rows = append(loc.Rows, row)
		c += size - 1
	}
	return inRow
}

// drawPass draws a pass over values of a number.
func drawPass(t *rapid.T, size int) *lts.Relation {
	states := rapid.IntRange(1, 3).Draw(t, "states")
	table := map[[2]uint32][]lts.Turn{}
	for s := range states {
		for v := range size {
			for range rapid.SampledFrom([]int{1, 1, 1, 0, 2}).Draw(t, "turns") {
				key := [2]uint32{uint32(s), spread(v)}
				table[key] = append(table[key], lts.Turn{
					Value: spread(rapid.IntRange(0, size-1).Draw(t, "value")), State: uint32(rapid.IntRange(0, states-1).Draw(t, "state")),
				})
			}
		}
	}
	ends := rapid.IntRange(1, 1<<states-1).Draw(t, "ends")
	return &lts.Relation{Pass: &lts.Pass{
		States: uint32(states),
		Turn:   func(state, value uint32) []lts.Turn { return table[[2]uint32{state, value}] },
		Ends:   func(state uint32) bool { return ends>>state&1 != 0 },
	}}
}

// drawOrder draws an order that leaves rows as they are.
func drawOrder(t *rapid.T, loc *lts.Locality) []int {
	units, single := contract(loc)
	order := make([]int, len(single.Components))
	for i := range order {
		order[i] = i
	}
	var components []int
	for _, u := range rapid.Permutation(order).Draw(t, "order") {
		components = append(components, units[u]...)
	}
	return components
}

// members lists a set's members.
func members(t require.TestingT, sp *Space, a Set) states {
	set := states{}
	var last lts.State
	sp.Each(a, func(s lts.State) bool {
		assert.True(t, sp.Contains(a, s))
		if last == nil {
			assert.Equal(t, s, sp.Pick(a))
		}
		last = s
		set.add(s)
		return true
	})
	assert.Equal(t, sp.Count(a).String(), fmt.Sprint(len(set)), "count")
	assert.Equal(t, len(set) == 0, sp.IsEmpty(a))
	return set
}

// TestAgainstReference compares everything with the slow twin.
func TestAgainstReference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, sizes := draw(t)
		sp := newSpace(context.Background(), r.sys, r.loc, Options{Order: drawOrder(t, r.loc)})
		if rapid.Bool().Draw(t, "collect") {
			sp.forest.always = rapid.IntRange(1, 3).Draw(t, "always")
		}
		require.NoError(t, sp.search())
		all, layers := r.closure(setOf(r.sys.Init()), false)
		require.Equal(t, all.keys(), members(t, sp, sp.All()).keys())
		require.Equal(t, setOf(r.sys.Init()).keys(), members(t, sp, sp.Initial()).keys())
		require.NoError(t, sp.Certify(context.Background()))

		for c := range sizes {
			var values []uint32
			for _, s := range all {
				values = append(values, uint32(s[c]))
			}
			slices.Sort(values)
			require.Equal(t, slices.Compact(values), sp.Values(c))
		}

		// check compares a set with what it should be, and is the set that should be.
		check := func(what string, want states) func(Set, error) Set {
			return func(got Set, err error) Set {
				require.NoError(t, err, what)
				require.Equal(t, want.keys(), members(t, sp, got).keys(), what)
				return got
			}
		}
		// Two random sets, by guards, one of which may stick out of what can be reached.
		holds := func(what string) ([]Guard, func(lts.State) bool) {
			var guards []Guard
			if len(r.loc.Rows) > 0 && rapid.Bool().Draw(t, "of rows") {
				for range rapid.IntRange(1, 2).Draw(t, what) {
					row := rapid.SampledFrom(r.loc.Rows).Draw(t, "row")
					guards = append(guards, Guard{Component: row[0], Row: drawPass(t, sizes[row[0]]).Pass})
				}
				return guards, func(s lts.State) bool {
					return !slices.ContainsFunc(guards, func(g Guard) bool {
						return len(fire(r.loc, []lts.Part{{Component: g.Component, Relation: &lts.Relation{Pass: g.Row}}}, s)) == 0
					})
				}
			}
			for range rapid.IntRange(0, 3).Draw(t, what) {
				c := rapid.IntRange(0, len(sizes)-1).Draw(t, "component")
				bits := rapid.IntRange(0, 1<<sizes[c]-1).Draw(t, "bits")
				guards = append(guards, Guard{Component: c, Holds: func(v uint32) bool {
					i := 0
					for spread(i) != v {
						i++
					}
					return bits>>i&1 != 0
				}})
			}
			return guards, func(s lts.State) bool {
				return !slices.ContainsFunc(guards, func(g Guard) bool { return !g.Holds(uint32(s[g.Component])) })
			}
		}
		where := func(what string) (Set, states) {
			guards, yes := holds(what)
			want := all.filter(yes)
			return check(what, want)(sp.Where(sp.All(), guards)), want
		}
		a, inA := where("a")
		b, inB := where("b")
		parts := drawParts(t, sizes, len(sizes), map[int][]*lts.Relation{})
		mapped := states{}
		for _, s := range inA {
			for _, u := range fire(r.loc, parts, s) {
				mapped.add(u)
			}
		}
		m := check("map", mapped)(sp.Map(a, parts))

		check("minus", inA.filter(func(s lts.State) bool { return !inB.has(s) }))(sp.Minus(a, b))
		check("minus", mapped.filter(func(s lts.State) bool { return !inB.has(s) }))(sp.Minus(m, b))
		both := check("intersect", inA.filter(inB.has))(sp.Intersect(a, b))
		either := check("union", all.filter(func(s lts.State) bool { return inA.has(s) || inB.has(s) }))(sp.Union(a, b))
		again, err := sp.Minus(either, both)
		require.NoError(t, err)
		require.Equal(t, slices.Equal(inA.keys(), inB.keys()), sp.Equal(a, b))
		require.Equal(t, slices.Equal(inA.keys(), inB.keys()), sp.IsEmpty(again))
		again.Release()

		for _, steps := range []bool{false, true} {
			check("image", r.image(inA, steps))(sp.Image(a, steps))
			check("pre-image", r.leadsTo(all, inA, steps))(sp.PreImage(a, steps))
			check("pre-image", r.leadsTo(all, mapped, steps))(sp.PreImage(m, steps))
			check("can reach", r.canReach(all, inA, steps))(sp.CanReach(a, steps))
			check("can reach", r.canReach(all, mapped, steps))(sp.CanReach(m, steps))
			from, _ := r.closure(inA, steps)
			check("from", from)(sp.From(a, steps))
			from, _ = r.closure(mapped, steps)
			check("from", from)(sp.From(m, steps))
			check("can step", inA.filter(func(s lts.State) bool { return len(r.image(setOf(s), steps)) > 0 }))(sp.CanStep(a, steps))
			check("can step", mapped.filter(func(s lts.State) bool { return len(r.image(setOf(s), steps)) > 0 }))(sp.CanStep(m, steps))
		}
		for _, x := range []struct {
			set     Set
			members states
		}{{sp.All(), all}, {a, inA}, {m, mapped}} {
			fired, err := sp.FiredIn(x.set)
			require.NoError(t, err)
			want := make([]bool, r.sys.actions)
			for i, e := range r.loc.Events {
				enabled := x.members.filter(func(s lts.State) bool { return len(fire(r.loc, e.Parts, s)) > 0 })
				check("enabled", enabled)(sp.EnabledIn(x.set, i))
				want[e.Action] = want[e.Action] || len(enabled) > 0
			}
			for action, yes := range want {
				require.Equal(t, yes, fired.Test(uint(action)), "action %d", action)
			}
		}

		for range 2 {
			bits := rapid.IntRange(0, 1<<len(r.loc.Events)-1).Draw(t, "some events")
			some := &reference{r.sys, &lts.Locality{Components: r.loc.Components, Rows: r.loc.Rows}}
			for i, e := range r.loc.Events {
				if bits>>i&1 != 0 {
					some.loc.Events = append(some.loc.Events, e)
				}
			}
			choice := sp.Choose(func(event int) bool { return bits>>event&1 != 0 })
			check("by some", some.canReach(all, inA, false))(choice.CanReach(a))
			check("by some within", some.canReach(inB, inA.filter(inB.has), false))(choice.CanReachWithin(b, a))
			check("some forward", some.image(inA, false).filter(inB.has))(choice.Image(a, b))
			check("some backward", some.leadsTo(inB, inA, false))(choice.PreImage(a, b))
			check("some enabled", inA.filter(func(s lts.State) bool { return len(some.image(setOf(s), false)) > 0 }))(choice.EnabledIn(a))
			choice.Release()
		}

		// A shortest path has the length of the first layer with a member.
		target, inTarget := a, inA
		if rapid.Bool().Draw(t, "target") {
			target, inTarget = m, mapped
		}
		distance := slices.IndexFunc(layers, func(l states) bool { return len(l.filter(inTarget.has)) > 0 })
		path, err := sp.Path(context.Background(), target)
		require.NoError(t, err)
		require.Len(t, path, distance+1)
		for i, s := range path {
			if i == 0 {
				require.Equal(t, r.sys.Init(), s)
			} else {
				require.True(t, r.image(setOf(path[i-1]), false).has(s))
			}
		}
		if distance >= 0 {
			require.True(t, inTarget.has(path[distance]))
			again, err := sp.Path(context.Background(), target)
			require.NoError(t, err)
			require.Equal(t, path, again)
		}
		checkWalk(t, r, sp, target, all, inTarget)
		require.NoError(t, sp.Certify(context.Background()))
	})
}

// checkWalk compares a walk with the distances, and demands that it ends where it may first.
func checkWalk(t *rapid.T, r *reference, sp *Space, target Set, all, inTarget states) {
	r.sys.loc = r.loc
	walk, err := sp.Walk(context.Background(), target, 10_000)
	require.NoError(t, err)
	if len(all.filter(inTarget.has)) == 0 {
		require.Nil(t, walk)
		return
	}
	require.Equal(t, r.sys.Init(), walk.States[0])
	require.Len(t, walk.States, len(walk.Actions)+1)
	for i, s := range walk.States {
		require.Equal(t, i == len(walk.Actions), inTarget.has(s))
		if i > 0 {
			taken := setOf()
			for _, e := range r.loc.Events {
				if e.Action == walk.Actions[i-1] {
					maps.Copy(taken, setOf(fire(r.loc, e.Parts, walk.States[i-1])...))
				}
			}
			require.True(t, taken.has(s))
		}
	}
	if len(walk.Actions) > 0 {
		_, err = sp.Walk(context.Background(), target, 0)
		require.ErrorIs(t, err, ErrFar)
	}
}

// TestCollections compares spaces of larger systems with and without a collection at each
// turn.
func TestCollections(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(5, 8).Draw(t, "components")
		sys := &vectors{init: make([]uint32, n), actions: 1}
		loc := &lts.Locality{Components: components(n)}
		sizes := slices.Repeat([]int{4}, n)
		pool := map[int][]*lts.Relation{}
		for range rapid.IntRange(6, 16).Draw(t, "events") {
			step := rapid.IntRange(0, 4).Draw(t, "step") > 0
			loc.Events = append(loc.Events, lts.Event{IsStep: step, Parts: drawParts(t, sizes, 3, pool)})
		}
		results := func(always int) (counts []string) {
			sp := newSpace(context.Background(), sys, loc, Options{})
			sp.forest.always = always
			require.NoError(t, sp.search())
			require.NoError(t, sp.Certify(context.Background()))
			note := func(s Set, err error) Set {
				require.NoError(t, err)
				counts = append(counts, sp.Count(s).String())
				return s
			}
			some := note(sp.Where(sp.All(), []Guard{{Component: n / 2, Holds: func(v uint32) bool { return v == 0 }}}))
			last := note(sp.Minus(sp.All(), some))
			note(sp.CanReach(last, true))
			note(sp.From(some, true))
			note(sp.CanStep(sp.All(), true))
			note(sp.Union(note(sp.Image(last, false)), note(sp.PreImage(some, false))))
			path, err := sp.Path(context.Background(), last)
			require.NoError(t, err)
			return append(counts, fmt.Sprint(len(path)))
		}
		want := results(0)
		require.Equal(t, want, results(1))
		require.Equal(t, want, results(rapid.IntRange(2, 20).Draw(t, "always")))
	})
}

// TestCertifyFindsGaps takes configurations out of a space.
func TestCertifyFindsGaps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, sizes := draw(t)
		sp, err := Reach(context.Background(), r.sys, r.loc, Options{Order: drawOrder(t, r.loc)})
		require.NoError(t, err)
		all, _ := r.closure(setOf(r.sys.Init()), false)
		n := rapid.IntRange(0, len(all)-1).Draw(t, "gap")
		gap := sp.Initial()
		sp.Each(sp.All(), func(s lts.State) bool {
			if n--; n < 0 {
				var guards []Guard
				for c := range sizes {
					guards = append(guards, Guard{Component: c, Holds: func(v uint32) bool { return uint64(v) == s[c] }})
				}
				gap, err = sp.Where(sp.All(), guards)
				require.NoError(t, err)
			}
			return n >= 0
		})
		rest, err := sp.Minus(sp.All(), gap)
		require.NoError(t, err)
		sp.all.root.node = sp.node(rest)
		// Each configuration but the initial one has a predecessor, perhaps only itself.
		require.Error(t, sp.Certify(context.Background()))
	})
}

// mirrored has n pairs of components that are always equal, and all first ones before all second
// ones: nothing is worse than that. They change in any order.
func mirrored(n int) (*vectors, *lts.Locality) {
	sys := &vectors{init: make([]uint32, 2*n), actions: 1}
	loc := &lts.Locality{Components: components(2 * n)}
	flip := listed(lts.Pair{From: 0, To: 1}, lts.Pair{From: 1, To: 0})
	for i := range n {
		loc.Events = append(loc.Events, lts.Event{IsStep: true, Parts: []lts.Part{{Component: i, Relation: flip}, {Component: n + i, Relation: flip}}})
	}
	return sys, loc
}

// TestMemory searches with hardly any memory: results are the same, or ErrMemory.
func TestMemory(t *testing.T) {
	const least = 100 << 10 // that is taken in any case
	failed, collected := 0, 0
	try := func(sys lts.System, loc *lts.Locality, order []int, count string, nodes int) {
		for _, budget := range []int64{0, 1 << 10, least, 150 << 10, 170 << 10, 190 << 10, 250 << 10, 400 << 10} {
			sp, err := Reach(context.Background(), sys, loc, Options{Memory: budget, Order: order})
			if budget != 0 && err != nil {
				require.ErrorIs(t, err, ErrMemory)
				failed++
				continue
			}
			require.NoError(t, err)
			stats := sp.Statistics()
			assert.Equal(t, count, sp.Count(sp.All()).String())
			assert.NoError(t, sp.Certify(context.Background()))
			assert.Equal(t, nodes, stats.Nodes)
			if budget != 0 {
				assert.LessOrEqual(t, stats.PeakBytes, max(budget, least))
			}
			assert.GreaterOrEqual(t, stats.PeakBytes, stats.Bytes)
			assert.GreaterOrEqual(t, stats.PeakNodes, stats.Nodes)
			if stats.Collections > 0 {
				collected++
			}
		}
	}
	for n := 5; n <= 11; n++ {
		sys, loc := mirrored(n)
		try(sys, loc, nil, power(2, n).String(), 3<<n-2)
	}
	for n := 4; n <= 7; n++ {
		sys, loc := pipeline(n)
		count := power(2, n)
		try(sys, loc, bad(n), count.Mul(count, power(3, n-1)).String(), 2*n)
	}
	assert.Greater(t, failed, 2)
	assert.Greater(t, collected, 2)
}

// TestAfterErrMemory goes on with a space after an operation has failed.
func TestAfterErrMemory(t *testing.T) {
	sys, loc := mirrored(12)
	sp, err := Reach(context.Background(), sys, loc, Options{Order: interleaved(12)})
	require.NoError(t, err)
	f := sp.forest
	f.budget = f.bytes()
	// All subsets of the pairs, in a relation to the first halves that has no small diagram.
	flip := listed(lts.Pair{From: 0, To: 1}, lts.Pair{From: 1, To: 1})
	var failure error
	set := sp.Initial()
	for i := 0; i < 12 && failure == nil; i++ {
		var image, union Set
		if image, failure = sp.Map(set, []lts.Part{{Component: i, Relation: flip}, {Component: 23 - i, Relation: flip}}); failure != nil {
			break
		}
		if union, failure = sp.Union(set, image); failure == nil {
			set = union
		}
	}
	require.ErrorIs(t, failure, ErrMemory)
	assert.Empty(t, f.stack)
	for i := range f.frames {
		assert.Empty(t, f.frames[i].present)
		assert.Empty(t, f.frames[i].queue)
		assert.NotContains(t, f.frames[i].queued, true)
		for _, n := range f.frames[i].children {
			require.Zero(t, n)
		}
	}
	f.budget = 0
	live, err := sp.CanReach(sp.Initial(), true)
	require.NoError(t, err)
	assert.True(t, sp.Equal(live, sp.All()))
	assert.Equal(t, "4096", sp.Count(live).String())
	require.NoError(t, sp.Certify(context.Background()))
}

// interleaved is the order that mirrored asks for.
func interleaved(n int) []int {
	var order []int
	for i := range n {
		order = append(order, i, n+i)
	}
	return order
}

// bad is an order that keeps queues far from their machines.
func bad(n int) []int {
	var order []int
	for i := 0; i < 2*n-1; i += 2 {
		order = append(order, i)
	}
	for i := 1; i < 2*n-1; i += 2 {
		order = append(order, i)
	}
	return order
}

func TestCancelled(t *testing.T) {
	sys, loc := pipeline(10)
	ctx, cancel := context.WithCancel(context.Background())
	seen := 0
	_, err := Reach(ctx, sys, loc, Options{Order: bad(10), Progress: func(Progress) {
		seen++
		cancel()
	}})
	require.ErrorIs(t, err, context.Canceled)
	require.Positive(t, seen)
	_, err = Reach(ctx, sys, loc, Options{})
	require.ErrorIs(t, err, context.Canceled)

	sp, err := Reach(context.Background(), sys, loc, Options{Order: bad(10)})
	require.NoError(t, err)
	require.ErrorIs(t, sp.Certify(ctx), context.Canceled)
	_, err = sp.Path(ctx, sp.All())
	require.ErrorIs(t, err, context.Canceled)
	rest, err := sp.Minus(sp.All(), sp.Initial())
	require.NoError(t, err)
	before := len(sp.forest.roots)
	_, err = sp.Path(ctx, rest)
	require.ErrorIs(t, err, context.Canceled)
	require.Len(t, sp.forest.roots, before)
	_, err = sp.CanReach(rest, true)
	require.NoError(t, err, "the context of Path is for Path alone")
}

// TestFar allows fewer nodes than distances need.
func TestFar(t *testing.T) {
	sys, loc := pipeline(10)
	sp, err := Reach(context.Background(), sys, loc, Options{DistanceNodes: 5})
	require.NoError(t, err)
	rest, err := sp.Minus(sp.All(), sp.Initial())
	require.NoError(t, err)
	for range 2 {
		_, err = sp.Path(context.Background(), rest)
		require.ErrorIs(t, err, ErrFar)
	}
}

// TestWork allows less work than the search needs.
func TestWork(t *testing.T) {
	sys, loc := pipeline(12)
	_, err := Reach(context.Background(), sys, loc, Options{Order: bad(12), Work: 10})
	require.ErrorIs(t, err, ErrWork)
}

// TestNoComponents has one configuration, the empty one.
func TestNoComponents(t *testing.T) {
	sys := &vectors{actions: 1}
	sp, err := Reach(context.Background(), sys, &lts.Locality{Events: []lts.Event{{IsStep: true}}}, Options{})
	require.NoError(t, err)
	assert.Equal(t, "1", sp.Count(sp.All()).String())
	assert.NoError(t, sp.Certify(context.Background()))
	fired, err := sp.FiredIn(sp.All())
	require.NoError(t, err)
	assert.True(t, fired.Test(0))
	image, err := sp.Image(sp.All(), true)
	require.NoError(t, err)
	assert.True(t, sp.Equal(image, sp.Initial()))
}

func TestReleased(t *testing.T) {
	sys, loc := pipeline(2)
	sp, err := Reach(context.Background(), sys, loc, Options{})
	require.NoError(t, err)
	a, b := sp.All(), sp.Initial()
	a.Release()
	assert.Panics(t, func() { sp.Count(a) })
	assert.Panics(t, a.Release)
	assert.Equal(t, "1", sp.Count(b).String())
	other, err := Reach(context.Background(), sys, loc, Options{})
	require.NoError(t, err)
	assert.Panics(t, func() { other.Count(b) })
	b.Release()
	sp.Close()
}

// pipeline is a row of n relays with two states, and queues with up to two messages between
// them. A relay that has nothing takes a message, and passes it on.
func pipeline(n int) (*vectors, *lts.Locality) {
	sys := &vectors{init: make([]uint32, 2*n-1), actions: n}
	loc := &lts.Locality{Components: components(2*n - 1)}
	up := func(max uint32) *lts.Relation {
		return &lts.Relation{Next: func(v uint32) []uint32 {
			if v >= max {
				return nil
			}
			return []uint32{v + 1}
		}}
	}
	take := listed(lts.Pair{From: 0, To: 1})
	pass := listed(lts.Pair{From: 1, To: 0})
	put := up(2)
	get := listed(lts.Pair{From: 1, To: 0}, lts.Pair{From: 2, To: 1})
	for i := range n {
		in := []lts.Part{{Component: 2 * i, Relation: take}}
		if i > 0 {
			in = slices.Insert(in, 0, lts.Part{Component: 2*i - 1, Relation: get})
		}
		out := []lts.Part{{Component: 2 * i, Relation: pass}}
		if i < n-1 {
			out = append(out, lts.Part{Component: 2*i + 1, Relation: put})
		}
		loc.Events = append(loc.Events,
			lts.Event{Action: lts.Action(i), IsStep: true, Parts: in},
			lts.Event{Action: lts.Action(i), IsStep: true, Parts: out})
	}
	return sys, loc
}

// TestPipeline knows the count: all values of all components can be reached.
func TestPipeline(t *testing.T) {
	for _, n := range []int{1, 2, 5, 40} {
		sys, loc := pipeline(n)
		sp, err := Reach(context.Background(), sys, loc, Options{})
		require.NoError(t, err)
		want := power(2, n)
		want.Mul(want, power(3, n-1))
		assert.Equal(t, want.String(), sp.Count(sp.All()).String())
		live, err := sp.CanReach(sp.Initial(), true)
		require.NoError(t, err)
		assert.True(t, sp.Equal(live, sp.All()))
		assert.NoError(t, sp.Certify(context.Background()))
		stats := sp.Statistics()
		assert.Equal(t, 2*n-1, stats.Nodes-1, "one node a level, and the bottom")
	}
}

// TestLargeDomain has a counter with many values, beside a switch that must be on.
func TestLargeDomain(t *testing.T) {
	const size = 1500
	sys := &vectors{init: []uint32{0, 0}, actions: 1}
	loc := &lts.Locality{Components: components(2), Events: []lts.Event{
		{IsStep: true, Parts: []lts.Part{
			{Component: 0, Relation: &lts.Relation{Next: func(v uint32) []uint32 {
				if v < size {
					return []uint32{v + 1}
				}
				return nil
			}}},
			{Component: 1, Relation: listed(lts.Pair{From: 1, To: 1})},
		}},
		{Parts: []lts.Part{{Component: 1, Relation: listed(lts.Pair{From: 0, To: 1})}}},
	}}
	for _, order := range [][]int{{0, 1}, {1, 0}} {
		sp, err := Reach(context.Background(), sys, loc, Options{Order: order})
		require.NoError(t, err)
		assert.Equal(t, size+2, int(sp.Count(sp.All()).Int64()))
		require.NoError(t, sp.Certify(context.Background()))
		last, err := sp.Where(sp.All(), []Guard{{Component: 0, Holds: func(v uint32) bool { return v == size }}})
		require.NoError(t, err)
		can, err := sp.CanReach(last, true)
		require.NoError(t, err)
		assert.Equal(t, size+1, int(sp.Count(can).Int64()), "the switch is no step")
	}

	const memory = 1 << 20
	sp, err := Reach(context.Background(), sys, loc, Options{Order: []int{0, 1}, Memory: memory})
	require.NoError(t, err)
	for below := range size + 1 {
		var none Set
		if none, err = sp.Where(sp.All(), []Guard{
			{Component: 0, Holds: func(v uint32) bool { return v > 0 && v <= uint32(below) }}, {Component: 1, Holds: func(v uint32) bool { return v == 0 }},
		}); err != nil || below == size {
			break
		}
		assert.True(t, sp.IsEmpty(none))
	}
	assert.ErrorIs(t, err, ErrMemory, "guards count")
}

func TestErrorsAreKept(t *testing.T) {
	sp := &Space{forest: newForest(1, 0)}
	var err error
	func() {
		defer sp.rescue(&err)
		panic(abort{ErrMemory})
	}()
	require.ErrorIs(t, err, ErrMemory)
	require.PanicsWithError(t, "else", func() {
		defer sp.rescue(&err)
		panic(errors.New("else"))
	})
}

// TestImport copies sets into a space with one more component.
func TestImport(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, sizes := draw(t)
		order := drawOrder(t, r.loc)
		sp, err := Reach(context.Background(), r.sys, r.loc, Options{Order: order})
		require.NoError(t, err)
		n := len(sizes)
		loc := *r.loc
		loc.Components = components(n + 1)
		for i := range loc.Events { // the new component counts to 2
			loc.Events = slices.Clone(loc.Events)
			loc.Events[i].Parts = append(slices.Clone(loc.Events[i].Parts), lts.Part{
				Component: n, Relation: listed(lts.Pair{From: 0, To: 1}, lts.Pair{From: 1, To: 2}, lts.Pair{From: 2, To: 2}),
			})
		}
		at := rapid.IntRange(0, 1).Draw(t, "at") * n
		sys := &vectors{init: append(slices.Clone(r.sys.init), 0), actions: r.sys.actions}
		more, err := Reach(context.Background(), sys, &loc, Options{Order: slices.Insert(slices.Clone(order), at, n)})
		require.NoError(t, err)
		c := rapid.IntRange(0, n-1).Draw(t, "component")
		some, err := sp.Where(sp.All(), []Guard{{Component: c, Holds: func(v uint32) bool { return v%2 == 0 }}})
		require.NoError(t, err)
		copied, err := more.Import(sp, some)
		require.NoError(t, err)
		want := states{}
		for _, s := range members(t, sp, some) {
			for _, v := range more.domains[more.levels[n]].values {
				x := append(s.Clone(), 0)
				x[n] = uint64(v)
				want.add(x)
			}
		}
		require.Equal(t, want.keys(), members(t, more, copied).keys())
	})
}
