package main

import (
	"fmt"
	"html"
	"math"
	"strings"
)

// A plot of curves with a logarithmic axis, as SVG that can be read on light and on dark ground.

const (
	plotWidth, plotHeight           = 720.0, 440.0
	plotLeft, plotRight             = 64.0, 24.0
	plotTop, plotBottom             = 24.0, 120.0
	legendLine, legendStep, perLine = 18.0, 320.0, 2
)

// plot draws curves over one parameter; the other axis is logarithmic.
func plot(title string, curves []curve) string {
	var drawn []curve // the ones with points
	for _, c := range curves {
		if len(c.x) > 0 {
			drawn = append(drawn, c)
		}
	}
	left, right, low, high := math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	for _, c := range drawn {
		for i := range c.x {
			left, right = min(left, c.x[i]), max(right, c.x[i])
			low, high = min(low, math.Log10(c.y[i])), max(high, math.Log10(c.y[i]))
		}
	}
	low, high = math.Floor(low), math.Ceil(high)
	if high == low {
		high++
	}
	if right == left {
		right++
	}
	atX := func(x float64) float64 { return plotLeft + (x-left)/(right-left)*(plotWidth-plotLeft-plotRight) }
	atY := func(log float64) float64 {
		return plotHeight - plotBottom - (log-low)/(high-low)*(plotHeight-plotTop-plotBottom)
	}

	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" font-family="sans-serif" font-size="12" role="img">`+"\n", plotWidth, plotHeight)
	fmt.Fprintf(&b, "<title>%s</title>\n", html.EscapeString(title))
	b.WriteString(`<style>
text{fill:#333}.axis{stroke:#777}.grid{stroke:#ccc}
.c0{stroke:#1b6ca8}.c1{stroke:#c2571a}.c2{stroke:#2f7d32}.c3{stroke:#8e3b8a}
@media(prefers-color-scheme:dark){text{fill:#ddd}.axis{stroke:#999}.grid{stroke:#444}
.c0{stroke:#6cb8ee}.c1{stroke:#f0955c}.c2{stroke:#7cc77f}.c3{stroke:#d38ad0}}
</style>
`)
	if len(drawn) > 0 {
		axes(&b, left, right, low, high, atX, atY)
	}
	for i, c := range drawn {
		class := i % 4
		dashes := ""
		if i >= 4 {
			dashes = ` stroke-dasharray="6 3"`
		}
		var points []string
		for j := range c.x {
			points = append(points, fmt.Sprintf("%.1f,%.1f", atX(c.x[j]), atY(math.Log10(c.y[j]))))
		}
		fmt.Fprintf(&b, `<polyline class="c%d" fill="none" stroke-width="2"%s points="%s"/>`+"\n", class, dashes, strings.Join(points, " "))
		for _, p := range points {
			x, y, _ := strings.Cut(p, ",")
			fmt.Fprintf(&b, `<circle class="c%d" fill="none" cx="%s" cy="%s" r="2.5"/>`+"\n", class, x, y)
		}
		x, y := plotLeft+legendStep*float64(i%perLine), plotHeight-plotBottom+56+legendLine*float64(i/perLine)
		fmt.Fprintf(&b, `<line class="c%d" stroke-width="2"%s x1="%.0f" y1="%.0f" x2="%.0f" y2="%.0f"/>`+"\n", class, dashes, x, y, x+24, y)
		fmt.Fprintf(&b, `<text x="%.0f" y="%.0f">%s</text>`+"\n", x+32, y+4, html.EscapeString(c.name))
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// axes draws lines at powers of ten, and at some parameters.
func axes(b *strings.Builder, left, right, low, high float64, atX, atY func(float64) float64) {
	for log := low; log <= high; log++ {
		y := atY(log)
		fmt.Fprintf(b, `<line class="grid" x1="%.0f" y1="%.1f" x2="%.0f" y2="%.1f"/>`+"\n", plotLeft, y, plotWidth-plotRight, y)
		fmt.Fprintf(b, `<text x="%.0f" y="%.1f" text-anchor="end">%s</text>`+"\n", plotLeft-8, y+4, power(log))
	}
	bottom := atY(low)
	fmt.Fprintf(b, `<line class="axis" x1="%.0f" y1="%.1f" x2="%.0f" y2="%.1f"/>`+"\n", plotLeft, bottom, plotWidth-plotRight, bottom)
	step := tick(right - left)
	for x := math.Ceil(left/step) * step; x <= right; x += step {
		fmt.Fprintf(b, `<text x="%.1f" y="%.1f" text-anchor="middle">%.0f</text>`+"\n", atX(x), bottom+18, x)
	}
	fmt.Fprintf(b, `<text x="%.1f" y="%.1f" text-anchor="middle">n</text>`+"\n", (plotLeft+plotWidth-plotRight)/2, bottom+34)
}

// tick is 1, 2 or 5, or that with zeros: so that there are about ten of them.
func tick(length float64) float64 {
	for unit := 1.0; ; unit *= 10 {
		for _, step := range []float64{unit, 2 * unit, 5 * unit} {
			if length/step <= 12 {
				return step
			}
		}
	}
}

func power(log float64) string {
	switch {
	case log < 0:
		return fmt.Sprintf("%g", math.Pow(10, log))
	case log <= 3:
		return fmt.Sprintf("%.0f", math.Pow(10, log))
	}
	return fmt.Sprintf(`10<tspan baseline-shift="super" font-size="9">%.0f</tspan>`, log)
}
