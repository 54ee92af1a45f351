package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"chorcheck/internal/graph"
	"chorcheck/lang"
	"chorcheck/lang/diag"
	"chorcheck/lang/dot"
	"chorcheck/report"
	"chorcheck/report/text"
	"chorcheck/verify"
)

// graphs are the views that Graphviz lays out; the others are drawn here.
func graphs() []string { return []string{"choreography", "role", "network", "states"} }

// mostStates is the number of configurations up to which a state space is written as a graph. Far fewer are drawn.
const mostStates = 2000

// chooseFormat says whether a graph is written as a picture or as text: by --format, else by the name of the file, else a picture. wanted is set
// if the picture was asked for in so many words.
func (f *drawFlags) chooseFormat() (format string, wanted bool, err error) {
	byName := map[string]string{".svg": "svg", ".dot": "dot", ".gv": "dot"}[strings.ToLower(filepath.Ext(f.out))]
	if !f.given("format") {
		if byName == "" {
			return "svg", false, nil
		}
		return byName, byName == "svg", nil
	}
	if byName != "" && byName != f.format {
		return "", false, usage("give the file another ending, or leave --format out", "--format %s does not go with a file called %s", f.format, f.out)
	}
	return f.format, f.format == "svg", nil
}

// drawGraph writes the graph of a view as text for Graphviz. It is not written if the protocol is too large.
func (a *app) drawGraph(ctx context.Context, f *drawFlags, u *lang.Unit, w io.Writer) (written bool, err error) {
	switch f.view {
	case "choreography":
		if u.Choreography == nil {
			return false, usage("`--view network` draws the automata", "%s: automata have no choreography to draw", u.File.Name)
		}
		return true, dot.WriteChoreography(w, u.Choreography)
	case "role":
		roles, err := chooseRoles(u.Automata, f.role)
		if err != nil {
			return false, err
		}
		return true, dot.Write(w, u.Automata, roles)
	case "network":
		return a.export(w, u, "dot", lang.ExportOptions{})
	}
	return a.drawStates(ctx, f, u, w)
}

// drawStates writes the state space in one environment as a graph.
func (a *app) drawStates(ctx context.Context, f *drawFlags, u *lang.Unit, w io.Writer) (written bool, err error) {
	env := u.Environments[0]
	title := u.Name
	if len(u.Environments) > 1 || len(env.Faults) > 0 {
		title += ", environment " + env.Name
	}
	if len(u.Environments) > 1 {
		fmt.Fprintf(a.Err, "the states are those in environment %s, the first of %d; --env chooses another one\n", report.Printable(env.Name), len(u.Environments))
	}
	g, err := verify.States(ctx, u.Automata, env, f.crashQueue == "keep", mostStates)
	if d, ok := tooLarge(u, err); ok {
		text.Diagnostics(a.Err, u.File, []diag.Diagnostic{d}, 0, a.errStyle())
		a.exit = report.Worse(a.exit, report.ExitRejected)
		return false, nil
	}
	smaller := "a smaller one tells more: see --set, --channels, --env; `verify` copes with any number"
	switch {
	case errors.Is(err, context.Canceled):
		return false, usage("", "%s: interrupted", u.File.Name)
	case err != nil:
		return false, usage("", "%s: %v", u.File.Name, err)
	case g.Unknown != "":
		return false, usage("", "%s: the states cannot be drawn: %s", u.File.Name, g.Unknown)
	case g.States == nil && !g.Counted:
		return false, usage(smaller, "%s: there are more than %d states (%d were seen), which is no picture: at most %d are written as a graph", u.File.Name, g.Seen-1, g.Seen, mostStates)
	case g.States == nil:
		return false, usage(smaller, "%s: there are %d states, which is no picture: at most %d are written as a graph", u.File.Name, g.Seen, mostStates)
	}
	var states []dot.State
	for i := range g.States {
		states = append(states, stateOf(u, &g.States[i]))
	}
	var steps []dot.Step
	for _, e := range g.Edges {
		steps = append(steps, dot.Step{From: e.From, To: e.To, Text: e.Action, Fault: e.Fault})
	}
	return true, dot.WriteStates(w, title, states, steps)
}

