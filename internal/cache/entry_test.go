package cache

import (
	"encoding/json"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chorcheck/lang"
	"chorcheck/model"
	"chorcheck/verify"
	"chorcheck/verify/replay"
)

// TestDamage: whatever becomes of a file, there is no result or the right one, and the next one that is kept mends it.
func TestDamage(t *testing.T) {
	c, q := Open(t.TempDir()), full(t)
	r := answer(t, q)
	c.Keep(q, r)
	path := c.path(q.Key())
	entry, err := os.ReadFile(path)
	require.NoError(t, err)
	missing := func(b []byte, what string, at int) {
		require.NoError(t, os.WriteFile(path, b, 0o600))
		_, ok := c.Find(q)
		require.False(t, ok, "%s at %d", what, at)
	}
	for i := range entry {
		if i > 150 && i%37 != 0 {
			continue
		}
		b := slices.Clone(entry)
		b[i] ^= 1 << (i % 8)
		missing(b, "flipped", i)
		missing(entry[:i], "cut", i)
	}
	missing(append(slices.Clone(entry), 0), "longer", len(entry))
	missing(nil, "empty", 0)
	c.Keep(q, r)
	_, ok := c.Find(q)
	assert.True(t, ok)
}

// The entry of another question, under the name of this one.
func TestAnEntryKnowsItsKey(t *testing.T) {
	c := Open(t.TempDir())
	one, two := question(t, specs+"handshake.chor", lang.Options{}, verify.Options{}), full(t)
	c.Keep(one, answer(t, one))
	require.NoError(t, os.Rename(c.path(one.Key()), c.path(two.Key())))
	_, ok := c.Find(two)
	assert.False(t, ok)
}

// TestLiesAreNotBelieved: entries that are whole, and say something else than what was found.
func TestLiesAreNotBelieved(t *testing.T) {
	q := full(t)
	document, err := json.Marshal(stripped(answer(t, q)))
	require.NoError(t, err)
	believed := func(change func(r *verify.Result)) bool {
		r := &verify.Result{}
		require.NoError(t, json.Unmarshal(document, r))
		change(r)
		altered, err := json.Marshal(r)
		require.NoError(t, err)
		entry, err := seal(q.Key(), altered)
		require.NoError(t, err)
		back, err := decode(q.Key(), entry)
		require.NoError(t, err)
		return confirm(back, q.Unit, &q.Options) == nil
	}
	require.True(t, believed(func(*verify.Result) {}))
	finding := func(r *verify.Result) *verify.Finding {
		for _, e := range r.Environments {
			for _, c := range e.Checks {
				if len(c.Findings) > 0 && len(c.Findings[0].Trace) > 2 {
					return &c.Findings[0]
				}
			}
		}
		t.Fatal("there is no run")
		return nil
	}
	for what, lie := range map[string]func(r *verify.Result){
		"a step more":               func(r *verify.Result) { f := finding(r); f.Trace = append(f.Trace, f.Trace[0]) },
		"a step less":               func(r *verify.Result) { f := finding(r); f.Trace, f.Course = f.Trace[1:], f.Course[1:] },
		"no step":                   func(r *verify.Result) { f := finding(r); f.Trace, f.Course, f.Causal = nil, nil, nil },
		"other words":               func(r *verify.Result) { finding(r).Trace[0].Action = "x" },
		"another place":             func(r *verify.Result) { finding(r).Trace[0].Origin++ },
		"another scope":             func(r *verify.Result) { finding(r).Trace[0].Inside = []verify.Inside{{Scope: 99}} },
		"another end":               func(r *verify.Result) { finding(r).Final.Roles[0].State = "x" },
		"no end":                    func(r *verify.Result) { finding(r).Final = nil },
		"a shorter course":          func(r *verify.Result) { f := finding(r); f.Course = f.Course[1:] },
		"a longer cycle":            func(r *verify.Result) { f := finding(r); f.Cycle = len(f.Trace) + 1 },
		"a cycle":                   func(r *verify.Result) { f := finding(r); f.Cycle = 1 },
		"a step that matters":       func(r *verify.Result) { f := finding(r); f.Causal = []int{len(f.Trace)} },
		"a role that waits":         func(r *verify.Result) { finding(r).Untold = []model.RoleID{99} },
		"a blocked role":            func(r *verify.Result) { finding(r).Blocked = []verify.Blocked{{Role: -1}} },
		"a verdict":                 func(r *verify.Result) { r.Environments[0].Checks[0].Verdict = 77 },
		"a negative verdict":        func(r *verify.Result) { r.Across[0].Verdict = -1 },
		"an open verdict":           func(r *verify.Result) { r.Across[0].Verdict = verify.Inconclusive },
		"a violation of nothing":    func(r *verify.Result) { r.Environments[0].Checks[0].Verdict = verify.Violated },
		"a check":                   func(r *verify.Result) { r.Environments[0].Checks[0].Check.ID = "x" },
		"an engine":                 func(r *verify.Result) { r.Environments[0].Statistics.Engine = 77 },
		"an order":                  func(r *verify.Result) { r.Environments[0].Statistics.Order = -1 },
		"an environment less":       func(r *verify.Result) { r.Environments = r.Environments[1:] },
		"an environment more":       func(r *verify.Result) { r.Environments = append(r.Environments, r.Environments[0]) },
		"an incomplete search":      func(r *verify.Result) { r.Environments[0].Statistics.Complete = false },
		"missed states":             func(r *verify.Result) { r.Environments[0].Statistics.Missed = 1 },
		"a fault of another":        func(r *verify.Result) { r.Coverage.Cells[0].Role = 99 },
		"a fault of nobody":         func(r *verify.Result) { r.Coverage.Cells[0].Role = -1 },
		"a fault for another":       func(r *verify.Result) { r.Coverage.Cells[0].Peer = 99 },
		"a status":                  func(r *verify.Result) { r.Coverage.Cells[0].Strikes[0].Status = 77 },
		"a run of all environments": func(r *verify.Result) { r.Across[0].Witness = finding(r) },
		"a run of another check": func(r *verify.Result) {
			f := *finding(r)
			for _, e := range r.Environments {
				for i := range e.Checks {
					if c := &e.Checks[i]; c.Check.ID == "out-of-range" {
						c.Verdict, c.Findings = verify.Violated, []verify.Finding{f}
					}
				}
			}
		},
	} {
		assert.False(t, believed(lie), what)
	}
}

