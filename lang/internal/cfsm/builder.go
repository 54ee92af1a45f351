package cfsm

import (
	"cmp"
	"slices"

	"chorcheck/lang/source"
	"chorcheck/model"
)

// Builder collects automata. The zero value is ready.
type Builder struct {
	Places []source.Span // by model.Origin; entry 0 is unused

	roles    []model.Role
	machines []*Machine
	labels   []string
	label    map[string]model.LabelID
	timers   []model.Timer
	vars     []model.Var
}

// Machine collects one machine.
type Machine struct {
	role        model.RoleID
	states      []model.LocalState
	initial     int
	transitions []model.Transition
	state       map[string]int
	known       map[step]int // index into transitions
}

// step is what makes two transitions the same one.
type step struct {
	from, to int
	kind     model.Kind
	peer     model.RoleID
	label    model.LabelID
}

// Place makes an origin of a span.
func (b *Builder) Place(span source.Span) model.Origin {
	if len(b.Places) == 0 {
		b.Places = append(b.Places, source.Span{})
	}
	b.Places = append(b.Places, span)
	return model.Origin(len(b.Places) - 1)
}

// Machine adds a role with its machine.
func (b *Builder) Machine(name string, at source.Span) *Machine {
	m := &Machine{role: model.RoleID(len(b.roles)), state: map[string]int{}, known: map[step]int{}}
	b.roles = append(b.roles, model.Role{Name: name, Origin: b.Place(at)})
	b.machines = append(b.machines, m)
	return m
}

// Label numbers a message label.
func (b *Builder) Label(name string) model.LabelID {
	if id, ok := b.label[name]; ok {
		return id
	}
	if b.label == nil {
		b.label = map[string]model.LabelID{}
	}
	id := model.LabelID(len(b.labels))
	b.labels = append(b.labels, name)
	b.label[name] = id
	return id
}

// Timer adds an explicit timer of a machine; at is where it was first mentioned.
func (b *Builder) Timer(m *Machine, name string, at source.Span) model.TimerID {
	b.timers = append(b.timers, model.Timer{
		Name: name, Owner: m.role, Exception: -1, Var: model.VarID(len(b.vars)), Origin: b.Place(at),
	})
	b.vars = append(b.vars, model.Var{Name: name, Owner: m.role, Domain: model.Domain{Low: TimerOff, High: TimerLate}})
	return model.TimerID(len(b.timers) - 1)
}

// The values of an explicit timer's variable. A transition that takes a message
// where the timer may fire makes it late; no transition says so.
const (
	TimerOff   = 0
	TimerArmed = 1
	TimerLate  = 2
)

// Assign sets a timer, or cancels it.
func (b *Builder) Assign(t model.TimerID, set bool) model.Assign {
	value := int64(TimerOff)
	if set {
		value = TimerArmed
	}
	return model.Assign{Var: b.timers[t].Var, Value: model.Const(value)}
}

// State numbers a local state; at is where it was mentioned.
func (b *Builder) State(m *Machine, name string, at source.Span) int {
	if s, ok := m.state[name]; ok {
		return s
	}
	s := len(m.states)
	m.state[name] = s
	m.states = append(m.states, model.LocalState{Name: name, Origin: b.Place(at)})
	return s
}

// Find is the number of a local state, if there is one of that name.
func (m *Machine) Find(name string) (int, bool) {
	s, ok := m.state[name]
	return s, ok
}

// StateNames lists the names of the local states in the order of their mention.
func (m *Machine) StateNames() []string {
	names := make([]string, len(m.states))
	for i, s := range m.states {
		names[i] = s.Name
	}
	return names
}

// SetInitial says where the machine begins.
func (m *Machine) SetInitial(state int) { m.initial = state }

// SetFinal says that the machine may end in a state.
func (m *Machine) SetFinal(state int) { m.states[state].Final = true }

// SetFinalByDefault makes each state without transitions a final one.
func (m *Machine) SetFinalByDefault() {
	leaves := make([]bool, len(m.states))
	for _, t := range m.transitions {
		leaves[t.From] = true
	}
	for s := range m.states {
		m.states[s].Final = !leaves[s]
	}
}

// Add appends a transition. The same one twice is two transitions.
func (m *Machine) Add(t model.Transition) { m.transitions = append(m.transitions, t) }

// Join appends a transition that was not added by Join before. Otherwise its
// origins go to the one that was, and the result is the first of its origins; else 0.
func (m *Machine) Join(t model.Transition) model.Origin {
	key := step{t.From, t.To, t.Kind, t.Peer, t.Label}
	i, ok := m.known[key]
	if !ok {
		m.known[key] = len(m.transitions)
		m.transitions = append(m.transitions, t)
		return 0
	}
	old := &m.transitions[i]
	first := old.Origins[0]
	for _, o := range t.Origins {
		if last := old.Origins[len(old.Origins)-1]; o > last {
			old.Origins = append(old.Origins, o)
		} else if at, known := slices.BinarySearch(old.Origins, o); !known {
			old.Origins = slices.Insert(old.Origins, at, o)
		}
	}
	return first
}

// Automata is what was collected.
func (b *Builder) Automata(channels model.Channels) *model.Automata {
	a := &model.Automata{Roles: b.roles, Labels: b.labels, Vars: b.vars, Channels: channels}
	a.Timers = b.timers
	for _, m := range b.machines {
		slices.SortStableFunc(m.transitions, func(x, y model.Transition) int { return cmp.Compare(x.From, y.From) })
		a.Machines = append(a.Machines, model.Machine{States: m.states, Initial: m.initial, Transitions: m.transitions})
	}
	return a
}
