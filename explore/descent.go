package explore

import (
	"slices"

	"chorcheck/lts"
)

// A descent is the stack of a depth-first search, without recursion: a run can be as long
// as there are configurations.
//
// A configuration is entered into the set of those that are known when the one before it
// is expanded, not when its own turn comes. So the steps of one configuration are looked
// for together, and the stack holds each configuration once. Runs are shorter than those of
// a search that enters configurations one by one; what is reached is the same.
//
// The stack has, for each configuration of the run that the search is on, those found
// from it whose turn has not come or is not over. The last one of them is the next one
// of the run.
type descent struct {
	width   int
	words   []uint64     // the configurations
	actions []lts.Action // that led to them
	left    []uint32     // by depth: how many of them there are
}

// begin empties the stack but for the initial configuration.
func (d *descent) begin(init lts.State) {
	d.width = len(init)
	d.words = append(d.words[:0], init...)
	d.actions = append(d.actions[:0], 0)
	d.left = append(d.left[:0], 1)
}

// next goes to the configuration whose turn it is. It reports false if there is none.
func (d *descent) next() bool {
	for n := len(d.left) - 1; n >= 0; n-- {
		if d.left[n] > 0 {
			return true
		}
		d.left = d.left[:n]
		if n > 0 {
			d.left[n-1]--
			d.words = d.words[:len(d.words)-d.width]
			d.actions = d.actions[:len(d.actions)-1]
		}
	}
	return false
}

// state is the configuration whose turn it is. It is valid until the next push.
func (d *descent) state() lts.State {
	n := len(d.words)
	return lts.State(d.words[n-d.width : n : n])
}

// depth is the number of steps of the run to it.
func (d *descent) depth() int { return len(d.left) - 1 }

// push puts the targets of the given steps on the stack; the first one is the next one.
// It has to be called once for each configuration, also without steps.
func (d *descent) push(steps *lts.Steps, which []int32) {
	for _, i := range slices.Backward(which) {
		d.words = append(d.words, steps.Target(int(i))...)
		d.actions = append(d.actions, steps.Actions[i])
	}
	d.left = append(d.left, uint32(len(which)))
}

// run is the run to the configuration whose turn it is.
func (d *descent) run() lts.Trace {
	t := lts.Trace{States: make([]lts.State, 0, len(d.left)), Actions: make([]lts.Action, 0, len(d.left)-1)}
	at := -1
	for i, n := range d.left {
		at += int(n)
		t.States = append(t.States, lts.State(d.words[at*d.width:(at+1)*d.width]).Clone())
		if i > 0 {
			t.Actions = append(t.Actions, d.actions[at])
		}
	}
	return t
}

// bytes is the memory that the stack holds.
func (d *descent) bytes() int64 {
	return int64(cap(d.words))*8 + int64(cap(d.actions))*4 + int64(cap(d.left))*4
}
