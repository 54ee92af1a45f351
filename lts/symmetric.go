package lts

// Symmetric is the optional power to know interchangeable parts: permutations of the
// configurations that map the initial one to itself, steps to steps, and
// each configuration to one with the same marks, but for marks that name a part. They
// form a group, and the orbit of a configuration is all that the group makes of it.
type Symmetric interface {
	// Symmetric reports whether there is more than the identity.
	Symmetric() bool
	// Canonical replaces a configuration in place by a member of its orbit, the same
	// one for all members. It does not allocate and is safe for concurrent use.
	Canonical(State)
}

// Resettable is the optional power to know variables that nobody reads before they
// are assigned again. Configurations that differ in nothing else have the same
// marks, and steps with the same actions to configurations that again differ in
// nothing else.
type Resettable interface {
	// HasDead reports whether there are such variables in some configuration.
	HasDead() bool
	// ResetDead gives them, in place, a value that does not depend on the one that
	// they had: their first value wherever that is possible. If the system is
	// Symmetric, it maps members of one orbit to members of one orbit. It does not
	// allocate and is safe for concurrent use.
	ResetDead(State)
}
