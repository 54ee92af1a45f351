package chor

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestRandomTrees prints trees that no text stood behind, and parses them again.
func TestRandomTrees(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tree := &File{Items: anyItems(t, 3, true)}
		text := Format(tree)
		again, diags := parseText(text)
		require.Empty(t, diags, "%s", text)
		require.Equal(t, withoutBrackets(dump(tree)), withoutBrackets(dump(again)), "%s", text)
		require.Equal(t, text, Format(again))
	})
}

// withoutBrackets removes what the printer has to add to a tree without them,
// and the difference between no list and an empty one.
func withoutBrackets(text string) string {
	for {
		i := strings.Index(text, "Paren(")
		if i < 0 {
			return text
		}
		depth, j := 0, i+len("Paren")
		for ; ; j++ {
			if text[j] == '(' {
				depth++
			} else if text[j] == ')' {
				if depth--; depth == 0 {
					break
				}
			}
		}
		text = text[:i] + strings.TrimSuffix(text[i+len("Paren("):j], " ") + text[j+1:]
	}
}

func anyName(t *rapid.T) Ident {
	return Ident{Name: rapid.SampledFrom([]string{"A", "B", "x", "n", "late", "fifo", "again_", "été", "crash_", "discard", "agreed_", "ignore_", "_1"}).Draw(t, "name")}
}

// anyLabel is the name of a message, which may be a keyword.
func anyLabel(t *rapid.T) Ident {
	return Ident{Name: rapid.SampledFrom([]string{"m", "end", "or", "at", "choice", "late", "true", "on", "role"}).Draw(t, "label")}
}

func anyList[T any](t *rapid.T, least int, element func(*rapid.T) T) []T {
	var out []T
	for range rapid.IntRange(least, least+2).Draw(t, "length") {
		out = append(out, element(t))
	}
	return out
}

func anyRole(t *rapid.T) RoleRef {
	r := RoleRef{Name: anyName(t)}
	if rapid.IntRange(0, 3).Draw(t, "index") == 0 {
		r.Index = anyExpr(t, 2)
	}
	return r
}

func anyFaultRole(t *rapid.T) RoleRef {
	if rapid.IntRange(0, 3).Draw(t, "any") == 0 {
		return RoleRef{Any: true}
	}
	return anyRole(t)
}

