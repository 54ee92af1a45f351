package verify

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"chorcheck/lts"
	"chorcheck/model"
)

// The failure coverage matrix of docs/coverage.md. Each strike is a transition of
// the system from one configuration to another one; what becomes of it is what can be
// reached by steps from there: which handlers, and which bad ends. Both are sets
// that only grow against the direction of the steps, so that one pass over the
// strongly connected components, the last ones first, computes them.

const (
	// mostJudged bounds the configurations of a space whose strikes are judged,
	// mostListed those that are looked at where judging is not possible anyhow.
	mostJudged = 3_000_000
	mostListed = 20_000
	// mostSetWords bounds the memory of the sets, in words.
	mostSetWords = 1 << 25
)

// matrix collects the cells of the coverage matrix over the environments.
type matrix struct {
	automata *model.Automata
	on       bool
	canFail  bool
	cells    map[cellKey]*CoverageCell
	handlers []model.HandlerRef
	nexts    [][]model.Origin // by role and local state: the place of what the role would do next
}

type cellKey struct {
	kind   int // of a fault, then timeouts, then exceptions
	detail string
	role   model.RoleID
	peer   model.RoleID
	place  model.Origin
}

// Rows that are no faults of an environment.
const (
	rowTimeout = int(model.FaultKinds) + iota
	rowException
)

func newMatrix(a *model.Automata, opt Options) *matrix {
	m := &matrix{automata: a, on: opt.Coverage, cells: map[cellKey]*CoverageCell{}}
	for s, scope := range a.Scopes {
		for h := range scope.Handlers {
			m.handlers = append(m.handlers, model.HandlerRef{Scope: model.ScopeID(s), Part: h + 1})
		}
	}
	if m.on {
		m.findNexts()
	}
	m.canFail = anyTransition(a, func(t *model.Transition) bool { return t.Kind == model.Timeout || t.Kind == model.Raise })
	for _, env := range opt.Environments {
		m.canFail = m.canFail || len(env.Faults) > 0
	}
	return m
}

// coverage is the finished matrix; nil if it was not asked for or nothing can fail.
func (m *matrix) coverage() *Coverage {
	if !m.on || !m.canFail {
		return nil
	}
	keys := make([]cellKey, 0, len(m.cells))
	for k := range m.cells {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(x, y cellKey) int {
		return cmp.Or(cmp.Compare(x.kind, y.kind), cmp.Compare(x.role, y.role), cmp.Compare(x.peer, y.peer),
			cmp.Compare(x.place, y.place), cmp.Compare(x.detail, y.detail))
	})
	c := &Coverage{}
	for _, k := range keys {
		c.Cells = append(c.Cells, *m.cells[k])
	}
	return c
}

// add looks at all strikes in one environment.
func (m *matrix) add(v *verifier) {
	if !m.on || !m.canFail {
		return
	}
	v.phase("judging what becomes of failures")
	if v.diagrams != nil {
		strikes, judge := v.diagrams.strikes(m)
		m.enter(v, strikes, judge)
		return
	}
	limit := mostJudged
	if v.unsure() != "" || v.space.States > mostJudged {
		limit = mostListed
	}
	ctx := v.ctx
	if limit == mostListed {
		// That is so little that it may be done after the time is over.
		ctx = context.WithoutCancel(ctx)
	}
	g := newStepGraph(ctx, v.net, v.net, limit, v.spareMemory())
	var judge *judge
	if v.unsure() == "" && g.complete {
		judge = newJudge(m, v.net, g)
	}
	strikes := map[cellKey]*strike{}
	for i := range g.explored() {
		for e := g.start[i]; e < g.start[i+1]; e++ {
			info := v.net.Action(g.action[e])
			k, is := m.cell(v.net, v.env, g.state(i), info)
			if !is {
				continue
			}
			s := strikes[k]
			if s == nil {
				s = &strike{}
				if judge != nil {
					s.ends = make([]uint64, judge.size)
				}
				strikes[k] = s
			}
			if judge != nil {
				judge.add(s.ends, g.action[e], int(g.to[e]))
			}
		}
	}
	m.enter(v, strikes, judge)
}

