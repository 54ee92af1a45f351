package replay_test

import (
	"slices"
	"testing"

	"chorcheck/model"
	"chorcheck/verify/replay"

	"github.com/stretchr/testify/assert"
)

// TestEachLimitIsCountedByItself: at the limit of a kind, other kinds still strike, and
// a strike of a kind without a limit counts against that of all.
func TestEachLimitIsCountedByItself(t *testing.T) {
	b := build(fifo2, role("A", "A", "", "A -B!x-> A"), role("B", "B", "", ""), role("C", "C", "", "C -tau-> C"))
	env := environment(-1, fault(model.Loss, 0, 1), fault(model.Crash, 1, -1), fault(model.Crash, 2, -1))
	env.Limits = map[model.FaultKind]int{model.Crash: 1}
	w := walkWith(t, b.Automata, replay.Options{Environment: env}).do("B crashes")
	assert.NotContains(t, w.enabled(), "C crashes", "two faults of one kind share its limit")
	w = walkWith(t, b.Automata, replay.Options{Environment: env}).do("A -> B: x is lost", "A -> B: x is lost", "C crashes")
	assert.Contains(t, w.enabled(), "A -> B: x is lost")
	assert.Equal(t, 0, w.c.Strikes, "only what has a limit is counted")
	assert.Equal(t, 0, w.c.KindStrikes[model.Loss])
	assert.Equal(t, 1, w.c.KindStrikes[model.Crash])
}

// TestCrashesWithAndWithoutRecovery: one line that lets a role recover is enough,
// whichever fault has crashed it.
func TestCrashesWithAndWithoutRecovery(t *testing.T) {
	b := pair(fifo2)
	plain, recovers := fault(model.Crash, 1, -1), fault(model.Crash, 1, -1)
	recovers.Recovers = true
	for _, faults := range [][]model.Fault{{plain, recovers}, {recovers, plain}} {
		w := b.walkIn(t, -1, faults...)
		assert.Equal(t, []string{"A -> B: x", "B crashes", "B crashes"}, w.enabled())
		for i, s := range w.in.Enabled(w.c) {
			if i == 0 {
				continue
			}
			next := *w
			next.follow(s, next.in.Apply(next.c, s))
			next.c = next.in.Apply(next.c, s)
			assert.Equal(t, []string{"A -> B: x, which reaches nobody", "B recovers"}, next.enabled())
			next.do("B recovers")
			assert.Equal(t, []string{"A", "B"}, next.states())
		}
	}
	w := b.walkIn(t, -1, plain).do("B crashes")
	assert.NotContains(t, w.enabled(), "B recovers")
	other := fault(model.Crash, 0, -1)
	other.Recovers = true
	w = b.walkIn(t, -1, plain, other).do("B crashes")
	assert.NotContains(t, w.enabled(), "B recovers", "another role recovers")
}

// TestASilencedRoleDoesNotRecover, nor is it noticed, where it could crash as well.
func TestASilencedRoleDoesNotRecover(t *testing.T) {
	b := build(fifo1, role("A", "A", "", "A -tau-> A"), role("B", "B", "B", "B -tau-> B"))
	b.at(0, 0).Kind, b.at(0, 0).Peer = model.CrashRaise, 1
	crash := fault(model.Crash, 1, -1)
	crash.Recovers = true
	w := b.walkIn(t, -1, crash, fault(model.Silence, 1, -1)).do("B falls silent")
	assert.Empty(t, w.enabled())
}

