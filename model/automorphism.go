package model

import (
	"cmp"
	"slices"
)

// automorphism maps a network onto itself: a permutation of the roles, and what
// follows from it for local states, messages, queues and faults.
type automorphism struct {
	roles    []RoleID
	local    [][]int32 // by role: its flat states to those of its image
	messages []messageID
	queues   []int
	contents [][]uint32 // by queue with a dictionary: its contents to those of its image
	faults   []int
}

// automorphisms looks for automorphisms. work bounds what the whole search may cost,
// in steps of flat states that are looked at; when it is used up, none is found any more.
type automorphisms struct {
	n    *Network
	work int
}

// of finds the automorphism that permutes the roles in a given way; nil if there is
// none, or none that can be found. Local states are paired by walking through the
// machine of each role and that of its image side by side, until each has exactly one
// partner, with steps that look alike and lead to partners. Then what else can be
// seen of local states, and faults, are compared.
func (x *automorphisms) of(roles []RoleID) *automorphism {
	a := &automorphism{roles: roles, local: make([][]int32, len(roles))}
	if !x.mapMessages(a) || !x.mapQueues(a) {
		return nil
	}
	for _, moved := range []bool{true, false} { // what moves is more likely to fail
		for r := range roles {
			if (int(roles[r]) != r) == moved && !x.pairStates(a, RoleID(r)) {
				return nil
			}
		}
	}
	for r := range roles {
		if !x.verifyStates(a, RoleID(r)) {
			return nil
		}
	}
	if !x.mapFaults(a) || !x.verifyRest(a) {
		return nil
	}
	return a
}

// spend reports whether there is work left.
func (x *automorphisms) spend(work int) bool {
	x.work -= work
	return x.work >= 0
}

func (x *automorphisms) mapMessages(a *automorphism) bool {
	f := x.n.flat
	if !x.spend(8 * len(f.messages)) {
		return false
	}
	for id, m := range f.messages {
		m.From, m.To = a.roles[m.From], a.roles[m.To]
		to, ok := f.index[messageKey(m, f.tells[id].tag)]
		if !ok {
			return false
		}
		a.messages = append(a.messages, to)
	}
	return true // from and to follow from the image: no two have the same
}

func (x *automorphisms) mapQueues(a *automorphism) bool {
	for _, q := range x.n.queues {
		from := q.from
		if from >= 0 {
			from = a.roles[from]
		}
		i := slices.IndexFunc(x.n.queues, func(o *queue) bool { return o.from == from && o.to == a.roles[q.to] })
		if i < 0 {
			return false
		}
		o := x.n.queues[i]
		if q.bag != o.bag || q.mailbox != o.mailbox || q.capacity != o.capacity || len(q.messages) != len(o.messages) ||
			q.numbers != 0 || o.numbers != 0 || len(q.dictionary) != len(o.dictionary) || (q.dead > 0) != (o.dead > 0) ||
			slices.ContainsFunc(q.messages, func(m messageID) bool { return !slices.Contains(o.messages, a.messages[m]) }) {
			return false
		}
		a.queues = append(a.queues, i)
		contents, ok := x.mapContents(a, q, o)
		if !ok {
			return false
		}
		a.contents = append(a.contents, contents)
	}
	return true
}

// mapContents maps the contents of a queue's dictionary; nil if it has none.
func (x *automorphisms) mapContents(a *automorphism, q, to *queue) ([]uint32, bool) {
	if q.dictionary == nil {
		return nil, true
	}
	out := make([]uint32, len(q.dictionary))
	for i, content := range q.dictionary {
		if !x.spend(1 + len(content)) {
			return nil, false
		}
		if q.dead > 0 && i == q.dead {
			out[i] = uint32(to.dead)
			continue
		}
		image := make([]uint16, len(content))
		for j, symbol := range content {
			image[j] = uint16(to.symbol[a.messages[q.messages[symbol-1]]])
		}
		if q.bag {
			slices.Sort(image)
		}
		at, ok := to.contents[symbolsKey(image)]
		if !ok {
			return nil, false
		}
		out[i] = uint32(at)
	}
	return out, isPermutation(out)
}

