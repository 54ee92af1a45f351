package model

import (
	"cmp"
	"context"
	"fmt"
	"slices"
)

// Variables belong to one role each and have finite domains, so they need no place
// of their own in a configuration: flattening turns a machine with variables into
// one without, whose local states are pairs of a local state and a valuation.
// Only pairs that the role can reach when every message that may exist may arrive
// are made. A message with values becomes one message kind for each tuple of
// values that its sender may send. Guards and assignments are thus evaluated
// once, here, and never during a search.
//
// The role's statuses in scopes are further variables, which no expression can
// see: ghosts. What a message tells its receiver of scopes makes it a kind of its own.

// MaxFlatStates is the greatest number of pairs of a local state and a valuation
// that one role may have.
const MaxFlatStates = 1 << 20

// maxMessageKinds bounds the number of messages, with values, of one pair of roles,
// and of one queue.
const maxMessageKinds = 1 << 14

// MessageKind is a message with its values.
type MessageKind struct {
	From, To RoleID
	Label    LabelID
	Values   []int64
}

// messageID numbers message kinds.
type messageID int32

// flatState is a local state with a valuation of the role's variables.
type flatState struct {
	control int     // state of the machine, or failedControl and so on
	values  []int64 // the ghosts come last
	steps   []flatStep
}

type flatStep struct {
	kind       Kind
	to         int
	message    messageID // Send, Receive, Ignore
	transition int       // of the machine
	fails      bool      // it ends in `failed`, perhaps because the exception is
	uncaught   bool
	late       bool // a timeout for a wait that is over
	stale      bool
	relation   relation // Receive: the step is for messages that relate in this way
	ops        []numberOp
}

// flatMessage is a message kind with what it tells of scopes.
type flatMessage struct {
	tag     tag
	numbers []ScopeID // it carries
	own     int       // so many are those of its chain
}

// Roles that take no part have no local state of their machine.
const (
	failedControl   = -1
	crashedControl  = -2
	silencedControl = -3
)

type flattener struct {
	a        *Automata
	env      *Environment
	scopes   *tracking
	owned    [][]VarID // by role
	slot     []int     // variable -> its place among those of its owner
	machines []flatMachine
	messages []MessageKind
	tells    []flatMessage // as many
	index    map[string]messageID
	byLabel  map[MessagesOf][]messageID
	waiting  map[MessagesOf][]waiter
	perPair  map[Pair]int
	todo     []pending
}

// MessagesOf names the messages of one ordered pair of roles with one label.
type MessagesOf struct {
	From, To RoleID
	Label    LabelID
}

type waiter struct {
	state, transition int
}

type pending struct {
	role  RoleID
	state int
}

type flatMachine struct {
	states []flatState
	index  map[string]int
	first  [][2]int  // by control state: its transitions
	guards [][]VarID // by control state: the explicit timers that have a timeout there
	gone   int       // the states from this one on are crashed or silenced
}

// flatten makes the flat states that can be reached in an environment.
func flatten(ctx context.Context, a *Automata, env *Environment, observed []Atom) (*flattener, error) {
	f := &flattener{
		a: a, env: env, scopes: newTracking(a, env, observed), owned: make([][]VarID, len(a.Roles)), slot: make([]int, len(a.Vars)),
		machines: make([]flatMachine, len(a.Machines)), index: map[string]messageID{},
		byLabel: map[MessagesOf][]messageID{}, waiting: map[MessagesOf][]waiter{}, perPair: map[Pair]int{},
	}
	for v := range a.Vars {
		owner := a.Vars[v].Owner
		f.slot[v] = len(f.owned[owner])
		f.owned[owner] = append(f.owned[owner], VarID(v))
	}
	for r := range a.Machines {
		m := &f.machines[r]
		m.index = map[string]int{}
		m.first = a.Machines[r].Leaving()
		m.guards = f.timerGuards(RoleID(r))
		if _, err := f.state(RoleID(r), a.Machines[r].Initial, f.initial(RoleID(r))); err != nil {
			return nil, err
		}
	}
	if err := f.work(ctx); err != nil {
		return nil, err
	}
	for i := range env.Faults {
		fault := &env.Faults[i]
		if fault.Kind != Stray {
			continue
		}
		kind := MessageKind{From: fault.Role, To: fault.Peer, Label: fault.Label}
		if _, err := f.message(kind, f.strayTag(kind), []Origin{fault.Origin}); err != nil {
			return nil, err
		}
		if err := f.work(ctx); err != nil {
			return nil, err
		}
	}
	if err := f.addCleared(ctx); err != nil {
		return nil, err
	}
	for r := range f.machines {
		f.addGone(RoleID(r))
	}
	f.canonicalise()
	return f, nil
}

