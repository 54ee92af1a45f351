package model

// ScopeID numbers the scopes of a choreography. Each unrolled copy of a `try` is a
// scope of its own; a scope in a loop has one instance after another.
type ScopeID int

// ExceptionID numbers exceptions.
type ExceptionID int

// TimerID numbers timers.
type TimerID int

// ThreadID numbers the threads of all pars; 0 is the part outside any thread.
type ThreadID int

// PositionID numbers the parts of scopes; 0 is the part outside any scope.
type PositionID int

// ExceptionKind tells where an exception comes from.
type ExceptionKind uint8

// The kinds.
const (
	Business     ExceptionKind = iota // raised by the protocol or by an environment
	TimerFired                        // raised by the timer of that name
	CrashNoticed                      // the crash of another role, noticed
)

// Exception is something that can be raised. A timer and an exception of one name
// are one exception.
type Exception struct {
	Name    string // of CrashNoticed: "crash of Bank"
	Kind    ExceptionKind
	Crashed RoleID // CrashNoticed: of whom; else -1
	Origin  Origin
}

// Timer is a timer of one role. A timer of `within` is armed exactly in the local
// states that have a Timeout transition of it. An explicit timer, of automata, is a
// Boolean variable of its owner that transitions set and clear.
type Timer struct {
	Name      string
	Owner     RoleID
	Exception ExceptionID // -1 for an explicit timer
	Var       VarID       // of an explicit timer; else -1
	Origin    Origin
}

// Scope is a `try`: a body with handlers.
type Scope struct {
	Name        string     // as written; empty if it has none
	Outer       PositionID // the part of the scope that it stands in
	Handlers    []Handler
	DiscardLate bool
	Agreed      bool
	Looped      bool     // it can have several instances within one instance of its outer scope
	Thread      ThreadID // that it stands in
	Origin      Origin
}

// Handler says who takes what. Its number, the Part of its position, is its index
// in Scope.Handlers plus 1.
type Handler struct {
	Any       bool        // every exception and timer, no crash
	Exception ExceptionID // unless Any
	At        RoleID
	Origin    Origin
}

// Position is a part of a scope: 0 its body, i its i-th handler. The entry with
// PositionID 0 has Scope -1.
type Position struct {
	Scope ScopeID
	Part  int
}

// Place is where an action stands. Fresh says how many of the scopes around it,
// counted from the innermost one, its role enters anew by this action. Through is the
// handler that the role, which has not been told of it, goes through on the way to a
// handler further on; Part 0: none. It is one of the instance that the role is in.
type Place struct {
	Position PositionID
	Fresh    int
	Through  HandlerRef
}

// HandlerRef names a handler: Part is at least 1.
type HandlerRef struct {
	Scope ScopeID
	Part  int
}

// Structure is what choreographies and automata say about scopes, exceptions and
// timers. The zero value, with Positions and Threads nil, has none.
type Structure struct {
	Scopes     []Scope
	Positions  []Position // entry 0 is {-1, 0}
	Threads    []ThreadID // by ThreadID: the thread that it stands in; Threads[0] is 0
	Exceptions []Exception
	Timers     []Timer
}

// Chain lists the positions that p stands in, outermost first and p last; none for 0.
func (s *Structure) Chain(p PositionID) []PositionID {
	var out []PositionID
	for p != 0 {
		out = append(out, p)
		p = s.Scopes[s.Positions[p].Scope].Outer
	}
	for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
		out[i], out[j] = out[j], out[i]
	}
	return out
}

// Concurrent reports whether two threads run side by side: neither stands in the other.
func (s *Structure) Concurrent(x, y ThreadID) bool { return !s.inThread(x, y) && !s.inThread(y, x) }

func (s *Structure) inThread(x, outer ThreadID) bool {
	for x != outer {
		if x == 0 {
			return false
		}
		x = s.Threads[x]
	}
	return true
}
