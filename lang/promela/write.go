package promela

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"

	"chorcheck/lang/internal/cfsm"
	"chorcheck/lang/internal/guarded"
	"chorcheck/model"
)

// Limits of what is written: of SPIN, and of what a compiler gets through.
const (
	maxProcesses = 255
	maxChannels  = 255
	maxBytes     = 30_000 // of a state of SPIN
)

// ExportError says why automata cannot be written.
type ExportError = cfsm.ExportError

// Problem is a part of automata that SPIN cannot hold.
type Problem = cfsm.Problem

// Options of Write. The zero value is ready.
type Options struct {
	KeepCrashed bool // queues to crashed roles stay, see docs/semantics.md, section 5
}

// Write prints a model of automata in an environment; nil: nothing fails. The error
// is an [ExportError], or one of the writer.
func Write(w io.Writer, a *model.Automata, env *model.Environment, opt Options) error {
	refused := &ExportError{Format: "a Promela model"}
	p, problems := guarded.Build(a, env, guarded.Options{Text: "a model for SPIN", KeepCrashed: opt.KeepCrashed})
	if refused.Problems = problems; len(problems) > 0 {
		return refused
	}
	g := &generator{p: p, a: a}
	g.limits()
	if len(g.problems) == 0 {
		g.model()
	}
	if refused.Problems = g.problems; len(g.problems) > 0 {
		return refused
	}
	out := bufio.NewWriter(w)
	out.WriteString(g.head())
	out.WriteString(g.text.String())
	return out.Flush()
}

type generator struct {
	p        *guarded.Program
	a        *model.Automata
	text     strings.Builder
	bytes    int // estimated size of a state
	problems []Problem
}

func (g *generator) printf(format string, args ...any) { fmt.Fprintf(&g.text, format, args...) }

func (g *generator) problem(help, format string, args ...any) {
	g.problems = append(g.problems, Problem{Message: fmt.Sprintf(format, args...), Help: help})
}

// limits looks for counts beyond what SPIN has. One process may be the environment's.
func (g *generator) limits() {
	if n := len(g.a.Roles); n > maxProcesses-1 {
		g.problem("choose a smaller instance", "there are %d roles, and a model for SPIN has at most %d", n, maxProcesses-1)
	}
	channels := 0
	for _, q := range g.p.Queues {
		if !array(q) && q.Channel.Discipline != model.Bag {
			channels++
		}
	}
	if channels > maxChannels {
		g.problem("choose a smaller instance, or one mailbox for each receiver",
			"messages travel in %d queues, and SPIN has at most %d channels", channels, maxChannels)
	}
}

// model writes everything but the head.
func (g *generator) model() {
	for i, l := range g.p.Labels {
		g.printf("#define m_%s %d\n", l, i)
	}
	g.printf("\n")
	for _, v := range g.p.Vars {
		name, size := typeFor(v.Low, v.High)
		g.bytes += size
		g.printf("%s %s = %s;", name, v.Name, number(v.Init))
		if v.Local {
			g.printf(" /* the local state of %s */", quoted(g.a.Roles[v.Role].Name))
		}
		g.printf("\n")
	}
	most := 0
	for _, q := range g.p.Queues {
		g.declare(q)
		most = max(most, len(q.Fields))
	}
	for i := range most {
		g.printf("hidden int tmp%d;\n", i)
	}
	g.printf("hidden int i;\n")
	for r := range g.a.Machines {
		g.process(model.RoleID(r), "role_"+g.p.Roles[r])
	}
	if len(g.p.Environment.Faults) > 0 {
		g.process(-1, "environment")
	}
	g.deadlock()
	if g.bytes += 12 * (len(g.a.Roles) + 2); g.bytes > maxBytes {
		g.problem("choose smaller capacities or a smaller instance", "a state would take about %d bytes, more than SPIN is made for (%d)", g.bytes, maxBytes)
	}
	g.printf("\n/*\nCount the states:\n\n")
	g.printf("  spin -a MODEL.pml\n  gcc -O2 -DSAFETY -DNOREDUCE -DVECTORSZ=%d -o pan pan.c\n  ./pan -m1000000 -w24 -E -n\n\n", 1024+2*g.bytes)
	g.printf("`states, stored` are the reachable configurations. SPIN's transitions are one\nmore than the steps and faults: it counts the start. With `spin -DDEADLOCK -a`, an\nassertion fails if there is a deadlock.\n*/\n")
}

