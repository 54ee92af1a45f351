package oracles

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chorcheck/lang"
	"chorcheck/lang/source"
	"chorcheck/model"
	"chorcheck/verify"
)

// TestEnginesOnCorpora compares the two engines on the communicating automata of other people, as they
// are and with a fault: numbers of configurations, verdicts, causes and lengths of shortest runs.
func TestEnginesOnCorpora(t *testing.T) {
	if _, err := os.Stat(corpora); err != nil {
		t.Skip("the corpora are not there")
	}
	settings := []struct {
		channel model.Channel
		faults  string
	}{
		{channel: model.Channel{Discipline: model.FIFO, Capacity: 1}},
		{channel: model.Channel{Discipline: model.FIFO, Capacity: 1}, faults: "crash *; at most 1"},
		{channel: model.Channel{Discipline: model.Mailbox, Capacity: 2}},
	}
	compared, violated := 0, 0
	require.NoError(t, filepath.WalkDir(corpora, func(path string, d fs.DirEntry, err error) error {
		if ext := filepath.Ext(path); err != nil || d.IsDir() || ext != ".txt" && ext != ".fsa" && ext != ".gc" {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, x := range settings {
			u := lang.Load(source.New(path, string(text)), lang.Options{Channels: &x.channel, Faults: x.faults})
			if u.Rejected() {
				continue
			}
			used, bad := compareEngines(t, path, u)
			compared, violated = compared+used, violated+bad
		}
		return nil
	}))
	t.Logf("%d systems compared, %d verdicts of them violated", compared, violated)
	require.Greater(t, compared, 300)
	require.Greater(t, violated, 500)
}

// compareEngines reports how many environments were compared, and how many verdicts in them say violated.
func compareEngines(t *testing.T, path string, u *lang.Unit) (compared, violated int) {
	opt := verify.Options{Environments: u.Environments, Interactions: u.Interactions, MaxStates: 5_000, MaxFindings: 1 << 10, Skip: []string{"bound-reached"}}
	explicit, err := verify.Verify(context.Background(), u.Automata, opt)
	require.NoError(t, err)
	if !slices.ContainsFunc(explicit.Environments, func(e verify.EnvironmentResult) bool { return e.Statistics.Complete }) {
		return 0, 0
	}
	opt.MaxStates, opt.Engine = 0, verify.Symbolic
	symbolic, err := verify.Verify(context.Background(), u.Automata, opt)
	require.NoError(t, err)
	for i, e := range explicit.Environments {
		s := symbolic.Environments[i]
		if !e.Statistics.Complete || s.Statistics.Configurations == nil {
			continue
		}
		compared++
		assert.Equal(t, e.Statistics.States, s.Statistics.Configurations.Uint64(), path)
		assert.Equal(t, e.Statistics.Taken, s.Statistics.Taken, path)
		for j, want := range e.Checks {
			got := s.Checks[j]
			if !assert.Equal(t, want.Verdict, got.Verdict, "%s %s: %s", path, u.Automata.Channels.Default, want.Check.ID) || want.Verdict != verify.Violated {
				continue
			}
			violated++
			if len(want.Findings) > 0 && want.Check.ID != "silent-survivor" { // whose fate is sealed earlier for diagrams
				assert.Len(t, got.Findings[0].Trace, len(want.Findings[0].Trace), "%s %s: %s", path, u.Automata.Channels.Default, want.Check.ID)
			}
		}
	}
	return compared, violated
}
