package text

import (
	"cmp"
	"fmt"
	"io"
	"math/big"
	"slices"
	"strings"

	"chorcheck/model"
	"chorcheck/report"
	"chorcheck/verify"
)

// Write renders a whole report. Troubles are not in it: they belong on the error
// stream, see [Troubles].
func Write(w io.Writer, r *report.Report, style Style) {
	for i := range r.Files {
		if i > 0 {
			fmt.Fprintln(w)
		}
		file(w, r, &r.Files[i], style)
	}
	if len(r.Files) > 1 {
		fmt.Fprintf(w, "\n%s\n", summary(r))
	}
	if r.Baseline != nil {
		baseline(w, r.Baseline, style)
	}
	if r.ExpectedOnly() {
		fmt.Fprintf(w, "\n%s\n", report.ExpectedCounts)
	}
}

// mostGone is how many findings are listed that are gone.
const mostGone = 10

// baseline says how the findings compare with those that were known.
func baseline(w io.Writer, b *report.Baseline, style Style) {
	color := green
	if b.New > 0 {
		color = red
	}
	fmt.Fprintf(w, "\n%s %s, %d known, %d gone\n", style.paint(bold, "baseline "+clean(b.Name)+":"),
		style.paint(color, plural(b.New, "new finding", "new findings")), b.Old, len(b.Gone))
	for _, id := range b.Gone[:min(mostGone, len(b.Gone))] {
		fmt.Fprintf(w, "  gone: %s\n", clean(id.String()))
	}
	if n := len(b.Gone) - mostGone; n > 0 {
		fmt.Fprintf(w, "  .. and %d more\n", n)
	}
}

// Troubles writes what is wrong with the command line or the world.
func Troubles(w io.Writer, list []report.Trouble, style Style) {
	for _, t := range list {
		where := ""
		if t.File != "" {
			where = clean(t.File) + ": "
		}
		fmt.Fprintf(w, "%s %s%s\n", style.paint(red, "chorcheck:"), where, clean(t.Message))
		if t.Hint != "" {
			fmt.Fprintf(w, "  %s\n", clean(t.Hint))
		}
	}
}

// summary is the last line of a report on several files.
func summary(r *report.Report) string {
	counts := map[int]int{}
	for i := range r.Files {
		counts[r.Files[i].Exit(r.Strict)]++ // by the verdicts, whatever counts
	}
	parts := []string{}
	for _, p := range []struct {
		code  int
		words string
	}{
		{report.ExitRejected, "rejected"}, {report.ExitViolated, "violated"},
		{report.ExitInconclusive, "inconclusive"}, {report.ExitOK, "fine"},
	} {
		if n := counts[p.code]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, p.words))
		}
	}
	return fmt.Sprintf("%s: %s", plural(len(r.Files), "file", "files"), strings.Join(parts, ", "))
}

func file(w io.Writer, r *report.Report, f *report.File, style Style) {
	header(w, f, style)
	if len(f.Diagnostics) > 0 {
		fmt.Fprintln(w)
		Diagnostics(w, f.Source, f.Diagnostics, f.Dropped, style)
		fmt.Fprintln(w)
	}
	if f.Rejected() {
		fmt.Fprintf(w, "%s the text has errors, so nothing was verified\n", style.paint(red, "✗ rejected:"))
		return
	}
	if f.Result == nil {
		return
	}
	rows := f.Rows()
	statistics(w, f)
	reductions(w, f)
	checks(w, f, rows, r.Strict, style)
	seen := &shown{runs: map[string]string{}}
	for _, row := range causesFirst(rows) {
		findings(w, r, f, &row, seen, style)
	}
	if style.Witness {
		witnesses(w, f, style)
	}
	if f.Coverage {
		coverage(w, f, style)
	}
	expectations(w, f, style)
}

// header is one line: what was read, and how large it turned out to be if there is
// one environment only.
func header(w io.Writer, f *report.File, style Style) {
	fmt.Fprint(w, style.paint(bold, clean(f.Source.Name)))
	if f.Automata != nil {
		names := []string{}
		for _, role := range f.Automata.Roles {
			names = append(names, clean(role.Name))
		}
		roles := strings.Join(names, ", ")
		if len(names) > 6 {
			roles = strings.Join(names[:5], ", ") + ", .."
		}
		fmt.Fprintf(w, "  %s, %s (%s), %s", clean(f.Choreography), plural(len(names), "role", "roles"), roles, f.Settings.Channels)
	}
	if f.Result != nil && len(f.Result.Environments) == 1 {
		e := f.Result.Environments[0]
		if e.Environment.Name != model.Calm().Name {
			fmt.Fprintf(w, ", environment %s", clean(e.Environment.Name))
		}
		fmt.Fprintf(w, ": %s", size(f, e.Statistics))
	}
	fmt.Fprintln(w)
}

