package cli

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/fsnotify/fsnotify"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// stage is a watcher whose changes, clock and verification are in the hands of a test.
type stage struct {
	w       *watcher
	changes chan string
	calm    chan time.Time
	rounds  chan round
	finish  chan error // ends a round that is not given up
	ended   chan error
	stop    context.CancelFunc
}

func newStage(t *testing.T) *stage {
	s := &stage{
		changes: make(chan string), calm: make(chan time.Time), rounds: make(chan round), finish: make(chan error), ended: make(chan error, 1),
	}
	var ctx context.Context
	ctx, s.stop = context.WithCancel(t.Context())
	s.w = &watcher{changes: s.changes, settle: settle, after: func(time.Duration) <-chan time.Time { return s.calm }}
	s.w.verify = func(ctx context.Context, r round) error {
		s.rounds <- r
		select {
		case <-ctx.Done():
			if superseded(ctx) {
				return errSuperseded
			}
			return nil // interrupted
		case err := <-s.finish:
			return err
		}
	}
	go func() { s.ended <- s.w.run(ctx) }()
	return s
}

func TestWatcherGivesUpASearchWhoseTextChanges(t *testing.T) {
	s := newStage(t)
	assert.Equal(t, round{first: true}, <-s.rounds)
	s.changes <- "b.chor" // the search is given up now
	s.changes <- "a.chor"
	s.changes <- "b.chor" // an editor does more than one thing to save a file
	s.calm <- time.Time{}
	assert.Equal(t, round{changed: []string{"a.chor", "b.chor"}, gaveUp: true}, <-s.rounds)
	s.finish <- nil
	s.changes <- "a.chor"
	s.calm <- time.Time{}
	assert.Equal(t, round{changed: []string{"a.chor"}}, <-s.rounds, "nothing was running")
	s.stop()
	assert.NoError(t, <-s.ended)
}

func TestWatcherWaitsUntilNothingChanges(t *testing.T) {
	s := newStage(t)
	<-s.rounds
	s.finish <- nil
	for range 3 {
		s.changes <- "a.chor"
		select {
		case r := <-s.rounds:
			t.Fatalf("a round before it is calm: %v", r)
		default:
		}
	}
	s.calm <- time.Time{}
	<-s.rounds
	s.finish <- nil
	s.stop()
	assert.NoError(t, <-s.ended)
	assert.Empty(t, s.w.changed)
}

func TestWatcherEnds(t *testing.T) {
	s := newStage(t)
	<-s.rounds
	s.finish <- errors.New("a flag is wrong")
	assert.EqualError(t, <-s.ended, "a flag is wrong")

	s = newStage(t)
	<-s.rounds
	s.stop() // while a search runs
	assert.NoError(t, <-s.ended)

	s = newStage(t)
	<-s.rounds
	s.finish <- nil
	close(s.changes) // nothing can be known any more
	assert.NoError(t, <-s.ended)
}

func TestReasons(t *testing.T) {
	for want, r := range map[string]round{
		"watching a.chor; Ctrl-C ends": {first: true},
		"a.chor has changed":           {changed: []string{"a.chor"}},
		"a.chor, b.chor have changed":  {changed: []string{"a.chor", "b.chor"}},
		"a, b, c and 2 more have changed; the search that was running is given up": {changed: []string{"a", "b", "c", "d", "e"}, gaveUp: true},
		"too much has changed at once":                                             {changed: []string{"", "b"}},
		`a\x1b[2J has changed`:                                                     {changed: []string{"a\x1b[2J"}},
	} {
		assert.Equal(t, want, r.reason([]string{"./a.chor"}))
	}
}

