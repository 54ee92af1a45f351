package spin

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"chorcheck/ltl"
	"chorcheck/model"
)

// AddClaim adds a never claim to a model: a run that the automaton accepts is an error. The
// automaton is state-based and reads valuations of the atoms, which are about configurations
// only. Like ours, it reads the first configuration before anybody moves.
func (m *Model) AddClaim(name string, automaton *ltl.Automaton, atoms []model.Atom) error {
	terms := make([]string, len(atoms))
	for i, atom := range atoms {
		term, err := m.atom(atom)
		if err != nil {
			return fmt.Errorf("`%s` in SPIN's language: %w", atom.Text, err)
		}
		terms[i] = "(" + term + ")"
	}
	label := func(state int) string {
		if automaton.Accepting(state) {
			return fmt.Sprintf("accept_%d", state)
		}
		return fmt.Sprintf("at_%d", state)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\nnever %s {\n", name)
	order := []int{automaton.Initial} // a claim begins with its first state
	for state := range automaton.States() {
		if state != automaton.Initial {
			order = append(order, state)
		}
	}
	for _, state := range order {
		fmt.Fprintf(&b, "%s:\n  if\n", label(state))
		for _, tr := range automaton.Transitions[state] {
			var cubes []string
			for _, c := range tr.Guard {
				literals := []string{"true"}
				for i, term := range terms {
					switch bit := uint64(1) << i; {
					case c.Pos&bit != 0:
						literals = append(literals, term)
					case c.Neg&bit != 0:
						literals = append(literals, "!"+term)
					}
				}
				cubes = append(cubes, "("+strings.Join(literals, " && ")+")")
			}
			fmt.Fprintf(&b, "  :: (%s) -> goto %s\n", strings.Join(cubes, " || "), label(tr.Target))
		}
		if len(automaton.Transitions[state]) == 0 {
			b.WriteString("  :: false\n")
		}
		b.WriteString("  fi;\n")
	}
	b.WriteString("}\n")
	m.text += b.String()
	return nil
}

var comparison = regexp.MustCompile(`^(.+)\.(\w+) (==|>=|<=|>|<) (\w+)$`)

// atom is an atom as an expression.
func (m *Model) atom(atom model.Atom) (string, error) {
	a := m.automata
	switch atom.Kind {
	case model.AtomDone:
		list := []string{"false"}
		for s, state := range a.Machines[atom.Role].States {
			if state.Final {
				at, err := m.at(atom.Role, s)
				if err != nil {
					return "", err
				}
				list = append(list, at)
			}
		}
		return strings.Join(list, " || "), nil
	case model.AtomCrashed:
		number := regexp.MustCompile(regexp.QuoteMeta(fmt.Sprintf("%q", a.Roles[atom.Role].Name)) + `:.*; \d+ has failed, (\d+) has crashed`).FindStringSubmatch(m.text)
		if number == nil {
			return "", fmt.Errorf("the role does not crash")
		}
		variable, err := m.local(atom.Role)
		return variable + " == " + number[1], err
	case model.AtomEmpty, model.AtomFull:
		queue := channel(atom.Role, atom.Peer)
		if !m.processes {
			from, err := m.identifier(atom.Role)
			if err != nil {
				return "", err
			}
			to, err := m.identifier(atom.Peer)
			if err != nil {
				return "", err
			}
			queue = fmt.Sprintf("chan_%s_o_%s", from, to)
		}
		if !strings.Contains(m.text, "chan "+queue+" = ") {
			return "", fmt.Errorf("there is no channel %s", queue)
		}
		if atom.Kind == model.AtomEmpty {
			return "len(" + queue + ") == 0", nil
		}
		return fmt.Sprintf("len(%s) == %d", queue, a.Channels.Of(atom.Role, atom.Peer).Capacity), nil
	case model.AtomCompares:
		return m.comparison(atom)
	}
	return "", fmt.Errorf("it is not about a configuration")
}

// comparison is the comparison of a variable with a value.
func (m *Model) comparison(atom model.Atom) (string, error) {
	a := m.automata
	text := strings.TrimSpace(atom.Text)
	if !strings.Contains(text, " ") {
		text += " == true"
	}
	found := comparison.FindStringSubmatch(text)
	if found == nil {
		return "", fmt.Errorf("it is no comparison of a variable with a value")
	}
	v := slices.IndexFunc(a.Vars, func(v model.Var) bool { return v.Name == found[2] && a.Roles[v.Owner].Name == found[1] })
	if v < 0 {
		return "", fmt.Errorf("there is no such variable")
	}
	role, err := m.identifier(a.Vars[v].Owner)
	if err != nil {
		return "", err
	}
	variable := fmt.Sprintf("v_%s_o_%s", role, found[2])
	if !strings.Contains(m.text, " "+variable+" = ") {
		return "", fmt.Errorf("there is no %s", variable)
	}
	value := found[4]
	switch value {
	case "true":
		value = "1"
	case "false":
		value = "0"
	default:
		if i := slices.Index(a.Vars[v].Domain.Names, value); i >= 0 {
			value = fmt.Sprint(a.Vars[v].Domain.Low + int64(i))
		}
	}
	return variable + " " + found[3] + " " + value, nil
}

// at says that a role is in a local state.
func (m *Model) at(r model.RoleID, state int) (string, error) {
	if m.processes {
		return fmt.Sprintf("role%d@%s", r, location(m.automata, r, state)), nil
	}
	variable, err := m.local(r)
	return fmt.Sprintf("%s == %d", variable, state), err
}

// local is the variable of the export with the local state of a role.
func (m *Model) local(r model.RoleID) (string, error) {
	name, err := m.identifier(r)
	return "at_" + name, err
}

// identifier is what the export calls a role.
func (m *Model) identifier(r model.RoleID) (string, error) {
	found := regexp.MustCompile(`(?m)^\w+ at_(\w+) = \d+; /\* the local state of ` + regexp.QuoteMeta(fmt.Sprintf("%q", m.automata.Roles[r].Name)) + ` \*/$`).FindStringSubmatch(m.text)
	if found == nil {
		return "", fmt.Errorf("there is no role %q", m.automata.Roles[r].Name)
	}
	return found[1], nil
}
