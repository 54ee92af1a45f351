package cache

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chorcheck/lang"
	"chorcheck/verify"
)

func info(t *testing.T, c *Cache) Info {
	t.Helper()
	i, err := c.Info()
	require.NoError(t, err)
	return i
}

func TestKeepAndFind(t *testing.T) {
	base := filepath.Join(t.TempDir(), "deep", "cache")
	c := Open(base)
	assert.Equal(t, Info{}, info(t, c), "there is no directory yet")
	q := full(t)
	_, ok := c.Find(q)
	assert.False(t, ok)
	r := answer(t, q)
	c.Keep(q, r)
	assert.Equal(t, 1, info(t, c).Entries)
	dir, err := os.Stat(c.Dir())
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o700), dir.Mode().Perm())
	found, ok := Open(base).Find(q) // as another process would
	require.True(t, ok)
	assert.Equal(t, reports(t, q, r), reports(t, q, found))
	assert.Same(t, q.Unit.Environments[0], found.Environments[0].Environment)
	other := *q
	other.Tool = "another build"
	_, ok = c.Find(&other)
	assert.False(t, ok)
}

// TestLeastRecentlyUsedGoes: finding counts as use.
func TestLeastRecentlyUsedGoes(t *testing.T) {
	c := Open(t.TempDir())
	var questions []*Question
	at := time.Now().Add(-time.Hour)
	for i := range 5 {
		q := question(t, specs+"handshake.chor", lang.Options{}, verify.Options{Workers: i + 1})
		c.Keep(q, answer(t, q))
		questions = append(questions, q)
		old := at.Add(time.Duration(i) * time.Minute)
		require.NoError(t, os.Chtimes(c.path(q.Key()), old, old))
	}
	_, ok := c.Find(questions[0])
	require.True(t, ok)
	stale := filepath.Join(c.Dir(), unfinished+"1")
	fresh := filepath.Join(c.Dir(), unfinished+"2")
	for _, name := range []string{stale, fresh} {
		require.NoError(t, os.WriteFile(name, []byte("x"), 0o600))
	}
	old := time.Now().Add(-2 * abandoned)
	require.NoError(t, os.Chtimes(stale, old, old))

	small := Open(filepath.Dir(c.Dir()))
	small.limit = info(t, c).Bytes * 7 / 10
	q := question(t, specs+"handshake.chor", lang.Options{}, verify.Options{Workers: 9})
	small.Keep(q, answer(t, q))
	assert.LessOrEqual(t, info(t, c).Bytes, small.limit)
	for i, q := range append(questions, q) {
		_, ok := c.Find(q)
		assert.Equal(t, i == 0 || i >= 4, ok, "entry %d", i)
	}
	assert.NoFileExists(t, stale)
	assert.FileExists(t, fresh)
}

func TestClear(t *testing.T) {
	c := Open(t.TempDir())
	none, err := c.Clear()
	require.NoError(t, err)
	assert.Equal(t, Info{}, none)
	q := full(t)
	c.Keep(q, answer(t, q))
	mine := filepath.Join(c.Dir(), "my"+suffix)
	require.NoError(t, os.WriteFile(mine, nil, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(c.Dir(), unfinished+"1"), nil, 0o600))
	before := info(t, c)
	gone, err := c.Clear()
	require.NoError(t, err)
	assert.Equal(t, before, gone)
	files, err := os.ReadDir(c.Dir())
	require.NoError(t, err)
	require.Len(t, files, 1)
	assert.FileExists(t, mine)
	require.NoError(t, os.Remove(mine))
	_, err = c.Clear()
	require.NoError(t, err)
	assert.NoDirExists(t, c.Dir())
}

// TestNoPlace: where nothing can be kept, nothing is found, and nothing goes wrong.
func TestNoPlace(t *testing.T) {
	q := full(t)
	r := answer(t, q)
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	open := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(open, folder), 0o700))
	require.NoError(t, os.Chmod(filepath.Join(open, folder), 0o777))
	for what, dir := range map[string]string{"a file": file, "a device": os.DevNull, "open to others": open} {
		c := Open(dir)
		c.Keep(q, r)
		_, ok := c.Find(q)
		assert.False(t, ok, what)
		if tool, ok := c.Identity("v1"); assert.True(t, ok) {
			assert.Contains(t, tool, "v1 ")
		}
	}
	files, err := os.ReadDir(filepath.Join(open, folder))
	require.NoError(t, err)
	assert.Empty(t, files)
	// An entry that is no file.
	c := Open(t.TempDir())
	require.NoError(t, os.MkdirAll(c.path(q.Key()), 0o700))
	c.Keep(q, r)
	_, ok := c.Find(q)
	assert.False(t, ok)
}

// TestTogether: several caches in one directory, as of several processes, that keep, find, trim and clear at the same time.
func TestTogether(t *testing.T) {
	dir := t.TempDir()
	var questions []*Question
	var results []*verify.Result
	var want []string
	for i := range 4 {
		q := question(t, specs+"order-payment.chor", lang.Options{}, verify.Options{Workers: i + 1})
		r := answer(t, q)
		questions, results, want = append(questions, q), append(results, r), append(want, everything(t, r))
	}
	var group sync.WaitGroup
	problems := make(chan string, 100)
	for n := range 8 {
		group.Go(func() {
			for round := range 30 {
				c := Open(dir)
				c.limit = 3000
				i := (n + round) % len(questions)
				if r, ok := c.Find(questions[i]); ok {
					if everything(t, r) != want[i] {
						problems <- fmt.Sprintf("another result for question %d", i)
					}
				} else {
					c.Keep(questions[i], results[i])
				}
				if n == 0 && round%10 == 0 {
					if _, err := c.Clear(); err != nil {
						problems <- err.Error()
					}
				}
			}
		})
	}
	group.Wait()
	close(problems)
	for p := range problems {
		assert.Fail(t, p)
	}
	c := Open(dir)
	for i, q := range questions {
		c.Keep(q, results[i])
		r, ok := c.Find(q)
		require.True(t, ok)
		assert.Equal(t, want[i], everything(t, r))
	}
	rest, err := c.files(func(name string) bool { return filepath.Ext(name) != suffix })
	require.NoError(t, err)
	assert.Empty(t, rest, "nothing is left unfinished")
}
