package model

import (
	"context"

	"chorcheck/lts"
)

// NewNetworkOfSlots is NewNetwork without dictionaries: all queues are packed as
// slots, as those with too many contents are.
func NewNetworkOfSlots(ctx context.Context, a *Automata, opt NetworkOptions) (*Network, error) {
	opt.slots = true
	return NewNetwork(ctx, a, opt)
}

// NewGeneralNetwork is NewNetwork with the general way to find steps, also where the
// quick one would do.
func NewGeneralNetwork(ctx context.Context, a *Automata, opt NetworkOptions) (*Network, error) {
	opt.general = true
	return NewNetwork(ctx, a, opt)
}

// HasQuickFaults reports whether faults are struck beside the tables of steps.
func (n *Network) HasQuickFaults() bool { return n.quick != nil }

// NewNetworksByWay makes a network for each way to look steps up.
func NewNetworksByWay(ctx context.Context, a *Automata, opt NetworkOptions) (out []*Network, err error) {
	for opt.way = atOnce; opt.way <= stepByStep; opt.way++ {
		n, err := NewNetwork(ctx, a, opt)
		if err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	return out, nil
}

// LookedUp is the number of roles that are looked up in each way, and that of the steps that
// do not fit into an entry of a role's table.
func (n *Network) LookedUp() [4]int {
	k := &n.lookups
	return [4]int{len(k.atOnce), len(k.byQueue), len(k.stepByStep), len(k.rest)}
}

// NextMixed finds the steps of tables by branches, one by one. It knows no faults.
func (n *Network) NextMixed(s lts.State, out *lts.Steps) lts.Marks { return n.nextMixed(s, out) }

// NextQuick finds the same steps as the network does.
func (n *Network) NextQuick(s lts.State, out *lts.Steps) lts.Marks { return n.nextQuick(s, out) }

// LocalStates is how many local states all roles have, with values of variables and what is known of scopes.
func (n *Network) LocalStates() (count int) {
	for _, m := range n.flat.machines {
		count += len(m.states)
	}
	return count
}
