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
	case "out-of-range":
		if last := r.steps[len(r.steps)-1]; !last.Fails {
			return "the last step does not fail"
		}
	case "orphan-message":
		return r.refuteOrphan()
	default:
		return r.refuteContinuation()
	}
	return ""
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
	r.continuations(func(c replay.Config, steps []replay.Step) bool {
		concerned = concerned || r.oracle.InFinalState(c, kind.To)
		for _, s := range steps {
			concerned = concerned || slices.Contains(s.Participants(), kind.To)
			if from, ok := r.oracle.TakenFrom(s); ok && from == queue && (!bag || message.Equal(s.Message)) {
				why = "a continuation takes the message"
			}
		}
		return why == ""
	})
	if why == "" && !concerned {
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
			if r.check == "livelock" && (s.Kind == replay.Receive || s.Kind == replay.Rendezvous) {
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

// continuations visits configurations that can be reached from the end of the
// trace, breadth first, up to the limit; visit returns false to stop.
func (r *replayed) continuations(visit func(replay.Config, []replay.Step) bool) {
	seen := map[string]bool{r.last.Key(): true}
	todo := []replay.Config{r.last}
	for i := 0; i < len(todo) && i < confirmLimit; i++ {
		steps := r.oracle.Enabled(todo[i])
		if !visit(todo[i], steps) {
			return
		}
		for _, s := range steps {
			next := r.oracle.Apply(todo[i], s)
			if key := next.Key(); !seen[key] && len(todo) < confirmLimit {
				seen[key] = true
				todo = append(todo, next)
			}
		}
	}
}
