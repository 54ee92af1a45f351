package oracles

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"chorcheck/lang"
	"chorcheck/lang/source"
	"chorcheck/lts"
	"chorcheck/model"
	"chorcheck/verify"
	"chorcheck/verify/replay"
)

// crashRow is what a naive explorer found when one role of a system of the WS-CDL
// note crashes, at any point and for good: one request, fifo 1.
type crashRow struct {
	system, crash string
	kept          bool // queues to the crashed role stay
	spared        bool // a role that has stopped, in its local state 0, does not crash: another rule than ours
	states, steps int  // configurations, and transitions with the crash
	// Configurations without a transition: all live roles are final and nothing is in
	// a queue; something is in a queue; a live role is not final.
	ok, orphan, deadlock int
	blocked              bool   // some send waits for room at the end
	waiting              string // who is not final in the nearest deadlock, and how far it is; may be left out
	depth                int
}

func crashRows() []crashRow {
	return []crashRow{
		{system: "v1", crash: "A", states: 14, steps: 22, ok: 1},
		{system: "v1", crash: "B", states: 14, steps: 21, ok: 1},
		{system: "v1", crash: "C", states: 15, steps: 23, ok: 1},
		{system: "v2", crash: "A", kept: true, states: 27, steps: 39, ok: 1, orphan: 2},
		{system: "v2", crash: "A", states: 25, steps: 39, ok: 1},
		{system: "v2", crash: "B", kept: true, states: 27, steps: 36, ok: 1, deadlock: 4},
		{system: "v2", crash: "B", states: 24, steps: 36, ok: 1, deadlock: 1, waiting: "A@Aw", depth: 4},
		{system: "v2", crash: "C", kept: true, states: 28, steps: 40, ok: 1, deadlock: 2},
		{system: "v2", crash: "C", states: 27, steps: 40, ok: 1, deadlock: 1, waiting: "A@Aw B@Bw", depth: 6},
		{system: "v3-local", crash: "A", states: 93, steps: 239, ok: 1, orphan: 2},
		{system: "v3-local", crash: "B", kept: true, spared: true, states: 101, steps: 224, ok: 2, orphan: 6},
		{system: "v3-local", crash: "B", kept: true, states: 101, steps: 242, ok: 2, orphan: 4}, // the same by our rule
		{system: "v3-local", crash: "B", states: 92, steps: 236, ok: 2, orphan: 1},
		{system: "v3-local", crash: "C", kept: true, states: 140, steps: 328, ok: 2, orphan: 4},
		{system: "v3-local", crash: "C", states: 131, steps: 316, ok: 2, orphan: 3},
		{system: "v4", crash: "A", states: 76, steps: 148, ok: 1},
		{system: "v4", crash: "B", states: 57, steps: 113, ok: 1, deadlock: 1, waiting: "A@Aw", depth: 4},
		{system: "v4", crash: "C", kept: true, states: 79, steps: 141, ok: 1, deadlock: 3, blocked: true},
		{system: "v4", crash: "C", states: 74, steps: 138, ok: 1, deadlock: 1, waiting: "A@Aw B@Bdc", depth: 9},
		{system: "v5", crash: "C", states: 71, steps: 142, ok: 1},
	}
}

// TestCrashesOfTheNote compares the engine, and the interpreter that replays traces, with
// these numbers, and the verdict on deadlocks too.
func TestCrashesOfTheNote(t *testing.T) {
	for _, row := range crashRows() {
		t.Run(fmt.Sprintf("%s crash %s kept %t spared %t", row.system, row.crash, row.kept, row.spared), func(t *testing.T) {
			path := filepath.Join("../../specs/note", row.system+"-1.fsa")
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			u := lang.Load(source.New(path, string(text)), lang.Options{Faults: "crash " + row.crash, Channels: &model.Channel{Capacity: 1}})
			require.False(t, u.Rejected(), "%v", u.Diagnostics)
			require.Len(t, u.Environments, 1)
			want := row
			want.system, want.crash, want.kept, want.spared = "", "", false, false

			in := replay.New(u.Automata, replay.Options{Environment: u.Environments[0], KeepCrashed: row.kept})
			compareRow(t, "the interpreter", want, explore(interpreted{in, row.spared}, in.Initial()))
			net, err := model.NewNetwork(t.Context(), u.Automata, model.NetworkOptions{Environment: u.Environments[0], KeepCrashed: row.kept})
			require.NoError(t, err)
			compareRow(t, "the engine", want, explore(compiled{net, row.spared}, net.Init()))

			if row.spared {
				return
			}
			result, err := verify.Verify(context.Background(), u.Automata, verify.Options{
				Only: []string{"deadlock"}, Environments: u.Environments, KeepCrashed: row.kept,
			})
			require.NoError(t, err)
			check := result.Environments[0].Checks[0]
			require.Equal(t, row.deadlock > 0, check.Verdict == verify.Violated)
			if row.depth > 0 {
				require.Len(t, check.Findings[0].Trace, row.depth)
			}
		})
	}
}

