package text

import (
	"cmp"
	"fmt"
	"io"
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
		file(w, &r.Files[i], r.Strict, style)
	}
	if len(r.Files) > 1 {
		fmt.Fprintf(w, "\n%s\n", summary(r))
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
		counts[r.Files[i].Exit(r.Strict)]++
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

func file(w io.Writer, f *report.File, strict bool, style Style) {
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
	checks(w, f, strict, style)
	for _, c := range causesFirst(f.Result.Checks) {
		findings(w, f, &c, strict, style)
	}
	expectations(w, f, style)
}

// header is one line: what was read, and how large it turned out to be.
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
	if f.Result != nil {
		s := f.Result.Statistics
		fmt.Fprintf(w, ": %s, %s, depth %d, %s", plural(int(s.States), "state", "states"),
			plural(int(s.Transitions), "transition", "transitions"), s.Depth, milliseconds(s.ElapsedMS))
	}
	fmt.Fprintln(w)
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
func causesFirst(list []verify.CheckResult) []verify.CheckResult {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(x, y verify.CheckResult) int {
		return cmp.Compare(model.Bool01(y.Check.ID == "out-of-range"), model.Bool01(x.Check.ID == "out-of-range"))
	})
	return list
}

// checks writes the verdicts: one line if everything holds, and a table if not.
// Warnings that do not count have a line of their own in both cases.
func checks(w io.Writer, f *report.File, strict bool, style Style) {
	list := f.Result.Checks
	fine, idle, open := []string{}, []string{}, false
	for _, c := range list {
		switch {
		case c.Verdict == verify.Holds:
			fine = append(fine, c.Check.ID)
		case c.Verdict == verify.NotApplicable:
			idle = append(idle, c.Check.ID)
		case !c.Check.Warning || strict:
			open = true
		}
	}
	wide := 0
	for _, c := range list {
		wide = max(wide, len(c.Check.ID))
	}
	if !open {
		fmt.Fprintf(w, "  %s %s\n", style.paint(green, "✓ everything holds:"), strings.Join(fine, ", "))
		if len(idle) > 0 {
			fmt.Fprintf(w, "  - not applicable: %s\n", strings.Join(idle, ", "))
		}
	}
	for _, c := range list {
		if open || c.Verdict == verify.Violated || c.Verdict == verify.Inconclusive {
			fmt.Fprintln(w, checkRow(c, wide, strict, style))
		}
	}
	for _, c := range list {
		for _, n := range c.Notes {
			fmt.Fprintf(w, "  note: %s: %s\n", c.Check.ID, clean(n))
		}
	}
}

// checkRow is one line: symbol, id, verdict, and a remark.
func checkRow(c verify.CheckResult, wide int, strict bool, style Style) string {
	symbol, color, remark := "✓", green, ""
	switch c.Verdict {
	case verify.Holds:
	case verify.Violated:
		symbol, color = "✗", red
		remark = plural(len(c.Findings)+c.Omitted, "cause", "causes")
		if n := shortest(c); n >= 0 {
			remark += fmt.Sprintf(", shortest trace %s", plural(n, "step", "steps"))
		}
	case verify.Inconclusive:
		symbol, color, remark = "?", yellow, clean(c.Reason)
	case verify.NotApplicable:
		symbol, color, remark = "-", dim, clean(c.Reason)
	}
	if c.Check.Warning && !strict && c.Verdict == verify.Violated {
		symbol, color, remark = "!", yellow, "a warning: "+remark
	}
	verdict := c.Verdict.String()
	if remark != "" {
		verdict = pad(verdict, len(verify.NotApplicable.String())) + "  "
	}
	return fmt.Sprintf("  %s %s  %s%s", style.paint(color, symbol), pad(c.Check.ID, wide), style.paint(color, verdict), remark)
}

// shortest is the length of the shortest trace of a violated check; -1 if it has none.
func shortest(c verify.CheckResult) int {
	if len(c.Findings) == 0 || c.Findings[0].Final == nil {
		return -1
	}
	return len(c.Findings[0].Trace)
}

func expectations(w io.Writer, f *report.File, style Style) {
	if len(f.Expectations) == 0 {
		return
	}
	if f.Expect(report.Met) == len(f.Expectations) {
		fmt.Fprintf(w, "  %s as the text expects\n", style.paint(green, "✓ "+plural(len(f.Expectations), "statement", "statements")))
		return
	}
	fmt.Fprintln(w)
	for _, e := range f.Expectations {
		mark, found := style.paint(red, "✗ expectation:"), "found"
		switch e.Outcome {
		case report.Met:
			continue
		case report.Undecided:
			mark, found = style.paint(yellow, "? expectation:"), "undecided:"
		case report.Unmet:
		}
		fmt.Fprintf(w, "%s %s:%d: expected %s %s, %s %s\n", mark,
			clean(f.Source.Name), e.Line, clean(e.Subject), e.Expected, found, clean(e.Found))
	}
}
