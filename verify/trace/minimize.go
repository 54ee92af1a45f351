package trace

import (
	"cmp"
	"context"
	"slices"

	"chorcheck/verify"
	"chorcheck/verify/replay"
)

// Options of Minimize.
type Options struct {
	// Shows tells whether a run still shows the violation.
	Shows func(*verify.Run) bool
	// Causal are steps that are known to matter, ascending; those that do not are left out first. nil: nothing is known.
	Causal []int
	// MostSteps bounds the steps that are carried out; 0: no bound.
	MostSteps int
}

// Minimized is what has become of a run.
type Minimized struct {
	Run      *verify.Run
	Stopped  bool // by the bound, or because the context has ended: more was perhaps possible
	Replayed int  // steps that were carried out
}

// Cost orders runs: one with less is plainer.
type Cost struct {
	Faults   int // that strike
	Steps    int
	Switches int // how often another role goes on
}

// Compare orders costs: first by faults, then by steps, then by switches.
func (c Cost) Compare(o Cost) int {
	return cmp.Or(cmp.Compare(c.Faults, o.Faults), cmp.Compare(c.Steps, o.Steps), cmp.Compare(c.Switches, o.Switches))
}

// CostOf a run.
func CostOf(r *verify.Run) Cost {
	c := Cost{Steps: len(r.Steps)}
	for i, s := range r.Steps {
		if s.Kind == replay.Fault {
			c.Faults++
		}
		if i > 0 && actor(s) != actor(r.Steps[i-1]) {
			c.Switches++
		}
	}
	return c
}

// actor is who makes a step; -1 for the environment.
func actor(s replay.Step) int {
	if s.Kind == replay.Fault || s.Kind == replay.LinkUp {
		return -1
	}
	return int(s.Role)
}

// minimizer is one call of Minimize.
type minimizer struct {
	ctx  context.Context
	in   *replay.Interpreter
	opt  Options
	best *verify.Run
	cost Cost
	out  Minimized
}

// Minimize looks for a plainer run that still shows the violation which a run shows: one with fewer faults, then fewer
// steps, then fewer changes of who goes on. Parts of the run are left out, larger ones first; what is not possible any
// more without them is left out as well, and what remains is carried out. It never gives back a run that is worse.
func Minimize(ctx context.Context, in *replay.Interpreter, r *verify.Run, opt Options) Minimized {
	m := &minimizer{ctx: ctx, in: in, opt: opt, best: r, cost: CostOf(r)}
	if opt.Causal != nil {
		m.try(m.keep(opt.Causal))
	}
	for before := (Cost{Faults: -1}); m.cost != before && !m.over(); {
		before = m.cost
		m.leaveOut(func(s replay.Step) bool { return s.Kind == replay.Fault })
		m.cutRounds()
		m.leaveOut(nil)
		m.turnCycle()
		m.takeShortcuts()
		if m.cost != before {
			continue // what is shorter is put in order only in the end
		}
		m.putTogether()
	}
	m.out.Run = m.best
	return m.out
}

// over reports whether it is time to stop.
func (m *minimizer) over() bool {
	if m.ctx.Err() != nil || m.opt.MostSteps > 0 && m.out.Replayed >= m.opt.MostSteps {
		m.out.Stopped = true
	}
	return m.out.Stopped
}

// try takes a run as the best one if it is better and shows the violation.
func (m *minimizer) try(r *verify.Run) bool {
	if r == nil || m.over() {
		return false
	}
	cost := CostOf(r)
	if cost.Compare(m.cost) >= 0 {
		return false
	}
	if !m.opt.Shows(r) {
		return false
	}
	m.best, m.cost = r, cost
	return true
}

// keep carries out those steps of the best run that are kept, in the given order and as far as they are possible. It is
// nil if a cycle is lost.
func (m *minimizer) keep(kept []int) *verify.Run {
	from, same := m.best, 0 // as many steps need not be carried out again
	for same < len(kept) && kept[same] == same {
		same++
	}
	return m.carryOut(&verify.Run{
		Configs: slices.Clip(from.Configs[:same+1]), Steps: slices.Clip(from.Steps[:same]), Stops: from.Stops, Settled: from.Settled,
		Cycle: max(0, same-(len(from.Steps)-from.Cycle)),
	}, kept[same:])
}