func isPermutation[T int32 | uint32](list []T) bool {
	seen := make([]bool, len(list))
	for _, v := range list {
		if v < 0 || int(v) >= len(list) || seen[v] {
			return false
		}
		seen[v] = true
	}
	return true
}

// stepKey is what can be seen of a step of a flat state, but for where it leads.
type stepKey struct {
	kind      Kind
	flags     uint8
	message   messageID   // -1: none
	peer      RoleID      // whose crash is noticed, else 0
	exception ExceptionID // that the environment raises, else 0
}

func (k stepKey) compare(o stepKey) int {
	return cmp.Or(cmp.Compare(k.kind, o.kind), cmp.Compare(k.flags, o.flags), cmp.Compare(k.message, o.message),
		cmp.Compare(k.peer, o.peer), cmp.Compare(k.exception, o.exception))
}

// key is the key of a step of role r, as it is called after the permutation a; nil
// is the identity.
func (x *automorphisms) key(r RoleID, st *flatStep, a *automorphism) stepKey {
	tr := &x.n.automata.Machines[r].Transitions[st.transition]
	k := stepKey{kind: st.kind, message: -1}
	for i, flag := range []bool{st.fails, st.uncaught, st.late, st.stale, tr.Handler != nil} {
		k.flags |= uint8(Bool01(flag)) << i
	}
	if st.kind == Send || st.takes() {
		k.message = st.message
	}
	switch st.kind {
	case CrashRaise:
		k.peer = tr.Peer
	case EndRaise:
		k.exception = tr.Exception
	}
	if a != nil {
		if st.kind == CrashRaise {
			k.peer = a.roles[k.peer]
		}
		if k.message >= 0 {
			k.message = a.messages[k.message]
		}
	}
	return k
}

// keyedStep is a step with its key.
type keyedStep struct {
	stepKey
	to int32
}

// keyed lists the steps of a flat state by key.
func (x *automorphisms) keyed(r RoleID, s int, a *automorphism) []keyedStep {
	steps := x.n.flat.machines[r].states[s].steps
	out := make([]keyedStep, len(steps))
	for i := range steps {
		out[i] = keyedStep{x.key(r, &steps[i], a), int32(steps[i].to)}
	}
	slices.SortStableFunc(out, func(p, q keyedStep) int { return p.compare(q.stepKey) })
	return out
}

// pairStates finds a.local of a role: a bijection, such that paired states have steps that
// are equal one by one, after the permutation, and lead to paired states.
func (x *automorphisms) pairStates(a *automorphism, r RoleID) bool {
	m, o := &x.n.flat.machines[r], &x.n.flat.machines[a.roles[r]]
	if len(m.states) != len(o.states) || m.gone != o.gone {
		return false
	}
	to, back := make([]int32, len(m.states)), make([]int32, len(m.states))
	for s := range to {
		to[s], back[s] = -1, -1
	}
	todo := []int32{0}
	to[0], back[0] = 0, 0
	pair := func(s, t int32) bool {
		if to[s] < 0 && back[t] < 0 {
			to[s], back[t] = t, s
			todo = append(todo, s)
		}
		return to[s] == t
	}
	for s := m.gone; s < len(m.states); s++ {
		if t := o.goneState(m.states[s].control); t < 0 || !pair(int32(s), int32(t)) {
			return false
		}
	}
	var colours *colours
	for len(todo) > 0 {
		s := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		here, there := x.keyed(r, int(s), a), x.keyed(a.roles[r], int(to[s]), nil)
		if len(here) != len(there) || !x.spend(1+len(here)) {
			return false
		}
		for i := 0; i < len(here); {
			j := i
			for j < len(here) && here[j].stepKey == here[i].stepKey {
				if there[j].stepKey != here[i].stepKey {
					return false
				}
				j++
			}
			if j > i+1 {
				// Several steps look alike: what follows them tells them apart.
				if colours == nil {
					if colours = x.colour(a, r); colours == nil {
						return false
					}
				}
				colours.sort(here[i:j], there[i:j])
			}
			for ; i < j; i++ {
				if !pair(here[i].to, there[i].to) {
					return false
				}
			}
		}
	}
	a.local[r] = to
	return isPermutation(to)
}

