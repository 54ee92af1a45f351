package lang

import (
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"chorcheck/lang/diag"
	"chorcheck/lang/source"
	"chorcheck/model"
)

// Everything is the subject of an expectation about all checks that are no warnings.
const Everything = "everything"

// ExpectationSubjects are the words that an expectation may be about: the ids of
// all checks, then the quantities, then "everything".
func ExpectationSubjects() []string {
	return append(append(checkIDs(), quantities()...), Everything)
}

func checkIDs() []string {
	return append([]string{"deadlock", "stuck", "silent-survivor", "livelock", "unspecified-reception", "orphan-message",
		"no-termination", "uncaught-exception", "exclusive-handler", "handler-agreement", "stale-reception", "timer-leak",
		"out-of-range", "bound-reached", "unguarded-wait"}, acrossIDs()...)
}

// acrossIDs are the checks about all environments together.
func acrossIDs() []string { return []string{"dead-handler", "dead-interaction"} }

func quantities() []string { return []string{"states", "transitions", "depth"} }

func verdicts() []string { return []string{"holds", "violated", "inconclusive", "not applicable"} }

// Expectations reads the `// expect:` lines of a text in any format, in the order
// of the text. What cannot be read gets an error: an expectation that is silently
// ignored would be a check that nobody makes.
func Expectations(f *source.File, bag *diag.Bag) []Expectation { return expectations(f, nil, bag) }

// expectations knows the names of the properties of the text.
func expectations(f *source.File, properties []string, bag *diag.Bag) []Expectation {
	var list []Expectation
	seen := map[string]source.Span{}
	start := 0
	for n := 1; n <= f.Lines(); n++ {
		line := f.Line(n)
		at := start + strings.Index(f.Text[start:], line)
		start = at + len(line)
		p := expectParser{file: f, bag: bag, properties: properties, pos: at, end: at + len(line)}
		for _, e := range p.line() {
			key := e.key()
			if first, ok := seen[key]; ok {
				bag.Add(diag.Diagnostic{
					Code: diag.ExpectTwice, Severity: diag.Error,
					Message:   fmt.Sprintf("`%s` is stated twice", e.subject()),
					Primary:   diag.Label{Span: e.Span},
					Secondary: []diag.Label{{Span: first, Text: "first stated here"}},
					Help:      "keep one of them, or give them different conditions: `// expect when fifo 1: ..`",
				})
				continue
			}
			seen[key] = e.Span
			list = append(list, e)
		}
	}
	return list
}

func (e Expectation) subject() string { return e.Check + e.Quantity }

// key is the same for expectations that say something about the same thing.
func (e Expectation) key() string {
	var b strings.Builder
	b.WriteString(e.subject())
	if e.Channels != nil {
		b.WriteString("/" + e.Channels.String())
	}
	if e.Env != "" {
		b.WriteString("/env " + e.Env)
	}
	for _, name := range slices.Sorted(maps.Keys(e.Params)) {
		fmt.Fprintf(&b, "/%s=%d", name, e.Params[name])
	}
	return b.String()
}

// expectParser reads one line, f.Text[pos:end].
type expectParser struct {
	file       *source.File
	bag        *diag.Bag
	properties []string
	pos, end   int
	failed     bool
}

type expectToken struct {
	source.Span
	text string // empty at the end of the line
}

func (p *expectParser) space() {
	for p.pos < p.end {
		r, size := utf8.DecodeRuneInString(p.file.Text[p.pos:p.end])
		if !unicode.IsSpace(r) {
			return
		}
		p.pos += size
	}
}

// next takes one token: a run of letters, digits, `_` and `-`, or one other character.
func (p *expectParser) next() expectToken {
	p.space()
	start := p.pos
	for p.pos < p.end {
		r, size := utf8.DecodeRuneInString(p.file.Text[p.pos:p.end])
		word := r == '_' || r == '-' || unicode.IsLetter(r) || unicode.IsDigit(r)
		if !word && p.pos > start {
			break
		}
		p.pos += size
		if !word {
			break
		}
	}
	span := source.Span{Start: start, End: p.pos}
	return expectToken{span, p.file.Slice(span)}
}

