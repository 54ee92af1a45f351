package model

import "chorcheck/lts"

// Roles that exchange messages, directly or through others, are in one part of a network.
// Where nothing fails and no scopes are kept track of, nothing else connects them.

type division struct {
	ofAction []int
	masks    [][]uint64 // by part: its bits of each word
}

// Parts implements lts.Divisible.
func (n *Network) Parts() lts.Parts {
	if n.general != nil {
		return nil
	}
	up := make([]RoleID, len(n.locals))
	for r := range up {
		up[r] = RoleID(r)
	}
	find := func(r RoleID) RoleID {
		for up[r] != r {
			r = up[r]
		}
		return r
	}
	for _, m := range n.flat.messages {
		up[find(m.From)] = find(m.To)
	}
	number := map[RoleID]int{}
	of := make([]int, len(up))
	for r := range up {
		root := find(RoleID(r))
		if _, ok := number[root]; !ok {
			number[root] = len(number)
		}
		of[r] = number[root]
	}
	if len(number) < 2 {
		return nil
	}
	p := &division{masks: make([][]uint64, len(number))}
	for i := range p.masks {
		p.masks[i] = make([]uint64, n.width)
	}
	add := func(part int, f field) { p.masks[part][f.word] |= f.mask << f.shift }
	for r := range n.locals {
		add(of[r], n.locals[r].field)
	}
	for _, q := range n.queues {
		for _, f := range q.fields {
			add(of[q.to], f)
		}
	}
	for _, a := range n.actions {
		p.ofAction = append(p.ofAction, of[a.Role])
	}
	return p
}

func (p *division) Part(a lts.Action) int { return p.ofAction[a] }

// Moved: the initial configuration is all zeros.
func (p *division) Moved(s lts.State) int {
	for i, masks := range p.masks {
		for w, m := range masks {
			if s[w]&m != 0 {
				return i
			}
		}
	}
	return -1
}