func TestGivenFlagsCanBeParsedAgain(t *testing.T) {
	a := &app{}
	args := []string{"--only=deadlock,stuck", "--set=n=1", "--set=m=2", "--faults=crash A; at most 1", "--strict", `--env="a,b",c`, "--timeout=5s"}
	cmd := a.verifyCommand()
	require.NoError(t, cmd.ParseFlags(args))
	given := givenFlags(cmd.Flags(), "timeout")
	again := a.verifyCommand()
	require.NoError(t, again.ParseFlags(given))
	assert.Equal(t, given, givenFlags(again.Flags()))
	assert.NotContains(t, given, "--timeout=5s")
	env, err := again.Flags().GetStringSlice("env")
	assert.NoError(t, err)
	assert.Equal(t, []string{"a,b", "c"}, env)
}

// transcript is an output that a test can wait for.
type transcript struct {
	mutex sync.Mutex
	text  bytes.Buffer
	more  chan struct{}
	stop  error // of all further writes
}

func newTranscript() *transcript { return &transcript{more: make(chan struct{}, 1)} }

func (w *transcript) Write(p []byte) (int, error) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if w.stop != nil {
		return 0, w.stop
	}
	w.text.Write(p)
	select {
	case w.more <- struct{}{}:
	default:
	}
	return len(p), nil
}

func (w *transcript) fail(err error) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.stop = err
}

// take waits for a text, and takes everything up to its end.
func (w *transcript) take(t *testing.T, want string) string {
	t.Helper()
	deadline := time.After(20 * time.Second)
	for {
		w.mutex.Lock()
		if i := strings.Index(w.text.String(), want); i >= 0 {
			defer w.mutex.Unlock()
			return string(w.text.Next(i + len(want)))
		}
		w.mutex.Unlock()
		select {
		case <-w.more:
		case <-deadline:
			t.Fatalf("%q does not come, only %q", want, w.text.String())
		}
	}
}

func TestWatch(t *testing.T) {
	const good, bad = "choreography Greeting\nrole A, B\nA -> B: hello\n", "choreography Greeting\nrole A, B\nA -> B\n"
	dir := t.TempDir()
	t.Chdir(dir)
	write := func(name, text string) { require.NoError(t, os.WriteFile(name, []byte(text), 0o644)) }
	write("a.chor", good)
	out := newTranscript()
	var stderr bytes.Buffer
	code := make(chan int)
	go func() {
		code <- Main("test", []string{"watch", "--max-findings", "1", "."}, Streams{Out: out, Err: &stderr})
	}()
	out.take(t, "watching .; Ctrl-C ends")
	out.take(t, "everything holds")

	write(".new", bad) // as editors save
	require.NoError(t, os.Rename(".new", "a.chor"))
	out.take(t, "a.chor has changed\n")
	out.take(t, "rejected")
	write("a.chor", big()) // this takes longer than anybody waits
	out.take(t, "a.chor has changed\n")
	write("a.chor", good)
	between := out.take(t, "a.chor has changed; the search that was running is given up\n")
	assert.NotContains(t, between, "interrupted")
	out.take(t, "everything holds")

	require.NoError(t, os.MkdirAll("new/deep", 0o777))
	write("new/deep/b.chor", bad)
	out.take(t, filepath.Join("new", "deep", "b.chor")+" has changed\n")
	out.take(t, "rejected")
	require.NoError(t, os.RemoveAll("new"))
	out.take(t, "has changed\n")
	out.take(t, "everything holds")
	write("chorcheck.yaml", "max-states: 1\n")
	out.take(t, "chorcheck.yaml has changed\n")
	out.take(t, "inconclusive")
	require.NoError(t, os.Remove("chorcheck.yaml"))
	out.take(t, "everything holds")
	write(".hidden.chor", bad)
	write("notes.txt", bad)
	write("a.chor", good)
	out.take(t, "--- ")
	assert.Regexp(t, `^\S+  a.chor has changed\n$`, out.take(t, "\n"))
	assert.NotContains(t, out.take(t, "everything holds"), "rejected")

	require.NoError(t, syscall.Kill(os.Getpid(), syscall.SIGINT))
	assert.Equal(t, 0, <-code, "although a text was rejected meanwhile: %s", stderr.String())
}

