package verify_test

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"

	"chorcheck/internal/naive"
	"chorcheck/ltl"
	"chorcheck/model"
	"chorcheck/verify"
	"chorcheck/verify/replay"
)

// The slow twin of the search for runs: it has the interpreter instead of the network, maps instead of words, and says
// what a fair run is as docs/properties.md does, component by component.

// behaviour is all that a system can do: configurations, and what is possible in each.
type behaviour struct {
	in      *replay.Interpreter
	configs []replay.Config
	edges   [][]naive.Edge
	classes map[verify.Fairness][][]any // of the edges; nil: nobody can count on it
}

// newBehaviour is nil if there are too many configurations.
func newBehaviour(a *model.Automata, env *model.Environment, keep bool, limit int) *behaviour {
	b := &behaviour{in: replay.New(a, replay.Options{Environment: env, KeepCrashed: keep})}
	number := map[string]int{}
	visit := func(c replay.Config) int {
		n, known := number[c.Key()]
		if !known {
			n = len(b.configs)
			number[c.Key()] = n
			b.configs = append(b.configs, c)
		}
		return n
	}
	visit(b.in.Initial())
	for n := 0; n < len(b.configs); n++ {
		if n == limit {
			return nil
		}
		var edges []naive.Edge
		for _, s := range b.in.Enabled(b.configs[n]) {
			edges = append(edges, naive.Edge{Step: s, To: visit(b.in.Apply(b.configs[n], s))})
		}
		b.edges = append(b.edges, edges)
	}
	b.classes = map[verify.Fairness][][]any{}
	together := choicesOf(a)
	for _, edges := range b.edges {
		var weak, strong []any
		for _, e := range edges {
			if !b.in.IsStep(e.Step) {
				weak, strong = append(weak, nil), append(strong, nil)
				continue
			}
			ref := e.Step.Ref()
			ref.Nth = 0
			weak, strong = append(weak, b.goer(e.Step, together)), append(strong, fmt.Sprintf("%+v", ref))
		}
		b.classes[verify.WeakFairness] = append(b.classes[verify.WeakFairness], weak)
		b.classes[verify.StrongFairness] = append(b.classes[verify.StrongFairness], strong)
	}
	return b
}

// goer is what goes again and again, by section 4.
type goer struct {
	what   string
	number int // of a role, timer or queue
	thread model.ThreadID
	kind   string // of message, in a bag
}

func (b *behaviour) goer(s replay.Step, together map[doing]model.ThreadID) goer {
	a := b.in.Automata()
	if s.Recovers {
		return goer{what: "recovery", number: int(s.Role)}
	}
	thread := model.ThreadID(0)
	if s.Transition >= 0 {
		thread = a.Machines[s.Role].Transitions[s.Transition].Thread
	}
	switch s.Kind {
	case replay.Timeout:
		return goer{what: "timer", number: int(a.Machines[s.Role].Transitions[s.Transition].Timer)}
	case replay.Receive, replay.Ignore, replay.Discard:
		q, _ := b.in.QueueOf(s.Message.Sender, s.Message.Receiver)
		g := goer{what: "delivery", number: q, thread: thread}
		if b.in.Queues()[q].Discipline == model.Bag {
			g.kind = fmt.Sprint(s.Message.Sender, s.Message.Label, s.Message.Values)
		}
		return g
	}
	if other, ok := together[doing{s.Role, s.Transition}]; ok {
		thread = other
	}
	return goer{what: "role", number: int(s.Role), thread: thread}
}

// doing is a transition of a role.
type doing struct {
	role       model.RoleID
	transition int
}

// choicesOf gives the threads that transitions belong to because of a choice: where a role can raise something for a handler, what
// it can do there besides is of one thread with it, unless threads tell them apart.
func choicesOf(a *model.Automata) map[doing]model.ThreadID {
	out := map[doing]model.ThreadID{}
	within := func(x, y model.ThreadID) bool {
		for x != y && x != 0 {
			x = a.Threads[x]
		}
		return x == y
	}
	for r, m := range a.Machines {
		raises := func(i int) bool { return m.Transitions[i].Kind == model.Raise && m.Transitions[i].Handler != nil }
		thread := func(i int) model.ThreadID {
			if t, ok := out[doing{model.RoleID(r), i}]; ok {
				return t
			}
			return m.Transitions[i].Thread
		}
		// A thread is all its transitions but raises, each raise is by itself.
		var groups [][]int
		for i, t := range m.Transitions {
			at := slices.IndexFunc(groups, func(g []int) bool {
				return !raises(i) && !raises(g[0]) && m.Transitions[g[0]].Thread == t.Thread
			})
			if chosen := t.Kind == model.Send || t.Kind == model.Internal || t.Kind == model.Raise; !chosen && t.Kind != model.CrashRaise {
				continue
			}
			if at < 0 {
				at = len(groups)
				groups = append(groups, nil)
			}
			groups[at] = append(groups[at], i)
		}
		joined := func(i, j int) bool {
			x, y := m.Transitions[i], m.Transitions[j]
			return i != j && raises(i) && x.From == y.From && y.Kind != model.CrashRaise && (within(x.Thread, y.Thread) || within(y.Thread, x.Thread))
		}
		for changed := true; changed; {
			changed = false
			for x := range groups {
				for y := range groups {
					if x != y && slices.ContainsFunc(groups[x], func(i int) bool {
						return slices.ContainsFunc(groups[y], func(j int) bool { return joined(i, j) })
					}) {
						groups[x] = append(groups[x], groups[y]...)
						groups[y] = nil
						changed = true
					}
				}
			}
		}
		for _, g := range groups {
			if !slices.ContainsFunc(g, raises) {
				continue
			}
			// The thread of something that is no raise stands for all.
			first := slices.MinFunc(g, func(i, j int) int {
				return cmp.Or(cmp.Compare(model.Bool01(raises(i)), model.Bool01(raises(j))), cmp.Compare(thread(i), thread(j)))
			})
			t := thread(first)
			for _, i := range g {
				out[doing{model.RoleID(r), i}] = t
			}
		}
	}
	return out
}

