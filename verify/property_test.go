package verify_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"chorcheck/internal/naive"
	"chorcheck/ltl"
	"chorcheck/model"
	"chorcheck/verify"
)

func allFairness() []verify.Fairness {
	return []verify.Fairness{verify.NoFairness, verify.WeakFairness, verify.StrongFairness}
}

// restless generates two roles, each with few local states and much to do in them, in several threads, by choices, timers and
// deliveries: what goes on for ever can neglect somebody in many ways.
func restless() *rapid.Generator[naive.FailingSystem] {
	return rapid.Custom(func(t *rapid.T) naive.FailingSystem {
		upTo := func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "n") }
		a := naive.Network(model.Channel{Discipline: model.Sync}, naive.Role{Name: "A", Initial: "0"}, naive.Role{Name: "B", Initial: "0"})
		a.Labels = []string{"m", "n"}
		a.Channels.Default = rapid.SampledFrom([]model.Channel{
			{Discipline: model.Sync}, {Discipline: model.FIFO, Capacity: 1}, {Discipline: model.Mailbox, Capacity: 1}, {Discipline: model.Bag, Capacity: 2},
		}).Draw(t, "channel")
		a.Exceptions = []model.Exception{{Name: "E", Crashed: -1}, {Name: "late", Kind: model.TimerFired, Crashed: -1}}
		a.Threads = rapid.SampledFrom([][]model.ThreadID{{0}, {0, 0, 0}, {0, 0, 1}}).Draw(t, "threads")
		for r, name := range []string{"crash of A", "crash of B"} {
			a.Exceptions = append(a.Exceptions, model.Exception{Name: name, Kind: model.CrashNoticed, Crashed: model.RoleID(r)})
		}
		a.Scopes = []model.Scope{{Name: "s", DiscardLate: upTo(2) == 0, Handlers: []model.Handler{{}}}}
		a.Positions = []model.Position{{Scope: -1}, {}, {Part: 1}}
		kinds := []model.Kind{
			model.Internal, model.Internal, model.Internal, model.Send, model.Send, model.Send, model.Receive, model.Receive, model.Receive, model.Raise,
			model.Raise, model.Timeout, model.CrashRaise,
		}
		env := &model.Environment{Name: "restless", Limit: 1}
		for r := range a.Machines {
			m, role := &a.Machines[r], model.RoleID(r)
			m.States = m.States[:1]
			if upTo(2) == 0 {
				m.States = append(m.States, model.LocalState{Name: "1", Final: upTo(2) == 0})
			}
			a.Timers = append(a.Timers, model.Timer{Name: "t", Owner: role, Exception: 1, Var: -1})
			for i := range 2 + upTo(4) {
				x := model.Transition{
					From: upTo(len(m.States)), To: upTo(len(m.States)), Kind: kinds[upTo(len(kinds))], Peer: -1, Label: -1, Exception: -1,
					Thread: model.ThreadID(upTo(len(a.Threads))), Origins: []model.Origin{model.Origin(10*r + i + 1)},
					Places: []model.Place{{Position: model.PositionID(upTo(2))}},
				}
				switch x.Kind {
				case model.Send, model.Receive:
					x.Peer, x.Label = 1-role, model.LabelID(upTo(2))
				case model.Timeout, model.Raise, model.CrashRaise:
					switch x.Kind {
					case model.Raise:
						x.Exception = 0
					case model.Timeout:
						x.Exception, x.Timer = 1, model.TimerID(r)
					case model.CrashRaise:
						x.Exception, x.Peer = 2+model.ExceptionID(1-r), 1-role
					}
					x.Handler, x.Places = &model.HandlerRef{Part: 1}, []model.Place{{Position: 2}}
				}
				m.Transitions = append(m.Transitions, x)
			}
			slices.SortStableFunc(m.Transitions, func(x, y model.Transition) int { return x.From - y.From })
			switch f := (model.Fault{Role: role, Peer: -1, Exception: -1, Label: -1}); upTo(6) {
			case 0:
				f.Kind, f.Recovers = model.Crash, upTo(2) == 0
				env.Faults = append(env.Faults, f)
			case 1:
				f.Kind, f.Peer = model.Loss, 1-role
				env.Faults = append(env.Faults, f)
			}
		}
		if upTo(3) == 0 {
			env.Limit = -1
		}
		return naive.FailingSystem{Automata: a, Environments: []*model.Environment{env}}
	})
}

