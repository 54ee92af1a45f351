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
// independent interpreter, which must come to the same conclusion. Where numbers of
// instances did not fit it may come to another one; then there is no finding, and
// the entry is nil.
func (v *verifier) explain(exhibits []*exhibit) []*Finding {
	var targets []lts.State
	for _, e := range exhibits {
		if e.run == nil {
			targets = append(targets, e.state)
		}
	}
	var traces []lts.Trace
	if len(targets) > 0 {
		traces = v.space.Traces(targets)
	}
	findings := make([]*Finding, len(exhibits))
	found := false
	for i, e := range exhibits {
		if found && v.ctx.Err() != nil {
			break
		}
		var actions []lts.Action
		if e.run != nil {
			actions = e.run.Actions
		} else {
			actions, traces = traces[0].Actions, traces[1:]
		}
		if e.acts {
			actions = append(slices.Clone(actions), e.action)
		}
		r := v.confirm(e, actions)
		if r == nil {
			continue
		}
		var blamed Finding
		r.blame(&blamed)
		r.fault, r.untold = blamed.Fault, blamed.Untold
		f := r.words()
		f.Cause, f.Fault, f.Causal, f.Untold = r.causeInWords(), blamed.Fault, blamed.Causal, blamed.Untold
		for i, st := range r.steps {
			step := StepOf(v.oracle, st)
			if st.Role >= 0 {
				step.Inside = v.oracle.Inside(r.configs[i+1], st.Role)
			}
			if st.PeerTransition >= 0 {
				step.PeerIn = v.oracle.Inside(r.configs[i+1], st.Peer)
			}
			f.Trace = append(f.Trace, step)
		}
		final := v.oracle.DescribeConfig(r.last)
		f.Final = &final
		if v.opt.Course > 0 {
			f.configs = r.configs
		}
		f.Blocked, f.struck = r.blockedRoles(), r.strikes()
		findings[i], found = &f, true
	}
	return findings
}

// confirm has the interpreter carry out the trace, and come to the same conclusion:
// anything else is a defect of ours. Only where numbers of instances did not fit,
// it may come to another one; then the result is nil.
func (v *verifier) confirm(e *exhibit, actions []lts.Action) *replayed {
	runs, failed := v.rerun(actions)
	if failed > 0 {
		if v.confused {
			return nil
		}
		bug.Panicf("step %d of the trace to a violation of %s (%s) cannot be replayed: %s", failed, e.check, e.cause, v.net.DescribeAction(actions[failed-1]))
	}
	why := ""
	for _, x := range runs {
		r := &replayed{verifier: v, exhibit: e, configs: x.configs, steps: x.steps, last: x.configs[len(x.configs)-1]}
		if why = r.refute(); why == "" {
			return r
		}
	}
	if !v.confused {
		bug.Panicf("replay does not confirm the violation of %s (%s): %s", e.check, e.cause, why)
	}
	return nil
}

// causeInWords names what is wrong, in one line.
func (r *replayed) causeInWords() string {
	if r.check == "stale-reception" {
		if s, stale := r.staleScope(); stale {
			return r.cause + " of " + scopeName(r.automata, s)
		}
	}
	return r.shared
}

// replayed is an exhibit whose trace the interpreter has gone through.
type replayed struct {
	*verifier
	*exhibit
	configs []replay.Config // one more than steps
	steps   []replay.Step
	last    replay.Config
	fault   string // the first failure that matters, in words; empty if there is none
	untold  []model.RoleID
}

