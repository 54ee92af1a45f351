package model

import (
	"fmt"
	"slices"
)

// Projection turns a choreography into one machine per role, in four steps:
//
//  1. the role's part is read off the tree as a non-deterministic graph in which
//     whatever the role does not take part in is a silent edge (threads.go shows
//     what becomes of par);
//  2. silent edges are closed over and the graph is made deterministic over
//     receives (determinise.go): where others decide, the role offers the union of
//     the branches, and where it decides itself, its alternatives stay apart;
//  3. states that no action tells apart are merged (bisimulation.go);
//  4. states are numbered breadth-first, so that the result is canonical.
//
// The projection is total: a choreography that cannot be realised yields automata
// all the same, and the checks show what goes wrong. docs/projection.md has the
// rules in full.

// MaxLocalStates is the greatest number of local states that a projected role may
// have, before and after its threads are interleaved.
const MaxLocalStates = 100_000

// Ambiguity says that a role cannot know something that its part depends on.
type Ambiguity struct {
	Kind   AmbiguityKind
	Role   RoleID
	Act    Origin // what the role would do; AmbiguousTimer: the `within`
	Other  Origin // what it would do, or where it ends, if the other branch was taken; may be 0
	Choice Origin // the choice or loop that others decide; 0 if it lies further back
}

// AmbiguityKind says what a role cannot know.
type AmbiguityKind uint8

// The kinds of ambiguities.
const (
	// AmbiguousAct: it has to act first in a branch that it cannot know to have
	// been chosen. Its automaton may act there or not.
	AmbiguousAct AmbiguityKind = iota
	// AmbiguousStores: two receives of one message, which only their variables
	// tell apart, are possible in one state. The automaton takes one of them by chance.
	AmbiguousStores
	// AmbiguousTimer: others decide whether it enters the block of a timer, which
	// counts as armed.
	AmbiguousTimer
	// AmbiguousInterrupt: a receive of the body of a scope and an interrupt take
	// the same message. Both are possible.
	AmbiguousInterrupt
)

// Project makes one machine for each role. The error is a *LimitError.
func Project(c *Choreography) (*Automata, []Ambiguity, error) {
	a := &Automata{Name: c.Name, Roles: c.Roles, Labels: c.Labels, Vars: c.Vars, Channels: c.Channels, Structure: c.Structure}
	a.Machines = make([]Machine, len(c.Roles))
	parts := findParts(c)
	senders := findSenders(c)
	positions := make(map[Position]PositionID, len(c.Positions))
	for i, q := range c.Positions {
		positions[q] = PositionID(i)
	}
	var ambiguities []Ambiguity
	for r := range c.Roles {
		p := newProjector(&projector{choreography: c, role: RoleID(r), parts: parts, senders: senders, positions: positions, alike: newAlike()})
		done := p.add(graphNode{accept: true})
		start, err := done, error(nil)
		if slices.ContainsFunc(c.Body, p.takesPart) {
			start, err = p.seq(c.Body, done)
		}
		if err == nil {
			var d *determinised
			if d, err = determinise(p, start); err == nil {
				p.addIgnores(d)
				a.Machines[r] = minimise(d)
				ambiguities = append(ambiguities, d.ambiguities...)
				continue
			}
		}
		return nil, nil, &LimitError{
			Message: fmt.Sprintf("the part of %s in this choreography has more than %d local states", c.Roles[r].Name, MaxLocalStates),
			Help:    "make parameters or role arrays smaller, or let fewer threads of a par run at once",
			Origins: []Origin{c.Roles[r].Origin},
		}
	}
	return a, ambiguities, nil
}

// graphNode is a node of the non-deterministic graph of one role's part.
type graphNode struct {
	accept bool // the role's part, or its thread, may be over here
	ended  bool // after `end`: the part is over, with all its threads
	halts  bool // another role raises an exception here: only an interrupt leads on
	ends   bool // the end of a part of a scope: the role is still in it, and may be interrupted
	// A node has silent edges, or actions, or is a decision of the role itself.
	silent  []silentEdge
	actions []action
	decides bool // the silent edges are the branches of the role's own decision
	origin  Origin
	ctx     *scopeContext
	in      []PositionID // of threads: where they may be
	// Of threads: the crashes that one of them takes wherever it may be, and those that
	// one has taken wherever it may be over.
	held, passed []ExceptionID
	// handlerEnd is the handler that ends here.
	handlerEnd HandlerRef
}

