package model

import (
	"slices"

	"chorcheck/lts"
)

// Which steps have nothing to do with each other follows from what they read and
// write. The variables of a configuration are local states (with the values of
// variables, timers, and what a role has noticed), queues, links, the counters of faults,
// and who has crashed. What a transition does to them is a list of accesses, taken from
// the flat steps from which also Next is compiled. Two accesses to one variable by different clusters get
// along, so that the first in a closed set can come before the second outside of it:
//
//	a message is put            the receiver takes from that queue; the receiver goes, and
//	                            the message vanishes then as well, if it does not come back
//	a message is taken          others are put behind it
//	a queue dies with its role  messages are put, and vanish
//	a fault is counted          another one is counted: who could be second can be first
//	a queue is reordered        messages are taken: a place counts from the end, and where
//	                            it is gone, so is the fault
//	a role enters a scope       a fault strikes that is possible already; only leaving it
//	                            can make one impossible
//
// as long as the one in the set is enabled. Else it waits for something, and who can bring
// that about joins. Any other two accesses to a variable collide, unless both only read.
// So two senders collide at a queue that they share, whatever its discipline: they
// compete for its room.
//
// What matters of a cluster outside of a set is what it may ever do, from where it is
// now: its future. Who stands in a set does not move but by the set, since everybody joins
// who can move it. So what spoils the sends of a role outside of the set belongs to its
// future, and what spoils those of a role in the set can be enabled only where the role is
// now: its own accesses see to it.
//
// What is known of scopes without loops is no variable, although any step may make all
// roles forget it (forget.go). A scope is forgotten when nobody can come to act in it any more,
// and no message tells of it; and that remains so. So whether it has been forgotten at the end
// of a run depends on where roles and messages are then, not on the order of steps; and
// a local state without the status has the same steps as the one with it.

// access is what a transition does to a variable beside the local state of its role.
type access struct {
	kind accessKind
	of   int32
}

type accessKind uint8

const (
	puts     accessKind = iota // a message into its queue
	takes                      // a message out of its queue
	offers                     // a message, by rendezvous
	awaits                     // a message, by rendezvous
	notices                    // that a role has crashed
	restarts                   // the role, as others see it
	suffers                    // an exception of the environment
	leaves                     // the place that a fault looks at
)

// independence implements lts.Independence.
type independence struct {
	n       *Network
	queueOf []int32 // by message; -1: rendezvous
	words   int     // of a set of facts
	futures [][]int32
	sets    []uint64  // the sets that futures speak of
	rowOf   [][]int32 // by role and flat state
	rows    []joinRow // distinct ones
	faults  []joinRow // by fault
	action  []int32   // by action: its cluster
	byKey   map[string]int32
}

// joinRow is what Joins has to look at, for one local state or one fault.
type joinRow struct {
	facts  []uint64 // roles with one of these in their future join; nil: none
	roles  []int32  // join
	faults []int32  // join while they can strike
	takes  []wanted
	puts   []roomy
}

// wanted is a message that a local state would take.
type wanted struct {
	queue  *queue
	symbol int
	row    joinRow // if it cannot come without others
}

// roomy is a queue that must have room.
type roomy struct {
	queue *queue
	slots int
	row   joinRow // if it has not
}

// A fact says something about the future of a role: it may send a message (facts from
// 0, by message), notice the crash of a role, or change what is known of scopes.
func (x *independence) noticeFact(r RoleID) int { return len(x.n.flat.messages) + int(r) }

// mostFacts bounds the memory of futures, in words; beyond it, a role has one future
// wherever it is.
const mostFacts = 1 << 22

