package lts

import "slices"

// Checked returns sys with a test of its promises around each call. A broken one
// is reported through fail, in words; the call then goes on as well as it
// can. fail may be called from several goroutines at once.
//
// Tested are: the numbers of words and actions are fixed; an initial state is the
// same each time, has the right size, and shares no memory with another; Next
// leaves the state it is given alone, only appends to the buffer, appends whole
// steps with actions in range, does the same when it is called again, and keeps
// no hold of a state that the caller then overwrites.
//
// Each call costs two of the system and some allocations. The result is a
// Describer if sys is one.
func Checked(sys System, fail func(format string, args ...any)) System {
	c := &checked{System: sys, fail: fail, width: sys.Width(), actions: sys.Actions()}
	if c.width < 1 {
		fail("lts: width %d is less than 1", c.width)
	}
	if c.actions < 0 {
		fail("lts: %d actions", c.actions)
	}
	if d, ok := sys.(Describer); ok {
		return &checkedDescriber{checked: c, Describer: d}
	}
	return c
}

type checked struct {
	System
	fail    func(format string, args ...any)
	width   int
	actions int
}

type checkedDescriber struct {
	*checked
	Describer
}

func (c *checked) Width() int {
	if w := c.System.Width(); w != c.width {
		c.fail("lts: the width was %d and is now %d", c.width, w)
	}
	return c.width
}

func (c *checked) Actions() int {
	if n := c.System.Actions(); n != c.actions {
		c.fail("lts: the number of actions was %d and is now %d", c.actions, n)
	}
	return c.actions
}

func (c *checked) Init() State {
	s := c.System.Init()
	if len(s) != c.width {
		c.fail("lts: the initial state has %d words, the width is %d", len(s), c.width)
		return s
	}
	before := s.Clone()
	other := c.System.Init()
	if !before.Equal(other) {
		c.fail("lts: the initial state was %x and is now %x", before, other)
	}
	overwrite(other)
	if !before.Equal(s) {
		c.fail("lts: two initial states share memory")
		copy(s, before)
	}
	return s
}

func (c *checked) Next(s State, out *Steps) Marks {
	if len(s) != c.width {
		c.fail("lts: Next was given a state of %d words, the width is %d", len(s), c.width)
	}
	state := s.Clone()
	actions, words := slices.Clone(out.Actions), slices.Clone(out.Words)

	// The system gets a copy, which is worthless afterwards.
	given := s.Clone()
	marks := c.System.Next(given, out)
	if !given.Equal(state) {
		c.fail("lts: Next changed its state from %x to %x", state, given)
	}
	overwrite(given)
	if out.width != c.width {
		c.fail("lts: Next was given, or made, a buffer of width %d, the system's is %d", out.width, c.width)
	}
	if len(out.Actions) < len(actions) || len(out.Words) < len(words) ||
		!slices.Equal(out.Actions[:len(actions)], actions) || !slices.Equal(out.Words[:len(words)], words) {
		c.fail("lts: Next of %x changed what was in the buffer before", state)
		return marks
	}
	newActions, newWords := out.Actions[len(actions):], out.Words[len(words):]
	if len(newWords) != len(newActions)*c.width {
		c.fail("lts: Next of %x appended %d actions and %d words, the width is %d", state, len(newActions), len(newWords), c.width)
	}
	for _, a := range newActions {
		if uint64(a) >= uint64(max(c.actions, 0)) {
			c.fail("lts: Next of %x took action %d of %d", state, a, c.actions)
		}
	}
	c.again(state, marks, newActions, newWords)
	return marks
}

// again calls Next once more and compares.
func (c *checked) again(state State, marks Marks, actions []Action, words []uint64) {
	scratch, out := state.Clone(), NewSteps(c.width)
	second := c.System.Next(scratch, out)
	overwrite(scratch)
	if second != marks {
		c.fail("lts: the marks of %x were %x and are now %x", state, marks, second)
	}
	if !slices.Equal(out.Actions, actions) || !slices.Equal(out.Words, words) {
		c.fail("lts: the steps of %x were %v to %x and are now %v to %x", state, actions, words, out.Actions, out.Words)
	}
}

// overwrite makes another state of s: whoever still holds it will be noticed.
func overwrite(s State) {
	for i := range s {
		s[i] = ^s[i]
	}
}
