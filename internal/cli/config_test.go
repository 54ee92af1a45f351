package cli

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"chorcheck/docs"
	"chorcheck/internal/config"
	"chorcheck/lang/source"
	"chorcheck/report"
)

// Each key is a flag of verify with the same default, and every flag is a key or for
// the command line only.
func TestKeysAreFlags(t *testing.T) {
	var f verifyFlags
	cmd := &cobra.Command{Use: "verify"}
	f.register(cmd)
	left := map[string]bool{}
	cmd.Flags().VisitAll(func(flag *pflag.Flag) { left[flag.Name] = true })
	for _, key := range config.Keys() {
		name, want := key.Name, strings.Join(key.Default, ",")
		if name == "cache" {
			name, want = "no-cache", opposite(want)
		}
		flag := cmd.Flags().Lookup(name)
		if !assert.NotNil(t, flag, name) {
			continue
		}
		assert.Equal(t, want, strings.Trim(flag.DefValue, "[]"), name)
		delete(left, name)
		message, _ := checkSetting(key, key.Default)
		assert.Empty(t, message, name)
		if len(key.Values) > 0 {
			message, _ := checkSetting(key, []string{"other"})
			assert.NotEmpty(t, message, name)
			for _, v := range key.Values {
				message, _ := checkSetting(key, []string{v})
				assert.Empty(t, message, name)
			}
		}
		_, problems := config.Read(source.New("c", key.Name+": "+key.Example), checkSetting)
		assert.Empty(t, problems, "the example of %s", name)
	}
	assert.Equal(t, []string{"checkpoint", "checkpoint-every", "config", "no-config", "no-progress", "profile", "write-baseline"}, slices.Sorted(maps.Keys(left)))
}

func configSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	text, err := jsonschema.UnmarshalJSON(strings.NewReader(docs.ConfigSchema()))
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	require.NoError(t, c.AddResource("chorcheck.schema.json", text))
	s, err := c.Compile("chorcheck.schema.json")
	require.NoError(t, err)
	return s
}

// The schema has our keys, at each place where there are settings, and our defaults.
func TestSchemaHasTheKeys(t *testing.T) {
	type object struct {
		Properties           map[string]any
		AdditionalProperties json.RawMessage
		Items                *object
		Default              any
	}
	var s struct {
		object
		Defs map[string]struct{ Default any } `json:"$defs"`
	}
	require.NoError(t, json.Unmarshal([]byte(docs.ConfigSchema()), &s))
	part := func(name string, into any) {
		raw, err := json.Marshal(s.Properties[name])
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(raw, into))
	}
	var files object
	part("files", &files)
	var profiles struct{ AdditionalProperties object }
	part("profiles", &profiles)
	var all, single []string
	for _, key := range config.Keys() {
		all = append(all, key.Name)
		if !key.Whole {
			single = append(single, key.Name)
		}
		want, err := yaml.Marshal(s.Defs[key.Name].Default)
		require.NoError(t, err)
		got := valueText(key, append(slices.Clone(key.Default), map[bool][]string{true: {""}}[len(key.Default) == 0]...))
		var x, y any
		require.NoError(t, yaml.Unmarshal(want, &x))
		if x != nil {
			require.NoError(t, yaml.Unmarshal([]byte(got), &y))
			assert.Equal(t, x, y, key.Name)
		} else {
			assert.Empty(t, key.Default, key.Name)
		}
	}
	assert.ElementsMatch(t, append([]string{"profile", "profiles", "files"}, all...), slices.Collect(maps.Keys(s.Properties)))
	assert.ElementsMatch(t, append([]string{"path", "profile", "expect"}, single...), slices.Collect(maps.Keys(files.Items.Properties)))
	assert.ElementsMatch(t, all, slices.Collect(maps.Keys(profiles.AdditionalProperties.Properties)))
	assert.ElementsMatch(t, all, slices.Collect(maps.Keys(s.Defs)))
}

