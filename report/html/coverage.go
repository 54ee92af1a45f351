package html

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"chorcheck/model"
	"chorcheck/report"
	"chorcheck/verify"
)

// matrix is the failure coverage matrix: a row for each fault and whom it strikes, a
// column for each line at which it can.
type matrix struct {
	Class, Percent, Required string
	Columns                  []column
	Rows                     []strikes
	Details                  []detail
	Counts                   []pair // how many cells have a status
}

// column is one line of the text; 0 is no line.
type column struct {
	Line               int
	Href, Short, Title string
}

// strikes of one fault at one role.
type strikes struct {
	Fault, Of string
	Cells     []heat
}

// heat is one cell of the picture; without a status nothing strikes there.
type heat struct {
	ID, Class, Mark, Words string
}

// detail says what becomes of the strikes of one cell.
type detail struct {
	ID, Title, Class, Status string
	Excerpt                  []line
	Href                     string
	Lines                    []becomes
	Runs                     []int // the findings in whose runs it strikes
}

// becomes is what becomes of a strike in one environment.
type becomes struct{ Place, Environment, Class, Status, Handlers, Finding string }

// coverage makes the matrix, if it was asked for.
func (b *builder) coverage(v *file) {
	f := v.report
	if !f.Coverage && f.Result.Coverage == nil {
		return
	}
	c := f.Result.Coverage
	v.Coverage = &matrix{}
	if c == nil || len(c.Cells) == 0 {
		return
	}
	m := v.Coverage
	m.Percent = fmt.Sprintf("%g %% of %s handled or tolerated", report.Percent(c), plural(len(c.Cells), "strike is", "strikes are"))
	switch f.Covered() {
	case report.Met:
		m.Class = "good"
		if len(report.Gaps(c)) > 0 {
			m.Class = "warn"
		}
	case report.Undecided:
		m.Class, m.Required = "open", fmt.Sprintf("%g %% are required, and the search was not complete", f.MinCoverage)
	case report.Unmet:
		m.Class, m.Required = "bad", fmt.Sprintf("%g %% are required", f.MinCoverage)
	}
	counts := map[verify.CoverageStatus]int{}
	for _, cell := range c.Cells {
		counts[report.Worst(cell)]++
	}
	for _, s := range statuses() {
		m.Counts = append(m.Counts, pair{s.String(), fmt.Sprint(counts[s])})
	}
	cells := c.Cells
	if len(cells) > b.cells {
		// The worst ones stay.
		b.lacks("strikes of the failure coverage", len(cells)-b.cells)
		cells = slices.Clone(cells)
		slices.SortStableFunc(cells, func(x, y verify.CoverageCell) int {
			return cmp.Compare(rank(report.Worst(y)), rank(report.Worst(x)))
		})
		cells = cells[:b.cells]
	}
	b.cells -= len(cells)
	m.fill(v, cells)
}

// statuses from the best to the worst, as a cell counts.
func statuses() []verify.CoverageStatus {
	return []verify.CoverageStatus{verify.Handled, verify.Tolerated, verify.Unjudged, verify.Partial, verify.Unhandled}
}

func rank(s verify.CoverageStatus) int { return slices.Index(statuses(), s) }

