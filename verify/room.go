package verify

import (
	"fmt"

	"chorcheck/explore/symbolic"
	"chorcheck/lts"
	"chorcheck/model"
)

// What is said about capacities, by diagrams.

// trialWork bounds the work of one trial, in multiples of that of the search, but it is at least leastTrialWork.
const (
	trialWork      = 4
	leastTrialWork = 200_000
)

// try does for diagrams what the verifier's does for single configurations.
func (d *diagrams) try(a *model.Automata, deadlock bool) (good, complete bool) {
	net, err := model.NewLocalNetwork(d.ctx, a, model.NetworkOptions{Environment: d.env, KeepCrashed: d.opt.KeepCrashed, MostContents: d.opt.mostContents})
	if err != nil {
		return false, false
	}
	loc, err := net.Locality(d.ctx)
	if err != nil {
		return false, false
	}
	x := &diagrams{verifier: &verifier{ctx: d.ctx, automata: a, net: net}, loc: loc, scratch: make(lts.State, net.Width())}
	x.space, err = symbolic.Reach(d.ctx, net, loc, symbolic.Options{
		Order: symbolic.Orders(loc)[0].Components, Memory: d.memory(), Work: max(leastTrialWork, trialWork*d.work),
	})
	if err != nil {
		return false, false
	}
	defer x.close()
	if !deadlock {
		for _, w := range loc.Watches {
			blocked, err := x.space.Where(x.space.All(), guardsOf(w.Parts))
			if err != nil || !x.space.IsEmpty(blocked) {
				return false, err == nil
			}
		}
		return true, true
	}
	bad, err := x.deadlocks()
	return err == nil && x.space.IsEmpty(bad), err == nil
}

// deadlocks has the configurations in which no step is possible, and not all live roles have come to an end.
// It notes the quiet ones.
func (d *diagrams) deadlocks() (symbolic.Set, error) {
	can, err := d.space.CanStep(d.space.All(), true)
	if err != nil {
		return can, err
	}
	if d.quiet, err = d.space.Minus(d.space.All(), can); err != nil {
		return can, err
	}
	good, err := d.finals(d.quiet)
	if err != nil {
		return good, err
	}
	return d.space.Minus(d.quiet, good)
}

// exhaustivity does for diagrams what the verifier's does for single configurations.
func (d *diagrams) exhaustivity() string {
	for r := range d.automata.Roles {
		role := model.RoleID(r)
		watches := map[int][]lts.Event{} // by queue
		for _, w := range d.loc.Watches {
			if info := d.net.Action(w.Action); info.Role == role {
				watches[info.Queue] = append(watches[info.Queue], w)
			}
		}
		if len(watches) == 0 {
			continue
		}
		others := d.space.Choose(func(event int) bool {
			e := &d.loc.Events[event]
			info := d.net.Action(e.Action)
			return e.IsStep && info.Role != role && info.Peer != role
		})
		defer others.Release()
		for q := range d.net.Queues() {
			if len(watches[q]) == 0 {
				continue
			}
			blocked, err := d.neverFreed(q, others, watches[q])
			if err != nil {
				return d.notExamined(err)
			}
			if blocked {
				return d.notExhaustive(role, queueName(d.net, q))
			}
		}
	}
	return isExhaustive
}

// neverFreed reports whether one of some sends is blocked in a configuration from which the others never make room in
// its queue.
func (d *diagrams) neverFreed(q int, others *symbolic.Choice, sends []lts.Event) (bool, error) {
	room, err := d.space.Where(d.space.All(), []symbolic.Guard{d.room(q)})
	if err != nil {
		return false, err
	}
	defer room.Release()
	free, err := others.CanReach(room)
	if err != nil {
		return false, err
	}
	defer free.Release()
	full, err := d.space.Minus(d.space.All(), free)
	if err != nil || d.space.IsEmpty(full) {
		return false, err
	}
	for _, w := range sends {
		blocked, err := d.space.Where(full, guardsOf(w.Parts))
		if err != nil || !d.space.IsEmpty(blocked) {
			return err == nil, err
		}
	}
	return false, nil
}

func (d *diagrams) notExamined(err error) string {
	if d.ctx.Err() != nil {
		return "whether the bound is exhaustive was not examined: " + d.stopped()
	}
	return fmt.Sprintf("whether the bound is exhaustive was not examined: %v", err)
}

// room is the guard that there is room for one more message in a queue.
func (d *diagrams) room(q int) symbolic.Guard {
	c := d.net.QueueComponent(q)
	if d.net.IsRow(q) {
		return symbolic.Guard{Component: c, Row: d.net.RoomPass()}
	}
	capacity := d.net.Queue(q).Capacity
	return symbolic.Guard{Component: c, Holds: func(v uint32) bool { return len(d.net.Content(d.with(c, v), q)) < capacity }}
}
