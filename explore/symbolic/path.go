package symbolic

import (
	"context"

	"chorcheck/lts"
)

// Path is a shortest run from the initial configuration to some member of the target: the
// configurations that it passes, with both ends. It is nil if there is no such run. Distances are
// computed once for all paths; if that takes more than Options.DistanceNodes, the error is [ErrFar].
func (sp *Space) Path(ctx context.Context, target Set) (path []lts.State, err error) {
	goal := sp.node(target)
	before := sp.ctx
	sp.ctx = ctx
	defer func() { sp.ctx = before }()
	defer sp.rescue(&err)
	if goal == nothing {
		return nil, nil
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if sp.distances == nil && !sp.far {
		if sp.distances, err = newDistances(sp); err != nil {
			sp.far = err == ErrFar
			return nil, err
		}
	}
	if sp.far {
		return nil, ErrFar
	}
	return sp.distances.shortest(goal)
}
