package explore

import (
	"sync/atomic"
	"unsafe"

	"chorcheck/explore/store"
	"chorcheck/lts"
)

// Pursuit
//
// First each configuration gets one of its successors: the last, since those who are written
// last mostly end what others begin, and that leads back to where everything began. To follow
// these leads to an end or into a cycle, and a configuration is said to follow the cycle that
// it comes to.
// If all come to ends, there is nothing more to find: a component that is not trivial
// has a cycle of successors that none of its configurations can leave for an end.
//
// Then each cycle is examined: the configurations that can be reached from it are visited
// as long as they follow the same cycle, and so are in its component. One that follows
// another cycle shows that this can be reached. That one is examined next, on top of the
// first, as components are in Tarjan's algorithm: if it leads back to one below, all
// from there on are in one component and go on together; if there is no way out of
// it, it is a bottom component, and those below are none. Nor are they if it leads to
// something of which that is known. So each configuration is visited once, whatever
// becomes of it, and expanded again only when cycles meet. Visits are made in batches,
// by all workers if there are enough of them.
//
// If all steps count, then a component with the initial configuration reaches everything, and need not
// be visited to the end: what leads to it is in it. In many protocols that begin anew this is all there is
// to find.

// search finds the non-trivial bottom components.
func (b *bottoms) search() error {
	if b.ids < 1<<31-1 {
		return pursue[uint32](b)
	}
	return pursue[uint64](b)
}

// A cycle stands for what follows it.
type cycle struct {
	up     uint32 // the cycle that it has been put together with, or itself
	status cycleStatus
}

type cycleStatus uint8

const (
	unknown cycleStatus = iota
	examined
	settled // the component is a bottom component, or known not to be one
)

type pursuit[T uint32 | uint64] struct {
	b *bottoms
	// follows has for each id: 0 for none, one more than the successor, or, with the
	// highest bit, the number of the cycle that it follows. Cycle 0 stands for all ends.
	follows []T
	cycles  []cycle
	starts  []T            // a configuration of each cycle
	bottom  map[uint32]int // the numbers of bottom components, by cycle
	visited []uint64       // one bit an id
	members stack[T]       // visited, of the bottom components and then of what is being examined
	levels  []examination[T]
	workers []*expansion
	init    lts.State
	first   T    // its id
	whole   bool // all configurations are one component
}

// examination is a component that is being examined.
type examination[T uint32 | uint64] struct {
	cycle    uint32
	members  uint64   // where they begin
	frontier []uint64 // configurations that are visited, not expanded; packed
}

func tagged[T uint32 | uint64]() T { return ^(^T(0) >> 1) }

func pursue[T uint32 | uint64](b *bottoms) error {
	p := &pursuit[T]{b: b, cycles: []cycle{{status: settled}}, starts: []T{0}, bottom: map[uint32]int{}, init: b.sp.sys.Init()}
	perWord := uint64(8 / unsafe.Sizeof(T(0)))
	var words, visited *store.Words
	if err := b.allocate(&words, (b.ids+perWord-1)/perWord); err != nil {
		return err
	}
	p.follows = unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(words.Data))), b.ids)
	b.groupOf = p.groupOf
	b.member = func(k uint64) uint64 { return uint64(p.members.at(k)) }
	for range b.sp.Workers {
		e := b.sp.newExpansion(b.keep)
		p.workers = append(p.workers, e)
		defer e.close()
	}
	if err := p.chooseAll(); err != nil {
		return err
	}
	first, _ := b.sp.store.Find(p.init)
	p.first = T(first)
	if err := p.followAll(first); err != nil || len(p.cycles) == 1 {
		return err
	}
	if err := b.allocate(&visited, (b.ids+63)/64); err != nil {
		return err
	}
	p.visited = visited.Data
	// A cycle with the initial configuration is the first to be found.
	if b.keep == nil && p.starts[1] == p.first {
		p.push(1)
		p.reachesAll()
	}
	for c := range p.cycles {
		if p.find(uint32(c)) == uint32(c) && p.cycles[c].status == unknown {
			if err := p.examine(uint32(c), len(p.levels)); err != nil {
				return err
			}
		}
	}
	if len(p.levels) > 0 {
		p.whole = true
		b.found = []group{{to: b.sp.States, depth: -1}}
	}
	return nil
}

// groupOf is the number of the bottom component of a configuration, -1 if it is in none.
func (p *pursuit[T]) groupOf(id uint64) int {
	if p.whole {
		return 0
	}
	if p.visited == nil || !has(p.visited, id) {
		return -1
	}
	if k, ok := p.bottom[p.cycleOf(id)]; ok {
		return k
	}
	return -1
}

