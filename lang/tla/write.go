package tla

import (
	"bufio"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"chorcheck/lang/internal/cfsm"
	"chorcheck/lang/internal/guarded"
	"chorcheck/model"
)

// ExportError says why automata cannot be written.
type ExportError = cfsm.ExportError

// Options of Write. The zero value is ready.
type Options struct {
	Module      string // the name of the module; empty: made of the name of the automata
	KeepCrashed bool   // queues to crashed roles stay, see docs/semantics.md, section 5
}

// Config is the configuration file for TLC: the behaviours, and what to check. TLC's
// own search for deadlocks is off, since it knows no final states and counts faults as steps.
const Config = `SPECIFICATION Spec
INVARIANTS
  TypeOK
  NoDeadlock
CHECK_DEADLOCK FALSE
`

// Write prints a module for automata in an environment; nil: nothing fails. The
// error is an [ExportError], or one of the writer.
func Write(w io.Writer, a *model.Automata, env *model.Environment, opt Options) error {
	p, problems := guarded.Build(a, env, guarded.Options{Text: "a TLA+ module", KeepCrashed: opt.KeepCrashed})
	if len(problems) > 0 {
		return &ExportError{Format: "a TLA+ module", Problems: problems}
	}
	g := &generator{p: p, a: a}
	g.module(moduleName(opt.Module, a.Name))
	out := bufio.NewWriter(w)
	out.WriteString(g.text.String())
	return out.Flush()
}

var identifier = regexp.MustCompile(`^[A-Za-z0-9_]*[A-Za-z][A-Za-z0-9_]*$`)

// IsModule reports whether a name can be that of a module, which is also that of its
// file. Names of standard modules and keywords are not looked for.
func IsModule(name string) bool {
	return identifier.MatchString(name) && !strings.HasPrefix(name, "WF_") && !strings.HasPrefix(name, "SF_")
}

// moduleName is the first of some names that is one for a module.
func moduleName(names ...string) string {
	for _, n := range names {
		if IsModule(n) {
			return n
		}
	}
	last := guarded.Mangle(names[len(names)-1], 0)
	return "Automata_" + last
}

type generator struct {
	p    *guarded.Program
	a    *model.Automata
	text strings.Builder
}

func (g *generator) printf(format string, args ...any) { fmt.Fprintf(&g.text, format, args...) }

func (g *generator) module(name string) {
	g.printf("---- MODULE %s ----\n", name)
	g.head()
	g.printf("EXTENDS Integers, Sequences\n\n")
	vars := make([]string, len(g.p.Vars))
	for i, v := range g.p.Vars {
		vars[i] = v.Name
	}
	for _, q := range g.p.Queues {
		vars = append(vars, q.Name)
	}
	g.printf("VARIABLES\n  %s\n\nvars == <<%s>>\n\n", strings.Join(vars, ",\n  "), strings.Join(vars, ", "))
	if g.divides() {
		g.printf("\\* Division truncates towards zero, and a rest has the sign of the dividend.\n")
		g.printf("Abs(x) == IF x < 0 THEN 0 - x ELSE x\n")
		g.printf("Quotient(x, y) == IF (x < 0) = (y < 0) THEN Abs(x) \\div Abs(y) ELSE 0 - (Abs(x) \\div Abs(y))\n")
		g.printf("Rest(x, y) == x - y * Quotient(x, y)\n\n")
	}
	g.printf("TypeOK ==\n")
	for _, v := range g.p.Vars {
		g.printf("  /\\ %s \\in %s..%s\n", v.Name, number(v.Low), number(v.High))
	}
	for _, q := range g.p.Queues {
		if q.Channel.Discipline == model.Bag {
			g.printf("  /\\ %s \\in [0..%d -> 0..%d]\n", q.Name, q.Cells-1, q.Channel.Capacity)
		} else {
			g.printf("  /\\ Len(%s) <= %d\n", q.Name, q.Channel.Capacity)
		}
	}
	g.printf("\nInit ==\n")
	for _, v := range g.p.Vars {
		g.printf("  /\\ %s = %s\n", v.Name, number(v.Init))
	}
	for _, q := range g.p.Queues {
		g.printf("  /\\ %s = %s\n", q.Name, nothing(q))
	}
	g.printf("\n")
	steps, faults := g.actions()
	g.printf("Steps == %s\n\nFaults == %s\n\n", disjunction(steps), disjunction(faults))
	g.printf("Next == Steps \\/ Faults\n\nSpec == Init /\\ [][Next]_vars\n\n")
	g.printf("\\* A role may be over, has failed, or has been struck for good.\n")
	var over []string
	for r := range g.a.Machines {
		g.printf("Over_%s == %s\n", g.p.Roles[r], g.condition(g.p.Over[r]))
		over = append(over, "Over_"+g.p.Roles[r])
	}
	g.printf("\nFinal ==%s\n\n", conjunction(over))
	g.printf("\\* Nobody who is not over waits for ever: faults are no steps.\nNoDeadlock == Final \\/ ENABLED Steps\n====\n")
}

