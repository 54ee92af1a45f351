package verify

import (
	"fmt"
	"slices"

	"chorcheck/model"
	"chorcheck/verify/replay"
)

// confirmLimit is the number of configurations that a continuation check looks at
// when it is confirmed. A bottom component is closed: if it is not larger, the
// confirmation is complete; else it is a sample.
const confirmLimit = 2000

// refute asks the interpreter, which shares no code with the network and the
// search, whether the configuration at the end of the trace is what the exhibit
// says. It returns why not, or nothing.
func (r *replayed) refute() string {
	in, c := r.oracle, r.last
	switch r.check {
	case "deadlock":
		if !in.Deadlocked(c) {
			return "this is no deadlock"
		}
	case "unspecified-reception":
		heads, found := in.Unspecified(c, r.role)
		if !found || len(heads) != len(r.info) {
			return "the role can receive what it has, or has nothing"
		}
	case "bound-reached":
		q := r.net.Queue(r.info[0])
		if !slices.ContainsFunc(in.FullQueues(c), func(i int) bool {
			o := in.Queues()[i]
			return o.Receiver == q.To && (o.Shared && q.From < 0 || !o.Shared && o.Sender == q.From)
		}) {
			return "no send is blocked by that queue"
		}
	case "out-of-range", "uncaught-exception", "stale-reception", "timer-leak":
		return r.refuteStep()
	case "exclusive-handler", "handler-agreement":
		return r.refuteOutcomes()
	case "unguarded-wait":
		if !slices.Contains(in.UnguardedWaits(c, r.role), model.RoleID(r.info[0])) {
			return "the wait is guarded"
		}
	case "orphan-message":
		return r.refuteOrphan()
	case "silent-survivor":
		return r.refuteSurvivor()
	default:
		return r.refuteContinuation()
	}
	return ""
}

// refuteStep checks what the last step shows; a timer may also be armed at the end.
func (r *replayed) refuteStep() string {
	if r.check == "timer-leak" && !r.acts {
		if timer := model.TimerID(r.info[0]); !slices.Contains(r.oracle.ArmedAtEnd(r.last), timer) {
			return "the timer is not armed, or its owner is not at its end"
		}
		return ""
	}
	last := r.steps[len(r.steps)-1]
	switch {
	case r.check == "out-of-range" && (!last.Fails):
		return "the last step does not fail"
	case r.check == "uncaught-exception" && !last.Uncaught:
		return "the last step raises nothing that is not handled"
	case r.check == "stale-reception" && !last.Stale:
		return "the last step takes no stale message"
	case r.check == "timer-leak" && !last.Late:
		return "the last step is no late timeout"
	}
	return ""
}

// refuteOutcomes checks how two roles have taken an instance of a scope.
func (r *replayed) refuteOutcomes() string {
	conflicts := r.oracle.ExclusiveHandlers
	if r.check == "handler-agreement" {
		conflicts = r.oracle.Disagreements
	}
	want := replay.Conflict{
		Scope: model.ScopeID(r.info[0]),
		Parts: [2]int{r.info[1], r.info[2]},
		Roles: [2]model.RoleID{model.RoleID(r.info[3]), model.RoleID(r.info[4])},
	}
	if want.Roles[0] > want.Roles[1] {
		want.Roles[0], want.Roles[1] = want.Roles[1], want.Roles[0]
		want.Parts[0], want.Parts[1] = want.Parts[1], want.Parts[0]
	}
	if slices.Contains(conflicts(r.last), want) {
		return ""
	}
	return "the roles agree"
}

