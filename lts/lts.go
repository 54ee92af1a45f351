package lts

// State is one configuration, packed into exactly System.Width words.
type State []uint64

// Equal reports whether two states of the same system are the same configuration.
func (s State) Equal(t State) bool {
	if len(s) != len(t) {
		return false
	}
	for i := range s {
		if s[i] != t[i] {
			return false
		}
	}
	return true
}

// Compare orders states of one width lexicographically by word: negative if s
// comes before t. The order has no meaning but is the same in each run, which
// makes "the least" state or trace well defined.
func (s State) Compare(t State) int {
	for i := range s {
		switch {
		case s[i] < t[i]:
			return -1
		case s[i] > t[i]:
			return 1
		}
	}
	return 0
}

// Clone returns a copy that shares no memory with s.
func (s State) Clone() State { return append(State(nil), s...) }

// Action says which transition of the system a step is. Actions are dense:
// 0 <= a < System.Actions().
type Action uint32

// Marks is a set of system-defined facts about one configuration that somebody
// above wants to look at more closely. Zero for an unremarkable configuration.
type Marks uint64

// System is a finite labelled transition system.
type System interface {
	// Width is the number of words of each state, at least 1.
	Width() int
	// Actions is the number of different actions.
	Actions() int
	// Init returns the initial state. The caller owns the result.
	Init() State
	// Next appends each step that is enabled in s to out, in a fixed order, and
	// returns the marks of s. It never resets out. It is safe for concurrent
	// use with different buffers.
	Next(s State, out *Steps) Marks
}

// Describer is the optional power to put a system into words. It is called
// for messages only, never during a search.
type Describer interface {
	DescribeAction(Action) string
	DescribeState(State) string
}

// Packed is the optional power of a system of one word a state to say how many of its
// low bits are used: every state is below 1<<Bits().
type Packed interface {
	Bits() int
}

// Steps is a reusable flat buffer of (action, successor) pairs. The zero value
// is not ready: make one with NewSteps.
type Steps struct {
	width   int
	Actions []Action // one an entry
	Words   []uint64 // width words an entry
}

// NewSteps returns an empty buffer for states of the given width.
func NewSteps(width int) *Steps { return &Steps{width: width} }

// Reset empties the buffer and keeps its memory.
func (b *Steps) Reset() {
	b.Actions = b.Actions[:0]
	b.Words = b.Words[:0]
}

// Len is the number of steps in the buffer.
func (b *Steps) Len() int { return len(b.Actions) }

// Width is the number of words of each successor.
func (b *Steps) Width() int { return b.width }

// Target is the i-th successor. It aliases the buffer: it is valid until the
// next Reset or Append.
func (b *Steps) Target(i int) State {
	return State(b.Words[i*b.width : (i+1)*b.width : (i+1)*b.width])
}

// Append adds a step whose successor starts as a copy of s, and returns that
// successor for the caller to change. The result is valid until the next
// Append or Reset.
func (b *Steps) Append(a Action, s State) State {
	b.Actions = append(b.Actions, a)
	n := len(b.Words)
	b.Words = append(b.Words, s...)
	return State(b.Words[n : n+b.width : n+b.width])
}

// Trace is a run: an initial state and the actions taken from it. Since
// actions of one system may lead to several successors, States holds the
// configurations passed, one more than there are actions.
type Trace struct {
	States  []State
	Actions []Action
}

// Len is the number of steps of the run.
func (t Trace) Len() int { return len(t.Actions) }
