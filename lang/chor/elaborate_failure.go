package chor

import "chorcheck/lang/diag"

// notChecked rejects a construct of failures at its first word.
func (e *elaborator) notChecked(at Span, word, what, help string) {
	if at.Len() > len(word) {
		at.End = at.Start + len(word)
	}
	e.fail(diag.NotChecked, at, help, "this version of chorcheck does not check %s yet", what)
}

// failure rejects a statement about failures. What stands inside is resolved all
// the same, so that other mistakes appear at once.
func (e *elaborator) failure(it Item, sc *scopeEnv) {
	switch n := it.(type) {
	case *Wait:
		e.notChecked(n.At, "wait", "`wait`", "leave the delay out: untimed checking allows any delay before any step")
		e.oneRole(n.Owner, sc)
	case *Raise:
		e.notChecked(n.At, "raise", "`raise`", "end the branch with ordinary messages that tell the others of the failure")
		e.oneRole(n.Owner, sc)
	case *Within:
		e.notChecked(n.At, "within", "timers", "model the time-out as a `choice` of the role that waits")
		e.oneRole(n.Owner, sc)
		e.block(n.Body.Items, sc)
	case *Try:
		e.notChecked(n.At, "try", "scopes with exception handlers", "write the failure as a branch of a `choice`")
		e.block(n.Body.Items, sc)
		for _, h := range n.Handlers {
			if h.Crashed != nil {
				e.oneRole(*h.Crashed, sc)
			}
			e.oneRole(h.Owner, sc)
			e.block(h.Body.Items, sc)
		}
		if n.Finally != nil {
			e.block(n.Finally.Items, sc)
		}
		for _, i := range n.Ignores {
			e.oneRole(i.Owner, sc)
		}
	}
}

// rejectDeclaration reports declarations of failures, and declarations in a block.
func (e *elaborator) rejectDeclaration(it Item, sc *scopeEnv) {
	if e.depth > 0 && isDeclaration(it) {
		if _, bad := it.(*BadItem); !bad {
			e.fail(diag.NestedDeclaration, it.Pos(), "move it to the top of the text", "a declaration cannot stand inside a block")
		}
		return
	}
	switch n := it.(type) {
	case *ExceptionDecl:
		e.notChecked(n.At, "exception", "exceptions", "remove the declaration, and tell of the failure by messages")
	case *PropertyDecl:
		e.notChecked(n.At, "property", "properties", "remove the property: the built-in checks are done without one")
	case *EnvironmentDecl:
		e.notChecked(n.At, "environment", "environments", "remove the environment: the choreography is checked without faults")
		for _, c := range n.Clauses {
			e.faultClause(c, sc)
		}
	}
}

// faultClause resolves the roles of one line of an environment.
func (e *elaborator) faultClause(c FaultClause, sc *scopeEnv) {
	ends := func(ref RoleRef) roleVal {
		if ref.Any || ref.Name.Name == "" {
			return roleVal{}
		}
		return e.role(ref, sc, true)
	}
	a, b := ends(c.Role), ends(c.Peer)
	if x, ok := a.known(); ok {
		if y, ok := b.known(); ok && x == y {
			e.fail(diag.SendToItself, c.Peer.At, "name two different roles", "`%s` has no channel to itself", a.name)
		}
	}
	for _, g := range c.Groups {
		for _, ref := range g {
			ends(ref)
		}
	}
	if c.Limit != nil {
		if n, ok := e.constant(c.Limit, sc, "the number of faults"); ok && n < 0 {
			e.fail(diag.NegativeCount, c.Limit.Pos(), "allow 0 faults or more", "there cannot be at most %d faults", n)
		}
	}
}
