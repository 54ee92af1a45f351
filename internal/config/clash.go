package config

import "slices"

// settle takes out settings that do not go with one of a later layer: who chooses
// `--faults` does not mean the `env` of a file, too. Those of one layer stay, and are a
// mistake that the command line finds.
func (r *Resolved) settle() {
	for {
		loser, winner, ok := r.clash()
		if !ok {
			return
		}
		r.Left = append(r.Left, Left{loser, winner})
		r.Settings = slices.DeleteFunc(r.Settings, func(e Effective) bool { return e.Name == loser.Name })
	}
}

// OnlyExplicit are the settings about a search of configurations one by one.
func OnlyExplicit() []string {
	return []string{
		"max-states", "max-depth", "reduce", "order", "walks", "searches", "store", "seed", "fingerprint-bits", "hash-functions", "bitstate-memory",
		"checkpoint", "checkpoint-every", "spill-dir",
	}
}

// clash finds two settings that do not go together and of which one wins.
func (r *Resolved) clash() (loser, winner Effective, ok bool) {
	active := func(name string, values ...string) (Effective, bool) {
		e, found := r.Find(name)
		if !found || e.idle() {
			return e, false
		}
		return e, len(values) == 0 || len(e.Values) == 1 && slices.Contains(values, e.Values[0])
	}
	// two settings, each with the values that are meant; none: any but the default
	type side struct {
		name   string
		values []string
	}
	try := func(x, y side) bool {
		a, found := active(x.name, x.values...)
		b, found2 := active(y.name, y.values...)
		if !found || !found2 {
			return false
		}
		loser, winner, ok = decide(a, b)
		return ok
	}
	sampled := []string{"random", "swarm"}
	pairs := [][2]side{
		{{"env", nil}, {"faults", nil}},
		{{"certify", []string{"true"}}, {"engine", []string{"explicit"}}},
		{{"store", nil}, {"order", sampled}},
		{{"coverage", nil}, {"order", sampled}},
		{{"min-coverage", nil}, {"order", sampled}},
		{{"max-states", nil}, {"order", []string{"random"}}},
		{{"store", []string{"compact", "bitstate"}}, {"order", []string{"dfs"}}},
		{{"checkpoint", nil}, {"order", []string{"dfs", "random", "swarm"}}},
		{{"checkpoint", nil}, {"store", []string{"bitstate"}}},
		{{"spill-dir", nil}, {"order", []string{"dfs", "random", "swarm"}}},
	}
	for _, name := range OnlyExplicit() {
		pairs = append(pairs, [2]side{{"engine", []string{"symbolic"}}, {name, nil}}, [2]side{{"certify", []string{"true"}}, {name, nil}})
	}
	for _, p := range pairs {
		if try(p[0], p[1]) {
			return loser, winner, true
		}
	}
	// Here the default counts, too: it is the opposite.
	if strict, found := active("strict", "true"); found {
		if on, found := r.Find("fail-on"); found && slices.Equal(on.Values, on.Key.Default) {
			if loser, winner, ok = decide(strict, on); ok && loser.Name == "strict" {
				return loser, winner, true
			}
		}
	}
	return r.useless(active)
}

// decide which of two settings that do not go together is left out: that of the layer
// below, and in any case that of a built-in profile.
func decide(a, b Effective) (loser, winner Effective, ok bool) {
	soft := func(e Effective) bool { return e.From.Where == BuiltInProfile }
	switch {
	case soft(a) != soft(b):
		if soft(a) {
			return a, b, true
		}
		return b, a, true
	case a.From.over(b.From):
		return b, a, true
	case b.From.over(a.From):
		return a, b, true
	}
	return a, b, false
}

// useless finds a setting about a store or an order that a later layer has replaced.
func (r *Resolved) useless(active func(string, ...string) (Effective, bool)) (loser, winner Effective, ok bool) {
	is := func(name string, values ...string) bool { _, ok := active(name, values...); return ok }
	swarm, walks := is("order", "swarm"), is("order", "random")
	compact, bitstate := is("store", "compact"), is("store", "bitstate")
	for _, d := range []struct {
		name string
		does bool
	}{
		{"fingerprint-bits", compact},
		{"hash-functions", bitstate || swarm},
		{"bitstate-memory", bitstate || swarm},
		{"seed", compact || bitstate || swarm || walks},
		{"walks", walks},
		{"searches", swarm},
	} {
		e, found := active(d.name)
		if !found || d.does || e.From.Where == Flag {
			continue
		}
		for _, name := range []string{"store", "order"} {
			if by, found := r.Find(name); found && by.From.over(e.From) {
				return e, by, true
			}
		}
	}
	return loser, winner, false
}

// idle reports whether a setting of a file says what would be so without it. A flag
// that was given is a choice, whatever its value.
func (e Effective) idle() bool {
	if e.From.Where == Flag {
		return false
	}
	return len(e.Values) == 0 || slices.Equal(e.Values, e.Key.Default) || len(e.Key.Default) == 0 && slices.Equal(e.Values, []string{""})
}

// Given are the settings of the file and its profiles that say something: a value that
// is the default counts as none.
func (r *Resolved) Given() []Effective {
	var list []Effective
	for _, e := range r.Settings {
		if e.From.Where != Flag && !e.idle() || e.Key.Kind == Parameters && len(e.Values) > 0 {
			list = append(list, e)
		}
	}
	return list
}
