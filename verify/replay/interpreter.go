package replay

import (
	"fmt"
	"slices"

	"chorcheck/model"
)

// Kind of a step.
type Kind string

// The kinds of steps.
const (
	Send       Kind = "send"
	Receive    Kind = "receive"
	Internal   Kind = "internal"
	Rendezvous Kind = "rendezvous"
)

// Step is one step that is possible in a configuration.
type Step struct {
	Kind           Kind
	Role           model.RoleID // who moves; the sender of a rendezvous
	Transition     int          // index in the role's machine
	Peer           model.RoleID // the other end of the message, -1 for an internal step
	PeerTransition int          // Rendezvous: the transition of the receiver, else -1
	Message        Message      // no values in a failing send; ends and label -1 in an internal step
	Assigned       []int64      // Internal: the values of the assignments, up to the first that has none
	Fails          bool         // a role ends in the state failed: the receiver of a rendezvous, else Role
	Failure        string       // why, in words, if it fails
}

// Participants are the roles that take part in the step.
func (s Step) Participants() []model.RoleID {
	if s.Kind == Rendezvous {
		return []model.RoleID{s.Role, s.Peer}
	}
	return []model.RoleID{s.Role}
}

// Failing gives the role that fails in a failing step, and its transition.
func (s Step) Failing() (model.RoleID, int) {
	if s.Kind == Rendezvous {
		return s.Peer, s.PeerTransition
	}
	return s.Role, s.Transition
}

// Interpreter executes the automata that it was made for.
type Interpreter struct {
	automata *model.Automata
	queues   []Queue
	queueOf  [][]int // sender, receiver: number of the queue
}

// New makes an Interpreter. The automata must not change afterwards.
func New(a *model.Automata) *Interpreter {
	in := &Interpreter{automata: a}
	in.queues, in.queueOf = queues(a)
	return in
}

// Automata are what the Interpreter was made for.
func (in *Interpreter) Automata() *model.Automata { return in.automata }

// Queues gives the queues in the order of their numbers.
func (in *Interpreter) Queues() []Queue { return slices.Clone(in.queues) }

// QueueOf is the number of the queue of a pair of roles; ok is false if it has none.
func (in *Interpreter) QueueOf(from, to model.RoleID) (queue int, ok bool) {
	q := in.queueOf[from][to]
	return q, q != noQueue
}

// Initial is the initial configuration.
func (in *Interpreter) Initial() Config {
	c := Config{
		Local:  make([]Local, len(in.automata.Machines)),
		Vars:   make([]int64, len(in.automata.Vars)),
		Queues: make([][]Message, len(in.queues)),
	}
	for r, m := range in.automata.Machines {
		c.Local[r].State = m.Initial
	}
	for v, x := range in.automata.Vars {
		c.Vars[v] = x.Init
	}
	return c
}

// Enabled gives all steps of a configuration: by role, then in the order of the
// role's transitions. A rendezvous stands at its sender, in the order of the
// receiver's transitions; the messages that one receive can take from a bag are
// ordered by their values.
func (in *Interpreter) Enabled(c Config) []Step {
	var steps []Step
	for r := range in.automata.Machines {
		steps = append(steps, in.enabledAt(c, model.RoleID(r))...)
	}
	return steps
}

// enabledAt gives the steps that stand at one role.
func (in *Interpreter) enabledAt(c Config, r model.RoleID) []Step {
	var steps []Step
	for _, i := range in.present(c, r) {
		t := in.automata.Machines[r].Transitions[i]
		switch t.Kind {
		case model.Internal:
			steps = append(steps, in.internals(c, r, i, t)...)
		case model.Send:
			steps = append(steps, in.sends(c, r, i, t)...)
		case model.Receive:
			steps = append(steps, in.receives(c, r, i, t)...)
		}
	}
	return steps
}

// present gives the transitions that leave the present local state of a role.
func (in *Interpreter) present(c Config, r model.RoleID) []int {
	if c.Local[r].Failed {
		return nil
	}
	var at []int
	for i, t := range in.automata.Machines[r].Transitions {
		if t.From == c.Local[r].State {
			at = append(at, i)
		}
	}
	return at
}

// internals is the step of an internal transition, if it is enabled.
func (in *Interpreter) internals(c Config, r model.RoleID, i int, t model.Transition) []Step {
	s := Step{
		Kind: Internal, Role: r, Transition: i, Peer: -1, PeerTransition: -1,
		Message: Message{Sender: -1, Receiver: -1, Label: -1},
	}
	holds, ok := in.guard(c, t)
	if !ok {
		s.Fails, s.Failure = true, "its guard has no value"
		return []Step{s}
	}
	if !holds {
		return nil
	}
	for _, assign := range t.Assigns {
		x := in.automata.Vars[assign.Var]
		v, ok := in.eval(c, assign.Value)
		if !ok {
			s.Fails, s.Failure = true, fmt.Sprintf("what is assigned to %s has no value", x.Name)
			break
		}
		s.Assigned = append(s.Assigned, v)
		if s.Failure = in.misfit(assign.Var, v); s.Failure != "" {
			s.Fails = true
			break
		}
	}
	return []Step{s}
}

