package fsa

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"chorcheck/lang/diag"
	"chorcheck/lang/internal/cfsm"
	"chorcheck/lang/source"
	"chorcheck/model"
)

// Limits of a text.
const (
	MaxBytes    = 4 << 20
	MaxMachines = 1000
)

// The words that begin with a dot.
const (
	outputsLine  = ".outputs"
	stateLine    = ".state"
	markingLine  = ".marking"
	finalLine    = ".final"
	endLine      = ".end"
	channelsLine = ".channels"
	channelLine  = ".channel"
)

func directives() []string {
	return []string{outputsLine, stateLine, markingLine, finalLine, endLine, channelsLine, channelLine}
}

// Parsed is a text of communicating automata.
type Parsed struct {
	Automata *model.Automata
	Places   []source.Span // by model.Origin; entry 0 is unused. Transitions, states and roles have one each
	Declared bool          // the text says what its channels are

	Environments []*model.Environment // in the order of the text; nil if it has none
	Properties   []*model.Property    // in the order of the text
}

// Parse reads a text. Unless channels is nil, it replaces the default channel of the
// text. It adds diagnostics to the bag, and yields nil if one of them is an error.
func Parse(file *source.File, channels *model.Channel, bag *diag.Bag) *Parsed {
	p := &parser{file: file, bag: bag}
	p.channels.Default = model.Channel{Discipline: model.FIFO, Capacity: 4}
	if len(file.Text) > MaxBytes {
		p.fail(diag.AutomataTooLarge, source.Span{}, "split it into smaller systems",
			"the text has %d bytes, more than the %d that are read", len(file.Text), MaxBytes)
		return nil
	}
	p.machinesOf()
	p.resolve()
	if channels != nil {
		p.channels.Default = *channels
	}
	a := p.builder.Automata(p.channels)
	environments := p.lowerEnvironments(a)
	if p.failed {
		return nil
	}
	properties := p.lowerProperties(a, environments)
	if p.failed {
		return nil
	}
	cfsm.Lint(a, p.builder.Places, environments, bag)
	return &Parsed{Automata: a, Places: p.builder.Places, Declared: p.declared.End > 0, Environments: environments, Properties: properties}
}

// parser reads machines and channel lines first; partners are looked up once all
// machines are known.
type parser struct {
	file    *source.File
	bag     *diag.Bag
	scan    scanner
	builder cfsm.Builder
	failed  bool

	machines []*machine
	current  *machine // nil between machines
	stray    bool     // the line before stood outside all machines, and was reported

	channels model.Channels
	declared source.Span // of the `.channels` line
	pairs    []pairLine
	pairAt   map[model.Pair]source.Span

	environments []environmentBlock
	properties   []source.Span
}

// machine is one machine as it was written.
type machine struct {
	*cfsm.Machine
	head    source.Span // `.outputs` and the name
	name    token       // may be empty
	role    string
	graph   bool // `.state graph` was there
	marking token
	finals  []token
	final   bool // there was a `.final` line
	acts    []act
	timers  []*timer // in the order of their mention
	timer   map[string]*timer
}

// act is a transition whose partner is not looked up yet.
type act struct {
	source.Span
	model.Transition
	partner token // empty for an internal step and a timeout
	timeout token // the timer that fires; else empty
	clocks  []clock
}

func (p *parser) fail(code diag.Code, at source.Span, help, format string, args ...any) {
	p.report(diag.Diagnostic{Code: code, Message: fmt.Sprintf(format, args...), Primary: diag.Label{Span: at}, Help: help})
}

func (p *parser) report(d diag.Diagnostic) {
	p.failed = true
	p.bag.Add(d)
}

// machinesOf reads the whole text, line by line.
func (p *parser) machinesOf() {
	p.scan.text = p.file.Text
	var toks []token
	for {
		toks = p.scan.line(toks)
		if len(toks) == 0 || len(p.machines) > MaxMachines {
			break
		}
		if !p.readable(toks) {
			continue
		}
		for rest := toks; len(rest) > 0; {
			rest = p.statement(rest)
		}
	}
	if at := p.scan.unclosed; at.End > 0 {
		p.fail(diag.UnclosedComment, at, "write `*/` where the comment ends", "nothing ends this comment")
	}
	if p.current != nil && len(p.machines) <= MaxMachines {
		p.noEnd()
		p.close()
	}
	switch {
	case len(p.machines) > MaxMachines:
		p.fail(diag.AutomataTooLarge, p.machines[MaxMachines].head, "leave machines out", "there are more than %d machines", MaxMachines)
	case len(p.machines) == 0 && !p.failed:
		p.fail(diag.NoMachine, source.Span{}, "write a machine: `.outputs NAME`, `.state graph`, transitions, `.marking STATE`, `.end`", "the text has no machine")
	}
}

