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
		why := "nothing can fail here"
		if c != nil && !f.SearchComplete() {
			why = "nothing has failed in what was searched, and the search was not complete"
		}
		fmt.Fprintf(w, "%s %s\n", style.paint(bold, "failure coverage:"), why)
		return
	}
	fmt.Fprintln(w, style.paint(bold, "failure coverage: what becomes of each fault, where it strikes"))
	rows, handlers := coverageRows(f, func(name string) string { return name }), []string(nil)
	if tableWidth(rows) > style.width()-2 {
		// Handlers stand below the table, with numbers in it.
		rows = coverageRows(f, func(name string) string {
			if !slices.Contains(handlers, name) {
				handlers = append(handlers, name)
			}
			return fmt.Sprintf("[%d]", slices.Index(handlers, name)+1)
		})
	}
	for i, block := range blocks(rows, 3, style.width()-2) {
		if i > 0 {
			fmt.Fprintln(w)
		}
		for j := range block {
			block[j] = append(block[j], "") // the last cell of a row is not padded
		}
		fmt.Fprint(w, table("  ", block))
	}
	for i, name := range handlers {
		fmt.Fprintf(w, "  [%d] %s\n", i+1, name)
	}
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

// coverageRows is the matrix, its heading first. A handler is shown as name gives it.
func coverageRows(f *report.File, name func(string) string) [][]string {
	title := []string{"fault", "of", "at"}
	for _, e := range f.Result.Environments {
		title = append(title, clean(e.Environment.Name))
	}
	rows := [][]string{title}
	for _, cell := range f.Result.Coverage.Cells {
		row := fault(f, cell)
		for _, e := range f.Result.Environments {
			row = append(row, strike(f, cell, e.Environment.Name, name))
		}
		rows = append(rows, row)
	}
	return rows
}

// strike is what became of a cell in one environment.
func strike(f *report.File, c verify.CoverageCell, environment string, name func(string) string) string {
	i := slices.IndexFunc(c.Strikes, func(s verify.Strike) bool { return s.Environment == environment })
	if i < 0 {
		return nothing
	}
	s := c.Strikes[i]
	var names []string
	for _, h := range s.Handlers {
		names = append(names, name(clean(f.HandlerName(h))))
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
