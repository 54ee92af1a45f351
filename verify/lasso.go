package verify

import (
	"fmt"
	"slices"
	"strings"

	"chorcheck/explore/cycle"
	"chorcheck/internal/bug"
	"chorcheck/ltl"
	"chorcheck/lts"
	"chorcheck/model"
	"chorcheck/verify/replay"
)

// What the search for cycles has found is believed only when the interpreter has carried it out: the
// cycle closes, the formula itself, not the automaton, holds of the word of its positions, and the cycle is fair
// by what the interpreter says is enabled in it.

// lasso is a run that has been confirmed.
type lasso struct {
	steps   []replay.Step
	configs []replay.Config // one more
	cycle   int             // how many of the last steps are done again and again; 0: nothing happens any more
	word    ltl.Word        // what its positions are like
	settled int             // after so many steps it does not matter what comes; -1: it always does
}

// position is where a run is: what has led there, nil if nothing has, and how many steps have been made.
type position struct {
	step *replay.Step
	at   int
}

// mostRounds is how often the interpreter goes through a cycle until it comes to a configuration where it was before: it
// remembers more than the network.
const mostRounds = 12

// replayLasso has the interpreter confirm a run that satisfies a formula. If it does not, the second result says why.
func (x *examination) replayLasso(p *product, f *ltl.Formula, found *cycle.Result) (*lasso, string) {
	isStep := func(a lts.Action) bool { return a < p.begin() }
	positions := func(actions []lts.Action) []lts.Action { // without the reading of the first one
		return slices.DeleteFunc(slices.Clone(actions), func(a lts.Action) bool { return a == p.begin() })
	}
	prefix, again := positions(found.Prefix.Actions), positions(found.Cycle.Actions)
	why := ""
	for _, rounds := range []int{1, mostRounds} {
		var actions []lts.Action
		for _, a := range slices.Concat(prefix, slices.Repeat(again, rounds)) {
			if isStep(a) {
				actions = append(actions, a)
			}
		}
		runs, failed := x.rerun(actions)
		if failed > 0 {
			return nil, fmt.Sprintf("step %d of a run cannot be replayed: %s", failed, x.net.DescribeAction(actions[failed-1]))
		}
		for _, r := range runs {
			l := &listening{examination: x, p: p, run: r, prefix: prefix, again: again, isStep: isStep}
			var run *lasso
			if run, why = l.close(f, rounds); run != nil {
				run.settled = p.settled(&found.Prefix)
				return run, ""
			}
		}
	}
	if !p.confused.Load() {
		bug.Panicf("replay does not confirm a run for the property %s: %s", x.property.Name, why)
	}
	return nil, why
}

// settled is the number of steps after which the automaton accepts whatever comes; -1 if there is always something that
// it would not accept.
func (p *product) settled(prefix *lts.Trace) int {
	steps := 0
	for i, s := range prefix.States {
		if i > 0 && prefix.Actions[i-1] < p.begin() {
			steps++
		}
		q := p.automatonState(s)
		if q == p.unread() {
			continue
		}
		if q >= p.ended() {
			return -1 // that nothing happens matters
		}
		for _, t := range p.automaton.Transitions[q] {
			if t.Target == int(q) && t.Accepting && slices.Contains(t.Guard, ltl.Cube{}) {
				return steps
			}
		}
	}
	return -1
}

// listening is one run of the interpreter along a lasso.
type listening struct {
	*examination
	p             *product
	run           run
	prefix, again []lts.Action
	isStep        func(lts.Action) bool
}

// walk lists the positions of some actions, from after so many steps on.
func (l *listening) walk(actions []lts.Action, at int) ([]position, int) {
	var out []position
	for _, a := range actions {
		if !l.isStep(a) {
			out = append(out, position{nil, at})
			continue
		}
		out = append(out, position{&l.run.steps[at], at + 1})
		at++
	}
	return out, at
}

// close looks for rounds that lead back to the same configuration, and checks what they are.
func (l *listening) close(f *ltl.Formula, rounds int) (*lasso, string) {
	first, at := l.walk(l.prefix, 0)
	first = append([]position{{nil, 0}}, first...)
	ends := []int{at}
	all := [][]position{}
	for range rounds {
		var round []position
		round, at = l.walk(l.again, at)
		all, ends = append(all, round), append(ends, at)
	}
	from, to := -1, 0
	for to = 1; to <= rounds && from < 0; to++ {
		from = slices.IndexFunc(ends[:to], func(end int) bool { return l.run.configs[end].Key() == l.run.configs[ends[to]].Key() })
	}
	to--
	if from < 0 {
		// Numbers of instances may grow for ever: then nothing that matters does. Two rounds that look alike are enough.
		if rounds < 3 || !slices.Equal(l.values(all[rounds-2]), l.values(all[rounds-1])) {
			return nil, "it does not close"
		}
		from, to = rounds-2, rounds-1
	}
	word := ltl.Word{Prefix: l.values(slices.Concat(first, slices.Concat(all[:from]...))), Cycle: l.values(slices.Concat(all[from:to]...))}
	if !ltl.Holds(f, word) {
		return nil, "the formula is false of it"
	}
	if why := l.fair(ends[from], ends[to]); why != "" {
		return nil, why
	}
	return &lasso{steps: l.run.steps[:ends[to]], configs: l.run.configs[:ends[to]+1], cycle: ends[to] - ends[from], word: word, settled: -1}, ""
}

