package verify

import (
	"cmp"
	"context"
	"fmt"
	"math/big"
	"math/bits"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"chorcheck/explore"
	"chorcheck/explore/cycle"
	"chorcheck/ltl"
	"chorcheck/lts"
	"chorcheck/model"
)

// Whether all runs satisfy a formula: its negation becomes a Büchi automaton, which reads along while the
// network runs, and what is looked for is a run that is fair and that the automaton accepts. Whether some run
// satisfies it is asked in the same way, of the formula itself.

// Fairness says which runs count for properties.
type Fairness int

// The kinds of fairness. See docs/properties.md, section 4.
const (
	WeakFairness Fairness = iota
	NoFairness
	StrongFairness
)

func (f Fairness) String() string { return [...]string{"weak", "none", "strong"}[f] }

// mostAutomatonStates bounds the automaton of a property.
const mostAutomatonStates = 2000

// product is a network beside an automaton that reads the positions of its run.
type product struct {
	net       *model.Network
	values    *model.Valuation
	automaton *ltl.Automaton
	scratch   sync.Pool // of *expansion
	confused  atomic.Bool
	steps     []bool // by action of the network: it is no fault

	// packed is how far up the only word of the network the automaton's state is; 0: it has a word of its own.
	packed int
}

// expansion is what the expansion of a configuration needs.
type expansion struct {
	steps *lts.Steps
	base  lts.State
	whole cycle.Steps // of the product, for who needs them
}

// begin and stutter are the actions of a product that no network has: reading the first position, and
// the last one once more where nothing more happens.
func (p *product) begin() lts.Action   { return lts.Action(p.net.Actions()) }
func (p *product) stutter() lts.Action { return lts.Action(p.net.Actions() + 1) }

func newProduct(net *model.Network, atoms []model.Atom, automaton *ltl.Automaton) (*product, error) {
	values, err := net.Valuation(atoms)
	if err != nil {
		return nil, err
	}
	p := &product{net: net, values: values, automaton: automaton}
	for a := range net.Actions() {
		p.steps = append(p.steps, net.IsStep(lts.Action(a)))
	}
	p.scratch.New = func() any { return p.newExpansion() }
	return p, nil
}

func (p *product) newExpansion() *expansion {
	w := p.net.Width()
	return &expansion{lts.NewSteps(w), make(lts.State, w), cycle.Steps{Steps: lts.NewSteps(p.Width())}}
}

// pack puts the automaton's state into the word of the network, if there is only one with room enough: half the
// memory is half the misses of the cache.
func (p *product) pack() {
	if p.net.Width() == 1 && p.packedBits() <= 64 {
		p.packed = p.net.Bits()
	}
}

// packedBits is how many bits a packed configuration has.
func (p *product) packedBits() int {
	return p.net.Bits() + bits.Len64(p.ended()+uint64(p.automaton.States()))
}

// Width implements cycle.System: behind the network's words there is one with the automaton's state, after it has read the
// position.
func (p *product) Width() int {
	if p.packed > 0 {
		return 1
	}
	return p.net.Width() + 1
}

// automatonState is the automaton's state in a configuration.
func (p *product) automatonState(s lts.State) uint64 {
	if p.packed > 0 {
		return s[0] >> p.packed
	}
	return s[p.net.Width()]
}

// network is the network's part of a configuration; scratch has its width.
func (p *product) network(s, scratch lts.State) lts.State {
	if p.packed > 0 {
		scratch[0] = s[0] & (1<<p.packed - 1)
		return scratch
	}
	w := p.net.Width()
	return s[:w:w]
}

// join puts a configuration together.
func (p *product) join(to, base lts.State, q uint64) {
	copy(to, base)
	if p.packed > 0 {
		to[0] |= q << p.packed
	} else {
		to[len(base)] = q
	}
}

// Actions implements cycle.System.
func (p *product) Actions() int { return p.net.Actions() + 2 }

// unread stands in place of the automaton's state in the very beginning. States from it on, less ended, are those of a run that
// has stopped: then nothing strikes any more.
func (p *product) unread() uint64 { return uint64(p.automaton.States()) }

func (p *product) ended() uint64 { return p.unread() + 1 }

