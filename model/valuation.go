package model

import (
	"fmt"
	"slices"

	"chorcheck/ltl"
	"chorcheck/lts"
)

// Valuation evaluates atoms on the actions and configurations of a network. What an atom means is
// said in docs/properties.md. Most of it is looked up in tables: of actions, of the local states of
// a role, of the contents of a queue. It may be used by several goroutines at once.
type Valuation struct {
	network *Network
	atoms   []Atom
	actions []uint64
	always  uint64 // of the configuration, whichever it is
	tables  []atomTable
	queues  []queueAtom
	several []comparison
}

// atomTable gives the atoms that are true of the values of one field.
type atomTable struct {
	field
	atoms []uint64
}

// queueAtom is an atom about a queue without a dictionary.
type queueAtom struct {
	queue *queue
	bit   uint64
	from  []bool // by symbol: the message is of the sender, of whom the queue holds nothing; nil: the queue is full
}

func (q *queueAtom) holds(s lts.State) bool {
	length := q.queue.length(s)
	if q.from == nil {
		return length >= q.queue.capacity
	}
	for i := range length {
		if q.from[q.queue.symbolOf(q.queue.value(s, i))] {
			return false
		}
	}
	return true
}

// comparison is an atom over variables of several roles.
type comparison struct {
	expr *Expr
	bit  uint64
}

// Valuation prepares the evaluation of atoms, of which NetworkOptions.Observed has to have all that are about scopes or variables.
func (n *Network) Valuation(atoms []Atom) (*Valuation, error) {
	if len(atoms) > ltl.MaxPropositions {
		return nil, fmt.Errorf("%d atoms are more than %d", len(atoms), ltl.MaxPropositions)
	}
	v := &Valuation{network: n, atoms: atoms, actions: make([]uint64, len(n.actions))}
	for i := range atoms {
		a, bit := &atoms[i], uint64(1)<<i
		if err := n.checkObserved(a); err != nil {
			return nil, err
		}
		switch {
		case a.Kind.IsEvent():
			for action := range n.actions {
				if n.happens(a, &n.actions[action]) {
					v.actions[action] |= bit
				}
			}
		case a.Kind == AtomCompares:
			v.compares(a.Expr, bit)
		case a.Kind == AtomEmpty || a.Kind == AtomFull:
			v.onQueue(a, bit)
		default:
			v.onRole(n.ownerOf(a), bit, n.ofState(a))
		}
	}
	return v, nil
}

// Atoms are those that are evaluated.
func (v *Valuation) Atoms() []Atom { return v.atoms }

// Action gives the events that are true of an action: bit i is for atom i. Those of the first position, which no action has led to, are none.
func (v *Valuation) Action(a lts.Action) uint64 { return v.actions[a] }

// State gives the states that are true of a configuration: bit i is for atom i.
func (v *Valuation) State(s lts.State) uint64 {
	all := v.always
	for i := range v.tables {
		all |= v.tables[i].atoms[v.tables[i].get(s)]
	}
	for i := range v.queues {
		if q := &v.queues[i]; q.holds(s) {
			all |= q.bit
		}
	}
	for i := range v.several {
		c := &v.several[i]
		if x, ok := c.expr.Eval(func(x VarID) int64 { return v.network.valueOf(s, x) }); ok && x != 0 {
			all |= c.bit
		}
	}
	return all
}

// scopes lists those whose statuses the atom is about.
func (a *Atom) scopes() []ScopeID {
	switch a.Kind {
	case AtomInside:
		return []ScopeID{a.Scope}
	case AtomInHandler:
		var out []ScopeID
		for _, h := range a.Handlers {
			if !slices.Contains(out, h.Scope) {
				out = append(out, h.Scope)
			}
		}
		return out
	}
	return nil
}

