package model

import (
	"context"
	"fmt"
	"slices"

	"chorcheck/lts"
)

// needsGeneral reports whether the quick way to find steps is not enough.
func (n *Network) needsGeneral() bool {
	return n.options.general || len(n.options.Environment.Faults) > 0 || n.needsGeneralSteps()
}

// needsGeneralSteps reports whether what is known of scopes asks for the general way.
func (n *Network) needsGeneralSteps() bool {
	if n.flat.scopes.numbered || n.flat.scopes.forgets() {
		return true
	}
	return slices.ContainsFunc(n.flat.tells, func(m flatMessage) bool { return n.flat.canBeLate(m) })
}

// canBeLate reports whether a message belongs to a scope that drops what is late.
func (f *flattener) canBeLate(m flatMessage) bool {
	return slices.ContainsFunc(f.scopes.chains[m.tag.position], func(l link) bool { return f.a.Scopes[l.scope].DiscardLate })
}

// planGeneral decides what a configuration has beside local states and queues, and
// returns the fields for that, to be laid out.
func (n *Network) planGeneral() []*field {
	g := &general{keep: n.options.KeepCrashed}
	n.general = g
	roles := len(n.flat.machines)
	k := n.flat.scopes
	var fields []*field
	add := func(f *field, bits int) {
		f.mask = 1<<bits - 1
		fields = append(fields, f)
	}
	g.confusable = k.numbered
	g.numbers, g.memory = make([][]field, roles), make([][][]field, roles)
	for r := range roles {
		g.numbers[r], g.memory[r] = make([]field, len(k.looped[r])), make([][]field, len(k.looped[r]))
		for i, s := range k.looped[r] {
			add(&g.numbers[r][i], numberBits)
			if k.memory[s] {
				g.memory[r][i] = make([]field, maxNumber)
				for j := range g.memory[r][i] {
					add(&g.memory[r][i][j], bitsFor(len(n.automata.Scopes[s].Handlers)+2))
				}
			}
		}
	}
	g.noticed = make([][]field, roles)
	for r := range roles {
		g.noticed[r] = make([]field, roles)
		for i := range n.automata.Machines[r].Transitions {
			tr := &n.automata.Machines[r].Transitions[i]
			if f := &g.noticed[r][max(0, tr.Peer)]; tr.Kind == CrashRaise && f.mask == 0 && n.flat.canStrike(Crash, tr.Peer) {
				add(f, 1)
			}
		}
	}
	g.faults = make([]faultPlan, len(n.options.Environment.Faults))
	n.planCounters()
	for i := range g.counters {
		add(&g.counters[i].field, bitsFor(int(g.counters[i].limit)+1))
	}
	g.links = make([][][]field, roles)
	for r := range roles {
		g.links[r] = make([][]field, roles)
	}
	for i := range g.faults {
		p := &g.faults[i]
		p.Fault, p.index = &n.options.Environment.Faults[i], i
		if p.Kind == Disconnect || p.Kind == Partition {
			add(&p.link, 1)
		}
	}
	return fields
}

// planCounters makes counters for the limits that can be reached.
func (n *Network) planCounters() {
	g, env := n.general, n.options.Environment
	const unbounded = 1 << 30
	most := make([]int, FaultKinds) // strikes of a kind in one run
	for kind := range FaultKinds {
		var roles []RoleID
		for i := range env.Faults {
			f := &env.Faults[i]
			switch {
			case f.Kind != kind:
			case kind != Crash && kind != Silence || kind == Crash && n.recovers(f.Role):
				most[kind] = unbounded
			case !slices.Contains(roles, f.Role):
				roles = append(roles, f.Role)
			}
		}
		most[kind] = max(most[kind], len(roles))
	}
	count := func(limit int, concerns func(FaultKind) bool) {
		limit = min(max(limit, 0), unbounded)
		for i := range env.Faults {
			if concerns(env.Faults[i].Kind) {
				g.faults[i].counters = append(g.faults[i].counters, len(g.counters))
			}
		}
		g.counters = append(g.counters, counter{limit: uint64(limit)})
	}
	total := 0
	for kind := range FaultKinds {
		limit, limited := env.Limits[kind]
		if limited && limit < most[kind] && (env.Limit < 0 || limit <= env.Limit) {
			count(limit, func(k FaultKind) bool { return k == kind })
		}
		if limited {
			most[kind] = min(most[kind], limit)
		}
		total = min(total+most[kind], unbounded)
	}
	if env.Limit >= 0 && env.Limit < total {
		count(env.Limit, func(FaultKind) bool { return true })
	}
}

// recovers reports whether a role can recover from a crash.
func (n *Network) recovers(r RoleID) bool {
	return slices.ContainsFunc(n.options.Environment.Faults, func(f Fault) bool { return f.Kind == Crash && f.Role == r && f.Recovers })
}