// words says what is wrong, in the names of the protocol.
func (r *replayed) words() Finding {
	name := r.name
	switch r.check {
	case "deadlock":
		return r.deadlockWords()
	case "stuck":
		f := Finding{
			Message: fmt.Sprintf("%s can never go on, while others can: it waits %s", name(r.role), r.waits(r.role)),
			Help:    "let the others send what it waits for, or let it end when they have",
			Origins: r.waitOrigins(r.role),
		}
		if r.fault != "" {
			f.Message = fmt.Sprintf("after %s, %s waits for ever %s, while others go on", r.fault, name(r.role), r.waitsFor(r.role))
		}
		r.mendFailure(&f, []model.RoleID{r.role})
		return f
	case "livelock":
		return Finding{
			Message: r.after(fmt.Sprintf("%s can go on for ever without any message being received", join(strings.Fields(r.cause)))),
			Help:    "let each round receive a message, or give the loop a way out that others learn of",
			Loop:    strings.Join(strings.Fields(r.cause), ", "),
			Origins: r.lastOrigins(),
		}
	case "no-termination":
		var open []string
		for _, role := range r.oracle.Unfinished(r.last) {
			open = append(open, name(role))
		}
		message := fmt.Sprintf("from here on the protocol never ends, whatever happens; %s %s not finished", join(open), are(open))
		if r.fault != "" {
			message = fmt.Sprintf("after %s, the protocol never ends, whatever happens; %s %s not finished", r.fault, join(open), are(open))
		}
		return Finding{
			Message: message,
			Help:    "make sure that every loop can be left from every state, and that everybody is told",
			Loop:    strings.Join(strings.Fields(r.cause), ", "),
			Origins: r.lastOrigins(),
		}
	case "unspecified-reception":
		return r.unspecifiedWords()
	case "orphan-message":
		return r.orphanWords()
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
	return r.failureFinding()
}

func (r *replayed) name(role model.RoleID) string { return r.automata.Roles[role].Name }

// after puts the failure that a violation begins with before what it says.
func (r *replayed) after(message string) string {
	if r.fault == "" {
		return message
	}
	return "after " + r.fault + ", " + message
}

func (r *replayed) deadlockWords() Finding {
	name := r.name
	open := r.oracle.Unfinished(r.last)
	var parts []string
	var origins []model.Origin
	for _, role := range open {
		what := "waits " + r.waits(role)
		switch {
		case r.waits(role) == "":
			what = "cannot go on"
		case r.fault != "":
			what = "waits for ever " + r.waitsFor(role)
		}
		parts = append(parts, name(role)+" "+what)
		origins = append(origins, r.waitOrigins(role)...)
	}
	f := Finding{
		Message: "nothing can happen any more: " + strings.Join(parts, "; "),
		Origins: slices.Compact(origins),
		Help:    "let somebody send what is waited for, or do not wait for it in this case",
	}
	if r.fault != "" {
		f.Message = r.after(strings.Join(parts, "; "))
	}
	if help := r.neverTold(open); help != "" {
		f.Help = help
	} else if cycle := r.oracle.DescribeConfig(r.last).Cycle; len(cycle) > 0 && r.allOpen(cycle, open) {
		f.Help = "break the circle " + strings.Join(cycle, " -> ") + ": one of them has to act first"
	}
	r.mendFailure(&f, open)
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
				if other.Role == w.On && other.Failed && r.fault == "" {
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
	f := Finding{
		Message: r.after(fmt.Sprintf("%s waits %s, but what has come is %s", name(r.role), r.waits(r.role), join(heads))),
		Help:    fmt.Sprintf("let %s receive %s here too, or let it not be sent in this case", name(r.role), join(labels)),
		Origins: r.waitOrigins(r.role),
	}
	for _, m := range r.info {
		k := r.net.Message(m)
		if r.comesUninvited(k) {
			f.Help = r.ignoreHelp(k)
		}
		if help := r.lateHelp(k.From, k.To, k.Label); help != "" {
			f.Help = help
		}
	}
	return f
}

func (r *replayed) orphanWords() Finding {
	m := r.net.Message(r.info[0])
	label := r.automata.Labels[m.Label]
	message := fmt.Sprintf("%s from %s to %s is sent and never received: %s is finished", label, r.name(m.From), r.name(m.To), r.name(m.To))
	if r.info[1] == 1 {
		message = fmt.Sprintf("%s from %s to %s is sent and never received, although %s goes on", label, r.name(m.From), r.name(m.To), r.name(m.To))
	}
	f := Finding{
		Message: r.after(message),
		Help:    fmt.Sprintf("let %s receive %s before it ends, or let %s not send it", r.name(m.To), label, r.name(m.From)),
		Origins: r.sendOrigins(m),
	}
	if r.comesUninvited(m) {
		f.Help = r.ignoreHelp(m)
	}
	if help := r.lateHelp(m.From, m.To, m.Label); help != "" {
		f.Help = help
	}
	return f
}

// comesUninvited reports whether a message of a kind has been duplicated, or has strayed.
func (r *replayed) comesUninvited(m model.MessageKind) bool {
	return slices.ContainsFunc(r.steps, func(s replay.Step) bool {
		if s.Fault < 0 || s.Heals {
			return false
		}
		f := r.env.Faults[s.Fault]
		return f.Kind == model.Stray && f.Role == m.From && f.Peer == m.To && f.Label == m.Label ||
			f.Kind == model.Duplicate && s.Message.Sender == m.From && s.Message.Receiver == m.To && s.Message.Label == m.Label
	})
}

// ignoreHelp is the mend for a message that has been duplicated, or has strayed.
func (r *replayed) ignoreHelp(m model.MessageKind) string {
	label, to := r.automata.Labels[m.Label], r.name(m.To)
	clause := fmt.Sprintf("`ignore %s at %s`", label, to)
	if slices.ContainsFunc(r.automata.Machines[m.To].Transitions, func(t model.Transition) bool {
		return t.Kind == model.Ignore && t.Peer == m.From && t.Label == m.Label
	}) {
		return fmt.Sprintf("the scope with %s does not reach so far: put the clause on one around all that %s does", clause, to)
	}
	if len(r.automata.Scopes) == 0 {
		return fmt.Sprintf("put it into a scope, `try { .. } ignore %s at %s`: then %s drops what it does not expect", label, to, to)
	}
	return fmt.Sprintf("add %s to a scope around it: then %s drops what it does not expect", clause, to)
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
	if len(parts) == 0 && r.raisedElsewhere(role) {
		return "to be told of an exception"
	}
	return strings.Join(parts, " or ")
}

// allOpen reports whether the roles with these names are all among those that are
// not final: only they wait for each other.
func (r *replayed) allOpen(names []string, open []model.RoleID) bool {
	return !slices.ContainsFunc(names, func(name string) bool {
		return !slices.ContainsFunc(open, func(role model.RoleID) bool { return r.name(role) == name })
	})
}

// raisedElsewhere reports whether a role stands where another one raises an
// exception: it is in a scope, has no transition, and its part is not over.
func (r *replayed) raisedElsewhere(role model.RoleID) bool {
	at := r.last.Local[role].State
	if at < 0 || r.last.Local[role].Status != replay.Live {
		return false
	}
	state := r.automata.Machines[role].States[at]
	return !state.Final && len(state.In) > 0 && len(r.offers(role)) == 0
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
	if transition < 0 {
		return nil
	}
	return r.automata.Machines[role].Transitions[transition].Origins[:1]
}

// sendOrigins is where the trace sends a message of this kind for the last time.
func (r *replayed) sendOrigins(m model.MessageKind) []model.Origin {
	for _, s := range slices.Backward(r.steps) {
		if s.Transition >= 0 && (s.Kind == replay.Send || s.Fault >= 0) && s.Message.Sender == m.From && s.Message.Receiver == m.To && s.Message.Label == m.Label {
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
