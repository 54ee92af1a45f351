package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"chorcheck/internal/bug"
	"chorcheck/report"
	"chorcheck/report/baseline"
	"chorcheck/report/github"
	"chorcheck/report/html"
	"chorcheck/report/json"
	"chorcheck/report/junit"
	"chorcheck/report/mermaid"
	"chorcheck/report/plantuml"
	"chorcheck/report/sarif"
	"chorcheck/report/text"
)

// formats are those of reports. docs/ci-formats.md describes them.
func formats() []string {
	return []string{"text", "json", "ndjson", "sarif", "junit", "github", "mermaid", "plantuml", "html"}
}

// render writes a report in a format; style is for text.
func render(w io.Writer, format string, r *report.Report, style text.Style) error {
	switch format {
	case "json":
		return json.Write(w, r)
	case "ndjson":
		return json.WriteLines(w, r)
	case "sarif":
		return sarif.Write(w, r)
	case "junit":
		return junit.Write(w, r)
	case "github":
		return github.Write(w, r)
	case "mermaid":
		return mermaid.Write(w, r)
	case "plantuml":
		return plantuml.Write(w, r)
	case "html":
		return html.Write(w, r)
	}
	text.Write(w, r, style)
	return nil
}

// reportFlags say which reports are written where, and what counts for the exit code.
type reportFlags struct {
	cmd           *cobra.Command
	formats       []string
	strict        bool
	failOn        string
	baseline      string
	writeBaseline bool
}

func (f *reportFlags) add(cmd *cobra.Command) {
	f.cmd = cmd
	fl := cmd.Flags()
	fl.BoolVar(&f.strict, "strict", false, "warnings count as violations")
	fl.StringArrayVar(&f.formats, "format", []string{"text"}, "a report in this `FORMAT` to standard output, or with FORMAT=FILE into a file; repeatable: "+strings.Join(formats(), ", "))
	fl.StringVar(&f.failOn, "fail-on", "error", "what counts for the exit code: error, warning (as --strict), unexpected (what the text does not expect), never")
	fl.StringVar(&f.baseline, "baseline", "", "a `FILE` with the findings that are known: only new ones count")
	fl.BoolVar(&f.writeBaseline, "write-baseline", false, "write all findings into the file of --baseline")
}

// destination is a report in one format.
type destination struct {
	format string
	file   string // empty: standard output
}

// destinations reads --format.
func (f *reportFlags) destinations() ([]destination, error) {
	var list []destination
	for _, s := range f.formats {
		format, file, toFile := strings.Cut(s, "=")
		if err := oneOf("--format", format, formats()...); err != nil {
			return nil, err
		}
		if toFile && file == "" {
			return nil, usage("for example --format sarif=out.sarif", "--format %s needs the name of a file", s)
		}
		if file == "-" {
			file = ""
		}
		if i := slices.IndexFunc(list, func(t destination) bool { return sameName(t.file, file) }); i >= 0 {
			where := file
			if file == "" {
				where = "standard output"
			}
			return nil, usage("write one of them into a file: --format "+format+"=FILE", "--format %s and %s both go to %s", list[i].format, format, where)
		}
		list = append(list, destination{format, file})
	}
	return list, nil
}

// sameName reports whether two names are those of one file, or both empty.
func sameName(a, b string) bool {
	if a == "" || b == "" {
		return a == b
	}
	if filepath.Clean(a) == filepath.Clean(b) {
		return true
	}
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && x.Mode().IsRegular() && os.SameFile(x, y)
}

// promise is the format of standard output if a program waits for it: troubles go into
// it, too. It is empty for text.
func promise(list []destination) string {
	for _, t := range list {
		if t.file == "" && t.format != "text" {
			return t.format
		}
	}
	return ""
}

// promised finds out about that before the flags are parsed, for the case that they
// cannot be.
func promised(args []string) string {
	if !slices.Contains(args, "verify") && !slices.Contains(args, "resume") {
		return ""
	}
	var f reportFlags
	for i, arg := range args {
		if arg == "--" {
			break
		}
		if value, ok := strings.CutPrefix(arg, "--format="); ok {
			f.formats = append(f.formats, value)
		} else if arg == "--format" && i+1 < len(args) {
			f.formats = append(f.formats, args[i+1])
		}
	}
	list, err := f.destinations()
	if err != nil {
		return ""
	}
	return promise(list)
}

