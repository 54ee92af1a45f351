package graph_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chorcheck/internal/graph/contract"
)

// program builds the program, once for all tests.
func program(t *testing.T) string {
	t.Helper()
	path, err := built()
	require.NoError(t, err)
	return path
}

var built = sync.OnceValues(func() (string, error) {
	path := filepath.Join(directory, contract.Program)
	cmd := exec.Command("go", "build", "-o", path, "../../cmd/chorcheck-graph")
	cmd.Env = before // go has its own files in the directory for caches
	out, err := cmd.CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%w: %s", err, out)
	}
	return path, err
})

// directory is for all tests. What is compiled when the program starts is kept there.
var directory string

// before is the environment in which the tests were started.
var before = os.Environ()

func TestMain(m *testing.M) {
	var err error
	if directory, err = os.MkdirTemp("", "graph-test-"); err != nil {
		panic(err)
	}
	os.Setenv("XDG_CACHE_HOME", filepath.Join(directory, "cache"))
	code := m.Run()
	os.RemoveAll(directory)
	os.Exit(code)
}

// place is where a run of the program may leave files.
type place struct{ cache, temporary string }

func newPlace(t *testing.T) place {
	p := place{t.TempDir(), t.TempDir()}
	require.NoError(t, os.Chmod(p.temporary, 0o777)) // as that of the system, others may write to it
	return p
}

// command is a run of the program. Without a place it keeps compiled code in one for all tests.
func command(t *testing.T, p place, text string, args ...string) *exec.Cmd {
	cmd := exec.Command(program(t), args...)
	cmd.Stdin = strings.NewReader(text)
	cmd.Env = os.Environ()
	if p.cache != "" {
		cmd.Env = append(cmd.Env, "XDG_CACHE_HOME="+p.cache, "TMPDIR="+p.temporary)
	}
	return cmd
}

// result runs it.
func result(t *testing.T, cmd *exec.Cmd) (out, messages string, code int) {
	t.Helper()
	var o, m bytes.Buffer
	cmd.Stdout, cmd.Stderr = &o, &m
	if err := cmd.Run(); err != nil {
		exit := (*exec.ExitError)(nil)
		require.True(t, errors.As(err, &exit), "%v", err)
		code = exit.ExitCode()
	}
	return o.String(), m.String(), code
}

// random is a graph that is hard to lay out.
func random(nodes, edges int) string {
	r := rand.New(rand.NewPCG(1, 1))
	var b strings.Builder
	b.WriteString("digraph {\n")
	for i := range nodes {
		fmt.Fprintf(&b, "n%d\n", i)
	}
	for i := range edges {
		fmt.Fprintf(&b, "n%d -> n%d [label=\"edge %d\"]\n", r.IntN(nodes), r.IntN(nodes), i)
	}
	return b.String() + "}\n"
}

func TestDraws(t *testing.T) {
	const text = `digraph "a --> b" { subgraph cluster_0 { label="<b>&amp;" a [label="\"x\" \\N"] } a -> b [label="m"] }`
	first, messages, code := result(t, command(t, place{}, text))
	require.Zero(t, code, messages)
	assert.Empty(t, messages)
	again, _, _ := result(t, command(t, place{}, text))
	assert.Equal(t, first, again)
	assert.Contains(t, first, `>&quot;x&quot; \N</text>`)
	assert.Contains(t, first, `>&lt;b&gt;&amp;</text>`)
	for d := xml.NewDecoder(strings.NewReader(first)); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else {
			require.NoError(t, err)
		}
	}
}

