package lang

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chorcheck/lang/source"
	"chorcheck/model"
)

const automataWithProperties = `.outputs Client
.state graph
Idle Bank ! charge Wait set t
Wait Bank ? paid Idle cancel t
Wait timeout t Idle
.marking Idle
.end
.outputs Bank
.state graph
0 Client ? charge 1
1 Client ! paid 0
.marking 0
.end
property paid: always (Client sends charge implies
    // or not

  eventually (Client receives paid or Client.t fires or Bank receives hello))
environment rough {
  crash Bank
  stray hello from Client to Bank
}
property safe:
	sometimes Bank crashed and t armed and empty(Client -> Bank)
`

// TestPropertiesOfAutomata: formulas stand behind the machines, beside environments.
func TestPropertiesOfAutomata(t *testing.T) {
	u := Load(source.New("a.fsa", automataWithProperties), Options{})
	require.False(t, u.Rejected(), u.Diagnostics)
	require.Len(t, u.Properties, 2)
	p := u.Properties[0]
	assert.Equal(t, "paid", p.Name)
	assert.Equal(t, "always (Client sends charge implies eventually (Client receives paid or Client.t fires or Bank receives hello))", p.Text)
	var kinds []model.AtomKind
	for _, a := range append(p.Atoms, u.Properties[1].Atoms...) {
		kinds = append(kinds, a.Kind)
	}
	assert.Equal(t, []model.AtomKind{
		model.AtomSends, model.AtomReceives, model.AtomFires, model.AtomReceives, model.AtomCrashed, model.AtomArmed, model.AtomEmpty,
	}, kinds)
	assert.Equal(t, model.LabelID(1), p.Atoms[1].Label)
	assert.True(t, u.Properties[1].Sometimes)
	place, ok := u.Place(u.Properties[1].Origin)
	require.True(t, ok)
	assert.Equal(t, 22, u.File.Position(place.Start).Line)
}

// TestBadPropertiesOfAutomata: mistakes are reported at their place.
func TestBadPropertiesOfAutomata(t *testing.T) {
	for _, c := range []struct{ text, code, place string }{
		{"property p: eventually Bank sends charge", "CH0374", "charge"},
		{"property p: Shop done", "CH0303", "Shop"},
		{"property p: Client in s", "CH0343", "s"},
		{"property p: Client raises E", "CH0375", "E"},
		{"property p: Client.x == 1", "CH0304", "x"},
		{"property p: Client.u armed", "CH0376", "u"},
		{"property p: true\nproperty p: false", "CH0302", "p"},
		{"property p: always", "CH0371", ""},
		{"property p:", "CH0223", ""},
		{"property p: Bank done\n.outputs C", "CH0815", "property"},
	} {
		u := Load(source.New("a.fsa", automataWithProperties+c.text+"\n"), Options{})
		require.NotEmpty(t, u.Diagnostics, c.text)
		d := u.Diagnostics[0]
		assert.Equal(t, c.code, string(d.Code), "%s: %s", c.text, d.Message)
		assert.Equal(t, c.place, u.File.Slice(d.Primary.Span), c.text)
		assert.True(t, u.Rejected())
		assert.Nil(t, u.Properties)
	}
}

// TestExpectationsOfProperties: `// expect:` lines may speak of properties by name.
func TestExpectationsOfProperties(t *testing.T) {
	const text = "choreography P\nrole A, B\n// expect: ends holds, sent violated in 3 steps\n// expect when sync: sent holds\nA -> B: m\n" +
		"property ends: eventually A done\nproperty sent: always not A sends m\n"
	u := Load(source.New("p.chor", text), Options{})
	require.False(t, u.Rejected(), u.Diagnostics)
	require.Len(t, u.Expectations, 3)
	assert.True(t, u.Expectations[0].Property)
	assert.Equal(t, "sent", u.Expectations[1].Check)
	assert.Equal(t, 3, u.Expectations[1].Steps)
	automata := Load(source.New("a.fsa", "// expect: paid holds\n"+automataWithProperties), Options{})
	require.False(t, automata.Rejected(), automata.Diagnostics)
	assert.Equal(t, "paid", automata.Expectations[0].Check)

	for _, c := range []struct{ text, code, place, help string }{
		{"// expect: snet holds\n" + text, "CH0012", "snet", "did you mean `sent`?"},
		{"// expect: sent\n" + text, "CH0013", "sent", ""},
		{text + "property stuck: true\n", "CH0018", "property", ""},
		{text + "property states: true\n", "CH0018", "property", ""},
		{text + "property other: A sends\n", "CH0371", "", ""}, // what is expected of it is no second mistake
	} {
		u := Load(source.New("p.chor", c.text), Options{})
		var list []string
		for _, d := range u.Diagnostics {
			list = append(list, string(d.Code))
		}
		require.Equal(t, []string{c.code}, list, c.text)
		d := u.Diagnostics[0]
		assert.Equal(t, c.place, u.File.Slice(d.Primary.Span), c.text)
		assert.Contains(t, d.Help, c.help)
	}
}
