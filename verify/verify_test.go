package verify_test

import (
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"chorcheck/internal/naive"
	"chorcheck/model"
	"chorcheck/verify"
)

// causes of a result: check -> cause -> length of the trace, -1 without one.
func causes(r *verify.Result) map[string]map[string]int {
	out := map[string]map[string]int{}
	for _, c := range all(r) {
		for _, f := range c.Findings {
			if out[c.Check.ID] == nil {
				out[c.Check.ID] = map[string]int{}
			}
			length := len(f.Trace)
			if f.Trace == nil && f.Final == nil {
				length = -1
			}
			if f.Merged == nil {
				out[c.Check.ID][f.Cause] = length
			}
			for _, m := range f.Merged {
				out[c.Check.ID][m.Cause] = m.Steps
			}
		}
	}
	return out
}

// all are the results of a verification in one environment, and across.
func all(r *verify.Result) []verify.CheckResult {
	return slices.Concat(r.Environments[0].Checks, r.Across)
}

func nonEmpty(m map[string]map[string]int) map[string]map[string]int {
	out := map[string]map[string]int{}
	for check, causes := range m {
		if len(causes) > 0 {
			out[check] = causes
		}
	}
	return out
}

// TestAgainstNaiveSearch compares everything that a verification says with a
// search that shares no code with it.
func TestAgainstNaiveSearch(t *testing.T) {
	const limit = 2000
	rapid.Check(t, func(t *rapid.T) {
		a := naive.Automata().Draw(t, "automata")
		want := naive.Search(a, limit)
		if !want.Complete {
			t.Skip("too large")
		}
		compare(t, a, want)
	})
}

func compare(t *rapid.T, a *model.Automata, want *naive.Result) {
	var first *verify.Result
	for _, workers := range []int{1, 2, 4} {
		got, err := verify.Verify(context.Background(), a, verify.Options{Workers: workers, MaxFindings: 1 << 20})
		require.NoError(t, err)
		require.EqualValues(t, want.States, got.Environments[0].Statistics.States, "states")
		require.EqualValues(t, want.Transitions, got.Environments[0].Statistics.Transitions, "transitions")
		require.Equal(t, want.Depth+1, got.Environments[0].Statistics.Depth, "depth")
		require.Equal(t, nonEmpty(want.Causes), causes(got))
		for _, c := range all(got) {
			switch {
			case want.NotApplicable[c.Check.ID]:
				require.Equal(t, verify.NotApplicable, c.Verdict, c.Check.ID)
			case len(want.Causes[c.Check.ID]) > 0:
				require.Equal(t, verify.Violated, c.Verdict, c.Check.ID)
			default:
				require.Equal(t, verify.Holds, c.Verdict, c.Check.ID)
			}
		}
		if first == nil {
			first = got
			continue
		}
		require.Equal(t, all(first), all(got), "workers")
	}
}

func TestSystemsOfTheNote(t *testing.T) {
	for _, name := range naive.Systems() {
		for _, requests := range []int{0, 1, 2} {
			if requests == 0 && testing.Short() {
				continue // the endless ones are the large ones
			}
			for _, ch := range []model.Channel{{Discipline: model.Sync}, {Discipline: model.FIFO, Capacity: 1}, {Discipline: model.Bag, Capacity: 3}, {Discipline: model.Mailbox, Capacity: 3}} {
				a := naive.System(name, requests, ch)
				want := naive.Search(a, 1<<20)
				got, err := verify.Verify(context.Background(), a, verify.Options{MaxFindings: 1 << 20})
				require.NoError(t, err)
				require.EqualValues(t, want.States, got.Environments[0].Statistics.States, "%s %d %s", name, requests, ch)
				require.Equal(t, nonEmpty(want.Causes), causes(got), "%s %d %s", name, requests, ch)
				if slices.Contains([]string{"V1", "V2"}, name) {
					require.Empty(t, causes(got)["stuck"])
				}
			}
		}
	}
}

// TestLimitsNeverHold stops searches early: what was found so far is right and the
// same for any number of workers, and nothing is said to hold.
func TestLimitsNeverHold(t *testing.T) {
	const limit = 2000
	rapid.Check(t, func(t *rapid.T) {
		a := naive.Automata().Draw(t, "automata")
		want := naive.Search(a, limit)
		if !want.Complete {
			t.Skip("too large")
		}
		opt := verify.Options{MaxFindings: 1 << 20}
		if rapid.Bool().Draw(t, "by depth") {
			opt.MaxDepth = rapid.IntRange(1, want.Depth+1).Draw(t, "depth")
		} else {
			opt.MaxStates = uint64(rapid.IntRange(1, want.States+1).Draw(t, "states"))
		}
		var first *verify.Result
		for _, workers := range []int{1, 2, 4} {
			opt.Workers = workers
			got, err := verify.Verify(context.Background(), a, opt)
			require.NoError(t, err)
			for _, c := range all(got) {
				for _, f := range c.Findings {
					for _, m := range f.Merged {
						require.Contains(t, want.Causes[c.Check.ID], m.Cause, c.Check.ID)
					}
					cause := f.Cause
					if f.Merged != nil {
						cause = f.Merged[0].Cause
					}
					length, known := want.Causes[c.Check.ID][cause]
					require.True(t, known, "%s: %s", c.Check.ID, f.Cause)
					switch c.Check.ID {
					case "dead-interaction":
					case "orphan-message":
						// Bottom components that were not looked for may have it earlier.
						require.GreaterOrEqual(t, len(f.Trace), length, "%s: %s", c.Check.ID, f.Cause)
					default:
						require.Equal(t, length, len(f.Trace), "%s: %s", c.Check.ID, f.Cause)
						require.LessOrEqual(t, len(f.Trace), got.Environments[0].Statistics.Depth, "from a level that was not finished")
					}
				}
				if c.Verdict == verify.Inconclusive {
					require.Contains(t, c.Reason, "stopped at ")
				}
				// That every place is carried out is decided as soon as it is seen.
				if !got.Environments[0].Statistics.Complete && c.Check.ID != "dead-interaction" {
					require.NotEqual(t, verify.Holds, c.Verdict, c.Check.ID)
				}
			}
			if first == nil {
				first = got
				continue
			}
			require.Equal(t, all(first), all(got), "workers")
			require.Equal(t, first.Environments[0].Statistics.States, got.Environments[0].Statistics.States)
			require.Equal(t, first.Environments[0].Statistics.Transitions, got.Environments[0].Statistics.Transitions)
		}
	})
}
