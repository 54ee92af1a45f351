package lang

import (
	"math/big"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chorcheck/lang/diag"
	"chorcheck/lang/source"
	"chorcheck/model"
)

func TestExpectations(t *testing.T) {
	fifo1 := &model.Channel{Discipline: model.FIFO, Capacity: 1}
	sync := &model.Channel{Discipline: model.Sync}
	for text, want := range map[string][]Expectation{
		"// expect: deadlock holds":                   {{Check: "deadlock", Verdict: "holds", Steps: -1}},
		"  --expect:deadlock violated in 12 steps":    {{Check: "deadlock", Verdict: "violated", Steps: 12}},
		"// expect: stuck violated in 1 step":         {{Check: "stuck", Verdict: "violated", Steps: 1}},
		"// Expect: no-termination not applicable":    {{Check: "no-termination", Verdict: "not applicable", Steps: -1}},
		"// expect: stuck inconclusive, depth 9":      {{Check: "stuck", Verdict: "inconclusive", Steps: -1}, {Quantity: "depth", Value: big.NewInt(9), Steps: -1}},
		"// expect: states 12, transitions 5":         {{Quantity: "states", Value: big.NewInt(12), Steps: -1}, {Quantity: "transitions", Value: big.NewInt(5), Steps: -1}},
		"// expect when fifo 1: states 24":            {{Channels: fifo1, Quantity: "states", Value: big.NewInt(24), Steps: -1}},
		"-- expect when sync, n=-3: everything holds": {{Channels: sync, Params: map[string]int64{"n": -3}, Check: "everything", Verdict: "holds", Steps: -1}},
		"// expect when n = 3, m=4: states 1\n// expect when n=4: states 1": {
			{Params: map[string]int64{"n": 3, "m": 4}, Quantity: "states", Value: big.NewInt(1), Steps: -1},
			{Params: map[string]int64{"n": 4}, Quantity: "states", Value: big.NewInt(1), Steps: -1},
		},
		"// expect when env rough: deadlock holds": {{Env: "rough", Check: "deadlock", Verdict: "holds", Steps: -1}},
		"// expect when fifo 1, env calm, env=3: states 2\n// expect when env rough: states 3": {
			{Channels: fifo1, Params: map[string]int64{"env": 3}, Env: "calm", Quantity: "states", Value: big.NewInt(2), Steps: -1},
			{Env: "rough", Quantity: "states", Value: big.NewInt(3), Steps: -1},
		},
		// Not about us.
		"":                                     nil,
		"// expect the unexpected":             nil,
		"A -> B: m // expect: deadlock holds":  nil, // the comment does not begin the line
		"/ expect: deadlock holds":             nil,
		"//\n--\n// \n// expectation: a, b, c": nil,
	} {
		var bag diag.Bag
		got := Expectations(source.New("x", text), &bag)
		assert.Empty(t, bag.Sorted(), "%q", text)
		diff := cmp.Diff(want, got, cmpopts.IgnoreFields(Expectation{}, "Span"), cmpopts.EquateEmpty(), cmp.Comparer(func(x, y *big.Int) bool { return x == y || x != nil && y != nil && x.Cmp(y) == 0 }))
		assert.Empty(t, diff, "%q", text)
	}
}

func TestExpectationErrors(t *testing.T) {
	for _, c := range []struct {
		text, at string // at: the text under the carets
		code     diag.Code
		help     string
	}{
		{"// expect deadlock holds", "expect", diag.ExpectSyntax, ""},
		{"// expect:", "", diag.ExpectSyntax, "write for example"},
		{"// expect: deadlock holds,", "", diag.ExpectSyntax, ""},
		{"// expect: deadlock holds stuck holds", "stuck", diag.ExpectSyntax, "commas"},
		{"// expect: deadlock violated in 3", "in", diag.ExpectSyntax, "in 12 steps"},
		{"// expect: deadlok holds", "deadlok", diag.ExpectSubject, "did you mean `deadlock`?"},
		{"// expect: staets 5", "staets", diag.ExpectSubject, "did you mean `states`?"},
		{"// expect: zzz holds", "zzz", diag.ExpectSubject, "chorcheck explain"},
		{"// expect: deadlock", "deadlock", diag.ExpectVerdict, ""},
		{"// expect: deadlock violatd", "violatd", diag.ExpectVerdict, "did you mean `violated`?"},
		{"// expect: deadlock not", "not", diag.ExpectVerdict, ""},
		{"// expect: everything violated", "violated", diag.ExpectVerdict, ""},
		{"// expect: stuck holds in 3 steps", "in", diag.ExpectVerdict, ""},
		{"// expect: states", "", diag.ExpectNumber, ""},
		{"// expect: states 12x", "12x", diag.ExpectNumber, ""},
		{"// expect: states " + strings.Repeat("9", mostDigits+1), strings.Repeat("9", mostDigits+1), diag.ExpectNumber, ""},
		{"// expect: deadlock violated in 9999999999 steps", "in", diag.ExpectNumber, ""},
		{"// expect when: states 1", ":", diag.ExpectCondition, ""},
		{"// expect when fifo 0: states 1", "fifo", diag.ExpectCondition, "fifo 1"},
		{"// expect when fifo 1, sync: states 1", "sync", diag.ExpectCondition, ""},
		{"// expect when n is 3: states 1", "n", diag.ExpectCondition, ""},
		{"// expect when n=3, n=3: states 1", "n", diag.ExpectCondition, ""},
		{"// expect when n=3 states 1", "states", diag.ExpectCondition, "fifo 1"},
		{"// expect when env: states 1", ":", diag.ExpectCondition, "env rough"},
		{"// expect when env rough, env calm: states 1", "env", diag.ExpectCondition, ""},
		{"// expect when env 3: states 1", "3", diag.ExpectCondition, ""},
		{"// expect when env rough states 1", "states", diag.ExpectCondition, ""},
		{"// expect when env rough: dead-handler holds", "dead-handler", diag.ExpectEnvironment, "without `env`"},
		{"// expect when env rough: states 1\n// expect when env rough: states 2", "states 2", diag.ExpectTwice, ""},
		{"// expect when fifo: states 1", ":", diag.ExpectNumber, ""},
		{"// expect when n=x: states 1", "x", diag.ExpectNumber, ""},
		{"// expect: states 1\n// expect: states 1", "states 1", diag.ExpectTwice, "when fifo 1"},
		{"// expect when n=1, m=2: states 1\n// expect when m=2, n=1: states 2", "states 2", diag.ExpectTwice, ""},
		{"// expect: \x00", "\x00", diag.ExpectSubject, ""},
		{"// expect: \xff\xff", "\xff", diag.ExpectSubject, ""},
	} {
		var bag diag.Bag
		f := source.New("x", "role A\r\n"+c.text+"\n")
		Expectations(f, &bag)
		list := bag.Sorted()
		require.Len(t, list, 1, "%q", c.text)
		d := list[0]
		assert.Equal(t, c.code, d.Code, "%q: %s", c.text, d.Message)
		assert.Equal(t, c.at, f.Slice(d.Primary.Span), "%q", c.text)
		assert.Contains(t, d.Help, c.help, "%q", c.text)
		assert.NotEmpty(t, d.Message)
	}
}

