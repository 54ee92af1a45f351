package replay_test

import (
	"math"
	"testing"

	"chorcheck/internal/naive"
	"chorcheck/model"
	"chorcheck/verify/replay"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	sync  = model.Channel{Discipline: model.Sync}
	fifo1 = model.Channel{Discipline: model.FIFO, Capacity: 1}
	fifo2 = model.Channel{Discipline: model.FIFO, Capacity: 2}
	mail2 = model.Channel{Discipline: model.Mailbox, Capacity: 2}
	bag2  = model.Channel{Discipline: model.Bag, Capacity: 2}
	bag3  = model.Channel{Discipline: model.Bag, Capacity: 3}
)

// role is a machine in the notation of package naive.
func role(name, initial, final, transitions string) naive.Role {
	return naive.Role{Name: name, Initial: initial, Final: final, Transitions: transitions}
}

// walker executes steps that are named by their descriptions.
type walker struct {
	t  *testing.T
	in *replay.Interpreter
	c  replay.Config

	engine engine
}

func walk(t *testing.T, a *model.Automata) *walker { return walkWith(t, a, replay.Options{}) }

// enabled gives the descriptions of all steps, in order; "!" marks a failing one.
func (w *walker) enabled() []string {
	w.t.Helper()
	w.compare()
	texts := []string{}
	for _, s := range w.in.Enabled(w.c) {
		texts = append(texts, w.describe(s))
	}
	return texts
}

func (w *walker) describe(s replay.Step) string {
	text := w.in.Describe(s)
	require.Equal(w.t, s.Fails, s.Failure != "")
	if s.Fails {
		text += " !"
	}
	return text
}

// do executes steps, and checks that a step leaves its configuration alone.
func (w *walker) do(texts ...string) *walker {
	w.t.Helper()
	for _, text := range texts {
		found := false
		for _, s := range w.in.Enabled(w.c) {
			if w.describe(s) == text {
				before := w.c.Key()
				next := w.in.Apply(w.c, s)
				require.Equal(w.t, before, w.c.Key(), "a step changed its source")
				w.follow(s, next)
				w.c, found = next, true
				break
			}
		}
		require.True(w.t, found, "%q is not among %q", text, w.enabled())
	}
	return w
}

// states gives the names of the local states.
func (w *walker) states() []string {
	var names []string
	for _, r := range w.in.DescribeConfig(w.c).Roles {
		names = append(names, r.State)
	}
	return names
}

func intVar(owner model.RoleID, name string, low, high, initial int64) model.Var {
	return model.Var{
		Name: name, Owner: owner, Init: initial,
		Domain: model.Domain{Kind: model.IntDomain, Low: low, High: high},
	}
}

func op(o model.Op, x, y *model.Expr) *model.Expr { return &model.Expr{Op: o, X: x, Y: y} }

func divZero() *model.Expr { return op(model.OpDiv, model.Const(1), model.Const(0)) }

func TestFIFO(t *testing.T) {
	a := naive.Network(fifo2,
		role("A", "A", "", "A -B!x-> A1 ; A1 -B!y-> A2 ; A2 -B!z-> A3"),
		role("B", "B", "", "B -A?y-> B1 ; B -A?x-> B2 ; B2 -A?y-> B3"),
		role("C", "C", "", "C -B!x-> C1"),
	)
	w := walk(t, a)
	assert.Equal(t, []string{"A -> B: x", "C -> B: x"}, w.enabled(), "one queue for each pair")
	w.do("A -> B: x")
	assert.Equal(t, []string{"A -> B: y", "B <- A: x", "C -> B: x"}, w.enabled())
	w.do("A -> B: y")
	assert.Equal(t, []string{"B <- A: x", "C -> B: x"}, w.enabled(), "full, and only the oldest can be taken")
	w.do("B <- A: x")
	assert.Equal(t, []string{"A -> B: z", "B <- A: y", "C -> B: x"}, w.enabled())
	w.do("C -> B: x")
	assert.Equal(t, []string{"A -> B: z", "B <- A: y"}, w.enabled(), "what C sent is not for a receive from A")
	w.do("B <- A: y", "A -> B: z")
	assert.Empty(t, w.enabled())
	assert.True(t, w.in.Terminal(w.c))
	assert.Equal(t, []string{"A3", "B3", "C1"}, w.states())
}

