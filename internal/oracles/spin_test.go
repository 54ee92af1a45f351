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
	"chorcheck/verify"
)

// TestSPIN compares numbers of states with SPIN's, through the Promela export: two
// models have more than a million states, and some have variables, payloads, timers, a
// mailbox, a bag or rendezvous.
func TestSPIN(t *testing.T) {
	models := []string{
		"bench/saga-2.fsa", "bench/pipeline-5.fsa", "bench/two-phase-commit-3.fsa", "note/v2-2.fsa", "note/v4-3.fsa",
		"retries.chor", "chat.chor", "telemetry.chor", "read-write-lock.chor", "two-phase-commit.chor",
	}
	if !testing.Short() {
		models = append(models, "bench/saga-3.fsa", "bench/sliding-window-3-6.fsa")
	}
	for _, name := range models {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join("../../specs", name)
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			u := lang.Load(source.New(path, string(text)), lang.Options{})
			require.False(t, u.Rejected(), "%v", u.Diagnostics)
			r, err := verify.Verify(context.Background(), u.Automata, verify.Options{Only: []string{"deadlock"}})
			require.NoError(t, err)
			run, err := spin.Search(u.Automata, r.Environments[0].Statistics.States)
			if errors.Is(err, spin.ErrMissing) {
				t.Skip(err)
			}
			require.NoError(t, err)
			require.Equal(t, run.States, r.Environments[0].Statistics.States)
		})
	}
}
