package replay

import (
	"slices"

	"chorcheck/model"
)

// Live reports whether a role is neither failed nor crashed nor silenced.
func (in *Interpreter) Live(c Config, r model.RoleID) bool { return c.Local[r].Status == Live }

// InFinalState reports whether a role is live and in a final local state.
func (in *Interpreter) InFinalState(c Config, r model.RoleID) bool {
	return in.Live(c, r) && in.automata.Machines[r].States[c.Local[r].State].Final
}

// Unfinished gives the live roles that are not in a final local state.
func (in *Interpreter) Unfinished(c Config) []model.RoleID {
	var roles []model.RoleID
	for r := range in.automata.Machines {
		if r := model.RoleID(r); in.Live(c, r) && !in.InFinalState(c, r) {
			roles = append(roles, r)
		}
	}
	return roles
}

// Final reports whether all live roles are in final local states.
func (in *Interpreter) Final(c Config) bool { return len(in.Unfinished(c)) == 0 }

// Terminal reports whether a configuration has no step; faults and links that come
// back are none.
func (in *Interpreter) Terminal(c Config) bool { return !slices.ContainsFunc(in.Enabled(c), isStep) }

// Deadlocked reports whether a configuration is terminal and a live role is not final.
func (in *Interpreter) Deadlocked(c Config) bool { return in.Terminal(c) && !in.Final(c) }

// Unspecified reports whether a role is in an unspecified reception: it is live,
// its local state offers receives and ignores from fifo and mailbox queues and
// nothing else (see offers), all these queues have a message, and none fits. heads
// are the oldest messages of the queues, by sender.
func (in *Interpreter) Unspecified(c Config, r model.RoleID) (heads []Message, found bool) {
	offers := in.offers(c, r)
	if len(offers) == 0 || len(in.enabledAt(c, r)) > 0 {
		return nil, false
	}
	var waitedOn []int
	for _, t := range offers {
		if t.Kind != model.Receive && t.Kind != model.Ignore {
			return nil, false
		}
		q := in.queueOf[t.Peer][r]
		if q == noQueue || in.queues[q].Discipline == model.Bag || len(c.Queues[q]) == 0 {
			return nil, false
		}
		if !slices.Contains(waitedOn, q) {
			waitedOn = append(waitedOn, q)
			heads = append(heads, c.Queues[q][0])
		}
	}
	slices.SortFunc(heads, compareMessages)
	return heads, true
}

// offers gives the transitions from the present local state of a role that it can
// count on: not those that only a fault makes possible, which are what environments
// raise and crashes to notice, and no timeout of an explicit timer that is not armed.
func (in *Interpreter) offers(c Config, r model.RoleID) []model.Transition {
	var offers []model.Transition
	for _, i := range in.present(c, r) {
		t := in.automata.Machines[r].Transitions[i]
		if t.Kind != model.EndRaise && t.Kind != model.CrashRaise && (t.Kind != model.Timeout || in.armed(c, t.Timer)) {
			offers = append(offers, t)
		}
	}
	return offers
}

// BlockedSend reports whether a transition is a send from the present local state
// that is not enabled only because its queue is full, and gives that queue.
func (in *Interpreter) BlockedSend(c Config, r model.RoleID, transition int) (queue int, blocked bool) {
	t := in.automata.Machines[r].Transitions[transition]
	if !in.Live(c, r) || t.From != c.Local[r].State || t.Kind != model.Send {
		return 0, false
	}
	q := in.queueOf[r][t.Peer]
	if q == noQueue || in.room(c, q, 1) || in.vanishes(c, r, t.Peer) || len(in.discards(c, r)) > 0 {
		return 0, false
	}
	if s, ok := in.attempt(c, Send, r, transition); !ok || s.Fails {
		return 0, false
	}
	return q, true
}

// FullQueues gives the queues, in the order of their numbers, that keep some send
// from being enabled.
func (in *Interpreter) FullQueues(c Config) []int {
	var full []int
	for r := range in.automata.Machines {
		for _, i := range in.present(c, model.RoleID(r)) {
			if q, blocked := in.BlockedSend(c, model.RoleID(r), i); blocked {
				full = append(full, q)
			}
		}
	}
	slices.Sort(full)
	return slices.Compact(full)
}

// CanStep reports whether a role takes part in a step of the configuration.
func (in *Interpreter) CanStep(c Config, r model.RoleID) bool {
	takesPart := func(steps []Step) bool {
		return slices.ContainsFunc(steps, func(s Step) bool { return isStep(s) && slices.Contains(s.Participants(), r) })
	}
	if takesPart(in.enabledAt(c, r)) || takesPart(in.recoveries(c)) {
		return true
	}
	for from := range in.automata.Machines {
		// Who receives takes part in a step of the sender if they have no queue.
		if model.RoleID(from) != r && in.queueOf[from][r] == noQueue && takesPart(in.enabledAt(c, model.RoleID(from))) {
			return true
		}
	}
	return false
}

// TakenFrom gives the queue that a step takes its message from; ok is false if
// it takes none from a queue.
func (in *Interpreter) TakenFrom(s Step) (queue int, ok bool) {
	if s.Kind != Receive && s.Kind != Ignore && s.Kind != Discard {
		return 0, false
	}
	return in.QueueOf(s.Message.Sender, s.Message.Receiver)
}
