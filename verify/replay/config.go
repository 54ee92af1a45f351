package replay

import (
	"cmp"
	"slices"
	"strconv"

	"chorcheck/model"
)

// Local is where one role is.
type Local struct {
	State  int // index in the role's machine, -1 if the role has failed
	Failed bool
}

// Message is on its way or has just been exchanged.
type Message struct {
	Sender, Receiver model.RoleID
	Label            model.LabelID
	Values           []int64
}

// Equal reports whether two messages are of the same kind: sender, receiver,
// label and values.
func (m Message) Equal(o Message) bool { return compareMessages(m, o) == 0 }

// compareMessages orders messages by sender, receiver, label and values.
func compareMessages(a, b Message) int {
	return cmp.Or(
		cmp.Compare(a.Sender, b.Sender),
		cmp.Compare(a.Receiver, b.Receiver),
		cmp.Compare(a.Label, b.Label),
		slices.Compare(a.Values, b.Values),
	)
}

// Config is a configuration: the local state of each role, the value of each
// variable and the content of each queue. The queues are numbered by the
// Interpreter. The messages of a fifo or mailbox queue stand oldest first; those
// of a bag, which has no order, are sorted, so that equal configurations are
// equal values.
type Config struct {
	Local  []Local     // by model.RoleID
	Vars   []int64     // by model.VarID
	Queues [][]Message // by queue number
}

// Clone is a copy that shares nothing that a step changes. The values of a
// message are never changed, so the copy may share them.
func (c Config) Clone() Config {
	n := Config{
		Local:  slices.Clone(c.Local),
		Vars:   slices.Clone(c.Vars),
		Queues: make([][]Message, len(c.Queues)),
	}
	for q, messages := range c.Queues {
		n.Queues[q] = slices.Clone(messages)
	}
	return n
}

// Key is a string that is equal for two configurations of one Interpreter if and
// only if the configurations are equal.
func (c Config) Key() string {
	var b []byte
	for _, l := range c.Local {
		if l.Failed {
			b = append(b, 'F')
		} else {
			b = strconv.AppendInt(b, int64(l.State), 10)
		}
		b = append(b, ' ')
	}
	b = append(b, '|')
	for _, v := range c.Vars {
		b = strconv.AppendInt(b, v, 10)
		b = append(b, ' ')
	}
	for _, messages := range c.Queues {
		b = append(b, '|')
		for _, m := range messages {
			// The receiver follows from the queue, but costs nothing to say.
			b = strconv.AppendInt(b, int64(m.Sender), 10)
			b = append(b, '>')
			b = strconv.AppendInt(b, int64(m.Receiver), 10)
			b = append(b, ':')
			b = strconv.AppendInt(b, int64(m.Label), 10)
			for _, v := range m.Values {
				b = append(b, ',')
				b = strconv.AppendInt(b, v, 10)
			}
			b = append(b, ' ')
		}
	}
	return string(b)
}
