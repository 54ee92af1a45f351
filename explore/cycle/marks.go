package cycle

import (
	"errors"

	"chorcheck/lts"
)

// Kind is a kind of fairness.
type Kind uint8

const (
	Unfair Kind = iota // every cycle counts
	Weak               // a class that is enabled for ever from some point on is taken again and again
	Strong             // a class that is enabled again and again is taken again and again
)

// Fairness says which cycles count. Actions are divided into classes; a class is enabled in
// a configuration if one of its actions is, and taken by a step of one of them.
type Fairness struct {
	Kind Kind
	// Class is the class of an action, and negative if it is in none: nothing is demanded
	// of it then. nil: each action is a class of its own.
	Class func(lts.Action) int
	// Never says which actions a run takes only finitely often: they lead to a cycle, but are
	// in none. They belong to no class. nil: there are none.
	Never func(lts.Action) bool
}

// Marks
//
// A set of marks says what the steps among some configurations have to offer: mark 0 is
// that one is accepting, mark c+1 that they are fair to class c. For weak fairness that is a step of
// the class, or one from a configuration that does not enable it; for strong fairness
// only the first. Which marks are needed is the same everywhere, but for strong fairness:
// then it depends on the classes that are enabled, and the needed marks stand behind those that
// are there, in as many words.
type marking struct {
	kind  Kind
	words int     // of a set of marks
	width int     // with the needed ones
	mark  []int32 // of an action; 0: none; never: not in a cycle
	need  []uint64
}

const never = -1

func newMarking(f Fairness, actions int) (*marking, error) {
	if f.Kind > Strong {
		return nil, errors.New("cycle: no such kind of fairness")
	}
	if uint64(actions) >= acceptingBit {
		return nil, errors.New("cycle: too many actions")
	}
	m := &marking{kind: f.Kind, mark: make([]int32, actions)}
	number := map[int]int32{}
	for a := range m.mark {
		class := a
		switch action := lts.Action(a); {
		case f.Never != nil && f.Never(action):
			m.mark[a] = never
			continue
		case f.Kind == Unfair:
			continue
		case f.Class != nil:
			class = f.Class(action)
		}
		if class < 0 {
			continue
		}
		if number[class] == 0 {
			number[class] = int32(len(number) + 1)
		}
		m.mark[a] = number[class]
	}
	marks := 1 + len(number)
	m.words = (marks + 63) / 64
	m.width = m.words
	m.need = make([]uint64, m.words)
	if f.Kind == Strong {
		m.width = 2 * m.words
		marks = 1
	}
	for k := range marks {
		m.need[k>>6] |= 1 << (k & 63)
	}
	return m, nil
}

// base fills in the marks of all steps from a configuration that enables the given actions.
func (m *marking) base(enabled []lts.Action, set []uint64) {
	copy(set, m.need)
	set[0] &^= 1
	for _, a := range enabled {
		if k := m.mark[a]; k > 0 {
			set[k>>6] &^= 1 << (k & 63)
		}
	}
}

// demand adds the marks that are needed where the given actions are enabled.
func (m *marking) demand(enabled []lts.Action, set []uint64) {
	for _, a := range enabled {
		if k := m.mark[a]; k > 0 {
			set[k>>6] |= 1 << (k & 63)
		}
	}
}

// step adds the marks that a step has by itself.
func (m *marking) step(e taken, set []uint64) {
	set[0] |= uint64(e >> 31)
	if k := m.mark[e.action()]; k > 0 {
		set[k>>6] |= 1 << (k & 63)
	}
}

// missing is the marks of one word that are needed and not there.
func (m *marking) missing(set []uint64, word int) uint64 {
	need := m.need[word]
	if m.width > m.words {
		need |= set[m.words+word]
	}
	return need &^ set[word]
}

// fair reports whether no marks are missing.
func (m *marking) fair(set []uint64) bool {
	for i := range m.words {
		if m.missing(set, i) != 0 {
			return false
		}
	}
	return true
}

// taken is the action of a step, and whether it is accepting.
type taken uint32

const acceptingBit = 1 << 31

func newTaken(a lts.Action, accepting bool) taken {
	if accepting {
		return taken(a) | acceptingBit
	}
	return taken(a)
}

func (e taken) action() lts.Action { return lts.Action(e &^ acceptingBit) }

// union adds b to a.
func union(a, b []uint64) {
	for i, x := range b {
		a[i] |= x
	}
}
