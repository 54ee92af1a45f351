package chor

import (
	"fmt"

	"chorcheck/lang/diag"
	"chorcheck/model"
)

// block walks the statements of a block. over says that nothing goes on behind it,
// for any role that takes part. A block that ends in `raise` is not over in that
// sense: roles without a part in the statement around it skip it, and go on.
func (e *elaborator) block(items []Item, sc *scopeEnv) (seq model.Seq, over bool) {
	e.depth++
	defer func() { e.depth-- }()
	if e.depth > maxNesting {
		if len(items) > 0 {
			e.tooMuch(diag.UnfoldedTooDeep, items[0].Pos(), "the choreography unrolls to blocks nested deeper than %d", maxNesting)
		}
		return nil, false
	}
	var ended map[model.RoleID]Span
	raised := false
	for i, it := range items {
		if e.stopped || !e.charge(1, it.Pos()) {
			return seq, over
		}
		if e.concrete {
			if over || raised {
				e.dead = append(e.dead, deadItem{it, items[i-1].Pos()})
				return seq, over
			}
			e.reached[it] = struct{}{}
		}
		var part model.Seq
		part, over = e.item(it, sc)
		_, raised = it.(*Raise)
		e.warnEnded(it, part, ended)
		if end, ok := it.(*End); ok && len(part) == 1 {
			if ended == nil {
				ended = map[model.RoleID]Span{}
			}
			ended[part[0].(*model.End).At] = end.At
		}
		seq = append(seq, part...)
	}
	return seq, over
}

// warnEnded warns of a statement in which a role acts whose part was ended before, in the same block.
func (e *elaborator) warnEnded(it Item, part model.Seq, ended map[model.RoleID]Span) {
	if len(ended) == 0 {
		return
	}
	for _, s := range part {
		var acts []model.RoleID
		switch s := s.(type) {
		case *model.Interaction:
			acts = []model.RoleID{s.From, s.To}
		case *model.Choice:
			acts = []model.RoleID{s.At}
		case *model.Loop:
			acts = []model.RoleID{s.At}
		case *model.Let:
			acts = []model.RoleID{s.At}
		case *model.Delay:
			acts = []model.RoleID{s.At}
		case *model.RaiseStmt:
			acts = []model.RoleID{s.At}
		case *model.RaiseAgain:
			acts = []model.RoleID{s.At}
		case *model.End:
			acts = []model.RoleID{s.At}
		}
		for _, r := range acts {
			if at, ok := ended[r]; ok {
				e.add(diag.Diagnostic{
					Code: diag.ActsAfterEnd, Severity: diag.Warning,
					Message:   fmt.Sprintf("`%s` takes part here, but its part has ended", e.modelRoles[r].Name),
					Primary:   diag.Label{Span: it.Pos()},
					Secondary: []diag.Label{{Span: at, Text: "it ends here"}},
					Help:      "move `end` behind the last statement of that role",
				})
				return
			}
		}
	}
}

// item walks one statement.
func (e *elaborator) item(it Item, sc *scopeEnv) (model.Seq, bool) {
	switch n := it.(type) {
	case *Interaction:
		return e.interaction(n, sc), false
	case *Choice:
		return e.choice(n, sc)
	case *Par:
		return e.par(n, sc)
	case *For:
		return e.forLoop(n, sc)
	case *Loop:
		return e.loop(n, sc), false
	case *Repeat:
		return e.repeat(n, sc)
	case *Rec:
		return e.rec(n, sc)
	case *Continue:
		return e.jump(n, sc)
	case *Let:
		return e.let(n, sc), false
	case *Perform:
		return e.perform(n, sc)
	case *End:
		return e.end(n, sc), false
	case *Wait:
		return e.wait(n, sc), false
	case *Raise:
		return e.raise(n, sc), false
	case *Within:
		return e.within(n, sc)
	case *Try:
		return e.try(n, sc)
	}
	e.rejectDeclaration(it)
	return nil, false
}

