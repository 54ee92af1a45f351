// Package github renders a [report.Report] for GitHub Actions: as workflow commands,
// which the runner turns into annotations of lines of code, and as the Markdown of a
// step summary.
//
// Whatever stands in a name or message, it stays inside its command: see
// https://docs.github.com/actions/reference/workflow-commands-for-github-actions
package github

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"chorcheck/lang/diag"
	"chorcheck/report"
	"chorcheck/verify"
)

// What the service accepts; longer texts are cut.
const (
	maxTitle   = 200
	maxMessage = 4000
)

// The levels of an annotation, the worst one first: only some of each level are shown.
var levels = []string{"error", "warning", "notice"}

type annotation struct {
	level, file, title, message string
	area                        report.Area
}

// Write renders a report as one workflow command for each line, and a last line for those
// who read the log.
func Write(w io.Writer, r *report.Report) error {
	var b bytes.Buffer
	list := annotations(r)
	for _, level := range levels {
		for _, a := range list {
			if a.level == level {
				a.write(&b)
			}
		}
	}
	b.WriteString(closing(r))
	_, err := w.Write(b.Bytes())
	return err
}

// closing says in the log how it went, and where more is. No name is in it, so that it
// is no command.
func closing(r *report.Report) string {
	line := fmt.Sprintf("chorcheck: %s, exit code %d", outcome(r.Exit()), r.Exit())
	if n := len(r.Files); n == 1 {
		line += ", 1 file"
	} else if n > 1 {
		line += fmt.Sprintf(", %d files", n)
	}
	if r.ExpectedOnly() {
		line += "\n" + report.ExpectedCounts
	}
	for i := range r.Files {
		for _, c := range r.Files[i].Verdicts() {
			if len(c.Findings) > 0 {
				return line + "\nThe runs are in the summary of this step, and in what `chorcheck verify` prints without --format github.\n"
			}
		}
	}
	return line + "\n"
}

func annotations(r *report.Report) []annotation {
	var list []annotation
	for _, t := range r.Errors {
		message := t.Message
		if t.File != "" {
			message = t.File + ": " + message
		}
		if t.Hint != "" {
			message += "\n" + t.Hint
		}
		a := annotation{level: "error", title: "chorcheck", message: message}
		if t.Place.File != "" {
			a.file, a.area = r.Path(t.Place.File), t.Place.Area
		}
		list = append(list, a)
	}
	for i := range r.Files {
		f := &r.Files[i]
		for _, d := range f.Diagnostics {
			list = append(list, diagnostic(r, f, d))
		}
		if f.Result == nil {
			continue
		}
		for environment, c := range f.Verdicts() {
			list = append(list, verdict(r, f, environment, c)...)
		}
		list = append(list, statements(r, f)...)
	}
	return list
}

func diagnostic(r *report.Report, f *report.File, d diag.Diagnostic) annotation {
	area, message := f.Located(d)
	a := annotation{level: "error", file: r.Path(f.Source.Name), title: string(d.Code), message: message, area: area}
	switch {
	case d.Severity == diag.Error:
	case r.KnownDiagnostic(f, d):
		a.level = "notice"
	case !r.Strict:
		a.level = "warning"
	}
	if d.Help != "" {
		a.message += "\nhelp: " + d.Help
	}
	return a
}

func verdict(r *report.Report, f *report.File, environment string, c *verify.CheckResult) []annotation {
	var list []annotation
	title := f.Title(environment, c.Check.ID)
	name := r.Path(f.Source.Name)
	judgement := r.Judge(f, environment, c)
	switch judgement {
	case report.Fine, report.Idle:
		return nil
	case report.Open, report.Unclear:
		level := "warning"
		if judgement == report.Unclear {
			level = "notice"
		}
		return []annotation{{level: level, file: name, title: title, message: "not decided: " + c.Reason}}
	}
	for i := range c.Findings {
		x := &c.Findings[i]
		a := annotation{level: "error", file: name, title: title, message: x.Message, area: f.FindingArea(x)}
		switch {
		case judgement == report.Expected:
			a.level, a.title = "notice", a.title+" (expected)"
		case r.KnownFinding(f, environment, c.Check.ID, x):
			a.level, a.title = "notice", a.title+" (known)"
		case judgement == report.Advice:
			a.level = "warning"
		}
		if x.Help != "" {
			a.message += "\nhelp: " + x.Help
		}
		list = append(list, a)
	}
	if c.Omitted > 0 && judgement == report.Failure {
		list = append(list, annotation{level: "error", file: name, title: title, message: fmt.Sprintf("further causes that are not shown: %d", c.Omitted)})
	}
	return list
}

// statements are what was required and is not so.
func statements(r *report.Report, f *report.File) []annotation {
	var list []annotation
	name := r.Path(f.Source.Name)
	level := map[report.Outcome]string{report.Unmet: "error", report.Undecided: "warning"}
	for _, e := range f.Expectations {
		if e.Outcome != report.Met {
			list = append(list, annotation{level: level[e.Outcome], file: r.Path(f.StatedIn(e)), title: f.Title(e.Env, "expectation"), area: report.Area{Line: e.Line},
				message: fmt.Sprintf("expected %s %s, found %s", e.Subject, e.Expected, e.Found)})
		}
	}
	if o := f.Covered(); o != report.Met {
		list = append(list, annotation{level: level[o], file: name, title: "failure coverage",
			message: fmt.Sprintf("%g %% of the strikes of failures are handled or tolerated, and %g %% are required", report.Percent(f.Result.Coverage), f.MinCoverage)})
	}
	return list
}

// write a command. Columns are for places within one line only.
func (a annotation) write(b *bytes.Buffer) {
	var parts []string
	add := func(key, value string) { parts = append(parts, key+"="+property(value)) }
	if a.file != "" && a.file != "-" {
		add("file", a.file)
		if a.area.Line > 0 {
			add("line", fmt.Sprint(a.area.Line))
		}
		switch {
		case a.area.EndLine == 0:
		case a.area.EndLine > a.area.Line:
			add("endLine", fmt.Sprint(a.area.EndLine))
		default:
			add("col", fmt.Sprint(a.area.Column))
			add("endColumn", fmt.Sprint(max(a.area.Column, a.area.EndColumn-1))) // inclusive
		}
	}
	message := a.message
	if a.file == "-" && a.area.Line > 0 {
		message = fmt.Sprintf("line %d: %s", a.area.Line, message)
	}
	add("title", cut(a.title, maxTitle))
	fmt.Fprintf(b, "::%s %s::%s\n", a.level, strings.Join(parts, ","), data(cut(message, maxMessage)))
}

// cut a text that is too long for the service.
func cut(s string, limit int) string {
	if r := []rune(s); len(r) > limit {
		return string(r[:limit-2]) + ".."
	}
	return s
}

// data is the message of a command: what would end it is escaped.
func data(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(report.PrintableBlock(s))
}

// property is the value of a property of a command.
func property(s string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(data(s))
}
