package fsa

import (
	"fmt"

	"chorcheck/lang/diag"
	"chorcheck/lang/source"
	"chorcheck/model"
)

// MaxTimers is the greatest number of timers of one machine: each of them may
// multiply its local states by three.
const MaxTimers = 100

// The words about timers.
const (
	setWord     = "set"
	cancelWord  = "cancel"
	timeoutWord = "timeout"
)

// timer is a timer of one machine, and where it was first set, fired and cancelled.
type timer struct {
	name                token
	id                  model.TimerID
	set, fired, cancels source.Span
}

// clock is what a transition does to a timer.
type clock struct {
	name token
	set  bool
}

const timerHelp = "write `q set t q'`, `q cancel t q'` or `q timeout t q'`, or end a transition with `set t` or `cancel t`"

// timerLine reads `q set t r`, `q cancel t r` or `q timeout t r`.
func (p *parser) timerLine(toks, words []token) []token {
	switch {
	case len(words) < 3:
		p.fail(diag.NotATransition, line(words), timerHelp, "this transition lacks its timer and the state that it leads to")
		return nil
	case len(words) == 3:
		p.fail(diag.NotATransition, line(words), timerHelp, "this transition lacks the state that it leads to")
		return nil
	}
	name := words[2]
	t := act{Transition: model.Transition{Kind: model.Internal}}
	if words[1].text == timeoutWord {
		t.Kind, t.timeout = model.Timeout, name
		p.mention(name, timeoutWord)
	} else {
		t.clocks = []clock{{name, words[1].text == setWord}}
		p.mention(name, words[1].text)
	}
	p.act(t, words[:4])
	return p.clocks(toks[4:])
}

// clocks reads what the last transition does to timers besides.
func (p *parser) clocks(toks []token) []token {
	a := &p.current.acts[len(p.current.acts)-1]
	for len(toks) > 0 && (toks[0].text == setWord || toks[0].text == cancelWord) {
		word := toks[0]
		if len(toks) == 1 || isDirective(toks[1]) || toks[1].text == "!" || toks[1].text == "?" {
			p.fail(diag.NotATransition, word.Span, timerHelp, "`%s` lacks its timer", word.text)
			return nil
		}
		c := clock{toks[1], word.text == setWord}
		at := word.Cover(c.name.Span)
		a.Span = a.Cover(at)
		toks = toks[2:]
		p.mention(c.name, word.text)
		for _, old := range a.clocks {
			if old.name.text == c.name.text {
				p.fail(diag.NotATransition, at, "do one of them, or write two transitions", "this transition says twice what becomes of the timer `%s`", short(c.name.text))
				return nil
			}
		}
		if len(a.clocks) == MaxTimers {
			return nil // that there are too many has been said
		}
		a.clocks = append(a.clocks, c)
	}
	return toks
}

// mention notes that a machine does something with a timer.
func (p *parser) mention(name token, word string) {
	m := p.current
	t, ok := m.timer[name.text]
	if !ok {
		if len(m.timer) == MaxTimers {
			p.fail(diag.AutomataTooLarge, name.Span, "use fewer timers, or give the role's part to several machines",
				"%s has more than %d timers", short(m.role), MaxTimers)
		}
		if m.timer == nil {
			m.timer = map[string]*timer{}
		}
		t = &timer{name: name}
		m.timer[name.text] = t
		if len(m.timer) <= MaxTimers {
			t.id = p.builder.Timer(m.Machine, name.text, name.Span)
			m.timers = append(m.timers, t)
		}
	}
	at := map[string]*source.Span{setWord: &t.set, cancelWord: &t.cancels, timeoutWord: &t.fired}[word]
	if at.End == 0 {
		*at = name.Span
	}
}

// checkTimers reports timers that can never fire, and those that nothing waits for.
func (p *parser) checkTimers() {
	for _, m := range p.machines {
		for _, t := range m.timers {
			switch {
			case p.bag.Full():
				p.failed = p.failed || t.set.End == 0
			case t.set.End == 0:
				p.neverSet(m, t)
			case t.fired.End == 0:
				p.neverFires(m, t)
			}
		}
	}
}

func (p *parser) neverSet(m *machine, t *timer) {
	at, what := t.fired, "waits for"
	if at.End == 0 {
		at, what = t.cancels, "cancels"
	}
	d := diag.Diagnostic{
		Code: diag.TimerNeverSet, Message: fmt.Sprintf("%s %s the timer `%s`, but never sets it", short(m.role), what, short(t.name.text)),
		Primary: diag.Label{Span: at}, Help: "arm it with `q set t q'`, or with `set t` at the end of a transition",
	}
	if near := nearestTimer(m, t.name.text, func(o *timer) bool { return o.set.End > 0 }); near != "" {
		d.Help = fmt.Sprintf("did you mean `%s`?", near)
	} else if other := p.ownerOf(m, t.name.text); other != nil {
		d.Secondary = []diag.Label{{Span: other.timer[t.name.text].set, Text: fmt.Sprintf("this is a timer of %s", short(other.role))}}
		d.Help = fmt.Sprintf("a timer belongs to one machine: set it in %s, or let %s send a message when it fires", short(m.role), short(other.role))
	}
	p.report(d)
}

// ownerOf is another machine that sets a timer of this name.
func (p *parser) ownerOf(m *machine, name string) *machine {
	for _, o := range p.machines {
		if t := o.timer[name]; o != m && t != nil && t.set.End > 0 {
			return o
		}
	}
	return nil
}

func (p *parser) neverFires(m *machine, t *timer) {
	d := diag.Diagnostic{
		Code: diag.TimerNeverFires, Severity: diag.Warning,
		Message: fmt.Sprintf("%s sets the timer `%s`, but no transition is its timeout", short(m.role), short(t.name.text)),
		Primary: diag.Label{Span: t.set},
		Help:    "write `q timeout t q'` where it may fire, or do not set it",
	}
	if near := nearestTimer(m, t.name.text, func(o *timer) bool { return o.fired.End > 0 && o.set.End == 0 }); near != "" {
		d.Help = fmt.Sprintf("did you mean `%s`?", near)
	}
	p.bag.Add(d)
}

func nearestTimer(m *machine, name string, fits func(*timer) bool) string {
	var names []string
	for _, o := range m.timers {
		if o.name.text != name && fits(o) {
			names = append(names, o.name.text)
		}
	}
	return short(diag.Nearest(name, names))
}

// assigns are the assignments for what a transition does to timers.
func (p *parser) assigns(m *machine, a act) []model.Assign {
	var list []model.Assign
	for _, c := range a.clocks {
		list = append(list, p.builder.Assign(m.timer[c.name.text].id, c.set))
	}
	return list
}

// isTimerWord reports whether a word makes a line one about a timer.
func isTimerWord(word string) bool {
	return word == setWord || word == cancelWord || word == timeoutWord
}
