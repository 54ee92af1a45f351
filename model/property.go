package model

import "chorcheck/ltl"

// Property is a demand on all runs of automata, or, if Sometimes is set, that there is a run of a kind.
//
// A position of a run is a configuration together with the action that led to it: the first one has none, and where no
// step is possible the last configuration is repeated for ever, without actions. See docs/properties.md.
type Property struct {
	Name      string
	Text      string // the formula in canonical words
	Sometimes bool
	Formulas  *ltl.Formulas // which Formula is one of
	Formula   *ltl.Formula  // proposition i is Atoms[i]
	Atoms     []Atom        // at most ltl.MaxPropositions
	Premises  []Premise
	Origin    Origin
}

// Premise is a part of a property that asks for nothing if it is never true: what stands before `implies` or `leads to`, or what is
// responded to.
type Premise struct {
	Text    string       // as it stands in the property
	Formula *ltl.Formula // holds of the runs in which something is asked for
}

// Atom is a proposition about a position of a run.
type Atom struct {
	Kind AtomKind
	Text string // as it is written, with indices computed

	Role      RoleID      // whose action or state it is about; Empty, Full: the sender
	Peer      RoleID      // Sends: the receiver, Receives: the sender, -1: any; Empty, Full: the receiver
	Label     LabelID     // Sends, Receives
	Exception ExceptionID // Raises
	Timer     TimerID     // Fires, Armed
	Scope     ScopeID     // Inside
	Handlers  []HandlerRef
	Expr      *Expr // Compares
}

// AtomKind is a kind of atoms.
type AtomKind uint8

// Kinds of atoms. The first ones are events: true of the action that has led to the configuration.
const (
	AtomSends    AtomKind = iota // Role has sent a message with Label; it may have been lost
	AtomReceives                 // Role has received one; not: dropped it
	AtomRaises                   // Exception was raised at Role, by a raise, an environment or a timeout of `within`
	AtomHandles                  // Role has entered one of Handlers, whoever raised
	AtomFires                    // Timer has fired
	AtomCrashes                  // Role has crashed

	AtomInside    // Role is in Scope: in its body or one of its handlers
	AtomInHandler // Role is in one of Handlers
	AtomDone      // Role is live and in a final state
	AtomCrashed   // Role has crashed, and has not recovered
	AtomFailed    // Role has failed
	AtomArmed     // Timer is armed
	AtomCompares  // Expr, over variables of any roles, has a value and is not 0
	AtomEmpty     // the queue from Role to Peer is empty; of a mailbox or bag: holds nothing from Role
	AtomFull      // the queue from Role to Peer has no room
)

// IsEvent reports whether the atom is about actions.
func (k AtomKind) IsEvent() bool { return k <= AtomCrashes }
