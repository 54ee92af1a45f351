package model

import (
	"math/bits"
	"slices"

	"chorcheck/lts"
)

// Where all steps are look-ups in tables, most of those that a role's local state has are not
// enabled: it waits for one of several messages, of which at most one is at the head. So what tables say of single
// steps is put together once, in one of three ways for each role:
//
//   - at once: a role that has few local states, and queues with few contents, has one table of all of that, which
//     gives the steps that are enabled, and the marks;
//   - by queue: of those steps of a local state that look at the same queue, one table by its content gives
//     the one that is enabled. Where several can be, there are several tables;
//   - step by step, if a queue has so many contents that tables by local state would not fit the caches.
//
// That changes the order of steps only: first come those of roles that are looked up at once, then those by queue.
type way uint8

const (
	atOnce way = iota
	byQueue
	stepByStep
)

// lookups are the tables that are put together.
type lookups struct {
	atOnce     []roleTable
	byQueue    []localTable // the rows of local states are in rows
	rows       []row        // of looks
	looks      []look
	entries    []entry
	stepByStep []localTable // the rows are those of the network
	rest       []result     // of entries of role tables with more than atHand steps
}

// atHand is the number of steps in an entry of a role table.
const atHand = 4

// roleTable tells what a role can do, by the bits where its local state and its queues are.
type roleTable struct {
	shift   uint8
	word    uint8
	mask    uint64
	entries []roleEntry
}

// roleEntry fills a cache line. The exclusive ors are on the word of the table.
type roleEntry struct {
	change  [atHand]uint64
	actions [atHand]lts.Action
	marks   lts.Marks
	enabled uint32 // how many steps are
	rest    uint32 // where the steps beyond atHand are
}

// result is what a step does to the word of its role table.
type result struct {
	change uint64
	action lts.Action
}

// look says where to look for one step of a local state.
type look struct {
	first uint32 // entry
	mask  uint32 // of the queue's field; 0 for a step of the role alone
	word  uint8
	shift uint8
}

// entry is what a look finds.
type entry struct {
	change  [2]uint64 // exclusive or on the state
	marks   lts.Marks
	action  lts.Action
	enabled uint32 // 1 or 0
}

const (
	// maxTableBits bounds what a role is looked up by at once, maxRoleEntries the entries
	// of all such tables: 64 bytes each.
	maxTableBits   = 10
	maxRoleEntries = 1 << 13
	// mostLookedUp bounds the contents of a queue that is looked up by local state, maxEntries all
	// such entries: 32 bytes each.
	mostLookedUp = 1 << 6
	maxEntries   = 1 << 15
)

// putTogether makes the tables.
func (n *Network) putTogether() {
	k := &n.lookups
	contents := map[field]int{{}: 1}
	for _, q := range n.queues {
		contents[q.fields[0]] = len(q.dictionary)
	}
	for r := range n.locals {
		switch {
		case n.options.way <= atOnce && n.lookUpAtOnce(r, contents):
		case n.options.way <= byQueue && n.lookUpByQueue(r, contents):
		default:
			k.stepByStep = append(k.stepByStep, n.locals[r])
		}
	}
}

// stepsOf are the steps of a role's local state, and its row.
func (n *Network) stepsOf(r, local int) ([]compiledStep, *row) {
	rw := &n.rows[int(n.locals[r].first)+local]
	return n.steps[rw.start:rw.end], rw
}

// queueField is where the queue is that a step looks at: the empty field if it looks at none, or at
// one that has one content only.
func (c *compiledStep) queueField() field {
	return field{mask: uint64(c.mask), word: uint16(c.other), shift: c.shift}
}

// found is what a step does where its queue has a content: as entry of a table by queue. A
// watch enables nothing, and finds something if its entry is not 0.
func (n *Network) found(c *compiledStep, content int) entry {
	e := n.tables[c.table+uint32(content)]
	if e&possible == 0 {
		mark := lts.Marks(1) << ((uint32(c.blocked) + e) & 63) // see fireWord
		return entry{marks: mark &^ (1 << noMark)}
	}
	x := entry{enabled: 1, marks: lts.Marks(c.enabled), action: c.action + lts.Action(e>>vanishBit&1*c.extra)}
	x.change[c.word&1] ^= c.local
	x.change[c.other&1] ^= uint64(e&deltaMask) << c.shift
	return x
}

