package cache

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"chorcheck/verify"
)

// Limit is the size of all entries together, in bytes, above which those that were not used for the longest time are removed.
const Limit = 256 << 20

const (
	folder     = "verdicts" // of entries, in the directory of the cache
	suffix     = ".verdict"
	unfinished = "unfinished-"
	// abandoned is the age at which nobody writes to an unfinished file any more.
	abandoned = time.Hour
	// trimEvery is the number of results after which the size is looked at again; it is after the first, too.
	trimEvery = 64
)

// Cache is a directory with results. It may be used by several goroutines and processes at once.
type Cache struct {
	dir   string
	limit int64
	kept  atomic.Int64
}

// Open gives the cache in a directory, which is made when something is kept.
func Open(dir string) *Cache {
	return &Cache{dir: filepath.Join(dir, folder), limit: Limit}
}

// Dir is the directory of the entries.
func (c *Cache) Dir() string { return c.dir }

// Find gives the result of an earlier verification, confirmed, if there is one.
func (c *Cache) Find(q *Question) (*verify.Result, bool) {
	if !Keeps(&q.Options) || !private(c.dir) {
		return nil, false
	}
	key := q.Key()
	path := c.path(key)
	entry, err := read(path)
	if err != nil {
		return nil, false
	}
	r, err := decode(key, entry)
	if err == nil {
		err = confirm(r, q.Unit, &q.Options)
	}
	if err != nil {
		return nil, false
	}
	now := time.Now()
	_ = os.Chtimes(path, now, now) // used; if that cannot be written it is removed earlier
	return r, true
}

// Keep keeps a result, if it is settled and there is a place for it.
func (c *Cache) Keep(q *Question, r *verify.Result) {
	if !Keeps(&q.Options) || !Settled(r) {
		return
	}
	key := q.Key()
	entry, err := encode(key, r)
	if err != nil {
		return
	}
	if os.MkdirAll(c.dir, 0o700) != nil || !private(c.dir) || c.write(c.path(key), entry) != nil {
		return
	}
	if c.kept.Add(1)%trimEvery == 1 {
		c.trim()
	}
}

func (c *Cache) path(key Key) string { return filepath.Join(c.dir, key.String()+suffix) }

// private reports whether nobody else can write into a directory.
func private(dir string) bool {
	info, err := os.Stat(dir)
	return err == nil && info.IsDir() && (runtime.GOOS == "windows" || info.Mode().Perm()&0o022 == 0)
}

// read reads a file that is not larger than an entry.
func read(path string) ([]byte, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() { // not a pipe, which would be waited for
		return nil, errEntry
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, mostBytes+1))
}

// write writes a file so that it appears as a whole.
func (c *Cache) write(path string, content []byte) error {
	f, err := os.CreateTemp(c.dir, unfinished)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}

// Info says what is in a cache.
type Info struct {
	Entries int
	Bytes   int64
}

// Info counts the entries. A directory that does not exist has none.
func (c *Cache) Info() (Info, error) {
	var sum Info
	list, err := c.entries()
	for _, e := range list {
		sum.Entries++
		sum.Bytes += e.Size()
	}
	return sum, err
}

// Clear removes all entries, and whatever else this package has written; other files stay. It says what it has removed.
func (c *Cache) Clear() (Info, error) {
	var sum Info
	list, err := c.entries()
	for _, e := range list {
		switch failed := os.Remove(filepath.Join(c.dir, e.Name())); {
		case failed == nil:
			sum.Entries++
			sum.Bytes += e.Size()
		case !errors.Is(failed, fs.ErrNotExist): // another process was faster
			err = errors.Join(err, failed)
		}
	}
	rest, failed := c.files(func(name string) bool {
		return strings.HasPrefix(name, unfinished) || strings.HasPrefix(name, toolPrefix)
	})
	for _, f := range rest {
		_ = os.Remove(filepath.Join(c.dir, f.Name()))
	}
	err = errors.Join(err, failed)
	_ = os.Remove(c.dir) // unless there is something else in it
	return sum, err
}

// entries lists the files that are entries by their names.
func (c *Cache) entries() ([]fs.FileInfo, error) {
	return c.files(func(name string) bool {
		key, ok := strings.CutSuffix(name, suffix)
		return ok && len(key) == 2*len(Key{})
	})
}

// files lists the files that are ours, by their names. A directory that does not exist has none.
func (c *Cache) files(ours func(name string) bool) ([]fs.FileInfo, error) {
	all, err := os.ReadDir(c.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var list []fs.FileInfo
	for _, f := range all {
		if !ours(f.Name()) {
			continue
		}
		if info, gone := f.Info(); gone == nil && info.Mode().IsRegular() {
			list = append(list, info)
		}
	}
	return list, err
}

// trim removes the entries that were not used for the longest time, until the others are not larger than the limit, and
// files that nobody has finished.
func (c *Cache) trim() {
	list, _ := c.entries()
	sum := int64(0)
	for _, e := range list {
		sum += e.Size()
	}
	slices.SortFunc(list, func(a, b fs.FileInfo) int { return a.ModTime().Compare(b.ModTime()) })
	for _, e := range list {
		if sum <= c.limit {
			break
		}
		if os.Remove(filepath.Join(c.dir, e.Name())) == nil {
			sum -= e.Size()
		}
	}
	rest, _ := c.files(func(name string) bool { return strings.HasPrefix(name, unfinished) })
	for _, f := range rest {
		if time.Since(f.ModTime()) > abandoned {
			_ = os.Remove(filepath.Join(c.dir, f.Name()))
		}
	}
}