// sends are the steps of a send: none or one if the channel has a queue, one for
// each partner if it has none.
func (in *Interpreter) sends(c Config, r model.RoleID, i int, t model.Transition) []Step {
	s := Step{
		Kind: Send, Role: r, Transition: i, Peer: t.Peer, PeerTransition: -1,
		Message: Message{Sender: r, Receiver: t.Peer, Label: t.Label},
	}
	holds, ok := in.guard(c, t)
	if !ok {
		s.Fails, s.Failure = true, "its guard has no value"
		return []Step{s}
	}
	if !holds {
		return nil
	}
	values, ok := in.values(c, t)
	if !ok {
		s.Fails = true
		s.Failure = fmt.Sprintf("value %d of %s cannot be computed", len(values)+1, in.automata.Labels[t.Label])
		return []Step{s}
	}
	s.Message.Values = values
	q := in.queueOf[r][t.Peer]
	if q != noQueue {
		if len(c.Queues[q]) >= in.queues[q].Capacity {
			return nil
		}
		return []Step{s}
	}
	var steps []Step
	s.Kind = Rendezvous
	for _, j := range in.present(c, t.Peer) {
		u := in.automata.Machines[t.Peer].Transitions[j]
		if u.Kind != model.Receive || u.Peer != r || u.Label != t.Label {
			continue
		}
		s.PeerTransition = j
		s.Failure = in.refusal(u, values)
		s.Fails = s.Failure != ""
		steps = append(steps, s)
	}
	return steps
}

// receives are the steps of a receive from a queue, one for each message that it
// can take. A rendezvous is a step of the sender.
func (in *Interpreter) receives(c Config, r model.RoleID, i int, t model.Transition) []Step {
	q := in.queueOf[t.Peer][r]
	if q == noQueue {
		return nil
	}
	var steps []Step
	for _, m := range in.queues[q].takeable(c.Queues[q], t.Peer, t.Label) {
		s := Step{Kind: Receive, Role: r, Transition: i, Peer: t.Peer, PeerTransition: -1, Message: m}
		s.Failure = in.refusal(t, m.Values)
		s.Fails = s.Failure != ""
		steps = append(steps, s)
	}
	return steps
}

// eval computes an expression in a configuration.
func (in *Interpreter) eval(c Config, e *model.Expr) (int64, bool) {
	return e.Eval(func(v model.VarID) int64 { return c.Vars[v] })
}

// guard computes the guard of a transition; ok is false if it has no value.
func (in *Interpreter) guard(c Config, t model.Transition) (holds, ok bool) {
	if t.Guard == nil {
		return true, true
	}
	v, ok := in.eval(c, t.Guard)
	return v != 0, ok
}

// values computes what a send carries; if one has no value, ok is false and the
// values before it are given.
func (in *Interpreter) values(c Config, t model.Transition) (values []int64, ok bool) {
	for _, e := range t.Values {
		v, ok := in.eval(c, e)
		if !ok {
			return values, false
		}
		values = append(values, v)
	}
	return values, true
}

// misfit says why a variable cannot hold a value; it is empty if it can.
func (in *Interpreter) misfit(v model.VarID, value int64) string {
	x := in.automata.Vars[v]
	if x.Domain.Contains(value) {
		return ""
	}
	return fmt.Sprintf("%s cannot hold %s: its values are %s", x.Name, formatValue(x.Domain, value), x.Domain)
}

// refusal says why a receive cannot store the values; it is empty if it can.
func (in *Interpreter) refusal(t model.Transition, values []int64) string {
	for i, v := range t.Stores {
		if reason := in.misfit(v, values[i]); reason != "" {
			return reason
		}
	}
	return ""
}

// Apply gives the configuration after a step, which must be one of Enabled(c).
// It leaves c as it is.
func (in *Interpreter) Apply(c Config, s Step) Config {
	n := c.Clone()
	switch s.Kind {
	case Internal:
		if s.Fails {
			in.fail(n, s.Role)
			break
		}
		t := in.move(n, s.Role, s.Transition)
		for i, assign := range t.Assigns {
			n.Vars[assign.Var] = s.Assigned[i]
		}
	case Send:
		if s.Fails {
			in.fail(n, s.Role)
			break
		}
		in.move(n, s.Role, s.Transition)
		q := in.queueOf[s.Message.Sender][s.Message.Receiver]
		n.Queues[q] = in.queues[q].put(n.Queues[q], s.Message)
	case Receive:
		q := in.queueOf[s.Message.Sender][s.Message.Receiver]
		n.Queues[q] = in.queues[q].take(n.Queues[q], s.Message)
		in.accept(n, s.Role, s.Transition, s)
	case Rendezvous:
		in.move(n, s.Role, s.Transition)
		in.accept(n, s.Peer, s.PeerTransition, s)
	}
	return n
}

// move puts a role into the target of its transition.
func (in *Interpreter) move(n Config, r model.RoleID, i int) model.Transition {
	t := in.automata.Machines[r].Transitions[i]
	n.Local[r].State = t.To
	return t
}

// accept is the receiver's part of a step: it stores the values, or it fails.
func (in *Interpreter) accept(n Config, r model.RoleID, i int, s Step) {
	if s.Fails {
		in.fail(n, r)
		return
	}
	t := in.move(n, r, i)
	for k, v := range t.Stores {
		n.Vars[v] = s.Message.Values[k]
	}
}

// fail puts a role into the state failed and its variables back to their initial values.
func (in *Interpreter) fail(n Config, r model.RoleID) {
	n.Local[r] = Local{State: -1, Failed: true}
	for v, x := range in.automata.Vars {
		if x.Owner == r {
			n.Vars[v] = x.Init
		}
	}
}
