package model

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"chorcheck/lts"
)

// Which components a step touches can be read off the moves of the general way to find
// steps: the local states of the roles that take part, the queues that they use, the
// counters of the faults that strike, and what they look at. What a move does to a queue
// is found by doing it, on a state that has nothing but that queue in it, and is the
// same whatever stands beside it. So each move becomes an event, or several of them where
// it can be possible for different reasons.
//
// Two things in a network are not local. Numbers of instances are closed up after
// each step, by a look at all roles and queues: nothing is done about that. And what is
// known of scopes is forgotten, which makes no difference but for the number of
// configurations: a network that is made to be local remembers it, and gives the maps by which it
// would forget.

// errNumbered is why a network is not local.
var errNumbered = errors.New("the instances of a scope in a loop are numbered by a look at all roles at once")

// NewLocalNetwork is NewNetwork for the search with decision diagrams: what is known
// of scopes is not forgotten, unless that is done by the maps that Locality gives.
func NewLocalNetwork(ctx context.Context, a *Automata, opt NetworkOptions) (*Network, error) {
	opt.general, opt.remember = true, true
	return NewNetwork(ctx, a, opt)
}

// RoleComponent is the component that holds the local state of a role, with its variables.
func (n *Network) RoleComponent(r RoleID) int { return int(r) }

// QueueComponent is the component that holds the content of a queue, or the first one of its row.
func (n *Network) QueueComponent(q int) int { return len(n.locals) + q }

// Locality implements lts.Local for networks of NewLocalNetwork.
func (n *Network) Locality(ctx context.Context) (*lts.Locality, error) {
	if n.flat.scopes.numbered {
		return nil, errNumbered
	}
	l := newLocaliser(ctx, n)
	for r := range n.locals {
		l.role(RoleID(r))
	}
	for r, action := range n.general.recover {
		if action != noAction {
			l.recovery(RoleID(r), action)
		}
	}
	for i := range n.general.faults {
		l.fault(&n.general.faults[i])
	}
	l.forgetting()
	if l.over() {
		return nil, l.ctx.Err()
	}
	return l.out, nil
}

// localiser makes the events of a network.
type localiser struct {
	ctx      context.Context
	n        *Network
	out      *lts.Locality
	queues   []*queueValues
	counters []int   // components
	links    []int   // by fault
	noticed  [][]int // by role and crashed role; -1: there is nothing to notice
	scratch  lts.State

	relations map[string]*lts.Relation
	composed  map[[2]*lts.Relation]*lts.Relation
}

// queueValues numbers the contents of a queue, as they are met.
type queueValues struct {
	*queue
	fields   []field
	index    map[string]uint32
	contents [][]uint64
	key      []byte
}

func (q *queueValues) read(s lts.State) uint32 {
	if q.dictionary != nil {
		return uint32(q.fields[0].get(s))
	}
	q.key = q.key[:0]
	for _, f := range q.fields {
		q.key = binary.LittleEndian.AppendUint64(q.key, f.get(s))
	}
	if i, ok := q.index[string(q.key)]; ok {
		return i
	}
	content := make([]uint64, len(q.fields))
	for i, f := range q.fields {
		content[i] = f.get(s)
	}
	i := uint32(len(q.contents))
	q.index[string(q.key)] = i
	q.contents = append(q.contents, content)
	return i
}

func (q *queueValues) write(s lts.State, v uint32) {
	if q.dictionary != nil {
		q.fields[0].set(s, uint64(v))
		return
	}
	for i, f := range q.fields {
		f.set(s, q.contents[v][i])
	}
}