func (e *elaborator) choice(n *Choice, sc *scopeEnv) (model.Seq, bool) {
	at := e.oneRole(n.Decider, sc)
	out := &model.Choice{Origin: e.origin(n, n.At)}
	over := true
	if n.For != nil {
		e.rounds(n.For, sc, "the members of `choice for`", func() bool {
			branches, o := e.branches(n, at, sc)
			out.Branches = append(out.Branches, branches...)
			over = over && o
			return true
		})
	} else {
		out.Branches, over = e.branches(n, at, sc)
	}
	if e.concrete && !e.stopped && len(out.Branches) == 0 {
		e.fail(diag.ChoiceWithoutBranch, n.At, "let it run over at least one value", "this choice has no branch to choose")
		return nil, false
	}
	if id, ok := at.known(); ok {
		out.At = id
		return model.Seq{out}, over
	}
	return nil, false
}

// branches walks the branches of a choice once.
func (e *elaborator) branches(n *Choice, at roleVal, sc *scopeEnv) ([]model.Branch, bool) {
	var guards []*model.Expr
	guarded, bad, over := false, false, true
	out := make([]model.Branch, 0, len(n.Branches))
	for i := range n.Branches {
		b := &n.Branches[i]
		place := b.At
		if b.When != nil {
			place = b.When.Pos()
		}
		branch := model.Branch{Origin: e.origin(b, place)}
		switch {
		case b.Otherwise:
			e.checkOtherwise(n, i, guarded)
			if !bad && len(guards) > 0 {
				branch.Guard = simplify(&model.Expr{Op: model.OpNot, X: disjunction(guards)})
			}
		case b.When != nil:
			guarded = true
			o := e.typed(b.When, exprScope{sc: sc, owner: &at}, valueType{kind: typeBool}, "a guard")
			if o.x == nil {
				bad = true
			} else {
				guards = append(guards, o.x)
				branch.Guard = simplify(o.x)
			}
		}
		body, o := e.block(b.Body.Items, sc)
		over = over && o
		if !e.charge(1, b.At) {
			return out, false
		}
		branch.Body = body
		out = append(out, branch)
	}
	return out, over
}

func (e *elaborator) checkOtherwise(n *Choice, i int, guarded bool) {
	at := n.Branches[i].At
	at.End = min(at.End, max(at.Start, n.Branches[i].Body.At.Start)) // its head
	for _, b := range n.Branches[:i] {
		if b.Otherwise {
			e.failWith(diag.MisplacedOtherwise, at, b.At, "the first one", "keep one of them", "a choice has at most one `otherwise`")
			return
		}
	}
	switch {
	case i < len(n.Branches)-1:
		e.fail(diag.MisplacedOtherwise, at, "move it to the end of the choice", "`otherwise` must be the last branch")
	case !guarded:
		e.fail(diag.MisplacedOtherwise, at, "give the other branches guards: `when ..`, or leave `otherwise` out",
			"`otherwise` needs a branch with a guard before it")
	}
}

// disjunction joins guards by `or`, as a balanced tree: a choice may have many.
func disjunction(guards []*model.Expr) *model.Expr {
	if len(guards) == 1 {
		return guards[0]
	}
	half := len(guards) / 2
	return &model.Expr{Op: model.OpOr, X: disjunction(guards[:half]), Y: disjunction(guards[half:])}
}

// simplify replaces a guard that has a value by it: nil for true.
func simplify(x *model.Expr) *model.Expr {
	if !closed(x) {
		return x
	}
	switch v, ok := x.Eval(nil); {
	case !ok:
		return x
	case v != 0:
		return nil
	}
	return model.Const(0)
}

// closed reports whether an expression has no variables.
func closed(x *model.Expr) bool {
	return x == nil || x.Op != model.OpVar && closed(x.X) && closed(x.Y)
}

func (e *elaborator) par(n *Par, sc *scopeEnv) (model.Seq, bool) {
	out := &model.Par{Origin: e.origin(n, n.At)}
	over := false
	sc.pars++
	walk := func() bool {
		for i := range n.Threads {
			before := e.enterThread(out)
			body, o := e.block(n.Threads[i].Items, sc)
			e.failures.thread = before
			over = over || o
			if !e.charge(1, n.Threads[i].At) {
				return false
			}
			out.Threads = append(out.Threads, body)
		}
		return true
	}
	if n.For != nil {
		e.rounds(n.For, sc, "the members of `par for`", walk)
	} else {
		walk()
	}
	sc.pars--
	if len(out.Threads) == 0 {
		return nil, false
	}
	if e.concrete {
		e.failures.pars = append(e.failures.pars, out)
	}
	return model.Seq{out}, over
}

