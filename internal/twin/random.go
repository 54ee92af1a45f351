package twin

import (
	"fmt"
	"slices"

	"pgregory.net/rapid"

	"chorcheck/model"
)

// Case is a choreography with an environment to run it in.
type Case struct {
	Choreography *model.Choreography
	Environment  *model.Environment
}

func (c *Case) String() string { return Text(c.Choreography, c.Environment) }

// Size limits what is generated.
type Size struct {
	Roles      int // at most
	Statements int // about
	Depth      int
	Faults     int  // at most
	Exotic     bool // also loops, recursion, threads and channels other than fifo
	Loops      bool // what is exotic, and always a scope in a loop, often with little else
	Doubts     bool // no scope, but a role that decides without knowing which of two decisions that is
}

// Cases generates small choreographies with scopes, and environments.
func Cases(size Size) *rapid.Generator[*Case] {
	return rapid.Custom(func(t *rapid.T) *Case {
		g := &generator{t: t, size: size, left: size.Statements, crashes: map[model.RoleID]model.ExceptionID{}}
		return g.generate()
	})
}

type generator struct {
	t       *rapid.T
	size    Size
	left    int // statements
	c       *model.Choreography
	origin  model.Origin
	raised  []model.ExceptionID // the business exceptions
	crashes map[model.RoleID]model.ExceptionID
}

// surroundings of a statement.
type surroundings struct {
	depth   int
	at      model.PositionID
	thread  model.ThreadID
	open    []*model.Rec
	handler *model.Handler  // around, innermost
	takes   []model.Handler // that enclosing scopes have
}

func (g *generator) upTo(n int) int     { return rapid.IntRange(0, n).Draw(g.t, "n") }
func (g *generator) oneIn(n int) bool   { return g.upTo(n-1) == n-1 }
func (g *generator) role() model.RoleID { return model.RoleID(g.upTo(len(g.c.Roles) - 1)) }

func (g *generator) other(than model.RoleID) model.RoleID {
	n := len(g.c.Roles)
	return model.RoleID((int(than) + 1 + g.upTo(n-2)) % n)
}

func (g *generator) next() model.Origin {
	g.origin++
	return g.origin
}

func (g *generator) generate() *Case {
	g.size.Exotic = g.size.Exotic || g.size.Loops
	g.c = &model.Choreography{Name: "Random", Labels: []string{"a", "b", "c", "d"}}
	g.c.Channels.Default = model.Channel{Discipline: model.FIFO, Capacity: 2}
	if g.size.Exotic {
		switch g.upTo(7) {
		case 5:
			g.c.Channels.Default = model.Channel{Discipline: model.Sync}
		case 6:
			g.c.Channels.Default.Discipline = model.Mailbox
		case 7:
			g.c.Channels.Default.Discipline = model.Bag
		}
	}
	for i := range 2 + g.upTo(g.size.Roles-2) {
		g.c.Roles = append(g.c.Roles, model.Role{Name: string(rune('A' + i)), Origin: g.next()})
	}
	g.c.Positions = []model.Position{{Scope: -1}}
	g.c.Threads = []model.ThreadID{0}
	for i := range 2 {
		g.raised = append(g.raised, g.exception(fmt.Sprintf("E%d", i), model.Business, -1))
	}
	for r := range g.c.Roles {
		g.c.Vars = append(g.c.Vars, model.Var{Name: fmt.Sprintf("x%d", r), Owner: model.RoleID(r), Domain: model.Domain{Kind: model.IntDomain, High: 1}})
	}
	// There is always a scope, but for doubts: what is without is tested elsewhere.
	var body model.Seq
	if g.oneIn(3) {
		body = append(body, g.interaction())
	}
	cx := surroundings{depth: g.size.Depth}
	switch {
	case g.size.Loops:
		body = append(body, g.rounds(cx))
	case g.size.Doubts:
		body = append(body, g.doubt(cx)...)
	case g.size.Exotic && g.oneIn(3):
		r := &model.Rec{Name: "L0", Origin: g.next()}
		in := cx
		in.open = []*model.Rec{r}
		r.Body = model.Seq{g.try(in)}
		body = append(body, r)
	case g.size.Exotic && g.oneIn(4):
		l := &model.Loop{At: g.role(), Origin: g.next()}
		l.Body = model.Seq{g.try(cx)}
		body = append(body, l)
	default:
		body = append(body, g.try(cx))
	}
	body = append(body, g.seq(cx, 2)...)
	g.c.Body = body
	markLooped(g.c, body, nil)
	env := g.environment()
	return &Case{g.c, env}
}

