package replay

import (
	"slices"

	"chorcheck/model"
)

// Kind of a transition of the system.
type Kind string

// The kinds. All but Fault and LinkUp are steps.
const (
	Send         Kind = "send"
	Receive      Kind = "receive"
	Internal     Kind = "internal"
	Rendezvous   Kind = "rendezvous" // its receiver may ignore the message, or drop it
	Discard      Kind = "discard"
	Ignore       Kind = "ignore"
	Timeout      Kind = "timeout"
	Raise        Kind = "raise"
	CrashNoticed Kind = "crash-noticed"
	Recovery     Kind = "recovery"
	Fault        Kind = "fault"
	LinkUp       Kind = "link-up"
)

// kindOf is the kind of the step that a role makes by a transition.
func kindOf(k model.Kind) Kind {
	switch k {
	case model.Send:
		return Send
	case model.Receive:
		return Receive
	case model.Ignore:
		return Ignore
	case model.Timeout:
		return Timeout
	case model.Raise:
		return Raise
	case model.CrashRaise:
		return CrashNoticed
	case model.EndRaise:
		return Fault
	}
	return Internal
}

// Step is one transition of the system that is possible in a configuration: a step
// of the roles, a fault, or a link that comes back.
type Step struct {
	Kind           Kind
	Role           model.RoleID // who moves or is struck; the sender of a rendezvous or of a stray message; -1 for links
	Transition     int          // index in the role's machine; -1: none (discard, recovery, crash, silence, stray, links)
	Peer           model.RoleID // the other end of the message, or who has crashed; else -1
	PeerTransition int          // rendezvous, stray message on sync: the transition of the receiver, else -1
	Message        Message      // no values in a failing send; ends and label -1 where there is none
	Assigned       []int64      // the values of the assignments of Transition, up to the first that has none
	Fails          bool         // for lack of a value that fits, a role ends in the state failed: the receiver of a rendezvous, else Role
	Failure        string       // why, in words, if it fails

	Fault    int  // index in Environment.Faults of what strikes or (LinkUp) ends; else -1
	Recovers bool // Recovery
	Heals    bool // LinkUp
	Discard  bool // Role drops Message; in a rendezvous Peer does, and stays where it is
	Vanishes bool // the message reaches nobody
	Stale    bool // a receive of an instance that its receiver has left
	Uncaught bool // an exception that nobody handles: Role ends in the state failed
	Late     bool // a timeout for a wait that is over
	Place    int  // reorder: the number of messages that are overtaken

	// Nth counts the messages in a bag that this transition could take and that
	// differ only in what they say of scopes.
	Nth     int
	Handler model.HandlerRef // that is entered; Part 0: none
}

// nothing is a step that says nothing yet.
func nothing(k Kind, r model.RoleID) Step {
	return Step{
		Kind: k, Role: r, Transition: -1, Peer: -1, PeerTransition: -1, Fault: -1,
		Message: Message{Sender: -1, Receiver: -1, Label: -1},
	}
}

// IsStep reports whether it is a step, which roles and timers take, and not
// something that the environment does.
func (in *Interpreter) IsStep(s Step) bool { return isStep(s) }

func isStep(s Step) bool { return s.Kind != Fault && s.Kind != LinkUp }

// Participants are the roles that move or are struck; nobody is if a link goes down
// or comes back, or a stray message is put into a queue.
func (s Step) Participants() []model.RoleID {
	switch {
	case s.Kind == Rendezvous:
		return []model.RoleID{s.Role, s.Peer}
	case s.Kind == Fault && s.PeerTransition >= 0:
		return []model.RoleID{s.Peer}
	case s.Message.Stray && s.Kind == Fault || s.Role < 0:
		return nil
	}
	return []model.RoleID{s.Role}
}

// Failing gives the role that fails in a failing step, and its transition.
func (s Step) Failing() (model.RoleID, int) {
	if s.PeerTransition >= 0 {
		return s.Peer, s.PeerTransition
	}
	return s.Role, s.Transition
}

// Ref refers to a step without saying what it does.
type Ref struct {
	Role           model.RoleID // as in Step; not looked at for a fault without a transition
	Transition     int
	Peer           model.RoleID // only looked at if PeerTransition is not -1, and for a discard
	PeerTransition int
	Values         []int64 // what the message carries; empty if there is none, and for a failing send

	Fault    int           // -1 for a step
	Recovers bool          // Role recovers
	Heals    bool          // the link comes back
	Discard  bool          // Role drops a message from Peer; in a rendezvous Peer does
	Label    model.LabelID // of that message; only looked at for a discard
	Place    int           // reorder: the number of messages that are overtaken
	Nth      int           // as in Step; AnyMessage: whichever
}

// AnyMessage as Ref.Nth stands for whichever of the messages that differ only in
// what they say of scopes.
const AnyMessage = -1

// Ref refers to the step. No two steps of one configuration have equal references.
func (s Step) Ref() Ref {
	ref := Ref{
		Role: s.Role, Transition: s.Transition, Peer: s.Peer, PeerTransition: s.PeerTransition,
		Values: slices.Clone(s.Message.Values),
		Fault:  s.Fault, Recovers: s.Recovers, Heals: s.Heals, Discard: s.Discard, Place: s.Place, Nth: s.Nth,
	}
	if s.Discard {
		ref.Label = s.Message.Label
	}
	return ref
}

// Matches reports whether the step is the one that r refers to.
func (s Step) Matches(r Ref) bool {
	return s.matchesButNth(r) && (r.Nth == AnyMessage || r.Nth == s.Nth)
}

func (s Step) matchesButNth(r Ref) bool {
	return (s.Role == r.Role || s.Fault >= 0 && s.Transition < 0) && s.Transition == r.Transition &&
		s.PeerTransition == r.PeerTransition &&
		(s.PeerTransition == -1 && !s.Discard || s.Peer == r.Peer) &&
		slices.Equal(s.Message.Values, r.Values) &&
		s.Fault == r.Fault && s.Recovers == r.Recovers && s.Heals == r.Heals &&
		s.Discard == r.Discard && (!s.Discard || s.Message.Label == r.Label) && s.Place == r.Place
}