// drawAtom draws an atom, mostly one that is true at some positions of a behaviour and false at others.
func drawAtom(t *rapid.T, b *behaviour) model.Atom {
	x := model.Atom{Kind: model.AtomDone}
	for range 6 {
		x = anyAtom(t, b.in.Automata())
		seen := map[bool]bool{b.in.Holds(x, b.configs[0], nil): true}
		for _, edges := range b.edges {
			for _, e := range edges {
				seen[b.in.Holds(x, b.configs[e.To], &e.Step)] = true
			}
		}
		if len(seen) == 2 {
			break
		}
	}
	return x
}

// anyAtom draws one of any kind that there is for automata.
func anyAtom(t *rapid.T, a *model.Automata) model.Atom {
	upTo := func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "n") }
	var handlers []model.HandlerRef
	for _, p := range a.Positions {
		if p.Part > 0 {
			handlers = append(handlers, model.HandlerRef(p))
		}
	}
	kinds := []model.AtomKind{
		model.AtomSends, model.AtomSends, model.AtomReceives, model.AtomReceives, model.AtomCrashes, model.AtomDone, model.AtomDone,
		model.AtomCrashed, model.AtomFailed, model.AtomEmpty, model.AtomFull,
	}
	add := func(n int, of ...model.AtomKind) {
		if n > 0 {
			kinds = append(kinds, of...)
		}
	}
	add(len(a.Exceptions), model.AtomRaises)
	add(len(handlers), model.AtomHandles, model.AtomInHandler)
	add(len(a.Timers), model.AtomFires, model.AtomFires, model.AtomArmed)
	add(len(a.Scopes), model.AtomInside, model.AtomInside)
	add(len(a.Vars), model.AtomCompares, model.AtomCompares)
	x := model.Atom{Kind: kinds[upTo(len(kinds))], Role: model.RoleID(upTo(len(a.Roles)))}
	x.Peer = model.RoleID((int(x.Role) + 1 + upTo(len(a.Roles)-1)) % len(a.Roles))
	switch x.Kind {
	case model.AtomSends, model.AtomReceives:
		x.Label = model.LabelID(upTo(len(a.Labels)))
		if upTo(2) == 0 {
			x.Peer = -1
		}
	case model.AtomRaises:
		x.Exception = model.ExceptionID(upTo(len(a.Exceptions)))
	case model.AtomHandles, model.AtomInHandler:
		x.Handlers = []model.HandlerRef{handlers[upTo(len(handlers))]}
	case model.AtomFires, model.AtomArmed:
		x.Timer = model.TimerID(upTo(len(a.Timers)))
	case model.AtomInside:
		x.Scope = model.ScopeID(upTo(len(a.Scopes)))
	case model.AtomCompares:
		op := []model.Op{model.OpEq, model.OpLt}[upTo(2)]
		x.Expr = &model.Expr{Op: op, X: model.Ref(model.VarID(upTo(len(a.Vars)))), Y: model.Const(int64(upTo(3)))}
		if upTo(3) == 0 { // with any other, be it of another role
			x.Expr.Y = model.Ref(model.VarID(upTo(len(a.Vars))))
		}
	}
	x.Text = fmt.Sprintf("atom %+v", x)
	return x
}

