package lang_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chorcheck/lang"
	"chorcheck/lang/diag"
	"chorcheck/lang/source"
	"chorcheck/model"
)

const stormy = `choreography Stormy
param n = 2
role A, B, W[n]
environment storm { crash A; at most n }
environment loss { loss A -> B }
try s { A -> B, W: m } on crash of A at B {}
`

const automata = `.outputs A
.state graph
0 B ! m 1
.marking 0
.end
.outputs B
.state graph
0 A ? m 1
.marking 0
.end
`

func loaded(t *testing.T, name, text string, opt lang.Options) *lang.Unit {
	t.Helper()
	u := lang.Load(source.New(name, text), opt)
	require.False(t, u.Rejected(), "%v", u.Diagnostics)
	return u
}

func environments(u *lang.Unit) []string {
	var names []string
	for _, e := range u.Environments {
		names = append(names, e.Name)
	}
	return names
}

func TestEnvironments(t *testing.T) {
	u := loaded(t, "x.chor", stormy, lang.Options{})
	assert.Equal(t, []string{"storm", "loss"}, environments(u))
	assert.Equal(t, 2, u.Environments[0].Limit)
	assert.Equal(t, []string{"storm", "loss"}, u.Declared)

	u = loaded(t, "x.chor", stormy, lang.Options{Env: []string{"loss"}})
	assert.Equal(t, []string{"loss"}, environments(u))
	assert.Equal(t, []string{"storm", "loss"}, u.Declared)

	u = loaded(t, "x.chor", "choreography P\nrole A, B\nA -> B: m", lang.Options{Env: []string{"calm"}})
	assert.Equal(t, []*model.Environment{model.Calm()}, u.Environments)
	u = loaded(t, "x.fsa", automata, lang.Options{})
	assert.Equal(t, []*model.Environment{model.Calm()}, u.Environments)
	assert.Equal(t, []string{"calm"}, u.Declared)

	u = lang.Load(source.New("x.chor", stormy), lang.Options{Env: []string{"strom"}})
	assert.True(t, u.Rejected())
	require.Len(t, u.Diagnostics, 1)
	assert.Equal(t, diag.UnknownEnvironment, u.Diagnostics[0].Code)
	assert.Contains(t, u.Diagnostics[0].Help, "`storm`")
}

func TestFaults(t *testing.T) {
	u := loaded(t, "x.chor", stormy, lang.Options{Faults: "crash W during s; loss * -> B\nraise Tired at A; stray hello from A to B; at most n - 1 crash"})
	assert.Equal(t, []string{"faults"}, environments(u))
	assert.Equal(t, []string{"storm", "loss"}, u.Declared)
	e := u.Environments[0]
	assert.Equal(t, -1, e.Limit)
	assert.Equal(t, map[model.FaultKind]int{model.Crash: 1}, e.Limits)
	require.Len(t, e.Faults, 7)
	assert.Equal(t, model.Fault{Kind: model.Crash, Role: 2, Peer: -1, During: []model.ScopeID{0}}, e.Faults[0])
	assert.Equal(t, "hello", u.Choreography.Labels[e.Faults[6].Label])
	require.Len(t, u.Choreography.EndPoints, 1)
	assert.Equal(t, "Tired", u.Choreography.Exceptions[u.Choreography.EndPoints[0].Exception].Name)

	u = loaded(t, "x.fsa", automata, lang.Options{Faults: "crash A recovers; stray k from B to A"})
	e = u.Environments[0]
	require.Len(t, e.Faults, 2)
	assert.True(t, e.Faults[0].Recovers)
	assert.Equal(t, "k", u.Automata.Labels[e.Faults[1].Label])

	// What is blank is no option.
	u = loaded(t, "x.chor", stormy, lang.Options{Faults: " \n"})
	assert.Len(t, u.Environments, 2)
}

// TestFaultsMistakes: diagnostics about the option are about its own text.
func TestFaultsMistakes(t *testing.T) {
	for _, test := range []struct {
		name, text, faults string
		code               diag.Code
		place              string
	}{
		{"x.chor", stormy, "crash Z; at most 1", diag.UnknownRole, "Z"},
		{"x.chor", stormy, "crash A during t", diag.UnknownScope, "t"},
		{"x.chor", stormy, "crush A", diag.BadFault, "crush"},
		{"x.chor", stormy, "crash A } crash B", diag.StrayBrace, "}"},
		{"x.chor", stormy, "crash W[n]", diag.IndexOutOfRange, "n"},
		{"x.chor", stormy, "at most -1", diag.BadLimit, "-1"},
		{"x.chor", stormy, "A -> B: m", diag.BadFault, "A"},
		{"x.fsa", automata, "crash C", diag.UnknownRole, "C"},
		{"x.fsa", automata, "crash A during s", diag.NeedsScopes, "s"},
		{"x.fsa", automata, "raise E at A", diag.NeedsScopes, "raise E at A"},
		{"x.fsa", automata, "loss A -> A", diag.SendToItself, "A"},
	} {
		u := lang.Load(source.New(test.name, test.text), lang.Options{Faults: test.faults})
		assert.True(t, u.Rejected(), test.faults)
		require.NotEmpty(t, u.Diagnostics, test.faults)
		d := u.Diagnostics[len(u.Diagnostics)-1]
		assert.Equal(t, test.code, d.Code, test.faults)
		require.NotNil(t, d.File, test.faults)
		assert.Equal(t, "--faults", d.File.Name)
		assert.Equal(t, test.place, d.File.Slice(d.Primary.Span), test.faults)
	}
	// A fault on `sync` is seen after `--channels sync`.
	u := lang.Load(source.New("x.chor", stormy), lang.Options{Faults: "duplicate A -> B", Channels: &model.Channel{Discipline: model.Sync}})
	require.Len(t, u.Diagnostics, 1)
	assert.Equal(t, diag.FaultOnSync, u.Diagnostics[0].Code)
}
