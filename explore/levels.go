package explore

import (
	"sort"
	"sync/atomic"

	"chorcheck/explore/store"
)

const (
	// block is the number of configurations that a worker takes at a time, if there
	// are enough. What was found together has successors in common, which one worker
	// meets again while they are in its sieve.
	block = 1 << 16
	// solo is the size up to which a level is done by one worker: waking
	// the others would take longer.
	solo = 512
)

// levels knows which configurations are at which distance. Level l of a
// worker's list is the interval from starts[l*workers+w] to
// starts[(l+1)*workers+w].
type levels struct {
	workers int
	starts  []uint64
}

// count is the number of levels.
func (v *levels) count() int { return len(v.starts)/v.workers - 1 }

// cut ends the last level at the present ends of the lists.
func (v *levels) cut(st *store.Store) {
	for w := range v.workers {
		v.starts = append(v.starts, st.Writer(w).Len())
	}
}

func (v *levels) interval(level, writer int) (from, to uint64) {
	i := level*v.workers + writer
	return v.starts[i], v.starts[i+v.workers]
}

// size is the number of configurations of a level.
func (v *levels) size(level int) uint64 {
	n := uint64(0)
	for w := range v.workers {
		from, to := v.interval(level, w)
		n += to - from
	}
	return n
}

// total is the number of configurations of all levels.
func (v *levels) total() uint64 {
	n := uint64(0)
	for _, end := range v.starts[len(v.starts)-v.workers:] {
		n += end
	}
	return n
}

// levelOf is the level of a place, or -1 if the place is behind the last one.
func (v *levels) levelOf(p store.Place) int {
	n := v.count()
	l := sort.Search(n, func(l int) bool {
		_, to := v.interval(l, p.Writer)
		return p.Position < to
	})
	if l == n {
		return -1
	}
	return l
}

// A span is a part of one level in one writer's list.
type span struct {
	writer   int
	from, to uint64
}

// A dealer hands a level out in spans.
type dealer struct {
	levels *levels
	level  int
	block  uint64
	next   atomic.Uint64
}

// deal starts to hand out a level.
func (d *dealer) deal(v *levels, level int) {
	d.levels, d.level = v, level
	d.block = min(max(v.size(level)/uint64(8*v.workers), 16), block)
	d.next.Store(0)
}

// take returns a span that nobody else has got.
func (d *dealer) take() (span, bool) {
	b := d.next.Add(1) - 1
	for w := range d.levels.workers {
		from, to := d.levels.interval(d.level, w)
		n := (to - from + d.block - 1) / d.block
		if b < n {
			from += b * d.block
			return span{writer: w, from: from, to: min(from+d.block, to)}, true
		}
		b -= n
	}
	return span{}, false
}
