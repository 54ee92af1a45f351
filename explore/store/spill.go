package store

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync/atomic"

	"chorcheck/explore/pack"
)

// blockItems is the number of items that are compressed together: what a reader has to
// read to see one of them.
const blockItems = 1 << 12

// away says where the blocks of a chunk are.
type away struct {
	blocks []place
}

type place struct {
	at    int64
	size  uint32 // in the file
	sum   uint32 // checksum of that
	items uint32
}

// placeBytes is the memory of a place.
const placeBytes = 24

// spill is the file to which chunks go, and what is needed for writing it.
type spill struct {
	file    *os.File
	end     atomic.Int64
	packers []*pack.Packer // by worker
	counted int64          // memory of the packers
	failed  error          // nothing more can be written
}

// ReadError says that what was written to disk cannot be read back.
type ReadError struct{ Err error }

func (e *ReadError) Error() string {
	return fmt.Sprintf("states that were spilled to disk cannot be read back: %v", e.Err)
}

func (e *ReadError) Unwrap() error { return e.Err }

// errNoSpill is the answer of a store that must not spill.
var errNoSpill = errors.New("the store does not spill")

// Limit sets the memory that the store may hold; 0: any, below: none. A writer that needs more for its
// list asks to Grow first.
func (s *Store) Limit(bytes int64) { s.budget.Store(bytes) }

// afford counts memory, if the limit allows it.
func (s *Store) afford(bytes int64) bool {
	budget := s.budget.Load()
	if budget == 0 {
		s.memory.add(bytes)
		return true
	}
	if !s.memory.addWithin(bytes, budget) {
		s.short.Store(true)
		return false
	}
	return true
}

// Short reports whether some writer waits for memory.
func (s *Store) Short() bool { return s.short.Load() }

// Spilled is the number of bytes on disk.
func (s *Store) Spilled() int64 { return s.spill.end.Load() }

// Spill writes full chunks of the lists to disk, the oldest first, until it has given
// back so much memory, or there are no more. It returns how much memory it was. After an
// error the chunks that are not written are still in memory, and nothing is lost. No writer
// or reader may be at work; run is as for Grow.
func (s *Store) Spill(need int64, run func(task func(worker int))) (freed int64, err error) {
	if s.options.NoSpill {
		return 0, errNoSpill
	}
	if s.spill.failed != nil {
		return 0, s.spill.failed
	}
	if s.spill.file == nil {
		// The buffers for writing.
		need += int64(s.options.Workers) * int64(min(blockItems, 1<<s.writers[0].list.bits)*s.itemWords()*wordBytes*9/4)
	}
	type candidate struct {
		list  *list
		index int
		away  *away
		err   error
	}
	var chosen []*candidate
	sum, more := int64(0), true
	for i := 0; more && sum < need; i++ {
		more = false
		for _, w := range s.writers {
			l := &w.list
			if uint64(i+1)<<l.bits > l.n {
				continue
			}
			more = true
			if c := &(*l.chunks.Load())[i]; c.away == nil && sum < need {
				chosen = append(chosen, &candidate{list: l, index: i})
				sum += int64(len(c.words)) * wordBytes
			}
		}
	}
	if len(chosen) == 0 {
		return 0, nil
	}
	if err := s.openSpill(); err != nil {
		s.spill.failed = err
		return 0, err
	}
	var cursor atomic.Int64
	task := func(worker int) {
		for {
			k := int(cursor.Add(1) - 1)
			if k >= len(chosen) {
				return
			}
			c := chosen[k]
			c.away, c.err = s.write(worker, c.list.words, (*c.list.chunks.Load())[c.index].words)
			if c.err != nil {
				cursor.Store(int64(len(chosen)))
			}
		}
	}
	if len(chosen) == 1 {
		task(0)
	} else {
		run(task)
	}
	for _, c := range chosen {
		if c.err != nil {
			s.spill.failed = c.err
		}
		if c.away == nil {
			continue
		}
		l := c.list
		chunks := append([]chunk(nil), *l.chunks.Load()...)
		old := chunks[c.index]
		chunks[c.index] = chunk{away: c.away}
		l.chunks.Store(&chunks)
		if l.room == 0 && c.index == len(chunks)-1 {
			l.tail = nil
		}
		bytes := int64(len(old.words))*wordBytes - int64(len(c.away.blocks))*placeBytes
		old.release()
		s.memory.add(-bytes)
		freed += bytes
	}
	now := int64(0)
	for _, p := range s.spill.packers {
		now += p.Bytes()
	}
	s.memory.add(now - s.spill.counted)
	freed -= now - s.spill.counted
	s.spill.counted = now
	s.short.Store(false)
	return freed, s.spill.failed
}

