package verify

// Check is one of the built-in checks.
type Check struct {
	ID      string
	Title   string // a few words for tables
	Warning bool   // reported, but does not make the run fail unless strict
}

// Checks lists the built-in checks in the order of reports. Their meaning is in
// docs/semantics.md, section 6.
func Checks() []Check {
	return []Check{
		{"deadlock", "nobody waits for ever while nothing moves", false},
		{"stuck", "nobody waits for ever while others go on", false},
		{"silent-survivor", "nobody waits for ever without news of a failure", false},
		{"livelock", "no endless activity without a message received", false},
		{"unspecified-reception", "every message at the head of a queue can be received", false},
		{"orphan-message", "every message is received in the end", false},
		{"no-termination", "the end stays reachable", false},
		{"uncaught-exception", "every exception finds a handler", false},
		{"exclusive-handler", "at most one handler of a scope is entered", false},
		{"handler-agreement", "all agree on how a scope has ended", false},
		{"stale-reception", "no message is taken for one of a later round", false},
		{"timer-leak", "no timer outlives its wait", false},
		{"out-of-range", "every assignment stays in its domain", false},
		{"bound-reached", "no send ever waits for room in a queue", true},
		{"unguarded-wait", "nobody waits unguarded for one that may fail", true},
		{"dead-handler", "every handler is entered in some run", true},
		{"dead-interaction", "every interaction happens in some run", true},
	}
}

// isAcross reports whether a check is about all environments together.
func isAcross(id string) bool { return id == "dead-handler" || id == "dead-interaction" }
