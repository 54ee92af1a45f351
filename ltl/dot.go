package ltl

import (
	"fmt"
	"math/bits"
	"strings"
	"text/tabwriter"
)

// Format prints a guard, with names for the propositions by their numbers.
func (g Guard) Format(name func(int) string, notation Notation) string {
	cubes := make([]string, len(g))
	for i, c := range g {
		cubes[i] = c.format(name, notation, len(g) > 1)
	}
	if notation == Symbols {
		return strings.Join(cubes, " || ")
	}
	return strings.Join(cubes, " or ")
}

func (c Cube) format(name func(int) string, notation Notation, within bool) string {
	not, and := "not ", " and "
	if notation == Symbols {
		not, and = "!", " && "
	}
	var literals []string
	for used := c.Pos | c.Neg; used != 0; used &= used - 1 {
		n := bits.TrailingZeros64(used)
		if c.Neg>>n&1 != 0 {
			literals = append(literals, not+name(n))
		} else {
			literals = append(literals, name(n))
		}
	}
	switch {
	case len(literals) == 0:
		return "true"
	case len(literals) > 1 && within:
		return "(" + strings.Join(literals, and) + ")"
	}
	return strings.Join(literals, and)
}

// DOT draws the automaton for Graphviz. Accepting states have a double border if the acceptance goes by states; otherwise
// accepting transitions are bold.
func (a *Automaton) DOT(name func(int) string, notation Notation) string {
	quote := strings.NewReplacer(`\`, `\\`, `"`, `\"`)
	var b strings.Builder
	b.WriteString("digraph automaton {\n\trankdir=LR\n\tnode [shape=circle]\n\tstart [shape=point]\n")
	byState := a.StateBased()
	for s := range a.Transitions {
		if byState && a.Accepting(s) {
			fmt.Fprintf(&b, "\t%d [shape=doublecircle]\n", s)
		} else {
			fmt.Fprintf(&b, "\t%d\n", s)
		}
	}
	fmt.Fprintf(&b, "\tstart -> %d\n", a.Initial)
	for s, out := range a.Transitions {
		for _, t := range out {
			style := ""
			if t.Accepting && !byState {
				style = ", style=bold"
			}
			fmt.Fprintf(&b, "\t%d -> %d [label=\"%s\"%s]\n", s, t.Target, quote.Replace(t.Guard.Format(name, notation)), style)
		}
	}
	b.WriteString("}\n")
	return b.String()
}

// Table lists the transitions, one in each line.
func (a *Automaton) Table(name func(int) string, notation Notation) string {
	var b strings.Builder
	fmt.Fprintf(&b, "initial state %d\n", a.Initial)
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "from\tto\tacceptance\tif")
	for s, out := range a.Transitions {
		for _, t := range out {
			acceptance := "-"
			if t.Accepting {
				acceptance = "accepting"
			}
			fmt.Fprintf(w, "%d\t%d\t%s\t%s\n", s, t.Target, acceptance, t.Guard.Format(name, notation))
		}
	}
	w.Flush() // into memory: no error
	return b.String()
}