// TestNoticingBeginsAnewWithRecovery: everybody notices the next crash, and who has
// recovered has noticed none.
func TestNoticingBeginsAnewWithRecovery(t *testing.T) {
	b := build(fifo1, role("A", "A", "", "A -tau-> A"), role("B", "B", "", "B -tau-> B"))
	var faults []model.Fault
	for r := range 2 {
		b.at(r, 0).Kind, b.at(r, 0).Peer = model.CrashRaise, model.RoleID(1-r)
		f := fault(model.Crash, model.RoleID(r), -1)
		f.Recovers = true
		faults = append(faults, f)
	}
	const notices = "A notices the crash of B"
	w := b.walkIn(t, -1, faults...).do("B crashes", notices)
	assert.NotContains(t, w.enabled(), notices)
	w.do("A crashes", "A recovers")
	assert.Contains(t, w.enabled(), notices, "A has forgotten that it had noticed")
	w.do(notices, "B recovers")
	assert.NotContains(t, w.enabled(), notices)
	w.do("B crashes")
	assert.Contains(t, w.enabled(), notices, "another crash")
}

// TestARecoveryIsNotCounted: it is a step, possible when no fault is any more.
func TestARecoveryIsNotCounted(t *testing.T) {
	crash := fault(model.Crash, 0, -1)
	crash.Recovers = true
	w := pair(fifo1).walkIn(t, 1, crash).do("A crashes")
	assert.Equal(t, 1, w.c.Strikes)
	assert.False(t, w.in.Terminal(w.c))
	w.do("A recovers")
	assert.Equal(t, 1, w.c.Strikes)
	assert.Equal(t, []string{"A -> B: x"}, w.enabled())
}

// TestCrashesAreNoticedOnSync: no message waits there, so nothing is taken before.
func TestCrashesAreNoticedOnSync(t *testing.T) {
	b := pair(sync)
	b.Machines[1].Transitions = append(b.Machines[1].Transitions, *b.at(1, 1))
	*b.at(1, 1) = *b.at(1, 0)
	b.at(1, 1).Kind, b.at(1, 1).Peer = model.CrashRaise, 0
	w := b.walkIn(t, -1, fault(model.Crash, 0, -1))
	assert.Equal(t, []string{"A -> B: x", "A crashes"}, w.enabled())
	w.do("A crashes")
	assert.Equal(t, []string{"B notices the crash of A"}, w.enabled())
}

// TestACrashIsNoticedBehindWhatCannotBeTaken: only a message that could be taken, by a
// receive or an ignore, comes first.
func TestACrashIsNoticedBehindWhatCannotBeTaken(t *testing.T) {
	text := "B -A?x-> B ; B -A?z-> B ; B -tau-> B1"
	for label, first := range map[string]string{"x": "B <- A: x", "z": "B ignores z from A", "y": "B notices the crash of A"} {
		b := build(fifo1, role("A", "A", "", "A -B!"+label+"-> A1"), role("B", "B", "", text))
		b.at(1, 1).Kind = model.Ignore
		b.at(1, 2).Kind, b.at(1, 2).Peer = model.CrashRaise, 0
		w := b.walkIn(t, -1, fault(model.Crash, 0, -1)).do("A -> B: "+label, "A crashes")
		assert.Equal(t, []string{first}, w.enabled())
	}
}

// TestOthersMessagesDoNotKeepACrashUnnoticed: only what the crashed role has sent is
// taken first.
func TestOthersMessagesDoNotKeepACrashUnnoticed(t *testing.T) {
	b := build(fifo1, role("A", "A", "", ""), role("B", "B", "", "B -C?x-> B ; B -tau-> B1"), role("C", "C", "", "C -B!x-> C1"))
	b.at(1, 1).Kind, b.at(1, 1).Peer = model.CrashRaise, 0
	w := b.walkIn(t, -1, fault(model.Crash, 0, -1)).do("C -> B: x", "A crashes")
	assert.Equal(t, []string{"B <- C: x", "B notices the crash of A"}, w.enabled())
}

