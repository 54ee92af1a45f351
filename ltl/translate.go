package ltl

import (
	"errors"
	"fmt"
)

// ErrPropositions says that a formula has a proposition with too high a number.
var ErrPropositions = errors.New("a formula may have at most 64 propositions")

// ErrLimit says that the automaton of a formula is larger than allowed, or takes too much work to find.
var ErrLimit = errors.New("the automaton of the formula is too large")

// Options limit a translation.
type Options struct {
	// MaxStates is how many states a translation may make, before they are reduced as
	// well as after; 0 stands for DefaultMaxStates. The work is limited too, in proportion.
	MaxStates int
	// StateBased asks for an automaton in which the transitions that leave a state are either all accepting or
	// none of them is. It may have more states.
	StateBased bool
}

// DefaultMaxStates is the limit where none is given.
const DefaultMaxStates = 5000

func (o Options) maxStates() int {
	if o.MaxStates <= 0 {
		return DefaultMaxStates
	}
	return o.MaxStates
}

// Work is limited as a number of steps, not as time, so that the result depends on nothing but the formula.
const (
	stepsAtLeast  = 1 << 16
	stepsPerState = 1 << 10
	maxSize       = 20000 // of a formula, in different subformulas
)

func (o Options) steps() int { return stepsAtLeast + stepsPerState*o.maxStates() }

// Translate gives a Büchi automaton that accepts exactly the words in which f holds. The error is
// ErrPropositions or ErrLimit, or wraps one of them.
func Translate(fs *Formulas, f *Formula, opt Options) (*Automaton, error) {
	highest, size := measure(f)
	if size > maxSize {
		return nil, fmt.Errorf("%w: it has more than %d operators", ErrLimit, maxSize)
	}
	if highest >= MaxPropositions {
		return nil, ErrPropositions
	}
	simplifier := newSimplifier(fs)
	f = simplifier.postpone(simplifier.simplify(fs.Normal(f)))
	b := newBDDs(opt.steps())
	g, err := tableau(fs, f, b, opt.maxStates())
	if err != nil {
		return nil, err
	}
	b.steps, b.extra = opt.steps(), opt.steps()
	r := reducer{byState: opt.StateBased, maxStates: opt.maxStates(), obligation: simplifier.of(f).obligation, negation: func() *graph {
		n, err := tableau(fs, fs.Negative(f), b, opt.maxStates())
		if err != nil {
			return nil
		}
		return n.clean()
	}}
	g = r.reduce(g)
	if g == nil || len(g.out) > opt.maxStates() {
		return nil, ErrLimit
	}
	a := g.automaton()
	if b.over() {
		return nil, ErrLimit
	}
	return a, nil
}
