package chor

import (
	"chorcheck/lang/diag"
)

func (p *parser) choice(t token) Item {
	s := &Choice{Decider: p.at("`choice`")}
	if p.acceptWord("for") {
		head := p.forHead()
		s.For = &head
		s.Branches = []Branch{p.branch(p.tok())}
		if p.isWord("or") {
			p.errorf(diag.ClauseOrder, p.tok().span(), "write the alternatives into another `choice`", "a `choice .. for` has one block, which stands for all members of the array")
			p.errAt = -1
			var rest Choice
			p.branches(&rest)
		}
	} else {
		s.Branches = []Branch{p.branch(p.tok())}
		p.branches(s)
	}
	s.node = p.since(t)
	return s
}

// branch parses `[when e | otherwise] { .. }`.
func (p *parser) branch(start token) Branch {
	var b Branch
	if p.acceptWord("when") {
		b.When = p.expr()
	} else if p.acceptWord("otherwise") {
		b.Otherwise = true
	}
	b.Body = p.block("the branch")
	b.node = p.since(start)
	return b
}

// branches parses what follows the first branch of a choice.
func (p *parser) branches(s *Choice) {
	for {
		t := p.tok()
		if t.kind != tWord || p.ahead(1).kind == tArrow {
			return
		}
		switch word := p.str(t); word {
		case "or":
			p.take()
			if p.isWord("else") && p.ahead(1).kind == tLBrace {
				p.errorf(diag.WrongClauseWord, p.tok().span(), "write `or otherwise`, or `or` alone", "there is no `else`")
				p.take()
			} else if n := p.tok(); n.kind == tWord && !n.has(fReserved) && !n.first() {
				p.branchTypo(n)
			}
		case "when", "otherwise":
			p.errorf(diag.WrongClauseWord, t.span(), "write `or "+word+"`", "the `or` between two branches is missing")
		case "and":
			p.errorf(diag.WrongClauseWord, t.span(), "write `or`", "the branches of a `choice` are joined by `or`, not by `and`")
			p.take()
		case "else", "elseif", "elsif", "elif":
			if !p.elseBranch(t, word, s) {
				return
			}
			continue
		default:
			return
		}
		s.Branches = append(s.Branches, p.branch(t))
	}
}

// branchTypo reports a misspelt `when` or `otherwise`.
func (p *parser) branchTypo(t token) {
	near := diag.Nearest(p.str(t), []string{"when", "otherwise"})
	if near == "" && p.str(t) == "if" {
		near = "when"
	}
	if near == "" {
		return
	}
	p.errorf(diag.MisspeltKeyword, t.span(), "write `"+near+"`", "%s is no word of the language, did you mean `%s`?", p.show(t), near)
	p.take()
	if near == "when" {
		p.expr()
	}
}

// elseBranch parses `else { .. }`, `else if e { .. }` and `elseif e { .. }`.
func (p *parser) elseBranch(t token, word string, s *Choice) bool {
	n := p.ahead(1)
	condition := word != "else"
	if !condition && n.kind != tLBrace {
		if !wordIs(p, n, "if") && !wordIs(p, n, "when") {
			return false
		}
		condition = true
	}
	b := Branch{}
	if condition {
		p.errorf(diag.WrongClauseWord, t.span(), "write `or when` and the condition", "there is no `%s`", clip(word))
		p.take()
		if word == "else" {
			p.take()
		}
		b.When = p.expr()
	} else {
		help := "write `or`"
		if len(s.Branches) > 0 && s.Branches[len(s.Branches)-1].When != nil {
			help = "write `or otherwise`"
			b.Otherwise = true
		}
		p.errorf(diag.WrongClauseWord, t.span(), help, "there is no `else`: the branches of a `choice` are joined by `or`")
		p.take()
	}
	b.Body = p.block("the branch")
	b.node = p.since(t)
	s.Branches = append(s.Branches, b)
	return true
}

func (p *parser) par(t token) Item {
	s := &Par{}
	if p.acceptWord("for") {
		head := p.forHead()
		s.For = &head
	} else if p.isWord("at") {
		p.errorf(diag.UnexpectedText, p.tok().span(), "remove `at` and the role", "`par` belongs to no role: nobody decides anything")
		p.take()
		p.roleRef("the role after `at`")
	}
	s.Threads = []Block{p.block("`par`")}
	for {
		t := p.tok()
		if t.kind != tWord || p.ahead(1).kind == tArrow {
			break
		}
		word := p.str(t)
		if word != "and" && !((word == "or" || word == "par" || word == "with") && p.ahead(1).kind == tLBrace && !t.first()) {
			break
		}
		if word != "and" {
			p.errorf(diag.WrongClauseWord, t.span(), "write `and`", "the threads of a `par` are joined by `and`, not by `%s`", word)
		}
		p.take()
		b := p.block("the thread")
		if s.For != nil {
			p.errAt = -1
			p.errorf(diag.ClauseOrder, t.span(), "write the other threads into another `par`", "a `par for` has one block, which stands for all members of the array")
			continue
		}
		s.Threads = append(s.Threads, b)
	}
	s.node = p.since(t)
	return s
}
