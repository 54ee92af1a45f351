package symbolic

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"chorcheck/lts"
)

// Certify checks that [Space.All] is what it is said to be as far as missing configurations
// go: that its diagram is well formed, that the initial configuration is in it, and
// that no event, taken as the locality gives it, leads out of it. Nothing of the search is
// used but the diagram's edges. The error says what is wrong, which is a mistake of
// ours, or is the context's.
func (sp *Space) Certify(ctx context.Context) error {
	c := &certifier{
		ctx:      ctx,
		sp:       sp,
		numbers:  make([]map[uint32]uint32, len(sp.domains)),
		pairs:    map[*lts.Relation]map[uint32][]uint32{},
		suffixes: map[rest]int{},
		rests:    make([]rest, 1),
		subsets:  map[[2]node]bool{},
		images:   map[claim]bool{},
	}
	return c.certify(sp.all.root.node)
}

// certifier holds the tables of one certification.
type certifier struct {
	ctx     context.Context
	sp      *Space
	work    int
	stopped error

	numbers  []map[uint32]uint32 // by level, from values to numbers in edges
	pairs    map[*lts.Relation]map[uint32][]uint32
	suffixes map[rest]int
	rests    []rest // number 0 is the end
	subsets  map[[2]node]bool
	images   map[claim]bool
}

// rest is what is left of an event: a part, and the number of what comes below it. Of a part on a row, it is what
// is left of the row.
type rest struct {
	level    int
	relation *lts.Relation
	state    uint32 // of the pass
	more     int    // levels of the row below this one
	below    int
}

// claim is that the rest leads from members of one set to members of the other only.
type claim struct {
	rest     int
	from, to node
}

func (c *certifier) certify(all node) error {
	if err := c.ctx.Err(); err != nil {
		return err
	}
	sp := c.sp
	top := len(sp.domains) - 1
	for l := range sp.domains {
		c.numbers[l] = map[uint32]uint32{}
		for n, v := range sp.domains[l].values {
			if _, ok := c.numbers[l][v]; ok {
				return fmt.Errorf("symbolic: level %d has value %d twice", l, v)
			}
			c.numbers[l][v] = uint32(n)
		}
	}
	levels, err := c.wellFormed(all, top)
	if err != nil {
		return err
	}
	init, n := sp.sys.Init(), all
	for l := top; l > 0; l-- {
		v, ok := c.numbers[l][sp.loc.Components[sp.domains[l].component].Read(init)]
		if !ok {
			return fmt.Errorf("symbolic: the initial value of level %d is missing", l)
		}
		if n = c.below(n, v); n == nothing {
			return fmt.Errorf("symbolic: the initial configuration is missing, from level %d on", l)
		}
	}
	for i, e := range sp.loc.Events {
		s, err := c.suffix(e)
		if err != nil {
			return fmt.Errorf("event %d: %w", i, err)
		}
		if s == 0 {
			continue // it changes nothing
		}
		// Above its highest part an event changes nothing, so it has to lead each node there
		// into the same node.
		for _, n := range levels[c.rests[s].level] {
			if !c.leads(s, n, n) {
				if c.stopped != nil {
					return c.stopped
				}
				return fmt.Errorf("symbolic: event %d, of action %d, leads out of the set", i, e.Action)
			}
		}
	}
	return c.stopped
}

// wellFormed checks levels and the order of edges, and lists the nodes by level.
func (c *certifier) wellFormed(all node, top int) ([][]node, error) {
	levels := make([][]node, top+1)
	if all == nothing {
		return nil, fmt.Errorf("symbolic: the set is empty")
	}
	seen := map[node]bool{}
	levels[top] = []node{all}
	for l := top; l > 0; l-- {
		for _, n := range levels[l] {
			edges := c.sp.forest.edges(n)
			if n == truth || c.sp.forest.level(n) != l || len(edges) == 0 {
				return nil, fmt.Errorf("symbolic: node %d is not one of level %d", n, l)
			}
			for i, e := range edges {
				if i > 0 && edges[i-1].value >= e.value || int(e.value) >= len(c.sp.domains[l].values) || e.child == nothing {
					return nil, fmt.Errorf("symbolic: the edges of node %d, level %d, are not in order", n, l)
				}
				if !seen[e.child] {
					seen[e.child] = true
					levels[l-1] = append(levels[l-1], e.child)
				}
			}
		}
	}
	if !slices.Equal(levels[0], []node{truth}) {
		return nil, fmt.Errorf("symbolic: the bottom of the diagram is not true")
	}
	return levels, nil
}

