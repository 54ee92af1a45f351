package chor

import (
	"fmt"
	"slices"

	"chorcheck/lang/diag"
	"chorcheck/model"
)

// payloadKey is what must carry the same kinds of values everywhere.
type payloadKey struct {
	from, to model.RoleID
	label    string
}

type payloadUse struct {
	at    Span
	types []valueType
}

// receiverKey identifies the origin of one of several receivers.
type receiverKey struct {
	n *Interaction
	i int
}

func (e *elaborator) interaction(n *Interaction, sc *scopeEnv) model.Seq {
	from := e.oneRole(n.From, sc)
	e.checkStores(n)
	var seq model.Seq
	for r := range n.To {
		place := n.At
		if len(n.To) > 1 {
			place = n.To[r].At
		}
		origin := e.origin(receiverKey{n, r}, place)
		if !e.concrete {
			e.interactions = append(e.interactions, origin)
		}
		to := e.role(n.To[r], sc, true)
		sender, known := from.known()
		if id, one := to.known(); known && one && id == sender {
			e.fail(diag.SendToItself, n.To[r].At, "name another receiver, or use `let` to change a variable", "`%s` cannot send to itself", from.name)
			continue
		}
		if !to.array {
			seq = e.send(seq, n, origin, from, to, sc)
			continue
		}
		for i, id := range to.ids {
			if known && id == sender {
				continue // an array that holds the sender means its other members
			}
			if !e.charge(1, n.At) {
				return seq
			}
			seq = e.send(seq, n, origin, from, e.member(to.ids[i:i+1]), sc)
		}
	}
	return seq
}

// checkStores reports a variable that one message stores into twice.
func (e *elaborator) checkStores(n *Interaction) {
	if e.concrete || len(n.Payload) < 2 {
		return
	}
	first := map[string]Span{}
	for _, s := range n.Payload {
		if s.Var.Name == "" {
			continue
		}
		if old, ok := first[s.Var.Name]; ok {
			e.failWith(diag.StoredTwice, s.Var.At, old, "stored here first", "store each variable once",
				"the message stores two values into `%s`", s.Var.Name)
			continue
		}
		first[s.Var.Name] = s.Var.At
	}
}

// send appends one message to one role.
func (e *elaborator) send(seq model.Seq, n *Interaction, origin model.Origin, from, to roleVal, sc *scopeEnv) model.Seq {
	sender, known1 := from.known()
	receiver, known2 := to.known()
	out := &model.Interaction{From: sender, To: receiver, Origin: origin}
	good := true
	var types []valueType
	for _, s := range n.Payload {
		v, ok := e.store(s.Var, from, to, sc)
		cx := exprScope{sc: sc, owner: &from}
		var o operand
		if ok {
			o = e.typed(s.Value, cx, v.typ, fmt.Sprintf("the value for `%s`", s.Var.Name))
			types = append(types, v.typ)
		} else {
			o = e.expr(s.Value, cx, valueType{})
		}
		good = good && ok && o.x != nil
		out.Values = append(out.Values, o.x)
		out.Stores = append(out.Stores, v.id)
	}
	if !known1 || !known2 || n.Label.Name == "" {
		return seq
	}
	if len(types) == len(n.Payload) {
		e.checkPayload(n, payloadKey{sender, receiver, n.Label.Name}, types)
	}
	if !good || !e.concrete {
		return seq
	}
	out.Label = e.label(n.Label.Name)
	return append(seq, out)
}

// store resolves the variable of the receiver that a value goes to.
func (e *elaborator) store(id Ident, from, to roleVal, sc *scopeEnv) (variableRef, bool) {
	role, known := to.known()
	sender, known2 := from.known()
	if known && known2 && id.Name != "" && e.vars[varKey{role, id.Name}] == nil {
		if v := e.vars[varKey{sender, id.Name}]; v != nil {
			v.decl.used = true
			e.failWith(diag.ForeignVariable, id.At, v.decl.ident.At, fmt.Sprintf("a variable of `%s`", v.decl.owner),
				fmt.Sprintf("declare a variable of `%s`, and store the value into it", to.name),
				"a value is stored into a variable of the receiver `%s`, but `%s` belongs to the sender `%s`", to.name, id.Name, from.name)
			return variableRef{}, false
		}
	}
	return e.variable(id, to, sc)
}

