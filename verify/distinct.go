package verify

import (
	"slices"

	"chorcheck/model"
	"chorcheck/verify/replay"
)

// What a search finds has one exhibit for each cause that it can tell apart. Many of
// them are one defect for those who have to mend it: the same roles wait at the
// same places, or one run has a fault more, which changes nothing. Such exhibits
// are shown as one finding, with the shortest run.

// mostExplained bounds, for each finding that is asked for, the runs that are looked
// at to see whether they say something new.
const mostExplained = 20

// distinct makes at most the given number of findings of exhibits, which come
// shortest run first. It says how many it has left out.
func (v *verifier) distinct(exhibits []*exhibit, most int) (list []Finding, omitted int) {
	groups := v.group(exhibits)
	for looked := 0; len(groups) > 0; {
		if len(list) >= most || looked/mostExplained >= most {
			return list, omitted + len(groups)
		}
		if len(list) > 0 && v.ctx.Err() != nil {
			return list, omitted + len(groups) // each of them would have to be replayed
		}
		batch := groups[:min(len(groups), most)]
		groups = groups[len(batch):]
		looked += len(batch)
		for i, f := range v.explainGroups(batch) {
			switch {
			case f == nil && v.ctx.Err() != nil:
				omitted++ // perhaps for want of time
			case f == nil:
			case v.absorbed(list, f, batch[i]):
			case len(list) >= most:
				omitted++
			default:
				f.stands(batch[i])
				f.Course, f.configs = v.course(f.configs), nil
				list = append(list, *f)
			}
		}
	}
	return list, omitted
}

// group puts together the exhibits that have one cause, by the places of the text.
func (v *verifier) group(exhibits []*exhibit) [][]*exhibit {
	if v.places == nil {
		v.places = newPlaces(v.net)
	}
	var groups [][]*exhibit
	at := map[string]int{}
	for _, e := range exhibits {
		e.shared = v.places.cause(e)
		i, ok := at[e.shared]
		if !ok {
			i = len(groups)
			at[e.shared] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], e)
	}
	return groups
}

// explainGroups explains the first exhibit of each group that can be confirmed. All
// of them can, unless numbers of instances did not fit.
func (v *verifier) explainGroups(groups [][]*exhibit) []*Finding {
	firsts := make([]*exhibit, len(groups))
	for i, g := range groups {
		firsts[i] = g[0]
		if g[0].check == "handler-agreement" || g[0].check == "unguarded-wait" {
			firsts[i].others = g[1:]
		}
	}
	list := v.explain(firsts)
	for i, g := range groups {
		for _, e := range g[1:] {
			if list[i] != nil || v.ctx.Err() != nil {
				break
			}
			list[i] = v.explain([]*exhibit{e})[0]
		}
	}
	return list
}

// stands notes which causes a finding stands for.
func (f *Finding) stands(group []*exhibit) {
	if len(group) == 1 && len(f.Merged) == 0 && group[0].cause == group[0].shared {
		return
	}
	for _, e := range group {
		f.Merged = append(f.Merged, e.merged())
	}
}

func (e *exhibit) merged() MergedCause {
	m := MergedCause{Cause: e.cause, Steps: e.depth}
	if e.run != nil {
		m.Steps = len(e.run.Actions)
	}
	if e.acts {
		m.Steps++
	}
	return m
}

// absorbed reports whether a finding says nothing that an earlier one, with a
// shorter run, does not say. Then that one stands for its causes as well.
func (v *verifier) absorbed(list []Finding, f *Finding, group []*exhibit) bool {
	if group[0].check == "stale-reception" {
		return false
	}
	i := slices.IndexFunc(list, func(x Finding) bool { return x.says(f) })
	if i < 0 && group[0].check == "deadlock" {
		i = slices.IndexFunc(list, func(x Finding) bool { return x.saysWithLess(f) })
	}
	if i < 0 {
		return false
	}
	x := &list[i]
	if len(x.Merged) == 0 {
		x.Merged = []MergedCause{{Cause: x.Cause, Steps: len(x.Trace)}}
	}
	for _, e := range group {
		x.Merged = append(x.Merged, e.merged())
	}
	return true
}

// says reports whether nobody could tell two findings apart by their words and places.
func (f *Finding) says(o *Finding) bool {
	return f.Message == o.Message && f.Fault == o.Fault && slices.Equal(f.Origins, o.Origins)
}

// saysWithLess reports whether a deadlock is that of another one with fewer faults:
// the same roles wait at the same places, or have been stopped by a fault that takes
// no part in the other one.
func (f *Finding) saysWithLess(o *Finding) bool {
	if f.Fault != o.Fault || len(f.struck) >= len(o.struck) || len(o.Blocked) == 0 {
		return false
	}
	for _, b := range o.Blocked {
		if !slices.Contains(f.Blocked, b) {
			return false
		}
	}
	for _, b := range f.Blocked {
		if !slices.Contains(o.Blocked, b) && !o.stoppedAside(b.Role) {
			return false
		}
	}
	return true
}

// stoppedAside reports whether a fault that does not matter to the finding stops a role.
func (f *Finding) stoppedAside(role model.RoleID) bool {
	return f.Causal != nil && slices.ContainsFunc(f.struck, func(s struck) bool {
		return s.stops && s.role == role && !slices.Contains(f.Causal, s.step)
	})
}

// struck is a fault in the run of a finding.
type struck struct {
	step  int
	role  model.RoleID
	stops bool // it crashes or silences the role
}

// blockedRoles are the roles that a finding is about because they wait for ever, with
// their places.
func (r *replayed) blockedRoles() []Blocked {
	var roles []model.RoleID
	switch r.check {
	case "deadlock":
		roles = r.oracle.Unfinished(r.last)
	case "stuck", "silent-survivor":
		roles = []model.RoleID{r.role}
	}
	var list []Blocked
	for _, role := range roles {
		list = append(list, Blocked{Role: role, Place: r.places.name(role, r.last.Local[role].State)})
	}
	return list
}

// strikes are the faults of the run.
func (r *replayed) strikes() []struck {
	var list []struck
	for i, s := range r.steps {
		if s.Fault < 0 || s.Heals || s.Recovers {
			continue
		}
		f := r.env.Faults[s.Fault]
		stops := (f.Kind == model.Crash || f.Kind == model.Silence) && r.last.Local[f.Role].Status != replay.Live
		list = append(list, struck{i, f.Role, stops})
	}
	return list
}
