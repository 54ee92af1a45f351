package checkpoint

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strings"

	"chorcheck/explore"
	"chorcheck/explore/pack"
)

// blockStates is the number of states of a block.
const blockStates = 1 << 13

// A segment is a file with some levels: blocks, each behind a header (package pack), in the
// order of their levels.
type segment struct {
	Name string
	Size int64
	Sum  string // SHA-256
}

// writeSegment writes all levels from the given one on.
func writeSegment(dir, name string, c explore.Counts, first int, states func(level int) iter.Seq[[]uint64]) (segment, error) {
	s := segment{Name: name}
	f, err := create(filepath.Join(dir, name))
	if err != nil {
		return s, err
	}
	defer f.abandon()
	hash := sha256.New()
	w := &counting{w: io.MultiWriter(f, hash)}
	var p pack.Packer
	var header []byte
	buffer := make([]uint64, 0, blockStates*c.Width)
	flush := func(level int) error {
		if len(buffer) == 0 {
			return nil
		}
		block := p.Pack(buffer, c.Width)
		header = pack.Header{
			Level: uint32(level), Count: uint32(len(buffer) / c.Width), Size: uint32(len(block)), Sum: pack.Checksum(block),
		}.Append(header[:0])
		buffer = buffer[:0]
		if _, err := w.Write(header); err != nil {
			return err
		}
		_, err := w.Write(block)
		return err
	}
	for level := first; level < len(c.Sizes); level++ {
		for words := range states(level) {
			for len(words) > 0 {
				n := min(len(words), cap(buffer)-len(buffer))
				buffer = append(buffer, words[:n]...)
				words = words[n:]
				if len(buffer) == cap(buffer) {
					if err := flush(level); err != nil {
						return s, err
					}
				}
			}
		}
		if err := flush(level); err != nil {
			return s, err
		}
	}
	s.Size, s.Sum = w.n, hex.EncodeToString(hash.Sum(nil))
	return s, f.commit()
}

// counting counts what is written.
type counting struct {
	w io.Writer
	n int64
}

func (c *counting) Write(b []byte) (int, error) {
	n, err := c.w.Write(b)
	c.n += int64(n)
	return n, err
}

// saved is a generation that was found whole.
type saved struct {
	dir    string
	counts explore.Counts
	names  []string
	blocks []block
	starts []int // the first block of each level, and the end
}

type block struct {
	segment int
	at      int64
	pack.Header
}

// open reads all segments of a generation and compares them with what is said of them.
func open(dir string, m *manifest) (*saved, error) {
	s := &saved{dir: dir, counts: m.Counts}
	if m.Counts.Width < 1 || len(m.Counts.Sizes) == 0 {
		return nil, fmt.Errorf("the manifest in %s is %w", dir, ErrDamaged)
	}
	for _, g := range m.Segments {
		path := filepath.Join(dir, g.Name)
		if filepath.Base(g.Name) != g.Name || !strings.HasPrefix(g.Name, segmentPrefix) {
			return nil, fmt.Errorf("the manifest in %s is %w", dir, ErrDamaged)
		}
		if err := s.read(path, g); err != nil {
			return nil, err
		}
	}
	// Each level has its states, and the levels are in their order.
	n := 0
	for level, size := range m.Counts.Sizes {
		s.starts = append(s.starts, n)
		for ; n < len(s.blocks) && int(s.blocks[n].Level) == level; n++ {
			size -= uint64(s.blocks[n].Count)
		}
		if size != 0 {
			return nil, fmt.Errorf("a level of the checkpoint in %s is %w", dir, ErrDamaged)
		}
	}
	s.starts = append(s.starts, n)
	if n != len(s.blocks) {
		return nil, fmt.Errorf("the checkpoint in %s is %w", dir, ErrDamaged)
	}
	return s, nil
}

// read reads the headers of a segment, and checks all of it.
func (s *saved) read(path string, g segment) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	damaged := fmt.Errorf("%s is %w", path, ErrDamaged)
	if info, err := f.Stat(); err != nil {
		return err
	} else if info.Size() != g.Size {
		return damaged
	}
	hash := sha256.New()
	r := io.TeeReader(bufio.NewReaderSize(f, 1<<18), hash)
	var head [pack.HeaderBytes]byte
	for at := int64(0); at < g.Size; {
		if _, err := io.ReadFull(r, head[:]); err != nil {
			return damaged
		}
		h, err := pack.ReadHeader(head[:])
		if err != nil || h.Count > blockStates {
			return damaged
		}
		at += pack.HeaderBytes
		s.blocks = append(s.blocks, block{segment: len(s.names), at: at, Header: h})
		if n, err := io.CopyN(io.Discard, r, int64(h.Size)); err != nil || n != int64(h.Size) {
			return damaged
		}
		at += int64(h.Size)
	}
	if hex.EncodeToString(hash.Sum(nil)) != g.Sum {
		return damaged
	}
	s.names = append(s.names, path)
	return nil
}

func (s *saved) Counts() explore.Counts { return s.counts }

func (s *saved) Blocks(level int) int { return s.starts[level+1] - s.starts[level] }

// Block reads a block again: it may have changed since it was compared.
func (s *saved) Block(level, number int, dst []uint64) ([]uint64, error) {
	b := s.blocks[s.starts[level]+number]
	path := s.names[b.segment]
	f, err := os.Open(path)
	if err != nil {
		return dst, err
	}
	defer f.Close()
	raw := make([]byte, b.Size)
	if _, err := f.ReadAt(raw, b.at); err != nil {
		return dst, fmt.Errorf("%s: %w", path, err)
	}
	if pack.Checksum(raw) != b.Sum {
		return dst, fmt.Errorf("%s is %w", path, ErrDamaged)
	}
	var p pack.Packer
	if dst, err = p.Unpack(raw, int(b.Count), s.counts.Width, dst); err != nil {
		return dst, fmt.Errorf("%s: %w", path, err)
	}
	return dst, nil
}