// checkPayload compares the kinds of values with those of the same message elsewhere.
func (e *elaborator) checkPayload(n *Interaction, key payloadKey, types []valueType) {
	old, ok := e.payloads[key]
	if !ok {
		e.payloads[key] = payloadUse{n.Label.At, types}
		return
	}
	if old.at == n.Label.At || slices.Equal(old.types, types) {
		return
	}
	e.failWith(diag.PayloadsDiffer, n.Label.At, old.at, "it carries "+payloadTypes(old.types)+" here",
		"let both carry the same kinds of values, or give one of them another name",
		"message `%s` from `%s` to `%s` carries %s here, and something else elsewhere",
		n.Label.Name, e.modelRoles[key.from].Name, e.modelRoles[key.to].Name, payloadTypes(types))
}

func payloadTypes(types []valueType) string {
	if len(types) == 0 {
		return "no value"
	}
	text := ""
	for i, t := range types {
		if i > 0 {
			text += ", "
		}
		switch t.kind {
		case typeInt:
			text += "a number"
		case typeBool:
			text += "a Boolean"
		default:
			text += t.String()
		}
	}
	return text
}

// perform unrolls a protocol.
func (e *elaborator) perform(n *Perform, sc *scopeEnv) (model.Seq, bool) {
	args := make([]roleVal, len(n.Args))
	good := true
	for i, ref := range n.Args {
		args[i] = e.role(ref, sc, true)
		good = good && args[i].ok
		for j := range i {
			if id, shared := overlap(args[j], args[i]); shared {
				good = false
				e.failWith(diag.RoleTwice, ref.At, n.Args[j].At, "passed here already", "pass a different role for each parameter",
					"role `%s` is passed twice", e.modelRoles[id].Name)
			}
		}
	}
	p := e.protocols[n.Protocol.Name]
	if p == nil {
		e.unknownProtocol(n.Protocol)
		return nil, false
	}
	p.performed = true
	if !e.concrete && sc.protocol != nil {
		sc.protocol.calls = append(sc.protocol.calls, protocolCall{p, n.At})
	}
	if len(n.Args) != len(p.decl.Params) {
		e.failWith(diag.WrongArguments, n.At, p.decl.Name.At, "declared here", fmt.Sprintf("pass %s", roleCount(len(p.decl.Params))),
			"protocol `%s` has %s, but %d given", p.decl.Name.Name, roleCount(len(p.decl.Params)), len(n.Args))
		return nil, false
	}
	if !good || !e.concrete || p.recursive {
		return nil, false
	}
	inner := &scopeEnv{protocol: p, roles: make(map[string]roleVal, len(args))}
	for i, id := range p.decl.Params {
		inner.roles[id.Name] = args[i]
	}
	e.unfolding = append(e.unfolding, unfoldFrame{n.At, fmt.Sprintf("protocol `%s`", p.decl.Name.Name)})
	e.performs = append(e.performs, performFrame{n.At, p.decl.Name.Name})
	seq, over := e.block(p.decl.Body.Items, inner)
	if len(e.performs) > 0 { // tooMuch has emptied it otherwise
		e.performs = e.performs[:len(e.performs)-1]
	}
	e.unfolding = e.unfolding[:len(e.unfolding)-1]
	return seq, over
}

func (e *elaborator) unknownProtocol(id Ident) {
	if id.Name == "" || !e.fresh(diag.UnknownProtocol, id.At) || e.inDamage(id.Name) {
		return
	}
	if e.bag.Full() {
		e.fail(diag.UnknownProtocol, id.At, "", "there is no such protocol") // only counted
		return
	}
	d := diag.Diagnostic{
		Code: diag.UnknownProtocol, Message: fmt.Sprintf("there is no protocol `%s`", id.Name),
		Primary: diag.Label{Span: id.At}, Help: fmt.Sprintf("declare it: `protocol %s(..) { .. }`", id.Name),
	}
	var list []candidate
	for _, p := range e.protoList {
		list = append(list, candidate{p.decl.Name.Name, p.decl.Name.At})
	}
	e.suggest(&d, id.Name, list)
	e.add(d)
}