// head says what the module is.
func (g *generator) head() {
	g.printf("(***************************************************************************)\n")
	line := func(format string, args ...any) {
		g.printf("\\* %s\n", strings.TrimRight(fmt.Sprintf(format, args...), " "))
	}
	line("%s as a TLA+ module, written by chorcheck. One action is one step.", plain(g.a.Name))
	if env := g.p.Environment; len(env.Faults) > 0 {
		line("The environment %s:", plain(env.Name))
		for _, c := range cfsm.Clauses(g.a, env) {
			line("  %s", plain(c))
		}
	}
	line("Local states are numbers:")
	for r, m := range g.a.Machines {
		var b strings.Builder
		for s, state := range m.States {
			if s == 100 {
				b.WriteString(" ..")
				break
			}
			fmt.Fprintf(&b, " %d %s", s, plain(state.Name))
		}
		n := len(m.States)
		line("  %s:%s; %d has failed, %d has crashed, %d is silent", plain(g.a.Roles[r].Name), b.String(), n+guarded.Failed, n+guarded.Crashed, n+guarded.Silenced)
	}
	for _, q := range g.p.Queues {
		if q.Channel.Discipline != model.Bag {
			continue
		}
		line("Messages of %s are numbers:", q.Name)
		kinds, values := q.Messages()
		for i, k := range kinds {
			line("  %d: %s from %s %v", i, plain(g.a.Labels[k.Label]), plain(g.a.Roles[k.From].Name), values[i])
		}
	}
	g.printf("(***************************************************************************)\n")
}

// divides reports whether some expression divides.
func (g *generator) divides() bool {
	var in func(e *model.Expr) bool
	in = func(e *model.Expr) bool {
		return e != nil && (e.Op == model.OpDiv || e.Op == model.OpMod || in(e.X) || in(e.Y))
	}
	for i := range g.p.Commands {
		c := &g.p.Commands[i]
		if in(c.When) || c.Choice != nil && in(c.Choice.If) {
			return true
		}
		sets := c.Sets
		if c.Choice != nil {
			sets = append(append(append([]guarded.Set(nil), sets...), c.Choice.Then...), c.Choice.Else...)
		}
		for _, s := range sets {
			if in(s.Value) {
				return true
			}
		}
		for _, u := range c.Puts {
			for _, v := range u.Values {
				if in(v) {
					return true
				}
			}
		}
	}
	return false
}

func disjunction(names []string) string {
	if len(names) == 0 {
		return "FALSE"
	}
	return "\n  \\/ " + strings.Join(names, "\n  \\/ ")
}

func conjunction(names []string) string {
	if len(names) == 0 {
		return " TRUE"
	}
	return "\n  /\\ " + strings.Join(names, "\n  /\\ ")
}

// plain makes a text safe inside a comment.
func plain(text string) string {
	quoted := strconv.QuoteToASCII(text)
	return strings.NewReplacer(`\"`, `"`, "(*", "( *", "*)", "* )").Replace(quoted[1 : len(quoted)-1])
}