// write puts a chunk into the file.
func (s *Store) write(worker, words int, items []uint64) (*away, error) {
	p := s.spill.packers[worker]
	a := &away{}
	for len(items) > 0 {
		n := min(len(items), blockItems*words)
		packed := p.Pack(items[:n], words)
		items = items[n:]
		at := s.spill.end.Add(int64(len(packed))) - int64(len(packed))
		if _, err := s.spill.file.WriteAt(packed, at); err != nil {
			return nil, s.nameless(err)
		}
		a.blocks = append(a.blocks, place{
			at: at, size: uint32(len(packed)), sum: pack.Checksum(packed), items: uint32(n / words),
		})
	}
	return a, nil
}

// openSpill makes the file. Where the system allows it, the file loses its name at
// once, so that nothing is left of it however the process ends.
func (s *Store) openSpill() error {
	if s.spill.file != nil {
		return nil
	}
	f, err := os.CreateTemp(s.options.SpillDir, "chorcheck-*.spill")
	if err != nil {
		return s.nameless(err)
	}
	_ = os.Remove(f.Name()) // else closeSpill does it
	s.spill.file = f
	for range s.options.Workers {
		s.spill.packers = append(s.spill.packers, &pack.Packer{})
	}
	return nil
}

// nameless is an error about the file, with its directory instead of a name that is another
// one each time.
func (s *Store) nameless(err error) error {
	dir := s.options.SpillDir
	if dir == "" {
		dir = os.TempDir()
	}
	if path := (*fs.PathError)(nil); errors.As(err, &path) {
		err = path.Err
	}
	return fmt.Errorf("%s: %w", dir, err)
}

func (s *Store) closeSpill() {
	if f := s.spill.file; f != nil {
		_ = f.Close()
		_ = os.Remove(f.Name())
		s.spill.file = nil
	}
}

// inPlace says whether a table gives back, while it grows, what it has moved.
func (t *words) inPlace() bool { return t.table.inPlace() }
func (t *pairs) inPlace() bool { return t.table.inPlace() }

func (r *region) inPlace() bool { return r.mapped != nil || len(r.words) < mapFrom }

// fileReader is what a window needs to read blocks.
type fileReader struct {
	raw     []byte
	packer  pack.Packer
	counted int64
}

// load reads a block into a window.
func (s *Store) load(w *window, a *away, block int) {
	w.away = nil
	p := a.blocks[block]
	f := &w.files
	if cap(f.raw) < int(p.size) {
		f.raw = make([]byte, p.size)
	}
	f.raw = f.raw[:p.size]
	_, err := s.spill.file.ReadAt(f.raw, p.at)
	switch {
	case err != nil && !errors.Is(err, io.EOF):
		err = s.nameless(err)
	case pack.Checksum(f.raw) != p.sum: // the end may come with the last byte
		err = pack.ErrDamaged
	default:
		w.items, err = f.packer.Unpack(f.raw, int(p.items), s.itemWords(), w.items[:0])
	}
	if err != nil {
		panic(&ReadError{err})
	}
	w.away, w.block = a, block
	now := f.packer.Bytes() + int64(cap(f.raw)) + int64(cap(w.items))*wordBytes
	s.memory.add(now - f.counted)
	f.counted = now
}

// closeWindow lets go of a window's buffers.
func (s *Store) closeWindow(w *window) {
	s.memory.add(-w.files.counted)
	*w = window{}
}