// separates reports whether a fault takes down the link between two roles.
func (f *Fault) separates(x, y RoleID) bool {
	switch f.Kind {
	case Disconnect:
		return f.Role == x && f.Peer == y || f.Role == y && f.Peer == x
	case Partition:
		of := func(r RoleID) int {
			return slices.IndexFunc(f.Groups, func(g []RoleID) bool { return slices.Contains(g, r) })
		}
		return of(x) >= 0 && of(y) >= 0 && of(x) != of(y)
	}
	return false
}

// faultsOf says what the environment can do to a queue.
func (n *Network) faultsOf(q *queue) queueFaults {
	var out queueFaults
	for i := range n.options.Environment.Faults {
		f := &n.options.Environment.Faults[i]
		pair := f.Peer == q.to && (q.from < 0 || f.Role == q.from)
		switch f.Kind {
		case Loss:
			out.lossy = out.lossy || pair
		case Duplicate:
			out.doubled = out.doubled || pair
		case Reorder:
			out.shuffled = out.shuffled || pair && !q.bag
		case Disconnect, Partition:
			out.lossy = out.lossy || q.from >= 0 && f.separates(q.from, q.to)
		case Crash:
			out.restarts = out.restarts || f.Recovers && (f.Role == q.to || f.Role == q.from)
			// What is sent to a role that has crashed vanishes, until it is back.
			out.lossy = out.lossy || f.Recovers && f.Role == q.to
		case Stray:
			if !pair {
				continue
			}
			for _, id := range q.messages {
				if m := n.flat.messages[id]; m.Label == f.Label && len(m.Values) == 0 && n.flat.tells[id].tag == n.flat.strayTag(m) {
					out.strays = append(out.strays, id)
				}
			}
		}
	}
	return out
}

// compileGeneral makes the moves.
func (n *Network) compileGeneral(ctx context.Context, queueOf []int) error {
	g := n.general
	k := n.flat.scopes
	g.late, g.discard = make([]bool, len(n.flat.messages)), make([]lts.Action, len(n.flat.messages))
	g.drops, g.queues = make([]bool, len(n.locals)), make([][]int, len(n.locals))
	for id, m := range n.flat.messages {
		if !n.flat.canBeLate(n.flat.tells[id]) {
			continue
		}
		g.late[id] = true
		if q := queueOf[id]; q >= 0 {
			g.drops[m.To] = true
			if !slices.Contains(g.queues[m.To], q) {
				g.queues[m.To] = append(g.queues[m.To], q)
			}
			info := n.noInfo(m.To, Receive)
			info.Message, info.Queue, info.Discard = id, q, true
			g.discard[id] = n.action(info)
		}
	}
	for r := range g.queues {
		slices.Sort(g.queues[r])
	}
	for _, q := range n.queues {
		if q.dictionary == nil {
			continue
		}
		q.puts, q.takes = make([]uint32, len(q.messages)+1), make([]uint32, len(q.messages)+1)
		for i := range q.messages {
			q.puts[i+1] = uint32(len(n.tables))
			n.tables = append(n.tables, q.table(i+1, true)...)
			q.takes[i+1] = uint32(len(n.tables))
			n.tables = append(n.tables, q.table(i+1, false)...)
		}
	}
	for i := range g.faults {
		f := g.faults[i].Fault
		for x := range n.locals {
			for y := range n.locals {
				if f.separates(RoleID(x), RoleID(y)) {
					g.links[x][y] = append(g.links[x][y], g.faults[i].link)
				}
			}
		}
	}
	if k.numbered {
		n.makeDrawing()
	}
	if len(n.automata.Scopes) > 0 {
		if err := n.makeForgetting(ctx); err != nil {
			return err
		}
	}
	receivers := n.receivers(queueOf)
	g.partnerSets = map[ActionInfo]int32{}
	g.rows = make([][]moveRow, len(n.locals))
	first := make([]uint32, len(n.locals)+1)
	var infos []ActionInfo // by move
	for r := range n.flat.machines {
		first[r] = uint32(len(g.moves))
		for _, fs := range n.flat.machines[r].states {
			if err := ctx.Err(); err != nil {
				return err
			}
			row := moveRow{start: uint32(len(g.moves)), live: fs.control >= 0, marks: n.stateMarks(RoleID(r), &fs)}
			for i := range fs.steps {
				if st := &fs.steps[i]; st.kind != EndRaise && (!st.takes() || queueOf[st.message] >= 0) {
					m, info := n.compileMove(RoleID(r), &fs, &fs.steps[i], queueOf, receivers)
					g.moves, infos = append(g.moves, m), append(infos, info)
				}
			}
			row.raises = uint32(len(g.moves))
			for i := range fs.steps {
				if fs.steps[i].kind == EndRaise {
					m, info := n.compileMove(RoleID(r), &fs, &fs.steps[i], queueOf, receivers)
					g.moves, infos = append(g.moves, m), append(infos, info)
				}
			}
			row.end = uint32(len(g.moves))
			if w := n.onlyReceives(RoleID(r), fs); w != nil {
				n.waits = append(n.waits, w)
				row.waits = uint32(len(n.waits) - 1)
			}
			g.rows[r] = append(g.rows[r], row)
		}
	}
	first[len(n.locals)] = uint32(len(g.moves))
	g.recover = make([]lts.Action, len(n.locals))
	for r := range g.recover {
		g.recover[r] = noAction
		if n.recovers(RoleID(r)) {
			info := n.noInfo(RoleID(r), Internal)
			info.Recovers = true
			g.recover[r] = n.action(info)
		}
	}
	for i := range g.faults {
		if err := ctx.Err(); err != nil {
			return err
		}
		n.compileFault(&g.faults[i], first, infos, queueOf, receivers)
	}
	return nil
}

