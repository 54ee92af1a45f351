package replay_test

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"chorcheck/lts"
	"chorcheck/model"
	"chorcheck/verify/replay"

	"github.com/stretchr/testify/require"
)

// engine goes along with a walk: it is in the network that the verifier searches, in
// the state that stands for the walker's configuration, and compares what is possible
// there and what can be seen. So whatever a test says about a walk it says about both.
//
// A test that changes a configuration by hand leaves the network behind; it comes no
// further then.
type engine struct {
	net   *model.Network
	state lts.State
	at    string // the key of the configuration that state stands for
}

func newEngine(t require.TestingT, in *replay.Interpreter, opt replay.Options) engine {
	net, err := model.NewNetwork(context.Background(), in.Automata(), model.NetworkOptions{Environment: opt.Environment, KeepCrashed: opt.KeepCrashed})
	require.NoError(t, err)
	return engine{net, net.Init(), in.Initial().Key()}
}

// deed is what a step of either kind does.
type deed struct {
	role, peer                                                                model.RoleID
	transition, peerTransition                                                int
	message                                                                   string
	fault, place                                                              int
	recovers, heals, discard, vanishes, stale, uncaught, late, fails, strikes bool
	handler                                                                   model.HandlerRef
}

func kindText(from, to model.RoleID, label model.LabelID, values []int64) string {
	return fmt.Sprint(from, " -> ", to, ": ", label, append([]int64{}, values...))
}

func (w *walker) deedOf(s replay.Step) deed {
	d := deed{
		s.Role, -1, s.Transition, s.PeerTransition, "", s.Fault, s.Place,
		s.Recovers, s.Heals, s.Discard, s.Vanishes, s.Stale, s.Uncaught, s.Late, s.Fails || s.Uncaught, s.Kind == replay.Fault, s.Handler,
	}
	if s.PeerTransition >= 0 || s.Discard && s.Kind == replay.Rendezvous {
		d.peer = s.Peer
	}
	// A send that fails carries nothing.
	machine := w.in.Automata().Machines[max(s.Role, 0)]
	failing := s.Fails && s.PeerTransition < 0 && s.Transition >= 0 && machine.Transitions[s.Transition].Kind == model.Send
	if m := s.Message; m.Label >= 0 && !failing {
		d.message = kindText(m.Sender, m.Receiver, m.Label, m.Values)
	}
	return d
}

func (e *engine) deedOf(a lts.Action) deed {
	x := e.net.Action(a)
	d := deed{
		x.Role, x.Peer, x.Transition, x.PeerTransition, "", x.Fault, x.Place,
		x.Recovers, x.Heals, x.Discard, x.Vanishes, x.Stale, x.Uncaught, x.Late, x.Fails || x.PeerFails, x.Fault >= 0 && !x.Heals, x.Handler,
	}
	if x.Message >= 0 {
		m := e.net.Message(x.Message)
		d.message = kindText(m.From, m.To, m.Label, m.Values)
	}
	return d
}

// compare has the network say what is possible in the walker's configuration, and what
// is remarkable about it.
func (w *walker) compare() {
	w.t.Helper()
	e := &w.engine
	if e.at != w.c.Key() {
		return
	}
	require.Equal(w.t, w.looks(w.c), w.engine.looks(e.state))
	steps := lts.NewSteps(e.net.Width())
	marks := e.net.Next(e.state, steps)
	require.Zero(w.t, marks&model.MarkConfused, "a walk of a few rounds confuses nobody")
	var ours, theirs []deed
	for i := range steps.Len() {
		ours = append(ours, e.deedOf(steps.Actions[i]))
		require.Equal(w.t, e.net.IsStep(steps.Actions[i]), !ours[i].strikes && !ours[i].heals)
	}
	var want lts.Marks
	mark := func(m lts.Marks, when bool) {
		if when {
			want |= m
		}
	}
	quiet := true
	for _, s := range w.in.Enabled(w.c) {
		theirs = append(theirs, w.deedOf(s))
		quiet = quiet && !w.in.IsStep(s)
		mark(model.MarkFails, s.Fails || s.Uncaught)
		mark(model.MarkUncaught, s.Uncaught)
		mark(model.MarkStale, s.Stale)
		mark(model.MarkLeak, s.Late)
	}
	// Messages in a bag have no order; what is in it comes by different steps of one receive.
	require.ElementsMatch(w.t, theirs, ours, "the steps of the interpreter, and those of the network")
	require.Equal(w.t, inOrder(theirs), inOrder(ours), "the order of the steps")
	mark(model.MarkQuiet, quiet)
	mark(model.MarkLeak, len(w.in.ArmedAtEnd(w.c)) > 0)
	for r := range w.in.Automata().Roles {
		r := model.RoleID(r)
		_, found := w.in.Unspecified(w.c, r)
		mark(model.MarkUnspecified, found)
		waits := w.in.UnguardedWaits(w.c, r)
		mark(model.MarkWait, len(waits) > 0)
		require.ElementsMatch(w.t, waits, e.net.Waits(e.state, r))
	}
	const compared = model.MarkFails | model.MarkUncaught | model.MarkStale | model.MarkLeak | model.MarkQuiet | model.MarkUnspecified | model.MarkWait
	require.Equal(w.t, want, marks&compared, "marks")
	full := e.net.Blocked(e.state)
	require.Equal(w.t, len(w.in.FullQueues(w.c)) > 0, len(full) > 0)
}

