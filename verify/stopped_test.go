package verify_test

import (
	"context"
	"os"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"chorcheck/lang"
	"chorcheck/lang/source"
	"chorcheck/verify"
)

// looked is a context that ends when it has been looked at some times.
type looked struct {
	context.Context
	mu   sync.Mutex
	left int
	end  context.CancelFunc
}

func endsAfter(looks int) *looked {
	ctx, end := context.WithCancel(context.Background())
	return &looked{Context: ctx, left: looks, end: end}
}

func (l *looked) Err() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.left--; l.left < 0 {
		l.end()
	}
	return l.Context.Err()
}

// TestStoppedAnywhere: whenever the time is over, be it before the search begins, a verdict is that of the whole
// search, or there is none.
func TestStoppedAnywhere(t *testing.T) {
	for _, path := range []string{"../specs/failures/payment.chor", "../specs/failures/retry-stale.chor", "../specs/failures/quorum-write.chor", "../specs/club-door.chor"} {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		u := lang.Load(source.New(path, string(text)), lang.Options{})
		require.False(t, u.Rejected(), path)
		for _, engine := range []verify.Engine{verify.Explicit, verify.Symbolic, verify.Auto} {
			opt := verify.Options{Environments: u.Environments, Properties: u.Properties, Interactions: u.Interactions, Workers: 1, Coverage: true, Engine: engine}
			all, err := verify.Verify(t.Context(), u.Automata, opt)
			require.NoError(t, err)
			stopped := 0
			for looks := 0; ; looks += 1 + looks/4 {
				ctx := endsAfter(looks)
				some, err := verify.Verify(ctx, u.Automata, opt)
				ended := ctx.Context.Err() != nil
				ctx.end()
				require.NoError(t, err)
				same := func(want, got []verify.CheckResult) {
					require.Len(t, got, len(want))
					for i := range want {
						if got[i].Verdict == verify.Inconclusive {
							stopped++
							require.NotEmpty(t, got[i].Reason)
							continue
						}
						require.Equal(t, want[i].Verdict, got[i].Verdict, "%s, %v, %d: %s", path, engine, looks, want[i].Check.ID)
					}
				}
				require.Len(t, some.Environments, len(all.Environments))
				for i := range all.Environments {
					same(all.Environments[i].Checks, some.Environments[i].Checks)
				}
				same(all.Across, some.Across)
				if !ended {
					break
				}
			}
			require.Greater(t, stopped, 20)
		}
	}
}