// reductions has a line for those that were on, and for those that were off although
// they were asked for.
func reductions(w io.Writer, f *report.File) {
	for _, e := range f.Result.Environments {
		var parts []string
		if on := e.Statistics.Reductions; len(on) > 0 {
			parts = append(parts, "the state space was reduced: "+strings.Join(on, ", "))
		}
		parts = append(parts, e.Statistics.Unreduced...)
		if len(parts) == 0 {
			continue
		}
		if len(f.Result.Environments) > 1 {
			fmt.Fprintf(w, "  environment %s: ", clean(e.Environment.Name))
		} else {
			fmt.Fprint(w, "  ")
		}
		fmt.Fprintln(w, clean(strings.Join(parts, "; ")))
	}
}

// size is how large a state space is, and how long it took; perhaps in an earlier run.
func size(f *report.File, s verify.Statistics) string {
	if f.Cached {
		return extent(s) + " (cached)"
	}
	return extent(s)
}

func extent(s verify.Statistics) string {
	switch {
	case s.Configurations != nil:
		certified := ""
		if s.Certified {
			certified = ", certified"
		}
		return fmt.Sprintf("%s, by diagrams of %s (at most %d; order %s)%s, %s", states(s.Configurations), plural(s.Nodes, "node", "nodes"), s.PeakNodes,
			s.VariableOrder, certified, milliseconds(s.ElapsedMS))
	case s.Engine == verify.Symbolic, s.Workers == 0 && s.Reason != "":
		return "not explored: " + s.Reason
	case s.Order == verify.DepthFirst:
		return fmt.Sprintf("%s, %s, longest run %s, depth-first, %s", plural(int(s.States), "state", "states"),
			plural(int(s.Transitions), "transition", "transitions"), plural(max(s.Depth-1, 0), "step", "steps"), milliseconds(s.ElapsedMS))
	case s.Order.Sampled():
		what := plural(int(s.Searches), "search", "searches")
		if s.Order == verify.RandomWalks {
			what = plural(int(s.Searches), "random walk", "random walks")
		}
		return fmt.Sprintf("%s, %s to about %s, %d of %s met, %s", what, plural(int(s.States), "visit", "visits"),
			plural(int(s.Distinct), "state", "states"), s.Taken, plural(s.Actions, "action", "actions"), milliseconds(s.ElapsedMS))
	}
	return fmt.Sprintf("%s, %s, depth %d, %s", plural(int(s.States), "state", "states"),
		plural(int(s.Transitions), "transition", "transitions"), s.Depth, milliseconds(s.ElapsedMS))
}

// states writes how many there are: with all digits, and shorter if they are many.
func states(n *big.Int) string {
	text := n.String()
	if n.IsInt64() && n.Int64() == 1 {
		return "1 state"
	}
	if len(text) > 9 {
		return fmt.Sprintf("%s states (%s.%s x 10^%d)", text, text[:1], text[1:2], len(text)-1)
	}
	return text + " states"
}

// statistics has a line for each environment; the header says it all if there is one.
func statistics(w io.Writer, f *report.File) {
	if len(f.Result.Environments) < 2 {
		return
	}
	rows := [][]string{}
	for _, e := range f.Result.Environments {
		rows = append(rows, []string{"environment " + clean(e.Environment.Name), size(f, e.Statistics)})
	}
	fmt.Fprint(w, table("  ", rows))
}

func milliseconds(ms float64) string {
	switch {
	case ms < 10:
		return fmt.Sprintf("%.1f ms", ms)
	case ms < 1000:
		return fmt.Sprintf("%.0f ms", ms)
	case ms < 120_000:
		return fmt.Sprintf("%.1f s", ms/1000)
	}
	return fmt.Sprintf("%.0f min", ms/60_000)
}

// causesFirst puts failures of roles before what follows from them: others wait for
// a failed role in vain.
func causesFirst(rows []report.Row) []report.Row {
	rows = slices.Clone(rows)
	first := func(r report.Row) int64 {
		return model.Bool01(r.Check.ID == "out-of-range" || r.Check.ID == "uncaught-exception")
	}
	slices.SortStableFunc(rows, func(x, y report.Row) int { return cmp.Compare(first(y), first(x)) })
	return rows
}

