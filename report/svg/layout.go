package svg

// Measures, in pixels.
const (
	gutter     = 46.0  // left of the lanes: the numbers of steps
	pitch      = 32.0  // of a row
	bandHeight = 26.0  // of a folded row
	tabHeight  = 15.0  // of the label of a frame
	headHeight = 26.0  // of a box with the name of a role
	halfFrame  = 21.0  // half the width of an outermost frame
	headRoom   = 140.0 // of the name of a role
	maxTimer   = 80.0  // of the name of a timer
)

// layout says where everything is.
type layout struct {
	chart    *Chart
	x        []float64 // by lane
	rows     []row
	rowOf    []int     // by step
	top, mid []float64 // by row; top has one more entry, the bottom
	frameTop []float64 // by frame; negative: it is not shown
	crowded  []bool    // by row: frames of several lanes open in it
	heads    float64   // the y of the boxes with the names
}

// arrange computes a layout, of which the boxes with the names begin at y.
func arrange(c *Chart, rows []row, y float64) *layout {
	l := &layout{chart: c, rows: rows, heads: y, rowOf: make([]int, len(c.Steps)), frameTop: make([]float64, len(c.Frames))}
	for k, r := range rows {
		for i := r.from; i < r.to; i++ {
			l.rowOf[i] = k
		}
	}
	l.columns()
	l.lines(y + headHeight + 8)
	return l
}

// headName is the name of a lane as it stands in its box.
func headName(c *Chart, lane int) string {
	return shorten(c.Lanes[lane].Name, sizeText*1.1, headRoom)
}

// headWidth is the width of the box with the name of a lane.
func headWidth(c *Chart, lane int) float64 {
	return max(width(headName(c, lane), sizeText*1.1)+14, 58)
}

// columns places the lanes: as close as their names and the words on the arrows
// between neighbours allow.
func (l *layout) columns() {
	c := l.chart
	n := len(c.Lanes)
	most := 280.0 // that words on arrows may push two lanes apart
	switch {
	case n > 16:
		most = 100
	case n > 8:
		most = 140
	case n > 4:
		most = 210
	}
	gap := make([]float64, n)
	for i := range n {
		gap[i] = headWidth(c, i)/2 + 6
		if i > 0 {
			gap[i] += headWidth(c, i-1)/2 + 6
		}
	}
	if n > 0 {
		gap[0] += gutter + 22
	}
	for _, t := range c.Timers {
		room := min(width(shorten(t.Name, sizeSmall, maxTimer), sizeSmall), maxTimer) + 20 + 8*float64(t.Slot)
		if t.Lane == 0 {
			room += gutter
		} else {
			room += halfFrame + 4
		}
		gap[t.Lane] = max(gap[t.Lane], room)
	}
	for i, a := range c.Arrows {
		if a.To == 0 && a.Until >= 0 && !l.hidden(a.Until) && a.endsAtLane() {
			gap[0] = max(gap[0], gutter+20+min(120, width(shorten(l.farLabel(&c.Arrows[i]), sizeSmall, 120), sizeSmall)))
		}
		if at := max(a.From, a.To); at-min(a.From, a.To) == 1 {
			room := width(shorten(arrowLabel(&c.Arrows[i]), sizeText, most), sizeText) + 34
			switch a.Fate {
			case Queued:
				room += 22 // the mark of the queue
			case Lost:
				room /= lostAt // the words end before the cross
			case Nowhere, Emptied:
				room += halfFrame
			default:
			}
			gap[at] = max(gap[at], min(most, room))
		}
	}
	x := 0.0
	for i := range n {
		x += gap[i]
		l.x = append(l.x, x)
	}
}

// lines places the rows.
func (l *layout) lines(y float64) {
	tabs := make([]map[int]int, len(l.rows)) // by row and lane: the frames that open
	for i, f := range l.chart.Frames {
		l.frameTop[i] = -1
		k := l.rowOf[f.From]
		if f.To < len(l.rowOf) && l.rowOf[f.To] == k {
			continue
		}
		if tabs[k] == nil {
			tabs[k] = map[int]int{}
		}
		l.frameTop[i] = float64(tabs[k][f.Lane]) * tabHeight
		tabs[k][f.Lane]++
	}
	begin := make([]float64, len(l.rows)) // where frames of a row open
	for k, r := range l.rows {
		most := 0
		for _, n := range tabs[k] {
			most = max(most, n)
		}
		l.crowded = append(l.crowded, len(tabs[k]) > 1)
		room := float64(most) * tabHeight
		l.top = append(l.top, y)
		if r.folded() {
			l.mid = append(l.mid, y+bandHeight/2)
			begin[k] = y + bandHeight + 2
			y += bandHeight + 4 + room
		} else {
			l.mid = append(l.mid, y+room+pitch*0.6)
			begin[k] = y + 2
			y += room + pitch
		}
	}
	l.top = append(l.top, y)
	for i, f := range l.chart.Frames {
		if l.frameTop[i] >= 0 {
			l.frameTop[i] += begin[l.rowOf[f.From]]
		}
	}
}

// start is where the lanes begin, and floor where they end.
func (l *layout) start() float64 { return l.heads + headHeight }
func (l *layout) floor() float64 { return l.top[len(l.top)-1] + 6 }

// y is the middle of the row of a step.
func (l *layout) y(step int) float64 {
	switch {
	case step < 0:
		return l.start() + 4
	case step >= len(l.rowOf):
		return l.floor()
	}
	return l.mid[l.rowOf[step]]
}

// above is the upper end of the row of a step.
func (l *layout) above(step int) float64 {
	switch {
	case step >= len(l.rowOf):
		return l.floor() - 2
	case l.rows[l.rowOf[step]].folded():
		return l.mid[l.rowOf[step]]
	}
	return l.top[l.rowOf[step]]
}

// hidden reports whether a step is in a folded row.
func (l *layout) hidden(step int) bool {
	return step >= 0 && step < len(l.rowOf) && l.rows[l.rowOf[step]].folded()
}

// together reports whether two steps are in one folded row.
func (l *layout) together(a, b int) bool {
	return l.hidden(a) && l.hidden(b) && l.rowOf[a] == l.rowOf[b]
}
