package ltl

// bdds are reduced ordered binary decision diagrams (Bryant 1986). The variables below
// firstExtra are the propositions; what a construction needs besides (next formulas, promises,
// classes of states) is numbered from there on, so that the upper part of a diagram decides about the
// valuation and the lower part says what follows.
//
// All work counts as steps. When these are used up, all operations give false at once
// and over() holds: the results are worth nothing then, and whoever started the work gives it up. Work that is not
// needed for a result, but makes it better, is done between begin and end and has steps of its own.
type bdds struct {
	nodes []bddNode
	table []bdd      // finds nodes by their hash; 0 is a free place
	cache []bddEntry // results of calls; a new one may take the place of an old one
	steps int

	needed int // steps set aside for what is needed, between begin and end
	extra  int // steps left for what is not
}

type bddEntry struct {
	call   bddCall
	result bdd
}

// bdd is the number of a node; equal functions have equal numbers.
type bdd int32

type bddNode struct {
	level    int32
	low, top bdd // if the variable is false, and true
}

type bddCall struct {
	op   uint8
	f, g bdd
}

const (
	bddFalse bdd = 0
	bddTrue  bdd = 1

	firstExtra = MaxPropositions
	noLevel    = int32(1) << 30 // of the two constants: below all others
)

const (
	opAnd = iota + 1 // 0 is no call
	opOr
	opNot
	opImplies
)

// maxCache is how many results are remembered at most.
const maxCache = 1 << 20

func newBDDs(steps int) *bdds {
	return &bdds{nodes: []bddNode{{noLevel, 0, 0}, {noLevel, 1, 1}}, table: make([]bdd, 1<<10), cache: make([]bddEntry, 1<<10), steps: steps}
}

func (b *bdds) over() bool { return b.steps <= 0 }

func (b *bdds) begin() { b.needed, b.steps = b.steps, b.extra }

// end tells whether the work that has been done is worth anything.
func (b *bdds) end() bool {
	done := !b.over()
	b.extra, b.steps = max(b.steps, 0), b.needed
	return done
}

func (b *bdds) spend(n int) { b.steps -= n }

func (b *bdds) node(level int32, low, top bdd) bdd {
	if low == top {
		return low
	}
	n := bddNode{level, low, top}
	i := b.place(n)
	if f := b.table[i]; f != 0 {
		return f
	}
	f := bdd(len(b.nodes))
	b.nodes = append(b.nodes, n)
	b.table[i] = f
	if 2*len(b.nodes) > len(b.table) {
		b.table = make([]bdd, 2*len(b.table))
		for f := bddTrue + 1; int(f) < len(b.nodes); f++ {
			b.table[b.place(b.nodes[f])] = f
		}
		if len(b.table) <= maxCache {
			b.cache = make([]bddEntry, len(b.table))
		}
	}
	return f
}

// place is where the table has a node, or the free place where it belongs.
func (b *bdds) place(n bddNode) int {
	i := hash3(uint32(n.level), uint32(n.low), uint32(n.top)) & (len(b.table) - 1)
	for b.table[i] != 0 && b.nodes[b.table[i]] != n {
		i = (i + 1) & (len(b.table) - 1)
	}
	return i
}

func hash3(x, y, z uint32) int {
	h := (uint64(x)*0x9E3779B97F4A7C15+uint64(y))*0xBF58476D1CE4E5B9 + uint64(z)
	h *= 0x94D049BB133111EB
	return int(h >> 33)
}

// find looks for the result of a call.
func (b *bdds) find(call bddCall) (bdd, bool) {
	e := &b.cache[call.hash()&(len(b.cache)-1)]
	return e.result, e.call == call
}

func (c bddCall) hash() int { return hash3(uint32(c.op), uint32(c.f), uint32(c.g)) }

// variable is the function of one variable.
func (b *bdds) variable(level int) bdd { return b.node(int32(level), bddFalse, bddTrue) }

func (b *bdds) and(f, g bdd) bdd {
	switch {
	case f == bddFalse || g == bddFalse:
		return bddFalse
	case f == bddTrue || f == g:
		return g
	case g == bddTrue:
		return f
	}
	return b.apply(opAnd, min(f, g), max(f, g))
}

func (b *bdds) or(f, g bdd) bdd {
	switch {
	case f == bddTrue || g == bddTrue:
		return bddTrue
	case f == bddFalse || f == g:
		return g
	case g == bddFalse:
		return f
	}
	return b.apply(opOr, min(f, g), max(f, g))
}

func (b *bdds) apply(op uint8, f, g bdd) bdd {
	call := bddCall{op, f, g}
	if r, ok := b.find(call); ok {
		return r
	}
	b.steps--
	if b.over() {
		return bddFalse
	}
	level, f0, f1, g0, g1 := b.split(f, g)
	var low, top bdd
	if op == opAnd {
		low, top = b.and(f0, g0), b.and(f1, g1)
	} else {
		low, top = b.or(f0, g0), b.or(f1, g1)
	}
	return b.keep(call, b.node(level, low, top))
}

// keep remembers a result, unless it came about after the steps were used up.
func (b *bdds) keep(call bddCall, r bdd) bdd {
	if b.over() {
		return bddFalse
	}
	b.cache[call.hash()&(len(b.cache)-1)] = bddEntry{call, r}
	return r
}

// split gives the upper variable of two functions, and what they are if it is false and true.
func (b *bdds) split(f, g bdd) (level int32, f0, f1, g0, g1 bdd) {
	m, n := b.nodes[f], b.nodes[g]
	level = min(m.level, n.level)
	f0, f1, g0, g1 = f, f, g, g
	if m.level == level {
		f0, f1 = m.low, m.top
	}
	if n.level == level {
		g0, g1 = n.low, n.top
	}
	return level, f0, f1, g0, g1
}

