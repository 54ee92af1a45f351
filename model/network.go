package model

import (
	"fmt"
	"slices"

	"chorcheck/lts"
)

// MaxWidth is the greatest number of words of a configuration.
const MaxWidth = 64

// Marks of a configuration, see lts.Marks. The remaining bits say that a send is
// blocked by a full queue: bit MarkBlocked(q) for queue q.
const (
	MarkUnspecified lts.Marks = 1 << iota // a role waits for other messages than those that it has
	MarkFails                             // a step from here leads into `failed`
)

const firstBlockedMark = 2

// MarkBlocked is the mark of a send that is blocked by queue q. Beyond 62 queues,
// several share a bit.
func MarkBlocked(q int) lts.Marks {
	return 1 << (firstBlockedMark + q%(64-firstBlockedMark))
}

// Network is the transition system of automata and their channels, as
// docs/semantics.md defines it. It implements lts.System and lts.Describer. A
// configuration has a bit field for each role's local state (with its variables)
// and for each queue; roles step in the order of their numbers, each by its
// transitions in order.
type Network struct {
	automata *Automata
	flat     *flattener
	locals   []localTable // by role
	queues   []*queue
	steps    []compiledStep
	tables   []uint32
	partners []partner
	ranges   [][2]uint32 // into partners
	waits    [][]uint16  // queues that an only receiving local state waits on
	actions  []ActionInfo
	byKey    map[ActionInfo]lts.Action
	width    int
	bits     int
	maxOut   int
	init     lts.State
}

type localTable struct {
	field
	rows []row // by flat state
}

type row struct {
	start, end uint32
	waits      uint32 // index into waits, 0: none
}

type opcode uint8

const (
	opInternal opcode = iota
	opTable           // put or take by table
	opPutSlot
	opTakeSlot
	opRendezvous
)

