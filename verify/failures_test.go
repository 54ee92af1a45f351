package verify_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"chorcheck/internal/naive"
	"chorcheck/model"
	"chorcheck/verify"
	"chorcheck/verify/replay"
)

// naiveSearches gives the naive results of a system, one for each environment; nil if
// one of them is too large.
func naiveSearches(s naive.FailingSystem, limit int) []*naive.Result {
	var all []*naive.Result
	for _, env := range s.Environments {
		want := naive.SearchIn(s.Automata, replay.Options{Environment: env, KeepCrashed: s.KeepCrashed}, limit)
		if !want.Complete {
			return nil
		}
		all = append(all, want)
	}
	return all
}

func verifyFailing(t require.TestingT, s naive.FailingSystem, opt verify.Options) *verify.Result {
	opt.Environments, opt.KeepCrashed, opt.MaxFindings = s.Environments, s.KeepCrashed, 1<<20
	got, err := verify.Verify(context.Background(), s.Automata, opt)
	require.NoError(t, err)
	return got
}

// TestFailuresAgainstNaiveSearch compares everything that a verification says of
// automata that can fail with a search that shares no code with it, and that decides
// each check by its definition.
func TestFailuresAgainstNaiveSearch(t *testing.T) {
	for _, test := range []struct {
		name   string
		looped bool
	}{{"each scope once", false}, {"looped scopes", true}} {
		t.Run(test.name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				s := naive.Failing(test.looped).Draw(t, "system")
				want := naiveSearches(s, 1500)
				if want == nil {
					t.Skip("too large")
				}
				var first *verify.Result
				for _, workers := range []int{1, 3} {
					got := verifyFailing(t, s, verify.Options{Workers: workers, Coverage: true})
					compareFailing(t, s, want, got)
					if first == nil {
						first = got
						continue
					}
					for i := range first.Environments {
						require.Equal(t, first.Environments[i].Checks, got.Environments[i].Checks, "workers")
					}
					require.Equal(t, first.Across, got.Across, "workers")
					require.Equal(t, first.Coverage, got.Coverage, "workers")
				}
			})
		})
	}
}

func compareFailing(t *rapid.T, s naive.FailingSystem, want []*naive.Result, got *verify.Result) {
	require.Len(t, got.Environments, len(want))
	sure := true
	for i, r := range got.Environments {
		require.Equal(t, s.Environments[i], r.Environment)
		// What no role can ever ask for is left out of configurations. Of looped scopes,
		// some is kept longer in one run than in another one.
		if !slices.ContainsFunc(s.Automata.Scopes, func(sc model.Scope) bool { return sc.Looped }) {
			require.LessOrEqual(t, r.Statistics.States, uint64(want[i].States), "states")
		}
		confused := slices.ContainsFunc(r.Checks, func(c verify.CheckResult) bool { return c.Verdict == verify.Inconclusive })
		sure = sure && !confused
		for _, c := range r.Checks {
			id := c.Check.ID
			if want[i].NotApplicable[id] {
				require.Equal(t, verify.NotApplicable, c.Verdict, id)
				continue
			}
			found := map[string]int{}
			for _, f := range c.Findings {
				if f.Merged == nil {
					found[f.Cause] = len(f.Trace)
				}
				for _, m := range f.Merged {
					found[m.Cause] = m.Steps
				}
			}
			if confused {
				require.NotEqual(t, verify.Holds, c.Verdict, id)
				for cause := range found {
					require.Contains(t, want[i].Causes[id], cause, id)
				}
				continue
			}
			expected := onlyCauses(id, want[i].Causes[id])
			if len(s.Automata.Scopes) > 0 && slices.Contains(onContinuations, id) {
				// What no role can ever ask for is left out of configurations, so
				// that a component is perhaps reached earlier.
				for cause, length := range onlyCauses(id, found) {
					if _, known := expected[cause]; known && length < expected[cause] {
						expected[cause] = length
					}
				}
			}
			if id == naive.SilentSurvivor && slices.ContainsFunc(r.Environment.Faults, func(f model.Fault) bool { return f.Kind == model.Reorder }) {
				// Nor is the order of messages that differ only in that: then
				// nothing has failed where they change places.
				for cause := range expected {
					if length, here := found[cause]; here && length >= expected[cause] {
						expected[cause] = length
					} else if !here {
						delete(expected, cause)
					}
				}
			}
			require.Equal(t, expected, onlyCauses(id, found), "%s in %s", id, r.Environment.Name)
			verdict := verify.Holds
			if len(found) > 0 {
				verdict = verify.Violated
			}
			require.Equal(t, verdict, c.Verdict, id)
		}
	}
	for _, c := range got.Across {
		dead := slices.Sorted(maps.Keys(want[0].Causes[c.Check.ID]))
		for _, w := range want[1:] {
			dead = slices.DeleteFunc(dead, func(cause string) bool { _, here := w.Causes[c.Check.ID][cause]; return !here })
		}
		switch {
		case want[0].NotApplicable[c.Check.ID]:
			require.Equal(t, verify.NotApplicable, c.Verdict)
		case !sure:
		case len(dead) == 0:
			require.Equal(t, verify.Holds, c.Verdict)
		default:
			require.Equal(t, verify.Violated, c.Verdict)
			var found []string
			for _, f := range c.Findings {
				found = append(found, f.Cause)
			}
			slices.Sort(found)
			found = slices.Compact(found) // handlers of one name are one cause
			require.Equal(t, dead, found, c.Check.ID)
		}
	}
}