// situation is a place in a run that an automaton reads along: it has read the position.
type situation struct {
	config, state int
	over          bool // nothing happens any more
}

// move is what may come next; by is the number of an edge, -1 if the configuration is repeated.
type move struct {
	by        int
	to        situation
	accepting bool
}

// runsOf are all runs of a system together with those of an automaton.
type runsOf struct {
	*behaviour
	automaton *ltl.Automaton
	atoms     []model.Atom
	fairness  verify.Fairness
	moves     map[situation][]move
	order     []situation
}

// hasRun reports whether there is a run that counts and satisfies a formula.
func (b *behaviour) hasRun(fs *ltl.Formulas, f *ltl.Formula, atoms []model.Atom, fairness verify.Fairness) (bool, error) {
	automaton, err := ltl.Translate(fs, f, ltl.Options{})
	if err != nil {
		return false, err
	}
	x := &runsOf{behaviour: b, automaton: automaton, atoms: atoms, fairness: fairness, moves: map[situation][]move{}}
	for _, m := range x.read(automaton.Initial, situation{}, nil, -1) {
		x.explore(m.to)
	}
	return x.counts(x.order), nil
}

// read moves the automaton.
func (x *runsOf) read(state int, to situation, by *replay.Step, edge int) []move {
	v := uint64(0)
	for i, a := range x.atoms {
		if x.in.Holds(a, x.configs[to.config], by) {
			v |= 1 << i
		}
	}
	var out []move
	for _, t := range x.automaton.Transitions[state] {
		if t.Guard.Holds(v) {
			to.state = t.Target
			out = append(out, move{edge, to, t.Accepting})
		}
	}
	return out
}

func (x *runsOf) explore(start situation) {
	for todo := []situation{start}; len(todo) > 0; {
		s := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if _, known := x.moves[s]; known {
			continue
		}
		x.order = append(x.order, s)
		moves := []move{}
		terminal := true
		for i, e := range x.edges[s.config] {
			terminal = terminal && !x.in.IsStep(e.Step)
			if !s.over {
				moves = append(moves, x.read(s.state, situation{config: e.To}, &e.Step, i)...)
			}
		}
		if terminal {
			moves = append(moves, x.read(s.state, situation{config: s.config, over: true}, nil, -1)...)
		}
		x.moves[s] = moves
		for _, m := range moves {
			todo = append(todo, m.to)
		}
	}
}

// mayRepeat reports whether a move may be made again and again.
func (x *runsOf) mayRepeat(s situation, m move) bool {
	return x.fairness == verify.NoFairness || m.by < 0 || x.in.IsStep(x.edges[s.config][m.by].Step)
}

// counts reports whether a run that is accepted and counts can stay among some situations.
func (x *runsOf) counts(among []situation) bool {
	return slices.ContainsFunc(x.components(among), func(c []situation) bool {
		within := map[situation]bool{}
		for _, s := range c {
			within[s] = true
		}
		accepting, goes := false, map[any]bool{}
		for _, s := range c {
			for _, m := range x.moves[s] {
				if !within[m.to] || !x.mayRepeat(s, m) {
					continue
				}
				accepting = accepting || m.accepting
				if m.by >= 0 && x.fairness != verify.NoFairness {
					goes[x.classes[x.fairness][s.config][m.by]] = true
				}
			}
		}
		switch {
		case !accepting:
			return false
		case x.fairness == verify.NoFairness:
			return true
		}
		enabled := map[any]int{} // in how many situations
		for _, s := range c {
			for class := range x.enabled(s) {
				enabled[class]++
			}
		}
		neglected := map[any]bool{}
		for class, n := range enabled {
			if !goes[class] && (x.fairness == verify.StrongFairness || n == len(c)) {
				neglected[class] = true
			}
		}
		switch {
		case len(neglected) == 0:
			return true
		case x.fairness == verify.WeakFairness:
			return false // a part of it does not do more
		}
		rest := slices.DeleteFunc(slices.Clone(c), func(s situation) bool {
			for class := range x.enabled(s) {
				if neglected[class] {
					return true
				}
			}
			return false
		})
		return x.counts(rest)
	})
}

