package verify

import (
	"slices"

	"chorcheck/explore/symbolic"
	"chorcheck/lts"
	"chorcheck/model"
)

// What runs come to, by diagrams. Where nothing ends, the bottom components are found one
// by one: from some configuration on, what it can reach and what can reach it are
// compared; if all that it can reach can come back, that is one, and if not, what cannot is looked
// at next. All that can come to a component is then left out.

// mostComponents bounds the components that are found one by one; if there are more, only those are looked for that
// are evidence (see wrong.go).
const mostComponents = 200

// one is the set of one configuration.
func (d *diagrams) one(s lts.State) (symbolic.Set, error) {
	var guards []symbolic.Guard
	for i, c := range d.loc.Components {
		v := c.Read(s)
		guards = append(guards, symbolic.Guard{Component: i, Holds: func(w uint32) bool { return w == v }})
	}
	return d.space.Where(d.space.All(), guards)
}

// components looks for evidence in the bottom components that are not trivial.
func (d *diagrams) components() error {
	on := d.on
	if !on["stuck"] && !on["livelock"] && !on["orphan-message"] && !on["no-termination"] && !on["silent-survivor"] {
		return nil
	}
	if err := d.noteOpen(); err != nil {
		return err
	}
	var err error
	if d.ending, err = d.space.CanReach(d.quiet, true); err != nil {
		return err
	}
	endless, err := d.space.Minus(d.space.All(), d.ending)
	if err != nil {
		return err
	}
	c := newComponents(d.verifier)
	for k := 0; !d.space.IsEmpty(endless); k++ {
		if k == d.opt.components() {
			return d.wrong(c, endless)
		}
		if endless, err = d.leaveOut(c, endless); err != nil {
			return err
		}
	}
	return nil
}

// leaveOut visits a bottom component in a set that no step leaves, and leaves out all that can come to it.
func (d *diagrams) leaveOut(c *components, a symbolic.Set) (symbolic.Set, error) {
	bottom, err := d.bottomIn(a)
	if err != nil {
		return a, err
	}
	if err := d.visit(c, bottom); err != nil {
		return a, err
	}
	leading, err := d.space.CanReach(bottom, true)
	if err != nil {
		return a, err
	}
	return d.space.Minus(a, leading)
}

// bottomIn finds a bottom component in a set that no step leaves.
func (d *diagrams) bottomIn(a symbolic.Set) (symbolic.Set, error) {
	for {
		seed, err := d.one(d.space.Pick(a))
		if err != nil {
			return a, err
		}
		after, err := d.space.From(seed, true)
		if err != nil {
			return a, err
		}
		before, err := d.space.CanReach(seed, true)
		if err != nil {
			return a, err
		}
		rest, err := d.space.Minus(after, before)
		if err != nil || d.space.IsEmpty(rest) {
			return after, err
		}
		a = rest
	}
}

// visit adds the evidence of one component.
func (d *diagrams) visit(c *components, bottom symbolic.Set) error {
	final, err := d.finals(bottom)
	if err != nil {
		return err
	}
	act := newActivity(d.net)
	act.final = !d.space.IsEmpty(final)
	fired, err := d.space.FiredIn(bottom)
	if err != nil {
		return err
	}
	act.addFired(d.net, fired)
	s := d.space.Pick(bottom)
	found := evidence{}
	c.report(&act, s, 0, found.add, func(r model.RoleID) { d.survivor(r) })
	if len(found) == 0 {
		return nil
	}
	// What would be the same if it were forgotten is as good as the component.
	alike, err := d.alike(bottom)
	if err != nil {
		return err
	}
	run, err := d.runTo("", alike)
	if err != nil {
		return err
	}
	d.exhibit(run, func(w *workerEvidence, depth int, s lts.State) {
		c.report(&act, s, depth, w.add, func(model.RoleID) {})
	})
	return nil
}

// noteOpen notes the roles that are open at some end.
func (d *diagrams) noteOpen() error {
	if !d.on["silent-survivor"] {
		return nil
	}
	for r := range d.automata.Roles {
		open, err := d.space.Where(d.quiet, []symbolic.Guard{d.isOpen(model.RoleID(r))})
		if err != nil {
			return err
		}
		if !d.space.IsEmpty(open) {
			d.survivor(model.RoleID(r)).ends = true
		}
	}
	return nil
}

// findSilent is the second phase of silent-survivor: what a role has heard is one more component,
// which changes with the steps and hinders none.
func (d *diagrams) findSilent() error {
	if !d.on["silent-survivor"] || d.notApplicable("silent-survivor") != "" {
		return nil
	}
	for r := range d.automata.Roles {
		role := model.RoleID(r)
		if d.survivors[role] != nil && d.canHear(role) {
			if err := d.findSilentRole(role); err != nil {
				return err
			}
		}
	}
	return nil
}

// canHear reports whether something happens that a role may have to hear of.
func (d *diagrams) canHear(r model.RoleID) bool {
	for a := range d.net.Actions() {
		if d.fired.Test(uint(a)) && isNews(d.net, d.net.Action(lts.Action(a)), r) {
			return true
		}
	}
	return false
}

