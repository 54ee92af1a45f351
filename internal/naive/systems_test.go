package naive

import (
	"fmt"
	"testing"

	"chorcheck/model"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	sync  = model.Channel{Discipline: model.Sync}
	fifo1 = model.Channel{Discipline: model.FIFO, Capacity: 1}
	fifo2 = model.Channel{Discipline: model.FIFO, Capacity: 2}
	mail3 = model.Channel{Discipline: model.Mailbox, Capacity: 3}
	bag3  = model.Channel{Discipline: model.Bag, Capacity: 3}
)

// TestCounts has the published sizes: states/transitions with each channel, and
// the terminal configurations (ok/orphan/deadlock) with sync and fifo 1.
func TestCounts(t *testing.T) {
	for _, row := range []struct {
		system             string
		requests           int
		sync, fifo1, fifo2 string
		endsSync, endsFIFO string
	}{
		{"V1", 1, "4/4", "8/8", "8/8", "1/0/0", "1/0/0"},
		{"V1", 2, "8/11", "30/51", "34/59", "1/0/0", "1/0/0"},
		{"V1", 0, "4/7", "64/176", "324/1188", "0/0/0", "0/0/0"},
		{"V2", 1, "7/7", "14/14", "14/14", "1/0/0", "1/0/0"},
		{"V2", 2, "13/14", "38/51", "39/53", "1/0/0", "1/0/0"},
		{"V2", 0, "6/7", "24/37", "36/62", "0/0/0", "0/0/0"},
		{"V3-local", 1, "27/43", "70/138", "70/138", "1/0/3", "1/3/0"},
		{"V3-local", 2, "53/86", "206/479", "207/481", "1/0/6", "1/6/0"},
		{"V3-local", 0, "26/43", "136/341", "204/546", "0/0/3", "0/0/3"},
		{"V3-T(1)", 1, "27/43", "202/476", "202/476", "0/0/4", "0/4/0"},
		{"V3-T(1)", 2, "31/47", "1014/2959", "1339/4199", "0/0/5", "0/5/2"},
		{"V3-T(1)", 0, "31/47", "2364/7530", "", "0/0/5", "0/0/11"},
		{"V3-T(2)", 1, "27/43", "202/476", "202/476", "0/0/4", "0/4/0"},
		{"V3-T(2)", 2, "53/86", "1167/3566", "1528/4974", "0/0/7", "0/5/2"},
		{"V3-T(2)", 0, "57/90", "4480/15738", "", "0/0/8", "0/0/14"},
		{"V3-literal", 1, "22/34", "180/419", "180/419", "0/0/2", "0/2/0"},
		{"V3-literal", 2, "44/70", "998/3003", "1337/4259", "0/0/4", "0/3/1"},
		{"V3-cancel", 1, "31/49", "226/526", "246/580", "1/0/3", "1/7/0"},
		{"V3-cancel", 2, "61/98", "876/2343", "1500/4362", "1/0/6", "1/11/8"},
		{"V3-verbatim", 1, "15/19", "", "", "1/0/2", ""},
		{"V4", 1, "14/16", "40/56", "44/64", "1/0/0", "1/0/0"},
		{"V4", 2, "27/32", "116/203", "129/233", "1/0/0", "1/0/0"},
		{"V4", 3, "40/48", "192/350", "255/505", "1/0/0", "1/0/0"},
		{"V4", 0, "13/16", "76/147", "126/272", "0/0/0", "0/0/0"},
		{"V5", 1, "13/15", "39/59", "39/59", "1/0/0", "1/0/0"},
		{"V5", 2, "38/50", "245/510", "266/556", "1/0/0", "1/0/0"},
		{"V5", 3, "65/89", "812/1977", "1066/2658", "1/0/1", "1/0/0"},
		{"V5", 0, "27/39", "1564/4662", "", "0/0/1", "0/0/1"},
		{"V6", 1, "10/12", "31/46", "32/48", "1/0/0", "1/0/1"},
		{"V6", 2, "19/24", "89/164", "93/173", "1/0/0", "1/0/2"},
		{"V6", 0, "9/12", "58/118", "90/200", "0/0/0", "0/0/1"},
		{"V6r", 1, "10/12", "33/50", "35/54", "1/0/0", "1/0/0"},
		{"V6r", 2, "19/24", "95/178", "102/194", "1/0/0", "1/0/0"},
		{"V6r", 0, "9/12", "62/128", "99/224", "0/0/0", "0/0/0"},
	} {
		for _, run := range []struct {
			channel    model.Channel
			size, ends string
		}{{sync, row.sync, row.endsSync}, {fifo1, row.fifo1, row.endsFIFO}, {fifo2, row.fifo2, ""}} {
			if run.size == "" {
				continue
			}
			t.Run(fmt.Sprintf("%s/%d/%s", row.system, row.requests, run.channel), func(t *testing.T) {
				r := Search(System(row.system, row.requests, run.channel), 100_000)
				require.True(t, r.Complete)
				assert.Equal(t, run.size, fmt.Sprintf("%d/%d", r.States, r.Transitions))
				if run.ends != "" {
					ok, orphan, deadlock := r.Terminals()
					assert.Equal(t, run.ends, fmt.Sprintf("%d/%d/%d", ok, orphan, deadlock))
				}
			})
		}
	}
}