// readable reports, once a line, words that nobody could show to a user.
func (p *parser) readable(toks []token) bool {
	for _, t := range toks {
		if !utf8.ValidString(t.text) {
			p.fail(diag.AutomataCharacter, t.Span, "save the file as UTF-8", "this is not UTF-8 text")
			return false
		}
		if strings.ContainsFunc(t.text, unicode.IsControl) {
			p.fail(diag.AutomataCharacter, t.Span, "remove it", "a control character stands here")
			return false
		}
	}
	return true
}

// statement reads one statement from the tokens of a line and yields the rest of
// the line, which is empty after an error.
func (p *parser) statement(toks []token) []token {
	first := toks[0]
	switch word := first.text; {
	case word == outputsLine:
		return p.outputs(toks)
	case word == channelsLine:
		p.channelsLine(toks)
		return nil
	case word == channelLine:
		p.channelLine(toks)
		return nil
	case strings.HasPrefix(word, ".") && !slices.Contains(directives(), word):
		help := "the words with a dot are " + strings.Join(directives(), " ")
		if near := diag.Nearest(word, directives()); near != "" {
			help = fmt.Sprintf("did you mean `%s`?", near)
		}
		p.fail(diag.UnknownDirective, first.Span, help, "`%s` means nothing here", short(word))
		return nil
	case p.current == nil:
		return p.outside(toks)
	case beginsEnvironment(toks):
		return p.environment(first)
	case word == stateLine:
		return p.stateGraph(toks)
	case word == markingLine:
		return p.marking(toks)
	case word == finalLine:
		p.current.final = true
		words, rest := upToDirective(toks[1:])
		p.current.finals = append(p.current.finals, words...)
		return rest
	case word == endLine:
		p.close()
		return toks[1:]
	}
	return p.transition(toks)
}

func upToDirective(toks []token) (words, rest []token) {
	i := slices.IndexFunc(toks, isDirective)
	if i < 0 {
		return toks, nil
	}
	return toks[:i], toks[i:]
}

func isDirective(t token) bool { return slices.Contains(directives(), t.text) }

// outside reads what stands between machines and is no channel line.
func (p *parser) outside(toks []token) []token {
	first := toks[0]
	name, _, _ := strings.Cut(first.text, "{")
	switch {
	case name == environmentWord:
		return p.environment(first)
	case name == propertyWord:
		return p.property(first)
	case isDirective(first):
		p.fail(diag.OutsideMachine, first.Span, "begin the machine with `.outputs NAME`", "`%s` stands outside a machine", first.text)
		p.stray = true
	case !p.stray:
		p.fail(diag.OutsideMachine, line(toks), "begin a machine with `.outputs NAME`, and a comment with `--`", "`%s` stands outside a machine", short(first.text))
		p.stray = true
	}
	return nil
}

func line(toks []token) source.Span { return toks[0].Cover(toks[len(toks)-1].Span) }

func (p *parser) outputs(toks []token) []token {
	if p.current != nil {
		p.noEnd()
		p.close()
	}
	p.stray = false
	m := &machine{head: toks[0].Span}
	words, rest := upToDirective(toks[1:])
	if len(words) > 0 {
		m.name, m.role = words[0], words[0].text
		m.head = m.head.Cover(m.name.Span)
	} else {
		m.role = fmt.Sprintf("M%d", len(p.machines))
	}
	if len(words) > 1 {
		p.fail(diag.BadMachineHead, line(words[1:]), "begin a new line after the name", "a machine has one name, without white space")
	}
	p.machineFollows(m.head)
	m.Machine = p.builder.Machine(m.role, m.head)
	p.machines = append(p.machines, m)
	p.current = m
	return rest
}

func (p *parser) stateGraph(toks []token) []token {
	if p.current.graph {
		p.fail(diag.BadMachineHead, toks[0].Span, "remove one of them, or begin another machine with `.outputs NAME`", "`.state graph` stands twice in %s", short(p.current.role))
	}
	p.current.graph = true
	if len(toks) < 2 || toks[1].text != "graph" {
		p.fail(diag.BadMachineHead, toks[0].Span, "write `.state graph`", "`graph` is missing after `.state`")
		return nil
	}
	return toks[2:]
}