// What we accept the schema accepts, and what we refuse it refuses.
func TestSchemaAgrees(t *testing.T) {
	accepted := []string{
		"", "{}", "profiles:\nfiles:", "channels: fifo 2", "channels: sync", "channels: ' bag  1024'", "channels: ''", "set: {n: -5, m: 0x1F}", "set: {}", "final: 'A:q'", "final: ['A:q', 'B:1:2']",
		"from: fsa", "from: ''", "env: calm", "env: []", "env: [a, b]", "faults: crash A", "faults: ''", "only: deadlock", "only: [dead-handler, no_loss, größe]", "skip: []", "fairness: none",
		"reduce: none", "reduce: [auto]", "reduce: [por, parts]", "order: swarm", "walks: 1", "searches: 2", "store: bitstate", "fingerprint-bits: 128", "hash-functions: 32", "bitstate-memory: 64MiB",
		"seed: 18446744073709551615", "max-states: 0", "max-depth: 9223372036854775807", "timeout: 0", "timeout: 1h30m", "timeout: 1.5s", "timeout: +.5s", "memory: 8GiB", "memory: 100", "memory: '512 kb'", "memory: ''",
		"spill-dir: /tmp", "workers: 2", "workers: 1024", "max-findings: 3", "coverage: true", "cache: false", "min-coverage: 99.5", "min-coverage: 100", "certify: false", "format: text", "format: [json=-, text=b]", "format: [text, json=a/b.json]",
		"strict: True", "fail-on: never", "baseline: a/..b", "svg: charts", "witness: true", "full-trace: true", "engine: symbolic", "crash-queue: keep",
		"profile: ci", "profile: x\nprofiles: {x: {strict: true, timeout: 5m}, y: }", "files: []", "files: [{path: a}]", "files: [{path: './a/**/*.chor', profile: quick, seed: 3, expect: {deadlock: holds, states: 5, x in y: 7}}]",
		"files: [{path: a, expect: }]",
	}
	refused := []string{
		"a", "[]", "3", "x: 1", "Channels: sync", "channels: 3", "channels: fifo", "channels: fifo 0", "channels: fifo 1025", "channels: sync 1", "channels: ' '", "channels: [sync]", "channels:", "set: 3", "set: [n]", "set: {n: x}",
		"set: {n: 1.5}", "set: {'': 1}", "set: {'a=b': 1}", "set: {' a': 1}", "final: A", "final: [':q']", "final: ['A:']", "from: x", "env: ''", "env: [calm, '']", "env: 3", "env: [[a]]", "faults: ' '",
		"only: ''", "only: a b", "only: no-such", "skip: [3]", "fairness: 1", "fairness: ''", "engine: x", "certify: yes", "certify: 1", "reduce: []", "reduce: [auto, por]", "reduce: x", "order: x", "walks: 0", "searches: -1", "store: x",
		"fingerprint-bits: 65", "hash-functions: 0", "hash-functions: 33", "bitstate-memory: x", "seed: -1", "seed: 18446744073709551616", "seed: 1.5", "max-states: x", "max-depth: -1", "max-depth: 9223372036854775808", "timeout: 5",
		"timeout: -5s", "timeout: ''", "timeout: 5 s", "timeout: 5x", "memory: 0", "memory: -1", "memory: 1.5G", "memory: x", "memory: 0B", "workers: -1", "workers: 1025", "max-findings: -1", "coverage: x", "cache: 'true'", "min-coverage: 101",
		"min-coverage: -1", "min-coverage: x", "format: []", "format: x", "format: json=", "format: json=/x", "format: json=../x", "format: json=a/../b", "strict: x", "fail-on: x", "baseline: /x", "baseline: ..", "svg: ../x",
		"profile: ''", "profile: 3", "profiles: []", "profiles: {x: 3}", "profiles: {x: {y: 1}}", "profiles: {x: {profile: ci}}", "profiles: {'': {}}", "files: {}", "files: [a]", "files: [{}]", "files: [{path: 3}]", "files: [{path: ''}]", "files: [{path: /a}]",
		"files: [{path: a/../b}]", "files: [{path: a//b}]", "files: [{path: a, strict: true}]", "files: [{path: a, x: 1}]", "files: [{path: a, expect: x}]", "files: [{path: a, expect: {d: }}]", "files: [{path: a, expect: {d: true}}]",
		"files: [{path: a, expect: {d: -1}}]", "files: [{path: a, expect: {' ': holds}}]", "files: [{path: a, expect: {d: [holds]}}]",
	}
	schema := configSchema(t)
	for i, text := range append(slices.Clone(accepted), refused...) {
		_, problems := config.Read(source.New("c", text), checkSetting)
		assert.Equal(t, i < len(accepted), len(problems) == 0, "%s: %v", text, problems)
		var node, value any
		require.NoError(t, yaml.Unmarshal([]byte(text), &node), text)
		raw, err := json.Marshal(node)
		require.NoError(t, err, text)
		value, err = jsonschema.UnmarshalJSON(bytes.NewReader(raw))
		require.NoError(t, err)
		err = schema.Validate(value)
		assert.Equal(t, i < len(accepted), err == nil, "the schema on %s: %v", text, err)
	}
}

