package verify

import (
	"context"
	"slices"

	"chorcheck/internal/bug"
	"chorcheck/lts"
	"chorcheck/model"
	"chorcheck/verify/replay"
)

// StateGraph is the state space of a small network as a graph, in words.
type StateGraph struct {
	States []SpaceState // in breadth-first order; the first one is the initial one
	Edges  []SpaceEdge  // by the states that they leave, in the order of the network's steps
	// Seen is the number of configurations that were met. If there are more of them than were asked for, States
	// and Edges are nil; then Counted says whether those that were met are all.
	Seen    int
	Counted bool
	// Unknown says why the graph cannot be known, and is not given; empty if it can.
	Unknown string
}

// SpaceState is a configuration.
type SpaceState struct {
	Configuration
	Final    bool           // all live roles are in final local states
	Deadlock bool           // no step is possible, and it is not final
	Blocked  []model.RoleID // live roles that are not final and have no step any more, whatever the others do, if nothing else fails
}

// SpaceEdge leads from one state to another one, by their numbers.
type SpaceEdge struct {
	From, To int
	Action   string // "Customer -> Shop: order", "Bank crashes"
	Fault    bool   // the environment does it, or takes it back; else it is a step
}

// mostSeen is the number of configurations up to which they are counted.
const mostSeen = 100_000

// States explores the network of automata in one environment, and puts it into words if it has no more than most
// configurations. The error is a *model.LimitError, or that of ctx.
func States(ctx context.Context, a *model.Automata, env *model.Environment, keepCrashed bool, most int) (*StateGraph, error) {
	net, err := model.NewNetwork(ctx, a, model.NetworkOptions{Environment: env, KeepCrashed: keepCrashed})
	if err != nil {
		return nil, err
	}
	g := newStepGraph(ctx, net, net, mostSeen, 0)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	out := &StateGraph{Seen: g.states(), Counted: g.complete}
	if !g.complete || g.states() > most {
		return out, nil
	}
	steps := lts.NewSteps(g.width)
	var quiet []bool
	for i := range g.states() {
		steps.Reset()
		if net.Next(g.state(i), steps)&model.MarkConfused != 0 {
			out.Unknown = confusedReason
			return out, nil
		}
		quiet = append(quiet, !slices.ContainsFunc(steps.Actions, net.IsStep))
	}
	v := newVerifier(ctx, a, env, net, Options{KeepCrashed: keepCrashed})
	v.words(g, out)
	for i, blocked := range g.blocked() {
		s := &out.States[i]
		s.Final, s.Blocked = net.Final(g.state(i)), blocked
		s.Deadlock = quiet[i] && !s.Final
	}
	return out, nil
}

// words puts configurations and actions into words. The interpreter follows along the edges by which
// configurations are met first; it may do so in several ways, see rerun.
func (v *verifier) words(g *stepGraph, out *StateGraph) {
	configs := make([][]replay.Config, g.states())
	configs[0] = []replay.Config{v.oracle.Initial()}
	for i := range g.states() {
		out.States = append(out.States, SpaceState{Configuration: v.oracle.DescribeConfig(configs[i][0])})
		for e := g.start[i]; e < g.start[i+1]; e++ {
			action, to := g.action[e], int(g.to[e])
			next, steps := v.follow(configs[i], v.ref(v.net.Action(action)))
			if len(next) == 0 {
				bug.Panicf("a step of the network cannot be replayed: %s", v.net.DescribeAction(action))
			}
			if configs[to] == nil {
				configs[to] = next
			}
			out.Edges = append(out.Edges, SpaceEdge{i, to, v.oracle.Describe(steps[0]), !v.net.IsStep(action)})
		}
		configs[i] = nil
	}
}

// follow gives the configurations to which a step leads, each once, and the step in all of its ways.
func (v *verifier) follow(configs []replay.Config, ref replay.Ref) (next []replay.Config, steps []replay.Step) {
	seen := map[string]bool{}
	for _, c := range configs {
		for _, s := range v.oracle.Enabled(c) {
			if !s.Matches(ref) || len(next) == mostRuns {
				continue
			}
			to := v.oracle.Apply(c, s)
			if key := to.Key(); !seen[key] {
				seen[key] = true
				next, steps = append(next, to), append(steps, s)
			}
		}
	}
	return next, steps
}

// blocked gives, for each configuration, the roles that are live, not final, and without a step in all
// continuations without faults.
func (g *stepGraph) blocked() [][]model.RoleID {
	blocked := make([][]model.RoleID, g.states())
	for r := range g.net.Automata().Roles {
		role := model.RoleID(r)
		can := make([]bool, g.states())
		var todo []int
		mark := func(i int) {
			if !can[i] {
				can[i] = true
				todo = append(todo, i)
			}
		}
		for i := range g.states() {
			for _, a := range g.action[g.start[i]:g.start[i+1]] {
				if g.net.IsStep(a) && takesPart(g.net.Action(a), role) {
					mark(i)
				}
			}
		}
		for len(todo) > 0 {
			last := todo[len(todo)-1]
			todo = todo[:len(todo)-1]
			for _, b := range g.before(last) {
				if g.net.IsStep(g.action[b.edge]) {
					mark(b.from)
				}
			}
		}
		machine := &g.net.Automata().Machines[r]
		for i := range can {
			if c := g.net.Control(g.state(i), role); !can[i] && c >= 0 && !machine.States[c].Final {
				blocked[i] = append(blocked[i], role)
			}
		}
	}
	return blocked
}
