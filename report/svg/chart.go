package svg

// Chart is a run as a sequence chart. Lanes and steps are named by their index from 0.
type Chart struct {
	Title   string // "deadlock in rough"
	Message string // what is wrong with the run, one sentence
	Begins  string // the fault that it begins with; may be empty

	Lanes  []Lane
	Steps  []Step
	Marks  []Mark
	Arrows []Arrow
	Frames []Frame
	Timers []Timer
	Gaps   []Gap
	Cycle  *Cycle // nil: the run goes round in no cycle

	Ends   []End    // by lane; nil: nothing is known of the end
	Queues []Queue  // that are not empty at the end
	Links  []string // that are down at the end
	Circle []string // the roles that wait for each other, the first one repeated
	Notes  []string // further sentences about the end
}

// Lane is one role.
type Lane struct{ Name string }

// Step is one row of the chart.
type Step struct {
	Text   string // in words, all of it
	At     string // its place in the text, "payment.chor:20"; may be empty
	Fault  bool   // the environment strikes
	Causal bool   // it matters for what is wrong
}

// MarkKind says what happens at one lane.
type MarkKind int

// The kinds of marks.
const (
	Act      MarkKind = iota // an internal step
	Raise                    // an exception is raised, or strikes
	Fires                    // a timer fires
	Notice                   // the crash of another role is noticed
	Crash                    // the role stops, and others can notice it
	Silence                  // the role stops answering
	Recover                  // a crashed role begins anew
	Fail                     // the role ends in the state failed
	LinkDown                 // links go down; at no lane
	LinkUp                   // links come back; at no lane
)

// Mark is something that happens at one lane, or, with Lane -1, between all of them.
type Mark struct {
	Kind MarkKind
	Step int
	Lane int
	Text string // a short label
}

// Fate is what became of a message.
type Fate int

// The fates.
const (
	Queued   Fate = iota // it waits in a queue at the end of the run
	Received             // somebody has taken it
	Stale                // taken by one who has left the round that it belongs to
	Late                 // dropped by its receiver, since it comes too late
	Ignored              // taken and dropped, as the protocol says
	Lost                 // a fault has lost it
	Nowhere              // it reaches nobody: the link is down, or the receiver has stopped
	Emptied              // it was in a queue that was emptied when its receiver stopped
)

// Arrow is one message, from its send to what became of it.
type Arrow struct {
	From, To  int // lanes
	Sent      int // the step that has put it on its way; -1: it is not in the chart
	Until     int // the step that took or dropped it; Sent where both are one step; -1: it is in a queue
	Text      string
	Fate      Fate
	Sync      bool // sender and receiver have taken one step together
	Stray     bool // out of band: nobody has sent it
	Doubled   bool // a fault has put it into the queue twice: this is the first one
	Copy      bool // and this the second one
	Overtakes int  // the number of messages that it got in front of
}

// Frame is the time that a lane is in a part of a scope.
type Frame struct {
	Lane     int
	Depth    int // 0: inside no other frame
	From, To int // the step that enters, and the first one outside; len(Steps): it is never left
	Label    string
	Name     string // in full: "pay, on Declined at Bank"
	Handler  bool
}

// TimerEnd says how the time of an armed timer is over.
type TimerEnd int

// The ends. Armed: it is armed at the end of the run.
const (
	Armed TimerEnd = iota
	Fired
	Cancelled // by the role, which goes on
	Stopped   // with its role
)

// Timer is the time that a timer is armed. From is -1 if it is from the beginning; To is
// the step at which it is over, len(Steps) if it is still armed.
type Timer struct {
	Lane     int
	Slot     int // timers of a lane that are armed at the same time have different slots
	Name     string
	From, To int
	End      TimerEnd
}

// Gap is the time that a role is not live: from the step that stops it to the one that
// revives it, len(Steps) if there is none.
type Gap struct{ Lane, From, To int }

// Cycle is what goes on for ever: the steps from From to To, both included.
type Cycle struct{ From, To int }

// Status of a role at the end.
type Status int

// The statuses.
const (
	Active  Status = iota // it can go on
	Done                  // it is in a final state
	Waiting               // it has no step now, but it may get one
	Blocked               // it waits for ever
	Crashed
	Silenced
	Failed
)

func (s Status) String() string {
	return [...]string{"open", "done", "waits", "blocked", "crashed", "silenced", "failed"}[s]
}

// End is one role at the end of the run.
type End struct {
	Status Status
	State  string   // "state Bank@3, tries = 2"
	Waits  []Wait   // what it waits for, one of them is enough
	Inside []string // the parts of scopes that it is in, outermost first
}

// Wait is one thing that a role waits for.
type Wait struct {
	For string // "to receive order from Customer"
	On  int    // the lane of the role that it waits for; -1 if it is unknown
}

// Queue is a queue at the end, its oldest message first.
type Queue struct {
	Name     string
	Messages []string
	Full     bool
}
