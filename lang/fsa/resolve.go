package fsa

import (
	"fmt"
	"strconv"
	"strings"

	"chorcheck/lang/diag"
	"chorcheck/lang/source"
	"chorcheck/model"
)

// resolve looks up the partners, now that all machines are known.
func (p *parser) resolve() {
	names := p.names()
	if len(p.machines) == 1 {
		if p.lone() {
			return
		}
	}
	for r, m := range p.machines {
		p.transitions(m, model.RoleID(r), names)
	}
	for _, l := range p.pairs {
		p.pair(l, names)
	}
	p.checkTimers()
}

// names numbers the machines by name, and reports names that cannot be told apart.
func (p *parser) names() map[string]model.RoleID {
	names := map[string]model.RoleID{}
	for r, m := range p.machines {
		if first, ok := names[m.role]; ok {
			p.report(diag.Diagnostic{
				Code: diag.MachineTwice, Message: fmt.Sprintf("two machines are named %s", short(m.role)),
				Primary:   diag.Label{Span: m.head},
				Secondary: []diag.Label{{Span: p.machines[first].head, Text: "the first one"}},
				Help:      "rename one of them; the n-th machine without a name is called M and n, from 0",
			})
			continue
		}
		names[m.role] = model.RoleID(r)
		if n, ok := number(m.role); ok && n != r {
			p.fail(diag.NumberAsName, m.head, "choose a name that is no number", "the machine at position %d is named `%s`, which is the number of another position", r, short(m.role))
		}
	}
	return names
}

// number reads digits; a number beyond all machines is as good as any other such.
func number(word string) (int, bool) {
	if word == "" || strings.Trim(word, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(word)
	if err != nil {
		n = MaxMachines + 1
	}
	return n, true
}

// lone reports a single machine that has partners: the projection of one role.
func (p *parser) lone() bool {
	m := p.machines[0]
	for _, a := range m.acts {
		if a.partner.End > 0 {
			p.report(diag.Diagnostic{
				Code: diag.LoneMachine, Message: fmt.Sprintf("%s is the only machine here, but it communicates with others", short(m.role)),
				Primary:   diag.Label{Span: m.head},
				Secondary: []diag.Label{{Span: a.partner.Span, Text: "this partner is not in the file"}},
				Help:      "join the files of all machines into one, in the order in which partners are numbered",
			})
			return true
		}
	}
	return false
}

// transitions hands the transitions of a machine to the builder. A partner that
// does not exist is reported once a machine.
func (p *parser) transitions(m *machine, self model.RoleID, names map[string]model.RoleID) {
	reported := map[string]bool{}
	for _, a := range m.acts {
		t := a.Transition
		switch t.Kind {
		case model.Timeout:
			t.Timer, t.Exception = m.timer[a.timeout.text].id, -1
		case model.Send, model.Receive:
			peer, ok := p.role(a.partner.text, names)
			switch {
			case !ok:
				if !reported[a.partner.text] {
					reported[a.partner.text] = true
					p.unknown(a.partner)
				}
				continue
			case peer == self:
				if !reported[a.partner.text] {
					reported[a.partner.text] = true
					p.fail(diag.PartnerIsItself, a.partner.Span, "name another machine; partners are numbered from 0 in the order of the file",
						"%s is its own partner here", short(m.role))
				}
				continue
			}
			t.Peer = peer
		}
		t.Assigns = p.assigns(m, a)
		t.Origins = []model.Origin{p.builder.Place(a.Span)}
		m.Add(t)
	}
	m.acts = nil
	if !m.final {
		m.SetFinalByDefault()
	}
}

// role finds a machine by its name, else by its number.
func (p *parser) role(word string, names map[string]model.RoleID) (model.RoleID, bool) {
	if r, ok := names[word]; ok {
		return r, true
	}
	n, ok := number(word)
	return model.RoleID(n), ok && n < len(p.machines)
}

func (p *parser) unknown(t token) {
	if p.bag.Full() {
		p.fail(diag.UnknownPartner, t.Span, "", "there is no machine `%s`", short(t.text))
		return
	}
	if n, ok := number(t.text); ok {
		last := len(p.machines) - 1
		at := source.Span{}
		if last >= 0 {
			at = p.machines[last].head
		}
		p.report(diag.Diagnostic{
			Code: diag.UnknownPartner, Message: fmt.Sprintf("there is no machine number %s", short(t.text)),
			Primary:   diag.Label{Span: t.Span},
			Secondary: []diag.Label{{Span: at, Text: fmt.Sprintf("the last machine is number %d", last)}},
			Help:      missingHelp(n, last+1),
		})
		return
	}
	var candidates []string
	for _, m := range p.machines {
		candidates = append(candidates, m.role)
	}
	help := "the machines are " + list(candidates)
	if near := diag.Nearest(t.text, candidates); near != "" {
		help = fmt.Sprintf("did you mean `%s`?", near)
	}
	p.fail(diag.UnknownPartner, t.Span, help, "there is no machine `%s`", short(t.text))
}

func missingHelp(n, machines int) string {
	if n == machines {
		return "partners are numbered from 0 in the order of the file"
	}
	return "add the missing machines; partners are numbered from 0 in the order of the file"
}

// list names at most ten.
func list(names []string) string {
	const shown = 10
	var b strings.Builder
	for i, n := range names {
		if i == shown {
			b.WriteString(", ..")
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(short(n))
	}
	return b.String()
}