func (x *runsOf) enabled(s situation) map[any]bool {
	out := map[any]bool{}
	for _, class := range x.classes[x.fairness][s.config] {
		if class != nil {
			out[class] = true
		}
	}
	return out
}

// components are the strongly connected components among some situations, over moves that may be repeated: those that can
// be reached, and that can reach, in two searches.
func (x *runsOf) components(among []situation) [][]situation {
	left := map[situation]bool{}
	for _, s := range among {
		left[s] = true
	}
	backward := map[situation][]situation{}
	seen := map[situation]bool{}
	var done []situation
	var forward func(s situation)
	forward = func(s situation) {
		seen[s] = true
		for _, m := range x.moves[s] {
			if !left[m.to] || !x.mayRepeat(s, m) {
				continue
			}
			backward[m.to] = append(backward[m.to], s)
			if !seen[m.to] {
				forward(m.to)
			}
		}
		done = append(done, s)
	}
	for _, s := range among {
		if !seen[s] {
			forward(s)
		}
	}
	var all [][]situation
	for _, s := range slices.Backward(done) {
		if !left[s] {
			continue
		}
		delete(left, s)
		c := []situation{s}
		for i := 0; i < len(c); i++ {
			for _, from := range backward[c[i]] {
				if left[from] {
					delete(left, from)
					c = append(c, from)
				}
			}
		}
		all = append(all, c)
	}
	return all
}

// confirms reports whether a run that a verification shows is one that counts and satisfies a formula.
func (b *behaviour) confirms(run *verify.Finding, fs *ltl.Formulas, f *ltl.Formula, atoms []model.Atom, fairness verify.Fairness) bool {
	at, by := make([]int, 1), []int{}
	// Messages in a bag may look alike: then there are several ways to make a step.
	var follow func() bool
	follow = func() bool {
		here := at[len(at)-1]
		if len(by) == len(run.Trace) && run.Settled {
			return refuted(fs, fs.Not(f), b.wordOf(at, by, 0, atoms).Prefix)
		}
		if len(by) == len(run.Trace) {
			return at[len(by)-run.Cycle] == here && ltl.Holds(f, b.wordOf(at, by, run.Cycle, atoms)) && b.neglectsNobody(at[len(by)-run.Cycle:], by[len(by)-run.Cycle:], fairness)
		}
		want := run.Trace[len(by)]
		want.Inside, want.PeerIn = nil, nil
		for i, e := range b.edges[here] {
			if !reflect.DeepEqual(verify.StepOf(b.in, e.Step), want) {
				continue
			}
			at, by = append(at, e.To), append(by, i)
			if follow() {
				return true
			}
			at, by = at[:len(at)-1], by[:len(by)-1]
		}
		return false
	}
	return follow()
}

// refuted reports whether a formula is false of each word that begins in some way.
func refuted(fs *ltl.Formulas, f *ltl.Formula, begins []uint64) bool {
	automaton, err := ltl.Translate(fs, f, ltl.Options{})
	if err != nil {
		return false
	}
	states := map[int]bool{automaton.Initial: true} // from each of them some word is accepted
	for _, v := range begins {
		next := map[int]bool{}
		for s := range states {
			for _, t := range automaton.Transitions[s] {
				if t.Guard.Holds(v) {
					next[t.Target] = true
				}
			}
		}
		states = next
	}
	return len(states) == 0
}

// wordOf reads the positions of a run, of which the last steps are repeated; none: the last configuration is.
func (b *behaviour) wordOf(at, by []int, again int, atoms []model.Atom) ltl.Word {
	read := func(n int, s *replay.Step) uint64 {
		v := uint64(0)
		for i, a := range atoms {
			if b.in.Holds(a, b.configs[n], s) {
				v |= 1 << i
			}
		}
		return v
	}
	word := []uint64{read(at[0], nil)}
	for i, edge := range by {
		word = append(word, read(at[i+1], &b.edges[at[i]][edge].Step))
	}
	if again == 0 {
		return ltl.Word{Prefix: word, Cycle: []uint64{read(at[len(at)-1], nil)}}
	}
	return ltl.Word{Prefix: word[:len(word)-again], Cycle: word[len(word)-again:]}
}

// neglectsNobody reports whether what is repeated makes a run that counts.
func (b *behaviour) neglectsNobody(at, by []int, fairness verify.Fairness) bool {
	if len(by) == 0 {
		return !slices.ContainsFunc(b.edges[at[0]], func(e naive.Edge) bool { return b.in.IsStep(e.Step) })
	}
	if fairness == verify.NoFairness {
		return true
	}
	goes, enabled := map[any]bool{}, map[any]int{}
	for i, edge := range by {
		classes := b.classes[fairness][at[i]]
		if classes[edge] == nil {
			return false
		}
		goes[classes[edge]] = true
		here := map[any]bool{}
		for _, class := range classes {
			if class != nil && !here[class] {
				here[class] = true
				enabled[class]++
			}
		}
	}
	for class, n := range enabled {
		if !goes[class] && (fairness == verify.StrongFairness || n == len(by)) {
			return false
		}
	}
	return true
}
