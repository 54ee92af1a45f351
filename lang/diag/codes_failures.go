package diag

// Codes of failures: scopes, exceptions, timers and environments.
const (
	RaiseAgainOutside   Code = "CH0341" // raise again outside of any handler
	RaiseAgainElsewhere Code = "CH0342" // raise again by another role than that of `on any at A`
	UnknownScope        Code = "CH0343" // during
	NeedsScopes         Code = "CH0344" // raise and during in an environment for automata
	FaultOnSync         Code = "CH0345" // duplicate and reorder where no message waits
	StrayWithValues     Code = "CH0346"
	FaultsContradict    Code = "CH0347" // a role that recovers and does not; one on two sides of a partition
	BadLimit            Code = "CH0348" // at most
	HandlerTwice        Code = "CH0351"
	HandlerNeverRaised  Code = "CH0352"
	TimerGuardsNothing  Code = "CH0353"
	TimeoutsAlike       Code = "CH0354"
	UnusedException     Code = "CH0355"
	Uncaught            Code = "CH0356"
	NothingHandled      Code = "CH0357" // discard late, agreed, on a scope without handlers
	IgnoredNeverSent    Code = "CH0358"
	ClauseTwice         Code = "CH0359" // of an environment
	ClauseWithoutEffect Code = "CH0360" // of an environment
	NamedOnlyHere       Code = "CH0361" // an exception or message of an environment that is close to another one
)
