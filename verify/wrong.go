package verify

import (
	"chorcheck/explore/symbolic"
	"chorcheck/lts"
	"chorcheck/model"
)

// Where there are very many bottom components, as when many roles end in one of several ways and others
// go on for ever, those with evidence are found by what is wrong with them. Each check on
// continuations is about configurations from which something can never happen again; these are
// a set that no step leaves, and the bottom components in it are the evidence.

// components is how many components are found one by one.
func (opt *Options) components() int {
	switch opt.mostComponents {
	case 0:
		return mostComponents
	case -1:
		return 0
	}
	return opt.mostComponents
}

// wrong looks for the bottom components with evidence, in a set that no step leaves and in which nothing ends.
func (d *diagrams) wrong(c *components, endless symbolic.Set) error {
	stays := func(find func() (symbolic.Set, error)) (symbolic.Set, error) {
		a, err := find()
		if err != nil {
			return a, err
		}
		return d.space.Intersect(a, endless)
	}
	look := func(check string, a symbolic.Set) error {
		for k := 0; !d.space.IsEmpty(a); k++ {
			if k >= d.most {
				d.more[check] = true
				return nil
			}
			var err error
			if a, err = d.leaveOut(c, a); err != nil {
				return err
			}
		}
		return nil
	}
	for r := range d.automata.Roles {
		role := model.RoleID(r)
		waits, err := stays(func() (symbolic.Set, error) { return d.waitsForEver(role, d.stepsOf(role)) })
		if err != nil {
			return err
		}
		if d.space.IsEmpty(waits) {
			continue
		}
		if d.on["silent-survivor"] {
			d.survivor(role)
		}
		if d.on["stuck"] {
			if err := look("stuck", waits); err != nil {
				return err
			}
		}
	}
	unfinished, err := stays(func() (symbolic.Set, error) {
		final, err := d.finals(d.space.All())
		if err != nil {
			return final, err
		}
		return d.never(final)
	})
	if err != nil {
		return err
	}
	if c.ends && d.on["no-termination"] {
		if err := look("no-termination", unfinished); err != nil {
			return err
		}
	}
	if d.on["livelock"] {
		deaf, err := d.neverBy(func(info model.ActionInfo) bool { return receives(d.automata, info) })
		if err == nil {
			deaf, err = d.space.Intersect(deaf, unfinished)
		}
		if err != nil {
			return err
		}
		if err := look("livelock", deaf); err != nil {
			return err
		}
	}
	if !d.on["orphan-message"] {
		return nil
	}
	for q := range d.net.Queues() {
		a, err := stays(func() (symbolic.Set, error) { return d.neglected(q) })
		if err != nil {
			return err
		}
		if err := look("orphan-message", a); err != nil {
			return err
		}
	}
	return nil
}

// stepsOf lists the steps, as events, in which a role takes part.
func (d *diagrams) stepsOf(r model.RoleID) []int {
	return d.stepsThat(func(info model.ActionInfo) bool { return takesPart(info, r) })
}

func (d *diagrams) stepsThat(is func(model.ActionInfo) bool) []int {
	var out []int
	for i := range d.loc.Events {
		if e := &d.loc.Events[i]; e.IsStep && is(d.net.Action(e.Action)) {
			out = append(out, i)
		}
	}
	return out
}

// never are the configurations from which steps lead to no member of a set.
func (d *diagrams) never(a symbolic.Set) (symbolic.Set, error) {
	can, err := d.space.CanReach(a, true)
	if err != nil {
		return can, err
	}
	return d.space.Minus(d.space.All(), can)
}

// neverBy are the configurations from which no step of a kind can ever be taken.
func (d *diagrams) neverBy(is func(model.ActionInfo) bool) (symbolic.Set, error) {
	now, err := d.enabled(d.space, d.stepsThat(is))
	if err != nil {
		return now, err
	}
	return d.never(now)
}

// neglected are the configurations with a message in a queue that is never taken, though its receiver has come to its
// end, or goes on for ever.
func (d *diagrams) neglected(q int) (symbolic.Set, error) {
	info := d.net.Queue(q)
	still, err := d.neverBy(func(x model.ActionInfo) bool { return takesPart(x, info.To) })
	if err != nil {
		return still, err
	}
	ended, err := d.space.Where(still, []symbolic.Guard{d.role(info.To, func(s lts.State) bool {
		return d.net.Control(s, info.To) >= 0 && isFinal(d.net, s, info.To)
	})})
	if err != nil {
		return ended, err
	}
	busy, err := d.never(still)
	if err != nil {
		return busy, err
	}
	if busy, err = d.space.Where(busy, []symbolic.Guard{d.role(info.To, func(s lts.State) bool { return d.net.Control(s, info.To) >= 0 })}); err != nil {
		return busy, err
	}
	if busy, err = d.space.Union(busy, ended); err != nil {
		return busy, err
	}
	left, err := d.space.Minus(busy, busy)
	if err != nil {
		return left, err
	}
	add := func(taken func(model.ActionInfo) bool, content symbolic.Guard) error {
		a, err := d.neverBy(taken)
		if err == nil {
			a, err = d.space.Intersect(a, busy)
		}
		if err == nil {
			a, err = d.space.Where(a, []symbolic.Guard{content})
		}
		if err == nil {
			left, err = d.space.Union(left, a)
		}
		return err
	}
	if !info.Bag {
		return left, add(func(x model.ActionInfo) bool { return takes(x) && x.Queue == q }, d.head(q, whatever))
	}
	for _, kind := range d.kindsIn(q) {
		err := add(
			func(x model.ActionInfo) bool { return takes(x) && kindOf(d.net, x.Message) == kind },
			d.holding(q, kind),
		)
		if err != nil {
			return left, err
		}
	}
	return left, nil
}

// kindsIn lists the kinds of messages that are ever in a queue, a bag.
func (d *diagrams) kindsIn(q int) []int {
	var out []int
	c := d.net.QueueComponent(q)
	known := map[int]bool{}
	for _, v := range d.space.Values(c) {
		for _, m := range d.net.Content(d.with(c, v), q) {
			if k := kindOf(d.net, m); !known[k] {
				known[k] = true
				out = append(out, k)
			}
		}
	}
	return out
}

// holding is the guard that a bag has a message of a kind.
func (d *diagrams) holding(q, kind int) symbolic.Guard {
	c := d.net.QueueComponent(q)
	return symbolic.Guard{Component: c, Holds: func(v uint32) bool {
		for _, m := range d.net.Content(d.with(c, v), q) {
			if kindOf(d.net, m) == kind {
				return true
			}
		}
		return false
	}}
}
