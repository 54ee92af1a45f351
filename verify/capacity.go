package verify

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"sync/atomic"

	"chorcheck/explore"
	"chorcheck/explore/reduce"
	"chorcheck/lts"
	"chorcheck/model"
)

const (
	// maxExtraCapacity is how far above the given capacities larger ones are tried.
	maxExtraCapacity = 8
	// A trial may see trialFactor times as many configurations as the search did,
	// but at least minTrialStates and at most maxTrialStates.
	trialFactor    = 4
	minTrialStates = 20_000
	maxTrialStates = 1_000_000
	// maxExhaustiveStates bounds the configurations for which exhaustivity is examined.
	maxExhaustiveStates = 200_000
)

// adviseCapacity says, where a full queue is part of a violation, which capacity
// is enough. It tries larger ones, all queues alike.
func (v *verifier) adviseCapacity(r *CheckResult) {
	if r.Verdict != Violated {
		return
	}
	deadlock := r.Check.ID == "deadlock"
	var full []int // findings
	for i := range r.Findings {
		if r.Findings[i].room {
			full = append(full, i)
		}
	}
	if len(full) == 0 {
		return
	}
	extra, tried := v.leastExtra(deadlock)
	var advice string
	switch base := v.automata.Channels.Default; {
	case extra > 0 && base.Discipline != model.Sync && len(v.automata.Channels.Pairs) == 0:
		advice = fmt.Sprintf("%s %d is enough", base.Discipline, base.Capacity+extra)
	case extra > 0:
		advice = fmt.Sprintf("%d more in each queue are enough", extra)
	case v.largestCapacity() >= model.MaxCapacity:
		advice = fmt.Sprintf("%d is the greatest capacity", model.MaxCapacity)
	case tried > 0:
		advice = fmt.Sprintf("no capacity up to %d more than now changes that", tried)
		if deadlock {
			advice = fmt.Sprintf("with room for up to %d more there is still a deadlock, be it another one", tried)
		}
	default:
		advice = "larger capacities were not tried: there are too many states"
	}
	for _, i := range full {
		f := &r.Findings[i]
		if deadlock {
			f.Help = "a send that waits for room in a full queue is part of this; " + advice
		} else {
			f.Help = advice
		}
	}
	if !deadlock {
		r.Notes = append(r.Notes, v.exhaustivity())
	}
}

// leastExtra is the least number of messages by which all capacities have to grow
// so that no send is blocked (or no configuration is a deadlock); 0 if none of
// those tried is enough, and then how many were tried to the end.
func (v *verifier) leastExtra(deadlock bool) (extra, tried int) {
	try := v.try
	if v.diagrams != nil && v.space.States > maxTrialStates/trialFactor {
		try = v.diagrams.try // else one by one is quicker
	}
	for extra = 1; extra <= maxExtraCapacity && v.largestCapacity()+extra <= model.MaxCapacity; extra++ {
		good, complete := try(withExtra(v.automata, extra), deadlock)
		if !complete {
			return 0, tried
		}
		tried = extra
		if good {
			return extra, tried
		}
	}
	return 0, tried
}

// try reports whether no send of some automata is ever blocked (or no configuration is a deadlock), and whether
// that is known. It ends with the level of the first one, so that it says the same with any number of workers.
func (v *verifier) try(a *model.Automata, deadlock bool) (good, complete bool) {
	net, err := model.NewNetwork(v.ctx, a, model.NetworkOptions{Environment: v.env, KeepCrashed: v.opt.KeepCrashed})
	if err != nil {
		return false, false
	}
	workers := max(v.opt.Workers, v.space.Workers)
	const nowhere = math.MaxInt64
	var bad atomic.Int64 // the least level where there is one
	bad.Store(nowhere)
	full := lts.Marks(0)
	for q := range net.Queues() {
		full |= model.MarkBlocked(q)
	}
	ctx, stop := context.WithCancel(v.ctx)
	defer stop()
	space, err := explore.Reach(ctx, v.oneByOne(net), explore.Options{
		Workers: workers, MaxStates: min(maxTrialStates, max(minTrialStates, trialFactor*v.space.States)),
		Memory: v.spareMemory(), SpillDir: v.opt.SpillDir,
		Observe: func(_, depth int, s lts.State, marks lts.Marks, steps int) {
			first := bad.Load()
			if int64(depth) > first {
				stop()
				return
			}
			terminal := steps == 0 || marks&model.MarkQuiet != 0
			is := marks&full != 0
			if deadlock {
				is = terminal && !net.Final(s)
			}
			for is = is || marks&model.MarkConfused != 0; is && int64(depth) < first && !bad.CompareAndSwap(first, int64(depth)); {
				first = bad.Load()
			}
		},
	})
	if err != nil {
		return false, false
	}
	defer space.Close()
	if first := bad.Load(); first != nowhere {
		return false, first < int64(space.Levels)
	}
	return true, space.Complete
}

