package model

// NewNetworkOfSlots is NewNetwork without dictionaries: all queues are packed as
// slots, as those with too many contents are.
func NewNetworkOfSlots(a *Automata) (*Network, error) { return newNetwork(a, true) }
