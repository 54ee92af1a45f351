package model

import (
	"slices"
	"sync"

	"chorcheck/lts"
)

// A variable is live in a local state if some way from there reads it, in a guard, an
// assignment or a message, before it is assigned again; else it is dead, and its value is no
// matter. This is the textbook's analysis of live variables, backwards over the transitions
// of each machine. The variables of explicit timers are always live: checks look at them. So are
// those that a property looks at.
//
// Flat states that differ in dead variables only make a class, and one of them stands for
// all: the one in which the dead variables have their first values, if the role can have
// them there. Since flattening has carried out guards and assignments, these flat states
// have the same steps, and no check sees more of a variable than its role's steps.

// lazyDead is computed when it is asked for first.
type lazyDead struct {
	once  sync.Once
	reset []resetField
}

// resetField gives, for each flat state of a role, the one that stands for it.
type resetField struct {
	field field
	table []uint32
}

// HasDead implements lts.Resettable.
func (n *Network) HasDead() bool { return len(n.resets()) > 0 }

// ResetDead implements lts.Resettable.
func (n *Network) ResetDead(s lts.State) {
	for _, f := range n.resets() {
		f.field.set(s, uint64(f.table[f.field.get(s)]))
	}
}

func (n *Network) resets() []resetField {
	n.dead.once.Do(func() { n.dead.reset = n.findDead() })
	return n.dead.reset
}

func (n *Network) findDead() []resetField {
	d := &deadClasses{n: n}
	for r := range n.locals {
		d.classify(RoleID(r))
	}
	if len(d.classes) == d.states {
		return nil // each flat state is alone
	}
	d.choose()
	var out []resetField
	for r := range n.locals {
		f := resetField{field: n.locals[r].field, table: make([]uint32, len(d.of[r]))}
		for s, class := range d.of[r] {
			f.table[s] = uint32(s)
			if c := &d.classes[class]; c.chosen >= 0 {
				f.table[s] = uint32(c.chosen)
			}
		}
		if !identical(f.table) {
			out = append(out, f)
		}
	}
	return out
}

// deadClasses are the classes of flat states that differ in dead variables only.
type deadClasses struct {
	n       *Network
	states  int
	classes []deadClass
	of      [][]int // by role and flat state
}

type deadClass struct {
	role    RoleID
	members []int32
	first   int32 // the member with the first values, or else with the least ones
	chosen  int32 // -1: each member stands for itself
	seen    bool
}

func (d *deadClasses) classify(r RoleID) {
	m := &d.n.flat.machines[r]
	live := d.n.liveVariables(r)
	index := map[string]int{}
	of := make([]int, len(m.states))
	for s := range m.states {
		fs := &m.states[s]
		values := slices.Clone(fs.values)
		for i, v := range d.n.flat.owned[r] {
			if fs.control >= 0 && !live.has(fs.control, i) {
				values[i] = d.n.automata.Vars[v].Init
			}
		}
		key := valuesKey(fs.control, values)
		class, ok := index[key]
		if !ok {
			class = len(d.classes)
			index[key] = class
			d.classes = append(d.classes, deadClass{role: r, first: int32(s)})
		}
		c := &d.classes[class]
		c.members = append(c.members, int32(s))
		if best := m.states[c.first].values; !slices.Equal(values, best) && (slices.Equal(values, fs.values) || slices.Compare(fs.values, best) < 0) {
			c.first = int32(s)
		}
		of[s] = class
	}
	d.of = append(d.of, of)
	d.states += len(of)
}

