package model

import "fmt"

// A role that may be in several places does in all of them what it does, as far as that is the same. For sends the message
// says what is the same. Branches of its own decisions have no name: they are the same if they are written alike, for the
// role, in choices or loops that stand in different places. What has a scope, threads or a `rec` of its own is like
// nothing else.

// alike numbers what a role has to do: equal numbers are the same.
type alike struct {
	known map[Stmt]int
	texts map[string]int
}

func newAlike() *alike { return &alike{known: map[Stmt]int{}, texts: map[string]int{}} }

func (a *alike) number(text string) int {
	n, ok := a.texts[text]
	if !ok {
		n = len(a.texts) + 1
		a.texts[text] = n
	}
	return n
}

// unlike is the number of a statement that is like no other one.
func (a *alike) unlike(st Stmt) int { return a.number(fmt.Sprintf("only %p", st)) }

// deeds is the number of the role's part of a sequence.
func (p *projector) deeds(s Seq) int {
	var b []byte
	for _, st := range s {
		if n := p.deed(st); n > 0 {
			b = appendInts(b, n)
		}
	}
	return p.alike.number("in turn" + string(b))
}

// deed is the number of what a statement has for the role; 0 if that is nothing.
func (p *projector) deed(st Stmt) int {
	n, ok := p.alike.known[st]
	if !ok {
		n = p.newDeed(st)
		p.alike.known[st] = n
	}
	return n
}

func (p *projector) newDeed(st Stmt) int {
	a := p.alike
	if !p.takesPart(st) {
		switch st.(type) {
		case *RaiseStmt, *RaiseAgain:
			return a.number("halts")
		}
		return 0
	}
	label := actionLabel{kind: Internal}
	switch st := st.(type) {
	case *Interaction:
		label = actionLabel{kind: Receive, peer: st.From, label: st.Label, stores: st.Stores}
		if p.role == st.From {
			label = actionLabel{kind: Send, peer: st.To, label: st.Label, values: st.Values}
		}
	case *Let:
		label.assign = &Assign{st.Var, st.Value}
	case *Delay:
	case *End:
		return a.number("end")
	case *Continue:
		return a.number(fmt.Sprintf("continue %d", a.unlike(st.Target)))
	case *RaiseStmt:
		return a.number(fmt.Sprintf("raise %d", st.Exception))
	case *RaiseAgain:
		return a.number("raise again")
	case *Choice:
		text := []byte("others choose")
		if p.role == st.At {
			text = []byte("choose")
		}
		for _, b := range st.Branches {
			text = appendInts(text, p.branch(b.Guard, b.Body))
		}
		return a.number(string(text))
	case *Loop:
		return a.number(fmt.Sprintf("loop %t %d", p.role == st.At, p.deeds(st.Body)))
	default:
		return a.unlike(st)
	}
	return a.number("act " + string(label.appendKey(nil)))
}

// branch is the number of one branch of a choice.
func (p *projector) branch(guard *Expr, s Seq) int {
	text := fmt.Appendf(nil, "branch %d", p.deeds(s))
	if guard != nil {
		text = guard.appendKey(append(text, " when "...))
	}
	return p.alike.number(string(text))
}

// round is the number of what a role that decides on a loop does if it has another round, or leaves it.
func (p *projector) round(st *Loop, another bool) int {
	return p.alike.number(fmt.Sprintf("round %t of %d", another, p.deed(st)))
}
