package fsa

import (
	"fmt"
	"strings"

	"chorcheck/lang/diag"
	"chorcheck/lang/source"
	"chorcheck/model"
)

// pairLine is `.channel A B fifo 2`.
type pairLine struct {
	from, to token
	channel  model.Channel
	at       source.Span
}

const (
	channelsHelp = "write `.channels fifo 2`, `.channels mailbox 2`, `.channels bag 2` or `.channels sync`"
	channelHelp  = "write `.channel A B fifo 2`, `.channel A B bag 2` or `.channel A B sync`"
)

// channelsLine reads the line for all channels.
func (p *parser) channelsLine(toks []token) {
	at := line(toks)
	switch {
	case p.declared.End > 0:
		p.report(diag.Diagnostic{
			Code: diag.BadChannels, Message: "`.channels` stands twice",
			Primary:   diag.Label{Span: at},
			Secondary: []diag.Label{{Span: p.declared, Text: "the first one"}},
			Help:      "keep one of them; `.channel A B fifo 2` is for one pair",
		})
		return
	case len(p.machines) > 0:
		p.fail(diag.BadChannels, at, "move this line to the top", "`.channels` stands behind the first machine")
		return
	}
	p.declared = at
	if c, ok := p.channel(toks[0], toks[1:], channelsHelp); ok {
		p.channels.Default = c
	}
}

// channelLine reads the line for one pair. Its machines may follow later.
func (p *parser) channelLine(toks []token) {
	if p.current != nil {
		p.fail(diag.BadChannels, line(toks), "move this line before `.outputs`", "`.channel` stands inside a machine")
		return
	}
	if len(toks) < 4 {
		p.fail(diag.BadChannels, line(toks), channelHelp, "`.channel` needs a sender, a receiver and a discipline")
		return
	}
	c, ok := p.channel(toks[0], toks[3:], channelHelp)
	if ok && c.Discipline == model.Mailbox {
		p.fail(diag.BadChannels, toks[3].Span, "use `fifo` or `bag`", "a mailbox belongs to a receiver with all its senders, not to one pair")
		return
	}
	if ok {
		p.pairs = append(p.pairs, pairLine{toks[1], toks[2], c, line(toks)})
	}
}

// channel reads a discipline and its capacity.
func (p *parser) channel(head token, toks []token, help string) (model.Channel, bool) {
	if len(toks) == 0 {
		p.fail(diag.BadChannels, head.Span, help, "`%s` lacks a discipline", head.text)
		return model.Channel{}, false
	}
	known := []model.Discipline{model.FIFO, model.Sync, model.Mailbox, model.Bag}
	var names []string
	c := model.Channel{}
	found := false
	for _, d := range known {
		names = append(names, d.String())
		if d.String() == toks[0].text {
			c.Discipline, found = d, true
		}
	}
	if !found {
		if near := diag.Nearest(toks[0].text, names); near != "" {
			help = fmt.Sprintf("did you mean `%s`?", near)
		}
		p.fail(diag.BadChannels, toks[0].Span, help, "`%s` is no discipline; there are %s", short(toks[0].text), strings.Join(names, ", "))
		return c, false
	}
	rest := toks[1:]
	if c.Discipline != model.Sync {
		if len(rest) == 0 {
			p.fail(diag.BadChannels, toks[0].Span, help, "`%s` lacks its capacity, a number of messages", c.Discipline)
			return c, false
		}
		n, ok := number(rest[0].text)
		if !ok || n < 1 || len(rest[0].text) > 7 || n > model.MaxCapacity {
			p.fail(diag.BadChannels, rest[0].Span, help, "a capacity is a number of messages from 1 to %d", model.MaxCapacity)
			return c, false
		}
		c.Capacity = n
		rest = rest[1:]
	}
	if len(rest) > 0 {
		p.fail(diag.BadChannels, line(rest), help, "`%s` cannot stand here", short(rest[0].text))
		return c, false
	}
	return c, true
}

// pair looks up the machines of a channel line.
func (p *parser) pair(l pairLine, names map[string]model.RoleID) {
	from, okFrom := p.role(l.from.text, names)
	to, okTo := p.role(l.to.text, names)
	if !okFrom {
		p.unknown(l.from)
	}
	if !okTo {
		p.unknown(l.to)
	}
	if !okFrom || !okTo {
		return
	}
	if from == to {
		p.fail(diag.PartnerIsItself, l.to.Span, "name two different machines", "a channel leads from one machine to another one")
		return
	}
	pair := model.Pair{From: from, To: to}
	if p.channels.Pairs == nil {
		p.channels.Pairs = map[model.Pair]model.Channel{}
		p.pairAt = map[model.Pair]source.Span{}
	}
	if first, ok := p.pairAt[pair]; ok {
		p.report(diag.Diagnostic{
			Code: diag.BadChannels, Message: fmt.Sprintf("the channel from %s to %s is given twice", short(p.machines[from].role), short(p.machines[to].role)),
			Primary:   diag.Label{Span: l.at},
			Secondary: []diag.Label{{Span: first, Text: "the first one"}},
			Help:      "keep one of them",
		})
		return
	}
	p.pairAt[pair] = l.at
	p.channels.Pairs[pair] = l.channel
}