// colours tell the flat states of a role, and of its image, apart by what can be
// seen in a number of steps from them. Paired states have equal colours; that
// states of equal colour can be paired is a guess.
type colours struct{ here, there []uint64 }

const colourRounds = 24

// colour is nil if there is no work left.
func (x *automorphisms) colour(a *automorphism, r RoleID) *colours {
	one := func(r RoleID, a *automorphism) []uint64 {
		m := &x.n.flat.machines[r]
		now, next := make([]uint64, len(m.states)), make([]uint64, len(m.states))
		var hashes [][]uint64
		size := 0
		for s := range m.states {
			steps := m.states[s].steps
			of := make([]uint64, len(steps))
			for i := range steps {
				k := x.key(r, &steps[i], a)
				of[i] = mix(mix(uint64(k.kind)<<8|uint64(k.flags), uint64(k.message)), mix(uint64(k.peer), uint64(k.exception)))
			}
			hashes = append(hashes, of)
			size += 1 + len(steps)
			now[s] = mix(uint64(x.n.stateMarks(r, &m.states[s])), uint64(Bool01(x.n.isFinalState(r, s))))
		}
		if !x.spend(size * colourRounds / 4) {
			return nil
		}
		for range min(colourRounds, len(m.states)) {
			for s := range m.states {
				sum := uint64(0)
				for i := range m.states[s].steps {
					sum += mix(hashes[s][i], now[m.states[s].steps[i].to])
				}
				next[s] = mix(now[s], sum)
			}
			now, next = next, now
		}
		return now
	}
	c := &colours{one(r, a), one(a.roles[r], nil)}
	if c.here == nil || c.there == nil {
		return nil
	}
	return c
}

func (c *colours) sort(here, there []keyedStep) {
	slices.SortStableFunc(here, func(p, q keyedStep) int { return cmp.Compare(c.here[p.to], c.here[q.to]) })
	slices.SortStableFunc(there, func(p, q keyedStep) int { return cmp.Compare(c.there[p.to], c.there[q.to]) })
}

// mix is a hash of two numbers.
func mix(x, y uint64) uint64 {
	x ^= y*0x9e3779b97f4a7c15 + 0x632be59bd9b4e019
	x ^= x >> 32
	x *= 0xd6e8feb86659fd93
	x ^= x >> 29
	x *= 0xd6e8feb86659fd93
	return x ^ x>>32
}

// isFinalState reports whether a flat state is final.
func (n *Network) isFinalState(r RoleID, s int) bool {
	c := n.flat.machines[r].states[s].control
	return c >= 0 && n.automata.Machines[r].States[c].Final
}

// verifyStates holds each flat state of a role against its partner, in all that a step
// of somebody else, a fault or a check can see of it.
func (x *automorphisms) verifyStates(a *automorphism, r RoleID) bool {
	n, image := x.n, a.roles[r]
	for s := range n.flat.machines[r].states {
		t := int(a.local[r][s])
		fs, ft := &n.flat.machines[r].states[s], &n.flat.machines[image].states[t]
		if min(fs.control, 0) != min(ft.control, 0) || n.isFinalState(r, s) != n.isFinalState(image, t) ||
			n.stateMarks(r, fs) != n.stateMarks(image, ft) || !x.sameOutcomes(a, r, fs, ft) {
			return false
		}
		if !x.spend(1) {
			return false
		}
		if !slices.Equal(x.imageOfWait(a, r, fs), sortedWaits(n.onlyReceives(image, *ft))) {
			return false
		}
		waits := slices.Clone(n.waitsIn(r, fs))
		for i, c := range waits {
			waits[i] = a.roles[c]
		}
		slices.Sort(waits)
		if !slices.Equal(waits, n.waitsIn(image, ft)) {
			return false
		}
	}
	return true
}

