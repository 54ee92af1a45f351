package verify

// Check is one of the built-in checks.
type Check struct {
	ID      string
	Title   string // a few words for tables
	Warning bool   // reported, but does not make the run fail unless strict
}

// Checks lists the built-in checks in the order of reports. Their meaning is in
// docs/semantics.md, section 3.
func Checks() []Check {
	return []Check{
		{"deadlock", "nobody waits for ever while nothing moves", false},
		{"stuck", "nobody waits for ever while others go on", false},
		{"livelock", "no endless activity without a message received", false},
		{"unspecified-reception", "every message at the head of a queue can be received", false},
		{"orphan-message", "every message is received in the end", false},
		{"no-termination", "the end stays reachable", false},
		{"out-of-range", "every assignment stays in its domain", false},
		{"bound-reached", "no send ever waits for room in a queue", true},
		{"dead-interaction", "every interaction happens in some run", true},
	}
}
