package model

import (
	"context"
	"fmt"
	"math/bits"
	"slices"

	"chorcheck/lts"
)

// MaxWidth is the greatest number of words of a configuration.
const MaxWidth = 64

// Marks of a configuration, see lts.Marks. The remaining bits but the last say that a send
// is blocked by a full queue: bit MarkBlocked(q) for queue q.
const (
	MarkUnspecified lts.Marks = 1 << iota // a role waits for other messages than those that it has
	MarkFails                             // a step or fault from here leads a role into `failed`
	MarkUncaught                          // one of these because of an exception that nobody handles
	MarkStale                             // a stale receive is enabled
	MarkQuiet                             // no step is enabled, perhaps faults
	MarkOutcome                           // a role is in or has left a handler of a scope that Outcomes knows
	MarkWait                              // a role is in a local state that Waits may speak of
	MarkLeak                              // an explicit timer is armed at the end, or may fire too late
	MarkConfused                          // numbers of instances did not fit: a step from here may lead elsewhere than it should
)

const (
	firstBlockedMark = 9
	noMark           = 63 // set by steps that cannot be blocked, and taken away again
)

// MarkBlocked is the mark of a send that is blocked by queue q. Beyond 54 queues,
// several share a bit.
func MarkBlocked(q int) lts.Marks { return 1 << blockedMark(q) }

func blockedMark(q int) uint8 { return uint8(firstBlockedMark + q%(noMark-firstBlockedMark)) }

// Network is the transition system of automata and their channels, as
// docs/semantics.md defines it. It implements lts.System and lts.Describer. A
// configuration has a bit field for each role's local state (with its variables)
// and for each queue; roles step in the order of their numbers, each by its
// transitions in order.
type Network struct {
	automata  *Automata
	options   NetworkOptions
	flat      *flattener
	locals    []localTable // by role
	queues    []*queue
	general   *general     // nil: the quick way to find steps is enough
	quick     *quickFaults // the faults are beside it; then general is only for their strikes
	unguarded [][][]RoleID // by role and local state: Waits
	rows      []row        // of all roles, by flat state
	steps     []compiledStep
	tables    []uint32
	lookups   lookups
	mixed     bool // not all steps are of kind opTable
	vanishes  bool // what some step sends may vanish
	marks     bool // some step that is enabled has marks
	partners  []partner
	ranges    [][2]uint32 // into partners
	waits     [][]uint16  // queues that an only receiving local state waits on
	actions   []ActionInfo
	byKey     map[ActionInfo]lts.Action
	width     int
	bits      int
	maxOut    int
	init      lts.State
	symmetry  lazySymmetry
	dead      lazyDead
}

type localTable struct {
	field
	first uint32 // row of its first flat state
}

// row is what one local state of one role can do.
type row struct {
	start, end uint32 // into steps
	waits      uint32 // index into waits, 0: none
	marks      lts.Marks
}

// row is the row of a role in a state.
func (n *Network) row(r RoleID, s lts.State) *row {
	lt := &n.locals[r]
	return &n.rows[lt.first+uint32(lt.get(s))]
}

type opcode uint8

const (
	opTable opcode = iota // put or take by table; an internal step has a table of one entry
	opPutSlot
	opTakeSlot
	opRendezvous
)

// maxTables is the number of entries of tables up to which waits are watched by tables.
const maxTables = 1 << 22

// A compiledStep fills half a cache line: some hundreds of them and the tables should
// fit the first cache.
type compiledStep struct {
	local   uint64 // exclusive or on the word of the role's local state
	mask    uint32 // of the queue's field, or the partner's local state
	table   uint32 // opTable: offset into tables; opRendezvous: into ranges; else the symbol
	action  lts.Action
	extra   uint32 // opTable: added to the action if the message vanishes; opPutSlot, opTakeSlot: the queue
	enabled uint16 // marks if the step is enabled
	blocked uint8  // bit of the mark if it is not
	word    uint8  // of the role's local state
	other   uint8  // word of the queue or of the partner's local state
	shift   uint8
	op      opcode
}

// partner is the receiving half of a rendezvous.
type partner struct {
	local  uint64
	action lts.Action
	word   uint16
	marks  lts.Marks
}

