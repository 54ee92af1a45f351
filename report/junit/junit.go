// Package junit renders a [report.Report] as JUnit XML, which most services for
// continuous integration read: a testsuite for each file, and in it a testcase for
// each check in each environment, for each statement of the text about its verdicts,
// and for each error of the text.
//
// A violated check is a failure, unless the text expects it, it is in the baseline, or
// it is a warning that does not count: then the testcase passes, and says so in its
// output. What is inconclusive is an error, since a run that has not decided must not
// look like one that has passed; where it does not matter it is skipped. What is not
// applicable is skipped.
package junit

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"chorcheck/lang/diag"
	"chorcheck/report"
	"chorcheck/verify"
)

type suites struct {
	XMLName  xml.Name `xml:"testsuites"`
	Name     string   `xml:"name,attr"`
	Tests    int      `xml:"tests,attr"`
	Failures int      `xml:"failures,attr"`
	Errors   int      `xml:"errors,attr"`
	Time     seconds  `xml:"time,attr"`
	Suites   []suite  `xml:"testsuite"`
}

type suite struct {
	Name       string      `xml:"name,attr"`
	Tests      int         `xml:"tests,attr"`
	Failures   int         `xml:"failures,attr"`
	Errors     int         `xml:"errors,attr"`
	Skipped    int         `xml:"skipped,attr"`
	Time       seconds     `xml:"time,attr"`
	Properties *properties `xml:"properties"`
	Cases      []testcase  `xml:"testcase"`
}

type properties struct {
	List []property `xml:"property"`
}

type property struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type testcase struct {
	Class   string  `xml:"classname,attr"`
	Name    string  `xml:"name,attr"`
	File    string  `xml:"file,attr,omitempty"`
	Line    int     `xml:"line,attr,omitempty"`
	Skipped *bad    `xml:"skipped"`
	Error   *bad    `xml:"error"`
	Failure *bad    `xml:"failure"`
	Out     *output `xml:"system-out"`
}

// bad is why a testcase has not passed.
type bad struct {
	Message string `xml:"message,attr,omitempty"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",innerxml"`
}

type output struct {
	Text string `xml:",innerxml"`
}

// escaped is a text as XML, with its lines as they are.
func escaped(text string) string {
	var b strings.Builder
	xml.EscapeText(&b, []byte(report.PrintableBlock(text))) // a builder takes everything
	return strings.NewReplacer("&#xA;", "\n", "&#x9;", "\t").Replace(b.String())
}

// seconds are written with three digits after the point.
type seconds float64

func (s seconds) MarshalText() ([]byte, error) { return fmt.Appendf(nil, "%.3f", float64(s)), nil }

// Write renders a report with a final line ending.
func Write(w io.Writer, r *report.Report) error {
	all := suites{Name: "chorcheck"}
	if len(r.Errors) > 0 || r.Baseline != nil {
		s := suite{Name: "chorcheck"}
		for _, t := range r.Errors {
			name := "the command line"
			if t.File != "" {
				name = t.File
			}
			s.add(testcase{Class: "chorcheck", Name: clean(name), Error: &bad{clean(t.Message), "trouble", escaped(clean(t.Hint))}})
		}
		if b := r.Baseline; b != nil {
			lines := []string{b.Counts()}
			for _, id := range b.Gone {
				lines = append(lines, "gone: "+clean(id.String()))
			}
			s.add(testcase{Class: "chorcheck", Name: clean("baseline " + b.Name), Out: &output{escaped(strings.Join(lines, "\n"))}})
		}
		all.add(s)
	}
	for i := range r.Files {
		all.add(file(r, &r.Files[i]))
	}
	var b bytes.Buffer
	b.WriteString(xml.Header)
	e := xml.NewEncoder(&b)
	e.Indent("", "  ")
	if err := e.Encode(all); err != nil {
		return err
	}
	b.WriteByte('\n')
	_, err := w.Write(b.Bytes())
	return err
}

func (all *suites) add(s suite) {
	all.Tests += s.Tests
	all.Failures += s.Failures
	all.Errors += s.Errors
	all.Time += s.Time
	all.Suites = append(all.Suites, s)
}

func (s *suite) add(c testcase) {
	s.Tests++
	switch {
	case c.Failure != nil:
		s.Failures++
	case c.Error != nil:
		s.Errors++
	case c.Skipped != nil:
		s.Skipped++
	}
	s.Cases = append(s.Cases, c)
}

