package checkpoint

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"chorcheck/explore"
	"chorcheck/internal/seed"
	"chorcheck/lts"
)

// childEnv holds the directory for a process that is there to be killed.
const childEnv = "CHECKPOINT_TEST_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childEnv); dir != "" {
		fmt.Println(search(dir, killed, explore.Options{Workers: 2, Save: always()}))
		os.Exit(0)
	}
	seed.Main(m)
}

// graph is a random system: the state i has steps to some of the next ones, and back.
type graph struct {
	n, width, degree, reach int
	seed                    uint64
	calls                   *atomic.Int64
	stop                    int64 // the call that cancels
	cancel                  func()
}

func (g graph) Width() int      { return g.width }
func (g graph) Actions() int    { return 67 }
func (g graph) Init() lts.State { return g.state(0) }

func (g graph) state(i int) lts.State {
	s := make(lts.State, g.width)
	s[0] = uint64(i)
	for j := 1; j < g.width; j++ {
		s[j] = uint64(i*j) % 7
	}
	return s
}

func (g graph) Next(s lts.State, out *lts.Steps) lts.Marks {
	if g.calls != nil && g.calls.Add(1) == g.stop {
		g.cancel()
	}
	r := rand.New(rand.NewPCG(s[0], g.seed))
	if s[0]%11 == 10 {
		return 1 // an end
	}
	for range 1 + r.IntN(g.degree) {
		if to := int(s[0]) + r.IntN(2*g.reach) - g.reach/2; to >= 0 && to < g.n {
			out.Append(lts.Action(r.IntN(67)), g.state(to))
		}
	}
	return lts.Marks(r.IntN(2))
}

// always is a channel from which something comes whenever somebody looks.
func always() <-chan time.Time {
	c := make(chan time.Time)
	close(c)
	return c
}

// twice is a channel from which something comes two times.
func twice() <-chan time.Time {
	c := make(chan time.Time, 2)
	c <- time.Time{}
	c <- time.Time{}
	return c
}

// outcome is all that a search says, as text.
func outcome(sys lts.System, o explore.Options, ctx context.Context) (string, *explore.Space, error) {
	var mu sync.Mutex
	seen := map[int][]string{}
	o.Observe = func(_, depth int, s lts.State, marks lts.Marks, steps int) {
		mu.Lock()
		defer mu.Unlock()
		seen[depth] = append(seen[depth], fmt.Sprint(s, marks, steps))
	}
	sp, err := explore.Reach(ctx, sys, o)
	if err != nil {
		return "", nil, err
	}
	defer sp.Close()
	if !sp.Complete {
		return "", sp, nil
	}
	var b strings.Builder
	fmt.Fprintln(&b, sp.States, sp.Transitions, sp.Levels, sp.Fired().Words())
	for level := range sp.Levels {
		slices.Sort(seen[level])
		fmt.Fprintln(&b, seen[level])
	}
	fmt.Fprintln(&b, sp.Traces([]lts.State{sys.Init(), graph{width: sys.Width()}.state(17)}))
	err = sp.BottomComponents(context.Background(), nil, func(c explore.Component) { fmt.Fprintln(&b, c.Size, c.Depth, c.Least) })
	return b.String(), sp, err
}

var id = Identity{Tool: "t", Model: "m", Options: "o"}

// search goes on from a checkpoint, and keeps each level.
func search(dir string, sys lts.System, o explore.Options) (string, error) {
	j, err := Open(dir, id)
	if err != nil {
		return "", err
	}
	defer j.Close()
	o.Keeper, o.From = j, j.Saved()
	if o.Save == nil {
		o.Save = twice()
	}
	text, sp, err := outcome(sys, o, context.Background())
	if err == nil && sp.KeepError != nil {
		err = sp.KeepError
	}
	return text, err
}

func TestResumeIsTheSame(t *testing.T) {
	root := t.TempDir()
	k, resumed := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		k++
		dir := filepath.Join(root, fmt.Sprint(k))
		sys := graph{
			n: rapid.IntRange(1, 1500).Draw(t, "n"), width: rapid.IntRange(1, 4).Draw(t, "width"),
			degree: rapid.IntRange(1, 6).Draw(t, "degree"), reach: rapid.IntRange(1, 400).Draw(t, "reach"),
			seed: rapid.Uint64().Draw(t, "seed"),
		}
		want, _, err := outcome(sys, explore.Options{Workers: 1}, context.Background())
		require.NoError(t, err)
		workers := rapid.SampledFrom([]int{1, 2, 4})
		for range rapid.IntRange(0, 3).Draw(t, "interrupts") {
			broken := sys
			ctx, cancel := context.WithCancel(context.Background())
			broken.calls, broken.cancel = &atomic.Int64{}, cancel
			broken.stop = int64(rapid.IntRange(1, 4000).Draw(t, "stop"))
			j, err := Open(dir, id)
			require.NoError(t, err)
			o := explore.Options{Workers: workers.Draw(t, "workers"), Keeper: j, From: j.Saved()}
			if rapid.Bool().Draw(t, "twice") {
				o.Save = twice()
			}
			_, sp, err := outcome(broken, o, ctx)
			require.NoError(t, err)
			require.NoError(t, sp.KeepError)
			j.Close()
			cancel()
		}
		o := explore.Options{Workers: workers.Draw(t, "workers"), PlainMemory: rapid.Bool().Draw(t, "plain")}
		j, err := Open(dir, id)
		require.NoError(t, err)
		if o.From = j.Saved(); o.From != nil {
			resumed++
		}
		assert.NoError(t, j.Passed)
		got, _, err := outcome(sys, o, context.Background())
		require.NoError(t, err)
		assert.Equal(t, want, got)
		j.Close()
	})
	assert.Greater(t, 10*resumed, k) // how soon a search is stopped is up to its workers
}

