package verify

import (
	"testing"

	"github.com/stretchr/testify/require"

	"chorcheck/internal/naive"
	"chorcheck/model"
	"chorcheck/verify/replay"
)

// TestFalseExhibitsAreRefuted shows the confirmation wrong claims of each kind: in
// the initial configuration of a protocol where everything goes well, nothing is
// violated.
func TestFalseExhibitsAreRefuted(t *testing.T) {
	a := naive.Network(model.Channel{Discipline: model.FIFO, Capacity: 2},
		naive.Role{Name: "A", Initial: "A", Transitions: "A -B!x-> A1 ; A1 -B?y-> A2 ; A2 -B!x-> A1"},
		naive.Role{Name: "B", Initial: "B", Final: "B", Transitions: "B -A?x-> B1 ; B1 -A!y-> B"})
	net, err := model.NewNetwork(t.Context(), a, model.NetworkOptions{})
	require.NoError(t, err)
	v := &verifier{automata: a, net: net, oracle: replay.New(a, replay.Options{})}
	// After one step, x is in the queue.
	start := v.oracle.Initial()
	steps := v.oracle.Enabled(start)
	after := v.oracle.Apply(start, steps[0])
	message := 0
	for net.Message(message).From != 0 {
		message++
	}
	for name, e := range map[string]*exhibit{
		"deadlock":              {check: "deadlock"},
		"stuck":                 {check: "stuck", role: 0},
		"livelock":              {check: "livelock"},
		"no-termination":        {check: "stuck", role: 1},
		"unspecified-reception": {check: "unspecified-reception", role: 1, info: []int{message}},
		"orphan-message":        {check: "orphan-message", role: 1, info: []int{message, 0}},
		"bound-reached":         {check: "bound-reached", role: 0, info: []int{0, 0}},
		"out-of-range":          {check: "out-of-range", role: 0},
	} {
		r := &replayed{verifier: v, exhibit: e, steps: steps[:1], last: after}
		require.NotEmpty(t, r.refute(), name)
	}
	// A configuration without the message is no evidence for an orphan either.
	r := &replayed{verifier: v, exhibit: &exhibit{check: "orphan-message", info: []int{message, 0}}, last: start}
	require.Equal(t, "the message is not in its queue", r.refute())
	// What can end is not without end.
	b := naive.Network(model.Channel{Discipline: model.FIFO, Capacity: 1},
		naive.Role{Name: "A", Initial: "A", Transitions: "A -tau-> A ; A -tau-> End"})
	netB, err := model.NewNetwork(t.Context(), b, model.NetworkOptions{})
	require.NoError(t, err)
	vb := &verifier{automata: b, net: netB, oracle: replay.New(b, replay.Options{})}
	b.Machines[0].States[1].Final = true
	r = &replayed{verifier: vb, exhibit: &exhibit{check: "no-termination"}, last: vb.oracle.Initial()}
	require.Equal(t, "a final configuration can be reached", r.refute())
}
