package ltl

// Limits of the text of a formula.
const (
	MaxText  = 1 << 20 // bytes
	MaxDepth = 1000    // levels of nesting
	MaxSteps = 1000    // of `within n steps`
	MaxTimes = 100     // of `at most n times`
)

// Span is a place in the text of a formula: the bytes from Start up to but not including End.
type Span struct{ Start, End int }

// Pos is the place itself; tree nodes have it by embedding.
func (s Span) Pos() Span { return s }

// SyntaxError is a mistake in a formula, at a place in its text. It is what all functions of this package
// that read or expand formulas return as error, and what a [Resolver] should return.
type SyntaxError struct {
	Start, End int
	Message    string
	Help       string // what to do about it; may be empty
}

func (e *SyntaxError) Error() string { return e.Message }

// Name is a name in a formula and where it stands.
type Name struct {
	Span
	Text string
}

// Property is a whole formula with its mode.
type Property struct {
	Span
	// Sometimes: the property holds if at least one run satisfies the formula. Otherwise all runs must.
	Sometimes bool
	Formula   Expr
}

// Expr is a node of the syntax tree of a formula.
type Expr interface {
	Pos() Span
	expr()
}

type (
	// Const is `true` or `false`.
	Const struct {
		Span
		Value bool
	}

	// Unary is an operator with one operand.
	Unary struct {
		Span
		Op    string // "not", "next", "always", "eventually"
		Steps int    // of `within n steps`, for always and eventually; 0: no bound
		X     Expr
	}

	// Junction is a conjunction or disjunction of two or more operands.
	Junction struct {
		Span
		Op   string // "and", "or"
		Args []Expr
	}

	// Binary is an operator with two operands.
	Binary struct {
		Span
		Op    string // "until", "weakly until", "releases", "implies", "iff", "leads to"
		Steps int    // of `within n steps`, for leads to; 0: no bound
		X, Y  Expr
	}

	// Quantifier is `for all v in Array: f` or `for some v in low..high: f`.
	Quantifier struct {
		Span
		All       bool
		Var       Name
		Array     Name // no text: a range
		Low, High Term // of a range, both included
		Body      Expr
	}

	// Pattern is a form of the property pattern library.
	Pattern struct {
		Span
		Kind  PatternKind
		P     Expr // what must be absent, exist, hold, precede, or respond
		P2    Expr // of the chains that precede: `P then P2 precedes Q`, `P then P2 responds to Q`
		Q     Expr // what P precedes or responds to
		Q2    Expr // `P precedes Q then Q2`, `P responds to Q then Q2`
		Times int  // of `at most n times`
		Scope Scope
	}

	// Scope is the part of a run that a pattern speaks of.
	Scope struct {
		Span
		Kind ScopeKind
		Q, R Expr // where it begins and ends; nil: at the start, never
	}
)

func (*Const) expr()      {}
func (*Unary) expr()      {}
func (*Junction) expr()   {}
func (*Binary) expr()     {}
func (*Quantifier) expr() {}
func (*Pattern) expr()    {}
func (*Atom) expr()       {}

// AtomKind tells the atoms apart.
type AtomKind uint8

// The atoms. Which fields of [Atom] they use is in the comments.
const (
	AtomProposition AtomKind = iota // `p`: Name
	AtomSends                       // `A sends m to B`: Role, Name, Other (may be missing)
	AtomReceives                    // `B receives m from A`: Role, Name, Other (may be missing)
	AtomRaises                      // `A raises E`: Role, Name
	AtomHandles                     // `A handles E`: Role, Name; `A handles crash of C`: Role, Other
	AtomFires                       // `t fires`, `A.t fires`: Name, Role (may be missing)
	AtomCrashes                     // `A crashes`: Role
	AtomIn                          // `A in s`: Role, Name
	AtomInHandler                   // `A in s.E`: Role, Name, Handler; `A in s.crash of C`: Role, Name, Other
	AtomDone                        // `A done`: Role
	AtomCrashed                     // `A crashed`: Role
	AtomFailed                      // `A failed`: Role
	AtomArmed                       // `t armed`, `A.t armed`: Name, Role (may be missing)
	AtomVariable                    // `A.late`, a Boolean variable: Role, Name
	AtomCompare                     // `A.tries == 3`: X, Op, Y
	AtomEmpty                       // `empty(A -> B)`: Role, Other
	AtomFull                        // `full(A -> B)`: Role, Other
	AtomPropagates                  // `propagates E to C`: Name, Other
	AtomHandled                     // `every E is handled`: Name
)

// Atom is a part of a formula whose meaning the protocol gives, by a [Resolver]. The last two kinds
// stand for formulas; the others are propositions.
type Atom struct {
	Span
	Kind    AtomKind
	Role    Ref // no name: missing
	Name    Name
	Handler Name
	Other   Ref    // no name: missing
	Op      string // "==", "!=", "<", "<=", ">", ">="
	X, Y    Term
}

// Ref names a role: `Worker`, or a member of an array: `Worker[i + 1]`.
type Ref struct {
	Span
	Name  Name
	Index Term // nil: none
}

// Term is a number, a Boolean value, or the name of a value.
type Term interface {
	Pos() Span
	term()
}

type (
	// IntTerm is a number.
	IntTerm struct {
		Span
		Value int64
	}

	// BoolTerm is `true` or `false`.
	BoolTerm struct {
		Span
		Value bool
	}

	// NameTerm is the name of a parameter, of a value of an enumeration, or of a quantifier's variable.
	NameTerm struct{ Name }

	// VarTerm is a variable of a role: `A.tries`. An index has none.
	VarTerm struct {
		Span
		Role Ref
		Name Name
	}

	// NegTerm is `-x`.
	NegTerm struct {
		Span
		X Term
	}

	// BinaryTerm is an arithmetic operator with two operands.
	BinaryTerm struct {
		Span
		Op   string // "+", "-", "*", "/", "%"
		X, Y Term
	}
)

func (*IntTerm) term()    {}
func (*BoolTerm) term()   {}
func (*NameTerm) term()   {}
func (*VarTerm) term()    {}
func (*NegTerm) term()    {}
func (*BinaryTerm) term() {}
