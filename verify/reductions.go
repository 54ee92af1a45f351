package verify

import (
	"fmt"
	"slices"

	"chorcheck/explore"
	"chorcheck/explore/reduce"
	"chorcheck/internal/bug"
	"chorcheck/lts"
)

// Reduce says which reductions a search may use. One that does not preserve each
// selected check is switched off; Statistics.Unreduced says so.
type Reduce struct {
	PartialOrder  bool // steps that only put the same events into another order are left out
	Symmetry      bool // configurations that differ in who of interchangeable roles is who are one
	DeadVariables bool // so are those that differ in values that nobody reads
	Parts         bool // of groups of roles that do not communicate only one moves
}

// reduction is one of the four.
type reduction struct {
	name      string
	preserves func(check string) bool
}

// The reductions, and why a check is preserved: a reduction has to preserve its verdict,
// and evidence from which a run of the unreduced system can be had.
//
// Partial order. The reduced system reaches exactly the quiet configurations of the full
// one (reduce.PartialOrder); nothing else is promised of it.
//
//	deadlock                 yes: terminal configurations are the quiet ones
//	orphan-message           no: also components that go on
//	handler-agreement        no: also configurations in which roles go on, and knowledge
//	                         that is forgotten, or goes with a crash, before the end
//	silent-survivor          no: also the run to a quiet configuration
//	unspecified-reception    no: the role stays, but others may go on for ever
//	stuck, livelock,         no: they are about components that go on, and for these no
//	no-termination           proviso for cycles is kept
//	all others               no: they are about a step, or a configuration on the way
//
// Symmetry. A configuration can be reached if and only if its orbit can, in as few
// steps (package reduce).
//
//	stuck, orphan-message,   no: they follow one role through a component
//	silent-survivor
//	livelock, no-termination no: that such a component exists is preserved, but not
//	                         who takes part in it, which is its cause
//	dead-handler,            no: who has taken an action is not preserved
//	dead-interaction
//	all others               yes: a configuration, or a step from it, in which some role ..
//
// Dead variables. Strong bisimulation with equal actions, marks and everything else that
// checks look at, but for the values themselves (package reduce).
//
//	silent-survivor          no: its second search is one of the full system
//	dead-handler,            no: they join the searches of all environments
//	dead-interaction
//	all others               yes; where values that nobody reads are all that keeps a
//	                         configuration out of a component, a run into it is shorter
//
// Parts. Each part comes to all its configurations while the others are where they begin
// (reduce.Parts).
//
//	unspecified-reception,   yes: they are about a role, a queue, or a step of one part
//	bound-reached,
//	out-of-range,
//	dead-interaction
//	all others               no: that nothing is enabled, or goes on, is about all parts;
//	                         the rest needs scopes or faults, which hold parts together
//
// The coverage matrix is preserved by none of them: it counts configurations.
func allReductions() [4]reduction {
	return [4]reduction{
		{"partial-order reduction", func(check string) bool { return check == "deadlock" }},
		{"symmetry reduction", func(check string) bool {
			switch check {
			case "stuck", "orphan-message", "silent-survivor", "livelock", "no-termination":
				return false
			}
			return !isAcross(check)
		}},
		{"dead-variable reduction", func(check string) bool { return check != "silent-survivor" && !isAcross(check) }},
		{"one part at a time", func(check string) bool {
			switch check {
			case "unspecified-reception", "bound-reached", "out-of-range", "dead-interaction":
				return true
			}
			return false
		}},
	}
}

func (r Reduce) wanted() [4]bool {
	return [4]bool{r.PartialOrder, r.Symmetry, r.DeadVariables, r.Parts}
}

// AutoReduce gives the reductions, all but that of dead variables, that preserve all
// that is asked for: the checks that only and skip select, and the coverage matrix
// if there is to be one.
func AutoReduce(only, skip []string, coverage bool) Reduce {
	on := map[string]bool{}
	for _, c := range Checks() {
		on[c.ID] = (len(only) == 0 || slices.Contains(only, c.ID)) && !slices.Contains(skip, c.ID)
	}
	all := allReductions()
	return Reduce{
		PartialOrder: all[0].lost(on, coverage) == "",
		Symmetry:     all[1].lost(on, coverage) == "",
		Parts:        all[3].lost(on, coverage) == "",
	}
}

// lost names the first thing asked for that a reduction does not preserve; empty if
// it preserves all.
func (r reduction) lost(on map[string]bool, coverage bool) string {
	for _, c := range Checks() {
		if on[c.ID] && !r.preserves(c.ID) {
			return fmt.Sprintf("check %s is not preserved", c.ID)
		}
	}
	if coverage {
		return "the coverage matrix is not preserved"
	}
	return ""
}

// reduceSystem gives the system that is searched, and notes what was done.
func (v *verifier) reduceSystem() lts.System {
	var sys lts.System = v.net
	can := v.opt.Reduce.wanted()
	all := allReductions()
	for i, r := range all {
		if !can[i] {
			continue
		}
		why := r.lost(v.on, v.opt.Coverage)
		if why == "" {
			switch i {
			case 0:
				if sys, can[i] = reduce.PartialOrder(v.net); !can[i] {
					why = "each step may depend on each other one here"
				}
			case 1:
				if can[i] = reduce.Canon(v.net, true, false) != nil; !can[i] {
					why = "no two roles are interchangeable"
				}
			case 2:
				if can[i] = reduce.Canon(v.net, false, true) != nil; !can[i] {
					why = "there is no value that nobody reads"
				}
			case 3:
				// No check is preserved by this one and by partial order.
				if sys, can[i] = reduce.Parts(sys); !can[i] {
					continue // as nearly everywhere: no word about it
				}
			}
		}
		if why != "" {
			can[i] = false
			v.unreduced = append(v.unreduced, fmt.Sprintf("%s is off: %s", r.name, why))
			continue
		}
		v.reductions = append(v.reductions, r.name)
	}
	v.stretched = can[0] || v.opt.Store.Lossy() || v.opt.Order != BreadthFirst
	canon := reduce.Canon(v.net, can[1], can[2])
	if can[1] {
		v.canon = canon // else actions are those of the system
	}
	if canon != nil {
		return reduce.Quotient(sys, canon)
	}
	return sys
}