func (p *parser) marking(toks []token) []token {
	m := p.current
	words, rest := upToDirective(toks[1:])
	if len(words) == 0 {
		p.fail(diag.NoMarking, toks[0].Span, "write `.marking STATE`", "`.marking` lacks its state")
		m.marking = toks[0]
		return rest
	}
	for _, w := range words {
		if m.marking.End > 0 {
			p.report(diag.Diagnostic{
				Code: diag.MarkedTwice, Message: fmt.Sprintf("%s has a second initial state `%s`", short(m.role), short(w.text)),
				Primary:   diag.Label{Span: w.Span},
				Secondary: []diag.Label{{Span: m.marking.Span, Text: "it begins here"}},
				Help:      "keep one of them; to begin in several states, lead `tau` transitions from one to the others",
			})
			break
		}
		m.marking = w
		m.SetInitial(p.builder.State(m.Machine, w.text, w.Span))
	}
	return rest
}

const transitionHelp = "write `q partner ! message q'`, `q partner ? message q'` or `q tau q'` on a line of its own"

func (p *parser) transition(toks []token) []token {
	m := p.current
	if !m.graph {
		m.graph = true
		p.fail(diag.BadMachineHead, toks[0].Span, "write `.state graph` before the first transition", "`.state graph` is missing in %s", short(m.role))
	}
	words, _ := upToDirective(toks[:min(len(toks), 6)]) // a line may hold many transitions
	second, third := wordAt(words, 1), wordAt(words, 2)
	communicates := third == "!" || third == "?"
	switch {
	case communicates && len(words) >= 5:
		t := model.Transition{Kind: model.Send, Label: p.builder.Label(words[3].text)}
		if third == "?" {
			t.Kind = model.Receive
		}
		p.act(act{Transition: t, partner: words[1]}, words[:5])
		return p.clocks(toks[5:])
	case communicates && len(words) == 4:
		p.fail(diag.NotATransition, line(words), transitionHelp, "this transition lacks the state that it leads to")
	case communicates:
		p.fail(diag.NotATransition, line(words), transitionHelp, "this transition lacks its message and the state that it leads to")
	case (second == "tau" || second == "break") && len(words) >= 3:
		p.act(act{Transition: model.Transition{Kind: model.Internal}}, words[:3])
		return p.clocks(toks[3:])
	case isTimerWord(second):
		return p.timerLine(toks, words)
	default:
		help := transitionHelp
		if strings.ContainsAny(second, "!?") {
			help = "put white space around `!` and `?`"
		}
		p.fail(diag.NotATransition, line(words), help, "this is no transition")
	}
	return nil
}

func wordAt(toks []token, i int) string {
	if i < len(toks) {
		return toks[i].text
	}
	return ""
}

// act notes a transition from the first of some words to the last.
func (p *parser) act(a act, words []token) {
	m, last := p.current, words[len(words)-1]
	a.From = p.builder.State(m.Machine, words[0].text, words[0].Span)
	a.To = p.builder.State(m.Machine, last.text, last.Span)
	a.Span = line(words)
	m.acts = append(m.acts, a)
}

func (p *parser) noEnd() {
	p.fail(diag.NoMachineEnd, p.current.head, "write `.end` behind the machine", "nothing ends the machine %s", short(p.current.role))
}

// close finishes the current machine, but for its transitions.
func (p *parser) close() {
	m := p.current
	p.current = nil
	if m.marking.End == 0 {
		help := "write `.marking STATE` before `.end`"
		if names := m.StateNames(); len(names) > 0 {
			help = fmt.Sprintf("write `.marking %s` before `.end`", short(names[0]))
		}
		p.fail(diag.NoMarking, m.head, help, "the machine %s does not say where it begins", short(m.role))
	}
	for _, f := range m.finals {
		if s, ok := m.Find(f.text); ok {
			m.SetFinal(s)
			continue
		}
		if p.bag.Full() {
			p.failed = true
			continue
		}
		names := m.StateNames()
		help := "name states that occur in transitions"
		if near := diag.Nearest(f.text, names[:min(len(names), maxCandidates)]); near != "" {
			help = fmt.Sprintf("did you mean `%s`?", near)
		}
		p.fail(diag.UnknownFinalState, f.Span, help, "%s has no state `%s`", short(m.role), short(f.text))
	}
}

// maxCandidates bounds the work for one suggestion.
const maxCandidates = 1000

// short keeps a name of any length from filling the user's screen.
func short(name string) string {
	const longest = 60
	if utf8.RuneCountInString(name) <= longest {
		return name
	}
	return string([]rune(name)[:longest]) + ".."
}
