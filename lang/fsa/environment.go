package fsa

import (
	"strings"

	"chorcheck/lang/chor"
	"chorcheck/lang/diag"
	"chorcheck/lang/internal/cfsm"
	"chorcheck/lang/source"
	"chorcheck/model"
)

const environmentWord = "environment"

// environmentBlock is `environment NAME { .. }`: the span of all of it.
type environmentBlock struct {
	source.Span
	named bool
}

// environment skips a block whose first word is the token. Its text is read later,
// by those who know the language of choreographies.
func (p *parser) environment(first token) []token {
	end, closed := blockEnd(p.file.Text, first.Start+len(environmentWord))
	b := environmentBlock{Span: source.Span{Start: first.Start, End: end}}
	head, _, opened := strings.Cut(p.file.Slice(b.Span)[len(environmentWord):], "{")
	b.named = strings.TrimSpace(head) != ""
	p.scan.pos = end
	p.stray = false
	const help = "write `environment NAME { .. }` behind the `.end` of the last machine"
	switch at := p.keyword(b); {
	case !opened || !closed:
		p.fail(diag.MisplacedEnvironment, at, help, "the braces of this environment are not complete")
	case p.current != nil:
		p.fail(diag.MisplacedEnvironment, at, help, "this environment stands inside the machine %s", short(p.current.role))
	default:
		p.environments = append(p.environments, b)
	}
	return nil
}

func (p *parser) keyword(b environmentBlock) source.Span {
	return source.Span{Start: b.Start, End: b.Start + len(environmentWord)}
}

// lowerEnvironments reads the blocks, now that all machines are known.
func (p *parser) lowerEnvironments(a *model.Automata) []*model.Environment {
	if len(p.environments) == 0 || len(p.machines) == 0 {
		return nil
	}
	file := p.file
	spans := make([]source.Span, len(p.environments))
	for i, b := range p.environments {
		spans[i] = b.Span
		if b.named {
			continue
		}
		if len(p.environments) > 1 {
			p.fail(diag.MisplacedEnvironment, p.keyword(b), "give it a name: `environment NAME { .. }`", "an environment without a name has to be the only one")
			return nil
		}
		// The name goes where it keeps the places of what follows: the head is written
		// further to the left, over the text of machines, which does not matter here.
		const head = environmentWord + " " + chor.FaultsName
		end := b.Start + len(environmentWord)
		spans[i].Start = end - len(head)
		file = source.New(file.Name, file.Text[:spans[i].Start]+head+file.Text[end:])
	}
	var own diag.Bag
	list := chor.LowerEnvironments(file, spans, cfsm.Setting(a, p.builder.Place), &own)
	for _, d := range own.Sorted() {
		p.bag.Add(d)
	}
	p.failed = p.failed || own.Failed()
	return list
}

// machineFollows reports environments and properties that stand before a machine.
func (p *parser) machineFollows(head source.Span) {
	misplaced := func(what string, at source.Span) {
		p.report(diag.Diagnostic{
			Code: diag.MisplacedEnvironment, Message: "a machine follows this " + what,
			Primary:   diag.Label{Span: at},
			Secondary: []diag.Label{{Span: head, Text: "this machine"}},
			Help:      "move the " + what + " behind the last machine",
		})
	}
	for _, b := range p.environments {
		misplaced("environment", p.keyword(b))
	}
	for _, at := range p.properties {
		misplaced("property", source.Span{Start: at.Start, End: at.Start + len(propertyWord)})
	}
	p.environments, p.properties = nil, nil
}

// blockEnd is where the block ends that begins at or behind an offset: behind its
// closing brace, or at the end of the text. Braces in comments, which begin with `//`
// here, do not count.
func blockEnd(text string, from int) (end int, closed bool) {
	depth := 0
	for i := from; i < len(text); i++ {
		rest := text[i:]
		switch {
		case strings.HasPrefix(rest, "//"):
			i += lineEnd(rest) - 1
		case rest[0] == '{':
			depth++
		case rest[0] == '}':
			if depth--; depth <= 0 {
				return i + 1, true
			}
		}
	}
	return len(text), false
}

// beginsEnvironment reports whether a line inside a machine is the head of an
// environment, and not a transition of a state with this name.
func beginsEnvironment(toks []token) bool {
	name, _, glued := strings.Cut(toks[0].text, "{")
	if name != environmentWord || glued {
		return glued && name == environmentWord
	}
	second, third := wordAt(toks, 1), wordAt(toks, 2)
	switch {
	case third == "!" || third == "?" || second == "tau" || second == "break" || isTimerWord(second):
		return false
	}
	return strings.Contains(second, "{") || strings.HasPrefix(third, "{")
}

// writeEnvironment is the text of an environment.
func writeEnvironment(a *model.Automata, e *model.Environment) string {
	text := environmentWord + " " + e.Name + " {\n"
	for _, line := range cfsm.Clauses(a, e) {
		text += "  " + line + "\n"
	}
	return text + "}\n"
}

// checkEnvironments lists environments that the text has no words for.
func checkEnvironments(a *model.Automata, environments []*model.Environment) []Problem {
	var list []Problem
	for _, e := range environments {
		problem := func(message, help string, o model.Origin) {
			list = append(list, Problem{Message: message, Help: help, Origins: origins(o)})
		}
		for i := range e.Faults {
			f := &e.Faults[i]
			if len(f.During) > 0 || f.Kind == model.RaiseFault {
				problem("the text has no scopes, and so it cannot hold `"+cfsm.Clause(a, f)+"`", "remove the fault, or choose other environments", f.Origin)
			}
		}
		var bag diag.Bag
		chor.Parse(source.New("", writeEnvironment(a, e)), &bag)
		if bag.Failed() {
			problem("the text cannot hold the environment "+e.Name+", since names in it are no words: "+bag.Sorted()[0].Message, "rename the roles", e.Origin)
		}
	}
	return list
}
