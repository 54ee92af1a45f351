package json

import (
	"bytes"
	"encoding/json"
	"io"

	"chorcheck/report"
)

// Line is one line of a report in the form of lines. Exactly one of the pointers is
// set, or none if the type is `start` or `end`.
type Line struct {
	Type          string `json:"type"` // start, error, baseline, file, diagnostic, result, statistics, coverage, expectation, end
	Tool          string `json:"tool,omitempty"`
	Version       string `json:"version,omitempty"`
	SchemaVersion int    `json:"schemaVersion,omitempty"`
	Exit          *int   `json:"exit,omitempty"` // at the end
	File          string `json:"file,omitempty"` // the text that the line is about

	Error       *Trouble     `json:"error,omitempty"`
	Baseline    *Baseline    `json:"baseline,omitempty"`
	Text        *Text        `json:"text,omitempty"`
	Diagnostic  *Diagnostic  `json:"diagnostic,omitempty"`
	Result      *Result      `json:"result,omitempty"`
	Statistics  *Statistics  `json:"statistics,omitempty"`
	Coverage    *Coverage    `json:"coverage,omitempty"`
	Expectation *Expectation `json:"expectation,omitempty"`
}

// Text is what is known about one text besides the lines about it.
type Text struct {
	Format       string              `json:"format"`
	Choreography string              `json:"choreography"`
	Roles        []string            `json:"roles"`
	Channels     string              `json:"channels"`
	Parameters   map[string]int64    `json:"parameters"`
	Finals       map[string][]string `json:"finals"`
	Environments []string            `json:"environments"`
	Faults       string              `json:"faults"`
	CrashQueue   string              `json:"crash_queue"`
	Dropped      int                 `json:"dropped_diagnostics"`
	Cached       bool                `json:"cached"`
}

// WriteLines renders a report as one JSON object in each line, for readers that take
// one at a time.
func WriteLines(w io.Writer, r *report.Report) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	for _, l := range lines(Convert(r)) {
		if err := e.Encode(l); err != nil {
			return err
		}
	}
	_, err := w.Write(visible(b.Bytes()))
	return err
}

func lines(d *Document) []Line {
	list := []Line{{Type: "start", Tool: d.Tool, Version: d.Version, SchemaVersion: d.SchemaVersion}}
	for i := range d.Errors {
		list = append(list, Line{Type: "error", Error: &d.Errors[i]})
	}
	if d.Baseline != nil {
		list = append(list, Line{Type: "baseline", Baseline: d.Baseline})
	}
	for i := range d.Files {
		f := &d.Files[i]
		add := func(l Line) {
			l.File = f.File
			list = append(list, l)
		}
		add(Line{Type: "file", Text: &Text{
			f.Format, f.Choreography, f.Roles, f.Channels, f.Parameters, f.Finals, f.Environments, f.Faults, f.CrashQueue, f.Dropped, f.Cached,
		}})
		for j := range f.Diagnostics {
			add(Line{Type: "diagnostic", Diagnostic: &f.Diagnostics[j]})
		}
		for j := range f.Statistics {
			add(Line{Type: "statistics", Statistics: &f.Statistics[j]})
		}
		for j := range f.Results {
			add(Line{Type: "result", Result: &f.Results[j]})
		}
		if f.Coverage != nil {
			add(Line{Type: "coverage", Coverage: f.Coverage})
		}
		for j := range f.Expectations {
			add(Line{Type: "expectation", Expectation: &f.Expectations[j]})
		}
	}
	return append(list, Line{Type: "end", Exit: &d.Exit})
}
