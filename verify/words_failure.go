package verify

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"chorcheck/internal/bug"
	"chorcheck/model"
	"chorcheck/verify/replay"
)

// failureWords names a fault, an exception or a timeout: "the loss of Shop -> Bank: charge".
func (r *replayed) failureWords(s replay.Step) string {
	a := r.automata
	if s.Fault < 0 {
		t := &a.Machines[s.Role].Transitions[s.Transition]
		switch t.Kind {
		case model.Timeout:
			return fmt.Sprintf("the timeout %s at %s", a.Timers[t.Timer].Name, r.name(s.Role))
		case model.CrashRaise:
			return fmt.Sprintf("the crash of %s", r.name(t.Peer))
		}
		return fmt.Sprintf("%s at %s", a.Exceptions[t.Exception].Name, r.name(s.Role))
	}
	f := r.env.Faults[s.Fault]
	message := func(what string) string {
		return fmt.Sprintf("%s %s -> %s: %s", what, r.name(f.Role), r.name(f.Peer), a.Labels[s.Message.Label])
	}
	switch f.Kind {
	case model.Crash:
		return "the crash of " + r.name(f.Role)
	case model.Silence:
		return "the silence of " + r.name(f.Role)
	case model.Loss:
		return message("the loss of")
	case model.Duplicate:
		return message("the duplicate of")
	case model.Reorder:
		return message("the reordering of")
	case model.Disconnect:
		return fmt.Sprintf("the loss of the link %s -- %s", r.name(f.Role), r.name(f.Peer))
	case model.Partition:
		return "the partition " + groups(a, f)
	case model.RaiseFault:
		return fmt.Sprintf("the end-point exception %s at %s", a.Exceptions[f.Exception].Name, r.name(f.Role))
	case model.Stray:
		return fmt.Sprintf("the stray %s from %s to %s", a.Labels[f.Label], r.name(f.Role), r.name(f.Peer))
	}
	bug.Panicf("no words for a fault of kind %s", f.Kind)
	return ""
}

// groups is "A, B | C".
func groups(a *model.Automata, f model.Fault) string {
	var parts []string
	for _, group := range f.Groups {
		var names []string
		for _, role := range group {
			names = append(names, a.Roles[role].Name)
		}
		parts = append(parts, strings.Join(names, ", "))
	}
	return strings.Join(parts, " | ")
}

// waitsFor is what a role waits for, in few words: "for receipt or sorry from Shop".
func (r *replayed) waitsFor(role model.RoleID) string {
	var senders []model.RoleID
	labels := map[model.RoleID][]string{}
	offers := r.offers(role)
	slices.SortStableFunc(offers, func(i, j int) int { // as the text has them
		return cmp.Compare(r.automata.Machines[role].Transitions[i].Origins[0], r.automata.Machines[role].Transitions[j].Origins[0])
	})
	for _, i := range offers {
		t := r.automata.Machines[role].Transitions[i]
		switch t.Kind {
		case model.Receive:
			if !slices.Contains(senders, t.Peer) {
				senders = append(senders, t.Peer)
			}
			if label := r.automata.Labels[t.Label]; !slices.Contains(labels[t.Peer], label) {
				labels[t.Peer] = append(labels[t.Peer], label)
			}
		case model.Send:
			return r.waits(role)
		}
	}
	var parts []string
	for _, sender := range senders {
		list := labels[sender]
		if len(list) > 4 {
			list = append(list[:3:3], fmt.Sprintf("%d more", len(list)-3))
		}
		parts = append(parts, fmt.Sprintf("for %s from %s", strings.Join(list, " or "), r.name(sender)))
	}
	if len(parts) == 0 {
		return r.waits(role)
	}
	return strings.Join(parts, ", or ")
}

