package twin

import (
	"fmt"
	"slices"
	"strings"

	"chorcheck/model"
)

// condition of a role.
type condition uint8

const (
	live condition = iota
	failed
	crashed
	silenced
)

func (c condition) String() string {
	return [...]string{"live", "failed", "crashed", "silenced"}[c]
}

// roleState is what a configuration says about one role.
type roleState struct {
	condition condition
	local     string
	status    statuses
	noticed   []bool // by role: its crash has been noticed
}

// config is a configuration. It is never changed once it is made.
type config struct {
	roles  []roleState
	queues [][]message
	used   []int  // faults so far, by kind
	down   []bool // by fault: the links are down
}

func (c *config) clone() *config {
	d := &config{roles: slices.Clone(c.roles), queues: slices.Clone(c.queues), used: slices.Clone(c.used), down: slices.Clone(c.down)}
	for i := range d.roles {
		d.roles[i].noticed = slices.Clone(d.roles[i].noticed)
	}
	return d
}

func (c *config) key() string {
	var b strings.Builder
	for _, r := range c.roles {
		fmt.Fprint(&b, r.condition, r.local, "#", r.status, r.noticed, ";")
	}
	fmt.Fprint(&b, c.queues, c.used, c.down)
	return b.String()
}

// System runs the machines of all roles.
type System struct {
	s        *model.Structure
	names    []string // of roles
	labels   []string
	machines []machine
	channel  model.Channel
	env      *model.Environment
}

// FromTree is the system of a choreography, run on its tree.
func FromTree(c *model.Choreography, env *model.Environment) *System {
	x := &System{s: &c.Structure, labels: c.Labels, channel: c.Channels.Default, env: env}
	for r, role := range c.Roles {
		x.names = append(x.names, role.Name)
		x.machines = append(x.machines, newTreeMachine(c, model.RoleID(r)))
	}
	return x
}

// FromAutomata is the system of automata.
func FromAutomata(a *model.Automata, env *model.Environment) *System {
	x := &System{s: &a.Structure, labels: a.Labels, channel: a.Channels.Default, env: env}
	for r, role := range a.Roles {
		x.names = append(x.names, role.Name)
		x.machines = append(x.machines, automaton{a, &a.Machines[r]})
	}
	return x
}

func (x *System) initial() *config {
	c := &config{used: make([]int, model.FaultKinds), down: make([]bool, len(x.env.Faults))}
	for _, m := range x.machines {
		c.roles = append(c.roles, roleState{local: m.initial(), status: make(statuses, len(x.s.Scopes)), noticed: make([]bool, len(x.machines))})
	}
	c.queues = make([][]message, x.queueCount())
	return c
}

func (x *System) queueCount() int {
	if x.channel.Discipline == model.FIFO {
		return len(x.machines) * len(x.machines)
	}
	return len(x.machines)
}

// queue of a message: one per pair, or one per receiver.
func (x *System) queue(from, to model.RoleID) int {
	if x.channel.Discipline == model.FIFO {
		return int(from)*len(x.machines) + int(to)
	}
	return int(to)
}

func (x *System) receiver(queue int) model.RoleID {
	if x.channel.Discipline == model.FIFO {
		return model.RoleID(queue % len(x.machines))
	}
	return model.RoleID(queue)
}

// violation of a check on a step.
type violation string

// step is a step or another change, and where it leads.
type step struct {
	to     *config
	what   string
	broken []violation
	fault  bool // no step of a role
}

// takeable lists the positions in a queue whose messages can be taken next.
func (x *System) takeable(c *config, queue int) []int {
	n := len(c.queues[queue])
	if x.channel.Discipline == model.Bag {
		var out []int
		seen := map[string]bool{}
		for i, m := range c.queues[queue] {
			if !seen[m.String()] {
				seen[m.String()] = true
				out = append(out, i)
			}
		}
		return out
	}
	if n == 0 {
		return nil
	}
	return []int{0}
}