func (p *expectParser) peek() expectToken {
	defer func(pos int) { p.pos = pos }(p.pos)
	return p.next()
}

func (p *expectParser) fail(code diag.Code, at source.Span, help, format string, args ...any) {
	if p.failed {
		return
	}
	p.failed = true
	p.bag.Add(diag.Diagnostic{
		Code: code, Severity: diag.Error, Message: fmt.Sprintf(format, args...),
		Primary: diag.Label{Span: at}, Help: help,
	})
}

// almost warns of a comment that seems to be meant as an expectation: a word much
// like `expect` with a colon, or a condition, behind it.
func (p *expectParser) almost(keyword expectToken) {
	word := strings.ToLower(keyword.text)
	if word != "expects" && word != "expected" && diag.Nearest(word, []string{"expect"}) == "" {
		return
	}
	if t := p.peek().text; t != ":" && t != "when" {
		return
	}
	p.bag.Add(diag.Diagnostic{
		Code: diag.ExpectSyntax, Severity: diag.Warning,
		Message: fmt.Sprintf("this looks like an expectation, but `%s` does not begin one, so nothing is compared", keyword.text),
		Primary: diag.Label{Span: keyword.Span}, Help: expectExample,
	})
}

// checkPropertyNames reports properties of which `// expect:` lines and options could not speak.
func (u *Unit) checkPropertyNames(bag *diag.Bag) {
	for _, p := range u.Properties {
		if !slices.Contains(ExpectationSubjects(), p.Name) {
			continue
		}
		at, _ := u.Place(p.Origin)
		at.End = min(at.End, at.Start+len("property"))
		bag.Add(diag.Diagnostic{
			Code: diag.PropertyName, Message: fmt.Sprintf("a property cannot be called `%s`: this word means something else in `// expect:` lines", p.Name),
			Primary: diag.Label{Span: at}, Help: "give the property another name",
		})
	}
}

// checkExpectations reports conditions that can never be met, and what is stated
// without saying of which environment.
func (u *Unit) checkExpectations(bag *diag.Bag) {
	environments := u.Declared
	unknown := func(e Expectation, what, name, help string, names []string) {
		d := diag.Diagnostic{
			Code:    diag.ExpectCondition,
			Message: fmt.Sprintf("there is no %s `%s`, so this is never compared", what, name),
			Primary: diag.Label{Span: e.Span},
			Help:    help,
		}
		if near := diag.Nearest(name, names); near != "" {
			d.Help = fmt.Sprintf("did you mean `%s`?", near)
		}
		bag.Add(d)
	}
	for _, e := range u.Expectations {
		for _, name := range slices.Sorted(maps.Keys(e.Params)) {
			if _, ok := u.Params[name]; !ok {
				unknown(e, "parameter", name, "declare the parameter, or leave the condition out", slices.Sorted(maps.Keys(u.Params)))
			}
		}
		switch {
		case e.Env != "" && !slices.Contains(environments, e.Env):
			unknown(e, "environment", e.Env, "the environments are "+strings.Join(environments[:min(len(environments), 10)], ", "), environments)
		case e.Env == "" && e.Quantity != "" && len(environments) > 1:
			bag.Add(diag.Diagnostic{
				Code:    diag.ExpectEnvironment,
				Message: fmt.Sprintf("each environment has its own number of %s", quantityWord(e.Quantity)),
				Primary: diag.Label{Span: e.Span},
				Help:    fmt.Sprintf("say which one: `// expect when env %s: %s %d`", environments[0], e.Quantity, e.Value),
			})
		}
	}
}

// quantityWord is what is counted.
func quantityWord(quantity string) string {
	if quantity == "depth" {
		return "levels"
	}
	return quantity
}

const expectExample = "write for example `// expect: deadlock holds, states 24`"

