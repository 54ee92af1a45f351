package main

import (
	"fmt"
	"io"
	"math"
	"math/big"
)

// growing is a family of which the growth is measured.
type growing struct {
	name       string
	text       func(n int) string
	parameters []int
}

func growingFamilies() []growing {
	return []growing{
		{"saga", saga, []int{5, 10, 15, 20, 25, 30, 35, 40}},
		{"two-phase-commit", twoPhaseCommit, []int{3, 4, 5, 6, 7, 8, 9, 10}},
	}
}

// growth measures the members of families, and writes a table; the curves are for a plot.
func growth(w io.Writer, c *command, families []growing) ([]curve, error) {
	fmt.Fprint(w, `
## How the cost grows

`+"`chorcheck verify --engine symbolic --only deadlock`"+`, the whole process. Below the table: states, nodes of the result and time, without that of starting and reading, by n. Of a power of n and an
exponential the one is given that fits the logarithms better by least squares, with its coefficient of determination. The nodes that are held at most are not fitted: garbage is
collected only when there is much of it.

![growth](growth.svg)

| protocol | states | nodes | at most | s | MiB |
| --- | --- | --- | --- | --- | --- |
`)
	var curves []curve
	var fits []string
	for _, f := range families {
		nodes, seconds, states := curve{name: f.name + ": nodes"}, curve{name: f.name + ": ms"}, curve{name: f.name + ": states"}
		for _, n := range f.parameters {
			path, err := c.text(f.text(n))
			if err != nil {
				return nil, err
			}
			m, err := c.verify("--engine", "symbolic", "--only", "deadlock", path)
			if err != nil {
				return nil, fmt.Errorf("%s-%d: %w", f.name, n, err)
			}
			fmt.Fprintf(w, "| %s-%d | %s | %d | %d | %s |\n", f.name, n, short(m.states), m.nodes, m.peakNodes, m.cost())
			if m.reason != "" {
				break
			}
			x := float64(n)
			nodes.add(x, float64(m.nodes))
			seconds.add(x, m.elapsed*1e3)
			states.add(x, asFloat(m.states))
		}
		for _, k := range []curve{states, nodes, seconds} {
			fits = append(fits, fmt.Sprintf("* %s: %s", k.name, k.growth()))
		}
		curves = append(curves, nodes, seconds)
	}
	fmt.Fprintln(w)
	for _, line := range fits {
		fmt.Fprintln(w, line)
	}
	return curves, nil
}

func asFloat(n *big.Int) float64 {
	f, _ := new(big.Float).SetInt(n).Float64()
	return f
}

// curve is what was measured over a parameter.
type curve struct {
	name string
	x, y []float64 // both positive
}

func (c *curve) add(x, y float64) { c.x, c.y = append(c.x, x), append(c.y, y) }

// slope is that of the line of least squares through some points, with the coefficient of determination.
func slope(x, y []float64) (slope, determination float64) {
	n := float64(len(x))
	var sx, sy float64
	for i := range x {
		sx, sy = sx+x[i], sy+y[i]
	}
	mx, my := sx/n, sy/n
	var xx, xy, yy float64
	for i := range x {
		xx += (x[i] - mx) * (x[i] - mx)
		xy += (x[i] - mx) * (y[i] - my)
		yy += (y[i] - my) * (y[i] - my)
	}
	slope, determination = xy/xx, 1
	if yy > 0 {
		determination = xy * xy / (xx * yy)
	}
	return slope, determination
}

func logarithms(values []float64) []float64 {
	out := make([]float64, len(values))
	for i, v := range values {
		out[i] = math.Log(v)
	}
	return out
}

// growth is the law that fits better, in words.
func (c *curve) growth() string {
	if len(c.x) < 3 {
		return "too few points"
	}
	power, powerFit := slope(logarithms(c.x), logarithms(c.y))
	rate, exponentialFit := slope(c.x, logarithms(c.y))
	if powerFit >= exponentialFit {
		return fmt.Sprintf("as n^%.1f (%.3f; an exponential fits with %.3f)", power, powerFit, exponentialFit)
	}
	return fmt.Sprintf("as %.1f^n (%.3f; a power fits with %.3f)", math.Exp(rate), exponentialFit, powerFit)
}
