package svg

import "slices"

// A run of more steps than this is folded: first stretches of steps that do not matter,
// then what is left in the middle.
const foldAt, keepFirst, keepLast = 40, 14, 20

// row of a picture: one step, or several that are folded into one row.
type row struct {
	from, to int // steps; to is not included
	idle     bool
}

// folded reports whether a row stands for several steps.
func (r row) folded() bool { return r.to-r.from > 1 }

// fold arranges the steps in rows.
func fold(c *Chart, full bool) []row {
	n := len(c.Steps)
	shown := make([]bool, n)
	var kept []int
	for i, s := range c.Steps {
		if s.Causal || full || n <= foldAt || i == 0 || i == n-1 {
			kept = append(kept, i)
		}
	}
	if len(kept) > foldAt && !full {
		middle := slices.DeleteFunc(slices.Clone(kept[keepFirst:len(kept)-keepLast]), func(i int) bool {
			return c.Cycle == nil || i != c.Cycle.From && i != c.Cycle.To
		})
		kept = slices.Concat(kept[:keepFirst], middle, kept[len(kept)-keepLast:])
	}
	for _, i := range kept {
		shown[i] = true
	}
	var rows []row
	for i := 0; i < n; {
		r := row{from: i, to: i + 1}
		if !shown[i] {
			for r.to < n && !shown[r.to] {
				r.to++
			}
			r.idle = !slices.ContainsFunc(c.Steps[r.from:r.to], func(s Step) bool { return s.Causal })
		}
		rows = append(rows, r)
		i = r.to
	}
	return rows
}
