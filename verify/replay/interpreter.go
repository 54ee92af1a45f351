package replay

import (
	"fmt"
	"slices"

	"chorcheck/model"
)

// Options of an Interpreter. In the zero value nothing fails.
type Options struct {
	Environment *model.Environment // nil: nothing fails
	KeepCrashed bool               // queues to crashed roles stay
}

// Interpreter executes the automata that it was made for, in one environment.
type Interpreter struct {
	automata    *model.Automata
	environment model.Environment
	keepCrashed bool
	queues      []Queue
	queueOf     [][]int   // sender, receiver: number of the queue
	leaving     [][][]int // role, local state: transitions
	into        [][]int   // role: numbers of the queues that it receives from
}

// New makes an Interpreter. Automata and environment must not change afterwards.
func New(a *model.Automata, opt Options) *Interpreter {
	in := &Interpreter{automata: a, keepCrashed: opt.KeepCrashed, environment: model.Environment{Limit: -1}}
	if opt.Environment != nil {
		in.environment = *opt.Environment
	}
	in.queues, in.queueOf = queues(a, &in.environment)
	in.into = make([][]int, len(a.Machines))
	for q := range in.queues {
		to := in.queues[q].Receiver
		in.into[to] = append(in.into[to], q)
	}
	in.leaving = make([][][]int, len(a.Machines))
	for r, m := range a.Machines {
		in.leaving[r] = make([][]int, len(m.States))
		for i, t := range m.Transitions {
			in.leaving[r][t.From] = append(in.leaving[r][t.From], i)
		}
	}
	return in
}

// Automata are what the Interpreter was made for.
func (in *Interpreter) Automata() *model.Automata { return in.automata }

// Environment is the one that it executes them in.
func (in *Interpreter) Environment() *model.Environment { return &in.environment }

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
		Over:   make([]bool, len(in.automata.Timers)),
		Down:   make([]bool, len(in.environment.Faults)),
	}
	for r := range in.automata.Machines {
		c.Local[r] = in.begin(model.RoleID(r))
	}
	for v, x := range in.automata.Vars {
		c.Vars[v] = x.Init
	}
	return c
}

// begin is where a role begins.
func (in *Interpreter) begin(r model.RoleID) Local {
	return Local{
		State:   in.automata.Machines[r].Initial,
		Scopes:  make([]ScopeStatus, len(in.automata.Scopes)),
		Noticed: make([]bool, len(in.automata.Roles)),
	}
}

// Enabled gives everything that is possible in a configuration: the steps by role,
// then in the order of the role's transitions (those of a rendezvous stand at its
// sender, in the order of the receiver's transitions; the messages that one receive
// can take from a bag are ordered by their values); then recoveries, then faults in
// the order of the environment, then links that come back.
func (in *Interpreter) Enabled(c Config) []Step {
	var steps []Step
	for r := range in.automata.Machines {
		steps = append(steps, in.enabledAt(c, model.RoleID(r))...)
	}
	steps = append(steps, in.recoveries(c)...)
	steps = append(steps, in.faults(c)...)
	in.number(steps)
	return steps
}

// Matching gives the enabled steps that a reference can mean.
func (in *Interpreter) Matching(c Config, ref Ref) []Step {
	var steps []Step
	if ref.Fault >= 0 || ref.Recovers || ref.Heals {
		steps = in.Enabled(c)
	} else {
		steps = in.enabledAt(c, ref.Role)
		in.number(steps)
	}
	return slices.DeleteFunc(steps, func(s Step) bool { return !s.Matches(ref) })
}

// number tells steps apart that take one of several messages alike.
func (in *Interpreter) number(steps []Step) {
	for i := range steps {
		if _, takes := in.TakenFrom(steps[i]); !takes {
			continue
		}
		ref := steps[i].Ref()
		for _, before := range steps[:i] {
			if before.matchesButNth(ref) {
				steps[i].Nth++
			}
		}
	}
}

// enabledAt gives the steps that stand at one role, without its recovery. While it
// can discard a message it has no other step.
func (in *Interpreter) enabledAt(c Config, r model.RoleID) []Step {
	if steps := in.discards(c, r); len(steps) > 0 {
		return steps
	}
	var steps []Step
	for _, i := range in.present(c, r) {
		t := in.automata.Machines[r].Transitions[i]
		switch t.Kind {
		case model.Internal, model.Raise:
			steps = append(steps, in.alone(c, r, i)...)
		case model.Timeout:
			if in.armed(c, t.Timer) {
				steps = append(steps, in.alone(c, r, i)...)
			}
		case model.CrashRaise:
			if in.noticeable(c, r, t.Peer) {
				steps = append(steps, in.alone(c, r, i)...)
			}
		case model.Send:
			steps = append(steps, in.sends(c, r, i)...)
		case model.Receive, model.Ignore:
			steps = append(steps, in.takes(c, r, i)...)
		}
	}
	return steps
}

