package chor

import (
	"fmt"
	"slices"

	"chorcheck/lang/diag"
	"chorcheck/model"
)

// maxFindingsWork bounds the search for handlers of what is raised. Where it is not
// enough, handlers and raises get no warnings.
const maxFindingsWork = 2_000_000

// findings looks at an unrolled choreography for failures that are handled twice,
// never, or by nobody. It walks the tree once, with the handlers that are in force
// at the present place: those of the scopes in the body of which it stands.
//
// A place of the text may have several copies. A handler is blamed if no copy of it
// can be entered, a raise if one copy of it is not caught.
type findings struct {
	*elaborator
	s      *model.Structure
	work   int
	depth  int // scopes in the body of which the present place stands
	named  map[endPointKey][]catch
	any    map[model.RoleID][]catch
	armed  []*armedTimer
	inside []model.HandlerRef // handlers around the present place, innermost last
	waits  map[model.RoleID]int
	sent   map[messageTo]struct{}

	messages map[model.LabelID]bool // of interactions
	ignored  []*model.IgnoreMessage

	handlers []model.Handler // each place of the text once
	entered  map[model.Origin]bool
	taken    map[model.HandlerRef][]model.ExceptionID // by `on any`
	known    map[takenKey]struct{}
	raisedAt map[model.ExceptionID][]model.RoleID
	guards   map[model.Origin]bool // timers: some copy guards a wait
	timers   []*model.Within       // each place of the text once
	expiry   map[expiryKey]model.Origin
	uncaught []uncaughtRaise
	alike    [][2]model.Origin

	crashes    map[model.RoleID]struct{} // by some environment
	struck     map[endPointKey]struct{}  // raised by some environment
	struckAt   map[model.RoleID]struct{}
	calm       bool // the text has no environments
	advised    int
	incomplete bool
}

// catch is a handler in force.
type catch struct {
	depth int // of its scope
	ref   model.HandlerRef
}

type armedTimer struct {
	at        model.RoleID
	exception model.ExceptionID
	caught    bool
}

type messageTo struct {
	to    model.RoleID
	label model.LabelID
}

type takenKey struct {
	ref       model.HandlerRef
	exception model.ExceptionID
}

type expiryKey struct {
	timer model.TimerID
	ref   model.HandlerRef
}

type uncaughtRaise struct {
	at        model.Origin
	role      model.RoleID
	exception model.ExceptionID
}

// warnFailures gives the warnings about failures.
func (e *elaborator) warnFailures(body model.Seq, environments []*model.Environment, endPoints []model.EndPoint) {
	f := &findings{
		elaborator: e, s: &e.failures.structure,
		named: map[endPointKey][]catch{}, any: map[model.RoleID][]catch{}, waits: map[model.RoleID]int{},
		sent: map[messageTo]struct{}{}, entered: map[model.Origin]bool{}, taken: map[model.HandlerRef][]model.ExceptionID{},
		known: map[takenKey]struct{}{}, raisedAt: map[model.ExceptionID][]model.RoleID{}, guards: map[model.Origin]bool{},
		expiry: map[expiryKey]model.Origin{}, crashes: map[model.RoleID]struct{}{}, struck: map[endPointKey]struct{}{},
		struckAt: map[model.RoleID]struct{}{}, messages: map[model.LabelID]bool{}, calm: len(e.environments) == 0,
	}
	for _, env := range environments {
		for _, x := range env.Faults {
			switch x.Kind {
			case model.Crash:
				f.crashes[x.Role] = struct{}{}
			case model.Stray:
				f.sent[messageTo{x.Peer, x.Label}] = struct{}{}
			}
		}
	}
	for _, p := range endPoints {
		f.struck[endPointKey{p.Role, p.Exception}] = struct{}{}
		f.struckAt[p.Role] = struct{}{}
	}
	f.walk(body)
	f.report()
	for _, env := range environments {
		for i := range env.Faults {
			f.reportMisspelt(&env.Faults[i])
		}
	}
}

