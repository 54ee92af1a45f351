package svg

import (
	"fmt"
	"math"
)

// look is how arrows of one fate are drawn, and what stands at them.
type look struct {
	colour, line string
	word         string // at the end of the words
}

func lookOf(a *Arrow) look {
	var l look
	switch a.Fate {
	case Received:
		l = look{"ink", "", ""}
	case Queued:
		l = look{"blue", "", "in queue"}
	case Stale:
		l = look{"orange", "", "stale"}
	case Late:
		l = look{"orange", " dash", "late, dropped"}
	case Ignored:
		l = look{"mut", " dash", "ignored"}
	case Lost:
		l = look{"red", " dash", "lost"}
	case Nowhere:
		l = look{"red", " dot", "reaches nobody"}
	case Emptied:
		l = look{"red", " dot", "lost with its receiver"}
	}
	if a.Stray || a.Doubled || a.Copy || a.Overtakes > 0 {
		l.colour = "purple"
	}
	if a.Stray {
		l.line = " dashdot"
	}
	if a.Sync {
		l.line += " bold"
	}
	return l
}

// arrowLabel is what stands at the beginning of an arrow.
func arrowLabel(a *Arrow) string {
	text := a.Text
	if a.Copy {
		return ""
	}
	if a.Stray {
		text += " · out of band"
	}
	if a.Doubled {
		text += " · duplicated"
	}
	if a.Overtakes > 0 {
		text += fmt.Sprintf(" · overtakes %d", a.Overtakes)
	}
	if word := lookOf(a).word; word != "" && !a.endsAtLane() {
		text += " · " + word
	}
	return text
}

// endsAtLane reports whether somebody has taken the message.
func (a *Arrow) endsAtLane() bool {
	return a.Fate == Received || a.Fate == Stale || a.Fate == Late || a.Fate == Ignored
}

// lostAt is how far a message comes that is lost, of the whole way.
const lostAt = 0.62

// arrow draws one message. What was sent and taken by two steps is a slanted line.
func (p *painter) arrow(a *Arrow) {
	look := lookOf(a)
	way := 1.0
	if p.x[a.To] < p.x[a.From] {
		way = -1
	}
	x1, x2 := p.x[a.From], p.x[a.To]
	y2 := p.y(a.Until)
	y1 := p.y(max(a.Sent, 0))
	switch {
	case a.Sent < 0:
		y1 = y2
	case a.Until < 0 || !a.endsAtLane():
		y2 = y1
	}
	if a.Copy {
		y1 += 8
		if !a.endsAtLane() {
			y2 += 8
		}
	}
	// With the ends known, what stands before the tail and behind the head.
	tail := x1
	switch {
	case a.Stray:
		tail = x1 + way*20
		p.diamond("f-purple", tail, y1, 5)
		tail += way * 6
	case a.Sync:
		p.circle("f-"+look.colour, x1, y1, 3.5)
	case a.Overtakes > 0:
		for _, d := range []float64{8, 13} {
			p.path("s-purple", "M", x1+way*d, y1-4, "L", x1+way*(d+5), y1, "L", x1+way*d, y1+4)
		}
	}
	head := x2
	switch a.Fate {
	case Queued:
		head = x2 - way*34
	case Lost:
		head = x1 + (x2-x1)*lostAt
	case Nowhere, Emptied:
		head = x2 - way*(halfFrame+9)
	default:
	}
	line := "s-" + look.colour + look.line
	switch {
	case a.endsAtLane():
		p.shaft(line, tail, y1, head-way*1, y2, 7)
		p.head(a.Fate, look.colour, tail, y1, head, y2)
	case a.Fate == Queued:
		p.shaft(line, tail, y1, head, y2, 7)
		p.head(Received, look.colour, tail, y1, head, y2)
		for k := range 3 {
			p.rect("hollow s-blue", head+way*(7.0*float64(k)+5.5)-3.5, y2-5, 7, 10, 0)
		}
	default:
		p.line(line, tail, y1, head, y2)
		p.cross("s-red bold", head, y2, 5)
	}
	p.words(a, look, way, x1, y1, x2, y2)
}

// words writes the label at the beginning of an arrow, and at its end what it was, if
// the beginning is far away, and what became of it.
func (p *painter) words(a *Arrow, look look, way, x1, y1, x2, y2 float64) {
	ink := "f-" + look.colour
	side := map[bool]string{true: " st", false: " en"}
	if a.Sent >= 0 && !p.hidden(a.Sent) {
		// The row is free of other words, so that these may go beyond the head.
		room := max(math.Abs(x2-x1)-20, 280)
		if way < 0 {
			room = min(room, x1-gutter-10)
		}
		above := 5.0
		switch {
		case a.Stray, a.Overtakes > 0:
			above = 8
		case a.Fate == Lost, a.Fate == Nowhere, a.Fate == Emptied:
			above = 9 // the words may pass the cross
		}
		p.text(ink+side[way > 0], x1+way*9, y1-above, sizeText, shorten(arrowLabel(a), sizeText, room))
	}
	if !a.endsAtLane() || p.hidden(a.Until) {
		return
	}
	far := p.farLabel(a)
	room := 150.0
	if way < 0 {
		room = min(room, x2-gutter-10)
	}
	p.text("sm "+ink+side[way > 0], x2+way*9, y2+4, sizeSmall, shorten(far, sizeSmall, room))
}

// farLanes is how many lanes away one no longer sees how an arrow began.
const farLanes = 6

// farLabel is what stands at the head of an arrow.
func (l *layout) farLabel(a *Arrow) string {
	far := ""
	if a.Sent < 0 || l.hidden(a.Sent) || l.rowOf[a.Until]-l.rowOf[a.Sent] > 1 || max(a.From-a.To, a.To-a.From) > farLanes || a.Copy {
		far = a.Text
		if a.Copy {
			far += " (copy)"
		}
	}
	if word := lookOf(a).word; word != "" {
		if far != "" {
			far += " · "
		}
		far += word
	}
	return far
}

// shaft is a line that leaves room for a head.
func (p *painter) shaft(class string, x1, y1, x2, y2, room float64) {
	d := math.Hypot(x2-x1, y2-y1)
	if d < room+1 {
		return
	}
	p.line(class, x1, y1, x2-(x2-x1)*room/d, y2-(y2-y1)*room/d)
}

// head draws the head of an arrow, which says how it was taken.
func (p *painter) head(fate Fate, colour string, x1, y1, x2, y2 float64) {
	d := max(math.Hypot(x2-x1, y2-y1), 1)
	ux, uy := (x2-x1)/d, (y2-y1)/d
	at := func(back, aside float64) (x, y float64) { return x2 - ux*back - uy*aside, y2 - uy*back + ux*aside }
	switch fate {
	case Late: // a crossed circle
		x, y := at(6, 0)
		p.circle("f-paper s-"+colour, x, y, 5)
		p.line("s-"+colour, x-3.5, y-3.5, x+3.5, y+3.5)
	case Ignored: // an empty circle
		x, y := at(6, 0)
		p.circle("f-paper s-"+colour, x, y, 4)
	default:
		ax, ay := at(10, 4.5)
		bx, by := at(10, -4.5)
		class := "f-" + colour
		if fate == Stale {
			class = "f-paper s-" + colour
		}
		fmt.Fprintf(&p.b, `<polygon class="%s" points="%s,%s %s,%s %s,%s"/>`+"\n", class, num(x2), num(y2), num(ax), num(ay), num(bx), num(by))
	}
}
