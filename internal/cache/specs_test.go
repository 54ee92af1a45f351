package cache

import (
	"encoding/json"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chorcheck/lang"
	"chorcheck/verify"
)

// TestReportsAreTheSame: whatever we ship, what is said of a result that was kept is what was said of it before.
func TestReportsAreTheSame(t *testing.T) {
	c := Open(t.TempDir())
	var names []string
	require.NoError(t, filepath.WalkDir(specs, func(path string, d fs.DirEntry, err error) error {
		if ext := filepath.Ext(path); ext == ".chor" || ext == ".fsa" {
			names = append(names, path)
		}
		return err
	}))
	require.Greater(t, len(names), 100)
	for _, name := range names {
		if testing.Short() && strings.Contains(name, "bench") {
			continue
		}
		q := question(t, name, lang.Options{}, usual())
		r := answer(t, q)
		require.True(t, Settled(r), name)
		before, all := reports(t, q, r), everything(t, r)
		c.Keep(q, r)
		assert.Equal(t, all, everything(t, r), "keeping a result has changed it")

		found, ok := c.Find(q)
		if !ok { // why?
			entry, err := read(c.path(q.Key()))
			require.NoError(t, err, name)
			back, err := decode(q.Key(), entry)
			require.NoError(t, err, name)
			require.NoError(t, confirm(back, q.Unit, &q.Options), name)
		}
		require.True(t, ok, name)
		assert.Equal(t, all, everything(t, found), name)
		assert.Equal(t, before, reports(t, q, found), name)
	}
}

// everything that a result says, as text.
func everything(t *testing.T, r *verify.Result) string {
	t.Helper()
	b, err := json.Marshal(r)
	require.NoError(t, err)
	return string(b)
}
