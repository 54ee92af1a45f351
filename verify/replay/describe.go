package replay

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"chorcheck/model"
)

// Configuration is a configuration in words.
type Configuration struct {
	Roles  []RoleState
	Queues []QueueState // those that are not empty, in the order of their names
	Links  []string     // those that are down: "A -- B", "between A, B and C"
	Cycle  []string     // role names of a shortest wait-for cycle, first one repeated at the end; empty if there is none
}

// RoleState is one role's part of a configuration.
type RoleState struct {
	Role      string
	State     string // name of the local state; "failed", "crashed" or "silenced" if the role is not live
	Final     bool
	Failed    bool // it is not live
	Status    Status
	In        []string // parts of scopes, outermost first: "pay", "pay, on Declined at Bank"
	Variables []string // "tries = 2"
	Armed     []string // explicit timers that are armed
	Waits     []Wait   // what it offers but cannot do; empty if it can step or has no transition
	Origin    model.Origin
}

// Wait is something that a role offers and that is not enabled.
type Wait struct {
	For    string // "to receive order from Customer", "for room in the queue to Shop", "for Shop to receive order"
	On     string // the role that it waits for
	Origin model.Origin
}

// QueueState is the content of one queue, oldest message first; that of a bag is sorted.
type QueueState struct {
	Name     string   // "Customer -> Shop", "mailbox of Shop", "bag of Shop"
	Messages []string // "order", "order(3) from Customer"
	Capacity int
}

// describeMessage is the label with the values of a message.
func (in *Interpreter) describeMessage(m Message) string {
	label := in.automata.Labels[m.Label]
	if len(m.Values) == 0 {
		return label
	}
	values := make([]string, len(m.Values))
	for i, v := range m.Values {
		values[i] = formatValue(in.payloadDomain(m, i), v)
	}
	return label + "(" + strings.Join(values, ", ") + ")"
}

// payloadDomain is the domain of a value of a message, taken from a variable that
// the receiver stores it into. Without one the value is shown as a number.
func (in *Interpreter) payloadDomain(m Message, i int) model.Domain {
	for _, t := range in.automata.Machines[m.Receiver].Transitions {
		if t.Kind == model.Receive && t.Peer == m.Sender && t.Label == m.Label && i < len(t.Stores) {
			return in.automata.Vars[t.Stores[i]].Domain
		}
	}
	return model.Domain{}
}

// formatValue writes a value as the user does; one outside its domain as a number.
func formatValue(d model.Domain, v int64) string {
	switch {
	case d.Kind == model.BoolDomain && (v == 0 || v == 1):
		return strconv.FormatBool(v == 1)
	case d.Kind == model.EnumDomain && 0 <= v && v < int64(len(d.Names)):
		return d.Names[v]
	}
	return strconv.FormatInt(v, 10)
}

// DescribeConfig puts a configuration into words.
func (in *Interpreter) DescribeConfig(c Config) Configuration {
	var described Configuration
	graph := make([][]model.RoleID, len(in.automata.Machines))
	for r := range in.automata.Machines {
		state, waitsOn := in.describeRole(c, model.RoleID(r))
		described.Roles = append(described.Roles, state)
		graph[r] = waitsOn
	}
	for q, messages := range c.Queues {
		if len(messages) == 0 {
			continue
		}
		state := QueueState{Name: in.queues[q].Name, Capacity: in.queues[q].Capacity}
		for _, m := range messages {
			text := in.describeMessage(m)
			if m.Stray {
				text = "stray " + text
			}
			if in.queues[q].Shared {
				text += " from " + in.automata.Roles[m.Sender].Name
			}
			state.Messages = append(state.Messages, text)
		}
		described.Queues = append(described.Queues, state)
	}
	for i, f := range in.environment.Faults {
		if c.Down[i] {
			described.Links = append(described.Links, in.linkName(f))
		}
	}
	slices.SortStableFunc(described.Queues, func(a, b QueueState) int { return cmp.Compare(a.Name, b.Name) })
	for _, r := range shortestCycle(graph) {
		described.Cycle = append(described.Cycle, in.automata.Roles[r].Name)
	}
	return described
}