// checks writes the verdicts: one line if everything holds, and a table if not,
// with a column for each environment. Warnings that do not count have a line of
// their own in both cases.
func checks(w io.Writer, f *report.File, rows []report.Row, strict bool, style Style) {
	fine, idle, open := []string{}, []string{}, false
	for _, r := range rows {
		switch v := r.Verdict(); {
		case v == verify.Holds:
			fine = append(fine, r.Check.ID)
		case v == verify.NotApplicable:
			idle = append(idle, r.Check.ID)
		case !r.Check.Warning || strict:
			open = true
		}
	}
	if !open {
		where := ""
		if n := len(f.Result.Environments); n > 1 {
			where = fmt.Sprintf(" in all %d environments", n)
		}
		if len(fine) > 0 {
			fmt.Fprintf(w, "  %s %s\n", style.paint(green, "✓ everything holds"+where+":"), strings.Join(fine, ", "))
		} else {
			fmt.Fprintf(w, "  %s\n", style.paint(green, "✓ no violation that counts"+where))
		}
		if len(idle) > 0 {
			fmt.Fprintf(w, "  - not applicable: %s\n", strings.Join(idle, ", "))
		}
		rows = slices.DeleteFunc(slices.Clone(rows), func(r report.Row) bool {
			return r.Verdict() == verify.Holds || r.Verdict() == verify.NotApplicable
		})
	}
	if len(f.Result.Environments) > 1 {
		matrix(w, f, rows, strict, style)
	} else {
		wide := 0
		for _, r := range f.Rows() {
			wide = max(wide, len(r.Check.ID))
		}
		for _, r := range rows {
			fmt.Fprintln(w, checkRow(r, wide, strict, style))
		}
	}
	notes(w, f)
}

// matrix is the table of verdicts in several environments.
func matrix(w io.Writer, f *report.File, rows []report.Row, strict bool, style Style) {
	if len(rows) == 0 {
		return
	}
	const across = "all: "
	wide, columns, total := 0, []int{}, -2
	for _, r := range rows {
		wide = max(wide, len(r.Check.ID))
	}
	for i, e := range f.Result.Environments {
		columns = append(columns, width(clean(e.Environment.Name)))
		for _, r := range rows {
			if !r.Across {
				columns[i] = max(columns[i], width(cell(r.Cells[i])))
			}
		}
		total += columns[i] + 2
	}
	line := strings.Repeat(" ", wide+4)
	for i, e := range f.Result.Environments {
		line += "  " + pad(clean(e.Environment.Name), columns[i])
	}
	fmt.Fprintln(w, strings.TrimRight(line, " "))
	for _, r := range rows {
		symbol, color, remark := summarise(r, strict)
		if r.Verdict() == verify.Inconclusive || r.Verdict() == verify.NotApplicable {
			remark = "" // the reasons may differ: they stand below the table
		}
		line := fmt.Sprintf("  %s %s", style.paint(color, symbol), pad(r.Check.ID, wide))
		if r.Across {
			text := across + cell(r.Cells[0])
			line += "  " + strings.Replace(pad(text, total), text, across+paintCell(r.Cells[0], color, style), 1)
		} else {
			for i, c := range r.Cells {
				line += "  " + strings.Replace(pad(cell(c), columns[i]), cell(c), paintCell(c, color, style), 1)
			}
		}
		if remark != "" {
			line += "  " + remark
		}
		fmt.Fprintln(w, strings.TrimRight(line, " "))
	}
}

// cell is a verdict in a table with several environments.
func cell(c *verify.CheckResult) string {
	if c == nil || c.Verdict == verify.NotApplicable {
		return "-"
	}
	return c.Verdict.String()
}

// paintCell colours a verdict; the colour of a violation is that of its row, since a
// warning may not count.
func paintCell(c *verify.CheckResult, row paint, style Style) string {
	color := dim
	if c != nil {
		switch c.Verdict {
		case verify.Holds:
			color = green
		case verify.Violated:
			color = row
		case verify.Inconclusive:
			color = yellow
		case verify.NotApplicable:
		}
	}
	return style.paint(color, cell(c))
}

// notes are what belongs to a verdict and to no finding. In a table with several
// environments the reasons have no room, so that they stand here, too.
func notes(w io.Writer, f *report.File) {
	several := len(f.Result.Environments) > 1
	type remark struct{ check, text string }
	var order []remark
	where := map[remark][]string{}
	add := func(c verify.CheckResult, environment string) {
		list := c.Notes
		if several && c.Reason != "" && c.Verdict == verify.Inconclusive {
			list = append([]string{"inconclusive: " + c.Reason}, list...)
		}
		for _, n := range list {
			r := remark{c.Check.ID, n}
			if where[r] == nil {
				order = append(order, r)
			}
			where[r] = append(where[r], environment)
		}
	}
	for _, e := range f.Result.Environments {
		for _, c := range e.Checks {
			add(c, clean(e.Environment.Name))
		}
	}
	for _, c := range f.Result.Across {
		add(c, "")
	}
	// What is the same for several checks is said once.
	type said struct{ in, text string }
	var lines []said
	about := map[said][]string{}
	for _, r := range order {
		in := ""
		if list := where[r]; several && list[0] != "" && len(list) < len(f.Result.Environments) {
			in = " in " + strings.Join(list, ", ")
		}
		k := said{in, r.text}
		if about[k] == nil {
			lines = append(lines, k)
		}
		about[k] = append(about[k], r.check)
	}
	for _, k := range lines {
		fmt.Fprintf(w, "  note: %s%s: %s\n", strings.Join(about[k], ", "), k.in, clean(k.text))
	}
}

