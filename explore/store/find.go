package store

// None is the id of a state that is not in the store.
const None = ^uint64(0)

// Finder looks states up in batches once all writers have stopped. It is not
// safe for concurrent use; several finders are.
type Finder struct {
	s       *Store
	encoder encoder
	window  window
	entries []uint64
	absent  []int32 // numbers of states that have no entry
	hash    [pending]uint64
	addr    [pending]uint64
}

// Seal gives ids to the states. The ids stay valid until the next Add or Grow.
// No writer may be at work.
func (s *Store) Seal() { s.set.index() }

// IDs is an upper bound: all ids are less.
func (s *Store) IDs() uint64 {
	if s.options.Lossy() {
		return 0
	}
	return s.set.ids()
}

// NewFinder returns a finder. Seal has to be called before it is used. A lossy store
// has none.
func (s *Store) NewFinder() *Finder {
	if s.options.Lossy() {
		panic(noIDsMessage)
	}
	f := &Finder{s: s}
	if s.tree != nil {
		f.encoder.init(s.tree)
	}
	return f
}

// Close gives the finder's buffer back. It can still be used.
func (f *Finder) Close() { f.s.closeWindow(&f.window) }

// Find is the id of one state.
func (s *Store) Find(state []uint64) (id uint64, ok bool) {
	id = s.NewFinder().Find(state, nil)[0]
	return id, id != None
}

// Find appends the id of each of the packed states to ids: None for one that is
// not in the store.
func (f *Finder) Find(states []uint64, ids []uint64) []uint64 {
	width := f.s.width
	for len(states) > 0 {
		part := states[:min(pending*width, len(states))]
		states = states[len(part):]
		from := len(ids)
		f.look(part)
		ids = f.s.set.find(f, ids)
		for _, i := range f.absent {
			ids[from+int(i)] = None
		}
	}
	return ids
}

// look fills in the entries of states.
func (f *Finder) look(states []uint64) {
	f.absent = f.absent[:0]
	if f.s.tree == nil {
		f.entries = states
		return
	}
	f.entries = append(f.entries[:0], states[:len(states)/f.s.width]...)
	f.absent = f.encoder.find(states, f.entries, f.absent)
}

// State writes the state with the given id, which has to be one that Find has
// given, to dst, and returns dst.
func (s *Store) State(id uint64, dst []uint64) []uint64 {
	x := s.set.entry(id)
	if s.tree == nil {
		dst[0] = x
		return dst
	}
	return s.tree.decode([]uint64{x}, dst[:0])
}

// IDsAt appends the ids of the states from position from to position to of one
// writer's list to ids.
func (f *Finder) IDsAt(writer int, from, to uint64, ids []uint64) []uint64 {
	for from < to {
		f.entries = f.s.writers[writer].list.items(&f.window, from, min(to, from+pending))
		from += uint64(len(f.entries))
		ids = f.s.set.find(f, ids)
	}
	f.entries = nil
	return ids
}

// Place says where in the writers' lists a state is; Writer is -1 if it is in
// none.
type Place struct {
	Writer   int
	Position uint64
}

// Locate finds the places of packed states. It reads all lists once, for all states
// together. A bit map of hashes turns nearly all others away.
func (s *Store) Locate(states []uint64) []Place {
	if s.options.Lossy() {
		return s.locateWhole(states)
	}
	places := make([]Place, len(states)/s.width)
	want := make(map[uint64][]int, len(places))
	filter := make([]uint64, 1<<10)
	f := s.NewFinder()
	defer f.Close()
	for i := range places {
		places[i].Writer = -1
		f.look(states[i*s.width : (i+1)*s.width])
		if len(f.absent) > 0 {
			continue
		}
		x := f.entries[0]
		want[x] = append(want[x], i)
		h := x * key0 >> 48
		filter[h>>6] |= 1 << (h & 63)
	}
	left := len(want)
	for _, w := range s.writers {
		for from := uint64(0); from < w.list.n && left > 0; {
			part := w.list.items(&f.window, from, w.list.n)
			for i, x := range part {
				h := x * key0 >> 48
				if filter[h>>6]>>(h&63)&1 == 0 {
					continue
				}
				if list, ok := want[x]; ok {
					for _, k := range list {
						places[k] = Place{Writer: w.index, Position: from + uint64(i)}
					}
					left--
				}
			}
			from += uint64(len(part))
		}
	}
	return places
}

// locateWhole is Locate where the lists hold whole states.
func (s *Store) locateWhole(states []uint64) []Place {
	places := make([]Place, len(states)/s.width)
	want := make(map[uint64][]int, len(places)) // by hash
	filter := make([]uint64, 1<<10)
	for i := range places {
		places[i].Writer = -1
		h := Hash(states[i*s.width : (i+1)*s.width])
		want[h] = append(want[h], i)
		filter[h>>54] |= 1 << (h & 63)
	}
	left := len(places)
	reader := s.NewReader()
	defer reader.Close()
	for _, w := range s.writers {
		for from := uint64(0); from < w.list.n && left > 0; {
			part := reader.States(w.index, from, w.list.n)
			for ; len(part) > 0; part = part[s.width:] {
				x := part[:s.width]
				from++
				h := Hash(x)
				if filter[h>>54]>>(h&63)&1 == 0 {
					continue
				}
				for _, k := range want[h] {
					if places[k].Writer < 0 && equal(states[k*s.width:(k+1)*s.width], x) {
						places[k] = Place{Writer: w.index, Position: from - 1}
						left--
					}
				}
			}
		}
	}
	return places
}