// imageOfWait is what onlyReceives gives for a flat state, mapped. That nil differs from
// no queue at all is kept.
func (x *automorphisms) imageOfWait(a *automorphism, r RoleID, fs *flatState) []uint16 {
	var out []uint16
	for _, q := range x.n.onlyReceives(r, *fs) {
		out = append(out, uint16(a.queues[q]))
	}
	return sortedWaits(out)
}

func sortedWaits(queues []uint16) []uint16 {
	queues = slices.Clone(queues)
	slices.Sort(queues)
	return queues
}

// sameOutcomes compares the statuses that a check looks at: those of scopes that are agreed, or
// that have handlers at several roles. Such a scope is its own image.
func (x *automorphisms) sameOutcomes(a *automorphism, r RoleID, fs, ft *flatState) bool {
	k := x.n.flat.scopes
	for s, is := range k.outcomes {
		if !is {
			continue
		}
		for _, h := range k.a.Scopes[s].Handlers {
			if a.roles[h.At] != h.At {
				return false
			}
		}
		here, there := k.slot[r][s], k.slot[a.roles[r]][s]
		if (here < 0) != (there < 0) {
			return false
		}
		if here >= 0 && x.n.flat.ghosts(r, fs.values)[here] != x.n.flat.ghosts(a.roles[r], ft.values)[there] {
			return false
		}
	}
	return true
}

// mapFaults maps the faults of the environment.
func (x *automorphisms) mapFaults(a *automorphism) bool {
	g := x.n.general
	if g == nil {
		return true
	}
	used := make([]bool, len(g.faults))
	for i := range g.faults {
		if !x.spend(len(g.faults)) {
			return false
		}
		at := slices.IndexFunc(g.faults, func(p faultPlan) bool { return !used[p.index] && x.sameFault(a, &g.faults[i], &p) })
		if at < 0 {
			return false
		}
		used[at] = true
		a.faults = append(a.faults, at)
	}
	return true
}

// sameFault reports whether a fault maps to another one.
func (x *automorphisms) sameFault(a *automorphism, f, o *faultPlan) bool {
	if f.Kind != o.Kind || f.Recovers != o.Recovers || !slices.Equal(f.counters, o.counters) ||
		(f.during == nil) != (o.during == nil) || f.link.mask != o.link.mask {
		return false
	}
	switch f.Kind {
	case Disconnect, Partition:
		for r := range a.roles {
			for s := range a.roles {
				if f.separates(RoleID(r), RoleID(s)) != o.separates(a.roles[r], a.roles[s]) {
					return false
				}
			}
		}
	case Loss, Duplicate, Reorder, Stray:
		if a.roles[f.Peer] != o.Peer || f.Kind == Stray && a.messages[f.message] != o.message {
			return false
		}
		fallthrough
	default:
		if a.roles[f.Role] != o.Role || f.Kind == RaiseFault && f.Exception != o.Exception {
			return false
		}
	}
	if len(f.during) != len(o.during) {
		return false
	}
	for _, d := range f.during {
		at := slices.IndexFunc(o.during, func(e during) bool { return e.role == a.roles[d.role] })
		if at < 0 {
			return false
		}
		for s, in := range d.in {
			if o.during[at].in[a.local[d.role][s]] != in {
				return false
			}
		}
	}
	return true
}

// verifyRest compares what is left of a configuration: which crashes can be noticed,
// and who recovers.
func (x *automorphisms) verifyRest(a *automorphism) bool {
	g := x.n.general
	if g == nil {
		return true
	}
	for r := range a.roles {
		if x.n.recovers(RoleID(r)) != x.n.recovers(a.roles[r]) {
			return false
		}
		for c := range a.roles {
			if g.noticed[r][c].mask != g.noticed[a.roles[r]][a.roles[c]].mask {
				return false
			}
		}
	}
	return true
}