// TestEachFaultHoldsItsLinkDown: a link is up when no fault holds it down, and a fault
// whose link is down does not strike it again.
func TestEachFaultHoldsItsLinkDown(t *testing.T) {
	b := build(fifo1, role("A", "A", "", "A -B!x-> A"), role("B", "B", "", "B -A?x-> B"), role("C", "C", "", ""))
	parts := fault(model.Partition, -1, -1)
	parts.Groups = [][]model.RoleID{{0}, {1, 2}}
	const (
		down, up     = "the link A -- B goes down", "the link A -- B comes back"
		apart, again = "the links between A and B, C go down", "the links between A and B, C come back"
		vanishes     = "A -> B: x, which reaches nobody"
	)
	w := b.walkIn(t, -1, fault(model.Disconnect, 0, 1), parts).do(apart)
	assert.Equal(t, []string{vanishes, down, again}, w.enabled(), "the partition does not strike again, the disconnection does")
	w.do(down)
	assert.Equal(t, []string{vanishes, up, again}, w.enabled())
	w.do(again)
	assert.Equal(t, []string{vanishes, apart, up}, w.enabled(), "still held down")
	w.do(up)
	assert.Equal(t, []string{"A -> B: x", down, apart}, w.enabled())

	// Two faults for one link: each has its own state.
	w = b.walkIn(t, -1, fault(model.Disconnect, 0, 1), fault(model.Disconnect, 1, 0)).do(down)
	assert.Equal(t, []string{vanishes, "the link B -- A goes down", up}, w.enabled())
	w.do("the link B -- A goes down", up)
	assert.Contains(t, w.enabled(), vanishes)
}

// TestALinkThatComesBackIsNoStepAndNotCounted.
func TestALinkThatComesBackIsNoStepAndNotCounted(t *testing.T) {
	w := pair(fifo1).walkIn(t, 1, fault(model.Disconnect, 0, 1))
	w.do("the link A -- B goes down", "A -> B: x, which reaches nobody", "A -> B: y, which reaches nobody")
	assert.Equal(t, []string{"the link A -- B comes back"}, w.enabled(), "at the limit")
	assert.True(t, w.in.Terminal(w.c))
	w.do("the link A -- B comes back")
	assert.Equal(t, 1, w.c.Strikes)
	assert.Empty(t, w.enabled())
}

// TestSendsOverALinkThatIsDownNeedNoRoom.
func TestSendsOverALinkThatIsDownNeedNoRoom(t *testing.T) {
	w := build(fifo1, role("A", "A", "", "A -B!x-> A"), role("B", "B", "", "B -A?x-> B")).
		walkIn(t, -1, fault(model.Disconnect, 0, 1)).do("A -> B: x")
	assert.Len(t, w.in.FullQueues(w.c), 1)
	w.do("the link A -- B goes down", "A -> B: x, which reaches nobody")
	assert.Empty(t, w.in.FullQueues(w.c))
	assert.Equal(t, 1, messages(w.c), "what is in queues stays")
}

// TestDuringAsksLiveRoles: a role that is gone is in no scope, and a link needs one
// role that is.
func TestDuringAsksLiveRoles(t *testing.T) {
	b := build(fifo2, role("A", "A", "", "A -tau-> A"), role("B", "B", "", "B -A?x-> B"))
	s := b.scope("s", 0, model.Scope{})
	for r := range 2 {
		b.Machines[r].States[0].In = []model.PositionID{b.in(s, 0)}
	}
	stray, link := fault(model.Stray, 0, 1), fault(model.Disconnect, 0, 1)
	stray.During, link.During = []model.ScopeID{s}, []model.ScopeID{s}
	w := b.walkIn(t, -1, stray, link, fault(model.Crash, 0, -1), fault(model.Silence, 1, -1))
	const arrives, down = "a stray x from A arrives in the queue to B", "the link A -- B goes down"
	assert.Subset(t, w.enabled(), []string{arrives, down})
	w.do("A crashes")
	assert.NotContains(t, w.enabled(), arrives)
	assert.Contains(t, w.enabled(), down)
	w.do("B falls silent")
	assert.Empty(t, w.enabled())
}

