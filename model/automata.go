package model

import "fmt"

// Discipline says how messages travel.
type Discipline uint8

// The disciplines.
const (
	FIFO    Discipline = iota // one queue per ordered pair of roles
	Sync                      // rendezvous: send and receive are one step
	Mailbox                   // one FIFO queue per receiver, for all its senders
	Bag                       // one unordered buffer per receiver (or per pair, in Pairs)
)

func (d Discipline) String() string {
	return [...]string{"fifo", "sync", "mailbox", "bag"}[d]
}

// MaxCapacity is the greatest capacity that users may give a queue.
const MaxCapacity = 1024

// Channel is a discipline with its capacity, in messages. Capacity is at least 1,
// and 0 for Sync.
type Channel struct {
	Discipline Discipline
	Capacity   int
}

func (c Channel) String() string {
	if c.Discipline == Sync {
		return "sync"
	}
	return fmt.Sprintf("%s %d", c.Discipline, c.Capacity)
}

// Pair is an ordered pair of roles.
type Pair struct{ From, To RoleID }

// Channels gives each ordered pair of roles its channel: the one in Pairs, else
// Default. A pair in Pairs has a queue of its own (never Mailbox there).
type Channels struct {
	Default Channel
	Pairs   map[Pair]Channel
}

// Of is the channel of a pair.
func (c Channels) Of(from, to RoleID) Channel {
	if ch, ok := c.Pairs[Pair{from, to}]; ok {
		return ch
	}
	return c.Default
}

// Kind of a transition.
type Kind uint8

// The kinds of transitions.
const (
	Send Kind = iota
	Receive
	Internal
	Ignore     // takes a message and drops it; leads back to its own state
	Timeout    // Timer fires
	Raise      // the protocol raises Exception
	CrashRaise // the crash of Peer is noticed
	EndRaise   // an environment raises Exception: a fault, possible only where the environment has it
)

func (k Kind) String() string {
	return [...]string{"send", "receive", "internal", "ignore", "timeout", "raise", "crash", "fault"}[k]
}

// Failed is the target of a transition that raises an exception which nobody handles.
const Failed = -1

// Assign stores a value into a variable of the machine's role.
type Assign struct {
	Var   VarID
	Value *Expr
}

// Transition of a machine. Its expressions are over variables of the machine's
// own role; they are evaluated before the step.
type Transition struct {
	From, To  int // states; To may be Failed
	Kind      Kind
	Peer      RoleID      // Send: the receiver; Receive, Ignore: the sender; CrashRaise: who crashed
	Label     LabelID     // Send, Receive, Ignore
	Guard     *Expr       // nil: always; never on a Receive or Ignore
	Values    []*Expr     // Send: what the message carries
	Stores    []VarID     // Receive: where it goes; as many as the sender's Values
	Assigns   []Assign    // Internal: at most one `let`; any kind but Ignore: explicit timers are set and cleared
	Timer     TimerID     // Timeout
	Exception ExceptionID // Timeout of `within`, Raise, CrashRaise, EndRaise

	// Places says where the action stands: one for each way in which a receive may
	// be meant, one for any other kind. Empty means {0, 0}, outside any scope.
	Places  []Place
	Thread  ThreadID
	Handler *HandlerRef // the handler that it enters; nil: none
	OnlyIf  *HandlerRef // Receive: only a message whose sender has left this scope's instance by this handler

	Origins []Origin // the places that it came from, never empty, ascending
}

// LocalState of a machine.
type LocalState struct {
	Name   string // unique in its machine
	Final  bool
	In     []PositionID // the parts of scopes that the role may be in here, ascending; 0 is none of them
	Origin Origin       // a place that names the state, or 0
}

// Machine is the communicating automaton of one role. Transitions are sorted by From.
type Machine struct {
	States      []LocalState
	Initial     int
	Transitions []Transition
}

// Leaving gives for each state the transitions that leave it: from the first index up to, and without, the second.
func (m *Machine) Leaving() [][2]int {
	leaving := make([][2]int, len(m.States))
	for i := 0; i < len(m.Transitions); {
		j := i
		for j < len(m.Transitions) && m.Transitions[j].From == m.Transitions[i].From {
			j++
		}
		leaving[m.Transitions[i].From] = [2]int{i, j}
		i = j
	}
	return leaving
}

// Automata are communicating automata, one for each role, and their channels.
// The messages of one ordered pair and label all carry the same number of values.
type Automata struct {
	Name     string
	Roles    []Role
	Labels   []string
	Vars     []Var
	Machines []Machine // as many as Roles
	Channels Channels
	Structure
}

// LimitError says that automata are too large to be compiled into a network.
type LimitError struct {
	Message string // one sentence about the user's roles
	Help    string // what to make smaller
	Origins []Origin
}

func (e *LimitError) Error() string { return e.Message }
