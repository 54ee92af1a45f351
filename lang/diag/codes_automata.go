package diag

// Codes of communicating automata: the `.fsa` text.
const (
	// NoMachine is a text of automata without any.
	NoMachine Code = "CH0801"
	// NotATransition is a line of a machine that cannot be read.
	NotATransition Code = "CH0802"
	// UnknownDirective is a word with a dot in front that means nothing here.
	UnknownDirective Code = "CH0803"
	// NoMarking is a machine without an initial state.
	NoMarking Code = "CH0804"
	// MarkedTwice is a machine with several initial states.
	MarkedTwice Code = "CH0805"
	// NoMachineEnd is a machine without `.end`.
	NoMachineEnd Code = "CH0806"
	// MachineTwice is two machines, or two roles, of one name.
	MachineTwice Code = "CH0807"
	// UnknownPartner is a partner that is neither the number nor the name of a machine.
	UnknownPartner Code = "CH0808"
	// PartnerIsItself is a machine that sends to or receives from itself.
	PartnerIsItself Code = "CH0809"
	// LoneMachine is a single machine whose partners are in other files.
	LoneMachine Code = "CH0810"
	// UnknownFinalState is a `.final` state that the machine does not have.
	UnknownFinalState Code = "CH0811"
	// BadChannels is a channel line that cannot be read or that contradicts another one.
	BadChannels Code = "CH0812"
	// UnclosedComment is a comment without its end.
	UnclosedComment Code = "CH0813"
	// TimerNeverSet is a timer that its machine waits for or cancels, but never sets.
	TimerNeverSet Code = "CH0814"
	// MisplacedEnvironment is an `environment` that does not follow the last machine.
	MisplacedEnvironment Code = "CH0815"
	// AutomataTooLarge is a text beyond the limits of size.
	AutomataTooLarge Code = "CH0816"
	// NumberAsName is a machine named with the number of another one.
	NumberAsName Code = "CH0817"
	// OutsideMachine is text between the machines.
	OutsideMachine Code = "CH0818"
	// BadMachineHead is a machine that does not begin as it should.
	BadMachineHead Code = "CH0819"
	// AutomataCharacter is a name with bytes that are not UTF-8, or with control characters.
	AutomataCharacter Code = "CH0820"
)

// Codes of warnings about communicating automata in any format.
const (
	// NeverReceived is a message that its receiver receives in no state.
	NeverReceived Code = "CH0821"
	// NeverSent is a message that its sender sends in no state.
	NeverSent Code = "CH0822"
	// UnreachableState is a local state that no path of its machine leads to.
	UnreachableState Code = "CH0823"
	// TransitionTwice is a transition written twice.
	TransitionTwice Code = "CH0824"
	// TimerNeverFires is a timer that its machine sets and never waits for.
	TimerNeverFires Code = "CH0825"
)

// Codes of kmc's session-type text.
const (
	// BadSessionType is session-type text that cannot be read.
	BadSessionType Code = "CH0831"
	// UnboundVariable is a recursion variable without its `rec`.
	UnboundVariable Code = "CH0832"
	// UnguardedRecursion is a recursion that comes back without having acted.
	UnguardedRecursion Code = "CH0833"
	// SessionTooDeep is nesting beyond the limit.
	SessionTooDeep Code = "CH0834"
	// BareBranch is a branch without an action of its own.
	BareBranch Code = "CH0835"
)

// CannotExport: the automata use something that the wanted format cannot say.
const CannotExport Code = "CH0841"