// chooseAll gives each configuration a successor.
func (p *pursuit[T]) chooseAll() error {
	b := p.b
	for level := range b.sp.levels.count() {
		if err := b.ctx.Err(); err != nil {
			return err
		}
		b.sp.sweep(b.crew, level, func(worker int, d *dealer) {
			for !b.crew.stop.Load() && b.ctx.Err() == nil {
				part, ok := d.take()
				if !ok {
					return
				}
				p.choose(p.workers[worker], part)
			}
		})
	}
	return b.ctx.Err()
}

func (p *pursuit[T]) choose(e *expansion, part span) {
	b, width := p.b, p.b.sp.sys.Width()
	var chosen []uint64 // successors, packed
	for part.from < part.to {
		states := e.reader.States(part.writer, part.from, min(part.to, part.from+store.Batch))
		n := uint64(len(states) / width)
		e.ids = e.finder.IDsAt(part.writer, part.from, part.from+n, e.ids[:0])
		part.from += n
		chosen = chosen[:0]
		k := 0
		for i, id := range e.ids {
			e.reset()
			if e.add(lts.State(states[i*width:(i+1)*width:(i+1)*width])) == 0 {
				b.ended.Add(1)
				p.follows[id] = tagged[T]()
				if b.ends != nil {
					set(b.ends.Data, id)
				}
				continue
			}
			chosen = append(chosen, e.steps.Target(e.steps.Len()-1)...)
			e.ids[k] = id
			k++
		}
		e.targets = e.finder.Find(chosen, e.targets[:0])
		for i, id := range e.ids[:k] {
			if e.targets[i] == store.None {
				panicAboutSteps()
			}
			p.follows[id] = T(e.targets[i]) + 1
		}
	}
}

// followAll finds the cycles, and which configuration follows which, from one of them on.
func (p *pursuit[T]) followAll(first uint64) error {
	path := p.follow(first, nil)
	for id, f := range p.follows {
		if id&(1<<20-1) == 0 {
			if err := p.check(len(path)); err != nil {
				return err
			}
		}
		if f != 0 && f&tagged[T]() == 0 {
			path = p.follow(uint64(id), path[:0])
		}
	}
	return p.check(cap(path))
}

// follow goes from one configuration to something that is known, or to a new cycle. The
// path is room for its own.
func (p *pursuit[T]) follow(id uint64, path []T) []T {
	onPath := ^T(0)
	at := T(id)
	var c T
	for {
		f := p.follows[at]
		if f == onPath {
			c = T(len(p.cycles)) | tagged[T]()
			p.cycles = append(p.cycles, cycle{up: uint32(len(p.cycles))})
			p.starts = append(p.starts, at)
			break
		}
		if f&tagged[T]() != 0 {
			c = f
			break
		}
		p.follows[at] = onPath
		path = append(path, at)
		at = f - 1
	}
	for _, at := range path {
		p.follows[at] = c
	}
	return path
}

// check looks at the limits.
func (p *pursuit[T]) check(path int) error {
	if err := p.b.ctx.Err(); err != nil {
		return err
	}
	size := int64(unsafe.Sizeof(T(0)))
	now := p.members.bytes() + int64(cap(p.cycles))*8 + (int64(cap(p.starts))+int64(path))*size
	for i := range p.levels {
		now += int64(cap(p.levels[i].frontier)) * 8
	}
	if err := p.b.charge(now); err != nil {
		return err
	}
	p.b.bytes -= now // it can shrink again: only what is held now counts
	return nil
}

// find is the cycle that stands for a cycle now. Several workers may look at once, and each
// shortens the way for the next.
func (p *pursuit[T]) find(c uint32) uint32 {
	for {
		up := atomic.LoadUint32(&p.cycles[c].up)
		if up == c {
			return c
		}
		next := atomic.LoadUint32(&p.cycles[up].up)
		if next != up {
			atomic.StoreUint32(&p.cycles[c].up, next)
		}
		c = next
	}
}

func (p *pursuit[T]) cycleOf(id uint64) uint32 {
	return p.find(uint32(p.follows[id] &^ tagged[T]()))
}

// reachesAll is called when the initial configuration can be reached from what is examined: all of that is one
// component. It stays below whatever is examined next, until it is settled with that.
func (p *pursuit[T]) reachesAll() {
	p.merge(p.levels[0].cycle)
	p.levels[0].frontier = nil
	if p.b.ended.Load() > 0 {
		p.settle(false)
	}
}

// A verdict is what a batch of visits has shown.
type verdict[T uint32 | uint64] struct {
	leaves bool     // there is a way to something settled
	begins bool     // the initial configuration was visited for the first time
	other  uint32   // a cycle that can be reached; 0: none
	again  []uint64 // configurations with steps to other cycles
	fresh  []uint64 // visited for the first time
	ids    []T      // of these
	_      [64]byte // each worker writes its own
}

const (
	smallBatch = 64
	largeBatch = 1 << 16
)