func (e *elaborator) forLoop(n *For, sc *scopeEnv) (seq model.Seq, over bool) {
	e.rounds(&n.Head, sc, "this `for`", func() bool {
		body, o := e.block(n.Body.Items, sc)
		seq = append(seq, body...)
		over = o
		return !o // what follows a round that goes nowhere is not reached
	})
	return seq, over && e.concrete
}

// rounds walks something for each value of a loop variable, until it says no. The
// first walk does it once, without a value.
func (e *elaborator) rounds(h *ForHead, sc *scopeEnv, what string, walk func() bool) {
	if h.Array.Name != "" {
		e.arrayRounds(h, sc, what, walk)
		return
	}
	var low, high int64
	state := indexBad
	if h.Low != nil && h.High != nil {
		var s1, s2 indexState
		low, s1 = e.loopEnd(h.Low, sc)
		high, s2 = e.loopEnd(h.High, sc)
		state = max(s1, s2)
	}
	if !e.concrete {
		e.enterLoop(h.Var, sc, loopVar{})
		walk()
		sc.leaveLoop()
		return
	}
	if state != indexKnown || low > high {
		return
	}
	e.unfolding = append(e.unfolding, unfoldFrame{h.At, fmt.Sprintf("%s from %d to %d", what, low, high)})
	if uint64(high-low) >= maxStatements {
		e.charge(maxStatements+1, h.At)
	}
	for i := low; !e.stopped; i++ {
		e.enterLoop(h.Var, sc, loopVar{known: true, value: i})
		more := e.charge(1, h.At) && walk()
		sc.leaveLoop()
		if !more || i == high {
			break
		}
	}
	e.unfolding = e.unfolding[:len(e.unfolding)-1]
}

func (e *elaborator) loopEnd(x Expr, sc *scopeEnv) (int64, indexState) {
	const what = "the end of a range"
	o := e.typed(x, exprScope{sc: sc, what: what}, valueType{kind: typeInt}, what)
	if v, ok := o.constant(); ok {
		return v, indexKnown
	}
	return 0, indexBad
}

func (e *elaborator) arrayRounds(h *ForHead, sc *scopeEnv, what string, walk func() bool) {
	v := e.roleName(h.Array, sc, true)
	if v.ok && !v.open && !v.array {
		e.fail(diag.NotAnArray, h.Array.At, "name an array, or a range such as `0..2`", "`%s` is one role, not an array", v.name)
		v = roleVal{}
	}
	if !e.concrete {
		member := roleVal{}
		switch {
		case v.open:
			member = roleVal{ok: true, open: true, name: h.Var.Name}
		case v.ok:
			member = roleVal{ok: true, name: h.Var.Name, some: e.roles[e.modelRoles[v.ids[0]].Array]}
		}
		e.enterLoop(h.Var, sc, loopVar{member: &member})
		walk()
		sc.leaveLoop()
		return
	}
	if !v.ok {
		return
	}
	e.unfolding = append(e.unfolding, unfoldFrame{h.At, fmt.Sprintf("%s over %s", what, roleCount(len(v.ids)))})
	for i, id := range v.ids {
		member := e.member(v.ids[i : i+1])
		e.enterLoop(h.Var, sc, loopVar{known: true, value: int64(e.modelRoles[id].Index), member: &member})
		more := e.charge(1, h.At) && walk()
		sc.leaveLoop()
		if !more || e.stopped {
			break
		}
	}
	e.unfolding = e.unfolding[:len(e.unfolding)-1]
}

func (e *elaborator) loop(n *Loop, sc *scopeEnv) model.Seq {
	at := e.oneRole(n.Decider, sc)
	out := &model.Loop{Origin: e.origin(n, n.At)}
	e.enterRepetition(true)
	out.Body, _ = e.block(n.Body.Items, sc)
	e.leaveRepetition()
	if id, ok := at.known(); ok {
		out.At = id
		return model.Seq{out}
	}
	return nil
}