// What `config print` prints is a configuration with the same settings.
func TestPrintedConfigurationIsTheSame(t *testing.T) {
	dir := t.TempDir()
	text := "choreography C\nparam n = 1\nrole A, B\nA -> B: hello\n"
	names := []string{"a[1], x.chor", "b.chor", "\u202e\x1b.chor"}
	for _, name := range names {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	path := filepath.Join(dir, config.Name)
	print := func(args ...string) (string, string) {
		var out, err bytes.Buffer
		code := Main("test", append([]string{"config", "print"}, args...), Streams{Out: &out, Err: &err})
		require.Equal(t, 0, code, err.String())
		var lines []string
		for line := range strings.Lines(out.String()) {
			line, _, _ = strings.Cut(line, "  # ")
			if strings.TrimSpace(line) != "" && !strings.HasPrefix(line, "#") {
				lines = append(lines, strings.TrimRight(line, "\n"))
			}
		}
		return out.String(), strings.Join(lines, "\n")
	}
	for _, c := range []struct {
		config string
		args   []string
	}{
		{"", nil},
		{"channels: fifo 3\nenv: [\"\u202eä\\e\"]\nset: {n: 4, m: 3}\nonly: [deadlock, stuck]\nformat: [text, json=out/x.json]\n", nil},
		{"profile: ci\nmemory: 3GiB\nfiles: [{path: '*.chor', timeout: 3m, expect: {everything: holds, states in calm: 3}}, {path: '**', expect: {everything: holds}}]", nil},
		{"profile: nightly\nreduce: none", []string{"--strict=false", "--min-coverage", "12.5", "--svg", filepath.Join(dir, "charts"), "--set", "n=7"}},
		{"store: compact\nfingerprint-bits: 128", []string{"--profile", "quick", "--store", "exact", "--no-cache"}},
	} {
		for _, name := range names {
			require.NoError(t, os.WriteFile(path, []byte(c.config), 0o600))
			whole, want := print(append([]string{filepath.Join(dir, name)}, c.args...)...)
			require.NoError(t, os.WriteFile(path, []byte(whole), 0o600))
			_, again := print(filepath.Join(dir, name))
			assert.Equal(t, want, again)
			assert.NotContains(t, whole, "\u202e")
		}
	}
}

// The example of docs/configuration.md is a configuration, and so are the other ones.
func TestConfigurationPage(t *testing.T) {
	page, err := os.ReadFile("../../docs/configuration.md")
	require.NoError(t, err)
	parts := strings.Split(string(page), "```yaml\n")[1:]
	require.Len(t, parts, 2)
	for _, part := range parts {
		text, _, ok := strings.Cut(part, "```")
		require.True(t, ok)
		f, problems := config.Read(source.New("docs/configuration.md", text), checkSetting)
		assert.Empty(t, problems)
		assert.NotEmpty(t, f.Entries)
	}
	text, _, _ := strings.Cut(parts[0], "```")
	f, _ := config.Read(source.New("c", text), checkSetting)
	r := config.Resolve(f, "payments/eu/card.chor", "", nil)
	got := map[string]string{}
	for _, e := range r.Settings {
		got[e.Name] = strings.Join(e.Values, ",")
	}
	assert.Equal(t, map[string]string{
		"channels": "fifo 2", "timeout": "10s", "format": "text,sarif=report.sarif", "max-findings": "1", "set": "retries=3", "env": "calm,rough",
	}, got)
	// The table of profiles says what they are.
	for _, p := range config.BuiltIn() {
		var list []string
		for _, s := range p.Settings {
			list = append(list, "`"+s.Key.Name+": "+s.Values[0]+"`")
		}
		assert.Contains(t, string(page), "| "+strings.Join(list, ", ")+" |", p.Name)
	}
	// Each key is in the table of settings, and the structure is described.
	for _, key := range config.Keys() {
		assert.Contains(t, string(page), "`"+key.Name+"`")
	}
}

func TestTroublesAreAllShown(t *testing.T) {
	var out, err bytes.Buffer
	a := &app{Streams: Streams{Out: &out, Err: &err}, out: &stickyWriter{w: &out}, color: "never", promise: "json"}
	a.trouble(troubles{{Message: "one"}, {Message: "two", Hint: "mend"}})
	assert.Equal(t, report.ExitUsage, a.exit)
	assert.Equal(t, "chorcheck: one\nchorcheck: two\n  mend\n", err.String())
	assert.Contains(t, out.String(), `"two"`)
}
