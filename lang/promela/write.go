package promela

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"chorcheck/internal/bug"
	"chorcheck/lang/internal/cfsm"
	"chorcheck/model"
)

// Limits of what is written: of SPIN, and of what a compiler gets through.
const (
	maxProcesses = 255
	maxChannels  = 255
	maxOptions   = 20_000
	maxCells     = 4096   // kinds of messages in a bag
	maxBytes     = 30_000 // of a state of SPIN
)

// ExportError says why automata cannot be written.
type ExportError = cfsm.ExportError

// Problem is a part of automata that SPIN cannot hold.
type Problem = cfsm.Problem

// Write prints a model. Environments in which something fails cannot be written.
// The error is an [ExportError], or one of the writer.
func Write(w io.Writer, a *model.Automata, environments ...*model.Environment) error {
	g := &generator{a: a, queues: map[queueKey]*queue{}, reported: map[string]bool{}}
	g.failures(environments)
	if len(g.problems) == 0 {
		g.name()
		g.check()
	}
	if len(g.problems) == 0 {
		g.collect()
		g.checkQueues()
	}
	if len(g.problems) == 0 {
		g.model()
	}
	if len(g.problems) > 0 {
		return &ExportError{Format: "a Promela model", Problems: g.problems}
	}
	out := bufio.NewWriter(w)
	out.WriteString(g.head())
	out.WriteString(g.text.String())
	return out.Flush()
}

type generator struct {
	a        *model.Automata
	roles    []string // mangled names
	labels   []string // names of constants
	vars     []string
	queues   map[queueKey]*queue
	order    []*queue
	text     strings.Builder
	bytes    int // estimated size of a state
	options  int
	problems []Problem
	reported map[string]bool
}

func (g *generator) printf(format string, args ...any) { fmt.Fprintf(&g.text, format, args...) }

// problem notes what cannot be written, each sentence once.
func (g *generator) problem(origins []model.Origin, help, format string, args ...any) {
	message := fmt.Sprintf(format, args...)
	if !g.reported[message] {
		g.reported[message] = true
		g.problems = append(g.problems, Problem{Message: message, Help: help, Origins: origins})
	}
}

func (g *generator) name() {
	for i, r := range g.a.Roles {
		g.roles = append(g.roles, mangle(r.Name, i))
	}
	for i, l := range g.a.Labels {
		g.labels = append(g.labels, "m_"+mangle(l, i))
	}
	for i, v := range g.a.Vars {
		g.vars = append(g.vars, "v_"+g.roles[v.Owner]+"_o_"+mangle(v.Name, i))
	}
}

// failures looks for what has no words in a model for SPIN.
func (g *generator) failures(environments []*model.Environment) {
	g.problems = cfsm.Failures(g.a, "a model for SPIN")
	for _, e := range environments {
		if len(e.Faults) > 0 {
			o := e.Origin
			if o == 0 {
				o = e.Faults[0].Origin
			}
			g.problem([]model.Origin{o}, "leave the environment out: a model for SPIN is the system in which nothing fails",
				"something fails in the environment %s, and a model for SPIN has no words for that", e.Name)
		}
	}
}

// check looks for numbers and counts beyond what SPIN has.
func (g *generator) check() {
	if n := len(g.a.Roles); n > maxProcesses {
		g.problem(nil, "choose a smaller instance", "there are %d roles, and SPIN has at most %d processes", n, maxProcesses)
	}
	for _, v := range g.a.Vars {
		if v.Domain.Low < minInt || v.Domain.High > maxInt {
			g.problem(nil, "choose a smaller range", "the variable %s of %s goes beyond 32 bits", v.Name, g.a.Roles[v.Owner].Name)
		}
	}
	transitions := 0
	for _, m := range g.a.Machines {
		transitions += len(m.Transitions)
	}
	if transitions > maxOptions {
		g.tooLong(transitions)
		return
	}
	for r, m := range g.a.Machines {
		for _, t := range m.Transitions {
			list := t.Values
			if t.Guard != nil {
				list = append([]*model.Expr{t.Guard}, list...)
			}
			if t.Kind == model.Internal && len(g.lets(t)) > 1 {
				bug.Panicf("an internal step of %s has %d assignments", g.a.Roles[r].Name, len(t.Assigns))
			}
			for _, s := range t.Assigns {
				list = append(list, s.Value)
			}
			for _, e := range list {
				if g.expr(e).wide {
					g.problem(t.Origins, "choose smaller ranges of the variables, or compare before computing",
						"an expression of %s may go beyond 32 bits", g.a.Roles[r].Name)
				}
			}
		}
	}
}