func TestMailbox(t *testing.T) {
	a := naive.Network(mail2,
		role("A", "A", "", "A -B!x-> A1"),
		role("B", "B", "", "B -A?x-> B1 ; B -C?x-> B2"),
		role("C", "C", "", "C -B!x-> C1 ; C1 -B!x-> C2"),
		role("D", "D", "", "D -B!x-> D1"),
	)
	a.Channels.Pairs = map[model.Pair]model.Channel{{From: 3, To: 1}: fifo1}
	w := walk(t, a).do("C -> B: x", "A -> B: x")
	assert.Equal(t, []string{"B <- C: x", "D -> B: x"}, w.enabled(), "full for all senders but D, and C's was first")
	w.do("B <- C: x")
	assert.Equal(t, []string{"C -> B: x", "D -> B: x"}, w.enabled())
	w = walk(t, a).do("A -> B: x", "C -> B: x")
	assert.Equal(t, []string{"B <- A: x", "D -> B: x"}, w.enabled())
	other := walk(t, a).do("C -> B: x", "A -> B: x")
	assert.NotEqual(t, w.c.Key(), other.c.Key(), "the order in a mailbox counts")
}

func TestBag(t *testing.T) {
	a := naive.Network(bag2,
		role("A", "A", "", "A -B!x-> A1"),
		role("B", "B", "", "B -A?x-> B1 ; B -C?y-> B2"),
		role("C", "C", "", "C -B!y-> C1 ; C1 -B!y-> C2"),
	)
	w := walk(t, a).do("C -> B: y", "A -> B: x")
	assert.Equal(t, []string{"B <- A: x", "B <- C: y"}, w.enabled(), "anything can be taken, and the bag is full")
	other := walk(t, a).do("A -> B: x", "C -> B: y")
	assert.Equal(t, w.c.Key(), other.c.Key(), "the order in a bag does not count")
	assert.Equal(t, w.c, other.c)
	w = walk(t, a).do("C -> B: y", "C -> B: y")
	assert.Equal(t, []string{"B <- C: y"}, w.enabled(), "equal messages are taken by one step")
	w.do("B <- C: y")
	assert.Equal(t, 1, messages(w.c))
}

func messages(c replay.Config) int {
	n := 0
	for _, q := range c.Queues {
		n += len(q)
	}
	return n
}

// TestBagValues: messages that differ only in their values are taken by different
// steps, in the order of their values.
func TestBagValues(t *testing.T) {
	a := naive.Network(bag3,
		role("A", "A", "", "A -B!x-> A1 ; A1 -B!x-> A2 ; A2 -B!x-> A3"),
		role("B", "B", "", "B -A?x-> B1"),
	)
	v := naive.AddVar(a, intVar(1, "v", 0, 9, 0))
	for i, value := range []int64{7, 3, 7} {
		a.Machines[0].Transitions[i].Values = []*model.Expr{model.Const(value)}
	}
	a.Machines[1].Transitions[0].Stores = []model.VarID{v}
	w := walk(t, a).do("A -> B: x(7)", "A -> B: x(3)", "A -> B: x(7)")
	assert.Equal(t, []string{"B <- A: x(3)", "B <- A: x(7)"}, w.enabled())
	w.do("B <- A: x(7)")
	assert.Equal(t, []int64{7}, w.c.Vars)
	assert.Equal(t, [][]int64{{3}, {7}}, [][]int64{w.c.Queues[1][0].Values, w.c.Queues[1][1].Values})
}

