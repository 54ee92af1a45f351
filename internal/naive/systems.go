package naive

import (
	"fmt"
	"strings"

	"chorcheck/model"
)

// Systems gives the names of the systems that System knows: an order service
// (A asks B, and B asks C or D) in variants without answers (V1), with answers
// (V2), with timers (V3), with repairs of these (V4, V5) and with a cancel that
// crosses the answer (V6, V6r).
func Systems() []string {
	return []string{
		"V1", "V2", "V3-local", "V3-T(1)", "V3-T(2)", "V3-literal", "V3-cancel", "V3-verbatim",
		"V4", "V5", "V6", "V6r",
	}
}

// System makes a system with an environment E that asks a number of times, or for
// ever if requests is 0. It panics if there is no system of that name.
func System(name string, requests int, channel model.Channel) *model.Automata {
	// What a system does not redefine is as in V2.
	a := Role{"A", "A", "A", "A -E?a-> A1 ; A1 -B!x-> Aw ; Aw -B?rb-> A"}
	b := Role{"B", "B", "B", "B -A?x-> Bx ; Bx -C!y|D!z-> Bw ; Bw -C?rc|D?rd-> Br ; Br -A!rb-> B"}
	c := Role{"C", "C", "C", "C -B?y-> C1 ; C1 -B!rc-> C"}
	d := Role{"D", "D", "D", "D -B?z-> D1 ; D1 -B!rd-> D"}
	var timers []Role

	// The variants with timer processes.
	const (
		timedA = "A -E?a-> A1 ; A1 -B!x-> As ; As -TA!start-> Aw ; Aw -TA?stop-> 0 ; "
		timedB = "B -A?x-> Bx ; Bx -C!y|D!z-> Bs ; Bs -TB!start-> Bw ; Br -A!rb-> B ; "
		waitA  = "Aw -B?rb-> A"
		waitB  = "Bw -C?rc|D?rd-> Br ; Bw -TB?stop-> 0"
	)
	withTimers := func(n int, waitA, waitB string) {
		a = Role{"A", "A", "A 0", timedA + waitA}
		b = Role{"B", "B", "B 0", timedB + waitB}
		timers = []Role{timer("TA", "A", n, false), timer("TB", "B", n, false)}
	}

	switch name {
	case "V1":
		a.Transitions = "A -E?a-> A1 ; A1 -B!x-> A"
		b.Transitions = "B -A?x-> Bx ; Bx -C!y|D!z-> B"
		c.Transitions = "C -B?y-> C"
		d.Transitions = "D -B?z-> D"
	case "V2":
	case "V3-local":
		// A timer that only its owner sees is part of the owner's local state.
		a = Role{"A", "A", "A 0", "A -E?a-> A1 ; A1 -B!x-> As ; As -tau-> Aw ; Aw -tau-> 0 ; Aw -B?rb-> A"}
		b = Role{"B", "B", "B 0", "B -A?x-> Bx ; Bx -C!y|D!z-> Bs ; Bs -tau-> Bw ; Bw -tau-> 0 ; Bw -C?rc|D?rd-> Br ; Br -A!rb-> B"}
	case "V3-T(1)":
		withTimers(1, waitA, waitB)
	case "V3-T(2)":
		withTimers(2, waitA, waitB)
	case "V3-literal":
		withTimers(2, waitA, "Bw -C?rc|D?rd-> Br ; B -TB?stop-> 0")
	case "V3-cancel":
		withTimers(1, "Aw -B?rb-> Ac ; Ac -TA!cancel-> A", "Bw -C?rc|D?rd-> Bc ; Bc -TB!cancel-> Br ; Bw -TB?stop-> 0")
		timers = []Role{timer("TA", "A", 1, true), timer("TB", "B", 1, true)}
	case "V3-verbatim":
		a = Role{"A", "A", "A 0", timedA + "As -B!start-> Aw ; " + waitA}
		b.Transitions = "B -A?x-> Bx ; Bx -C!y|D!z-> Bs ; Bs -A?start-> Bw ; Bw -C?rc|D?rd-> Br ; Br -A!rb-> B"
		timers = []Role{timer("TA", "A", 1, false)}
	case "V4", "V5":
		a.Transitions += " ; Aw -B?fail-> A"
		// B watches its partner P, which it asks with Q and which answers with R.
		b.Transitions = "B -A?x-> Bx ; Br -A!rb-> B"
		watch := " ; Bx -P!Q-> BsP ; BsP -tau-> BwP ; BwP -P?R-> Br ; BwP -tau-> BtP"
		if name == "V4" {
			b.Transitions += " ; Bf -A!fail-> B"
			watch += " ; BtP -P!cancel-> BdP ; BdP -P?R-> BdP ; BdP -P?ack-> Bf"
		} else {
			watch += " ; BtP -A!fail-> B ; B -P?R-> B"
		}
		b.Transitions += strings.NewReplacer("P", "C", "Q", "y", "R", "rc").Replace(watch)
		b.Transitions += strings.NewReplacer("P", "D", "Q", "z", "R", "rd").Replace(watch)
		if name == "V4" {
			c.Transitions += " ; C -B?cancel-> C2 ; C1 -B?cancel-> C2 ; C2 -B!ack-> C"
			d.Transitions += " ; D -B?cancel-> D2 ; D1 -B?cancel-> D2 ; D2 -B!ack-> D"
		}
	case "V6", "V6r":
		a.Transitions += " ; Aw -B!cancel-> Ac ; Ac -B?cancelled-> A"
		b.Transitions += " ; Bw -A?cancel-> Bk ; Bk -C?rc|D?rd-> Bk2 ; Bk2 -A!cancelled-> B"
		if name == "V6r" {
			a.Transitions += " ; Ac -B?rb-> Ac"
			b.Transitions += " ; B -A?cancel-> Bk2"
		}
	default:
		panic(fmt.Sprintf("naive: there is no system %q", name))
	}
	network := Network(channel, append([]Role{environment(requests), a, b, c, d}, timers...)...)
	network.Name = name
	return network
}

// environment asks a number of times, or for ever and is then never final.
func environment(requests int) Role {
	if requests == 0 {
		return Role{"E", "E0", "", "E0 -A!a-> E0"}
	}
	e := Role{Name: "E", Initial: "E0", Final: fmt.Sprintf("E%d", requests)}
	for i := range requests {
		e.Transitions += fmt.Sprintf("E%d -A!a-> E%d ; ", i, i+1)
	}
	return e
}

// timer runs up to n clocks for its owner.
func timer(name, owner string, n int, cancel bool) Role {
	t := Role{Name: name, Initial: "T0", Final: "T0"}
	for i := range n {
		t.Transitions += fmt.Sprintf("T%d -%s?start-> T%d ; T%d -%s!stop-> T%d ; ", i, owner, i+1, i+1, owner, i)
		if cancel {
			t.Transitions += fmt.Sprintf("T%d -%s?cancel-> T%d ; ", i+1, owner, i)
		}
	}
	return t
}
