package cli

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"chorcheck/lang"
	"chorcheck/lang/diag"
	"chorcheck/lang/dot"
	"chorcheck/model"
	"chorcheck/report"
)

func (a *app) projectCommand() *cobra.Command {
	var load loadFlags
	var role, format string
	cmd := &cobra.Command{
		Use:   "project FILE",
		Short: "Show the automaton of each role",
		Long: `Projects a choreography onto its roles and shows their automata: as text, in the
automata format that verify reads, or for Graphviz.`,
		Example: `  chorcheck project payment.chor --role Shop
  chorcheck project payment.chor --format dot | dot -Tsvg > payment.svg`,
		Args: arguments(1, 1, "a file"),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := oneOf("--format", format, "text", "fsa", "dot"); err != nil {
				return err
			}
			u, ok, err := a.loadOne(args[0], &load)
			if err != nil || !ok {
				return err
			}
			roles, err := chooseRoles(u.Automata, role)
			if err != nil {
				return err
			}
			var b bytes.Buffer
			switch format {
			case "fsa":
				if role != "" {
					return usage("leave --role out, or use --format text or dot", "the automata of a system refer to each other, so --format fsa writes all of them")
				}
				if written, err := a.export(&b, u, format, lang.ExportOptions{}); err != nil || !written {
					return err
				}
			case "dot":
				err = dot.Write(&b, u.Automata, roles)
			default:
				writeMachines(&b, u, roles)
			}
			if err != nil {
				return usage("", "%s: %v", args[0], err)
			}
			return a.writeOutput("", b.Bytes())
		},
	}
	load.add(cmd)
	cmd.Flags().StringVar(&role, "role", "", "only this role")
	cmd.Flags().StringVar(&format, "format", "text", "text, fsa or dot")
	return cmd
}

// chooseRoles is the role with a name, or all of them for "".
func chooseRoles(a *model.Automata, name string) ([]model.RoleID, error) {
	var all []model.RoleID
	var names []string
	for i, r := range a.Roles {
		if r.Name == name {
			return []model.RoleID{model.RoleID(i)}, nil
		}
		all, names = append(all, model.RoleID(i)), append(names, r.Name)
	}
	if name == "" {
		return all, nil
	}
	hint := "the roles are " + strings.Join(names[:min(len(names), 20)], ", ")
	if near := diag.Nearest(name, names); near != "" {
		hint = fmt.Sprintf("did you mean `%s`?", near)
	}
	return nil, usage(hint, "there is no role %q", name)
}

// writeMachines lists the states of machines with their transitions.
func writeMachines(w io.Writer, u *lang.Unit, roles []model.RoleID) {
	file := fileReport(u, lang.Options{})
	if len(u.Automata.Scopes) > 0 {
		fmt.Fprintln(w, "scopes:")
		for s := range u.Automata.Scopes {
			fmt.Fprintf(w, "  %s\n", report.Printable(scopeText(&file, model.ScopeID(s))))
		}
		fmt.Fprintln(w)
	}
	for i, r := range roles {
		m := u.Automata.Machines[r]
		if i > 0 {
			fmt.Fprintln(w)
		}
		fmt.Fprintf(w, "%s: %d states, %d transitions\n", report.Printable(u.Automata.Roles[r].Name), len(m.States), len(m.Transitions))
		next := 0 // transitions are sorted by their source
		for s, state := range m.States {
			marks := ""
			if s == m.Initial {
				marks += " (initial)"
			}
			if state.Final {
				marks += " (final)"
			}
			if in := positionsText(&file, state.In); in != "" {
				marks += "   in " + in
			}
			fmt.Fprintf(w, "  %s%s\n", report.Printable(state.Name), report.Printable(marks))
			for ; next < len(m.Transitions) && m.Transitions[next].From == s; next++ {
				t := m.Transitions[next]
				fmt.Fprintf(w, "    %s -> %s", report.Printable(actionText(u.Automata, t)), report.Printable(target(m, t)))
				if t.Handler != nil {
					fmt.Fprintf(w, "   => %s", report.Printable(file.HandlerName(*t.Handler)))
				}
				if t.OnlyIf != nil {
					fmt.Fprintf(w, "   (only if %s has left by %s)", report.Printable(u.Automata.Roles[t.Peer].Name), report.Printable(file.HandlerName(*t.OnlyIf)))
				}
				var lines []string
				for _, o := range t.Origins {
					if text := fmt.Sprint(file.Line(o)); text != "0" && !slices.Contains(lines, text) {
						lines = append(lines, text)
					}
				}
				if len(lines) > 0 {
					fmt.Fprintf(w, "   line %s", strings.Join(lines, ", "))
				}
				fmt.Fprintln(w)
			}
		}
	}
}

