package symbolic

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"chorcheck/internal/bug"
	"chorcheck/lts"
)

// Path is a shortest run from the initial configuration to some member of the target: the
// configurations that it passes, with both ends. It is nil if there is no such run. More
// than maxLayers events, or more memory or nodes than allowed, are an [ErrLayers].
//
// It goes from layer to layer, breadth first, which usually needs many more nodes than
// the search. The layers are kept for the next path.
func (sp *Space) Path(ctx context.Context, target Set, maxLayers int) (path []lts.State, err error) {
	goal := sp.node(target)
	before := sp.ctx
	sp.ctx = ctx
	var kept []Set
	defer func() {
		sp.ctx = before
		for _, s := range kept {
			s.Release()
		}
		if err != nil {
			path = nil
		}
		if errors.Is(err, ErrMemory) {
			err = fmt.Errorf("%w: %w", ErrLayers, ErrMemory)
		}
	}()
	defer sp.rescue(&err)
	f := sp.forest
	keep := func(n node) node {
		kept = append(kept, sp.set(n))
		return n
	}
	if keep(f.intersect(sp.all.root.node, goal)) == nothing {
		return nil, nil
	}

	at := 0
	for {
		if at > maxLayers {
			return nil, ErrLayers
		}
		if err := ctx.Err(); err != nil && at > 0 {
			return nil, err
		}
		if at == len(sp.layers) {
			if limit := sp.opt.LayerNodes; limit > 0 && sp.layerNodes > limit {
				return nil, ErrLayers
			}
			made := f.made
			sp.addLayer()
			sp.layerNodes += f.made - made
		}
		if f.intersect(sp.layers[at].root.node, goal) != nothing {
			break
		}
		at++
	}

	y := sp.exactly(backward)
	found := keep(f.intersect(sp.layers[at].root.node, goal))
	for ; ; at-- {
		values := sp.least(found)
		path = append(path, sp.state(values))
		if at == 0 {
			break
		}
		found = keep(y.imageAll(keep(sp.single(values)), sp.layers[at-1].root.node))
		if found == nothing {
			bug.Panicf("symbolic: a member of a layer has no predecessor")
		}
	}
	slices.Reverse(path)
	return path, nil
}

// addLayer makes the next layer: what is first reached by so many events. Layers are
// kept for other paths.
func (sp *Space) addLayer() {
	f := sp.forest
	if len(sp.layers) == 0 {
		sp.layers, sp.layered = []Set{sp.set(sp.initial.root.node)}, sp.set(sp.initial.root.node)
		return
	}
	base := len(f.stack)
	last := sp.layers[len(sp.layers)-1].root.node
	f.push(0, sp.exactly(forward).imageAll(last, anything))
	next := f.minus(f.stack[base].child, sp.layered.root.node)
	if next == nothing {
		bug.Panicf("symbolic: no layer meets a target that can be reached")
	}
	f.push(0, next)
	sp.layered.root.node = f.union(sp.layered.root.node, next)
	sp.layers = append(sp.layers, sp.set(next))
	f.stack = f.stack[:base]
}
