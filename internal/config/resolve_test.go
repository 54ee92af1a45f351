package config

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// settings of a text in one line: name=values, sorted as the keys.
func settings(r *Resolved) string {
	var list []string
	for _, e := range r.Settings {
		list = append(list, e.Name+"="+strings.Join(e.Values, ","))
	}
	return strings.Join(list, " ")
}

func flag(name string, values ...string) Effective {
	e := Effective{Name: name, Values: values, From: Origin{Where: Flag}}
	e.Key, _ = Lookup(name)
	for range values {
		e.Each = append(e.Each, e.From)
	}
	return e
}

func TestLayers(t *testing.T) {
	f, problems := read(`
channels: fifo 2
timeout: 1m
workers: 3
set: {a: 1, b: 1, c: 1}
profiles:
  quick: {timeout: 5s, set: {b: 2}}
  mine: {strict: true, workers: 7}
files:
  - path: x/*.chor
    timeout: 2m
    profile: mine
  - path: x/a.chor
    timeout: 3m
    set: {c: 3}
    expect: {deadlock: holds}
`)
	require.Empty(t, problems)
	for _, c := range []struct {
		name, profile string
		flags         []Effective
		want          string
	}{
		{"", "", nil, "channels=fifo 2 set=a=1,b=1,c=1 timeout=1m workers=3"},
		{"y.chor", "quick", nil, "channels=fifo 2 set=b=2,a=1,c=1 timeout=5s workers=3 max-findings=3"},
		{"x/b.chor", "", nil, "channels=fifo 2 set=a=1,b=1,c=1 timeout=2m workers=7"}, // strict is the report's
		{"x/b.chor", "mine", nil, "channels=fifo 2 set=a=1,b=1,c=1 timeout=2m workers=7 strict=true"},
		{"x/a.chor", "quick", nil, "channels=fifo 2 set=c=3,b=2,a=1 timeout=3m workers=3 max-findings=3"},
		{"x/a.chor", "", []Effective{flag("timeout", "9s"), flag("set", "a=9")}, "channels=fifo 2 set=a=9,c=3,b=1 timeout=9s workers=7"},
		{"", "ci", nil, "channels=fifo 2 set=a=1,b=1,c=1 certify=true timeout=10m workers=3 strict=true"},
	} {
		r := Resolve(f, c.name, c.profile, c.flags)
		assert.Equal(t, c.want, settings(r), "%s %s", c.name, c.profile)
		assert.Len(t, r.Expect, map[bool]int{true: 1}[c.name == "x/a.chor"])
	}
	r := Resolve(f, "x/a.chor", "quick", nil)
	at := func(name string) string {
		e, ok := r.Find(name)
		require.True(t, ok)
		return f.Source.Slice(e.From.At)
	}
	assert.Equal(t, "timeout", at("timeout"))
	set, _ := r.Find("set")
	assert.Equal(t, []Where{FileEntry, FileProfile, Top}, []Where{set.Each[0].Where, set.Each[1].Where, set.Each[2].Where})
	assert.Equal(t, "c", f.Source.Slice(set.Each[0].At))
}

func TestProfilesWithoutFile(t *testing.T) {
	assert.Equal(t, "max-findings=3 timeout=10s", func() string {
		r := Resolve(nil, "", "quick", nil)
		require.Len(t, r.Settings, 2)
		return r.Settings[1].Name + "=3 " + r.Settings[0].Name + "=" + r.Settings[0].Values[0]
	}())
	assert.Empty(t, Resolve(nil, "a.chor", "", nil).Settings)
}