// TestOwnBag: a bag for one pair has a queue of its own.
func TestOwnBag(t *testing.T) {
	a := naive.Network(bag2,
		role("A", "A", "", "A -C!x-> A ; A -C!y-> A1"),
		role("B", "B", "", "B -C!x-> B"),
		role("C", "C", "", "C -A?y-> C"),
	)
	a.Channels.Pairs = map[model.Pair]model.Channel{{From: 0, To: 2}: bag2}
	w := walk(t, a).do("A -> C: x", "A -> C: y", "B -> C: x")
	assert.Equal(t, []string{"B -> C: x", "C <- A: y"}, w.enabled())
	assert.Equal(t, []replay.QueueState{
		{Name: "A -> C", Messages: []string{"x", "y"}, Capacity: 2},
		{Name: "bag of C", Messages: []string{"x from B"}, Capacity: 2},
	}, w.in.DescribeConfig(w.c).Queues)
}

func TestMailboxOfOnePairIsRefused(t *testing.T) {
	a := naive.Network(fifo1, role("A", "A", "", ""), role("B", "B", "", ""))
	a.Channels.Pairs = map[model.Pair]model.Channel{{From: 0, To: 1}: mail2}
	assert.Panics(t, func() { replay.New(a, replay.Options{}) })
}

func TestSync(t *testing.T) {
	a := naive.Network(sync,
		role("A", "A", "", "A -B!x-> A1 ; A -B!x-> A2 ; A -B!y-> A3"),
		role("B", "B", "", "B -A?x-> B1 ; B -A?x-> B2 ; B -C?x-> B3"),
		role("C", "C", "", "C -tau-> C0 ; C0 -B!x-> C1"),
	)
	w := walk(t, a)
	// Each pair is a step of its own: by the sender's transition, then the receiver's.
	steps := w.in.Enabled(w.c)
	var pairs [][2]int
	for _, s := range steps[:4] {
		assert.Equal(t, replay.Rendezvous, s.Kind)
		assert.Equal(t, []model.RoleID{0, 1}, s.Participants())
		pairs = append(pairs, [2]int{s.Transition, s.PeerTransition})
	}
	assert.Equal(t, [][2]int{{0, 0}, {0, 1}, {1, 0}, {1, 1}}, pairs)
	assert.Equal(t, []string{"A -> B: x", "A -> B: x", "A -> B: x", "A -> B: x", "C: internal step"}, w.enabled())
	w.c = w.in.Apply(w.c, steps[2])
	assert.Equal(t, []string{"A2", "B1", "C"}, w.states(), "both move at once")
	w.do("C: internal step")
	assert.Empty(t, w.enabled(), "B no longer offers a receive from C")
}

func TestInternal(t *testing.T) {
	a := naive.Network(fifo1, role("A", "A", "", "A -tau-> A"))
	n := naive.AddVar(a, intVar(0, "n", 0, 2, 0))
	tr := &a.Machines[0].Transitions[0]
	tr.Guard = op(model.OpLt, model.Ref(n), model.Const(2))
	tr.Assigns = []model.Assign{{Var: n, Value: op(model.OpAdd, model.Ref(n), model.Const(1))}}
	w := walk(t, a).do("A: n = 1", "A: n = 2")
	assert.Empty(t, w.enabled(), "the guard is false")
	assert.Equal(t, []int64{2}, w.c.Vars)
}

