package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"chorcheck/internal/bug"
	"chorcheck/lang"
	"chorcheck/model"
	"chorcheck/report"
	"chorcheck/report/svg"
	"chorcheck/report/text"
	"chorcheck/verify"
)

type drawFlags struct {
	loadFlags
	view, check, role, theme, format, out string
	finding                               int
	full                                  bool
	timeout                               time.Duration
	maxStates                             uint64
	given                                 func(string) bool
}

// views are the pictures that there are. The first ones show a run, the others the protocol.
func views() []string { return append([]string{"sequence", "waits"}, graphs()...) }

func (a *app) drawCommand() *cobra.Command {
	var f drawFlags
	cmd := &cobra.Command{
		Use:   "draw FILE",
		Short: "Draw a run, a protocol, its automata or its states",
		Long: `Draws a picture of a protocol. The views:

  sequence      the run of a finding as a sequence chart: a lane for each role, time goes down
  waits         the end of that run: who waits for whom
  choreography  the protocol as it is written: interactions, choices, loops, scopes
  role          the automaton of one role (--role)
  network       the automata of all roles, and what may fail
  states        all states of a small system in one environment (--env, --faults)

For the first two the protocol is verified. The finding is the first one that has a run,
or that of --check, --env and --finding. What else goes wrong does not change the exit
code; without any such finding it is 64.

The others are graphs. The program chorcheck-graph, which comes with chorcheck, draws those of
up to 300 nodes; --format dot writes them as text for Graphviz instead. Where no picture
can be made the text is written, with a message; the exit code is then 64 if the
picture was asked for by --format svg or -o FILE.svg.`,
		Example: `  chorcheck draw payment.chor -o payment.svg
  chorcheck draw payment.chor --view waits --env rough --check deadlock > waits.svg
  chorcheck draw payment.chor --view role --role Shop -o shop.svg
  chorcheck draw payment.chor --view states --env calm -o states.svg
  chorcheck draw payment.chor --view network --format dot | neato -Tpdf > network.pdf`,
		Args: arguments(1, 1, "a file"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.draw(cmd.Context(), &f, args[0]) },
	}
	f.add(cmd)
	f.addEnvironments(cmd)
	fl := cmd.Flags()
	f.given = fl.Changed
	fl.StringVar(&f.view, "view", "sequence", "what is drawn: "+strings.Join(views(), ", "))
	fl.StringVar(&f.check, "check", "", "sequence, waits: a finding of this check")
	fl.IntVar(&f.finding, "finding", 1, "sequence, waits: which of several findings, by its number")
	fl.BoolVar(&f.full, "full-trace", false, "sequence: all steps of a long run")
	fl.StringVar(&f.theme, "theme", "auto", "the colours: auto (those of the reader), light or dark")
	fl.DurationVar(&f.timeout, "timeout", 0, "stop the search after this time: 90s, 5m (0: no limit); graphs: give the drawing up (0: 20s)")
	fl.Uint64Var(&f.maxStates, "max-states", 0, "sequence, waits: stop the search after so many states (0: no limit)")
	fl.StringVar(&f.format, "format", "svg", "graphs: svg, a picture, or dot, text for Graphviz (default: by the name of the file, else svg)")
	fl.StringVar(&f.role, "role", "", "role: which one")
	fl.StringVarP(&f.out, "output", "o", "", "write to this file instead of standard output")
	return cmd
}

// checkFlags finds mistakes before any file is read.
func (f *drawFlags) checkFlags() error {
	if err := oneOf("--view", f.view, views()...); err != nil {
		return err
	}
	if err := oneOf("--theme", f.theme, "auto", "light", "dark"); err != nil {
		return err
	}
	for _, x := range []struct {
		flag  string
		views []string
	}{
		{"check", views()[:2]}, {"finding", views()[:2]}, {"max-states", views()[:2]},
		{"full-trace", views()[:1]}, {"role", []string{"role"}},
	} {
		if f.given(x.flag) && !slices.Contains(x.views, f.view) {
			return usage("", "--%s does nothing with --view %s", x.flag, f.view)
		}
	}
	if err := oneOf("--format", f.format, "svg", "dot"); err != nil {
		return err
	}
	if !slices.Contains(graphs(), f.view) && f.format != "svg" {
		return usage("it is for "+strings.Join(graphs(), ", "), "--format %s does nothing with --view %s", f.format, f.view)
	}
	if slices.Contains(graphs(), f.view) {
		if format, _, err := f.chooseFormat(); err != nil {
			return err
		} else if format == "dot" && f.given("theme") {
			return usage("", "--theme does nothing with text for Graphviz")
		}
	}
	if f.view == "role" && f.role == "" {
		return usage("for example --role Shop; --view network draws all of them", "--view role needs --role")
	}
	if f.finding < 1 {
		return usage("the first one is 1", "--finding takes a positive number")
	}
	if f.timeout < 0 {
		return usage("", "--timeout cannot be negative")
	}
	if f.check != "" {
		return checkIDs(nil, []string{f.check})
	}
	return nil
}

