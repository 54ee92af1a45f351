package replay_test

import (
	"testing"

	"chorcheck/internal/naive"
	"chorcheck/model"
	"chorcheck/verify/replay"

	"github.com/stretchr/testify/assert"
)

// TestDescribeDeadlock has the crossing of a cancel and the answer: the shortest
// wait-for cycle, the waits, and what is in the queues.
func TestDescribeDeadlock(t *testing.T) {
	w := walk(t, naive.System("V6", 1, fifo1)).do(
		"E -> A: a", "A <- E: a", "A -> B: x", "B <- A: x", "B -> C: y", "C <- B: y", "C -> B: rc", "B <- C: rc",
		"A -> B: cancel", "B -> A: rb",
	)
	assert.True(t, w.in.Deadlocked(w.c))
	assert.Equal(t, replay.Configuration{
		Roles: []replay.RoleState{
			{Role: "E", State: "E1", Final: true},
			{Role: "A", State: "Ac", Waits: []replay.Wait{{For: "to receive cancelled from B", On: "B", Origin: 6}}},
			{Role: "B", State: "B", Final: true, Waits: []replay.Wait{{For: "to receive x from A", On: "A", Origin: 7}}},
			{Role: "C", State: "C", Final: true, Waits: []replay.Wait{{For: "to receive y from B", On: "B", Origin: 17}}},
			{Role: "D", State: "D", Final: true, Waits: []replay.Wait{{For: "to receive z from B", On: "B", Origin: 19}}},
		},
		Queues: []replay.QueueState{
			{Name: "A -> B", Messages: []string{"cancel"}, Capacity: 1},
			{Name: "B -> A", Messages: []string{"rb"}, Capacity: 1},
		},
		Cycle: []string{"A", "B", "A"},
	}, w.in.DescribeConfig(w.c))
}

// TestWaits has the kinds of waits; a role that can step waits for nothing.
func TestWaits(t *testing.T) {
	senders := func(channel model.Channel) *walker {
		return walk(t, naive.Network(channel,
			role("A", "A", "", "A -C!x-> A1 ; A1 -C!x-> A2 ; A1 -C!x-> A3"),
			role("B", "B", "", "B -C!x-> B"),
			role("C", "C", "", "C -B?y|D?y-> C1"),
			role("D", "D", "", ""),
		))
	}
	waits := func(w *walker, r int) []replay.Wait { return w.in.DescribeConfig(w.c).Roles[r].Waits }

	w := senders(fifo1)
	assert.Empty(t, waits(w, 0), "it can step")
	assert.Equal(t, []replay.Wait{
		{For: "to receive y from B", On: "B", Origin: 5}, {For: "to receive y from D", On: "D", Origin: 6},
	}, waits(w, 2))
	assert.Empty(t, waits(w, 3), "it has no transition")
	w.do("A -> C: x")
	assert.Equal(t, []replay.Wait{{For: "for room in the queue to C", On: "C", Origin: 2}}, waits(w, 0), "named once")

	w = senders(model.Channel{Discipline: model.Mailbox, Capacity: 1}).do("A -> C: x")
	assert.Equal(t, []replay.Wait{{For: "for room in the mailbox of C", On: "C", Origin: 2}}, waits(w, 0))
	assert.Equal(t, []replay.Wait{{For: "for room in the mailbox of C", On: "C", Origin: 4}}, waits(w, 1))
	assert.Equal(t, []string{"B", "C", "B"}, w.in.DescribeConfig(w.c).Cycle)

	w = senders(model.Channel{Discipline: model.Bag, Capacity: 1}).do("A -> C: x")
	assert.Equal(t, []replay.Wait{{For: "for room in the bag of C", On: "C", Origin: 2}}, waits(w, 0))

	w = senders(sync)
	assert.Equal(t, []replay.Wait{{For: "for C to receive x", On: "C", Origin: 1}}, waits(w, 0))
}

// TestForbiddenSendIsNoWait: a role does not offer what its guard forbids.
func TestForbiddenSendIsNoWait(t *testing.T) {
	for _, channel := range []model.Channel{sync, fifo1} {
		a := naive.Network(channel, role("A", "A", "", "A -B!x-> A1"), role("B", "B", "", "B -A?x-> B1"))
		a.Machines[0].Transitions[0].Guard = model.Const(0)
		d := walk(t, a)
		described := d.in.DescribeConfig(d.c)
		assert.Empty(t, described.Roles[0].Waits)
		assert.Empty(t, described.Cycle)
		assert.Equal(t, []replay.Wait{{For: "to receive x from A", On: "A", Origin: 2}}, described.Roles[1].Waits)
	}
}

// TestCycle: the shortest one counts, then the first role.
func TestCycle(t *testing.T) {
	for _, test := range []struct {
		name string
		want []string
		all  []naive.Role
	}{
		{"none", nil, []naive.Role{
			role("A", "A", "", "A -B?x-> A"), role("B", "B", "", "B -C?x-> B"), role("C", "C", "", ""),
		}},
		{"three", []string{"A", "B", "C", "A"}, []naive.Role{
			role("A", "A", "", "A -B?x-> A"), role("B", "B", "", "B -C?x-> B"), role("C", "C", "", "C -A?x-> C"),
		}},
		{"the shorter one", []string{"C", "D", "C"}, []naive.Role{
			role("A", "A", "", "A -B?x-> A"), role("B", "B", "", "B -C?x-> B"),
			role("C", "C", "", "C -A?x|D?x-> C"), role("D", "D", "", "D -C?x-> D"),
		}},
		{"the first of two", []string{"A", "B", "A"}, []naive.Role{
			role("A", "A", "", "A -D?x|C?x|B?x-> A"), role("B", "B", "", "B -A?x-> B"),
			role("C", "C", "", "C -A?x-> C"), role("D", "D", "", "D -C?x-> D"),
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := walk(t, naive.Network(fifo1, test.all...))
			assert.Equal(t, test.want, w.in.DescribeConfig(w.c).Cycle)
		})
	}
}

// TestDescribeQueues: oldest message first, with the sender where that may be anybody.
func TestDescribeQueues(t *testing.T) {
	a := naive.Network(mail2,
		role("Customer", "c", "", "c -Shop!order-> c1"),
		role("Shop", "s", "", "s -Customer?order-> s1"),
		role("Bank", "b", "", "b -Shop!ok-> b1"),
	)
	tries := naive.AddVar(a, intVar(1, "tries", 0, 9, 0))
	a.Machines[0].Transitions[0].Values = []*model.Expr{model.Const(3)}
	a.Machines[1].Transitions[0].Stores = []model.VarID{tries}
	w := walk(t, a).do("Customer -> Shop: order(3)", "Bank -> Shop: ok")
	assert.Equal(t, []replay.QueueState{
		{Name: "mailbox of Shop", Messages: []string{"order(3) from Customer", "ok from Bank"}, Capacity: 2},
	}, w.in.DescribeConfig(w.c).Queues)
	w.do("Shop <- Customer: order(3)")
	assert.Equal(t, []string{"tries = 3"}, w.in.DescribeConfig(w.c).Roles[1].Variables)
}
