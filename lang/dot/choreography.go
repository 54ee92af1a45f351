package dot

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"chorcheck/model"
)

// WriteChoreography draws a protocol as it is written, before its projection: each interaction is a box, a choice or a loop a diamond,
// the begin and end of parallel threads a bar. Scopes are frames, and so are their handlers, to which a dashed edge leads from the scope.
func WriteChoreography(w io.Writer, c *model.Choreography) error {
	g := &protocol{c: c, expressions: &model.Automata{Vars: c.Vars}, indent: "  "}
	begin(&g.nodes, c.Name, "TB")
	g.nodes.WriteString("  ranksep=0.3\n  node [shape=box style=\"rounded,filled\" fillcolor=white margin=\"0.12,0.05\" height=0.3]\n\n")
	start := g.node(" ", "shape=circle style=filled fillcolor=black fixedsize=true fontsize=1 width=0.15 height=0.15 class=solid")
	ends := g.sequence(c.Body, []end{{node: start}})
	if len(ends) > 0 {
		g.join(ends, g.node(" ", "shape=doublecircle style=filled fillcolor=black fixedsize=true fontsize=1 width=0.12 height=0.12 class=solid"))
	}
	out := bufio.NewWriter(w)
	out.WriteString(g.nodes.String())
	out.WriteString("\n")
	out.WriteString(g.edges.String())
	out.WriteString("}\n")
	return out.Flush()
}

// protocol is a drawing that grows. Edges stand behind all nodes, for a node belongs to the frame in which it is named first.
type protocol struct {
	c            *model.Choreography
	expressions  *model.Automata // knows how expressions are written
	nodes, edges strings.Builder
	count        int // of nodes
	frames       int
	indent       string
	loops        map[*model.Rec]int // the nodes of those that are open
}

// end is a node that an edge is to leave, once it is clear where to.
type end struct {
	node  int
	label string
}

// node adds a node and gives its number. An empty label would be taken for none, and the name be shown.
func (g *protocol) node(label, attributes string) int {
	fmt.Fprintf(&g.nodes, "%sn%d [%s]\n", g.indent, g.count, strings.TrimSpace("label="+quote(label)+" "+attributes))
	g.count++
	return g.count - 1
}

func (g *protocol) edge(from end, to int, attributes string) {
	fmt.Fprintf(&g.edges, "  n%d -> n%d [label=%s%s]\n", from.node, to, quote(from.label), attributes)
}

// join has all ends lead to a node.
func (g *protocol) join(ends []end, to int) {
	for _, e := range ends {
		g.edge(e, to, "")
	}
}

// back has all ends lead to a node above them. The edges are written the other way round, since the layout goes by that.
func (g *protocol) back(ends []end, to int) {
	for _, e := range ends {
		g.edge(end{to, e.label}, e.node, " dir=back")
	}
}

// frame draws what inside draws within a frame, and gives the frame's number.
func (g *protocol) frame(label, attributes string, inside func()) int {
	number := g.frames
	g.frames++
	fmt.Fprintf(&g.nodes, "%ssubgraph cluster_%d {\n", g.indent, number)
	outer := g.indent
	g.indent += "  "
	fmt.Fprintf(&g.nodes, "%slabel=%s %s\n", g.indent, quote(label), attributes)
	inside()
	g.indent = outer
	fmt.Fprintf(&g.nodes, "%s}\n", g.indent)
	return number
}

func (g *protocol) role(r model.RoleID) string { return name(g.c.Roles[r].Name) }

// sequence draws statements, and gives the ends that lead out of them; nil if nothing does.
func (g *protocol) sequence(s model.Seq, from []end) []end {
	for _, st := range s {
		from = g.statement(st, from)
	}
	return from
}

// simple draws a statement that is one node.
func (g *protocol) simple(label, attributes string, from []end) []end {
	n := g.node(label, attributes)
	g.join(from, n)
	return []end{{node: n}}
}

const (
	small   = "class=mute shape=box style=filled fillcolor=gray95"
	diamond = "class=calm shape=diamond style=filled color=blue3 margin=0.02"
	bar     = `class=solid shape=box style=filled fillcolor=black width=1.2 height=0.06 fixedsize=true fontsize=1`
	raised  = "class=bad shape=octagon style=filled color=red3"
)

