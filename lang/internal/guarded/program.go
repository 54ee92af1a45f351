package guarded

import "chorcheck/model"

// Limits of a program.
const (
	MaxCommands = 20_000
	MaxCells    = 4096 // kinds of messages in a bag, values included
)

// Program is a set of guarded commands.
type Program struct {
	Automata    *model.Automata
	Environment *model.Environment
	Roles       []string // identifiers of the roles
	Labels      []string // identifiers of the labels
	Vars        []Var    // first those of the automata, with their numbers
	Queues      []*Queue // those into which something can be put
	Commands    []Command
	Over        []*model.Expr // by role: it may be over, or it is not live
}

// Var is a variable of a program.
type Var struct {
	Name            string // an identifier
	Low, High, Init int64
	Role            model.RoleID // whose it is; for the count of a bag the receiver; -1: the environment's
	Local           bool         // it holds the local state of Role
}

// Conditions of a role, as local states: they follow the states of its machine.
const (
	Failed = iota
	Crashed
	Silenced
	conditions
)

// Range is the least and the greatest of some values.
type Range struct{ Low, High int64 }

// Queue is a queue of a program.
type Queue struct {
	Name      string // an identifier
	Channel   model.Channel
	From, To  model.RoleID // From is -1 if the queue is shared by the senders to To
	Kinds     []Kind       // of messages that can be in it
	Fields    []Range      // fifo and mailbox: of each value, over all messages
	Cells     int64        // bag: how many messages differ, values included
	Count     model.VarID  // bag: the number of messages in it
	Reordered bool         // a message may be put in front of others
}

// Kind is a sender and a label.
type Kind struct {
	From   model.RoleID
	Label  model.LabelID
	Values []Range
	base   int64 // bag: the number of its first cell
}

// Command is one transition of the system. Its conditions are evaluated in the order
// When, Room, Take, Overtakes, and all expressions read the state before.
type Command struct {
	Title string       // what happens, in words
	Role  model.RoleID // who acts; -1: the environment
	Step  bool         // it is a step, and not a fault or a link that comes back

	When *model.Expr // on variables; nil: always
	Room []Room
	Take *Take

	Puts   []Put
	Empty  []*Queue // they lose what they hold
	Sets   []Set
	Choice *Choice
}

// Room is the condition that a queue has room for some more messages.
type Room struct {
	Queue    *Queue
	Messages int
}

// Take is the condition that a message can be taken, and its removal.
type Take struct {
	Queue *Queue
	Kind  *Kind
	Cell  int64  // bag: which message
	Reads []bool // fifo and mailbox: by value, whether an assignment reads [Field]
}

// Put adds a message to a queue.
type Put struct {
	Queue  *Queue
	Kind   *Kind
	Values []*model.Expr
	Cell   *model.Expr // bag: the number of the message
	Times  int

	// Overtakes is how many messages it is put in front of: so many must be there, and
	// the first of them must be another message.
	Overtakes int
}

// Set assigns a value to a variable.
type Set struct {
	Var   model.VarID
	Value *model.Expr
}

// Choice is a part of a command that depends on a condition. Both lists assign to
// variables that the command does not assign to otherwise.
type Choice struct {
	If         *model.Expr
	Then, Else []Set
}

// field is the number of the first variable that stands for a value of the message
// that a command takes.
const field = 1 << 30

// Field gives the position of the value of the message for which a variable stands.
func Field(v model.VarID) (int, bool) { return int(v) - field, v >= field }

// Local is the variable that holds the local state of a role.
func (p *Program) Local(r model.RoleID) model.VarID {
	return model.VarID(len(p.Automata.Vars)) + model.VarID(r)
}

// Condition is the number, as a local state of a role, of Failed, Crashed or Silenced.
func (p *Program) Condition(r model.RoleID, c int) int64 {
	return int64(len(p.Automata.Machines[r].States) + c)
}