// lookUpAtOnce makes the table of a role, if it is small and in one word. contents are the numbers of
// contents of queues.
func (n *Network) lookUpAtOnce(r int, contents map[field]int) bool {
	k, own := &n.lookups, n.locals[r].field
	fields := []field{own}
	if own.mask == 0 {
		fields = nil // it has one local state, which needs no place
	}
	for local := range n.flat.machines[r].states {
		steps, _ := n.stepsOf(r, local)
		for i := range steps {
			if f := steps[i].queueField(); f.mask != 0 && !slices.Contains(fields, f) {
				fields = append(fields, f)
			}
		}
		if len(fields) > maxTableBits {
			return false
		}
	}
	low, high := 64, 0
	for _, f := range fields {
		if f.word != fields[0].word {
			return false
		}
		low, high = min(low, int(f.shift)), max(high, int(f.shift)+bits.Len64(f.mask))
	}
	if len(fields) == 0 {
		fields, low, high = []field{own}, 0, 0
	}
	size := 1 << max(high-low, 0)
	if high-low > maxTableBits || k.roleEntries()+size > maxRoleEntries {
		return false
	}
	t := roleTable{shift: uint8(low), word: uint8(fields[0].word), mask: uint64(size - 1), entries: make([]roleEntry, size)}
	state := make(lts.State, n.width)
	for v := range t.entries {
		state[t.word] = uint64(v) << low
		local := int(own.get(state))
		if local >= len(n.flat.machines[r].states) || slices.ContainsFunc(fields, func(f field) bool { return f != own && int(f.get(state)) >= contents[f] }) {
			continue // there is no such configuration
		}
		steps, rw := n.stepsOf(r, local)
		x := &t.entries[v]
		x.marks = rw.marks
		for i := range steps {
			e := n.found(&steps[i], int(steps[i].queueField().get(state)))
			x.marks |= e.marks
			switch {
			case e.enabled == 0:
				continue
			case x.enabled < atHand:
				x.change[x.enabled], x.actions[x.enabled] = e.change[t.word], e.action
			default:
				if x.enabled == atHand {
					x.rest = uint32(len(k.rest))
				}
				k.rest = append(k.rest, result{e.change[t.word], e.action})
			}
			x.enabled++
		}
	}
	k.atOnce = append(k.atOnce, t)
	return true
}

func (k *lookups) roleEntries() int {
	n := 0
	for i := range k.atOnce {
		n += len(k.atOnce[i].entries)
	}
	return n
}

// lookUpByQueue makes the tables by queue of the local states of a role, if they are small.
func (n *Network) lookUpByQueue(r int, contents map[field]int) bool {
	k := &n.lookups
	was := *k
	lt := n.locals[r]
	lt.first = uint32(len(k.rows))
	for local := range n.flat.machines[r].states {
		steps, rw := n.stepsOf(r, local)
		out := row{start: uint32(len(k.looks)), marks: rw.marks}
		done := make([]bool, len(steps))
		for i := range steps {
			if done[i] {
				continue
			}
			f := steps[i].queueField()
			var same []*compiledStep
			for j := i; j < len(steps); j++ {
				if steps[j].queueField() == f {
					same = append(same, &steps[j])
					done[j] = true
				}
			}
			if contents[f] > mostLookedUp || len(k.entries)+contents[f]*len(same) > maxEntries {
				*k = was
				return false
			}
			k.addLooks(n, same, contents[f])
		}
		out.end = uint32(len(k.looks))
		k.rows = append(k.rows, out)
	}
	k.byQueue = append(k.byQueue, lt)
	return true
}

// addLooks makes as many looks for steps that look at one queue as can be enabled together.
func (k *lookups) addLooks(n *Network, steps []*compiledStep, contents int) {
	c := steps[0]
	from := len(k.entries)
	for content := range contents {
		var marks lts.Marks
		at := 0
		for _, c := range steps {
			e := n.found(c, content)
			marks |= e.marks
			if e.enabled == 0 {
				continue
			}
			if from+(at+1)*contents > len(k.entries) {
				k.addLook(c, contents)
			}
			e.marks = 0
			k.entries[from+at*contents+content] = e
			at++
		}
		if len(k.entries) == from && marks != 0 {
			k.addLook(c, contents)
		}
		if marks != 0 {
			k.entries[from+content].marks = marks
		}
	}
}

func (k *lookups) addLook(c *compiledStep, contents int) {
	k.looks = append(k.looks, look{first: uint32(len(k.entries)), mask: c.mask, word: c.other, shift: c.shift})
	k.entries = append(k.entries, make([]entry, contents)...)
}