// Independence implements lts.Independent: each role is a cluster, and so is each fault,
// with the links that it takes down. Where scopes have numbers, or drop what is late,
// all depend on all, and the result is nil.
func (n *Network) Independence() lts.Independence {
	if n.flat.scopes.numbered || slices.ContainsFunc(n.flat.tells, n.flat.canBeLate) {
		return nil
	}
	x := &independence{n: n, queueOf: make([]int32, len(n.flat.messages)), byKey: map[string]int32{}}
	x.words = (len(n.flat.messages) + len(n.locals) + 63) / 64
	for i := range x.queueOf {
		x.queueOf[i] = -1
	}
	for i, q := range n.queues {
		for _, id := range q.messages {
			x.queueOf[id] = int32(i)
		}
	}
	for _, info := range n.actions {
		c := int(info.Role)
		if info.Fault >= 0 {
			c = len(n.locals) + info.Fault
		}
		x.action = append(x.action, int32(c))
	}
	for r := range n.flat.machines {
		role := RoleID(r)
		states := n.flat.machines[r].states
		accesses := make([][]access, len(states))
		for s := range states {
			accesses[s] = x.accesses(role, s)
		}
		x.futures = append(x.futures, x.findFutures(role, accesses))
		rows := make([]int32, len(states))
		for s := range states {
			rows[s] = x.row(role, accesses[s])
		}
		x.rowOf = append(x.rowOf, rows)
	}
	for i := range n.faultPlans() {
		x.faults = append(x.faults, x.faultRow(i))
	}
	x.byKey = nil
	return x
}

func (n *Network) faultPlans() []faultPlan {
	if n.general == nil {
		return nil
	}
	return n.general.faults
}

// Clusters implements lts.Independence.
func (x *independence) Clusters() int { return len(x.n.locals) + len(x.faults) }

// Cluster implements lts.Independence.
func (x *independence) Cluster(a lts.Action) int { return int(x.action[a]) }

// IsStep implements lts.Independence.
func (x *independence) IsStep(a lts.Action) bool { return x.n.IsStep(a) }

// Joins implements lts.Independence.
func (x *independence) Joins(s lts.State, c int, set lts.ClusterSet) {
	if c >= len(x.n.locals) {
		x.join(s, &x.faults[c-len(x.n.locals)], c, set)
		return
	}
	x.join(s, &x.rows[x.rowOf[c][x.n.locals[c].get(s)]], c, set)
}

func (x *independence) join(s lts.State, row *joinRow, c int, set lts.ClusterSet) {
	if row.facts != nil {
		for r := range x.n.locals {
			if r == c || set.Has(r) {
				continue
			}
			future := x.sets[int(x.futures[r][x.n.locals[r].get(s)])*x.words:][:x.words]
			for i, w := range row.facts {
				if w&future[i] != 0 {
					set.Add(r)
					break
				}
			}
		}
	}
	for _, r := range row.roles {
		set.Add(int(r))
	}
	for _, f := range row.faults {
		if x.canStrike(int(f), s) {
			set.Add(len(x.n.locals) + int(f))
		}
	}
	for i := range row.takes {
		w := &row.takes[i]
		switch q := w.queue; {
		case q.find(s, w.symbol, 0) >= 0:
		case !q.bag && q.length(s) > 0:
			// Only the receiver itself can take away what stands before it.
		default:
			x.join(s, &w.row, c, set)
		}
	}
	for i := range row.puts {
		if w := &row.puts[i]; w.queue.length(s)+w.slots > w.queue.capacity {
			x.join(s, &w.row, c, set)
		}
	}
}

// canStrike reports whether a fault may do something, now or later.
func (x *independence) canStrike(i int, s lts.State) bool {
	p := &x.n.general.faults[i]
	if p.link.get(s) != 0 {
		return true // it comes back
	}
	if x.n.exhausted(p, s) {
		return false
	}
	switch p.Kind {
	case Disconnect, Partition, Stray:
		return true
	}
	return x.n.recovers(p.Role) || x.n.flat.machines[p.Role].states[x.n.locals[p.Role].get(s)].control >= 0
}

