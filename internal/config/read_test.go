package config

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chorcheck/lang/source"
)

// anything takes all values.
func anything(Key, []string) (message, help string) { return "", "" }

// read gives the problems as LINE:COLUMN MESSAGE.
func read(text string) (*File, []string) {
	f, problems := Read(source.New("c.yaml", text), anything)
	list := []string{}
	for _, p := range problems {
		at := f.Source.Position(p.At.Start)
		list = append(list, fmt.Sprintf("%d:%d %s", at.Line, at.Column, p.Message))
	}
	return f, list
}

func TestRead(t *testing.T) {
	f, problems := read(`# a comment
channels: fifo 2
set: {n: 5, m: 0x10}
only: deadlock
skip: [stuck, livelock]
min-coverage: 95
memory: 1024
timeout: 0
profile: mine
profiles:
  mine: {strict: true}
  empty:
files:
  - path: ./a/**/*.chor
    profile: mine
    seed: 18446744073709551615
    expect:
      deadlock: holds
      no-loss in rough: violated in 6 steps
      states when fifo 2, n=5: 123456789012345678901234567890
`)
	require.Empty(t, problems)
	values := map[string][]string{}
	for _, s := range f.Settings {
		values[s.Key.Name] = s.Values
		assert.Equal(t, s.Key.Name, f.Source.Slice(s.At))
	}
	assert.Equal(t, map[string][]string{
		"channels": {"fifo 2"}, "set": {"n=5", "m=16"}, "only": {"deadlock"}, "skip": {"stuck", "livelock"},
		"min-coverage": {"95"}, "memory": {"1024"}, "timeout": {"0"},
	}, values)
	assert.Equal(t, "mine", f.Profile.Name)
	assert.Equal(t, []string{"quick", "ci", "nightly", "mine", "empty"}, f.ProfileNames())
	require.Len(t, f.Entries, 1)
	e := f.Entries[0]
	assert.Equal(t, "a/**/*.chor", e.Pattern)
	assert.Equal(t, "mine", e.Profile.Name)
	assert.Equal(t, []string{"18446744073709551615"}, e.Settings[0].Values)
	for i := range e.Expect {
		e.Expect[i].At = source.Span{}
	}
	assert.Equal(t, []Statement{
		{Subject: "deadlock", Verdict: "holds"},
		{Subject: "no-loss", Condition: "env rough", Verdict: "violated in 6 steps"},
		{Subject: "states", Condition: "fifo 2, n=5", Verdict: "123456789012345678901234567890"},
	}, e.Expect)
}

func TestEmptyFiles(t *testing.T) {
	for _, text := range []string{"", "\n", "# nothing\n", "---\n", "{}", "profiles:\nfiles:\n"} {
		f, problems := read(text)
		assert.Empty(t, problems, text)
		assert.Empty(t, f.Settings, text)
	}
}

func TestProblems(t *testing.T) {
	for text, want := range map[string]string{
		"chanels: fifo 2":                      "1:1 there is no setting `chanels` here",
		"channels: fifo 2\nchannels: sync":     "2:1 `channels` stands here twice",
		"timeout: 90":                          "1:10 `timeout` takes a time with its unit, such as 90s or 5m, not `90`",
		"timeout:":                             "1:9 `timeout` takes a time with its unit, such as 90s or 5m, not nothing",
		"strict: yes":                          "1:9 `strict` takes true or false, not `yes`",
		"strict: [true]":                       "1:9 `strict` takes true or false, not a list",
		"seed: 1.5":                            "1:7 `seed` takes a whole number, not `1.5`",
		"seed: 99999999999999999999":           "1:7 `seed` takes a whole number, not `99999999999999999999`",
		"env: [calm, 3]":                       "1:13 `env` takes a list of names, or one name, not `3`",
		"env: {calm: 3}":                       "1:6 `env` takes a list of names, or one name, not a mapping",
		"set: 3":                               "1:6 `set` takes a mapping of names to whole numbers, not `3`",
		"set: {n: 017}":                        "1:10 the parameter `n` takes a whole number, not `017`",
		"seed: -017":                           "1:7 `seed` takes a whole number, not `-017`",
		"min-coverage: 060":                    "1:15 `min-coverage` takes a number, not `060`",
		"set: {n: x}":                          "1:10 the parameter `n` takes a whole number, not `x`",
		"set: {'n=': 1}":                       "1:7 `n=` is no name of a parameter",
		"svg: ../x":                            "1:6 `svg` names a file in or below the directory of the configuration, not `../x`",
		"baseline: /etc/passwd":                "1:11 `baseline` names a file in or below the directory of the configuration, not `/etc/passwd`",
		"format: [json=a/../../x]":             "1:10 `format` names a file in or below the directory of the configuration, not `json=a/../../x`",
		"profile: [quick]":                     "1:10 `profile` takes the name of a profile, not a list",
		"profile: quik":                        "1:10 there is no profile `quik`",
		"profiles: {a: {files: 1}}":            "1:16 there is no setting `files` here",
		"profiles: [a]":                        "1:11 `profiles` is a mapping, not a list",
		"profiles: {'': {}}":                   "1:12 a profile needs a name",
		"files: {}":                            "1:8 `files` is a list, not a mapping",
		"files: [a]":                           "1:9 an item of `files` is a mapping, not `a`",
		"files: [{seed: 1}]":                   "1:9 an item of `files` needs a `path`",
		"files: [{path: a, strict: true}]":     "1:19 `strict` is about the whole report, not about one text",
		"files: [{path: a, profile: x}]":       "1:28 there is no profile `x`",
		"files: [{path: ../a}]":                "1:16 `../a` is not in or below the directory of the configuration",
		"files: [{path: '[a'}]":                "1:16 `[a` is no pattern",
		"files: [{path: a, expect: holds}]":    "1:27 `expect` is a mapping, not `holds`",
		"files: [{path: a, expect: {d: []}}]":  "1:31 `d` is expected to have a verdict or a number, not a list",
		"files: [{path: a, expect: {' ': x}}]": "1:28 ` ` names no check, property or quantity",
		"- a":                                  "1:1 a configuration is a mapping, not a list",
		"a b":                                  "1:1 a configuration is a mapping, not `a b`",
		"a: &x b":                              "1:4 anchors (`&x`) do not belong into a configuration",
		"{a: &x b, c: *x}":                     "1:5 anchors (`&x`) do not belong into a configuration",
		"channels: !x fifo 2":                  "1:11 tags (`!x`) do not belong into a configuration",
		"1: 2":                                 "1:1 a key is a text, not `1`",
		"[a]: 2":                               "1:1 a key is a text, not a list",
		"channels: sync\n---\nseed: 1":         "2:1 a configuration is one document, and here begins another one",
		"channels: \xff":                       "1:11 this byte is not UTF-8",
		"a: \u2028b":                           "1:4 this character cannot be seen (U+2028)",
		"channels: \"a\\0b\"":                  "1:11 `channels` has a character that no text can have",
	} {
		_, problems := read(text)
		if assert.NotEmpty(t, problems, text) {
			assert.Equal(t, want, problems[0], text)
		}
	}
}