// enter adds the strikes of one environment to the matrix; judge is nil if nothing can be said of them.
func (m *matrix) enter(v *verifier, strikes map[cellKey]*strike, judge *judge) {
	for k, s := range strikes { // one entry for each cell: the order does not matter
		c := m.cells[k]
		if c == nil {
			c = &CoverageCell{Fault: rowName(k.kind), Detail: k.detail, Role: k.role, Peer: k.peer, Place: k.place}
			m.cells[k] = c
		}
		out := Strike{Environment: v.env.Name, Status: Unjudged}
		if judge != nil {
			out.Status, out.Handlers, out.Finding = judge.verdict(s.ends)
		}
		c.Strikes = append(c.Strikes, out)
	}
}

func rowName(kind int) string {
	switch kind {
	case rowTimeout:
		return "timeout"
	case rowException:
		return "exception"
	}
	return model.FaultKind(kind).String()
}

// strike is what can become of one cell in one environment.
type strike struct{ ends []uint64 }

// cell says where in the matrix an action from a configuration belongs.
func (m *matrix) cell(net *model.Network, env *model.Environment, s lts.State, info model.ActionInfo) (cellKey, bool) {
	a := m.automata
	if info.Heals {
		return cellKey{}, false
	}
	if info.Fault < 0 {
		if info.Transition < 0 {
			return cellKey{}, false
		}
		t := &a.Machines[info.Role].Transitions[info.Transition]
		k := cellKey{role: info.Role, peer: -1}
		switch t.Kind {
		case model.Timeout:
			k.kind, k.detail, k.place = rowTimeout, a.Timers[t.Timer].Name, m.next(net, s, info.Role)
		case model.Raise:
			k.kind, k.detail, k.place = rowException, a.Exceptions[t.Exception].Name, t.Origins[0]
		default:
			return cellKey{}, false
		}
		return k, true
	}
	f := env.Faults[info.Fault]
	k := cellKey{kind: int(f.Kind), role: f.Role, peer: -1}
	switch f.Kind {
	case model.Loss, model.Duplicate, model.Reorder:
		k.peer = f.Peer
		k.place = a.Machines[f.Role].Transitions[info.Transition].Origins[0]
	case model.Stray:
		k.peer, k.detail = f.Peer, a.Labels[f.Label]
	case model.RaiseFault:
		k.detail, k.place = a.Exceptions[f.Exception].Name, m.next(net, s, f.Role)
	case model.Disconnect:
		k.peer, k.place = f.Peer, m.next(net, s, f.Role)
	case model.Partition:
		// It strikes nobody by itself: it stands at the first role of the first group.
		k.role, k.detail = f.Groups[0][0], groups(a, f)
		k.place = m.next(net, s, k.role)
	default:
		k.place = m.next(net, s, f.Role)
	}
	return k, true
}

// next is the place of what a role would do next; 0 at its end, and if it does not take part any more.
func (m *matrix) next(net *model.Network, s lts.State, r model.RoleID) model.Origin {
	if control := net.Control(s, r); control >= 0 {
		return m.nexts[r][control]
	}
	return 0
}

// findNexts fills nexts: the first transition of a state decides.
func (m *matrix) findNexts() {
	for r := range m.automata.Machines {
		nexts := make([]model.Origin, len(m.automata.Machines[r].States))
		for _, t := range m.automata.Machines[r].Transitions {
			switch t.Kind {
			case model.Send, model.Receive, model.Internal, model.Raise:
				if nexts[t.From] == 0 {
					nexts[t.From] = t.Origins[0]
				}
			}
		}
		m.nexts = append(m.nexts, nexts)
	}
}

// judge knows, for each configuration, what can be reached from it by steps: a
// bit for each handler that can be entered, for each role that can end up waiting
// for ever, and for each role that can fail.
type judge struct {
	m      *matrix
	net    *model.Network
	roles  int
	size   int // words of a set
	of     []uint32
	sets   []uint64 // by component, size words each
	direct [][]int  // by action: the bits of the action itself
}