// examine settles a cycle, and those that can be reached from it as far as that
// is necessary; or puts it together with one of those on the given number of levels
// below.
func (p *pursuit[T]) examine(c uint32, below int) error {
	p.push(c)
	width := p.b.sp.sys.Width()
	size := smallBatch
	for len(p.levels) > below {
		top := &p.levels[len(p.levels)-1]
		if len(top.frontier) == 0 {
			p.settle(true)
			return nil
		}
		if err := p.check(0); err != nil {
			return err
		}
		from := max(0, len(top.frontier)-size*width)
		batch := top.frontier[from:]
		v := p.visit(top.cycle, batch)
		if v.leaves {
			p.settle(false)
			return nil
		}
		if v.begins && p.b.keep == nil {
			p.reachesAll()
			return nil
		}
		top.frontier = append(append(top.frontier[:from], v.again...), v.fresh...)
		for _, id := range v.ids {
			p.members.push(id)
		}
		if v.other == 0 {
			size = min(2*size, largeBatch)
			continue
		}
		size = smallBatch
		if other := p.find(v.other); p.cycles[other].status == unknown {
			p.push(other)
		} else {
			p.merge(other)
		}
	}
	return nil
}

// push begins to examine a cycle.
func (p *pursuit[T]) push(c uint32) {
	p.cycles[c].status = examined
	start := p.starts[c]
	set(p.visited, uint64(start))
	state := p.b.sp.store.State(uint64(start), make([]uint64, p.b.sp.sys.Width()))
	p.levels = append(p.levels, examination[T]{cycle: c, members: p.members.len, frontier: state})
	p.members.push(start)
}

// merge puts everything down to a cycle that is being examined together.
func (p *pursuit[T]) merge(c uint32) {
	for {
		top := p.levels[len(p.levels)-1]
		if top.cycle == c {
			return
		}
		p.levels = p.levels[:len(p.levels)-1]
		below := &p.levels[len(p.levels)-1]
		p.cycles[top.cycle].up = below.cycle
		below.frontier = append(below.frontier, top.frontier...)
	}
}

// settle ends the examination: of the topmost as a bottom component, or as none; of the
// others as none.
func (p *pursuit[T]) settle(isBottom bool) {
	for _, x := range p.levels {
		p.cycles[x.cycle].status = settled
	}
	from := p.levels[0].members
	if isBottom {
		top := p.levels[len(p.levels)-1]
		p.bottom[top.cycle] = len(p.b.found)
		n := p.members.len - top.members
		for k := range n {
			*p.members.ref(from + k) = p.members.at(top.members + k)
		}
		p.b.found = append(p.b.found, group{from: from, to: from + n, depth: -1})
		from += n
	}
	p.members.cut(from)
	p.levels = p.levels[:0]
}

// visit expands configurations that follow a cycle.
func (p *pursuit[T]) visit(c uint32, batch []uint64) verdict[T] {
	part := smallBatch * p.b.sp.sys.Width()
	parts := make([]verdict[T], len(p.workers))
	var next atomic.Int64
	task := func(worker int) {
		for !p.b.crew.stop.Load() {
			to := int(next.Add(int64(part)))
			from := to - part
			if from >= len(batch) {
				return
			}
			p.expand(p.workers[worker], c, batch[from:min(to, len(batch))], &parts[worker])
		}
	}
	if len(batch) <= 8*part {
		p.b.crew.alone(task)
	} else {
		p.b.crew.run(task)
	}
	all := parts[0]
	for _, v := range parts[1:] {
		all.leaves = all.leaves || v.leaves
		all.begins = all.begins || v.begins
		all.again = append(all.again, v.again...)
		all.fresh = append(all.fresh, v.fresh...)
		all.ids = append(all.ids, v.ids...)
		if all.other == 0 {
			all.other = v.other
		}
	}
	return all
}

func (p *pursuit[T]) expand(e *expansion, c uint32, states []uint64, v *verdict[T]) {
	width := p.b.sp.sys.Width()
	var until [smallBatch]int
	e.reset()
	for i := range len(states) / width {
		until[i] = e.add(lts.State(states[i*width : (i+1)*width : (i+1)*width]))
	}
	e.resolve()
	k := 0
	for i := range len(states) / width {
		elsewhere := false
		for ; k < until[i]; k++ {
			t := e.targets[k]
			switch to := p.cycleOf(t); {
			case to == c:
				if !has(p.visited, t) && set(p.visited, t) {
					v.fresh = append(v.fresh, e.steps.Target(k)...)
					v.ids = append(v.ids, T(t))
					v.begins = v.begins || T(t) == p.first
				}
			case p.cycles[to].status == settled:
				v.leaves = true
				return
			default:
				v.other = to
				elsewhere = true
			}
		}
		if elsewhere {
			v.again = append(v.again, states[i*width:(i+1)*width]...)
		}
	}
}

// panicAboutSteps says that a successor has not been found.
func panicAboutSteps() {
	panic("explore: a step that was not there before: the system's steps are not deterministic")
}