func TestWatchEndsWhenNobodyReads(t *testing.T) {
	for stop, want := range map[error]int{syscall.EPIPE: 0, syscall.ENOSPC: 64} {
		t.Chdir(t.TempDir())
		require.NoError(t, os.WriteFile("a.chor", []byte("choreography G\nrole A, B\nA -> B: m\n"), 0o644))
		out := newTranscript()
		code := make(chan int)
		go func() { code <- Main("test", []string{"watch", "a.chor"}, Streams{Out: out, Err: &bytes.Buffer{}}) }()
		out.take(t, "everything holds")
		out.fail(stop)
		require.NoError(t, os.WriteFile("a.chor", []byte("choreography G\nrole A, B\nA -> B: n\n"), 0o644))
		assert.Equal(t, want, <-code)
	}
}

// What matters is found out without waiting for the system.
func TestConcerns(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	t.Chdir(dir)
	write := func(name string) {
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o777))
		require.NoError(t, os.WriteFile(name, nil, 0o644))
	}
	write("one/a.chor")
	write("tree/x/b.fsa")
	write("further/known.json")
	write("pattern/c1.chor")
	write("other/target.chor")
	require.NoError(t, os.Symlink("other/target.chor", "link.chor"))
	f, err := watchFiles([]string{"one/a.chor", "tree", "pattern/c*.chor", "link.chor"}, "further/known.json")
	require.NoError(t, err)
	defer f.close()
	concerns := func(op fsnotify.Op, name string) []string {
		list := []string{}
		for _, full := range f.concerns(fsnotify.Event{Name: filepath.Join(dir, name), Op: op}) {
			rel, err := filepath.Rel(dir, full)
			require.NoError(t, err)
			list = append(list, rel)
		}
		return list
	}
	for _, name := range []string{"one/a.chor", "tree/x/b.fsa", "tree/new.chor", "pattern/c2.chor", "link.chor", "other/target.chor", "further/known.json",
		"chorcheck.yaml", "one/chorcheck.yaml", "tree/x/chorcheck.yaml", "pattern/chorcheck.yaml"} {
		for _, op := range []fsnotify.Op{fsnotify.Write, fsnotify.Create, fsnotify.Remove, fsnotify.Rename | fsnotify.Chmod} {
			assert.Equal(t, []string{name}, concerns(op, name))
		}
		assert.Empty(t, concerns(fsnotify.Chmod, name))
	}
	for _, name := range []string{"one/b.chor", "one/a.chor~", "tree/x/b.txt", "tree/.git/b.chor", "tree/.b.chor", "treehouse/b.chor", "pattern/d.chor", "other/x.chor", "other/chorcheck.yaml"} {
		assert.Empty(t, concerns(fsnotify.Write, name), name)
	}
	// Directories that come back bring their files.
	assert.Equal(t, []string{"tree/x/b.fsa"}, concerns(fsnotify.Create, "tree"))
	assert.Equal(t, []string{"tree/x/b.fsa"}, concerns(fsnotify.Create, "tree/x"))
	assert.Equal(t, []string{"one/a.chor"}, concerns(fsnotify.Create, "one"))
	assert.Equal(t, []string{"pattern/c1.chor"}, concerns(fsnotify.Create, "pattern"))
	write("unrelated/a.chor")
	assert.Empty(t, concerns(fsnotify.Create, "unrelated"))
}

func TestWatchErrors(t *testing.T) {
	for err, want := range map[error]string{
		syscall.ENOSPC: "max_user_watches", syscall.EMFILE: "max_user_instances",
	} {
		h := (*hinted)(nil)
		require.ErrorAs(t, watchError("specs", &os.PathError{Op: "watch", Path: "specs", Err: err}), &h)
		assert.Contains(t, h.hint, want)
	}
	assert.EqualError(t, watchError("specs", errors.New("no")), "watching specs: no")
}
