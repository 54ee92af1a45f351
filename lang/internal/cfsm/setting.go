package cfsm

import (
	"fmt"
	"slices"
	"strings"

	"chorcheck/lang/chor"
	"chorcheck/lang/source"
	"chorcheck/model"
)

// Setting is what clauses of environments mean for automata: roles named `W[0]`,
// `W[1]` and so on, which follow each other, count as an array. New labels are added to
// the automata. origin numbers places; nil: all come from nowhere.
func Setting(a *model.Automata, origin func(at source.Span) model.Origin) chor.Setting {
	return chor.Setting{
		Roles:    arrays(a.Roles),
		Channels: a.Channels,
		Label: func(name string) model.LabelID {
			i := slices.Index(a.Labels, name)
			if i < 0 {
				i = len(a.Labels)
				a.Labels = append(a.Labels, name)
			}
			return model.LabelID(i)
		},
		Origin: origin,
	}
}

// arrays finds out which roles are members of arrays by their names.
func arrays(roles []model.Role) []model.Role {
	list := slices.Clone(roles)
	for first := 0; first < len(list); first++ {
		array, ok := strings.CutSuffix(list[first].Name, "[0]")
		if !ok || array == "" || slices.ContainsFunc(list, func(r model.Role) bool { return r.Name == array || r.Array == array }) {
			continue
		}
		for i := 0; first+i < len(list) && list[first+i].Name == fmt.Sprintf("%s[%d]", array, i); i++ {
			list[first+i].Array, list[first+i].Index = array, i
		}
	}
	return list
}
