package fsa

import (
	"strings"

	"chorcheck/lang/chor"
	"chorcheck/lang/diag"
	"chorcheck/lang/internal/cfsm"
	"chorcheck/lang/source"
	"chorcheck/model"
)

const propertyWord = "property"

// property skips a declaration whose first word is the token: its line, and those behind it that are indented further. Its text
// is read later, by those who know the language of choreographies.
func (p *parser) property(first token) []token {
	text := p.file.Text
	begin := strings.LastIndexAny(text[:first.Start], "\r\n") + 1
	end := first.Start + lineEnd(text[first.Start:])
	for next := end; next < len(text); {
		if text[next] == '\r' || text[next] == '\n' {
			next++
			continue
		}
		rest := text[next:]
		line := rest[:lineEnd(rest)]
		words := strings.TrimLeft(line, " \t")
		if words != "" && len(line)-len(words) <= first.Start-begin {
			break
		}
		next += len(line)
		if words != "" {
			end = next
		}
	}
	p.scan.pos = end
	p.stray = false
	p.properties = append(p.properties, source.Span{Start: first.Start, End: end})
	return nil
}

// lowerProperties reads the formulas, now that all machines are known.
func (p *parser) lowerProperties(a *model.Automata, environments []*model.Environment) []*model.Property {
	if len(p.properties) == 0 {
		return nil
	}
	var own diag.Bag
	list := chor.LowerProperties(p.file, p.properties, a, environments, cfsm.Setting(a, p.builder.Place), &own)
	for _, d := range own.Sorted() {
		p.bag.Add(d)
	}
	p.failed = p.failed || own.Failed()
	return list
}
