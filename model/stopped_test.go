package model_test

import (
	"context"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chorcheck/lang"
	"chorcheck/lang/source"
	"chorcheck/model"
)

// looked is a context that counts how often it is looked at, and ends after some looks.
type looked struct {
	context.Context
	looks, most int
}

func (l *looked) Err() error {
	if l.looks++; l.looks > l.most {
		return context.DeadlineExceeded
	}
	return nil
}

// Making a network takes a while if roles have many local states: it looks at the time at each of them.
func TestMakingEnds(t *testing.T) {
	const path = "../specs/failures/quorum-write.chor"
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	u := lang.Load(source.New(path, string(text)), lang.Options{})
	require.False(t, u.Rejected())
	opt := model.NetworkOptions{Environment: u.Environments[len(u.Environments)-1]}
	whole := &looked{Context: t.Context(), most: 1 << 30}
	net, err := model.NewLocalNetwork(whole, u.Automata, opt)
	require.NoError(t, err)
	states := net.LocalStates()
	assert.Greater(t, whole.looks, 3*states, "once when a state is found, once when what it knows is cleared, once when it is compiled")
	for most := range whole.looks {
		_, err := model.NewLocalNetwork(&looked{Context: t.Context(), most: most}, u.Automata, opt)
		require.ErrorIs(t, err, context.DeadlineExceeded)
	}
	whole.looks = 0
	_, err = net.Locality(whole)
	require.NoError(t, err)
	assert.Greater(t, whole.looks, states/2, "once for each that is live")
	for most := range whole.looks {
		_, err := net.Locality(&looked{Context: t.Context(), most: most})
		require.ErrorIs(t, err, context.DeadlineExceeded)
	}
}
