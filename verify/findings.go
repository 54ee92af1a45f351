package verify

import (
	"fmt"
	"slices"
	"strings"

	"chorcheck/internal/bug"
	"chorcheck/lts"
	"chorcheck/model"
	"chorcheck/verify/replay"
)

// explain makes findings of exhibits: a shortest trace for each, replayed by the
// independent interpreter, which must come to the same conclusion.
func (v *verifier) explain(c Check, exhibits []*exhibit) []Finding {
	if len(exhibits) == 0 {
		return nil
	}
	targets := make([]lts.State, len(exhibits))
	for i, e := range exhibits {
		targets[i] = e.state
	}
	var findings []Finding
	for i, trace := range v.space.Traces(targets) {
		e := exhibits[i]
		actions := trace.Actions
		if e.fails {
			actions = append(slices.Clone(actions), e.action)
		}
		configs, steps, err := v.oracle.Replay(v.refs(actions))
		if err != nil {
			bug.Panicf("the trace to a violation of %s (%s) cannot be replayed: %v", c.ID, e.cause, err)
		}
		r := &replayed{verifier: v, exhibit: e, steps: steps, last: configs[len(configs)-1]}
		if why := r.refute(); why != "" {
			bug.Panicf("replay does not confirm the violation of %s (%s): %s", c.ID, e.cause, why)
		}
		f := r.words()
		f.Cause = e.cause
		for _, st := range steps {
			f.Trace = append(f.Trace, StepOf(v.oracle, st))
		}
		final := v.oracle.DescribeConfig(r.last)
		f.Final = &final
		findings = append(findings, f)
	}
	return findings
}

func (v *verifier) refs(actions []lts.Action) []replay.Ref {
	refs := make([]replay.Ref, len(actions))
	for i, a := range actions {
		info := v.net.Action(a)
		refs[i] = replay.Ref{Role: info.Role, Transition: info.Transition, Peer: info.Peer, PeerTransition: info.PeerTransition}
		if info.Message >= 0 {
			refs[i].Values = v.net.Message(info.Message).Values
		}
	}
	return refs
}

// words of the transition t of role r: "Customer -> Shop: order".
func (v *verifier) words(r model.RoleID, t int) string {
	tr := v.automata.Machines[r].Transitions[t]
	name := func(r model.RoleID) string { return v.automata.Roles[r].Name }
	switch tr.Kind {
	case model.Send:
		return fmt.Sprintf("%s -> %s: %s", name(r), name(tr.Peer), v.automata.Labels[tr.Label])
	case model.Receive:
		return fmt.Sprintf("%s <- %s: %s", name(r), name(tr.Peer), v.automata.Labels[tr.Label])
	}
	if len(tr.Assigns) > 0 {
		return fmt.Sprintf("the assignment to %s at %s", v.automata.Vars[tr.Assigns[0].Var].Name, name(r))
	}
	return "an internal step of " + name(r)
}

// replayed is an exhibit whose trace the interpreter has gone through.
type replayed struct {
	*verifier
	*exhibit
	steps []replay.Step
	last  replay.Config
}

// words says what is wrong, in the names of the protocol.
func (r *replayed) words() Finding {
	name := r.name
	switch r.check {
	case "deadlock":
		return r.deadlockWords()
	case "stuck":
		return Finding{
			Message: fmt.Sprintf("%s can never go on, while others can: it waits %s", name(r.role), r.waits(r.role)),
			Help:    "let the others send what it waits for, or let it end when they have",
			Origins: r.waitOrigins(r.role),
		}
	case "livelock":
		return Finding{
			Message: fmt.Sprintf("%s can go on for ever without any message being received", join(strings.Fields(r.cause))),
			Help:    "let each round receive a message, or give the loop a way out that others learn of",
			Loop:    strings.Join(strings.Fields(r.cause), ", "),
			Origins: r.lastOrigins(),
		}
	case "no-termination":
		var open []string
		for _, role := range r.oracle.Unfinished(r.last) {
			open = append(open, name(role))
		}
		return Finding{
			Message: fmt.Sprintf("from here on the protocol never ends, whatever happens; %s %s not finished", join(open), are(open)),
			Help:    "make sure that every loop can be left from every state, and that everybody is told",
			Loop:    strings.Join(strings.Fields(r.cause), ", "),
			Origins: r.lastOrigins(),
		}
	case "unspecified-reception":
		return r.unspecifiedWords()
	case "orphan-message":
		m := r.net.Message(r.info[0])
		label := r.automata.Labels[m.Label]
		f := Finding{
			Message: fmt.Sprintf("%s from %s to %s is sent and never received: %s is finished", label, name(m.From), name(m.To), name(m.To)),
			Help:    fmt.Sprintf("let %s receive %s before it ends, or let %s not send it", name(m.To), label, name(m.From)),
			Origins: r.sendOrigins(m),
		}
		if r.info[1] == 1 {
			f.Message = fmt.Sprintf("%s from %s to %s is sent and never received, although %s goes on", label, name(m.From), name(m.To), name(m.To))
		}
		return f
	case "bound-reached":
		q := r.net.Queue(r.info[0])
		return Finding{
			Message: fmt.Sprintf("%s waits for room in the queue %s, which holds %s", name(r.role), r.cause, plural(q.Capacity, "message")),
			Origins: r.automata.Machines[r.role].Transitions[r.info[1]].Origins[:1],
			room:    true,
		}
	case "out-of-range":
		last := r.steps[len(r.steps)-1]
		return Finding{
			Message: fmt.Sprintf("%s fails: %s", name(r.role), last.Failure),
			Help:    "guard the step, or make the domain larger",
			Origins: r.failOrigins(last),
		}
	}
	bug.Panicf("no words for check %s", r.check)
	return Finding{}
}