// ActionInfo says what an action is. Transition is -1 if it is none of a machine:
// a crash, a recovery, a discard, a stray message that is put into a queue, a link
// that goes down or comes back.
type ActionInfo struct {
	Role           RoleID // -1 for a link
	Transition     int    // of the role's machine
	Kind           Kind
	Peer           RoleID // rendezvous: the receiver; else -1
	PeerTransition int    // of the peer's machine; else -1
	Message        int    // into Network.Message; -1: none
	Queue          int    // that it puts into or takes from; -1: none
	Fails          bool   // the role ends in `failed`
	PeerFails      bool   // the peer ends in `failed`

	Fault    int        // index into Environment.Faults; -1: none
	Recovers bool       // the role recovers: a step
	Heals    bool       // the link of Fault comes back: neither step nor fault
	Discard  bool       // the role drops a message as late; in a rendezvous the peer does
	Vanishes bool       // a send whose message goes nowhere: the receiver is not there, or the link is down
	Place    int        // a reordered message: how many others it overtakes
	Stale    bool       // the receive is stale
	Uncaught bool       // an exception that nobody handles
	Late     bool       // a timeout for a wait that is over
	Handler  HandlerRef // that is entered; Part 0: none
}

// NetworkOptions say in which world automata run.
type NetworkOptions struct {
	Environment *Environment // nil: nothing fails
	KeepCrashed bool         // the queues to crashed roles stay
	Observed    []Atom       // what properties speak of: it is kept in configurations

	// MostContents is, for NewLocalNetwork, how many contents a queue may have that is one component: 0 stands for
	// a good number; if it is negative, each queue that can be a row of places is one.
	MostContents int

	slots    bool // pack all queues as slots, for tests
	way      way  // how roles are looked up at best, for tests
	general  bool // use the general way to find steps also where the quick one would do
	remember bool // forget nothing of scopes that are not looped
}

// NewNetwork compiles automata. The error is a *LimitError, or that of ctx. Time and memory grow
// with the number of local states and queue contents, not of configurations.
func NewNetwork(ctx context.Context, a *Automata, opt NetworkOptions) (*Network, error) {
	if opt.Environment == nil {
		opt.Environment = Calm()
	}
	f, err := flatten(ctx, a, opt.Environment, opt.Observed)
	if err != nil {
		return nil, err
	}
	n := &Network{automata: a, options: opt, flat: f, waits: [][]uint16{nil}, tables: []uint32{possible}, byKey: map[ActionInfo]lts.Action{}}
	queueOf, err := n.makeQueues(ctx, opt)
	if err != nil {
		return nil, err
	}
	n.findWaits()
	var more []*field
	quick := n.hasQuickFaults()
	if quick {
		n.addDead()
	}
	if n.needsGeneral() {
		more = n.planGeneral()
	}
	if err := n.layout(more); err != nil {
		return nil, err
	}
	if n.general != nil {
		if err := n.compileGeneral(ctx, queueOf); err != nil {
			return nil, err
		}
	}
	if quick {
		n.planQuick()
	}
	if n.general == nil || quick {
		if err := n.compile(ctx, queueOf); err != nil {
			return nil, err
		}
		n.vanishes = slices.ContainsFunc(n.steps, func(c compiledStep) bool { return c.extra != 0 })
		n.marks = slices.ContainsFunc(n.steps, func(c compiledStep) bool { return c.enabled != 0 })
		if !n.mixed && n.width <= 2 {
			n.putTogether()
		}
	}
	n.init = make(lts.State, n.width) // first local states and empty queues are all zero
	return n, nil
}

