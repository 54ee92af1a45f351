package model

import (
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
	control int // state of the machine, or -1: failed
	values  []int64
	steps   []flatStep
}

type flatStep struct {
	kind       Kind
	to         int
	message    messageID // Send, Receive
	transition int       // of the machine
	fails      bool
}

const failedControl = -1

type flattener struct {
	a        *Automata
	owned    [][]VarID // by role
	slot     []int     // variable -> its place among those of its owner
	machines []flatMachine
	messages []MessageKind
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
	first  [][2]int // by control state: its transitions
}

func flatten(a *Automata) (*flattener, error) {
	f := &flattener{
		a: a, owned: make([][]VarID, len(a.Roles)), slot: make([]int, len(a.Vars)),
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
		m.first = transitionRanges(&a.Machines[r])
		if _, err := f.state(RoleID(r), a.Machines[r].Initial, f.initial(RoleID(r))); err != nil {
			return nil, err
		}
	}
	for len(f.todo) > 0 {
		p := f.todo[len(f.todo)-1]
		f.todo = f.todo[:len(f.todo)-1]
		if err := f.expand(p.role, p.state); err != nil {
			return nil, err
		}
	}
	f.canonicalise()
	return f, nil
}

func transitionRanges(m *Machine) [][2]int {
	ranges := make([][2]int, len(m.States))
	for i := 0; i < len(m.Transitions); {
		j := i
		for j < len(m.Transitions) && m.Transitions[j].From == m.Transitions[i].From {
			j++
		}
		ranges[m.Transitions[i].From] = [2]int{i, j}
		i = j
	}
	return ranges
}

func (f *flattener) initial(r RoleID) []int64 {
	values := make([]int64, len(f.owned[r]))
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
	if control != failedControl {
		f.todo = append(f.todo, pending{r, s})
	}
	return s, nil
}

func (f *flattener) failed(r RoleID) (int, error) { return f.state(r, failedControl, f.initial(r)) }

func (f *flattener) expand(r RoleID, s int) error {
	m := &f.machines[r]
	control, values := m.states[s].control, m.states[s].values
	value := func(v VarID) int64 { return values[f.slot[v]] }
	for t := m.first[control][0]; t < m.first[control][1]; t++ {
		tr := &f.a.Machines[r].Transitions[t]
		if tr.Kind == Receive {
			of := MessagesOf{tr.Peer, r, tr.Label}
			f.waiting[of] = append(f.waiting[of], waiter{s, t})
			for _, id := range f.byLabel[of] {
				if err := f.receive(r, s, t, id); err != nil {
					return err
				}
			}
			continue
		}
		step := flatStep{kind: tr.Kind, transition: t}
		guard, ok := int64(1), true
		if tr.Guard != nil {
			guard, ok = tr.Guard.Eval(value)
		}
		if ok && guard == 0 {
			continue
		}
		next := slices.Clone(values)
		for _, as := range tr.Assigns {
			if !ok {
				break
			}
			var v int64
			v, ok = as.Value.Eval(value)
			ok = ok && f.a.Vars[as.Var].Domain.Contains(v)
			next[f.slot[as.Var]] = v
		}
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
		if !ok {
			// A failing send puts nothing anywhere: it is an internal step.
			step.kind, step.fails = Internal, true
			step.to, err = f.failed(r)
		} else {
			step.to, err = f.state(r, tr.To, next)
			if err == nil && tr.Kind == Send {
				step.message, err = f.message(kind, tr.Origins)
			}
		}
		if err != nil {
			return err
		}
		m.states[s].steps = append(m.states[s].steps, step)
	}
	return nil
}

// message numbers a message kind. A new one is offered to every local state that
// waits for its label.
func (f *flattener) message(kind MessageKind, origins []Origin) (messageID, error) {
	key := fmt.Sprint(kind.From, kind.To, kind.Label, kind.Values)
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
	id := messageID(len(f.messages))
	f.messages = append(f.messages, kind)
	f.index[key] = id
	of := MessagesOf{kind.From, kind.To, kind.Label}
	f.byLabel[of] = append(f.byLabel[of], id)
	for _, w := range f.waiting[of] {
		if err := f.receive(kind.To, w.state, w.transition, id); err != nil {
			return 0, err
		}
	}
	return id, nil
}

func (f *flattener) receive(r RoleID, s, t int, id messageID) error {
	m := &f.machines[r]
	tr := &f.a.Machines[r].Transitions[t]
	next := slices.Clone(m.states[s].values)
	step := flatStep{kind: Receive, message: id, transition: t}
	for i, v := range tr.Stores {
		value := f.messages[id].Values[i]
		if !f.a.Vars[v].Domain.Contains(value) {
			step.fails = true
		}
		next[f.slot[v]] = value
	}
	var err error
	if step.fails {
		step.to, err = f.failed(r)
	} else {
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
				if x.kind == Internal || y.kind == Internal {
					return 0
				}
				return slices.Compare(f.messages[x.message].Values, f.messages[y.message].Values)
			})
		}
	}
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