// present gives the transitions that leave the present local state of a role. The caller does not change the list.
func (in *Interpreter) present(c Config, r model.RoleID) []int {
	if !in.Live(c, r) {
		return nil
	}
	return in.leaving[r][c.Local[r].State]
}

// discards are the steps in which a role drops a message.
func (in *Interpreter) discards(c Config, r model.RoleID) []Step {
	if !in.Live(c, r) {
		return nil
	}
	var steps []Step
	for _, q := range in.into[r] {
		content := c.Queues[q]
		for _, m := range in.queues[q].next(content) {
			if !in.late(c.Local[r], m) && (in.queues[q].Discipline == model.Bag || !in.overtaken(content)) {
				continue
			}
			s := nothing(Discard, r)
			s.Peer, s.Message, s.Discard = m.Sender, m, true
			steps = append(steps, s)
		}
	}
	return steps
}

// armed reports whether a timer can fire in a local state that has a timeout of it.
func (in *Interpreter) armed(c Config, t model.TimerID) bool {
	v := in.automata.Timers[t].Var
	return v < 0 || c.Vars[v] != 0
}

// noticeable reports whether role r can notice the crash of another one: it takes
// first what the other one has sent.
func (in *Interpreter) noticeable(c Config, r, crashed model.RoleID) bool {
	if c.Local[crashed].Status != Crashed || c.Local[r].Noticed[crashed] {
		return false
	}
	for _, i := range in.present(c, r) {
		t := in.automata.Machines[r].Transitions[i]
		if (t.Kind == model.Receive || t.Kind == model.Ignore) && t.Peer == crashed && len(in.takes(c, r, i)) > 0 {
			return false
		}
	}
	return true
}

// attempt is the step of a transition as far as its guard and its expressions are
// concerned; ok is false if the guard is false.
func (in *Interpreter) attempt(c Config, k Kind, r model.RoleID, i int) (s Step, ok bool) {
	t := in.automata.Machines[r].Transitions[i]
	s = nothing(k, r)
	s.Transition = i
	if t.Kind == model.Send {
		s.Peer, s.Message = t.Peer, Message{Sender: r, Receiver: t.Peer, Label: t.Label}
	}
	if t.Kind == model.CrashRaise {
		s.Peer = t.Peer
	}
	holds, ok := in.guard(c, t)
	if !ok {
		s.Fails, s.Failure = true, "its guard has no value"
		return s, true
	}
	if !holds {
		return s, false
	}
	values, ok := in.values(c, t)
	if !ok {
		s.Fails = true
		s.Failure = fmt.Sprintf("value %d of %s cannot be computed", len(values)+1, in.automata.Labels[t.Label])
		return s, true
	}
	s.Assigned, s.Failure = in.assigned(c, t)
	if s.Failure != "" {
		s.Fails = true
		return s, true
	}
	s.Message.Values = values
	s.Uncaught = t.To == model.Failed
	s.Late = t.Kind == model.Timeout && c.Over[t.Timer]
	if t.Handler != nil {
		s.Handler = *t.Handler
	}
	if t.Kind == model.Send {
		after := c.Local[r].clone()
		place := in.place(after, t, nil)
		in.enter(&after, t, place, nil)
		tag(&s.Message, after, place.Position)
	}
	return s, true
}

// alone is the step of a transition that needs nobody and no message.
func (in *Interpreter) alone(c Config, r model.RoleID, i int) []Step {
	s, ok := in.attempt(c, kindOf(in.automata.Machines[r].Transitions[i].Kind), r, i)
	if !ok {
		return nil
	}
	return []Step{s}
}

// sends are the steps of a send: none or one if the channel has a queue, one for
// each partner if it has none.
func (in *Interpreter) sends(c Config, r model.RoleID, i int) []Step {
	s, ok := in.attempt(c, Send, r, i)
	switch {
	case !ok:
		return nil
	case s.Fails:
		return []Step{s}
	case in.vanishes(c, r, s.Peer):
		s.Vanishes = true
		return []Step{s}
	}
	q := in.queueOf[r][s.Peer]
	if q == noQueue {
		return in.meetings(c, s)
	}
	if !in.room(c, q, 1) {
		return nil
	}
	return []Step{s}
}

// vanishes reports whether what a role sends to another one reaches nobody.
func (in *Interpreter) vanishes(c Config, from, to model.RoleID) bool {
	return in.cut(c, from, to) || in.gone(c, in.queueOf[from][to], to)
}