// A run that is to have stopped must have; the same run is believed where nothing is said of how it goes on.
func TestARunThatHasNotStopped(t *testing.T) {
	q := ask(t, "ask.chor", small, lang.Options{}, usual())
	for _, stops := range []bool{false, true} {
		r := answer(t, q)
		in := replay.New(q.Unit.Automata, replay.Options{Environment: q.Unit.Environments[0]})
		start := in.DescribeConfig(in.Initial())
		i := slices.IndexFunc(r.Environments[0].Checks, func(c verify.CheckResult) bool { return c.Check.ID == "livelock" })
		r.Environments[0].Checks[i].Verdict = verify.Violated
		r.Environments[0].Checks[i].Findings = []verify.Finding{{Final: &start, Stops: stops}}
		assert.Equal(t, !stops, confirm(r, q.Unit, &q.Options) == nil)
	}
}

// A string that is no text could not be read as it was written.
func TestWhatIsNoTextIsNotKept(t *testing.T) {
	q := full(t)
	r := answer(t, q)
	r.Environments[0].Checks[0].Notes = []string{"a\xffb"}
	_, err := encode(q.Key(), r)
	assert.Error(t, err)
	r.Environments[0].Checks[0].Notes = []string{"a\uFFFDb"} // this is text
	_, err = encode(q.Key(), r)
	assert.NoError(t, err)
}

func TestADocumentThatUnpacksWithoutEnd(t *testing.T) {
	key := full(t).Key()
	entry, err := seal(key, []byte(`{"Across":`+strings.Repeat(" ", mostText)+"null}"))
	require.NoError(t, err)
	require.Less(t, len(entry), mostBytes)
	_, err = decode(key, entry)
	assert.Error(t, err)
	for _, document := range []string{"", "{", "{}{}", "{} ", "[]", `{"Unknown":1}`, `{"Across":1}`} {
		entry, err := seal(key, []byte(document))
		require.NoError(t, err)
		_, err = decode(key, entry)
		assert.Error(t, err, document)
	}
}

// TestAllOfAResultIsKept: a field that JSON leaves out would be lost.
func TestAllOfAResultIsKept(t *testing.T) {
	// What findings are made of, until it is clear that they are shown.
	internal := []string{"Finding.room", "Finding.struck", "Finding.configs"}
	seen := map[reflect.Type]bool{}
	var walk func(of reflect.Type)
	walk = func(of reflect.Type) {
		if seen[of] || of == reflect.TypeFor[model.Environment]() || strings.HasPrefix(of.PkgPath(), "math/") {
			return
		}
		seen[of] = true
		switch of.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Array:
			walk(of.Elem())
		case reflect.Map:
			walk(of.Key())
			walk(of.Elem())
		case reflect.Struct:
			for i := range of.NumField() {
				f := of.Field(i)
				if slices.Contains(internal, of.Name()+"."+f.Name) {
					continue
				}
				assert.True(t, f.IsExported() && f.Tag == "", "%s.%s is not kept", of, f.Name)
				walk(f.Type)
			}
		case reflect.Func, reflect.Chan, reflect.Interface:
			assert.Fail(t, "this cannot be kept", "%s", of)
		}
	}
	walk(reflect.TypeFor[verify.Result]())
	assert.Greater(t, len(seen), 20)
}

// small is a text with a result that is quickly altered.
const small = `choreography Ask
role A, B
environment rough {
  crash B
  at most 1
}
A -> B: ask
B -> A: answer
property answered: A sends ask leads to A receives answer
`

// FuzzDocument: whatever a whole entry says, it is not believed, or it can be shown.
func FuzzDocument(f *testing.F) {
	q := ask(f, "ask.chor", small, lang.Options{}, usual())
	document, err := json.Marshal(stripped(answer(f, q)))
	require.NoError(f, err)
	f.Add(document)
	f.Add([]byte(`{"Environments":[{},{}]}`))
	f.Fuzz(func(t *testing.T, document []byte) {
		entry, err := seal(q.Key(), document)
		if err != nil {
			return
		}
		if r, err := decode(q.Key(), entry); err == nil && confirm(r, q.Unit, &q.Options) == nil {
			reports(t, q, r)
		}
	})
}

// FuzzEntry: an entry may be any bytes.
func FuzzEntry(f *testing.F) {
	q := ask(f, "ask.chor", small, lang.Options{}, usual())
	entry, err := encode(q.Key(), answer(f, q))
	require.NoError(f, err)
	f.Add(entry)
	f.Add(entry[:headerSize])
	f.Fuzz(func(t *testing.T, entry []byte) {
		if r, err := decode(q.Key(), entry); err == nil {
			_ = confirm(r, q.Unit, &q.Options)
		}
	})
}