// discards lists the positions (queue and index) of messages that a role has to drop.
func (x *System) discards(c *config, r model.RoleID) [][2]int {
	if c.roles[r].condition != live || x.channel.Discipline == model.Sync {
		return nil
	}
	var out [][2]int
	for q := range c.queues {
		if x.receiver(q) != r {
			continue
		}
		for _, i := range x.takeable(c, q) {
			m := c.queues[q][i]
			if late(x.s, c.roles[r].status, m) ||
				x.channel.Discipline != model.Bag && overtaken(x.s, m, c.queues[q][i+1:]) {
				out = append(out, [2]int{q, i})
			}
		}
	}
	return out
}

// move fires a transition of a role as far as its own state goes.
func (x *System) move(c *config, r model.RoleID, t transition, w way, m *message) *config {
	d := c.clone()
	p := &d.roles[r]
	if t.fails {
		*p = roleState{condition: failed, status: make(statuses, len(x.s.Scopes)), noticed: make([]bool, len(x.machines))}
		return d
	}
	p.local = t.to
	p.status = advance(x.s, p.status, w, m)
	return d
}

// take fires a receive (or ignore) of a message.
func (x *System) take(c *config, r model.RoleID, t transition, m message) (*config, []violation) {
	if t.kind == model.Ignore {
		return c.clone(), nil
	}
	own := c.roles[r].status
	w := choose(x.s, own, t.ways, m)
	var broken []violation
	if stale(x.s, own, m) {
		broken = append(broken, StaleReception)
	}
	return x.move(c, r, t, w, &m), broken
}

// accepts reports whether a transition takes a message.
func (x *System) accepts(c *config, r model.RoleID, t transition, m message) bool {
	return (t.kind == model.Receive || t.kind == model.Ignore) && t.peer == m.from && t.label == m.label &&
		admits(x.s, c.roles[r].status, t.onlyIf, m) && !x.foreign(c, r, t, m)
}

// foreign reports whether a message that a receive could take belongs to another one.
func (x *System) foreign(c *config, r model.RoleID, t transition, m message) bool {
	if t.kind == model.Ignore || m.number == nil || t.standsAt(m.position()) {
		return false
	}
	return slices.ContainsFunc(x.machines[r].transitions(c.roles[r].local), func(u transition) bool {
		return u.kind == model.Receive && u.peer == t.peer && u.label == t.label && u.interrupts() == t.interrupts() && u.standsAt(m.position())
	})
}

// gone tells whether what is sent from one role to another vanishes.
func (x *System) gone(c *config, from, to model.RoleID) bool {
	if k := c.roles[to].condition; k == crashed || k == silenced {
		return true
	}
	for i, f := range x.env.Faults {
		if c.down[i] && x.cuts(f, from, to) {
			return true
		}
	}
	return false
}

func (x *System) cuts(f model.Fault, a, b model.RoleID) bool {
	if f.Kind == model.Disconnect {
		return f.Role == a && f.Peer == b || f.Role == b && f.Peer == a
	}
	group := func(r model.RoleID) int {
		return slices.IndexFunc(f.Groups, func(g []model.RoleID) bool { return slices.Contains(g, r) })
	}
	return group(a) >= 0 && group(b) >= 0 && group(a) != group(b)
}

// put gives a configuration with a message at an index of a queue.
func put(c *config, queue, at int, m ...message) *config {
	d := c.clone()
	d.queues[queue] = slices.Insert(slices.Clone(d.queues[queue]), at, m...)
	return d
}

func remove(c *config, queue, at int) *config {
	d := c.clone()
	d.queues[queue] = slices.Delete(slices.Clone(d.queues[queue]), at, at+1)
	return d
}

// steps lists the steps of the roles, and the faults.
func (x *System) steps(c *config) []step {
	var out []step
	for r := range x.machines {
		out = append(out, x.roleSteps(c, model.RoleID(r))...)
	}
	return append(out, x.faults(c)...)
}

