package verify

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"chorcheck/lts"
	"chorcheck/model"
)

// exhibit is the best evidence for one cause of a violation: a configuration at
// the least distance from the initial one, of those the least; for out-of-range
// also the step that fails.
type exhibit struct {
	check  string
	cause  string
	depth  int
	state  lts.State
	action lts.Action
	fails  bool         // action is set
	role   model.RoleID // whom it is about, where that is one role
	info   []int        // numbers that the explanation needs: messages, or a queue and a transition
}

func (e *exhibit) before(o *exhibit) bool {
	if e.depth != o.depth {
		return e.depth < o.depth
	}
	if c := e.state.Compare(o.state); c != 0 {
		return c < 0
	}
	return e.fails && e.action < o.action
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
	net     *model.Network
	on      map[string]bool
	workers []*workerEvidence
}

type workerEvidence struct {
	evidence
	steps *lts.Steps
	// blocked has, for each mark of a blocked send, the depth from which on it is
	// no news. Where queues share marks it is not used.
	blocked [64]int
	shared  bool
}

const maxWorkers = 1024

func newObserver(net *model.Network, on map[string]bool) *observer {
	return &observer{net: net, on: on, workers: make([]*workerEvidence, maxWorkers)}
}

// gather merges what the workers found in levels that were completely explored.
func (o *observer) gather(levels int) evidence {
	all := evidence{}
	for _, w := range o.workers {
		if w == nil {
			continue
		}
		for _, byCause := range w.evidence {
			for _, e := range byCause {
				if e.depth < levels {
					all.add(e)
				}
			}
		}
	}
	return all
}

func (o *observer) observe(worker, depth int, s lts.State, marks lts.Marks, steps int) {
	w := o.workers[worker]
	if w == nil {
		w = &workerEvidence{evidence: evidence{}, steps: lts.NewSteps(o.net.Width()), shared: o.net.Queues() > 62}
		for i := range w.blocked {
			w.blocked[i] = -1
		}
		o.workers[worker] = w
	}
	if blocked := marks &^ (model.MarkUnspecified | model.MarkFails); blocked != 0 && o.on["bound-reached"] {
		o.observeBlocked(w, depth, s, blocked)
	}
	if marks&model.MarkUnspecified != 0 && o.on["unspecified-reception"] {
		o.observeUnspecified(w, depth, s)
	}
	if marks&model.MarkFails != 0 && o.on["out-of-range"] {
		o.observeFails(w, depth, s)
	}
	if steps == 0 {
		o.observeTerminal(w, depth, s)
	}
}

func (o *observer) observeBlocked(w *workerEvidence, depth int, s lts.State, marks lts.Marks) {
	if !w.shared {
		news := false
		for q := range o.net.Queues() {
			if marks&model.MarkBlocked(q) != 0 && (w.blocked[q] < 0 || w.blocked[q] >= depth) {
				news = true
				w.blocked[q] = depth
			}
		}
		if !news {
			return
		}
	}
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

func (o *observer) observeFails(w *workerEvidence, depth int, s lts.State) {
	w.steps.Reset()
	o.net.Next(s, w.steps)
	for _, a := range w.steps.Actions {
		info := o.net.Action(a)
		role, transition := info.Role, info.Transition
		switch {
		case info.PeerFails:
			role, transition = info.Peer, info.PeerTransition
		case !info.Fails:
			continue
		}
		w.add(&exhibit{
			check: "out-of-range", cause: fmt.Sprintf("%s#%d", roleName(o.net, role), transition),
			depth: depth, state: s, action: a, fails: true, role: role,
		})
	}
}

func (o *observer) observeTerminal(w *workerEvidence, depth int, s lts.State) {
	if o.on["deadlock"] && !o.net.Final(s) {
		var parts []string
		for r, m := range o.net.Automata().Machines {
			if c := o.net.Control(s, model.RoleID(r)); c >= 0 && !m.States[c].Final {
				parts = append(parts, place(o.net, s, model.RoleID(r)))
			}
		}
		w.add(&exhibit{check: "deadlock", cause: strings.Join(parts, " "), depth: depth, state: s})
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

// place is "Bank@3": a role and its local state.
func place(net *model.Network, s lts.State, r model.RoleID) string {
	c := net.Control(s, r)
	if c < 0 {
		return roleName(net, r) + "@failed"
	}
	return roleName(net, r) + "@" + net.Automata().Machines[r].States[c].Name
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
