package main

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"chorcheck/lang"
	"chorcheck/lang/source"
	"chorcheck/model"
	"chorcheck/verify"
)

func TestGenCFSMs(t *testing.T) {
	for _, c := range []struct {
		labels, messages, pairs int
		loop                    bool
		states                  uint64 // 0: not known beforehand
	}{
		{labels: 1, messages: 1, pairs: 1, states: 7},
		{labels: 1, messages: 1, pairs: 3, states: 343}, // pairs know nothing of each other
		{labels: 2, messages: 2, pairs: 1},
		{labels: 2, messages: 2, pairs: 1, loop: true},
		{labels: 3, messages: 3, pairs: 1},
	} {
		u := lang.Load(source.New("g.fsa", genCFSMs(c.labels, c.messages, c.pairs, c.loop)), lang.Options{})
		require.False(t, u.Rejected(), "%v", u.Diagnostics)
		require.Len(t, u.Automata.Roles, 2*c.pairs)
		for _, m := range u.Automata.Machines {
			require.Len(t, m.Transitions, 2*c.messages*c.labels)
		}
		check := func(want verify.Verdict) uint64 {
			r, err := verify.Verify(context.Background(), u.Automata, verify.Options{
				Workers: 1, Only: []string{"deadlock", "stuck", "unspecified-reception", "orphan-message"},
			})
			require.NoError(t, err)
			for _, row := range r.Environments[0].Checks {
				if row.Check.ID == "deadlock" {
					require.Equal(t, want, row.Verdict)
				}
			}
			return r.Environments[0].Statistics.States
		}
		states := check(verify.Holds)
		if c.states > 0 {
			require.Equal(t, c.states, states)
		}
		if c.messages > 1 { // with less room both sides wait for ever
			u.Automata.Channels.Default = model.Channel{Capacity: c.messages - 1}
			check(verify.Violated)
		}
	}
}
