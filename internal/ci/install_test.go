package ci

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestInstall calls `make install` with a program that is built already, in a copy of the
// Makefile's directory with nothing else in it.
func TestInstall(t *testing.T) {
	needs(t, "make", "install", "go")
	makefile, err := os.ReadFile("../../Makefile")
	require.NoError(t, err)
	dir, dest := t.TempDir(), filepath.Join(t.TempDir(), "a b")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "Makefile"), makefile, 0o644))
	bin := filepath.Join(dir, "bin")
	require.NoError(t, os.Mkdir(bin, 0o777))
	require.NoError(t, os.Symlink(program(t), filepath.Join(bin, "chorcheck")))
	require.NoError(t, os.WriteFile(filepath.Join(bin, "chorcheck-graph"), []byte("#!/bin/sh\n"), 0o755))
	install := exec.Command("make", "-o", "build", "install", "DESTDIR="+dest, "PREFIX=/usr")
	install.Dir = dir
	out, err := install.CombinedOutput()
	require.NoError(t, err, "%s", out)
	for _, name := range []string{
		"man/man1/chorcheck.1", "man/man1/chorcheck-verify.1", "bash-completion/completions/chorcheck",
		"zsh/site-functions/_chorcheck", "fish/vendor_completions.d/chorcheck.fish",
	} {
		info, err := os.Stat(filepath.Join(dest, "usr", "share", name))
		require.NoError(t, err)
		assert.NotZero(t, info.Size(), name)
	}
	info, err := os.Stat(filepath.Join(dest, "usr", "bin", "chorcheck-graph"))
	require.NoError(t, err)
	assert.NotZero(t, info.Mode()&0o111)
	installed := exec.Command(filepath.Join(dest, "usr", "bin", "chorcheck"), "version")
	out, err = installed.CombinedOutput()
	require.NoError(t, err)
	assert.Contains(t, string(out), "chorcheck v1.2.3")

	if _, err := exec.LookPath("groff"); err != nil {
		t.Log("groff is not installed: the pages are not looked at")
		return
	}
	pages, err := filepath.Glob(filepath.Join(dest, "usr", "share", "man", "man1", "*.1"))
	require.NoError(t, err)
	for _, page := range pages {
		out, err := exec.Command("groff", "-man", "-Kutf8", "-Tutf8", "-ww", "-z", page).CombinedOutput()
		assert.NoError(t, err)
		assert.Empty(t, string(out), "%s", page)
	}
}

// TestStart: a page of help takes no time to speak of. The processor's time is compared,
// the least of several calls, so that it makes no difference what else the machine does.
func TestStart(t *testing.T) {
	chorcheck := program(t)
	for _, args := range [][]string{{"--help"}, {"verify", "--help"}} {
		least := time.Hour
		for range 10 {
			run := exec.Command(chorcheck, args...)
			require.NoError(t, run.Run())
			least = min(least, run.ProcessState.UserTime()+run.ProcessState.SystemTime())
		}
		assert.Less(t, least, 20*time.Millisecond, "%v", args)
	}
}
