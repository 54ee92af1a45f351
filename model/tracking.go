package model

import "slices"

// Of what a role knows about scopes, its statuses and the numbers of instances,
// only little can ever matter: whether a message is late or stale, whether an
// interrupt from behind a scope is meant, how an agreed scope has ended. A
// tracking says which scopes matter to which role, and what messages must
// tell. What does not matter is in no configuration.
//
// The statuses that matter are folded into flat states, as variables are. What
// messages tell makes message kinds of its own. The numbers of instances have bit
// fields, see numbers.go: they are needed for looped scopes only.
type tracking struct {
	a      *Automata
	chains [][]link // by position, outermost first
	outer  [][]link // by scope: the chain that it stands in
	acts   [][]bool // by role and scope: it has an action in it
	tracks [][]bool // by role and scope: its status, and its number if the scope is looped
	told   [][]bool // by role and scope: messages to it tell the part that they belong to, and the number

	scopes    [][]ScopeID // by role: those that it tracks, outermost first
	slot      [][]int     // by role and scope: index in scopes, or -1
	looped    [][]ScopeID // by role: those that it tracks a number of, outermost first
	number    [][]int     // by role and scope: index in looped, or -1
	exact     map[MessagesOf]bool
	lefts     map[MessagesOf][]ScopeID // of which the message says whether its sender has left them, and how
	sends     map[MessagesOf][]PositionID
	strays    []MessagesOf
	outcomes  []bool // by scope: Outcomes is about it
	memory    []bool // by scope: earlier outcomes can matter
	observed  []bool // by scope: a property looks at statuses of it
	forgotten []bool // by scope: statuses of it are forgotten when they cannot matter any more
	numbered  bool   // numbers of some scope are needed
	changed   bool
}

// link is one element of a chain.
type link struct {
	position PositionID
	scope    ScopeID
	part     int
}

// Statuses, as ghost variables.
const statusNone = 0

func statusIn(part int) int64         { return 1 + 2*int64(part) }
func statusPart(status int64) int     { return int(status-1) / 2 }
func statusHasLeft(status int64) bool { return status > 0 && status%2 == 0 }
func statusIsIn(status int64) bool    { return status%2 == 1 }

func newTracking(a *Automata, env *Environment, observed []Atom) *tracking {
	k := &tracking{
		a: a, exact: map[MessagesOf]bool{}, lefts: map[MessagesOf][]ScopeID{}, sends: map[MessagesOf][]PositionID{},
		chains: make([][]link, max(1, len(a.Positions))), outer: make([][]link, len(a.Scopes)),
		outcomes: make([]bool, len(a.Scopes)), memory: make([]bool, len(a.Scopes)), observed: make([]bool, len(a.Scopes)),
	}
	for _, f := range env.Faults {
		if f.Kind == Stray {
			k.strays = append(k.strays, MessagesOf{f.Role, f.Peer, f.Label})
		}
	}
	for p := range a.Positions {
		for _, q := range a.Chain(PositionID(p)) {
			k.chains[p] = append(k.chains[p], link{q, a.Positions[q].Scope, a.Positions[q].Part})
		}
	}
	for s := range a.Scopes {
		k.outer[s] = k.chains[a.Scopes[s].Outer]
	}
	for range a.Machines {
		k.acts = append(k.acts, make([]bool, len(a.Scopes)))
		k.tracks = append(k.tracks, make([]bool, len(a.Scopes)))
		k.told = append(k.told, make([]bool, len(a.Scopes)))
	}
	if len(a.Scopes) > 0 {
		k.analyse(observed)
	}
	k.number = make([][]int, len(a.Machines))
	k.slot = make([][]int, len(a.Machines))
	k.scopes = make([][]ScopeID, len(a.Machines))
	k.looped = make([][]ScopeID, len(a.Machines))
	for r := range a.Machines {
		for s := range a.Scopes {
			if k.tracks[r][s] {
				k.scopes[r] = append(k.scopes[r], ScopeID(s))
			}
		}
		slices.SortStableFunc(k.scopes[r], func(x, y ScopeID) int { return len(k.outer[x]) - len(k.outer[y]) })
		k.slot[r], k.number[r] = make([]int, len(a.Scopes)), make([]int, len(a.Scopes))
		for s := range a.Scopes {
			k.slot[r][s], k.number[r][s] = -1, -1
		}
		for i, s := range k.scopes[r] {
			k.slot[r][s] = i
			if a.Scopes[s].Looped {
				k.number[r][s] = len(k.looped[r])
				k.looped[r] = append(k.looped[r], s)
				k.numbered = true
			}
		}
	}
	k.findForgotten()
	return k
}

// places of a transition; without any, it stands outside all scopes.
func places(tr *Transition) []Place {
	if len(tr.Places) == 0 {
		return []Place{{}}
	}
	return tr.Places
}

// inside reports whether a position is in a scope.
func (k *tracking) inside(p PositionID, s ScopeID) bool {
	return slices.ContainsFunc(k.chains[p], func(l link) bool { return l.scope == s })
}

