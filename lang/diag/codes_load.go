package diag

const (
	// UnknownFinal: `--final ROLE:STATE` names no role, or no local state of it.
	UnknownFinal Code = "CH0001"
	// UnknownFormat: `--from` names no format that we read.
	UnknownFormat Code = "CH0002"
	// Ambiguous: a role has to act in a branch that it cannot know to be chosen.
	Ambiguous Code = "CH0601"
	// AmbiguousStore: two receives of one message, possible in one state, store into
	// different variables.
	AmbiguousStore Code = "CH0603"
	// PartTooLarge: a role's projection has too many local states.
	PartTooLarge Code = "CH0602"
	// NetworkTooLarge: local states with variables, messages or queues need more
	// room than a configuration has.
	NetworkTooLarge Code = "CH0901"
)
