package verify

import (
	"chorcheck/explore/symbolic"
	"chorcheck/model"
)

// The coverage matrix by diagrams. What can be reached by steps from where a strike leads is a
// question about sets: for each handler, those from which it can be entered; for each role, those
// from which it can end up waiting for ever, which is where it is open and can never move again, or
// fail. A strike meets them or not.

// strikes collects what becomes of the strikes, by cells. The judge is nil if that could not be found out.
func (d *diagrams) strikes(m *matrix) (map[cellKey]*strike, *judge) {
	j := newDirect(m, d.net)
	ends, err := d.ends(j)
	if err != nil {
		j = nil
	}
	found := map[cellKey]*strike{}
	for i := range d.loc.Events {
		action := d.loc.Events[i].Action
		info := d.net.Action(action)
		if !d.fired.Test(uint(action)) {
			continue
		}
		if _, is := m.cell(d.net, d.env, d.net.Init(), info); !is {
			continue
		}
		by := m.placedBy(d.env, info)
		places := map[model.Origin][]uint32{} // values of the role whose next step is the place
		c := d.net.RoleComponent(by)
		for _, v := range d.space.Values(c) {
			p := m.next(d.net, d.with(c, v), by)
			places[p] = append(places[p], v)
		}
		for _, values := range places { // each is a cell: the order does not matter
			k, _ := m.cell(d.net, d.env, d.with(c, values[0]), info)
			if !d.strike(found, k, j, ends, i, c, values) {
				j = nil
			}
		}
	}
	return found, j
}

// placedBy is the role whose local state says at which place a strike is.
func (m *matrix) placedBy(env *model.Environment, info model.ActionInfo) model.RoleID {
	if info.Fault < 0 {
		return info.Role
	}
	if f := env.Faults[info.Fault]; f.Kind == model.Partition {
		return f.Groups[0][0]
	}
	return env.Faults[info.Fault].Role
}

// strike adds what becomes of one event where a component has one of some values. It reports false if that could not be
// found out.
func (d *diagrams) strike(found map[cellKey]*strike, k cellKey, j *judge, ends []symbolic.Set, event, component int, values []uint32) bool {
	among := map[uint32]bool{}
	for _, v := range values {
		among[v] = true
	}
	e := &d.loc.Events[event]
	from, err := d.space.Where(d.space.All(), append(guardsOf(e.Parts), symbolic.Guard{Component: component, Holds: func(v uint32) bool { return among[v] }}))
	if err == nil && d.space.IsEmpty(from) {
		return j != nil
	}
	if found[k] == nil {
		found[k] = &strike{}
	}
	if err != nil || j == nil {
		return false
	}
	defer from.Release()
	s := found[k]
	if s.ends == nil {
		s.ends = make([]uint64, j.size)
	}
	for _, b := range j.direct[e.Action] {
		s.ends[b/64] |= 1 << (b % 64)
	}
	to, err := d.space.Map(from, e.Parts)
	if err != nil {
		return false
	}
	defer to.Release()
	for b, end := range ends {
		if s.ends[b/64]>>(b%64)&1 != 0 {
			continue
		}
		met, err := d.space.Intersect(to, end)
		if err != nil {
			return false
		}
		if !d.space.IsEmpty(met) {
			s.ends[b/64] |= 1 << (b % 64)
		}
		met.Release()
	}
	return true
}

// ends are, by the bits of a judge, the configurations from which what a bit stands for can come about by steps.
func (d *diagrams) ends(j *judge) ([]symbolic.Set, error) {
	events := make([][]int, len(j.m.handlers)+2*j.roles)
	for i := range d.loc.Events {
		e := &d.loc.Events[i]
		if !e.IsStep {
			continue
		}
		for _, b := range j.direct[e.Action] {
			events[b] = append(events[b], i)
		}
	}
	ends := make([]symbolic.Set, len(events))
	for b, list := range events {
		now, err := d.enabled(d.space, list)
		if err != nil {
			return nil, err
		}
		if r := b - len(j.m.handlers); 0 <= r && r < j.roles {
			if now, err = d.waitsForEver(model.RoleID(r), d.stepsOf(model.RoleID(r))); err != nil {
				return nil, err
			}
		}
		if ends[b], err = d.space.CanReach(now, true); err != nil {
			return nil, err
		}
	}
	return ends, nil
}

// waitsForEver are the configurations in which a role is open and can never take part in a step again.
func (d *diagrams) waitsForEver(r model.RoleID, moves []int) (symbolic.Set, error) {
	open, err := d.space.Where(d.space.All(), []symbolic.Guard{d.isOpen(r)})
	if err != nil {
		return open, err
	}
	can, err := d.enabled(d.space, moves)
	if err != nil {
		return can, err
	}
	if can, err = d.space.CanReach(can, true); err != nil {
		return can, err
	}
	return d.space.Minus(open, can)
}
