package svg

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
)

// Waits draws who waits for whom at the end of a chart: the roles that wait and those
// that they wait for, on an ellipse. A circle of waits is thicker than the rest. The error is that of the writer.
func Waits(w io.Writer, c Chart, opt Options) error {
	p := &painter{canvas: opt.canvas(), chart: &c}
	g := waitsOf(&c)
	rx, _ := g.radii()
	p.heading(max(560, 2*rx+g.wide))
	p.reach(560, 0)
	y := p.bottom + 20
	if len(g.nodes) == 0 {
		p.text("f-mut st", 16, y, sizeText, "nobody waits for anybody")
		return p.write(w, opt.Theme, "wait-for graph: "+c.Title, narrateWaits(&c))
	}
	p.waits(g, y)
	return p.write(w, opt.Theme, "wait-for graph: "+c.Title, narrateWaits(&c))
}

// graph of waits. Nodes are lanes.
type graph struct {
	nodes []int
	wide  float64 // of the widest box
	edges []edge
}

// edge is one role that waits for another one, in all the ways that it does.
type edge struct {
	from, to int // lanes
	words    []string
	circle   bool // it is part of the circle of waits
}

func waitsOf(c *Chart) *graph {
	g := &graph{}
	in := make([]bool, len(c.Lanes))
	circle := map[[2]string]bool{}
	for i := 1; i < len(c.Circle); i++ {
		circle[[2]string{c.Circle[i-1], c.Circle[i]}] = true
	}
	for i, e := range c.Ends {
		if e.Status != Waiting && e.Status != Blocked {
			continue
		}
		in[i] = true
		for _, w := range e.Waits {
			if w.On < 0 || w.On == i {
				continue // nowhere to point to
			}
			in[w.On] = true
			at := slices.IndexFunc(g.edges, func(x edge) bool { return x.from == i && x.to == w.On })
			if at < 0 {
				at = len(g.edges)
				g.edges = append(g.edges, edge{from: i, to: w.On, circle: circle[[2]string{c.Lanes[i].Name, c.Lanes[w.On].Name}]})
			}
			g.edges[at].words = append(g.edges[at].words, w.For)
		}
	}
	// Those who wait in a circle come first, in its order, so that it is drawn as one.
	for _, name := range c.Circle {
		i := slices.IndexFunc(c.Lanes, func(l Lane) bool { return l.Name == name })
		if i >= 0 && in[i] {
			g.nodes, in[i] = append(g.nodes, i), false
		}
	}
	for i, there := range in {
		if there {
			g.nodes = append(g.nodes, i)
		}
	}
	for _, i := range g.nodes {
		g.wide = max(g.wide, headWidth(c, i))
	}
	return g
}

// radii of the ellipse: there is room for the boxes on it, and for words between them.
func (g *graph) radii() (rx, ry float64) {
	n := float64(len(g.nodes))
	return max(120, n*(g.wide+60)/(2*math.Pi)), max(110, n*(headHeight+40)/(2*math.Pi))
}

// boxHalf is half the height of a box.
const boxHalf = headHeight / 2

// waits draws the graph below y.
func (p *painter) waits(g *graph, y float64) {
	rx, ry := g.radii()
	cx, cy := max(rx+g.wide/2+30, 280), y+ry+boxHalf+4
	at := map[int][2]float64{}
	for k, node := range g.nodes {
		angle := 2*math.Pi*float64(k)/float64(len(g.nodes)) - math.Pi/2
		at[node] = [2]float64{cx + rx*math.Cos(angle), cy + ry*math.Sin(angle)}
	}
	p.layout = &layout{chart: p.chart, x: make([]float64, len(p.chart.Lanes))}
	for _, e := range g.edges {
		p.edge(e, at[e.from], at[e.to], slices.ContainsFunc(g.edges, func(x edge) bool { return x.from == e.to && x.to == e.from }))
	}
	for _, node := range g.nodes {
		p.x[node] = at[node][0]
		name, e := p.chart.Lanes[node].Name, p.chart.Ends[node]
		class, ink := statusLook(e.Status)
		p.box("node", node, at[node][1]-boxHalf, headName(p.chart, node), name+": "+e.Status.String(), class, ink)
	}
	p.text("sm f-mut st", 16, cy+ry+boxHalf+26, sizeSmall, "an arrow goes from a role to the one that it waits for; a thick one is part of a circle")
}

// edge draws one arrow between boxes; one that has a counterpart keeps to its side.
func (p *painter) edge(e edge, from, to [2]float64, both bool) {
	words := shortWaits(e.words)
	title := p.chart.Lanes[e.from].Name + " waits"
	for i, w := range e.words {
		if i > 0 {
			title += " or"
		}
		title += " " + w
	}
	p.open(fmt.Sprintf(` class="wait" data-from="%d" data-to="%d"`, e.from+1, e.to+1), title)
	defer p.close()
	dx, dy := to[0]-from[0], to[1]-from[1]
	d := max(math.Hypot(dx, dy), 1)
	ux, uy := dx/d, dy/d
	if both {
		shift := 7.0
		from[0], from[1] = from[0]-uy*shift, from[1]+ux*shift
		to[0], to[1] = to[0]-uy*shift, to[1]+ux*shift
	}
	x1, y1 := border(from, ux, uy, headWidth(p.chart, e.from)/2+2)
	x2, y2 := border(to, -ux, -uy, headWidth(p.chart, e.to)/2+3)
	colour := "mut"
	if p.chart.Ends[e.from].Status == Blocked {
		colour = "red"
	}
	line := "s-" + colour
	if e.circle {
		line += " bold"
	}
	p.shaft(line, x1, y1, x2, y2, 7)
	p.head(Received, colour, x1, y1, x2, y2)
	// Nearer to the one who waits: arrows that meet at a box leave no room there.
	share := 0.34
	p.text("sm f-"+colour+" mi", x1+(x2-x1)*share, y1+(y2-y1)*share+4, sizeSmall, shorten(words, sizeSmall, max(math.Hypot(x2-x1, y2-y1)*0.8, 70)))
}

// shortWaits are the words at an arrow: "order or cancel", "room".
func shortWaits(waits []string) string {
	var parts []string
	for _, w := range waits {
		w = cut(w, 200)
		if label, ok := strings.CutPrefix(w, "to receive "); ok {
			// The role at the end of it is where the arrow points to.
			if at := strings.LastIndex(label, " from "); at >= 0 {
				label = label[:at]
			}
			w = label
		} else if strings.HasPrefix(w, "for room in ") {
			w = "room"
		}
		if !slices.Contains(parts, w) {
			parts = append(parts, w)
		}
	}
	return strings.Join(parts, " or ")
}

// border is where a ray from the middle of a box leaves it.
func border(middle [2]float64, ux, uy, half float64) (x, y float64) {
	t := math.Inf(1)
	if ux != 0 {
		t = half / math.Abs(ux)
	}
	if uy != 0 {
		t = min(t, (boxHalf+2)/math.Abs(uy))
	}
	return middle[0] + ux*t, middle[1] + uy*t
}

// narrateWaits tells the graph.
func narrateWaits(c *Chart) string {
	text := ""
	for _, s := range sentences(c) {
		if len(text) < 16_000 {
			text += cut(s.text, 600) + ". "
		}
	}
	return text
}
