package svg

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// canvas collects the elements of a picture and how much room they take.
type canvas struct {
	b             strings.Builder
	right, bottom float64
	prefix        string // of ids
	bare          bool   // without a style sheet
}

// num writes a coordinate with at most one digit behind the point.
func num(x float64) string {
	x = math.Round(x*10) / 10
	if x == 0 {
		x = 0 // no minus sign
	}
	return strconv.FormatFloat(x, 'f', -1, 64)
}

// reach makes sure that a point is in the picture.
func (c *canvas) reach(x, y float64) { c.right, c.bottom = max(c.right, x), max(c.bottom, y) }

// open begins a group; title, which may be empty, is its full text.
func (c *canvas) open(attributes, title string) {
	fmt.Fprintf(&c.b, "<g%s>\n", attributes)
	if title != "" {
		fmt.Fprintf(&c.b, "<title>%s</title>\n", escaped(cut(title, maxTitle)))
	}
}

// maxTitle bounds a title, in bytes.
const maxTitle = 30_000

func (c *canvas) close() { c.b.WriteString("</g>\n") }

func (c *canvas) line(class string, x1, y1, x2, y2 float64) {
	fmt.Fprintf(&c.b, `<line class="%s" x1="%s" y1="%s" x2="%s" y2="%s"/>`+"\n", class, num(x1), num(y1), num(x2), num(y2))
	c.reach(max(x1, x2)+2, max(y1, y2)+2)
}

func (c *canvas) rect(class string, x, y, w, h, round float64) {
	fmt.Fprintf(&c.b, `<rect class="%s" x="%s" y="%s" width="%s" height="%s" rx="%s"/>`+"\n", class, num(x), num(y), num(max(w, 0)), num(max(h, 0)), num(round))
	c.reach(x+w+2, y+h+2)
}

func (c *canvas) circle(class string, x, y, r float64) {
	fmt.Fprintf(&c.b, `<circle class="%s" cx="%s" cy="%s" r="%s"/>`+"\n", class, num(x), num(y), num(r))
	c.reach(x+r+2, y+r+2)
}

// path takes pairs of letters and numbers: "M", 1, 2, "L", 3, 4, "z".
func (c *canvas) path(class string, parts ...any) {
	var d []string
	for _, p := range parts {
		switch p := p.(type) {
		case string:
			d = append(d, p)
		case float64:
			d = append(d, num(p))
		}
	}
	fmt.Fprintf(&c.b, `<path class="%s" d="%s"/>`+"\n", class, strings.Join(d, " "))
}

// text that is already short enough. The class says "st" or "en" or "mi" for where x is: at its
// start, its end or its middle.
func (c *canvas) text(class string, x, y, size float64, s string) {
	if s == "" {
		return
	}
	fmt.Fprintf(&c.b, `<text class="%s" x="%s" y="%s">%s</text>`+"\n", class, num(x), num(y), escaped(s))
	w := width(s, size)
	switch {
	case strings.HasSuffix(class, " mi"):
		w /= 2
	case strings.HasSuffix(class, " en"):
		w = 0
	}
	c.reach(x+w, y+size/2)
}

// write puts the picture into its frame. title and description are for those who hear it.
func (c *canvas) write(w io.Writer, theme Theme, title, description string) error {
	wide, high := num(math.Ceil(c.right+16)), num(math.Ceil(c.bottom+16))
	var out strings.Builder
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" class="chorchart" role="img" aria-labelledby="%stitle %sdesc" width="%s" height="%s" viewBox="0 0 %s %s">`+"\n",
		c.prefix, c.prefix, wide, high, wide, high)
	fmt.Fprintf(&out, "<title id=\"%stitle\">%s</title>\n", c.prefix, escaped(cut(title, maxTitle)))
	fmt.Fprintf(&out, "<desc id=\"%sdesc\">%s</desc>\n", c.prefix, escaped(cut(description, maxTitle)))
	if !c.bare {
		out.WriteString("<style>\n" + StyleSheet(theme) + "</style>\n")
	}
	fmt.Fprintf(&out, `<rect class="paper" width="%s" height="%s"/>`+"\n", wide, high)
	out.WriteString(c.b.String())
	out.WriteString("</svg>\n")
	_, err := io.WriteString(w, out.String())
	return err
}
