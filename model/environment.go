package model

// FaultKind is a kind of fault.
type FaultKind uint8

// The kinds of faults, see docs/semantics.md, section 5.
const (
	Crash      FaultKind = iota // Role stops, for good or until it recovers
	Silence                     // Role takes messages and never answers
	Loss                        // a message from Role to Peer vanishes
	Duplicate                   // a message from Role to Peer arrives twice
	Reorder                     // a message from Role to Peer overtakes earlier ones
	Disconnect                  // no message passes between Role and Peer
	Partition                   // no message passes between members of different Groups
	RaiseFault                  // Exception is raised at Role, inside the body of a scope
	Stray                       // a message Label from Role to Peer that nobody sent
	FaultKinds                  // their number
)

// String is the word of the language: "crash", "loss".
func (k FaultKind) String() string {
	return [...]string{"crash", "silence", "loss", "duplicate", "reorder", "disconnect", "partition", "raise", "stray"}[k]
}

// Fault is something that an environment may do. Wildcards and arrays are
// expanded: one Fault for each role or channel.
type Fault struct {
	Kind      FaultKind
	Role      RoleID // the struck role; for a channel its sender; -1 for Partition
	Peer      RoleID // the other end of a channel; else -1
	Groups    [][]RoleID
	Exception ExceptionID // RaiseFault
	Label     LabelID     // Stray
	Recovers  bool        // Crash
	During    []ScopeID   // only while Role (Disconnect, Partition: one of the roles) is in one of these; nil: always
	Origin    Origin
}

// Environment says what may fail.
type Environment struct {
	Name   string
	Faults []Fault
	Limit  int               // faults of all kinds in one run; -1: no limit
	Limits map[FaultKind]int // of one kind; none: no limit
	Origin Origin
}

// Calm is the environment in which nothing fails.
func Calm() *Environment { return &Environment{Name: "calm", Limit: -1} }
