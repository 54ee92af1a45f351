package verify

import (
	"context"
	"slices"
	"strings"

	"chorcheck/ltl"
	"chorcheck/lts"
	"chorcheck/model"
	"chorcheck/verify/replay"
)

// Run is a run of the interpreter that no search has to have found.
type Run struct {
	Configs []replay.Config // one more than Steps
	Steps   []replay.Step
	Cycle   int  // how many of the last steps are done again and again; 0: none
	Stops   bool // a run for a property, after which nothing happens any more
	Settled bool // a run for a property, which is decided whatever comes next
}

// Last is the configuration at the end.
func (r *Run) Last() replay.Config { return r.Configs[len(r.Configs)-1] }

// mostFutures bounds the configurations after a run that a Reviewer looks at.
const mostFutures = 20_000

// Reviewer tells of single runs whether they violate a check or property, why, and in which words, without a search
// for them. It comes to the same causes as a verification. A Reviewer is not safe for concurrent use.
type Reviewer struct {
	*verifier
	check   string
	watch   *observer
	steps   *lts.Steps
	refs    []replay.Ref // by action
	futures map[string]*future
	unsure  bool // of the last answer

	// Of a property: its parts, and the one that was asked last.
	parts []listener
	listener
}

// listener judges runs by a property, or a part of one.
type listener struct {
	listens *examination
	reads   *product
	looked  *ltl.Formula // what its violations satisfy
	word    ltl.Word     // of the run that was judged last
}

// NewReviewer makes a Reviewer for one check, or property of opt.Properties, in one environment. Of the options it uses
// Properties, Fairness, KeepCrashed and Course. The errors are those of Verify, and that a property has no automaton.
func NewReviewer(ctx context.Context, a *model.Automata, env *model.Environment, check string, opt Options) (*Reviewer, error) {
	opt.Only, opt.Skip = []string{check}, nil
	if _, err := selectChecks(&opt); err != nil {
		return nil, err
	}
	r := &Reviewer{check: check, futures: map[string]*future{}}
	if i := slices.IndexFunc(opt.Properties, func(p *model.Property) bool { return p.Name == check }); i >= 0 {
		if err := r.listen(ctx, a, env, opt.Properties[i], opt); err != nil {
			return nil, err
		}
	} else {
		net, err := model.NewNetwork(ctx, a, model.NetworkOptions{Environment: env, KeepCrashed: opt.KeepCrashed})
		if err != nil {
			return nil, err
		}
		r.verifier = newVerifier(ctx, a, env, net, opt)
	}
	r.on[check] = true
	r.watch, r.steps = newObserver(r.net, r.on), lts.NewSteps(r.net.Width())
	for a := range r.net.Actions() {
		r.refs = append(r.refs, r.ref(r.net.Action(lts.Action(a))))
	}
	return r, nil
}

// listen prepares for runs of a property.
func (r *Reviewer) listen(ctx context.Context, a *model.Automata, env *model.Environment, p *model.Property, opt Options) error {
	for todo := partsOf(p, opt); len(todo) > 0; {
		part := todo[0]
		todo = todo[1:]
		l := listener{looked: part.Formula}
		if !part.Sometimes {
			l.looked = part.Formulas.Not(part.Formula)
		}
		automaton, err := ltl.Translate(part.Formulas, l.looked, ltl.Options{MaxStates: mostAutomatonStates})
		if err != nil {
			smaller := part.Parts(0)
			if len(smaller) == 1 {
				return err
			}
			todo = slices.Concat(smaller, todo) // as in a search
			continue
		}
		x, err := newExamination(ctx, a, env, part, opt, Explicit)
		if err != nil {
			return err
		}
		l.listens = x
		if l.reads, err = newProduct(x.net, part.Atoms, automaton); err != nil {
			return err
		}
		r.parts = append(r.parts, l)
	}
	r.listener = r.parts[0]
	r.verifier = r.listens.verifier
	return nil
}

// Shows says why a run does not show a violation with this cause, as Finding.Cause names it; empty if it does. With the
// cause "" any will do.
func (r *Reviewer) Shows(run *Run, cause string) string {
	_, why := r.shown(run, cause)
	return why
}

// Unsure reports whether the last answer was given only since what can come after the run could not be found out.
func (r *Reviewer) Unsure() bool { return r.unsure }

// Finding puts a run that shows a violation with this cause into words; cause "": the first of its causes. If it
// shows none, the finding is nil, and the second result says why.
func (r *Reviewer) Finding(run *Run, cause string) (*Finding, string) {
	group, why := r.shown(run, cause)
	if why != "" {
		return nil, why
	}
	var f *Finding
	if r.listens != nil {
		l := &lasso{steps: run.Steps, configs: run.Configs, cycle: run.Cycle, word: r.word, settled: -1}
		if run.Settled {
			l.settled = len(run.Steps)
		}
		f = r.listens.finding(l, r.listens.violation(l))
		f.configs = run.Configs
	} else if f = r.explainGroups([][]*exhibit{group})[0]; f == nil {
		return nil, confusedReason
	}
	f.Course, f.configs = r.course(f.configs), nil
	return f, ""
}

// shown gives the exhibits of the cause; none for a property.
func (r *Reviewer) shown(run *Run, cause string) ([]*exhibit, string) {
	r.unsure = false
	if len(r.parts) > 0 {
		var why string
		for i := range r.parts {
			r.listener = r.parts[i]
			if why = r.violated(run); why == "" {
				break
			}
		}
		return nil, why
	}
	path, why := r.along(run.Steps)
	if why != "" {
		r.unsure = true
		return nil, why
	}
	exhibits, why := r.exhibits(&path)
	if why != "" {
		r.unsure = true
		return nil, why
	}
	groups := r.group(exhibits)
	slices.SortStableFunc(groups, func(x, y []*exhibit) int { return strings.Compare(x[0].shared, y[0].shared) })
	why = "it is no violation of " + r.check
	for _, g := range groups {
		for _, e := range g {
			x := &replayed{verifier: r.verifier, exhibit: e, configs: run.Configs, steps: run.Steps, last: run.Last()}
			switch not := x.refute(); {
			case not != "":
				why = not
			case cause != "" && x.causeInWords() != cause:
				why = "it is a violation of another cause: " + x.causeInWords()
			default:
				return g, ""
			}
		}
	}
	return nil, why
}

// along finds the run of the network for steps of the interpreter. There is more than one where messages in a bag differ
// only in what they say of scopes; then it is any of them.
func (r *Reviewer) along(steps []replay.Step) (lts.Trace, string) {
	paths := []lts.Trace{{States: []lts.State{r.net.Init()}}}
	for _, s := range steps {
		var next []lts.Trace
		seen := stateSet{}
		for _, p := range paths {
			last := p.States[p.Len()]
			r.steps.Reset()
			if r.net.Next(last, r.steps)&model.MarkConfused != 0 {
				return lts.Trace{}, confusedReason
			}
			grown := false
			for i, a := range r.steps.Actions {
				if !s.Matches(r.refs[a]) || len(next) == mostRuns || seen.has(r.steps.Target(i)) {
					continue
				}
				to := r.steps.Target(i).Clone()
				seen.add(to)
				states, actions := p.States, p.Actions
				if grown { // the room behind them is taken
					states, actions = slices.Clip(states), slices.Clip(actions)
				}
				grown = true
				next = append(next, lts.Trace{States: append(states, to), Actions: append(actions, a)})
			}
		}
		if len(next) == 0 {
			return lts.Trace{}, confusedReason
		}
		paths = next
	}
	return paths[0], ""
}