// witnesses shows the runs that satisfy properties which ask for one.
func witnesses(w io.Writer, f *report.File, style Style) {
	for _, e := range f.Result.Environments {
		for _, c := range e.Checks {
			if c.Witness == nil {
				continue
			}
			in := ""
			if len(f.Result.Environments) > 1 {
				in = " in " + clean(e.Environment.Name)
			}
			fmt.Fprintf(w, "\n%s%s\n", style.paint(green, c.Check.ID+in), style.paint(bold, ": "+clean(c.Witness.Message)))
			trace(w, f, c.Witness, style)
			Configuration(w, f, "then", c.Witness.Final, style)
		}
	}
}

// checkRow is one line: symbol, id, verdict, and a remark.
func checkRow(r report.Row, wide int, strict bool, style Style) string {
	symbol, color, remark := summarise(r, strict)
	verdict := r.Verdict().String()
	if remark != "" {
		verdict = pad(verdict, len(verify.NotApplicable.String())) + "  "
	}
	return fmt.Sprintf("  %s %s  %s%s", style.paint(color, symbol), pad(r.Check.ID, wide), style.paint(color, verdict), remark)
}

// summarise gives what a row begins and ends with.
func summarise(r report.Row, strict bool) (symbol string, color paint, remark string) {
	switch r.Verdict() {
	case verify.Holds:
		return "✓", green, ""
	case verify.Inconclusive:
		return "?", yellow, clean(reason(r, verify.Inconclusive))
	case verify.NotApplicable:
		return "-", dim, clean(reason(r, verify.NotApplicable))
	case verify.Violated:
	}
	remark = plural(len(r.Groups)+r.Omitted(), "cause", "causes")
	if n := shortest(r); n >= 0 {
		remark += fmt.Sprintf(", shortest trace %s", plural(n, "step", "steps"))
	}
	if r.Check.Warning && !strict {
		return "!", yellow, "a warning: " + remark
	}
	return "✗", red, remark
}

// reason is that of the first cell with a verdict.
func reason(r report.Row, v verify.Verdict) string {
	for _, c := range r.Cells {
		if c != nil && c.Verdict == v {
			return c.Reason
		}
	}
	return ""
}

// shortest is the length of the shortest trace of a violated check; -1 if it has none.
func shortest(r report.Row) int {
	if len(r.Groups) == 0 || r.Groups[0].Finding.Final == nil {
		return -1
	}
	return len(r.Groups[0].Finding.Trace)
}

// mostUndecided is how many expectations that could not be decided are listed: mostly all of them for one reason.
const mostUndecided = 3

func expectations(w io.Writer, f *report.File, style Style) {
	if len(f.Expectations) == 0 {
		return
	}
	if f.Expect(report.Met) == len(f.Expectations) {
		by := "as the text expects"
		if slices.ContainsFunc(f.Expectations, func(e report.Expectation) bool { return e.File != "" }) {
			by = "as expected"
		}
		fmt.Fprintf(w, "  %s %s\n", style.paint(green, "✓ "+plural(len(f.Expectations), "statement", "statements")), by)
		return
	}
	fmt.Fprintln(w)
	more := f.Expect(report.Undecided) - mostUndecided
	if style.FullTrace || more == 1 {
		more = 0
	}
	shown := 0
	for _, e := range f.Expectations {
		mark, found := style.paint(red, "✗ expectation:"), "found"
		switch e.Outcome {
		case report.Met:
			continue
		case report.Undecided:
			if shown++; more > 0 && shown > mostUndecided {
				continue
			}
			mark, found = style.paint(yellow, "? expectation:"), "undecided:"
		case report.Unmet:
		}
		in := ""
		if e.Env != "" && len(f.Result.Environments) > 1 {
			in = " in " + clean(e.Env)
		}
		fmt.Fprintf(w, "%s %s:%d: expected %s %s%s, %s %s\n", mark,
			clean(f.StatedIn(e)), e.Line, clean(e.Subject), clean(e.Expected), in, found, clean(e.Found))
	}
	if more > 0 {
		fmt.Fprintf(w, "%s %d further ones are undecided; --full-trace shows them\n", style.paint(yellow, "? expectations:"), more)
	}
}