// TestSharedQueues has the published sizes with one queue of 3 for each receiver.
func TestSharedQueues(t *testing.T) {
	for _, row := range []struct {
		system         string
		channel        model.Channel
		states, endsIn int
	}{
		{"V2", mail3, 40, 2},
		{"V2", bag3, 39, 1},
		{"V3-local", mail3, 210, 8},
		{"V3-local", bag3, 207, 7},
		{"V3-T(2)", mail3, 1810, 17},
		{"V3-T(2)", bag3, 1528, 7},
	} {
		t.Run(row.system+"/"+row.channel.String(), func(t *testing.T) {
			r := Search(System(row.system, 2, row.channel), 10_000)
			require.True(t, r.Complete)
			ok, orphan, deadlock := r.Terminals()
			assert.Equal(t, row.states, r.States)
			assert.Equal(t, row.endsIn, ok+orphan+deadlock)
		})
	}
}

// TestVerdicts has the published verdicts: causes with the lengths of their
// shortest traces. A check that is not named has no violation, unless the row is
// open: then only the causes that it names are looked for.
func TestVerdicts(t *testing.T) {
	type causes = map[string]map[string]int
	for _, row := range []struct {
		system   string
		requests int
		channel  model.Channel
		open     bool
		want     causes
	}{
		{"V1", 1, sync, false, causes{}},
		{"V1", 2, sync, false, causes{}},
		{"V1", 0, sync, false, causes{}},
		{"V1", 1, fifo1, false, causes{}},
		{"V1", 0, fifo1, false, causes{BoundReached: {"E -> A": 1, "A -> B": 5, "B -> C": 9, "B -> D": 9}}},
		{"V1", 0, fifo2, false, causes{BoundReached: {"E -> A": 2, "A -> B": 8, "B -> C": 14, "B -> D": 14}}},
		{"V2", 1, sync, false, causes{}},
		{"V2", 2, sync, false, causes{}},
		{"V2", 0, sync, false, causes{}},
		{"V2", 1, fifo1, false, causes{}},
		{"V2", 2, fifo1, false, causes{BoundReached: {"E -> A": 1}}},
		{"V2", 2, fifo2, false, causes{}},
		{"V2", 0, fifo1, false, causes{BoundReached: {"E -> A": 1}}},
		{"V2", 0, fifo2, false, causes{BoundReached: {"E -> A": 2}}},
		// The second request overtakes the answer.
		{"V2", 2, mail3, false, causes{
			Deadlock:             {"A@Aw": 10},
			UnspecifiedReception: {"A@Aw: a from E": 4},
		}},
		{"V2", 2, bag3, false, causes{}},
		{"V3-local", 1, sync, true, causes{Deadlock: {"B@Br": 7, "C@C1": 7, "D@D1": 7}}},
		{"V3-local", 1, fifo1, true, causes{
			Deadlock:      {},
			OrphanMessage: {"C -> B: rc": 11, "D -> B: rd": 11, "B -> A: rb": 12},
		}},
		{"V3-T(1)", 1, sync, true, causes{
			Deadlock: {"TA@T1 TB@T1": 7, "B@Br TB@T1": 7, "C@C1": 7, "D@D1": 7},
		}},
		{"V3-T(1)", 1, fifo1, true, causes{
			Deadlock: {},
			OrphanMessage: {
				"TA -> A: stop": 16, "TB -> B: stop": 16, "B -> A: rb": 16, "C -> B: rc": 15, "D -> B: rd": 15,
			},
		}},
		{"V3-verbatim", 1, sync, true, causes{
			// The timer takes A's only start, and has stopped A.
			Deadlock: {"B@Bs C@C1": 5, "B@Bs D@D1": 5},
		}},
		{"V4", 1, fifo1, true, causes{Deadlock: {}, OrphanMessage: {}, UnspecifiedReception: {}}},
		{"V4", 0, fifo2, true, causes{Deadlock: {}, OrphanMessage: {}, UnspecifiedReception: {}}},
		{"V5", 3, sync, true, causes{Deadlock: {"A@Aw B@Bx C@C1 D@D1": 14}}},
		{"V6", 1, sync, false, causes{}},
		{"V6", 1, fifo1, false, causes{
			Deadlock:             {"A@Ac": 10},
			UnspecifiedReception: {"A@Ac: rb from B": 10, "B@B: cancel from A": 10},
			OrphanMessage:        {"A -> B: cancel": 10}, // B is final
			BoundReached:         {"A -> B": 3},
		}},
		// With a rendezvous, what absorbs the crossing messages is not needed.
		{"V6r", 1, sync, false, causes{DeadInteraction: {"7": -1, "9": -1}}},
		{"V6r", 1, fifo1, false, causes{BoundReached: {"A -> B": 3, "B -> A": 11}}},
		{"V6r", 1, fifo2, false, causes{}},
	} {
		t.Run(fmt.Sprintf("%s/%d/%s", row.system, row.requests, row.channel), func(t *testing.T) {
			r := Search(System(row.system, row.requests, row.channel), 10_000)
			require.True(t, r.Complete)
			for _, check := range Checks() {
				want, named := row.want[check]
				if row.open && !named {
					continue
				}
				if want == nil {
					want = map[string]int{}
				}
				assert.Equal(t, want, r.Causes[check], check)
			}
			assert.Equal(t, row.requests == 0, r.NotApplicable[NoTermination], "an endless E is never final")
		})
	}
}

// TestFullQueuesLate has the published lengths of the runs that fill all queues
// between B and its partners.
func TestFullQueuesLate(t *testing.T) {
	r := Search(System("V5", 0, fifo1), 10_000)
	require.True(t, r.Complete)
	for n, c := range r.Configs {
		if len(r.Edges[n]) == 0 {
			assert.Equal(t, 65, r.Distance[n])
			assert.Equal(t, 1, r.Causes[BoundReached]["E -> A"])
			for q, queue := range r.Interpreter.Queues() {
				switch queue.Name {
				case "B -> C", "B -> D", "C -> B", "D -> B":
					assert.Len(t, c.Queues[q], 1, queue.Name)
				}
			}
		}
	}
}
