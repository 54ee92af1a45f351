package kmc

import (
	"fmt"
	"strconv"
	"unicode/utf8"

	"chorcheck/lang/diag"
	"chorcheck/lang/internal/cfsm"
	"chorcheck/lang/source"
	"chorcheck/model"
)

// Limits of a text.
const (
	MaxBytes       = 4 << 20
	MaxRoles       = 1000
	MaxDepth       = 500 // of `{`
	MaxTransitions = 1_000_000
)

// Parsed is a text of session types.
type Parsed struct {
	Automata *model.Automata
	Places   []source.Span // by model.Origin; entry 0 is unused. Transitions, states and roles have one each
	Declared bool          // always false: the text has no words for channels
}

// Parse reads a text. It adds diagnostics to the bag, and yields nil if one of them
// is an error.
func Parse(file *source.File, bag *diag.Bag) *Parsed {
	p := &parser{bag: bag, scan: scanner{text: file.Text}, names: map[string]int{}}
	if len(file.Text) > MaxBytes {
		p.fail(diag.AutomataTooLarge, source.Span{}, "split it into smaller systems",
			"the text has %d bytes, more than the %d that are read", len(file.Text), MaxBytes)
		return nil
	}
	p.advance()
	p.advance()
	p.system()
	if at := p.scan.unclosed; at.End > 0 {
		p.fail(diag.UnclosedComment, at, "write `*/` where the comment ends", "nothing ends this comment")
	}
	p.resolve()
	if p.failed {
		return nil
	}
	a := p.builder.Automata(model.Channels{Default: model.Channel{Discipline: model.FIFO, Capacity: 4}})
	cfsm.Lint(a, p.builder.Places, nil, bag)
	return &Parsed{Automata: a, Places: p.builder.Places}
}

// parser has two tokens of lookahead: the present one and the one behind it.
type parser struct {
	bag          *diag.Bag
	scan         scanner
	token, after token
	builder      cfsm.Builder
	failed       bool

	roles []*role
	names map[string]int // of roles
}

func (p *parser) fail(code diag.Code, at source.Span, help, format string, args ...any) {
	p.report(diag.Diagnostic{Code: code, Message: fmt.Sprintf(format, args...), Primary: diag.Label{Span: at}, Help: help})
}

func (p *parser) report(d diag.Diagnostic) {
	p.failed = true
	p.bag.Add(d)
}

// advance moves to the next token and yields the one that was passed.
func (p *parser) advance() token {
	t := p.token
	p.token, p.after = p.after, p.scan.next()
	return t
}

func (p *parser) ended() bool {
	return p.token.text == "" && p.token.End == len(p.scan.text) && p.token.Start == p.token.End
}

// system reads all roles. After an error it goes on at the next role.
func (p *parser) system() {
	if p.ended() {
		p.fail(diag.NoMachine, p.token.Span, "write `A: B!job; end` and so on, for each role", "the text has no role")
	}
	for !p.ended() {
		if !p.token.role() || p.after.text != ":" {
			p.unexpected("a role and a colon", "begin a role with `A:`; role names begin with a capital letter")
			p.skip()
			continue
		}
		if len(p.roles) == MaxRoles {
			p.fail(diag.AutomataTooLarge, p.token.Span, "leave roles out", "there are more than %d roles", MaxRoles)
			return
		}
		r := &role{parser: p, name: p.advance(), bound: map[string][]int{}}
		p.advance()
		if first, ok := p.names[r.name.text]; ok {
			p.report(diag.Diagnostic{
				Code: diag.MachineTwice, Message: fmt.Sprintf("two roles are named %s", short(r.name.text)),
				Primary:   diag.Label{Span: r.name.Span},
				Secondary: []diag.Label{{Span: p.roles[first].name.Span, Text: "the first one"}},
				Help:      "rename one of them, or make its type a branch of the other one",
			})
		} else {
			p.names[r.name.text] = len(p.roles)
		}
		p.roles = append(p.roles, r)
		r.machine = p.builder.Machine(r.name.text, r.name.Span)
		r.machine.SetInitial(r.state())
		if !r.body(0, 0) {
			p.skip()
		}
	}
}

// skip moves to the next thing that looks like the beginning of a role.
func (p *parser) skip() {
	for !p.ended() && (!p.token.role() || p.after.text != ":") {
		p.advance()
	}
}

func (p *parser) unexpected(want, help string) {
	found := "`" + short(p.token.text) + "`"
	switch {
	case p.ended():
		found = "the end of the text"
	case !utf8.ValidString(p.token.text):
		found = "a byte that is not UTF-8"
	}
	p.fail(diag.BadSessionType, p.token.Span, help, "%s stands where %s was expected", found, want)
}

// resolve looks up the partners and completes the machines.
func (p *parser) resolve() {
	total := 0
	for self, r := range p.roles {
		reported := map[string]bool{}
		for i := range r.acts {
			a := &r.acts[i]
			peer, ok := p.names[a.partner.text]
			switch {
			case ok && peer != self:
				a.Peer = model.RoleID(peer)
				continue
			case reported[a.partner.text]:
				p.failed = true
			case ok:
				p.fail(diag.PartnerIsItself, a.partner.Span, "name another role", "%s is its own partner here", short(r.name.text))
			default:
				p.unknown(a.partner)
			}
			reported[a.partner.text] = true
		}
		if !p.failed {
			r.complete(&total)
		}
	}
}

func (p *parser) unknown(t token) {
	var names []string
	for _, r := range p.roles {
		names = append(names, r.name.text)
	}
	help := fmt.Sprintf("write what it does: `%s: ..`", short(t.text))
	if !p.bag.Full() {
		if near := diag.Nearest(t.text, names); near != "" {
			help = fmt.Sprintf("did you mean `%s`?", near)
		}
	}
	p.fail(diag.UnknownPartner, t.Span, help, "there is no role %s", short(t.text))
}

// short keeps a name of any length from filling the user's screen.
func short(name string) string {
	const longest = 60
	if utf8.RuneCountInString(name) <= longest {
		return name
	}
	return string([]rune(name)[:longest]) + ".."
}

func stateName(n int) string { return strconv.Itoa(n) }