// TestValues: what a message carries is computed when it is sent, and stored when
// it is received.
func TestValues(t *testing.T) {
	for _, channel := range []model.Channel{fifo1, sync} {
		a := naive.Network(channel,
			role("A", "A", "", "A -B!x-> A1"),
			role("B", "B", "", "B -A?x-> B1"),
		)
		n := naive.AddVar(a, intVar(0, "n", 0, 9, 4))
		v := naive.AddVar(a, intVar(1, "v", 0, 9, 0))
		u := naive.AddVar(a, model.Var{Name: "u", Owner: 1, Domain: model.Domain{Kind: model.BoolDomain, High: 1}})
		e := naive.AddVar(a, model.Var{Name: "e", Owner: 1, Domain: model.Domain{Kind: model.EnumDomain, High: 1, Names: []string{"no", "yes"}}})
		a.Machines[0].Transitions[0].Values = []*model.Expr{
			op(model.OpAdd, model.Ref(n), model.Const(1)), op(model.OpEq, model.Ref(n), model.Const(4)), model.Const(1),
		}
		a.Machines[1].Transitions[0].Stores = []model.VarID{v, u, e}
		w := walk(t, a).do("A -> B: x(5, true, yes)")
		if channel == fifo1 {
			assert.Equal(t, []int64{4, 0, 0, 0}, w.c.Vars)
			w.do("B <- A: x(5, true, yes)")
		}
		assert.Equal(t, []int64{4, 5, 1, 1}, w.c.Vars)
		assert.Equal(t, []string{"v = 5", "u = true", "e = yes"}, w.in.DescribeConfig(w.c).Roles[1].Variables)
	}
}

// TestFailed has the rule "failed", case by case: the only step of A and what is
// left of the network after it.
func TestFailed(t *testing.T) {
	type change func(a *model.Automata, n model.VarID)
	guard := func(e *model.Expr) change {
		return func(a *model.Automata, _ model.VarID) { a.Machines[0].Transitions[0].Guard = e }
	}
	payload := func(values ...*model.Expr) change {
		return func(a *model.Automata, _ model.VarID) { a.Machines[0].Transitions[0].Values = values }
	}
	assign := func(e func(n model.VarID) *model.Expr) change {
		return func(a *model.Automata, n model.VarID) {
			a.Machines[0].Transitions[0].Assigns = []model.Assign{{Var: n, Value: e(n)}}
		}
	}
	const internal, send = "A -tau-> A1", "A -B!x-> A1"
	receive := "B -A?x-> B1"
	for _, test := range []struct {
		name    string
		channel model.Channel
		text    string
		partner string
		change  change
		step    string // "": none
		failure string
	}{
		{"guard of an internal step", fifo1, internal, "", guard(divZero()), "A: internal step !", "its guard has no value"},
		{"false guard", fifo1, internal, "", guard(model.Const(0)), "", ""},
		{"guard of a send", fifo1, send, receive, guard(divZero()), "A -> B: x !", "its guard has no value"},
		{"guard of a rendezvous, without a partner", sync, send, "", guard(divZero()), "A -> B: x !", "its guard has no value"},
		{"guard of a rendezvous, with a partner", sync, send, receive, guard(divZero()), "A -> B: x !", "its guard has no value"},
		{"value of a send", fifo1, send, receive, payload(model.Const(1), divZero()), "A -> B: x !", "value 2 of x cannot be computed"},
		{"value of a rendezvous, without a partner", sync, send, "", payload(divZero()), "A -> B: x !", "value 1 of x cannot be computed"},
		{"first of two values", fifo1, send, receive, payload(divZero(), divZero()), "A -> B: x !", "value 1 of x cannot be computed"},
		{"overflow", fifo1, send, receive, payload(op(model.OpAdd, model.Const(math.MaxInt64), model.Const(1))), "A -> B: x !", "value 1 of x cannot be computed"},
		{
			"assignment without a value", fifo1, internal, "",
			assign(func(model.VarID) *model.Expr { return divZero() }), "A: n = ? !", "what is assigned to n has no value",
		},
		{
			"assignment out of its domain", fifo1, internal, "",
			assign(func(n model.VarID) *model.Expr { return op(model.OpAdd, model.Ref(n), model.Const(5)) }),
			"A: n = 7 !", "n cannot hold 7: its values are 0..3",
		},
		{
			"the right side that is not evaluated", fifo1, internal, "",
			guard(op(model.OpOr, model.Const(1), divZero())), "A: internal step, as 1 or 1 / 0", "",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := naive.Network(test.channel, role("A", "A", "A A1", test.text), role("B", "B", "B", test.partner))
			n := naive.AddVar(a, intVar(0, "n", 0, 3, 2))
			test.change(a, n)
			for range a.Machines[0].Transitions[0].Values {
				if test.partner != "" {
					stored := naive.AddVar(a, intVar(1, "v", 0, 3, 0))
					a.Machines[1].Transitions[0].Stores = append(a.Machines[1].Transitions[0].Stores, stored)
				}
			}
			w := walk(t, a)
			if test.step == "" {
				assert.Empty(t, w.enabled())
				return
			}
			require.Equal(t, []string{test.step}, w.enabled())
			s := w.in.Enabled(w.c)[0]
			assert.Equal(t, test.failure, s.Failure)
			w.do(test.step)
			if test.failure == "" {
				assert.True(t, w.in.Live(w.c, 0))
				return
			}
			r, tr := s.Failing()
			assert.Equal(t, model.RoleID(0), r)
			assert.Equal(t, 0, tr)
			assert.Equal(t, []model.RoleID{0}, s.Participants())
			assert.Equal(t, -1, s.PeerTransition)
			assert.Empty(t, s.Message.Values)
			assert.False(t, w.in.Live(w.c, 0))
			assert.False(t, w.in.InFinalState(w.c, 0))
			assert.True(t, w.in.Final(w.c), "all live roles are final")
			assert.Equal(t, []string{"failed", "B"}, w.states())
			assert.Zero(t, messages(w.c))
			assert.Empty(t, w.enabled())
		})
	}
}

