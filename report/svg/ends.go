package svg

import (
	"slices"
	"strings"

	"chorcheck/model"
	"chorcheck/verify"
)

// end adds what is known of the last configuration.
func (b *builder) end(f verify.Finding) {
	c := b.chart
	lane := map[string]int{}
	for i, l := range c.Lanes {
		lane[l.Name] = i
	}
	c.Ends = make([]End, len(c.Lanes))
	for i, r := range f.Final.Roles {
		if i >= len(c.Ends) {
			break
		}
		end := End{Inside: r.In, State: "state " + r.State}
		if len(r.Variables) > 0 {
			end.State += ", " + strings.Join(r.Variables, ", ")
		}
		for _, w := range r.Waits {
			on, known := lane[w.On]
			if !known {
				on = -1
			}
			end.Waits = append(end.Waits, Wait{w.For, on})
		}
		isBlocked := slices.ContainsFunc(f.Blocked, func(x verify.Blocked) bool { return x.Role == model.RoleID(i) })
		switch {
		case r.Failed:
			end.State = ""
			switch r.Status.String() {
			case "crashed":
				end.Status = Crashed
			case "silenced":
				end.Status = Silenced
			default:
				end.Status = Failed
			}
		case isBlocked:
			end.Status = Blocked
		case len(r.Waits) > 0 && !r.Final:
			end.Status = Waiting
		case r.Final:
			end.Status = Done
		}
		c.Ends[i] = end
	}
	for _, q := range f.Final.Queues {
		c.Queues = append(c.Queues, Queue{q.Name, q.Messages, q.Capacity > 0 && len(q.Messages) >= q.Capacity})
	}
	c.Links, c.Circle = f.Final.Links, f.Final.Cycle
	var untold []string
	for _, r := range f.Untold {
		if b.valid(r) {
			untold = append(untold, b.Automata.Roles[r].Name)
		}
	}
	if len(untold) > 0 {
		c.Notes = append(c.Notes, "never told of it: "+strings.Join(untold, ", "))
	}
	if f.Loop != "" {
		c.Notes = append(c.Notes, "for ever: "+f.Loop)
	}
}
