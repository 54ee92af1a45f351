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

// shown is what a report has shown already: several checks often find fault with
// one run, or with one place.
type shown struct {
	runs  map[string]string // the title of a finding, by the steps of its run
	waits []titled          // the findings of deadlock and stuck
}

// titled is a group with its title.
type titled struct {
	title string
	group report.Group
}

// instead refers to a finding that says already what one of silent-survivor says: the
// same role waits for ever at the same place. "" if there is none.
func (s *shown) instead(g report.Group) string {
	own, elsewhere := g.Finding.Blocked, ""
	if len(own) != 1 {
		return ""
	}
	for _, t := range s.waits {
		x := t.group
		if !slices.Contains(x.Finding.Blocked, own[0]) || x.Environment != g.Environment && !slices.Contains(x.Environments, g.Environment) {
			continue
		}
		if x.Environment == g.Environment && slices.EqualFunc(x.Finding.Trace, g.Finding.Trace, func(a, b verify.Step) bool {
			return a.Action == b.Action && a.Origin == b.Origin
		}) {
			return "same run as " + t.title
		}
		if elsewhere == "" {
			elsewhere = "same place as in " + t.title
		}
	}
	return elsewhere
}

// key identifies what is shown of a run, its end included.
func key(g report.Group) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%v\n%+v\n", g.Environment, g.Finding.Causal, *g.Finding.Final)
	for _, s := range g.Finding.Trace {
		fmt.Fprintf(&b, "%s\n%d\n", s.Action, s.Origin)
	}
	return b.String()
}

func findings(w io.Writer, r *report.Report, f *report.File, row *report.Row, seen *shown, style Style) {
	name, color, full := row.Check.ID, red, fullFindings
	if row.Check.Warning && !r.Strict {
		name, color, full = "warning: "+name, yellow, 0
	}
	if style.FullTrace {
		full = len(row.Groups)
	}
	several := len(f.Result.Environments) > 1
	for i, g := range row.Groups {
		finding := g.Finding
		// A blank line sets off what takes several lines.
		if i == 0 || full > 0 {
			fmt.Fprintln(w)
		}
		title := name
		if several && g.Environment != "" {
			title += " in " + clean(g.Environment)
		}
		if total := len(row.Groups) + row.Omitted(); total > 1 {
			title += fmt.Sprintf(" (%d of %d)", i+1, total)
		}
		if remark := r.Remark(f, row, &g); remark != "" {
			title += " (" + remark + ")"
		}
		fmt.Fprintf(w, "%s%s\n", style.paint(color, title), style.paint(bold, ": "+clean(finding.Message)))
		switch name := row.Check.ID; {
		case name == "deadlock", name == "stuck":
			seen.waits = append(seen.waits, titled{title, g})
		case name == "silent-survivor" && !style.FullTrace:
			if other := seen.instead(g); other != "" {
				fmt.Fprintf(w, "  %s\n", other)
				continue
			}
		}
		if len(g.Environments) > 0 {
			fmt.Fprintf(w, "  also in %s\n", clean(strings.Join(g.Environments, ", ")))
		}
		if finding.Fault != "" {
			fmt.Fprintf(w, "  %s %s\n", style.paint(bold, "it begins with:"), style.paint(red, clean(finding.Fault)))
		}
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
		case i < full && !style.FullTrace && seen.runs[key(g)] != "":
			fmt.Fprintf(w, "  the run is that of %s, above\n", seen.runs[key(g)])
		case i < full:
			seen.runs[key(g)] = title
			trace(w, f, &finding, style)
			Configuration(w, f, "then", finding.Final, style)
		case full > 0:
			fmt.Fprintf(w, "  a run of %s shows it; --full-trace prints it\n", plural(len(finding.Trace), "step", "steps"))
		}
		if len(finding.Untold) > 0 {
			fmt.Fprintf(w, "  %s %s\n", style.paint(bold, "never told of it:"), clean(roleNames(f, finding.Untold)))
		}
		if finding.Loop != "" {
			fmt.Fprintf(w, "  %s %s\n", style.paint(bold, "for ever:"), clean(finding.Loop))
		}
		if finding.Help != "" && (i == 0 || finding.Help != row.Groups[i-1].Finding.Help) {
			fmt.Fprintf(w, "  %s %s\n", style.paint(bold, "help:"), clean(finding.Help))
		}
	}
	omitted(w, f, row)
}

