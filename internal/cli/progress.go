package cli

import (
	"fmt"
	"io"
	"time"

	"chorcheck/report"
	"chorcheck/verify"
)

// progressLine is one line on a terminal that is written over and over again.
type progressLine struct {
	w     io.Writer
	name  string
	shown bool
}

func (p *progressLine) show(x verify.Progress) {
	p.shown = true
	fmt.Fprintf(p.w, "\r\x1b[2K%s", progressText(p.name, x))
}

func (p *progressLine) erase() {
	if p.shown {
		fmt.Fprint(p.w, "\r\x1b[2K")
	}
}

func progressText(name string, x verify.Progress) string {
	if x.Nodes > 0 {
		line := fmt.Sprintf("%s: %s, %.0f %% of the levels, %s nodes (at most %s), %s fires, %d MiB, %s", report.Printable(name), x.Phase, 100*x.Saturated,
			short(float64(x.Nodes)), short(float64(x.PeakNodes)), short(float64(x.Fired)), x.Bytes>>20, x.Elapsed.Round(time.Second))
		return cut(line)
	}
	line := fmt.Sprintf("%s: %s, %s states", report.Printable(name), x.Phase, short(float64(x.States)))
	if x.PerSecond > 0 {
		line += fmt.Sprintf(", %s/s", short(x.PerSecond))
	}
	line += fmt.Sprintf(", depth %d", x.Depth)
	if x.Frontier > 0 {
		line += fmt.Sprintf(", frontier %s", short(float64(x.Frontier)))
	}
	line += fmt.Sprintf(", %d MiB, %s", x.Bytes>>20, x.Elapsed.Round(time.Second))
	return cut(line)
}

// cut keeps what fits one line of a usual terminal.
func cut(line string) string {
	if r := []rune(line); len(r) > 110 {
		line = string(r[:110])
	}
	return line
}

// short writes a number with three digits: 1.23 M.
func short(x float64) string {
	for _, u := range []struct {
		size float64
		name string
	}{{1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e3, "k"}} {
		if x >= u.size {
			return fmt.Sprintf("%.3g %s", x/u.size, u.name)
		}
	}
	return fmt.Sprintf("%.0f", x)
}
