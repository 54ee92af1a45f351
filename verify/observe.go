package verify

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"maps"
	"math/bits"
	"slices"
	"strings"

	"chorcheck/explore"
	"chorcheck/lts"
	"chorcheck/model"
)

// exhibit is the best evidence for one cause of a violation: a configuration at
// the least distance from the initial one, of those the least; for violations by a
// step also that step.
type exhibit struct {
	check  string
	cause  string
	depth  int
	state  lts.State
	action lts.Action
	acts   bool          // action is set: it is the evidence
	role   model.RoleID  // whom it is about, where that is one role
	info   []int         // numbers that the explanation needs, by check
	run    *lts.Trace    // a run that leads there; nil: the shortest one of all
	visit  explore.Visit // of a sample: when it was there
	path   *lts.Trace    // of a search that is not breadth-first: how it came there
	shared string        // the cause by places of the text: of all exhibits that are one finding
	others []*exhibit    // handler-agreement, unguarded-wait: further exhibits of the cause
}

func (e *exhibit) before(o *exhibit) bool {
	if e.depth != o.depth {
		return e.depth < o.depth
	}
	if c := e.state.Compare(o.state); c != 0 {
		return c < 0
	}
	if e.acts && e.action != o.action {
		return e.action < o.action
	}
	return e.visit.Before(o.visit)
}

// evidence keeps the best exhibit of each cause, by check.
type evidence map[string]map[string]*exhibit

func (ev evidence) add(e *exhibit) {
	byCause := ev[e.check]
	if byCause == nil {
		byCause = map[string]*exhibit{}
		ev[e.check] = byCause
	}
	if best := byCause[e.cause]; best == nil || e.before(best) {
		e.state = e.state.Clone()
		byCause[e.cause] = e
	}
}

// causes lists the exhibits of a check, shortest traces first.
func (ev evidence) causes(check string) []*exhibit {
	return slices.SortedFunc(maps.Values(ev[check]), func(x, y *exhibit) int {
		return cmp.Or(cmp.Compare(x.depth, y.depth), strings.Compare(x.cause, y.cause))
	})
}

// observer collects, during the search, evidence that one configuration gives.
// Each worker has its own.
type observer struct {
	net       *model.Network
	on        map[string]bool
	blocked   lts.Marks // the marks of blocked sends
	shared    bool      // several queues share such a mark
	waits     [][]bool  // by role and local state: it may wait unguarded
	scopes    []model.ScopeID
	explicit  []model.TimerID
	actionsOf lts.Marks // the marks because of which steps are looked at one by one
	interest  lts.Marks // all marks because of which a configuration is looked at
	workers   []*workerEvidence
}

type workerEvidence struct {
	evidence
	steps    *lts.Steps
	visit    explore.Visit // of a sample: what is being observed
	confused int           // the least depth of a configuration where numbers did not fit; -1
	open     []bool        // by role: it is not final in some terminal configuration
	// stuck has the best exhibit of each deadlock by the local states of the roles,
	// four bytes each: there are many terminal configurations, and words are slow.
	stuck map[string]*exhibit
	key   []byte
	// known has, for causes that many configurations have, the depth from which on
	// they are no news; blockedAt the same for the marks of blocked sends.
	known     map[knownCause]int
	blockedAt [64]int
}

func (w *workerEvidence) add(e *exhibit) {
	e.visit = w.visit
	w.evidence.add(e)
}

// knownCause is a cause in numbers, which are cheaper to compare than words.
type knownCause struct {
	check   string
	a, b, c int
}

const maxWorkers = 1024