func newLocaliser(ctx context.Context, n *Network) *localiser {
	l := &localiser{
		ctx: ctx, n: n, out: &lts.Locality{}, scratch: make(lts.State, n.width),
		relations: map[string]*lts.Relation{}, composed: map[[2]*lts.Relation]*lts.Relation{},
	}
	for r := range n.locals {
		l.component(n.automata.Roles[r].Name, n.locals[r].field)
	}
	for i, q := range n.queues {
		v := &queueValues{queue: q, fields: q.fields, index: map[string]uint32{}}
		v.read(l.scratch) // the empty content is number 0
		l.queues = append(l.queues, v)
		read, write := v.read, v.write
		if n.IsRow(i) {
			last := q.slot(q.capacity - 1)
			read = func(s lts.State) uint32 { return uint32(last.get(s)) }
			write = func(s lts.State, v uint32) { last.set(s, uint64(v)) }
		}
		name := "to " + n.automata.Roles[q.to].Name
		if q.from >= 0 {
			name = n.automata.Roles[q.from].Name + " -> " + n.automata.Roles[q.to].Name
		}
		l.out.Components = append(l.out.Components, lts.Component{Name: name, Read: read, Write: write})
	}
	for i := range n.queues {
		if n.IsRow(i) {
			l.row(i)
		}
	}
	g := n.general
	for i := range g.counters {
		l.counters = append(l.counters, l.component(fmt.Sprintf("counter %d", i), g.counters[i].field))
	}
	for i := range g.faults {
		at := -1
		if g.faults[i].link.mask != 0 {
			at = l.component(fmt.Sprintf("link of fault %d", i), g.faults[i].link)
		}
		l.links = append(l.links, at)
	}
	for r := range g.noticed {
		row := make([]int, len(g.noticed[r]))
		for c, f := range g.noticed[r] {
			row[c] = -1
			if f.mask != 0 {
				row[c] = l.component(n.automata.Roles[r].Name+" knows of "+n.automata.Roles[c].Name, f)
			}
		}
		l.noticed = append(l.noticed, row)
	}
	return l
}

// over reports whether the time is: what is made from then on is not used.
func (l *localiser) over() bool { return l.ctx.Err() != nil }

// component adds a component that is one field.
func (l *localiser) component(name string, f field) int {
	l.out.Components = append(l.out.Components, lts.Component{
		Name:  name,
		Read:  func(s lts.State) uint32 { return uint32(f.get(s)) },
		Write: func(s lts.State, v uint32) { f.set(s, uint64(v)) },
	})
	return len(l.out.Components) - 1
}

// effect is what an event does: to each component, one thing after another.
type effect map[int][]*lts.Relation

func (e effect) add(component int, r *lts.Relation) { e[component] = append(e[component], r) }

func (e effect) clone() effect {
	c := effect{}
	for k, list := range e {
		c[k] = slices.Clone(list)
	}
	return c
}

// event adds an event, unless it is never possible.
func (l *localiser) event(a lts.Action, e effect) {
	parts := l.parts(e)
	if !slices.ContainsFunc(parts, func(p lts.Part) bool {
		return p.Relation.Next == nil && p.Relation.Pass == nil && p.Relation.Pairs == nil
	}) {
		l.out.Events = append(l.out.Events, lts.Event{Action: a, IsStep: l.n.IsStep(a), Parts: parts})
	}
}

func (l *localiser) parts(e effect) []lts.Part {
	var parts []lts.Part
	for c, list := range e {
		r := list[0]
		for _, next := range list[1:] {
			r = l.compose(r, next)
		}
		parts = append(parts, lts.Part{Component: c, Relation: r})
	}
	slices.SortFunc(parts, func(x, y lts.Part) int { return x.Component - y.Component })
	return parts
}

// compose makes one relation of two that are followed one after the other.
func (l *localiser) compose(first, second *lts.Relation) *lts.Relation {
	key := [2]*lts.Relation{first, second}
	if r := l.composed[key]; r != nil {
		return r
	}
	r := &lts.Relation{}
	switch {
	case first.Pass != nil:
		r.Pass = lts.Follow(first.Pass, second.Pass)
	case first.Next == nil:
		for _, p := range first.Pairs {
			for _, to := range follow(second, p.To) {
				r.Pairs = append(r.Pairs, lts.Pair{From: p.From, To: to})
			}
		}
		sortPairs(r)
	default:
		r.Next = func(from uint32) []uint32 {
			var out []uint32
			for _, v := range follow(first, from) {
				out = append(out, follow(second, v)...)
			}
			slices.Sort(out)
			return slices.Compact(out)
		}
	}
	l.composed[key] = r
	return r
}

func sortPairs(r *lts.Relation) {
	slices.SortFunc(r.Pairs, func(x, y lts.Pair) int {
		if x.From != y.From {
			return int(x.From) - int(y.From)
		}
		return int(x.To) - int(y.To)
	})
	r.Pairs = slices.Compact(r.Pairs)
}