func (g *protocol) statement(st model.Stmt, from []end) []end {
	switch st := st.(type) {
	case *model.Interaction:
		return g.simple(g.role(st.From)+" -> "+g.role(st.To)+"\n"+g.message(st), "", from)
	case *model.Let:
		v := &g.c.Vars[st.Var]
		return g.simple(g.role(st.At)+": "+name(v.Name)+" := "+g.expressions.ExprText(st.Value, &v.Domain), small, from)
	case *model.Delay:
		return g.simple(g.role(st.At)+": delay", small, from)
	case *model.End:
		return g.simple(g.role(st.At)+" ends", small, from)
	case *model.RaiseStmt:
		g.simple(g.role(st.At)+" raises\n"+name(g.c.Exceptions[st.Exception].Name), raised, from)
		return nil
	case *model.RaiseAgain:
		g.simple(g.role(st.At)+" raises\nit again", raised, from)
		return nil
	case *model.Choice:
		return g.choice(st, from)
	case *model.Par:
		return g.par(st, from)
	case *model.Loop:
		n := g.node("loop\n"+g.role(st.At), diamond)
		g.join(from, n)
		g.back(g.sequence(st.Body, []end{{n, "again"}}), n)
		return []end{{n, "done"}}
	case *model.Rec:
		n := g.node("rec "+name(st.Name), "class=mute shape=ellipse style=filled fillcolor=gray95")
		g.join(from, n)
		if g.loops == nil {
			g.loops = map[*model.Rec]int{}
		}
		g.loops[st] = n
		return g.sequence(st.Body, []end{{node: n}})
	case *model.Continue:
		g.back(from, g.loops[st.Target])
		return nil
	case *model.Within:
		t := &g.c.Timers[st.Timer]
		g.frame("within "+name(t.Name)+" at "+g.role(st.At), "class=mute style=dotted color=gray30 labeljust=l fontsize=11", func() {
			from = g.body(st.Body, from)
		})
		return from
	case *model.Try:
		return g.try(st, from)
	}
	return from
}

// message is what an interaction exchanges: `order(x + 1)`.
func (g *protocol) message(st *model.Interaction) string {
	text := name(g.c.Labels[st.Label])
	if len(st.Values) == 0 {
		return text
	}
	var inner []string
	for i, v := range st.Values {
		inner = append(inner, g.expressions.ExprText(v, &g.c.Vars[st.Stores[i]].Domain))
	}
	return text + "(" + strings.Join(inner, ", ") + ")"
}

func (g *protocol) choice(st *model.Choice, from []end) (ends []end) {
	n := g.node("choice\n"+g.role(st.At), diamond)
	g.join(from, n)
	for _, b := range st.Branches {
		guard := ""
		if b.Guard != nil {
			guard = g.expressions.ExprText(b.Guard, nil)
		}
		ends = append(ends, g.sequence(b.Body, []end{{n, guard}})...)
	}
	return ends
}

func (g *protocol) par(st *model.Par, from []end) (ends []end) {
	fork := g.node(" ", bar)
	g.join(from, fork)
	for _, t := range st.Threads {
		ends = append(ends, g.sequence(t, []end{{node: fork}})...)
	}
	if len(ends) == 0 {
		return nil
	}
	n := g.node(" ", bar)
	g.join(ends, n)
	return []end{{node: n}}
}

// body draws the inside of a frame, in which there is at least one node.
func (g *protocol) body(s model.Seq, from []end) []end {
	before := g.count
	if ends := g.sequence(s, from); g.count > before {
		return ends
	}
	return g.simple("nothing", small, from)
}

// try draws a scope and its handlers. A dashed edge leads from the frame of the scope to each of them.
func (g *protocol) try(st *model.Try, from []end) []end {
	scope := &g.c.Scopes[st.Scope]
	label := strings.TrimSpace("try " + name(scope.Name))
	if scope.Agreed {
		label += ", agreed"
	}
	if scope.DiscardLate {
		label += ", discard late"
	}
	for _, i := range st.Ignores {
		label += "\n" + g.role(i.At) + " ignores " + name(g.c.Labels[i.Label])
	}
	first := g.count
	var ends []end
	frame := g.frame(label, "class=calm style=rounded color=blue3 labeljust=l fontsize=11", func() {
		ends = g.body(st.Body, from)
	})
	for i, h := range scope.Handlers {
		what := "any exception"
		if !h.Any {
			what = name(g.c.Exceptions[h.Exception].Name)
		}
		g.frame("", "class=warn style=rounded color=orange3", func() {
			n := g.node("on "+what+"\nat "+g.role(h.At), "class=warn shape=ellipse style=filled color=orange3 margin=0.02")
			g.edge(end{node: first}, n, fmt.Sprintf(" ltail=cluster_%d class=warn color=orange3 style=dashed", frame))
			ends = append(ends, g.sequence(st.Handlers[i], []end{{node: n}})...)
		})
	}
	return ends
}
