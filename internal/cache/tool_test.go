package cache

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestIdentity(t *testing.T) {
	c := Open(t.TempDir())
	one, ok := c.Identity("v1")
	require.True(t, ok)
	again, ok := c.Identity("v1")
	require.True(t, ok)
	assert.Equal(t, one, again)
	two, ok := c.Identity("v2")
	require.True(t, ok)
	assert.NotEqual(t, one, two)
	sum, ok := strings.CutPrefix(one, "v1 ")
	require.True(t, ok)
	assert.Len(t, sum, 64)
}

// TestRemembered: the hash of a file is remembered while its name, size and time are the same, and where the time says
// something.
func TestRemembered(t *testing.T) {
	c := Open(t.TempDir())
	name := filepath.Join(t.TempDir(), "program")
	write := func(content string, at time.Time) os.FileInfo {
		require.NoError(t, os.WriteFile(name, []byte(content), 0o700))
		require.NoError(t, os.Chtimes(name, at, at))
		info, err := os.Stat(name)
		require.NoError(t, err)
		return info
	}
	knows := func(name string, info os.FileInfo) bool {
		_, ok := c.remembered(name, info)
		return ok
	}
	sum := strings.Repeat("ab", 32)
	old := time.Now().Add(-time.Hour).Truncate(time.Second)
	info := write("one", old.Add(1234567))
	require.False(t, knows(name, info))
	c.remember(name, info, sum)
	got, ok := c.remembered(name, info)
	assert.True(t, ok)
	assert.Equal(t, sum, got)
	assert.False(t, knows("/elsewhere", info))
	assert.False(t, knows(name, write("longer", old.Add(1234567))))
	assert.False(t, knows(name, write("two", old.Add(1234568))))

	if runtime.GOOS == "linux" {
		assert.True(t, knows(name, info))
		assert.False(t, knows(name, write("two", old.Add(1234567))), "another file of the same size, with the time of the first")
	}

	whole := write("one", old)
	c.remember(name, whole, sum)
	assert.False(t, knows(name, whole), "a time that is a whole second may have been set")
	young := write("one", time.Now())
	c.remember(name, young, sum)
	assert.False(t, knows(name, young), "the file may change without another time")

	info = write("one", old.Add(1234567))
	path, ok := c.memo(name, info)
	require.True(t, ok)
	for _, bad := range []string{"", sum[1:], sum + "a", strings.Repeat("x", 64)} {
		require.NoError(t, os.WriteFile(path, []byte(bad), 0o600))
		assert.False(t, knows(name, info), bad)
	}
}
