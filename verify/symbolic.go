package verify

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"time"

	"chorcheck/explore"
	"chorcheck/explore/symbolic"
	"chorcheck/internal/bug"
	"chorcheck/lts"
	"chorcheck/model"
	"chorcheck/verify/replay"
)

// The symbolic engine decides the checks on sets of configurations, as decision diagrams.
// What violates a check is such a set; of each cause, a nearest configuration of
// it becomes an exhibit, by the code that the explicit search has for single
// configurations. From there on, nothing differs: a run leads to it, which the interpreter
// replays.

// diagrams is a verification of one environment by the symbolic engine.
type diagrams struct {
	*verifier
	sys     lts.System // of the space: the network, perhaps with one component more
	loc     *lts.Locality
	space   *symbolic.Space
	work    uint64 // of the search
	order   string
	orderOf []int
	watch   *observer
	scratch lts.State
	quiet   symbolic.Set // no step is possible
	ending  symbolic.Set // steps can lead to where none is possible
	most    int          // causes of one check that are looked for
	more    map[string]bool
	count   symbolic.Set    // the configurations, without what makes no difference
	certain bool            // the reachable set has been certified
	long    map[string]bool // by check: runs are perhaps not the shortest
}

// Beyond so many nodes for distances, runs are found by a walk, which may see so many configurations.
const (
	mostDistanceNodes = 2_000_000
	mostHearingNodes  = 200_000 // for silent-survivor, where each role needs its own
	mostWalked        = 200_000
)

// verifySymbolically does all that concerns one environment. The second result says why the
// engine could not do it; empty if it could.
func verifySymbolically(ctx context.Context, a *model.Automata, env *model.Environment, opt Options, checks []Check) (*diagrams, string, error) {
	net, err := model.NewLocalNetwork(ctx, a, model.NetworkOptions{Environment: env, KeepCrashed: opt.KeepCrashed, MostContents: opt.mostContents})
	switch {
	case ended(ctx, err):
		return nil, stopped(ctx), nil
	case err != nil:
		return nil, "", err
	}
	loc, err := net.Locality(ctx)
	switch {
	case ended(ctx, err):
		return nil, stopped(ctx), nil
	case err != nil:
		return nil, "the symbolic engine cannot be used: " + err.Error(), nil
	}
	d := &diagrams{
		verifier: &verifier{
			ctx: ctx, automata: a, env: env, net: net, opt: opt, start: time.Now(),
			oracle: replay.New(a, replay.Options{Environment: env, KeepCrashed: opt.KeepCrashed}),
			on:     map[string]bool{}, survivors: map[model.RoleID]*survivor{}, evidence: evidence{},
			space: &explore.Space{Complete: true, Workers: runtime.GOMAXPROCS(0)},
		},
		loc: loc, scratch: make(lts.State, net.Width()), more: map[string]bool{}, most: opt.MaxFindings, long: map[string]bool{}, sys: net,
	}
	d.verifier.diagrams = d
	if d.most == 0 {
		d.most = 10
	}
	for _, c := range checks {
		d.on[c.ID] = true
	}
	d.watch = newObserver(net, d.on)
	err = d.decideAll()
	if err == nil {
		return d, "", nil
	}
	d.close()
	switch {
	case errors.Is(err, symbolic.ErrMemory):
		return nil, fmt.Sprintf("the memory limit of %d bytes (--memory) is not enough for the diagrams", cmp.Or(d.opt.Memory, ampleMemory)), nil
	case errors.Is(err, symbolic.ErrFar):
		return nil, "a run to a violation is too long to be found with diagrams", nil
	case ctx.Err() != nil:
		return nil, d.stopped(), nil
	}
	return nil, "", err
}

