package config

import "slices"

// Name is that of the file.
const Name = "chorcheck.yaml"

// Kind is what a setting takes.
type Kind int

// The kinds. A List is also given as its only item; a Size also as a number of bytes.
const (
	Text Kind = iota
	Switch
	Count
	Percentage
	Time
	Size
	List
	Parameters
)

// takes is a kind in words.
func (k Kind) takes() string {
	return [...]string{
		"a text", "true or false", "a whole number", "a number", "a time with its unit, such as 90s or 5m",
		"a size such as 8GiB", "a list of names, or one name", "a mapping of names to whole numbers",
	}[k]
}

// Key is a setting that a configuration can have. Its name is that of a flag.
type Key struct {
	Name    string
	Kind    Kind
	Default []string // as the flag prints it; empty: there is none
	Values  []string // the only ones; nil: any
	Whole   bool     // of the whole report: it cannot differ between texts
	Path    Path
	Example string // a value, as it is written in the file
}

// Path says whether values are names of files, relative to the configuration.
type Path int

// The kinds of names: Inside is one that may not leave the directory of the
// configuration, AfterFormat the part of FORMAT=FILE that may not.
const (
	NoPath Path = iota
	Anywhere
	Inside
	AfterFormat
)

// Keys are all settings, in the order in which they are listed.
func Keys() []Key {
	return []Key{
		{Name: "channels", Kind: Text, Example: "fifo 2"},
		{Name: "set", Kind: Parameters, Example: "{n: 5}"},
		{Name: "final", Kind: List, Example: "[\"Shop:q3\"]"},
		{Name: "from", Kind: Text, Values: []string{"chor", "fsa", "kmc"}, Example: "fsa"},
		{Name: "env", Kind: List, Example: "[calm, rough]"},
		{Name: "faults", Kind: Text, Example: "crash Bank; at most 1"},
		{Name: "crash-queue", Kind: Text, Default: []string{"vanish"}, Values: []string{"vanish", "keep"}, Example: "keep"},
		{Name: "only", Kind: List, Example: "[deadlock, stuck]"},
		{Name: "skip", Kind: List, Example: "[bound-reached]"},
		{Name: "fairness", Kind: Text, Default: []string{"weak"}, Values: []string{"none", "weak", "strong"}, Example: "strong"},
		{Name: "engine", Kind: Text, Default: []string{"auto"}, Values: []string{"auto", "explicit", "symbolic"}, Example: "explicit"},
		{Name: "certify", Kind: Switch, Default: []string{"false"}, Example: "true"},
		{Name: "reduce", Kind: List, Default: []string{"auto"}, Values: []string{"auto", "none", "por", "symmetry", "deadvars", "parts"}, Example: "[por, symmetry]"},
		{Name: "order", Kind: Text, Default: []string{"bfs"}, Values: []string{"bfs", "dfs", "random", "swarm"}, Example: "dfs"},
		{Name: "walks", Kind: Count, Default: []string{"1000"}, Example: "5000"},
		{Name: "searches", Kind: Count, Default: []string{"64"}, Example: "128"},
		{Name: "store", Kind: Text, Default: []string{"auto"}, Values: []string{"auto", "exact", "compact", "bitstate"}, Example: "compact"},
		{Name: "fingerprint-bits", Kind: Count, Default: []string{"64"}, Values: []string{"64", "128"}, Example: "128"},
		{Name: "hash-functions", Kind: Count, Default: []string{"3"}, Example: "4"},
		{Name: "bitstate-memory", Kind: Size, Example: "1GiB"},
		{Name: "seed", Kind: Count, Default: []string{"0"}, Example: "7"},
		{Name: "max-states", Kind: Count, Default: []string{"0"}, Example: "1000000"},
		{Name: "max-depth", Kind: Count, Default: []string{"0"}, Example: "100"},
		{Name: "timeout", Kind: Time, Default: []string{"0s"}, Example: "5m"},
		{Name: "memory", Kind: Size, Example: "8GiB"},
		{Name: "spill-dir", Kind: Text, Path: Anywhere, Example: "spill"},
		{Name: "workers", Kind: Count, Default: []string{"0"}, Example: "4"},
		{Name: "max-findings", Kind: Count, Default: []string{"0"}, Example: "10"},
		{Name: "coverage", Kind: Switch, Default: []string{"false"}, Example: "true"},
		{Name: "cache", Kind: Switch, Default: []string{"true"}, Example: "false"},
		{Name: "min-coverage", Kind: Percentage, Default: []string{"0"}, Example: "95"},

		{Name: "format", Kind: List, Default: []string{"text"}, Whole: true, Path: AfterFormat, Example: "[text, sarif=out.sarif]"},
		{Name: "strict", Kind: Switch, Default: []string{"false"}, Whole: true, Example: "true"},
		{Name: "fail-on", Kind: Text, Default: []string{"error"}, Values: []string{"error", "warning", "unexpected", "never"}, Whole: true, Example: "unexpected"},
		{Name: "baseline", Kind: Text, Whole: true, Path: Inside, Example: "known.json"},
		{Name: "svg", Kind: Text, Whole: true, Path: Inside, Example: "charts"},
		{Name: "witness", Kind: Switch, Default: []string{"false"}, Whole: true, Example: "true"},
		{Name: "full-trace", Kind: Switch, Default: []string{"false"}, Whole: true, Example: "true"},
	}
}

// Lookup finds a key by its name.
func Lookup(name string) (Key, bool) {
	keys := Keys()
	i := slices.IndexFunc(keys, func(k Key) bool { return k.Name == name })
	if i < 0 {
		return Key{}, false
	}
	return keys[i], true
}

// Keys of the structure of the file.
const (
	keyProfile  = "profile"
	keyProfiles = "profiles"
	keyFiles    = "files"
	keyPath     = "path"
	keyExpect   = "expect"
)

// names of the settings that may stand in a place.
func names(entry bool, further ...string) []string {
	var list []string
	for _, k := range Keys() {
		if !entry || !k.Whole {
			list = append(list, k.Name)
		}
	}
	return append(list, further...)
}