// Init implements cycle.System.
func (p *product) Init() lts.State {
	s := make(lts.State, p.Width())
	p.join(s, p.net.Init(), p.unread())
	return s
}

// Expand implements cycle.System.
func (p *product) Expand(s lts.State, out *cycle.Steps) {
	x := p.scratch.Get().(*expansion)
	defer p.scratch.Put(x)
	base, q := p.network(s, x.base), p.automatonState(s)
	if q == p.unread() {
		p.read(out, p.begin(), s, base, p.values.State(base), p.automaton.Initial, 0)
		return
	}
	if q >= p.ended() {
		p.read(out, p.stutter(), s, base, p.values.State(base), int(q-p.ended()), p.ended())
		return
	}
	steps := x.steps
	steps.Reset()
	if p.net.Next(base, steps)&model.MarkConfused != 0 {
		p.confused.Store(true)
	}
	quiet := true
	for i, a := range steps.Actions {
		if p.steps[a] {
			quiet = false
			out.Enabled = append(out.Enabled, a)
		}
		to := steps.Target(i)
		p.read(out, a, s, to, p.values.Action(a)|p.values.State(to), int(q), 0)
	}
	if quiet {
		p.read(out, p.stutter(), s, base, p.values.State(base), int(q), p.ended())
	}
}

// read adds what the automaton can do with a position: s is any configuration of the product, and more is added to its states.
func (p *product) read(out *cycle.Steps, a lts.Action, s, to lts.State, valuation uint64, q int, more uint64) {
	for i := range p.automaton.Transitions[q] {
		t := &p.automaton.Transitions[q][i]
		if !t.Guard.Holds(valuation) {
			continue
		}
		if p.packed > 0 {
			out.Actions = append(out.Actions, a)
			out.Words = append(out.Words, to[0]|(uint64(t.Target)+more)<<(p.packed&63))
		} else {
			p.join(out.Append(a, s), to, uint64(t.Target)+more)
		}
		out.Accepting = append(out.Accepting, t.Accepting)
	}
}

// fairness is that of a product's runs.
func (p *product) fairness(kind Fairness) cycle.Fairness {
	network := func(a lts.Action) bool { return int(a) < p.net.Actions() }
	never := func(a lts.Action) bool { return network(a) && !p.net.IsStep(a) }
	switch kind {
	case NoFairness:
		return cycle.Fairness{Kind: cycle.Unfair}
	case StrongFairness:
		return cycle.Fairness{Kind: cycle.Strong, Never: never, Class: func(a lts.Action) int {
			if !network(a) {
				return -1
			}
			return int(a)
		}}
	}
	classes := p.net.FairnessClasses()
	return cycle.Fairness{Kind: cycle.Weak, Never: never, Class: func(a lts.Action) int {
		if !network(a) {
			return -1
		}
		return classes.Class(a)
	}}
}

// propertyCheck is a property as a check.
func propertyCheck(p *model.Property) Check { return Check{ID: p.Name, Title: p.Text} }

