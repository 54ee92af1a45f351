package verify

import (
	"fmt"
	"maps"
	"slices"

	"chorcheck/explore"
	"chorcheck/lts"
	"chorcheck/model"
)

// Whether a role has heard of a failure depends on the run, not on the
// configuration. So silent-survivor is decided in two phases: first those roles are
// collected that wait for ever in some bottom component, then for each of them a
// second search tells whether the component is reached by a run in which the
// role has heard nothing. Most protocols have no such roles.

// survivor is a role that waits for ever in some bottom components.
type survivor struct {
	ends   bool     // terminal configurations are among them
	within stateSet // configurations of the others
}

// mostMembers bounds the configurations of components that are kept for one role.
// Beyond it, one of each component has to do: the verdict is the same, but the
// run is perhaps not the shortest one.
const mostMembers = 200_000

func (v *verifier) survivor(r model.RoleID) *survivor {
	s := v.survivors[r]
	if s == nil {
		s = &survivor{within: stateSet{}}
		v.survivors[r] = s
	}
	return s
}

// addComponent adds a component in which the role takes part in no step. All of its
// configurations are reached from each other without the role, so that they are
// either all evidence or none.
func (s *survivor) addComponent(comp explore.Component) {
	s.within.add(comp.Least)
	if uint64(len(s.within))+comp.Size > mostMembers {
		return
	}
	for m := range comp.States() {
		s.within.add(m)
	}
}

// findSurvivors is the second phase.
func (v *verifier) findSurvivors() {
	if !v.on["silent-survivor"] || v.notApplicable("silent-survivor") != "" {
		return
	}
	if v.survivorReason = v.componentsReason; v.survivorReason != "" || v.confused {
		return
	}
	for _, r := range slices.Sorted(maps.Keys(v.survivors)) {
		if v.survivorReason = v.findSurvivor(r, v.survivors[r]); v.survivorReason != "" {
			return
		}
	}
}

// findSurvivor searches the runs in which the role hears nothing, and adds the
// evidence that it finds. It says why the search is not complete, or nothing.
func (v *verifier) findSurvivor(r model.RoleID, what *survivor) string {
	possible := false
	for a := range v.net.Actions() {
		possible = possible || v.fired.Test(uint(a)) && isNews(v.net, v.net.Action(lts.Action(a)), r)
	}
	if !possible {
		return ""
	}
	v.phase("looking for silent survivors")
	o := explore.Options{Workers: v.opt.Workers}
	if v.opt.Memory > 0 {
		if o.Memory = searchMemory(v.opt.Memory) - v.space.PeakBytes; o.Memory <= 0 {
			return v.noMemoryForSurvivors()
		}
	}
	sys := newUnheard(v.net, r, what.ends, what.within)
	workers := make([]map[int]*exhibit, maxWorkers) // by local state of the role
	o.Observe = func(worker, depth int, s lts.State, marks lts.Marks, _ int) {
		if marks&markSilent == 0 {
			return
		}
		inner := s[:v.net.Width()]
		control := v.net.Control(inner, r)
		found := workers[worker]
		if found == nil {
			found = map[int]*exhibit{}
			workers[worker] = found
		}
		if best := found[control]; best == nil || depth < best.depth || depth == best.depth && s.Compare(best.state) < 0 {
			found[control] = &exhibit{check: "silent-survivor", cause: place(v.net, inner, r), depth: depth, state: s.Clone(), role: r}
		}
	}
	space, err := explore.Reach(v.ctx, sys, o)
	if err != nil {
		return err.Error()
	}
	defer space.Close()
	best := evidence{}
	for _, found := range workers {
		for _, e := range found {
			if e.depth < space.Levels {
				best.add(e)
			}
		}
	}
	exhibits := best.causes("silent-survivor")
	targets := make([]lts.State, len(exhibits))
	for i, e := range exhibits {
		targets[i] = e.state
	}
	for i, trace := range space.Traces(targets) {
		e := exhibits[i]
		e.run, e.state = &trace, e.state[:v.net.Width()]
		v.evidence.add(e)
	}
	switch {
	case space.Complete:
		return ""
	case space.Reason == explore.Memory:
		return v.noMemoryForSurvivors()
	}
	return v.stopped()
}

func (v *verifier) noMemoryForSurvivors() string {
	return fmt.Sprintf("the memory limit of %d bytes (--memory) is not enough to look for silent survivors", v.opt.Memory)
}