// makeQueues makes a queue for each pair, or receiver, that messages can be sent
// to, and returns the queue of each message kind, -1 for a rendezvous.
func (n *Network) makeQueues(ctx context.Context, opt NetworkOptions) ([]int, error) {
	type place struct {
		from, to RoleID
	}
	index := map[place]int{}
	queueOf := make([]int, len(n.flat.messages))
	order := make([]messageID, len(n.flat.messages))
	for i := range order {
		order[i] = messageID(i)
	}
	slices.SortStableFunc(order, func(x, y messageID) int { return n.flat.messages[x].compare(n.flat.messages[y]) })
	for _, id := range order {
		m := n.flat.messages[id]
		ch := n.automata.Channels.Of(m.From, m.To)
		_, own := n.automata.Channels.Pairs[Pair{m.From, m.To}]
		if ch.Discipline == Sync {
			queueOf[id] = -1
			continue
		}
		p := place{m.From, m.To}
		if !own && (ch.Discipline == Mailbox || ch.Discipline == Bag) {
			p.from = -1
		}
		q, ok := index[p]
		if !ok {
			q = len(n.queues)
			index[p] = q
			n.queues = append(n.queues, &queue{
				from: p.from, to: p.to, bag: ch.Discipline == Bag, mailbox: p.from < 0 && ch.Discipline == Mailbox, capacity: ch.Capacity,
			})
		}
		n.queues[q].messages = append(n.queues[q].messages, id)
		queueOf[id] = q
	}
	for _, q := range n.queues {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if len(q.messages) > maxMessageKinds {
			return nil, &LimitError{
				Message: fmt.Sprintf("%s can be sent more than %d different messages", n.automata.Roles[q.to].Name, maxMessageKinds),
				Help:    "make the domains of the values that messages carry smaller",
				Origins: []Origin{n.automata.Roles[q.to].Origin},
			}
		}
		var sender *flatMachine
		if q.from >= 0 {
			sender = &n.flat.machines[q.from]
		}
		q.faulty = n.faultsOf(q)
		for _, id := range q.messages {
			q.numbers = max(q.numbers, len(n.flat.tells[id].numbers))
		}
		q.encode(sender, opt.slots)
		if opt.general {
			q.asRow(opt.MostContents)
		}
		if q.slotBits > 64 {
			return nil, &LimitError{
				Message: fmt.Sprintf("messages to %s tell the numbers of too many loops with scopes", n.automata.Roles[q.to].Name),
				Help:    "nest fewer scopes in loops in each other",
				Origins: []Origin{n.automata.Roles[q.to].Origin},
			}
		}
	}
	return queueOf, nil
}

func (m MessageKind) compare(o MessageKind) int {
	if m.From != o.From {
		return int(m.From - o.From)
	}
	if m.To != o.To {
		return int(m.To - o.To)
	}
	if m.Label != o.Label {
		return int(m.Label - o.Label)
	}
	return slices.Compare(m.Values, o.Values)
}

// layout gives each role, each queue and each further field its bits.
func (n *Network) layout(more []*field) error {
	var sizes []int
	for r := range n.flat.machines {
		sizes = append(sizes, bitsFor(len(n.flat.machines[r].states)))
	}
	for _, q := range n.queues {
		sizes = append(sizes, q.bits()...)
	}
	for _, f := range more {
		sizes = append(sizes, bits.Len64(f.mask))
	}
	for _, b := range sizes {
		n.bits += b
	}
	fields, width := pack(sizes, n.neighbours(len(sizes)))
	if width > MaxWidth {
		return &LimitError{
			Message: fmt.Sprintf("a configuration of this network needs %d bits; the limit is %d", n.bits, 64*MaxWidth),
			Help:    "use smaller channel capacities, or fewer roles",
		}
	}
	n.width = width
	n.locals = make([]localTable, len(n.flat.machines))
	for r := range n.locals {
		n.locals[r].field = fields[r]
	}
	fields = fields[len(n.locals):]
	for _, q := range n.queues {
		k := len(q.bits())
		q.fields, fields = fields[:k], fields[k:]
	}
	for i, f := range more {
		*f = fields[i]
	}
	return nil
}

// neighbours orders the fields of a configuration: after each role's local state those of
// its queues. A queue belongs to that one of its roles that has fewer of them.
func (n *Network) neighbours(fields int) []int {
	count := make([]int, len(n.flat.machines))
	for _, q := range n.queues {
		count[q.to]++
		if q.from >= 0 {
			count[q.from]++
		}
	}
	owner := func(q *queue) RoleID {
		if q.from >= 0 && count[q.from] < count[q.to] {
			return q.from
		}
		return q.to
	}
	var order []int
	for r := range n.flat.machines {
		order = append(order, r)
		at := len(n.flat.machines)
		for _, q := range n.queues {
			for range q.bits() {
				if owner(q) == RoleID(r) {
					order = append(order, at)
				}
				at++
			}
		}
	}
	for at := len(order); at < fields; at++ {
		order = append(order, at)
	}
	return order
}

func bitsFor(values int) int {
	b := 0
	for 1<<b < values {
		b++
	}
	return b
}

