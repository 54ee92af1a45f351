package cli

import (
	"bytes"
	stdjson "encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"

	"chorcheck/report"
	"chorcheck/report/json"
	"chorcheck/verify"
	"chorcheck/verify/trace"
)

// defaultWidth is how wide a comparison is where nobody says.
const defaultWidth = 100

// happenings are the steps of a run as words that say what happens, for comparing: who does what.
func (s *saved) happenings() []string {
	var list []string
	for _, step := range s.run.Steps {
		list = append(list, s.in.Describe(step))
	}
	return list
}

// difference is a part of two configurations that is not the same, "": there is none on that side.
type difference struct {
	What  string `json:"what"` // "Shop", "queue Shop -> Bank"
	Left  string `json:"left"`
	Right string `json:"right"`
}

// differences of two configurations.
func differences(left, right verify.Configuration) []difference {
	var keys []string
	var values [2]map[string]string
	for i, c := range []verify.Configuration{left, right} {
		values[i] = map[string]string{}
		add := func(key, value string) {
			keys = append(keys, key)
			values[i][key] = value
		}
		for _, r := range c.Roles {
			add(r.Role, roleAt(&r))
		}
		for _, q := range c.Queues {
			add("queue "+q.Name, "["+strings.Join(q.Messages, ", ")+"]")
		}
		if len(c.Links) > 0 {
			add("links that are down", strings.Join(c.Links, "; "))
		}
		if len(c.Cycle) > 0 {
			add("wait in a circle", strings.Join(c.Cycle, " -> "))
		}
	}
	list := []difference{}
	for i, key := range keys {
		if slices.Contains(keys[:i], key) {
			continue
		}
		if l, r := values[0][key], values[1][key]; l != r {
			list = append(list, difference{key, l, r})
		}
	}
	return list
}

// roleAt is all that a configuration says about a role.
func roleAt(r *verify.RoleState) string {
	text := "in " + r.State
	switch {
	case r.Failed:
		text = r.State
	case r.Final:
		text += " (final)"
	}
	if n := len(r.In); n > 0 {
		text += ", scope " + r.In[n-1]
	}
	for _, t := range r.Armed {
		text += ", timer " + t + " armed"
	}
	for _, v := range r.Variables {
		text += ", " + v
	}
	for i, w := range r.Waits {
		text += map[bool]string{true: ", waits ", false: " or "}[i == 0] + w.For
	}
	return text
}

// after is the number of steps on each side after which the runs are first different: one more than they have
// in common, unless a run has ended.
func (c *comparison) after() (left, right int) {
	return min(c.parting+1, len(c.left.run.Steps)), min(c.parting+1, len(c.right.run.Steps))
}

// between are the differences of the configurations after so many steps on each side.
func (c *comparison) between(left, right int) []difference {
	return differences(c.left.in.DescribeConfig(c.left.run.Configs[left]), c.right.in.DescribeConfig(c.right.run.Configs[right]))
}

// writeDiff writes a comparison side by side.
func (a *app) writeDiff(c *comparison, width int) {
	if width == 0 {
		width = terminalWidth(a.Out)
	}
	if width < 40 {
		width = defaultWidth
	}
	half := (width - 3) / 2
	line := func(left, mark, right string) {
		left, right = fit(left, half), fit(right, half)
		fmt.Fprintln(a.out, strings.TrimRight(fmt.Sprintf("%s%s %s %s", left, strings.Repeat(" ", half-len([]rune(left))), mark, right), " "))
	}
	line(c.left.heading(), " ", c.right.heading())
	cell := func(s *saved, i int) string {
		if i < 0 {
			return ""
		}
		step := verify.StepOf(s.in, s.run.Steps[i])
		round := ""
		if n := len(s.run.Steps); i >= n-s.run.Cycle {
			round = "again: "
		}
		return fmt.Sprintf("%3d  %s%s", i+1, round, report.StepInWords(&step))
	}
	marks := map[trace.Mark]string{trace.Same: "=", trace.OnlyLeft: "<", trace.OnlyRight: ">", trace.Moved: "~"}
	counts := map[trace.Mark]int{}
	for _, r := range c.rows {
		counts[r.Mark]++
		line(cell(c.left, r.Left), marks[r.Mark], cell(c.right, r.Right))
	}
	fmt.Fprintf(a.out, "%s, %d only left, %d only right, %s\n", plural(counts[trace.Same], "1 step is the same", "%d steps are the same"),
		counts[trace.OnlyLeft], counts[trace.OnlyRight], plural(counts[trace.Moved]/2, "1 has moved", "%d have moved"))
	if c.parting < len(c.rows) {
		left, right := c.after()
		fmt.Fprintf(a.out, "they part after %s\n", plural(c.parting, "1 step", "%d steps"))
		a.writeDifferences("before that", c.between(c.parting, c.parting))
		a.writeDifferences(afterBoth(left, right), c.between(left, right))
	}
	if c.left.run.Cycle != c.right.run.Cycle {
		fmt.Fprintf(a.out, "done again and again: the last %d steps on the left, the last %d on the right\n", c.left.run.Cycle, c.right.run.Cycle)
	}
	a.writeDifferences("in the end", c.between(len(c.left.run.Steps), len(c.right.run.Steps)))
}