func newObserver(net *model.Network, on map[string]bool) *observer {
	a := net.Automata()
	o := &observer{net: net, on: on, workers: make([]*workerEvidence, maxWorkers)}
	for q := range net.Queues() {
		o.blocked |= model.MarkBlocked(q)
	}
	o.shared = bits.OnesCount64(uint64(o.blocked)) < net.Queues()
	for _, x := range []struct {
		check string
		mark  lts.Marks
	}{
		{"out-of-range", model.MarkFails},
		{"uncaught-exception", model.MarkUncaught},
		{"stale-reception", model.MarkStale},
		{"timer-leak", model.MarkLeak},
	} {
		if on[x.check] {
			o.actionsOf |= x.mark
		}
	}
	for _, m := range a.Machines {
		mayWait := make([]bool, len(m.States))
		for s, state := range m.States {
			mayWait[s] = !state.Final
		}
		for _, t := range m.Transitions {
			switch t.Kind {
			case model.Send, model.Internal, model.Raise:
				mayWait[t.From] = false
			}
		}
		o.waits = append(o.waits, mayWait)
	}
	for s, scope := range a.Scopes {
		if scope.Agreed && on["handler-agreement"] || len(scope.Handlers) > 1 && on["exclusive-handler"] {
			o.scopes = append(o.scopes, model.ScopeID(s))
		}
	}
	for t, timer := range a.Timers {
		if timer.Var >= 0 {
			o.explicit = append(o.explicit, model.TimerID(t))
		}
	}
	o.interest = model.MarkConfused | model.MarkQuiet | o.actionsOf
	for _, x := range []struct {
		mark lts.Marks
		on   bool
	}{
		{o.blocked, on["bound-reached"]},
		{model.MarkUnspecified, on["unspecified-reception"]},
		{model.MarkLeak, on["timer-leak"]},
		{model.MarkWait, on["unguarded-wait"]},
		{model.MarkOutcome, len(o.scopes) > 0},
	} {
		if x.on {
			o.interest |= x.mark
		}
	}
	return o
}

// gather merges what the workers found in levels that were completely explored,
// and says whether numbers of instances did not fit there.
func (o *observer) gather(levels int) (evidence, bool) {
	all := evidence{}
	confused := false
	for _, w := range o.workers {
		if w == nil {
			continue
		}
		confused = confused || w.confused >= 0 && w.confused < levels
		for _, byCause := range w.evidence {
			for _, e := range byCause {
				if e.depth < levels {
					all.add(e)
				}
			}
		}
	}
	return all, confused
}

// openAtEnd tells for each role whether it is live and not final in some terminal
// configuration. It counts levels that were not finished, too.
func (o *observer) openAtEnd() []bool {
	open := make([]bool, len(o.net.Automata().Roles))
	for _, w := range o.workers {
		if w == nil {
			continue
		}
		for r, is := range w.open {
			open[r] = open[r] || is
		}
	}
	return open
}

func (o *observer) worker(i int) *workerEvidence {
	w := o.workers[i]
	if w == nil {
		w = &workerEvidence{
			evidence: evidence{}, steps: lts.NewSteps(o.net.Width()), confused: -1,
			open: make([]bool, len(o.net.Automata().Roles)), known: map[knownCause]int{}, stuck: map[string]*exhibit{},
		}
		for i := range w.blockedAt {
			w.blockedAt[i] = -1
		}
		o.workers[i] = w
	}
	return w
}

// news reports whether a cause has not been seen at a lesser depth.
func (w *workerEvidence) news(k knownCause, depth int) bool {
	if d, ok := w.known[k]; ok && d < depth {
		return false
	}
	w.known[k] = depth
	return true
}

func (o *observer) observe(worker, depth int, s lts.State, marks lts.Marks, steps int) {
	if marks&o.interest == 0 && steps > 0 {
		return
	}
	w := o.worker(worker)
	if marks&model.MarkConfused != 0 && (w.confused < 0 || depth < w.confused) {
		w.confused = depth
	}
	if blocked := marks & o.blocked; blocked != 0 && o.on["bound-reached"] {
		o.observeBlocked(w, depth, s, blocked)
	}
	if marks&model.MarkUnspecified != 0 && o.on["unspecified-reception"] {
		o.observeUnspecified(w, depth, s)
	}
	if marks&o.actionsOf != 0 {
		o.observeActions(w, depth, s)
	}
	if marks&model.MarkLeak != 0 && o.on["timer-leak"] {
		o.observeArmed(w, depth, s)
	}
	if marks&model.MarkWait != 0 && o.on["unguarded-wait"] {
		o.observeWaits(w, depth, s)
	}
	terminal := steps == 0 || marks&model.MarkQuiet != 0
	if marks&model.MarkOutcome != 0 {
		for _, scope := range o.scopes {
			o.observeOutcomes(w, depth, s, scope, terminal)
		}
	}
	if terminal {
		o.observeTerminal(w, depth, s)
	}
}

func (o *observer) observeBlocked(w *workerEvidence, depth int, s lts.State, marks lts.Marks) {
	if !o.shared {
		news := false
		for q := range o.net.Queues() {
			mark := model.MarkBlocked(q)
			if at := &w.blockedAt[bits.TrailingZeros64(uint64(mark))]; marks&mark != 0 && (*at < 0 || *at >= depth) {
				news = true
				*at = depth
			}
		}
		if !news {
			return
		}
	}
	o.observeAllBlocked(w, depth, s)
}

