// Package plantuml renders the findings of a [report.Report] as sequence diagrams of
// PlantUML: one for each finding that has a run, one after the other in one text.
// What has no run is a note in a diagram for its file.
//
// A message through a queue is drawn where it is sent; a note says when it is taken.
package plantuml

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode"

	"chorcheck/report"
)

// Long runs are folded, and texts cut: a picture has to be looked at.
const maxSteps, maxText, maxTitle = 400, 120, 200

// Write renders a report.
func Write(w io.Writer, r *report.Report) error {
	var b bytes.Buffer
	var lines []string
	for _, t := range r.Errors {
		where := ""
		if t.File != "" {
			where = t.File + ": "
		}
		lines = append(lines, where+t.Message)
	}
	if k := r.Baseline; k != nil {
		lines = append(lines, "baseline "+k.Name+": "+k.Counts())
	}
	if len(lines) > 0 {
		notes(&b, "chorcheck", lines)
	}
	for i := range r.Files {
		file(&b, r, &r.Files[i])
	}
	_, err := w.Write(b.Bytes())
	return err
}

func file(b *bytes.Buffer, r *report.Report, f *report.File) {
	lines := r.Remarks(f)
	for _, row := range f.Rows() {
		for _, g := range row.Groups {
			title := f.Title(g.Environment, row.Check.ID)
			if len(g.Environments) > 0 {
				title += ", also in " + strings.Join(g.Environments, ", ")
			}
			if remark := r.Remark(f, &row, &g); remark != "" {
				title += " (" + remark + ")"
			}
			if g.Finding.Final == nil {
				lines = append(lines, title+": "+g.Finding.Message)
				continue
			}
			draw(b, r.Path(f.Source.Name)+": "+title, g.Finding.Message, f.Sequence(&g.Finding, maxSteps, maxText))
		}
		if n := row.Omitted(); n > 0 {
			lines = append(lines, fmt.Sprintf("further causes of %s that are not shown: %d", row.Check.ID, n))
		}
	}
	if len(lines) == 0 && len(f.Rows()) > 0 {
		for _, row := range f.Rows() {
			if len(row.Groups) > 0 {
				return
			}
		}
		lines = []string{"nothing is violated"}
	}
	if len(lines) > 0 {
		notes(b, r.Path(f.Source.Name), lines)
	}
}

// notes are lines of text below one name.
func notes(b *bytes.Buffer, name string, lines []string) {
	s := report.Sequence{Participants: []string{name}}
	for _, line := range lines {
		s.Events = append(s.Events, report.Event{Text: line})
	}
	draw(b, name, "", s)
}

func draw(b *bytes.Buffer, title, message string, s report.Sequence) {
	if b.Len() > 0 {
		b.WriteByte('\n')
	}
	fmt.Fprintf(b, "@startuml\ntitle %s\n", escape(title, maxTitle))
	if message != "" {
		fmt.Fprintf(b, "caption %s\n", escape(message, maxTitle))
	}
	for i, name := range s.Participants {
		fmt.Fprintf(b, "participant \"%s\" as r%d\n", escape(name, maxText), i)
	}
	for _, e := range s.Events {
		text := escape(e.Text, maxTitle)
		switch e.Arrow {
		case report.Asynchronous:
			fmt.Fprintf(b, "r%d ->> r%d : %s\n", e.From, e.To, text)
		case report.Rendezvous:
			fmt.Fprintf(b, "r%d -> r%d : %s\n", e.From, e.To, text)
		case report.Note:
			span := fmt.Sprintf("r%d", e.From)
			if e.To != e.From {
				span += fmt.Sprintf(", r%d", e.To)
			}
			fmt.Fprintf(b, "note over %s : %s\n", span, text)
		}
	}
	fmt.Fprintln(b, "@enduml")
}

// escape writes a text so that nothing in it is a part of the language: all but
// letters, digits and harmless marks is written by its number.
func escape(s string, width int) string {
	var b strings.Builder
	last := rune(0)
	said := false // the language wants a letter or a digit in some places
	for i, r := range []rune(strings.TrimSpace(report.Printable(s))) {
		if i == width {
			b.WriteString(" etc.")
			break
		}
		word := unicode.IsLetter(r) || unicode.IsDigit(r)
		// A mark that is doubled would be one of typography.
		if word || r == ' ' || i > 0 && r != last && strings.ContainsRune(".=()?,+-:_", r) {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, "<U+%04X>", r)
			word = true
		}
		said = said || word
		last = r
	}
	if !said {
		return "<U+00A0>"
	}
	return b.String()
}