func (n *Network) compile(ctx context.Context, queueOf []int) error {
	put, take := map[int]uint32{}, map[int]uint32{} // by message kind, offsets into tables
	table := func(cache map[int]uint32, q *queue, id messageID, isPut bool) uint32 {
		if off, ok := cache[int(id)]; ok {
			return off
		}
		off := uint32(len(n.tables))
		cache[int(id)] = off
		n.tables = append(n.tables, q.table(q.symbol[id], isPut)...)
		return off
	}
	watches := map[string]uint32{}
	receivers := n.receivers(queueOf)
	for r := range n.flat.machines {
		lt := &n.locals[r]
		lt.first = uint32(len(n.rows))
		most := 0
		for s, fs := range n.flat.machines[r].states {
			if err := ctx.Err(); err != nil {
				return err
			}
			rw := row{start: uint32(len(n.steps)), marks: n.stateMarks(RoleID(r), &fs)}
			out := 0
			for _, st := range fs.steps {
				c := compiledStep{local: uint64(s^st.to) << lt.shift, word: uint8(lt.word), blocked: noMark}
				info := n.infoOf(RoleID(r), &st)
				c.enabled = uint16(stepMarks(&st))
				if st.kind != Send && !st.takes() {
					c.action = n.action(info) // and the table of one entry
					n.steps = append(n.steps, c)
					out++
					continue
				}
				qi := queueOf[st.message]
				info.Message, info.Queue = int(st.message), qi
				if qi < 0 {
					n.mixed = true
					if st.kind == Send {
						peer := n.locals[n.flat.messages[st.message].To]
						c.op, c.mask, c.other, c.shift = opRendezvous, uint32(peer.mask), uint8(peer.word), peer.shift
						var partners int
						c.table, partners = n.rendezvous(info, receivers[st.message])
						n.steps = append(n.steps, c)
						out += partners
					}
					continue
				}
				q := n.queues[qi]
				c.action = n.action(info)
				if st.kind == Send {
					c.blocked = blockedMark(qi)
				}
				switch {
				case q.dictionary != nil:
					f := q.fields[0]
					c.op, c.mask, c.other, c.shift = opTable, uint32(f.mask), uint8(f.word), f.shift
					if st.kind == Send {
						c.table = table(put, q, st.message, true)
						if q.dead > 0 {
							gone := info
							gone.Vanishes = true
							c.extra = uint32(n.action(gone) - c.action)
						}
					} else {
						c.table = table(take, q, st.message, false)
					}
				case st.kind == Send:
					n.mixed = true
					c.op, c.table, c.extra = opPutSlot, uint32(q.symbol[st.message]), uint32(qi)
				default:
					n.mixed = true
					c.op, c.table, c.extra = opTakeSlot, uint32(q.symbol[st.message]), uint32(qi)
				}
				n.steps = append(n.steps, c)
				out++
			}
			if w := n.onlyReceives(RoleID(r), fs); w != nil {
				n.waits = append(n.waits, w)
				rw.waits = uint32(len(n.waits) - 1)
				n.watch(w[0], n.steps[rw.start:], watches)
				out++
			}
			rw.end = uint32(len(n.steps))
			n.rows = append(n.rows, rw)
			most = max(most, out)
		}
		n.maxOut += most
	}
	return nil
}

// watch appends a step that is never enabled, for a local state that only receives. Its
// table is 1 where its first queue has something that none of the steps takes, which makes
// it set MarkUnspecified: see fire.
func (n *Network) watch(queue uint16, takes []compiledStep, known map[string]uint32) {
	q := n.queues[queue]
	n.mixed = n.mixed || slices.ContainsFunc(takes, func(c compiledStep) bool { return c.op != opTable })
	if n.mixed || q.dictionary == nil || len(n.tables)+len(q.dictionary) > maxTables {
		n.mixed = true // which needs no such step
		return
	}
	f := q.fields[0]
	here := func(c *compiledStep) bool {
		return c.mask == uint32(f.mask) && c.shift == f.shift && uint16(c.other) == f.word
	}
	key := fmt.Sprint(queue)
	for i := range takes {
		if here(&takes[i]) {
			key += fmt.Sprint(" ", takes[i].table)
		}
	}
	table, ok := known[key]
	if !ok {
		table = uint32(len(n.tables))
		known[key] = table
		for content, symbols := range q.dictionary {
			suspect := uint32(0)
			if len(symbols) > 0 {
				suspect = 1
			}
			for i := range takes {
				if here(&takes[i]) && n.tables[takes[i].table+uint32(content)] != 0 {
					suspect = 0
				}
			}
			n.tables = append(n.tables, suspect)
		}
	}
	n.steps = append(n.steps, compiledStep{mask: uint32(f.mask), table: table, other: uint8(f.word), shift: f.shift, blocked: noMark})
}

