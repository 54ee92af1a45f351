package model

import (
	"fmt"
	"slices"

	"chorcheck/lts"
)

// RoleStatus says whether a role takes part, and if not, why.
type RoleStatus uint8

// The statuses of roles.
const (
	Live RoleStatus = iota
	HasFailed
	HasCrashed
	IsSilenced
)

// Environment is the one that the network was compiled for.
func (n *Network) Environment() *Environment { return n.options.Environment }

// IsStep reports whether an action is a step: no fault, and no link that comes back.
func (n *Network) IsStep(a lts.Action) bool { return n.actions[a].Fault < 0 && !n.actions[a].Heals }

// Status says whether a role takes part.
func (n *Network) Status(s lts.State, r RoleID) RoleStatus {
	switch n.flat.machines[r].states[n.locals[r].get(s)].control {
	case failedControl:
		return HasFailed
	case crashedControl:
		return HasCrashed
	case silencedControl:
		return IsSilenced
	}
	return Live
}

// Outcome is what a role knows of one instance of a scope.
type Outcome struct {
	Role     RoleID
	Instance string // equal for the same instance
	Part     int    // that it is in, or has left it from
	Left     bool
}

// Outcomes lists what each live role knows of the instances of a scope that is
// agreed or has handlers at several roles; it is nil for others. Remembered
// instances have Left true.
func (n *Network) Outcomes(s lts.State, scope ScopeID) []Outcome {
	k := n.flat.scopes
	if !k.outcomes[scope] {
		return nil
	}
	var out []Outcome
	for r := range n.locals {
		r := RoleID(r)
		fs := &n.flat.machines[r].states[n.locals[r].get(s)]
		slot := k.slot[r][scope]
		if fs.control < 0 || slot < 0 {
			continue
		}
		var around []uint64
		if n.general != nil {
			for _, x := range k.loopedAround(scope) {
				around = append(around, n.ownNumber(r, x, s))
			}
		}
		number := 1
		if i := k.number[r][scope]; i >= 0 {
			number = int(n.general.numbers[r][i].get(s))
			for j, m := range n.general.memory[r][i] {
				if v := m.get(s); v > 0 {
					out = append(out, Outcome{r, fmt.Sprint(around, j+1), int(v) - 1, true})
				}
			}
		}
		if status := n.flat.ghosts(r, fs.values)[slot]; status != statusNone {
			out = append(out, Outcome{r, fmt.Sprint(around, number), statusPart(status), statusHasLeft(status)})
		}
	}
	return out
}

// Waits lists the roles for which r waits unguarded: they may fail, and nothing
// would tell r, see docs/semantics.md, section 6.
func (n *Network) Waits(s lts.State, r RoleID) []RoleID {
	return slices.Clone(n.waitsIn(r, &n.flat.machines[r].states[n.locals[r].get(s)]))
}

func (n *Network) waitsIn(r RoleID, fs *flatState) []RoleID {
	if fs.control < 0 {
		return nil
	}
	for _, v := range n.flat.machines[r].guards[fs.control] {
		if fs.values[n.flat.slot[v]] != timerOff {
			return nil
		}
	}
	return n.unguarded[r][fs.control]
}

// Armed reports whether an explicit timer is armed.
func (n *Network) Armed(s lts.State, t TimerID) bool {
	timer := &n.automata.Timers[t]
	return timer.Var >= 0 && n.Status(s, timer.Owner) == Live && n.Values(s, timer.Owner)[n.flat.slot[timer.Var]] != timerOff
}

// DownLinks lists the faults whose links are down.
func (n *Network) DownLinks(s lts.State) []int {
	if n.general == nil {
		return nil
	}
	var out []int
	for i := range n.general.faults {
		if n.general.faults[i].link.get(s) != 0 {
			out = append(out, i)
		}
	}
	return out
}

// stateMarks are the marks of all configurations with a role in a flat state.
func (n *Network) stateMarks(r RoleID, fs *flatState) lts.Marks {
	if fs.control < 0 {
		return 0
	}
	var marks lts.Marks
	k := n.flat.scopes
	for i, s := range k.scopes[r] {
		if status := n.flat.ghosts(r, fs.values)[i]; k.outcomes[s] && status != statusNone && statusPart(status) >= 1 {
			marks |= MarkOutcome
		}
	}
	if n.waitsIn(r, fs) != nil {
		marks |= MarkWait
	}
	for i := range n.automata.Timers {
		t := &n.automata.Timers[i]
		if t.Owner == r && t.Var >= 0 && fs.values[n.flat.slot[t.Var]] != timerOff && n.automata.Machines[r].States[fs.control].Final {
			marks |= MarkLeak
		}
	}
	return marks
}

// findWaits finds the local states that are unguarded waits.
func (n *Network) findWaits() {
	n.unguarded = make([][][]RoleID, len(n.automata.Machines))
	for r := range n.automata.Machines {
		m := &n.automata.Machines[r]
		n.unguarded[r] = make([][]RoleID, len(m.States))
		for c := range m.States {
			if !m.States[c].Final {
				rng := n.flat.machines[r].first[c]
				n.unguarded[r][c] = n.waitsUnguarded(RoleID(r), m.Transitions[rng[0]:rng[1]])
			}
		}
	}
}

// waitsUnguarded lists the roles that a role waits for in vain if they fail, where
// it has these transitions.
func (n *Network) waitsUnguarded(r RoleID, transitions []Transition) []RoleID {
	var on, noticed []RoleID
	interrupted := false
	for i := range transitions {
		tr := &transitions[i]
		switch tr.Kind {
		case Receive:
			if crashes, otherwise := n.mayFail(tr.Peer, r); crashes || otherwise {
				on = append(on, tr.Peer)
			} else {
				interrupted = interrupted || tr.Handler != nil
			}
		case CrashRaise:
			noticed = append(noticed, tr.Peer)
		case Ignore, EndRaise:
		default:
			if _, explicit := n.flat.explicitTimer(tr); !explicit {
				return nil // it counts only while it is armed
			}
		}
	}
	if interrupted {
		return nil
	}
	on = slices.DeleteFunc(on, func(c RoleID) bool {
		_, otherwise := n.mayFail(c, r)
		return !otherwise && slices.Contains(noticed, c)
	})
	slices.Sort(on)
	if on = slices.Compact(on); len(on) == 0 {
		return nil
	}
	return on
}

// mayFail says how a role may be silent towards another one: by a crash, or because
// it is silenced or its messages do not arrive.
func (n *Network) mayFail(c, r RoleID) (crashes, otherwise bool) {
	env := n.options.Environment
	for i := range env.Faults {
		f := &env.Faults[i]
		if limit, limited := env.Limits[f.Kind]; env.Limit == 0 || limited && limit == 0 {
			continue
		}
		switch f.Kind {
		case Crash:
			crashes = crashes || f.Role == c
		case Silence:
			otherwise = otherwise || f.Role == c
		case Loss:
			otherwise = otherwise || f.Role == c && f.Peer == r
		default:
			otherwise = otherwise || f.separates(c, r)
		}
	}
	return crashes, otherwise
}
