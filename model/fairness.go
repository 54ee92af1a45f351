package model

import (
	"fmt"

	"chorcheck/lts"
)

// Fairness sorts the steps of a network into classes. A run is weakly fair if no class is enabled for ever from some
// position on, and goes only finitely often. The coarser the classes, the more runs count.
type Fairness struct {
	class []int // by action
	names []string
}

// Classes is their number.
func (f *Fairness) Classes() int { return len(f.names) }

// Class is that of an action, -1 if nobody can count on it: it is a fault, or a link that comes back.
func (f *Fairness) Class(a lts.Action) int { return f.class[a] }

// Name says what a class is: "what Bank does", "the timer t of Bank", "the delivery from A to B".
func (f *Fairness) Name(class int) string { return f.names[class] }

// fairnessKey names a class.
type fairnessKey struct {
	kind   fairnessKind
	index  int // a role, a timer or a queue
	thread ThreadID
	what   string // the message and its sender, in a bag
}

type fairnessKind uint8

const (
	fairThread   fairnessKind = iota // what a role does in a thread
	fairTimer                        // a timer fires
	fairDelivery                     // a queue, and who takes from it
	fairRecovery                     // a crashed role starts again
)

// FairnessClasses finds the classes: each thread of each role, each timer, each delivery, which is a queue with the thread that
// takes from it (in a bag also the message with its values), and each recovery. A rendezvous belongs to its sender.
func (n *Network) FairnessClasses() *Fairness {
	f := &Fairness{class: make([]int, len(n.actions))}
	index := map[fairnessKey]int{}
	threads := n.threadClasses()
	for a := range n.actions {
		f.class[a] = -1
		if !n.IsStep(lts.Action(a)) {
			continue
		}
		key := n.fairnessKey(&n.actions[a], threads)
		class, ok := index[key]
		if !ok {
			class = len(f.names)
			index[key] = class
			f.names = append(f.names, n.nameFairness(key))
		}
		f.class[a] = class
	}
	return f
}

func (n *Network) fairnessKey(x *ActionInfo, threads []*threadClasses) fairnessKey {
	key := fairnessKey{kind: fairThread, index: int(x.Role)}
	switch {
	case x.Recovers:
		key.kind = fairRecovery
		return key
	case x.Transition < 0: // a discard
		key.kind, key.index = fairDelivery, x.Queue
	default:
		tr := &n.automata.Machines[x.Role].Transitions[x.Transition]
		key.thread = tr.Thread
		switch {
		case tr.Kind == Timeout && int(tr.Timer) < len(n.automata.Timers):
			return fairnessKey{kind: fairTimer, index: int(tr.Timer)}
		case tr.Kind == Receive || tr.Kind == Ignore:
			key.kind, key.index = fairDelivery, x.Queue
		default:
			key.thread = threads[x.Role].of(x.Transition, tr)
		}
	}
	if key.kind == fairDelivery && n.queues[x.Queue].bag {
		key.what = n.describeFairly(&n.flat.messages[x.Message])
	}
	return key
}

func (n *Network) nameFairness(key fairnessKey) string {
	a := n.automata
	thread := ""
	if key.thread != 0 {
		thread = fmt.Sprintf(" in thread %d", key.thread)
	}
	switch key.kind {
	case fairThread:
		return fmt.Sprintf("what %s does%s", a.Roles[key.index].Name, thread)
	case fairRecovery:
		return fmt.Sprintf("the recovery of %s", a.Roles[key.index].Name)
	case fairTimer:
		t := &a.Timers[key.index]
		if t.Name == "" {
			return fmt.Sprintf("a timer of %s", a.Roles[t.Owner].Name)
		}
		return fmt.Sprintf("the timer %s of %s", t.Name, a.Roles[t.Owner].Name)
	}
	q := n.queues[key.index]
	switch {
	case q.bag:
		return fmt.Sprintf("the delivery of %s%s", key.what, thread)
	case q.from >= 0:
		return fmt.Sprintf("the delivery from %s to %s%s", a.Roles[q.from].Name, a.Roles[q.to].Name, thread)
	}
	return fmt.Sprintf("the delivery from the mailbox of %s%s", a.Roles[q.to].Name, thread)
}

// describeFairly names a kind of message with its ends.
func (n *Network) describeFairly(m *MessageKind) string {
	label := n.automata.Labels[m.Label]
	if len(m.Values) > 0 {
		label += fmt.Sprint(m.Values)
	}
	return fmt.Sprintf("%s from %s to %s", label, n.automata.Roles[m.From].Name, n.automata.Roles[m.To].Name)
}

// threadClasses joins threads of one role. The thread of a transition that raises something and enters a handler is not the
// one in which it stands, but that of the handler's scope. So where a role chooses between such a transition and others,
// which perhaps belong to the same thread, all of them are one class: a choice may be made in the same way for ever.
type threadClasses struct {
	parent map[fairThreadOf]fairThreadOf
}

// fairThreadOf is a thread, or a transition that raises something, by its index plus 1.
type fairThreadOf struct {
	thread ThreadID
	raise  int
}

func (t *threadClasses) find(x fairThreadOf) fairThreadOf {
	for {
		p, ok := t.parent[x]
		if !ok {
			return x
		}
		x = p
	}
}

func (t *threadClasses) join(x, y fairThreadOf) {
	x, y = t.find(x), t.find(y)
	switch {
	case x == y:
	case y.raise == 0 && (x.raise != 0 || y.thread < x.thread): // the least thread stands for all
		t.parent[x] = y
	default:
		t.parent[y] = x
	}
}

func memberOf(transition int, tr *Transition) fairThreadOf {
	if tr.Kind == Raise && tr.Handler != nil {
		return fairThreadOf{tr.Thread, transition + 1}
	}
	return fairThreadOf{tr.Thread, 0}
}

func (t *threadClasses) of(transition int, tr *Transition) ThreadID {
	return t.find(memberOf(transition, tr)).thread
}

func (n *Network) threadClasses() []*threadClasses {
	var out []*threadClasses
	for r := range n.automata.Machines {
		t := &threadClasses{parent: map[fairThreadOf]fairThreadOf{}}
		all := n.automata.Machines[r].Transitions
		for i := range all {
			if memberOf(i, &all[i]).raise == 0 {
				continue
			}
			rng := n.flat.machines[r].first[all[i].From]
			for j := rng[0]; j < rng[1]; j++ {
				if chosen := all[j].Kind == Send || all[j].Kind == Internal || all[j].Kind == Raise; chosen && !n.automata.Concurrent(all[i].Thread, all[j].Thread) {
					t.join(memberOf(i, &all[i]), memberOf(j, &all[j]))
				}
			}
		}
		out = append(out, t)
	}
	return out
}