type compiledStep struct {
	local   uint64    // exclusive or on the word of the role's local state
	enabled lts.Marks // if the step is enabled
	blocked lts.Marks // if it is not
	mask    uint64    // of the queue's field, or the partner's local state
	table   uint32    // opTable: offset into tables; opRendezvous: into ranges; else the symbol
	action  lts.Action
	queue   uint16
	word    uint16 // of the role's local state
	other   uint16 // word of the queue or of the partner's local state
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

// ActionInfo says what an action is.
type ActionInfo struct {
	Role           RoleID
	Transition     int // of the role's machine
	Kind           Kind
	Peer           RoleID // rendezvous: the receiver; else -1
	PeerTransition int    // of the peer's machine; else -1
	Message        int    // into Network.Message; -1: none
	Queue          int    // that it puts into or takes from; -1: none
	Fails          bool   // the role ends in `failed`
	PeerFails      bool   // the peer ends in `failed`
}

// NewNetwork compiles automata. The error is a *LimitError. Time and memory grow
// with the number of local states and queue contents, not of configurations.
func NewNetwork(a *Automata) (*Network, error) { return newNetwork(a, false) }

// newNetwork can be told to pack all queues as slots, for tests.
func newNetwork(a *Automata, slots bool) (*Network, error) {
	f, err := flatten(a)
	if err != nil {
		return nil, err
	}
	n := &Network{automata: a, flat: f, waits: [][]uint16{nil}, byKey: map[ActionInfo]lts.Action{}}
	queueOf, err := n.makeQueues(slots)
	if err != nil {
		return nil, err
	}
	if err := n.layout(); err != nil {
		return nil, err
	}
	n.compile(queueOf)
	n.init = make(lts.State, n.width) // first local states and empty queues are all zero
	return n, nil
}

// makeQueues makes a queue for each pair, or receiver, that messages can be sent
// to, and returns the queue of each message kind, -1 for a rendezvous.
func (n *Network) makeQueues(slots bool) ([]int, error) {
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
		q.encode(sender, slots)
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

func (n *Network) layout() error {
	var sizes []int
	for r := range n.flat.machines {
		sizes = append(sizes, bitsFor(len(n.flat.machines[r].states)))
	}
	for _, q := range n.queues {
		sizes = append(sizes, q.bits()...)
	}
	for _, b := range sizes {
		n.bits += b
	}
	fields, width := pack(sizes)
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
	return nil
}

func bitsFor(values int) int {
	b := 0
	for 1<<b < values {
		b++
	}
	return b
}

func (n *Network) compile(queueOf []int) {
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
	receivers := n.receivers(queueOf)
	for r := range n.flat.machines {
		lt := &n.locals[r]
		most := 0
		for s, fs := range n.flat.machines[r].states {
			rw := row{start: uint32(len(n.steps))}
			out := 0
			for _, st := range fs.steps {
				c := compiledStep{local: uint64(s^st.to) << lt.shift, word: lt.word}
				info := ActionInfo{Role: RoleID(r), Transition: st.transition, Kind: st.kind, Peer: -1, PeerTransition: -1, Message: -1, Queue: -1, Fails: st.fails}
				if st.fails {
					c.enabled = MarkFails
				}
				if st.kind == Internal {
					c.action = n.action(info)
					n.steps = append(n.steps, c)
					out++
					continue
				}
				qi := queueOf[st.message]
				info.Message, info.Queue = int(st.message), qi
				if qi < 0 {
					if st.kind == Send {
						c.op, c.mask = opRendezvous, n.locals[n.flat.messages[st.message].To].mask
						peer := n.locals[n.flat.messages[st.message].To]
						c.other, c.shift = peer.word, peer.shift
						var partners int
						c.table, partners = n.rendezvous(info, receivers[st.message])
						n.steps = append(n.steps, c)
						out += partners
					}
					continue
				}
				q := n.queues[qi]
				c.action, c.queue = n.action(info), uint16(qi)
				if st.kind == Send {
					c.blocked = MarkBlocked(qi)
				}
				switch {
				case q.dictionary != nil:
					c.op, c.mask, c.other, c.shift = opTable, q.fields[0].mask, q.fields[0].word, q.fields[0].shift
					if st.kind == Send {
						c.table = table(put, q, st.message, true)
					} else {
						c.table = table(take, q, st.message, false)
					}
				case st.kind == Send:
					c.op, c.table = opPutSlot, uint32(q.symbol[st.message])
				default:
					c.op, c.table = opTakeSlot, uint32(q.symbol[st.message])
				}
				n.steps = append(n.steps, c)
				out++
			}
			rw.end = uint32(len(n.steps))
			if w := n.onlyReceives(RoleID(r), fs); w != nil {
				n.waits = append(n.waits, w)
				rw.waits = uint32(len(n.waits) - 1)
			}
			lt.rows = append(lt.rows, rw)
			most = max(most, out)
		}
		n.maxOut += most
	}
}

// onlyReceives lists the queues that a local state waits on, if all it offers are
// receives from fifo or mailbox channels, and nil if not. A receive of a message
// that nobody sends waits on a queue that is always empty unless others share it.
func (n *Network) onlyReceives(r RoleID, fs flatState) []uint16 {
	if fs.control == failedControl {
		return nil
	}
	rng := n.flat.machines[r].first[fs.control]
	var out []uint16
	for t := rng[0]; t < rng[1]; t++ {
		tr := &n.automata.Machines[r].Transitions[t]
		if tr.Kind != Receive {
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
				if st.kind == Receive && queueOf[st.message] < 0 {
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
			p := info
			p.Peer, p.PeerTransition, p.PeerFails = to, all[i].step.transition, all[i].step.fails
			pt := partner{local: uint64(s^all[i].step.to) << lt.shift, word: lt.word, action: n.action(p)}
			if p.PeerFails {
				pt.marks = MarkFails
			}
			n.partners = append(n.partners, pt)
		}
		n.ranges[int(offset)+s] = [2]uint32{start, uint32(len(n.partners))}
		most = max(most, len(n.partners)-int(start))
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
