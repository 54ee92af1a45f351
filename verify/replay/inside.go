package replay

import "chorcheck/model"

// Inside is a part of a scope that a role is in.
type Inside struct {
	Scope  model.ScopeID
	Part   int    // 0 the body, i the i-th handler
	Number int    // of the instance, from 1
	Name   string // "pay", "pay, on Declined at Bank"
}

// Inside gives the parts of scopes that a role is in, outermost first; none if it is
// not live.
func (in *Interpreter) Inside(c Config, r model.RoleID) []Inside {
	var parts []Inside
	for s, own := range c.Local[r].Scopes {
		if own.Phase == In {
			parts = append(parts, Inside{model.ScopeID(s), own.Part, own.Number, in.partName(model.ScopeID(s), own.Part)})
		}
	}
	return parts
}

// DescribeMessage puts the message of a step into words: "order(3)", or nothing if
// it has none.
func (in *Interpreter) DescribeMessage(s Step) string {
	if s.Message.Label < 0 {
		return ""
	}
	return in.describeMessage(s.Message)
}
