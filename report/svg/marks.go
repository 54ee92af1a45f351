package svg

import "fmt"

// mark draws what happens at one lane. Where there is an arrow as well, the words stand
// below it.
func (p *painter) mark(m Mark, arrow bool) {
	y := p.y(m.Step)
	if m.Lane < 0 {
		p.across(m, y)
		return
	}
	x, colour := p.x[m.Lane], "ink"
	switch m.Kind {
	case Act:
		p.rect("f-paper s-ink", x-4, y-4, 8, 8, 1)
	case Raise:
		colour = "orange"
		p.diamond("f-orange", x, y, 7)
	case Fires:
		colour = "orange"
		p.clock("f-orange s-orange", "s-paper", x, y, 7)
	case Notice:
		colour = "orange"
		p.circle("f-paper s-orange", x, y, 6)
		p.cross("s-orange", x, y, 2.5)
	case Crash:
		colour = "red"
		p.cross("s-red bold", x, y, 8)
	case Silence:
		colour = "red"
		p.circle("f-paper s-red", x, y, 7)
		p.line("s-red", x-5, y+5, x+5, y-5)
	case Recover:
		colour = "green"
		p.circle("f-paper s-green", x, y, 6)
		p.line("s-green", x-3, y, x+3, y)
		p.line("s-green", x, y-3, x, y+3)
	case Fail:
		colour = "red"
		p.rect("f-paper s-red", x-6, y-6, 12, 12, 1)
		p.cross("s-red", x, y, 3)
	case LinkDown, LinkUp:
	}
	room := max(p.beside(m.Lane)-16, 230)
	if arrow {
		p.text("sm f-"+colour+" st", x+11, y+13, sizeSmall, shorten(m.Text, sizeSmall, room))
		return
	}
	p.text("f-"+colour+" st", x+13, y+4, sizeText, shorten(m.Text, sizeText, room))
}

// across draws links that go down or come back: a line over all lanes.
func (p *painter) across(m Mark, y float64) {
	colour, line := "red", " dash"
	if m.Kind == LinkUp {
		colour, line = "green", ""
	}
	left, right := p.x[0]-halfFrame, p.x[len(p.x)-1]+halfFrame
	p.line("s-"+colour+line, left, y+4, right, y+4)
	p.text("f-"+colour+" st", left+4, y-2, sizeText, shorten(m.Text, sizeText, max(right-left, 420)))
}

// timer draws the time that a timer is armed: a clock where it is set, a line left of
// the lane, and a bar where it is cancelled. Where it fires there is a mark.
func (p *painter) timer(t Timer) {
	if p.together(t.From, t.To) {
		return
	}
	x := p.x[t.Lane] - 12 - 8*float64(t.Slot)
	from, to := p.y(t.From)+9, p.y(t.To)
	if t.From < 0 {
		from = p.start() + 8
	}
	p.open(fmt.Sprintf(` class="timer" data-from="%d" data-to="%d"`, t.From+1, t.To+1), "timer "+t.Name)
	switch t.End {
	case Fired:
		p.line("s-orange thin dot", x, from, x, to)
		p.line("s-orange thin", x, to, p.x[t.Lane]-6, to)
	case Cancelled, Stopped:
		p.line("s-mut thin dot", x, from, x, to-5)
		p.line("s-mut", x-4, to-5, x+4, to-5)
	case Armed:
		p.line("s-orange thin dot", x, from, x, to-3)
	}
	if t.From < 0 || !p.hidden(t.From) {
		p.clock("f-paper s-orange", "s-orange", x, from, 4.5)
		p.text("sm f-orange en", x-7, from+4, sizeSmall, shorten(t.Name, sizeSmall, maxTimer))
	}
	p.close()
}

// clock is a circle with hands.
func (p *painter) clock(class, hands string, x, y, r float64) {
	p.circle(class, x, y, r)
	p.path(hands+" thin", "M", x, y-r*0.65, "L", x, y, "L", x+r*0.5, y+r*0.25)
}

func (p *painter) diamond(class string, x, y, r float64) {
	fmt.Fprintf(&p.b, `<polygon class="%s" points="%s,%s %s,%s %s,%s %s,%s"/>`+"\n", class, num(x), num(y-r), num(x+r-1), num(y), num(x), num(y+r), num(x-r+1), num(y))
}

func (p *painter) cross(class string, x, y, r float64) {
	p.line(class, x-r, y-r, x+r, y+r)
	p.line(class, x-r, y+r, x+r, y-r)
}

// cycle draws a bracket along what goes on for ever.
func (p *painter) cycle(c Cycle) {
	x, top, bottom := gutter, p.above(c.From)+4, p.y(c.To)+10
	p.open(fmt.Sprintf(` class="cycle" data-from="%d" data-to="%d"`, c.From+1, c.To+1), fmt.Sprintf("steps %d to %d go on for ever", c.From+1, c.To+1))
	p.path("s-purple bold", "M", x+10, bottom, "L", x, bottom, "L", x, top, "L", x+10, top)
	p.path("s-purple", "M", x+5, top-4, "L", x+11, top, "L", x+5, top+4)
	middle := (top + bottom) / 2
	fmt.Fprintf(&p.b, `<text class="sm f-purple mi" transform="rotate(-90 %s %s)" x="%s" y="%s">for ever</text>`+"\n", num(x+13), num(middle), num(x+13), num(middle))
	p.close()
}