// drawFormula draws a formula of at most some depth, with or without next.
func drawFormula(t *rapid.T, fs *ltl.Formulas, atoms, depth int, next bool) *ltl.Formula {
	draw := func() *ltl.Formula { return drawFormula(t, fs, atoms, depth-1, next) }
	top := 10
	if next {
		top = 12
	}
	if depth == 0 {
		return fs.Proposition(rapid.IntRange(0, atoms-1).Draw(t, "proposition"))
	}
	switch rapid.IntRange(0, top).Draw(t, "operator") {
	case 0:
		return fs.Proposition(rapid.IntRange(0, atoms-1).Draw(t, "proposition"))
	case 1:
		return fs.Not(draw())
	case 2:
		return fs.And(draw(), draw())
	case 3:
		return fs.Or(draw(), draw())
	case 4, 5:
		return fs.Eventually(draw())
	case 6, 7:
		return fs.Always(draw())
	case 8:
		return fs.Until(draw(), draw())
	case 9:
		return fs.WeakUntil(draw(), draw())
	case 10:
		return fs.Always(fs.Implies(draw(), fs.Eventually(draw())))
	}
	return fs.Next(draw())
}

// drawDemand draws a formula, of a depth up to 4; often one that asks for something to happen, which fairness matters to.
func drawDemand(t *rapid.T, fs *ltl.Formulas, atoms int, next bool) *ltl.Formula {
	draw := func(depth int) *ltl.Formula { return drawFormula(t, fs, atoms, depth, next) }
	switch rapid.IntRange(0, 5).Draw(t, "demand") {
	case 0:
		return fs.Eventually(draw(2))
	case 1:
		return fs.Always(fs.Eventually(draw(2)))
	case 2:
		return fs.Always(fs.Implies(draw(1), fs.Eventually(draw(1))))
	}
	return draw(rapid.IntRange(1, 4).Draw(t, "depth"))
}

// names of the four questions about a formula f.
const (
	allF    = "f"
	someF   = "sometimes f"
	allNot  = "not f"
	someNot = "sometimes not f"
)

// questions asks whether all runs satisfy a formula, whether some do, and the same of its negation.
func questions(fs *ltl.Formulas, f *ltl.Formula, atoms []model.Atom) []*model.Property {
	property := func(name string, sometimes bool, f *ltl.Formula) *model.Property {
		return &model.Property{Name: name, Text: name, Sometimes: sometimes, Formulas: fs, Formula: f, Atoms: atoms}
	}
	return []*model.Property{property(allF, false, f), property(someF, true, f), property(allNot, false, fs.Not(f)), property(someNot, true, fs.Not(f))}
}

// decide answers questions.
func decide(t require.TestingT, a *model.Automata, env *model.Environment, keep bool, fairness verify.Fairness, workers int, of []*model.Property) map[string]verify.CheckResult {
	opt := verify.Options{Environments: []*model.Environment{env}, KeepCrashed: keep, Fairness: fairness, Workers: workers, Properties: of}
	for _, p := range of {
		opt.Only = append(opt.Only, p.Name)
	}
	if workers > 1 { // after that, layer by layer
		opt = opt.WithQuick(1)
		opt.Engine = verify.Explicit
	}
	r, err := verify.Verify(context.Background(), a, opt)
	require.NoError(t, err)
	out := map[string]verify.CheckResult{}
	for _, c := range r.Environments[0].Checks {
		out[c.Check.ID] = c
	}
	require.Len(t, out, len(of))
	return out
}

// runOf is the run that is shown for a verdict, nil if there is none.
func runOf(c verify.CheckResult) *verify.Finding {
	if c.Witness == nil && len(c.Findings) > 0 && c.Findings[0].Trace != nil {
		return &c.Findings[0]
	}
	return c.Witness
}

// requireRun checks that what is shown for a verdict is a run that proves it.
func requireRun(t require.TestingT, b *behaviour, c verify.CheckResult, p *model.Property, fairness verify.Fairness, system func() string) {
	where := p.Name
	sometimes, looked := p.Sometimes, p.Formula
	if !sometimes {
		looked = p.Formulas.Not(looked)
	}
	run := runOf(c)
	require.Equal(t, sometimes && c.Verdict == verify.Holds, c.Witness != nil, where)
	require.Equal(t, c.Verdict == verify.Violated, len(c.Findings) == 1, where)
	require.Equal(t, sometimes == (c.Verdict == verify.Holds), run != nil, where)
	if run == nil {
		return
	}
	require.NotNil(t, run.Trace, where)
	require.NotNil(t, run.Final, where)
	require.False(t, run.Stops && run.Settled, where)
	require.Equal(t, run.Cycle == 0, run.Stops || run.Settled, where)
	require.LessOrEqual(t, run.Cycle, len(run.Trace), where)
	if !b.confirms(run, p.Formulas, looked, p.Atoms, fairness) {
		require.Fail(t, "the run is none", "%s, %s: %+v", where, system(), run)
	}
}

