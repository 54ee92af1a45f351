package chor

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chorcheck/lang/diag"
	"chorcheck/lang/source"
	"chorcheck/model"
)

// structureChecker compares what a choreography says about scopes and threads with
// what its tree shows.
type structureChecker struct {
	t       testing.TB
	c       *model.Choreography
	bodies  map[model.ScopeID]model.PositionID
	scopes  int
	threads int
}

// repeatedBy is what stands around a statement, up to the next scope outwards.
type repeatedBy []model.Stmt

func checkStructure(t testing.TB, low *Lowered) {
	c := low.Choreography
	k := &structureChecker{t: t, c: c, bodies: map[model.ScopeID]model.PositionID{}}
	require.NotEmpty(t, low.Environments)
	if c.Positions == nil {
		require.Equal(t, model.Structure{}, c.Structure)
		return
	}
	require.Equal(t, model.Position{Scope: -1}, c.Positions[0])
	seen := map[model.Position]bool{}
	for i, p := range c.Positions[1:] {
		require.False(t, seen[p])
		seen[p] = true
		if p.Part == 0 {
			k.bodies[p.Scope] = model.PositionID(i + 1)
		}
	}
	require.Len(t, k.bodies, len(c.Scopes))
	k.walk(c.Body, 0, 0, nil, nil)
	assert.Equal(t, len(c.Scopes), k.scopes)
	assert.Equal(t, len(c.Threads)-1, k.threads)
	for _, x := range c.Timers {
		assert.Equal(t, x.Name, c.Exceptions[x.Exception].Name)
		assert.Equal(t, model.TimerFired, c.Exceptions[x.Exception].Kind)
	}
	for _, x := range c.Exceptions {
		assert.Equal(t, x.Kind == model.CrashNoticed, x.Crashed >= 0)
	}
	for _, e := range low.Environments {
		for _, f := range e.Faults {
			assert.True(t, f.During == nil || len(f.During) > 0)
			assert.False(t, f.Role >= 0 && f.Peer == f.Role)
			if f.Kind == model.RaiseFault {
				same := func(p model.EndPoint) bool { return p.Role == f.Role && p.Exception == f.Exception }
				assert.True(t, slices.ContainsFunc(c.EndPoints, same))
			}
		}
	}
}

func (k *structureChecker) walk(seq model.Seq, at model.PositionID, thread model.ThreadID, around repeatedBy, in *model.Handler) {
	for _, s := range seq {
		deeper := append(slices.Clip(around), s)
		switch n := s.(type) {
		case *model.Choice:
			for _, b := range n.Branches {
				k.walk(b.Body, at, thread, around, in)
			}
		case *model.Par:
			require.Len(k.t, n.IDs, len(n.Threads))
			for i, body := range n.Threads {
				k.threads++
				require.Equal(k.t, thread, k.c.Threads[n.IDs[i]])
				k.walk(body, at, n.IDs[i], around, in)
			}
		case *model.Loop:
			k.walk(n.Body, at, thread, deeper, in)
		case *model.Rec:
			k.walk(n.Body, at, thread, deeper, in)
		case *model.Within:
			require.Equal(k.t, n.At, k.c.Timers[n.Timer].Owner)
			k.walk(n.Body, at, thread, around, in)
		case *model.RaiseAgain:
			require.NotNil(k.t, in)
			require.True(k.t, in.Any && in.At == n.At)
		case *model.Try:
			k.scopes++
			scope := k.c.Scopes[n.Scope]
			require.Equal(k.t, at, scope.Outer)
			require.Equal(k.t, thread, scope.Thread)
			require.Len(k.t, n.Handlers, len(scope.Handlers))
			require.Equal(k.t, slices.ContainsFunc(around, again), scope.Looped)
			body := k.bodies[n.Scope]
			k.walk(n.Body, body, thread, nil, in)
			for i, h := range n.Handlers {
				require.Equal(k.t, model.Position{Scope: n.Scope, Part: i + 1}, k.c.Positions[int(body)+i+1])
				k.walk(h, body+model.PositionID(i+1), thread, nil, &scope.Handlers[i])
			}
		}
	}
}

// again reports whether there may be several rounds of a loop or rec.
func again(s model.Stmt) bool {
	rec, ok := s.(*model.Rec)
	return !ok || continues(rec.Body, rec)
}

func continues(seq model.Seq, rec *model.Rec) bool {
	return slices.ContainsFunc(seq, func(s model.Stmt) bool {
		switch n := s.(type) {
		case *model.Continue:
			return n.Target == rec
		case *model.Choice:
			return slices.ContainsFunc(n.Branches, func(b model.Branch) bool { return continues(b.Body, rec) })
		case *model.Par:
			return slices.ContainsFunc(n.Threads, func(t model.Seq) bool { return continues(t, rec) })
		case *model.Loop:
			return continues(n.Body, rec)
		case *model.Rec:
			return continues(n.Body, rec)
		case *model.Within:
			return continues(n.Body, rec)
		case *model.Try:
			return continues(n.Body, rec) || slices.ContainsFunc(n.Handlers, func(h model.Seq) bool { return continues(h, rec) })
		}
		return false
	})
}

// FuzzFaults checks that no clauses of a command line make the front end crash, and
// that all diagnostics about them stay inside their text.
func FuzzFaults(f *testing.F) {
	for _, text := range []string{
		"crash A recovers during s; at most n", "loss * -> W\nduplicate W[n-1] -> A;;", "partition A | * during s", "stray m from A to *; raise E at *",
		"disconnect A -- B; at most 1 crash; at most", "} crash A {", "A -> B: m", "environment e {", "silence \xff; // c", "reorder A -> A during",
	} {
		f.Add(text)
	}
	const text = "choreography P\nparam n = 2\nrole A, B, W[n]\nchannels mailbox 2\nchannel A -> B: sync\nvar x at B: bool\nA -> B: v(x := true)\ntry s { A -> B, W: m } on E at A { A -> B: e }\n"
	f.Fuzz(func(t *testing.T, faults string) {
		var bag diag.Bag
		file := source.New("--faults", faults)
		low := Lower(Parse(source.New("x", text), &bag), Options{Faults: file}, &bag)
		for _, d := range bag.Sorted() {
			if d.File == nil {
				continue
			}
			for _, l := range append(d.Secondary, d.Primary) {
				if l.Span.Start < 0 || l.Span.End < l.Span.Start || l.Span.End > len(faults) {
					t.Fatalf("%s at %v, outside the text", d.Error(), l.Span)
				}
			}
		}
		if bag.Failed() != (low == nil) {
			t.Fatalf("%v", bag.Sorted())
		}
		if low != nil {
			require.Len(t, low.Environments, 1)
			checkStructure(t, low)
		}
	})
}