func (r *replayed) name(role model.RoleID) string { return r.automata.Roles[role].Name }

func (r *replayed) deadlockWords() Finding {
	name := r.name
	open := r.oracle.Unfinished(r.last)
	var parts []string
	var origins []model.Origin
	for _, role := range open {
		what := "waits " + r.waits(role)
		if r.waits(role) == "" {
			what = "cannot go on"
		}
		parts = append(parts, name(role)+" "+what)
		origins = append(origins, r.waitOrigins(role)...)
	}
	f := Finding{
		Message: "nothing can happen any more: " + strings.Join(parts, "; "),
		Origins: slices.Compact(origins),
		Help:    "let somebody send what is waited for, or do not wait for it in this case",
	}
	if help := r.neverTold(open); help != "" {
		f.Help = help
	}
	if cycle := r.oracle.DescribeConfig(r.last).Cycle; len(cycle) > 0 {
		f.Help = "break the circle " + strings.Join(cycle, " -> ") + ": one of them has to act first"
	}
	if full := r.oracle.FullQueues(r.last); len(full) > 0 {
		f.room = true
	}
	return f
}

// neverTold is the mend where a blocked role waits for one that has finished or failed.
func (r *replayed) neverTold(open []model.RoleID) string {
	roles := r.oracle.DescribeConfig(r.last).Roles
	for _, role := range open {
		if heads, found := r.oracle.Unspecified(r.last, role); found {
			return fmt.Sprintf("mend first what unspecified-reception reports: %s has come to %s, which waits %s",
				r.automata.Labels[heads[0].Label], r.name(role), r.waits(role))
		}
	}
	for _, role := range open {
		for _, w := range roles[role].Waits {
			for _, other := range roles {
				if other.Role == w.On && other.Failed {
					return fmt.Sprintf("mend first what out-of-range reports: %s has failed, and %s waits for it", other.Role, r.name(role))
				}
				if other.Role == w.On && other.Final && len(other.Waits) == 0 {
					return fmt.Sprintf("%s is finished and has not told %s: let it send %s a message in this case too, before it ends",
						other.Role, r.name(role), r.name(role))
				}
			}
		}
	}
	return ""
}

func (r *replayed) unspecifiedWords() Finding {
	name := r.name
	var heads, labels []string
	for _, m := range r.info {
		k := r.net.Message(m)
		heads = append(heads, fmt.Sprintf("%s from %s", r.automata.Labels[k.Label], name(k.From)))
		labels = append(labels, r.automata.Labels[k.Label])
	}
	return Finding{
		Message: fmt.Sprintf("%s waits %s, but what has come is %s", name(r.role), r.waits(r.role), join(heads)),
		Help:    fmt.Sprintf("let %s receive %s here too, or let it not be sent in this case", name(r.role), join(labels)),
		Origins: r.waitOrigins(r.role),
	}
}

// waits puts together what a role waits for: "for order from Customer or for ..".
func (r *replayed) waits(role model.RoleID) string {
	var parts []string
	for _, w := range r.oracle.DescribeConfig(r.last).Roles[role].Waits {
		if !slices.Contains(parts, w.For) {
			parts = append(parts, w.For)
		}
	}
	if len(parts) > 4 {
		parts = append(parts[:3], fmt.Sprintf("%d more", len(parts)-3))
	}
	if len(parts) == 0 {
		return ""
	}
	return strings.Join(parts, " or ")
}

func (r *replayed) waitOrigins(role model.RoleID) []model.Origin {
	var out []model.Origin
	for _, w := range r.oracle.DescribeConfig(r.last).Roles[role].Waits {
		if !slices.Contains(out, w.Origin) {
			out = append(out, w.Origin)
		}
	}
	return out
}

// lastOrigins is where the last step of the trace comes from.
func (r *replayed) lastOrigins() []model.Origin {
	if len(r.steps) == 0 {
		return nil
	}
	return r.failOrigins(r.steps[len(r.steps)-1])
}

func (r *replayed) failOrigins(s replay.Step) []model.Origin {
	role, transition := s.Role, s.Transition
	if s.Fails {
		role, transition = s.Failing()
	}
	return r.automata.Machines[role].Transitions[transition].Origins[:1]
}

// sendOrigins is where the trace sends a message of this kind for the last time.
func (r *replayed) sendOrigins(m model.MessageKind) []model.Origin {
	for _, s := range slices.Backward(r.steps) {
		if s.Kind == replay.Send && s.Message.Sender == m.From && s.Message.Receiver == m.To && s.Message.Label == m.Label {
			return r.automata.Machines[s.Role].Transitions[s.Transition].Origins[:1]
		}
	}
	return nil
}

func join(words []string) string {
	switch len(words) {
	case 0:
		return "nobody"
	case 1:
		return words[0]
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

func are(words []string) string {
	if len(words) == 1 {
		return "is"
	}
	return "are"
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