func TestExitCodes(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		text    string
		args    []string
		code    int
		message string
	}{
		{"digraph {", nil, contract.BadText, "this is no graph"},
		{"", nil, contract.BadText, "no graph"},
		{"\x00\xff", nil, contract.BadText, "no graph"},
		{"digraph { a }" + strings.Repeat(" ", contract.MaxText), nil, contract.TooLarge, "larger than 4 MiB"},
		{random(301, 0), nil, contract.TooLarge, "301 nodes, and at most 300"},
		{"digraph { a b c }", []string{"-nodes", "2"}, contract.TooLarge, "3 nodes, and at most 2"},
		{random(100, contract.MaxEdges+1), nil, contract.TooLarge, "1501 edges"},
		{"digraph { a }", []string{"-memory", "1000"}, contract.Memory, "more than"},
		{"", []string{"x.dot"}, contract.Usage, "standard input"},
		{"", []string{"-nodes", "0"}, contract.Usage, "limits are positive"},
		{"", []string{"-what"}, contract.Usage, "-what"},
		{"", []string{"-help"}, contract.OK, "usage: chorcheck-graph"},
	} {
		out, messages, code := result(t, command(t, place{}, tc.text, tc.args...))
		assert.Equal(t, tc.code, code, "%.40q %v: %s", tc.text, tc.args, messages)
		assert.Contains(t, messages, tc.message)
		assert.Empty(t, out)
	}
}

// Subgraphs within each other are drawn up to some depth, below that at which the library breaks down.
func TestDepth(t *testing.T) {
	nested := func(depth int) string {
		text := "digraph { x [label=\"\\\"{{{\"] "
		for i := range depth {
			text += fmt.Sprintf("subgraph cluster_%d { ", i)
		}
		return text + "a " + strings.Repeat("}", depth+1)
	}
	out, messages, code := result(t, command(t, place{}, nested(contract.MaxDepth-1)))
	require.Zero(t, code, messages)
	assert.Equal(t, contract.MaxDepth-1, strings.Count(out, `class="cluster"`))
	out, messages, code = result(t, command(t, place{}, nested(contract.MaxDepth)))
	assert.Equal(t, contract.TooLarge, code)
	assert.Contains(t, messages, "more than 200 deep")
	assert.Empty(t, out)
}

// Labels have a language of their own, which the library cannot read to any depth.
func TestTheLibraryBreaksDown(t *testing.T) {
	t.Parallel()
	out, messages, code := result(t, command(t, place{}, `digraph { a [shape=record label="`+strings.Repeat("{", 10_000)+"x"+strings.Repeat("}", 10_000)+`"] }`, "-timeout", "10s"))
	assert.Contains(t, []int{contract.Bug, contract.Time}, code)
	assert.Empty(t, out)
	assert.Equal(t, 1, strings.Count(messages, "\n"), messages)
	assert.Less(t, len(messages), 300)
}

func TestTime(t *testing.T) {
	cmd := command(t, place{}, random(300, 1200), "-timeout", "500ms")
	start := time.Now()
	out, messages, code := result(t, cmd)
	assert.Equal(t, contract.Time, code, messages)
	assert.Contains(t, messages, "longer than 500ms")
	assert.Empty(t, out)
	assert.Less(t, time.Since(start), 5*time.Second)
}

// The code of the library cannot be stopped, which the collector has to do: all would wait, the clock too.
func TestNothingIsCollected(t *testing.T) {
	cmd := command(t, place{}, random(300, 1200), "-timeout", "1s")
	cmd.Env = append(cmd.Env, "GODEBUG=gctrace=1", "GOMEMLIMIT=16MiB")
	_, messages, code := result(t, cmd)
	assert.Equal(t, contract.Time, code)
	assert.Equal(t, "chorcheck-graph: drawing takes longer than 1s\n", messages)
}

func TestMemory(t *testing.T) {
	out, messages, code := result(t, command(t, place{}, random(300, 1200), "-memory", fmt.Sprint(64<<20)))
	assert.Equal(t, contract.Memory, code, messages)
	assert.Contains(t, messages, "more than 64 MiB")
	assert.Empty(t, out)
}

// The system limits memory and processor time as well.
func TestLimitsOfTheSystem(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("reads /proc")
	}
	cmd := command(t, place{}, "")
	cmd.Stdin = nil
	in, err := cmd.StdinPipe() // it waits for the graph
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	limit := func(name string, value int) string { return fmt.Sprintf(`(?m)^%s +%d `, name, value) }
	assert.EventuallyWithT(t, func(c *assert.CollectT) {
		limits, err := os.ReadFile(fmt.Sprintf("/proc/%d/limits", cmd.Process.Pid))
		assert.NoError(c, err)
		assert.Regexp(c, limit("Max data size", contract.MaxMemory+contract.GraceMemory), string(limits))
		assert.Regexp(c, limit("Max cpu time", 100), string(limits))
		assert.Regexp(c, limit("Max core file size", 0), string(limits))
	}, 5*time.Second, 20*time.Millisecond)
	require.NoError(t, in.Close())
	assert.Error(t, cmd.Wait())
}

