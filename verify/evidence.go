package verify

import (
	"chorcheck/model"
	"chorcheck/verify/replay"
)

// Evidence reports whether a configuration, with the step that has led to it (nil: none has), is evidence of a violation of
// a check, as far as that can be seen there: of a check on what may happen later, and of a property, nothing can.
func Evidence(in *replay.Interpreter, check string, c replay.Config, by *replay.Step) bool {
	some := func(found func(model.RoleID) bool) bool {
		for r := range in.Automata().Machines {
			if found(model.RoleID(r)) {
				return true
			}
		}
		return false
	}
	switch check {
	case "deadlock":
		return in.Deadlocked(c)
	case "unspecified-reception":
		return some(func(r model.RoleID) bool { _, found := in.Unspecified(c, r); return found })
	case "bound-reached":
		return len(in.FullQueues(c)) > 0
	case "out-of-range":
		return by != nil && by.Fails
	case "uncaught-exception":
		return by != nil && by.Uncaught
	case "stale-reception":
		return by != nil && by.Stale
	case "exclusive-handler":
		return len(in.ExclusiveHandlers(c)) > 0
	case "handler-agreement":
		return len(in.Disagreements(c)) > 0
	case "unguarded-wait":
		return some(func(r model.RoleID) bool { return len(in.UnguardedWaits(c, r)) > 0 })
	case "timer-leak":
		return len(in.ArmedAtEnd(c)) > 0 || by != nil && by.Late
	}
	return true
}