func (f *findings) walk(seq model.Seq) {
	for _, s := range seq {
		switch n := s.(type) {
		case *model.Interaction:
			f.messages[n.Label] = true
			f.sent[messageTo{n.To, n.Label}] = struct{}{}
			f.waits[n.To]++
			if f.channels.Of(n.From, n.To).Discipline == model.Sync {
				f.waits[n.From]++
			}
		case *model.Choice:
			for _, b := range n.Branches {
				f.walk(b.Body)
			}
		case *model.Par:
			for _, t := range n.Threads {
				f.walk(t)
			}
		case *model.Loop:
			f.walk(n.Body)
		case *model.Rec:
			f.walk(n.Body)
		case *model.RaiseStmt:
			if _, ok := f.raise(n.Exception, n.At); !ok {
				f.uncaught = append(f.uncaught, uncaughtRaise{n.Origin, n.At, n.Exception})
			}
		case *model.RaiseAgain:
			for _, x := range f.taken[f.inside[len(f.inside)-1]] {
				if _, ok := f.raise(x, n.At); !ok {
					f.uncaught = append(f.uncaught, uncaughtRaise{n.Origin, n.At, x})
				}
			}
		case *model.Within:
			f.within(n)
		case *model.Try:
			f.try(n)
		}
	}
}

// catcher is the handler that takes an exception raised at a role here.
func (f *findings) catcher(x model.ExceptionID, at model.RoleID) (model.HandlerRef, bool) {
	var best catch
	if list := f.named[endPointKey{at, x}]; len(list) > 0 {
		best = list[len(list)-1]
	}
	if list := f.any[at]; len(list) > 0 && f.s.Exceptions[x].Kind != model.CrashNoticed {
		c := list[len(list)-1]
		if best.depth < c.depth || best.depth == c.depth && c.ref.Part < best.ref.Part {
			best = c
		}
	}
	return best.ref, best.depth > 0
}

func (f *findings) handlerOf(ref model.HandlerRef) *model.Handler {
	return &f.s.Scopes[ref.Scope].Handlers[ref.Part-1]
}

// raise notes that an exception is raised here.
func (f *findings) raise(x model.ExceptionID, at model.RoleID) (model.HandlerRef, bool) {
	if f.work++; f.work > maxFindingsWork {
		f.incomplete = true
		return model.HandlerRef{}, true
	}
	if list := f.raisedAt[x]; len(list) < 8 && !slices.Contains(list, at) {
		f.raisedAt[x] = append(list, at)
	}
	ref, ok := f.catcher(x, at)
	if !ok {
		return ref, false
	}
	h := f.handlerOf(ref)
	f.entered[h.Origin] = true
	if h.Any {
		if _, old := f.known[takenKey{ref, x}]; !old {
			f.known[takenKey{ref, x}] = struct{}{}
			f.taken[ref] = append(f.taken[ref], x)
		}
	}
	return ref, true
}

func (f *findings) within(n *model.Within) {
	t := f.s.Timers[n.Timer]
	ref, ok := f.raise(t.Exception, n.At)
	if ok && !f.incomplete {
		key := expiryKey{n.Timer, ref}
		if first, old := f.expiry[key]; !old {
			f.expiry[key] = n.Origin
		} else if first != n.Origin {
			f.alike = append(f.alike, [2]model.Origin{first, n.Origin})
		}
	}
	armed := &armedTimer{n.At, t.Exception, ok}
	f.armed = append(f.armed, armed)
	before := f.waits[n.At]
	f.walk(n.Body)
	f.armed = f.armed[:len(f.armed)-1]
	guards := f.waits[n.At] > before
	if _, old := f.guards[n.Origin]; !old {
		f.timers = append(f.timers, n)
	}
	f.guards[n.Origin] = f.guards[n.Origin] || guards
	if !armed.caught && guards {
		f.uncaught = append(f.uncaught, uncaughtRaise{n.Origin, n.At, t.Exception})
	}
}

func (f *findings) try(n *model.Try) {
	handlers := f.s.Scopes[n.Scope].Handlers
	f.depth++
	for i := range handlers {
		f.enter(n.Scope, i)
	}
	for _, t := range f.armed {
		if f.incomplete {
			break
		}
		if _, ok := f.raise(t.exception, t.at); ok {
			t.caught = true
		}
	}
	f.walk(n.Body)
	for i := range handlers {
		f.leave(&handlers[i])
	}
	f.depth--
	for i, seq := range n.Handlers {
		f.inside = append(f.inside, model.HandlerRef{Scope: n.Scope, Part: i + 1})
		f.walk(seq)
		f.inside = f.inside[:len(f.inside)-1]
	}
	for i := range n.Ignores {
		f.ignored = append(f.ignored, &n.Ignores[i])
	}
}