// accesses lists what the transitions of a role in a flat state do to variables that
// others look at, too.
func (x *independence) accesses(r RoleID, s int) []access {
	n := x.n
	fs := &n.flat.machines[r].states[s]
	var out []access
	add := func(kind accessKind, of int) { out = append(out, access{kind, int32(of)}) }
	for i := range fs.steps {
		st := &fs.steps[i]
		switch {
		case st.kind == EndRaise:
			add(suffers, int(n.automata.Machines[r].Transitions[st.transition].Exception))
		case st.kind == CrashRaise:
			add(notices, int(n.automata.Machines[r].Transitions[st.transition].Peer))
		case st.kind == Send && x.queueOf[st.message] >= 0:
			add(puts, int(st.message))
		case st.kind == Send:
			add(offers, int(st.message))
		case st.takes() && x.queueOf[st.message] >= 0:
			add(takes, int(st.message))
		case st.takes():
			add(awaits, int(st.message))
		}
		x.addMove(r, s, st.to, &out)
	}
	if fs.control == crashedControl && n.recovers(r) {
		add(restarts, int(r))
	}
	slices.SortFunc(out, func(a, b access) int {
		if a.kind != b.kind {
			return int(a.kind) - int(b.kind)
		}
		return int(a.of - b.of)
	})
	return slices.Compact(out)
}

// addMove adds the faults that a role may make impossible by going from one flat state to another.
func (x *independence) addMove(r RoleID, from, to int, out *[]access) {
	for i := range x.n.faultPlans() {
		for _, d := range x.n.general.faults[i].during {
			if d.role == r && d.in[from] && !d.in[to] {
				*out = append(*out, access{leaves, int32(i)})
			}
		}
	}
}

// row gives the number of the row for accesses.
func (x *independence) row(r RoleID, accesses []access) int32 {
	key := []byte{byte(r), byte(r >> 8)}
	for _, a := range accesses {
		key = append(key, byte(a.kind), byte(a.of), byte(a.of>>8), byte(a.of>>16), byte(a.of>>24))
	}
	if i, ok := x.byKey[string(key)]; ok {
		return i
	}
	i := int32(len(x.rows))
	x.byKey[string(key)] = i
	x.rows = append(x.rows, x.makeRow(r, accesses))
	return i
}

func (x *independence) makeRow(r RoleID, accesses []access) joinRow {
	n := x.n
	var row joinRow
	x.addFaults(&row, func(p *faultPlan) bool {
		return (p.Kind == Crash || p.Kind == Silence) && p.Role == r
	})
	for _, a := range accesses {
		switch id := messageID(a.of); a.kind {
		case puts:
			q := n.queues[x.queueOf[id]]
			x.addPutters(&row, r, q)
			x.addRoute(&row, r, q.to)
			x.addSpoilers(&row, r, q.to)
			row.puts = append(row.puts, roomy{q, 1, x.makesRoom(q)})
		case offers:
			to := n.flat.messages[id].To
			row.addRole(to)
			x.addRoute(&row, r, to)
			x.addSpoilers(&row, r, to)
		case takes:
			q := n.queues[x.queueOf[id]]
			x.addFaults(&row, func(p *faultPlan) bool { return p.Kind == Reorder && concerns(p, q) })
			w := wanted{queue: q, symbol: q.symbol[id]}
			x.addFact(&w.row, int(id))
			x.addFaults(&w.row, func(p *faultPlan) bool { return p.Kind == Stray && p.message == id })
			row.takes = append(row.takes, w)
		case awaits:
			x.addFact(&row, int(id))
			x.addFaults(&row, func(p *faultPlan) bool { return p.Kind == Stray && p.message == id })
		case notices:
			c := RoleID(a.of)
			x.addFaults(&row, func(p *faultPlan) bool {
				return p.Kind == Crash && p.Role == c
			})
			if n.recovers(c) {
				row.addRole(c)
			}
		case restarts:
			x.addFact(&row, x.noticeFact(r))
			for id, m := range n.flat.messages {
				if m.To == r {
					x.addFact(&row, id)
				}
			}
			x.addFaults(&row, func(p *faultPlan) bool { return p.Peer == r })
		case suffers:
			x.addFaults(&row, func(p *faultPlan) bool {
				return p.Kind == RaiseFault && p.Role == r && p.Exception == ExceptionID(a.of)
			})
		case leaves:
			x.addFaults(&row, func(p *faultPlan) bool { return p.index == int(a.of) })
		}
	}
	return row
}