// afterBoth says where configurations are.
func afterBoth(left, right int) string {
	if left == right {
		return fmt.Sprintf("after step %d", left)
	}
	return fmt.Sprintf("after %s on the left, %d on the right", plural(left, "1 step", "%d steps"), right)
}

func (a *app) writeDifferences(when string, list []difference) {
	if len(list) == 0 {
		return
	}
	fmt.Fprintf(a.out, "%s the configurations differ:\n", when)
	for _, d := range list {
		fmt.Fprintf(a.out, "  %s\n    < %s\n    > %s\n", report.Printable(d.What), orDash(d.Left), orDash(d.Right))
	}
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return report.Printable(s)
}

// heading names a run.
func (s *saved) heading() string {
	return fmt.Sprintf("%s: %s, %s", s.name, s.title(), plural(len(s.run.Steps), "1 step", "%d steps"))
}

// fit cuts a text to so many characters.
func fit(s string, width int) string {
	s = report.Printable(s)
	if r := []rune(s); len(r) > width {
		return string(r[:width-2]) + ".."
	}
	return s
}

// diffDocument is a comparison in JSON. docs/traces.md describes it.
type diffDocument struct {
	Equal   bool         `json:"equal"`
	Left    diffSide     `json:"left"`
	Right   diffSide     `json:"right"`
	Rows    []diffRow    `json:"rows"`
	Parting *diffParting `json:"parting"` // null: the same happens in both
	End     []difference `json:"end"`
}

// diffSide is one run.
type diffSide struct {
	Report      string `json:"report"`
	File        string `json:"file"`
	Check       string `json:"check"`
	Environment string `json:"environment"`
	Steps       int    `json:"steps"`
	Cycle       int    `json:"cycle"` // how many of the last steps are done again and again
}

// diffRow is a line of the comparison.
type diffRow struct {
	Mark  string     `json:"mark"`  // same, left, right, moved
	Left  *json.Step `json:"left"`  // null: it is not of this run
	Right *json.Step `json:"right"` // likewise
	Other int        `json:"other"` // moved: the number of the step in the other run; else 0
}

// diffParting is where two runs part.
type diffParting struct {
	Steps  int          `json:"steps"`  // that they have in common before
	Before []difference `json:"before"` // of the configurations after these steps
	After  []difference `json:"after"`  // and one step later
}

func (a *app) writeDiffJSON(c *comparison) error {
	side := func(s *saved) diffSide {
		return diffSide{s.name, s.unit.File.Name, s.result.Check, s.env.Name, len(s.run.Steps), s.run.Cycle}
	}
	step := func(s *saved, i int) *json.Step {
		if i < 0 {
			return nil
		}
		x := json.StepOf(&s.report, i+1, verify.StepOf(s.in, s.run.Steps[i]))
		return &x
	}
	d := diffDocument{
		Equal: c.parting == len(c.rows) && c.left.run.Cycle == c.right.run.Cycle, Left: side(c.left), Right: side(c.right),
		Rows: []diffRow{}, End: c.between(len(c.left.run.Steps), len(c.right.run.Steps)),
	}
	for _, r := range c.rows {
		d.Rows = append(d.Rows, diffRow{r.Mark.String(), step(c.left, r.Left), step(c.right, r.Right), r.Other + 1})
	}
	if c.parting < len(c.rows) {
		left, right := c.after()
		d.Parting = &diffParting{c.parting, c.between(c.parting, c.parting), c.between(left, right)}
	}
	var b bytes.Buffer
	e := stdjson.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(d); err != nil {
		return err
	}
	_, err := a.out.Write(escapeHidden(b.String()))
	return err
}

// escapeHidden replaces hidden characters in a JSON document, which stand in its strings only, by their escapes.
func escapeHidden(document string) []byte {
	var b bytes.Buffer
	for _, r := range document {
		if r == '\n' || !report.Hidden(r) {
			b.WriteRune(r)
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(&b, `\u%04x`, unit)
		}
	}
	return b.Bytes()
}