// work expands all states that are known and have not been.
func (f *flattener) work(ctx context.Context) error {
	for len(f.todo) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		p := f.todo[len(f.todo)-1]
		f.todo = f.todo[:len(f.todo)-1]
		if err := f.expand(p.role, p.state); err != nil {
			return err
		}
	}
	return nil
}

// addGone adds the states of a role that does not take part any more.
func (f *flattener) addGone(r RoleID) {
	m := &f.machines[r]
	m.gone = len(m.states)
	for _, control := range []int{crashedControl, silencedControl} {
		if slices.ContainsFunc(f.env.Faults, func(x Fault) bool { return x.Role == r && goneBy(&x) == control }) {
			m.states = append(m.states, flatState{control: control, values: f.initial(r)})
		}
	}
}

// goneBy is what a fault makes of its role; 0: nothing.
func goneBy(f *Fault) int {
	switch {
	case f.Kind == Silence:
		return silencedControl
	case f.Kind == Crash:
		return crashedControl
	}
	return 0
}

// goneState is the flat state of a role with one of the controls of addGone, or -1.
func (m *flatMachine) goneState(control int) int {
	for s := m.gone; s < len(m.states); s++ {
		if m.states[s].control == control {
			return s
		}
	}
	return -1
}

// canStrike reports whether the environment has a fault of a kind at a role.
func (f *flattener) canStrike(kind FaultKind, r RoleID) bool {
	return slices.ContainsFunc(f.env.Faults, func(x Fault) bool { return x.Kind == kind && x.Role == r })
}

func (f *flattener) timerGuards(r RoleID) [][]VarID {
	m := &f.a.Machines[r]
	out := make([][]VarID, len(m.States))
	for i := range m.Transitions {
		if v, ok := f.explicitTimer(&m.Transitions[i]); ok && !slices.Contains(out[m.Transitions[i].From], v) {
			out[m.Transitions[i].From] = append(out[m.Transitions[i].From], v)
		}
	}
	return out
}

// explicitTimer is the variable of the timer of a timeout, if it has one.
func (f *flattener) explicitTimer(tr *Transition) (VarID, bool) {
	if tr.Kind != Timeout || int(tr.Timer) >= len(f.a.Timers) || f.a.Timers[tr.Timer].Var < 0 {
		return 0, false
	}
	return f.a.Timers[tr.Timer].Var, true
}

func (f *flattener) initial(r RoleID) []int64 {
	values := make([]int64, len(f.owned[r])+len(f.scopes.scopes[r]))
	for i, v := range f.owned[r] {
		values[i] = f.a.Vars[v].Init
	}
	return values
}

// state returns the number of a pair of role r, and plans to expand it if it is new.
func (f *flattener) state(r RoleID, control int, values []int64) (int, error) {
	m := &f.machines[r]
	key := valuesKey(control, values)
	if s, ok := m.index[key]; ok {
		return s, nil
	}
	s := len(m.states)
	if s >= MaxFlatStates {
		return 0, &LimitError{
			Message: fmt.Sprintf("%s has more than %d combinations of local states and values of its variables", f.a.Roles[r].Name, MaxFlatStates),
			Help:    "make the domains of its variables smaller, or use fewer variables",
			Origins: []Origin{f.a.Roles[r].Origin},
		}
	}
	m.index[key] = s
	m.states = append(m.states, flatState{control: control, values: values})
	if control >= 0 {
		f.todo = append(f.todo, pending{r, s})
	}
	return s, nil
}

func (f *flattener) failed(r RoleID) (int, error) { return f.state(r, failedControl, f.initial(r)) }

// ghosts are the statuses among the values of a role.
func (f *flattener) ghosts(r RoleID, values []int64) []int64 { return values[len(f.owned[r]):] }

