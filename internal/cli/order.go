package cli

import (
	"slices"

	"github.com/spf13/cobra"

	"chorcheck/verify"
)

// orderFlags choose the order of a search. docs/performance.md describes the orders.
type orderFlags struct {
	cmd      *cobra.Command
	name     string
	walks    uint64
	searches uint64
}

func (f *orderFlags) add(cmd *cobra.Command) {
	f.cmd = cmd
	fl := cmd.Flags()
	fl.StringVar(&f.name, "order", "bfs", "bfs (breadth-first) or dfs (depth-first), which see everything; random or swarm, with which nothing holds")
	fl.Uint64Var(&f.walks, "walks", verify.DefaultWalks, "--order random: how many walks; --max-depth is the length of each (1000)")
	fl.Uint64Var(&f.searches, "searches", verify.DefaultSearches, "--order swarm: how many searches; --max-states and --max-depth bound each")
}

// orders are the values of --order.
func orders() []string { return []string{"bfs", "dfs", "random", "swarm"} }

// order reads the flags. One that the order does not use is a mistake.
func (f *orderFlags) order() (verify.Order, verify.Sampling, error) {
	var s verify.Sampling
	if err := oneOf("--order", f.name, orders()...); err != nil {
		return 0, s, err
	}
	order := verify.Order(slices.Index(orders(), f.name))
	given := f.cmd.Flags().Changed
	for _, flag := range []struct {
		name string
		does bool
		hint string
	}{
		{"walks", order == verify.RandomWalks, "it goes with --order random"},
		{"searches", order == verify.Swarm, "it goes with --order swarm"},
		{"max-states", order != verify.RandomWalks, "--max-depth is the length of a walk, and --walks their number"},
		{"store", !order.Sampled(), "a swarm has a table for each search: see --bitstate-memory; random walks have none"},
		{"coverage", !order.Sampled(), "what becomes of a fault can be told only by a search that sees everything"},
		{"min-coverage", !order.Sampled(), "what becomes of a fault can be told only by a search that sees everything"},
		{"checkpoint", order == verify.BreadthFirst, "it goes with --order bfs"},
		{"spill-dir", order == verify.BreadthFirst, "it goes with --order bfs"},
	} {
		if given(flag.name) && !flag.does {
			return 0, s, usage(flag.hint, "--%s does nothing with --order %s", flag.name, f.name)
		}
	}
	switch order {
	case verify.RandomWalks:
		s.Searches = f.walks
	case verify.Swarm:
		s.Searches = f.searches
	default:
		return order, s, nil
	}
	if s.Searches == 0 {
		return 0, s, usage("", "--walks and --searches have to be positive")
	}
	return order, s, nil
}
