package diag

const (
	// UnknownFinal: `--final ROLE:STATE` names no role, or no local state of it.
	UnknownFinal Code = "CH0001"
	// UnknownFormat: `--from` names no format that we read.
	UnknownFormat Code = "CH0002"
	// UnknownEnvironment: `--env` names no environment of the text.
	UnknownEnvironment Code = "CH0003"
	// Ambiguous: a role has to act in a branch that it cannot know to be chosen.
	Ambiguous Code = "CH0601"
	// AmbiguousStore: two receives of one message, possible in one state, store into
	// different variables.
	AmbiguousStore Code = "CH0603"
	// AmbiguousTimer: others decide whether a role enters the block of its timer.
	AmbiguousTimer Code = "CH0604"
	// AmbiguousInterrupt: a message of a handler and one of the body look alike.
	AmbiguousInterrupt Code = "CH0605"
	// PartTooLarge: a role's projection has too many local states.
	PartTooLarge Code = "CH0602"
	// NetworkTooLarge: local states with variables, messages or queues need more
	// room than a configuration has.
	NetworkTooLarge Code = "CH0901"
)