// names lists all files below a directory.
func names(t *testing.T, dir string) (list []string) {
	require.NoError(t, filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		if path != dir {
			list = append(list, strings.TrimPrefix(path, dir))
		}
		return err
	}))
	return list
}

// What the library keeps is native code, and others could put some in its place. So nothing may be in the directory for
// temporary files, not even for a moment.
func TestNothingInTheSharedDirectory(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("the place of the directory for caches is that of Linux")
	}
	p := newPlace(t)
	// If the library looked there first it would take this for its own.
	trap := filepath.Join(p.temporary, "go-graphviz")
	require.NoError(t, os.Mkdir(trap, 0o777))
	before, err := os.Stat(trap)
	require.NoError(t, err)
	for range 2 {
		_, messages, code := result(t, command(t, p, "digraph { a }"))
		require.Zero(t, code, messages)
	}
	assert.Equal(t, []string{"/go-graphviz"}, names(t, p.temporary))
	after, err := os.Stat(trap)
	require.NoError(t, err)
	assert.Equal(t, before.ModTime(), after.ModTime())
	assert.Contains(t, strings.Join(names(t, p.cache), "\n"), "/chorcheck/graph/go-graphviz/wazero-")
}

// Where nothing can be kept in the user's directory, a new one is made, and removed however the program ends.
func TestTheDirectoryOfOneRunIsRemoved(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{}, {"-timeout", "1ms"}} {
		p := newPlace(t)
		p.cache = os.DevNull
		text := "digraph { a }"
		if len(args) > 0 {
			text = random(300, 1200)
		}
		_, messages, code := result(t, command(t, p, text, args...))
		assert.Equal(t, len(args) == 0, code == 0, messages)
		assert.Empty(t, names(t, p.temporary), "%v", args)
	}
}

// A private directory that the program is given is the one that it uses; without any it draws all the same.
func TestGivenDirectories(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	require.NoError(t, os.Chmod(p.temporary, 0o700))
	_, messages, code := result(t, command(t, p, "digraph { a }"))
	require.Zero(t, code, messages)
	assert.Contains(t, names(t, p.temporary), "/go-graphviz")
	assert.Empty(t, names(t, p.cache))

	none := filepath.Join(os.DevNull, "none")
	_, messages, code = result(t, command(t, place{none, none}, "digraph { a }"))
	assert.Zero(t, code, messages)
}

// Graphs can name files. They are not read.
func TestFilesAreNotRead(t *testing.T) {
	dir := t.TempDir()
	const secret = "<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"10px\" height=\"10px\"><desc>secret</desc></svg>"
	require.NoError(t, os.WriteFile(filepath.Join(dir, "x.svg"), []byte(secret), 0o600))
	cmd := command(t, place{}, `digraph { a [shape=none image="x.svg"] b [image="`+dir+`/x.svg"] c [shape=custom shapefile="x.svg"] }`)
	cmd.Dir = dir
	out, messages, code := result(t, cmd)
	require.Zero(t, code, messages)
	assert.NotContains(t, out, "<image") // which it would have, with the size of the picture
}

func TestVersionAndLicences(t *testing.T) {
	out, _, code := result(t, command(t, place{}, "", "-version"))
	assert.Zero(t, code)
	assert.Equal(t, "chorcheck-graph devel\n", out)
	out, _, code = result(t, command(t, place{}, "", "-licenses"))
	assert.Zero(t, code)
	for _, part := range []string{"Eclipse Public License - v 1.0", "Masaaki Goshima", "wazero authors", "FreeType", "NO WARRANTY"} {
		assert.Contains(t, out, part)
	}
}