// show writes a system as its roles do things.
func show(x naive.FailingSystem, env *model.Environment) string {
	var b strings.Builder
	a := x.Automata
	fmt.Fprintf(&b, "channels %+v, keep crashed %t\n", a.Channels, x.KeepCrashed)
	fmt.Fprintf(&b, "scopes %+v\npositions %+v threads %v timers %+v vars %+v\n", a.Scopes, a.Positions, a.Threads, a.Timers, a.Vars)
	fmt.Fprintf(&b, "environment %+v\n", *env)
	for r, m := range a.Machines {
		fmt.Fprintf(&b, "%s from %d: states %+v\n", a.Roles[r].Name, m.Initial, m.States)
		for i, t := range m.Transitions {
			fmt.Fprintf(&b, "  %d: %d -> %d %s peer %d label %d thread %d timer %d exception %d handler %v only if %v places %v guard %v assigns %v\n",
				i, t.From, t.To, t.Kind, t.Peer, t.Label, t.Thread, t.Timer, t.Exception, t.Handler, t.OnlyIf, t.Places, t.Guard, t.Assigns)
		}
	}
	return b.String()
}

// TestPropertiesAgainstTheSlowTwin decides random formulas about random systems in two ways.
func TestPropertiesAgainstTheSlowTwin(t *testing.T) {
	calm := rapid.Map(naive.Automata(), func(a *model.Automata) naive.FailingSystem {
		return naive.FailingSystem{Automata: a, Environments: []*model.Environment{model.Calm()}}
	})
	systems := rapid.OneOf(naive.Failing(false), naive.Failing(true), naive.Meddling(), naive.Alike(), calm, restless(), restless(), restless())
	seen := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		x := systems.Draw(t, "system")
		env := rapid.SampledFrom(x.Environments).Draw(t, "environment")
		b := newBehaviour(x.Automata, env, x.KeepCrashed, 150)
		if b == nil {
			seen["too large"]++
			return
		}
		for range 5 {
			comparePair(t, x, env, b, seen)
		}
	})
	if testing.Short() {
		return // too few to have seen everything
	}
	for _, k := range []string{
		"all violated violated violated", "all holds holds holds", "all violated holds holds", "all violated violated holds",
		"some violated violated violated", "some holds holds holds", "some holds violated violated", "some holds holds violated",
		"cycle true stops false settled false", "cycle false stops true settled false", "cycle false stops false settled true",
	} {
		require.Positive(t, seen[k], k)
	}
	t.Log(seen)
}

