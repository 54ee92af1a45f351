package symbolic

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"chorcheck/lts"
)

// steps is a relation with so many values.
func steps(values int) *lts.Relation {
	r := &lts.Relation{}
	for v := range values - 1 {
		r.Pairs = append(r.Pairs, lts.Pair{From: uint32(v), To: uint32(v + 1)})
	}
	return r
}

// shape makes a locality of so many components with many values each, with an event
// for each edge.
func shape(size int, edges [][]int) *lts.Locality {
	loc := &lts.Locality{Components: make([]lts.Component, size)}
	relation := steps(fewValues + 1)
	for _, edge := range edges {
		var parts []lts.Part
		for _, c := range slices.Sorted(slices.Values(edge)) {
			parts = append(parts, lts.Part{Component: c, Relation: relation})
		}
		loc.Events = append(loc.Events, lts.Event{Parts: parts})
	}
	return loc
}

// counted adds a component, the last, with so many values, that all events touch.
func counted(loc *lts.Locality, values int) *lts.Locality {
	out := &lts.Locality{Components: make([]lts.Component, len(loc.Components)+1)}
	count := lts.Part{Component: len(loc.Components), Relation: steps(values)}
	for _, e := range loc.Events {
		e.Parts = append(slices.Clone(e.Parts), count)
		out.Events = append(out.Events, e)
	}
	return out
}

// star is a hub, component 0, then n roles, then a queue to and one from each.
func star(n int) (size int, edges [][]int) {
	for i := range n {
		role, to, from := 1+i, 1+n+i, 1+2*n+i
		edges = append(edges, []int{0, to}, []int{role, to}, []int{role, from}, []int{0, from})
	}
	return 1 + 3*n, edges
}

// chain is n roles, then the n-1 queues from each to the next.
func chain(n int) (size int, edges [][]int) {
	for i := range n - 1 {
		edges = append(edges, []int{i, n + i}, []int{i + 1, n + i})
	}
	return 2*n - 1, edges
}

const branchSize = 6

// saga is a hub, component 0, then n roles, then their services, then the queues: those
// to the roles from the hub, back, to the services, back.
func saga(n int) (size int, edges [][]int) {
	for i := range n {
		role, service := 1+i, 1+n+i
		to, from, ask, answer := 1+2*n+i, 1+3*n+i, 1+4*n+i, 1+5*n+i
		edges = append(edges, []int{0, to}, []int{role, to}, []int{role, from}, []int{0, from},
			[]int{role, ask}, []int{service, ask}, []int{service, answer}, []int{role, answer})
	}
	return 1 + branchSize*n, edges
}

func requireOrders(t require.TestingT, loc *lts.Locality) []Order {
	orders := Orders(loc)
	require.NotEmpty(t, orders)
	var all []int
	for c := range loc.Components {
		all = append(all, c)
	}
	seen := map[string]bool{}
	for i, o := range orders {
		require.Equal(t, all, slices.Sorted(slices.Values(o.Components)), o.Name)
		require.GreaterOrEqual(t, o.Cost, 0.0)
		require.LessOrEqual(t, o.Cost, 1.0)
		if i > 0 {
			require.LessOrEqual(t, orders[i-1].Cost, o.Cost)
		}
		require.False(t, seen[o.Name], o.Name)
		seen[o.Name] = true
		text := fmt.Sprint(o.Components)
		require.False(t, seen[text], "%s: there twice", o.Name)
		seen[text] = true
	}
	require.Equal(t, orders, Orders(loc))
	return orders
}

func TestOrdersOfRandomLocalities(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.IntRange(1, 40).Draw(t, "components")
		var edges [][]int
		for range rapid.IntRange(0, 60).Draw(t, "events") {
			edges = append(edges, rapid.SliceOfNDistinct(rapid.IntRange(0, size-1), 0, min(size, 12), rapid.ID).Draw(t, "event"))
		}
		loc := shape(size, edges)
		for range rapid.IntRange(0, 2).Draw(t, "counters") {
			loc = counted(loc, rapid.IntRange(2, 2*fewValues).Draw(t, "values"))
		}
		requireOrders(t, loc)
	})
}