// TestFailedVariables: a failed role has its initial values, and others keep theirs.
func TestFailedVariables(t *testing.T) {
	a := naive.Network(fifo1,
		role("A", "A", "", "A -tau-> A1 ; A1 -tau-> A2"),
		role("B", "B", "", "B -tau-> B1"),
	)
	n := naive.AddVar(a, intVar(0, "n", 0, 3, 1))
	m := naive.AddVar(a, intVar(1, "m", 0, 3, 1))
	a.Machines[0].Transitions[0].Assigns = []model.Assign{{Var: n, Value: model.Const(3)}}
	a.Machines[0].Transitions[1].Guard = divZero()
	a.Machines[1].Transitions[0].Assigns = []model.Assign{{Var: m, Value: model.Const(2)}}
	w := walk(t, a).do("A: n = 3", "B: m = 2", "A: internal step !")
	assert.Equal(t, []int64{1, 2}, w.c.Vars)
	roles := w.in.DescribeConfig(w.c).Roles
	assert.Equal(t, replay.RoleState{Role: "A", State: "failed", Failed: true, Status: replay.Failed}, roles[0])
}

// TestFailingSendNeedsNoRoom: it is enabled whatever the queue holds.
func TestFailingSendNeedsNoRoom(t *testing.T) {
	a := naive.Network(fifo1, role("A", "A", "", "A -B!x-> A1 ; A1 -B!x-> A2"), role("B", "B", "B", ""))
	a.Machines[0].Transitions[1].Values = []*model.Expr{divZero()}
	a.Machines[0].Transitions[0].Values = []*model.Expr{model.Const(1)}
	w := walk(t, a).do("A -> B: x(1)")
	assert.Equal(t, []string{"A -> B: x !"}, w.enabled())
	assert.Empty(t, w.in.FullQueues(w.c), "it is not blocked")
	w.do("A -> B: x !")
	assert.Equal(t, 1, messages(w.c))
}