func (row *joinRow) addRole(r RoleID) {
	if !slices.Contains(row.roles, int32(r)) {
		row.roles = append(row.roles, int32(r))
	}
}

func (x *independence) addFact(row *joinRow, fact int) {
	if row.facts == nil {
		row.facts = make([]uint64, x.words)
	}
	row.facts[fact>>6] |= 1 << (fact & 63)
}

func (x *independence) addFaults(row *joinRow, are func(*faultPlan) bool) {
	for i := range x.n.faultPlans() {
		if are(&x.n.general.faults[i]) && !slices.Contains(row.faults, int32(i)) {
			row.faults = append(row.faults, int32(i))
		}
	}
}

// concerns reports whether a fault is about messages that stand in a queue.
func concerns(p *faultPlan, q *queue) bool {
	return p.Peer == q.to && (q.from < 0 || p.Role == q.from)
}

// addPutters adds who else may put messages into a queue, or needs its room.
func (x *independence) addPutters(row *joinRow, r RoleID, q *queue) {
	for _, id := range q.messages {
		if x.n.flat.messages[id].From != r {
			x.addFact(row, int(id))
		}
	}
	x.addFaults(row, func(p *faultPlan) bool { return p.Kind == Stray && p.queue >= 0 && x.n.queues[p.queue] == q })
}

// addRoute adds who decides whether a message that is sent arrives: those who take
// the link down, and a receiver that comes back.
func (x *independence) addRoute(row *joinRow, from, to RoleID) {
	x.addFaults(row, func(p *faultPlan) bool { return p.separates(from, to) })
	if x.n.recovers(to) {
		row.addRole(to)
	}
}

// addSpoilers adds the faults that can make another step of a send.
func (x *independence) addSpoilers(row *joinRow, from, to RoleID) {
	x.addFaults(row, func(p *faultPlan) bool {
		return (p.Kind == Loss || p.Kind == Duplicate || p.Kind == Reorder) && p.Role == from && p.Peer == to
	})
}

// makesRoom is who can make room in a queue: the receiver, or its end, which joins with it.
func (x *independence) makesRoom(q *queue) joinRow {
	var row joinRow
	row.addRole(q.to)
	return row
}

// faultRow is the row of a fault.
func (x *independence) faultRow(i int) joinRow {
	n := x.n
	p := &n.general.faults[i]
	var row joinRow
	for _, d := range p.during {
		row.addRole(d.role)
	}
	spoils := func(o *faultPlan) bool { return o.Kind == Loss || o.Kind == Duplicate || o.Kind == Reorder }
	switch p.Kind {
	case Crash, Silence:
		row.addRole(p.Role)
		x.addFaults(&row, func(o *faultPlan) bool {
			looks := slices.ContainsFunc(o.during, func(d during) bool { return d.role == p.Role })
			return looks || spoils(o) && o.Peer == p.Role
		})
	case RaiseFault:
		row.addRole(p.Role)
	case Loss, Duplicate, Reorder:
		row.addRole(p.Role)
		if at := n.queueBetween(p.Role, p.Peer); at >= 0 && p.Kind == Duplicate {
			q := n.queues[at]
			row.puts = append(row.puts, roomy{q, 2, x.makesRoom(q)})
		}
	case Stray:
		if p.queue < 0 {
			row.addRole(p.Peer)
			break
		}
		q := n.queues[p.queue]
		x.addPutters(&row, -1, q)
		x.addFact(&row, x.noticeFact(p.Role))
		if n.recovers(p.Peer) {
			row.addRole(p.Peer)
		}
		row.puts = append(row.puts, roomy{q, 1, x.makesRoom(q)})
	case Disconnect, Partition:
		for id, m := range n.flat.messages {
			if p.separates(m.From, m.To) {
				x.addFact(&row, id)
			}
		}
	}
	return row
}