// comparePair draws a formula about a system.
func comparePair(t *rapid.T, x naive.FailingSystem, env *model.Environment, b *behaviour, seen map[string]int) {
	var atoms []model.Atom
	for range rapid.IntRange(1, 3).Draw(t, "atoms") {
		atoms = append(atoms, drawAtom(t, b))
	}
	fs := ltl.NewFormulas()
	next := rapid.Bool().Draw(t, "next")
	f := drawDemand(t, fs, len(atoms), next)
	all := questions(fs, f, atoms)
	workers := rapid.SampledFrom([]int{1, 2, 4}).Draw(t, "workers")
	whole := rapid.SampledFrom(allFairness()).Draw(t, "fairness") // the one for which the negation is asked, too
	var verdicts [][2]verify.Verdict
	for _, fairness := range allFairness() {
		all := all
		if fairness != whole {
			all = all[:2]
		}
		name := func(i int) string { return fmt.Sprint("p", i) }
		where := func() string {
			return fmt.Sprintf("%s, %s fairness, %d workers\n%+v\n%s", ltl.Format(f, name, ltl.Words), fairness, workers, atoms, show(x, env))
		}
		got := decide(t, x.Automata, env, x.KeepCrashed, fairness, workers, all)
		for _, p := range all {
			c := got[p.Name]
			if c.Verdict == verify.Inconclusive {
				seen["inconclusive"]++
				if !slices.ContainsFunc(x.Automata.Scopes, func(s model.Scope) bool { return s.Looped }) {
					require.Fail(t, c.Reason, "%s %s", p.Name, where())
				}
				return
			}
			looked := p.Formula
			if !p.Sometimes {
				looked = fs.Not(looked)
			}
			has, err := b.hasRun(fs, looked, atoms, fairness)
			require.NoError(t, err)
			want := verify.Holds
			if has != p.Sometimes {
				want = verify.Violated
			}
			if want != c.Verdict {
				require.Equal(t, want.String(), c.Verdict.String(), "%s: %s", p.Name, where())
			}
			requireRun(t, b, c, p, fairness, where)
			if run := runOf(c); run != nil {
				seen[fmt.Sprintf("cycle %t stops %t settled %t", run.Cycle > 0, run.Stops, run.Settled)]++
			}
		}
		if fairness == whole {
			require.Equal(t, got[allF].Verdict == verify.Holds, got[someNot].Verdict == verify.Violated)
			require.Equal(t, got[someF].Verdict == verify.Violated, got[allNot].Verdict == verify.Holds)
		}
		verdicts = append(verdicts, [2]verify.Verdict{got[allF].Verdict, got[someF].Verdict})
	}
	seen[fmt.Sprint("all ", verdicts[0][0], " ", verdicts[1][0], " ", verdicts[2][0])]++
	seen[fmt.Sprint("some ", verdicts[0][1], " ", verdicts[1][1], " ", verdicts[2][1])]++
	for i := range 2 { // less runs count
		require.False(t, verdicts[i][0] == verify.Holds && verdicts[i+1][0] != verify.Holds, verdicts)
		require.False(t, verdicts[i][1] != verify.Holds && verdicts[i+1][1] == verify.Holds, verdicts)
	}
}

// proved is a system with a formula whose verdicts were found by hand.
type proved struct {
	name    string
	channel model.Channel
	roles   [2]string // the machines of A and B; local state f is final
	change  func(a *model.Automata)
	faults  []model.Fault
	atoms   []model.Atom // of the formula, in which they are the propositions from 0 on
	formula func(l logic) *ltl.Formula
	some    bool
	want    [3]verify.Verdict // all runs count, weak fairness, strong fairness
}

// logic makes formulas about atoms.
type logic struct{ *ltl.Formulas }

func (l logic) atom(n int) *ltl.Formula { return l.Proposition(n) }