// values reads positions by the interpreter.
func (l *listening) values(positions []position) []uint64 {
	var out []uint64
	for _, p := range positions {
		v := uint64(0)
		for i, a := range l.property.Atoms {
			if l.oracle.Holds(a, l.run.configs[p.at], p.step) {
				v |= 1 << i
			}
		}
		out = append(out, v)
	}
	return out
}

// fair says why a cycle, from one configuration to another, is not fair; empty if it is. A cycle without steps has
// to be where no step is possible.
func (l *listening) fair(from, to int) string {
	steps := func(c replay.Config) []replay.Step {
		return slices.DeleteFunc(l.oracle.Enabled(c), func(s replay.Step) bool { return s.Kind == replay.Fault || s.Kind == replay.LinkUp })
	}
	if from == to {
		if open := steps(l.run.configs[from]); len(open) > 0 {
			return "it stops though something can happen: " + l.oracle.Describe(open[0])
		}
		return ""
	}
	if l.opt.Fairness == NoFairness {
		return ""
	}
	class := l.classOf()
	taken, enabled, always := map[int]bool{}, map[int]bool{}, map[int]bool{}
	for i := from; i < to; i++ {
		s := l.run.steps[i]
		if s.Kind == replay.Fault || s.Kind == replay.LinkUp {
			return "a fault strikes again and again: " + l.oracle.Describe(s)
		}
		taken[class(s)] = true
		here := map[int]bool{}
		for _, s := range steps(l.run.configs[i]) {
			here[class(s)], enabled[class(s)] = true, true
		}
		if i == from {
			always = here
		}
		for c := range always {
			always[c] = always[c] && here[c]
		}
	}
	neglected := always
	if l.opt.Fairness == StrongFairness {
		neglected = enabled
	}
	for c, is := range neglected {
		if is && !taken[c] {
			return "somebody is neglected for ever"
		}
	}
	return ""
}

// classOf gives the class of fairness of a step: what the network's action for it belongs to.
func (l *listening) classOf() func(replay.Step) int {
	of := l.p.fairness(l.opt.Fairness).Class
	var refs []replay.Ref
	for a := range l.net.Actions() {
		refs = append(refs, l.ref(l.net.Action(lts.Action(a))))
	}
	return func(s replay.Step) int {
		a := slices.IndexFunc(refs, func(r replay.Ref) bool { return s.Matches(r) })
		if a < 0 {
			bug.Panicf("no action of the network is %s", l.oracle.Describe(s))
		}
		return of(lts.Action(a))
	}
}

// finding shows a run.
func (x *examination) finding(run *lasso, message string) *Finding {
	f := &Finding{Cause: "a run", Message: message, Origins: []model.Origin{x.property.Origin}, Cycle: run.cycle, Stops: run.cycle == 0, Trace: []Step{}}
	configs := run.configs
	if run.settled >= 0 {
		run = &lasso{steps: run.steps[:run.settled], configs: configs[:run.settled+1]}
		f.Cycle, f.Stops, f.Settled = 0, false, true
	}
	for i, st := range run.steps {
		step := StepOf(x.oracle, st)
		if st.Role >= 0 {
			step.Inside = x.oracle.Inside(configs[i+1], st.Role)
		}
		if st.PeerTransition >= 0 {
			step.PeerIn = x.oracle.Inside(configs[i+1], st.Peer)
		}
		f.Trace = append(f.Trace, step)
		if st.Kind == replay.Fault && f.Fault == "" {
			f.Fault = step.Action
		}
	}
	last := x.oracle.DescribeConfig(run.configs[len(run.configs)-1])
	f.Final = &last
	if run.cycle > 0 {
		var movers []string
		for _, st := range run.steps[len(run.steps)-run.cycle:] {
			for _, r := range []model.RoleID{st.Role, st.Peer} {
				if r < 0 || r == st.Peer && st.PeerTransition < 0 {
					continue
				}
				if name := x.automata.Roles[r].Name; !slices.Contains(movers, name) {
					movers = append(movers, name)
				}
			}
		}
		f.Loop = strings.Join(movers, ", ")
	}
	return f
}
