package model

import (
	"fmt"
	"strings"

	"chorcheck/lts"
)

// QueueInfo describes one queue of a network.
type QueueInfo struct {
	From     RoleID // -1: shared by several senders
	To       RoleID
	Bag      bool
	Capacity int
}

// Automata are those that the network was compiled from.
func (n *Network) Automata() *Automata { return n.automata }

// Bits is the number of bits of a configuration that are in use.
func (n *Network) Bits() int { return n.bits }

// Action says what an action is.
func (n *Network) Action(a lts.Action) ActionInfo { return n.actions[a] }

// Message is a message kind, by ActionInfo.Message.
func (n *Network) Message(id int) MessageKind { return n.flat.messages[id] }

// Queues is the number of queues.
func (n *Network) Queues() int { return len(n.queues) }

// Queue describes queue q.
func (n *Network) Queue(q int) QueueInfo {
	x := n.queues[q]
	return QueueInfo{x.from, x.to, x.bag, x.capacity}
}

// Control is the local state of a role, or -1 unless it is live.
func (n *Network) Control(s lts.State, r RoleID) int {
	return max(-1, n.flat.machines[r].states[n.locals[r].get(s)].control)
}

// Values are the values of a role's variables, in the order of their numbers. The
// caller must not change them.
func (n *Network) Values(s lts.State, r RoleID) []int64 {
	return n.flat.machines[r].states[n.locals[r].get(s)].values[:len(n.flat.owned[r])]
}

// Content lists the messages in queue q, oldest first (a bag: in a fixed order), as message ids.
func (n *Network) Content(s lts.State, q int) []int {
	x := n.queues[q]
	content := x.content(s)
	out := make([]int, len(content))
	for i, symbol := range content {
		out[i] = int(x.messages[symbol-1])
	}
	return out
}

// Empty reports whether queue q is empty.
func (n *Network) Empty(s lts.State, q int) bool {
	x := n.queues[q]
	v := x.fields[0].get(s)
	return v == 0 || x.dead > 0 && v == uint64(x.dead)
}

// Blocked lists the sends that are not enabled because their queue is full, as actions.
func (n *Network) Blocked(s lts.State) []lts.Action {
	var out []lts.Action
	for r := range n.locals {
		out = n.blockedAt(RoleID(r), s, out)
	}
	return out
}

func (n *Network) blockedAt(r RoleID, s lts.State, out []lts.Action) []lts.Action {
	if n.general != nil {
		row := &n.general.rows[r][n.locals[r].get(s)]
		if n.general.drops[r] && n.mustDiscard(r, s) {
			return out
		}
		for _, m := range n.general.moves[row.start:row.raises] {
			if m.op == moveSend && !n.cut(r, m.peer, false, s) && !n.room(s, n.queues[m.queue]) {
				out = append(out, m.action)
			}
		}
		return out
	}
	rw := n.row(r, s)
	for _, c := range n.steps[rw.start:rw.end] {
		if c.blocked == noMark {
			continue
		}
		full := false
		if c.op == opTable {
			full = n.tables[c.table+uint32(s[c.other]>>c.shift)&c.mask] == 0
		} else {
			q := n.queues[c.extra]
			full = q.length(s) >= q.capacity
		}
		if full {
			out = append(out, c.action)
		}
	}
	return out
}

// Final reports whether all live roles are in final local states.
func (n *Network) Final(s lts.State) bool {
	for r := range n.locals {
		if c := n.Control(s, RoleID(r)); c >= 0 && !n.automata.Machines[r].States[c].Final {
			return false
		}
	}
	return true
}

// Unspecified lists the roles because of which s is marked MarkUnspecified.
func (n *Network) Unspecified(s lts.State) []RoleID {
	var out []RoleID
	for r := range n.locals {
		if queues := n.waitsOn(s, RoleID(r)); queues == nil || !n.allWaiting(queues, s) {
			continue
		}
		steps := lts.NewSteps(n.width)
		if n.general != nil {
			n.roleSteps(RoleID(r), s, steps)
		} else {
			rw := n.row(RoleID(r), s)
			for i := rw.start; i < rw.end; i++ {
				n.one(&n.steps[i], s, steps)
			}
		}
		if steps.Len() == 0 {
			out = append(out, RoleID(r))
		}
	}
	return out
}

// WaitsOn lists the queues that a role which only receives waits on.
func (n *Network) WaitsOn(s lts.State, r RoleID) []int {
	var out []int
	for _, q := range n.waitsOn(s, r) {
		out = append(out, int(q))
	}
	return out
}

func (n *Network) waitsOn(s lts.State, r RoleID) []uint16 {
	at := n.locals[r].get(s)
	if n.general != nil {
		return n.waits[n.general.rows[r][at].waits]
	}
	return n.waits[n.rows[n.locals[r].first+uint32(at)].waits]
}

// QueueBetween is the queue of an ordered pair of roles, or -1 if nothing can be
// in it: rendezvous, or nobody sends.
func (n *Network) QueueBetween(from, to RoleID) int { return n.queueBetween(from, to) }

// DescribeAction implements lts.Describer.
func (n *Network) DescribeAction(a lts.Action) string {
	info := n.actions[a]
	name := func(r RoleID) string { return n.automata.Roles[r].Name }
	switch {
	case info.Recovers:
		return name(info.Role) + ": recovers"
	case info.Heals:
		return fmt.Sprintf("fault %d is over", info.Fault)
	case info.Fault >= 0 && info.Message < 0 && info.Role >= 0:
		return fmt.Sprintf("fault %d: %s: %s", info.Fault, n.options.Environment.Faults[info.Fault].Kind, name(info.Role))
	case info.Fault >= 0 && info.Message < 0:
		return fmt.Sprintf("fault %d: %s", info.Fault, n.options.Environment.Faults[info.Fault].Kind)
	case info.Message < 0:
		return fmt.Sprintf("%s: transition %d", name(info.Role), info.Transition)
	}
	m := n.flat.messages[info.Message]
	label := n.automata.Labels[m.Label]
	if len(m.Values) > 0 {
		label += fmt.Sprint(m.Values)
	}
	arrow := fmt.Sprintf("%s -> %s: %s", name(m.From), name(m.To), label)
	if info.Kind == Receive || info.Kind == Ignore {
		arrow = fmt.Sprintf("%s <- %s: %s", name(m.To), name(m.From), label)
	}
	switch {
	case info.Fault >= 0:
		arrow = fmt.Sprintf("fault %d: %s: %s", info.Fault, n.options.Environment.Faults[info.Fault].Kind, arrow)
	case info.Discard:
		arrow += ", dropped"
	case info.Vanishes:
		arrow += ", vanishes"
	}
	return arrow
}

// DescribeState implements lts.Describer.
func (n *Network) DescribeState(s lts.State) string {
	var parts []string
	for r, role := range n.automata.Roles {
		c := n.Control(s, RoleID(r))
		name := [...]string{"", "failed", "crashed", "silenced"}[n.Status(s, RoleID(r))]
		if c >= 0 {
			name = n.automata.Machines[r].States[c].Name
		}
		part := role.Name + "@" + name
		if v := n.Values(s, RoleID(r)); len(v) > 0 {
			part += fmt.Sprint(v)
		}
		parts = append(parts, part)
	}
	for q := range n.queues {
		for _, m := range n.Content(s, q) {
			k := n.flat.messages[m]
			parts = append(parts, fmt.Sprintf("%s>%s:%s%v", n.automata.Roles[k.From].Name, n.automata.Roles[k.To].Name, n.automata.Labels[k.Label], k.Values))
		}
	}
	return strings.Join(parts, " ")
}
