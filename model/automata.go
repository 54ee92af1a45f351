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
)

func (k Kind) String() string { return [...]string{"send", "receive", "internal"}[k] }

// Assign stores a value into a variable of the machine's role.
type Assign struct {
	Var   VarID
	Value *Expr
}

// Transition of a machine. Its expressions are over variables of the machine's
// own role; they are evaluated before the step.
type Transition struct {
	From, To int // states
	Kind     Kind
	Peer     RoleID   // Send: the receiver; Receive: the sender
	Label    LabelID  // Send, Receive
	Guard    *Expr    // nil: always; never on a Receive
	Values   []*Expr  // Send: what the message carries
	Stores   []VarID  // Receive: where it goes; as many as the sender's Values
	Assigns  []Assign // Internal: at most one
	Origins  []Origin // the places that it came from, never empty, ascending
}

// LocalState of a machine.
type LocalState struct {
	Name   string // unique in its machine
	Final  bool
	Origin Origin // a place that names the state, or 0
}

// Machine is the communicating automaton of one role. Transitions are sorted by From.
type Machine struct {
	States      []LocalState
	Initial     int
	Transitions []Transition
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
}

// LimitError says that automata are too large to be compiled into a network.
type LimitError struct {
	Message string // one sentence about the user's roles
	Help    string // what to make smaller
	Origins []Origin
}

func (e *LimitError) Error() string { return e.Message }
