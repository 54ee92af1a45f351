package verify_test

import (
	"cmp"
	"reflect"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"chorcheck/internal/naive"
	"chorcheck/model"
	"chorcheck/verify"
	"chorcheck/verify/replay"
)

// cell is a cell of the coverage matrix in one environment.
type cell struct {
	fault, detail string
	role, peer    model.RoleID
	place         model.Origin
}

// outcome is what becomes of it.
type outcome struct {
	handlers map[model.HandlerRef]bool
	bad      bool
}

// cellOf says where a step of a configuration belongs, by docs/coverage.md.
func cellOf(in *replay.Interpreter, c replay.Config, s replay.Step) (cell, bool) {
	a := in.Automata()
	next := func(r model.RoleID) model.Origin {
		for _, t := range a.Machines[r].Transitions {
			if in.Live(c, r) && t.From == c.Local[r].State {
				switch t.Kind {
				case model.Send, model.Receive, model.Internal, model.Raise:
					return t.Origins[0]
				}
			}
		}
		return 0
	}
	switch s.Kind {
	case replay.Timeout:
		timer := a.Timers[a.Machines[s.Role].Transitions[s.Transition].Timer]
		return cell{"timeout", timer.Name, s.Role, -1, next(s.Role)}, true
	case replay.Raise:
		t := a.Machines[s.Role].Transitions[s.Transition]
		return cell{"exception", a.Exceptions[t.Exception].Name, s.Role, -1, t.Origins[0]}, true
	case replay.Fault:
	default:
		return cell{}, false
	}
	f := in.Environment().Faults[s.Fault]
	x := cell{fault: f.Kind.String(), role: f.Role, peer: -1}
	switch f.Kind {
	case model.Loss, model.Duplicate, model.Reorder:
		x.peer, x.place = f.Peer, a.Machines[f.Role].Transitions[s.Transition].Origins[0]
	case model.Stray:
		x.peer, x.detail = f.Peer, a.Labels[f.Label]
	case model.RaiseFault:
		x.detail, x.place = a.Exceptions[f.Exception].Name, next(f.Role)
	case model.Disconnect:
		x.peer, x.place = f.Peer, next(f.Role)
	case model.Partition:
		x.role = f.Groups[0][0]
		x.place = next(x.role)
	default:
		x.place = next(f.Role)
	}
	return x, true
}

// doubtful reports whether a message overtakes only such as differ from it by what they tell of scopes. Where that cannot
// matter the network takes them for equal, and the fault for none (docs/semantics.md, on reorder).
func doubtful(in *replay.Interpreter, before, after replay.Config, s replay.Step) bool {
	if s.Kind != replay.Fault || in.Environment().Faults[s.Fault].Kind != model.Reorder {
		return false
	}
	for q, queue := range before.Queues {
		if len(after.Queues[q]) == len(queue) {
			continue
		}
		for _, m := range queue[len(queue)-s.Place:] {
			if m.Sender != s.Message.Sender || m.Label != s.Message.Label || !slices.Equal(m.Values, s.Message.Values) {
				return false
			}
		}
	}
	return true
}

// cellsOf judges each strike of a search by itself, those that are doubtful only if all are asked for.
func cellsOf(r *naive.Result, all bool) map[cell]outcome {
	in := r.Interpreter
	machines := in.Automata().Machines
	cells := map[cell]outcome{}
	for n, c := range r.Configs {
		for _, e := range r.Edges[n] {
			k, is := cellOf(in, c, e.Step)
			if !is || !all && doubtful(in, c, r.Configs[e.To], e.Step) {
				continue
			}
			out := cells[k]
			if out.handlers == nil {
				out.handlers = map[model.HandlerRef]bool{}
			}
			look := func(s replay.Step) {
				failing := model.RoleID(-1)
				if s.Fails {
					failing, _ = s.Failing()
				}
				if s.Uncaught {
					failing = s.Role
				}
				out.bad = out.bad || failing >= 0
				if s.Transition >= 0 && s.Role != failing && machines[s.Role].Transitions[s.Transition].Handler != nil {
					out.handlers[*machines[s.Role].Transitions[s.Transition].Handler] = true
				}
				if s.PeerTransition >= 0 && s.Peer != failing && machines[s.Peer].Transitions[s.PeerTransition].Handler != nil {
					out.handlers[*machines[s.Peer].Transitions[s.PeerTransition].Handler] = true
				}
			}
			look(e.Step)
			seen := map[int]bool{e.To: true}
			for todo := []int{e.To}; len(todo) > 0; todo = todo[1:] {
				out.bad = out.bad || len(r.Silent[todo[0]]) > 0
				for _, e := range r.Edges[todo[0]] {
					if !in.IsStep(e.Step) {
						continue
					}
					look(e.Step)
					if !seen[e.To] {
						seen[e.To] = true
						todo = append(todo, e.To)
					}
				}
			}
			cells[k] = out
		}
	}
	return cells
}

// TestCoverageAgainstItsDefinition compares the matrix with one for which each strike
// is followed by itself.
func TestCoverageAgainstItsDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := naive.Failing(false).Draw(t, "system")
		searches := naiveSearches(s, 400)
		if searches == nil {
			t.Skip("too large")
		}
		got := verifyFailing(t, s, verify.Options{Only: []string{naive.Deadlock}, Coverage: true})
		found := map[string]map[cell]verify.Strike{}
		if got.Coverage != nil {
			for _, c := range got.Coverage.Cells {
				k := cell{c.Fault, c.Detail, c.Role, c.Peer, c.Place}
				if c.Fault == "partition" {
					k.detail = ""
				}
				for _, strike := range c.Strikes {
					if found[strike.Environment] == nil {
						found[strike.Environment] = map[cell]verify.Strike{}
					}
					found[strike.Environment][k] = strike
				}
			}
		}
		for i, env := range s.Environments {
			least, most := cellsOf(searches[i], false), cellsOf(searches[i], true)
			for k := range least {
				require.Contains(t, found[env.Name], k)
			}
			for k, strike := range found[env.Name] {
				w, ok := most[k]
				require.True(t, ok, "%v", k)
				if !reflect.DeepEqual(w, least[k]) {
					// Nobody knows here which of them the network takes for strikes.
					for _, h := range strike.Handlers {
						require.Contains(t, w.handlers, h, "%v", k)
					}
					for h := range least[k].handlers {
						require.Contains(t, strike.Handlers, h, "%v", k)
					}
					require.True(t, w.bad || strike.Finding == "", "%v", k)
					require.True(t, strike.Finding != "" || !least[k].bad, "%v", k)
					continue
				}
				var handlers []model.HandlerRef
				for h := range w.handlers {
					handlers = append(handlers, h)
				}
				slices.SortFunc(handlers, func(x, y model.HandlerRef) int {
					return cmp.Or(cmp.Compare(x.Scope, y.Scope), cmp.Compare(x.Part, y.Part))
				})
				require.Equal(t, handlers, strike.Handlers, "%v", k)
				status := map[[2]bool]verify.CoverageStatus{
					{true, false}: verify.Handled, {false, false}: verify.Tolerated,
					{true, true}: verify.Partial, {false, true}: verify.Unhandled,
				}[[2]bool{len(handlers) > 0, w.bad}]
				require.Equal(t, status, strike.Status, "%v", k)
				require.Equal(t, w.bad, strike.Finding != "", "%v", k)
			}
		}
	})
}
