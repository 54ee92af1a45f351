package lang

import (
	"errors"
	"path"
	"slices"
	"strings"

	"chorcheck/lang/chor"
	"chorcheck/lang/diag"
	"chorcheck/lang/fsa"
	"chorcheck/lang/kmc"
	"chorcheck/lang/source"
	"chorcheck/model"
)

// Formats lists the formats that Load reads.
func Formats() []string { return []string{"chor", "fsa", "kmc"} }

// Load parses, resolves and projects one text. It never fails: whatever is wrong
// is among the unit's diagnostics.
func Load(f *source.File, opt Options) *Unit {
	var bag diag.Bag
	u := &Unit{File: f, Format: opt.Format, Name: baseName(f.Name)}
	if u.Format == "" {
		u.Format = Guess(f)
	}
	switch u.Format {
	case "chor":
		u.loadChoreography(opt, &bag)
	case "fsa":
		if p := fsa.Parse(f, opt.Channels, &bag); p != nil {
			u.Automata, u.Places, u.Environments, u.Properties = p.Automata, p.Places, p.Environments, p.Properties
		}
	case "kmc":
		if p := kmc.Parse(f, &bag); p != nil {
			u.Automata, u.Places = p.Automata, p.Places
		}
	default:
		bag.Add(diag.Diagnostic{
			Code: diag.UnknownFormat, Message: "there is no format " + u.Format,
			Help: "use one of " + strings.Join(Formats(), ", "),
		})
	}
	if u.Choreography == nil {
		for _, p := range u.Properties {
			u.named = append(u.named, p.Name)
		}
	}
	u.Expectations = expectations(f, u.named, &bag)
	if u.Automata != nil {
		if u.Choreography == nil {
			u.Automata.Name = u.Name
		}
		if opt.Channels != nil {
			u.Automata.Channels.Default = *opt.Channels
		}
		u.declareFinals(opt.Finals, &bag)
		if u.Choreography == nil {
			u.automataFaults(opt, &bag)
		}
		u.selectEnvironments(opt, &bag)
		u.checkExpectations(&bag)
		u.checkPropertyNames(&bag)
	}
	u.Diagnostics, u.Dropped = bag.Sorted(), bag.Dropped()
	if bag.Failed() {
		u.Automata, u.Environments, u.Properties = nil, nil, nil
		// What seems to be unused may be used where the error is.
		u.Diagnostics = slices.DeleteFunc(u.Diagnostics, func(d diag.Diagnostic) bool {
			return slices.Contains([]diag.Code{diag.UnusedRole, diag.UnusedVariable, diag.UnusedParameter, diag.UnusedProtocol, diag.UnusedException}, d.Code)
		})
	}
	return u
}

// Guess is the format of a text, from its name and then from how it begins.
func Guess(f *source.File) string {
	switch {
	case strings.HasSuffix(f.Name, ".chor"):
		return "chor"
	case strings.HasSuffix(f.Name, ".fsa"), fsa.Looks(f.Text):
		return "fsa"
	case kmc.Looks(f.Text):
		return "kmc"
	}
	return "chor"
}

