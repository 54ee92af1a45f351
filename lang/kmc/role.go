package kmc

import (
	"cmp"
	"fmt"
	"slices"

	"chorcheck/lang/diag"
	"chorcheck/lang/internal/cfsm"
	"chorcheck/lang/source"
	"chorcheck/model"
)

// role is the type of one role on its way to an automaton.
type role struct {
	*parser
	name    token
	machine *cfsm.Machine
	states  int
	acts    []act
	ends    []int            // states that may end
	goes    []jump           // what else a state can do, from the first one on
	bound   map[string][]int // variable -> states of the enclosing `rec`s, the innermost last
	scope   []string         // bound variables in the order of binding
}

// act is one step of the text.
type act struct {
	model.Transition
	source.Span
	partner token
}

// jump lets a state do whatever another one, met earlier, does.
type jump struct{ from, to int }

// state makes the state of the present position.
func (r *role) state() int {
	r.states++
	return r.builder.State(r.machine, stateName(r.states-1), r.token.Span)
}

const bodyHelp = "write `A!m; ..`, `A?m; ..`, `{.., ..}`, `rec x . ..`, a variable or `end`"

// body reads a type whose first step is taken in a state; what follows that step
// has states of its own. Only braces make it call itself. It yields false after a syntax error.
func (r *role) body(at, depth int) bool {
	defer r.leave(len(r.scope))
	fresh := depth > 0 // nothing was done yet in this branch
	for {
		switch t := r.token; {
		case t.text == "{":
			return r.branches(at, depth)
		case !t.word() || r.after.text == ":":
			r.unexpected("a type", bodyHelp)
			return false
		case r.after.text == "!" || r.after.text == "?":
			next, ok := r.step(at)
			if !ok || next < 0 {
				return ok
			}
			at, fresh = next, false
		case t.role() && r.after.text != ":":
			r.advance()
			r.unexpected("`!` or `?`", bodyHelp)
			return false
		case t.text == "rec":
			r.advance()
			x := r.token
			if !x.word() || x.role() || keyword(x.text) {
				r.unexpected("a variable", "write `rec x . ..`; variables begin with a small letter")
				return false
			}
			r.advance()
			if r.token.text != "." {
				r.unexpected("a full stop", "write `rec x . ..`")
				return false
			}
			r.advance()
			r.bound[x.text] = append(r.bound[x.text], at)
			r.scope = append(r.scope, x.text)
		case t.text == "end":
			r.advance()
			r.ends = append(r.ends, at)
			r.bare(t, fresh)
			return true
		default:
			r.advance()
			if to, ok := r.variable(t); ok {
				if to == at {
					r.fail(diag.UnguardedRecursion, t.Span, "do something before coming back to the beginning",
						"`%s` comes back to its `rec` without having done anything", short(t.text))
				} else {
					r.goes = append(r.goes, jump{at, to})
					r.bare(t, fresh)
				}
			}
			return true
		}
	}
}

func keyword(word string) bool { return word == "rec" || word == "end" }

// leave forgets the variables that were bound since the scope had n of them.
func (r *role) leave(n int) {
	for len(r.scope) > n {
		x := r.scope[len(r.scope)-1]
		r.scope = r.scope[:len(r.scope)-1]
		r.bound[x] = r.bound[x][:len(r.bound[x])-1]
	}
}

// variable is the state that a variable goes back to.
func (r *role) variable(t token) (state int, ok bool) {
	if states := r.bound[t.text]; len(states) > 0 {
		return states[len(states)-1], true
	}
	help := fmt.Sprintf("write `rec %s .` before the part that is repeated, or `end`", short(t.text))
	if !r.bag.Full() {
		if near := diag.Nearest(t.text, r.scope[:min(len(r.scope), maxCandidates)]); near != "" {
			help = fmt.Sprintf("did you mean `%s`?", near)
		}
	}
	r.fail(diag.UnboundVariable, t.Span, help, "no `rec %s` encloses this", short(t.text))
	return 0, false
}

// maxCandidates bounds the work for one suggestion.
const maxCandidates = 100

// bare warns of a branch without an action of its own: kmc drops it.
func (r *role) bare(t token, fresh bool) {
	if !fresh {
		return
	}
	r.bag.Add(diag.Diagnostic{
		Code: diag.BareBranch, Severity: diag.Warning,
		Message: fmt.Sprintf("this branch of %s does nothing before `%s`", short(r.name.text), short(t.text)),
		Primary: diag.Label{Span: t.Span},
		Help:    "it is read as what follows it; kmc itself drops such a branch, so write the first actions here",
	})
}

