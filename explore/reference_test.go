package explore

import (
	"fmt"
	"slices"

	"pgregory.net/rapid"

	"chorcheck/lts"
)

// graph is a system given by its edges. Node 0 is the initial one; words[i] is
// the state of node i.
type graph struct {
	width, actions int
	words          []lts.State
	edges          [][]edge
	marks          []lts.Marks
	number         map[string]int
}

type edge struct {
	action lts.Action
	to     int
}

func key(s lts.State) string { return fmt.Sprint([]uint64(s)) }

func (g *graph) Width() int      { return g.width }
func (g *graph) Actions() int    { return g.actions }
func (g *graph) Init() lts.State { return g.words[0].Clone() }

func (g *graph) Next(s lts.State, out *lts.Steps) lts.Marks {
	i := g.number[key(s)]
	for _, e := range g.edges[i] {
		out.Append(e.action, g.words[e.to])
	}
	return g.marks[i]
}

// drawGraph makes random graphs: sparse and dense ones, with few ends or many,
// with states of all kinds, zero among them.
func drawGraph(t *rapid.T) *graph {
	g := &graph{
		width:   rapid.IntRange(1, 4).Draw(t, "width"),
		actions: rapid.IntRange(1, 70).Draw(t, "actions"),
		number:  map[string]int{},
	}
	n := rapid.IntRange(1, 60).Draw(t, "nodes")
	word := rapid.OneOf(rapid.Uint64Range(0, 3), rapid.Uint64(), rapid.Just(^uint64(0)))
	for i := 0; len(g.words) < n; i++ {
		s := make(lts.State, g.width)
		for j := range s {
			s[j] = word.Draw(t, "word")
		}
		if i > 4*n {
			s[0] = uint64(i) << 20
		}
		if _, ok := g.number[key(s)]; !ok {
			g.number[key(s)] = len(g.words)
			g.words = append(g.words, s)
		}
	}
	degree := rapid.IntRange(1, 4).Draw(t, "degree")
	reach := rapid.IntRange(0, n).Draw(t, "back") // how far back edges go
	for i := range n {
		var list []edge
		for range rapid.IntRange(0, degree).Draw(t, "edges") {
			e := edge{
				action: lts.Action(rapid.IntRange(0, g.actions-1).Draw(t, "action")),
				to:     rapid.IntRange(max(0, i-reach), n-1).Draw(t, "to"),
			}
			list = append(list, e)
			if rapid.IntRange(0, 9).Draw(t, "twice") == 0 {
				list = append(list, e)
			}
		}
		g.edges = append(g.edges, list)
		g.marks = append(g.marks, lts.Marks(rapid.IntRange(0, 2).Draw(t, "marks")))
	}
	return g
}

// distances is the naive search.
func (g *graph) distances() []int {
	dist := make([]int, len(g.words))
	for i := range dist {
		dist[i] = -1
	}
	dist[0] = 0
	for queue := []int{0}; len(queue) > 0; queue = queue[1:] {
		for _, e := range g.edges[queue[0]] {
			if dist[e.to] < 0 {
				dist[e.to] = dist[queue[0]] + 1
				queue = append(queue, e.to)
			}
		}
	}
	return dist
}

// trace follows the definition of the least shortest run backwards.
func (g *graph) trace(dist []int, target int) lts.Trace {
	tr := lts.Trace{States: []lts.State{g.words[target]}}
	for at := target; dist[at] > 0; {
		best, action := -1, lts.Action(0)
		for i := range g.words {
			if dist[i] != dist[at]-1 {
				continue
			}
			for _, e := range g.edges[i] {
				if e.to != at {
					continue
				}
				if best < 0 || g.words[i].Compare(g.words[best]) < 0 || i == best && e.action < action {
					best, action = i, e.action
				}
			}
		}
		tr.States = append(tr.States, g.words[best])
		tr.Actions = append(tr.Actions, action)
		at = best
	}
	slices.Reverse(tr.States)
	slices.Reverse(tr.Actions)
	return tr
}

// bottoms are the bottom components by transitive closure, as text.
func (g *graph) bottoms(dist []int, keep func(lts.Action) bool) []string {
	n := len(g.words)
	reach := make([][]bool, n)
	for i := range reach {
		reach[i] = make([]bool, n)
		for _, e := range g.edges[i] {
			if keep == nil || keep(e.action) {
				reach[i][e.to] = true
			}
		}
	}
	for k := range n {
		for i := range n {
			for j := range n {
				reach[i][j] = reach[i][j] || reach[i][k] && reach[k][j]
			}
		}
	}
	type found struct {
		depth   int
		states  []lts.State
		trivial bool
	}
	var all []found
	for i := range n {
		if dist[i] < 0 {
			continue
		}
		f := found{depth: dist[i], trivial: !slices.Contains(reach[i], true)}
		first, bottom := true, true
		for j := range n {
			if j == i || reach[i][j] {
				bottom = bottom && (j == i || reach[j][i])
				first = first && j >= i
				f.states = append(f.states, g.words[j])
				f.depth = min(f.depth, dist[j])
			}
		}
		if bottom && first && (!f.trivial || keep != nil) {
			all = append(all, f)
		}
	}
	lines := make([]string, len(all))
	least := make([]lts.State, len(all))
	order := make([]int, len(all))
	for i, f := range all {
		order[i] = i
		for _, s := range f.states {
			if dist[g.number[key(s)]] == f.depth && (least[i] == nil || s.Compare(least[i]) < 0) {
				least[i] = s
			}
		}
		slices.SortFunc(f.states, lts.State.Compare)
		lines[i] = fmt.Sprintln(f.depth, f.trivial, least[i], f.states)
	}
	slices.SortFunc(order, func(a, b int) int {
		if d := all[a].depth - all[b].depth; d != 0 {
			return d
		}
		return least[a].Compare(least[b])
	})
	var out []string
	for _, i := range order {
		out = append(out, lines[i])
	}
	return out
}
