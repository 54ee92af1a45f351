package verify

import (
	"slices"

	"chorcheck/lts"
	"chorcheck/model"
	"chorcheck/verify/replay"
)

// mostRuns bounds the runs of the interpreter that one trace is followed along.
const mostRuns = 200

// run is a run of the interpreter: one more configuration than steps.
type run struct {
	configs []replay.Config
	steps   []replay.Step
}

// rerun carries out a trace with the interpreter. That has more than one way to do
// so where a bag holds messages that differ only in what they say of scopes. If a
// step is not possible, it gives its number from 1, else 0.
func (v *verifier) rerun(actions []lts.Action) (runs []run, failed int) {
	runs = []run{{configs: []replay.Config{v.oracle.Initial()}}}
	for i, a := range actions {
		ref := v.ref(v.net.Action(a))
		var next []run
		seen := map[string]bool{}
		for _, r := range runs {
			last := r.configs[len(r.configs)-1]
			grown := false
			matching := v.oracle.Matching(last, ref)
			for _, s := range matching {
				if len(next) == mostRuns {
					break
				}
				c := v.oracle.Apply(last, s)
				if len(runs) > 1 || len(matching) > 1 {
					k := c.Key()
					if seen[k] && i < len(actions)-1 {
						continue
					}
					seen[k] = true
				}
				configs, steps := r.configs, r.steps
				if grown {
					// The room behind them is taken. Long runs are not copied for each step.
					configs, steps = slices.Clip(configs), slices.Clip(steps)
				}
				grown = true
				next = append(next, run{append(configs, c), append(steps, s)})
			}
		}
		if len(next) == 0 {
			return runs, i + 1
		}
		runs = next
	}
	return runs, 0
}

// ref is how the interpreter refers to an action.
func (v *verifier) ref(info model.ActionInfo) replay.Ref {
	ref := replay.Ref{
		Role: info.Role, Transition: info.Transition, Peer: info.Peer, PeerTransition: info.PeerTransition,
		Fault: info.Fault, Recovers: info.Recovers, Heals: info.Heals, Discard: info.Discard, Place: info.Place, Nth: replay.AnyMessage,
	}
	if info.Message >= 0 {
		k := v.net.Message(info.Message)
		ref.Values = k.Values
		if info.Discard {
			ref.Label = k.Label
			if info.Peer < 0 {
				ref.Peer = k.From // dropped from a queue
			}
		}
	}
	return ref
}