// What is no YAML is refused at its line, and shown.
func TestSyntax(t *testing.T) {
	for text, line := range map[string]string{
		"a: b: c":                 "1:1 ",
		"channels: sync\na: [b":   "2:1 ",
		"channels: sync\n\tx: 1":  "2:",
		"seed: 1\nchannels: *x":   "2:1 ",
		"seed: 1\nx: }\n":         "2:1 ",
		"seed: 1\n- x\n":          "2:1 ",
		"channels: \x01":          "1:",
		"channels: 'sync":         "1:",
		"channels: sync\r\nx: %a": "2:1 ",
	} {
		_, problems := read(text)
		if assert.Len(t, problems, 1, text) {
			assert.True(t, strings.HasPrefix(problems[0], line), "%q: %s", text, problems[0])
			assert.Contains(t, problems[0], "this cannot be read")
		}
	}
}

func TestHelp(t *testing.T) {
	_, problems := Read(source.New("c", "chanels: x\nstrct: true\nexpect: {}\npath: a"), anything)
	var help []string
	for _, p := range problems {
		help = append(help, p.Help)
	}
	const item = "it belongs to an item of `files`: `files: [{path: pay.chor, expect: {deadlock: holds}}]`"
	assert.Equal(t, []string{"did you mean `channels`?", "did you mean `strict`?", item, item}, help)
	_, problems = Read(source.New("c", "store: x"), func(k Key, v []string) (string, string) { return k.Name + v[0], "no" })
	assert.Equal(t, []Problem{{At: source.Span{Start: 7, End: 8}, Message: "storex", Help: "no"}}, problems)
}

// Large and deep files take no long time, nor do those that would grow.
func TestMonsters(t *testing.T) {
	bomb := "a: &a [x]\n"
	for i := range 26 {
		bomb += fmt.Sprintf("%c: &%c [*%c, *%c, *%c, *%c]\n", 'b'+i, 'b'+i, 'a'+i, 'a'+i, 'a'+i, 'a'+i)
	}
	for name, text := range map[string]string{
		"bomb":     bomb,
		"large":    strings.Repeat("#", MaxSize+1),
		"flow":     strings.Repeat("[", MaxSize-1),
		"maps":     strings.Repeat("{a: ", MaxSize/5),
		"deep":     deep(700),
		"dashes":   strings.Repeat("- ", MaxSize/2-1),
		"keys":     strings.Repeat("seed: 1\n", MaxSize/9),
		"unknown":  many("k%d: 1\n"),
		"explicit": strings.Repeat("? ", MaxSize/2-1),
		"quotes":   strings.Repeat("'", MaxSize-1),
		"anchors":  strings.Repeat("&a ", MaxSize/3-1),
		"entries":  "files:\n" + strings.Repeat("- path: a\n", MaxSize/11),
		"comments": strings.Repeat("#\n", MaxSize/2-1),
	} {
		start := time.Now()
		_, problems := Read(source.New(name, text), anything)
		assert.LessOrEqual(t, len(problems), 100, name)
		if name != "entries" && name != "comments" {
			assert.NotEmpty(t, problems, name)
		}
		assert.Less(t, time.Since(start), 5*time.Second, name)
		t.Log(name, time.Since(start))
	}
}

// deep is a mapping in a mapping, and so on, in lines.
func deep(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "%*sa:\n", i, "")
	}
	return b.String()
}

func many(format string) string {
	var b strings.Builder
	for i := 0; b.Len() < MaxSize-20; i++ {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

func FuzzRead(f *testing.F) {
	for _, text := range []string{
		"", "channels: fifo 2\n", "set: {n: 1}\nprofiles: {ci: {timeout: 5m}}\n", "files:\n- path: a/*.chor\n  expect: {deadlock in rough: holds}\n",
		"a: &a [*a]", "\xff", "? [a]\r: b", "a: |\n  x\n y: z", "---\n...\n---\n", "profile: \"\\x00\"",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, problems := Read(source.New("c", text), anything)
		for _, p := range problems {
			if p.Message == "" || p.At.Start < 0 || p.At.End < p.At.Start || p.At.End > len(text) {
				t.Fatalf("%q: %+v", text, p)
			}
		}
		if len(problems) == 0 {
			for _, name := range append(c.ProfileNames(), "") {
				Resolve(c, "a/b.chor", name, nil)
			}
		}
	})
}
