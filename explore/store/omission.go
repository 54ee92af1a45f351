package store

import "math"

// Omission is what a lossy store has probably missed: new states that it took for known
// ones. States to which only those lead have not been met, and are not counted.
type Omission struct {
	Missed float64 // the expected number of such states
	Any    float64 // the probability that there is one
}

// Omission estimates what has been missed; nothing, if the store is exact. No writer may
// be at work.
//
// Both kinds of lossy store are a table of m cells of which each state has k, drawn at
// random. When the fraction u of the cells is in use, a new state is missed with probability
// u^k (Holzmann 1998; Dillinger and Manolios 2004). The t-th new state that is met finds
// u(t) = 1-exp(-kt/m), since those that are missed change nothing. The sum over all of
// them, as an integral, is
//
//	Missed = m/k * (u^(k+1)/(k+1) + u^(k+2)/(k+2) + ...)
//	       = m/k * (-ln(1-u) - u - u^2/2 - ... - u^k/k)
//
// A bitstate store has m bits and k functions, and its u is counted. A compact store of n
// states has k = 1 and m = 2^b for fingerprints of b bits, and u = n/m; that leaves
// n^2/2^(b+1) in good approximation, as in Wolper and Leroy 1993. The states are missed
// independently of each other, so Any = 1-exp(-Missed).
func (s *Store) Omission() Omission {
	c := s.options.Choice
	var missed float64
	switch t := s.set.(type) {
	case *bitstate:
		missed = omitted(float64(t.size), t.hashes, float64(t.bits.Count())/float64(t.size))
	default:
		if c.Kind != Compact {
			return Omission{}
		}
		m := math.Ldexp(1, c.Fingerprint)
		missed = omitted(m, 1, float64(s.Len())/m)
	}
	return Omission{Missed: missed, Any: -math.Expm1(-missed)}
}

// omitted is the formula above.
func omitted(m float64, k int, u float64) float64 {
	if u > 0.5 {
		// In a full table it would be infinite; the last cell counts as half empty.
		sum := -math.Log1p(-min(u, 1-0.5/m))
		for j := 1; j <= k; j++ {
			sum -= math.Pow(u, float64(j)) / float64(j)
		}
		return m / float64(k) * sum
	}
	sum := 0.0
	for j, term := k+1, math.Pow(u, float64(k+1)); ; j++ {
		next := sum + term/float64(j)
		if next == sum {
			return m / float64(k) * sum
		}
		sum = next
		term *= u
	}
}
