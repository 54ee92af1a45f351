package graph_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chorcheck/internal/graph"
)

var update = flag.Bool("update", false, "rewrite the pictures in testdata")

const sample = `digraph "a & b" {
  class=chorgraph
  node [fontname=Arial style=filled fillcolor=white]
  subgraph cluster_0 { label="frame" class=calm a [label="A -> B\norder" class=good] b [shape=doublecircle label="1"] }
  c [shape=point class=solid]
  c -> a
  a -> b [label="<m>" class=bad style=dashed]
}
`

// The same text always gives the same picture.
func TestGolden(t *testing.T) {
	picture, err := graph.Draw(context.Background(), program(t), sample, 0)
	require.NoError(t, err)
	for name, theme := range map[string]graph.Theme{"auto": graph.Auto, "light": graph.Light, "dark": graph.Dark} {
		coloured := graph.Colour(picture, theme)
		path := filepath.Join("testdata", name+".svg")
		if *update {
			require.NoError(t, os.WriteFile(path, coloured, 0o644))
		}
		want, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.Equal(t, string(want), string(coloured))
		assert.Equal(t, theme == graph.Auto, strings.Contains(string(coloured), "prefers-color-scheme"))
		wellFormed(t, path)
	}
}

// wellFormed asks another reader, if it is there.
func wellFormed(t *testing.T, path string) {
	if _, err := exec.LookPath("xmllint"); err != nil {
		return
	}
	out, err := exec.Command("xmllint", "--noout", "--nonet", path).CombinedOutput()
	assert.NoError(t, err, string(out))
}

// Several pictures at once, with nothing compiled before, are those that there would have been one by one; nothing is left
// in the directory for temporary files.
func TestSeveralAtOnce(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the place of the directory for caches is that of Linux")
	}
	temporary := t.TempDir()
	path := program(t)
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("TMPDIR", temporary)
	pictures := make([]string, 4)
	var all sync.WaitGroup
	for i := range pictures {
		all.Go(func() {
			picture, err := graph.Draw(context.Background(), path, fmt.Sprintf("digraph { a -> b%d }", i%2), 0)
			assert.NoError(t, err)
			pictures[i] = string(picture)
		})
	}
	all.Wait()
	assert.Equal(t, pictures[0], pictures[2])
	assert.Equal(t, pictures[1], pictures[3])
	assert.NotEqual(t, pictures[0], pictures[1])
	assert.Empty(t, names(t, temporary))
}

func TestTheProgramSaysNo(t *testing.T) {
	for text, want := range map[string]string{
		"digraph {":      "this is no graph",
		random(301, 0):   "301 nodes, and at most 300 are drawn",
		random(300, 900): "drawing takes longer than 300ms",
	} {
		picture, err := graph.Draw(context.Background(), program(t), text, 300*time.Millisecond)
		failure := (*graph.Failure)(nil)
		require.ErrorAs(t, err, &failure)
		assert.Contains(t, failure.Message, want)
		assert.NotContains(t, failure.Message, "chorcheck-graph:")
		assert.Nil(t, picture)
	}
}

// script makes a program of a shell script.
func script(t *testing.T, text string) string {
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("there is no shell")
	}
	path := filepath.Join(t.TempDir(), "chorcheck-graph")
	require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\n"+text), 0o755))
	return path
}

// Programs that are not what they should be do no harm.
func TestOtherPrograms(t *testing.T) {
	for text, want := range map[string]string{
		"exit 3":                    "has ended with exit status 3",
		"kill -9 $$":                "has ended with signal: killed",
		"echo no luck >&2; exit 70": "no luck",
		"echo 'fatal error: out of memory' >&2; exit 2": "more memory than it may",
		"exit 0":                          "is no picture",
		"echo hello":                      "is no picture",
		"echo '<svg>'":                    "is no picture",
		"echo '<svg></svg><b>'":           "is no picture",
		"echo '<html><svg></svg></html>'": "is no picture",
		"cat /dev/zero":                   "larger than 32 MiB",
		"echo '<svg/>'":                   "",
		"echo '<!DOCTYPE x><svg a=\"1\"><g/></svg>'": "",
	} {
		picture, err := graph.Draw(context.Background(), script(t, "cat > /dev/null & wait; "+text), sample, 0)
		if want == "" {
			assert.NoError(t, err, text)
			assert.True(t, strings.HasPrefix(string(picture), "<svg"))
			continue
		}
		if assert.Error(t, err, text) {
			assert.Contains(t, err.Error(), want)
		}
		assert.Nil(t, picture)
	}
	_, err := graph.Draw(context.Background(), filepath.Join(t.TempDir(), "none"), sample, 0)
	assert.ErrorContains(t, err, "cannot be run")
}

// One that does not end is ended, with all that it has started.
func TestTheWholeGroupIsEnded(t *testing.T) {
	pids := filepath.Join(t.TempDir(), "pids")
	path := script(t, "trap '' TERM INT; sleep 100 & echo $$ $! > "+pids+".new; mv "+pids+".new "+pids+"; wait; sleep 100")
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		for ctx.Err() == nil {
			if _, err := os.Stat(pids); err == nil {
				cancel()
			}
			time.Sleep(10 * time.Millisecond)
		}
	}()
	start := time.Now()
	_, err := graph.Draw(ctx, path, sample, 0)
	assert.ErrorContains(t, err, "interrupted")
	assert.Less(t, time.Since(start), 10*time.Second)
	content, err := os.ReadFile(pids)
	require.NoError(t, err)
	for _, word := range strings.Fields(string(content)) {
		pid, err := strconv.Atoi(word)
		require.NoError(t, err)
		assert.Eventually(t, func() bool { return gone(pid) }, 3*time.Second, 20*time.Millisecond, "process %d is still there", pid)
	}
}

// gone reports whether a process has ended; its parent may not have asked for it yet.
func gone(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return true
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err != nil || strings.Contains(string(status), ") Z ")
}

// A program that does not look at the clock is ended some time after its own end should have come.
func TestTheLastResort(t *testing.T) {
	t.Parallel() // it waits for some seconds
	_, err := graph.Draw(context.Background(), script(t, "exec sleep 100"), sample, time.Millisecond)
	assert.ErrorContains(t, err, "longer than 1ms")
}

func TestFind(t *testing.T) {
	dir := filepath.Dir(script(t, "exit 0"))
	t.Setenv("PATH", dir)
	path, err := graph.Find()
	require.NoError(t, err)
	assert.Equal(t, filepath.Join(dir, "chorcheck-graph"), path)
	t.Setenv("PATH", t.TempDir())
	_, err = graph.Find()
	assert.ErrorIs(t, err, exec.ErrNotFound)

	// The one beside the running program comes first.
	self, err := os.Executable()
	require.NoError(t, err)
	beside := filepath.Join(filepath.Dir(self), "chorcheck-graph")
	require.NoError(t, os.WriteFile(beside, nil, 0o755))
	defer os.Remove(beside)
	t.Setenv("PATH", dir)
	path, err = graph.Find()
	require.NoError(t, err)
	assert.Equal(t, beside, path)
}