// point reports whether the role's next action may be one of this node: it is not
// only on the way, as it is where all threads are over and only something in their
// scopes can still strike.
func (n *graphNode) point() bool {
	return n.decides || n.halts || slices.ContainsFunc(n.actions, func(a action) bool { return a.label.ordinary() })
}

type silentEdge struct {
	to     int
	guard  *Expr  // of a branch of the role's own decision
	origin Origin // of that branch
	deed   int    // what the role does in it, if it decides
}

type action struct {
	label   actionLabel
	origins []Origin
	to      int // or Failed, or toOuter
}

// toOuter is the target of an action that leads out of a thread: into a handler of
// a scope around the par, which label.enters says.
const toOuter = -2

// actionLabel is what a transition does, without where it comes from or goes.
type actionLabel struct {
	kind      Kind
	peer      RoleID
	label     LabelID
	guard     *Expr
	values    []*Expr
	stores    []VarID
	assign    *Assign
	branch    int // an internal step that is a decision: the number of its branch, from 1
	deed      int // and the number of what the role does there, from projector.branch or round; else 0
	timer     TimerID
	exception ExceptionID
	places    []Place
	thread    ThreadID
	handler   HandlerRef  // Part 0: none
	onlyIf    HandlerRef  // Part 0: none
	enters    *scopeGraph // whose handler it leads into, for toOuter
}

type projector struct {
	choreography *Choreography
	role         RoleID
	parts        parts
	senders      map[MessagesOf]bool
	positions    map[Position]PositionID
	nodes        []graphNode
	recs         map[*Rec]int
	alike        *alike
	end          int
	ctx          *scopeContext
	thread       ThreadID
	sub          bool // it is about a thread of a par

	ambiguities []Ambiguity // of threads
}

// newProjector completes a projector. Without a context it stands outside any scope.
func newProjector(p *projector) *projector {
	p.recs = map[*Rec]int{}
	if p.ctx == nil {
		p.ctx = &scopeContext{again: -1}
	}
	p.end = p.add(graphNode{ended: true})
	return p
}

type tooLarge struct{}

func (tooLarge) Error() string { return "too many local states" }

func (p *projector) add(n graphNode) int {
	if n.ctx == nil {
		n.ctx = p.ctx
	}
	p.nodes = append(p.nodes, n)
	return len(p.nodes) - 1
}

// seq builds the role's part of a sequence that goes on at node next, backwards,
// and returns its first node.
func (p *projector) seq(s Seq, next int) (int, error) {
	for _, st := range slices.Backward(s) {
		var err error
		if next, err = p.stmt(st, next); err != nil {
			return 0, err
		}
		if len(p.nodes) > 20*MaxLocalStates {
			return 0, tooLarge{}
		}
	}
	return next, nil
}

func (p *projector) act(label actionLabel, origin Origin, next int) int {
	label.places = []Place{{Position: p.ctx.position}}
	label.thread = p.thread
	return p.add(graphNode{origin: origin, actions: []action{{label, []Origin{origin}, next}}})
}

func (p *projector) stmt(st Stmt, next int) (int, error) {
	if !p.takesPart(st) {
		switch st := st.(type) {
		case *RaiseStmt:
			return p.add(graphNode{halts: true, origin: st.Origin}), nil
		case *RaiseAgain:
			return p.add(graphNode{halts: true, origin: st.Origin}), nil
		}
		return next, nil
	}
	switch st := st.(type) {
	case *Interaction:
		if p.role == st.From {
			return p.act(actionLabel{kind: Send, peer: st.To, label: st.Label, values: st.Values}, st.Origin, next), nil
		}
		return p.act(actionLabel{kind: Receive, peer: st.From, label: st.Label, stores: st.Stores}, st.Origin, next), nil
	case *Let:
		return p.act(actionLabel{kind: Internal, assign: &Assign{st.Var, st.Value}}, st.Origin, next), nil
	case *Delay:
		return p.act(actionLabel{kind: Internal}, st.Origin, next), nil
	case *End:
		return p.end, nil
	case *Continue:
		return p.leave(p.recs[st.Target], st.Origin), nil
	case *RaiseStmt:
		a := p.raise(p.ctx, Raise, st.Exception, st.Origin)
		return p.add(graphNode{origin: st.Origin, actions: []action{a}}), nil
	case *RaiseAgain:
		if p.ctx.again < 0 { // nothing can have been taken
			return p.add(graphNode{halts: true, origin: st.Origin}), nil
		}
		a := p.raise(p.ctx, Raise, p.ctx.again, st.Origin)
		return p.add(graphNode{origin: st.Origin, actions: []action{a}}), nil
	case *Within:
		return p.within(st, next)
	case *Try:
		return p.try(st, next)
	case *Choice:
		return p.choice(st, next)
	case *Loop:
		head := p.add(graphNode{origin: st.Origin, decides: p.role == st.At})
		body, err := p.seq(st.Body, head)
		p.nodes[head].silent = []silentEdge{
			{to: body, origin: st.Origin, deed: p.round(st, true)}, {to: next, origin: st.Origin, deed: p.round(st, false)},
		}
		return head, err
	case *Rec:
		head := p.add(graphNode{origin: st.Origin})
		p.recs[st] = head
		body, err := p.seq(st.Body, next)
		p.nodes[head].silent = []silentEdge{{to: body}}
		return head, err
	case *Par:
		return p.par(st, next)
	}
	panic(fmt.Sprintf("model: unknown statement %T", st))
}