// results is as for the explicit engine, with what only diagrams have to say.
func (d *diagrams) results(checks []Check, all *across, matrix *matrix) EnvironmentResult {
	count := d.space.Count(d.count)
	d.verifier.space.States = enormous
	if count.IsUint64() {
		d.verifier.space.States = min(count.Uint64(), enormous)
	}
	r := d.verifier.results(checks, all, matrix)
	for i := range r.Checks {
		c := &r.Checks[i]
		if (d.long[c.Check.ID] || d.long[""] && isOfActions(c.Check.ID)) && c.Verdict == Violated {
			c.Unshortened = true
			c.Notes = append(c.Notes, "there may be shorter runs: there are too many configurations to go through them in the order of their distances")
		}
		if d.more[c.Check.ID] && c.Verdict == Violated {
			c.Notes = append(c.Notes, fmt.Sprintf("there may be further causes: the symbolic engine has stopped at %d", d.most))
		}
	}
	s := d.space.Statistics()
	r.Statistics.Engine, r.Statistics.Configurations = Symbolic, count
	r.Statistics.Nodes, r.Statistics.PeakNodes, r.Statistics.PeakBytes = s.Nodes, s.PeakNodes, s.PeakBytes
	r.Statistics.VariableOrder, r.Statistics.Certified = d.order, d.certain
	r.Statistics.Store, r.Statistics.Workers, r.Statistics.BitsPerState = "decision diagrams", 1, 0
	return r
}

// isOfActions reports whether the evidence for a check is an action, or what goes on in a component: one
// run can be for several of them.
func isOfActions(check string) bool {
	return slices.Contains([]string{"stuck", "livelock", "no-termination", "orphan-message", "uncaught-exception", "out-of-range", "stale-reception", "timer-leak"}, check)
}

// enormous stands for a number of configurations that no explicit search could visit.
const enormous = 1 << 50

func (d *diagrams) close() {
	if d.space != nil {
		d.space.Close()
	}
}

// ampleMemory is what diagrams may hold where no limit is given: a bad order of the components
// would else take all that the machine has.
const ampleMemory = 4 << 30

func (d *diagrams) memory() int64 {
	if d.opt.Memory == 0 {
		return ampleMemory
	}
	return searchMemory(d.opt.Memory)
}

