package model

// NewNetworkOfSlots is NewNetwork without dictionaries: all queues are packed as
// slots, as those with too many contents are.
func NewNetworkOfSlots(a *Automata, opt NetworkOptions) (*Network, error) {
	opt.slots = true
	return NewNetwork(a, opt)
}

// NewGeneralNetwork is NewNetwork with the general way to find steps, also where the
// quick one would do.
func NewGeneralNetwork(a *Automata, opt NetworkOptions) (*Network, error) {
	opt.general = true
	return NewNetwork(a, opt)
}

// HasQuickFaults reports whether faults are struck beside the tables of steps.
func (n *Network) HasQuickFaults() bool { return n.quick != nil }