func (a *app) draw(ctx context.Context, f *drawFlags, name string) error {
	if err := f.checkFlags(); err != nil {
		return err
	}
	u, ok, err := a.loadOne(name, &f.loadFlags)
	if err != nil || !ok {
		return err
	}
	var b bytes.Buffer
	if slices.Contains(graphs(), f.view) {
		if written, err := a.drawGraph(ctx, f, u, &b); err != nil || !written {
			return err
		}
		return a.writeGraph(ctx, f, b.String())
	}
	if written, err := a.drawRun(ctx, f, u, &b); err != nil || !written {
		return err
	}
	return a.writeOutput(f.out, b.Bytes())
}

// drawRun verifies a protocol, and draws the run of one of its findings. It is not
// written if the text is too large to be verified.
func (a *app) drawRun(ctx context.Context, f *drawFlags, u *lang.Unit, b *bytes.Buffer) (written bool, err error) {
	load, err := f.options()
	if err != nil {
		return false, err
	}
	opt := verify.Options{KeepCrashed: f.crashQueue == "keep", MaxStates: f.maxStates, MaxFindings: f.finding}
	if f.check != "" {
		opt.Only = []string{f.check}
	}
	opt.MaxFindings = max(opt.MaxFindings, 10)
	opt.Reduce = verify.AutoReduce(opt.Only, nil, false)
	file, err := a.verifyUnit(ctx, verifyFlags{timeout: f.timeout}, u, load, opt)
	if err != nil {
		hint := ""
		if h := (*hinted)(nil); errors.As(err, &h) {
			hint = h.hint
		}
		return false, usage(hint, "%s: %v", u.File.Name, err)
	}
	if file.Rejected() { // too large
		text.Diagnostics(a.Err, u.File, file.Diagnostics[len(u.Diagnostics):], 0, a.errStyle())
		a.exit = report.Worse(a.exit, report.ExitRejected)
		return false, nil
	}
	list := drawings(&file)
	if len(list) == 0 {
		return false, usage("`--view network` draws the protocol itself", "%s: there is no finding with a run", u.File.Name)
	}
	if f.finding > len(list) {
		return false, usage("", "--finding %d: there %s", f.finding, plural(len(list), "is 1 finding with a run", "are %d findings with runs"))
	}
	d := list[f.finding-1]
	if len(list) > 1 {
		fmt.Fprintf(a.Err, "%s: finding %d of %d with a run\n", report.Printable(d.chart.Title), f.finding, len(list))
	}
	o := svg.Options{Full: f.full, Theme: map[string]svg.Theme{"auto": svg.Auto, "light": svg.Light, "dark": svg.Dark}[f.theme]}
	if f.view == "waits" {
		return true, svg.Waits(b, d.chart, o)
	}
	return true, svg.Sequence(b, d.chart, o)
}

// plural is one of two sentences about a number; the second one has a %d for it.
func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return fmt.Sprintf(many, n)
}

// drawing is the run of a finding, and what its file is called after.
type drawing struct {
	chart  svg.Chart
	names  []string
	remark func(*report.Report) string // the word for a finding that is nothing new
}

// drawings are the runs of all findings of a file.
func drawings(f *report.File) []drawing {
	var list []drawing
	if f.Automata == nil || f.Rejected() {
		return nil
	}
	for _, row := range f.Rows() {
		for _, g := range row.Groups {
			title := f.Title(g.Environment, row.Check.ID)
			n := svg.Network{Automata: f.Automata, KeepCrashed: f.Settings.KeepCrashed, Title: title, At: func(o model.Origin) string {
				if line := f.Line(o); line > 0 {
					return fmt.Sprintf("%s:%d", f.Source.Name, line)
				}
				return ""
			}}
			if chart, ok := svg.FromFinding(n, g.Finding); ok {
				list = append(list, drawing{chart, []string{f.Choreography, g.Environment, row.Check.ID}, func(r *report.Report) string { return r.Remark(f, &row, &g) }})
			}
		}
	}
	return list
}

// pictures writes the runs of all findings of a report into a directory, one file for each. What
// is in the way is a trouble of the report.
func pictures(r *report.Report, dir string) {
	var names svg.FileNames
	for i := range r.Files {
		for _, d := range drawings(&r.Files[i]) {
			if remark := d.remark(r); remark != "" {
				d.chart.Title += " (" + remark + ")"
			}
			var b bytes.Buffer
			if err := svg.Sequence(&b, d.chart, svg.Options{}); err != nil {
				bug.Panicf("a chart cannot be drawn: %v", err)
			}
			path := filepath.Join(dir, names.Next(d.names...))
			if err := replaceFile(path, b.Bytes()); err != nil {
				r.Errors = append(r.Errors, report.Trouble{File: path, Message: reason(err)})
				return
			}
		}
	}
}

// makeDirectory is there before the search begins, so that nothing is searched in vain.
func makeDirectory(flag, dir string) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return usage("name a directory", "%s: %s: %s", flag, dir, reason(err))
	}
	return nil
}
