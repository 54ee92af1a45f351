package model

import (
	"slices"

	"chorcheck/internal/bug"
	"chorcheck/lts"
)

// The representative of a configuration is the least one of those of its orbit in
// which the members of each block are in the order of their keys. A key sums up all that
// can be said of a member without regard to which one it is: what class its own local
// state and queues are of, and what other roles and queues know of it. The classes are
// the orbits of pairs of a value and a member, so that keys go with their members:
// if p permutes a configuration s, the key of p(m) in p(s) is that of m in s.
//
// Members of different keys are sorted by neighbour exchanges. Members of equal keys can
// mostly be exchanged without any change, so that nothing is left to decide;
// where they cannot, all orders of them are tried. The result is thus the same for
// the whole orbit, whatever the keys are good for.

// keyTable has what one field adds to the keys of a block's members.
type keyTable struct {
	field field
	hash  []uint64 // by value and member
}

const (
	maxBlock = 8       // maxOrder is its factorial
	maxRuns  = 16      // each at least doubles the order
	maxKeys  = 1 << 21 // entries of the tables of one block
)

// makeKeys makes the tables of a block. A field that tells no member from another is left out.
func (n *Network) makeKeys(s *symmetry, b *block) {
	k := len(b.members)
	if k > maxBlock {
		bug.Panicf("a block of %d interchangeable members", k)
	}
	// Elements are pairs of a value of a field and a member, numbered through.
	type source struct {
		field  field
		values int
		first  int
	}
	var sources []source
	size := 0
	add := func(f field, values int) {
		if values*k > maxKeys/(len(n.locals)+len(n.queues)) {
			values = 0 // and so it is for the images of this field, which have as many values
		}
		sources = append(sources, source{f, values, size})
		size += values * k
	}
	for r := range n.locals {
		add(n.locals[r].field, len(n.flat.machines[r].states))
	}
	for _, q := range n.queues {
		add(q.fields[0], len(q.dictionary))
	}
	sets := make([]int, size)
	for i := range sets {
		sets[i] = i
	}
	find := func(i int) int {
		for sets[i] != i {
			sets[i] = sets[sets[i]]
			i = sets[i]
		}
		return i
	}
	for _, a := range s.moved {
		member := make([]int, k)
		for m := range b.members {
			member[m] = slices.IndexFunc(b.members, func(o []RoleID) bool { return o[0] == a.roles[b.members[m][0]] })
		}
		join := func(from, to source, image func(int) int) {
			for v := range from.values {
				for m := range k {
					x, y := find(from.first+v*k+m), find(to.first+image(v)*k+member[m])
					sets[max(x, y)] = min(x, y)
				}
			}
		}
		for r := range n.locals {
			join(sources[r], sources[a.roles[r]], func(v int) int { return int(a.local[r][v]) })
		}
		for i := range n.queues {
			join(sources[len(n.locals)+i], sources[len(n.locals)+a.queues[i]], func(v int) int { return int(a.contents[i][v]) })
		}
	}
	for _, from := range sources {
		t := keyTable{field: from.field, hash: make([]uint64, from.values*k)}
		tells := false
		for i := range t.hash {
			t.hash[i] = mix(uint64(find(from.first+i)), 1)
			tells = tells || t.hash[i] != t.hash[i-i%k]
		}
		if tells {
			b.keys = append(b.keys, t)
		}
	}
}

// Canonical implements lts.Symmetric.
func (n *Network) Canonical(s lts.State) {
	var buffer [MaxWidth]uint64
	t := lts.State(buffer[:n.width])
	var runs [maxRuns]run
	open := runs[:0]
	blocks := n.symmetries().blocks
	for i := range blocks {
		open = blocks[i].sort(s, t, open)
	}
	if len(open) == 0 {
		return
	}
	var least [MaxWidth]uint64
	o := orders{runs: open, least: lts.State(least[:n.width])}
	copy(o.least, s)
	o.all(s, 0, 1)
	copy(s, o.least)
}

// run is a row of members with equal keys that makes a difference in which order they stand.
type run struct {
	swaps []swap // one less than members
}

// sort brings the members of a block into the order of their keys, in s; t is scratch. It appends
// the runs that are left to decide.
func (b *block) sort(s, t lts.State, open []run) []run {
	var keys [maxBlock]uint64
	k := len(b.members)
	for i := range b.keys {
		table := &b.keys[i]
		row := table.hash[int(table.field.get(s))*k:][:k]
		for m, h := range row {
			keys[m] += h
		}
	}
	for i := 1; i < k; i++ {
		for j := i; j > 0 && keys[j] < keys[j-1]; j-- {
			keys[j], keys[j-1] = keys[j-1], keys[j]
			b.swaps[j-1].apply(t, s)
			copy(s, t)
		}
	}
	for i := 0; i < k; {
		j, differs := i+1, false
		for ; j < k && keys[j] == keys[i]; j++ {
			if !differs {
				b.swaps[j-1].apply(t, s)
				differs = !t.Equal(s)
			}
		}
		if differs {
			open = append(open, run{b.swaps[i : j-1]})
		}
		i = j
	}
	return open
}

// orders goes through all orders of the members of runs.
type orders struct {
	runs  []run
	least lts.State
}

// all tries, for each order of the first members of the i-th run that has been made in s,
// each place for the member after them, and then the rest.
func (o *orders) all(s lts.State, i, member int) {
	for i < len(o.runs) && member > len(o.runs[i].swaps) {
		i, member = i+1, 1
	}
	if i == len(o.runs) {
		if s.Compare(o.least) < 0 {
			copy(o.least, s)
		}
		return
	}
	var here, next [MaxWidth]uint64
	t, u := lts.State(here[:len(s)]), lts.State(next[:len(s)])
	copy(t, s)
	o.all(t, i, member+1)
	for j := member; j > 0; j-- {
		o.runs[i].swaps[j-1].apply(u, t)
		t, u = u, t
		o.all(t, i, member+1)
	}
}