// rounds is a loop around a scope, with something before and behind that, perhaps
// in a scope of its own.
func (g *generator) rounds(cx surroundings) model.Stmt {
	within := func(cx surroundings) model.Seq {
		s := g.seq(cx, 1)
		if g.oneIn(4) {
			s = append(s, g.try(cx))
		}
		s = append(s, g.try(cx))
		return append(s, g.seq(cx, 2)...)
	}
	if g.oneIn(3) {
		return &model.Loop{At: g.role(), Origin: g.next(), Body: within(cx)}
	}
	r := &model.Rec{Name: "L0", Origin: g.next()}
	cx.open = append(slices.Clone(cx.open), r)
	r.Body = within(cx)
	again := &model.Continue{Target: r, Origin: g.next()}
	if g.oneIn(2) {
		r.Body = append(r.Body, again)
		return r
	}
	stop := model.Branch{Origin: g.next()}
	if g.oneIn(2) {
		stop.Body = model.Seq{g.interaction()}
	}
	r.Body = append(r.Body, &model.Choice{At: g.role(), Origin: g.next(), Branches: []model.Branch{
		{Body: model.Seq{again}, Origin: g.next()}, stop,
	}})
	return r
}

// doubt lets one role decide what another one decides on.
func (g *generator) doubt(cx surroundings) model.Seq {
	cx.depth--
	at := g.role()
	who := g.other(at)
	first := g.decision(cx, who, nil)
	second := g.decision(cx, who, first)
	if g.oneIn(3) {
		return model.Seq{&model.Loop{At: at, Origin: g.next(), Body: append(model.Seq{first}, g.seq(cx, 2)...)}, second}
	}
	c := &model.Choice{At: at, Origin: g.next()}
	for _, st := range []model.Stmt{first, second} {
		c.Branches = append(c.Branches, model.Branch{Body: append(model.Seq{st}, g.seq(cx, 2)...), Origin: g.next()})
	}
	return model.Seq{c}
}

// decision is one of a role. Some of it may be as in another one.
func (g *generator) decision(cx surroundings, at model.RoleID, like model.Stmt) model.Stmt {
	if g.oneIn(4) {
		return &model.Loop{At: at, Origin: g.next(), Body: g.seq(cx, 2)}
	}
	c := &model.Choice{At: at, Origin: g.next()}
	old, _ := like.(*model.Choice)
	for range 2 {
		b := model.Branch{Origin: g.next()}
		if old != nil && g.oneIn(2) {
			b.Body = g.copied(rapid.SampledFrom(old.Branches).Draw(g.t, "like").Body)
		} else {
			b.Body = g.seq(cx, 2)
		}
		c.Branches = append(c.Branches, b)
	}
	return c
}

// copied is a sequence once more, without what is more than one step.
func (g *generator) copied(s model.Seq) model.Seq {
	var out model.Seq
	for _, st := range s {
		switch st := st.(type) {
		case *model.Interaction:
			c := *st
			c.Origin = g.next()
			out = append(out, &c)
		case *model.Let:
			c := *st
			c.Origin = g.next()
			out = append(out, &c)
		case *model.Delay:
			out = append(out, &model.Delay{At: st.At, Origin: g.next()})
		}
	}
	return out
}

func (g *generator) exception(name string, kind model.ExceptionKind, crashed model.RoleID) model.ExceptionID {
	g.c.Exceptions = append(g.c.Exceptions, model.Exception{Name: name, Kind: kind, Crashed: crashed, Origin: g.next()})
	return model.ExceptionID(len(g.c.Exceptions) - 1)
}

func (g *generator) seq(cx surroundings, most int) model.Seq {
	var s model.Seq
	for range g.upTo(most) {
		if g.left <= 0 {
			break
		}
		s = append(s, g.stmt(cx))
	}
	return s
}

func (g *generator) interaction() model.Stmt {
	g.left--
	from := g.role()
	return &model.Interaction{From: from, To: g.other(from), Label: model.LabelID(g.upTo(3)), Origin: g.next()}
}

func (g *generator) stmt(cx surroundings) model.Stmt {
	g.left--
	o := g.next()
	deep := cx.depth > 0
	cx.depth--
	switch k := g.upTo(19); {
	case k == 8 && g.oneIn(2):
		return &model.Delay{At: g.role(), Origin: o}
	case k == 8:
		r := g.role()
		return &model.Let{At: r, Var: model.VarID(r), Value: model.Const(int64(g.upTo(1))), Origin: o}
	case k == 9 || k == 10 || k == 11:
		return g.raise(cx, o)
	case k == 12 && cx.handler != nil && cx.handler.Any:
		return &model.RaiseAgain{At: cx.handler.At, Origin: o}
	case k == 13 && len(cx.open) > 0:
		return &model.Continue{Target: rapid.SampledFrom(cx.open).Draw(g.t, "target"), Origin: o}
	case deep && (k == 14 || k == 15):
		c := &model.Choice{At: g.role(), Origin: o}
		for range 2 {
			c.Branches = append(c.Branches, model.Branch{Body: g.seq(cx, 2), Origin: g.next()})
		}
		return c
	case deep && k == 16:
		return g.within(cx, o)
	case deep && (k == 17 || k == 18):
		return g.try(cx)
	case deep && k == 19 && g.size.Exotic:
		return g.exotic(cx, o)
	}
	return g.interaction()
}