// omitted says how many causes were left out, for each environment by itself: two
// environments may have left out the same ones.
func omitted(w io.Writer, f *report.File, row *report.Row) {
	for i, c := range row.Cells {
		if c == nil || c.Omitted == 0 {
			continue
		}
		in := ""
		if len(row.Cells) > 1 {
			in = " in " + clean(f.Result.Environments[i].Environment.Name)
		}
		fmt.Fprintf(w, "\n%s%s: %s not shown; --max-findings shows more\n", row.Check.ID, in,
			plural(c.Omitted, "further cause is", "further causes are"))
	}
}

func roleNames(f *report.File, roles []model.RoleID) string {
	var names []string
	for _, r := range roles {
		names = append(names, f.Automata.Roles[r].Name)
	}
	return strings.Join(names, ", ")
}

// place is "payment.chor:18", or "" for an origin without one.
func place(f *report.File, o model.Origin) string {
	if n := f.Line(o); n > 0 {
		return fmt.Sprintf("%s:%d", clean(f.Source.Name), n)
	}
	return ""
}

// excerptOf is the text at an origin, its first line only, in quotes.
func excerptOf(f *report.File, o model.Origin) string {
	if text := f.Excerpt(o); text != "" {
		return "  `" + clean(text) + "`"
	}
	return ""
}

// trace writes the steps of a finding: of those that matter, if it is known which,
// all or as many as one can take in.
func trace(w io.Writer, f *report.File, finding *verify.Finding, style Style) {
	steps := finding.Trace
	if len(steps) == 0 {
		text := "  in the initial configuration"
		switch {
		case finding.Settled:
			text += ", whatever comes next"
		case finding.Stops:
			text += ", where nothing happens"
		}
		fmt.Fprintln(w, text)
		return
	}
	shown := []int{}
	for i := range steps {
		if finding.Causal == nil || style.FullTrace || slices.Contains(finding.Causal, i) {
			shown = append(shown, i)
		}
	}
	rows := [][]string{}
	folded := len(shown) > foldAt && !style.FullTrace
	next := 0 // the step that is due
	skip := func(to int) {
		switch n := to - next; n {
		case 0:
		case 1: // saying that it was left out takes as much room
			rows = append(rows, StepRow(f, next+1, steps[next]))
		default:
			rows = append(rows, []string{"", fmt.Sprintf(".. %d steps that do not matter here", n), ""})
		}
	}
	for n, i := range shown {
		if folded && n == foldKeep {
			rows = append(rows, []string{"", fmt.Sprintf(".. %s more; --full-trace shows them",
				plural(len(shown)-2*foldKeep, "step", "steps")), ""})
		}
		if folded && n >= foldKeep && n < len(shown)-foldKeep {
			next = i + 1
			continue
		}
		skip(i)
		if finding.Cycle > 0 && i == len(steps)-finding.Cycle {
			rows = append(rows, []string{"", "-- from here on, again and again:", ""})
		}
		rows = append(rows, StepRow(f, i+1, steps[i]))
		next = i + 1
	}
	skip(len(steps))
	if finding.Settled {
		rows = append(rows, []string{"", "-- whatever comes next, this decides the property", ""})
	}
	if finding.Stops {
		rows = append(rows, []string{"", "-- and nothing happens any more", ""})
	}
	fmt.Fprint(w, table("  ", rows))
}

// StepRow is a numbered step as three cells: number, action, place. A fault is
// marked, and a handler that is entered is named.
func StepRow(f *report.File, number int, s verify.Step) []string {
	action := clean(s.Action)
	if s.Fault != "" {
		action = "!! " + action
	}
	if s.Handler != "" {
		// The action names it in its own way; it stands apart here.
		action, _, _ = strings.Cut(action, " (handler ")
		action += "   => " + clean(s.Handler)
	}
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
			state = clean(r.State) // "failed", "crashed", "silenced"
		case r.Final:
			state += " (final)"
		}
		if n := len(r.In); n > 0 {
			state += ", scope " + clean(r.In[n-1])
		}
		for _, t := range r.Armed {
			state += ", timer " + clean(t) + " armed"
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
	if len(c.Links) > 0 {
		fmt.Fprintf(w, "  %s %s\n", style.paint(bold, "links that are down:"), clean(strings.Join(c.Links, "; ")))
	}
	if len(c.Cycle) > 0 {
		fmt.Fprintf(w, "  %s %s\n", style.paint(bold, "wait in a circle:"), clean(strings.Join(c.Cycle, " -> ")))
	}
}