// enter puts a handler in force, unless an earlier one of its scope takes the same.
func (f *findings) enter(scope model.ScopeID, i int) {
	h := &f.s.Scopes[scope].Handlers[i]
	if _, old := f.entered[h.Origin]; !old {
		f.entered[h.Origin] = false
		f.handlers = append(f.handlers, *h)
	}
	c := catch{f.depth, model.HandlerRef{Scope: scope, Part: i + 1}}
	crash := !h.Any && f.s.Exceptions[h.Exception].Kind == model.CrashNoticed
	if list := f.any[h.At]; !crash && len(list) > 0 && list[len(list)-1].depth == f.depth {
		f.shadowed(h, list[len(list)-1].ref)
		return
	}
	if h.Any {
		f.any[h.At] = append(f.any[h.At], c)
		if _, ok := f.struckAt[h.At]; ok {
			f.entered[h.Origin] = true
		}
		return
	}
	key := endPointKey{h.At, h.Exception}
	if list := f.named[key]; len(list) > 0 && list[len(list)-1].depth == f.depth {
		f.shadowed(h, list[len(list)-1].ref)
		return
	}
	f.named[key] = append(f.named[key], c)
	if _, ok := f.struck[key]; ok {
		f.entered[h.Origin] = true
	}
	if crash {
		crashed := f.s.Exceptions[h.Exception].Crashed
		_, ok := f.crashes[crashed]
		if crashed != h.At && (ok || f.calm) {
			f.entered[h.Origin] = true
		}
	}
}

// leave takes a handler out of force, if it is.
func (f *findings) leave(h *model.Handler) {
	if h.Any {
		f.any[h.At] = drop(f.any[h.At], f.depth)
		return
	}
	key := endPointKey{h.At, h.Exception}
	f.named[key] = drop(f.named[key], f.depth)
}

func drop(list []catch, depth int) []catch {
	if n := len(list); n > 0 && list[n-1].depth == depth {
		return list[:n-1]
	}
	return list
}

func (f *findings) warn(code diag.Code, at model.Origin, second model.Origin, label, help, format string, args ...any) {
	if !f.fresh(code, f.places[at]) {
		return
	}
	d := diag.Diagnostic{
		Code: code, Severity: diag.Warning, Message: fmt.Sprintf(format, args...),
		Primary: diag.Label{Span: f.places[at]}, Help: help,
	}
	if second != 0 {
		d.Secondary = []diag.Label{{Span: f.places[second], Text: label}}
	}
	f.add(d)
}

func (f *findings) shadowed(h *model.Handler, by model.HandlerRef) {
	f.entered[h.Origin] = true // said already
	f.warn(diag.HandlerTwice, h.Origin, f.handlerOf(by).Origin, "this handler takes it", "remove one of them, or put their statements together",
		"this handler never runs: an earlier one of its scope takes the same at `%s`", f.modelRoles[h.At].Name)
}

func (f *findings) report() {
	for _, n := range f.timers {
		if !f.guards[n.Origin] {
			role := f.modelRoles[n.At].Name
			f.warn(diag.TimerGuardsNothing, n.Origin, 0, "", fmt.Sprintf("put the message that `%s` waits for into the block, its answer for example, or remove the timer", role),
				"the timer `%s` guards nothing: `%s` waits for no message in this block, and sending is no wait for an answer", f.s.Timers[n.Timer].Name, role)
		}
	}
	for _, pair := range f.alike {
		f.warn(diag.TimeoutsAlike, pair[1], pair[0], "the other block", "give the timers different names, and each of them a handler",
			"this timeout cannot be told from another one: both end in one handler")
	}
	for _, i := range f.ignored {
		f.reportIgnored(i)
	}
	if f.incomplete {
		return
	}
	for _, u := range f.uncaught {
		name, role := f.s.Exceptions[u.exception].Name, f.modelRoles[u.role].Name
		f.warn(diag.Uncaught, u.at, 0, "", fmt.Sprintf("put it into a scope with a handler `on %s at %s { .. }`", name, role),
			"nothing handles `%s` at `%s` here, so `%s` fails", name, role, role)
	}
	for _, h := range f.handlers {
		if !f.entered[h.Origin] {
			f.reportNeverRaised(h)
		}
	}
}

func (f *findings) reportIgnored(i *model.IgnoreMessage) {
	if _, ok := f.sent[messageTo{i.At, i.Label}]; ok || !f.fresh(diag.IgnoredNeverSent, f.places[i.Origin]) {
		return
	}
	name, role := f.labels[i.Label], f.modelRoles[i.At].Name
	d := diag.Diagnostic{
		Code: diag.IgnoredNeverSent, Severity: diag.Warning, Message: fmt.Sprintf("nobody ever sends `%s` to `%s`", name, role),
		Primary: diag.Label{Span: f.places[i.Origin]}, Help: "remove the clause, or name a message that arrives there",
	}
	if f.worthAdvice() {
		var list []candidate
		for label, text := range f.labels {
			if _, ok := f.sent[messageTo{i.At, model.LabelID(label)}]; ok && len(list) < 100 {
				list = append(list, candidate{name: text})
			}
		}
		f.suggest(&d, name, list)
	}
	f.add(d)
}