func (g *generator) exotic(cx surroundings, o model.Origin) model.Stmt {
	switch g.upTo(2) {
	case 0:
		return &model.Loop{At: g.role(), Body: g.seq(cx, 2), Origin: o}
	case 1:
		r := &model.Rec{Name: fmt.Sprintf("L%d", o), Origin: o}
		cx.open = append(slices.Clone(cx.open), r)
		r.Body = g.seq(cx, 3)
		return r
	}
	p := &model.Par{Origin: o}
	cx.open = nil
	for range 2 {
		in := cx
		g.c.Threads = append(g.c.Threads, cx.thread)
		in.thread = model.ThreadID(len(g.c.Threads) - 1)
		p.IDs = append(p.IDs, in.thread)
		p.Threads = append(p.Threads, g.seq(in, 2))
	}
	return p
}

// raise is mostly of something that a scope around takes.
func (g *generator) raise(cx surroundings, o model.Origin) model.Stmt {
	var likely []model.Handler
	for _, h := range cx.takes {
		if !h.Any && g.c.Exceptions[h.Exception].Kind == model.Business {
			likely = append(likely, h)
		}
	}
	if len(likely) > 0 && !g.oneIn(8) {
		h := rapid.SampledFrom(likely).Draw(g.t, "raised")
		return &model.RaiseStmt{At: h.At, Exception: h.Exception, Origin: o}
	}
	return &model.RaiseStmt{At: g.role(), Exception: rapid.SampledFrom(g.raised).Draw(g.t, "raised"), Origin: o}
}

func (g *generator) within(cx surroundings, o model.Origin) model.Stmt {
	var likely []model.Handler
	for _, h := range cx.takes {
		if !h.Any && g.c.Exceptions[h.Exception].Kind == model.TimerFired {
			likely = append(likely, h)
		}
	}
	n := len(g.c.Timers)
	w := &model.Within{Timer: model.TimerID(n), Origin: o}
	var e model.ExceptionID
	if len(likely) > 0 {
		h := rapid.SampledFrom(likely).Draw(g.t, "timer")
		w.At, e = h.At, h.Exception
	} else {
		w.At = g.role()
		e = g.exception(fmt.Sprintf("t%d", n), model.TimerFired, -1)
	}
	g.c.Timers = append(g.c.Timers, model.Timer{Name: fmt.Sprintf("t%d", n), Owner: w.At, Exception: e, Var: -1, Origin: o})
	w.Body = append(model.Seq{g.interaction()}, g.seq(cx, 2)...)
	return w
}

// try makes a scope. Its positions are numbered before those inside.
func (g *generator) try(cx surroundings) model.Stmt {
	g.left--
	o := g.next()
	id := model.ScopeID(len(g.c.Scopes))
	s := model.Scope{Name: fmt.Sprintf("s%d", id), Outer: cx.at, Thread: cx.thread, Origin: o}
	s.DiscardLate, s.Agreed = g.oneIn(2), g.oneIn(3)
	for range 1 + g.upTo(1) {
		s.Handlers = append(s.Handlers, g.handler(s.Handlers))
	}
	g.c.Scopes = append(g.c.Scopes, s)
	first := model.PositionID(len(g.c.Positions))
	for part := range len(s.Handlers) + 1 {
		g.c.Positions = append(g.c.Positions, model.Position{Scope: id, Part: part})
	}
	st := &model.Try{Scope: id, Origin: o}
	in := cx
	in.depth--
	in.at = first
	in.takes = append(slices.Clone(cx.takes), s.Handlers...)
	st.Body = append(model.Seq{g.interaction()}, g.seq(in, 3)...)
	if g.oneIn(3) {
		st.Body = st.Body[1:]
	}
	for i := range s.Handlers {
		in.at = first + model.PositionID(i) + 1
		in.takes = cx.takes
		in.handler = &s.Handlers[i]
		var body model.Seq
		if !g.oneIn(3) && len(g.c.Roles) > 1 {
			// The handler tells somebody.
			to := g.other(s.Handlers[i].At)
			body = append(body, &model.Interaction{From: s.Handlers[i].At, To: to, Label: model.LabelID(g.upTo(3)), Origin: g.next()})
		}
		body = append(body, g.seq(in, 2)...)
		if len(cx.open) > 0 && g.oneIn(3) {
			body = append(body, &model.Continue{Target: rapid.SampledFrom(cx.open).Draw(g.t, "target"), Origin: g.next()})
		}
		st.Handlers = append(st.Handlers, body)
	}
	if g.oneIn(6) {
		st.Ignores = append(st.Ignores, model.IgnoreMessage{At: g.role(), Label: model.LabelID(g.upTo(3)), Origin: g.next()})
	}
	return st
}

