package replay

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"chorcheck/model"
)

// Describe puts a step into words: "Customer -> Shop: order(3)" for a send and a
// rendezvous, "Shop <- Customer: order(3)" for a receive, "Shop: tries = 1" for
// an internal step, "Bank crashes" for a fault. The handler that is entered stands
// at the end. What could not be computed is left out or shown as "?".
func (in *Interpreter) Describe(s Step) string {
	text := in.action(s)
	switch {
	case s.Uncaught:
		return text + ", and nobody handles it"
	case s.Handler.Part == 0:
		return text
	}
	handler := in.automata.Scopes[s.Handler.Scope].Handlers[s.Handler.Part-1]
	name := in.automata.Scopes[s.Handler.Scope].Name
	if name != "" {
		name = " of scope " + name
	}
	return fmt.Sprintf("%s (handler %s%s)", text, in.handlerName(handler), name)
}

// HandlerName names a handler together with its scope: "pay, on Declined at Bank".
func (in *Interpreter) HandlerName(h model.HandlerRef) string { return in.partName(h.Scope, h.Part) }

// partName names a part of a scope.
func (in *Interpreter) partName(s model.ScopeID, part int) string {
	scope := in.automata.Scopes[s]
	name := scope.Name
	if name == "" {
		name = "a scope"
	}
	if part == 0 {
		return name
	}
	return name + ", on " + in.handlerName(scope.Handlers[part-1])
}

// handlerName is "Declined at Bank".
func (in *Interpreter) handlerName(h model.Handler) string {
	what := "any"
	if !h.Any {
		what = in.automata.Exceptions[h.Exception].Name
	}
	return what + " at " + in.automata.Roles[h.At].Name
}

// action is a step in words, without the handler.
func (in *Interpreter) action(s Step) string {
	name := func(r model.RoleID) string { return in.automata.Roles[r].Name }
	switch s.Kind {
	case Send, Rendezvous:
		text := in.exchange(s)
		switch {
		case s.Vanishes:
			return text + ", which reaches nobody"
		case s.Discard:
			return text + ", which is late and dropped"
		case s.PeerTransition >= 0 && in.automata.Machines[s.Peer].Transitions[s.PeerTransition].Kind == model.Ignore:
			return text + ", which is ignored"
		}
		return text + in.changes(s, s.Role, s.Transition) + in.changes(s, s.Peer, s.PeerTransition)
	case Receive:
		return fmt.Sprintf("%s <- %s: %s", name(s.Message.Receiver), name(s.Message.Sender), in.describeMessage(s.Message)) +
			in.changes(s, s.Role, s.Transition)
	case Ignore:
		return fmt.Sprintf("%s ignores %s from %s", name(s.Role), in.describeMessage(s.Message), name(s.Message.Sender))
	case Discard:
		return fmt.Sprintf("%s drops a late %s from %s", name(s.Role), in.describeMessage(s.Message), name(s.Message.Sender))
	case Recovery:
		return name(s.Role) + " recovers"
	case LinkUp:
		return in.links(s.Fault, "comes back", "come back")
	case Fault:
		return in.fault(s)
	case Timeout, Raise, CrashNoticed:
		t := in.automata.Machines[s.Role].Transitions[s.Transition]
		var text string
		switch s.Kind {
		case Timeout:
			text = fmt.Sprintf("timer %s of %s fires", in.automata.Timers[t.Timer].Name, name(s.Role))
		case Raise:
			text = fmt.Sprintf("%s is raised at %s", in.automata.Exceptions[t.Exception].Name, name(s.Role))
		default:
			text = fmt.Sprintf("%s notices the crash of %s", name(s.Role), name(t.Peer))
		}
		return text + in.changes(s, s.Role, s.Transition)
	}
	return in.internal(s)
}

// exchange is "Customer -> Shop: order(3)".
func (in *Interpreter) exchange(s Step) string {
	return fmt.Sprintf("%s -> %s: %s", in.automata.Roles[s.Message.Sender].Name, in.automata.Roles[s.Message.Receiver].Name, in.describeMessage(s.Message))
}