// killed is what the child process searches: enough for some tenths of a second.
var killed = graph{n: 60_000, width: 2, degree: 5, reach: 3000, seed: 5}

func TestKill(t *testing.T) {
	want, _, err := outcome(killed, explore.Options{Workers: 1}, context.Background())
	require.NoError(t, err)
	dir := t.TempDir()
	self, err := os.Executable()
	require.NoError(t, err)
	r := rand.New(rand.NewPCG(3, 4))
	deaths, levels := 0, 0
	for round := range 12 {
		cmd := exec.Command(self, "-test.run=^$")
		cmd.Env = append(os.Environ(), childEnv+"="+dir)
		cmd.Stdout, cmd.Stderr = io.Discard, os.Stderr
		require.NoError(t, cmd.Start())
		time.Sleep(time.Duration(r.IntN(40+10*round)) * time.Millisecond)
		_ = cmd.Process.Kill()
		if cmd.Wait() != nil {
			deaths++
		}
		j, err := Open(dir, id)
		require.NoError(t, err)
		require.NoError(t, j.Passed)
		if s := j.Saved(); s != nil {
			assert.GreaterOrEqual(t, len(s.Counts().Sizes), levels, "nothing that was kept is lost")
			levels = len(s.Counts().Sizes)
		}
		j.Close()
	}
	assert.Positive(t, deaths)
	for range 2 { // the second time from a checkpoint that is complete
		got, err := search(dir, killed, explore.Options{Workers: 4})
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
}

// generations makes a checkpoint in which both manifests and several segments are needed.
func generations(t *testing.T, sys graph, stops ...int64) string {
	t.Helper()
	dir := t.TempDir()
	for _, stop := range stops {
		ctx, cancel := context.WithCancel(context.Background())
		broken := sys
		broken.calls, broken.cancel, broken.stop = &atomic.Int64{}, cancel, stop
		j, err := Open(dir, id)
		require.NoError(t, err)
		_, sp, err := outcome(broken, explore.Options{Workers: 1, Keeper: j, From: j.Saved()}, ctx)
		require.NoError(t, err)
		require.NoError(t, sp.KeepError)
		j.Close()
	}
	return dir
}

func copyDir(t *testing.T, from string) string {
	t.Helper()
	to := t.TempDir()
	require.NoError(t, os.CopyFS(to, os.DirFS(from)))
	return to
}

// Whatever byte is wrong: an older generation is used, or there is an error.
func TestDamage(t *testing.T) {
	sys := graph{n: 3000, width: 2, degree: 4, reach: 60, seed: 9}
	want, _, err := outcome(sys, explore.Options{Workers: 1}, context.Background())
	require.NoError(t, err)
	dir := generations(t, sys, 100, 400, 1500)
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 6, "a lock, two manifests, three segments: %v", entries)
	r := rand.New(rand.NewPCG(1, 1))
	passed, refused := 0, 0
	for _, e := range entries {
		if e.Name() == "lock" {
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		require.NoError(t, err)
		places := []int{0, 1, len(data) / 2, len(data) - 1}
		for range 8 {
			places = append(places, r.IntN(len(data)))
		}
		for k, at := range places {
			bad := copyDir(t, dir)
			path := filepath.Join(bad, e.Name())
			switch wrong := slices.Clone(data); k {
			case 0:
				require.NoError(t, os.Remove(path))
			case 1:
				require.NoError(t, os.WriteFile(path, wrong[:r.IntN(len(wrong))], 0o666))
			case 2:
				require.NoError(t, os.WriteFile(path, append(wrong, 'x'), 0o666))
			default:
				wrong[at] ^= 1 << r.IntN(8)
				require.NoError(t, os.WriteFile(path, wrong, 0o666))
			}
			before := listing(t, bad)
			got, err := search(bad, sys, explore.Options{Workers: 2})
			// The last two generations share the first two segments.
			shared := e.Name() == "segment-000001" || e.Name() == "segment-000002"
			assert.Equal(t, shared, err != nil, "%s: %v", e.Name(), err)
			if err != nil {
				refused++
				version := (*VersionError)(nil)
				assert.True(t, errors.Is(err, ErrDamaged) || errors.Is(err, os.ErrNotExist) || errors.As(err, &version), "%v", err)
				assert.Equal(t, before, listing(t, bad), "nothing is overwritten")
				continue
			}
			passed++
			assert.Equal(t, want, got)
			// And the checkpoint is whole again.
			j, err := Open(bad, id)
			require.NoError(t, err)
			assert.NoError(t, j.Passed)
			j.Close()
		}
	}
	assert.Greater(t, passed, 20)
	assert.Greater(t, refused, 10)
}

func listing(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		require.NoError(t, err)
		all[e.Name()] = string(data)
	}
	return all
}