func (k *tracking) analyse(observed []Atom) {
	for r := range k.a.Machines {
		for t := range k.a.Machines[r].Transitions {
			tr := &k.a.Machines[r].Transitions[t]
			if tr.Kind == Ignore {
				continue
			}
			for _, p := range places(tr) {
				for _, l := range k.chains[p.Position] {
					k.acts[r][l.scope] = true
				}
				if tr.Kind == Send {
					of := MessagesOf{RoleID(r), tr.Peer, tr.Label}
					if !slices.Contains(k.sends[of], p.Position) {
						k.sends[of] = append(k.sends[of], p.Position)
					}
				}
			}
		}
	}
	for s := range k.a.Scopes {
		k.startScope(ScopeID(s))
	}
	k.observe(observed)
	k.tellRivals()
	for r := range k.a.Machines {
		for t := range k.a.Machines[r].Transitions {
			tr := &k.a.Machines[r].Transitions[t]
			if tr.Kind != Receive || tr.OnlyIf == nil {
				continue
			}
			of := MessagesOf{tr.Peer, RoleID(r), tr.Label}
			if !slices.Contains(k.lefts[of], tr.OnlyIf.Scope) {
				k.lefts[of] = append(k.lefts[of], tr.OnlyIf.Scope)
			}
			k.track(tr.Peer, tr.OnlyIf.Scope)
			k.track(RoleID(r), tr.OnlyIf.Scope)
		}
	}
	for k.changed = true; k.changed; {
		k.changed = false
		k.close()
	}
}

// observe tracks what properties look at.
func (k *tracking) observe(atoms []Atom) {
	for i := range atoms {
		for _, s := range atoms[i].scopes() {
			k.observed[s] = true
			k.track(atoms[i].Role, s)
		}
	}
}

// tellRivals has messages tell where they come from if that decides which of
// several receives takes them.
func (k *tracking) tellRivals() {
	for r := range k.a.Machines {
		list := k.a.Machines[r].Transitions
		for i := range list {
			for j := i + 1; j < len(list) && list[j].From == list[i].From; j++ {
				if rivals(&list[i], &list[j]) && !slices.Equal(list[i].Places, list[j].Places) {
					k.exact[MessagesOf{list[i].Peer, RoleID(r), list[i].Label}] = true
				}
			}
		}
	}
}

// startScope tracks a scope where late, stale and differing outcomes may matter.
func (k *tracking) startScope(s ScopeID) {
	sc := &k.a.Scopes[s]
	severally := false
	for _, h := range sc.Handlers {
		severally = severally || h.At != sc.Handlers[0].At
	}
	k.outcomes[s] = sc.Agreed || severally
	k.memory[s] = sc.Looped && (k.outcomes[s] || sc.DiscardLate)
	for r := range k.a.Machines {
		r := RoleID(r)
		if k.outcomes[s] {
			k.track(r, s)
		}
		if k.canGet(r, s) && (sc.DiscardLate || k.mayBeStale(r, s)) {
			k.track(r, s)
			k.tell(r, s)
		}
	}
}

// canGet reports whether messages of a scope can be on their way to a role.
func (k *tracking) canGet(r RoleID, s ScopeID) bool {
	for of, positions := range k.sends {
		if of.To == r && slices.ContainsFunc(positions, func(p PositionID) bool { return k.inside(p, s) }) {
			return true
		}
	}
	return false
}

func (k *tracking) mayBeStale(r RoleID, s ScopeID) bool {
	if !k.acts[r][s] {
		return false
	}
	left := k.mayHaveLeft(r, s)
	for t := range k.a.Machines[r].Transitions {
		tr := &k.a.Machines[r].Transitions[t]
		if tr.Kind != Receive || !k.a.Scopes[s].Looped && !left[tr.From] {
			continue
		}
		for _, p := range k.sends[MessagesOf{tr.Peer, r, tr.Label}] {
			if k.inside(p, s) {
				return true
			}
		}
	}
	return false
}

// mayHaveLeft finds the local states that a role may come to after it has left a
// scope, along its transitions, whatever their guards.
func (k *tracking) mayHaveLeft(r RoleID, s ScopeID) []bool {
	m := &k.a.Machines[r]
	ranges := m.Leaving()
	const phases = 3 // has not been in it, is in it, has left it
	seen := make([][phases]bool, len(m.States))
	type node struct{ state, phase int }
	todo := []node{{m.Initial, 0}}
	seen[m.Initial][0] = true
	visit := func(state, phase int) {
		if state >= 0 && !seen[state][phase] {
			seen[state][phase] = true
			todo = append(todo, node{state, phase})
		}
	}
	for len(todo) > 0 {
		at := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for t := ranges[at.state][0]; t < ranges[at.state][1]; t++ {
			tr := &m.Transitions[t]
			if tr.Kind == Ignore {
				continue
			}
			for _, p := range places(tr) {
				inside := k.inside(p.Position, s)
				if inside {
					visit(tr.To, 1)
				} else {
					visit(tr.To, at.phase)
				}
				// An action outside may be a concurrent one, which leaves nothing.
				if at.phase == 2 || at.phase == 1 && !inside || tr.Handler != nil && tr.Handler.Scope != s {
					visit(tr.To, 2)
				}
			}
		}
	}
	left := make([]bool, len(m.States))
	for i := range left {
		left[i] = seen[i][2]
	}
	return left
}

