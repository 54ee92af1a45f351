//go:build unix

package explore

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chorcheck/internal/seed"
	"chorcheck/lts"
)

// memoryEnv makes the test binary one search, whose memory is measured.
const memoryEnv = "EXPLORE_TEST_MEMORY"

func TestMain(m *testing.M) {
	what := os.Getenv(memoryEnv)
	if what == "" {
		seed.Main(m)
		return
	}
	var width int
	o := Options{Workers: 2}
	if _, err := fmt.Sscan(what, &width, &o.Memory); err != nil {
		panic(err)
	}
	var sys lts.System = counters{width: width, count: 6, digits: 10}
	if width == 1 {
		sys = sparse{counters{width: 1, count: 6, digits: 10}}
	}
	sp, err := Reach(context.Background(), sys, o)
	if err != nil {
		panic(err)
	}
	target := make(lts.State, width)
	for i := range 6 {
		target[i%width] |= 9 << (i / width * 4)
	}
	if width == 1 {
		target = sparse{}.spread(target)
	}
	depth := -1
	if sp.Complete {
		depth, _ = sp.Distance(target)
	}
	fmt.Println(sp.Complete, sp.States, sp.Transitions, depth, sp.store.Spilled() > 0)
	var usage syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	fmt.Println(usage.Maxrss)
}

// sparse is a system whose states have all bits in use, so that a set of them needs words.
type sparse struct{ counters }

func (s sparse) spread(x lts.State) lts.State { return lts.State{x[0] * 0x9e3779b97f4a7c15} }

func (s sparse) Next(x lts.State, out *lts.Steps) lts.Marks {
	const inverse = 0xf1de83e19937733d // of the factor, modulo 2^64
	n := out.Len()
	m := s.counters.Next(lts.State{x[0] * inverse}, out)
	for i := n; i < out.Len(); i++ {
		t := out.Target(i)
		t[0] *= 0x9e3779b97f4a7c15
	}
	return m
}

// The whole process stays within the limit, but for what every process takes: a million
// configurations in a memory that their table fits and their lists do not.
func TestMemoryIsKept(t *testing.T) {
	if testing.Short() { // with the race detector memory is not mapped
		t.Skip("memory may not be mapped")
	}
	run := func(what string) (text string, bytes int64) {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), memoryEnv+"="+what, "TMPDIR="+t.TempDir())
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", out)
		text, rss, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
		_, err = fmt.Sscan(rss, &bytes)
		require.NoError(t, err)
		return text, bytes << 10
	}
	for _, width := range []int{1, 3} {
		_, least := run(fmt.Sprint(width, 1)) // stops at once
		limit := int64(23 << 20)
		free, all := run(fmt.Sprint(width, 0))
		text, bytes := run(fmt.Sprint(width, limit))
		t.Logf("width %d: the process %d, without a limit %d, with one of %d: %d", width, least, all, limit, bytes)
		assert.Equal(t, "true 1000000 5400000 54 false", free)
		assert.Equal(t, "true 1000000 5400000 54 true", text)
		// The runtime needs some more when it is at work.
		assert.LessOrEqual(t, bytes, limit+least+(6<<20))
	}
}
