package oracles

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"chorcheck/internal/spin"
	"chorcheck/lang"
	"chorcheck/lang/source"
	"chorcheck/model"
	"chorcheck/verify"
)

func load(t *testing.T, path string, opt lang.Options) *lang.Unit {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	u := lang.Load(source.New(path, string(text)), opt)
	require.False(t, u.Rejected(), "%v", u.Diagnostics)
	return u
}

// agree compares the number of states and the verdict on deadlocks with SPIN's, through
// the export of automata in an environment.
func agree(t *testing.T, a *model.Automata, env *model.Environment) {
	t.Helper()
	r, err := verify.Verify(context.Background(), a, verify.Options{Only: []string{"deadlock"}, Environments: []*model.Environment{env}})
	require.NoError(t, err)
	states := r.Environments[0].Statistics.States
	m, err := spin.Commands(a, env, true)
	require.NoError(t, err)
	quick := spin.Exact()[0]
	quick.Defines = append(quick.Defines, "-O0") // most of the time goes into compiling
	run, err := spin.Search(m, quick, states)
	if errors.Is(err, spin.ErrMissing) {
		t.Skip(err)
	}
	require.NoError(t, err)
	require.Equal(t, run.States, states)
	found := false
	for _, c := range r.Environments[0].Checks {
		found = found || c.Check.ID == "deadlock" && c.Verdict == verify.Violated
	}
	require.Equal(t, run.Errors > 0, found, "a deadlock")
}

// TestSPIN compares models where nothing fails: some
// have variables, payloads, timers, a mailbox, a bag or rendezvous.
func TestSPIN(t *testing.T) {
	models := []string{
		"bench/saga-2.fsa", "bench/pipeline-5.fsa", "bench/sliding-window-2-4.fsa", "bench/two-phase-commit-3.fsa",
		"retries.chor", "chat.chor", "telemetry.chor", "read-write-lock.chor", "two-phase-commit.chor", "philosophers.chor",
	}
	if testing.Short() {
		models = models[:4]
	}
	for _, name := range models {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			u := load(t, filepath.Join("../../specs", name), lang.Options{})
			agree(t, u.Automata, u.Environments[0])
		})
	}
}

// TestSPINWithFaults compares protocols in environments in which something fails, a
// stray message that looks like an ordinary one among them.
func TestSPINWithFaults(t *testing.T) {
	models := []struct {
		name, faults, env string
	}{
		{"bench/sliding-window.chor", "", "lossy"},
		{"bench/pipeline.chor", "loss Source -> Relay; crash Sink; at most 1", ""},
		{"two-phase-commit.chor", "crash *; loss * -> *; at most 1", ""},
		{"two-phase-commit.chor", "crash Participant recovers; at most 2", ""},
		{"chat.chor", "duplicate * -> *; reorder * -> *; at most 2; at most 1 reorder", ""},
		{"note/v2-2.fsa", "stray x from A to B; disconnect A -- B; at most 2", ""},
		{"note/v4-3.fsa", "silence C; partition A, E | *; at most 2", ""},
	}
	if testing.Short() {
		models = models[:2]
	}
	for _, m := range models {
		t.Run(m.name+" "+m.env+m.faults, func(t *testing.T) {
			t.Parallel()
			opt := lang.Options{Faults: m.faults}
			if m.env != "" {
				opt.Env = []string{m.env}
			}
			u := load(t, filepath.Join("../../specs", m.name), opt)
			require.Len(t, u.Environments, 1)
			agree(t, u.Automata, u.Environments[0])
		})
	}
}
