package cli

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chorcheck/internal/starter"
)

// What the first protocol invites to try shows what it is meant to show.
func TestWhatTheFirstProtocolInvitesToTry(t *testing.T) {
	text := starter.Files(starter.Unknown)[0].Text
	for _, try := range []struct{ old, new, shows string }{
		{"crash Bank", "crash Shop", "deadlock in rough (1 of 2): after the crash of Shop"},
		{"  loss Bank -> Shop", "  loss Shop -> Bank\n  loss Bank -> Shop", "warning: unguarded-wait in rough: Bank waits"},
		{" discard late", "", "orphan-message in calm"},
	} {
		require.Equal(t, 1, strings.Count(text, try.old), "%s stands there once", try.old)
		var out, err bytes.Buffer
		Main("test", []string{"verify", "-"}, Streams{In: strings.NewReader(strings.Replace(text, try.old, try.new, 1)), Out: &out, Err: &err})
		assert.Contains(t, out.String(), try.shows, "%s", err.String())
	}
	assert.Equal(t, 3, strings.Count(text, "TRY: "), "each of them is above")
}

func TestIsAction(t *testing.T) {
	for _, name := range []string{"a/b@v1", "a-b/c.d/e_f@feature/x-1"} {
		assert.True(t, isAction(name), name)
	}
	for _, name := range []string{"", "a/b", "a@v1", "a/b@", "a/b@v1\n", "a/b@v 1", "a/b@v1 # x", "a/b@'v1'", "a_b/c@v1", "./a@v1"} {
		assert.False(t, isAction(name), name)
	}
}

func TestRepository(t *testing.T) {
	dir := t.TempDir()
	assert.Empty(t, repository(filepath.Join(dir, "a", "b")))
	require.NoError(t, writeNew(filepath.Join(dir, ".git"), "gitdir: elsewhere", 0o644))
	assert.Equal(t, dir, repository(filepath.Join(dir, "a", "b")))
	assert.Empty(t, repository(dir))
}

func TestShellWord(t *testing.T) {
	for name, want := range map[string]string{"a/b.c": "a/b.c", "a b": "'a b'", "-x": "./-x", "$(x)": "'$(x)'", "it's": `'it'\''s'`, "a\nb": `'a\x0ab'`} {
		assert.Equal(t, want, shellWord(name))
	}
}
