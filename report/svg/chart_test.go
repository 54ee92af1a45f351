package svg

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chorcheck/lang"
	"chorcheck/lang/source"
	"chorcheck/model"
	"chorcheck/verify"
)

// found is one finding with its network.
type found struct {
	network Network
	finding verify.Finding
	env     string
	check   string
}

func (f found) chart(t *testing.T) Chart {
	t.Helper()
	c, ok := FromFinding(f.network, f.finding)
	require.True(t, ok)
	return c
}

// findings verifies a text and gives all findings that have a run.
func findings(t *testing.T, name, text string, opt verify.Options) []found {
	t.Helper()
	u := lang.Load(source.New(name, text), lang.Options{})
	require.False(t, u.Rejected(), "%s: %v", name, u.Diagnostics)
	opt.Environments, opt.MaxStates = u.Environments, 100_000
	r, err := verify.Verify(context.Background(), u.Automata, opt)
	require.NoError(t, err)
	at := func(o model.Origin) string {
		span, ok := u.Place(o)
		if !ok {
			return ""
		}
		return fmt.Sprintf("%s:%d", filepath.Base(name), u.File.Position(span.Start).Line)
	}
	var list []found
	for _, e := range r.Environments {
		for _, c := range e.Checks {
			for _, f := range c.Findings {
				if f.Final != nil {
					n := Network{Automata: u.Automata, KeepCrashed: opt.KeepCrashed, Title: c.Check.ID + " in " + e.Environment.Name, At: at}
					list = append(list, found{n, f, e.Environment.Name, c.Check.ID})
				}
			}
		}
	}
	return list
}

// spec verifies one of the choreographies that we ship.
func spec(t *testing.T, path string) []found {
	t.Helper()
	path = filepath.Join("../../specs", path)
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	return findings(t, path, string(text), verify.Options{})
}

// pick is the first finding of a check in an environment.
func pick(t *testing.T, list []found, env, check string) found {
	t.Helper()
	i := slices.IndexFunc(list, func(f found) bool { return f.env == env && f.check == check })
	require.GreaterOrEqual(t, i, 0, "no %s in %s", check, env)
	return list[i]
}

// waitingArrows are the messages that wait at the end, by queue, in the words of a
// configuration. The order in a queue is that of the sends, but for messages that overtake
// others, so that it is sorted away.
func waitingArrows(n Network, c Chart) map[string][]string {
	out := map[string][]string{}
	for _, a := range c.Arrows {
		if a.Fate != Queued {
			continue
		}
		from, to := c.Lanes[a.From].Name, c.Lanes[a.To].Name
		channel, own := n.Automata.Channels.Pairs[model.Pair{From: model.RoleID(a.From), To: model.RoleID(a.To)}]
		if !own {
			channel = n.Automata.Channels.Default
		}
		queue, text := from+" -> "+to, a.Text
		if a.Stray {
			text = "stray " + text
		}
		if !own && channel.Discipline != model.FIFO {
			queue = fmt.Sprintf("%s of %s", channel.Discipline, to)
			text += " from " + from
		}
		out[queue] = append(out[queue], text)
	}
	for _, list := range out {
		slices.Sort(list)
	}
	return out
}

// TestWhatWaitsAtTheEnd: after going along a run, the messages that are in no one's
// hands are those of the last configuration, in all that we ship.
func TestWhatWaitsAtTheEnd(t *testing.T) {
	names, err := filepath.Glob("../../specs/failures/*.chor")
	require.NoError(t, err)
	more, err := filepath.Glob("../../specs/*.chor")
	require.NoError(t, err)
	runs, messages := 0, 0
	for _, name := range slices.Concat(names, more) {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		for _, keep := range []bool{false, true} {
			for _, f := range findings(t, name, string(text), verify.Options{KeepCrashed: keep}) {
				want := map[string][]string{}
				for _, q := range f.finding.Final.Queues {
					want[q.Name] = slices.Sorted(slices.Values(q.Messages))
					messages += len(q.Messages)
				}
				c := f.chart(t)
				assert.Equal(t, want, waitingArrows(f.network, c), "%s in %s of %s", f.check, f.env, name)
				consistent(t, c)
				if !keep {
					picture := draw(t, c, Options{})
					wellFormed(t, picture)
					inside(t, picture)
					picture = drawWaits(t, c)
					wellFormed(t, picture)
					inside(t, picture)
				}
				runs++
			}
		}
	}
	assert.Greater(t, runs, 100)
	assert.Greater(t, messages, 50)
}