// failureFinding puts the checks about failures into words.
func (r *replayed) failureFinding() Finding {
	a := r.automata
	switch r.check {
	case "silent-survivor":
		what := "cannot go on"
		if waits := r.waitsFor(r.role); waits != "" {
			what = "waits for ever " + waits
		}
		f := Finding{
			Message: r.after(fmt.Sprintf("%s %s, and nobody tells it", r.name(r.role), what)),
			Help:    fmt.Sprintf("let somebody tell %s, or arm a timer `within` around its wait", r.name(r.role)),
			Origins: r.waitOrigins(r.role),
		}
		r.mendFailure(&f, []model.RoleID{r.role})
		return f
	case "uncaught-exception":
		return r.uncaughtWords()
	case "stale-reception":
		last := r.steps[len(r.steps)-1]
		scope := "a round that it has left"
		if s, found := r.staleScope(); found {
			scope = instanceOf(a, s) + ", which it has left"
			if a.Scopes[s].Looped {
				scope = instanceOf(a, s) + " that it has left"
			}
		}
		f := Finding{
			Message: r.after(fmt.Sprintf("%s takes %s from %s for a message of now, but it is of %s", r.name(r.role), a.Labels[last.Message.Label], r.name(last.Message.Sender), scope)),
			Help:    "let messages of different rounds have different labels, or wait until the last round's are received",
			Origins: r.receiveOrigins(last),
		}
		if s, found := r.staleScope(); found && !a.Scopes[s].DiscardLate && len(a.Scopes[s].Handlers) > 0 {
			f.Help = fmt.Sprintf("add `discard late` to %s", scopeName(a, s))
		}
		return f
	case "exclusive-handler":
		scope, i, j := model.ScopeID(r.info[0]), r.info[1], r.info[2]
		return Finding{
			Message: r.after(fmt.Sprintf("two handlers of %s are entered: %s by %s, and %s by %s", instanceOf(a, scope),
				handlerName(a, scope, i), r.name(model.RoleID(r.info[3])), handlerName(a, scope, j), r.name(model.RoleID(r.info[4])))),
			Help:    "let one role decide which handler it is, and tell the others, or let a handler wait until nobody can raise anything else",
			Origins: []model.Origin{a.Scopes[scope].Handlers[i-1].Origin, a.Scopes[scope].Handlers[j-1].Origin},
		}
	case "handler-agreement":
		return r.agreementWords()
	case "unguarded-wait":
		c := model.RoleID(r.info[0])
		return Finding{
			Message: fmt.Sprintf("%s waits %s, with no timer and no handler, and %s", r.name(r.role), r.waitsFor(r.role), r.mayFail()),
			Help:    r.guardHelp(r.role, c),
			Origins: r.offerOrigins(r.role),
		}
	case "timer-leak":
		timer := a.Timers[r.info[0]]
		f := Finding{
			Message: fmt.Sprintf("timer %s is still armed although %s is at its end", timer.Name, r.name(r.role)),
			Help:    fmt.Sprintf("let %s cancel %s when what it waits for has come", r.name(r.role), timer.Name),
			Origins: []model.Origin{timer.Origin},
		}
		if r.acts {
			f.Message = fmt.Sprintf("timer %s of %s fires although what it guarded has come", timer.Name, r.name(r.role))
			f.Origins = r.lastOrigins()
		}
		return f
	}
	bug.Panicf("no words for check %s", r.check)
	return Finding{}
}

// agreementWords names two roles that end a scope differently, how each of them does,
// and all further pairs for which that is so.
func (r *replayed) agreementWords() Finding {
	scope := model.ScopeID(r.info[0])
	first, second := model.RoleID(r.info[3]), model.RoleID(r.info[4])
	f := Finding{
		Help:    "let each handler tell every role of the scope, and let nobody go on before it knows",
		Origins: []model.Origin{r.automata.Scopes[scope].Origin},
	}
	message := fmt.Sprintf("%s and %s end %s differently: %s %s, %s %s", r.name(first), r.name(second), instanceOf(r.automata, scope),
		r.name(first), r.outcomeWords(scope, first, r.info[1]), r.name(second), r.outcomeWords(scope, second, r.info[2]))
	var others [][]int
	for _, e := range r.others {
		pair := []int{e.info[3], e.info[4]}
		if e.info[1] != r.info[1] {
			slices.Reverse(pair)
		}
		others = append(others, pair)
	}
	slices.SortFunc(others, slices.Compare)
	var pairs []string
	for _, pair := range others {
		pairs = append(pairs, fmt.Sprintf("%s and %s", r.name(model.RoleID(pair[0])), r.name(model.RoleID(pair[1]))))
	}
	if len(pairs) > 0 {
		message += "; so can " + strings.Join(pairs, ", ")
	}
	f.Message = r.after(message)
	return f
}