func (g *generator) tooLong(options int) {
	g.problem(nil, "choose a smaller instance", "the model would have at least %d options, more than can be compiled in reasonable time (%d)", options, maxOptions)
}

func (g *generator) checkQueues() {
	channels := 0
	for _, q := range g.order {
		if q.channel.Discipline != model.Bag {
			channels++
		} else if q.cells > maxCells {
			g.problem(nil, "choose smaller ranges of the values, or another discipline",
				"a bag of %s has more than %d kinds of messages", g.a.Roles[q.to].Name, maxCells)
		}
	}
	if channels > maxChannels {
		g.problem(nil, "choose a smaller instance, or one mailbox for each receiver",
			"messages travel in %d queues, and SPIN has at most %d channels", channels, maxChannels)
	}
}

// model writes everything but the head.
func (g *generator) model() {
	for i := range g.a.Labels {
		g.printf("#define %s %d\n", g.labels[i], i)
	}
	g.printf("\n")
	for r, m := range g.a.Machines {
		name, size := typeFor(0, int64(len(m.States)))
		g.bytes += size + 12
		g.printf("%s at_%s = %d; /* the local state of %s */\n", name, g.roles[r], m.Initial, comment(g.a.Roles[r].Name))
	}
	for i, v := range g.a.Vars {
		name, size := typeFor(v.Domain.Low, v.Domain.High)
		g.bytes += size
		g.printf("%s %s = %s;\n", name, g.vars[i], number(v.Init))
	}
	most := 0
	for _, q := range g.order {
		q.declare(g)
		most = max(most, len(q.fields))
	}
	for i := range most {
		g.printf("hidden int tmp%d;\n", i)
	}
	for r := range g.a.Machines {
		g.role(model.RoleID(r))
	}
	g.finals()
	if g.options > maxOptions {
		g.tooLong(g.options)
	}
	if g.bytes > maxBytes {
		g.problem(nil, "choose smaller capacities or a smaller instance", "a state would take about %d bytes, more than SPIN is made for (%d)", g.bytes, maxBytes)
	}
	g.printf("\n/*\nCount the states:\n\n")
	g.printf("  spin -a MODEL.pml\n  gcc -O2 -DSAFETY -DNOREDUCE -DVECTORSZ=%d -o pan pan.c\n  ./pan -m1000000 -w24 -E -n\n\n", 1024+2*g.bytes)
	g.printf("`states, stored` are the reachable configurations. SPIN's transitions are one\nmore than the steps: it counts the start.\n*/\n")
}

// head says what the file is.
func (g *generator) head() string {
	var b strings.Builder
	title := "communicating automata"
	if g.a.Name != "" {
		title = comment(g.a.Name)
	}
	fmt.Fprintf(&b, "/*\n%s as a model for SPIN, written by chorcheck.\n\n", title)
	fmt.Fprint(&b, "Each role is a process with one control location. Each option of its loop is one\nstep. Local states are numbers:\n\n")
	for r, m := range g.a.Machines {
		fmt.Fprintf(&b, "  %s:", comment(g.a.Roles[r].Name))
		for s, state := range m.States {
			if s == 100 {
				fmt.Fprint(&b, " ..")
				break
			}
			fmt.Fprintf(&b, " %d %s", s, comment(state.Name))
		}
		fmt.Fprintf(&b, "; %d has failed\n", len(m.States))
	}
	fmt.Fprint(&b, "*/\n\n")
	return b.String()
}

// finals defines, for formulas, when a role may be over.
func (g *generator) finals() {
	g.printf("\n/* A role may be over, or has failed. */\n")
	for r, m := range g.a.Machines {
		g.printf("#define over_%s (at_%s == %d", g.roles[r], g.roles[r], len(m.States))
		for s, state := range m.States {
			if state.Final {
				g.printf(" || at_%s == %d", g.roles[r], s)
			}
		}
		g.printf(")\n")
	}
}
