package verify

import (
	"cmp"
	"context"
	"math/big"
	"slices"

	"chorcheck/ltl"
	"chorcheck/model"
)

// A property that is too much for one automaton, because it has too many atoms or because the automaton would be too large, is decided
// part by part: see [model.Property.Parts].

// partsOf are the parts of a property, each with so few atoms that an automaton can tell them apart; mostly there is one, the
// property itself.
func partsOf(p *model.Property, opt Options) []*model.Property {
	return p.Parts(cmp.Or(opt.mostAtoms, ltl.MaxPropositions))
}

// verifyProperty decides one property, part by part.
func verifyProperty(ctx context.Context, a *model.Automata, env *model.Environment, p *model.Property, opt Options) (CheckResult, error) {
	parts := partsOf(p, opt)
	if len(parts) == 1 {
		r, tooLarge, err := verifyPart(ctx, a, env, parts[0], opt)
		if parts = p.Parts(0); !tooLarge || len(parts) == 1 {
			return r, err
		}
	}
	return joined(ctx, a, env, p, parts, opt)
}

// joined decides a property by its parts: each has to hold, or, if some run is to satisfy the property, one of them.
func joined(ctx context.Context, a *model.Automata, env *model.Environment, p *model.Property, parts []*model.Property, opt Options) (CheckResult, error) {
	all := CheckResult{Check: propertyCheck(p), Verdict: Holds, Product: new(big.Int)}
	decisive := Violated
	if p.Sometimes {
		all.Verdict, decisive = Violated, Holds
	}
	for todo := parts; len(todo) > 0; {
		part := todo[0]
		todo = todo[1:]
		r, tooLarge, err := verifyPart(ctx, a, env, part, opt)
		if err != nil {
			return r, err
		}
		if tooLarge {
			if smaller := part.Parts(0); len(smaller) > 1 {
				todo = slices.Concat(smaller, todo)
				continue
			}
		}
		if r.Product != nil {
			all.Product.Add(all.Product, r.Product)
		}
		all.ProductMS += r.ProductMS
		switch {
		case r.Verdict == decisive:
			r.Product, r.ProductMS = all.Product, all.ProductMS
			return r, nil
		case r.Verdict == Inconclusive:
			all.Verdict, all.Reason = Inconclusive, r.Reason
			all.Findings, all.Notes = nil, nil
		case all.Verdict != Inconclusive:
			all.Findings = r.Findings
			for _, note := range r.Notes { // what one of the verdicts is relative to
				if !slices.Contains(all.Notes, note) {
					all.Notes = append(all.Notes, note)
				}
			}
		}
	}
	if all.Verdict == Holds && !p.Sometimes {
		for _, premise := range p.Premises {
			q := *p
			q.Sometimes, q.Formula, q.Premises = true, premise.Formula, nil
			free := opt
			free.Fairness = NoFairness
			r, err := verifyProperty(ctx, a, env, &q, free)
			if err != nil {
				return all, err
			}
			if r.Verdict == Violated {
				all.Notes = append(all.Notes, vacuousNote(premise, productExtent(r.Product)))
			}
		}
	}
	if len(all.Findings) > 0 && p.Sometimes {
		all.Findings[0].Help = noRunHelp(productExtent(all.Product))
	}
	return all, nil
}