// onContinuations are the checks whose evidence is a bottom component.
var onContinuations = []string{naive.Stuck, naive.Livelock, naive.NoTermination, naive.OrphanMessage, naive.SilentSurvivor}

// onlyCauses leaves the scope out of the causes of stale receptions: of several
// scopes, the search reports the one with the shortest run.
func onlyCauses(check string, causes map[string]int) map[string]int {
	out := map[string]int{}
	for cause, length := range causes {
		if check == naive.StaleReception {
			cause = cause[:strings.LastIndex(cause, " of ")]
		}
		if least, known := out[cause]; !known || length < least {
			out[cause] = length
		}
	}
	return out
}

// safety are the checks that more faults can only violate more.
var safety = []string{
	naive.UnspecifiedReception, naive.BoundReached, naive.OutOfRange, naive.UncaughtException,
	naive.ExclusiveHandler, naive.StaleReception, naive.TimerLeak, naive.UnguardedWait,
}

// violations of a verification by check, with their causes; for stale receptions without the scope, as in onlyCauses.
func violations(r verify.EnvironmentResult) map[string][]string {
	out := map[string][]string{}
	for _, c := range r.Checks {
		for _, f := range c.Findings {
			cause := f.Cause
			if c.Check.ID == naive.StaleReception {
				cause = cause[:strings.LastIndex(cause, " of ")]
			}
			out[c.Check.ID] = append(out[c.Check.ID], cause)
		}
		slices.Sort(out[c.Check.ID])
	}
	return out
}

// TestMoreFaultsNeverMend: a larger limit never removes a violation of a safety check.
func TestMoreFaultsNeverMend(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := naive.Failing(false).Draw(t, "system")
		env := s.Environments[0]
		env.Limits = nil
		env.Limit = rapid.IntRange(0, 1).Draw(t, "limit")
		more := *env
		more.Limit = env.Limit + 1
		s.Environments = []*model.Environment{env, &more}
		if naiveSearches(s, 1500) == nil {
			t.Skip("too large")
		}
		got := verifyFailing(t, s, verify.Options{})
		few, many := violations(got.Environments[0]), violations(got.Environments[1])
		for _, check := range safety {
			for _, cause := range few[check] {
				require.Contains(t, many[check], cause, check)
			}
		}
	})
}

// TestEmptyEnvironmentIsNone: where nothing can fail, nothing fails.
func TestEmptyEnvironmentIsNone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := naive.Failing(true).Draw(t, "system")
		s.Environments = []*model.Environment{{Name: "calm", Limit: rapid.IntRange(-1, 2).Draw(t, "limit")}}
		if naiveSearches(s, 1500) == nil {
			t.Skip("too large")
		}
		empty := verifyFailing(t, s, verify.Options{})
		s.Environments = nil
		none := verifyFailing(t, s, verify.Options{})
		require.Equal(t, none.Environments[0].Checks, empty.Environments[0].Checks)
		require.Equal(t, none.Across, empty.Across)
	})
}

// TestNamesOfRolesDoNotMatter: with other names for its roles, a system has the same
// violations, but for the names.
func TestNamesOfRolesDoNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := naive.Failing(true).Draw(t, "system")
		if naiveSearches(s, 1000) == nil {
			t.Skip("too large")
		}
		before := verifyFailing(t, s, verify.Options{})
		a := *s.Automata
		a.Roles = slices.Clone(a.Roles)
		for r := range a.Roles {
			a.Roles[r].Name = string(rune('Z' - r))
		}
		s.Automata = &a
		after := verifyFailing(t, s, verify.Options{})
		for i := range before.Environments {
			for k, c := range before.Environments[i].Checks {
				d := after.Environments[i].Checks[k]
				require.Equal(t, c.Verdict, d.Verdict, c.Check.ID)
				require.Len(t, foundCauses(d), len(foundCauses(c)), c.Check.ID)
			}
		}
	})
}
