package replay

import (
	"fmt"
	"slices"

	"chorcheck/model"
)

// StaleScope gives, for a stale receive from c, the outermost scope of which the
// message belongs to an instance that its receiver has left.
func (in *Interpreter) StaleScope(c Config, s Step) (scope model.ScopeID, stale bool) {
	if !s.Stale {
		return 0, false
	}
	return in.stale(c.Local[s.Message.Receiver], s.Message)
}

// Uncaught gives, for a step or fault that raises an exception which nobody handles,
// the role and the exception.
func (in *Interpreter) Uncaught(s Step) (r model.RoleID, e model.ExceptionID, uncaught bool) {
	if !s.Uncaught {
		return 0, 0, false
	}
	return s.Role, in.automata.Machines[s.Role].Transitions[s.Transition].Exception, true
}

// Conflict is two roles that do not agree on how an instance of a scope goes on.
type Conflict struct {
	Scope model.ScopeID
	Roles [2]model.RoleID // ascending
	Parts [2]int          // in which each of the two roles is, or from which it has left
}

// Standing is how a role is in an instance of a scope, or how it has left it.
type Standing struct {
	Role     model.RoleID
	Instance string // the numbers of the scopes around and of the scope itself: equal for one instance
	Part     int
	Left     bool
}

// Outcomes gives, by role, how the live roles are in instances of a scope, or how
// they have left them, as far as that is remembered.
func (in *Interpreter) Outcomes(c Config, s model.ScopeID) []Standing {
	var list []Standing
	for r, l := range c.Local {
		if l.Status != Live || l.Scopes[s].Phase == None {
			continue
		}
		outer := ""
		for _, p := range in.around(s) {
			outer += fmt.Sprintf("%d.", l.Scopes[p.scope].Number)
		}
		stand := func(number, part int, left bool) {
			list = append(list, Standing{model.RoleID(r), fmt.Sprintf("%s%d", outer, number), part, left})
		}
		own := l.Scopes[s]
		for _, o := range own.Outcomes {
			stand(o.Number, o.Part, true)
		}
		stand(own.Number, own.Part, own.Phase == Left)
	}
	return list
}

// conflicts gives the pairs of roles that stand in one instance of a scope in
// different parts, in a way that counts.
func (in *Interpreter) conflicts(c Config, s model.ScopeID, count func(x, y Standing) bool) []Conflict {
	var found []Conflict
	list := in.Outcomes(c, s)
	for i, x := range list {
		for _, y := range list[i+1:] {
			if x.Role != y.Role && x.Instance == y.Instance && x.Part != y.Part && count(x, y) {
				found = append(found, Conflict{s, [2]model.RoleID{x.Role, y.Role}, [2]int{x.Part, y.Part}})
			}
		}
	}
	return found
}

// ExclusiveHandlers gives the pairs of roles that are in different handlers of one
// instance of a scope, each in one that stands at it, or have left it from them: by
// scope, then by roles.
func (in *Interpreter) ExclusiveHandlers(c Config) []Conflict {
	var found []Conflict
	for s, scope := range in.automata.Scopes {
		own := func(x Standing) bool { return x.Part >= 1 && scope.Handlers[x.Part-1].At == x.Role }
		found = append(found, in.conflicts(c, model.ScopeID(s), func(x, y Standing) bool { return own(x) && own(y) })...)
	}
	return found
}

// Disagreements gives the pairs of roles that have left one instance of a scope with
// `agreed` with different outcomes. In a terminal configuration, to be in it counts
// as well.
func (in *Interpreter) Disagreements(c Config) []Conflict {
	var found []Conflict
	terminal := in.Terminal(c)
	for s, scope := range in.automata.Scopes {
		if scope.Agreed {
			found = append(found, in.conflicts(c, model.ScopeID(s), func(x, y Standing) bool { return terminal || x.Left && y.Left })...)
		}
	}
	return found
}

// UnguardedWaits gives the roles that role r waits for without a guard: each may be
// stopped by the environment, or what it sends to r may get lost. It does not depend
// on what has struck before.
func (in *Interpreter) UnguardedWaits(c Config, r model.RoleID) []model.RoleID {
	if !in.Live(c, r) || in.InFinalState(c, r) {
		return nil
	}
	var waits []model.RoleID
	for _, t := range in.offers(c, r) {
		if t.Kind != model.Receive && t.Kind != model.Ignore {
			return nil
		}
		if t.Kind == model.Ignore {
			continue
		}
		crashes, otherwise := in.threats(t.Peer, r)
		if t.Handler != nil && !crashes && !otherwise {
			return nil
		}
		noticed := slices.ContainsFunc(in.present(c, r), func(i int) bool {
			u := in.automata.Machines[r].Transitions[i]
			return u.Kind == model.CrashRaise && u.Peer == t.Peer
		})
		if (otherwise || crashes && !noticed) && !slices.Contains(waits, t.Peer) {
			waits = append(waits, t.Peer)
		}
	}
	return waits
}

// threats tells whether the environment may crash a role, and whether it may keep its
// messages to another role away in any other way.
func (in *Interpreter) threats(from, to model.RoleID) (crashes, otherwise bool) {
	for _, f := range in.environment.Faults {
		// Without a strike before, a limit forbids the fault only if it is 0.
		if !in.allowed(Config{}, f) {
			continue
		}
		switch f.Kind {
		case model.Crash:
			crashes = crashes || f.Role == from
		case model.Silence:
			otherwise = otherwise || f.Role == from
		case model.Loss:
			otherwise = otherwise || f.Role == from && f.Peer == to
		case model.Disconnect, model.Partition:
			otherwise = otherwise || separates(f, from, to)
		}
	}
	return crashes, otherwise
}

// ArmedAtEnd gives the explicit timers that are armed while their owner, live, is
// in a final local state.
func (in *Interpreter) ArmedAtEnd(c Config) []model.TimerID {
	var leaked []model.TimerID
	for id, t := range in.automata.Timers {
		if t.Var >= 0 && c.Vars[t.Var] != 0 && in.InFinalState(c, t.Owner) {
			leaked = append(leaked, model.TimerID(id))
		}
	}
	return leaked
}