// carryOut makes a run go on with those steps of the best run that are possible.
func (m *minimizer) carryOut(r *verify.Run, next []int) *verify.Run {
	from := m.best
	cycle := len(from.Steps) - from.Cycle
	for _, i := range next {
		if m.over() {
			return nil
		}
		m.out.Replayed++
		s, ok := m.alike(r.Last(), from.Steps[i])
		if !ok {
			continue
		}
		r.Configs, r.Steps = append(r.Configs, m.in.Apply(r.Last(), s)), append(r.Steps, s)
		if i >= cycle {
			r.Cycle++
		}
	}
	if from.Cycle > 0 && r.Cycle == 0 {
		return nil
	}
	return r
}

// alike finds a step in a configuration that was made in another one: the same one, or else one that does the same
// with other values.
func (m *minimizer) alike(c replay.Config, s replay.Step) (replay.Step, bool) {
	enabled := m.in.Enabled(c)
	ref := s.Ref()
	for _, nth := range []int{ref.Nth, replay.AnyMessage} {
		ref.Nth = nth
		if i := slices.IndexFunc(enabled, func(e replay.Step) bool { return e.Matches(ref) }); i >= 0 {
			return enabled[i], true
		}
	}
	i := slices.IndexFunc(enabled, func(e replay.Step) bool {
		other := ref
		other.Values, other.Place = e.Message.Values, e.Place
		return e.Matches(other)
	})
	if i < 0 {
		return replay.Step{}, false
	}
	return enabled[i], true
}

// all steps of a run, by number.
func all(r *verify.Run) []int {
	list := make([]int, len(r.Steps))
	for i := range list {
		list[i] = i
	}
	return list
}

// leaveOut is delta debugging on the steps of a kind, nil for all: they are divided into halves, quarters, and so on down
// to single steps, and a run without one of the parts is tried. The last ones come first, as least depends on them.
func (m *minimizer) leaveOut(is func(replay.Step) bool) {
	listed := func() []int {
		return slices.DeleteFunc(all(m.best), func(i int) bool { return is != nil && !is(m.best.Steps[i]) })
	}
	list := listed()
	for parts := min(2, len(list)); parts > 0 && !m.over(); {
		better := false
		for p := parts - 1; p >= 0 && !better; p-- {
			without := make([]bool, len(m.best.Steps))
			for _, i := range list[p*len(list)/parts : (p+1)*len(list)/parts] {
				without[i] = true
			}
			kept := slices.DeleteFunc(all(m.best), func(i int) bool { return without[i] })
			better = m.try(m.keep(kept))
		}
		switch {
		case better:
			list = listed()
			parts = min(max(parts-1, 2), len(list))
		case parts == len(list):
			return
		default:
			parts = min(2*parts, len(list))
		}
	}
}

// cutRounds leaves out what leads back to a configuration where the run was before.
func (m *minimizer) cutRounds() {
	n := len(m.best.Steps) - m.best.Cycle
	last := map[string]int{}
	for i, c := range m.best.Configs[:n+1] {
		last[c.Key()] = i
	}
	var kept []int
	for i := 0; i <= n; i++ {
		if i = last[m.best.Configs[i].Key()]; i < n {
			kept = append(kept, i)
		}
	}
	for i := n; i < len(m.best.Steps); i++ {
		kept = append(kept, i)
	}
	if len(kept) < len(m.best.Steps) {
		m.try(m.keep(kept))
	}
}

// turnCycle lets a cycle begin earlier, while the run has made the last step of the cycle just before it.
func (m *minimizer) turnCycle() {
	for m.best.Cycle > 0 && m.best.Cycle < len(m.best.Steps) {
		n := len(m.best.Steps) - 1
		shorter := *m.best
		shorter.Steps, shorter.Configs = slices.Clip(shorter.Steps[:n]), slices.Clip(shorter.Configs[:n+1])
		if !m.try(&shorter) {
			return
		}
	}
}