// fill arranges cells by rows and columns.
func (m *matrix) fill(v *file, cells []verify.CoverageCell) {
	f := v.report
	type at struct{ row, line int }
	var lines []int
	rows := map[pair]int{}
	groups := map[at][]verify.CoverageCell{}
	for _, c := range cells {
		what := pair{name(strings.TrimSpace(c.Fault + " " + c.Detail)), name(f.Struck(c))}
		i, ok := rows[what]
		if !ok {
			i = len(m.Rows)
			rows[what] = i
			m.Rows = append(m.Rows, strikes{Fault: what.Name, Of: what.Value})
		}
		line := f.Line(c.Place)
		if !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
		groups[at{i, line}] = append(groups[at{i, line}], c)
	}
	// What strikes at no line stands at the right.
	slices.SortFunc(lines, func(x, y int) int { return cmp.Compare(uint(x-1), uint(y-1)) })
	for _, n := range lines {
		c := column{Line: n, Short: fmt.Sprint(n), Href: v.line(n), Title: clean(strings.TrimSpace(f.Source.Line(n)), maxName)}
		if n == 0 {
			c = column{Short: "end", Title: "at the end of a role, or at no place"}
		}
		m.Columns = append(m.Columns, c)
	}
	for i := range m.Rows {
		for _, n := range lines {
			list := groups[at{i, n}]
			if len(list) == 0 {
				m.Rows[i].Cells = append(m.Rows[i].Cells, heat{})
				continue
			}
			d := v.detail(&m.Rows[i], n, list)
			d.ID = fmt.Sprintf("strike-%s-%d", v.ID, len(m.Details)+1)
			m.Details = append(m.Details, d)
			m.Rows[i].Cells = append(m.Rows[i].Cells, heat{d.ID, d.Class, mark(d.Class), d.Title + ": " + d.Status})
		}
	}
}

// mark of a status, for those who see no colours.
func mark(class string) string {
	return map[string]string{"handled": "✓", "tolerated": "○", "partial": "◐", "unhandled": "✗", "unjudged": "?"}[class]
}

// detail of the strikes of one row at one line.
func (v *file) detail(r *strikes, n int, list []verify.CoverageCell) detail {
	f := v.report
	worst := verify.Handled
	d := detail{Title: fmt.Sprintf("%s of %s at line %d", r.Fault, r.Of, n), Href: v.line(n)}
	if n == 0 {
		d.Title, d.Href = fmt.Sprintf("%s of %s at the end", r.Fault, r.Of), ""
	}
	for _, c := range list {
		if s := report.Worst(c); rank(s) > rank(worst) {
			worst = s
		}
		for _, s := range c.Strikes {
			if len(d.Lines) == mostRows {
				break
			}
			var handlers []string
			for _, h := range s.Handlers {
				handlers = append(handlers, f.HandlerName(h))
			}
			d.Lines = append(d.Lines, becomes{clean(f.Excerpt(c.Place), maxName), name(s.Environment), s.Status.String(), s.Status.String(),
				message(strings.Join(handlers, "; ")), message(s.Finding)})
		}
		for _, run := range v.runs {
			if len(d.Runs) < 10 && !slices.Contains(d.Runs, run.number) && v.strikesIn(&c, run) {
				d.Runs = append(d.Runs, run.number)
			}
		}
	}
	if at, ok := f.Place(list[0].Place); ok {
		d.Excerpt = v.excerpt(at)
	}
	d.Class, d.Status = worst.String(), worst.String()
	return d
}

// strikesIn reports whether the fault of a cell strikes in a run: a message at the place
// of the cell, anything else at its role.
func (v *file) strikesIn(c *verify.CoverageCell, run struck) bool {
	f := v.report
	if !slices.ContainsFunc(c.Strikes, func(s verify.Strike) bool { return slices.Contains(run.environments, s.Environment) }) {
		return false
	}
	return slices.ContainsFunc(run.trace, func(s verify.Step) bool {
		if s.Role != c.Role {
			return false
		}
		switch c.Fault {
		case "timeout", "exception":
			return s.Fault == "" && v.detailOf(&s) == c.Detail && c.Detail != ""
		case "loss", "duplicate", "reorder":
			return s.Fault == c.Fault && f.Line(s.Origin) == f.Line(c.Place)
		}
		return s.Fault == c.Fault
	})
}

// detailOf a step: the timer that fires, or the exception that is raised.
func (v *file) detailOf(s *verify.Step) string {
	a := v.report.Automata
	if a == nil || s.Role < 0 || int(s.Role) >= len(a.Machines) || s.Transition < 0 || s.Transition >= len(a.Machines[s.Role].Transitions) {
		return ""
	}
	switch t := &a.Machines[s.Role].Transitions[s.Transition]; t.Kind {
	case model.Timeout:
		return a.Timers[t.Timer].Name
	case model.Raise:
		return a.Exceptions[t.Exception].Name
	default:
		return ""
	}
}