// process writes the commands of a role, or of the environment.
func (g *generator) process(r model.RoleID, name string) {
	g.printf("\nactive proctype %s()\n{\nend:\n  do\n", name)
	any := false
	for i := range g.p.Commands {
		if c := &g.p.Commands[i]; c.Role == r {
			any = true
			g.printf("  :: d_step { /* %s */ %s -> %s }\n", comment(c.Title), g.condition(c), strings.Join(g.effects(c), "; "))
		}
	}
	if reads := g.reads(r); reads != "" {
		g.printf("  :: false && %s -> skip /* SPIN would leave out of a state what is only written */\n", reads)
	} else if !any {
		g.printf("  :: false -> skip\n")
	}
	g.printf("  od\n}\n")
}

// reads looks at the variables of a role and the arrays that it takes from.
func (g *generator) reads(r model.RoleID) string {
	var list []string
	for _, v := range g.p.Vars {
		if v.Role == r && !v.Local {
			list = append(list, v.Name+" == 0")
		}
	}
	for _, q := range g.p.Queues {
		if q.To != r {
			continue
		}
		if q.Channel.Discipline == model.Bag {
			list = append(list, q.Name+"[0] == 0")
		}
		if array(q) {
			list = append(list, "n_"+q.Name+" == 0")
			for f := range g.columns(q) {
				list = append(list, column(q, f)+"[0] == 0")
			}
		}
	}
	return strings.Join(list, " && ")
}

// deadlock writes when roles may be over, and the process that looks for deadlocks.
func (g *generator) deadlock() {
	g.printf("\n/* A role may be over, has failed, or has been struck for good. */\n")
	var over []string
	for r := range g.a.Machines {
		g.printf("#define over_%s %s\n", g.p.Roles[r], g.expr(g.p.Over[r]))
		over = append(over, "over_"+g.p.Roles[r])
	}
	g.printf("\n#ifdef DEADLOCK\nactive proctype no_deadlock()\n{\nend:\n  do\n  :: d_step { !(%s) ->\n    if\n", strings.Join(over, " && "))
	for i := range g.p.Commands {
		if c := &g.p.Commands[i]; c.Step {
			g.printf("    :: %s -> skip\n", g.condition(c))
		}
	}
	g.printf("    :: else -> assert(false) /* no step, and a live role that is not final */\n    fi }\n  od\n}\n#endif\n")
}

// head says what the file is.
func (g *generator) head() string {
	var b strings.Builder
	title := "communicating automata"
	if g.a.Name != "" {
		title = quoted(g.a.Name)
	}
	fmt.Fprintf(&b, "/*\n%s as a model for SPIN, written by chorcheck.\n\n", title)
	if env := g.p.Environment; len(env.Faults) > 0 {
		fmt.Fprintf(&b, "The environment %s:", comment(env.Name))
		for _, line := range cfsm.Clauses(g.a, env) {
			fmt.Fprintf(&b, " %s;", comment(line))
		}
		fmt.Fprint(&b, "\nit is a process of its own, which strikes.\n\n")
	}
	fmt.Fprint(&b, "Each role is a process with one control location. Each option of its loop is one\nstep. Local states are numbers:\n\n")
	for r, m := range g.a.Machines {
		fmt.Fprintf(&b, "  %s:", quoted(g.a.Roles[r].Name))
		for s, state := range m.States {
			if s == 100 {
				fmt.Fprint(&b, " ..")
				break
			}
			fmt.Fprintf(&b, " %d %s", s, quoted(state.Name))
		}
		n := len(m.States)
		fmt.Fprintf(&b, "; %d has failed, %d has crashed, %d is silent\n", n+guarded.Failed, n+guarded.Crashed, n+guarded.Silenced)
	}
	fmt.Fprint(&b, "*/\n\n")
	return b.String()
}

func quoted(name string) string { return `"` + comment(name) + `"` }

// comment makes a text safe inside a comment.
func comment(text string) string {
	quoted := strconv.QuoteToASCII(text)
	text = strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`)
	return strings.NewReplacer("*/", "* /", "/*", "/ *", "??", "? ?").Replace(text)
}
