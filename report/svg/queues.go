package svg

import (
	"slices"

	"chorcheck/model"
	"chorcheck/verify"
)

// queues follows what is in the queues along a run, by the rules of docs/semantics.md:
// a send, a duplicate and a stray message are put at the end, a reordered message before
// as many as it overtakes. A fifo or mailbox queue gives its oldest message; a bag gives
// the oldest one that has the same sender and the same words.
type queues struct {
	channels model.Channels
	content  map[model.Pair][]waiting // by queue: a shared one stands at {-1, receiver}
}

// waiting is a message in a queue.
type waiting struct {
	from  model.RoleID
	text  string
	arrow int // in Chart.Arrows
}

// of is the queue of a pair of roles, and whether it is a bag.
func (q *queues) of(from, to model.RoleID) (key model.Pair, bag bool) {
	key = model.Pair{From: from, To: to}
	channel, own := q.channels.Pairs[key]
	if !own {
		channel = q.channels.Default
		if channel.Discipline != model.FIFO {
			key.From = -1
		}
	}
	return key, channel.Discipline == model.Bag
}

// put adds a message, in front of the last ones of the queue if it overtakes some.
func (q *queues) put(to model.RoleID, m waiting, overtakes int) {
	key, _ := q.of(m.from, to)
	content := q.content[key]
	q.content[key] = slices.Insert(content, max(0, len(content)-overtakes), m)
}

// take removes the message that a receive takes; found is false if there is none.
func (q *queues) take(from, to model.RoleID, text string) (m waiting, found bool) {
	key, bag := q.of(from, to)
	at := slices.IndexFunc(q.content[key], func(m waiting) bool { return !bag || m.from == from && m.text == text })
	if at < 0 {
		return waiting{}, false
	}
	m = q.content[key][at]
	q.content[key] = slices.Delete(q.content[key], at, at+1)
	return m, true
}

// exchange adds the arrow of a message, or says what becomes of one that is under way.
func (b *builder) exchange(i int, s verify.Step) {
	if !b.valid(s.Role) || !b.valid(s.Peer) {
		b.mark(Act, i, s.Role, s.Action)
		return
	}
	if s.Kind == "send" && s.Fails {
		return // nothing is sent; move marks the failure
	}
	switch s.Kind {
	case "receive", "ignore", "discard":
		b.taken(i, s)
		return
	}
	a := Arrow{
		From: int(s.Role), To: int(s.Peer), Sent: i, Until: -1, Text: s.Message,
		Stray: s.Fault == "stray", Doubled: s.Fault == "duplicate", Overtakes: s.Overtakes,
	}
	switch {
	case s.Fault == "loss":
		a.Fate, a.Until = Lost, i
	case s.Vanishes:
		a.Fate, a.Until = Nowhere, i
	case s.Kind == "rendezvous" || s.PeerTrans >= 0:
		a.Fate, a.Until, a.Sync = Received, i, true
		if t := b.transition(s.Peer, s.PeerTrans); s.Late {
			a.Fate = Late
		} else if t != nil && t.Kind == model.Ignore {
			a.Fate = Ignored
		} else if s.Stale {
			a.Fate = Stale
		}
	}
	b.send(a)
	if s.Fault == "duplicate" {
		a.Doubled, a.Copy = false, true
		b.send(a)
	}
}

func (b *builder) send(a Arrow) {
	if a.Fate == Queued {
		b.queues.put(model.RoleID(a.To), waiting{model.RoleID(a.From), a.Text, len(b.chart.Arrows)}, a.Overtakes)
	}
	b.chart.Arrows = append(b.chart.Arrows, a)
}

// taken ends the arrow of the message that a step takes from a queue.
func (b *builder) taken(i int, s verify.Step) {
	m, found := b.queues.take(s.Peer, s.Role, s.Message)
	if !found {
		// No run of the semantics comes here; one that was put together by hand may.
		m.arrow = len(b.chart.Arrows)
		b.chart.Arrows = append(b.chart.Arrows, Arrow{From: int(s.Peer), To: int(s.Role), Sent: -1, Text: s.Message})
	}
	a := &b.chart.Arrows[m.arrow]
	a.Until = i
	switch {
	case s.Kind == "discard":
		a.Fate = Late
	case s.Kind == "ignore":
		a.Fate = Ignored
	case s.Stale:
		a.Fate = Stale
	default:
		a.Fate = Received
	}
}

// empty ends the arrows of what is in the queues to a role that stops.
func (b *builder) empty(i int, to model.RoleID) {
	for key, content := range b.queues.content {
		if key.To != to {
			continue
		}
		for _, m := range content {
			b.chart.Arrows[m.arrow].Fate, b.chart.Arrows[m.arrow].Until = Emptied, i
		}
		delete(b.queues.content, key)
	}
}
