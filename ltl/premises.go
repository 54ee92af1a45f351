package ltl

// Premise is a part of a formula without which the formula asks for nothing.
type Premise struct {
	Shown  Expr // as it stands in the formula
	Search Expr // holds of the runs on which something is asked for
}

// Premises lists what has to come about for a formula, which is to hold of all runs, to ask for anything: what stands before
// `implies` or `leads to`, what is responded to, and where scopes begin. It looks into `always`, `and` and quantifiers.
func Premises(x Expr) []Premise { return premises(x, false) }

func premises(x Expr, always bool) []Premise {
	at := func(p Expr, later bool) Premise {
		if always || later {
			return Premise{p, &Unary{Span: p.Pos(), Op: "eventually", X: p}}
		}
		return Premise{p, p}
	}
	var out []Premise
	switch x := x.(type) {
	case *Unary:
		if x.Op == "always" && x.Steps == 0 {
			out = premises(x.X, true)
		}
	case *Junction:
		for _, a := range x.Args {
			if x.Op == "and" {
				out = append(out, premises(a, always)...)
			}
		}
	case *Binary:
		switch x.Op {
		case "implies":
			out = append(out, at(x.X, false))
		case "leads to":
			out = append(out, at(x.X, true))
		}
	case *Pattern:
		if x.Kind == PatternResponse && x.Q2 == nil {
			out = append(out, at(x.Q, true))
		}
		if x.Scope.Q != nil {
			out = append(out, at(x.Scope.Q, true))
		}
	case *Quantifier:
		if !x.All {
			break
		}
		for _, p := range premises(x.Body, always) {
			some := *x
			some.All, some.Body = false, p.Search
			out = append(out, Premise{p.Shown, &some})
		}
	}
	return out
}
