package dot

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Class is the class of all graphs, for style sheets. Nodes, edges and clusters have one of the classes good, bad,
// warn, calm, mute and solid, or none.
const Class = "chorgraph"

// begin writes the head of a graph that grows from the left ("LR") or from the top ("TB").
func begin(out io.Writer, title, direction string) {
	fmt.Fprintf(out, "digraph %s {\n", quote(name(title)))
	fmt.Fprintf(out, "  class=%s\n  rankdir=%s\n  compound=true\n  fontname=%s\n", Class, direction, font)
	fmt.Fprintf(out, "  node [fontname=%s fontsize=11]\n  edge [fontname=%[1]s fontsize=11 arrowsize=0.7]\n", font)
}

// font is one whose widths Graphviz knows.
const font = "Arial"

// Kind of a state in a drawing of a state space.
type Kind int

// The kinds.
const (
	Plain    Kind = iota
	Done          // everybody is
	Stuck         // somebody waits for ever, while others go on
	Deadlock      // nothing goes on
)

// State is a configuration in a drawing of a state space. The lines are what stands in it.
type State struct {
	Lines []string
	Kind  Kind
}

// Step is an edge of such a drawing; a fault is something that the roles do not do.
type Step struct {
	From, To int
	Text     string
	Fault    bool
}

// WriteStates draws a state space. The first state is the initial one. A deadlock is a red double frame, a state in which
// somebody is stuck an orange one, one in which everybody is done a green one; faults are red and dashed.
func WriteStates(w io.Writer, title string, states []State, steps []Step) error {
	out := bufio.NewWriter(w)
	begin(out, title, "TB")
	fmt.Fprint(out, "  node [shape=box style=\"rounded,filled\" fillcolor=white margin=\"0.12,0.06\"]\n")
	fmt.Fprint(out, "\n  start [shape=point class=solid label=\"\"]\n  start -> s0\n")
	for i, s := range states {
		look := [...]string{
			"", " class=good color=green4 penwidth=2", " class=warn color=orange3 penwidth=2",
			" class=bad color=red3 style=filled peripheries=2 penwidth=2",
		}[s.Kind]
		fmt.Fprintf(out, "  s%d [label=%s%s]\n", i, quoteLines(strings.Join(s.Lines, "\n"), `\l`), look)
	}
	for _, s := range steps {
		look := ""
		if s.Fault {
			look = " class=bad color=red3 style=dashed"
		}
		fmt.Fprintf(out, "  s%d -> s%d [label=%s%s]\n", s.From, s.To, quote(wrapped(s.Text)), look)
	}
	fmt.Fprintln(out, "}")
	return out.Flush()
}

// wide is the width of the labels of edges, in characters, beyond which words go to a further line.
const wide = 32

// wrapped breaks a text between words.
func wrapped(s string) string {
	var b strings.Builder
	room := 0
	for i, word := range strings.Fields(s) {
		length := utf8.RuneCountInString(word) + 1
		switch room -= length; {
		case i == 0:
			room = wide - length
		case room < 0:
			b.WriteByte('\n')
			room = wide - length
		default:
			b.WriteByte(' ')
		}
		b.WriteString(word)
	}
	return b.String()
}
