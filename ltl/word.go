package ltl

// Word is an infinite word: the valuations of Prefix, and then those of Cycle again and
// again. Bit n of a valuation is proposition n; propositions with higher numbers than there are bits are false. The cycle may
// not be empty.
type Word struct{ Prefix, Cycle []uint64 }

func (w Word) positions() int { return len(w.Prefix) + len(w.Cycle) }

func (w Word) at(i int) uint64 {
	if i < len(w.Prefix) {
		return w.Prefix[i]
	}
	return w.Cycle[i-len(w.Prefix)]
}

// after is the position that follows position i.
func (w Word) after(i int) int {
	if i+1 == w.positions() {
		return len(w.Prefix)
	}
	return i + 1
}

// Holds tells whether a formula holds at the first position of a word, by the definition of its operators.
func Holds(f *Formula, w Word) bool {
	e := evaluator{w, map[*Formula][]bool{}}
	return e.eval(f)[0]
}

// evaluator knows the positions where formulas hold.
type evaluator struct {
	w    Word
	done map[*Formula][]bool
}

func (e *evaluator) eval(f *Formula) []bool {
	if r, ok := e.done[f]; ok {
		return r
	}
	args := make([][]bool, len(f.Args))
	for i, a := range f.Args {
		args[i] = e.eval(a)
	}
	r := make([]bool, e.w.positions())
	switch f.Op {
	case Until:
		e.iterate(r, func(i int) bool { return args[1][i] || args[0][i] && r[e.w.after(i)] })
	case Release:
		for i := range r {
			r[i] = true
		}
		e.iterate(r, func(i int) bool { return args[1][i] && (args[0][i] || r[e.w.after(i)]) })
	default:
		for i := range r {
			r[i] = e.now(f, args, i)
		}
	}
	e.done[f] = r
	return r
}

// iterate goes to the fixed point: the least if r starts as nowhere, the greatest if r starts as everywhere.
func (e *evaluator) iterate(r []bool, step func(int) bool) {
	for changed := true; changed; {
		changed = false
		for i := len(r) - 1; i >= 0; i-- {
			if v := step(i); v != r[i] {
				r[i], changed = v, true
			}
		}
	}
}

func (e *evaluator) now(f *Formula, args [][]bool, i int) bool {
	switch f.Op {
	case True:
		return true
	case Proposition:
		return f.Prop < 64 && e.w.at(i)>>f.Prop&1 != 0
	case Not:
		return !args[0][i]
	case And:
		for _, a := range args {
			if !a[i] {
				return false
			}
		}
		return true
	case Or:
		for _, a := range args {
			if a[i] {
				return true
			}
		}
		return false
	case Next:
		return args[0][e.w.after(i)]
	}
	return false
}
