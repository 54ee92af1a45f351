package twin

import (
	"fmt"
	"slices"
	"strings"

	"chorcheck/model"
)

// frameKind is the kind of a frame.
type frameKind uint8

const (
	seqFrame    frameKind = iota // go on with seq[at]
	scopeFrame                   // inside a part of a scope
	recFrame                     // inside a rec
	loopFrame                    // inside a loop: its decision comes next
	withinFrame                  // inside the block of a timer
)

// frame is one level of what a role has still to do. Frames are never changed.
type frame struct {
	kind   frameKind
	seq    model.Seq
	at     int
	try    *model.Try
	part   int
	taken  model.ExceptionID // in the handler of a scope: what was raised; else -1
	fresh  bool              // the scope has been entered since the last action; only while looking for the next one
	doubt  bool              // the block of a timer begins after a decision that has still to be made
	rec    *model.Rec
	loop   *model.Loop
	within *model.Within
	up     *frame
}

// term is what a role, or a thread of it, has still to do: a stack of frames, or
// threads that run side by side before the rest.
type term struct {
	stack *frame // if par is nil; nil: over
	par   *model.Par
	kids  []*term
	rest  *frame
}

// spot is where a term stands: the thread of a par, or nil for the whole role.
type spot struct {
	node *term
	kid  int
	up   *spot
}

func push(s model.Seq, up *frame) *frame {
	if len(s) == 0 {
		return up
	}
	return &frame{kind: seqFrame, seq: s, up: up, taken: -1}
}

// settled is the stack after an action: what was entered has been entered.
func settled(f *frame) *frame {
	if f == nil {
		return nil
	}
	up := settled(f.up)
	if up == f.up && !f.fresh && !f.doubt {
		return f
	}
	g := *f
	g.up, g.fresh, g.doubt = up, false, false
	return &g
}

// at puts a stack in a spot: the whole term after an action there.
func (w *spot) at(f *frame) *term {
	t := &term{stack: settled(f)}
	for ; w != nil; w = w.up {
		kids := slices.Clone(w.node.kids)
		kids[w.kid] = t
		t = &term{par: w.node.par, kids: kids, rest: settled(w.node.rest)}
	}
	return t
}

// thread of a spot.
func (w *spot) thread() model.ThreadID {
	for ; w != nil; w = w.up {
		if w.node.par.IDs != nil {
			return w.node.par.IDs[w.kid]
		}
	}
	return 0
}

// around lists the frames around a stack and its spot, innermost first, each with its own spot.
func around(f *frame, w *spot, visit func(*frame, *spot) bool) {
	for {
		for ; f != nil; f = f.up {
			if !visit(f, w) {
				return
			}
		}
		if w == nil {
			return
		}
		f, w = w.node.rest, w.up
	}
}

// names gives sequences and statements numbers, so that stacks can be written down.
type names map[any]int

func (n names) of(x any) int {
	if _, known := n[x]; !known {
		n[x] = len(n)
	}
	return n[x]
}

func (n names) frame(f *frame) string {
	var b strings.Builder
	for ; f != nil; f = f.up {
		switch f.kind {
		case seqFrame:
			fmt.Fprintf(&b, "q%d.%d", n.of(&f.seq[0]), f.at)
		case scopeFrame:
			fmt.Fprintf(&b, "s%d.%d.%d", f.try.Scope, f.part, f.taken)
			if f.fresh {
				b.WriteByte('*')
			}
		case recFrame:
			fmt.Fprintf(&b, "r%d", n.of(f.rec))
		case loopFrame:
			fmt.Fprintf(&b, "l%d", n.of(f.loop))
		case withinFrame:
			fmt.Fprintf(&b, "w%d", n.of(f.within))
			if f.doubt {
				b.WriteByte('*')
			}
		}
		b.WriteByte(' ')
	}
	return b.String()
}

func (n names) term(t *term) string {
	if t.par == nil {
		return n.frame(t.stack)
	}
	var parts []string
	for _, k := range t.kids {
		parts = append(parts, n.term(k))
	}
	return "(" + strings.Join(parts, "|") + ")" + n.frame(t.rest)
}

func (n names) spot(w *spot) string {
	s := ""
	for ; w != nil; w = w.up {
		s += fmt.Sprintf("/%s#%d", n.term(w.node), w.kid)
	}
	return s
}

// takesPart reports whether a role has a part in a statement. The raises of others are none.
func takesPart(r model.RoleID, st model.Stmt, inside []*model.Rec) bool {
	some := func(s model.Seq) bool {
		return slices.ContainsFunc(s, func(st model.Stmt) bool { return takesPart(r, st, inside) })
	}
	switch st := st.(type) {
	case *model.Interaction:
		return st.From == r || st.To == r
	case *model.Let:
		return st.At == r
	case *model.Delay:
		return st.At == r
	case *model.RaiseStmt:
		return st.At == r
	case *model.RaiseAgain:
		return st.At == r
	case *model.End:
		return st.At == r
	case *model.Continue:
		return !slices.Contains(inside, st.Target) && takesPart(r, st.Target, inside)
	case *model.Choice:
		return st.At == r || slices.ContainsFunc(st.Branches, func(b model.Branch) bool { return some(b.Body) })
	case *model.Loop:
		return st.At == r || some(st.Body)
	case *model.Rec:
		inside = append(slices.Clone(inside), st)
		return some(st.Body)
	case *model.Par:
		return slices.ContainsFunc(st.Threads, some)
	case *model.Within:
		return some(st.Body)
	case *model.Try:
		return some(st.Body) || slices.ContainsFunc(st.Handlers, some)
	}
	panic("unknown statement")
}