// A long text must not take quadratic time, and a bag is never flooded.
func TestExpectationsOfLargeTexts(t *testing.T) {
	var bag diag.Bag
	Expectations(source.New("x", strings.Repeat("// expect: nonsense\n", 100_000)), &bag)
	assert.Len(t, bag.Sorted(), diag.MaxPerFile)
	bag = diag.Bag{}
	list := Expectations(source.New("x", "// expect: states 1"+strings.Repeat(", states 1", 100_000)), &bag)
	assert.Len(t, list, 1)
}

func FuzzExpectations(f *testing.F) {
	f.Add("// expect when fifo 1, n=3: deadlock violated in 12 steps, states 4")
	f.Add("-- expect: \xf0\x00 holds, , when")
	f.Fuzz(func(t *testing.T, text string) {
		var bag diag.Bag
		file := source.New("x", text)
		for _, e := range Expectations(file, &bag) {
			if e.Span.Start < 0 || e.Span.End > len(text) || e.Span.Start > e.Span.End {
				t.Fatalf("span %v is not in the text", e.Span)
			}
		}
	})
}

func TestAlmostExpectations(t *testing.T) {
	for _, text := range []string{"// expected: deadlock holds", "// expects: deadlock holds", "-- expct when fifo 1: states 3"} {
		var bag diag.Bag
		assert.Empty(t, Expectations(source.New("x", text), &bag))
		if assert.Len(t, bag.Sorted(), 1, text) {
			assert.Equal(t, diag.ExpectSyntax, bag.Sorted()[0].Code)
			assert.Equal(t, diag.Warning, bag.Sorted()[0].Severity)
		}
	}
}

func TestConditionsOnUnknownParameters(t *testing.T) {
	const text = "// expect when maxTrie=2: states 9\nchoreography X\nparam maxTries = 2\nrole A, B\nrepeat maxTries { A -> B: m }\n"
	u := Load(source.New("x.chor", text), Options{})
	assert.True(t, u.Rejected())
	if assert.Len(t, u.Diagnostics, 1) {
		assert.Equal(t, diag.ExpectCondition, u.Diagnostics[0].Code)
		assert.Contains(t, u.Diagnostics[0].Help, "maxTries")
	}
}

func TestConditionsOnEnvironments(t *testing.T) {
	load := func(expectation string) *Unit {
		return Load(source.New("x.chor", "// expect "+expectation+"\nchoreography X\nrole A, B\n"+
			"environment calm {}\nenvironment rough {\n  crash B\n}\nA -> B: m\n"), Options{})
	}
	for _, fine := range []string{"when env calm: states 3, depth 3", "when env rough: deadlock holds", ": deadlock holds, dead-handler holds"} {
		u := load(fine)
		assert.False(t, u.Rejected(), "%s: %v", fine, u.Diagnostics)
	}
	for _, c := range []struct {
		text, help string
		code       diag.Code
	}{
		{"when env ruogh: deadlock holds", "did you mean `rough`?", diag.ExpectCondition},
		{"when env sunshine: deadlock holds", "calm, rough", diag.ExpectCondition},
		{": states 3", "when env calm: states 3", diag.ExpectEnvironment},
	} {
		u := load(c.text)
		assert.True(t, u.Rejected(), c.text)
		if assert.Len(t, u.Diagnostics, 1, c.text) {
			assert.Equal(t, c.code, u.Diagnostics[0].Code, c.text)
			assert.Contains(t, u.Diagnostics[0].Help, c.help)
		}
	}
}