// line reads a whole line and yields nothing if it is no expectation.
func (p *expectParser) line() []Expectation {
	p.space()
	rest := p.file.Text[p.pos:p.end]
	if !strings.HasPrefix(rest, "//") && !strings.HasPrefix(rest, "--") {
		return nil
	}
	p.pos += 2
	keyword := p.next()
	if !strings.EqualFold(keyword.text, "expect") {
		p.almost(keyword)
		return nil
	}
	var when Expectation
	switch t := p.peek(); {
	case t.text == ":":
		p.next()
	case t.text == "when":
		p.next()
		if !p.conditions(&when) {
			return nil
		}
	case slices.Contains(ExpectationSubjects(), t.text), slices.Contains(p.properties, t.text):
		p.fail(diag.ExpectSyntax, keyword.Span, expectExample, "`expect` needs a colon before `%s`", t.text)
		return nil
	default:
		return nil // prose that happens to begin with this word
	}
	var list []Expectation
	for {
		e, ok := p.item(when)
		if !ok {
			return list
		}
		list = append(list, e)
		t := p.next()
		if t.text == "" {
			return list
		}
		if t.text != "," {
			p.fail(diag.ExpectSyntax, t.Span, "separate what is expected with commas", "`%s` cannot stand here", t.text)
			return list
		}
	}
}

// conditions reads what stands between `when` and the colon.
func (p *expectParser) conditions(e *Expectation) bool {
	const help = "conditions are channels, parameters and an environment: `// expect when fifo 1, n=3, env rough: ..`"
	for {
		t := p.next()
		kind := slices.IndexFunc([]model.Discipline{model.FIFO, model.Sync, model.Mailbox, model.Bag},
			func(d model.Discipline) bool { return d.String() == t.text })
		switch {
		case t.text == "" || t.text == ":" || t.text == ",":
			p.fail(diag.ExpectCondition, t.Span, help, "a condition is missing")
		case kind >= 0 && p.peek().text != "=":
			channel := model.Channel{Discipline: model.Discipline(kind)}
			if channel.Discipline != model.Sync {
				k, ok := p.number("a capacity")
				if !ok {
					return false
				}
				if k == 0 || k > model.MaxCapacity {
					p.fail(diag.ExpectCondition, t.Span, help, "a capacity is at least 1 and at most %d", model.MaxCapacity)
				}
				channel.Capacity = int(k)
			}
			if e.Channels != nil {
				p.fail(diag.ExpectCondition, t.Span, help, "the channels are given twice")
			}
			e.Channels = &channel
		case t.text == "env" && p.peek().text != "=":
			name := p.peek()
			if !isName(name.text) {
				p.fail(diag.ExpectCondition, name.Span, help, "the name of the environment is missing")
				return false
			}
			p.next()
			if e.Env != "" {
				p.fail(diag.ExpectCondition, t.Span, help, "the environment is given twice")
			}
			e.Env = name.text
		default:
			if eq := p.next(); eq.text != "=" {
				p.fail(diag.ExpectCondition, t.Span, help, "`%s` is no condition", t.text)
				return false
			}
			value, ok := p.integer()
			if !ok {
				return false
			}
			if _, ok := e.Params[t.text]; ok {
				p.fail(diag.ExpectCondition, t.Span, help, "the parameter `%s` is given twice", t.text)
			}
			if e.Params == nil {
				e.Params = map[string]int64{}
			}
			e.Params[t.text] = value
		}
		if p.failed {
			return false
		}
		switch t := p.next(); t.text {
		case ":":
			return true
		case ",":
		default:
			p.fail(diag.ExpectCondition, t.Span, help, "a colon is missing after the conditions")
			return false
		}
	}
}

// isName reports whether a token is a run of letters, digits and the like.
func isName(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return r == '_' || unicode.IsLetter(r)
}