func (v *verifier) largestCapacity() int {
	most := v.automata.Channels.Default.Capacity
	for _, c := range v.automata.Channels.Pairs {
		most = max(most, c.Capacity)
	}
	return most
}

func withExtra(a *model.Automata, extra int) *model.Automata {
	b := *a
	grow := func(c model.Channel) model.Channel {
		if c.Discipline != model.Sync {
			c.Capacity += extra
		}
		return c
	}
	b.Channels.Default = grow(a.Channels.Default)
	b.Channels.Pairs = maps.Clone(a.Channels.Pairs)
	for p, c := range b.Channels.Pairs {
		b.Channels.Pairs[p] = grow(c)
	}
	return &b
}

// exhaustivity says whether the capacity is exhaustive in the sense of
// k-multiparty compatibility: every send that is blocked in some configuration can
// go ahead after steps of other roles alone. Defined for fifo channels between
// pairs.
func (v *verifier) exhaustivity() string {
	if v.automata.Channels.Default.Discipline != model.FIFO || len(v.automata.Channels.Pairs) > 0 {
		return "whether this bound shows everything (is exhaustive) can be told only where all channels are fifo of one capacity"
	}
	if why := v.unsure(); why != "" {
		return "whether the bound is exhaustive is not known: " + why
	}
	if v.diagrams != nil {
		return v.diagrams.exhaustivity()
	}
	if v.space.States > maxExhaustiveStates {
		return fmt.Sprintf("whether the bound is exhaustive was not examined: more than %d states", maxExhaustiveStates)
	}
	if !v.graph().complete { // a reduction was on
		return fmt.Sprintf("whether the bound is exhaustive was not examined: more than %d states", maxExhaustiveStates)
	}
	blocked := v.blocked()
	for r := range v.automata.Roles {
		if q := v.neverFreed(model.RoleID(r), blocked); q != "" {
			return v.notExhaustive(model.RoleID(r), q)
		}
	}
	return isExhaustive
}

const isExhaustive = "the bound is exhaustive: every send that waits for room can go ahead after steps of others"

func (v *verifier) notExhaustive(r model.RoleID, queue string) string {
	return fmt.Sprintf("the bound is not exhaustive: %s can wait for room in %s with nobody else able to make it", v.automata.Roles[r].Name, queue)
}

// A wait is that of a role for room in a queue.
type wait struct {
	role  model.RoleID
	queue int
}

// blocked lists the configurations of the graph in which a send of a role is blocked by a queue.
func (v *verifier) blocked() map[wait][]int {
	g := v.graph()
	blocked := map[wait][]int{}
	for i := range g.states() {
		for _, a := range v.net.Blocked(g.state(i)) {
			info := v.net.Action(a)
			w := wait{info.Role, info.Queue}
			if list := blocked[w]; len(list) == 0 || list[len(list)-1] != i {
				blocked[w] = append(list, i)
			}
		}
	}
	return blocked
}

// neverFreed names a queue that blocks a send of r in some configuration from which
// steps of the other roles alone never make room.
func (v *verifier) neverFreed(r model.RoleID, blocked map[wait][]int) string {
	g := v.graph()
	for q := range v.net.Queues() {
		waiting := blocked[wait{r, q}]
		if len(waiting) == 0 {
			continue
		}
		capacity := v.net.Queue(q).Capacity
		free := make([]bool, g.states())
		var todo []int
		for i := range free {
			if len(v.net.Content(g.state(i), q)) < capacity {
				free[i] = true
				todo = append(todo, i)
			}
		}
		for len(todo) > 0 {
			i := todo[len(todo)-1]
			todo = todo[:len(todo)-1]
			for _, e := range g.before(i) {
				info := v.net.Action(g.action[e.edge])
				if !free[e.from] && v.net.IsStep(g.action[e.edge]) && info.Role != r && info.Peer != r {
					free[e.from] = true
					todo = append(todo, e.from)
				}
			}
		}
		for _, i := range waiting {
			if !free[i] {
				return queueName(v.net, q)
			}
		}
	}
	return ""
}

// oneByOne is a network of which one part at a time moves, if that is how it is searched.
func (v *verifier) oneByOne(net *model.Network) lts.System {
	if !slices.Contains(v.reductions, allReductions()[3].name) {
		return net
	}
	sys, _ := reduce.Parts(net)
	return sys
}

func (v *verifier) graph() *stepGraph {
	if v.small == nil {
		v.small = newStepGraph(context.WithoutCancel(v.ctx), v.net, v.oneByOne(v.net), maxExhaustiveStates, 0)
	}
	return v.small
}