// outcomeWords says how a role has ended a scope, or that it waits in it for ever.
func (r *replayed) outcomeWords(scope model.ScopeID, role model.RoleID, part int) string {
	name := handlerName(r.automata, scope, part)
	if own := r.last.Local[role].Scopes; r.waitsAtEnd(role) && int(scope) < len(own) && own[scope].Phase == replay.In && own[scope].Part == part {
		return "waits for ever in " + name
	}
	return "by " + name
}

func (r *replayed) uncaughtWords() Finding {
	a := r.automata
	last := r.steps[len(r.steps)-1]
	t := &a.Machines[r.role].Transitions[last.Transition]
	what := raisedName(a, t)
	verb := "is raised"
	if t.Kind == model.Timeout {
		verb = "fires"
	}
	f := Finding{
		Message: fmt.Sprintf("%s %s at %s, and no handler takes it: %s fails", what, verb, r.name(r.role), r.name(r.role)),
		Help:    fmt.Sprintf("add a handler `on %s at %s` to a scope around it", what, r.name(r.role)),
		Origins: r.failOrigins(last),
	}
	handler := fmt.Sprintf("`on %s at %s`", what, r.name(r.role))
	position := model.PositionID(0)
	if len(t.Places) > 0 {
		position = t.Places[0].Position
	}
	takes := func(h model.Handler) bool {
		return h.At == r.role && (h.Exception == t.Exception && !h.Any || h.Any && t.Kind != model.CrashRaise)
	}
	around, inBody := r.scopeAround(position)
	own, has := r.handlerBeside(position, takes)
	switch {
	case has && inBody:
		f.Help = fmt.Sprintf("add a handler %s to %s, which is around it: %s has one, but a handler does not guard the other handlers of its scope",
			handler, scopeName(a, around), scopeName(a, own))
	case has:
		f.Help = fmt.Sprintf("put %s into another scope with a handler %s: its own does not guard the other handlers of its scope", scopeName(a, own), handler)
	case inBody && a.Scopes[around].Name != "":
		f.Help = fmt.Sprintf("add a handler %s to %s", handler, a.Scopes[around].Name)
	}
	return f
}

// scopeAround is the innermost scope in whose body a position stands.
func (r *replayed) scopeAround(position model.PositionID) (model.ScopeID, bool) {
	for _, p := range slices.Backward(r.automata.Chain(position)) {
		if at := r.automata.Positions[p]; at.Part == 0 {
			return at.Scope, true
		}
	}
	return 0, false
}

// handlerBeside is the innermost scope that has a handler of a kind, which does not
// help at a position because that stands in another handler of the same scope.
func (r *replayed) handlerBeside(position model.PositionID, takes func(model.Handler) bool) (model.ScopeID, bool) {
	for _, p := range slices.Backward(r.automata.Chain(position)) {
		if at := r.automata.Positions[p]; at.Part > 0 && slices.ContainsFunc(r.automata.Scopes[at.Scope].Handlers, takes) {
			return at.Scope, true
		}
	}
	return 0, false
}