// room reports whether a queue has room for n more messages.
func (in *Interpreter) room(c Config, q, n int) bool {
	return len(c.Queues[q])+n <= in.queues[q].Capacity
}

// meetings are the rendezvous in which a message is sent. A late message is dropped
// by its receiver, which stays where it is.
func (in *Interpreter) meetings(c Config, s Step) []Step {
	receiver := s.Message.Receiver
	if !in.Live(c, receiver) || len(in.discards(c, receiver)) > 0 {
		return nil
	}
	s.Kind = Rendezvous
	if in.late(c.Local[receiver], s.Message) {
		s.Discard = true
		return []Step{s}
	}
	return in.partners(c, s)
}

// partners gives a step once for each transition of its receiver that can take its
// message.
func (in *Interpreter) partners(c Config, s Step) []Step {
	var steps []Step
	receiver := s.Message.Receiver
	for _, j := range in.present(c, receiver) {
		t := in.automata.Machines[receiver].Transitions[j]
		if !in.fits(c, receiver, t, s.Message) {
			continue
		}
		s := s
		s.PeerTransition = j
		in.judge(c, &s, receiver, t)
		steps = append(steps, s)
	}
	return steps
}

// fits reports whether a transition is a receive or ignore that may take the message.
// A stray message brings no values, so that a receive that needs some cannot take it.
func (in *Interpreter) fits(c Config, r model.RoleID, t model.Transition, m Message) bool {
	switch {
	case t.Kind != model.Receive && t.Kind != model.Ignore, t.Peer != m.Sender, t.Label != m.Label:
		return false
	case t.Kind == model.Ignore:
		return true
	}
	return in.admits(c.Local[r], t, m) && (!m.Stray || len(t.Stores) == 0) && !in.foreign(c, r, t, m)
}

// foreign reports whether a message that a transition could take belongs to another
// one of the same local state: an interrupt as well, or none as well.
func (in *Interpreter) foreign(c Config, r model.RoleID, t model.Transition, m Message) bool {
	belongs := func(t model.Transition) bool {
		return slices.ContainsFunc(placesOf(t), func(p model.Place) bool { return p.Position == m.Position })
	}
	if t.Kind != model.Receive || m.Stray || belongs(t) {
		return false
	}
	for _, i := range in.present(c, r) {
		u := in.automata.Machines[r].Transitions[i]
		if u.Kind == model.Receive && (u.Handler != nil) == (t.Handler != nil) && u.Peer == t.Peer && u.Label == t.Label && belongs(u) {
			return true
		}
	}
	return false
}

// placesOf gives the places of a transition, of which there is at least one.
func placesOf(t model.Transition) []model.Place {
	if len(t.Places) == 0 {
		return []model.Place{{}}
	}
	return t.Places
}

// judge notes in a step what taking its message means for role r, by transition t.
func (in *Interpreter) judge(c Config, s *Step, r model.RoleID, t model.Transition) {
	if t.Kind == model.Ignore {
		return
	}
	_, s.Stale = in.stale(c.Local[r], s.Message)
	s.Failure = in.refusal(t, s.Message.Values)
	if s.Failure == "" {
		_, s.Failure = in.assigned(c, t)
	}
	s.Fails = s.Failure != ""
	if t.Handler != nil && !s.Fails {
		s.Handler = *t.Handler
	}
}

// takes are the steps of a receive or ignore from a queue, one for each message that
// it can take. A rendezvous is a step of the sender.
func (in *Interpreter) takes(c Config, r model.RoleID, i int) []Step {
	t := in.automata.Machines[r].Transitions[i]
	q := in.queueOf[t.Peer][r]
	if q == noQueue {
		return nil
	}
	var steps []Step
	for _, m := range in.queues[q].next(c.Queues[q]) {
		if !in.fits(c, r, t, m) {
			continue
		}
		s := nothing(Receive, r)
		if t.Kind == model.Ignore {
			s.Kind = Ignore
		}
		s.Transition, s.Peer, s.Message = i, t.Peer, m
		in.judge(c, &s, r, t)
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

// assigned computes the values of the assignments, up to the first that cannot be
// stored; failure says why not.
func (in *Interpreter) assigned(c Config, t model.Transition) (values []int64, failure string) {
	for _, assign := range t.Assigns {
		v, ok := in.eval(c, assign.Value)
		if !ok {
			return values, fmt.Sprintf("what is assigned to %s has no value", in.automata.Vars[assign.Var].Name)
		}
		values = append(values, v)
		if failure := in.misfit(assign.Var, v); failure != "" {
			return values, failure
		}
	}
	return values, ""
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
