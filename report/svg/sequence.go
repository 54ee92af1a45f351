package svg

import (
	"fmt"
	"io"
	"strings"
)

// Options of a picture. The zero value is a good choice.
type Options struct {
	Theme Theme
	Full  bool   // long runs are not folded
	IDs   string // begins each id, for several pictures on one page: letters, digits, "-" and "_"
	Bare  bool   // without a style sheet: the page that it stands in has that of StyleSheet
}

// prefix is what ids begin with.
func (o Options) prefix() string {
	p := safePart(o.IDs)
	if p == "" {
		return ""
	}
	return "c-" + p + "-"
}

func (o Options) canvas() canvas { return canvas{prefix: o.prefix(), bare: o.Bare} }

// Sequence draws a chart. The lanes and steps that it names have to be there. The error is
// that of the writer.
func Sequence(w io.Writer, c Chart, opt Options) error {
	p := &painter{canvas: opt.canvas(), chart: &c}
	rows := fold(&c, opt.Full)
	room := p.sheet(rows)
	y := p.heading(room)
	if len(c.Lanes) > 0 {
		p.layout = arrange(&c, rows, y)
		p.background()
		for k, r := range rows {
			if r.folded() {
				p.band(k)
			}
		}
		p.steps()
		y = p.feet()
	}
	p.footing(y, room)
	return p.write(w, opt.Theme, describe(&c), narrate(&c))
}

// painter draws one chart.
type painter struct {
	canvas
	*layout
	chart *Chart
}

// sheet is how much room there is for sentences.
func (p *painter) sheet(rows []row) float64 {
	x := arrange(p.chart, rows, 0).x
	if len(x) == 0 {
		return 560
	}
	return min(max(x[len(x)-1]+60, 560), 1100)
}

// heading writes what the chart is about.
func (p *painter) heading(room float64) float64 {
	y := 26.0
	if p.chart.Title != "" {
		p.text("h1 f-ink st", 16, y, sizeTitle*1.1, shorten(p.chart.Title, sizeTitle*1.1, room))
		y += 20
	}
	for _, line := range wrap(p.chart.Message, sizeText, room, 4) {
		p.text("f-ink st", 16, y, sizeText, line)
		y += 16
	}
	if p.chart.Begins != "" {
		for _, line := range wrap("it begins with: "+p.chart.Begins, sizeText, room, 2) {
			p.text("f-red st", 16, y, sizeText, line)
			y += 16
		}
	}
	return y + 2
}

// background draws what goes on for some time: lanes, frames, armed timers, the cycle.
func (p *painter) background() {
	c := p.chart
	for i, f := range c.Frames {
		p.frame(i, f)
	}
	last := p.lastRows()
	for i := range c.Lanes {
		x := p.x[i]
		p.box("head", i, p.heads, headName(c, i), c.Lanes[i].Name, "box s-lane", "f-ink")
		at := p.start()
		for _, g := range c.Gaps {
			if g.Lane == i {
				p.line("s-lane", x, at, x, p.y(g.From))
				p.line("s-lane dot minor", x, p.y(g.From), x, p.y(g.To))
				at = p.y(g.To)
			}
		}
		if at < p.floor() {
			p.line("s-lane", x, at, x, p.floor())
			if c.Ends != nil && c.Ends[i].Status == Blocked {
				p.line("s-red bold dot", x, last[i], x, p.floor())
			}
		}
	}
	for _, t := range c.Timers {
		p.timer(t)
	}
	for i, f := range c.Frames {
		p.tab(i, f)
	}
	if c.Cycle != nil && c.Cycle.From >= 0 && c.Cycle.From <= c.Cycle.To && c.Cycle.To < len(c.Steps) {
		p.cycle(*c.Cycle)
	}
}

// lastRows are the places at which something happens last, by lane.
func (p *painter) lastRows() []float64 {
	last := make([]float64, len(p.x))
	for i := range last {
		last[i] = p.start() + 6
	}
	at := func(lane, step int) {
		if lane >= 0 && step >= 0 {
			last[lane] = max(last[lane], p.y(step)+6)
		}
	}
	for _, m := range p.chart.Marks {
		at(m.Lane, m.Step)
	}
	for _, a := range p.chart.Arrows {
		at(a.From, a.Sent)
		if a.Fate == Received || a.Fate == Stale || a.Fate == Late || a.Fate == Ignored {
			at(a.To, a.Until)
		}
	}
	return last
}

// statusLook are the classes of a box and of the words in it.
func statusLook(s Status) (box, ink string) {
	switch s {
	case Done:
		return "box s-green", "f-green"
	case Blocked:
		return "box s-red", "f-red"
	case Crashed, Silenced, Failed:
		return "box s-red dash", "f-red"
	case Active, Waiting:
	}
	return "box s-lane", "f-ink"
}

// box draws the name or the end of a lane.
func (p *painter) box(id string, lane int, y float64, text, title, class, ink string) {
	w := headWidth(p.chart, lane)
	p.open(fmt.Sprintf(` id="%s%s-%d"`, p.prefix, id, lane+1), title)
	p.rect(class, p.x[lane]-w/2, y, w, headHeight, 5)
	p.text("in b "+ink+" mi", p.x[lane], y+17, sizeText*1.1, text)
	p.close()
}