// mayFail says what the environment may do to those whom somebody waits for.
func (r *replayed) mayFail() string {
	var crash, silence, lose []string
	seen := map[int]bool{}
	for _, e := range append([]*exhibit{r.exhibit}, r.others...) {
		c := e.info[0]
		if seen[c] {
			continue
		}
		seen[c] = true
		strikes := func(kind model.FaultKind) bool {
			return slices.ContainsFunc(r.env.Faults, func(f model.Fault) bool { return f.Kind == kind && f.Role == model.RoleID(c) })
		}
		switch name := r.name(model.RoleID(c)); {
		case strikes(model.Crash):
			crash = append(crash, name)
		case strikes(model.Silence):
			silence = append(silence, name)
		default:
			lose = append(lose, name)
		}
	}
	var parts []string
	if len(crash) > 0 {
		parts = append(parts, join(crash)+" may crash")
	}
	if len(silence) > 0 {
		parts = append(parts, join(silence)+" may fall silent")
	}
	if len(lose) > 0 {
		parts = append(parts, fmt.Sprintf("what %s sends may be lost", strings.Join(lose, " or ")))
	}
	return strings.Join(parts, ", and ")
}

// guardHelp is the mend of an unguarded wait of a role for another one.
func (r *replayed) guardHelp(role, c model.RoleID) string {
	onlyCrash := true
	for _, f := range r.env.Faults {
		if stopsMessages(f) && f.Kind != model.Crash {
			onlyCrash = false
		}
	}
	timer := fmt.Sprintf("arm a timer `within t at %s` around the wait", r.name(role))
	if !onlyCrash {
		return timer
	}
	handler := fmt.Sprintf("a handler `on crash of %s at %s`", r.name(c), r.name(role))
	if at := r.last.Local[role].State; at >= 0 {
		takes := func(h model.Handler) bool {
			return h.At == role && !h.Any && r.automata.Exceptions[h.Exception].Kind == model.CrashNoticed && r.automata.Exceptions[h.Exception].Crashed == c
		}
		for _, p := range r.automata.Machines[role].States[at].In {
			if own, has := r.handlerBeside(p, takes); has {
				return fmt.Sprintf("%s, or put %s into another scope with %s: its own does not guard the other handlers of its scope",
					timer, scopeName(r.automata, own), handler)
			}
		}
	}
	return fmt.Sprintf("%s, or add %s", timer, handler)
}

// mendFailure says, for roles that wait for ever after a failure, what to do about
// it, if more can be said than that they wait.
func (r *replayed) mendFailure(f *Finding, open []model.RoleID) {
	if r.fault == "" {
		return
	}
	for _, role := range open {
		for _, i := range r.offers(role) {
			t := r.automata.Machines[role].Transitions[i]
			if t.Kind != model.Receive {
				continue
			}
			if s := r.last.Local[t.Peer].Status; s == replay.Crashed || s == replay.Silenced {
				f.Help = fmt.Sprintf("%s waits for %s, which is %s: %s", r.name(role), r.name(t.Peer), s, r.guardHelp(role, t.Peer))
				return
			}
		}
	}
	for _, role := range open {
		if peer, found := r.startedAgain(role); found {
			f.Help = fmt.Sprintf("%s waits for %s, which has crashed and started again, and knows of nothing: arm a timer `within t at %s` around the wait",
				r.name(role), r.name(peer), r.name(role))
			return
		}
	}
	for _, role := range open {
		if !slices.Contains(r.untold, role) {
			continue
		}
		if h, by, found := r.handlerThatLeavesOut(role); found {
			f.Help = fmt.Sprintf("tell %s too: let `%s` send it a message, as %s knows of the failure", r.name(role), handlerName(r.automata, h.Scope, h.Part), r.name(by))
			return
		}
	}
	for _, role := range open {
		if slices.Contains(r.untold, role) && r.anyLoss() {
			f.Help = fmt.Sprintf("arm a timer `within t at %s` around the wait: what it waits for may be lost", r.name(role))
			return
		}
	}
}