// findRuns finds runs of the unreduced system to what a reduced search has found.
func (v *verifier) findRuns() error {
	v.takePaths()
	if v.stretched || v.canon != nil {
		if err := v.shorten(); err != nil {
			return err
		}
	}
	if v.canon != nil {
		v.unfold()
	}
	v.keepPaths()
	return nil
}

// mostShortened bounds the configurations of the search for shorter runs.
const mostShortened = 1_000_000

// shorten looks for the shortest runs to what a reduced search, or one with a lossy store,
// has found, and for the same with interchangeable roles in place of each other, by an
// exact search without reductions that goes no deeper than the runs that are known. Where it has to give up, what was
// found stays as it is, and caveat says why.
func (v *verifier) shorten() error {
	if len(v.evidence) == 0 {
		return nil
	}
	o := explore.Options{Workers: v.opt.Workers, MaxStates: mostShortened}
	if v.opt.MaxStates > 0 {
		o.MaxStates = min(o.MaxStates, v.opt.MaxStates)
	}
	for _, byCause := range v.evidence {
		for _, e := range byCause {
			o.MaxDepth = max(o.MaxDepth, e.depth)
		}
	}
	if o.MaxDepth == 0 {
		o.MaxDepth = 1 // 0 is no limit
	}
	if v.needComponents() {
		o.MaxDepth = 0
	}
	if v.opt.Memory > 0 {
		if o.Memory = searchMemory(v.opt.Memory) - v.space.PeakBytes; o.Memory <= 0 {
			v.caveat = v.reducedFindings("the memory limit leaves no room for " + v.plainSearch("a"))
			return nil
		}
	}
	v.phase("looking for shortest runs")
	watch := newObserver(v.net, v.on)
	o.Observe = watch.observe
	space, err := explore.Reach(v.ctx, v.oneByOne(v.net), o)
	if err != nil {
		return err
	}
	defer space.Close()
	switch space.Reason {
	case explore.MaxStates:
		v.caveat = v.reducedFindings(fmt.Sprintf("%s stopped at %d states", v.plainSearch("the"), o.MaxStates))
	case explore.Memory:
		v.caveat = v.reducedFindings("the memory limit is not enough for " + v.plainSearch("a"))
	case explore.Cancelled:
		v.caveat = v.reducedFindings(v.plainSearch("the") + " " + v.stopped())
	}
	found, confused := watch.gather(space.Levels)
	v.confused = v.confused || confused
	if v.needComponents() && space.Complete {
		if err := v.addComponents(space, found); err != nil {
			v.caveat = v.reducedFindings(v.plainSearch("the") + " found no bottom components: " + err.Error())
		}
	}
	var exhibits []*exhibit
	for check, known := range v.evidence {
		for cause, e := range found[check] {
			if v.canon == nil && known[cause] == nil {
				continue // a sample has not found it
			}
			exhibits = append(exhibits, e)
			v.evidence[check][cause] = e
		}
	}
	targets := make([]lts.State, len(exhibits))
	for i, e := range exhibits {
		targets[i] = e.state
	}
	for i, trace := range space.Traces(targets) {
		exhibits[i].run = &trace
	}
	return nil
}

// plainSearch names the search of shorten.
func (v *verifier) plainSearch(article string) string {
	if v.opt.Order != BreadthFirst {
		return article + " breadth-first search"
	}
	if len(v.reductions) > 0 {
		return article + " search without reductions"
	}
	if article == "a" {
		article = "an"
	}
	return article + " exact search"
}

// reducedFindings says what findings of a reduced search are perhaps not.
func (v *verifier) reducedFindings(why string) string {
	if v.stretched {
		return "there are perhaps shorter runs: " + why
	}
	return "interchangeable roles may show the same: " + why
}

// unfold finds runs of the unreduced system that pass the same classes as those of the
// quotient. They end in another member of the class, perhaps, so that what is wrong
// there is looked for again: with other roles, it is the same.
func (v *verifier) unfold() {
	var folded []*exhibit
	for _, c := range Checks() {
		for _, e := range v.evidence.causes(c.ID) {
			if e.run == nil {
				folded = append(folded, e)
			}
		}
	}
	n := len(folded)
	steps := lts.NewSteps(v.net.Width())
	for i, trace := range v.paths(folded) {
		run, err := reduce.Unfold(v.net, v.canon, trace)
		if err != nil {
			bug.Panicf("a run to a violation of %s (%s): %v", folded[i].check, folded[i].cause, err)
		}
		end := run.States[len(run.States)-1]
		steps.Reset()
		marks := v.net.Next(end, steps)
		watch := newObserver(v.net, v.on)
		watch.observe(0, folded[i].depth, end, marks, steps.Len())
		here, _ := watch.gather(folded[i].depth + 1)
		if len(here[folded[i].check]) == 0 {
			bug.Panicf("there is no violation of %s (%s) at the end of an unfolded run", folded[i].check, folded[i].cause)
		}
		delete(v.evidence[folded[i].check], folded[i].cause)
		for _, e := range here.causes(folded[i].check) {
			e.run = &run
			folded = append(folded, e)
		}
	}
	for _, e := range folded[n:] {
		v.evidence.add(e)
	}
}
