package model

import (
	"context"
	"slices"

	"chorcheck/lts"
)

// What roles know of a scope is forgotten, by all of them, when it can make no
// difference any more: no message on its way belongs to the scope, and nobody can come
// to send one that does. Else two configurations that differ only in how things
// ended that everybody has left would never be the same again. Of a looped scope,
// that is so for each instance by itself, see group.close in numbers.go.
//
// Scopes whose outcomes are compared keep theirs: who has left them differently
// has, for ever. So do those that a property looks at.

// forgetting says who can make a difference to which scope.
type forgetting struct {
	plain   []ScopeID   // the scopes that are forgotten as a whole: no loop repeats them
	sources [][]uint64  // by role and local state of its machine: the plain scopes that it may act in, as bits
	known   [][]uint64  // by role and flat state: the plain scopes of which it has a status
	told    []uint64    // by message: the plain scopes that it tells of
	cleared [][][]int32 // by role, slot and flat state: the flat state without the status; nil: never cleared
	active  [][][]bool  // by role, scope and local state, for looped scopes: it may act in the instance that it is in
}

// findForgotten finds the scopes of which statuses are ever forgotten. With a looped
// scope, those of the scopes in it go too.
func (k *tracking) findForgotten() {
	k.forgotten = make([]bool, len(k.a.Scopes))
	for s := range k.forgotten {
		k.forgotten[s] = k.a.Scopes[s].Looped || len(k.loopedAround(ScopeID(s))) == 0
		for inner, compared := range k.outcomes {
			if (compared || k.observed[inner]) && (inner == s || k.standsIn(ScopeID(inner), ScopeID(s))) {
				k.forgotten[s] = false
			}
		}
	}
}

// forgets reports whether there is a status that is forgotten.
func (k *tracking) forgets() bool {
	return slices.ContainsFunc(k.scopes, func(of []ScopeID) bool {
		return slices.ContainsFunc(of, func(s ScopeID) bool { return k.forgotten[s] })
	})
}

// addCleared adds the flat states that differ from others in what has been forgotten.
func (f *flattener) addCleared(ctx context.Context) error {
	done := make([]int, len(f.machines))
	for again := true; again; {
		again = false
		for r := range f.machines {
			m := &f.machines[r]
			for ; done[r] < len(m.states); done[r]++ {
				if err := ctx.Err(); err != nil {
					return err
				}
				again = true
				for slot, s := range f.scopes.scopes[r] {
					if values := f.clear(RoleID(r), done[r], slot); values != nil && f.scopes.forgotten[s] {
						if _, err := f.state(RoleID(r), m.states[done[r]].control, values); err != nil {
							return err
						}
					}
				}
			}
		}
		if err := f.work(ctx); err != nil {
			return err
		}
	}
	return nil
}

// clear gives the values of a flat state without its status for a scope and, if
// that is looped, for the scopes in it; nil if it has none.
func (f *flattener) clear(r RoleID, s, slot int) []int64 {
	st := &f.machines[r].states[s]
	ghosts := f.ghosts(r, st.values)
	if st.control < 0 || ghosts[slot] == statusNone {
		return nil
	}
	next := slices.Clone(st.values)
	ghosts = f.ghosts(r, next)
	ghosts[slot] = statusNone
	scope := f.scopes.scopes[r][slot]
	for i, inner := range f.scopes.scopes[r] {
		if f.a.Scopes[scope].Looped && f.scopes.standsIn(inner, scope) {
			ghosts[i] = statusNone
		}
	}
	return next
}

func (n *Network) makeForgetting(ctx context.Context) error {
	k, g := n.flat.scopes, &n.general.forgetting
	for s := range k.a.Scopes {
		tracked := slices.ContainsFunc(k.tracks, func(of []bool) bool { return of[s] })
		if tracked && k.forgotten[s] && !k.a.Scopes[s].Looped && len(g.plain) < 64 {
			g.plain = append(g.plain, ScopeID(s))
		}
	}
	for r := range n.flat.machines {
		m := &n.flat.machines[r]
		sources := make([]uint64, len(k.a.Machines[r].States))
		for bit, s := range g.plain {
			for state, can := range k.canAct(RoleID(r), s) {
				if can {
					sources[state] |= 1 << bit
				}
			}
		}
		g.sources = append(g.sources, sources)
		active := make([][]bool, len(k.a.Scopes))
		for _, s := range k.looped[r] {
			active[s] = k.canAct(RoleID(r), s)
		}
		g.active = append(g.active, active)
		g.known = append(g.known, make([]uint64, len(m.states)))
		g.cleared = append(g.cleared, make([][]int32, len(k.scopes[r])))
		for slot, s := range k.scopes[r] {
			if !k.forgotten[s] {
				continue
			}
			if err := ctx.Err(); err != nil {
				return err
			}
			bit := slices.Index(g.plain, s)
			to := make([]int32, len(m.states))
			for i := range m.states {
				to[i] = int32(i)
				if values := n.flat.clear(RoleID(r), i, slot); values != nil {
					to[i] = int32(m.index[valuesKey(m.states[i].control, values)])
					if bit >= 0 {
						g.known[r][i] |= 1 << bit
					}
				}
			}
			g.cleared[r][slot] = to
		}
	}
	for id := range n.flat.messages {
		told := uint64(0)
		for bit, s := range g.plain {
			if n.tellsOf(messageID(id), s) {
				told |= 1 << bit
			}
		}
		g.told = append(g.told, told)
	}
	return nil
}