// noInfo is an action that is no transition of a machine.
func (n *Network) noInfo(r RoleID, kind Kind) ActionInfo {
	return ActionInfo{Role: r, Transition: -1, Kind: kind, Peer: -1, PeerTransition: -1, Message: -1, Queue: -1, Fault: -1}
}

// infoOf is the action of a step.
func (n *Network) infoOf(r RoleID, st *flatStep) ActionInfo {
	info := n.noInfo(r, st.kind)
	info.Transition, info.Fails, info.Uncaught, info.Late, info.Stale = st.transition, st.fails, st.uncaught, st.late, st.stale
	if h := n.automata.Machines[r].Transitions[st.transition].Handler; h != nil && !st.fails {
		info.Handler = *h
	}
	return info
}

// metBy is the action of a rendezvous: of a send and of its receiver's step.
func (n *Network) metBy(info ActionInfo, to RoleID, st *flatStep) ActionInfo {
	theirs := n.infoOf(to, st)
	info.Peer, info.PeerTransition, info.PeerFails = to, st.transition, st.fails
	info.Stale, info.Uncaught = theirs.Stale, theirs.Uncaught
	if theirs.Handler.Part != 0 {
		info.Handler = theirs.Handler
	}
	return info
}

// stepMarks are the marks of a configuration in which a step is enabled.
func stepMarks(st *flatStep) lts.Marks {
	var marks lts.Marks
	if st.fails {
		marks |= MarkFails
	}
	if st.uncaught {
		marks |= MarkUncaught
	}
	if st.stale {
		marks |= MarkStale
	}
	if st.late {
		marks |= MarkLeak
	}
	return marks
}

func (n *Network) compileMove(r RoleID, fs *flatState, st *flatStep, queueOf []int, receivers [][]receiver) (move, ActionInfo) {
	m := move{
		to: int32(st.to), relation: anyRelation, failed: st.fails, enabled: stepMarks(st), ops: st.ops, queue: -1,
	}
	info := n.infoOf(r, st)
	tr := &n.automata.Machines[r].Transitions[st.transition]
	switch {
	case st.kind == CrashRaise:
		m.op, m.peer = moveNotice, tr.Peer
	case st.kind == EndRaise:
		m.raises = tr.Exception
		return m, info // its actions are faults
	case st.kind == Send || st.takes():
		m.message, m.queue = st.message, int32(queueOf[st.message])
		info.Message, info.Queue = int(st.message), queueOf[st.message]
		if m.queue >= 0 {
			m.value = uint64(n.queues[m.queue].symbol[st.message])
		}
		switch {
		case st.takes():
			m.op = moveTake
			m.relation, m.same = n.conditions(r, fs, st)
		case m.queue >= 0:
			m.op, m.blocked = moveSend, MarkBlocked(int(m.queue))
		default:
			m.op = moveSync
		}
		if st.kind == Send {
			m.peer = tr.Peer
			vanish := info
			vanish.Vanishes = true
			m.vanish = n.action(vanish)
			if m.op == moveSync {
				m.partners = n.partnerSet(info, receivers)
				return m, info
			}
		}
	}
	m.action = n.action(info)
	return m, info
}

// conditions are those that a receive puts on the numbers of its message.
func (n *Network) conditions(r RoleID, fs *flatState, st *flatStep) (relation, [][2]int) {
	tells := &n.flat.tells[st.message]
	rel := anyRelation
	if tells.own > 0 && st.kind == Receive {
		rel = st.relation
	}
	k := n.flat.scopes
	only := n.automata.Machines[r].Transitions[st.transition].OnlyIf
	if only == nil || len(tells.numbers) == 0 {
		return rel, nil
	}
	slot := k.slot[r][only.Scope]
	if slot < 0 || n.flat.ghosts(r, fs.values)[slot] == statusNone {
		return rel, nil
	}
	var same [][2]int
	for i, s := range tells.numbers {
		if j := k.number[r][s]; j >= 0 && (s == only.Scope || k.standsIn(only.Scope, s)) {
			same = append(same, [2]int{j, i})
		}
	}
	return rel, same
}

