package verify

import "chorcheck/model"

// Coverage is the failure coverage matrix: what becomes of each fault, at each
// place where it strikes. docs/coverage.md defines it.
type Coverage struct {
	Cells []CoverageCell // by fault kind, role and place
}

// CoverageCell is one kind of fault striking one role at one place.
type CoverageCell struct {
	Fault   string       // crash, silence, loss, duplicate, reorder, disconnect, partition, raise, stray, timeout, exception
	Detail  string       // the exception or timer, for raise, exception and timeout; the label of a stray message
	Role    model.RoleID // whom it strikes; for a message its sender
	Peer    model.RoleID // of a message its receiver; else -1
	Place   model.Origin // the interaction at which it strikes: the message, or what the role would do next; 0: at its end
	Strikes []Strike     // one for each environment in which it was seen, in their order
}

// Strike says what became of a cell in one environment.
type Strike struct {
	Environment string
	Status      CoverageStatus
	Handlers    []model.HandlerRef // that can be entered afterwards because of it, ascending
	Finding     string             // for Unhandled and Partial: what goes wrong, in words
}

// CoverageStatus says how well a strike is handled.
type CoverageStatus int

// The statuses, best first.
const (
	Handled   CoverageStatus = iota // a handler can be entered, and no run ends badly
	Tolerated                       // no handler is entered, and no run ends badly
	Partial                         // a handler can be entered, but some run ends badly all the same
	Unhandled                       // no handler is entered, and some run ends badly
	Unjudged                        // the search was not complete, or too large to judge
)

func (s CoverageStatus) String() string {
	return [...]string{"handled", "tolerated", "partial", "unhandled", "unjudged"}[s]
}

// Percent is the share of cells, over all environments, whose strikes are all
// handled or tolerated: 100 if there are none.
func (c *Coverage) Percent() float64 {
	if c == nil || len(c.Cells) == 0 {
		return 100
	}
	good := 0
	for _, cell := range c.Cells {
		ok := true
		for _, s := range cell.Strikes {
			ok = ok && s.Status <= Tolerated
		}
		if ok {
			good++
		}
	}
	return 100 * float64(good) / float64(len(c.Cells))
}
