package chor

import (
	"fmt"

	"chorcheck/lang/diag"
	"chorcheck/model"
)

// declareChannels reads `channels` and all `channel` declarations.
func (e *elaborator) declareChannels() {
	var all *ChannelsDecl
	places := map[model.Pair]Span{}
	full := false
	for _, it := range e.file.Items {
		switch d := it.(type) {
		case *ChannelsDecl:
			if all != nil {
				e.failWith(diag.ChannelTwice, d.At, all.At, "declared here first",
					"keep one `channels`, and use `channel A -> B: ..` for single pairs", "`channels` is declared twice")
				continue
			}
			all = d
			if ch, ok := e.discipline(d.Discipline); ok {
				e.channels.Default = ch
			}
		case *ChannelDecl:
			e.declareChannel(d, places, &full)
		}
	}
}

func (e *elaborator) declareChannel(d *ChannelDecl, places map[model.Pair]Span, full *bool) {
	from := e.role(d.From, &scopeEnv{}, false)
	to := e.role(d.To, &scopeEnv{}, false)
	ch, ok := e.discipline(d.Discipline)
	if ok && ch.Discipline == model.Mailbox {
		e.fail(diag.MailboxForPair, d.Discipline.At, "write `fifo` for one pair, or `channels mailbox` for all",
			"a mailbox belongs to a receiver and all its senders, not to one pair")
		ok = false
	}
	if !from.ok || !to.ok {
		return
	}
	if !from.array && !to.array && from.ids[0] == to.ids[0] {
		e.fail(diag.SendToItself, d.To.At, "name two different roles", "`%s` has no channel to itself", from.name)
		return
	}
	if !ok || *full {
		return
	}
	if e.channels.Pairs == nil {
		e.channels.Pairs = map[model.Pair]model.Channel{}
	}
	for _, a := range from.ids {
		for _, b := range to.ids {
			pair := model.Pair{From: a, To: b}
			if a == b {
				continue
			}
			if old, twice := places[pair]; twice {
				e.failWith(diag.ChannelTwice, d.At, old, "declared here first", "keep one of them",
					"the channel `%s -> %s` is declared twice", e.modelRoles[a].Name, e.modelRoles[b].Name)
				continue
			}
			if len(places) == maxPairs {
				*full = true
				e.fail(diag.TooManyStatements, d.At, "use `channels` for all pairs",
					"there are more than %d channels with a declaration of their own", maxPairs)
				return
			}
			places[pair] = d.At
			e.channels.Pairs[pair] = ch
		}
	}
}

// discipline resolves `fifo 2`.
func (e *elaborator) discipline(d Discipline) (model.Channel, bool) {
	var ch model.Channel
	switch d.Kind.Name {
	case "":
		return ch, false
	case "fifo":
		ch.Discipline = model.FIFO
	case "sync":
		ch.Discipline = model.Sync
	case "mailbox":
		ch.Discipline = model.Mailbox
	case "bag":
		ch.Discipline = model.Bag
	default:
		if e.fresh(diag.UnknownDiscipline, d.Kind.At) {
			out := diag.Diagnostic{
				Code: diag.UnknownDiscipline, Message: fmt.Sprintf("`%s` is no kind of channel", d.Kind.Name),
				Primary: diag.Label{Span: d.Kind.At}, Help: "write `fifo`, `sync`, `mailbox` or `bag`",
			}
			e.suggest(&out, d.Kind.Name, []candidate{{name: "fifo"}, {name: "sync"}, {name: "mailbox"}, {name: "bag"}})
			e.add(out)
		}
		return ch, false
	}
	if ch.Discipline == model.Sync {
		if d.Capacity != nil {
			e.fail(diag.BadCapacity, d.Capacity.Pos(), "write `sync` alone", "a `sync` channel holds no message, so it has no capacity")
			return ch, false
		}
		return ch, true
	}
	if d.Capacity == nil {
		e.fail(diag.BadCapacity, d.At, fmt.Sprintf("write a capacity: `%s 4`", d.Kind.Name), "the channel has no capacity")
		return ch, false
	}
	n, ok := e.constant(d.Capacity, &scopeEnv{}, "a capacity")
	if !ok {
		return ch, false
	}
	if n < 1 || n > model.MaxCapacity {
		e.fail(diag.BadCapacity, d.Capacity.Pos(), fmt.Sprintf("choose a capacity from 1 to %d", model.MaxCapacity),
			"a channel cannot have capacity %d", n)
		return ch, false
	}
	ch.Capacity = int(n)
	return ch, true
}
