package lang

import (
	"fmt"
	"slices"
	"strings"

	"chorcheck/lang/chor"
	"chorcheck/lang/diag"
	"chorcheck/lang/internal/cfsm"
	"chorcheck/lang/source"
	"chorcheck/model"
)

// faults is the text of Options.Faults; nil if there is none.
func faults(opt Options) *source.File {
	if strings.TrimSpace(opt.Faults) == "" {
		return nil
	}
	return source.New("--faults", opt.Faults)
}

// automataFaults gives automata the environment of Options.Faults, or, if their text
// has none, the one in which nothing fails.
func (u *Unit) automataFaults(opt Options, bag *diag.Bag) {
	if len(u.Environments) == 0 {
		u.Environments = []*model.Environment{model.Calm()}
	}
	for _, e := range u.Environments {
		u.Declared = append(u.Declared, e.Name)
	}
	if f := faults(opt); f != nil {
		s := cfsm.Setting(u.Automata, nil)
		s.Environments = u.Declared
		quick, _ := chor.LowerFaults(f, s, bag)
		u.Environments = []*model.Environment{quick}
	}
}

// selectEnvironments keeps the environments that Options.Env names.
func (u *Unit) selectEnvironments(opt Options, bag *diag.Bag) {
	var all []string
	for _, e := range u.Environments {
		all = append(all, e.Name)
	}
	if len(opt.Env) == 0 {
		return
	}
	for i, name := range opt.Env {
		if slices.Contains(all, name) || slices.Contains(opt.Env[:i], name) {
			continue
		}
		d := diag.Diagnostic{
			Code: diag.UnknownEnvironment, Message: fmt.Sprintf("--env: there is no environment `%s`", name),
			Help: "the environments are " + strings.Join(names(u.Environments, func(e *model.Environment) string { return "`" + e.Name + "`" }), ", "),
		}
		if near := diag.Nearest(name, all); near != "" {
			d.Help = "did you mean `" + near + "`?"
		}
		if faults(opt) != nil {
			d.Help = "leave --env out: --faults takes the place of all environments of the text"
		}
		bag.Add(d)
	}
	u.Environments = slices.DeleteFunc(slices.Clone(u.Environments), func(e *model.Environment) bool { return !slices.Contains(opt.Env, e.Name) })
}