func (f *flattener) expand(r RoleID, s int) error {
	m := &f.machines[r]
	control := m.states[s].control
	for t := m.first[control][0]; t < m.first[control][1]; t++ {
		tr := &f.a.Machines[r].Transitions[t]
		var err error
		switch tr.Kind {
		case Receive, Ignore:
			of := MessagesOf{tr.Peer, r, tr.Label}
			f.waiting[of] = append(f.waiting[of], waiter{s, t})
			for _, id := range f.byLabel[of] {
				if err = f.receive(r, s, t, id); err != nil {
					break
				}
			}
		case CrashRaise:
			if f.canStrike(Crash, tr.Peer) {
				err = f.fire(r, s, t)
			}
		case EndRaise:
			if slices.ContainsFunc(f.env.Faults, func(x Fault) bool {
				return x.Kind == RaiseFault && x.Role == r && x.Exception == tr.Exception
			}) {
				err = f.fire(r, s, t)
			}
		default:
			err = f.fire(r, s, t)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// fire adds the step of a transition that takes no message, if its guard is true.
func (f *flattener) fire(r RoleID, s, t int) error {
	m := &f.machines[r]
	values := m.states[s].values
	value := func(v VarID) int64 { return values[f.slot[v]] }
	tr := &f.a.Machines[r].Transitions[t]
	step := flatStep{kind: tr.Kind, transition: t}
	guard, ok := int64(1), true
	if tr.Guard != nil {
		guard, ok = tr.Guard.Eval(value)
	}
	if ok && guard == 0 {
		return nil
	}
	next := slices.Clone(values)
	if v, explicit := f.explicitTimer(tr); explicit {
		if value(v) == timerOff {
			return nil
		}
		step.late = value(v) == timerLate
		next[f.slot[v]] = timerOff
	}
	ok = ok && f.assign(tr, value, next)
	kind := MessageKind{From: r, To: tr.Peer, Label: tr.Label}
	for _, e := range tr.Values {
		if !ok {
			break
		}
		var v int64
		v, ok = e.Eval(value)
		kind.Values = append(kind.Values, v)
	}
	var err error
	switch {
	case !ok:
		if step.kind == Send {
			step.kind = Internal // it puts nothing anywhere
		}
		step.fails = true
		step.to, err = f.failed(r)
	case tr.To == Failed:
		step.fails, step.uncaught = true, true
		step.to, err = f.failed(r)
	default:
		step.ops = f.scopes.act(r, f.ghosts(r, next), tr, places(tr)[0], nil)
		step.to, err = f.state(r, tr.To, next)
		if err == nil && tr.Kind == Send {
			tells := f.scopes.tagOf(MessagesOf{r, tr.Peer, tr.Label}, places(tr)[0].Position, f.ghosts(r, next))
			step.message, err = f.message(kind, tells, tr.Origins)
		}
	}
	if err != nil {
		return err
	}
	m.states[s].steps = append(m.states[s].steps, step)
	return nil
}

// The values of the variable of an explicit timer.
const (
	timerOff   = 0
	timerArmed = 1
	timerLate  = 2 // armed, although the wait that it guarded is over
)

// assign carries out the assignments of a transition; false: one fails.
func (f *flattener) assign(tr *Transition, value func(VarID) int64, next []int64) bool {
	for _, as := range tr.Assigns {
		v, ok := as.Value.Eval(value)
		if !ok || !f.a.Vars[as.Var].Domain.Contains(v) {
			return false
		}
		next[f.slot[as.Var]] = v
	}
	return true
}

// strayTag is the tag of a message that nobody has sent: it belongs to nothing.
func (f *flattener) strayTag(kind MessageKind) tag {
	of := MessagesOf{kind.From, kind.To, kind.Label}
	return tag{stray: f.scopes.exact[of], lefts: string(make([]byte, len(f.scopes.lefts[of])))}
}

// message numbers a message kind. A new one is offered to every local state that
// waits for its label.
func (f *flattener) message(kind MessageKind, tells tag, origins []Origin) (messageID, error) {
	key := messageKey(kind, tells)
	if id, ok := f.index[key]; ok {
		return id, nil
	}
	pair := Pair{kind.From, kind.To}
	f.perPair[pair]++
	if f.perPair[pair] > maxMessageKinds {
		return 0, &LimitError{
			Message: fmt.Sprintf("%s can send more than %d different messages to %s", f.a.Roles[kind.From].Name, maxMessageKinds, f.a.Roles[kind.To].Name),
			Help:    "make the domains of the values that messages carry smaller",
			Origins: origins,
		}
	}
	of := MessagesOf{kind.From, kind.To, kind.Label}
	id := messageID(len(f.messages))
	f.messages = append(f.messages, kind)
	numbers, own := f.scopes.numbersOf(of, tells)
	f.tells = append(f.tells, flatMessage{tells, numbers, own})
	f.index[key] = id
	f.byLabel[of] = append(f.byLabel[of], id)
	for _, w := range f.waiting[of] {
		if err := f.receive(kind.To, w.state, w.transition, id); err != nil {
			return 0, err
		}
	}
	return id, nil
}

// receive adds the steps by which a receive or an ignore takes a message: one for
// each way in which the message's numbers may relate to the role's own.
func (f *flattener) receive(r RoleID, s, t int, id messageID) error {
	tr := &f.a.Machines[r].Transitions[t]
	if tr.Kind == Ignore {
		m := &f.machines[r]
		m.states[s].steps = append(m.states[s].steps, flatStep{kind: Ignore, to: s, message: id, transition: t})
		return nil
	}
	if len(tr.Stores) > len(f.messages[id].Values) {
		return nil // a stray message without the values that are expected
	}
	tells := &f.tells[id]
	if tr.OnlyIf != nil && !f.hasLeft(tr, r, tells) || f.isForeign(r, s, t, tells.tag) {
		return nil
	}
	numbers := tells.numbers[:tells.own]
	for _, rel := range f.scopes.relations(r, f.ghosts(r, f.machines[r].states[s].values), numbers) {
		if err := f.take(r, s, t, id, &heard{tells.tag, numbers, rel}); err != nil {
			return err
		}
	}
	return nil
}

// isForeign reports whether another receive of a local state is the one that a
// message belongs to.
func (f *flattener) isForeign(r RoleID, s, t int, tells tag) bool {
	m := &f.machines[r]
	all := f.a.Machines[r].Transitions
	if tells.stray || standsAt(&all[t], tells.position) {
		return false
	}
	control := m.states[s].control
	for i := m.first[control][0]; i < m.first[control][1]; i++ {
		if rivals(&all[i], &all[t]) && standsAt(&all[i], tells.position) {
			return true
		}
	}
	return false
}

// rivals reports whether two transitions of one local state take the same message,
// both as interrupts or both not.
func rivals(x, y *Transition) bool {
	return x.Kind == Receive && y.Kind == Receive && (x.Handler != nil) == (y.Handler != nil) && x.Peer == y.Peer && x.Label == y.Label
}

func standsAt(tr *Transition, p PositionID) bool {
	return slices.ContainsFunc(places(tr), func(x Place) bool { return x.Position == p })
}

// hasLeft reports whether a message says that its sender has left a scope as
// OnlyIf asks for.
func (f *flattener) hasLeft(tr *Transition, r RoleID, tells *flatMessage) bool {
	for i, s := range f.scopes.lefts[MessagesOf{tr.Peer, r, tr.Label}] {
		if s == tr.OnlyIf.Scope {
			return int(tells.tag.lefts[i]) == 1+tr.OnlyIf.Part
		}
	}
	return false
}

func (f *flattener) take(r RoleID, s, t int, id messageID, h *heard) error {
	m := &f.machines[r]
	tr := &f.a.Machines[r].Transitions[t]
	values := m.states[s].values
	step := flatStep{
		kind: Receive, message: id, transition: t, relation: h.relation, stale: f.scopes.isStale(r, f.ghosts(r, values), h),
	}
	next := slices.Clone(values)
	for _, v := range m.guards[m.states[s].control] {
		if next[f.slot[v]] == timerArmed {
			next[f.slot[v]] = timerLate
		}
	}
	for i, v := range tr.Stores {
		value := f.messages[id].Values[i]
		if !f.a.Vars[v].Domain.Contains(value) {
			step.fails = true
		}
		next[f.slot[v]] = value
	}
	if !f.assign(tr, func(v VarID) int64 { return values[f.slot[v]] }, next) {
		step.fails = true
	}
	var err error
	switch {
	case step.fails:
		step.to, err = f.failed(r)
	case tr.To == Failed:
		step.fails, step.uncaught = true, true
		step.to, err = f.failed(r)
	default:
		step.ops = f.scopes.act(r, f.ghosts(r, next), tr, meant(places(tr), h), h)
		step.to, err = f.state(r, tr.To, next)
	}
	if err != nil {
		return err
	}
	m.states[s].steps = append(m.states[s].steps, step)
	return nil
}

// canonicalise orders the steps of each state by transition, and those of one
// transition by the values of their messages, so that the order of steps does
// not depend on the order of discovery.
func (f *flattener) canonicalise() {
	for r := range f.machines {
		for s := range f.machines[r].states {
			slices.SortStableFunc(f.machines[r].states[s].steps, func(x, y flatStep) int {
				if x.transition != y.transition {
					return x.transition - y.transition
				}
				if !x.takes() || !y.takes() {
					return 0
				}
				if c := slices.Compare(f.messages[x.message].Values, f.messages[y.message].Values); c != 0 {
					return c
				}
				if c := f.tells[x.message].tag.compare(f.tells[y.message].tag); c != 0 {
					return c
				}
				return cmp.Compare(x.relation, y.relation)
			})
		}
	}
}

// takes reports whether a step takes a message.
func (st *flatStep) takes() bool { return st.kind == Receive || st.kind == Ignore }

func (t tag) compare(o tag) int {
	return cmp.Or(cmp.Compare(Bool01(t.stray), Bool01(o.stray)), cmp.Compare(t.position, o.position), cmp.Compare(t.lefts, o.lefts))
}

func valuesKey(control int, values []int64) string {
	b := make([]byte, 0, 4+8*len(values))
	b = append(b, byte(control), byte(control>>8), byte(control>>16), byte(control>>24))
	for _, v := range values {
		for i := 0; i < 64; i += 8 {
			b = append(b, byte(v>>i))
		}
	}
	return string(b)
}