// startedAgain is a role that the given one waits for, and that has recovered from
// a crash.
func (r *replayed) startedAgain(role model.RoleID) (model.RoleID, bool) {
	for _, i := range r.offers(role) {
		t := r.automata.Machines[role].Transitions[i]
		if t.Kind == model.Receive && slices.ContainsFunc(r.steps, func(s replay.Step) bool { return s.Recovers && s.Role == t.Peer }) {
			return t.Peer, true
		}
	}
	return 0, false
}

// anyLoss reports whether a message has vanished on the way.
func (r *replayed) anyLoss() bool {
	return slices.ContainsFunc(r.steps, func(s replay.Step) bool {
		return s.Vanishes || s.Fault >= 0 && r.env.Faults[s.Fault].Kind == model.Loss
	})
}

// handlerThatLeavesOut is the last handler that another role has entered, and in
// which the given role never hears anything.
func (r *replayed) handlerThatLeavesOut(role model.RoleID) (h model.HandlerRef, by model.RoleID, found bool) {
	for _, s := range slices.Backward(r.steps) {
		for _, by := range s.Participants() {
			h, enters := r.handlerOf(s, by)
			if enters && by != role && !r.hasInterrupt(role, h) {
				return h, by, true
			}
		}
	}
	return model.HandlerRef{}, 0, false
}

// handlerOf is the handler that a role enters in a step.
func (r *replayed) handlerOf(s replay.Step, role model.RoleID) (model.HandlerRef, bool) {
	t := -1
	switch {
	case s.Role == role:
		t = s.Transition
	case s.Peer == role:
		t = s.PeerTransition
	}
	if t < 0 || r.automata.Machines[role].Transitions[t].Handler == nil {
		return model.HandlerRef{}, false
	}
	return *r.automata.Machines[role].Transitions[t].Handler, true
}

func (r *replayed) hasInterrupt(role model.RoleID, h model.HandlerRef) bool {
	return slices.ContainsFunc(r.automata.Machines[role].Transitions, func(t model.Transition) bool {
		return t.Handler != nil && *t.Handler == h
	})
}

// lateHelp is the mend where a message is in the way that belongs to a part of a
// scope which its receiver has abandoned.
func (r *replayed) lateHelp(from, to model.RoleID, label model.LabelID) string {
	q, ok := r.oracle.QueueOf(from, to)
	if !ok {
		return ""
	}
	for _, m := range r.last.Queues[q] {
		if m.Sender != from || m.Label != label || m.Stray {
			continue
		}
		for _, p := range r.automata.Chain(m.Position) {
			at := r.automata.Positions[p]
			own := r.last.Local[to].Scopes
			if int(at.Scope) >= len(own) || r.automata.Scopes[at.Scope].DiscardLate {
				continue
			}
			if s := own[at.Scope]; s.Phase != replay.None && s.Part >= 1 && s.Part != at.Part {
				return fmt.Sprintf("add `discard late` to %s: %s is of a part that %s has left", scopeName(r.automata, at.Scope), r.automata.Labels[label], r.name(to))
			}
		}
	}
	return ""
}

// staleScope is the outermost scope of which the message that the last step takes
// belongs to an instance that its receiver has left.
func (r *replayed) staleScope() (model.ScopeID, bool) {
	return r.oracle.StaleScope(r.configs[len(r.configs)-2], r.steps[len(r.steps)-1])
}

// receiveOrigins is where the receiver of a step takes its message.
func (r *replayed) receiveOrigins(s replay.Step) []model.Origin {
	t := s.Transition
	if s.PeerTransition >= 0 {
		t = s.PeerTransition
	}
	if t < 0 {
		return nil
	}
	return r.automata.Machines[r.role].Transitions[t].Origins[:1]
}

// offerOrigins is where a role waits.
func (r *replayed) offerOrigins(role model.RoleID) []model.Origin {
	var out []model.Origin
	for _, i := range r.offers(role) {
		if o := r.automata.Machines[role].Transitions[i].Origins[0]; !slices.Contains(out, o) {
			out = append(out, o)
		}
	}
	return out
}