// counts reads what counts for the exit code.
func (f *reportFlags) counts() (strict bool, on report.FailOn, err error) {
	if err := oneOf("--fail-on", f.failOn, "error", "warning", "unexpected", "never"); err != nil {
		return false, 0, err
	}
	if f.strict && f.failOn == "error" && f.cmd.Flags().Changed("fail-on") {
		return false, 0, usage("with --strict warnings count, too", "--strict and --fail-on error exclude each other")
	}
	switch f.failOn {
	case "unexpected":
		on = report.OnUnexpected
	case "never":
		on = report.OnNothing
	}
	return f.strict || f.failOn == "warning", on, nil
}

// checkFiles finds out before the search whether reports can be written, and that none
// of them would replace what is read.
func (f *reportFlags) checkFiles(list []destination, names []string) error {
	if f.writeBaseline && f.baseline == "" {
		return usage("--baseline FILE names it", "--write-baseline needs a file to write")
	}
	written := []string{}
	for _, t := range list {
		if t.file != "" {
			if f.baseline != "" && sameName(t.file, f.baseline) {
				return usage("choose another file", "--format %s would replace the baseline %s", t.format, t.file)
			}
			written = append(written, t.file)
		}
	}
	if f.writeBaseline {
		written = append(written, f.baseline)
	}
	for _, file := range written {
		if slices.ContainsFunc(names, func(name string) bool { return name != "-" && sameName(name, file) }) {
			return usage("choose another file", "the report would replace the text %s", file)
		}
		if info, err := os.Stat(file); err == nil && info.IsDir() {
			return usage("name a file", "%s: this is a directory", file)
		}
		if info, err := os.Stat(filepath.Dir(file)); err != nil || !info.IsDir() {
			return usage("make it first", "%s: there is no directory %s", file, filepath.Dir(file))
		}
	}
	return nil
}

// readBaseline reads the file of --baseline; one that is about to be written need not
// be there.
func (f *reportFlags) readBaseline() (*baseline.List, error) {
	if f.baseline == "" {
		return nil, nil
	}
	file, err := os.Open(f.baseline)
	if errors.Is(err, os.ErrNotExist) && f.writeBaseline {
		return baseline.New(), nil
	}
	if err != nil {
		return nil, usage("--write-baseline makes one", "%s: %s", f.baseline, reason(err))
	}
	defer file.Close()
	l, err := baseline.Read(file)
	if err != nil {
		return nil, usage("--write-baseline makes one", "%s: %s", f.baseline, reason(err))
	}
	return l, nil
}

// manyFindings is how many findings of a check are compared with a baseline if
// --max-findings does not say it: those that are left out could be new.
const manyFindings = 1000

// compare a report with the baseline, and writes that.
func (f *reportFlags) compare(r *report.Report, known *baseline.List) {
	if known == nil {
		return
	}
	if f.writeBaseline {
		known = baseline.Update(known, r)
		var b bytes.Buffer
		err := baseline.Write(&b, known)
		if err == nil {
			err = replaceFile(f.baseline, b.Bytes())
		}
		if err != nil {
			r.Errors = append(r.Errors, report.Trouble{File: f.baseline, Message: reason(err)})
			return
		}
	}
	r.Baseline = baseline.Compare(f.baseline, known, r)
}

// write all reports: those into files first, so that the one on standard output says
// if one of them could not be written.
func (a *app) write(r *report.Report, list []destination, style text.Style) {
	for _, t := range list {
		if t.file == "" {
			continue
		}
		plain := style
		plain.Color = a.color == "always"
		if err := replaceFile(t.file, rendered(t.format, r, plain)); err != nil {
			r.Errors = append(r.Errors, report.Trouble{File: t.file, Message: reason(err)})
		}
	}
	if slices.ContainsFunc(list, func(t destination) bool { return t.format == "github" }) {
		if err := stepSummary(r); err != nil {
			r.Errors = append(r.Errors, report.Trouble{File: os.Getenv(summaryVariable), Message: reason(err)})
		}
	}
	for _, t := range list {
		if t.file == "" {
			a.out.Write(rendered(t.format, r, style)) // it remembers what went wrong
		}
	}
	a.exit = report.Worse(a.exit, r.Exit())
}

func rendered(format string, r *report.Report, style text.Style) []byte {
	var b bytes.Buffer
	if err := render(&b, format, r, style); err != nil {
		bug.Panicf("the report cannot be written as %s: %v", format, err)
	}
	return b.Bytes()
}

// summaryVariable names the file that GitHub Actions shows as the summary of a step.
const summaryVariable = "GITHUB_STEP_SUMMARY"

// stepSummary adds to the summary of the step, if there is one.
func stepSummary(r *report.Report) error {
	name := os.Getenv(summaryVariable)
	if name == "" {
		return nil
	}
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	if err := github.Summary(f, r); err != nil {
		f.Close()
		return fmt.Errorf("writing the summary: %w", err)
	}
	return f.Close()
}
