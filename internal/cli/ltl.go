package cli

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"chorcheck/lang/diag"
	"chorcheck/lang/source"
	"chorcheck/ltl"
	"chorcheck/report"
	"chorcheck/report/text"
)

type ltlFlags struct {
	dot, never, negate, symbols bool
}

func (a *app) ltlCommand() *cobra.Command {
	var f ltlFlags
	cmd := &cobra.Command{
		Use:   "ltl FORMULA",
		Short: "Show a formula and its automaton",
		Long: `Shows a formula of temporal logic in words, what it is made of, and the Büchi automaton
that accepts the runs in which it holds. Without a protocol, each atom stands for itself,
and p, q are propositions.`,
		Example: `  chorcheck ltl 'always (p implies eventually q)'
  chorcheck ltl --negate --dot '[] (p -> <> q)' | dot -Tsvg > formula.svg`,
		Args: arguments(1, 1, "a formula"),
		RunE: func(_ *cobra.Command, args []string) error {
			if f.dot && f.never {
				return usage("", "--dot and --never exclude each other")
			}
			return a.ltl(args[0], f)
		},
	}
	fl := cmd.Flags()
	fl.BoolVar(&f.dot, "dot", false, "only the automaton, as text for Graphviz")
	fl.BoolVar(&f.never, "never", false, "only the automaton, as a never claim for SPIN")
	fl.BoolVar(&f.negate, "negate", false, "of the negation of the formula")
	fl.BoolVar(&f.symbols, "symbols", false, "symbols for operators, && and <>, instead of words")
	return cmd
}

func (a *app) ltl(formula string, f ltlFlags) error {
	tree, err := ltl.Parse(formula)
	if err != nil {
		return a.badFormula(formula, diag.FormulaSyntax, err)
	}
	fs := ltl.NewFormulas()
	names := ltl.NewNames(fs)
	core, err := ltl.Lower(tree.Formula, fs, names)
	if err != nil {
		return a.badFormula(formula, diag.FormulaExpansion, err)
	}
	if len(names.List()) > ltl.MaxPropositions {
		return a.badFormula(formula, diag.TooManyAtoms, &ltl.SyntaxError{End: len(formula), Message: ltl.ErrPropositions.Error(), Help: "split the formula"})
	}
	if f.negate {
		core = fs.Not(core)
	}
	automaton, err := ltl.Translate(fs, core, ltl.Options{StateBased: f.never})
	if err != nil {
		return a.badFormula(formula, diag.FormulaExpansion, &ltl.SyntaxError{End: len(formula), Message: err.Error(), Help: "split the formula"})
	}
	notation := ltl.Words
	if f.symbols {
		notation = ltl.Symbols
	}
	name := func(n int) string { return literal(names.List()[n], notation) }
	var b bytes.Buffer
	switch {
	case f.dot:
		b.WriteString(automaton.DOT(name, notation))
	case f.never:
		writeNever(&b, automaton, names.List())
	default:
		fmt.Fprintln(&b, tree)
		fmt.Fprintln(&b)
		if f.negate {
			b.WriteString("not: ")
		}
		fmt.Fprintf(&b, "%s\n\n", ltl.Format(fs.Simplify(core), name, notation))
		b.WriteString(automaton.Table(name, notation))
	}
	return a.writeOutput("", []byte(report.PrintableBlock(b.String())))
}

// literal is an atom within other text: one of several words gets parentheses in symbols.
func literal(atom string, notation ltl.Notation) string {
	if notation == ltl.Symbols && strings.Contains(atom, " ") {
		return "(" + atom + ")"
	}
	return atom
}

// badFormula reports a formula that is rejected.
func (a *app) badFormula(formula string, code diag.Code, err error) error {
	d := diag.Diagnostic{Code: code, Message: err.Error()}
	if s := (*ltl.SyntaxError)(nil); errors.As(err, &s) {
		d.Primary.Span, d.Help = source.Span{Start: s.Start, End: s.End}, s.Help
	}
	text.Diagnostics(a.Err, source.New("formula", formula), []diag.Diagnostic{d}, 0, a.errStyle())
	a.exit = report.Worse(a.exit, report.ExitRejected)
	return nil
}

// writeNever writes a never claim, in which an atom that is no name of Promela has a number.
func writeNever(b *bytes.Buffer, automaton *ltl.Automaton, atoms []string) {
	name := func(n int) string {
		if isPlainName(atoms[n]) {
			return atoms[n]
		}
		return fmt.Sprintf("atom_%d", n)
	}
	for n, atom := range atoms {
		if !isPlainName(atom) {
			fmt.Fprintf(b, "/* #define %s (..)  for: %s */\n", name(n), strings.ReplaceAll(atom, "*/", "* /"))
		}
	}
	label := func(state int) string {
		word := "T"
		if automaton.Accepting(state) {
			word = "accept"
		}
		if state == automaton.Initial {
			return word + "_init"
		}
		return fmt.Sprintf("%s_S%d", word, state)
	}
	b.WriteString("never {\n")
	order := []int{automaton.Initial} // SPIN begins with the first one
	for state := range automaton.States() {
		if state != automaton.Initial {
			order = append(order, state)
		}
	}
	for _, state := range order {
		fmt.Fprintf(b, "%s:\n", label(state))
		if len(automaton.Transitions[state]) == 0 {
			b.WriteString("\tfalse;\n")
			continue
		}
		b.WriteString("\tdo\n")
		for _, t := range automaton.Transitions[state] {
			fmt.Fprintf(b, "\t:: (%s) -> goto %s\n", t.Guard.Format(name, ltl.Symbols), label(t.Target))
		}
		b.WriteString("\tod;\n")
	}
	b.WriteString("}\n")
}

// isPlainName reports whether an atom is a name that SPIN takes for a macro or a variable.
func isPlainName(atom string) bool {
	return atom != "" && strings.Trim(atom, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == ""
}