// observeAllBlocked looks at each send that waits for room.
func (o *observer) observeAllBlocked(w *workerEvidence, depth int, s lts.State) {
	for _, a := range o.net.Blocked(s) {
		info := o.net.Action(a)
		w.add(&exhibit{
			check: "bound-reached", cause: queueName(o.net, info.Queue), depth: depth, state: s,
			role: info.Role, info: []int{info.Queue, info.Transition},
		})
	}
}

func (o *observer) observeUnspecified(w *workerEvidence, depth int, s lts.State) {
	for _, r := range o.net.Unspecified(s) {
		var heads []int
		for _, q := range o.net.WaitsOn(s, r) {
			heads = append(heads, o.net.Content(s, q)[0])
		}
		slices.SortFunc(heads, func(x, y int) int { return compareMessages(o.net.Message(x), o.net.Message(y)) })
		parts := make([]string, len(heads))
		for i, m := range heads {
			k := o.net.Message(m)
			parts[i] = fmt.Sprintf("%s from %s", o.label(k.Label), roleName(o.net, k.From))
		}
		w.add(&exhibit{
			check: "unspecified-reception", cause: place(o.net, s, r) + ": " + strings.Join(parts, ", "),
			depth: depth, state: s, role: r, info: heads,
		})
	}
}

func compareMessages(x, y model.MessageKind) int {
	return cmp.Or(cmp.Compare(x.From, y.From), cmp.Compare(x.To, y.To), cmp.Compare(x.Label, y.Label), slices.Compare(x.Values, y.Values))
}

func (o *observer) observeTerminal(w *workerEvidence, depth int, s lts.State) {
	if !o.net.Final(s) {
		o.observeStuck(w, depth, s)
	}
	if o.on["orphan-message"] {
		for q := range o.net.Queues() {
			if !isFinal(o.net, s, o.net.Queue(q).To) {
				continue
			}
			for _, m := range o.net.Content(s, q) {
				w.add(orphan(o.net, s, depth, m, false))
			}
		}
	}
}

// observeStuck looks at a terminal configuration that is not final.
func (o *observer) observeStuck(w *workerEvidence, depth int, s lts.State) {
	w.key = w.key[:0]
	for r, m := range o.net.Automata().Machines {
		control := o.net.Control(s, model.RoleID(r))
		if control < 0 || m.States[control].Final {
			control = -1
		} else {
			w.open[r] = true
		}
		w.key = binary.LittleEndian.AppendUint32(w.key, uint32(int32(control)))
	}
	if !o.on["deadlock"] {
		return
	}
	e := &exhibit{check: "deadlock", depth: depth, state: s}
	if best := w.stuck[string(w.key)]; best != nil {
		if e.before(best) {
			best.depth = depth
			best.state = s.Clone()
		}
		return
	}
	var parts []string
	for r := range o.net.Automata().Machines {
		if role := model.RoleID(r); o.net.Control(s, role) >= 0 && !isFinal(o.net, s, role) {
			parts = append(parts, place(o.net, s, role))
		}
	}
	e.cause = strings.Join(parts, " ")
	w.add(e)
	w.stuck[string(w.key)] = w.evidence["deadlock"][e.cause]
}

// orphan is the exhibit of a message that is never taken; goesOn: its receiver
// takes part in further steps.
func orphan(net *model.Network, s lts.State, depth, message int, goesOn bool) *exhibit {
	k := net.Message(message)
	return &exhibit{
		check: "orphan-message",
		cause: fmt.Sprintf("%s -> %s: %s", roleName(net, k.From), roleName(net, k.To), net.Automata().Labels[k.Label]),
		depth: depth, state: s, role: k.To, info: []int{message, int(model.Bool01(goesOn))},
	}
}

func isFinal(net *model.Network, s lts.State, r model.RoleID) bool {
	c := net.Control(s, r)
	return c >= 0 && net.Automata().Machines[r].States[c].Final
}

func (o *observer) label(l model.LabelID) string { return o.net.Automata().Labels[l] }

func roleName(net *model.Network, r model.RoleID) string { return net.Automata().Roles[r].Name }

// place is "Bank@3": a live role and its local state.
func place(net *model.Network, s lts.State, r model.RoleID) string {
	return roleName(net, r) + "@" + net.Automata().Machines[r].States[net.Control(s, r)].Name
}

func queueName(net *model.Network, q int) string {
	info := net.Queue(q)
	to := roleName(net, info.To)
	switch {
	case info.From >= 0:
		return roleName(net, info.From) + " -> " + to
	case info.Bag:
		return "bag of " + to
	}
	return "mailbox of " + to
}