// follow lists what a value leads to.
func follow(r *lts.Relation, from uint32) []uint32 {
	if r.Next != nil {
		return r.Next(from)
	}
	at, _ := slices.BinarySearchFunc(r.Pairs, from, func(p lts.Pair, v uint32) int { return int(p.From) - int(v) })
	var out []uint32
	for ; at < len(r.Pairs) && r.Pairs[at].From == from; at++ {
		out = append(out, r.Pairs[at].To)
	}
	return out
}

// pairs makes a relation that is listed, once for each key.
func (l *localiser) pairs(key string, list func() []lts.Pair) *lts.Relation {
	if r := l.relations[key]; r != nil {
		return r
	}
	r := &lts.Relation{Pairs: list()}
	sortPairs(r)
	l.relations[key] = r
	return r
}

func (l *localiser) pair(from, to uint32) *lts.Relation {
	return l.pairs(fmt.Sprint("pair ", from, " ", to), func() []lts.Pair { return []lts.Pair{{From: from, To: to}} })
}

// only keeps the local states of a role with a property; key names that.
func (l *localiser) only(r RoleID, key string, is func(flat int) bool) *lts.Relation {
	return l.pairs(fmt.Sprint("only ", r, " ", key), func() []lts.Pair {
		var out []lts.Pair
		for s := range l.n.flat.machines[r].states {
			if is(s) {
				out = append(out, lts.Pair{From: uint32(s), To: uint32(s)})
			}
		}
		return out
	})
}

// bit sets a component of one bit to a value.
func (l *localiser) bit(to uint32) *lts.Relation {
	return l.pairs(fmt.Sprint("bit ", to), func() []lts.Pair { return []lts.Pair{{From: 0, To: to}, {From: 1, To: to}} })
}

// onQueue makes the relation of something that is done to a queue: do gets a state in which the
// queue has some content, and calls result for each state in which it has what it has
// then.
func (l *localiser) onQueue(q int, key string, do func(s lts.State, result func(lts.State))) *lts.Relation {
	key = fmt.Sprint("queue ", q, " ", key)
	if r := l.relations[key]; r != nil {
		return r
	}
	values := l.queues[q]
	s := make(lts.State, l.n.width)
	r := &lts.Relation{Next: func(from uint32) []uint32 {
		var out []uint32
		values.write(s, from)
		do(s, func(t lts.State) { out = append(out, values.read(t)) })
		slices.Sort(out)
		return slices.Compact(out)
	}}
	l.relations[key] = r
	return r
}

// keep makes the relation that keeps the contents of a queue with a property.
func (l *localiser) keep(q int, key string, is func(s lts.State) bool) *lts.Relation {
	return l.onQueue(q, key, func(s lts.State, result func(lts.State)) {
		if is(s) {
			result(s)
		}
	})
}

// put makes the relation of putting a message, perhaps twice.
func (l *localiser) put(q int, value uint64, times int) *lts.Relation {
	x := l.n.queues[q]
	if l.n.IsRow(q) {
		return l.pass(fmt.Sprint("put ", value, " ", times), func() *lts.Pass { return putPass(uint32(value), uint32(times)) })
	}
	return l.onQueue(q, fmt.Sprint("put ", value, " ", times), func(s lts.State, result func(lts.State)) {
		if x.length(s)+times > x.capacity {
			return
		}
		t := s.Clone()
		for range times {
			length := x.length(t)
			l.n.add(t, x, value)
			if x.length(t) != length+1 {
				return // a content that the sender never brings about
			}
		}
		result(t)
	})
}

// take makes the relation of taking a message.
func (l *localiser) take(q int, symbol int) *lts.Relation {
	x := l.n.queues[q]
	if l.n.IsRow(q) {
		symbols := uint32(len(x.messages))
		return l.pass(fmt.Sprint("take ", symbol, " of ", symbols), func() *lts.Pass { return takePass(uint32(symbol), symbols) })
	}
	return l.onQueue(q, fmt.Sprint("take ", symbol), func(s lts.State, result func(lts.State)) {
		for i := x.find(s, symbol, 0); i >= 0; i = x.find(s, symbol, i+1) {
			t := s.Clone()
			l.n.remove(t, x, i)
			result(t)
		}
	})
}

