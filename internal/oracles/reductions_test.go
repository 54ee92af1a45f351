package oracles

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chorcheck/lang"
	"chorcheck/lang/source"
	"chorcheck/model"
	"chorcheck/verify"
)

// TestReductionsOfCorpora compares searches with reductions and without, on the
// communicating automata of other people.
func TestReductionsOfCorpora(t *testing.T) {
	if _, err := os.Stat(corpora); err != nil {
		t.Skip("the corpora are not there")
	}
	reductions := []verify.Reduce{{PartialOrder: true}, {PartialOrder: true, Symmetry: true, DeadVariables: true}}
	compared, full, reduced := 0, uint64(0), uint64(0)
	require.NoError(t, filepath.WalkDir(corpora, func(path string, d fs.DirEntry, err error) error {
		if ext := filepath.Ext(path); err != nil || d.IsDir() || ext != ".txt" && ext != ".fsa" && ext != ".gc" {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, channel := range []model.Channel{{Discipline: model.FIFO, Capacity: 1}, {Discipline: model.Mailbox, Capacity: 2}} {
			u := lang.Load(source.New(path, string(text)), lang.Options{Channels: &channel})
			if u.Rejected() {
				return nil
			}
			opt := verify.Options{Environments: u.Environments, Only: []string{"deadlock"}, MaxStates: 1_000}
			plain, err := verify.Verify(context.Background(), u.Automata, opt)
			require.NoError(t, err)
			if !plain.Environments[0].Statistics.Complete {
				continue
			}
			compared++
			for _, reduce := range reductions {
				opt.Reduce = reduce
				r, err := verify.Verify(context.Background(), u.Automata, opt)
				require.NoError(t, err)
				for i, e := range r.Environments {
					want, got := plain.Environments[i].Checks[0], e.Checks[0]
					assert.Equal(t, want.Verdict, got.Verdict, path)
					assert.Len(t, got.Findings, len(want.Findings), path)
					for j := range min(len(want.Findings), len(got.Findings)) {
						assert.Equal(t, want.Findings[j].Cause, got.Findings[j].Cause, path)
						assert.Len(t, got.Findings[j].Trace, len(want.Findings[j].Trace), path)
					}
					full, reduced = full+plain.Environments[i].Statistics.States, reduced+e.Statistics.States
				}
			}
		}
		return nil
	}))
	require.Greater(t, compared, 20)
	t.Logf("%d searches of %d states in all, %d with reductions", compared*len(reductions), full, reduced)
}
