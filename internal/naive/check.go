package naive

import (
	"fmt"
	"slices"
	"strings"

	"chorcheck/model"
	"chorcheck/verify/replay"
)

// The ids of the checks, as docs/semantics.md names them.
const (
	Deadlock             = "deadlock"
	Stuck                = "stuck"
	Livelock             = "livelock"
	NoTermination        = "no-termination"
	UnspecifiedReception = "unspecified-reception"
	OrphanMessage        = "orphan-message"
	BoundReached         = "bound-reached"
	OutOfRange           = "out-of-range"
	DeadInteraction      = "dead-interaction"
	UncaughtException    = "uncaught-exception"
	ExclusiveHandler     = "exclusive-handler"
	HandlerAgreement     = "handler-agreement"
	StaleReception       = "stale-reception"
	TimerLeak            = "timer-leak"
	UnguardedWait        = "unguarded-wait"
	SilentSurvivor       = "silent-survivor"
	DeadHandler          = "dead-handler"
)

// Checks are the ids of all checks.
func Checks() []string {
	return []string{
		Deadlock, Stuck, Livelock, NoTermination, UnspecifiedReception,
		OrphanMessage, BoundReached, OutOfRange, DeadInteraction,
		UncaughtException, ExclusiveHandler, HandlerAgreement, StaleReception, TimerLeak, UnguardedWait, SilentSurvivor,
		DeadHandler,
	}
}

// check carries out all checks on the complete graph.
func (r *Result) check() {
	r.Causes = map[string]map[string]int{}
	r.NotApplicable = map[string]bool{}
	for _, id := range Checks() {
		r.Causes[id] = map[string]int{}
	}
	r.applicable()
	for n, c := range r.Configs {
		r.checkDeadlock(n, c)
		r.checkReception(n, c)
		r.checkBound(n, c)
		r.checkRange(n)
		r.checkFailures(n, c)
	}
	r.Silent = map[int][]model.RoleID{}
	for _, c := range r.components() {
		if !c.bottom {
			continue
		}
		r.silentRoles(c)
		r.checkOrphans(c)
		if !c.trivial {
			r.checkStuck(c)
			r.checkLiveness(c)
		}
	}
	r.checkSurvivors()
	r.checkDead()
	r.checkDeadHandlers()
}

// found notes a violation.
func (r *Result) found(check, cause string, length int) {
	if least, known := r.Causes[check][cause]; !known || length < least {
		r.Causes[check][cause] = length
	}
}

// checkDeadlock: the cause is "A@Aw B@Bw", the live roles that are not final by
// number, each with its local state.
func (r *Result) checkDeadlock(n int, c replay.Config) {
	if len(r.steps(n)) > 0 || r.Interpreter.Final(c) {
		return
	}
	var parts []string
	for _, role := range r.Interpreter.Unfinished(c) {
		parts = append(parts, r.place(c, role))
	}
	r.found(Deadlock, strings.Join(parts, " "), r.Distance[n])
}

// checkReception: the cause is "A@Aw: a from E, rb from B", the heads by sender.
func (r *Result) checkReception(n int, c replay.Config) {
	for role := range r.Interpreter.Automata().Machines {
		role := model.RoleID(role)
		heads, found := r.Interpreter.Unspecified(c, role)
		if !found {
			continue
		}
		var parts []string
		for _, m := range heads {
			parts = append(parts, fmt.Sprintf("%s from %s", r.label(m.Label), r.role(m.Sender)))
		}
		r.found(UnspecifiedReception, r.place(c, role)+": "+strings.Join(parts, ", "), r.Distance[n])
	}
}

// checkBound: the cause is the name of the queue, "E -> A" or "mailbox of A".
func (r *Result) checkBound(n int, c replay.Config) {
	for _, q := range r.Interpreter.FullQueues(c) {
		r.found(BoundReached, r.Interpreter.Queues()[q].Name, r.Distance[n])
	}
}

// checkRange: the cause is "A#3", the role and the number of its transition.
func (r *Result) checkRange(n int) {
	for _, e := range r.Edges[n] {
		if e.Step.Fails {
			role, transition := e.Step.Failing()
			r.found(OutOfRange, fmt.Sprintf("%s#%d", r.role(role), transition), r.Distance[n]+1)
		}
	}
}

// checkStuck: the cause is "B@Bw", the role and its local state.
func (r *Result) checkStuck(c component) {
	moving := r.participants(c)
	// A role that takes part in no step is in the same local state everywhere.
	some := r.Configs[c.members[0]]
	for _, role := range r.Interpreter.Unfinished(some) {
		if !moving[role] {
			r.found(Stuck, r.place(some, role), r.nearest(c))
		}
	}
}

// checkLiveness does livelock and no-termination: the cause is "A B", the roles
// that take part in steps of the component.
func (r *Result) checkLiveness(c component) {
	received := false
	for _, n := range c.members {
		if r.Interpreter.Final(r.Configs[n]) {
			return
		}
		for _, e := range r.steps(n) {
			received = received || r.receives(e.Step)
		}
	}
	var names []string
	for role, moves := range r.participants(c) {
		if moves {
			names = append(names, r.role(model.RoleID(role)))
		}
	}
	cause := strings.Join(names, " ")
	if !received {
		r.found(Livelock, cause, r.nearest(c))
	}
	if !r.NotApplicable[NoTermination] {
		r.found(NoTermination, cause, r.nearest(c))
	}
}

