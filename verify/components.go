package verify

import (
	"strings"

	"github.com/bits-and-blooms/bitset"

	"chorcheck/explore"
	"chorcheck/lts"
	"chorcheck/model"
)

// components looks for evidence in non-trivial bottom components. Trivial ones are
// terminal configurations, which the observer has seen.
type components struct {
	v *verifier
	evidence
	steps *lts.Steps
	ends  bool // the protocol has an end
}

func newComponents(v *verifier) *components {
	return &components{v: v, evidence: v.evidence, steps: lts.NewSteps(v.net.Width()), ends: v.loopsByDesign() == ""}
}

// activity is what the steps of a component do.
type activity struct {
	moves    []bool // by role: takes part in a step
	received bool
	taken    []bool       // by queue
	kinds    map[int]bool // kinds of messages that are taken, as kindOf gives them
	final    bool         // some configuration is final
}

func (c *components) visit(comp explore.Component) {
	if comp.Trivial {
		return
	}
	act := c.activity(comp)
	c.report(&act, comp.Least, comp.Depth, c.evidence.add, func(r model.RoleID) { c.v.survivor(r).addComponent(comp) })
}

// report adds the evidence of a component, of which s is a configuration, at some depth. waits is
// called for each role that waits for ever in it.
func (c *components) report(act *activity, s lts.State, depth int, add func(*exhibit), waits func(model.RoleID)) {
	net, on := c.v.net, c.v.on
	var movers []string
	for r, moves := range act.moves {
		role := model.RoleID(r)
		switch {
		case moves:
			movers = append(movers, roleName(net, role))
		case net.Control(s, role) >= 0 && !isFinal(net, s, role):
			// A role that takes part in no step is in the same local state
			// everywhere in the component.
			if on["stuck"] {
				add(&exhibit{check: "stuck", cause: place(net, s, role), depth: depth, state: s, role: role})
			}
			if on["silent-survivor"] {
				waits(role)
			}
		}
	}
	cause := strings.Join(movers, " ")
	if !act.final && !act.received && on["livelock"] {
		add(&exhibit{check: "livelock", cause: cause, depth: depth, state: s})
	}
	if !act.final && c.ends && on["no-termination"] {
		add(&exhibit{check: "no-termination", cause: cause, depth: depth, state: s})
	}
	if !on["orphan-message"] {
		return
	}
	for q := range net.Queues() {
		// What is never taken is there in every configuration: looking at one is
		// enough. The same holds for a receiver that never moves.
		info := net.Queue(q)
		if net.Empty(s, q) || act.taken[q] && !info.Bag || net.Control(s, info.To) < 0 {
			continue
		}
		if !act.moves[info.To] && !isFinal(net, s, info.To) {
			continue
		}
		for _, m := range net.Content(s, q) {
			if info.Bag && act.kinds[kindOf(net, m)] {
				continue
			}
			add(orphan(net, s, depth, m, act.moves[info.To]))
		}
	}
}

// activity expands each configuration of a component once.
func (c *components) activity(comp explore.Component) activity {
	net := c.v.net
	act := newActivity(net)
	fired := bitset.New(uint(net.Actions()))
	all := comp.Size == c.v.space.States // then the search knows what is fired
	for s := range comp.States() {
		act.final = act.final || net.Final(s)
		if all && act.final {
			break
		}
		if all {
			continue
		}
		c.steps.Reset()
		net.Next(s, c.steps)
		for _, a := range c.steps.Actions {
			fired.Set(uint(a))
		}
	}
	if all {
		fired = c.v.fired
	}
	act.addFired(net, fired)
	return act
}

func newActivity(net *model.Network) activity {
	return activity{moves: make([]bool, len(net.Automata().Roles)), taken: make([]bool, net.Queues()), kinds: map[int]bool{}}
}

// addFired adds what actions do.
func (act *activity) addFired(net *model.Network, fired *bitset.BitSet) {
	for a := range net.Actions() {
		if !fired.Test(uint(a)) || !net.IsStep(lts.Action(a)) {
			continue
		}
		info := net.Action(lts.Action(a))
		for _, r := range participants(info) {
			act.moves[r] = true
		}
		act.received = act.received || receives(net.Automata(), info)
		if takes(info) {
			act.taken[info.Queue] = true
			act.kinds[kindOf(net, info.Message)] = true
		}
	}
}

// participants are the roles that take part in a step.
func participants(info model.ActionInfo) []model.RoleID {
	if info.Peer >= 0 {
		return []model.RoleID{info.Role, info.Peer}
	}
	return []model.RoleID{info.Role}
}

// receives reports whether a message is received in a step: not dropped.
func receives(a *model.Automata, info model.ActionInfo) bool {
	switch {
	case info.Discard:
		return false
	case info.Peer >= 0:
		return info.PeerTransition >= 0 && a.Machines[info.Peer].Transitions[info.PeerTransition].Kind == model.Receive
	}
	return info.Kind == model.Receive
}

// takes reports whether a step takes a message from a queue, to receive or to drop it.
func takes(info model.ActionInfo) bool {
	return info.Queue >= 0 && (info.Kind == model.Receive || info.Kind == model.Ignore)
}

// kindOf is the least message that has the same sender, receiver, label and values:
// messages differ also in what they tell about scopes.
func kindOf(net *model.Network, message int) int {
	k := net.Message(message)
	for i := range message {
		if compareMessages(k, net.Message(i)) == 0 {
			return i
		}
	}
	return message
}