// What a role has heard of failures.
const (
	nothingHappened uint32 = iota
	unheardOf
	heardOf
)

// hearing is a network beside what one of its roles has heard: one more word.
type hearing struct {
	*diagrams
	role model.RoleID
}

// Width implements lts.System.
func (h hearing) Width() int { return h.net.Width() + 1 }

// Actions implements lts.System.
func (h hearing) Actions() int { return h.net.Actions() }

// Init implements lts.System.
func (h hearing) Init() lts.State { return append(h.net.Init(), uint64(nothingHappened)) }

// Next implements lts.System.
func (h hearing) Next(s lts.State, out *lts.Steps) lts.Marks {
	n := h.net.Width()
	steps := lts.NewSteps(n)
	marks := h.net.Next(s[:n:n], steps)
	for i, a := range steps.Actions {
		t := out.Append(a, s)
		copy(t, steps.Target(i))
		t[n] = uint64(h.hears(h.net.Action(a), h.role, uint32(s[n])))
	}
	return marks
}

// hears is what a role has heard after an action.
func (d *diagrams) hears(info model.ActionInfo, role model.RoleID, before uint32) uint32 {
	after := before
	if before == nothingHappened && isNews(d.net, info, role) {
		after = unheardOf
	}
	if after == unheardOf && hearsOf(d.net, info, role) {
		after = heardOf
	}
	return after
}

// listen adds what a role has heard to a locality, as the last component.
func (d *diagrams) listen(role model.RoleID) *lts.Locality {
	at := d.net.Width()
	loc := *d.loc
	loc.Components = append(loc.Components[:len(loc.Components):len(loc.Components)], lts.Component{
		Name: "heard", Read: func(s lts.State) uint32 { return uint32(s[at]) }, Write: func(s lts.State, v uint32) { s[at] = uint64(v) },
	})
	relations := map[[3]uint32]*lts.Relation{}
	loc.Events = make([]lts.Event, len(d.loc.Events))
	for i, e := range d.loc.Events {
		info := d.net.Action(e.Action)
		var to [3]uint32
		for from := range to {
			to[from] = d.hears(info, role, uint32(from))
		}
		if to != [...]uint32{nothingHappened, unheardOf, heardOf} {
			if relations[to] == nil {
				relations[to] = &lts.Relation{Pairs: []lts.Pair{{From: 0, To: to[0]}, {From: 1, To: to[1]}, {From: 2, To: to[2]}}}
			}
			e.Parts = append(e.Parts[:len(e.Parts):len(e.Parts)], lts.Part{Component: len(d.loc.Components), Relation: relations[to]})
		}
		loc.Events[i] = e
	}
	return &loc
}

// findSilentRole looks for configurations in which a role waits for ever and has
// not heard of a failure. That it waits is seen without the component.
func (d *diagrams) findSilentRole(role model.RoleID) error {
	bad, err := d.waitsOn(role)
	if err != nil || d.space.IsEmpty(bad) {
		return err
	}
	if len(d.evidence["silent-survivor"]) >= d.most {
		d.more["silent-survivor"] = true
		return nil
	}
	loc := d.listen(role)
	o := symbolic.Options{Order: append(slices.Clone(d.orderOf), len(d.loc.Components)), Memory: d.memory(), DistanceNodes: mostHearingNodes}
	sys := hearing{d, role}
	space, err := symbolic.Reach(d.ctx, sys, loc, o)
	if err != nil {
		return err
	}
	defer space.Close()
	if bad, err = space.Import(d.space, bad); err != nil {
		return err
	}
	if bad, err = space.Intersect(bad, space.All()); err != nil {
		return err
	}
	bad, err = space.Where(bad, []symbolic.Guard{{Component: len(d.loc.Components), Holds: func(v uint32) bool { return v == unheardOf }}})
	if err != nil {
		return err
	}
	x := *d
	x.sys, x.space, x.loc = sys, space, loc
	err = x.collect("silent-survivor", bad, func(w *workerEvidence, depth int, s lts.State) {
		w.add(&exhibit{check: "silent-survivor", cause: place(d.net, s, role), depth: depth, state: s, role: role})
	}, func(s lts.State) []symbolic.Guard {
		control := d.net.Control(s, role)
		return []symbolic.Guard{d.role(role, func(t lts.State) bool { return d.net.Control(t, role) == control })}
	})
	return err
}

// waitsOn are the configurations with a role that is open and is never to move again, be it that all have come to an end or that
// others go on for ever.
func (d *diagrams) waitsOn(role model.RoleID) (symbolic.Set, error) {
	stuck, err := d.waitsForEver(role, d.stepsOf(role))
	if err != nil {
		return stuck, err
	}
	ended, err := d.space.Intersect(stuck, d.quiet)
	if err != nil {
		return ended, err
	}
	if stuck, err = d.space.Minus(stuck, d.ending); err != nil || !d.survivors[role].ends {
		return stuck, err
	}
	return d.space.Union(stuck, ended)
}

// takesPart reports whether a role takes part in a step.
func takesPart(info model.ActionInfo, r model.RoleID) bool { return info.Role == r || info.Peer == r }