func file(r *report.Report, f *report.File) suite {
	name := clean(r.Path(f.Source.Name))
	s := suite{Name: name}
	if f.Automata != nil {
		s.Properties = &properties{[]property{
			{"choreography", clean(f.Choreography)}, {"channels", f.Settings.Channels},
		}}
	}
	for _, d := range f.Diagnostics {
		s.add(diagnostic(r, f, name, d))
	}
	if f.Result == nil {
		return s
	}
	for _, e := range f.Result.Environments {
		s.Time += seconds(e.Statistics.ElapsedMS / 1000)
	}
	for environment, c := range f.Verdicts() {
		s.add(verdict(r, f, class(f, name, environment), environment, c))
	}
	for _, e := range f.Expectations {
		c := testcase{Class: class(f, name, e.Env), Name: clean("expect: " + e.Subject + " " + e.Expected), File: clean(r.Path(f.StatedIn(e))), Line: e.Line}
		switch e.Outcome {
		case report.Met:
		case report.Unmet:
			c.Failure = &bad{Message: clean("found " + e.Found), Type: "expectation"}
		case report.Undecided:
			c.Error = &bad{Message: clean("undecided: " + e.Found), Type: "expectation"}
		}
		s.add(c)
	}
	if f.MinCoverage > 0 {
		c := testcase{Class: name, Name: "failure coverage", File: name}
		words := fmt.Sprintf("%g %% handled or tolerated, %g %% required", report.Percent(f.Result.Coverage), f.MinCoverage)
		switch f.Covered() {
		case report.Met:
			c.Out = &output{escaped(words)}
		case report.Unmet:
			c.Failure = &bad{Message: words, Type: "coverage"}
		case report.Undecided:
			c.Error = &bad{Message: "undecided: " + words, Type: "coverage"}
		}
		s.add(c)
	}
	return s
}

// class groups the testcases of an environment: readers show it before the name.
func class(f *report.File, name, environment string) string {
	if environment == "" && len(f.Result.Environments) == 1 {
		environment = f.Result.Environments[0].Environment.Name
	}
	if environment == "" {
		return name
	}
	return name + "." + clean(environment)
}

// diagnostic is a testcase of its own, so that each error is listed.
func diagnostic(r *report.Report, f *report.File, name string, d diag.Diagnostic) testcase {
	area, message := f.Located(d)
	c := testcase{Class: name, Name: string(d.Code), File: name, Line: area.Line}
	text := message
	if area.Line > 0 {
		c.Name = fmt.Sprintf("%s at %d:%d", d.Code, area.Line, area.Column)
		text = fmt.Sprintf("%s:%d:%d: %s", name, area.Line, area.Column, message)
	}
	if d.Help != "" {
		text += "\nhelp: " + clean(d.Help)
	}
	switch {
	case d.Severity == diag.Error:
		c.Error = &bad{message, string(d.Code), escaped(text)}
	case r.Strict && !r.KnownDiagnostic(f, d):
		c.Failure = &bad{message, string(d.Code), escaped(text)}
	default:
		c.Out = &output{escaped("a warning: " + text)}
	}
	return c
}

func verdict(r *report.Report, f *report.File, class, environment string, c *verify.CheckResult) testcase {
	out := testcase{Class: class, Name: c.Check.ID, File: clean(r.Path(f.Source.Name))}
	if len(c.Findings) > 0 {
		out.Line = f.FindingArea(&c.Findings[0]).Line
	}
	switch r.Judge(f, environment, c) {
	case report.Fine:
	case report.Idle:
		out.Skipped = &bad{Message: clean("not applicable: " + c.Reason)}
	case report.Open:
		out.Error = &bad{Message: clean("inconclusive: " + c.Reason), Type: "inconclusive"}
	case report.Unclear:
		out.Skipped = &bad{Message: clean("inconclusive: " + c.Reason)}
	case report.Advice:
		out.Out = &output{escaped("a warning: violated\n" + findings(r, f, environment, c))}
	case report.Expected:
		out.Out = &output{escaped("violated, as the text expects\n" + findings(r, f, environment, c))}
	case report.Known:
		out.Out = &output{escaped("violated, and all findings are in the baseline\n" + findings(r, f, environment, c))}
	case report.Failure:
		// The message is that of a finding that is new.
		first := &c.Findings[0]
		for i := range c.Findings {
			if !r.KnownFinding(f, environment, c.Check.ID, &c.Findings[i]) {
				first = &c.Findings[i]
				break
			}
		}
		out.Failure = &bad{clean(first.Message), c.Check.ID, escaped(findings(r, f, environment, c))}
	}
	return out
}

// findings tells all findings of a check.
func findings(r *report.Report, f *report.File, environment string, c *verify.CheckResult) string {
	var b strings.Builder
	for i := range c.Findings {
		x := &c.Findings[i]
		if i > 0 {
			b.WriteByte('\n')
		}
		if r.KnownFinding(f, environment, c.Check.ID, x) {
			b.WriteString("(in the baseline) ")
		}
		if a := f.FindingArea(x); a.Line > 0 {
			fmt.Fprintf(&b, "%s:%d: ", clean(r.Path(f.Source.Name)), a.Line)
		}
		b.WriteString(strings.Join(f.Story(x), "\n") + "\n")
	}
	if c.Omitted > 0 {
		fmt.Fprintf(&b, "\nfurther causes that are not shown: %d\n", c.Omitted)
	}
	return b.String()
}

// clean makes text from the user's files safe: characters that XML does not have
// become visible escapes.
func clean(s string) string { return report.Printable(s) }
