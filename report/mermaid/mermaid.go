// Package mermaid renders the findings of a [report.Report] as sequence diagrams of
// Mermaid, in a Markdown document: one diagram for each finding that has a run, each
// in a block that GitHub, GitLab and many editors draw. What has no run stands there
// in words.
//
// A message through a queue is drawn where it is sent; a note says when it is taken.
package mermaid

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode"

	"chorcheck/report"
)

// maxDiagram is how long a diagram may get: Mermaid draws none of more than 50000
// characters.
const maxDiagram = 48_000

// Write renders a report.
func Write(w io.Writer, r *report.Report) error {
	var b bytes.Buffer
	fmt.Fprintln(&b, "# chorcheck")
	for _, t := range r.Errors {
		where := ""
		if t.File != "" {
			where = t.File + ": "
		}
		fmt.Fprintf(&b, "\n- %s\n", report.Markdown(where+t.Message))
	}
	if k := r.Baseline; k != nil {
		fmt.Fprintf(&b, "\n- %s\n", report.Markdown("baseline "+k.Name+": "+k.Counts()))
	}
	for i := range r.Files {
		file(&b, r, &r.Files[i])
	}
	_, err := w.Write(b.Bytes())
	return err
}

func file(b *bytes.Buffer, r *report.Report, f *report.File) {
	fmt.Fprintf(b, "\n## %s\n", report.Markdown(r.Path(f.Source.Name)))
	for i, line := range r.Remarks(f) {
		if i == 0 {
			fmt.Fprintln(b)
		}
		fmt.Fprintf(b, "- %s\n", report.Markdown(line))
	}
	found := false
	for _, row := range f.Rows() {
		for _, g := range row.Groups {
			found = true
			title := f.Title(g.Environment, row.Check.ID)
			if len(g.Environments) > 0 {
				title += ", also in " + strings.Join(g.Environments, ", ")
			}
			if remark := r.Remark(f, &row, &g); remark != "" {
				title += " (" + remark + ")"
			}
			fmt.Fprintf(b, "\n### %s\n\n%s\n", report.Markdown(title), report.Markdown(g.Finding.Message))
			if g.Finding.Final != nil {
				fmt.Fprintf(b, "\n```mermaid\n%s```\n", diagram(f, &g))
			}
		}
		if n := row.Omitted(); n > 0 {
			fmt.Fprintf(b, "\nFurther causes of %s that are not shown: %d\n", row.Check.ID, n)
		}
	}
	if !found && f.Result != nil && !f.Rejected() {
		fmt.Fprintln(b, "\nNothing is violated.")
	}
}

// diagram of a finding. One that is too long is drawn with fewer steps and shorter texts.
func diagram(f *report.File, g *report.Group) string {
	for most, width := max(len(g.Finding.Trace), 4), 120; ; most, width = max(most/2, 4), max(width*2/3, 12) {
		text := draw(f.Sequence(&g.Finding, most, width))
		if len(text) <= maxDiagram || most == 4 && width == 12 {
			return text
		}
	}
}

func draw(s report.Sequence) string {
	var b strings.Builder
	fmt.Fprintln(&b, "sequenceDiagram")
	for i, name := range s.Participants {
		fmt.Fprintf(&b, "  participant r%d as %s\n", i, escape(name))
	}
	for _, e := range s.Events {
		switch e.Arrow {
		case report.Asynchronous:
			fmt.Fprintf(&b, "  r%d-)r%d: %s\n", e.From, e.To, escape(e.Text))
		case report.Rendezvous:
			fmt.Fprintf(&b, "  r%d->>r%d: %s\n", e.From, e.To, escape(e.Text))
		case report.Note:
			span := fmt.Sprintf("r%d", e.From)
			if e.To != e.From {
				span += fmt.Sprintf(",r%d", e.To)
			}
			fmt.Fprintf(&b, "  Note over %s: %s\n", span, escape(e.Text))
		}
	}
	return b.String()
}

// escape writes a text so that nothing in it is a part of the language: all but
// letters, digits and harmless marks is written as an entity. The word `end` would end
// a block.
func escape(s string) string {
	var b strings.Builder
	for i, r := range s {
		keyword := strings.EqualFold(s[i:min(len(s), i+3)], "end")
		switch {
		case !keyword && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune(" _.=()?',+*/-[]", r)):
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, "#%d;", r)
		}
	}
	if strings.TrimSpace(b.String()) == "" {
		return "?"
	}
	return b.String()
}
