package symbolic

// Choice is some of a space's events, to be applied together.
type Choice struct {
	sp       *Space
	of       func(event int) bool
	programs [3]*program // by direction, made when they are needed
}

// Choose chooses events by their numbers in the locality. There can be some 500 choices at a time.
func (sp *Space) Choose(of func(event int) bool) *Choice { return &Choice{sp: sp, of: of} }

// Release lets go of a choice, which may not be used after it.
func (c *Choice) Release() {
	if c.sp.forest == nil {
		return // closed
	}
	gone := map[uint32]bool{}
	for _, pr := range c.programs {
		if pr != nil {
			gone[modeSaturate+2*pr.number], gone[modeImage+2*pr.number] = true, true
			c.sp.freed = append(c.sp.freed, pr.number)
		}
	}
	if len(gone) > 0 {
		c.sp.forest.fires.drop(func(op uint32) bool { return gone[op>>suffixBits] })
	}
	c.programs, c.of = [3]*program{}, nil
}

// program may abort.
func (c *Choice) program(to direction) *program {
	if c.programs[to] == nil {
		sp := c.sp
		number := uint32(numPrograms) + sp.chosen
		if n := len(sp.freed); n > 0 {
			number, sp.freed = sp.freed[n-1], sp.freed[:n-1]
		} else if sp.chosen++; number >= maxPrograms {
			panic(abort{ErrMemory})
		}
		c.programs[to] = sp.compile(int(number), to, c.of)
	}
	return c.programs[to]
}

func (c *Choice) exactly(to direction) *firing { return &firing{Space: c.sp, program: c.program(to)} }

// EnabledIn has the members of a in which one of the events is enabled.
func (c *Choice) EnabledIn(a Set) (Set, error) {
	n := c.sp.node(a)
	return c.sp.result(func() node { return c.exactly(stay).imageAll(n, anything) })
}

// Image has the members of within that one of the events leads members of a to.
func (c *Choice) Image(a, within Set) (Set, error) {
	n, in := c.sp.node(a), c.sp.node(within)
	return c.sp.result(func() node { return c.exactly(ahead).imageAll(n, in) })
}

// PreImage has the members of within from which one of the events leads to members of a.
func (c *Choice) PreImage(a, within Set) (Set, error) {
	n, in := c.sp.node(a), c.sp.node(within)
	return c.sp.result(func() node { return c.exactly(back).imageAll(n, in) })
}

// CanReach has the configurations of [Space.All] from which some sequence of the events leads to a member of the target.
func (c *Choice) CanReach(target Set) (Set, error) {
	return c.sp.canReach(target, func() *program { return c.program(back) })
}

// CanReachWithin has the members of a set from which some sequence of the events, all within the set, leads to a member of
// the target.
func (c *Choice) CanReachWithin(within, target Set) (Set, error) {
	n, in := c.sp.node(target), c.sp.node(within)
	return c.sp.result(func() node {
		f := c.sp.forest
		base := len(f.stack)
		f.push(0, f.intersect(n, in))
		r := c.sp.saturatingBy(c.program(back)).saturate(f.stack[base].child, in)
		f.stack = f.stack[:base]
		return r
	})
}
