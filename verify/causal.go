package verify

import (
	"slices"

	"chorcheck/model"
	"chorcheck/verify/replay"
)

// A run to a violation has steps that have nothing to do with it. Those that matter
// are found backwards, from what shows the violation: the last steps of the roles
// concerned and of those whom they wait for, and the messages at the heads of the
// queues. A step depends on the step before of each of its roles, on the step
// that sent the message which it takes, and on the fault that it notices or
// because of which its message vanishes.

// past is what a run did, with its dependencies.
type past struct {
	steps []replay.Step
	needs [][]int // by step: steps before it that it depends on
	last  []int   // by role: its last step, -1 if there is none
	sent  [][]int // by queue at the end: the steps that put its messages there
	fault int     // the first fault or raise, -1 if there is none
}

func (r *replayed) past() *past {
	queues := r.oracle.Queues()
	p := &past{steps: r.steps, needs: make([][]int, len(r.steps)), sent: make([][]int, len(queues)), fault: -1}
	for range r.automata.Roles {
		p.last = append(p.last, -1)
	}
	cut := -1 // the last fault that stops messages
	for i, s := range r.steps {
		if p.fault < 0 && r.isFailure(s) {
			p.fault = i
		}
		need := func(j int) {
			if j >= 0 && !slices.Contains(p.needs[i], j) {
				p.needs[i] = append(p.needs[i], j)
			}
		}
		for _, role := range s.Participants() {
			need(p.last[role])
			p.last[role] = i
		}
		if s.Vanishes {
			need(cut)
		}
		if s.Kind == replay.CrashNoticed && s.Peer >= 0 {
			need(p.last[s.Peer])
		}
		if s.Fault >= 0 && !s.Heals && stopsMessages(r.env.Faults[s.Fault]) && r.env.Faults[s.Fault].Kind != model.Loss {
			cut = i
		}
		for q := range p.sent {
			p.follow(q, i, queues[q].Discipline == model.Bag, r.configs[i].Queues[q], r.configs[i+1].Queues[q], need)
		}
	}
	return p
}

// follow keeps track of which step has sent what is in a queue.
func (p *past) follow(q, step int, bag bool, before, after []replay.Message, need func(int)) {
	same := 0
	for same < len(before) && same < len(after) && before[same].Equal(after[same]) {
		same++
	}
	switch change := len(after) - len(before); {
	case change > 0:
		for range change {
			p.sent[q] = slices.Insert(p.sent[q], same, step)
		}
	case change == -1:
		if !bag {
			same = 0
		}
		need(p.sent[q][same])
		p.sent[q] = slices.Delete(p.sent[q], same, same+1)
	case change < 0:
		p.sent[q] = nil
	}
}

// isFailure reports whether a step is something that others have to hear of: a
// fault, an exception or a timeout.
func (r *replayed) isFailure(s replay.Step) bool {
	if s.Heals {
		return false
	}
	if s.Fault >= 0 {
		return true
	}
	if s.Transition < 0 || s.Role < 0 {
		return false
	}
	t := &r.automata.Machines[s.Role].Transitions[s.Transition]
	return t.Kind == model.Timeout || raises(t)
}

// isNews reports whether a step is a failure that the role of the finding has to hear of.
func (r *replayed) isNews(s replay.Step) bool {
	return r.isFailure(s) && (s.Fault >= 0 || s.Role != r.role)
}

// slice is the steps that the given ones depend on, themselves included, ascending.
func (p *past) slice(from []int) []int {
	in := make([]bool, len(p.steps))
	for _, i := range from {
		if i >= 0 {
			in[i] = true
		}
	}
	var out []int
	for i := len(p.steps) - 1; i >= 0; i-- {
		if in[i] {
			out = append(out, i)
			for _, j := range p.needs[i] {
				in[j] = true
			}
		}
	}
	slices.Reverse(out)
	return out
}