// suffix numbers the parts of an event, from the highest level down.
func (c *certifier) suffix(e lts.Event) (int, error) {
	parts := slices.Clone(e.Parts)
	level := func(p lts.Part) int { return c.sp.levels[p.Component] }
	slices.SortFunc(parts, func(a, b lts.Part) int { return level(a) - level(b) })
	s := 0
	for i, p := range parts {
		if i > 0 && level(parts[i-1]) == level(p) {
			return 0, fmt.Errorf("symbolic: two parts are on component %d", p.Component)
		}
		more := 0
		if p.Relation.Pass != nil {
			at := slices.IndexFunc(c.sp.loc.Rows, func(row []int) bool { return row[0] == p.Component })
			if at < 0 {
				return 0, fmt.Errorf("symbolic: a pass on component %d, with which no row begins", p.Component)
			}
			more = len(c.sp.loc.Rows[at]) - 1
		}
		s = c.number(rest{level(p), p.Relation, 0, more, s})
	}
	return s, nil
}

// number numbers what may be left of events.
func (c *certifier) number(r rest) int {
	n, ok := c.suffixes[r]
	if !ok {
		n = len(c.rests)
		c.rests = append(c.rests, r)
		c.suffixes[r] = n
	}
	return n
}

// outcome is a value that an event leads to, and what is left of it then.
type outcome struct {
	value uint32
	rest  int
}

// outcomes lists what an event does to a value of its highest level.
func (c *certifier) outcomes(r rest, value uint32) []outcome {
	var out []outcome
	if r.relation.Pass == nil {
		for _, v := range c.next(r.relation, value) {
			out = append(out, outcome{v, r.below})
		}
		return out
	}
	for _, t := range r.relation.Pass.Turn(r.state, value) {
		switch {
		case r.more > 0:
			out = append(out, outcome{t.Value, c.number(rest{r.level - 1, r.relation, t.State, r.more - 1, r.below})})
		case r.relation.Pass.Ends(t.State):
			out = append(out, outcome{t.Value, r.below})
		}
	}
	return out
}

// next lists what a relation leads a value to.
func (c *certifier) next(r *lts.Relation, value uint32) []uint32 {
	known, ok := c.pairs[r]
	if !ok {
		known = map[uint32][]uint32{}
		c.pairs[r] = known
		if r.Next == nil {
			for _, p := range r.Pairs {
				known[p.From] = append(known[p.From], p.To)
			}
		}
	}
	to, ok := known[value]
	if !ok && r.Next != nil {
		to = r.Next(value)
		known[value] = to
	}
	return to
}

// below is the child below a number.
func (c *certifier) below(n node, number uint32) node {
	if n == nothing {
		return nothing
	}
	edges := c.sp.forest.edges(n)
	i, ok := slices.BinarySearchFunc(edges, number, func(e edge, v uint32) int { return cmp.Compare(e.value, v) })
	if !ok {
		return nothing
	}
	return edges[i].child
}

// leads reports whether what is left of an event leads members of from, a set that is not
// empty, to nothing but members of to.
func (c *certifier) leads(s int, from, to node) bool {
	if s == 0 {
		return c.subset(from, to)
	}
	key := claim{s, from, to}
	if known, ok := c.images[key]; ok {
		return known
	}
	if c.work++; c.work&(1<<12-1) == 0 && c.stopped == nil {
		c.stopped = c.ctx.Err()
	}
	if c.stopped != nil {
		return false
	}
	r := c.rests[s]
	level := c.sp.forest.level(from)
	holds := true
	for _, e := range c.sp.forest.edges(from) {
		if r.level < level {
			holds = c.leads(s, e.child, c.below(to, e.value))
		} else {
			for _, o := range c.outcomes(r, c.sp.domains[level].values[e.value]) {
				target := nothing
				if number, ok := c.numbers[level][o.value]; ok {
					target = c.below(to, number)
				}
				if holds = c.leads(o.rest, e.child, target); !holds {
					break
				}
			}
		}
		if !holds {
			break
		}
	}
	c.images[key] = holds
	return holds
}

// subset reports whether a, which is not empty, is a subset of b.
func (c *certifier) subset(a, b node) bool {
	if a == b {
		return true
	}
	if b == nothing {
		return false
	}
	key := [2]node{a, b}
	if known, ok := c.subsets[key]; ok {
		return known
	}
	holds := true
	for _, e := range c.sp.forest.edges(a) {
		if holds = c.subset(e.child, c.below(b, e.value)); !holds {
			break
		}
	}
	c.subsets[key] = holds
	return holds
}