// inOrder are the steps whose order is compared: no faults, and without what tells the
// messages apart that one receive can take from a bag.
func inOrder(deeds []deed) []deed {
	deeds = slices.DeleteFunc(slices.Clone(deeds), func(d deed) bool { return d.strikes })
	for i := range deeds {
		deeds[i].message, deeds[i].stale = "", false
	}
	return deeds
}

// follow has the network take a step that the walker is about to take, to after.
func (w *walker) follow(s replay.Step, after replay.Config) {
	w.t.Helper()
	w.compare()
	e := &w.engine
	if e.at != w.c.Key() {
		return
	}
	steps := lts.NewSteps(e.net.Width())
	e.net.Next(e.state, steps)
	// Messages in a bag that differ only in what they say of scopes are taken by
	// steps that look the same.
	nth := 0
	for i := range steps.Len() {
		if e.deedOf(steps.Actions[i]) != w.deedOf(s) || w.engine.looks(steps.Target(i)) != w.looks(after) {
			continue
		}
		if nth == s.Nth {
			e.state, e.at = steps.Target(i).Clone(), after.Key()
			return
		}
		nth++
	}
	require.Fail(w.t, "the network does not get where the interpreter gets", w.describe(s))
}

// looks is what can be seen of a configuration from outside.
func (w *walker) looks(c replay.Config) string {
	var parts []string
	a := w.in.Automata()
	for r, l := range c.Local {
		var values []int64
		for v := range a.Vars {
			if a.Vars[v].Owner != model.RoleID(r) {
				continue
			}
			value := c.Vars[v]
			for t, timer := range a.Timers {
				if timer.Var == model.VarID(v) && value == 1 && c.Over[t] {
					value = 2
				}
			}
			values = append(values, value)
		}
		parts = append(parts, fmt.Sprint(l.Status, l.State, values))
	}
	var messages []string
	for q, content := range c.Queues {
		for i, m := range content {
			if w.in.Queues()[q].Discipline == model.Bag {
				i = 0
			}
			messages = append(messages, fmt.Sprint(i, " ", kindText(m.Sender, m.Receiver, m.Label, m.Values)))
		}
	}
	slices.Sort(messages)
	for i, down := range c.Down {
		if down {
			messages = append(messages, fmt.Sprint("down ", i))
		}
	}
	return strings.Join(append(parts, messages...), "\n")
}

func (e *engine) looks(s lts.State) string {
	var parts []string
	for r := range e.net.Automata().Roles {
		r := model.RoleID(r)
		parts = append(parts, fmt.Sprint(replay.Status(e.net.Status(s, r)), e.net.Control(s, r), e.net.Values(s, r)))
	}
	var messages []string
	for q := range e.net.Queues() {
		for i, id := range e.net.Content(s, q) {
			if e.net.Queue(q).Bag {
				i = 0
			}
			m := e.net.Message(id)
			messages = append(messages, fmt.Sprint(i, " ", kindText(m.From, m.To, m.Label, m.Values)))
		}
	}
	slices.Sort(messages)
	for _, i := range e.net.DownLinks(s) {
		messages = append(messages, fmt.Sprint("down ", i))
	}
	return strings.Join(append(parts, messages...), "\n")
}
