package config

import (
	"slices"
	"strings"

	"chorcheck/lang/source"
)

// Where a setting comes from. A later one wins over an earlier one.
type Where int

// The places. A BuiltInProfile yields also to settings of the others that do not go
// with it.
const (
	Default Where = iota
	Top
	BuiltInProfile
	FileProfile
	FileEntry
	Flag
)

// Origin is the place of a setting.
type Origin struct {
	Where   Where
	Entry   int         // its number, where several are about one text
	Profile string      // its name
	At      source.Span // in the file: Top, FileProfile, FileEntry
}

// over reports whether a setting of this origin replaces one of another.
func (o Origin) over(p Origin) bool {
	return o.Where > p.Where || o.Where == p.Where && o.Entry > p.Entry
}

// Effective is a setting in force. From is where the last part of it comes from; each
// of its values has an origin of its own, since parameters are set one by one.
type Effective struct {
	Name   string
	Key    Key // of flags that are no keys: the zero one
	Values []string
	From   Origin
	Each   []Origin
}

// Left is a setting that is not in force because of another one that does not go with it.
type Left struct {
	Effective
	For Effective
}

// Resolved are the settings of one text, those with their default left out.
type Resolved struct {
	File     *File  // nil: there is none
	Profile  string // empty: none
	Settings []Effective
	Left     []Left
	Expect   []Statement
}

// Find the setting with a name.
func (r *Resolved) Find(name string) (Effective, bool) {
	i := slices.IndexFunc(r.Settings, func(e Effective) bool { return e.Name == name })
	if i < 0 {
		return Effective{}, false
	}
	return r.Settings[i], true
}

// Resolve puts the layers on each other: the settings at the top, the profile, the
// entries about the text, the flags of the command line. The name of the text is
// relative to the configuration, with slashes; empty: no entry is about it. The profile
// is that of the command line, or empty; it has to be one of f.ProfileNames. There need
// be no file.
func Resolve(f *File, name, profile string, flags []Effective) *Resolved {
	r := &Resolved{File: f, Profile: profile}
	report := profile // that for the report: an entry's leaves the report as it is
	var about []int
	if f != nil {
		r.layer(f.Settings, Origin{Where: Top}, func(Key) bool { return true })
		about = f.about(name)
		if profile == "" {
			report, r.Profile = f.Profile.Name, f.Profile.Name
			for _, i := range about {
				if c := f.Entries[i].Profile; c.Name != "" {
					r.Profile = c.Name
				}
			}
		}
	}
	r.profile(report, func(k Key) bool { return k.Whole })
	r.profile(r.Profile, func(k Key) bool { return !k.Whole })
	for _, i := range about {
		r.layer(f.Entries[i].Settings, Origin{Where: FileEntry, Entry: i}, func(Key) bool { return true })
		r.Expect = append(r.Expect, f.Entries[i].Expect...)
	}
	for _, e := range flags {
		r.put(e)
	}
	r.settle()
	var order []string
	for _, k := range Keys() {
		order = append(order, k.Name)
	}
	slices.SortStableFunc(r.Settings, func(x, y Effective) int { return slices.Index(order, x.Name) - slices.Index(order, y.Name) })
	return r
}

// profile puts the settings of a profile that are wanted on top: first the built-in one
// of this name, then that of the file.
func (r *Resolved) profile(name string, wanted func(Key) bool) {
	for _, p := range BuiltIn() {
		if p.Name == name {
			r.layer(p.Settings, Origin{Where: BuiltInProfile, Profile: name}, wanted)
		}
	}
	if r.File == nil {
		return
	}
	for _, p := range r.File.Profiles {
		if p.Name == name {
			r.layer(p.Settings, Origin{Where: FileProfile, Profile: name}, wanted)
		}
	}
}

func (r *Resolved) layer(list []Setting, from Origin, wanted func(Key) bool) {
	for _, s := range list {
		if !wanted(s.Key) {
			continue
		}
		from.At = s.At
		e := Effective{Name: s.Key.Name, Key: s.Key, Values: s.Values, From: from}
		for i := range s.Values {
			at := from
			if i < len(s.Each) {
				at.At = s.Each[i]
			}
			e.Each = append(e.Each, at)
		}
		r.put(e)
	}
}

// put replaces a setting, but of parameters only those that are set anew.
func (r *Resolved) put(e Effective) {
	i := slices.IndexFunc(r.Settings, func(x Effective) bool { return x.Name == e.Name })
	if i < 0 {
		r.Settings = append(r.Settings, e)
		return
	}
	if e.Key.Kind == Parameters {
		before := r.Settings[i]
		for j, v := range before.Values {
			if !slices.ContainsFunc(e.Values, func(x string) bool { return parameter(x) == parameter(v) }) {
				e.Values, e.Each = append(slices.Clone(e.Values), v), append(slices.Clone(e.Each), before.Each[j])
			}
		}
	}
	r.Settings[i] = e
}

// parameter is the name in NAME=NUMBER.
func parameter(s string) string {
	name, _, _ := strings.Cut(s, "=")
	return strings.TrimSpace(name)
}

// about are the entries about a text, in their order.
func (f *File) about(name string) []int {
	var list []int
	for i, e := range f.Entries {
		if name != "" && Match(e.Pattern, name) {
			list = append(list, i)
		}
	}
	return list
}
