package twin

import (
	"fmt"
	"slices"

	"chorcheck/model"
)

// faults lists the strikes of the environment, and the links that come back.
func (x *System) faults(c *config) []step {
	var out []step
	for i, f := range x.env.Faults {
		if c.down[i] {
			d := c.clone()
			d.down[i] = false
			out = append(out, step{to: d, what: "the link comes back", fault: true})
		}
		if !x.allowed(c, f) || !x.during(c, f) {
			continue
		}
		for _, s := range x.strike(c, i, f) {
			s.to.used[f.Kind]++
			s.what, s.fault = fmt.Sprintf("%s: %s", f.Kind, s.what), true
			out = append(out, s)
		}
	}
	return out
}

func (x *System) allowed(c *config, f model.Fault) bool {
	all := 0
	for _, n := range c.used {
		all += n
	}
	limit, limited := x.env.Limits[f.Kind]
	return (x.env.Limit < 0 || all < x.env.Limit) && (!limited || c.used[f.Kind] < limit)
}

// during reports whether the struck role is in one of the scopes that the fault is limited to.
func (x *System) during(c *config, f model.Fault) bool {
	if f.During == nil {
		return true
	}
	struck := []model.RoleID{f.Role}
	if f.Kind == model.Disconnect {
		struck = append(struck, f.Peer)
	}
	if f.Kind == model.Partition {
		struck = slices.Concat(f.Groups...)
	}
	return slices.ContainsFunc(struck, func(r model.RoleID) bool {
		return c.roles[r].condition == live && slices.ContainsFunc(x.machines[r].in(c.roles[r].local), func(p model.PositionID) bool {
			return slices.ContainsFunc(x.s.Chain(p), func(q model.PositionID) bool {
				return slices.Contains(f.During, x.s.Positions[q].Scope)
			})
		})
	})
}

func (x *System) strike(c *config, index int, f model.Fault) []step {
	switch f.Kind {
	case model.Crash, model.Silence:
		if c.roles[f.Role].condition != live {
			return nil
		}
		d := c.clone()
		to := crashed
		if f.Kind == model.Silence {
			to = silenced
		}
		d.roles[f.Role] = roleState{condition: to, status: make(statuses, len(x.s.Scopes)), noticed: make([]bool, len(x.machines))}
		for q := range d.queues {
			if x.receiver(q) == f.Role {
				d.queues[q] = nil
			}
		}
		return []step{{to: d, what: x.names[f.Role]}}
	case model.Loss, model.Duplicate, model.Reorder:
		return x.links(c, f)
	case model.Disconnect, model.Partition:
		if c.down[index] {
			return nil
		}
		d := c.clone()
		d.down[index] = true
		return []step{{to: d}}
	case model.RaiseFault:
		var out []step
		if c.roles[f.Role].condition == live {
			for _, t := range x.machines[f.Role].transitions(c.roles[f.Role].local) {
				if t.kind == model.EndRaise && t.exception == f.Exception {
					out = append(out, x.own(c, f.Role, t))
				}
			}
		}
		return out
	case model.Stray:
		return x.strays(c, f)
	}
	return nil
}

// links are the faults that strike a message which is being sent.
func (x *System) links(c *config, f model.Fault) []step {
	r := f.Role
	if c.roles[r].condition != live || len(x.discards(c, r)) > 0 || x.gone(c, r, f.Peer) {
		return nil
	}
	var out []step
	for _, t := range x.machines[r].transitions(c.roles[r].local) {
		if t.kind != model.Send || t.peer != f.Peer {
			continue
		}
		d, m := x.outgoing(c, r, t)
		what := x.message(m)
		if x.channel.Discipline == model.Sync {
			if f.Kind == model.Loss {
				out = append(out, step{to: d, what: what})
			}
			continue
		}
		q := x.queue(r, f.Peer)
		n, room := len(c.queues[q]), x.channel.Capacity-len(c.queues[q])
		switch {
		case room < 1:
		case f.Kind == model.Loss:
			out = append(out, step{to: d, what: what})
		case f.Kind == model.Duplicate && room >= 2:
			out = append(out, step{to: put(d, q, n, m, m), what: what})
		case f.Kind == model.Reorder && x.channel.Discipline != model.Bag:
			seen := map[string]bool{fmt.Sprint(put(d, q, n, m).queues): true}
			for at := range n {
				e := put(d, q, at, m)
				if key := fmt.Sprint(e.queues); !seen[key] {
					seen[key] = true
					out = append(out, step{to: e, what: what})
				}
			}
		}
	}
	return out
}

func (x *System) strays(c *config, f model.Fault) []step {
	m := message{from: f.Role, to: f.Peer, label: f.Label}
	what := x.message(m)
	k := c.roles[f.Peer].condition
	switch {
	case x.channel.Discipline == model.Sync:
		var out []step
		if k == live {
			for _, t := range x.machines[f.Peer].transitions(c.roles[f.Peer].local) {
				if x.accepts(c, f.Peer, t, m) {
					d, broken := x.take(c, f.Peer, t, m)
					out = append(out, step{to: d, what: what, broken: broken})
				}
			}
		}
		return out
	case k == crashed || k == silenced:
		return []step{{to: c.clone(), what: what}}
	}
	q := x.queue(f.Role, f.Peer)
	if len(c.queues[q]) >= x.channel.Capacity {
		return nil
	}
	return []step{{to: put(c, q, len(c.queues[q]), m), what: what}}
}
