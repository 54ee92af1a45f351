package replay

import (
	"cmp"
	"slices"
	"strconv"

	"chorcheck/model"
)

// Status says whether a role takes part in what goes on.
type Status uint8

// The states of roles. Only live roles have steps.
const (
	Live Status = iota
	Failed
	Crashed
	Silenced
)

func (s Status) String() string {
	return [...]string{"live", "failed", "crashed", "silenced"}[s]
}

// Local is where one role is.
type Local struct {
	Status  Status
	State   int           // index in the role's machine, -1 if the role is not live
	Scopes  []ScopeStatus // by model.ScopeID; nil if the role is not live
	Noticed []bool        // by model.RoleID: the crashes that it has noticed; nil if the role is not live
}

// Message is on its way or has just been exchanged.
type Message struct {
	Sender, Receiver model.RoleID
	Label            model.LabelID
	Values           []int64

	Stray    bool             // nobody has sent it: it belongs to no scope
	Position model.PositionID // the innermost part of a scope that it belongs to, 0 if to none
	Scopes   []ScopeStatus    // its sender's, after the send and without the remembered outcomes; nil if stray
}

// Equal reports whether two messages are of the same kind: sender, receiver,
// label and values.
func (m Message) Equal(o Message) bool { return compareKinds(m, o) == 0 }

// identical reports whether two messages say the same of scopes as well.
func (m Message) identical(o Message) bool { return compareMessages(m, o) == 0 }

// compareKinds orders messages by sender, receiver, label and values.
func compareKinds(a, b Message) int {
	return cmp.Or(
		cmp.Compare(a.Sender, b.Sender),
		cmp.Compare(a.Receiver, b.Receiver),
		cmp.Compare(a.Label, b.Label),
		slices.Compare(a.Values, b.Values),
	)
}

// compareMessages orders messages by their kind, then by what they say of scopes.
func compareMessages(a, b Message) int {
	return cmp.Or(
		compareKinds(a, b),
		cmp.Compare(model.Bool01(a.Stray), model.Bool01(b.Stray)),
		cmp.Compare(a.Position, b.Position),
		slices.CompareFunc(a.Scopes, b.Scopes, compareStatuses),
	)
}

// Config is a configuration. The queues are numbered by the Interpreter. The
// messages of a fifo or mailbox queue stand oldest first; those of a bag, which has
// no order, are sorted, so that equal configurations are equal values.
type Config struct {
	Local  []Local     // by model.RoleID
	Vars   []int64     // by model.VarID
	Queues [][]Message // by queue number
	Over   []bool      // by model.TimerID: the explicit timer is armed, but the wait that it guarded is over

	// Faults that have struck, counted only where the environment has a limit.
	Strikes     int
	KindStrikes [model.FaultKinds]int
	Down        []bool // by the number of the fault: a disconnect or partition that has struck and has not come back
}

// Clone is a copy that shares nothing that a step changes. The values and scopes
// of a message are never changed, so the copy may share them.
func (c Config) Clone() Config {
	n := c
	n.Local = slices.Clone(c.Local)
	for r := range n.Local {
		n.Local[r] = n.Local[r].clone()
	}
	n.Vars = slices.Clone(c.Vars)
	n.Queues = make([][]Message, len(c.Queues))
	for q, messages := range c.Queues {
		n.Queues[q] = slices.Clone(messages)
	}
	n.Over = slices.Clone(c.Over)
	n.Down = slices.Clone(c.Down)
	return n
}

func (l Local) clone() Local {
	l.Scopes = slices.Clone(l.Scopes)
	for s := range l.Scopes {
		l.Scopes[s].Outcomes = slices.Clone(l.Scopes[s].Outcomes)
	}
	l.Noticed = slices.Clone(l.Noticed)
	return l
}

// Key is a string that is equal for two configurations of one Interpreter if and
// only if the configurations are equal. Numbers of instances count as they are:
// configurations that differ only in them have different keys.
func (c Config) Key() string {
	var b []byte
	number := func(n int64) { b = append(strconv.AppendInt(b, n, 10), ' ') }
	flags := func(list []bool) {
		for _, x := range list {
			number(model.Bool01(x))
		}
		b = append(b, '|')
	}
	scopes := func(list []ScopeStatus) {
		for _, s := range list {
			number(int64(s.Number))
			number(int64(s.Phase))
			number(int64(s.Part))
			for _, o := range s.Outcomes {
				number(int64(o.Number))
				number(int64(o.Part))
			}
			b = append(b, ';')
		}
		b = append(b, '|')
	}
	for _, l := range c.Local {
		number(int64(l.Status))
		number(int64(l.State))
		scopes(l.Scopes)
		flags(l.Noticed)
	}
	for _, v := range c.Vars {
		number(v)
	}
	for _, messages := range c.Queues {
		b = append(b, '|')
		for _, m := range messages {
			// The receiver follows from the queue, but costs nothing to say.
			number(int64(m.Sender))
			number(int64(m.Receiver))
			number(int64(m.Label))
			for _, v := range m.Values {
				number(v)
			}
			b = append(b, '@')
			number(model.Bool01(m.Stray))
			number(int64(m.Position))
			scopes(m.Scopes)
		}
	}
	b = append(b, '|')
	flags(c.Over)
	number(int64(c.Strikes))
	for _, n := range c.KindStrikes {
		number(int64(n))
	}
	flags(c.Down)
	return string(b)
}