func (d *diagrams) decideAll() error {
	orders := symbolic.Orders(d.loc)
	o := symbolic.Options{Order: orders[0].Components, Memory: d.memory(), DistanceNodes: mostDistanceNodes}
	d.order, d.orderOf = orders[0].Name, orders[0].Components
	if d.opt.Progress != nil {
		o.Progress = d.progress()
	}
	var err error
	if d.space, err = symbolic.Reach(d.ctx, d.net, d.loc, o); err != nil {
		return err
	}
	d.searched, d.work = time.Since(d.start), d.space.Statistics().Fired
	for _, step := range []func() error{d.certify, d.normalise, d.findFired, d.configurations, d.components, d.findSilent} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func (d *diagrams) findFired() (err error) {
	d.fired, err = d.space.FiredIn(d.space.All())
	return err
}

func (d *diagrams) progress() func(symbolic.Progress) {
	every := d.opt.Every
	if every == 0 {
		every = time.Second / 5
	}
	last := time.Now()
	return func(p symbolic.Progress) {
		if now := time.Now(); now.Sub(last) >= every {
			last = now
			d.opt.Progress(Progress{
				Phase: "saturating", Nodes: p.Nodes, PeakNodes: p.PeakNodes, Fired: p.Fired, Saturated: p.Saturated, Bytes: p.Bytes,
				Elapsed: now.Sub(d.start),
			})
		}
	}
}

// certify has the reachable set examined again, by simpler code.
func (d *diagrams) certify() error {
	if !d.opt.Certify {
		return nil
	}
	err := d.space.Certify(d.ctx)
	if err != nil && d.ctx.Err() == nil && !errors.Is(err, symbolic.ErrMemory) {
		bug.Panicf("the reachable set has no certificate: %v", err)
	}
	d.certain = err == nil
	return err
}

// normalise takes each configuration to the one that the explicit engine would have.
func (d *diagrams) normalise() (err error) {
	d.count, err = d.forget(d.space.All())
	return err
}

// forget applies the maps of the locality to a set.
func (d *diagrams) forget(a symbolic.Set) (symbolic.Set, error) {
	for _, parts := range d.loc.Forget {
		mapped, err := d.space.Map(a, parts)
		if err != nil {
			return a, err
		}
		rest, err := d.without(a, guardsOf(parts))
		if err != nil {
			return a, err
		}
		if a, err = d.space.Union(rest, mapped); err != nil {
			return a, err
		}
	}
	return a, nil
}

// alike are all configurations that the maps take to what they take a set to.
func (d *diagrams) alike(a symbolic.Set) (symbolic.Set, error) {
	a, err := d.forget(a)
	for i := len(d.loc.Forget) - 1; err == nil && i >= 0; i-- {
		parts := d.loc.Forget[i]
		var back []lts.Part
		for _, p := range parts {
			back = append(back, lts.Part{Component: p.Component, Relation: inverse(p.Relation)})
		}
		var mapped, rest symbolic.Set
		if mapped, err = d.space.Map(a, back); err != nil {
			return a, err
		}
		if rest, err = d.without(a, guardsOf(parts)); err != nil {
			return a, err
		}
		a, err = d.space.Union(rest, mapped)
	}
	if err != nil {
		return a, err
	}
	return d.space.Intersect(a, d.space.All())
}

// inverse turns a relation of a forgetting map round. Those that are not listed keep
// what they are possible for.
func inverse(r *lts.Relation) *lts.Relation {
	if r.Next != nil || r.Pass != nil {
		return r
	}
	out := &lts.Relation{}
	for _, p := range r.Pairs {
		out.Pairs = append(out.Pairs, lts.Pair{From: p.To, To: p.From})
	}
	slices.SortFunc(out.Pairs, func(x, y lts.Pair) int { return cmp.Or(cmp.Compare(x.From, y.From), cmp.Compare(x.To, y.To)) })
	return out
}

// leadsTo lists the values that a value leads to.
func leadsTo(r *lts.Relation, v uint32) []uint32 {
	if r.Next != nil {
		return r.Next(v)
	}
	i, _ := slices.BinarySearchFunc(r.Pairs, v, func(p lts.Pair, v uint32) int { return int(p.From) - int(v) })
	var out []uint32
	for ; i < len(r.Pairs) && r.Pairs[i].From == v; i++ {
		out = append(out, r.Pairs[i].To)
	}
	return out
}

// with gives a state in which one component has a value, and the others are as they are at the beginning.
func (d *diagrams) with(component int, v uint32) lts.State {
	clear(d.scratch)
	d.loc.Components[component].Write(d.scratch, v)
	return d.scratch
}

// role is a guard on the local state of a role.
func (d *diagrams) role(r model.RoleID, holds func(s lts.State) bool) symbolic.Guard {
	c := d.net.RoleComponent(r)
	return symbolic.Guard{Component: c, Holds: func(v uint32) bool { return holds(d.with(c, v)) }}
}

// head is the guard that a queue is not empty and its first message has a property.
func (d *diagrams) head(q int, holds func(message int) bool) symbolic.Guard {
	c := d.net.QueueComponent(q)
	if d.net.IsRow(q) {
		return symbolic.Guard{Component: c, Row: d.net.HeadPass(q, holds)}
	}
	return symbolic.Guard{Component: c, Holds: func(v uint32) bool {
		content := d.net.Content(d.with(c, v), q)
		return len(content) > 0 && holds(content[0])
	}}
}

// each is the guard that all messages in a queue have a property.
func (d *diagrams) each(q int, holds func(message int) bool) symbolic.Guard {
	c := d.net.QueueComponent(q)
	if d.net.IsRow(q) {
		return symbolic.Guard{Component: c, Row: d.net.EachPass(q, holds)}
	}
	return symbolic.Guard{Component: c, Holds: func(v uint32) bool {
		return !slices.ContainsFunc(d.net.Content(d.with(c, v), q), func(m int) bool { return !holds(m) })
	}}
}

// whatever is a property of all messages.
func whatever(int) bool { return true }

// isOpen is the guard that a role is live and has not come to an end.
func (d *diagrams) isOpen(r model.RoleID) symbolic.Guard {
	return d.role(r, func(s lts.State) bool { return d.net.Control(s, r) >= 0 && !isFinal(d.net, s, r) })
}

// finals are the configurations of a set in which all live roles have come to an end.
func (d *diagrams) finals(a symbolic.Set) (symbolic.Set, error) {
	var guards []symbolic.Guard
	for r := range d.automata.Roles {
		role := model.RoleID(r)
		guards = append(guards, d.role(role, func(s lts.State) bool { return d.net.Control(s, role) < 0 || isFinal(d.net, s, role) }))
	}
	return d.space.Where(a, guards)
}

// collect makes exhibits of what is in a set: see looks at the nearest configuration, and rest keeps
// those that have nothing to do with it, until nothing is left or there are enough.
func (d *diagrams) collect(check string, bad symbolic.Set, see func(w *workerEvidence, depth int, s lts.State), rest func(s lts.State) []symbolic.Guard) error {
	for !d.space.IsEmpty(bad) {
		if len(d.evidence[check]) >= d.most {
			d.more[check] = true
			return nil
		}
		run, err := d.runTo(check, bad)
		if err != nil {
			return err
		}
		s := d.exhibit(run, see)
		if rest == nil {
			return nil
		}
		if bad, err = d.without(bad, rest(s)); err != nil {
			return err
		}
	}
	return nil
}

// without leaves out the configurations for which all guards hold.
func (d *diagrams) without(a symbolic.Set, guards []symbolic.Guard) (symbolic.Set, error) {
	out, err := d.space.Where(a, guards)
	if err != nil {
		return out, err
	}
	return d.space.Minus(a, out)
}

// runTo is a run to a set that is not empty: a shortest one, or else one that is not long.
func (d *diagrams) runTo(check string, a symbolic.Set) (*lts.Trace, error) {
	states, err := d.space.Path(d.ctx, a)
	if errors.Is(err, symbolic.ErrFar) && d.ctx.Err() == nil {
		d.long[check] = true
		return d.space.Walk(d.ctx, a, mostWalked)
	}
	if err != nil {
		return nil, err
	}
	return d.run(states), nil
}

// exhibit looks at the last configuration of a run.
func (d *diagrams) exhibit(run *lts.Trace, see func(w *workerEvidence, depth int, s lts.State)) lts.State {
	d.watch.workers[0] = nil
	w := d.watch.worker(0)
	s := run.States[run.Len()][:d.net.Width()]
	see(w, run.Len(), s)
	for _, byCause := range w.evidence {
		for _, e := range byCause {
			e.run = run
			d.evidence.add(e)
		}
	}
	return s
}

// run finds the actions of a run of which the configurations are known.
func (d *diagrams) run(states []lts.State) *lts.Trace {
	t := &lts.Trace{States: states}
	steps := lts.NewSteps(len(states[0]))
	for k, s := range states[1:] {
		steps.Reset()
		d.sys.Next(states[k], steps)
		i := 0
		for i < steps.Len() && !steps.Target(i).Equal(s) {
			i++
		}
		if i == steps.Len() {
			bug.Panicf("a run by diagrams has a step that the network has not: to %s", d.net.DescribeState(s[:d.net.Width()]))
		}
		t.Actions = append(t.Actions, steps.Actions[i])
	}
	return t
}

// configurations looks for all evidence that one configuration gives.
func (d *diagrams) configurations() error {
	dead, err := d.deadlocks()
	if err != nil {
		return err
	}
	for _, x := range []struct {
		check string
		find  func() error
	}{
		{"deadlock", func() error { return d.findDeadlocks(dead) }},
		{"orphan-message", d.findOrphans},
		{"bound-reached", d.findBlocked},
		{"unspecified-reception", d.findUnspecified},
		{"unguarded-wait", d.findWaits},
		{"timer-leak", d.findArmed},
		{"exclusive-handler", d.findOutcomes},
	} {
		if d.on[x.check] || x.check == "exclusive-handler" && d.on["handler-agreement"] {
			if err := x.find(); err != nil {
				return err
			}
		}
	}
	return d.findActions()
}

func (d *diagrams) findDeadlocks(bad symbolic.Set) error {
	return d.collect("deadlock", bad, d.watch.observeStuck, func(s lts.State) []symbolic.Guard {
		var same []symbolic.Guard
		for r := range d.automata.Roles {
			role := model.RoleID(r)
			control := d.openControl(s, role)
			same = append(same, d.role(role, func(t lts.State) bool { return d.openControl(t, role) == control }))
		}
		return same
	})
}

// openControl is the local state of a role that is live and has not come to an end, else -1.
func (d *diagrams) openControl(s lts.State, r model.RoleID) int {
	if isFinal(d.net, s, r) {
		return -1
	}
	return d.net.Control(s, r)
}

// findOrphans looks for messages that are left at the end.
func (d *diagrams) findOrphans() error {
	for q := range d.net.Queues() {
		to := d.net.Queue(q).To
		bad, err := d.space.Where(d.quiet, []symbolic.Guard{
			d.role(to, func(s lts.State) bool { return isFinal(d.net, s, to) }),
			d.head(q, whatever),
		})
		if err != nil {
			return err
		}
		see := func(w *workerEvidence, depth int, s lts.State) {
			for _, m := range d.net.Content(s, q) {
				w.add(orphan(d.net, s, depth, m, false))
			}
		}
		err = d.collect("orphan-message", bad, see, func(s lts.State) []symbolic.Guard {
			known := d.net.Content(s, q)
			return []symbolic.Guard{d.each(q, func(m int) bool { return slices.Contains(known, m) })}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// findBlocked looks for sends that wait for room in a queue. What is nearest is looked for among all that wait for
// the same one.
func (d *diagrams) findBlocked() error {
	watches := map[int][]waiting{}
	var queues []int
	for _, w := range d.loc.Watches {
		info := d.net.Action(w.Action)
		if watches[info.Queue] == nil {
			queues = append(queues, info.Queue)
		}
		watches[info.Queue] = d.merge(watches[info.Queue], info.Role, w.Parts)
	}
	for _, q := range queues {
		blocked, err := d.space.Minus(d.quiet, d.quiet)
		for _, w := range watches[q] {
			var here symbolic.Set
			if err == nil {
				here, err = d.space.Where(d.space.All(), w.guards())
			}
			if err == nil {
				blocked, err = d.space.Union(blocked, here)
			}
		}
		if err == nil {
			err = d.collect("bound-reached", blocked, func(w *workerEvidence, depth int, s lts.State) { d.watch.observeAllBlocked(w, depth, s) }, nil)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// waiting are sends that wait for the same, in several local states of a role.
type waiting struct {
	component int // of the role
	in        map[uint32]bool
	others    []lts.Part
}

func (w *waiting) guards() []symbolic.Guard {
	return append(guardsOf(w.others), symbolic.Guard{Component: w.component, Holds: func(v uint32) bool { return w.in[v] }})
}

// merge adds a watch to those that differ from it in nothing but the local state of the role.
func (d *diagrams) merge(list []waiting, role model.RoleID, parts []lts.Part) []waiting {
	x := waiting{component: d.net.RoleComponent(role), in: map[uint32]bool{}}
	for _, p := range parts {
		if p.Component != x.component {
			x.others = append(x.others, p)
			continue
		}
		for _, pair := range p.Relation.Pairs {
			x.in[pair.From] = true
		}
	}
	for i := range list {
		if list[i].component == x.component && slices.Equal(list[i].others, x.others) {
			maps.Copy(list[i].in, x.in)
			return list
		}
	}
	return append(list, x)
}

// guardsOf are where a product is possible.
func guardsOf(parts []lts.Part) []symbolic.Guard {
	var out []symbolic.Guard
	for _, p := range parts {
		out = append(out, symbolic.Guard{
			Component: p.Component, Row: p.Relation.Pass,
			Holds: func(v uint32) bool { return len(leadsTo(p.Relation, v)) > 0 },
		})
	}
	return out
}

// findUnspecified looks for roles that wait for other messages than those that they have.
func (d *diagrams) findUnspecified() error {
	for r := range d.automata.Roles {
		role, c := model.RoleID(r), d.net.RoleComponent(model.RoleID(r))
		var own []int
		for i := range d.loc.Events {
			if info := d.net.Action(d.loc.Events[i].Action); info.Role == role && info.Fault < 0 {
				own = append(own, i)
			}
		}
		for _, v := range d.space.Values(c) {
			if queues := d.net.WaitsOn(d.with(c, v), role); len(queues) > 0 {
				if err := d.findUnspecifiedAt(role, v, queues, own); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// findUnspecifiedAt looks at one local state of a role, which waits on these queues. The events are those
// of the role.
func (d *diagrams) findUnspecifiedAt(role model.RoleID, v uint32, queues, events []int) error {
	c := d.net.RoleComponent(role)
	guards := []symbolic.Guard{{Component: c, Holds: func(w uint32) bool { return w == v }}}
	for _, q := range queues {
		guards = append(guards, d.head(q, whatever))
	}
	var others []int
	for _, i := range events {
		parts := d.loc.Events[i].Parts
		at := slices.IndexFunc(parts, func(p lts.Part) bool { return p.Component == c })
		switch {
		case at < 0 || len(leadsTo(parts[at].Relation, v)) == 0:
		case len(parts) == 1:
			return nil // it can always go on
		case len(parts) == 2 && parts[1-at].Relation.Pass == nil:
			// What takes a message, with nothing else to it, depends on one component.
			p := parts[1-at]
			guards = append(guards, symbolic.Guard{Component: p.Component, Holds: func(w uint32) bool { return len(leadsTo(p.Relation, w)) == 0 }})
		default:
			others = append(others, i)
		}
	}
	bad, err := d.space.Where(d.space.All(), guards)
	for _, i := range others {
		if err != nil || d.space.IsEmpty(bad) {
			break
		}
		var can symbolic.Set
		if can, err = d.space.EnabledIn(bad, i); err == nil {
			bad, err = d.space.Minus(bad, can)
		}
	}
	if err != nil {
		return err
	}
	return d.collect("unspecified-reception", bad, d.watch.observeUnspecified, func(s lts.State) []symbolic.Guard {
		var same []symbolic.Guard
		for _, q := range queues {
			head := d.net.Content(s, q)[0]
			same = append(same, d.head(q, func(m int) bool { return m == head }))
		}
		return same
	})
}

// findWaits looks for roles that wait for one that may fail: their local states tell.
func (d *diagrams) findWaits() error {
	for r := range d.automata.Roles {
		role, c := model.RoleID(r), d.net.RoleComponent(model.RoleID(r))
		known := map[string]bool{}
		for _, v := range d.space.Values(c) {
			s := d.with(c, v)
			control := d.net.Control(s, role)
			if control < 0 || !d.watch.waits[r][control] {
				continue
			}
			on := d.net.Waits(s, role)
			key := fmt.Sprint(control, on)
			if len(on) == 0 || known[key] {
				continue
			}
			known[key] = true
			bad, err := d.space.Where(d.space.All(), []symbolic.Guard{d.role(role, func(s lts.State) bool {
				return d.net.Control(s, role) == control && slices.Equal(d.net.Waits(s, role), on)
			})})
			if err != nil {
				return err
			}
			if err := d.collect("unguarded-wait", bad, d.watch.observeWaits, nil); err != nil {
				return err
			}
		}
	}
	return nil
}

// findArmed looks for timers that are armed at the end.
func (d *diagrams) findArmed() error {
	for _, t := range d.watch.explicit {
		owner := d.automata.Timers[t].Owner
		bad, err := d.space.Where(d.space.All(), []symbolic.Guard{d.role(owner, func(s lts.State) bool {
			return isFinal(d.net, s, owner) && d.net.Armed(s, t)
		})})
		if err != nil {
			return err
		}
		if err := d.collect("timer-leak", bad, d.watch.observeArmed, nil); err != nil {
			return err
		}
	}
	return nil
}

// findOutcomes compares what each two roles know of a scope.
func (d *diagrams) findOutcomes() error {
	for _, scope := range d.watch.scopes {
		for r := range d.automata.Roles {
			for o := range r {
				if err := d.compareOutcomes(scope, model.RoleID(o), model.RoleID(r)); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (d *diagrams) compareOutcomes(scope model.ScopeID, x, y model.RoleID) error {
	for _, a := range d.outcomesOf(scope, x) {
		for _, b := range d.outcomesOf(scope, y) {
			if a.Part == b.Part {
				continue
			}
			bad, err := d.space.Where(d.space.All(), []symbolic.Guard{d.knows(scope, a), d.knows(scope, b)})
			if err != nil {
				return err
			}
			atEnd, err := d.space.Intersect(bad, d.quiet)
			if err != nil {
				return err
			}
			see := func(terminal bool) func(*workerEvidence, int, lts.State) {
				return func(w *workerEvidence, depth int, s lts.State) {
					d.watch.observeOutcomes(w, depth, s, scope, terminal)
				}
			}
			if err := d.collect("handler-agreement", bad, see(false), nil); err != nil {
				return err
			}
			if err := d.collect("handler-agreement", atEnd, see(true), nil); err != nil {
				return err
			}
		}
	}
	return nil
}

// outcomesOf lists what a role may know of a scope.
func (d *diagrams) outcomesOf(scope model.ScopeID, r model.RoleID) []model.Outcome {
	var out []model.Outcome
	c := d.net.RoleComponent(r)
	for _, v := range d.space.Values(c) {
		for _, x := range d.net.Outcomes(d.with(c, v), scope) {
			if x.Role == r && !slices.Contains(out, x) {
				out = append(out, x)
			}
		}
	}
	return out
}

// knows is the guard that a role knows something of a scope.
func (d *diagrams) knows(scope model.ScopeID, x model.Outcome) symbolic.Guard {
	return d.role(x.Role, func(s lts.State) bool { return slices.Contains(d.net.Outcomes(s, scope), x) })
}

// findActions looks at the actions that can happen, for the checks whose evidence is a step.
func (d *diagrams) findActions() error {
	events := map[lts.Action][]int{}
	var actions []lts.Action
	for i, e := range d.loc.Events {
		info := d.net.Action(e.Action)
		is := info.Uncaught && d.on["uncaught-exception"] || !info.Uncaught && (info.Fails || info.PeerFails) && d.on["out-of-range"] ||
			info.Stale && d.on["stale-reception"] || info.Late && d.on["timer-leak"]
		if !is || !d.fired.Test(uint(e.Action)) {
			continue
		}
		if events[e.Action] == nil {
			actions = append(actions, e.Action)
		}
		events[e.Action] = append(events[e.Action], i)
	}
	for _, a := range actions {
		bad, err := d.enabled(d.space, events[a])
		if err != nil {
			return err
		}
		if err := d.collect("", bad, d.watch.observeActions, nil); err != nil {
			return err
		}
	}
	return nil
}

// enabled are the configurations of a space in which one of some events is possible.
func (d *diagrams) enabled(space *symbolic.Space, events []int) (symbolic.Set, error) {
	all, err := space.Minus(space.All(), space.All())
	for _, i := range events {
		if err != nil {
			break
		}
		var here symbolic.Set
		if here, err = space.EnabledIn(space.All(), i); err == nil {
			all, err = space.Union(all, here)
		}
	}
	return all, err
}
