package replay_test

import (
	"fmt"
	"testing"

	"chorcheck/internal/naive"
	"chorcheck/model"
	"chorcheck/verify/replay"

	"github.com/stretchr/testify/assert"
)

// TestCrashCounts has the sizes of the systems of the order service in which one role
// may crash, with one request and queues for one message: states/transitions, and the
// configurations without any transition that are clean, have orphans, and are deadlocks.
// They were counted by another explorer, with queues to the crashed role that vanish or
// stay. (The kept row of V3-local and B was counted by hand: what is left is nothing, with A
// stopped or not, or one message: x, rc, rd, or rb to the stopped A.)
func TestCrashCounts(t *testing.T) {
	for _, test := range []struct{ system, crash, vanish, kept string }{
		{"V1", "A", "14/22 1/0/0", ""},
		{"V1", "B", "14/21 1/0/0", ""},
		{"V1", "C", "15/23 1/0/0", ""},
		{"V2", "A", "25/39 1/0/0", "27/39 1/2/0"},
		{"V2", "B", "24/36 1/0/1", "27/36 1/0/4"},
		{"V2", "C", "27/40 1/0/1", "28/40 1/0/2"},
		{"V3-local", "A", "93/239 1/2/0", ""},
		{"V3-local", "B", "92/236 2/1/0", "101/242 2/4/0"},
		{"V3-local", "C", "131/316 2/3/0", "140/328 2/4/0"},
		{"V4", "A", "76/148 1/0/0", ""},
		{"V4", "B", "57/113 1/0/1", ""},
		{"V4", "C", "74/138 1/0/1", "79/141 1/0/3"},
		{"V5", "C", "71/142 1/0/0", ""},
	} {
		a := naive.System(test.system, 1, fifo1)
		for keep, want := range map[bool]string{false: test.vanish, true: test.kept} {
			if want != "" {
				assert.Equal(t, want, count(a, test.crash, keep), "%s, crash %s, kept: %v", test.system, test.crash, keep)
			}
		}
	}
}

// count explores automata in which one role may crash.
func count(a *model.Automata, crash string, keep bool) string {
	var env *model.Environment
	for r, role := range a.Roles {
		if role.Name == crash {
			env = environment(-1, fault(model.Crash, model.RoleID(r), -1))
		}
	}
	in := replay.New(a, replay.Options{Environment: env, KeepCrashed: keep})
	seen := map[string]bool{in.Initial().Key(): true}
	todo := []replay.Config{in.Initial()}
	transitions, ok, orphan, deadlock := 0, 0, 0, 0
	for i := 0; i < len(todo); i++ {
		c := todo[i]
		for _, s := range in.Enabled(c) {
			transitions++
			next := in.Apply(c, s)
			if key := next.Key(); !seen[key] {
				seen[key] = true
				todo = append(todo, next)
			}
		}
		switch {
		case len(in.Enabled(c)) > 0:
		case in.Deadlocked(c):
			deadlock++
		case messages(c) > 0:
			orphan++
		default:
			ok++
		}
	}
	return fmt.Sprintf("%d/%d %d/%d/%d", len(todo), transitions, ok, orphan, deadlock)
}