func anyExpr(t *rapid.T, depth int) Expr {
	n := 5
	if depth == 0 {
		n = 2
	}
	switch rapid.IntRange(0, n).Draw(t, "expression") {
	case 0:
		return &Name{anyName(t)}
	case 1:
		return &Int{Value: rapid.Int64Range(0, 9).Draw(t, "number")}
	case 2:
		return &Bool{Value: rapid.Bool().Draw(t, "bool")}
	case 3:
		return &Unary{Op: rapid.SampledFrom([]string{"-", "not"}).Draw(t, "sign"), X: anyExpr(t, depth-1)}
	}
	op := rapid.SampledFrom([]string{"+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "and", "or"}).Draw(t, "operator")
	return &Binary{Op: op, X: anyExpr(t, depth-1), Y: anyExpr(t, depth-1)}
}

func anyBlock(t *rapid.T, depth int) Block { return Block{Items: anyItems(t, depth-1, false)} }

func anyItems(t *rapid.T, depth int, top bool) []Item {
	if depth < 0 {
		return nil
	}
	var items []Item
	for range rapid.IntRange(0, 4).Draw(t, "items") {
		if top && rapid.Bool().Draw(t, "declaration") {
			items = append(items, anyDecl(t, depth))
		} else {
			items = append(items, anyStatement(t, depth))
		}
	}
	return items
}

func anyDiscipline(t *rapid.T) Discipline {
	d := Discipline{Kind: Ident{Name: "fifo"}}
	if rapid.Bool().Draw(t, "capacity") {
		d.Capacity = anyExpr(t, 2)
	}
	return d
}

func anyType(t *rapid.T) Type {
	switch rapid.IntRange(0, 2).Draw(t, "type") {
	case 0:
		return &BoolType{}
	case 1:
		return &EnumType{Names: anyList(t, 1, anyName)}
	}
	return &RangeType{Low: anyExpr(t, 2), High: anyExpr(t, 2)}
}

func anyDecl(t *rapid.T, depth int) Item {
	switch rapid.IntRange(0, 8).Draw(t, "declaration") {
	case 0:
		return &ChoreographyDecl{Name: anyName(t)}
	case 1:
		return &ParamDecl{Name: anyName(t), Value: anyExpr(t, 3)}
	case 2:
		return &RoleDecl{Roles: anyList(t, 1, func(t *rapid.T) RoleName {
			r := anyRole(t)
			return RoleName{Name: r.Name, Size: r.Index}
		})}
	case 3:
		return &ChannelsDecl{Discipline: anyDiscipline(t)}
	case 4:
		return &ChannelDecl{From: anyRole(t), To: anyRole(t), Discipline: anyDiscipline(t)}
	case 5:
		d := &VarDecl{Names: anyList(t, 1, anyName), Owner: anyRole(t), Type: anyType(t)}
		if rapid.Bool().Draw(t, "value") {
			d.Value = anyExpr(t, 3)
		}
		return d
	case 6:
		return &ExceptionDecl{Names: anyList(t, 1, anyName)}
	case 7:
		return &ProtocolDecl{Name: anyName(t), Params: anyList(t, 0, anyName), Body: anyBlock(t, depth)}
	}
	return &EnvironmentDecl{Name: anyName(t), Clauses: anyList(t, 0, anyFault)}
}

func anyFault(t *rapid.T) FaultClause {
	c := FaultClause{Kind: Ident{Name: rapid.SampledFrom(faultKinds()).Draw(t, "kind")}}
	switch c.Kind.Name {
	case "crash":
		c.Recovers = rapid.Bool().Draw(t, "recovers")
		c.Role = anyFaultRole(t)
	case "silence":
		c.Role = anyFaultRole(t)
	case "partition":
		c.Groups = anyList(t, 2, func(t *rapid.T) []RoleRef { return anyList(t, 1, anyFaultRole) })
	case "raise":
		c.Name, c.Role = anyName(t), anyFaultRole(t)
	case "stray":
		c.Name, c.Role, c.Peer = anyLabel(t), anyFaultRole(t), anyFaultRole(t)
	case "at":
		c.Limit = anyExpr(t, 2)
		if rapid.Bool().Draw(t, "of") {
			c.Name = Ident{Name: rapid.SampledFrom([]string{"crash", "raise", "loss"}).Draw(t, "of")}
		}
	default:
		c.Role, c.Peer = anyFaultRole(t), anyFaultRole(t)
	}
	if rapid.Bool().Draw(t, "during") {
		c.During = anyName(t)
	}
	return c
}

func anyForHead(t *rapid.T) *ForHead {
	if rapid.Bool().Draw(t, "array") {
		return &ForHead{Var: anyName(t), Array: anyName(t)}
	}
	return &ForHead{Var: anyName(t), Low: anyExpr(t, 2), High: anyExpr(t, 2)}
}

func anyStatement(t *rapid.T, depth int) Item {
	switch rapid.IntRange(0, 16).Draw(t, "statement") {
	case 0:
		return &Choice{Decider: anyRole(t), Branches: anyList(t, 1, func(t *rapid.T) Branch {
			b := Branch{Body: anyBlock(t, depth)}
			switch rapid.IntRange(0, 2).Draw(t, "guard") {
			case 0:
				b.When = anyExpr(t, 3)
			case 1:
				b.Otherwise = true
			}
			return b
		})}
	case 1:
		return &Choice{Decider: anyRole(t), For: anyForHead(t), Branches: []Branch{{Body: anyBlock(t, depth)}}}
	case 2:
		return &Par{Threads: anyList(t, 1, func(t *rapid.T) Block { return anyBlock(t, depth) })}
	case 3:
		return &Par{For: anyForHead(t), Threads: []Block{anyBlock(t, depth)}}
	case 4:
		return &For{Head: *anyForHead(t), Body: anyBlock(t, depth)}
	case 5:
		return &Loop{Decider: anyRole(t), Body: anyBlock(t, depth)}
	case 6:
		return &Repeat{Count: anyExpr(t, 2), Body: anyBlock(t, depth)}
	case 7:
		return &Rec{Label: anyName(t), Body: anyBlock(t, depth)}
	case 8:
		return &Continue{Label: anyName(t)}
	case 9:
		return &Let{Var: anyName(t), Value: anyExpr(t, 3), Owner: anyRole(t)}
	case 10:
		return &Wait{Length: Duration{Text: "5s"}, Owner: anyRole(t)}
	case 11:
		if rapid.Bool().Draw(t, "again") {
			return &Raise{Again: true, Owner: anyRole(t)}
		}
		return &Raise{Exception: anyName(t), Owner: anyRole(t)}
	case 12:
		w := &Within{Timer: anyName(t), Owner: anyRole(t), Body: anyBlock(t, depth)}
		if rapid.Bool().Draw(t, "length") {
			w.Length = &Duration{Text: "250ms"}
		}
		return w
	case 13:
		return anyTry(t, depth)
	case 14:
		return &Perform{Protocol: anyName(t), Args: anyList(t, 0, anyRole)}
	case 15:
		return &End{Owner: anyRole(t)}
	}
	return &Interaction{From: anyRole(t), To: anyList(t, 1, anyRole), Label: anyLabel(t), Payload: anyList(t, 0, func(t *rapid.T) Store {
		return Store{Var: anyName(t), Value: anyExpr(t, 3)}
	})}
}

func anyTry(t *rapid.T, depth int) Item {
	s := &Try{Body: anyBlock(t, depth), DiscardLate: rapid.Bool().Draw(t, "late"), Agreed: rapid.Bool().Draw(t, "agreed")}
	if rapid.Bool().Draw(t, "named") {
		s.Name = anyName(t)
	}
	s.Handlers = anyList(t, 0, func(t *rapid.T) Handler {
		h := Handler{Owner: anyRole(t), Body: anyBlock(t, depth)}
		switch rapid.IntRange(0, 2).Draw(t, "handler") {
		case 0:
			h.Any = true
		case 1:
			r := anyRole(t)
			h.Crashed = &r
		default:
			h.Exception = anyName(t)
		}
		return h
	})
	if rapid.Bool().Draw(t, "finally") {
		b := anyBlock(t, depth)
		s.Finally = &b
	}
	s.Ignores = anyList(t, 0, func(t *rapid.T) Ignore { return Ignore{Label: anyLabel(t), Owner: anyRole(t)} })
	return s
}