// consistent asserts what a picture relies on.
func consistent(t *testing.T, c Chart) {
	t.Helper()
	n := len(c.Steps)
	for _, a := range c.Arrows {
		assert.True(t, a.Sent >= 0 && a.Sent < n && (a.Until >= a.Sent) == (a.Fate != Queued) && a.Until < n, "%+v", a)
	}
	for i, f := range c.Frames {
		assert.True(t, f.From < f.To && f.To <= n, "%+v", f)
		for _, g := range c.Frames[:i] {
			overlap := f.Lane == g.Lane && f.Depth == g.Depth && f.From < g.To && g.From < f.To
			assert.False(t, overlap, "%+v and %+v", f, g)
		}
	}
	for _, x := range c.Timers {
		assert.True(t, x.From < x.To && x.To <= n && (x.To == n) == (x.End == Armed), "%+v", x)
	}
	for _, g := range c.Gaps {
		assert.True(t, g.From < g.To && g.To <= n, "%+v", g)
	}
	assert.Len(t, c.Ends, len(c.Lanes))
	if len(c.Steps) > 0 {
		told := map[int]bool{}
		for _, m := range c.Marks {
			told[m.Step] = true
		}
		for _, a := range c.Arrows {
			told[a.Sent], told[a.Until] = true, true
		}
		for i := range c.Steps {
			assert.True(t, told[i], "nothing is shown of step %d: %s", i+1, c.Steps[i].Text)
		}
	}
}

const faulty = `choreography Faulty
role A, B
channels CHANNEL
environment e { FAULT; at most 1 }
A -> B: one
A -> B: two
B -> A: three
`

// TestFates: what becomes of messages under faults.
func TestFates(t *testing.T) {
	for _, test := range []struct {
		fault, channel, check string
		want                  Arrow
	}{
		{"loss A -> B", "fifo 2", "deadlock", Arrow{From: 0, To: 1, Fate: Lost, Text: "one"}},
		{"loss A -> B", "sync", "deadlock", Arrow{From: 0, To: 1, Fate: Lost, Text: "one"}},
		{"crash B", "fifo 2", "deadlock", Arrow{From: 0, To: 1, Fate: Emptied, Sent: 1, Until: 2, Text: "two"}},
		{"disconnect A -- B", "fifo 2", "deadlock", Arrow{From: 0, To: 1, Fate: Nowhere, Sent: 1, Until: 1, Text: "one"}},
		{"stray four from A to B", "fifo 2", "deadlock", Arrow{From: 0, To: 1, Fate: Queued, Until: -1, Text: "four", Stray: true}},
		{"duplicate A -> B", "fifo 2", "deadlock", Arrow{From: 0, To: 1, Fate: Received, Until: 1, Text: "one", Doubled: true}},
		{"reorder A -> B", "fifo 2", "deadlock", Arrow{From: 0, To: 1, Fate: Queued, Sent: 1, Until: -1, Text: "two", Overtakes: 1}},
		{"reorder A -> B", "mailbox 2", "deadlock", Arrow{From: 0, To: 1, Fate: Queued, Sent: 1, Until: -1, Text: "two", Overtakes: 1}},
	} {
		text := strings.ReplaceAll(strings.ReplaceAll(faulty, "CHANNEL", test.channel), "FAULT", test.fault)
		f := pick(t, findings(t, "faulty.chor", text, verify.Options{}), "e", test.check)
		assert.Contains(t, f.chart(t).Arrows, test.want, "%s on %s", test.fault, test.channel)
	}
}

