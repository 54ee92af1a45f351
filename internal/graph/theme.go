package graph

import (
	"bytes"
	"fmt"
	"strings"

	"chorcheck/lang/dot"
)

// Theme chooses the colours of a picture.
type Theme int

// The themes. Auto follows what the reader prefers.
const (
	Auto Theme = iota
	Light
	Dark
)

// colour is one colour, in light and in dark mode.
type colour struct{ light, dark string }

func (c colour) of(dark bool) string {
	if dark {
		return c.dark
	}
	return c.light
}

// family has the fonts that are as wide as the one that graphs are laid out for.
const family = `Arial,"Liberation Sans",Helvetica,sans-serif`

// style writes the colours of one mode. Rules count more than the attributes that the picture has,
// which are those of the light mode.
func style(dark bool) string {
	paper, ink, lane := colour{"#ffffff", "#14181f"}, colour{"#1f2933", "#e4e9f0"}, colour{"#7b8794", "#8793a3"}
	var b strings.Builder
	rule := func(selector, format string, args ...any) {
		fmt.Fprintf(&b, ".%s %s{%s}\n", dot.Class, selector, fmt.Sprintf(format, args...))
	}
	fmt.Fprintf(&b, ".%s>polygon{fill:%s;stroke:none}\n", dot.Class, paper.of(dark))
	rule("text", "fill:%s;font-family:%s", ink.of(dark), family)
	rule(".node *:not(text)", "stroke:%s", ink.of(dark))
	rule(".node "+filled, "fill:%s", paper.of(dark))
	rule(".edge path", "stroke:%s", lane.of(dark))
	rule(".edge polygon", "fill:%s;stroke:%[1]s", lane.of(dark))
	rule(".cluster path,."+dot.Class+" .cluster polygon", "stroke:%s", lane.of(dark))
	for _, shade := range []struct {
		class string
		line  colour
		fill  colour
	}{
		{"good", colour{"#2e7d32", "#81c995"}, colour{"#edf7ee", "#1b2b20"}},
		{"bad", colour{"#c62828", "#ff8a80"}, colour{"#fdeeee", "#3a1f22"}},
		{"warn", colour{"#b45309", "#ffb74d"}, colour{"#fdf3e7", "#33291a"}},
		{"calm", colour{"#1d5fbf", "#7db4ff"}, colour{"#eef4fc", "#1a2536"}},
		{"mute", colour{"#5f6b7a", "#9aa7b8"}, colour{"#eef2f7", "#222a35"}},
	} {
		rule(".node."+shade.class+" *:not(text)", "stroke:%s", shade.line.of(dark))
		rule(".node."+shade.class+" "+filled, "fill:%s", shade.fill.of(dark))
		rule(".cluster."+shade.class+" path,."+dot.Class+" .cluster."+shade.class+" polygon", "stroke:%s", shade.line.of(dark))
		rule(".cluster."+shade.class+" text,."+dot.Class+" .edge."+shade.class+" text", "fill:%s", shade.line.of(dark))
		rule(".edge."+shade.class+" path", "stroke:%s", shade.line.of(dark))
		rule(".edge."+shade.class+" polygon", "fill:%s;stroke:%[1]s", shade.line.of(dark))
	}
	rule(".node.solid *:not(text)", "fill:%s;stroke:%[1]s", ink.of(dark))
	return b.String()
}

// filled are the shapes that are: others, such as the outer one of two lines, would hide what is below.
const filled = `*:not(text):not([fill="none"])`

// Colour gives a picture that Draw has made the colours of a theme.
func Colour(picture []byte, theme Theme) []byte {
	sheet := style(theme == Dark)
	if theme == Auto {
		sheet += "@media (prefers-color-scheme:dark){\n" + style(true) + "}\n"
	}
	end := bytes.IndexByte(picture, '>') + 1 // of the first tag; its attributes hold no such sign
	var b bytes.Buffer
	b.Write(picture[:end])
	b.WriteString("\n<style>\n" + sheet + "</style>")
	b.Write(picture[end:])
	return b.Bytes()
}
