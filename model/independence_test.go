package model_test

import (
	"fmt"

	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"chorcheck/internal/naive"
	"chorcheck/lts"
	"chorcheck/model"
)

// promise holds the independence of a network against what lts.Independence promises,
// word for word, in configurations of a network that is small enough to be looked at
// as a graph.
type promise struct {
	net *model.Network
	ind lts.Independence
	g   *graph
	// by configuration: where each action leads. A message that vanishes makes no other action.
	to   []map[model.ActionInfo]int
	info []model.ActionInfo // by action

}

// newPromise is nil if there is nothing to look at, or too much.
func newPromise(t require.TestingT, net *model.Network, limit int) *promise {
	p := &promise{net: net, ind: net.Independence()}
	if p.ind == nil {
		return nil
	}
	if p.g = graphOf(net, limit); p.g == nil {
		return nil
	}
	for a := range net.Actions() {
		info := net.Action(lts.Action(a))
		info.Vanishes = false
		p.info = append(p.info, info)
	}
	for i := range p.g.states {
		to := map[model.ActionInfo]int{}
		for j, a := range p.g.actions[i] {
			before, known := to[p.info[a]]
			require.True(t, !known || before == p.g.to[i][j], "one action leads to two configurations")
			to[p.info[a]] = p.g.to[i][j]
		}
		p.to = append(p.to, to)
	}
	return p
}

// closure is the least closed set with a cluster.
func (p *promise) closure(i, c int) lts.ClusterSet {
	set := lts.NewClusterSet(p.ind.Clusters())
	set.Add(c)
	for todo := []int{c}; len(todo) > 0; {
		joins := lts.NewClusterSet(p.ind.Clusters())
		p.ind.Joins(p.g.states[i], todo[0], joins)
		todo = todo[1:]
		for d := range p.ind.Clusters() {
			if joins.Has(d) && !set.Has(d) {
				set.Add(d)
				todo = append(todo, d)
			}
		}
	}
	return set
}

// broken looks for a run w of clusters outside of a closed set after which the
// promise is not kept; it is empty if there is none. What is promised of the set's actions is
// promised of those of each cluster, in the least closed set with it.
func (p *promise) broken(i int) string {
	for c := range p.ind.Clusters() {
		set := p.closure(i, c)
		own := map[model.ActionInfo]bool{} // actions of the cluster in i; true: steps
		for _, a := range p.g.actions[i] {
			if p.ind.Cluster(a) == c {
				own[p.info[a]] = p.ind.IsStep(a)
			}
		}
		if why := p.others(i, c, set, own); why != "" {
			return why
		}
		for a, step := range own {
			if why := p.moves(i, c, set, a, step); why != "" {
				return why
			}
		}
	}
	return ""
}

// others looks for what is enabled only after w.
func (p *promise) others(i, c int, set lts.ClusterSet, own map[model.ActionInfo]bool) string {
	seen := map[int]bool{i: true}
	for todo := []int{i}; len(todo) > 0; {
		u := todo[0]
		todo = todo[1:]
		for j, a := range p.g.actions[u] {
			if _, enabled := own[p.info[a]]; p.ind.Cluster(a) == c && !enabled {
				return p.complain(i, set, p.info[a], "is enabled after others have moved to", u)
			}
			if to := p.g.to[u][j]; !set.Has(p.ind.Cluster(a)) && !seen[to] {
				seen[to] = true
				todo = append(todo, to)
			}
		}
	}
	return ""
}

// moves looks for a w with which an action does not commute.
func (p *promise) moves(i, c int, set lts.ClusterSet, a model.ActionInfo, step bool) string {
	type pair struct{ u, v int } // after w, and after the action and w; -1: impossible
	first := pair{i, p.to[i][a]}
	seen := map[pair]bool{first: true}
	for todo := []pair{first}; len(todo) > 0; {
		x := todo[0]
		todo = todo[1:]
		to, enabled := p.to[x.u][a]
		switch {
		case !enabled && step:
			return p.complain(i, set, a, "is disabled when others have moved to", x.u)
		case enabled && x.v < 0:
			return p.complain(i, set, a, "makes a run impossible that leads to", x.u)
		case enabled && x.v != to:
			return p.complain(i, set, a, "leads elsewhere when others have moved to", x.u)
		}
		for j, b := range p.g.actions[x.u] {
			if set.Has(p.ind.Cluster(b)) {
				continue
			}
			next := pair{p.g.to[x.u][j], -1}
			if x.v >= 0 {
				if v, ok := p.to[x.v][p.info[b]]; ok {
					next.v = v
				}
			}
			if !seen[next] {
				seen[next] = true
				todo = append(todo, next)
			}
		}
	}
	return ""
}

func (p *promise) complain(i int, set lts.ClusterSet, a model.ActionInfo, what string, u int) string {
	var clusters []int
	for c := range p.ind.Clusters() {
		if set.Has(c) {
			clusters = append(clusters, c)
		}
	}
	return fmt.Sprintf("in %s, closed set %v: %+v %s %s", p.net.DescribeState(p.g.states[i]), clusters, a, what, p.net.DescribeState(p.g.states[u]))
}

func requirePromise(t require.TestingT, net *model.Network, limit, states int) {
	p := newPromise(t, net, limit)
	if p == nil {
		return
	}
	for i := 0; i < len(p.g.states); i += 1 + len(p.g.states)/states {
		if why := p.broken(i); why != "" {
			require.Fail(t, why)
		}
	}
}

func TestIndependenceKeepsItsPromise(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := naive.Failing(false).Draw(t, "system")
		for i := range f.Automata.Scopes {
			f.Automata.Scopes[i].DiscardLate = false
		}
		for _, env := range f.Environments {
			net, err := model.NewNetwork(t.Context(), f.Automata, model.NetworkOptions{Environment: env, KeepCrashed: f.KeepCrashed})
			require.NoError(t, err)
			requirePromise(t, net, 300, 40)
		}
	})
}

func TestIndependenceWhereAllMeddle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for range 20 { // it takes more than a hundred of them to see each dependency
			f := naive.Meddling().Draw(t, "system")
			net, err := model.NewNetwork(t.Context(), f.Automata, model.NetworkOptions{Environment: f.Environments[0], KeepCrashed: f.KeepCrashed})
			require.NoError(t, err)
			requirePromise(t, net, 300, 40)
		}
	})
}

// TestIndependenceOfWhoComesBack: a sender that has crashed may come back and put a message
// before the one that its receiver is about to take.
func TestIndependenceOfWhoComesBack(t *testing.T) {
	a := naive.Network(model.Channel{Discipline: model.FIFO, Capacity: 2},
		naive.Role{Name: "A", Initial: "S", Final: "S", Transitions: "S -B!x-> S ; S -B!y-> S"},
		naive.Role{Name: "B", Initial: "T", Final: "T", Transitions: "T -A?x-> T"})
	env := model.Calm()
	env.Limit = 2
	env.Faults = []model.Fault{{Kind: model.Crash, Peer: -1, Recovers: true}, {Kind: model.Reorder, Peer: 1}}
	net, err := model.NewNetwork(t.Context(), a, model.NetworkOptions{Environment: env})
	require.NoError(t, err)
	require.NotNil(t, newPromise(t, net, 1000))
	requirePromise(t, net, 1000, 1000)
}
