package symbolic

import (
	"context"
	"encoding/binary"

	"chorcheck/internal/bug"
	"chorcheck/lts"
)

// Walk is some run from the initial configuration to a member of the target; it is nil if
// there is none. It goes step by step and never to where the target cannot be reached, or to where it has
// been. What can be left out of the run is left out then, so that each of its steps is
// needed by a later one. More than most configurations on the way are an [ErrFar].
//
// It is for spaces with too many distances for [Space.Path]. Where runs
// cannot go on for ever it comes to the target without any detour.
func (sp *Space) Walk(ctx context.Context, target Set, most int) (*lts.Trace, error) {
	near, err := sp.CanReach(target, false)
	if err != nil {
		return nil, err
	}
	defer near.Release()
	w := &walk{sp: sp, near: near, target: target, seen: map[string]bool{}}
	init := sp.sys.Init()
	if !sp.Contains(near, init) {
		return nil, nil
	}
	w.enter(init, 0)
	for !sp.Contains(target, w.last()) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if len(w.seen) > most {
			return nil, ErrFar
		}
		w.step()
	}
	t := &lts.Trace{}
	for i, p := range w.path {
		t.States = append(t.States, p.state)
		if i > 0 {
			t.Actions = append(t.Actions, p.by)
		}
	}
	return w.shorten(t), nil
}

type walk struct {
	sp           *Space
	near, target Set
	path         []place
	seen         map[string]bool
}

// place is where a walk has come, and where it can go from there.
type place struct {
	state lts.State
	by    lts.Action
	next  *lts.Steps
	tried int
}

func (w *walk) last() lts.State { return w.path[len(w.path)-1].state }

func (w *walk) enter(s lts.State, by lts.Action) {
	w.seen[keyOf(s)] = true
	next := lts.NewSteps(len(s))
	w.sp.sys.Next(s, next)
	w.path = append(w.path, place{state: s, by: by, next: next})
}

func keyOf(s lts.State) string {
	b := make([]byte, 0, 8*len(s))
	for _, x := range s {
		b = binary.LittleEndian.AppendUint64(b, x)
	}
	return string(b)
}

// step goes to a new configuration, or back.
func (w *walk) step() {
	p := &w.path[len(w.path)-1]
	for n := p.next.Len(); p.tried < n; {
		// Everybody has a turn: who is first changes from step to step.
		i := (p.tried + len(w.path)) % n
		p.tried++
		if s := p.next.Target(i); !w.seen[keyOf(s)] && w.sp.Contains(w.near, s) {
			w.enter(s.Clone(), p.next.Actions[i])
			return
		}
	}
	if len(w.path) == 1 {
		bug.Panicf("symbolic: there is no way to a target that can be reached")
	}
	w.path = w.path[:len(w.path)-1]
}

// shorten leaves out steps, many at once first, as long as the rest still leads to the target.
func (w *walk) shorten(t *lts.Trace) *lts.Trace {
	for size := max(1, len(t.Actions)/2); size > 0; {
		shorter := false
		for from := 0; from < len(t.Actions); {
			if r := w.replay(t, from, min(from+size, len(t.Actions))); r != nil {
				t, shorter = r, true
				continue
			}
			from += size
		}
		if !shorter || size > 1 {
			size /= 2
		}
	}
	return t
}

// replay is the run without the actions from one to another, up to the first member of the target; nil
// if that is none.
func (w *walk) replay(t *lts.Trace, from, to int) *lts.Trace {
	r := &lts.Trace{States: t.States[: from+1 : from+1], Actions: t.Actions[:from:from]}
	steps := lts.NewSteps(len(t.States[0]))
	for i := to; !w.sp.Contains(w.target, r.States[len(r.States)-1]); i++ {
		if i == len(t.Actions) {
			return nil
		}
		steps.Reset()
		w.sp.sys.Next(r.States[len(r.States)-1], steps)
		k := 0
		for k < steps.Len() && steps.Actions[k] != t.Actions[i] {
			k++
		}
		if k == steps.Len() {
			return nil
		}
		r.States, r.Actions = append(r.States, steps.Target(k).Clone()), append(r.Actions, t.Actions[i])
	}
	return r
}