func provedCases() []proved {
	sync, one, bag := model.Channel{Discipline: model.Sync}, model.Channel{Discipline: model.FIFO, Capacity: 1}, model.Channel{Discipline: model.Bag, Capacity: 2}
	const a, b, m, n = model.RoleID(0), model.RoleID(1), model.LabelID(0), model.LabelID(1)
	sends := func(r model.RoleID, x model.LabelID) model.Atom {
		return model.Atom{Kind: model.AtomSends, Role: r, Peer: -1, Label: x}
	}
	receives := func(r model.RoleID, x model.LabelID) model.Atom {
		return model.Atom{Kind: model.AtomReceives, Role: r, Peer: -1, Label: x}
	}
	about := func(k model.AtomKind, r model.RoleID) model.Atom { return model.Atom{Kind: k, Role: r} }
	eventually := func(l logic) *ltl.Formula { return l.Eventually(l.atom(0)) }
	again := func(l logic) *ltl.Formula { return l.Always(l.Eventually(l.atom(0))) }
	const yes, no = verify.Holds, verify.Violated
	once := [2]string{"0 -B!m-> f", "0 -A?m-> f"}
	threadsOf := func(r model.RoleID, of ...model.ThreadID) func(*model.Automata) {
		return func(x *model.Automata) {
			x.Threads, x.Positions = []model.ThreadID{0, 0, 0}, []model.Position{{Scope: -1}}
			for i, t := range of {
				x.Machines[r].Transitions[i].Thread = t
			}
		}
	}
	threads := func(of ...model.ThreadID) func(*model.Automata) { return threadsOf(a, of...) }
	two := model.Channel{Discipline: model.FIFO, Capacity: 2}
	taking := [2]string{"0 -B!m-> 0", "0 -A?m-> 0 ; 0 -A?m-> f ; f -A?m-> f"}
	waiting := model.Atom{Kind: model.AtomEmpty, Role: a, Peer: b}
	ifAlwaysSomethingWaits := func(l logic) *ltl.Formula {
		return l.Implies(l.Eventually(l.Always(l.Not(l.atom(0)))), l.Eventually(l.atom(1)))
	}
	raise := func(x *model.Automata) {
		threads(1)(x)
		x.Scopes = []model.Scope{{Name: "s", Handlers: []model.Handler{{Exception: 0}}}}
		x.Positions = append(x.Positions, model.Position{}, model.Position{Part: 1})
		x.Exceptions = []model.Exception{{Name: "E", Crashed: -1}}
		t := &x.Machines[a].Transitions[1]
		t.Kind, t.Handler, t.Places = model.Raise, &model.HandlerRef{Part: 1}, []model.Place{{Position: 2}}
	}
	within := func(x *model.Automata) {
		x.Exceptions = []model.Exception{{Name: "t", Kind: model.TimerFired, Crashed: -1}}
		x.Timers = []model.Timer{{Name: "t", Owner: a, Var: -1}}
		x.Machines[a].Transitions[1].Kind, x.Machines[a].Transitions[1].To = model.Timeout, model.Failed
	}
	crash := model.Fault{Kind: model.Crash, Role: b, Peer: -1, Exception: -1, Label: -1}
	recovering := crash
	recovering.Recovers = true
	loss := model.Fault{Kind: model.Loss, Role: a, Peer: b, Exception: -1, Label: -1}
	link := model.Fault{Kind: model.Disconnect, Role: a, Peer: b, Exception: -1, Label: -1}
	return []proved{
		{name: "A spins, and B waits for its turn", channel: one, roles: [2]string{"0 -tau-> 0", "0 -A!m-> f"}, atoms: []model.Atom{sends(b, m)}, formula: eventually, want: [3]verify.Verdict{no, yes, yes}},
		{name: "A meets B, who is ready now and then", channel: sync, roles: [2]string{"0 -B!m-> f", "0 -tau-> 1 ; 1 -tau-> 0 ; 0 -A?m-> f"}, atoms: []model.Atom{sends(a, m)}, formula: eventually, want: [3]verify.Verdict{no, no, yes}},
		{name: "A chooses", channel: sync, roles: [2]string{"0 -B!m-> 0 ; 0 -B!n-> 0", "0 -A?m-> 0 ; 0 -A?n-> 0"}, atoms: []model.Atom{sends(a, n)}, formula: again, want: [3]verify.Verdict{no, no, yes}},
		{name: "A chooses again and again", channel: sync, roles: [2]string{"0 -B!m-> 0 ; 0 -B!n-> 0", "0 -A?m-> 0 ; 0 -A?n-> 0"}, atoms: []model.Atom{sends(a, m), sends(a, n)},
			formula: func(l logic) *ltl.Formula { return l.Always(l.Eventually(l.Or(l.atom(0), l.atom(1)))) }, want: [3]verify.Verdict{yes, yes, yes}},
		{name: "one thread", channel: one, roles: [2]string{"0 -tau-> 0 ; 0 -B!m-> f", "0 -A?m-> f"}, change: threads(1, 1), atoms: []model.Atom{sends(a, m)}, formula: eventually, want: [3]verify.Verdict{no, no, yes}},
		{name: "two threads", channel: one, roles: [2]string{"0 -tau-> 0 ; 0 -B!m-> f", "0 -A?m-> f"}, change: threads(1, 2), atoms: []model.Atom{sends(a, m)}, formula: eventually, want: [3]verify.Verdict{no, yes, yes}},
		{name: "a raise for a handler outside of the thread", channel: one, roles: [2]string{"0 -tau-> 0 ; 0 -tau-> f", "0 -A?m-> 0"}, change: raise, atoms: []model.Atom{about(model.AtomRaises, a)}, formula: eventually, want: [3]verify.Verdict{no, no, yes}},
		{name: "a timer fires at last", channel: one, roles: [2]string{"0 -tau-> 0 ; 0 -tau-> 1", "0 -A?m-> 0"}, change: within, atoms: []model.Atom{about(model.AtomFires, a)}, formula: eventually, want: [3]verify.Verdict{no, yes, yes}},
		{name: "a kind of message in a bag", channel: bag, roles: [2]string{"0 -B!n-> 1 ; 1 -B!m-> 1", "0 -A?n-> f ; 0 -A?m-> 0"}, atoms: []model.Atom{receives(b, 0)}, formula: eventually, want: [3]verify.Verdict{no, yes, yes}},
		{name: "one thread takes messages in two ways", channel: two, roles: taking, change: threadsOf(b, 1, 1, 1), atoms: []model.Atom{waiting, about(model.AtomDone, b)}, formula: ifAlwaysSomethingWaits, want: [3]verify.Verdict{no, no, yes}},
		{name: "two threads take messages", channel: two, roles: taking, change: threadsOf(b, 1, 2, 2), atoms: []model.Atom{waiting, about(model.AtomDone, b)}, formula: ifAlwaysSomethingWaits, want: [3]verify.Verdict{no, yes, yes}},
		{name: "losses come to an end", channel: one, roles: [2]string{"0 -B!m-> 0", "0 -A?m-> 0"}, faults: []model.Fault{loss}, atoms: []model.Atom{receives(b, m)}, formula: again, want: [3]verify.Verdict{no, yes, yes}},
		{name: "one message may be lost", channel: one, roles: once, faults: []model.Fault{loss}, atoms: []model.Atom{receives(b, m)}, formula: eventually, want: [3]verify.Verdict{no, no, no}},
		{name: "no crash can be counted on", channel: one, roles: [2]string{"0 -B!m-> 0", "0 -A?m-> 0"}, faults: []model.Fault{crash}, atoms: []model.Atom{about(model.AtomCrashes, b)}, formula: eventually, want: [3]verify.Verdict{no, no, no}},
		{name: "a crash may happen", channel: one, roles: [2]string{"0 -B!m-> 0", "0 -A?m-> 0"}, faults: []model.Fault{crash}, atoms: []model.Atom{about(model.AtomCrashes, b)}, formula: eventually, some: true, want: [3]verify.Verdict{yes, yes, yes}},
		{name: "a crash may happen where all is done", channel: one, roles: once, faults: []model.Fault{crash}, atoms: []model.Atom{about(model.AtomDone, b), about(model.AtomCrashes, b)},
			formula: func(l logic) *ltl.Formula { return l.Eventually(l.And(l.atom(0), l.Next(l.atom(1)))) }, some: true, want: [3]verify.Verdict{yes, yes, yes}},
		{name: "that nothing happens decides it", channel: one, roles: [2]string{"f -B?m-> f", "f -A?m-> f"}, faults: []model.Fault{crash}, atoms: []model.Atom{about(model.AtomCrashes, b)},
			formula: func(l logic) *ltl.Formula { return l.Next(l.Not(l.atom(0))) }, some: true, want: [3]verify.Verdict{yes, yes, yes}},
		{name: "what has stopped is not struck", channel: one, roles: [2]string{"f -B?m-> f", "f -A?m-> f"}, faults: []model.Fault{crash}, atoms: []model.Atom{about(model.AtomCrashes, b)},
			formula: func(l logic) *ltl.Formula { return l.Next(l.And(l.Not(l.atom(0)), l.Eventually(l.atom(0)))) }, some: true, want: [3]verify.Verdict{no, no, no}},
		{name: "nobody crashes for ever", channel: one, roles: [2]string{"0 -B!m-> 0", "0 -A?m-> 0"}, faults: []model.Fault{recovering}, atoms: []model.Atom{about(model.AtomCrashes, b)}, formula: again, some: true, want: [3]verify.Verdict{yes, no, no}},
		{name: "who recovers does so", channel: one, roles: [2]string{"0 -B!m-> 0", "0 -A?m-> 0"}, faults: []model.Fault{recovering}, atoms: []model.Atom{about(model.AtomCrashed, b)},
			formula: func(l logic) *ltl.Formula { return l.Always(l.Eventually(l.Not(l.atom(0)))) }, want: [3]verify.Verdict{no, yes, yes}},
		{name: "a link need not come back", channel: one, roles: once, faults: []model.Fault{link}, atoms: []model.Atom{receives(b, m)}, formula: eventually, want: [3]verify.Verdict{no, no, no}},
		{name: "nothing stops while something can happen", channel: one, roles: once, atoms: []model.Atom{about(model.AtomDone, a), about(model.AtomDone, b)},
			formula: func(l logic) *ltl.Formula { return l.Eventually(l.Always(l.And(l.atom(0), l.atom(1)))) }, want: [3]verify.Verdict{yes, yes, yes}},
		{name: "nothing happens in the end", channel: one, roles: once, atoms: []model.Atom{receives(b, m)}, formula: again, want: [3]verify.Verdict{no, no, no}},
		{name: "what has happened is over at the next position", channel: one, roles: once, atoms: []model.Atom{receives(b, m), about(model.AtomDone, b)},
			formula: func(l logic) *ltl.Formula {
				return l.Always(l.Implies(l.atom(0), l.And(l.atom(1), l.Next(l.And(l.Not(l.atom(0)), l.atom(1))))))
			}, want: [3]verify.Verdict{yes, yes, yes}},
		{name: "nobody can act from the beginning", channel: one, roles: [2]string{"f -B?m-> f", "f -A?m-> f"}, atoms: []model.Atom{about(model.AtomDone, a)},
			formula: func(l logic) *ltl.Formula { return l.And(l.atom(0), l.Next(l.Next(l.Always(l.atom(0))))) }, want: [3]verify.Verdict{yes, yes, yes}},
		{name: "the first position has no action", channel: one, roles: [2]string{"0 -B!m-> 0", "0 -A?m-> 0"}, atoms: []model.Atom{sends(a, m)},
			formula: func(l logic) *ltl.Formula { return l.And(l.Not(l.atom(0)), l.Next(l.atom(0))) }, want: [3]verify.Verdict{yes, yes, yes}},
	}
}

