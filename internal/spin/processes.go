package spin

import (
	"fmt"
	"strings"

	"chorcheck/model"
)

// Processes writes automata as SPIN's users would: each machine is a process whose
// control location is its local state, and each queue is a channel that is declared to have one
// reader and one writer. That is what SPIN's partial-order reduction needs, and it is
// the faster of the two forms. Only automata with internal steps and plain messages in
// fifo queues can be written so; ok tells whether these can.
func Processes(a *model.Automata) (text string, ok bool) {
	if a.Channels.Default.Discipline != model.FIFO || len(a.Vars) > 0 {
		return "", false
	}
	for _, c := range a.Channels.Pairs {
		if c.Discipline != model.FIFO {
			return "", false
		}
	}
	sends, receives := map[model.Pair]bool{}, map[model.Pair]bool{}
	for r, m := range a.Machines {
		for _, t := range m.Transitions {
			switch t.Kind {
			case model.Send:
				sends[model.Pair{From: model.RoleID(r), To: t.Peer}] = true
			case model.Receive:
				receives[model.Pair{From: t.Peer, To: model.RoleID(r)}] = true
			case model.Internal:
			default:
				return "", false
			}
		}
	}
	var b strings.Builder
	for from := range a.Roles {
		for to := range a.Roles {
			p := model.Pair{From: model.RoleID(from), To: model.RoleID(to)}
			if sends[p] || receives[p] {
				fmt.Fprintf(&b, "chan %s = [%d] of { byte };\n", channel(p.From, p.To), a.Channels.Of(p.From, p.To).Capacity)
			}
		}
	}
	if len(a.Labels) > 255 {
		return "", false
	}
	for r, m := range a.Machines {
		location := func(s int) string { return location(a, model.RoleID(r), s) }
		fmt.Fprintf(&b, "active proctype role%d()\n{\n", r)
		for peer := range a.Roles {
			out, in := model.Pair{From: model.RoleID(r), To: model.RoleID(peer)}, model.Pair{From: model.RoleID(peer), To: model.RoleID(r)}
			if sends[out] {
				fmt.Fprintf(&b, "  xs %s;\n", channel(out.From, out.To))
			}
			if receives[in] {
				fmt.Fprintf(&b, "  xr %s;\n", channel(in.From, in.To))
			}
		}
		if m.Initial != 0 {
			return "", false // a jump to the first location would be a step of its own
		}
		for s := range m.States {
			fmt.Fprintf(&b, "%s:\n  if\n", location(s))
			leaves := false
			for _, t := range m.Transitions {
				if t.From != s {
					continue
				}
				leaves = true
				switch t.Kind {
				case model.Send:
					fmt.Fprintf(&b, "  :: %s!%d", channel(model.RoleID(r), t.Peer), t.Label)
				case model.Receive:
					fmt.Fprintf(&b, "  :: %s?%d", channel(t.Peer, model.RoleID(r)), t.Label)
				default:
					fmt.Fprint(&b, "  :: true")
				}
				fmt.Fprintf(&b, " -> goto %s\n", location(t.To))
			}
			if !leaves {
				fmt.Fprint(&b, "  :: false\n") // at the end of its text, a process would go away by a step
			}
			fmt.Fprint(&b, "  fi;\n")
		}
		fmt.Fprint(&b, "}\n")
	}
	return b.String(), true
}

// channel is the name of a queue.
func channel(from, to model.RoleID) string { return fmt.Sprintf("c%d_%d", from, to) }

// location is the label of a local state. It tells SPIN whether a role may stay there for good.
func location(a *model.Automata, r model.RoleID, state int) string {
	if a.Machines[r].States[state].Final {
		return fmt.Sprintf("end_%d", state)
	}
	return fmt.Sprintf("at_%d", state)
}