// findFutures gives, by flat state of a role, the number of the set of facts that
// the role can still come to. These are the facts of all states that it can reach, in
// whatever way: so the states of one strongly connected component have one set.
func (x *independence) findFutures(r RoleID, accesses [][]access) []int32 {
	m := &x.n.flat.machines[r]
	of := make([]int32, len(m.states))
	next := func(s, i int) (int, bool) { // the i-th state that follows
		if i < len(m.states[s].steps) {
			return m.states[s].steps[i].to, true
		}
		i -= len(m.states[s].steps)
		if x.n.general == nil || len(x.n.general.forgetting.plain) == 0 {
			return 0, false
		}
		cleared := x.n.general.forgetting.cleared[r]
		if i >= len(cleared) {
			return 0, false
		}
		if cleared[i] == nil {
			return s, true
		}
		return int(cleared[i][s]), true
	}
	components := 1
	if !x.n.recovers(r) {
		components = condense(of, next)
		if components*x.words > mostFacts {
			components = 1
			clear(of)
		}
	}
	base := len(x.sets)
	x.sets = append(x.sets, make([]uint64, components*x.words)...)
	set := func(c int32) []uint64 { return x.sets[base+int(c)*x.words:][:x.words] }
	// Components are numbered in such an order that what follows comes first.
	order := make([][]int32, components)
	for s, c := range of {
		order[c] = append(order[c], int32(s))
	}
	for c := range order {
		own := set(int32(c))
		for _, s := range order[c] {
			for _, a := range accesses[s] {
				switch a.kind {
				case puts, offers:
					own[a.of>>6] |= 1 << (a.of & 63)
				case notices:
					f := x.noticeFact(RoleID(a.of))
					own[f>>6] |= 1 << (f & 63)
				}
			}
			for i := 0; ; i++ {
				t, ok := next(int(s), i)
				if !ok {
					break
				}
				for j, w := range set(of[t]) {
					own[j] |= w
				}
			}
		}
	}
	for s := range of {
		of[s] += int32(base / max(x.words, 1))
	}
	return of
}

// condense numbers the strongly connected components of a graph, those that follow
// first, by Tarjan's algorithm with an explicit stack. next gives the i-th node that
// follows a node.
func condense(of []int32, next func(node, i int) (int, bool)) int {
	count := 0
	order, low := make([]int32, len(of)), make([]int32, len(of)) // from 1; 0: not visited
	done := make([]bool, len(of))
	type frame struct{ node, edge int }
	var frames []frame
	var open []int
	visited := int32(0)
	enter := func(v int) {
		visited++
		order[v], low[v] = visited, visited
		open = append(open, v)
		frames = append(frames, frame{v, 0})
	}
	for root := range of {
		if order[root] != 0 {
			continue
		}
		enter(root)
		for len(frames) > 0 {
			f := &frames[len(frames)-1]
			v := f.node
			if to, ok := next(v, f.edge); ok {
				f.edge++
				if order[to] == 0 {
					enter(to)
				} else if !done[to] {
					low[v] = min(low[v], order[to])
				}
				continue
			}
			frames = frames[:len(frames)-1]
			if len(frames) > 0 {
				up := frames[len(frames)-1].node
				low[up] = min(low[up], low[v])
			}
			if low[v] < order[v] {
				continue
			}
			for last := -1; last != v; {
				last = open[len(open)-1]
				open = open[:len(open)-1]
				done[last] = true
				of[last] = int32(count)
			}
			count++
		}
	}
	return count
}
