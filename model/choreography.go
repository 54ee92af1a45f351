package model

// RoleID numbers roles, machines and the ends of channels, from 0.
type RoleID int

// LabelID numbers message labels.
type LabelID int

// Origin is an opaque id of the place that something came from. Only the front
// end that made it knows what it means. Zero means: from nowhere.
type Origin int32

// Role is a participant. A member of an array has Array set and is named
// "Worker[2]"; Index is then its number in the array.
type Role struct {
	Name   string
	Array  string
	Index  int
	Origin Origin
}

// Choreography is an elaborated protocol: all roles, labels and variables are
// numbered, and nothing is left to unroll or to look up.
type Choreography struct {
	Name     string
	Roles    []Role
	Labels   []string
	Vars     []Var
	Channels Channels
	Body     Seq
	Structure
	EndPoints []EndPoint   // the exceptions that environments raise
	Strays    []MessagesOf // the messages that environments have stray

	// TellThreads has automata tell threads apart also where no scope stands beside them: fairness to threads asks for it.
	TellThreads bool
}

// EndPoint is an exception that an environment may raise at a role.
type EndPoint struct {
	Role      RoleID
	Exception ExceptionID
	Origin    Origin
}

// Seq is a sequence of statements.
type Seq []Stmt

// Stmt is a statement: one of the pointer types below.
type Stmt interface{ stmt() }

type (
	// Interaction is one message from one role to another one. Values are
	// expressions of From; Stores, as long as Values, are variables of To.
	Interaction struct {
		From, To RoleID
		Label    LabelID
		Values   []*Expr
		Stores   []VarID
		Origin   Origin
	}
	// Choice is made by At.
	Choice struct {
		At       RoleID
		Branches []Branch
		Origin   Origin
	}
	// Par runs its threads interleaved and joins them, for each role by itself.
	// IDs, as many as Threads, number the threads; nil where nothing asks for them.
	Par struct {
		Threads []Seq
		IDs     []ThreadID
		Origin  Origin
	}
	// Loop lets At decide before each round whether to have it.
	Loop struct {
		At     RoleID
		Body   Seq
		Origin Origin
	}
	// Rec runs Body; a Continue inside that names it jumps to its start.
	Rec struct {
		Name   string
		Body   Seq
		Origin Origin
	}
	// Continue jumps to the start of an enclosing Rec. No Par stands between.
	Continue struct {
		Target *Rec
		Origin Origin
	}
	// Let assigns at its owner; an internal step.
	Let struct {
		At     RoleID
		Var    VarID
		Value  *Expr
		Origin Origin
	}
	// Delay lets time pass at At; an internal step.
	Delay struct {
		At     RoleID
		Origin Origin
	}
	// RaiseStmt raises an exception at At.
	RaiseStmt struct {
		At        RoleID
		Exception ExceptionID
		Origin    Origin
	}
	// RaiseAgain raises, at the owner of the handler that it stands in, the
	// exception that this handler has taken.
	RaiseAgain struct {
		At     RoleID
		Origin Origin
	}
	// Within arms a timer of At while At is inside Body.
	Within struct {
		Timer  TimerID
		At     RoleID
		Body   Seq
		Origin Origin
	}
	// Try is a scope. Handlers are as many as Scopes[Scope].Handlers. What comes
	// finally follows the scope in its sequence.
	Try struct {
		Scope    ScopeID
		Body     Seq
		Handlers []Seq
		Ignores  []IgnoreMessage
		Origin   Origin
	}
	// End ends At's part of the choreography, with all its threads.
	End struct {
		At     RoleID
		Origin Origin
	}
)

// IgnoreMessage lets At drop messages of a label wherever in a scope it does not
// expect them.
type IgnoreMessage struct {
	At     RoleID
	Label  LabelID
	Origin Origin
}

// Branch of a Choice. A nil guard is always true; guards are over variables of the decider.
type Branch struct {
	Guard  *Expr
	Body   Seq
	Origin Origin
}

func (*Interaction) stmt() {}
func (*Choice) stmt()      {}
func (*Par) stmt()         {}
func (*Loop) stmt()        {}
func (*Rec) stmt()         {}
func (*Continue) stmt()    {}
func (*Let) stmt()         {}
func (*Delay) stmt()       {}
func (*RaiseStmt) stmt()   {}
func (*RaiseAgain) stmt()  {}
func (*Within) stmt()      {}
func (*Try) stmt()         {}
func (*End) stmt()         {}

// walk visits each statement, and after it what is inside, in the order of the text.
func (s Seq) walk(visit func(Stmt)) {
	for _, st := range s {
		visit(st)
		switch st := st.(type) {
		case *Choice:
			for _, b := range st.Branches {
				b.Body.walk(visit)
			}
		case *Par:
			for _, t := range st.Threads {
				t.walk(visit)
			}
		case *Loop:
			st.Body.walk(visit)
		case *Rec:
			st.Body.walk(visit)
		case *Within:
			st.Body.walk(visit)
		case *Try:
			st.Body.walk(visit)
			for _, h := range st.Handlers {
				h.walk(visit)
			}
		}
	}
}