// blame fills in what a finding says about failures: the first one that matters,
// the steps that matter, and who has not been told. It does nothing if nothing
// has failed.
func (r *replayed) blame(f *Finding) {
	p := r.past()
	if p.fault < 0 {
		return
	}
	if r.check == "silent-survivor" {
		// What the role raises itself is no news to it.
		p.fault = slices.IndexFunc(r.steps, r.isNews)
	}
	steps := p.slice(r.concerned(p))
	first := slices.IndexFunc(steps, func(i int) bool {
		return r.isFailure(r.steps[i]) && (r.check != "silent-survivor" || r.isNews(r.steps[i]))
	})
	if first < 0 {
		// Nothing that matters depends on a failure, as far as can be seen: then
		// the run would be shorter without it, unless it is the failure that
		// keeps something from happening.
		steps = p.slice(append(steps, p.fault))
		first = slices.Index(steps, p.fault)
	}
	at := steps[first]
	f.Fault = r.failureWords(r.steps[at])
	if len(steps) < len(r.steps) {
		f.Causal = steps
	}
	for role := range r.automata.Roles {
		if role := model.RoleID(role); r.waitsAtEnd(role) && !r.heardSince(role, at) {
			f.Untold = append(f.Untold, role)
		}
	}
}

// concerned are the steps that show the violation.
func (r *replayed) concerned(p *past) []int {
	var from []int
	if r.acts {
		from = append(from, len(r.steps)-1)
	}
	var roles []model.RoleID
	switch r.check {
	case "deadlock", "no-termination", "livelock":
		roles = r.oracle.Unfinished(r.last)
	case "exclusive-handler", "handler-agreement":
		roles = []model.RoleID{model.RoleID(r.info[3]), model.RoleID(r.info[4])}
	case "orphan-message":
		k := r.net.Message(r.info[0])
		roles = []model.RoleID{k.To}
		if q, ok := r.oracle.QueueOf(k.From, k.To); ok {
			for i, m := range r.last.Queues[q] {
				if m.Sender == k.From && m.Label == k.Label {
					from = append(from, p.sent[q][i])
				}
			}
		}
	default:
		roles = []model.RoleID{r.role}
	}
	for _, role := range roles {
		from = append(from, p.last[role])
		for _, i := range r.offers(role) {
			t := r.automata.Machines[role].Transitions[i]
			switch t.Kind {
			case model.Receive, model.Send:
				from = append(from, p.last[t.Peer])
			default:
				continue
			}
			ends := model.Pair{From: t.Peer, To: role}
			if t.Kind == model.Send {
				ends = model.Pair{From: role, To: t.Peer}
			}
			// What is at the head is in the way.
			if q, ok := r.oracle.QueueOf(ends.From, ends.To); ok && len(p.sent[q]) > 0 {
				from = append(from, p.sent[q][0])
			}
		}
	}
	return from
}

// offers are the transitions that leave the local state of a live role at the end.
func (r *replayed) offers(role model.RoleID) []int {
	if !r.oracle.Live(r.last, role) {
		return nil
	}
	var out []int
	for i, t := range r.automata.Machines[role].Transitions {
		if t.From == r.last.Local[role].State {
			out = append(out, i)
		}
	}
	return out
}

// waitsAtEnd reports whether a role is live, not final and without a step at the end.
func (r *replayed) waitsAtEnd(role model.RoleID) bool {
	return r.oracle.Live(r.last, role) && !r.oracle.InFinalState(r.last, role) && !r.oracle.CanStep(r.last, role)
}

// heardSince reports whether a role has entered a handler, or one of its timers has
// fired, in a step from the given one on.
func (r *replayed) heardSince(role model.RoleID, from int) bool {
	for _, s := range r.steps[from:] {
		if r.hears(s, role) {
			return true
		}
	}
	return false
}

// hears reports whether a role enters a handler in a step, or a timer of it fires.
func (r *replayed) hears(s replay.Step, role model.RoleID) bool {
	if s.Transition >= 0 && s.Role == role {
		t := r.automata.Machines[role].Transitions[s.Transition]
		return t.Handler != nil || t.Kind == model.Timeout
	}
	return s.PeerTransition >= 0 && s.Peer == role && r.automata.Machines[role].Transitions[s.PeerTransition].Handler != nil
}