func TestOrdersOfLittle(t *testing.T) {
	require.Len(t, requireOrders(t, shape(0, nil)), 1)
	require.Len(t, requireOrders(t, shape(1, nil)), 1)
	require.Len(t, requireOrders(t, shape(1, [][]int{{0}, nil})), 1)
	for _, o := range requireOrders(t, shape(5, nil)) {
		require.Zero(t, o.Cost)
	}
	// One event over all components takes every one of them for shared.
	requireOrders(t, shape(3, [][]int{{0, 1, 2}}))
}

func TestOrdersOfStar(t *testing.T) {
	for _, n := range []int{3, 7, 20} {
		best := requireOrders(t, shape(star(n)))[0]
		require.Equal(t, 0, best.Components[0], "the hub is at the top: %v", best)
		for i := range n {
			requireTogether(t, best.Components[1:], 3, 1+i, 1+n+i, 1+2*n+i)
		}
	}
}

func TestOrdersOfChain(t *testing.T) {
	for _, n := range []int{2, 10, 50} {
		orders := requireOrders(t, shape(chain(n)))
		var along []int
		for i := range n - 1 {
			along = append(along, i, n+i)
		}
		along = append(along, n-1)
		back := slices.Clone(along)
		slices.Reverse(back)
		require.Equal(t, back, orders[0].Components)
		require.Equal(t, along, orders[1].Components)
		require.Equal(t, orders[0].Cost, orders[1].Cost)
	}
}

func TestOrdersOfSaga(t *testing.T) {
	for _, n := range []int{2, 6, 20} {
		best := requireOrders(t, shape(saga(n)))[0]
		require.Equal(t, 0, best.Components[0], "the hub is at the top: %v", best)
		for i := range n {
			requireTogether(t, best.Components[1:], branchSize, 1+i, 1+n+i, 1+2*n+i, 1+3*n+i, 1+4*n+i, 1+5*n+i)
		}
	}
}

// requireTogether says that a branch fills a block of the order.
func requireTogether(t *testing.T, order []int, size int, branch ...int) {
	block := slices.Index(order, branch[0]) / size
	require.ElementsMatch(t, branch, order[block*size:(block+1)*size])
}

// The component that everything touches does not hide the shape of the rest. With few
// values it is at the bottom, with many at the top.
func TestOrdersWithSharedComponent(t *testing.T) {
	for name, make := range map[string]func(int) (int, [][]int){"star": star, "chain": chain, "saga": saga} {
		size, edges := make(8)
		loc := shape(size, edges)
		plain := requireOrders(t, loc)[0]
		h := newHypergraph(loc)

		best := requireOrders(t, counted(loc, fewValues))[0].Components
		require.Equal(t, size, best[size], name)
		require.Equal(t, plain.Cost, h.cost(h.positions(best[:size])), name)

		best = requireOrders(t, counted(loc, fewValues+1))[0].Components
		top := slices.Index(best, size)
		require.Less(t, top, 2, name) // the hub of a star may be above
		require.Equal(t, plain.Cost, h.cost(h.positions(slices.Delete(best, top, top+1))), name)
	}
}

func TestSharedComponents(t *testing.T) {
	size, edges := saga(4)
	for _, c := range []struct {
		values         int
		counters, hubs []int
	}{
		{fewValues, []int{size}, nil},
		{fewValues + 1, nil, []int{size}},
	} {
		loc := counted(shape(size, edges), c.values)
		counters, hubs := newHypergraph(loc).shared(loc)
		require.Equal(t, c.counters, counters)
		require.Equal(t, c.hubs, hubs)
	}

	// Relations that are not listed are large.
	loc := counted(shape(size, edges), 2)
	for i := range loc.Events {
		parts := loc.Events[i].Parts
		parts[len(parts)-1].Relation = &lts.Relation{Next: func(uint32) []uint32 { return nil }}
	}
	counters, hubs := newHypergraph(loc).shared(loc)
	require.Empty(t, counters)
	require.Equal(t, []int{size}, hubs)

	// Half of the edges, but most of the components.
	size, edges = star(4)
	loc = shape(size, edges)
	_, hubs = newHypergraph(loc).shared(loc)
	require.Equal(t, []int{0}, hubs)

	// No neighbours, since the edges are too wide, but most of the edges.
	edges = nil
	for i := range 3 {
		edge := []int{0}
		for v := range widest {
			edge = append(edge, 1+i*widest+v)
		}
		edges = append(edges, edge)
	}
	loc = shape(1+3*widest, edges)
	_, hubs = newHypergraph(loc).shared(loc)
	require.Equal(t, []int{0}, hubs)
}

