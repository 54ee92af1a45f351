package chor

import "chorcheck/lang/source"

// Node is anything in the tree that has a place.
type Node interface {
	Pos() source.Span
}

// Span is embedded in each node and gives its place.
type Span = source.Span

type node struct{ At source.Span }

// Pos is the place of the node.
func (n node) Pos() source.Span { return n.At }

// File is the tree of one `.chor` text. The parser always yields one, however
// damaged the text is; what it could not read is a *BadItem.
type File struct {
	Source   *source.File
	Items    []Item    // declarations and statements, in the order of the text
	Comments []Comment // in the order of the text
}

// Comment is `// ..` up to the end of its line.
type Comment struct {
	node
	Text string // with the slashes, without the line ending
}

// Item is a declaration or a statement.
type Item interface {
	Node
	item()
}

// Ident is a name as written.
type Ident struct {
	node
	Name string // empty if it is missing; a diagnostic has been given then
}

// RoleRef names a role, an array of roles, or a member of one.
type RoleRef struct {
	node
	Name  Ident
	Index Expr // nil: no brackets
	Any   bool // `*`, in environments only
}

// ---- Declarations

type (
	// ChoreographyDecl is `choreography Name`.
	ChoreographyDecl struct {
		node
		Name Ident
	}
	// ParamDecl is `param n = 3`.
	ParamDecl struct {
		node
		Name  Ident
		Value Expr
	}
	// RoleDecl is `role A, Worker[n]`.
	RoleDecl struct {
		node
		Roles []RoleName
	}
	// ChannelsDecl is `channels fifo 2`.
	ChannelsDecl struct {
		node
		Discipline Discipline
	}
	// ChannelDecl is `channel A -> B: fifo 1`.
	ChannelDecl struct {
		node
		From, To   RoleRef
		Discipline Discipline
	}
	// VarDecl is `var x, y at Shop: 0..3 = 0`.
	VarDecl struct {
		node
		Names []Ident
		Owner RoleRef // an array: each member has a variable of its own
		Type  Type
		Value Expr // nil: the first value of the domain
	}
	// ExceptionDecl is `exception Declined, Broken`.
	ExceptionDecl struct {
		node
		Names []Ident
	}
	// ProtocolDecl is `protocol P(a, b) { .. }`.
	ProtocolDecl struct {
		node
		Name   Ident
		Params []Ident
		Body   Block
	}
	// EnvironmentDecl is `environment rough { .. }`.
	EnvironmentDecl struct {
		node
		Name    Ident
		Clauses []FaultClause
	}
	// PropertyDecl is `property p: formula`. The formula is kept as text.
	PropertyDecl struct {
		node
		Name    Ident
		Formula source.Span
	}
	// BadItem stands for text that could not be read.
	BadItem struct{ node }
)

// RoleName is one declared role, or array of roles.
type RoleName struct {
	node
	Name Ident
	Size Expr // nil: a single role
}

// Discipline says how messages travel: Kind is fifo, sync, mailbox or bag.
type Discipline struct {
	node
	Kind     Ident
	Capacity Expr // nil for sync, or if it is missing
}

// Type is the domain of a variable.
type Type interface {
	Node
	typ()
}

type (
	// RangeType is `0..3`, both ends included.
	RangeType struct {
		node
		Low, High Expr
	}
	// BoolType is `bool`.
	BoolType struct{ node }
	// EnumType is `{red, green}`.
	EnumType struct {
		node
		Names []Ident
	}
	// BadType stands for a type that could not be read.
	BadType struct{ node }
)

// FaultClause is one line of an environment. Kind is the first word (crash, loss,
// duplicate, reorder, disconnect, partition, silence, raise, stray, at): which
// fields are set follows from it.
type FaultClause struct {
	node
	Kind     Ident
	Name     Ident       // the exception of raise, the message of stray, the kind counted by `at most N kind`
	Role     RoleRef     // crash R, silence R, raise E at R, and the first end of a channel
	Peer     RoleRef     // the other end of a channel
	Groups   [][]RoleRef // partition A, B | C
	Recovers bool        // crash R recovers
	Limit    Expr        // at most N
	During   Ident       // during s; its Name is empty without
}

// ---- Statements

// Block is `{ .. }`.
type Block struct {
	node  // from brace to brace
	Items []Item
}