// TestCrashEmptiesQueues, unless they are kept.
func TestCrashEmptiesQueues(t *testing.T) {
	a, _ := hand()
	steps := []verify.Step{
		{Action: "A -> B: m", Kind: "send", Role: 0, Peer: 1, PeerTrans: -1, Message: "m"},
		{Action: "B crashes", Kind: "fault", Fault: "crash", Role: 1, Transition: -1, Peer: -1, PeerTrans: -1},
	}
	final := &verify.Configuration{}
	c, ok := FromFinding(Network{Automata: a}, verify.Finding{Trace: steps, Final: final})
	require.True(t, ok)
	assert.Equal(t, []Arrow{{From: 0, To: 1, Sent: 0, Until: 1, Text: "m", Fate: Emptied}}, c.Arrows)
	assert.Equal(t, []Gap{{1, 1, 2}}, c.Gaps)
	c, _ = FromFinding(Network{Automata: a, KeepCrashed: true}, verify.Finding{Trace: steps, Final: final})
	assert.Equal(t, Queued, c.Arrows[0].Fate)
	steps[1].Fault = "silence"
	c, _ = FromFinding(Network{Automata: a, KeepCrashed: true}, verify.Finding{Trace: steps, Final: final})
	assert.Equal(t, Emptied, c.Arrows[0].Fate)
}

// TestBagsGiveTheOldestOfItsKind: in a fifo the receive takes the head, whatever it is.
func TestBagsGiveTheOldestOfItsKind(t *testing.T) {
	a, _ := hand()
	send := func(m string) verify.Step {
		return verify.Step{Kind: "send", Role: 0, Peer: 1, PeerTrans: -1, Message: m}
	}
	take := func(m string) verify.Step {
		return verify.Step{Kind: "receive", Role: 1, Transition: 0, Peer: 0, PeerTrans: -1, Message: m}
	}
	f := verify.Finding{Trace: []verify.Step{send("x"), send("m"), send("m"), take("m")}, Final: &verify.Configuration{}}
	taken := func() int {
		c, _ := FromFinding(Network{Automata: a}, f)
		return slices.IndexFunc(c.Arrows, func(a Arrow) bool { return a.Fate == Received })
	}
	a.Channels.Default = model.Channel{Discipline: model.Bag, Capacity: 4}
	assert.Equal(t, 1, taken())
	a.Channels.Default.Discipline = model.FIFO
	assert.Equal(t, 0, taken())
}

// TestOvertaking: the message gets in front of as many as the step says; in a mailbox, they
// may be those of others.
func TestOvertaking(t *testing.T) {
	a, _ := hand()
	send := func(from model.RoleID, m string, overtakes int) verify.Step {
		s := verify.Step{Kind: "send", Role: from, Peer: 1, PeerTrans: -1, Message: m, Overtakes: overtakes}
		if overtakes > 0 {
			s.Kind, s.Fault = "fault", "reorder"
		}
		return s
	}
	take := verify.Step{Kind: "receive", Role: 1, Transition: 0, Peer: 0, PeerTrans: -1, Message: "m"}
	f := verify.Finding{Trace: []verify.Step{send(0, "m", 0), send(2, "m", 0), send(0, "m", 1), take}, Final: &verify.Configuration{}}
	taken := func() int {
		c, _ := FromFinding(Network{Automata: a}, f)
		return slices.IndexFunc(c.Arrows, func(a Arrow) bool { return a.Fate == Received })
	}
	assert.Equal(t, 2, taken(), "there are two queues")
	a.Channels.Default.Discipline = model.Mailbox
	assert.Equal(t, 0, taken(), "the third message stands before the second one")
	a.Channels.Pairs = map[model.Pair]model.Channel{{From: 0, To: 1}: {Discipline: model.FIFO, Capacity: 4}}
	assert.Equal(t, 2, taken(), "the pair has a queue of its own")
}

// TestNoRun: dead-handler has none.
func TestNoRun(t *testing.T) {
	a, _ := hand()
	_, ok := FromFinding(Network{Automata: a}, verify.Finding{Message: "handler h is never entered"})
	assert.False(t, ok)
}