// checkObserved reports an atom about what the network does not keep.
func (n *Network) checkObserved(a *Atom) error {
	k := n.flat.scopes
	for _, s := range a.scopes() {
		if k.acts[a.Role][s] && (k.slot[a.Role][s] < 0 || k.forgotten[s]) {
			return fmt.Errorf("the network does not keep whether %s is in a scope: %s", n.automata.Roles[a.Role].Name, a.Text)
		}
	}
	var kept []VarID
	for i := range n.options.Observed {
		n.options.Observed[i].Expr.variables(func(x VarID) { kept = append(kept, x) })
	}
	var err error
	a.Expr.variables(func(x VarID) {
		if !slices.Contains(kept, x) {
			err = fmt.Errorf("the network does not keep %s: %s", n.automata.Vars[x].Name, a.Text)
		}
	})
	return err
}

// ownerOf is the role that a state atom is about.
func (n *Network) ownerOf(a *Atom) RoleID {
	if a.Kind == AtomArmed {
		return n.automata.Timers[a.Timer].Owner
	}
	return a.Role
}

// happens reports whether an event is true of an action.
func (n *Network) happens(a *Atom, x *ActionInfo) bool {
	if a.Kind == AtomCrashes {
		return x.Fault >= 0 && n.options.Environment.Faults[x.Fault].Kind == Crash && x.Role == a.Role
	}
	if x.Transition >= 0 && x.Role >= 0 {
		tr := &n.automata.Machines[x.Role].Transitions[x.Transition]
		if n.does(a, x.Role, tr, x.Fails) {
			return true
		}
	}
	if x.PeerTransition >= 0 {
		return n.does(a, x.Peer, &n.automata.Machines[x.Peer].Transitions[x.PeerTransition], x.PeerFails)
	}
	return false
}

// does reports whether an event is what a role does by a transition. Where it fails,
// it has taken its message, if it takes one, and done nothing else but raise what nobody handles.
func (n *Network) does(a *Atom, r RoleID, tr *Transition, fails bool) bool {
	uncaught := tr.To == Failed
	switch a.Kind {
	case AtomSends:
		return tr.Kind == Send && !fails && r == a.Role && tr.Label == a.Label && (a.Peer < 0 || a.Peer == tr.Peer)
	case AtomReceives:
		return tr.Kind == Receive && r == a.Role && tr.Label == a.Label && (a.Peer < 0 || a.Peer == tr.Peer)
	case AtomRaises:
		raises := tr.Kind == Raise || tr.Kind == EndRaise || tr.Kind == Timeout && !n.isExplicit(tr)
		return raises && r == a.Role && tr.Exception == a.Exception && (!fails || uncaught)
	case AtomHandles:
		return r == a.Role && tr.Handler != nil && !fails && slices.Contains(a.Handlers, *tr.Handler)
	case AtomFires:
		return tr.Kind == Timeout && tr.Timer == a.Timer && (!fails || uncaught)
	}
	return false
}

func (n *Network) isExplicit(tr *Transition) bool {
	_, explicit := n.flat.explicitTimer(tr)
	return explicit
}

// ofState gives the meaning of an atom about one role.
func (n *Network) ofState(a *Atom) func(r RoleID, fs *flatState) bool {
	status := func(r RoleID, fs *flatState, s ScopeID) int64 {
		if slot := n.flat.scopes.slot[r][s]; slot >= 0 && fs.control >= 0 {
			return n.flat.ghosts(r, fs.values)[slot]
		}
		return statusNone
	}
	switch a.Kind {
	case AtomInside:
		return func(r RoleID, fs *flatState) bool { return statusIsIn(status(r, fs, a.Scope)) }
	case AtomInHandler:
		return func(r RoleID, fs *flatState) bool {
			return slices.ContainsFunc(a.Handlers, func(h HandlerRef) bool { return status(r, fs, h.Scope) == statusIn(h.Part) })
		}
	case AtomDone:
		return func(r RoleID, fs *flatState) bool {
			return fs.control >= 0 && n.automata.Machines[r].States[fs.control].Final
		}
	case AtomCrashed:
		return func(_ RoleID, fs *flatState) bool { return fs.control == crashedControl }
	case AtomFailed:
		return func(_ RoleID, fs *flatState) bool { return fs.control == failedControl }
	case AtomArmed:
		return func(r RoleID, fs *flatState) bool { return fs.control >= 0 && n.armedIn(a.Timer, r, fs) }
	}
	return func(RoleID, *flatState) bool { return false }
}

