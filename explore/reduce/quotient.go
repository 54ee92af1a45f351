package reduce

import "chorcheck/lts"

// Quotient is the system of the configurations that stand for others: its initial
// configuration is that of sys, and its steps are those of sys, each brought into its
// canonical form by canon. Actions and marks are those that sys gives to the
// configurations that are explored. canon changes its argument in place, does not
// allocate, and may be called from several goroutines at once.
//
// What the quotient has in common with sys depends on canon: see the package's
// documentation. It is a Describer if sys is one; other powers of sys are not its own,
// because what they say of steps need not be true between canonical forms.
func Quotient(sys lts.System, canon func(lts.State)) lts.System {
	q := &quotient{System: sys, canon: canon}
	if d, ok := sys.(lts.Describer); ok {
		return &describedQuotient{q, d}
	}
	return q
}

type quotient struct {
	lts.System
	canon func(lts.State)
}

type describedQuotient struct {
	*quotient
	lts.Describer
}

// Init implements lts.System.
func (q *quotient) Init() lts.State {
	s := q.System.Init()
	q.canon(s)
	return s
}

// Next implements lts.System.
func (q *quotient) Next(s lts.State, out *lts.Steps) lts.Marks {
	from := out.Len()
	marks := q.System.Next(s, out)
	for i := from; i < out.Len(); i++ {
		q.canon(out.Target(i))
	}
	return marks
}

// Canon is the function for Quotient that does what is asked for of what sys is able to
// do: resetting dead variables first, then symmetry. It is nil if nothing of that
// makes a difference to sys.
func Canon(sys lts.System, symmetry, dead bool) func(lts.State) {
	parts, _ := sys.(lts.Symmetric)
	variables, _ := sys.(lts.Resettable)
	symmetry = symmetry && parts != nil && parts.Symmetric()
	dead = dead && variables != nil && variables.HasDead()
	switch {
	case symmetry && dead:
		return func(s lts.State) {
			variables.ResetDead(s)
			parts.Canonical(s)
		}
	case symmetry:
		return parts.Canonical
	case dead:
		return variables.ResetDead
	}
	return nil
}