// refuteSurvivor checks the run, and that the role has no step in any continuation.
func (r *replayed) refuteSurvivor() string {
	if !r.oracle.Live(r.last, r.role) || r.oracle.InFinalState(r.last, r.role) {
		return "the role is not live, or final"
	}
	failed := false
	for _, s := range r.steps {
		// A raise at the role itself is none that it would have to be told of.
		failed = failed || s.Fault >= 0 && !s.Heals || s.Role != r.role && s.Transition >= 0 && raisesNow(&r.automata.Machines[s.Role].Transitions[s.Transition], s.Fails)
		if failed && r.hears(s, r.role) {
			return "the role has heard of it"
		}
	}
	if !failed {
		return "nothing has failed"
	}
	why := ""
	r.continuations(func(_ replay.Config, steps []replay.Step) bool {
		for _, s := range steps {
			if slices.Contains(s.Participants(), r.role) {
				why = "the role can step"
			}
		}
		return why == ""
	})
	return why
}

// refuteOrphan checks that the message is there, and that no continuation takes it.
func (r *replayed) refuteOrphan() string {
	kind := r.net.Message(r.info[0])
	message := replay.Message{Sender: kind.From, Receiver: kind.To, Label: kind.Label, Values: kind.Values}
	queue, ok := r.oracle.QueueOf(kind.From, kind.To)
	if !ok || !slices.ContainsFunc(r.last.Queues[queue], message.Equal) {
		return "the message is not in its queue"
	}
	bag := r.oracle.Queues()[queue].Discipline == model.Bag
	concerned := false
	why := ""
	all := r.continuations(func(c replay.Config, steps []replay.Step) bool {
		concerned = concerned || r.oracle.InFinalState(c, kind.To)
		for _, s := range steps {
			concerned = concerned || slices.Contains(s.Participants(), kind.To)
			if from, ok := r.oracle.TakenFrom(s); ok && from == queue && (!bag || message.Equal(s.Message)) {
				why = "a continuation takes the message"
			}
		}
		return why == ""
	})
	if why == "" && all && !concerned {
		why = "its receiver is neither final nor goes on"
	}
	return why
}

// refuteContinuation checks stuck, livelock and no-termination.
func (r *replayed) refuteContinuation() string {
	why := ""
	moved := false
	r.continuations(func(c replay.Config, steps []replay.Step) bool {
		moved = moved || len(steps) > 0
		if r.check != "stuck" && r.oracle.Final(c) {
			why = "a final configuration can be reached"
		}
		for _, s := range steps {
			if r.check == "livelock" && r.receives(s) {
				why = "a message can be received"
			}
			if r.check == "stuck" && slices.Contains(s.Participants(), r.role) {
				why = fmt.Sprintf("%s can step", r.automata.Roles[r.role].Name)
			}
		}
		return why == ""
	})
	switch {
	case why != "":
	case !moved:
		why = "nothing goes on"
	case r.check == "stuck" && (!r.oracle.Live(r.last, r.role) || r.oracle.InFinalState(r.last, r.role)):
		why = "the role has failed, or is final"
	}
	return why
}

// receives reports whether a step receives a message: it is not dropped.
func (r *replayed) receives(s replay.Step) bool {
	switch s.Kind {
	case replay.Receive:
		return true
	case replay.Rendezvous:
		return s.PeerTransition >= 0 && r.automata.Machines[s.Peer].Transitions[s.PeerTransition].Kind == model.Receive
	}
	return false
}

// continuations visits configurations that can be reached by steps from the end of
// the trace, breadth first; visit returns false to stop. It reports whether it has
// visited all: the limit may come first, also since the interpreter counts the
// instances of scopes without end.
func (r *replayed) continuations(visit func(replay.Config, []replay.Step) bool) bool {
	seen := map[string]bool{r.last.Key(): true}
	todo := []replay.Config{r.last}
	for i := 0; i < len(todo) && i < confirmLimit; i++ {
		steps := slices.DeleteFunc(r.oracle.Enabled(todo[i]), func(s replay.Step) bool { return !r.oracle.IsStep(s) })
		if !visit(todo[i], steps) {
			return false
		}
		for _, s := range steps {
			next := r.oracle.Apply(todo[i], s)
			if key := next.Key(); !seen[key] && len(todo) <= confirmLimit {
				seen[key] = true
				todo = append(todo, next)
			}
		}
	}
	return len(todo) <= confirmLimit
}
