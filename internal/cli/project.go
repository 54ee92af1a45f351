package cli

import (
	"bytes"
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
				if written, err := a.export(&b, u, format); err != nil || !written {
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
			fmt.Fprintf(w, "  %s%s\n", report.Printable(state.Name), marks)
			for ; next < len(m.Transitions) && m.Transitions[next].From == s; next++ {
				t := m.Transitions[next]
				fmt.Fprintf(w, "    %s -> %s", report.Printable(actionText(u.Automata, t)), report.Printable(m.States[t.To].Name))
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

// actionText is a transition's action: "Shop ! order", "Shop ? order(x)",
// "x = 1 if tries < 3".
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
			text = a.Vars[x.Var].Name + " = " + a.ExprText(x.Value, &a.Vars[x.Var].Domain)
		}
	}
	if len(parts) > 0 {
		text += "(" + strings.Join(parts, ", ") + ")"
	}
	if t.Guard != nil {
		text += " if " + a.ExprText(t.Guard, nil)
	}
	return text
}