// armedIn reports whether a timer is armed in a local state of its owner.
func (n *Network) armedIn(t TimerID, r RoleID, fs *flatState) bool {
	if v := n.automata.Timers[t].Var; v >= 0 {
		return fs.values[n.flat.slot[v]] != timerOff
	}
	rng := n.flat.machines[r].first[fs.control]
	return slices.ContainsFunc(n.automata.Machines[r].Transitions[rng[0]:rng[1]], func(tr Transition) bool {
		return tr.Kind == Timeout && tr.Timer == t
	})
}

// onRole adds an atom about one role.
func (v *Valuation) onRole(r RoleID, bit uint64, is func(RoleID, *flatState) bool) {
	states := v.network.flat.machines[r].states
	t := v.table(v.network.locals[r].field, len(states))
	for s := range states {
		if is(r, &states[s]) {
			t.atoms[s] |= bit
		}
	}
}

// table is the one of a field.
func (v *Valuation) table(f field, values int) *atomTable {
	i := slices.IndexFunc(v.tables, func(t atomTable) bool { return t.field == f && len(t.atoms) == values })
	if i < 0 || f.mask == 0 { // fields of no bits are all alike
		i = len(v.tables)
		v.tables = append(v.tables, atomTable{f, make([]uint64, values)})
	}
	return &v.tables[i]
}

// compares adds a comparison.
func (v *Valuation) compares(e *Expr, bit uint64) {
	n := v.network
	holds := func(value func(VarID) int64) bool {
		x, ok := e.Eval(value)
		return ok && x != 0
	}
	switch roles := n.owners(e); len(roles) {
	case 0:
		if holds(func(VarID) int64 { return 0 }) {
			v.always |= bit
		}
	case 1:
		v.onRole(roles[0], bit, func(_ RoleID, fs *flatState) bool {
			return holds(func(x VarID) int64 { return n.valueIn(fs, x) })
		})
	default:
		v.several = append(v.several, comparison{e, bit})
	}
}

// owners lists the roles whose variables an expression reads, ascending.
func (n *Network) owners(e *Expr) []RoleID {
	var out []RoleID
	e.variables(func(x VarID) { out = append(out, n.automata.Vars[x].Owner) })
	slices.Sort(out)
	return slices.Compact(out)
}

// valueOf is the value of a variable.
func (n *Network) valueOf(s lts.State, x VarID) int64 {
	r := n.automata.Vars[x].Owner
	return n.valueIn(&n.flat.machines[r].states[n.locals[r].get(s)], x)
}

// valueIn is the value of a variable in a local state. That of an explicit timer is true while it is armed.
func (n *Network) valueIn(fs *flatState, x VarID) int64 {
	value := fs.values[n.flat.slot[x]]
	if value == timerLate && n.automata.Vars[x].Domain.Kind == BoolDomain {
		return timerArmed
	}
	return value
}

// onQueue adds an atom about a queue. Where nothing is ever sent there is none, and it is always empty.
func (v *Valuation) onQueue(a *Atom, bit uint64) {
	at := v.network.queueBetween(a.Role, a.Peer)
	if at < 0 {
		if a.Kind == AtomEmpty {
			v.always |= bit
		}
		return
	}
	q := v.network.queues[at]
	var from []bool
	if a.Kind == AtomEmpty {
		from = make([]bool, len(q.messages)+1)
		for i, id := range q.messages {
			from[i+1] = v.network.flat.messages[id].From == a.Role
		}
	}
	if q.dictionary == nil {
		v.queues = append(v.queues, queueAtom{q, bit, from})
		return
	}
	t := v.table(q.fields[0], len(q.dictionary))
	for i, content := range q.dictionary {
		holds := !slices.ContainsFunc(content, func(symbol uint16) bool { return from != nil && from[symbol] })
		if from == nil {
			holds = len(content) >= q.capacity
		}
		if holds {
			t.atoms[i] |= bit
		}
	}
}