// partnerSet is the index of the partners of a rendezvous, by flat state of the
// receiver: equal sends share them.
func (n *Network) partnerSet(info ActionInfo, receivers [][]receiver) int32 {
	g := n.general
	if i, ok := g.partnerSets[info]; ok {
		return i
	}
	i := int32(len(g.partners))
	g.partnerSets[info] = i
	g.partners = append(g.partners, n.partnersOf(info, messageID(info.Message), receivers))
	return i
}

func (n *Network) partnersOf(info ActionInfo, id messageID, receivers [][]receiver) [][]partnerMove {
	to := n.flat.messages[id].To
	states := n.flat.machines[to].states
	out := make([][]partnerMove, len(states))
	if n.general.late[id] {
		drop := info
		drop.Peer, drop.Discard = to, true
		for s := range states {
			if states[s].control >= 0 {
				out[s] = append(out[s], partnerMove{relation: anyRelation, action: n.action(drop), discards: true})
			}
		}
	}
	for _, x := range receivers[id] {
		p := partnerMove{to: int32(x.step.to), failed: x.step.fails, enabled: stepMarks(&x.step), ops: x.step.ops}
		p.relation, p.same = n.conditions(to, &states[x.state], &x.step)
		p.action = n.action(n.metBy(info, to, &x.step))
		out[x.state] = append(out[x.state], p)
	}
	return out
}

func (n *Network) compileFault(p *faultPlan, first []uint32, infos []ActionInfo, queueOf []int, receivers [][]receiver) {
	info := n.noInfo(p.Role, Internal)
	info.Fault = p.index
	n.compileDuring(p)
	switch p.Kind {
	case Crash, Silence:
		p.action = n.action(info)
		p.gone = uint64(n.flat.machines[p.Role].goneState(goneBy(p.Fault)))
		p.keeps = p.Kind == Crash && n.general.keep
	case Disconnect, Partition:
		info.Role = -1
		p.action = n.action(info)
		info.Heals = true
		p.heals = n.action(info)
	case Stray:
		n.compileStray(p, info, queueOf, receivers)
	default:
		p.first, p.places = first[p.Role], 1
		if p.Kind == Reorder {
			p.places = n.automata.Channels.Of(p.Role, p.Peer).Capacity
		}
		for i := p.first; i < first[p.Role+1]; i++ {
			m, x := &n.general.moves[i], infos[i]
			concerned := p.Kind == RaiseFault && x.Kind == EndRaise ||
				p.Kind != RaiseFault && (m.op == moveSend || m.op == moveSync) && m.peer == p.Peer
			for place := range p.places {
				a := noAction
				if concerned {
					x.Fault, x.Vanishes = p.index, p.Kind == Loss
					if p.Kind == Reorder {
						x.Place = place + 1
					}
					a = n.action(x)
				}
				p.actions = append(p.actions, a)
			}
		}
	}
}

func (n *Network) compileDuring(p *faultPlan) {
	if p.During == nil {
		return
	}
	roles := []RoleID{p.Role}
	switch p.Kind {
	case Disconnect:
		roles = append(roles, p.Peer)
	case Partition:
		roles = slices.Concat(p.Groups...)
	}
	p.during = []during{}
	for _, r := range roles {
		d := during{role: r}
		for _, fs := range n.flat.machines[r].states {
			d.in = append(d.in, fs.control >= 0 && slices.ContainsFunc(n.automata.Machines[r].States[fs.control].In, func(q PositionID) bool {
				return slices.ContainsFunc(p.During, func(s ScopeID) bool { return n.flat.scopes.inside(q, s) })
			}))
		}
		p.during = append(p.during, d)
	}
}

func (n *Network) compileStray(p *faultPlan, info ActionInfo, queueOf []int, receivers [][]receiver) {
	kind := MessageKind{From: p.Role, To: p.Peer, Label: p.Label}
	tells := n.flat.strayTag(kind)
	p.message = n.flat.index[messageKey(kind, tells)]
	p.queue = queueOf[p.message]
	info.Kind, info.Message, info.Queue = Send, int(p.message), p.queue
	p.action = n.action(info)
	gone := info
	gone.Vanishes = true
	p.vanish = n.action(gone)
	if p.queue < 0 {
		p.partners = n.partnersOf(info, p.message, receivers)
	}
}

func messageKey(kind MessageKind, tells tag) string {
	return fmt.Sprint(kind.From, kind.To, kind.Label, kind.Values, tells.stray, tells.position, []byte(tells.lefts))
}
