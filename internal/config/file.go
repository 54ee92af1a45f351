package config

import (
	"slices"

	"chorcheck/lang/source"
)

// File is a configuration that was read.
type File struct {
	Source   *source.File
	Settings []Setting // at the top
	Profile  Choice    // the profile that holds if the command names none
	Profiles []Profile
	Entries  []Entry
}

// Setting is a key with its value, as it stands in the file. Of a List and of
// Parameters there can be several values, the latter as NAME=NUMBER.
type Setting struct {
	Key    Key
	Values []string
	At     source.Span   // of the key
	Each   []source.Span // of the values
}

// Profile is a set of settings with a name.
type Profile struct {
	Name     string
	Settings []Setting
}

// Choice of a profile by its name; empty: none.
type Choice struct {
	Name string
	At   source.Span
}

// Entry is about the texts whose names match a pattern.
type Entry struct {
	Pattern  string
	At       source.Span
	Profile  Choice
	Settings []Setting
	Expect   []Statement
}

// Statement is what an entry says about a verdict: Subject and Verdict are the words
// of an item of an `// expect:` line, Condition those behind its `when`, or empty.
type Statement struct {
	Subject, Condition, Verdict string
	At                          source.Span
}

// Problem is a mistake in the file, or one that its settings make together.
type Problem struct {
	At      source.Span
	Message string
	Help    string // may be empty
}

// BuiltIn are the profiles that are there without a file. docs/configuration.md says
// what they are for.
func BuiltIn() []Profile {
	setting := func(name string, values ...string) Setting {
		key, _ := Lookup(name)
		return Setting{Key: key, Values: values}
	}
	return []Profile{
		{"quick", []Setting{setting("timeout", "10s"), setting("max-findings", "3")}},
		{"ci", []Setting{setting("timeout", "10m"), setting("certify", "true"), setting("strict", "true")}},
		{"nightly", []Setting{setting("timeout", "4h"), setting("certify", "true"), setting("strict", "true"), setting("coverage", "true")}},
	}
}

// ProfileNames are those that can be chosen: those of the file, which may be nil, and
// those that are built in.
func (f *File) ProfileNames() []string {
	var list []string
	for _, p := range BuiltIn() {
		list = append(list, p.Name)
	}
	if f == nil {
		return list
	}
	for _, p := range f.Profiles {
		if !slices.Contains(list, p.Name) {
			list = append(list, p.Name)
		}
	}
	return list
}