func (e *elaborator) repeat(n *Repeat, sc *scopeEnv) (seq model.Seq, over bool) {
	count, ok := e.constant(n.Count, sc, "the number of rounds")
	if ok && count < 0 {
		e.fail(diag.NegativeCount, n.Count.Pos(), "repeat 0 times or more often", "nothing can be repeated %d times", count)
		ok = false
	}
	if !e.concrete {
		e.block(n.Body.Items, sc)
		return nil, false
	}
	if !ok {
		return nil, false
	}
	e.unfolding = append(e.unfolding, unfoldFrame{n.At, fmt.Sprintf("this `repeat` of %d rounds", count)})
	if count > maxStatements {
		e.charge(maxStatements+1, n.At)
	}
	for i := int64(0); i < count && !over && e.charge(1, n.At); i++ {
		var body model.Seq
		body, over = e.block(n.Body.Items, sc)
		seq = append(seq, body...)
	}
	e.unfolding = e.unfolding[:len(e.unfolding)-1]
	return seq, over
}

func (e *elaborator) rec(n *Rec, sc *scopeEnv) (model.Seq, bool) {
	for _, r := range sc.recs {
		if r.ident.Name == n.Label.Name && n.Label.Name != "" {
			e.failWith(diag.DeclaredTwice, n.Label.At, r.ident.At, "the outer one", "give one of them another name",
				"`rec %s` stands inside another `rec %s`", n.Label.Name, n.Label.Name)
		}
	}
	out := &model.Rec{Name: n.Label.Name, Origin: e.origin(n, n.At)}
	sc.recs = append(sc.recs, recLabel{n.Label, out, sc.pars, e.enterRepetition(false)})
	var over bool
	out.Body, over = e.block(n.Body.Items, sc)
	e.leaveRepetition()
	sc.recs = sc.recs[:len(sc.recs)-1]
	return model.Seq{out}, over
}

// jump walks a `continue`.
func (e *elaborator) jump(n *Continue, sc *scopeEnv) (model.Seq, bool) {
	origin := e.origin(n, n.At)
	if n.Label.Name == "" {
		return nil, false
	}
	for i := len(sc.recs) - 1; i >= 0; i-- {
		r := sc.recs[i]
		if r.ident.Name != n.Label.Name {
			continue
		}
		if r.pars != sc.pars {
			e.failWith(diag.ContinueLeavesPar, n.At, r.ident.At, "the `rec` stands outside the `par`",
				"put the `rec` inside the thread, or the `par` into a protocol of its own part of the round",
				"`continue %s` would leave a thread of a `par`", n.Label.Name)
			return nil, false
		}
		r.rounds.again = true
		return model.Seq{&model.Continue{Target: r.rec, Origin: origin}}, true
	}
	if e.fresh(diag.UnknownLabel, n.Label.At) && !e.inDamage(n.Label.Name) {
		d := diag.Diagnostic{
			Code: diag.UnknownLabel, Message: fmt.Sprintf("no `rec %s` stands around this `continue`", n.Label.Name),
			Primary: diag.Label{Span: n.Label.At}, Help: fmt.Sprintf("put it into a block `rec %s { .. }`", n.Label.Name),
		}
		var list []candidate
		for _, r := range sc.recs {
			list = append(list, candidate{r.ident.Name, r.ident.At})
		}
		e.suggest(&d, n.Label.Name, list)
		e.add(d)
	}
	return nil, false
}

func (e *elaborator) let(n *Let, sc *scopeEnv) model.Seq {
	origin := e.origin(n, n.At)
	if !e.concrete {
		e.interactions = append(e.interactions, origin)
	}
	owner := e.oneRole(n.Owner, sc)
	v, ok := e.variable(n.Var, owner, sc)
	if !ok {
		e.expr(n.Value, exprScope{sc: sc, owner: &owner}, valueType{})
		return nil
	}
	o := e.typed(n.Value, exprScope{sc: sc, owner: &owner}, v.typ, fmt.Sprintf("the value of `%s`", n.Var.Name))
	if id, known := owner.known(); known && o.x != nil {
		return model.Seq{&model.Let{At: id, Var: v.id, Value: o.x, Origin: origin}}
	}
	return nil
}

func (e *elaborator) end(n *End, sc *scopeEnv) model.Seq {
	origin := e.origin(n, n.At)
	if id, ok := e.oneRole(n.Owner, sc).known(); ok {
		return model.Seq{&model.End{At: id, Origin: origin}}
	}
	return nil
}