func (b *bdds) not(f bdd) bdd {
	if f <= bddTrue {
		return bddTrue - f
	}
	call := bddCall{opNot, f, 0}
	if r, ok := b.find(call); ok {
		return r
	}
	b.steps--
	if b.over() {
		return bddFalse
	}
	n := b.nodes[f]
	return b.keep(call, b.node(n.level, b.not(n.low), b.not(n.top)))
}

// implies tells whether g holds wherever f does.
func (b *bdds) implies(f, g bdd) bool {
	if f == bddFalse || g == bddTrue || f == g {
		return true
	}
	if f == bddTrue || g == bddFalse {
		return false
	}
	call := bddCall{opImplies, f, g}
	if r, ok := b.find(call); ok {
		return r == bddTrue
	}
	b.steps--
	if b.over() {
		return false
	}
	_, f0, f1, g0, g1 := b.split(f, g)
	r := bddFalse
	if b.implies(f0, g0) && b.implies(f1, g1) {
		r = bddTrue
	}
	return b.keep(call, r) == bddTrue
}

// A branch of a function is what is left of it when the propositions are known, together
// with the valuations for which this is left.
type branch struct{ label, rest bdd }

// branches splits a function into its branches, without the one to false. They are in the order of what is left.
func (b *bdds) branches(f bdd) []branch {
	memo := map[bdd][]branch{}
	var split func(bdd) []branch
	split = func(f bdd) []branch {
		if f == bddFalse || b.over() {
			return nil
		}
		n := b.nodes[f]
		if n.level >= firstExtra {
			return []branch{{bddTrue, f}}
		}
		if r, ok := memo[f]; ok {
			return r
		}
		low, top := split(n.low), split(n.top)
		b.spend(1 + len(low) + len(top))
		var out []branch
		for len(low) > 0 || len(top) > 0 {
			var x, y, rest bdd
			switch {
			case len(top) == 0 || len(low) > 0 && low[0].rest < top[0].rest:
				x, rest, low = low[0].label, low[0].rest, low[1:]
			case len(low) == 0 || top[0].rest < low[0].rest:
				y, rest, top = top[0].label, top[0].rest, top[1:]
			default:
				x, y, rest, low, top = low[0].label, top[0].label, low[0].rest, low[1:], top[1:]
			}
			out = append(out, branch{b.node(n.level, x, y), rest})
		}
		memo[f] = out
		return out
	}
	return split(f)
}

// primes gives the prime implicants of a function in which no variable occurs negated, each
// as the ascending list of its variables.
func (b *bdds) primes(f bdd) [][]int32 {
	memo := map[bdd][][]int32{}
	var primes func(bdd) [][]int32
	primes = func(f bdd) [][]int32 {
		switch f {
		case bddFalse:
			return nil
		case bddTrue:
			return [][]int32{{}}
		}
		if r, ok := memo[f]; ok {
			return r
		}
		if b.over() {
			return nil
		}
		n := b.nodes[f]
		out := append([][]int32(nil), primes(n.low)...)
		for _, p := range primes(n.top) {
			b.steps -= 1 + len(p)
			if !b.holdsAt(n.low, p) {
				out = append(out, append([]int32{n.level}, p...))
			}
		}
		memo[f] = out
		return out
	}
	return primes(f)
}

// holdsAt evaluates f where exactly the given variables are true.
func (b *bdds) holdsAt(f bdd, truths []int32) bool {
	for f > bddTrue {
		n := b.nodes[f]
		for len(truths) > 0 && truths[0] < n.level {
			truths = truths[1:]
		}
		if len(truths) > 0 && truths[0] == n.level {
			f = n.top
		} else {
			f = n.low
		}
	}
	return f == bddTrue
}

// cubes writes a function of propositions as an irredundant disjunction of prime implicants
// (Minato 1993).
func (b *bdds) cubes(f bdd) Guard {
	type bounds struct{ lower, upper bdd }
	type cover struct {
		cubes Guard
		f     bdd
	}
	memo := map[bounds]cover{}
	var find func(lower, upper bdd) cover
	find = func(lower, upper bdd) cover {
		if lower == bddFalse || b.over() {
			return cover{}
		}
		if upper == bddTrue {
			return cover{Guard{{}}, bddTrue}
		}
		key := bounds{lower, upper}
		if c, ok := memo[key]; ok {
			return c
		}
		b.steps--
		level, l0, l1, u0, u1 := b.split(lower, upper)
		c0 := find(b.and(l0, b.not(u1)), u0)
		c1 := find(b.and(l1, b.not(u0)), u1)
		both := find(b.or(b.and(l0, b.not(c0.f)), b.and(l1, b.not(c1.f))), b.and(u0, u1))
		var c cover
		bit := uint64(1) << level
		for _, cube := range c0.cubes {
			c.cubes = append(c.cubes, Cube{cube.Pos, cube.Neg | bit})
		}
		for _, cube := range c1.cubes {
			c.cubes = append(c.cubes, Cube{cube.Pos | bit, cube.Neg})
		}
		c.cubes = append(c.cubes, both.cubes...)
		b.spend(len(c.cubes)) // there can be exponentially many
		c.f = b.or(both.f, b.node(level, c0.f, c1.f))
		memo[key] = c
		return c
	}
	return find(f, f).cubes
}

// valuation lists the variables that are true in some valuation for which f, which is not false, holds.
func (b *bdds) valuation(f bdd) []int32 {
	var truths []int32
	for f > bddTrue {
		n := b.nodes[f]
		if n.low != bddFalse {
			f = n.low
		} else {
			truths = append(truths, n.level)
			f = n.top
		}
	}
	return truths
}
