package private_test

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chorcheck/internal/graph/private"
)

// user gives the test directories of its own.
func user(t *testing.T) (cache, temporary string) {
	if runtime.GOOS != "linux" {
		t.Skip("the place of the directory for caches is that of Linux")
	}
	cache, temporary = t.TempDir(), t.TempDir()
	t.Setenv("XDG_CACHE_HOME", cache)
	t.Setenv("TMPDIR", temporary)
	return cache, temporary
}

func TestTheDirectoryBelongsToTheUser(t *testing.T) {
	cache, temporary := user(t)
	for range 2 {
		dir, once, err := private.Directory()
		require.NoError(t, err)
		assert.False(t, once)
		assert.Equal(t, filepath.Join(cache, "chorcheck", "graph"), dir)
		assert.True(t, private.Is(dir))
	}
	for _, dir := range []string{"chorcheck", "chorcheck/graph"} {
		info, err := os.Stat(filepath.Join(cache, dir))
		require.NoError(t, err)
		assert.Equal(t, os.FileMode(0o700), info.Mode().Perm())
	}
	left, err := os.ReadDir(temporary)
	require.NoError(t, err)
	assert.Empty(t, left)
}

// What somebody else can write to, a link, a file and a directory that cannot be made are not taken.
func TestAnotherDirectoryWhereThatIsNotPossible(t *testing.T) {
	for name, spoil := range map[string]func(cache string) error{
		"others may write to it": func(cache string) error {
			if err := os.MkdirAll(filepath.Join(cache, "chorcheck", "graph"), 0o700); err != nil {
				return err
			}
			return os.Chmod(filepath.Join(cache, "chorcheck", "graph"), 0o770)
		},
		"others may write above it": func(cache string) error {
			if err := os.MkdirAll(filepath.Join(cache, "chorcheck"), 0o700); err != nil {
				return err
			}
			return os.Chmod(filepath.Join(cache, "chorcheck"), 0o777)
		},
		"a link": func(cache string) error {
			return os.Symlink(os.TempDir(), filepath.Join(cache, "chorcheck"))
		},
		"a file": func(cache string) error { return os.WriteFile(filepath.Join(cache, "chorcheck"), nil, 0o600) },
	} {
		t.Run(name, func(t *testing.T) {
			cache, temporary := user(t)
			require.NoError(t, spoil(cache))
			dir, once, err := private.Directory()
			require.NoError(t, err)
			assert.True(t, once)
			assert.Equal(t, temporary, filepath.Dir(dir))
			assert.True(t, private.Is(dir))
		})
	}
}

func TestNoDirectoryAtAll(t *testing.T) {
	user(t)
	t.Setenv("XDG_CACHE_HOME", os.DevNull)
	t.Setenv("TMPDIR", filepath.Join(os.DevNull, "none"))
	_, once, err := private.Directory()
	assert.Error(t, err)
	assert.False(t, once)
}

func TestEnvironment(t *testing.T) {
	before := []string{"TMPDIR=/tmp", "HOME=/home/me"}
	after := private.Environment(before, "/secret")
	assert.Equal(t, []string{"TMPDIR=/tmp", "HOME=/home/me", "TMPDIR=/secret", "TMP=/secret", "TEMP=/secret"}, after)
	assert.Len(t, before, 2)
}