// onlyReceives lists the queues that a local state waits on, if all it offers are
// receives from fifo or mailbox channels, and nil if not. A receive of a message
// that nobody sends waits on a queue that is always empty unless others share it.
func (n *Network) onlyReceives(r RoleID, fs flatState) []uint16 {
	if fs.control < 0 {
		return nil
	}
	rng := n.flat.machines[r].first[fs.control]
	var out []uint16
	for t := rng[0]; t < rng[1]; t++ {
		tr := &n.automata.Machines[r].Transitions[t]
		switch v, explicit := n.flat.explicitTimer(tr); {
		case tr.Kind == CrashRaise || tr.Kind == EndRaise || explicit && fs.values[n.flat.slot[v]] == timerOff:
			continue // nobody can count on it
		case tr.Kind != Receive && tr.Kind != Ignore:
			return nil
		}
		if d := n.automata.Channels.Of(tr.Peer, r).Discipline; d != FIFO && d != Mailbox {
			return nil
		}
		q := n.queueBetween(tr.Peer, r)
		if q < 0 {
			return nil // always empty: the role never has a head there
		}
		if !slices.Contains(out, uint16(q)) {
			out = append(out, uint16(q))
		}
	}
	return out
}

// queueBetween is the queue of a pair of roles, -1 if nothing is ever sent there.
func (n *Network) queueBetween(from, to RoleID) int {
	_, own := n.automata.Channels.Pairs[Pair{from, to}]
	for i, q := range n.queues {
		if q.to == to && (q.from == from || q.from < 0 && !own) {
			return i
		}
	}
	return -1
}

type receiver struct {
	state int
	step  flatStep
}

// receivers lists, for each message kind that travels by rendezvous, the local
// states of its receiver that take it.
func (n *Network) receivers(queueOf []int) [][]receiver {
	out := make([][]receiver, len(n.flat.messages))
	for r := range n.flat.machines {
		for s, fs := range n.flat.machines[r].states {
			for _, st := range fs.steps {
				if st.takes() && queueOf[st.message] < 0 {
					out[st.message] = append(out[st.message], receiver{s, st})
				}
			}
		}
	}
	return out
}

// rendezvous lays out the partners of one send by the receiver's local state, and
// returns the offset of the ranges and the most partners of one state.
func (n *Network) rendezvous(info ActionInfo, all []receiver) (offset uint32, most int) {
	to := n.flat.messages[info.Message].To
	lt := n.locals[to]
	offset = uint32(len(n.ranges))
	n.ranges = append(n.ranges, make([][2]uint32, len(n.flat.machines[to].states))...)
	for i := 0; i < len(all); {
		start := uint32(len(n.partners))
		s := all[i].state
		for ; i < len(all) && all[i].state == s; i++ {
			p := n.metBy(info, to, &all[i].step)
			pt := partner{local: uint64(s^all[i].step.to) << lt.shift, word: lt.word, action: n.action(p), marks: stepMarks(&all[i].step)}
			n.partners = append(n.partners, pt)
		}
		n.ranges[int(offset)+s] = [2]uint32{start, uint32(len(n.partners))}
		most = max(most, len(n.partners)-int(start))
	}
	for s := n.flat.machines[to].gone; s < len(n.flat.machines[to].states); s++ {
		// Nobody is there: the sender goes on alone.
		info.Vanishes = true
		start := uint32(len(n.partners))
		n.partners = append(n.partners, partner{word: lt.word, action: n.action(info)})
		n.ranges[int(offset)+s] = [2]uint32{start, start + 1}
		most = max(most, 1)
	}
	return offset, most
}

func (n *Network) action(info ActionInfo) lts.Action {
	if a, ok := n.byKey[info]; ok {
		return a
	}
	a := lts.Action(len(n.actions))
	n.actions = append(n.actions, info)
	n.byKey[info] = a
	return a
}