// newDirect makes a judge that knows what actions do, and nothing of configurations.
func newDirect(m *matrix, net *model.Network) *judge {
	j := &judge{m: m, net: net, roles: len(m.automata.Roles)}
	j.size = (len(m.handlers) + 2*j.roles + 63) / 64
	index := map[model.HandlerRef]int{}
	for i, h := range m.handlers {
		index[h] = i
	}
	for a := range net.Actions() {
		info := net.Action(lts.Action(a))
		var bits []int
		half := func(r model.RoleID, t int, fails bool) {
			if fails {
				bits = append(bits, j.failing(r))
			} else if t >= 0 {
				if h := m.automata.Machines[r].Transitions[t].Handler; h != nil {
					bits = append(bits, index[*h])
				}
			}
		}
		if info.Role >= 0 {
			half(info.Role, info.Transition, info.Fails || info.Uncaught)
		}
		if info.Peer >= 0 {
			half(info.Peer, info.PeerTransition, info.PeerFails)
		}
		j.direct = append(j.direct, bits)
	}
	return j
}

// newJudge is nil if the sets would be too large.
func newJudge(m *matrix, net *model.Network, g *stepGraph) *judge {
	j := newDirect(m, net)
	var count int
	j.of, count = g.components(net.IsStep)
	if count > mostSetWords/j.size {
		return nil
	}
	j.sets = make([]uint64, count*j.size)
	members := make([]uint32, len(j.of))
	ends := make([]uint32, count+1) // counting sort by component
	for _, c := range j.of {
		ends[c+1]++
	}
	for c := range count {
		ends[c+1] += ends[c]
	}
	next := slices.Clone(ends)
	for i, c := range j.of {
		members[next[c]] = uint32(i)
		next[c]++
	}
	moves := make([]bool, j.roles)
	for c := range count {
		set := j.set(c)
		bottom := true
		clear(moves)
		for _, i := range members[ends[c]:ends[c+1]] {
			for e := g.start[i]; e < g.start[i+1]; e++ {
				if !net.IsStep(g.action[e]) {
					continue
				}
				for _, b := range j.direct[g.action[e]] {
					set[b/64] |= 1 << (b % 64)
				}
				for _, r := range participants(net.Action(g.action[e])) {
					moves[r] = true
				}
				if to := int(j.of[g.to[e]]); to != c {
					bottom = false
					for w, bits := range j.set(to) {
						set[w] |= bits
					}
				}
			}
		}
		if !bottom {
			continue
		}
		s := g.state(int(members[ends[c]]))
		for r := range j.roles {
			if role := model.RoleID(r); !moves[r] && net.Control(s, role) >= 0 && !isFinal(net, s, role) {
				b := j.waiting(role)
				set[b/64] |= 1 << (b % 64)
			}
		}
	}
	return j
}

func (j *judge) set(c int) []uint64 { return j.sets[c*j.size : (c+1)*j.size] }

func (j *judge) waiting(r model.RoleID) int { return len(j.m.handlers) + int(r) }

func (j *judge) failing(r model.RoleID) int { return len(j.m.handlers) + j.roles + int(r) }

// add takes in what can become of one strike: what it does itself, and what can be
// reached from its target.
func (j *judge) add(ends []uint64, a lts.Action, target int) {
	for w, bits := range j.set(int(j.of[target])) {
		ends[w] |= bits
	}
	for _, b := range j.direct[a] {
		ends[b/64] |= 1 << (b % 64)
	}
}

// verdict puts a set into a status.
func (j *judge) verdict(ends []uint64) (CoverageStatus, []model.HandlerRef, string) {
	has := func(b int) bool { return ends[b/64]>>(b%64)&1 != 0 }
	var handlers []model.HandlerRef
	for i, h := range j.m.handlers {
		if has(i) {
			handlers = append(handlers, h)
		}
	}
	var waiting, failing []string
	for r, role := range j.m.automata.Roles {
		if has(j.waiting(model.RoleID(r))) {
			waiting = append(waiting, role.Name)
		}
		if has(j.failing(model.RoleID(r))) {
			failing = append(failing, role.Name)
		}
	}
	finding := ""
	switch {
	case len(waiting) > 0 && len(failing) > 0:
		finding = fmt.Sprintf("%s can wait for ever, %s can fail", join(waiting), join(failing))
	case len(waiting) > 0:
		finding = join(waiting) + " can wait for ever"
	case len(failing) > 0:
		finding = join(failing) + " can fail"
	}
	switch {
	case finding == "" && len(handlers) > 0:
		return Handled, handlers, ""
	case finding == "":
		return Tolerated, nil, ""
	case len(handlers) > 0:
		return Partial, handlers, finding
	}
	return Unhandled, nil, finding
}
