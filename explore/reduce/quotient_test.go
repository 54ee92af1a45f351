package reduce_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chorcheck/explore"
	"chorcheck/explore/reduce"
	"chorcheck/lts"
)

// counters are some counters that run from 0 to the same top, one to a word.
type counters struct{ parts, top int }

func (c counters) Width() int                         { return c.parts }
func (c counters) Actions() int                       { return c.parts }
func (c counters) Init() lts.State                    { return make(lts.State, c.parts) }
func (c counters) DescribeAction(a lts.Action) string { return fmt.Sprint("part ", a) }
func (c counters) DescribeState(s lts.State) string   { return fmt.Sprint([]uint64(s)) }

func (c counters) Next(s lts.State, out *lts.Steps) lts.Marks {
	for i, v := range s {
		if v < uint64(c.top) {
			out.Append(lts.Action(i), s)[i]++
		}
	}
	return lts.Marks(s[0])
}

func (c counters) Symmetric() bool { return c.parts > 1 }

// Canonical sorts, the greatest first.
func (c counters) Canonical(s lts.State) {
	for i := range s {
		for j := i; j > 0 && s[j] > s[j-1]; j-- {
			s[j], s[j-1] = s[j-1], s[j]
		}
	}
}

func TestQuotientOfCounters(t *testing.T) {
	sys := counters{4, 5}
	canon := reduce.Canon(sys, true, true)
	require.NotNil(t, canon)
	q := reduce.Quotient(sys, canon)
	d, ok := q.(lts.Describer)
	require.True(t, ok)
	assert.Equal(t, "part 2", d.DescribeAction(2))
	_, ok = q.(lts.Symmetric)
	assert.False(t, ok, "a quotient has nothing that can be exchanged left")
	_, ok = reduce.Quotient(struct{ lts.System }{sys}, canon).(lts.Describer)
	assert.False(t, ok)

	space, err := explore.Reach(t.Context(), lts.Checked(q, t.Errorf), explore.Options{})
	require.NoError(t, err)
	defer space.Close()
	assert.EqualValues(t, 126, space.States) // multisets of 4 numbers from 6: 9 over 4
	last := lts.State{5, 4, 3, 1}
	run := space.Traces([]lts.State{last})[0]
	require.Equal(t, 13, run.Len())
	real, err := reduce.Unfold(sys, canon, run)
	require.NoError(t, err)
	require.Equal(t, 13, real.Len())
	for i, a := range real.Actions {
		next := real.States[i].Clone()
		next[a]++
		assert.Equal(t, next, real.States[i+1], "step %d", i)
	}
	end := real.States[13].Clone()
	canon(end)
	assert.Equal(t, last, end)
}

func TestCanonOfNothing(t *testing.T) {
	assert.Nil(t, reduce.Canon(counters{1, 2}, true, true))
	assert.Nil(t, reduce.Canon(counters{2, 2}, false, true))
	assert.Nil(t, reduce.Canon(struct{ lts.System }{counters{2, 2}}, true, true))
}

func TestUnfoldRefuses(t *testing.T) {
	sys := counters{2, 3}
	for name, run := range map[string]lts.Trace{
		"1 configurations and 1 actions": {States: []lts.State{{0, 0}}, Actions: []lts.Action{0}},
		"does not start":                 {States: []lts.State{{1, 0}}},
		"no step leads where step 2":     {States: []lts.State{{0, 0}, {1, 0}, {2, 1}}, Actions: []lts.Action{0, 0}},
	} {
		_, err := reduce.Unfold(sys, sys.Canonical, run)
		assert.ErrorContains(t, err, name)
	}
}