func (x *System) roleSteps(c *config, r model.RoleID) []step {
	if c.roles[r].condition == crashed && x.recovers(r) {
		d := c.clone()
		d.roles[r] = roleState{local: x.machines[r].initial(), status: make(statuses, len(x.s.Scopes)), noticed: make([]bool, len(x.machines))}
		for i := range d.roles {
			d.roles[i].noticed[r] = false
		}
		return []step{{to: d, what: x.names[r] + " recovers"}}
	}
	if c.roles[r].condition != live {
		return nil
	}
	var out []step
	for _, d := range x.discards(c, r) {
		out = append(out, step{to: remove(c, d[0], d[1]), what: fmt.Sprintf("%s discards %s", x.names[r], x.message(c.queues[d[0]][d[1]]))})
	}
	if len(out) > 0 {
		return out
	}
	for _, t := range x.machines[r].transitions(c.roles[r].local) {
		switch t.kind {
		case model.Send:
			out = append(out, x.sends(c, r, t)...)
		case model.Receive, model.Ignore:
			out = append(out, x.receives(c, r, t)...)
		case model.Internal, model.Timeout, model.Raise, model.CrashRaise:
			if t.kind == model.CrashRaise && !x.notices(c, r, t.peer) {
				continue
			}
			s := x.own(c, r, t)
			if t.kind == model.CrashRaise && !t.fails {
				s.to.roles[r].noticed[t.peer] = true
			}
			out = append(out, s)
		}
	}
	return out
}

// own is a step of a role that involves nobody else.
func (x *System) own(c *config, r model.RoleID, t transition) step {
	s := step{to: x.move(c, r, t, t.ways[0], nil), what: fmt.Sprintf("%s %s %d", x.names[r], t.kind, t.exception)}
	if t.fails {
		s.broken = append(s.broken, UncaughtException)
	}
	return s
}

func (x *System) recovers(r model.RoleID) bool {
	return slices.ContainsFunc(x.env.Faults, func(f model.Fault) bool { return f.Kind == model.Crash && f.Role == r && f.Recovers })
}

func (x *System) notices(c *config, r, peer model.RoleID) bool {
	if c.roles[peer].condition != crashed || c.roles[r].noticed[peer] {
		return false
	}
	for _, t := range x.machines[r].transitions(c.roles[r].local) {
		if (t.kind == model.Receive || t.kind == model.Ignore) && t.peer == peer && len(x.receives(c, r, t)) > 0 {
			return false
		}
	}
	return true
}

// outgoing is the sender's half of a send, with its message.
func (x *System) outgoing(c *config, r model.RoleID, t transition) (*config, message) {
	d := x.move(c, r, t, t.ways[0], nil)
	return d, stamp(x.s, d.roles[r].status, t.ways[0], message{from: r, to: t.peer, label: t.label})
}

func (x *System) sends(c *config, r model.RoleID, t transition) []step {
	d, m := x.outgoing(c, r, t)
	what := x.message(m)
	if x.gone(c, r, t.peer) {
		return []step{{to: d, what: what + ", in vain"}}
	}
	if x.channel.Discipline != model.Sync {
		q := x.queue(r, t.peer)
		if len(c.queues[q]) >= x.channel.Capacity {
			return nil
		}
		return []step{{to: put(d, q, len(d.queues[q]), m), what: what}}
	}
	if c.roles[t.peer].condition != live {
		return nil
	}
	if late(x.s, c.roles[t.peer].status, m) {
		return []step{{to: d, what: what + ", late"}}
	}
	var out []step
	for _, u := range x.machines[t.peer].transitions(c.roles[t.peer].local) {
		if x.accepts(c, t.peer, u, m) {
			e, broken := x.take(d, t.peer, u, m)
			out = append(out, step{to: e, what: what, broken: broken})
		}
	}
	return out
}

func (x *System) receives(c *config, r model.RoleID, t transition) []step {
	if x.channel.Discipline == model.Sync {
		return nil
	}
	q := x.queue(t.peer, r)
	var out []step
	for _, i := range x.takeable(c, q) {
		if m := c.queues[q][i]; x.accepts(c, r, t, m) {
			d, broken := x.take(remove(c, q, i), r, t, m)
			out = append(out, step{to: d, what: fmt.Sprintf("%s %ss %s", x.names[r], t.kind, x.message(m)), broken: broken})
		}
	}
	return out
}

func (x *System) message(m message) string {
	return fmt.Sprintf("%s -> %s: %s", x.names[m.from], x.names[m.to], x.labels[m.label])
}
