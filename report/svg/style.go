package svg

import (
	"fmt"
	"strings"
)

// Theme chooses the colours.
type Theme int

// The themes. Auto follows what the reader prefers.
const (
	Auto Theme = iota
	Light
	Dark
)

// colours are the names of the colours with their values in light and in dark mode.
var colours = [...]struct{ name, light, dark string }{
	{"ink", "#1f2933", "#e4e9f0"},
	{"mut", "#5f6b7a", "#9aa7b8"},
	{"lane", "#a3adba", "#566273"},
	{"blue", "#1d5fbf", "#7db4ff"},
	{"red", "#c62828", "#ff8a80"},
	{"orange", "#b45309", "#ffb74d"},
	{"purple", "#7b3fb5", "#cf9bff"},
	{"green", "#2e7d32", "#81c995"},
}

// rules that do not depend on the theme. Everything stands below the class of the
// picture, so that several can be in one page.
const rules = `.chorchart{font-family:system-ui,"Segoe UI","Helvetica Neue",Arial,"DejaVu Sans",sans-serif;font-size:12px}
.chorchart text{paint-order:stroke;stroke-width:4px;stroke-linejoin:round;unicode-bidi:isolate;white-space:pre}
.chorchart .in{stroke:none}
.chorchart .h1{font-size:16px;font-weight:600}
.chorchart .b{font-weight:600}
.chorchart .sm{font-size:10.5px}
.chorchart .st{text-anchor:start}
.chorchart .mi{text-anchor:middle}
.chorchart .en{text-anchor:end}
.chorchart line,.chorchart path,.chorchart .hollow{fill:none;stroke-width:1.5px}
.chorchart .thin{stroke-width:1px}
.chorchart .bold{stroke-width:2.6px}
.chorchart .dash{stroke-dasharray:6 4}
.chorchart .dot{stroke-dasharray:1.5 4;stroke-linecap:round}
.chorchart .dashdot{stroke-dasharray:8 3 2 3}
.chorchart .minor{opacity:.5}
.chorchart .hush{opacity:.45}
.chorchart .wash{fill-opacity:.07;stroke-opacity:.55;stroke-width:1px}
.chorchart .wash2{fill-opacity:.15;stroke-opacity:.8;stroke-width:1px}
`

func palette(dark bool) string {
	pick := func(light, darker string) string {
		if dark {
			return darker
		}
		return light
	}
	paper := pick("#ffffff", "#14181f")
	var b strings.Builder
	fmt.Fprintf(&b, ".chorchart{color-scheme:%s}\n", pick("light", "dark"))
	fmt.Fprintf(&b, ".chorchart .paper,.chorchart .f-paper{fill:%s}\n.chorchart text{stroke:%s}\n", paper, paper)
	fmt.Fprintf(&b, ".chorchart .s-paper{stroke:%s}\n", paper)
	fmt.Fprintf(&b, ".chorchart .box{fill:%s}\n", pick("#eef2f7", "#222a35"))
	for _, c := range colours {
		value := pick(c.light, c.dark)
		fmt.Fprintf(&b, ".chorchart .f-%s{fill:%s}.chorchart .s-%s{stroke:%s}\n", c.name, value, c.name, value)
	}
	return b.String()
}

// StyleSheet is that of all pictures, for a page with several of them. All of its rules are
// about what is in an element of the class chorchart.
func StyleSheet(theme Theme) string {
	sheet := rules + palette(theme == Dark)
	if theme == Auto {
		sheet += "@media (prefers-color-scheme:dark){\n" + palette(true) + "}\n"
	}
	return sheet
}