// handler makes one that differs from those before it.
func (g *generator) handler(before []model.Handler) model.Handler {
	h := model.Handler{At: g.role(), Exception: g.raised[g.upTo(1)], Origin: g.next()}
	switch g.upTo(9) {
	case 6:
		h.Any, h.Exception = true, -1
	case 7, 8:
		h.Exception = g.exception(fmt.Sprintf("t%d", len(g.c.Timers)), model.TimerFired, -1)
	case 9:
		crashed := g.other(h.At)
		e, known := g.crashes[crashed]
		if !known {
			e = g.exception("crash of "+g.c.Roles[crashed].Name, model.CrashNoticed, crashed)
			g.crashes[crashed] = e
		}
		h.Exception = e
	}
	for slices.ContainsFunc(before, func(b model.Handler) bool {
		return b.At == h.At && (b.Any || b.Any == h.Any && b.Exception == h.Exception)
	}) {
		h.At = model.RoleID((int(h.At) + 1) % len(g.c.Roles))
		if !h.Any && g.c.Exceptions[h.Exception].Crashed == h.At {
			h.Any, h.Exception = true, -1
		}
	}
	return h
}

// environment makes faults that the choreography can have.
func (g *generator) environment() *model.Environment {
	env := model.Calm()
	env.Name = "rough"
	n := g.upTo(g.size.Faults)
	if n == 0 {
		return env
	}
	env.Limit = 1 + g.upTo(1)
	sync := g.c.Channels.Default.Discipline == model.Sync
	for range n {
		f := model.Fault{Kind: model.FaultKind(g.upTo(int(model.FaultKinds) - 1)), Role: g.role(), Peer: -1, Origin: g.next()}
		if sync && (f.Kind == model.Duplicate || f.Kind == model.Reorder) {
			f.Kind = model.Loss
		}
		switch f.Kind {
		case model.Crash:
			f.Recovers = g.oneIn(4)
		case model.Loss, model.Duplicate, model.Reorder, model.Disconnect:
			f.Peer = g.other(f.Role)
		case model.Partition:
			f.Groups = [][]model.RoleID{{f.Role}, {g.other(f.Role)}}
			f.Role = -1
		case model.RaiseFault:
			f.Exception = g.raised[g.upTo(1)]
			p := model.EndPoint{Role: f.Role, Exception: f.Exception, Origin: f.Origin}
			if !slices.ContainsFunc(g.c.EndPoints, func(q model.EndPoint) bool { return q.Role == p.Role && q.Exception == p.Exception }) {
				g.c.EndPoints = append(g.c.EndPoints, p)
			}
		case model.Stray:
			f.Peer = g.other(f.Role)
			f.Label = model.LabelID(g.upTo(3))
			g.c.Strays = append(g.c.Strays, model.MessagesOf{From: f.Role, To: f.Peer, Label: f.Label})
		}
		if g.oneIn(5) && len(g.c.Scopes) > 0 {
			f.During = []model.ScopeID{model.ScopeID(g.upTo(len(g.c.Scopes) - 1))}
		}
		env.Faults = append(env.Faults, f)
	}
	return env
}

// markLooped finds the scopes that can be entered again. again tells whether a scope
// that stands here can.
func markLooped(c *model.Choreography, s model.Seq, around []model.Stmt) {
	for _, st := range s {
		in := append(slices.Clone(around), st)
		switch st := st.(type) {
		case *model.Choice:
			for _, b := range st.Branches {
				markLooped(c, b.Body, in)
			}
		case *model.Loop:
			markLooped(c, st.Body, in)
		case *model.Rec:
			markLooped(c, st.Body, in)
		case *model.Within:
			markLooped(c, st.Body, in)
		case *model.Par:
			for _, t := range st.Threads {
				markLooped(c, t, in)
			}
		case *model.Try:
			for _, a := range slices.Backward(around) {
				if _, ok := a.(*model.Try); ok {
					break
				}
				if _, ok := a.(*model.Loop); ok {
					c.Scopes[st.Scope].Looped = true
				}
				if r, ok := a.(*model.Rec); ok {
					each(r.Body, func(x model.Stmt) {
						if j, ok := x.(*model.Continue); ok && j.Target == r {
							c.Scopes[st.Scope].Looped = true
						}
					})
				}
			}
			markLooped(c, st.Body, in)
			for _, h := range st.Handlers {
				markLooped(c, h, in)
			}
		}
	}
}