// choose takes a member of each class, in such a way that the automorphisms of the network map what
// has been chosen to what has been chosen: from one class it goes to its images. Where
// that does not come out even, the members stay as they are.
func (d *deadClasses) choose() {
	moved := d.n.symmetries().moved
	for start := range d.classes {
		if d.classes[start].seen {
			continue
		}
		orbit, even := []int{start}, true
		d.classes[start].seen, d.classes[start].chosen = true, d.classes[start].first
		for i := 0; i < len(orbit); i++ {
			from := &d.classes[orbit[i]]
			for _, a := range moved {
				to, local := a.roles[from.role], a.local[from.role]
				image := d.of[to][local[from.chosen]]
				for _, s := range from.members {
					class := d.of[to][local[s]]
					even = even && class == image
					if c := &d.classes[class]; !c.seen {
						c.seen, c.chosen = true, local[from.chosen]
						orbit = append(orbit, class)
					}
				}
				even = even && d.classes[image].chosen == local[from.chosen]
			}
			if !even {
				// The rest of the orbit is still to be found; what is chosen there is no matter.
				for _, c := range orbit {
					d.classes[c].chosen = d.classes[c].first
				}
			}
		}
		if !even {
			for _, c := range orbit {
				d.classes[c].chosen = -1
			}
		}
	}
}

// liveSets has, for each local state, a bit for each variable of the role.
type liveSets struct {
	words int
	bits  []uint64
}

func (l *liveSets) has(state, i int) bool { return l.bits[state*l.words+i/64]>>(i%64)&1 == 1 }

func (l *liveSets) set(bits []uint64, i int) { bits[i/64] |= 1 << (i % 64) }

// liveVariables finds which variables of a role, by their place among them, are live in which local state.
func (n *Network) liveVariables(r RoleID) *liveSets {
	f, m := n.flat, &n.automata.Machines[r]
	l := &liveSets{words: (len(f.owned[r]) + 63) / 64}
	l.bits = make([]uint64, len(m.States)*l.words)
	at := func(s int) []uint64 { return l.bits[s*l.words:][:l.words] }
	for i := range n.automata.Timers {
		if t := &n.automata.Timers[i]; t.Owner == r && t.Var >= 0 {
			for s := range m.States {
				l.set(at(s), f.slot[t.Var])
			}
		}
	}
	for i := range n.options.Observed {
		n.options.Observed[i].Expr.variables(func(v VarID) {
			for s := range m.States {
				if f.a.Vars[v].Owner == r {
					l.set(at(s), f.slot[v])
				}
			}
		})
	}
	assigned := make([]uint64, len(m.Transitions)*l.words)
	before := make([][]int, len(m.States)) // transitions that lead there
	for t := range m.Transitions {
		tr := &m.Transitions[t]
		if tr.To >= 0 {
			before[tr.To] = append(before[tr.To], t)
		}
		read := func(e *Expr) {
			e.variables(func(v VarID) { l.set(at(tr.From), f.slot[v]) })
		}
		read(tr.Guard)
		for _, e := range tr.Values {
			read(e)
		}
		to := assigned[t*l.words:][:l.words]
		for _, as := range tr.Assigns {
			read(as.Value)
			l.set(to, f.slot[as.Var])
		}
		for _, v := range tr.Stores {
			l.set(to, f.slot[v])
		}
	}
	todo := make([]int, len(m.States))
	planned := make([]bool, len(m.States))
	for s := range todo {
		todo[s], planned[s] = s, true
	}
	for len(todo) > 0 {
		s := todo[len(todo)-1]
		todo, planned[s] = todo[:len(todo)-1], false
		for _, t := range before[s] {
			from, changed := m.Transitions[t].From, false
			for w, bits := range at(s) {
				more := bits &^ assigned[t*l.words+w] &^ at(from)[w]
				at(from)[w] |= more
				changed = changed || more != 0
			}
			if changed && !planned[from] {
				todo, planned[from] = append(todo, from), true
			}
		}
	}
	return l
}

// variables calls a function for each variable that an expression reads; nil reads none.
func (e *Expr) variables(visit func(VarID)) {
	if e == nil {
		return
	}
	if e.Op == OpVar {
		visit(e.Var)
	}
	e.X.variables(visit)
	e.Y.variables(visit)
}
