package checkpoint

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"chorcheck/explore"
)

// Identity says which search a checkpoint is of. All of it has to be the same.
type Identity struct {
	Tool    string // the version of the program
	Model   string // a hash of what is searched
	Options string // those that matter
}

// OtherError says that a checkpoint is of another search.
type OtherError struct{ What, Is, Was string }

func (e *OtherError) Error() string {
	return fmt.Sprintf("the checkpoint is of another %s: %s, not %s", e.What, e.Was, e.Is)
}

// compare returns an *OtherError if the identities differ.
func (id Identity) compare(saved Identity) error {
	for _, c := range []OtherError{
		{"version of the program", id.Tool, saved.Tool}, {"model", id.Model, saved.Model}, {"set of options", id.Options, saved.Options},
	} {
		if c.Is != c.Was {
			return &c
		}
	}
	return nil
}

// Files of a checkpoint.
const (
	kind          = "checkpoint"
	manifestName  = "manifest-%d" // 0 or 1
	segmentPrefix = "segment-"
)

// A manifest is one generation.
type manifest struct {
	Identity   Identity
	Generation uint64
	Counts     explore.Counts
	Segments   []segment
}

// A Journal is a checkpoint in a directory. It is an explore.Keeper.
type Journal struct {
	dir  string
	id   Identity
	last *manifest // nil: none
	old  *manifest // the one before, if its file is whole
	from *saved
	lock *os.File

	// Passed is why a newer generation than the one that was loaded was passed over; nil
	// if none was.
	Passed error
}

// Open opens the checkpoint in a directory, and makes the directory if there is none. A
// checkpoint of another search gets an *OtherError, one that is in use ErrInUse, one of
// which no generation is whole an error that is ErrDamaged.
func Open(dir string, id Identity) (*Journal, error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, err
	}
	j := &Journal{dir: dir, id: id}
	var err error
	if j.lock, err = lock(filepath.Join(dir, "lock")); err != nil {
		return nil, err
	}
	if err := j.load(); err != nil {
		j.Close()
		return nil, err
	}
	return j, nil
}

// Close lets go of the directory.
func (j *Journal) Close() {
	if j.lock != nil {
		_ = j.lock.Close()
		j.lock = nil
	}
}

// Saved is what a search can go on from; nil if nothing was kept.
func (j *Journal) Saved() explore.Saved {
	if j.from == nil {
		return nil
	}
	return j.from
}

// load finds the last generation that is whole.
func (j *Journal) load() error {
	var found []*manifest
	var bad error
	for i := range 2 {
		m := &manifest{}
		err := ReadSealed(filepath.Join(j.dir, fmt.Sprintf(manifestName, i)), kind, m)
		switch {
		case err == nil && m.Generation%2 == uint64(i):
			found = append(found, m)
		case err == nil:
			bad = fmt.Errorf("manifest %d is %w", i, ErrDamaged)
		case !errors.Is(err, fs.ErrNotExist):
			bad = err
		}
	}
	slices.SortFunc(found, func(a, b *manifest) int { return cmp.Compare(b.Generation, a.Generation) })
	for i, m := range found {
		if err := j.id.compare(m.Identity); err != nil {
			return err
		}
		s, err := open(j.dir, m)
		if err != nil {
			bad = err
			continue
		}
		j.last, j.from = m, s
		if i+1 < len(found) {
			j.old = found[i+1]
		}
		break
	}
	if bad != nil && j.last == nil {
		return fmt.Errorf("there is no whole checkpoint in %s: %w", j.dir, bad)
	}
	j.Passed = bad
	return nil
}

// Keep adds a generation.
func (j *Journal) Keep(c explore.Counts, states func(level int) iter.Seq[[]uint64]) error {
	m := &manifest{Identity: j.id, Generation: 1, Counts: c}
	first := 0
	if j.last != nil {
		m.Generation = j.last.Generation + 1
		m.Segments = slices.Clone(j.last.Segments)
		first = len(j.last.Counts.Sizes)
		if first > len(c.Sizes) || !slices.Equal(j.last.Counts.Sizes, c.Sizes[:first]) {
			return errors.New("checkpoint: the levels are not those that were kept before")
		}
	}
	if first < len(c.Sizes) {
		s, err := writeSegment(j.dir, fmt.Sprintf("%s%06d", segmentPrefix, m.Generation), c, first, states)
		if err != nil {
			return err
		}
		m.Segments = append(m.Segments, s)
	}
	if err := WriteSealed(filepath.Join(j.dir, fmt.Sprintf(manifestName, m.Generation%2)), kind, m); err != nil {
		return err
	}
	j.last, j.old = m, j.last
	j.sweep()
	return nil
}

// sweep removes the files that no generation needs.
func (j *Journal) sweep() {
	used := map[string]bool{}
	for _, m := range []*manifest{j.last, j.old} {
		if m != nil {
			for _, s := range m.Segments {
				used[s.Name] = true
			}
		}
	}
	entries, err := os.ReadDir(j.dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		if n := e.Name(); strings.HasPrefix(n, segmentPrefix) && !used[n] {
			_ = os.Remove(filepath.Join(j.dir, n))
		}
	}
}
