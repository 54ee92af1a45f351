package trace

import (
	"slices"

	"chorcheck/verify"
)

// mostAside bounds the configurations that are looked at beside a run, from one of its configurations.
const mostAside = 300

// takeShortcuts looks beside the run for ways that come back to it sooner than it goes itself.
func (m *minimizer) takeShortcuts() {
	for i := 0; i < len(m.best.Steps)-m.best.Cycle-1 && !m.over(); i++ {
		for m.shortcut(i) {
		}
	}
}

// shortcut looks, breadth first, for a way from configuration i of the run to the latest one that is nearer than
// along the run, and tries it.
func (m *minimizer) shortcut(i int) bool {
	n := len(m.best.Steps) - m.best.Cycle
	ahead := map[string]int{}
	for j := i + 2; j <= n; j++ {
		ahead[m.best.Configs[j].Key()] = j
	}
	type found struct {
		end  *branch
		at   int // of the run
		gain int
	}
	var best found
	start := &branch{config: m.best.Configs[i]}
	seen := map[string]bool{start.config.Key(): true}
	level := []*branch{start}
	for depth := 1; len(level) > 0 && i+depth < n && len(seen) < mostAside && !m.over(); depth++ {
		var next []*branch
		for _, b := range level {
			m.out.Replayed++
			for _, s := range m.in.Enabled(b.config) {
				if len(seen) >= mostAside {
					break
				}
				c := m.in.Apply(b.config, s)
				key := c.Key()
				if seen[key] {
					continue
				}
				seen[key] = true
				nb := &branch{c, s, b}
				next = append(next, nb)
				if j, ok := ahead[key]; ok && j-i-depth > best.gain {
					best = found{nb, j, j - i - depth}
				}
			}
		}
		level = next
	}
	if best.gain == 0 {
		return false
	}
	way := best.end.run()
	r := *m.best
	r.Steps = slices.Concat(m.best.Steps[:i], way.Steps, m.best.Steps[best.at:])
	r.Configs = slices.Concat(m.best.Configs[:i], way.Configs, m.best.Configs[best.at+1:])
	return m.try(&r)
}

// putTogether moves steps so that what one role does stands together, where nothing else depends on the order.
func (m *minimizer) putTogether() {
	for again := true; again && !m.over(); {
		again = false
		for from := 0; from < len(m.best.Steps) && !m.over(); from = m.blockEnd(from) {
			if m.moveBlock(from) {
				again = true
			}
		}
	}
}

// segment gives the end of the part of the run that a step belongs to: what comes before the cycle, or the cycle.
func (m *minimizer) segment(i int) (from, to int) {
	cycle := len(m.best.Steps) - m.best.Cycle
	if i < cycle {
		return 0, cycle
	}
	return cycle, len(m.best.Steps)
}

// blockEnd is the end of the steps, from one on, that the same role makes without a change.
func (m *minimizer) blockEnd(from int) int {
	_, end := m.segment(from)
	to := from + 1
	for to < end && actor(m.best.Steps[to]) == actor(m.best.Steps[from]) {
		to++
	}
	return to
}

// moveBlock tries to put the steps of a block behind earlier ones of their role, the nearest first, or before later ones.
func (m *minimizer) moveBlock(from int) bool {
	to := m.blockEnd(from)
	low, high := m.segment(from)
	who := actor(m.best.Steps[from])
	block := numbers(from, to)
	for j := from - 1; j >= low; j-- {
		if actor(m.best.Steps[j]) == who && m.try(m.inOrder(slices.Concat(numbers(0, j+1), block, numbers(j+1, from), numbers(to, len(m.best.Steps))))) {
			return true
		}
	}
	for j := to; j < high; j++ {
		if actor(m.best.Steps[j]) == who && m.try(m.inOrder(slices.Concat(numbers(0, from), numbers(to, j), block, numbers(j, len(m.best.Steps))))) {
			return true
		}
	}
	return false
}

// numbers lists from, .., to-1.
func numbers(from, to int) []int {
	var list []int
	for i := from; i < to; i++ {
		list = append(list, i)
	}
	return list
}

// inOrder carries out all steps of the best run in another order; nil if that is not possible.
func (m *minimizer) inOrder(order []int) *verify.Run {
	r := m.keep(order)
	if r == nil || len(r.Steps) != len(m.best.Steps) {
		return nil
	}
	r.Cycle = m.best.Cycle
	return r
}
