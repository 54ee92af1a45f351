package text

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"chorcheck/report"
	"chorcheck/verify"
)

// worstGaps is how many gaps are listed if the coverage is too low.
const worstGaps = 5

// coverage writes the failure coverage matrix: a line for each fault at each place,
// a column for each environment, and then the percentage.
func coverage(w io.Writer, f *report.File, style Style) {
	fmt.Fprintln(w)
	c := f.Result.Coverage
	if c == nil || len(c.Cells) == 0 {
		fmt.Fprintf(w, "%s nothing can fail here\n", style.paint(bold, "failure coverage:"))
		return
	}
	fmt.Fprintln(w, style.paint(bold, "failure coverage: what becomes of each fault, where it strikes"))
	title := []string{"fault", "of", "at"}
	for _, e := range f.Result.Environments {
		title = append(title, clean(e.Environment.Name))
	}
	rows := [][]string{append(title, "")}
	for _, cell := range c.Cells {
		row := fault(f, cell)
		for _, e := range f.Result.Environments {
			row = append(row, strike(f, cell, e.Environment.Name))
		}
		rows = append(rows, append(row, "")) // the last cell of a row is not padded
	}
	fmt.Fprint(w, table("  ", rows))
	gaps := report.Gaps(c)
	if len(gaps) > 0 {
		fmt.Fprintln(w, "  PARTIAL: handled, but some run ends badly; UNHANDLED: some run ends badly, and no handler is entered")
	}
	percent := fmt.Sprintf("%g %% of %s handled or tolerated", report.Percent(c), plural(len(c.Cells), "row is", "rows are"))
	switch f.Covered() {
	case report.Met:
		color := green
		if len(gaps) > 0 {
			color = yellow
		}
		fmt.Fprintf(w, "  %s\n", style.paint(color, percent))
		return
	case report.Undecided:
		fmt.Fprintf(w, "%s %s, and the search was not complete: %g %% are required\n", style.paint(yellow, "? coverage:"), percent, f.MinCoverage)
	case report.Unmet:
		fmt.Fprintf(w, "%s %s, and %g %% are required\n", style.paint(red, "✗ coverage:"), percent, f.MinCoverage)
	}
	for _, cell := range gaps[:min(worstGaps, len(gaps))] {
		what := fault(f, cell)
		line := fmt.Sprintf("%s: %s of %s", status(report.Worst(cell)), what[0], what[1])
		if what[2] != "" {
			line += " at " + what[2]
		}
		i := slices.IndexFunc(cell.Strikes, func(s verify.Strike) bool { return s.Status == report.Worst(cell) })
		if text := cell.Strikes[i].Finding; text != "" {
			line += ": " + clean(text)
		}
		fmt.Fprintf(w, "  %s\n", line)
	}
	if n := len(gaps) - worstGaps; n > 0 {
		fmt.Fprintf(w, "  .. and %s, in the table above\n", plural(n, "more", "more"))
	}
}

// fault gives the first cells of a row: the kind, whom it strikes, and where.
func fault(f *report.File, c verify.CoverageCell) []string {
	kind := clean(c.Fault)
	if c.Detail != "" {
		kind += " " + clean(c.Detail)
	}
	at := ""
	switch line := f.Line(c.Place); {
	case line > 0:
		at = fmt.Sprintf("line %d", line)
		if text := f.Excerpt(c.Place); text != "" {
			at += " `" + clean(text) + "`"
		}
	case c.Peer < 0: // a role that has nothing left to do
		at = "its end"
	}
	return []string{kind, clean(f.Struck(c)), at}
}

// strike is what became of a cell in one environment.
func strike(f *report.File, c verify.CoverageCell, environment string) string {
	i := slices.IndexFunc(c.Strikes, func(s verify.Strike) bool { return s.Environment == environment })
	if i < 0 {
		return "-"
	}
	s := c.Strikes[i]
	var names []string
	for _, h := range s.Handlers {
		names = append(names, clean(f.HandlerName(h)))
	}
	switch handlers := strings.Join(names, "; "); {
	case handlers == "":
		return status(s.Status)
	case s.Status == verify.Handled:
		return handlers
	default:
		return status(s.Status) + " (" + handlers + ")"
	}
}

// status is in capitals where something has to be done.
func status(s verify.CoverageStatus) string {
	if s == verify.Partial || s == verify.Unhandled {
		return strings.ToUpper(s.String())
	}
	return s.String()
}