// Many events over the same components are one edge.
func TestOrdersLookAtTheSetsOfComponents(t *testing.T) {
	h := newHypergraph(shape(3, [][]int{{0, 1}, {1, 2}, {0, 1}, {2}, {0, 1}, {0, 1}}))
	require.Equal(t, []int64{3, 1}, h.weights)
	require.Equal(t, []int32{0, 1, 1, 2}, h.pins)

	size, edges := saga(4)
	many := slices.Clone(edges)
	for range 99 {
		many = append(many, edges...)
	}
	require.Equal(t, requireOrders(t, shape(size, edges)), requireOrders(t, shape(size, many)))
}

// The numbers of the components in a chain say nothing about their places in it: FORCE
// alone mends what it can.
func TestForceShortensSpans(t *testing.T) {
	size, edges := chain(20)
	mixed := rand.New(rand.NewPCG(1, 2)).Perm(size)
	for i := range edges {
		edges[i] = []int{mixed[edges[i][0]], mixed[edges[i][1]]}
	}
	h := newHypergraph(shape(size, edges))
	written := make([]int, size)
	for i := range written {
		written[i] = i
	}
	before := slices.Clone(written)
	after := h.force(written)
	require.Equal(t, before, written)
	require.Less(t, 2*h.spans(h.positions(after)), h.spans(h.positions(before)))

	best := Orders(shape(size, edges))[0]
	require.InDelta(t, 1/float64(size), best.Cost, 1e-9, "a walk from an end finds the chain")
}

func TestCostOfOrders(t *testing.T) {
	h := newHypergraph(shape(4, [][]int{{0, 1}, {0, 2}, {0, 3}}))
	for _, c := range []struct {
		order   []int
		profile float64 // by hand
	}{
		{[]int{0, 1, 2, 3}, 3},
		{[]int{3, 2, 1, 0}, 3 + 2 + 1},
		{[]int{1, 0, 2, 3}, 1 + 2},
		{[]int{1, 2, 0, 3}, 2 + 1 + 1},
	} {
		require.InDelta(t, c.profile/12, h.cost(h.positions(c.order)), 1e-9, "%v", c.order)
	}
	h = newHypergraph(shape(4, [][]int{{0, 1, 3}, {2}}))
	require.InDelta(t, (3.0+2)/12, h.cost(h.positions([]int{0, 1, 2, 3})), 1e-9)
}

// A crash that empties many queues makes no neighbours of them.
func TestWideEventsMakeNoNeighbours(t *testing.T) {
	wide := make([]int, widest+1)
	for i := range wide {
		wide[i] = i
	}
	h := newHypergraph(shape(widest+1, [][]int{wide, {0, widest}}))
	require.Equal(t, []int32{widest}, h.neighbours()[0])
	require.Empty(t, h.neighbours()[1])
}

func BenchmarkOrders(b *testing.B) {
	const size, events = 400, 100_000
	r := rand.New(rand.NewPCG(3, 4))
	touching := func(near int) (edges [][]int) {
		for range events {
			at := r.IntN(size - near)
			edges = append(edges, []int{at, at + 1 + r.IntN(near)})
			if r.IntN(4) == 0 {
				edges[len(edges)-1] = append(edges[len(edges)-1], (at+size/2)%size)
			}
		}
		for i := range edges {
			slices.Sort(edges[i])
			edges[i] = slices.Compact(edges[i])
		}
		return edges
	}
	for name, near := range map[string]int{"few edges": 5, "all different": size - 10} {
		loc := shape(size, touching(near))
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				Orders(loc)
			}
		})
		loc = counted(loc, 3)
		b.Run(name+", counted", func(b *testing.B) {
			for b.Loop() {
				Orders(loc)
			}
		})
	}
}