// tellsOf reports whether a message belongs to a scope, or says how its sender left it.
func (n *Network) tellsOf(id messageID, s ScopeID) bool {
	k, tells := n.flat.scopes, &n.flat.tells[id]
	if k.inside(tells.tag.position, s) {
		return true
	}
	kind := n.flat.messages[id]
	for i, x := range k.lefts[MessagesOf{kind.From, kind.To, kind.Label}] {
		if x == s && tells.tag.lefts != "" && tells.tag.lefts[i] != 0 {
			return true
		}
	}
	return false
}

// canAct finds the local states from which a role can come to an action in a scope
// that makes a difference to others, without entering it anew and before it takes a
// message that says that it is of the scope: then that message makes the difference.
// A send that tells how its sender has left the scope is such an action too, and so
// is a receive that asks whether its sender has left the very instance that the role
// is in.
func (k *tracking) canAct(r RoleID, s ScopeID) []bool {
	m := &k.a.Machines[r]
	before := make([][]int, len(m.States))
	can := make([]bool, len(m.States))
	goesToo := func(x ScopeID) bool { return x == s || k.a.Scopes[s].Looped && k.standsIn(x, s) }
	for t := range m.Transitions {
		tr := &m.Transitions[t]
		inside, all, fresh := false, true, k.a.Scopes[s].Looped
		for _, p := range places(tr) {
			in := k.inside(p.Position, s)
			inside, all = inside || in, all && in
			fresh = fresh && k.isFresh(p, s)
		}
		takes := tr.Kind == Receive || tr.Kind == Ignore
		told := takes && all && k.told[r][s] && k.onlyFrom(MessagesOf{tr.Peer, r, tr.Label}, s) && (!k.a.Scopes[s].Looped || len(k.loopedAround(s)) == 0)
		beyond := inside && fresh || told
		tells := !beyond && tr.Kind == Send && slices.ContainsFunc(k.lefts[MessagesOf{r, tr.Peer, tr.Label}], goesToo)
		// Whether it is told of the instance that it is in depends on its number.
		asks := tr.OnlyIf != nil && k.a.Scopes[s].Looped && goesToo(tr.OnlyIf.Scope)
		if !can[tr.From] && (inside && !beyond && (!takes || tr.Kind == Receive && k.a.Scopes[s].Looped) || tells || asks) {
			can[tr.From] = true
		}
		if tr.To >= 0 && !beyond {
			before[tr.To] = append(before[tr.To], tr.From)
		}
	}
	return comeTo(can, before)
}

// onlyFrom reports whether messages of a label belong to a scope wherever they are
// sent, and none strays.
func (k *tracking) onlyFrom(of MessagesOf, s ScopeID) bool {
	return !slices.Contains(k.strays, of) && !slices.ContainsFunc(k.sends[of], func(p PositionID) bool { return !k.inside(p, s) })
}

// forgetPlain forgets the scopes without a loop that cannot matter any more.
func (n *Network) forgetPlain(t lts.State) {
	g := &n.general.forgetting
	if len(g.plain) == 0 || n.options.remember {
		return
	}
	known, live := uint64(0), uint64(0)
	for r := range n.locals {
		flat := n.locals[r].get(t)
		known |= g.known[r][flat]
		if c := n.flat.machines[r].states[flat].control; c >= 0 {
			live |= g.sources[r][c]
		}
	}
	if known&^live == 0 {
		return
	}
	for _, q := range n.queues {
		live |= q.tellsOf(t, g.told)
		if known&^live == 0 {
			return
		}
	}
	for r := range n.locals {
		if n.general.recover[r] != noAction {
			live |= g.sources[r][n.automata.Machines[r].Initial]
		}
	}
	for r := range n.locals {
		for bit, s := range g.plain {
			if g.known[r][n.locals[r].get(t)]&^live>>bit&1 == 1 {
				n.clear(t, RoleID(r), s)
			}
		}
	}
}

// clear forgets a role's status for a scope.
func (n *Network) clear(t lts.State, r RoleID, s ScopeID) {
	slot := n.flat.scopes.slot[r][s]
	if slot < 0 || n.general.forgetting.cleared[r][slot] == nil {
		return
	}
	lt := &n.locals[r]
	lt.set(t, uint64(n.general.forgetting.cleared[r][slot][lt.get(t)]))
}