func baseName(name string) string {
	base := path.Base(strings.ReplaceAll(name, `\`, "/"))
	return strings.TrimSuffix(base, path.Ext(base))
}

func (u *Unit) loadChoreography(opt Options, bag *diag.Bag) {
	tree := chor.Parse(u.File, bag)
	if len(tree.Items) == 0 && bag.Failed() {
		return // nothing could be read: what is missing is not worth another message
	}
	for _, it := range tree.Items {
		if d, ok := it.(*chor.PropertyDecl); ok {
			u.named = append(u.named, d.Name.Name)
		}
	}
	low := chor.Lower(tree, chor.Options{Set: opt.Set, Channels: opt.Channels, Faults: faults(opt)}, bag)
	if low == nil || bag.Failed() {
		return
	}
	u.Choreography, u.Places, u.Interactions = low.Choreography, low.Places, low.Interactions
	u.Environments, u.Declared = low.Environments, low.Declared
	u.Properties = low.Properties
	u.Name = low.Choreography.Name
	u.Params = map[string]int64{}
	for _, p := range low.Params {
		u.Params[p.Name] = p.Value
	}
	automata, ambiguities, err := model.Project(low.Choreography)
	if err != nil {
		bag.Add(u.Limit(diag.PartTooLarge, err))
		return
	}
	u.Automata = automata
	for _, a := range ambiguities {
		bag.Add(u.ambiguous(a))
	}
}

func (u *Unit) ambiguous(a model.Ambiguity) diag.Diagnostic {
	role := u.Choreography.Roles[a.Role].Name
	act, _ := u.Place(a.Act)
	switch a.Kind {
	case model.AmbiguousTimer:
		return diag.Diagnostic{
			Code: diag.AmbiguousTimer, Severity: diag.Warning,
			Message:   role + " cannot know whether it will be in this block, and its timer counts as armed all the same",
			Primary:   diag.Label{Span: act, Text: "this timer may fire although " + role + " is not inside"},
			Secondary: u.decided(a.Choice, role),
			Help:      "send " + role + " a message before the block that tells it of the decision, or put the block around the choice",
		}
	case model.AmbiguousInterrupt:
		other, _ := u.Place(a.Other)
		return diag.Diagnostic{
			Code: diag.AmbiguousInterrupt, Severity: diag.Warning,
			Message:   role + " cannot tell this message of a handler from one that it expects where it is",
			Primary:   diag.Label{Span: act, Text: "this one takes " + role + " into the handler"},
			Secondary: []diag.Label{{Span: other, Text: "this one does not"}},
			Help:      "give them different labels",
		}
	case model.AmbiguousStores:
		other, _ := u.Place(a.Other)
		return diag.Diagnostic{
			Code: diag.AmbiguousStore, Severity: diag.Warning,
			Message:   role + " cannot tell this message from another one, which it stores elsewhere",
			Primary:   diag.Label{Span: act, Text: "one of them"},
			Secondary: []diag.Label{{Span: other, Text: "the other one"}},
			Help:      "give them different labels, or store both into the same variable",
		}
	}
	d := diag.Diagnostic{
		Code: diag.Ambiguous, Severity: diag.Warning,
		Message: role + " has to act here without knowing whether this branch was taken",
		Primary: diag.Label{Span: act, Text: role + " acts first here"},
		Help:    "send " + role + " a message in each branch, with different labels, before it has to act",
	}
	if other, ok := u.Place(a.Other); ok && other != act {
		d.Secondary = append(d.Secondary, diag.Label{Span: other, Text: "but it may just as well be here"})
	}
	d.Secondary = append(d.Secondary, u.decided(a.Choice, role)...)
	return d
}

// decided labels the choice that others make.
func (u *Unit) decided(choice model.Origin, role string) []diag.Label {
	if at, ok := u.Place(choice); ok {
		return []diag.Label{{Span: at, Text: "this is decided without " + role}}
	}
	return nil
}

// Limit is the diagnostic for automata that are too large, at the places that the
// error names. Any other error is a bug in the caller.
func (u *Unit) Limit(code diag.Code, err error) diag.Diagnostic {
	var limit *model.LimitError
	if !errors.As(err, &limit) {
		return diag.Diagnostic{Code: code, Message: err.Error()}
	}
	d := diag.Diagnostic{Code: code, Message: limit.Message, Help: limit.Help}
	for _, o := range limit.Origins {
		if span, ok := u.Place(o); ok {
			d.Primary.Span = span
			break
		}
	}
	return d
}

// declareFinals marks further local states of automata as final.
func (u *Unit) declareFinals(finals map[string][]string, bag *diag.Bag) {
	roles := make([]string, 0, len(finals))
	for role := range finals {
		roles = append(roles, role)
	}
	slices.Sort(roles)
	for _, role := range roles {
		r := slices.IndexFunc(u.Automata.Roles, func(x model.Role) bool { return x.Name == role })
		if r < 0 {
			bag.Add(diag.Diagnostic{
				Code: diag.UnknownFinal, Message: "--final: there is no role " + role,
				Help: "the roles are " + strings.Join(names(u.Automata.Roles, func(x model.Role) string { return x.Name }), ", "),
			})
			continue
		}
		states := u.Automata.Machines[r].States
		for _, state := range finals[role] {
			s := slices.IndexFunc(states, func(x model.LocalState) bool { return x.Name == state })
			if s < 0 {
				bag.Add(diag.Diagnostic{
					Code: diag.UnknownFinal, Message: "--final: " + role + " has no local state " + state,
					Help: "its local states are " + strings.Join(names(states, func(x model.LocalState) string { return x.Name }), ", "),
				})
				continue
			}
			states[s].Final = true
		}
	}
}

// names lists at most ten names.
func names[T any](list []T, name func(T) string) []string {
	var out []string
	for i, x := range list {
		if i == 10 {
			return append(out, "..")
		}
		out = append(out, name(x))
	}
	return out
}
