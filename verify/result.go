package verify

import (
	"math/big"

	"chorcheck/model"
	"chorcheck/verify/replay"
)

// Verdict on one check.
type Verdict int

// The verdicts. Holds means exhaustive.
const (
	Holds Verdict = iota
	Violated
	Inconclusive
	NotApplicable // the check has no meaning for this network; the reason says why
)

func (v Verdict) String() string {
	return [...]string{"holds", "violated", "inconclusive", "not applicable"}[v]
}

// Result is what a verification found out about automata in all environments.
type Result struct {
	Environments []EnvironmentResult // as many as Options.Environments, in their order
	Across       []CheckResult       // checks about all environments together: dead-handler, dead-interaction
	Coverage     *Coverage           // nil if there is nothing that can fail
}

// EnvironmentResult is what was found out in one environment.
type EnvironmentResult struct {
	Environment *model.Environment
	Checks      []CheckResult // in the order of Checks(), without those of Result.Across
	Statistics  Statistics
}

// CheckResult is the verdict on one check, with one finding for each distinct cause.
type CheckResult struct {
	Check    Check
	Verdict  Verdict
	Reason   string    // why it is inconclusive or not applicable
	Notes    []string  // what a verdict is relative to, or advice that belongs to no finding
	Findings []Finding // not empty if and only if Violated; shortest trace first
	Omitted  int       // further causes beyond Options.MaxFindings

	// Witness is a run that satisfies a property that asks for one; nil: it has not, or asks for none.
	Witness *Finding

	// Unshortened says that a reduction was on, and that there may be shorter runs to
	// the findings.
	Unshortened bool

	// Of a property: the configurations of its product with the network that were searched, and the
	// milliseconds that this took, without making a run of what was found. nil, 0: a check.
	Product   *big.Int
	ProductMS float64
}

// Finding is one distinct cause of a violation.
type Finding struct {
	Cause   string         // names the cause in one line, equal in each run; see docs/semantics.md, section 6
	Message string         // one sentence about the user's roles, without a final full stop
	Help    string         // what to do about it; may be empty
	Origins []model.Origin // the places concerned, most important first; may be empty
	Trace   []Step         // a shortest run to the evidence, replayed; nil if the check has none
	Final   *Configuration // where the trace ends; nil if there is no trace
	// Course is the configuration before the first step of Trace, and then the one after each
	// step; nil unless Options.Course asks for it. Entries in the middle of a long run are nil.
	Course  []*Configuration
	Cycle   int            // of a violation that goes on for ever, how many of the last steps of Trace are done again and again; 0: see Stops
	Stops   bool           // nothing more happens after Trace, which is a run for a property
	Settled bool           // whatever comes after Trace, it decides a property
	Loop    string         // for a violation that goes on for ever: what goes on; else empty
	Fault   string         // the fault that it begins with, in words; empty if it needs none
	Causal  []int          // the steps of Trace that matter, ascending: the chain from the fault to those who wait; nil: all
	Untold  []model.RoleID // live roles that wait at the end and have heard nothing of the fault
	Blocked []Blocked      // deadlock, stuck, silent-survivor: who waits for ever, and where
	Merged  []MergedCause  // all causes that it stands for, by docs/semantics.md; nil: only Cause

	room   bool     // a send that waits for room in a queue is part of it
	struck []struck // the faults of the trace
	// What Course is made of, until it is clear that the finding is shown.
	configs []replay.Config
}

// Blocked is a role that waits for ever.
type Blocked struct {
	Role  model.RoleID
	Place string // "Bank@3": the first of the local states that look the same from outside; equal in each run
}

// MergedCause is a cause that differs from others only in what does not matter to
// those who read of it.
type MergedCause struct {
	Cause string
	Steps int // of the shortest run to it
}

// Step of a trace, in words and with its transitions.
type Step struct {
	Action     string // "Customer -> Shop: order" (send), "Shop <- Customer: order" (receive), "Shop: tries = 1" (internal)
	Kind       string // send, receive, internal, rendezvous, discard, ignore, timeout, raise, crash-noticed, recovery, fault, link-up
	Fault      string // the kind of a fault: crash, loss; empty for a step
	Handler    string // the handler that is entered, in words: "pay, on Declined at Bank"; empty if none
	Role       model.RoleID
	Transition int          // index in the role's machine
	Peer       model.RoleID // rendezvous: the receiver
	PeerTrans  int          // rendezvous: the transition of the receiver, else -1
	Values     []int64      // what the message carries
	Origin     model.Origin
	Fails      bool // a role ends in the state failed: the receiver of a rendezvous, else Role

	// What a picture of the run needs besides.
	Message   string   // "order(3)", the message that it is about; empty if there is none
	Vanishes  bool     // the message reaches nobody
	Late      bool     // the message is late and dropped by who would take it
	Stale     bool     // a receive of an instance that its receiver has left
	Overtakes int      // reorder: the number of messages in the queue that it gets in front of
	Inside    []Inside // the parts of scopes that Role is in afterwards, outermost first; of the traces of findings only
	PeerIn    []Inside // likewise Peer, in a rendezvous
}

// A configuration is put into words by the interpreter that replays traces.
type (
	Configuration = replay.Configuration
	RoleState     = replay.RoleState
	Wait          = replay.Wait
	QueueState    = replay.QueueState
	Inside        = replay.Inside
)

// Statistics of the search.
type Statistics struct {
	Engine              Engine // that has decided: Explicit or Symbolic
	States, Transitions uint64 // of the explicit engine; of the symbolic one see Configurations
	Depth               int    // number of breadth-first levels; the initial configuration is the first
	Workers             int
	PeakBytes           int64
	ElapsedMS           float64
	SearchMS            float64 // of that, the search: without components, runs and advice
	BitsPerState        int
	Complete            bool
	Reason              string // why it is not complete
	Store               string // which one: "exact: direct", "bitstate: 3 functions, 128 MiB"
	// What a lossy store has probably missed in the part of the system that was searched: the
	// expected number of configurations that it has taken for known ones, without those
	// that can only be reached through them, and the probability that there is one. 0 if
	// the store is exact.
	Missed, MissedAny float64
	// Order is the order of the search. Unless it is breadth-first, Depth is that of the
	// deepest run that the search took. In a sample, States counts each visit, Searches are the walks or
	// searches that were made, and Distinct estimates how many different states they met.
	Order              Order
	Searches, Distinct uint64
	Taken, Actions     int    // actions that can happen in what was explored, and those that the system knows
	Channels           string // the default channel, "fifo 4"
	// With reductions, States, Transitions and Depth are those of the reduced system.
	Reductions []string // that were on; nil: none
	Unreduced  []string // sentences that say why others, which were asked for, were off

	// Of the symbolic engine.
	Configurations   *big.Int // their number; nil for the explicit one
	Nodes, PeakNodes int      // of the diagram of all configurations, and the most that there were at one time
	VariableOrder    string   // how the components are ordered
	Certified        bool     // the set of all configurations has been examined again, by simpler code
}

// Number is the number of states, by either engine.
func (s *Statistics) Number() *big.Int {
	if s.Configurations != nil {
		return s.Configurations
	}
	return new(big.Int).SetUint64(s.States)
}
