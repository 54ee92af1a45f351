package cache

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chorcheck/lang"
	"chorcheck/verify"
)

// What a search that was cut short, or may have missed something, says is neither kept nor believed.
func TestOnlyWhatIsSettledIsKept(t *testing.T) {
	const name = specs + "failures/payment.chor"
	for what, opt := range map[string]verify.Options{
		"bounded by states": {MaxStates: 5},
		"bounded by depth":  {MaxDepth: 3},
		"compact":           {Store: verify.Storage{Kind: verify.Compact, Fingerprint: 64}},
		"bitstate":          {Store: verify.Storage{Kind: verify.Bitstate, Hashes: 3, Table: 1 << 16}},
		"random walks":      {Order: verify.RandomWalks, Sampling: verify.Sampling{Searches: 3}},
	} {
		c := Open(t.TempDir())
		q := question(t, name, lang.Options{}, opt)
		r := answer(t, q)
		assert.False(t, Settled(r), what)
		c.Keep(q, r)
		info, err := c.Info()
		require.NoError(t, err)
		assert.Zero(t, info.Entries, what)
	}
	// What only one check needs may be settled although a bound was reached: then the search is not complete all the same.
	q := question(t, name, lang.Options{}, verify.Options{Only: []string{"deadlock"}, MaxDepth: 12})
	assert.False(t, Settled(answer(t, q)))
	// A bound that was not reached changes nothing.
	q = question(t, name, lang.Options{}, verify.Options{MaxStates: 1 << 20})
	assert.True(t, Settled(answer(t, q)))
}

func TestWhatIsInterruptedIsNotSettled(t *testing.T) {
	q := question(t, specs+"failures/payment.chor", lang.Options{}, verify.Options{})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	r, err := verify.Verify(ctx, q.Unit.Automata, q.Options)
	require.NoError(t, err)
	assert.False(t, Settled(r))
}

func TestUnjudgedStrikesAreNotSettled(t *testing.T) {
	r := answer(t, full(t))
	require.True(t, Settled(r))
	r.Coverage.Cells[0].Strikes[0].Status = verify.Unjudged
	assert.False(t, Settled(r))
}

// A verification of nothing but properties makes no search of its own.
func TestPropertiesAloneAreSettled(t *testing.T) {
	const text = `choreography Ask
role A, B
loop at A { A -> B: ask  B -> A: answer }
property answered: A sends ask leads to A receives answer
property told: sometimes eventually B sends answer
property wrong: always not A sends ask
`
	q := ask(t, "ask.chor", text, lang.Options{}, verify.Options{Only: []string{"answered", "told", "wrong"}})
	r := answer(t, q)
	require.Equal(t, []verify.Verdict{verify.Holds, verify.Holds, verify.Violated},
		[]verify.Verdict{r.Environments[0].Checks[0].Verdict, r.Environments[0].Checks[1].Verdict, r.Environments[0].Checks[2].Verdict})
	require.False(t, r.Environments[0].Statistics.Complete)
	c := Open(t.TempDir())
	c.Keep(q, r)
	found, ok := c.Find(q)
	require.True(t, ok)
	assert.Equal(t, everything(t, r), everything(t, found))
}

func TestWhatIsToBeSearchedIsSearched(t *testing.T) {
	assert.True(t, Keeps(&verify.Options{}))
	assert.True(t, Keeps(&verify.Options{Certify: true}))
	assert.True(t, Keeps(&verify.Options{Order: verify.DepthFirst, Engine: verify.Symbolic}))
	for _, opt := range []verify.Options{
		{Checkpoint: &verify.Checkpoint{}}, {Order: verify.Swarm},
		{Store: verify.Storage{Kind: verify.Compact}},
	} {
		assert.False(t, Keeps(&opt))
		c := Open(t.TempDir())
		q := question(t, specs+"handshake.chor", lang.Options{}, verify.Options{})
		r := answer(t, q)
		q.Options = opt
		c.Keep(q, r)
		info, err := c.Info()
		require.NoError(t, err)
		assert.Zero(t, info.Entries)
	}
}