// TestFailingReceive: it takes its message; on sync the sender goes on as usual.
func TestFailingReceive(t *testing.T) {
	for _, channel := range []model.Channel{fifo1, bag2, sync} {
		a := naive.Network(channel, role("A", "A", "", "A -B!x-> A1"), role("B", "B", "", "B -A?x-> B1"))
		ok := naive.AddVar(a, intVar(1, "ok", 0, 9, 3))
		v := naive.AddVar(a, intVar(1, "v", 0, 3, 2))
		a.Machines[0].Transitions[0].Values = []*model.Expr{model.Const(1), model.Const(4)}
		a.Machines[1].Transitions[0].Stores = []model.VarID{ok, v}
		w := walk(t, a)
		failing := "A -> B: x(1, 4) !"
		if channel != sync {
			w.do("A -> B: x(1, 4)")
			failing = "B <- A: x(1, 4) !"
		}
		s := w.in.Enabled(w.c)[0]
		r, tr := s.Failing()
		assert.Equal(t, model.RoleID(1), r)
		assert.Equal(t, 0, tr)
		assert.Equal(t, "v cannot hold 4: its values are 0..3", s.Failure)
		w.do(failing)
		assert.Equal(t, []string{"A1", "failed"}, w.states())
		assert.Zero(t, messages(w.c))
		assert.Equal(t, []int64{3, 2}, w.c.Vars, "nothing is stored")
	}
}

// TestFailedPartner: nobody can meet a failed role, and what is sent to it stays.
func TestFailedPartner(t *testing.T) {
	for _, channel := range []model.Channel{fifo1, sync} {
		a := naive.Network(channel, role("A", "A", "", "A -B!x-> A1"), role("B", "B", "", "B -tau-> B1 ; B -A?x-> B2"))
		a.Machines[1].Transitions[0].Guard = divZero()
		w := walk(t, a).do("B: internal step !")
		if channel == sync {
			assert.Empty(t, w.enabled())
			continue
		}
		assert.Equal(t, []string{"A -> B: x"}, w.enabled())
		w.do("A -> B: x")
		assert.Equal(t, 1, messages(w.c))
	}
}

// TestCounting: steps with the same result are different steps.
func TestCounting(t *testing.T) {
	twice := "A -tau-> A1 ; A -tau-> A1"
	r := naive.Search(naive.Network(fifo1, role("A", "A", "A1", twice)), 10)
	assert.Equal(t, []int{2, 2, 1}, []int{r.States, r.Transitions, r.Depth})
	r = naive.Search(naive.Network(sync,
		role("A", "A", "A1", "A -B!x-> A1 ; A -B!x-> A1"), role("B", "B", "B1", "B -A?x-> B1 ; B -A?x-> B1")), 10)
	assert.Equal(t, []int{2, 4, 1}, []int{r.States, r.Transitions, r.Depth})
	r = naive.Search(naive.Network(fifo1, role("A", "A", "A", "A -tau-> A")), 10)
	assert.Equal(t, []int{1, 1, 0}, []int{r.States, r.Transitions, r.Depth})
}

// TestPredicates has what naive.Search does not tell: roles and queues by number.
func TestPredicates(t *testing.T) {
	a := naive.Network(fifo1,
		role("A", "A", "A1", "A -B!x-> A ; A -tau-> A1"),
		role("B", "B", "", "B -A?y-> B1"),
	)
	w := walk(t, a)
	assert.Equal(t, []model.RoleID{0, 1}, w.in.Unfinished(w.c))
	assert.Empty(t, w.in.FullQueues(w.c))
	_, found := w.in.Unspecified(w.c, 1)
	assert.False(t, found)
	w.do("A -> B: x")
	q, ok := w.in.QueueOf(0, 1)
	require.True(t, ok)
	assert.Equal(t, "A -> B", w.in.Queues()[q].Name)
	assert.Equal(t, []int{q}, w.in.FullQueues(w.c))
	heads, found := w.in.Unspecified(w.c, 1)
	assert.True(t, found)
	assert.Equal(t, []replay.Message{{Sender: 0, Receiver: 1, Label: 0}}, heads)
	assert.True(t, w.in.CanStep(w.c, 0))
	assert.False(t, w.in.CanStep(w.c, 1))
	assert.False(t, w.in.Deadlocked(w.c))
	w.do("A: internal step")
	assert.True(t, w.in.Deadlocked(w.c))
	assert.Empty(t, w.in.FullQueues(w.c))
	assert.Equal(t, []model.RoleID{1}, w.in.Unfinished(w.c))
	assert.False(t, w.in.Final(w.c))
}