// frame draws the time that a lane is in a part of a scope.
func (p *painter) frame(i int, f Frame) {
	top := p.frameTop[i]
	if top < 0 {
		return
	}
	half, class := halfWidth(f), "f-blue s-blue wash"
	if f.Handler {
		class = "f-orange s-orange wash2"
	}
	p.open(fmt.Sprintf(` data-from="%d" data-to="%d"`, f.From+1, f.To), f.Name)
	p.rect(class, p.x[f.Lane]-half, top, 2*half, p.above(f.To)-top-1, 4)
	p.close()
}

// tab writes the label of a frame.
func (p *painter) tab(i int, f Frame) {
	if p.frameTop[i] < 0 {
		return
	}
	half, ink := halfWidth(f), "f-blue"
	if f.Handler {
		ink = "f-orange"
	}
	room := p.beside(f.Lane)
	if !p.crowded[p.rowOf[f.From]] {
		room = max(room, 120)
	}
	p.text("sm "+ink+" st", p.x[f.Lane]-half+3, p.frameTop[i]+11, sizeSmall, shorten(f.Label, sizeSmall, room))
}

// halfWidth is half the width of a frame: inner ones are narrower.
func halfWidth(f Frame) float64 { return max(halfFrame-3*float64(f.Depth), 6) }

// beside is the room for small words that begin at a lane.
func (p *painter) beside(lane int) float64 {
	if lane+1 == len(p.x) {
		return 130
	}
	return max(p.x[lane+1]-p.x[lane]-4, 40)
}

// band draws a folded row.
func (p *painter) band(k int) {
	r := p.rows[k]
	y := p.mid[k]
	left, right := p.x[0]-halfFrame-6, p.x[len(p.x)-1]+halfFrame+6
	text := fmt.Sprintf("%d more steps", r.to-r.from)
	if r.idle {
		text = fmt.Sprintf("%d steps that do not matter here", r.to-r.from)
	}
	p.open(fmt.Sprintf(` class="fold" data-from="%d" data-to="%d"`, r.from+1, r.to), fmt.Sprintf("steps %d to %d: %s", r.from+1, r.to, text))
	p.rect("box minor", left, y-bandHeight/2+3, right-left, bandHeight-6, 4)
	p.line("s-lane dash thin", left, y-bandHeight/2+3, right, y-bandHeight/2+3)
	p.line("s-lane dash thin", left, y+bandHeight/2-3, right, y+bandHeight/2-3)
	p.text("sm f-mut mi", max((left+right)/2, left+width(text, sizeSmall)/2), y+4, sizeSmall, text)
	p.text("sm f-mut en", gutter-10, y+4, sizeSmall, "..")
	p.close()
}

// steps draws each step that is shown, and what crosses into folded rows.
func (p *painter) steps() {
	arrows := make([][]int, len(p.chart.Steps))
	for i, a := range p.chart.Arrows {
		at := a.Sent
		if at < 0 || p.hidden(at) && a.Until >= 0 {
			at = a.Until
		}
		if at >= 0 && at < len(arrows) && !p.together(a.Sent, a.Until) && (a.Until >= 0 || !p.hidden(at)) {
			arrows[at] = append(arrows[at], i)
		}
	}
	marks := make([][]Mark, len(p.chart.Steps))
	for _, m := range p.chart.Marks {
		marks[m.Step] = append(marks[m.Step], m)
	}
	for i, s := range p.chart.Steps {
		if p.hidden(i) {
			continue
		}
		class := "step"
		if !s.Causal {
			class = "step hush"
		}
		title := fmt.Sprintf("step %d: %s", i+1, s.Text)
		if s.At != "" {
			title += " (" + s.At + ")"
		}
		p.open(fmt.Sprintf(` id="%sstep-%d" class="%s" data-step="%d"`, p.prefix, i+1, class, i+1), title)
		ink := "f-mut"
		if s.Fault {
			ink = "b f-red"
		}
		p.text("sm "+ink+" en", gutter-10, p.y(i)+4, sizeSmall, fmt.Sprint(i+1))
		for _, a := range arrows[i] {
			p.arrow(&p.chart.Arrows[a])
		}
		for _, m := range marks[i] {
			p.mark(m, len(arrows[i]) > 0)
		}
		p.close()
	}
}

// feet draws what became of each role, and its name once more if that is far away.
func (p *painter) feet() float64 {
	y := p.floor()
	for i, e := range p.chart.Ends {
		var full []string
		for _, w := range e.Waits {
			full = append(full, w.For)
		}
		title := p.chart.Lanes[i].Name + ": " + e.Status.String()
		if e.State != "" {
			title += ", " + e.State
		}
		if len(full) > 0 {
			title += ", waits " + strings.Join(full, " or ")
		}
		class, ink := statusLook(e.Status)
		p.box("end", i, y, e.Status.String(), title, class, ink)
	}
	if p.chart.Ends != nil {
		y += headHeight
	}
	if len(p.rows) > 14 {
		for i := range p.chart.Lanes {
			p.text("sm b f-mut mi", p.x[i], y+14, sizeSmall, shorten(p.chart.Lanes[i].Name, sizeSmall*1.1, headWidth(p.chart, i)+4))
		}
		y += 16
	}
	return y + 22
}