// A segment that changes after it was compared.
func TestDamageLater(t *testing.T) {
	sys := graph{n: 3000, width: 1, degree: 4, reach: 300, seed: 9}
	dir := generations(t, sys, 1000)
	j, err := Open(dir, id)
	require.NoError(t, err)
	defer j.Close()
	path := filepath.Join(dir, "segment-000001")
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	data[len(data)-1] ^= 4
	require.NoError(t, os.WriteFile(path, data, 0o666))
	for _, workers := range []int{1, 4} {
		_, _, err = outcome(sys, explore.Options{Workers: workers, From: j.Saved()}, context.Background())
		assert.ErrorIs(t, err, ErrDamaged)
	}
	require.NoError(t, os.Remove(path))
	_, _, err = outcome(sys, explore.Options{From: j.Saved()}, context.Background())
	assert.ErrorIs(t, err, os.ErrNotExist)
}

func TestOthersAreRefused(t *testing.T) {
	sys := graph{n: 300, width: 1, degree: 4, reach: 30, seed: 9}
	dir := generations(t, sys, 100)
	for _, other := range []Identity{{"x", "m", "o"}, {"t", "x", "o"}, {"t", "m", "x"}} {
		_, err := Open(dir, other)
		o := (*OtherError)(nil)
		require.ErrorAs(t, err, &o)
		assert.Equal(t, "x", o.Is)
		assert.Contains(t, err.Error(), o.What)
	}
	// Another system, although the identity is the same.
	for _, other := range []graph{
		{n: 300, width: 2, degree: 4, reach: 30, seed: 9},
		{n: 300, width: 1, degree: 4, reach: 30, seed: 8},
	} {
		_, err := search(dir, other, explore.Options{Workers: 2})
		assert.ErrorIs(t, err, explore.ErrOtherSystem)
	}
	j, err := Open(dir, id)
	require.NoError(t, err)
	for _, change := range []func(*explore.Counts){
		func(c *explore.Counts) { c.Transitions++ },
		func(c *explore.Counts) { c.Fired[0] ^= 1 << 5 },
		func(c *explore.Counts) { c.Sizes[1]++ },
		func(c *explore.Counts) { c.Actions++ },
		func(c *explore.Counts) { c.Sizes = nil },
	} {
		from := altered{Saved: j.Saved(), counts: j.Saved().Counts()}
		from.counts.Sizes, from.counts.Fired = slices.Clone(from.counts.Sizes), slices.Clone(from.counts.Fired)
		change(&from.counts)
		_, err := explore.Reach(context.Background(), sys, explore.Options{From: from})
		assert.ErrorIs(t, err, explore.ErrOtherSystem)
	}
	if runtime.GOOS != "windows" {
		_, err = Open(dir, id)
		assert.ErrorIs(t, err, ErrInUse)
	}
	_, err = explore.Reach(context.Background(), sys, explore.Options{From: j.Saved(), Store: explore.Storage{Kind: explore.Bitstate}})
	assert.ErrorContains(t, err, "bitstate")
	j.Close()
}

// altered is a checkpoint of which something else is said.
type altered struct {
	explore.Saved
	counts explore.Counts
}

func (a altered) Counts() explore.Counts { return a.counts }

// A checkpoint that cannot be written does not stop the search, and the next one can be.
func TestKeepFails(t *testing.T) {
	sys := graph{n: 300, width: 1, degree: 4, reach: 30, seed: 9}
	dir := filepath.Join(t.TempDir(), "a", "b")
	j, err := Open(dir, id)
	require.NoError(t, err)
	require.NoError(t, os.Rename(dir, dir+"x"))
	want, _, err := outcome(sys, explore.Options{}, context.Background())
	require.NoError(t, err)
	got, sp, err := outcome(sys, explore.Options{Keeper: j, Save: always()}, context.Background())
	require.NoError(t, err)
	assert.ErrorIs(t, sp.KeepError, os.ErrNotExist)
	assert.Equal(t, want, got)
	require.NoError(t, os.Rename(dir+"x", dir))
	_, sp, err = outcome(sys, explore.Options{Keeper: j, Save: always()}, context.Background())
	require.NoError(t, err)
	assert.NoError(t, sp.KeepError)
	assert.Error(t, j.Keep(explore.Counts{Width: 1, Sizes: []uint64{1, 77777}}, func(int) iter.Seq[[]uint64] { return nil }))
	j.Close()
}