// describeRole puts one role into words, and gives the roles that it waits on.
func (in *Interpreter) describeRole(c Config, r model.RoleID) (RoleState, []model.RoleID) {
	state := RoleState{Role: in.automata.Roles[r].Name, Status: c.Local[r].Status}
	if !in.Live(c, r) {
		// Its variables are back at their initial values, which would only mislead.
		state.State, state.Failed = state.Status.String(), true
		return state, nil
	}
	local := in.automata.Machines[r].States[c.Local[r].State]
	state.State, state.Final, state.Origin = local.Name, local.Final, local.Origin
	for s, own := range c.Local[r].Scopes {
		if own.Phase == In {
			state.In = append(state.In, in.partName(model.ScopeID(s), own.Part))
		}
	}
	for v, x := range in.automata.Vars {
		isTimer := slices.ContainsFunc(in.automata.Timers, func(t model.Timer) bool { return t.Var == model.VarID(v) })
		if x.Owner == r && !isTimer {
			state.Variables = append(state.Variables, x.Name+" = "+formatValue(x.Domain, c.Vars[v]))
		}
	}
	for _, t := range in.automata.Timers {
		if t.Owner == r && t.Var >= 0 && c.Vars[t.Var] != 0 {
			state.Armed = append(state.Armed, t.Name)
		}
	}
	if in.CanStep(c, r) {
		return state, nil
	}
	var waitsOn []model.RoleID
	for _, i := range in.present(c, r) {
		t := in.automata.Machines[r].Transitions[i]
		text, waits := in.waitFor(c, r, i)
		if !waits {
			continue
		}
		if !slices.Contains(waitsOn, t.Peer) {
			waitsOn = append(waitsOn, t.Peer)
		}
		// Several transitions may offer the same thing, with different targets.
		if slices.ContainsFunc(state.Waits, func(w Wait) bool { return w.For == text }) {
			continue
		}
		wait := Wait{For: text, On: in.automata.Roles[t.Peer].Name}
		if len(t.Origins) > 0 {
			wait.Origin = t.Origins[0]
		}
		state.Waits = append(state.Waits, wait)
	}
	slices.Sort(waitsOn)
	return state, waitsOn
}

// waitFor says in words what a transition of a role that cannot step waits for.
// What a false guard forbids is not offered, so that the role does not wait for it.
func (in *Interpreter) waitFor(c Config, r model.RoleID, i int) (text string, waits bool) {
	t := in.automata.Machines[r].Transitions[i]
	if t.Kind != model.Send && t.Kind != model.Receive {
		return "", false
	}
	peer, label := in.automata.Roles[t.Peer].Name, in.automata.Labels[t.Label]
	if t.Kind == model.Receive {
		return fmt.Sprintf("to receive %s from %s", label, peer), true
	}
	if holds, ok := in.guard(c, t); !ok || !holds {
		return "", false
	}
	q, blocked := in.BlockedSend(c, r, i)
	switch {
	case !blocked:
		return fmt.Sprintf("for %s to receive %s", peer, label), true
	case in.queues[q].Shared:
		return "for room in the " + in.queues[q].Name, true
	}
	return "for room in the queue to " + peer, true
}

// shortestCycle finds a shortest cycle of a graph, with its first node repeated at
// the end; of several the one that breadth-first search finds first from the
// lowest node. It is empty if there is none.
func shortestCycle(graph [][]model.RoleID) []model.RoleID {
	var best []model.RoleID
	for start := range graph {
		if cycle := cycleThrough(graph, model.RoleID(start)); cycle != nil && (best == nil || len(cycle) < len(best)) {
			best = cycle
		}
	}
	return best
}

// cycleThrough finds a shortest cycle through a node.
func cycleThrough(graph [][]model.RoleID, start model.RoleID) []model.RoleID {
	paths := [][]model.RoleID{{start}}
	seen := make([]bool, len(graph))
	for len(paths) > 0 {
		path := paths[0]
		paths = paths[1:]
		for _, next := range graph[path[len(path)-1]] {
			longer := append(slices.Clone(path), next)
			if next == start {
				return longer
			}
			if !seen[next] {
				seen[next] = true
				paths = append(paths, longer)
			}
		}
	}
	return nil
}
