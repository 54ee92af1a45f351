package store

// Writer is one worker's way into the store. It is not safe for concurrent use;
// several writers are.
//
// It holds states back until there are enough of them to look for together.
type Writer struct {
	s       *Store
	index   int
	list    list
	sieve   sieve
	encoder encoder
	waiting []uint64 // states that are not in the store yet, unless somebody else has found them
	entries []uint64 // of a batch; of a lossy store: first words of hash
	second  []uint64 // second words of hash
	fresh   []int32  // numbers of the new ones among them
	hash    [pending]uint64
	addr    [pending]uint64
	probe   probe
	_       [64]byte
}

func newWriter(s *Store, index int) *Writer {
	w := &Writer{s: s, index: index}
	w.list.init(s)
	w.sieve.init(s.width)
	w.waiting = make([]uint64, 0, (pending+1)*s.width)
	w.fresh = make([]int32, 0, pending)
	switch {
	case s.tree != nil:
		w.encoder.init(s.tree)
		w.entries = make([]uint64, pending)
	case s.options.Lossy():
		w.entries = make([]uint64, pending)
		w.second = make([]uint64, pending)
	}
	return w
}

// Len is the number of states in the writer's list.
func (w *Writer) Len() uint64 { return w.list.n }

// held is the number of states that the writer holds back.
func (w *Writer) held() int { return len(w.waiting) / w.s.width }

// Add puts packed states into the store, some of them only with a later Add or with
// Flush. States that are new become the next ones in the writer's list. The result
// is the number of words dealt with: it is less than len(states) if the store has to
// grow first.
func (w *Writer) Add(states []uint64) int {
	width := w.s.width
	done := 0
	for done < len(states) {
		if len(w.waiting) >= Batch*width && !w.Flush() {
			return done
		}
		part := states[done:min(len(states), done+Batch*width)]
		done += len(part)
		switch {
		case w.s.options.NoSieve:
			w.waiting = append(w.waiting, part...)
		case width == 1:
			w.waiting = w.sieve.words(part, w.waiting)
		default:
			w.waiting = w.sieve.states(part, w.waiting)
		}
	}
	return done
}

// Flush enters the states that wait. It reports false if the store has to grow first.
func (w *Writer) Flush() bool {
	s := w.s
	n := len(w.waiting) / s.width
	if n == 0 {
		return true
	}
	if s.reserved.Add(int64(n)) > s.set.limit() || s.tree != nil && !s.tree.hasRoom() || !w.list.prepare(n) {
		s.reserved.Add(-int64(n))
		return false
	}
	lossy := s.options.Lossy()
	switch {
	case s.tree != nil:
		w.encoder.encode(w.waiting, w.entries[:n])
		w.entries = w.entries[:n]
	case lossy:
		w.hashWaiting(n)
	default:
		w.entries = w.waiting
	}
	w.fresh = w.fresh[:0]
	s.set.insert(w)
	if lossy {
		for _, i := range w.fresh {
			w.list.pushWide(w.waiting[int(i)*s.width : (int(i)+1)*s.width])
		}
	} else {
		for _, i := range w.fresh {
			w.list.push(w.entries[i])
		}
	}
	if known := n - len(w.fresh); known > 0 {
		s.reserved.Add(-int64(known))
	}
	w.waiting = w.waiting[:0]
	w.sieve.widen(w.list.n)
	return true
}

// hashWaiting fills in what a lossy store knows of the n states that wait.
func (w *Writer) hashWaiting(n int) {
	c := w.s.options.Choice
	w.entries, w.second = w.entries[:n], w.second[:n]
	fingerprints(w.waiting, w.s.width, c.Seed, w.entries, w.second)
	if c.Kind == Compact && c.Fingerprint < 64 {
		for i := range w.entries {
			w.entries[i] >>= 64 - c.Fingerprint
		}
	}
}