func (k *tracking) track(r RoleID, s ScopeID) {
	if k.acts[r][s] && !k.tracks[r][s] {
		k.tracks[r][s], k.changed = true, true
	}
}

func (k *tracking) tell(r RoleID, s ScopeID) {
	if !k.told[r][s] && k.canGet(r, s) {
		k.told[r][s], k.changed = true, true
	}
}

// close adds what tracked scopes need in turn: who tracks a scope tracks the
// numbers of looped scopes around it; numbers come with messages; and who sends a
// number must know it.
func (k *tracking) close() {
	for r := range k.a.Machines {
		r := RoleID(r)
		any := false
		for s := range k.a.Scopes {
			s := ScopeID(s)
			if k.tracks[r][s] {
				any = true
				for _, l := range k.outer[s] {
					if k.a.Scopes[l.scope].Looped {
						k.track(r, l.scope)
					}
				}
				if k.a.Scopes[s].Looped {
					k.tell(r, s)
				}
			}
			if k.told[r][s] {
				k.closeTold(r, s)
			}
		}
		if any {
			k.closePlaces(r)
		}
	}
}

func (k *tracking) closeTold(r RoleID, s ScopeID) {
	for _, l := range k.outer[s] {
		if k.a.Scopes[l.scope].Looped {
			k.tell(r, l.scope)
		}
	}
	if !k.a.Scopes[s].Looped {
		return
	}
	k.track(r, s)
	for of, positions := range k.sends {
		if of.To == r && slices.ContainsFunc(positions, func(p PositionID) bool { return k.inside(p, s) }) {
			k.track(of.From, s)
		}
	}
}

// closePlaces is about receives that can be meant in several ways: which way that
// is may depend on where the message comes from and on its instance.
func (k *tracking) closePlaces(r RoleID) {
	for t := range k.a.Machines[r].Transitions {
		tr := &k.a.Machines[r].Transitions[t]
		if tr.Kind != Receive || len(tr.Places) < 2 {
			continue
		}
		of := MessagesOf{tr.Peer, r, tr.Label}
		k.exact[of] = true
		for _, q := range k.sends[of] {
			if slices.ContainsFunc(tr.Places, func(p Place) bool { return p.Position == q }) {
				continue
			}
			for _, l := range k.chains[q] {
				if k.a.Scopes[l.scope].Looped {
					k.track(r, l.scope)
					k.tell(r, l.scope)
				}
			}
		}
	}
}

// tag is what a message tells beside its values.
type tag struct {
	position PositionID // what it belongs to, as far as that matters
	stray    bool       // it belongs to nothing, not even to the position outside all scopes; only where that matters
	lefts    string     // for each scope of tracking.lefts: 0, or 1 and the part that its sender has left it from
}

// tagOf is the tag of a message that a role sends in a place; ghost is its status afterwards.
func (k *tracking) tagOf(of MessagesOf, p PositionID, ghost []int64) tag {
	var out tag
	if k.exact[of] {
		out.position = p
	} else {
		for _, l := range k.chains[p] {
			if k.told[of.To][l.scope] {
				out.position = l.position
			}
		}
	}
	if scopes := k.lefts[of]; len(scopes) > 0 {
		b := make([]byte, len(scopes))
		for i, s := range scopes {
			if j := k.slot[of.From][s]; j >= 0 && statusHasLeft(ghost[j]) && !k.inside(p, s) {
				b[i] = byte(1 + statusPart(ghost[j]))
			}
		}
		out.lefts = string(b)
	}
	return out
}

// numbersOf lists the looped scopes of which a message with this tag carries a
// number: first those that it belongs to, outermost first, whose count is own.
func (k *tracking) numbersOf(of MessagesOf, t tag) (scopes []ScopeID, own int) {
	for _, l := range k.chains[t.position] {
		if k.told[of.To][l.scope] && k.a.Scopes[l.scope].Looped {
			scopes = append(scopes, l.scope)
		}
	}
	own = len(scopes)
	for i, s := range k.lefts[of] {
		if t.lefts == "" || t.lefts[i] == 0 {
			continue
		}
		for _, x := range append(k.loopedAround(s), s) {
			if k.number[of.From][x] >= 0 && !slices.Contains(scopes, x) {
				scopes = append(scopes, x)
			}
		}
	}
	return scopes, own
}

// loopedAround lists the looped scopes that a scope stands in, outermost first.
func (k *tracking) loopedAround(s ScopeID) []ScopeID {
	var out []ScopeID
	for _, l := range k.outer[s] {
		if k.a.Scopes[l.scope].Looped {
			out = append(out, l.scope)
		}
	}
	return out
}