func compareRow(t *testing.T, who string, want, got crashRow) {
	t.Helper()
	if want.waiting == "" {
		got.waiting, got.depth = "", 0
	}
	require.Equal(t, want, got, who)
}

// transitions is a transition system that can be looked into.
type transitions[S any] interface {
	key(S) string
	next(S) []S
	roles() []string
	local(s S, r model.RoleID) (name string, live, final bool)
	pending(S) bool // a message is in a queue
	blocked(S) bool // a send waits for room
}

// explore counts configurations and transitions breadth first, and judges those from which
// nothing leads on.
func explore[S any](sys transitions[S], initial S) crashRow {
	var row crashRow
	known := map[string]bool{sys.key(initial): true}
	for level, depth := []S{initial}, 0; len(level) > 0; depth++ {
		var below []S
		for _, s := range level {
			row.states++
			successors := sys.next(s)
			row.steps += len(successors)
			for _, n := range successors {
				if k := sys.key(n); !known[k] {
					known[k] = true
					below = append(below, n)
				}
			}
			if len(successors) == 0 {
				judge(sys, s, depth, &row)
			}
		}
		level = below
	}
	return row
}

func judge[S any](sys transitions[S], s S, depth int, row *crashRow) {
	var waiting []string
	for r, name := range sys.roles() {
		if state, live, final := sys.local(s, model.RoleID(r)); live && !final {
			waiting = append(waiting, name+"@"+state)
		}
	}
	row.blocked = row.blocked || sys.blocked(s)
	switch {
	case len(waiting) > 0:
		if row.deadlock == 0 {
			row.waiting, row.depth = strings.Join(waiting, " "), depth
		}
		row.deadlock++
	case sys.pending(s):
		row.orphan++
	default:
		row.ok++
	}
}

func roleNames(a *model.Automata) []string {
	var names []string
	for _, r := range a.Roles {
		names = append(names, r.Name)
	}
	return names
}

// interpreted is the interpreter that replays traces.
type interpreted struct {
	*replay.Interpreter
	spared bool
}

func (i interpreted) key(c replay.Config) string { return c.Key() }

func (i interpreted) roles() []string { return roleNames(i.Automata()) }

func (i interpreted) next(c replay.Config) []replay.Config {
	var list []replay.Config
	for _, s := range i.Enabled(c) {
		if name, _, _ := i.local(c, s.Role); i.spared && s.Kind == replay.Fault && name == "0" {
			continue
		}
		list = append(list, i.Apply(c, s))
	}
	return list
}

func (i interpreted) local(c replay.Config, r model.RoleID) (string, bool, bool) {
	if !i.Live(c, r) {
		return "", false, false
	}
	return i.Automata().Machines[r].States[c.Local[r].State].Name, true, i.InFinalState(c, r)
}

func (i interpreted) pending(c replay.Config) bool {
	for _, q := range c.Queues {
		if len(q) > 0 {
			return true
		}
	}
	return false
}

func (i interpreted) blocked(c replay.Config) bool { return len(i.FullQueues(c)) > 0 }

// compiled is the engine.
type compiled struct {
	*model.Network
	spared bool
}

func (n compiled) key(s lts.State) string { return fmt.Sprint(s) }

func (n compiled) roles() []string { return roleNames(n.Automata()) }

func (n compiled) next(s lts.State) []lts.State {
	steps := lts.NewSteps(n.Width())
	n.Next(s, steps)
	var list []lts.State
	for i := range steps.Len() {
		info := n.Action(steps.Actions[i])
		if name, _, _ := n.local(s, info.Role); n.spared && !n.IsStep(steps.Actions[i]) && name == "0" {
			continue
		}
		list = append(list, steps.Target(i).Clone())
	}
	return list
}

func (n compiled) local(s lts.State, r model.RoleID) (string, bool, bool) {
	if n.Status(s, r) != model.Live {
		return "", false, false
	}
	state := n.Automata().Machines[r].States[n.Control(s, r)]
	return state.Name, true, state.Final
}

func (n compiled) pending(s lts.State) bool {
	for q := range n.Queues() {
		if len(n.Content(s, q)) > 0 {
			return true
		}
	}
	return false
}

func (n compiled) blocked(s lts.State) bool { return len(n.Blocked(s)) > 0 }
