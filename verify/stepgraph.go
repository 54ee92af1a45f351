package verify

import (
	"context"
	"math"

	"chorcheck/lts"
	"chorcheck/model"
)

// stepGraph is a small state space with all its steps and faults, for analyses that
// look at it as a graph. Configurations are numbered in breadth-first order.
type stepGraph struct {
	net      *model.Network
	width    int
	words    []uint64     // width words a configuration
	start    []uint32     // by configuration: where its edges begin; one entry more than configurations
	to       []uint32     // by edge
	action   []lts.Action // by edge
	complete bool         // no limit cut it short
	table    []uint32     // numbers plus 1, by hash
	reverse  [][]backEdge // made when it is needed
}

// backEdge is an edge, seen from its end.
type backEdge struct{ from, edge int }

// newStepGraph explores sys, which is net or a reduction of it, until there are more than limit configurations, or bytes of
// memory (0: no limit), or ctx ends.
func newStepGraph(ctx context.Context, net *model.Network, sys lts.System, limit int, bytes int64) *stepGraph {
	g := &stepGraph{net: net, width: net.Width(), table: make([]uint32, 1<<10)}
	limit = min(limit, math.MaxUint32/2)
	g.visit(net.Init())
	steps := lts.NewSteps(g.width)
	g.start = append(g.start, 0)
	for i := 0; i < g.states(); i++ {
		if i&0x3ff == 0 && (ctx.Err() != nil || bytes > 0 && g.bytes() > bytes) || g.states() > limit {
			return g
		}
		steps.Reset()
		sys.Next(g.state(i), steps)
		for k, a := range steps.Actions {
			g.to = append(g.to, uint32(g.visit(steps.Target(k))))
			g.action = append(g.action, a)
		}
		g.start = append(g.start, uint32(len(g.to)))
	}
	g.complete = true
	return g
}

func (g *stepGraph) states() int { return len(g.words) / g.width }

// explored is the number of configurations whose edges are known.
func (g *stepGraph) explored() int { return len(g.start) - 1 }

func (g *stepGraph) state(i int) lts.State { return lts.State(g.words[i*g.width : (i+1)*g.width]) }

// before lists the edges that lead to a configuration.
func (g *stepGraph) before(i int) []backEdge {
	if g.reverse == nil {
		g.reverse = make([][]backEdge, g.states())
		for from := range g.explored() {
			for e := g.start[from]; e < g.start[from+1]; e++ {
				g.reverse[g.to[e]] = append(g.reverse[g.to[e]], backEdge{from, int(e)})
			}
		}
	}
	return g.reverse[i]
}

func (g *stepGraph) bytes() int64 {
	return int64(cap(g.words))*8 + int64(cap(g.start)+cap(g.to)+cap(g.action)+cap(g.table))*4
}

// visit gives the number of a configuration, a new one if it has none yet.
func (g *stepGraph) visit(s lts.State) int {
	if 2*g.states() >= len(g.table) {
		g.grow()
	}
	slot := g.slot(s)
	if g.table[slot] == 0 {
		g.words = append(g.words, s...)
		g.table[slot] = uint32(g.states())
	}
	return int(g.table[slot]) - 1
}

// slot is where a configuration stands in the table, or where it would.
func (g *stepGraph) slot(s lts.State) int {
	h := uint64(0)
	for _, w := range s {
		h = (h ^ w) * 0x9e3779b97f4a7c15
		h ^= h >> 29
	}
	mask := len(g.table) - 1
	slot := int(h) & mask
	for g.table[slot] != 0 && !g.state(int(g.table[slot])-1).Equal(s) {
		slot = (slot + 1) & mask
	}
	return slot
}

func (g *stepGraph) grow() {
	g.table = make([]uint32, 2*len(g.table))
	for i := range g.states() {
		g.table[g.slot(g.state(i))] = uint32(i + 1)
	}
}

// components numbers the strongly connected components over the edges that keep
// accepts, in such an order that an edge leads to a component with a number that is not
// greater. It gives the component of each configuration, and their number.
//
// This is Tarjan's algorithm with an explicit stack.
func (g *stepGraph) components(keep func(lts.Action) bool) (of []uint32, count int) {
	n := g.explored()
	of = make([]uint32, n)
	order := make([]uint32, n) // 0: not visited; all bits: its component is known
	low := make([]uint32, n)
	var open []uint32
	type frame struct{ state, edge uint32 }
	var frames []frame
	visited := uint32(0)
	enter := func(i uint32) {
		visited++
		order[i], low[i] = visited, visited
		open = append(open, i)
		frames = append(frames, frame{i, g.start[i]})
	}
	for root := range n {
		if order[root] != 0 {
			continue
		}
		enter(uint32(root))
		for len(frames) > 0 {
			f := &frames[len(frames)-1]
			i := f.state
			if f.edge < g.start[i+1] {
				e := f.edge
				f.edge++
				if !keep(g.action[e]) {
					continue
				}
				switch to := g.to[e]; {
				case order[to] == 0:
					enter(to)
				case order[to] != math.MaxUint32:
					low[i] = min(low[i], order[to])
				}
				continue
			}
			frames = frames[:len(frames)-1]
			if len(frames) > 0 {
				up := frames[len(frames)-1].state
				low[up] = min(low[up], low[i])
			}
			if low[i] < order[i] {
				continue
			}
			for {
				last := open[len(open)-1]
				open = open[:len(open)-1]
				order[last] = math.MaxUint32
				of[last] = uint32(count)
				if last == i {
					break
				}
			}
			count++
		}
	}
	return of, count
}