// TestAnyStepsAreDrawn: steps that were put together by hand may be nonsense.
func TestAnyStepsAreDrawn(t *testing.T) {
	a, _ := hand()
	var steps []verify.Step
	for _, kind := range []string{"send", "receive", "ignore", "discard", "rendezvous", "internal", "timeout", "raise", "crash-noticed", "recovery", "link-up", "fault", ""} {
		for _, fault := range []string{"", "crash", "silence", "loss", "duplicate", "reorder", "partition", "raise", "stray"} {
			for _, r := range []model.RoleID{-1, 0, 7} {
				steps = append(steps, verify.Step{Kind: kind, Fault: fault, Role: r, Transition: int(r), Peer: 1 - r, PeerTrans: -1, Overtakes: 9})
			}
		}
	}
	f := verify.Finding{Trace: steps, Final: &verify.Configuration{}, Untold: []model.RoleID{-1, 9}}
	for _, automata := range []*model.Automata{a, {Roles: a.Roles}, {}} {
		c, ok := FromFinding(Network{Automata: automata}, f)
		require.True(t, ok)
		for _, full := range []bool{false, true} {
			wellFormed(t, draw(t, c, Options{Full: full}))
		}
		wellFormed(t, drawWaits(t, c))
	}
}

// TestTimers: an explicit one that is set and stays armed, and one of `within` that is armed
// while its role waits.
func TestTimers(t *testing.T) {
	c := pick(t, spec(t, "failures/timer-leak.fsa"), "calm", "timer-leak").chart(t)
	assert.Equal(t, []Timer{{Lane: 0, Name: "patience", From: 3, To: len(c.Steps)}}, c.Timers)
	c = pick(t, spec(t, "failures/retry-stale.chor"), "calm", "stale-reception").chart(t)
	assert.Equal(t, []Timer{{Lane: 0, Name: "slow", From: 0, To: 1, End: Fired}, {Lane: 0, Name: "slow", From: 6, To: 7, End: Cancelled}}, c.Timers)
	c = pick(t, spec(t, "failures/order-naive.chor"), "breaking", "uncaught-exception").chart(t)
	assert.Equal(t, []TimerEnd{Stopped}, []TimerEnd{c.Timers[0].End})
}

// TestFrames: a role leaves the body for the handler, and inner scopes stand in outer ones.
func TestFrames(t *testing.T) {
	c := pick(t, spec(t, "failures/saga-after.chor"), "calm", "deadlock").chart(t)
	var trip []Frame
	for _, f := range c.Frames {
		if c.Lanes[f.Lane].Name == "Trip" {
			trip = append(trip, f)
		}
	}
	assert.Equal(t, []Frame{
		{Lane: 1, From: 2, To: 3, Label: "flight", Name: "flight"},
		{Lane: 1, From: 3, To: 11, Label: "on noFlight", Name: "flight, on noFlight at Trip", Handler: true},
	}, trip)

	// What stops a role happens inside the frame.
	runs := 0
	for _, f := range spec(t, "failures/order-naive.chor") {
		c := f.chart(t)
		for _, g := range c.Gaps {
			inside := slices.ContainsFunc(c.Frames, func(f Frame) bool { return f.Lane == g.Lane && f.From < g.From && f.To > g.From })
			outside := slices.ContainsFunc(c.Frames, func(f Frame) bool { return f.Lane == g.Lane && f.From < g.From && f.To == g.From })
			assert.False(t, outside)
			if inside {
				runs++
			}
		}
	}
	assert.Positive(t, runs)

	depths := map[int]bool{}
	for _, f := range spec(t, "note/v3-t.chor") {
		c := f.chart(t)
		consistent(t, c)
		for _, f := range c.Frames {
			depths[f.Depth] = true
		}
	}
	assert.Equal(t, map[int]bool{0: true, 1: true}, depths)
}

// TestRecovery: the lane is empty from the crash to the recovery.
func TestRecovery(t *testing.T) {
	c := pick(t, spec(t, "failures/recovery.chor"), "restarting", "deadlock").chart(t)
	assert.Equal(t, []Gap{{Lane: 1, From: 2, To: 3}}, c.Gaps)
	assert.Equal(t, Blocked, c.Ends[0].Status)
	assert.Equal(t, Done, c.Ends[1].Status)
}

// TestFailures take the place of what the role has tried to do.
func TestFailures(t *testing.T) {
	c := pick(t, spec(t, "failures/at-least-once.chor"), "redelivering", "out-of-range").chart(t)
	assert.Contains(t, c.Marks, Mark{Kind: Fail, Step: 11, Lane: 1, Text: "done = 3, fails"})
	assert.Equal(t, []Gap{{Lane: 1, From: 11, To: 12}}, c.Gaps)
	assert.Equal(t, Failed, c.Ends[1].Status)
}
