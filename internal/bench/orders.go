package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"time"

	"chorcheck/explore/symbolic"
	"chorcheck/lang"
	"chorcheck/lang/source"
	"chorcheck/lts"
	"chorcheck/model"
)

// ordered is a protocol for which all orders are tried.
type ordered struct {
	name, text string
	faults     string
	set        map[string]int64
}

// Each order may take so much.
const (
	orderLimit  = 5 * time.Second
	orderMemory = 1 << 30
)

func orderedMembers() ([]ordered, error) {
	out := []ordered{
		{name: "saga-6", text: saga(6)},
		{name: "two-phase-commit-5", text: twoPhaseCommit(5)},
		{name: "pipeline-20, capacity 2", text: pipeline(20, 2)},
		{name: "sliding-window-3-6", text: slidingWindow(3, 6)},
	}
	for _, f := range []struct {
		path string
		set  map[string]int64
	}{
		{"specs/leader-election.chor", map[string]int64{"n": 10}},
		{"specs/philosophers-mended.chor", map[string]int64{"n": 5}},
		{"specs/work-queue.chor", map[string]int64{"n": 6}},
		{"specs/publish-subscribe.chor", map[string]int64{"n": 10}},
	} {
		text, err := os.ReadFile(f.path)
		if err != nil {
			return nil, err
		}
		out = append(out, ordered{name: f.path, text: string(text), faults: threeFaults, set: f.set})
	}
	return out, nil
}

// orderTable tries for each protocol all orders that the symbolic engine proposes; the first of
// them is the one that it takes.
func orderTable(w io.Writer, members []ordered) error {
	fmt.Fprintf(w, `
## What the order of the components brings

The search for all reachable configurations with each order that is proposed, in the order of their estimates; the first one is taken. Nodes of the result and the most that
were held; each stops after %.0f seconds or with 1 GiB.

`, orderLimit.Seconds())
	for _, m := range members {
		u := lang.Load(source.New(m.name, m.text), lang.Options{Faults: m.faults, Set: m.set})
		if u.Rejected() {
			return u.Diagnostics[0]
		}
		env := model.Calm()
		if len(u.Environments) > 0 {
			env = u.Environments[0]
		}
		net, err := model.NewLocalNetwork(context.Background(), u.Automata, model.NetworkOptions{Environment: env})
		if err != nil {
			return err
		}
		loc, err := net.Locality(context.Background())
		if err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
		fmt.Fprintf(w, "### %s", m.name)
		for _, name := range slices.Sorted(maps.Keys(m.set)) {
			fmt.Fprintf(w, ", %s=%d", name, m.set[name])
		}
		if m.faults != "" {
			fmt.Fprintf(w, ", `%s`", m.faults)
		}
		fmt.Fprint(w, "\n\n| order | estimate | nodes | at most | s |\n| --- | --- | --- | --- | --- |\n")
		for _, o := range symbolic.Orders(loc) {
			fmt.Fprintf(w, "| %s | %.2g | %s |\n", o.Name, o.Cost, tryOrder(net, loc, o))
		}
		fmt.Fprintln(w)
	}
	return nil
}

// tryOrder gives the cells of one order.
func tryOrder(net *model.Network, loc *lts.Locality, o symbolic.Order) string {
	ctx, cancel := context.WithTimeout(context.Background(), orderLimit)
	defer cancel()
	held := 0
	start := time.Now()
	sp, err := symbolic.Reach(ctx, net, loc, symbolic.Options{
		Order: o.Components, Memory: orderMemory, Progress: func(p symbolic.Progress) { held = p.PeakNodes },
	})
	seconds := time.Since(start).Seconds()
	switch {
	case errors.Is(err, symbolic.ErrMemory):
		return fmt.Sprintf("- | over %d | memory", held)
	case err != nil:
		return fmt.Sprintf("- | over %d | over %.0f", held, seconds)
	}
	defer sp.Close()
	s := sp.Statistics()
	return fmt.Sprintf("%d | %d | %.3f", s.Nodes, s.PeakNodes, seconds)
}
