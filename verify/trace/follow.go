package trace

import (
	"slices"

	"chorcheck/verify"
	"chorcheck/verify/replay"
)

// mostAtOnce bounds the configurations that Follow goes on from at once.
const mostAtOnce = 1_000

// Wanted tells how well a step fits the one with this number, from 0, of what was written down.
type Wanted func(number int, s replay.Step) Fit

// Fit of a step.
type Fit int

// The fits. Where steps fit exactly, those that only resemble do not count.
const (
	No Fit = iota
	Resembles
	Exactly
)

// branch is a configuration to which the steps so far can lead.
type branch struct {
	config replay.Config
	step   replay.Step // the last one
	before *branch
}

// run is the way to a branch.
func (b *branch) run() *verify.Run {
	r := &verify.Run{}
	for ; b.before != nil; b = b.before {
		r.Configs, r.Steps = append(r.Configs, b.config), append(r.Steps, b.step)
	}
	r.Configs = append(r.Configs, b.config)
	slices.Reverse(r.Configs)
	slices.Reverse(r.Steps)
	return r
}

// Follow makes as many steps as were written down. What is written does not always tell steps apart, so that several
// runs are followed; chosen is one of them of which prefer is true, or the first one if there is none. If a step is not
// possible in any of them, failed is its number, from 0, and chosen is the way up to there; else failed is -1.
// resembling counts the steps of chosen that did not fit exactly.
func Follow(in *replay.Interpreter, steps int, wanted Wanted, prefer func(*verify.Run) bool) (chosen *verify.Run, resembling, failed int) {
	present := []*branch{{config: in.Initial()}}
	for i := range steps {
		best := No
		var next []*branch
		seen := map[string]bool{}
		for _, b := range present {
			for _, s := range in.Enabled(b.config) {
				fit := wanted(i, s)
				if fit == No || fit < best {
					continue
				}
				if fit > best {
					best, next, seen = fit, nil, map[string]bool{}
				}
				c := in.Apply(b.config, s)
				if key := c.Key(); !seen[key] && len(next) < mostAtOnce {
					seen[key] = true
					next = append(next, &branch{c, s, b})
				}
			}
		}
		if len(next) == 0 {
			return present[0].run(), resembling, i
		}
		if best == Resembles {
			resembling++
		}
		present = next
	}
	for _, b := range present {
		if r := b.run(); prefer(r) {
			return r, resembling, -1
		}
	}
	return present[0].run(), resembling, -1
}
