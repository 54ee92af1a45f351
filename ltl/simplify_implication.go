package ltl

// implies tells whether the syntax of two formulas in negation normal form shows that the first implies the
// second (Somenzi and Bloem 2000). It may be wrong only in saying no.
func (s *simplifier) implies(f, g *Formula) bool {
	switch {
	case f == g || f.Op == False || g.Op == True:
		return true
	case f.Op == True || g.Op == False:
		// Of simplified formulas at least, only the constants are equivalent to constants by their syntax.
		return false
	}
	key := [2]*Formula{f, g}
	if r, ok := s.implied[key]; ok {
		return r
	}
	if s.fuel <= 0 {
		return false
	}
	s.fuel--
	r := s.search(f, g)
	s.implied[key] = r
	return r
}

// search goes down in f or in g or in both, so that it comes to an end.
func (s *simplifier) search(f, g *Formula) bool {
	tf, tg := s.of(f), s.of(g)
	if tf.boolean && tg.boolean {
		return s.bools.implies(s.boolean(f), s.boolean(g)) && !s.bools.over()
	}
	switch g.Op {
	case And:
		return s.each(g.Args, func(b *Formula) bool { return s.implies(f, b) })
	case Until:
		a, b := g.Args[0], g.Args[1]
		if s.implies(f, b) ||
			f.Op == Until && s.implies(f.Args[0], a) && s.implies(f.Args[1], g) ||
			a.Op == True && f.Op == Next && s.implies(f.Args[0], g) {
			return true
		}
	case Release:
		a, b := g.Args[0], g.Args[1]
		if s.implies(f, b) && (tf.universal || s.implies(f, a) || f.Op == Release && s.implies(f.Args[0], a)) ||
			f.Op == Until && s.implies(f.Args[0], b) && s.implies(f.Args[1], a) && s.implies(f.Args[1], b) {
			return true
		}
	case Next:
		b := g.Args[0]
		if tf.universal && s.implies(f, b) || f.Op == Next && s.implies(f.Args[0], b) {
			return true
		}
	}
	switch f.Op {
	case Or:
		return s.each(f.Args, func(a *Formula) bool { return s.implies(a, g) })
	case Until:
		if s.implies(f.Args[1], g) && (tg.eventual || s.implies(f.Args[0], g)) {
			return true
		}
	case Release:
		if s.implies(f.Args[1], g) {
			return true
		}
	case Next:
		if tg.eventual && s.implies(f.Args[0], g) {
			return true
		}
	case And:
		for _, a := range f.Args {
			if s.implies(a, g) {
				return true
			}
		}
	}
	if g.Op == Or {
		for _, b := range g.Args {
			if s.implies(f, b) {
				return true
			}
		}
	}
	return false
}

func (s *simplifier) each(fs []*Formula, p func(*Formula) bool) bool {
	for _, f := range fs {
		if !p(f) {
			return false
		}
	}
	return true
}

// boolean is the meaning of a formula without temporal operators. Propositions with numbers too high for automata count here too:
// this diagram is only used in itself.
func (s *simplifier) boolean(f *Formula) bdd {
	switch f.Op {
	case True:
		return bddTrue
	case False:
		return bddFalse
	case Proposition:
		return s.bools.variable(f.Prop)
	}
	if r, ok := s.boolOf[f]; ok {
		return r
	}
	var r bdd
	switch f.Op {
	case Not:
		r = s.bools.not(s.boolean(f.Args[0]))
	case And:
		r = bddTrue
		for _, a := range f.Args {
			r = s.bools.and(r, s.boolean(a))
		}
	case Or:
		for _, a := range f.Args {
			r = s.bools.or(r, s.boolean(a))
		}
	}
	s.boolOf[f] = r
	return r
}
