package github

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"chorcheck/lang/diag"
	"chorcheck/report"
	"chorcheck/verify"
)

// maxSummary is how long a summary gets: the service refuses more than 1 MiB for a step.
const maxSummary = 900 << 10

// maxErrors is how many troubles are listed.
const maxErrors = 20

// marks of the judgements in the table. Words say the same.
func mark(j report.Judgement) string {
	return map[report.Judgement]string{
		report.Fine: "✅ holds", report.Idle: "–", report.Open: "❔ inconclusive", report.Unclear: "❔ inconclusive",
		report.Advice: "⚠️ violated", report.Expected: "☑️ violated, as expected", report.Known: "☑️ violated, known", report.Failure: "❌ violated",
	}[j]
}

// section is one finding in the summary.
type section struct {
	rank int // by level
	text string
}

// Summary renders a report as Markdown: for each file a table of the verdicts by
// environment, and the findings, folded.
func Summary(w io.Writer, r *report.Report) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "## chorcheck: %s\n", outcome(r.Exit()))
	for i, t := range r.Errors {
		if i == maxErrors {
			fmt.Fprintf(&b, "\n.. and %d more\n", len(r.Errors)-i)
			break
		}
		where := ""
		if t.File != "" {
			where = code(cut(t.File, maxTitle)) + ": "
		}
		fmt.Fprintf(&b, "\n❌ %s%s\n", where, inline(cut(t.Message, maxMessage)))
	}
	if r.ExpectedOnly() {
		fmt.Fprintf(&b, "\n%s\n", inline(report.ExpectedCounts))
	}
	if known := r.Baseline; known != nil {
		fmt.Fprintf(&b, "\nBaseline %s: %s\n", code(cut(known.Name, maxTitle)), known.Counts())
		for i, id := range known.Gone {
			if i == maxErrors {
				fmt.Fprintf(&b, "\n.. and %d more\n", len(known.Gone)-i)
				break
			}
			fmt.Fprintf(&b, "\n☑️ gone: %s\n", inline(cut(id.String(), maxMessage)))
		}
	}
	// Tables come first: they stay if the rest is too long.
	var parts []string
	for i := range r.Files {
		var t bytes.Buffer
		table(&t, r, &r.Files[i])
		parts = append(parts, t.String())
	}
	var list []section
	for i := range r.Files {
		list = append(list, sections(r, &r.Files[i])...)
	}
	slices.SortStableFunc(list, func(x, y section) int { return x.rank - y.rank }) // what has to be looked at first
	for _, s := range list {
		parts = append(parts, s.text)
	}
	for i, text := range parts {
		if b.Len()+len(text) > maxSummary {
			fmt.Fprintf(&b, "\n.. and %d more parts, for which a summary has no room\n", len(parts)-i)
			break
		}
		b.WriteString(text)
	}
	_, err := w.Write(b.Bytes())
	return err
}

func outcome(exit int) string {
	switch exit {
	case report.ExitOK:
		return "fine"
	case report.ExitViolated:
		return "violated"
	case report.ExitInconclusive:
		return "inconclusive"
	case report.ExitRejected:
		return "rejected"
	}
	return "trouble"
}

func table(b *bytes.Buffer, r *report.Report, f *report.File) {
	fmt.Fprintf(b, "\n### %s\n\n", code(cut(r.Path(f.Source.Name), maxTitle)))
	if f.Rejected() {
		fmt.Fprintln(b, "❌ rejected: the text has errors")
		return
	}
	if f.Result == nil {
		return
	}
	fmt.Fprint(b, "| check |")
	for _, e := range f.Result.Environments {
		fmt.Fprintf(b, " %s |", inline(cut(e.Environment.Name, maxTitle)))
	}
	fmt.Fprintf(b, "\n| --- |%s\n", strings.Repeat(" --- |", len(f.Result.Environments)))
	for _, row := range f.Rows() {
		fmt.Fprintf(b, "| %s |", row.Check.ID)
		for i := range f.Result.Environments {
			cell := "–"
			switch {
			case row.Across && i > 0: // one verdict for all
				cell = ""
			case row.Across && row.Cells[0] != nil:
				cell = mark(r.Judge(f, "", row.Cells[0]))
				if len(f.Result.Environments) > 1 {
					cell = "all: " + cell
				}
			case row.Cells[i] != nil:
				cell = mark(r.Judge(f, f.Result.Environments[i].Environment.Name, row.Cells[i]))
			}
			fmt.Fprintf(b, " %s |", cell)
		}
		fmt.Fprintln(b)
	}
	for _, a := range statements(r, f) {
		where := ""
		if a.area.Line > 0 {
			where = code(fmt.Sprintf("%s:%d", cut(a.file, maxTitle), a.area.Line)) + ": "
		}
		fmt.Fprintf(b, "\n%s%s: %s\n", where, inline(cut(a.title, maxTitle)), inline(cut(a.message, maxMessage)))
	}
	if len(f.Expectations) > 0 {
		fmt.Fprintf(b, "\nStatements about the verdicts: %d met, %d unmet, %d undecided\n",
			f.Expect(report.Met), f.Expect(report.Unmet), f.Expect(report.Undecided))
	}
}

// sections are the diagnostics and findings of a file.
func sections(r *report.Report, f *report.File) []section {
	var list []section
	for _, d := range f.Diagnostics {
		area, message := f.Located(d)
		lines := []string{message}
		if area.Line > 0 {
			lines[0] = fmt.Sprintf("%s:%d:%d: %s", report.Printable(r.Path(f.Source.Name)), area.Line, area.Column, message)
		}
		if d.Help != "" {
			lines = append(lines, "help: "+report.Printable(d.Help))
		}
		rank := 0
		if d.Severity == diag.Warning && (!r.Strict || r.KnownDiagnostic(f, d)) {
			rank = 1
		}
		list = append(list, section{rank, details(d.Severity.String()+" "+string(d.Code)+": "+message, lines)})
	}
	for environment, c := range f.Verdicts() {
		list = append(list, findings(r, f, environment, c)...)
	}
	return list
}

func findings(r *report.Report, f *report.File, environment string, c *verify.CheckResult) []section {
	var list []section
	title := f.Title(environment, c.Check.ID)
	judgement := r.Judge(f, environment, c)
	if c.Verdict == verify.Inconclusive {
		return []section{{1, details("not decided: "+title, []string{c.Reason})}}
	}
	for i := range c.Findings {
		x := &c.Findings[i]
		rank, remark := 0, ""
		switch {
		case judgement == report.Expected:
			rank, remark = 2, " (expected)"
		case r.KnownFinding(f, environment, c.Check.ID, x):
			rank, remark = 2, " (known)"
		case judgement == report.Advice:
			rank, remark = 1, " (a warning)"
		}
		lines := f.Story(x)
		if line := f.FindingArea(x).Line; line > 0 {
			lines[0] = fmt.Sprintf("%s:%d: %s", report.Printable(r.Path(f.Source.Name)), line, lines[0])
		}
		list = append(list, section{rank, details(title+remark+": "+x.Message, lines)})
	}
	return list
}

// details is a block that is folded. Its text stands in an element, not between
// fences, since a name could have a fence in it.
func details(title string, lines []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n<details><summary>%s</summary>\n\n<pre>", inline(cut(title, maxTitle)))
	for i, line := range lines {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(inline(cut(line, maxMessage)))
	}
	b.WriteString("</pre>\n\n</details>\n")
	return b.String()
}

// inline is a text in which nothing is markup.
func inline(s string) string { return report.Markdown(s) }

// code is a name in the typeface of code.
func code(s string) string { return "<code>" + inline(s) + "</code>" }