// room makes the relation that keeps the contents with room for one more, or those without.
func (l *localiser) room(q int, room bool) *lts.Relation {
	key := fmt.Sprint("room ", room)
	if l.n.IsRow(q) {
		return l.pass(key, func() *lts.Pass { return roomPass(room) })
	}
	x := l.n.queues[q]
	return l.keep(q, key, func(s lts.State) bool { return l.n.room(s, x) == room })
}

// without makes the relation that keeps the contents in which a message cannot be found.
func (l *localiser) without(q int, symbol uint32) *lts.Relation {
	key := fmt.Sprint("without ", symbol)
	if l.n.IsRow(q) {
		return l.pass(key, func() *lts.Pass { return headPass(func(head uint32) bool { return head != symbol }) })
	}
	x := l.n.queues[q]
	return l.keep(q, key, func(s lts.State) bool { return x.find(s, int(symbol), 0) < 0 })
}

// tellsNothing makes the relation that keeps the contents whose messages have none of some marks.
func (l *localiser) tellsNothing(q int, marks []uint64, bit int) *lts.Relation {
	key := fmt.Sprint("tells nothing of ", bit)
	x := l.n.queues[q]
	if l.n.IsRow(q) {
		return l.pass(fmt.Sprint(key, " in ", q), func() *lts.Pass {
			return eachPass(func(symbol uint32) bool { return marks[x.messages[symbol-1]]>>bit&1 == 0 })
		})
	}
	return l.keep(q, key, func(s lts.State) bool { return x.tellsOf(s, marks)>>bit&1 == 0 })
}

// class names what decides which messages are late for a role in a local state.
func (l *localiser) class(r RoleID, flat int) string {
	return fmt.Sprint(r, l.n.flat.ghosts(r, l.n.flat.machines[r].states[flat].values))
}

// nothingLate adds that a role in a local state has no message that it has to drop.
func (l *localiser) nothingLate(e effect, r RoleID, flat int) {
	if !l.n.general.drops[r] || !l.n.general.rows[r][flat].live {
		return
	}
	class := l.class(r, flat)
	for _, q := range l.n.general.queues[r] {
		e.add(l.n.QueueComponent(q), l.keep(q, "nothing late for "+class, func(s lts.State) bool {
			l.n.locals[r].set(s, uint64(flat))
			return l.n.nextDiscard(l.n.queues[q], r, s, 0) < 0
		}))
	}
}

// isGone is the relation that keeps the local states of a role in which messages to it vanish.
func (l *localiser) gone(r RoleID, sync bool) *lts.Relation {
	return l.only(r, fmt.Sprint("gone ", sync), func(flat int) bool { return l.isGone(r, sync, flat) })
}

func (l *localiser) present(r RoleID, sync bool) *lts.Relation {
	return l.only(r, fmt.Sprint("present ", sync), func(flat int) bool { return !l.isGone(r, sync, flat) })
}

func (l *localiser) isGone(r RoleID, sync bool, flat int) bool {
	l.n.locals[r].set(l.scratch, uint64(flat))
	return l.n.isGone(r, sync, l.scratch)
}

// canGo reports whether a role can be gone at all.
func (l *localiser) canGo(r RoleID) bool {
	return l.n.flat.machines[r].gone < len(l.n.flat.machines[r].states)
}

// separating lists the faults that can take the link between two roles down.
func (l *localiser) separating(from, to RoleID) []int {
	var out []int
	for i := range l.n.general.faults {
		if l.n.general.faults[i].separates(from, to) {
			out = append(out, l.links[i])
		}
	}
	return out
}

// arrives adds that a message between two roles does not vanish.
func (l *localiser) arrives(e effect, from, to RoleID, sync bool) {
	for _, link := range l.separating(from, to) {
		e.add(link, l.pair(0, 0))
	}
	if l.canGo(to) {
		e.add(l.n.RoleComponent(to), l.present(to, sync))
	}
}