func (p *projector) choice(st *Choice, next int) (int, error) {
	n := graphNode{origin: st.Origin, decides: p.role == st.At}
	for _, b := range st.Branches {
		to, err := p.seq(b.Body, next)
		if err != nil {
			return 0, err
		}
		e := silentEdge{to: to, origin: b.Origin}
		if n.decides {
			e.guard, e.deed = b.Guard, p.branch(b.Guard, b.Body)
		}
		n.silent = append(n.silent, e)
	}
	return p.add(n), nil
}

// parts tells which roles take part in a composite statement. A role takes part
// in `continue L` if it takes part in L.
type parts map[Stmt]roleSet

type roleSet []uint64

func (s roleSet) add(r RoleID)      { s[r/64] |= 1 << (r % 64) }
func (s roleSet) has(r RoleID) bool { return s[r/64]>>(r%64)&1 == 1 }

func (s roleSet) union(t roleSet) {
	for i, w := range t {
		s[i] |= w
	}
}

func (p parts) has(st Stmt, r RoleID) bool { return p[st].has(r) }

// takesPart reports whether the role has a part in a statement.
func (p *projector) takesPart(st Stmt) bool {
	switch st := st.(type) {
	case *Interaction:
		return st.From == p.role || st.To == p.role
	case *Let:
		return st.At == p.role
	case *Delay:
		return st.At == p.role
	case *RaiseStmt:
		return st.At == p.role
	case *RaiseAgain:
		return st.At == p.role
	case *End:
		return st.At == p.role
	case *Continue:
		return p.parts.has(st.Target, p.role)
	}
	return p.parts.has(st, p.role)
}

func findParts(c *Choreography) parts {
	p := parts{}
	words := (len(c.Roles) + 63) / 64
	// The first pass leaves out what `continue` adds; the second one knows the
	// set of each rec, which is complete by then: whatever is inside an inner one
	// is inside the outer one that a `continue` may lead to.
	for pass := range 2 {
		var walk func(Seq, roleSet)
		walk = func(s Seq, into roleSet) {
			for _, st := range s {
				own := roleSet(make([]uint64, words))
				switch st := st.(type) {
				case *Interaction:
					into.add(st.From)
					into.add(st.To)
					continue
				case *Let:
					into.add(st.At)
					continue
				case *Delay:
					into.add(st.At)
					continue
				case *RaiseStmt:
					into.add(st.At)
					continue
				case *RaiseAgain:
					into.add(st.At)
					continue
				case *End:
					into.add(st.At)
					continue
				case *Continue:
					if pass == 1 {
						into.union(p[st.Target])
					}
					continue
				case *Choice:
					own.add(st.At)
					for _, b := range st.Branches {
						walk(b.Body, own)
					}
				case *Loop:
					own.add(st.At)
					walk(st.Body, own)
				case *Par:
					for _, t := range st.Threads {
						walk(t, own)
					}
				case *Rec:
					walk(st.Body, own)
				case *Within:
					walk(st.Body, own)
				case *Try:
					walk(st.Body, own)
					for _, h := range st.Handlers {
						walk(h, own)
					}
				}
				p[st] = own
				into.union(own)
			}
		}
		walk(c.Body, make([]uint64, words))
	}
	return p
}