// TestProvedProperties has the verdicts of both on what is proved by hand.
func TestProvedProperties(t *testing.T) {
	for _, c := range provedCases() {
		t.Run(c.name, func(t *testing.T) {
			initial := func(s string) string { return s[:1] }
			a := naive.Network(c.channel,
				naive.Role{Name: "A", Initial: initial(c.roles[0]), Final: "f", Transitions: c.roles[0]},
				naive.Role{Name: "B", Initial: initial(c.roles[1]), Final: "f", Transitions: c.roles[1]})
			if c.change != nil {
				c.change(a)
			}
			env := &model.Environment{Name: "e", Faults: c.faults, Limit: -1}
			fs := ltl.NewFormulas()
			f := c.formula(logic{fs})
			b := newBehaviour(a, env, false, 100)
			require.NotNil(t, b)
			for i, fairness := range allFairness() {
				p := &model.Property{Name: "p", Text: "p", Sometimes: c.some, Formulas: fs, Formula: f, Atoms: c.atoms}
				looked := f
				if !c.some {
					looked = fs.Not(f)
				}
				has, err := b.hasRun(fs, looked, c.atoms, fairness)
				require.NoError(t, err)
				require.Equal(t, c.want[i] == verify.Holds, has == c.some, "the twin, %s fairness", fairness)
				for _, workers := range []int{1, 2, 4} {
					got := decide(t, a, env, false, fairness, workers, []*model.Property{p})["p"]
					require.Equal(t, c.want[i].String(), got.Verdict.String(), "%s fairness, %d workers", fairness, workers)
					requireRun(t, b, got, p, fairness, func() string { return c.name })
				}
			}
		})
	}
}