// vanishes adds the events of a send whose message goes nowhere, one for each reason.
func (l *localiser) vanishes(a lts.Action, e effect, from, to RoleID, sync bool) {
	for _, link := range l.separating(from, to) {
		x := e.clone()
		x.add(link, l.pair(1, 1))
		l.event(a, x)
	}
	if l.canGo(to) {
		x := e.clone()
		x.add(l.n.RoleComponent(to), l.gone(to, sync))
		l.event(a, x)
	}
}

// goes adds that a role goes from one local state to another.
func (l *localiser) goes(e effect, r RoleID, from, to int, failed bool) {
	e.add(l.n.RoleComponent(r), l.pair(uint32(from), uint32(to)))
	if failed {
		l.forgets(e, r)
	}
}

// forgets adds that a role forgets which crashes it has noticed.
func (l *localiser) forgets(e effect, r RoleID) {
	for _, c := range l.noticed[r] {
		if c >= 0 {
			e.add(c, l.bit(0))
		}
	}
}

// role adds the steps that stand at a role.
func (l *localiser) role(r RoleID) {
	g := l.n.general
	for flat, row := range g.rows[r] {
		if !row.live {
			continue
		}
		if l.over() {
			return
		}
		for i := row.start; i < row.raises; i++ {
			l.move(r, flat, &g.moves[i])
		}
	}
	if g.drops[r] {
		l.discards(r)
	}
}

func (l *localiser) move(r RoleID, flat int, m *move) {
	e := effect{}
	l.nothingLate(e, r, flat)
	switch m.op {
	case moveInternal:
		l.goes(e, r, flat, int(m.to), m.failed)
		l.event(m.action, e)
	case moveSend:
		l.goes(e, r, flat, int(m.to), m.failed)
		l.vanishes(m.vanish, e, r, m.peer, false)
		l.arrives(e, r, m.peer, false)
		l.watch(e, r, flat, m)
		e.add(l.n.QueueComponent(int(m.queue)), l.put(int(m.queue), m.value, 1))
		l.event(m.action, e)
	case moveTake:
		if m.relation != anyRelation && m.relation != 0 {
			return // numbers are equal where there are none
		}
		l.goes(e, r, flat, int(m.to), m.failed)
		e.add(l.n.QueueComponent(int(m.queue)), l.take(int(m.queue), int(m.value)))
		l.event(m.action, e)
	case moveSync:
		l.goes(e, r, flat, int(m.to), m.failed)
		l.vanishes(m.vanish, e, r, m.peer, true)
		l.arrives(e, r, m.peer, true)
		l.meet(e, r, m)
	case moveNotice:
		l.notice(e, r, flat, m)
	}
}

// watch adds what tells that a send is blocked by a full queue.
func (l *localiser) watch(e effect, r RoleID, flat int, m *move) {
	x := e.clone()
	x[l.n.RoleComponent(r)] = []*lts.Relation{l.pair(uint32(flat), uint32(flat))}
	for _, c := range l.noticed[r] {
		delete(x, c) // what a failing step forgets
	}
	x.add(l.n.QueueComponent(int(m.queue)), l.room(int(m.queue), false))
	l.out.Watches = append(l.out.Watches, lts.Event{Action: m.action, Parts: l.parts(x)})
}

// meet adds the rendezvous of a send.
func (l *localiser) meet(e effect, r RoleID, m *move) {
	for flat, partners := range l.n.general.partners[m.partners] {
		for i := range partners {
			p := &partners[i]
			if p.relation != anyRelation && p.relation != 0 {
				continue
			}
			l.n.locals[m.peer].set(l.scratch, uint64(flat))
			late := p.discards && l.n.isLateSync(m.message, r, m.peer, l.scratch)
			if p.discards && !late {
				continue
			}
			x := e.clone()
			l.nothingLate(x, m.peer, flat)
			to := int(p.to)
			if late {
				to = flat
			}
			l.goes(x, m.peer, flat, to, p.failed)
			l.event(p.action, x)
			if late {
				break // and nothing else
			}
		}
	}
}