// TestStrayMessagesComeFromAnybody: their sender may be crashed, silenced or failed.
func TestStrayMessagesComeFromAnybody(t *testing.T) {
	const arrives = "a stray x from A arrives in the queue to B"
	for _, first := range []string{"A crashes", "A falls silent", "A: " + tau + " !"} {
		b := build(fifo1, role("A", "A", "", "A -tau-> A"), role("B", "B", "", "B -A?x-> B"))
		b.at(0, 0).Guard = divZero()
		w := b.walkIn(t, -1, fault(model.Stray, 0, 1), fault(model.Crash, 0, -1), fault(model.Silence, 0, -1)).do(first, arrives)
		w.do("B <- A: x")
		assert.Equal(t, "B", w.states()[1])
		assert.False(t, w.in.Live(w.c, 0))
	}
}

// TestStrayMessagesForARoleThatIsGone: the fault strikes all the same, and the message
// vanishes, on sync as well; a crashed role's queue may be kept, and then it is filled.
func TestStrayMessagesForARoleThatIsGone(t *testing.T) {
	const vanishes = "a stray x from A to B reaches nobody"
	for _, channel := range []model.Channel{fifo1, mail2, bag2, sync} {
		b := pair(channel)
		faults := []model.Fault{fault(model.Stray, 0, 1), fault(model.Crash, 1, -1), fault(model.Silence, 1, -1)}
		for _, keep := range []bool{false, true} {
			env := environment(2, faults...)
			w := walkWith(t, b.Automata, replay.Options{Environment: env, KeepCrashed: keep}).do("B falls silent", vanishes)
			assert.Zero(t, messages(w.c))
			assert.Equal(t, 2, w.c.Strikes)
			w = walkWith(t, b.Automata, replay.Options{Environment: env, KeepCrashed: keep}).do("B crashes")
			if keep && channel != sync {
				w.via(0)
				arrives := slices.DeleteFunc(w.enabled(), func(s string) bool { return s == "A -> B: x" })
				w.do(arrives[0])
				assert.Equal(t, 1, messages(w.c))
				continue
			}
			w.do(vanishes)
			assert.Zero(t, messages(w.c))
		}
	}
	// A failed role is not gone: what comes to it stays.
	b := build(fifo1, role("A", "A", "", ""), role("B", "B", "", "B -tau-> B1 ; B1 -A?x-> B1"))
	b.at(1, 0).Guard = divZero()
	w := b.walkIn(t, -1, fault(model.Stray, 0, 1)).do("B: "+tau+" !", "a stray x from A arrives in the queue to B")
	assert.Equal(t, 1, messages(w.c))
	assert.Empty(t, w.enabled(), "there is no room for another one")
}

// TestAStrayMessageOnSyncNeedsAReceive, whatever the sender does.
func TestAStrayMessageOnSyncNeedsAReceive(t *testing.T) {
	stray := fault(model.Stray, 0, 1)
	b := pair(sync)
	w := b.walkIn(t, -1, stray, fault(model.Crash, 0, -1)).do("A crashes", "a stray x from A reaches B")
	assert.Equal(t, []string{"crashed", "B1"}, w.states())
	assert.Empty(t, w.enabled(), "B does not expect x here")
}

// TestRaisesOfTheEnvironmentAreFaults: they need their line, and count.
func TestRaisesOfTheEnvironmentAreFaults(t *testing.T) {
	b := build(fifo1, role("A", "A", "", "A -tau-> A"), role("B", "B", "", "B -tau-> B"))
	b.handlers(0, "E", "F")
	for r := range 2 {
		b.at(r, 0).Kind, b.at(r, 0).To = model.EndRaise, model.Failed
	}
	raise := fault(model.RaiseFault, 1, -1)
	w := b.walkIn(t, 1, raise)
	assert.Equal(t, []string{"an end-point exception E strikes B, and nobody handles it"}, w.enabled(), "at its role only")
	raise.Exception = 1
	assert.Empty(t, b.walkIn(t, 1, raise).enabled(), "of its exception only")
	raise.Exception = 0
	assert.Empty(t, b.walkIn(t, 0, raise).enabled())
	assert.True(t, w.in.Terminal(w.c))
}