// item reads one thing that is expected.
func (p *expectParser) item(when Expectation) (Expectation, bool) {
	e := when
	e.Steps = -1
	subject := p.next()
	e.Span = subject.Span
	switch {
	case subject.text == "" || subject.text == ",":
		p.fail(diag.ExpectSyntax, subject.Span, expectExample, "something to expect is missing")
	case slices.Contains(quantities(), subject.text):
		e.Quantity = subject.text
		e.Value = p.count()
	case subject.text == Everything || slices.Contains(checkIDs(), subject.text):
		e.Check = subject.text
		if e.Env != "" && slices.Contains(acrossIDs(), e.Check) {
			p.fail(diag.ExpectEnvironment, subject.Span, "state it in a line without `env`",
				"`%s` is about all environments together", e.Check)
			break
		}
		p.verdict(&e)
	case slices.Contains(p.properties, subject.text):
		e.Check, e.Property = subject.text, true
		p.verdict(&e)
	default:
		help := "the checks are listed by `chorcheck explain`, the quantities are states, transitions and depth"
		if near := diag.Nearest(subject.text, append(ExpectationSubjects(), p.properties...)); near != "" {
			help = fmt.Sprintf("did you mean `%s`?", near)
		}
		p.fail(diag.ExpectSubject, subject.Span, help, "`%s` is neither a check, a property nor a quantity", subject.text)
	}
	e.Span.End = p.pos
	return e, !p.failed
}

// verdict reads `holds`, `violated in 12 steps` and so on.
func (p *expectParser) verdict(e *Expectation) {
	t := p.next()
	word := t.text
	if word == "not" && p.peek().text == "applicable" {
		word, t.End = "not applicable", p.next().End
	}
	switch {
	case word == "" || word == ",":
		p.fail(diag.ExpectVerdict, e.Span, "add holds, violated, inconclusive or not applicable", "`%s` lacks a verdict", e.Check)
		return
	case !slices.Contains(verdicts(), word):
		help := "verdicts are holds, violated, inconclusive and not applicable"
		if near := diag.Nearest(word, verdicts()); near != "" {
			help = fmt.Sprintf("did you mean `%s`?", near)
		}
		p.fail(diag.ExpectVerdict, t.Span, help, "`%s` is no verdict", word)
		return
	case e.Check == Everything && word != "holds":
		p.fail(diag.ExpectVerdict, t.Span, "name the checks: `deadlock violated, stuck holds`", "`everything` can only hold")
		return
	}
	e.Verdict = word
	if p.peek().text != "in" {
		return
	}
	in := p.next()
	if word != "violated" {
		p.fail(diag.ExpectVerdict, in.Span, "leave the number of steps out", "only `violated` has a number of steps")
		return
	}
	n, ok := p.number("a number of steps")
	if !ok {
		return
	}
	if n > 1<<31-1 {
		p.fail(diag.ExpectNumber, in.Span, "", "that many steps are not possible")
		return
	}
	e.Steps = int(n)
	if t := p.peek(); t.text == "step" || t.text == "steps" {
		p.next()
	} else {
		p.fail(diag.ExpectSyntax, in.Span, "write `violated in 12 steps`", "the word `steps` is missing")
	}
}

// mostDigits of a number of states: more cannot be counted.
const mostDigits = 4000

// count reads a whole number of any size.
func (p *expectParser) count() *big.Int {
	n := new(big.Int)
	t, ok := p.digits("a number")
	switch {
	case !ok:
	case len(t.text) > mostDigits:
		p.fail(diag.ExpectNumber, t.Span, "", "a number has at most %d digits", mostDigits)
	default:
		n.SetString(t.text, 10)
	}
	return n
}

func (p *expectParser) digits(what string) (expectToken, bool) {
	t := p.peek()
	if t.text == "" || strings.Trim(t.text, "0123456789") != "" {
		p.fail(diag.ExpectNumber, t.Span, "a number is written in digits only: 1234", "%s is missing", what)
		return t, false
	}
	p.next()
	return t, true
}

func (p *expectParser) number(what string) (uint64, bool) {
	t, ok := p.digits(what)
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseUint(t.text, 10, 64)
	if err != nil {
		p.fail(diag.ExpectNumber, t.Span, "", "%s is too large", t.text)
	}
	return n, err == nil
}

func (p *expectParser) integer() (int64, bool) {
	t := p.next()
	n, err := strconv.ParseInt(t.text, 10, 64)
	if err != nil {
		p.fail(diag.ExpectNumber, t.Span, "a parameter is a whole number: `n=3`", "a whole number is missing")
	}
	return n, err == nil
}