// worthAdvice reports whether a warning will be shown, so that a name that was
// meant may be looked for.
func (f *findings) worthAdvice() bool {
	f.advised++
	return f.advised <= diag.MaxPerFile
}

func (f *findings) reportNeverRaised(h model.Handler) {
	role := f.modelRoles[h.At].Name
	if h.Any {
		f.warn(diag.HandlerNeverRaised, h.Origin, 0, "", fmt.Sprintf("raise an exception at `%s` in the body of the scope, or remove the handler", role),
			"this handler never runs: nothing that it could take is raised at `%s` in its scope", role)
		return
	}
	x := f.s.Exceptions[h.Exception]
	switch {
	case x.Kind != model.CrashNoticed:
	case x.Crashed == h.At:
		f.warn(diag.HandlerNeverRaised, h.Origin, 0, "", "let another role handle the crash",
			"this handler never runs: `%s` cannot handle its own crash", role)
		return
	default:
		name := f.modelRoles[x.Crashed].Name
		f.warn(diag.HandlerNeverRaised, h.Origin, 0, "", fmt.Sprintf("write `crash %s` into an environment, or remove the handler", name),
			"this handler never runs: no environment crashes `%s`", name)
		return
	}
	help := fmt.Sprintf("raise `%s` at `%s` in the body of the scope or in an environment, or remove the handler", x.Name, role)
	others := f.raisedAt[h.Exception]
	for r := range f.modelRoles {
		if _, struck := f.struck[endPointKey{model.RoleID(r), h.Exception}]; struck && len(others) == 0 {
			others = []model.RoleID{model.RoleID(r)}
		}
	}
	if len(others) > 0 && !slices.Contains(others, h.At) {
		other := f.modelRoles[others[0]].Name
		help = fmt.Sprintf("it is raised at `%s`: write `on %s at %s`, and let `%s` tell `%s` by a message", other, x.Name, other, other, role)
	}
	if !f.fresh(diag.HandlerNeverRaised, f.places[h.Origin]) {
		return
	}
	d := diag.Diagnostic{
		Code: diag.HandlerNeverRaised, Severity: diag.Warning, Primary: diag.Label{Span: f.places[h.Origin]}, Help: help,
		Message: fmt.Sprintf("this handler never runs: nothing raises `%s` at `%s` in its scope", x.Name, role),
	}
	if len(others) == 0 && f.worthAdvice() {
		var list []candidate
		for id, y := range f.s.Exceptions {
			if slices.Contains(f.raisedAt[model.ExceptionID(id)], h.At) && y.Kind != model.CrashNoticed && len(list) < 100 {
				list = append(list, candidate{name: y.Name})
			}
		}
		f.suggest(&d, x.Name, list)
	}
	f.add(d)
}

// reportMisspelt warns of an exception or a message that only an environment names,
// if the rest of the text has one that is spelt almost like it.
func (f *findings) reportMisspelt(x *model.Fault) {
	if x.Origin == 0 || x.Kind != model.RaiseFault && x.Kind != model.Stray || !f.fresh(diag.NamedOnlyHere, f.places[x.Origin]) || !f.worthAdvice() {
		return
	}
	var name, what string
	var known []string
	if x.Kind == model.RaiseFault {
		name, what = f.s.Exceptions[x.Exception].Name, "exception"
		for _, h := range f.handlers {
			if !h.Any && f.s.Exceptions[h.Exception].Kind != model.CrashNoticed {
				known = append(known, f.s.Exceptions[h.Exception].Name)
			}
		}
		for id := range f.raisedAt {
			known = append(known, f.s.Exceptions[id].Name)
		}
		for _, d := range f.failures.declaredList {
			known = append(known, d.Name)
		}
	} else {
		name, what = f.labels[x.Label], "message"
		for label := range f.messages {
			known = append(known, f.labels[label])
		}
		for _, i := range f.ignored {
			known = append(known, f.labels[i.Label])
		}
	}
	slices.Sort(known) // of several that are near, always the same one
	if slices.Contains(known, name) || len(known) > 1000 {
		return
	}
	near := diag.Nearest(name, known)
	if near == "" {
		return
	}
	f.warn(diag.NamedOnlyHere, x.Origin, 0, "", "did you mean `"+near+"`?", "nothing but this environment names the %s `%s`", what, name)
}