// notice adds the step by which a role notices a crash.
func (l *localiser) notice(e effect, r RoleID, flat int, m *move) {
	n := l.n
	e.add(l.noticedOf(r, m.peer), l.pair(0, 0))
	e.add(n.RoleComponent(m.peer), l.only(m.peer, "crashed", func(s int) bool {
		return n.flat.machines[m.peer].states[s].control == crashedControl
	}))
	row := &n.general.rows[r][flat]
	for i := row.start; i < row.raises; i++ {
		x := &n.general.moves[i]
		if x.op != moveTake || n.flat.messages[x.message].From != m.peer || x.relation != anyRelation && x.relation != 0 {
			continue
		}
		e.add(n.QueueComponent(int(x.queue)), l.without(int(x.queue), uint32(x.value)))
	}
	l.goes(e, r, flat, int(m.to), m.failed)
	if !m.failed {
		e.add(l.noticedOf(r, m.peer), l.bit(1))
	}
	l.event(m.action, e)
}

func (l *localiser) noticedOf(r, crashed RoleID) int { return l.noticed[r][crashed] }

// discards adds the steps by which a role drops messages that are late.
func (l *localiser) discards(r RoleID) {
	n := l.n
	done := map[string]bool{}
	for flat, row := range n.general.rows[r] {
		class := l.class(r, flat)
		if !row.live || done[class] {
			continue
		}
		if l.over() {
			return
		}
		done[class] = true
		here := l.only(r, "class "+class, func(s int) bool { return n.general.rows[r][s].live && l.class(r, s) == class })
		for _, i := range n.general.queues[r] {
			q := n.queues[i]
			for symbol, id := range q.messages {
				if !n.general.late[id] {
					continue
				}
				e := effect{}
				e.add(n.RoleComponent(r), here)
				e.add(n.QueueComponent(i), l.onQueue(i, fmt.Sprint("drop ", id, " for ", class), func(s lts.State, result func(lts.State)) {
					n.locals[r].set(s, uint64(flat))
					for j := n.nextDiscard(q, r, s, 0); j >= 0; j = n.nextDiscard(q, r, s, j+1) {
						if q.symbolOf(q.value(s, j)) == symbol+1 {
							t := s.Clone()
							n.remove(t, q, j)
							result(t)
						}
					}
				}))
				l.event(n.general.discard[id], e)
			}
		}
	}
}

// recovery adds the step by which a crashed role starts again.
func (l *localiser) recovery(r RoleID, a lts.Action) {
	e := effect{}
	e.add(l.n.RoleComponent(r), l.pairs(fmt.Sprint("restart ", r), func() []lts.Pair {
		var out []lts.Pair
		for s, fs := range l.n.flat.machines[r].states {
			if fs.control == crashedControl {
				out = append(out, lts.Pair{From: uint32(s)})
			}
		}
		return out
	}))
	for other := range l.noticed {
		if c := l.noticed[other][r]; c >= 0 {
			e.add(c, l.bit(0))
		}
	}
	l.event(a, e)
}

// forgetting adds the maps by which the network would forget what it knows of scopes.
func (l *localiser) forgetting() {
	n := l.n
	f := &n.general.forgetting
	for bit, scope := range f.plain {
		restarts := false
		for r := range n.locals {
			restarts = restarts || n.general.recover[r] != noAction && f.sources[r][n.automata.Machines[r].Initial]>>bit&1 != 0
		}
		if restarts {
			continue
		}
		if l.over() {
			return
		}
		e := effect{}
		for r := range n.locals {
			e.add(r, l.pairs(fmt.Sprint("forget ", r, " ", bit), func() []lts.Pair {
				var out []lts.Pair
				slot := n.flat.scopes.slot[r][scope]
				for s, fs := range n.flat.machines[r].states {
					if fs.control >= 0 && f.sources[r][fs.control]>>bit&1 != 0 {
						continue
					}
					to := int32(s)
					if slot >= 0 && f.cleared[r][slot] != nil && f.known[r][s]>>bit&1 != 0 {
						to = f.cleared[r][slot][s]
					}
					out = append(out, lts.Pair{From: uint32(s), To: uint32(to)})
				}
				return out
			}))
		}
		for i, q := range n.queues {
			tells := slices.ContainsFunc(q.messages, func(id messageID) bool { return f.told[id]>>bit&1 != 0 })
			if tells {
				e.add(n.QueueComponent(i), l.tellsNothing(i, f.told, bit))
			}
		}
		l.out.Forget = append(l.out.Forget, l.parts(e))
	}
}