type (
	// Interaction is `A -> B, C: m(x := e)`.
	Interaction struct {
		node
		From    RoleRef
		To      []RoleRef
		Label   Ident
		Payload []Store
	}
	// Choice is `choice at A [for w in Worker] { .. } or { .. }`.
	Choice struct {
		node
		Decider  RoleRef
		For      *ForHead // nil: Branches are written out; else there is one
		Branches []Branch
	}
	// Par is `par { .. } and { .. }` or `par for w in Worker { .. }`.
	Par struct {
		node
		For     *ForHead // as in Choice
		Threads []Block
	}
	// For is `for i in 0..n-1 { .. }`, unrolled in index order.
	For struct {
		node
		Head ForHead
		Body Block
	}
	// Loop is `loop at A { .. }`.
	Loop struct {
		node
		Decider RoleRef
		Body    Block
	}
	// Repeat is `repeat 3 { .. }`.
	Repeat struct {
		node
		Count Expr
		Body  Block
	}
	// Rec is `rec L { .. }`.
	Rec struct {
		node
		Label Ident
		Body  Block
	}
	// Continue is `continue L`.
	Continue struct {
		node
		Label Ident
	}
	// Let is `let x = e at A`.
	Let struct {
		node
		Var   Ident
		Value Expr
		Owner RoleRef
	}
	// Wait is `wait 5s at A`.
	Wait struct {
		node
		Length Duration
		Owner  RoleRef
	}
	// Raise is `raise E at A` or `raise again at A`.
	Raise struct {
		node
		Exception Ident // empty for `again`
		Again     bool
		Owner     RoleRef
	}
	// Within is `within t 5s at A { .. }`.
	Within struct {
		node
		Timer  Ident
		Length *Duration // nil: left out
		Owner  RoleRef
		Body   Block
	}
	// Try is a scope.
	Try struct {
		node
		Name        Ident // empty: the scope has no name
		Body        Block
		Handlers    []Handler
		Finally     *Block
		DiscardLate bool
		Ignores     []Ignore
		Agreed      bool
	}
	// Perform is `perform P(A, B)`.
	Perform struct {
		node
		Protocol Ident
		Args     []RoleRef
	}
	// End is `end at A`.
	End struct {
		node
		Owner RoleRef
	}
)

// Store is `x := e` in a payload: the sender's e goes into the receiver's x.
type Store struct {
	node
	Var   Ident
	Value Expr
}

// ForHead is `w in Worker` or `i in 0..n-1`.
type ForHead struct {
	node
	Var       Ident
	Array     Ident // the array of roles; its Name is empty for a range
	Low, High Expr  // the range, both ends included; nil for an array
}

// Branch of a choice.
type Branch struct {
	node
	When      Expr // nil: no guard
	Otherwise bool
	Body      Block
}

// Handler is `on E at A { .. }`, `on any at A { .. }` or `on crash of C at A { .. }`.
type Handler struct {
	node
	Exception Ident    // empty for any and crash
	Any       bool     // on any
	Crashed   *RoleRef // on crash of C
	Owner     RoleRef
	Body      Block
}

// Ignore is `ignore m at B`.
type Ignore struct {
	node
	Label Ident
	Owner RoleRef
}

// Duration is a number with a unit: ms, s, min, h.
type Duration struct {
	node
	Text string // as written
}

// ---- Expressions

// Expr is an expression over parameters, loop variables and one role's variables.
type Expr interface {
	Node
	expr()
}

type (
	// Name is a parameter, a loop variable, a variable or a value of an enumeration.
	Name struct{ Ident }
	// Int is a whole number.
	Int struct {
		node
		Value int64
	}
	// Bool is true or false.
	Bool struct {
		node
		Value bool
	}
	// Unary is `-x` or `not x` (also `!x`).
	Unary struct {
		node
		Op string // "-" or "not"
		X  Expr
	}
	// Binary has Op one of + - * / % == != < <= > >= and or (also && ||).
	Binary struct {
		node
		Op   string // words for and, or
		X, Y Expr
	}
	// Paren is `(x)`.
	Paren struct {
		node
		X Expr
	}
	// BadExpr stands for an expression that could not be read.
	BadExpr struct{ node }
)

func (*Name) expr()    {}
func (*Int) expr()     {}
func (*Bool) expr()    {}
func (*Unary) expr()   {}
func (*Binary) expr()  {}
func (*Paren) expr()   {}
func (*BadExpr) expr() {}

func (*RangeType) typ() {}
func (*BoolType) typ()  {}
func (*EnumType) typ()  {}
func (*BadType) typ()   {}

func (*ChoreographyDecl) item() {}
func (*ParamDecl) item()        {}
func (*RoleDecl) item()         {}
func (*ChannelsDecl) item()     {}
func (*ChannelDecl) item()      {}
func (*VarDecl) item()          {}
func (*ExceptionDecl) item()    {}
func (*ProtocolDecl) item()     {}
func (*EnvironmentDecl) item()  {}
func (*PropertyDecl) item()     {}
func (*BadItem) item()          {}
func (*Interaction) item()      {}
func (*Choice) item()           {}
func (*Par) item()              {}
func (*For) item()              {}
func (*Loop) item()             {}
func (*Repeat) item()           {}
func (*Rec) item()              {}
func (*Continue) item()         {}
func (*Let) item()              {}
func (*Wait) item()             {}
func (*Raise) item()            {}
func (*Within) item()           {}
func (*Try) item()              {}
func (*Perform) item()          {}
func (*End) item()              {}