// Of two settings that do not go together the one of the later layer stays, and a
// built-in profile yields.
func TestClashes(t *testing.T) {
	for _, c := range []struct {
		file, profile string
		flags         []Effective
		want, left    string
	}{
		{"env: calm", "", []Effective{flag("faults", "lose a")}, "faults=lose a", "env"},
		{"faults: lose a\nprofiles: {p: {env: calm}}", "p", nil, "env=calm", "faults"},
		{"env: calm\nfaults: lose a", "", nil, "env=calm faults=lose a", ""}, // a mistake of one layer
		{"faults: ''", "", []Effective{flag("env", "calm")}, "env=calm faults=", ""},
		{"reduce: por", "ci", nil, "reduce=por timeout=10m strict=true", "certify"},
		{"reduce: auto", "ci", nil, "certify=true reduce=auto timeout=10m strict=true", ""},
		{"engine: explicit\nprofiles: {p: {certify: true}}", "p", nil, "certify=true", "engine"},
		{"engine: symbolic", "", []Effective{flag("max-states", "9")}, "max-states=9", "engine"},
		{"engine: symbolic\nmax-depth: 0", "", []Effective{flag("max-states", "0")}, "max-states=0 max-depth=0", "engine"},
		{"certify: true", "", []Effective{flag("engine", "explicit")}, "engine=explicit", "certify"},
		{"strict: true", "", []Effective{flag("fail-on", "error")}, "fail-on=error", "strict"},
		{"fail-on: error", "", []Effective{flag("strict", "true")}, "strict=true fail-on=error", ""},
		{"store: compact\nfingerprint-bits: 128\nseed: 3", "", []Effective{flag("store", "exact")}, "store=exact", "fingerprint-bits seed"},
		{"store: compact\nfingerprint-bits: 128", "", []Effective{flag("order", "dfs")}, "order=dfs", "store fingerprint-bits"},
		{"order: random\nwalks: 5", "", []Effective{flag("order", "bfs"), flag("seed", "4")}, "order=bfs seed=4", "walks"},
		{"walks: 5", "", nil, "walks=5", ""},
		{"coverage: true\nmax-states: 4", "", []Effective{flag("order", "random")}, "order=random", "coverage max-states"},
		{"order: swarm", "nightly", nil, "order=swarm timeout=4h strict=true", "coverage certify"},
		{"order: dfs\nengine: symbolic", "", []Effective{flag("checkpoint", "x")}, "checkpoint=x", "order engine"},
	} {
		f, problems := read(c.file)
		require.Empty(t, problems, c.file)
		r := Resolve(f, "", c.profile, c.flags)
		assert.Equal(t, c.want, settings(r), c.file)
		var left []string
		for _, l := range r.Left {
			left = append(left, l.Name)
			assert.NotEmpty(t, l.For.Name)
		}
		assert.Equal(t, c.left, strings.Join(left, " "), c.file)
	}
}

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		pattern, name string
		want          bool
	}{
		{"a.chor", "a.chor", true},
		{"*.chor", "a.chor", true},
		{"*.chor", "x/a.chor", false},
		{"x/*.chor", "x/a.chor", true},
		{"**/*.chor", "a.chor", true},
		{"**/*.chor", "x/y/a.chor", true},
		{"x/**", "x/y/a.chor", true},
		{"x/**", "y/a.chor", false},
		{"**", "y/a.chor", true},
		{"**/x/**/a?.chor", "b/x/c/d/a1.chor", true},
		{"**/x/**/a?.chor", "b/c/d/a1.chor", false},
		{"[ab].chor", "b.chor", true},
		{"a", "a/b", false},
		{"a/b", "a", false},
		{strings.Repeat("**/a/", 40) + "b", strings.Repeat("a/", 90) + "c", false},
		{Escape(`[x]*?\y.chor`), `[x]*?\y.chor`, true},
		{Escape(`*.chor`), `a.chor`, false},
	} {
		assert.Equal(t, c.want, Match(c.pattern, c.name), "%s %s", c.pattern, c.name)
	}
	for pattern, want := range map[string]string{"a.chor": ".", "x/a.chor": "x", "x/y/*.chor": "x/y", "x/*/y/a": "x", "**": "."} {
		assert.Equal(t, want, Literal(pattern))
	}
}

func TestPaths(t *testing.T) {
	assert.Equal(t, "d/x.json", Inside.Join("d", "x.json"))
	assert.Equal(t, "sarif=d/x", AfterFormat.Join("d", "sarif=x"))
	assert.Equal(t, "sarif=-", AfterFormat.Join("d", "sarif=-"))
	assert.Equal(t, "text", AfterFormat.Join("d", "text"))
	assert.Equal(t, "/spill", Anywhere.Join("d", "/spill"))
	assert.Equal(t, "x", NoPath.Join("d", "x"))
	for _, c := range []struct {
		path        Path
		value, want string
		can         bool
	}{
		{Inside, "d/x", "x", true}, {Inside, "x", "../x", false}, {Anywhere, "x", "../x", true}, {Inside, "", "", true},
		{AfterFormat, "json=d/x", "json=x", true}, {AfterFormat, "json=x", "json=../x", false}, {AfterFormat, "json", "json", true},
	} {
		got, can := c.path.Relative("d", c.value)
		assert.Equal(t, c.want, got)
		assert.Equal(t, c.can, can, c.value)
	}
}