// target is the name of the state that a transition leads to.
func target(m model.Machine, t model.Transition) string {
	if t.To == model.Failed {
		return "failed (nobody handles it)"
	}
	return m.States[t.To].Name
}

// scopeText says what a scope is: "pay, line 12: on Declined at Bank; on any at Shop; discard late".
func scopeText(f *report.File, s model.ScopeID) string {
	scope := f.Automata.Scopes[s]
	name := scopeName(f, s)
	if line := f.Line(scope.Origin); line > 0 && scope.Name != "" {
		name += fmt.Sprintf(", line %d", line)
	}
	var parts []string
	for i := range scope.Handlers {
		handler := f.HandlerName(model.HandlerRef{Scope: s, Part: i + 1})
		parts = append(parts, strings.TrimPrefix(handler, scope.Name+", "))
	}
	for _, p := range []struct {
		is   bool
		text string
	}{{scope.DiscardLate, "discard late"}, {scope.Agreed, "agreed"}, {scope.Looped, "in a loop"}} {
		if p.is {
			parts = append(parts, p.text)
		}
	}
	if len(parts) == 0 {
		return name
	}
	return name + ": " + strings.Join(parts, "; ")
}

// scopeName is the name of a scope, or its line if it has none.
func scopeName(f *report.File, s model.ScopeID) string {
	scope := f.Automata.Scopes[s]
	if line := f.Line(scope.Origin); scope.Name == "" && line > 0 {
		return fmt.Sprintf("try in line %d", line)
	}
	return cmp.Or(scope.Name, fmt.Sprintf("scope %d", s+1))
}

// positionsText lists the parts of scopes that a role may be in; empty if it is
// surely in none.
func positionsText(f *report.File, in []model.PositionID) string {
	var parts []string
	for _, p := range in {
		if p == 0 {
			parts = append(parts, "no scope")
			continue
		}
		position := f.Automata.Positions[p]
		if position.Part == 0 {
			parts = append(parts, "the body of "+scopeName(f, position.Scope))
		} else {
			parts = append(parts, f.HandlerName(model.HandlerRef(position)))
		}
	}
	if len(parts) == 1 && in[0] == 0 {
		return ""
	}
	return strings.Join(parts, " or ")
}

// actionText is a transition's action: "Shop ! order", "Shop ? order(x)",
// "x = 1 if tries < 3", "timeout bankSlow".
func actionText(a *model.Automata, t model.Transition) string {
	text := "internal"
	var parts []string
	switch t.Kind {
	case model.Send:
		for _, e := range t.Values {
			parts = append(parts, a.ExprText(e, nil))
		}
		text = a.Roles[t.Peer].Name + " ! " + a.Labels[t.Label]
	case model.Receive:
		for _, v := range t.Stores {
			parts = append(parts, a.Vars[v].Name)
		}
		text = a.Roles[t.Peer].Name + " ? " + a.Labels[t.Label]
	case model.Internal:
		for _, x := range t.Assigns {
			if timerOf(a, x.Var) == nil {
				text = a.Vars[x.Var].Name + " = " + a.ExprText(x.Value, &a.Vars[x.Var].Domain)
			}
		}
	case model.Ignore:
		text = "ignore " + a.Roles[t.Peer].Name + " ? " + a.Labels[t.Label]
	case model.Timeout:
		text = "timeout " + a.Timers[t.Timer].Name
	case model.Raise:
		text = "raise " + a.Exceptions[t.Exception].Name
	case model.CrashRaise:
		text = "notice the crash of " + a.Roles[t.Peer].Name
	case model.EndRaise:
		text = "struck by " + a.Exceptions[t.Exception].Name
	}
	if len(parts) > 0 {
		text += "(" + strings.Join(parts, ", ") + ")"
	}
	if t.Guard != nil {
		text += " if " + a.ExprText(t.Guard, nil)
	}
	for _, x := range t.Assigns {
		if timer := timerOf(a, x.Var); timer != nil {
			verb := "set "
			if off, ok := x.Value.Eval(nil); ok && off == 0 {
				verb = "cancel "
			}
			text += ", " + verb + timer.Name
		}
	}
	return strings.TrimPrefix(text, "internal, ")
}

// timerOf is the explicit timer that a variable stands for; nil if it is none.
func timerOf(a *model.Automata, v model.VarID) *model.Timer {
	i := slices.IndexFunc(a.Timers, func(t model.Timer) bool { return t.Exception < 0 && t.Var == v })
	if i < 0 {
		return nil
	}
	return &a.Timers[i]
}
