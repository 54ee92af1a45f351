package html

import (
	"fmt"
	"slices"
	"strings"

	"chorcheck/report"
	"chorcheck/verify"
)

// row of the table of verdicts.
type row struct {
	Check, Title, Remark string
	Cells                []cell
}

// cell is one verdict.
type cell struct {
	Class, Text string
	Span        int // columns
	Finding     int // the number of its first finding; 0: there is none on the page
}

// verdicts makes the table: a row for each check, a column for each environment.
func (b *builder) verdicts(v *file) {
	f := v.report
	n := min(len(f.Result.Environments), maxEnvironments)
	if more := len(f.Result.Environments) - n; more > 0 {
		b.lacks("more environments, which are not in the tables of verdicts", more)
	}
	for i := range n {
		v.Environments = append(v.Environments, name(environmentName(f, i)))
	}
	for _, r := range f.Rows() {
		x := row{Check: r.Check.ID, Title: message(r.Check.Title), Remark: remark(&r)}
		if r.Across {
			x.Cells = []cell{b.verdict(v, "", r.Cells[0])}
			x.Cells[0].Span = n
		} else {
			for i := range n {
				x.Cells = append(x.Cells, b.verdict(v, environmentName(f, i), r.Cells[i]))
			}
		}
		v.Rows = append(v.Rows, x)
	}
	v.notes(n)
}

// remark is what a row ends with.
func remark(r *report.Row) string {
	if len(r.Groups) == 0 {
		return ""
	}
	text := plural(len(r.Groups)+r.Omitted(), "cause", "causes")
	if x := r.Groups[0].Finding; x.Final != nil {
		text += ", shortest run " + plural(len(x.Trace), "step", "steps")
	}
	if r.Check.Warning {
		text = "a warning: " + text
	}
	return text
}

func (b *builder) verdict(v *file, environment string, c *verify.CheckResult) cell {
	if c == nil {
		return cell{Class: "idle", Text: "–", Span: 1}
	}
	x := cell{Text: c.Verdict.String(), Span: 1, Finding: v.of[key(c.Check.ID, environment)]}
	x.Class, _ = look(b.report.Judge(v.report, environment, c))
	switch b.report.Judge(v.report, environment, c) {
	case report.Expected:
		x.Text += ", as expected"
	case report.Known:
		x.Text += ", known"
	default:
	}
	return x
}

// look of a judgement: its class, and what is said of a finding.
func look(j report.Judgement) (class, remark string) {
	switch j {
	case report.Fine:
		return "good", ""
	case report.Idle:
		return "idle", ""
	case report.Open, report.Unclear:
		return "open", ""
	case report.Advice:
		return "warn", "a warning"
	case report.Expected:
		return "soft", "as the text expects"
	case report.Known:
		return "soft", "known"
	case report.Failure:
	}
	return "bad", ""
}

// notes are the reasons and the notes of verdicts, with the environments that they are
// about.
func (v *file) notes(n int) {
	f := v.report
	type note struct{ check, text string }
	var order []note
	where := map[note][]string{}
	add := func(environment string, c *verify.CheckResult) {
		list := c.Notes
		if c.Reason != "" {
			list = slices.Concat([]string{c.Verdict.String() + ": " + c.Reason}, list)
		}
		for _, text := range list {
			x := note{c.Check.ID, text}
			if where[x] == nil {
				order = append(order, x)
			}
			where[x] = append(where[x], environment)
		}
	}
	for environment, c := range f.Verdicts() {
		add(environment, c)
	}
	for i, x := range order {
		if i == maxDiagnostics {
			v.Notes = append(v.Notes, fmt.Sprintf("and %d more", len(order)-i))
			return
		}
		in := ""
		if list := where[x]; list[0] != "" && len(list) < len(f.Result.Environments) {
			in = " in " + name(strings.Join(list[:min(len(list), n)], ", "))
		}
		v.Notes = append(v.Notes, fmt.Sprintf("%s%s: %s", x.check, in, message(x.text)))
	}
}
