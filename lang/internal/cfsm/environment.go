package cfsm

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"chorcheck/model"
)

// Clauses are the lines of an environment in the language of choreographies, with
// wildcards and arrays written out.
func Clauses(a *model.Automata, env *model.Environment) []string {
	var lines []string
	for i := range env.Faults {
		lines = append(lines, Clause(a, &env.Faults[i]))
	}
	if env.Limit >= 0 {
		lines = append(lines, fmt.Sprintf("at most %d", env.Limit))
	}
	for _, k := range slices.Sorted(maps.Keys(env.Limits)) {
		lines = append(lines, fmt.Sprintf("at most %d %s", env.Limits[k], k))
	}
	return lines
}

// Clause is one fault in the language of choreographies.
func Clause(a *model.Automata, f *model.Fault) string {
	name := func(r model.RoleID) string { return a.Roles[r].Name }
	text := f.Kind.String() + " "
	switch f.Kind {
	case model.Crash, model.Silence:
		text += name(f.Role)
		if f.Recovers {
			text += " recovers"
		}
	case model.Loss, model.Duplicate, model.Reorder:
		text += name(f.Role) + " -> " + name(f.Peer)
	case model.Disconnect:
		text += name(f.Role) + " -- " + name(f.Peer)
	case model.Partition:
		var groups []string
		for _, g := range f.Groups {
			var names []string
			for _, r := range g {
				names = append(names, name(r))
			}
			groups = append(groups, strings.Join(names, ", "))
		}
		text += strings.Join(groups, " | ")
	case model.RaiseFault:
		text += a.Exceptions[f.Exception].Name + " at " + name(f.Role)
	case model.Stray:
		text += a.Labels[f.Label] + " from " + name(f.Role) + " to " + name(f.Peer)
	}
	var scopes []string
	for _, s := range f.During {
		if n := a.Scopes[s].Name; n != "" && !slices.Contains(scopes, n) {
			scopes = append(scopes, n)
		}
	}
	if len(scopes) > 0 {
		text += " during " + strings.Join(scopes, ", ")
	}
	return text
}

// Failures lists what a format without scopes cannot say about automata: each
// kind of failure of each role once.
func Failures(a *model.Automata, text string) []Problem {
	var list []Problem
	for r, role := range a.Roles {
		origins := map[string][]model.Origin{}
		for i := range a.Machines[r].Transitions {
			t := &a.Machines[r].Transitions[i]
			what := ""
			switch {
			case t.Kind == model.Ignore:
				what = "ignores messages"
			case t.Kind == model.Raise || t.Kind == model.EndRaise:
				what = "raises exceptions"
			case t.Kind == model.CrashRaise:
				what = "notices crashes"
			case t.Kind == model.Timeout && a.Timers[t.Timer].Var < 0:
				what = "has timers that raise exceptions"
			case t.Handler != nil || t.OnlyIf != nil || slices.ContainsFunc(t.Places, func(p model.Place) bool { return p.Position != 0 }):
				what = "takes part in scopes"
			default:
				continue
			}
			origins[what] = append(origins[what], t.Origins...)
		}
		for _, what := range slices.SortedFunc(maps.Keys(origins), func(x, y string) int {
			return cmp.Or(slices.Compare(origins[x], origins[y]), cmp.Compare(x, y))
		}) {
			slices.Sort(origins[what])
			list = append(list, Problem{
				Message: fmt.Sprintf("%s %s, and %s has no words for that", role.Name, what, text),
				Help:    "draw the automata with `--to dot`, or write the failure as messages and choices",
				Origins: slices.Compact(origins[what]),
			})
		}
	}
	return list
}