// checkOrphans: the cause is "B -> A: rb".
func (r *Result) checkOrphans(c component) {
	in := r.Interpreter
	moving := r.participants(c)
	for q, queue := range in.Queues() {
		receiver := queue.Receiver
		if !in.Live(r.Configs[c.members[0]], receiver) {
			continue
		}
		concerned := moving[receiver] || slices.ContainsFunc(c.members, func(n int) bool {
			return in.InFinalState(r.Configs[n], receiver)
		})
		if !concerned {
			continue
		}
		var taken []replay.Message
		for _, n := range c.members {
			for _, e := range r.steps(n) {
				if from, ok := in.TakenFrom(e.Step); ok && from == q {
					taken = append(taken, e.Step.Message)
				}
			}
		}
		if queue.Discipline != model.Bag && len(taken) > 0 {
			continue
		}
		for _, n := range c.members {
			for _, m := range r.Configs[n].Queues[q] {
				if queue.Discipline == model.Bag && slices.ContainsFunc(taken, m.Equal) {
					continue
				}
				cause := fmt.Sprintf("%s -> %s: %s", r.role(m.Sender), r.role(m.Receiver), r.label(m.Label))
				r.found(OrphanMessage, cause, r.nearest(c))
			}
		}
	}
}

// checkDead: the cause is the decimal number of the place. A place with a send
// (a message) is carried out if one of its sends is; a place with receives only
// (in automata that give each end its own place) if one of them is; a place with
// an assignment if that is. A step that fails has been carried out.
func (r *Result) checkDead() {
	a := r.Interpreter.Automata()
	type transition struct {
		role  model.RoleID
		index int
	}
	fired := map[transition]bool{}
	for n := range r.Configs {
		for _, e := range r.steps(n) {
			fired[transition{e.Step.Role, e.Step.Transition}] = true
			if e.Step.Kind == replay.Rendezvous {
				fired[transition{e.Step.Peer, e.Step.PeerTransition}] = true
			}
		}
	}
	decisive, rest := map[model.Origin]bool{}, map[model.Origin]bool{}
	for role, m := range a.Machines {
		for i, t := range m.Transitions {
			if !r.inText(t) {
				continue
			}
			into := decisive
			if t.Kind == model.Receive {
				into = rest
			}
			for _, o := range t.Origins {
				into[o] = into[o] || fired[transition{model.RoleID(role), i}]
			}
		}
	}
	for o, carriedOut := range rest {
		if _, known := decisive[o]; !known {
			decisive[o] = carriedOut
		}
	}
	for o, carriedOut := range decisive {
		if !carriedOut {
			r.found(DeadInteraction, fmt.Sprint(o), -1)
		}
	}
}

// participants tells for each role whether it takes part in a step of a bottom component.
func (r *Result) participants(c component) []bool {
	moving := make([]bool, len(r.Interpreter.Automata().Machines))
	for _, n := range c.members {
		for _, e := range r.steps(n) {
			for _, role := range e.Step.Participants() {
				moving[role] = true
			}
		}
	}
	return moving
}

// canAllFinish reports whether each machine can reach a final state from its
// initial one along its transitions, whatever their guards and channels.
func canAllFinish(a *model.Automata) bool {
	for _, m := range a.Machines {
		reached := []int{m.Initial}
		finishes := false
		for k := 0; k < len(reached); k++ {
			finishes = finishes || m.States[reached[k]].Final
			for _, t := range m.Transitions {
				if t.From == reached[k] && t.To != model.Failed && !slices.Contains(reached, t.To) {
					reached = append(reached, t.To)
				}
			}
		}
		if !finishes {
			return false
		}
	}
	return true
}

// receives reports whether a message is received, and not dropped, in a step.
func (r *Result) receives(s replay.Step) bool {
	switch {
	case s.Kind == replay.Receive:
		return true
	case s.Kind != replay.Rendezvous || s.Discard:
		return false
	}
	return r.Interpreter.Automata().Machines[s.Peer].Transitions[s.PeerTransition].Kind == model.Receive
}

// inText reports whether a transition is a message or an assignment of the text:
// those that set and clear timers are none.
func (r *Result) inText(t model.Transition) bool {
	switch t.Kind {
	case model.Send, model.Receive:
		return true
	case model.Internal:
		for _, x := range t.Assigns {
			if !slices.ContainsFunc(r.Interpreter.Automata().Timers, func(timer model.Timer) bool { return timer.Var == x.Var }) {
				return true
			}
		}
	}
	return false
}

// place is "A@Aw": a live role and its local state.
func (r *Result) place(c replay.Config, role model.RoleID) string {
	state := r.Interpreter.Automata().Machines[role].States[c.Local[role].State]
	return r.role(role) + "@" + state.Name
}

func (r *Result) role(role model.RoleID) string { return r.Interpreter.Automata().Roles[role].Name }

func (r *Result) label(l model.LabelID) string { return r.Interpreter.Automata().Labels[l] }