// branches reads `{.., ..}`, the union of the first steps of its branches.
func (r *role) branches(at, depth int) bool {
	if depth == MaxDepth {
		r.fail(diag.SessionTooDeep, r.token.Span, "name the inner parts with `rec`, or make the choices one after the other",
			"braces are nested more than %d deep", MaxDepth)
		return false
	}
	open := r.advance()
	for {
		if !r.body(at, depth+1) {
			return false
		}
		switch r.token.text {
		case ",":
			r.advance()
		case "}":
			r.advance()
			return true
		default:
			if r.ended() {
				r.fail(diag.BadSessionType, open.Span, "write `}` behind the last branch", "nothing closes this brace")
			} else {
				r.unexpected("`,` or `}`", "separate branches with commas; nothing can follow a brace, a variable or `end`")
			}
			return false
		}
	}
}

// step reads one action and where it leads: to a new state, which is the result,
// or back to a variable; then the result is negative.
func (r *role) step(at int) (next int, ok bool) {
	partner, op := r.advance(), r.advance()
	a := act{partner: partner, Transition: model.Transition{From: at, Kind: model.Send}}
	if op.text == "?" {
		a.Kind = model.Receive
	}
	if !r.token.word() {
		r.unexpected("a message", "write `A!m; ..`")
		return 0, false
	}
	label := r.advance()
	text, last := label.text, label.Span
	if r.token.text == "<" {
		r.advance()
		if !r.token.word() || r.after.text != ">" {
			r.unexpected("a type and `>`", "write `A!m<int>; ..`")
			return 0, false
		}
		text += "<" + r.advance().text + ">"
		last = r.advance().Span
	}
	a.Label = r.builder.Label(text)
	a.Span = partner.Cover(last)
	if r.token.text != ";" {
		r.unexpected("`;`", "write `;` and what follows: a type, a variable or `end`")
		return 0, false
	}
	r.advance()
	if t := r.token; t.word() && !t.role() && !keyword(t.text) && r.after.text != "!" && r.after.text != "?" {
		r.advance()
		next = -1
		a.To, _ = r.variable(t)
	} else {
		a.To = r.state()
		next = a.To
	}
	r.acts = append(r.acts, a)
	return next, true
}

// complete hands the transitions to the builder. A state that can do what an
// earlier one does gets copies of its transitions.
func (r *role) complete(total *int) {
	out := make([][]model.Transition, r.states)
	final := make([]bool, r.states)
	for _, s := range r.ends {
		final[s] = true
	}
	for _, a := range r.acts {
		a.Origins = []model.Origin{r.builder.Place(a.Span)}
		out[a.From] = append(out[a.From], a.Transition)
	}
	*total += len(r.acts)
	slices.SortFunc(r.goes, func(x, y jump) int { return cmp.Or(cmp.Compare(x.from, y.from), cmp.Compare(x.to, y.to)) })
	for _, g := range slices.Compact(r.goes) {
		for _, t := range out[g.to] {
			t.From, t.Origins = g.from, slices.Clone(t.Origins)
			out[g.from] = append(out[g.from], t)
		}
		final[g.from] = final[g.from] || final[g.to]
		if *total += len(out[g.to]); *total > MaxTransitions {
			r.fail(diag.AutomataTooLarge, r.name.Span, "write the first actions in the branches that are bare variables",
				"with the choices of %s written out there are more than %d transitions", short(r.name.text), MaxTransitions)
			return
		}
	}
	for s, list := range out {
		if final[s] {
			r.machine.SetFinal(s)
		}
		for _, t := range list {
			own := t.Origins[0]
			if first := r.machine.Join(t); first != 0 && first != own {
				r.bag.Add(diag.Diagnostic{
					Code: diag.TransitionTwice, Severity: diag.Warning, Message: fmt.Sprintf("this action of %s stands twice in one choice, and counts once", short(r.name.text)),
					Primary:   diag.Label{Span: r.builder.Places[own]},
					Secondary: []diag.Label{{Span: r.builder.Places[first], Text: "the first one"}},
					Help:      "remove one of them",
				})
			}
		}
	}
}