// internal is an internal step in words.
func (in *Interpreter) internal(s Step) string {
	name := in.automata.Roles[s.Role].Name
	t := in.automata.Machines[s.Role].Transitions[s.Transition]
	if len(t.Assigns) == 0 && t.Guard != nil && !s.Fails {
		return name + ": internal step, as " + in.automata.ExprText(t.Guard, nil)
	}
	if len(t.Assigns) == 0 {
		return name + ": internal step"
	}
	var parts []string
	for i, assign := range t.Assigns {
		x := in.automata.Vars[assign.Var]
		value := "?"
		if i < len(s.Assigned) {
			value = formatValue(x.Domain, s.Assigned[i])
		}
		parts = append(parts, cmp.Or(in.timerChange(assign), x.Name+" = "+value))
	}
	return name + ": " + strings.Join(parts, ", ")
}

// changes tells of the explicit timers that a transition sets and cancels besides:
// ", set t".
func (in *Interpreter) changes(s Step, r model.RoleID, i int) string {
	if i < 0 || s.Fails {
		return ""
	}
	text := ""
	for _, assign := range in.automata.Machines[r].Transitions[i].Assigns {
		if change := in.timerChange(assign); change != "" {
			text += ", " + change
		}
	}
	return text
}

// timerChange is "set t" or "cancel t", and empty for another variable.
func (in *Interpreter) timerChange(a model.Assign) string {
	i := slices.IndexFunc(in.automata.Timers, func(t model.Timer) bool { return t.Var == a.Var })
	switch {
	case i < 0 || a.Value.Op != model.OpConst:
		return ""
	case a.Value.Value != 0:
		return "set " + in.automata.Timers[i].Name
	}
	return "cancel " + in.automata.Timers[i].Name
}

// fault is a fault in words.
func (in *Interpreter) fault(s Step) string {
	if s.Fault < 0 {
		return "a fault"
	}
	f := in.environment.Faults[s.Fault]
	name := func(r model.RoleID) string { return in.automata.Roles[r].Name }
	switch f.Kind {
	case model.Crash:
		return name(f.Role) + " crashes"
	case model.Silence:
		return name(f.Role) + " falls silent"
	case model.Disconnect, model.Partition:
		return in.links(s.Fault, "goes down", "go down")
	case model.RaiseFault:
		return fmt.Sprintf("an end-point exception %s strikes %s", in.automata.Exceptions[f.Exception].Name, name(f.Role))
	case model.Stray:
		return in.stray(f, s)
	}
	if s.Message.Label < 0 {
		return fmt.Sprintf("%s of a message from %s to %s", f.Kind, name(f.Role), name(f.Peer))
	}
	switch f.Kind {
	case model.Loss:
		return in.exchange(s) + " is lost"
	case model.Duplicate:
		return in.exchange(s) + " is duplicated"
	}
	messages := "messages"
	if s.Place == 1 {
		messages = "message"
	}
	return fmt.Sprintf("%s overtakes %d %s", in.exchange(s), s.Place, messages)
}

func (in *Interpreter) stray(f model.Fault, s Step) string {
	text := fmt.Sprintf("a stray %s from %s", in.automata.Labels[f.Label], in.automata.Roles[f.Role].Name)
	to := in.automata.Roles[f.Peer].Name
	q, ok := in.QueueOf(f.Role, f.Peer)
	switch {
	case s.Vanishes:
		return fmt.Sprintf("%s to %s reaches nobody", text, to)
	case !ok:
		return fmt.Sprintf("%s reaches %s", text, to)
	case in.queues[q].Shared:
		return fmt.Sprintf("%s arrives in the %s", text, in.queues[q].Name)
	}
	return fmt.Sprintf("%s arrives in the queue to %s", text, to)
}

// links says what happens to the links of a disconnect or partition.
func (in *Interpreter) links(fault int, one, several string) string {
	f := in.environment.Faults[fault]
	if f.Kind == model.Disconnect {
		return fmt.Sprintf("the link %s %s", in.linkName(f), one)
	}
	return fmt.Sprintf("the links %s %s", in.linkName(f), several)
}

// linkName is "A -- B" or "between A, B and C".
func (in *Interpreter) linkName(f model.Fault) string {
	if f.Kind == model.Disconnect {
		return in.automata.Roles[f.Role].Name + " -- " + in.automata.Roles[f.Peer].Name
	}
	var groups []string
	for _, g := range f.Groups {
		var names []string
		for _, r := range g {
			names = append(names, in.automata.Roles[r].Name)
		}
		groups = append(groups, strings.Join(names, ", "))
	}
	return "between " + strings.Join(groups, " and ")
}