// stateOf is what is shown of a configuration.
func stateOf(u *lang.Unit, s *verify.SpaceState) dot.State {
	var lines []string
	for _, r := range s.Roles {
		lines = append(lines, strings.Join(append([]string{r.Role + ": " + r.State}, r.Variables...), ", "))
	}
	for _, q := range s.Queues {
		lines = append(lines, "["+q.Name+"] "+strings.Join(q.Messages, ", "))
	}
	for _, l := range s.Links {
		lines = append(lines, "down: "+l)
	}
	kind := dot.Plain
	switch {
	case s.Deadlock:
		kind = dot.Deadlock
	case len(s.Blocked) > 0:
		kind = dot.Stuck
	case s.Final:
		kind = dot.Done
	}
	if len(s.Blocked) > 0 {
		var names []string
		for _, r := range s.Blocked {
			names = append(names, u.Automata.Roles[r].Name)
		}
		lines = slices.Insert(lines, 0, "waits for ever: "+strings.Join(names, ", "))
	}
	return dot.State{Lines: lines, Kind: kind}
}

// instead is the first line of a text that stands in for a picture. Files that begin with it may be replaced.
const instead = "// written by chorcheck in place of a picture\n"

// writeGraph writes a graph, as a picture if that is asked for and possible.
func (a *app) writeGraph(ctx context.Context, f *drawFlags, source string) error {
	format, wanted, err := f.chooseFormat()
	if err != nil {
		return err
	}
	if format == "dot" {
		return a.writeOutput(f.out, []byte(source))
	}
	picture, err := f.picture(ctx, source)
	if err == nil {
		return a.writeOutput(f.out, picture)
	}
	name, where := f.out, "standard output"
	if name != "" && name != "-" {
		if strings.EqualFold(filepath.Ext(name), ".svg") {
			// Nobody is to take this for a picture.
			name = strings.TrimSuffix(name, filepath.Ext(name)) + ".dot"
			if source = instead + source; !replaceable(name) {
				return usage("give another name with -o, or --format dot", "%v, and %s, for the text, exists", err, name)
			}
		}
		where = name
	}
	if err := a.writeOutput(name, []byte(source)); err != nil {
		return err
	}
	t := report.Trouble{Message: fmt.Sprintf("there is no picture: %v. The graph is on %s, as text for Graphviz", err, where)}
	if where == name {
		t.Message = fmt.Sprintf("there is no picture: %v. The graph is in %s, as text for Graphviz", err, where)
	}
	if failure := (*graph.Failure)(nil); errors.As(err, &failure) {
		t.Hint = failure.Hint
	}
	if t.Hint == "" {
		t.Hint = "--format dot asks for the text; `dot -Tsvg`, of Graphviz, makes a picture of it"
	}
	text.Troubles(a.Err, []report.Trouble{t}, a.errStyle())
	if wanted {
		a.exit = report.Worse(a.exit, report.ExitUsage)
	}
	return nil
}

// picture has a graph drawn.
func (f *drawFlags) picture(ctx context.Context, source string) ([]byte, error) {
	program, err := graph.Find()
	if err != nil {
		return nil, &graph.Failure{
			Message: "the program chorcheck-graph, which draws graphs, is neither beside chorcheck nor in the search path",
			Hint:    "`make install` puts both into one place; or make a picture with `dot -Tsvg`, of Graphviz",
		}
	}
	content, err := graph.Draw(ctx, program, source, f.timeout)
	if err != nil {
		return nil, err
	}
	return graph.Colour(content, map[string]graph.Theme{"auto": graph.Auto, "light": graph.Light, "dark": graph.Dark}[f.theme]), nil
}

// replaceable reports whether there is no such file, or one that writeGraph has written.
func replaceable(name string) bool {
	f, err := os.Open(name)
	if err != nil {
		return errors.Is(err, os.ErrNotExist)
	}
	defer f.Close()
	head := make([]byte, len(instead))
	_, err = io.ReadFull(f, head)
	return err == nil && bytes.Equal(head, []byte(instead))
}