// verifyProperties decides the properties that are asked for in one environment.
func verifyProperties(ctx context.Context, a *model.Automata, env *model.Environment, opt Options) ([]CheckResult, error) {
	var out []CheckResult
	for _, p := range opt.Properties {
		if !opt.wants(p.Name) {
			continue
		}
		r, err := verifyProperty(ctx, a, env, p, opt)
		switch {
		case ended(ctx, err):
			r = CheckResult{Check: propertyCheck(p), Verdict: Inconclusive, Reason: stopped(ctx)}
		case err != nil:
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

// verifyPart decides a property that has an automaton, with the engine that is asked for: auto is the explicit one while that is
// quick, then the symbolic one, and if that cannot, the explicit one after all. It reports whether the automaton would be too large.
func verifyPart(ctx context.Context, a *model.Automata, env *model.Environment, p *model.Property, opt Options) (r CheckResult, tooLarge bool, err error) {
	engine := opt.engine()
	if engine != Symbolic && opt.MaxStates == 0 {
		// One worker finds the same run each time.
		quick := opt
		quick.MaxStates, quick.Workers = cmp.Or(opt.quick, quickly), 1
		x, err := newExamination(ctx, a, env, p, quick, Explicit)
		if err != nil {
			return r, false, err
		}
		r, err = x.decide()
		if err == nil && r.Verdict == Inconclusive && !x.noAutomaton && ctx.Err() != nil {
			r.Reason = stopped(ctx) // and not the number of states, which nobody has asked for
		}
		if err != nil || r.Verdict != Inconclusive || x.noAutomaton || ctx.Err() != nil {
			return r, x.noAutomaton, err
		}
		if engine == Auto {
			engine = Symbolic
		}
	}
	x, err := newExamination(ctx, a, env, p, opt, engine)
	if err != nil {
		return r, false, err
	}
	// A search of little has found nothing: it is likely that there is nothing, and all has to be searched.
	x.layered = opt.MaxStates == 0 && !p.Sometimes
	r, err = x.decide()
	if err == nil && !x.noAutomaton && r.Verdict == Inconclusive && opt.engine() == Auto && ctx.Err() == nil {
		why := r.Reason
		if x, err = newExamination(ctx, a, env, p, opt, Explicit); err != nil {
			return r, false, err
		}
		x.layered = opt.MaxStates == 0 && !p.Sometimes
		if r, err = x.decide(); r.Verdict == Inconclusive {
			r.Reason += "; the symbolic engine: " + why
		}
	}
	return r, x.noAutomaton, err
}

// decide looks for the run that decides the property.
func (x *examination) decide() (CheckResult, error) {
	p := x.property
	r := CheckResult{Check: propertyCheck(p), Verdict: Inconclusive}
	looked := p.Formula
	if !p.Sometimes {
		looked = p.Formulas.Not(looked)
	}
	run, reason, err := x.search(looked)
	if err != nil {
		return r, err
	}
	r.Product, r.ProductMS = x.states, float64(x.took.Microseconds())/1000
	switch {
	case run != nil && p.Sometimes:
		r.Verdict, r.Witness = Holds, x.finding(run, "this run satisfies the property")
	case run != nil:
		r.Verdict, r.Findings = Violated, []Finding{*x.finding(run, x.violation(run))}
	case reason != "":
		r.Reason = reason
	case p.Sometimes:
		r.Verdict = Violated
		r.Findings = []Finding{{
			Cause: "no run", Message: "no run satisfies the property: " + p.Text, Origins: []model.Origin{p.Origin},
			Help: noRunHelp(productExtent(x.states)),
		}}
	default:
		r.Verdict = Holds
		r.Notes, err = x.vacuous(p)
	}
	if (r.Verdict == Holds) != p.Sometimes && r.Verdict != Inconclusive && !isSafety(p.Formulas.Normal(p.Formula), map[int]bool{}) {
		r.Notes = append(r.Notes, x.relative()) // nothing was found among the runs that count
	}
	return r, err
}

// examination is the search for runs of one property.
type examination struct {
	*verifier
	property *model.Property
	engine   Engine   // Explicit or Symbolic
	states   *big.Int // of the product
	took     time.Duration
	layered  bool // see property_layers.go

	noAutomaton bool // since it would be too large
}

func newExamination(ctx context.Context, a *model.Automata, env *model.Environment, p *model.Property, opt Options, engine Engine) (*examination, error) {
	o := model.NetworkOptions{Environment: env, KeepCrashed: opt.KeepCrashed, Observed: p.Atoms, MostContents: opt.mostContents}
	build := model.NewNetwork
	if engine == Symbolic {
		build = model.NewLocalNetwork
	}
	net, err := build(ctx, a, o)
	if err != nil {
		return nil, err
	}
	return &examination{verifier: newVerifier(ctx, a, env, net, opt), property: p, engine: engine, states: new(big.Int)}, nil
}

// search looks for a fair run that satisfies a formula. If there is no run, the reason says why that is not certain; empty if it
// is.
func (x *examination) search(f *ltl.Formula) (*lasso, string, error) {
	automaton, err := ltl.Translate(x.property.Formulas, f, ltl.Options{MaxStates: mostAutomatonStates})
	if err != nil {
		x.noAutomaton = true
		return nil, "the formula has no automaton: " + err.Error(), nil
	}
	p, err := newProduct(x.net, x.property.Atoms, automaton)
	if err != nil {
		return nil, err.Error(), nil
	}
	if x.engine == Symbolic {
		return x.searchDiagrams(p, f)
	}
	p.pack()
	o := cycle.Options{Workers: x.opt.Workers, MaxStates: x.opt.MaxStates, Memory: searchMemory(x.opt.Memory)}
	if x.opt.Progress != nil {
		every := x.opt.Every
		if every == 0 {
			every = time.Second / 5
		}
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		o.Tick, o.Progress = ticker.C, func(e explore.Progress) {
			x.opt.Progress(Progress{Phase: "looking for runs: " + x.property.Name, States: e.States, Depth: e.Level, Bytes: e.Bytes, Elapsed: time.Since(x.start)})
		}
	}
	start := time.Now()
	var result *cycle.Result
	if waits := waitingStates(automaton); x.layered && waits != nil {
		result, err = x.searchLayers(p, waits, o)
	} else {
		result, err = cycle.Search(x.ctx, p, p.fairness(x.opt.Fairness), o)
	}
	if err != nil {
		return nil, "", err
	}
	x.took = time.Since(start)
	x.states.SetUint64(result.States)
	switch {
	case result.Found:
		run, why := x.replayLasso(p, f, result)
		if run == nil && !p.confused.Load() {
			return nil, why, nil
		}
		if run == nil {
			return nil, confusedReason, nil
		}
		return run, "", nil
	case !result.Complete:
		x.space = &explore.Space{Reason: result.Reason}
		return nil, x.limited(), nil
	case p.confused.Load():
		return nil, confusedReason, nil
	}
	return nil, "", nil
}

// isSafety reports whether a formula in normal form asks for nothing to happen: then fairness is no matter.
func isSafety(f *ltl.Formula, seen map[int]bool) bool {
	if seen[f.ID()] {
		return true
	}
	seen[f.ID()] = true
	return f.Op != ltl.Until && !slices.ContainsFunc(f.Args, func(a *ltl.Formula) bool { return !isSafety(a, seen) })
}

// relative says what a verdict is relative to.
func (x *examination) relative() string {
	switch x.opt.Fairness {
	case NoFairness:
		return "all runs count, unfair ones as well (--fairness none)"
	case StrongFairness:
		return "relative to strong fairness: what is enabled again and again is done again and again"
	}
	return "relative to weak fairness: what stays enabled is done at some time"
}

// violation says what a run violates: of several things that the property asks for, the first one that is not so.
func (x *examination) violation(run *lasso) string {
	p := x.property
	text := "this run violates the property: " + p.Text
	conjuncts := p.Formulas.Conjuncts(p.Formula)
	if len(conjuncts) < 2 {
		return text
	}
	word := run.word
	if run.settled >= 0 { // whatever comes: let it be what there is
		all := slices.Concat(word.Prefix, word.Cycle)
		word = ltl.Word{Prefix: all[:run.settled], Cycle: all[run.settled : run.settled+1]}
	}
	for _, f := range conjuncts {
		if !ltl.Holds(f, word) {
			return text + "; of all that it asks for, this is not so: " + ltl.Format(f, func(i int) string { return p.Atoms[i].Text }, ltl.Words)
		}
	}
	return text
}

// productExtent says how far a search went.
func productExtent(states *big.Int) string {
	if states.IsUint64() && states.Uint64() == 1 {
		return "the only configuration of the product with its automaton"
	}
	return fmt.Sprintf("%s configurations of the product with its automaton", states)
}

func noRunHelp(extent string) string { return "this was found out by a search of all: " + extent }

func vacuousNote(p model.Premise, extent string) string {
	return fmt.Sprintf("vacuous: `%s` never comes about, in none of %s", p.Text, extent)
}

// vacuous notes the premises of a property that holds which never come about.
func (x *examination) vacuous(p *model.Property) ([]string, error) {
	var notes []string
	for _, premise := range p.Premises {
		v := *x.verifier
		y := *x
		v.opt.Fairness = NoFairness
		y.verifier, y.layered = &v, false
		y.states = new(big.Int)
		run, reason, err := y.search(premise.Formula)
		if err != nil {
			return nil, err
		}
		if run == nil && reason == "" {
			notes = append(notes, vacuousNote(premise, productExtent(y.states)))
		}
	}
	return notes, nil
}
