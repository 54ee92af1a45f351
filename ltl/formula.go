package ltl

import (
	"encoding/binary"
	"slices"
)

// Op is the outermost operator of a formula.
type Op uint8

// The operators of formulas. All others are made of these: f W g is g R (f or g), eventually f is
// true U f, always f is false R f.
const (
	True Op = iota
	False
	Proposition
	Not
	And // of two or more, sorted by their numbers, each once
	Or  // the same; an operand may be of the same kind only if there are very many
	Next
	Until
	Release
)

// Formula is a formula of linear temporal logic. Formulas of one [Formulas] are equal iff
// they are the same pointer. They may not be changed.
type Formula struct {
	Op   Op
	Prop int        // of Proposition: its number
	Args []*Formula // of the other operators: the operands
	id   int
}

// ID numbers the formulas of one [Formulas], in the order in which they were made, from 0 on.
func (f *Formula) ID() int { return f.id }

// Formulas makes formulas, each once. Its methods that make formulas apply the laws that only look at
// the operands: units, zeros, double negation, f and not f, sorting; no others.
type Formulas struct {
	known   map[string]*Formula
	list    []*Formula
	normals map[normalKey]*Formula
}

// NewFormulas has no formulas but true and false.
func NewFormulas() *Formulas {
	fs := &Formulas{known: map[string]*Formula{}, normals: map[normalKey]*Formula{}}
	fs.make(True, 0)
	fs.make(False, 0)
	return fs
}

func (fs *Formulas) make(op Op, prop int, args ...*Formula) *Formula {
	key := []byte{byte(op)}
	key = binary.AppendVarint(key, int64(prop))
	for _, a := range args {
		key = binary.AppendVarint(key, int64(a.id))
	}
	if f, ok := fs.known[string(key)]; ok {
		return f
	}
	f := &Formula{Op: op, Prop: prop, Args: slices.Clone(args), id: len(fs.list)}
	fs.list = append(fs.list, f)
	fs.known[string(key)] = f
	return f
}

// True is the formula true.
func (fs *Formulas) True() *Formula { return fs.list[0] }

// False is the formula false.
func (fs *Formulas) False() *Formula { return fs.list[1] }

// Proposition is the proposition with a number, from 0 on.
func (fs *Formulas) Proposition(n int) *Formula { return fs.make(Proposition, n) }

// Not is the negation of f.
func (fs *Formulas) Not(f *Formula) *Formula {
	switch f.Op {
	case True:
		return fs.False()
	case False:
		return fs.True()
	case Not:
		return f.Args[0]
	}
	return fs.make(Not, 0, f)
}

// And is the conjunction of any number of formulas.
func (fs *Formulas) And(args ...*Formula) *Formula {
	return fs.junction(And, fs.True(), fs.False(), args)
}

// Or is the disjunction of any number of formulas.
func (fs *Formulas) Or(args ...*Formula) *Formula {
	return fs.junction(Or, fs.False(), fs.True(), args)
}

// maxFlat is how many operands a conjunction may have if they are to become operands of a larger one: a chain
// of n conjunctions, each made from the one before, would take space n² otherwise.
const maxFlat = 500

func byID(f, g *Formula) int { return f.id - g.id }

func (fs *Formulas) junction(op Op, unit, zero *Formula, args []*Formula) *Formula {
	var flat []*Formula
	for _, a := range args {
		if a.Op == op && len(a.Args) <= maxFlat {
			flat = append(flat, a.Args...)
		} else if a != unit {
			flat = append(flat, a)
		}
	}
	slices.SortFunc(flat, byID)
	flat = slices.Compact(flat)
	for _, a := range flat {
		if a == zero {
			return zero
		}
		if a.Op == Not {
			if _, found := slices.BinarySearchFunc(flat, a.Args[0], byID); found {
				return zero
			}
		}
	}
	switch len(flat) {
	case 0:
		return unit
	case 1:
		return flat[0]
	}
	return fs.make(op, 0, flat...)
}

// Implies is the formula that f implies g.
func (fs *Formulas) Implies(f, g *Formula) *Formula { return fs.Or(fs.Not(f), g) }

// Next is the formula that f holds in the next position.
func (fs *Formulas) Next(f *Formula) *Formula {
	if f.Op == True || f.Op == False {
		return f
	}
	return fs.make(Next, 0, f)
}

// Until is the formula that g holds at some time, and f until then.
func (fs *Formulas) Until(f, g *Formula) *Formula {
	if g.Op == True || g.Op == False || f.Op == False || f == g {
		return g
	}
	return fs.make(Until, 0, f, g)
}

// Release is the dual of Until: g holds up to and including the first position with f, or for ever.
func (fs *Formulas) Release(f, g *Formula) *Formula {
	if g.Op == True || g.Op == False || f.Op == True || f == g {
		return g
	}
	return fs.make(Release, 0, f, g)
}

// WeakUntil is the formula that f holds until g does, or for ever.
func (fs *Formulas) WeakUntil(f, g *Formula) *Formula { return fs.Release(g, fs.Or(f, g)) }

// Eventually is the formula that f holds at some time.
func (fs *Formulas) Eventually(f *Formula) *Formula { return fs.Until(fs.True(), f) }

// Always is the formula that f holds for ever.
func (fs *Formulas) Always(f *Formula) *Formula { return fs.Release(fs.False(), f) }
