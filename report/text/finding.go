package text

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"chorcheck/model"
	"chorcheck/report"
	"chorcheck/verify"
)

// Long traces are folded: this many steps stay at either end.
const foldAt, foldKeep = 30, 12

// Only the first findings of a check are shown with their traces, and those of
// warnings that do not count only on demand: a report has to stay readable.
const fullFindings = 3

func findings(w io.Writer, f *report.File, c *verify.CheckResult, strict bool, style Style) {
	name, color, full := c.Check.ID, red, fullFindings
	if c.Check.Warning && !strict {
		name, color, full = "warning: "+name, yellow, 0
	}
	if style.FullTrace {
		full = len(c.Findings)
	}
	for i, finding := range c.Findings {
		// A blank line sets off what takes several lines.
		if i == 0 || full > 0 {
			fmt.Fprintln(w)
		}
		title := name
		if total := len(c.Findings) + c.Omitted; total > 1 {
			title += fmt.Sprintf(" (%d of %d)", i+1, total)
		}
		fmt.Fprintf(w, "%s%s\n", style.paint(color, title), style.paint(bold, ": "+clean(finding.Message)))
		var shown []string // several roles may wait at one place
		for _, o := range finding.Origins {
			at := place(f, o)
			if at == "" {
				continue
			}
			if at += excerptOf(f, o); !slices.Contains(shown, at) {
				shown = append(shown, at)
				fmt.Fprintf(w, "  %s %s\n", style.paint(blue, "-->"), at)
			}
		}
		switch {
		case finding.Final == nil:
		case i < full:
			trace(w, f, finding.Trace, style)
			Configuration(w, f, "then", finding.Final, style)
		case full > 0:
			fmt.Fprintf(w, "  a run of %s shows it; --full-trace prints it\n", plural(len(finding.Trace), "step", "steps"))
		}
		if finding.Loop != "" {
			fmt.Fprintf(w, "  %s %s\n", style.paint(bold, "for ever:"), clean(finding.Loop))
		}
		if finding.Help != "" && (i == 0 || finding.Help != c.Findings[i-1].Help) {
			fmt.Fprintf(w, "  %s %s\n", style.paint(bold, "help:"), clean(finding.Help))
		}
	}
	if c.Omitted > 0 {
		fmt.Fprintf(w, "\n%s: %s not shown; --max-findings shows more\n", c.Check.ID, plural(c.Omitted, "further cause is", "further causes are"))
	}
}

// place is "payment.chor:18", or "" for an origin without one.
func place(f *report.File, o model.Origin) string {
	if n := f.Line(o); n > 0 {
		return fmt.Sprintf("%s:%d", clean(f.Source.Name), n)
	}
	return ""
}

// excerptOf is the text at an origin, its first line only.
func excerptOf(f *report.File, o model.Origin) string {
	span, ok := f.Place(o)
	if !ok {
		return ""
	}
	text := strings.TrimSpace(f.Source.Slice(span))
	if i := strings.IndexAny(text, "\r\n"); i >= 0 {
		text = strings.TrimSpace(text[:i]) + " .."
	}
	if r := []rune(text); len(r) > 60 {
		text = string(r[:57]) + ".."
	}
	if text == "" {
		return ""
	}
	return "  `" + clean(text) + "`"
}

func trace(w io.Writer, f *report.File, steps []verify.Step, style Style) {
	if len(steps) == 0 {
		fmt.Fprintln(w, "  in the initial configuration")
		return
	}
	rows := [][]string{}
	folded := len(steps) > foldAt && !style.FullTrace
	for i, s := range steps {
		if folded && i == foldKeep {
			rows = append(rows, []string{"", fmt.Sprintf(".. %s more; --full-trace shows them", plural(len(steps)-2*foldKeep, "step", "steps")), ""})
		}
		if folded && i >= foldKeep && i < len(steps)-foldKeep {
			continue
		}
		rows = append(rows, StepRow(f, i+1, s))
	}
	fmt.Fprint(w, table("  ", rows))
}

// StepRow is a numbered step as three cells: number, action, place.
func StepRow(f *report.File, number int, s verify.Step) []string {
	action := clean(s.Action)
	if s.Fails {
		action += "   (fails)"
	}
	return []string{fmt.Sprintf("%3d", number), action, place(f, s.Origin)}
}

// Configuration writes, under a heading, the state of each role, the queues that
// are not empty, and who waits for whom in a circle.
func Configuration(w io.Writer, f *report.File, heading string, c *verify.Configuration, style Style) {
	fmt.Fprintf(w, "  %s\n", style.paint(bold, heading))
	rows := [][]string{}
	for _, r := range c.Roles {
		state := "in " + clean(r.State)
		switch {
		case r.Failed:
			state = "failed"
		case r.Final:
			state += " (final)"
		}
		if len(r.Variables) > 0 {
			state += ", " + clean(strings.Join(r.Variables, ", "))
		}
		if len(r.Waits) == 0 {
			rows = append(rows, []string{clean(r.Role), state, "", ""})
			continue
		}
		for i, wait := range r.Waits {
			cells := []string{clean(r.Role), state, "waits " + clean(wait.For), place(f, wait.Origin)}
			if i > 0 {
				cells = []string{"", "", "or " + clean(wait.For), place(f, wait.Origin)}
			}
			rows = append(rows, cells)
		}
	}
	fmt.Fprint(w, table("    ", rows))
	if len(c.Queues) > 0 {
		rows = rows[:0]
		for _, q := range c.Queues {
			full := ""
			if len(q.Messages) >= q.Capacity {
				full = "full"
			}
			rows = append(rows, []string{clean(q.Name), clean("[" + strings.Join(q.Messages, ", ") + "]"), full})
		}
		fmt.Fprintf(w, "  %s\n%s", style.paint(bold, "queues, oldest message first"), table("    ", rows))
	}
	if len(c.Cycle) > 0 {
		fmt.Fprintf(w, "  %s %s\n", style.paint(bold, "wait in a circle:"), clean(strings.Join(c.Cycle, " -> ")))
	}
}
