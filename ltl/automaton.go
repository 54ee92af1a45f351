package ltl

// MaxPropositions is how many propositions an automaton can tell apart: those with the numbers below.
const MaxPropositions = 64

// Cube is a conjunction of propositions and negated ones: bit n stands for the proposition
// with number n. Without any bits it is true.
type Cube struct{ Pos, Neg uint64 }

// Holds tells whether a valuation, of which bit n is proposition n, satisfies the cube.
func (c Cube) Holds(valuation uint64) bool {
	return c.Pos&^valuation == 0 && c.Neg&valuation == 0
}

// Guard is a disjunction of cubes, at least one.
type Guard []Cube

// Holds tells whether a valuation satisfies the guard.
func (g Guard) Holds(valuation uint64) bool {
	for _, c := range g {
		if c.Holds(valuation) {
			return true
		}
	}
	return false
}

// Transition may be taken at a position of a word whose valuation satisfies the guard.
type Transition struct {
	Guard     Guard
	Target    int
	Accepting bool
}

// Automaton is a Büchi automaton: it accepts the infinite words that have a run with infinitely
// many accepting transitions. Its states are numbered from 0 on. From each of them some word is accepted,
// unless the automaton accepts no word at all: then it is one state without transitions.
type Automaton struct {
	Initial     int
	Transitions [][]Transition // by source
}

// States is the number of states.
func (a *Automaton) States() int { return len(a.Transitions) }

// Empty tells whether no word is accepted.
func (a *Automaton) Empty() bool { return len(a.Transitions[a.Initial]) == 0 }

// StateBased tells whether the transitions that leave a state are either all accepting or none of them is.
func (a *Automaton) StateBased() bool {
	for _, out := range a.Transitions {
		for _, t := range out {
			if t.Accepting != out[0].Accepting {
				return false
			}
		}
	}
	return true
}

// Accepting tells for an automaton whose acceptance is state based, see [Automaton.StateBased], whether
// a state is accepting.
func (a *Automaton) Accepting(state int) bool {
	for _, t := range a.Transitions[state] {
		if t.Accepting {
			return true
		}
	}
	return false
}

// Accepts tells whether the automaton accepts a word.
func (a *Automaton) Accepts(w Word) bool {
	// The states of the product are pairs of a state and a position of the word.
	n := w.positions()
	degree := func(s int) int { return len(a.Transitions[s/n]) }
	target := func(s, i int) int {
		t := a.Transitions[s/n][i]
		if !t.Guard.Holds(w.at(s % n)) {
			return s
		}
		return t.Target*n + w.after(s%n)
	}
	c := findComponents(len(a.Transitions)*n, []int{a.Initial * n}, degree, target)
	for s, k := range c.of {
		if k < 0 {
			continue
		}
		for i, t := range a.Transitions[s/n] {
			if t.Accepting && t.Guard.Holds(w.at(s%n)) && c.of[target(s, i)] == k {
				return true
			}
		}
	}
	return false
}
