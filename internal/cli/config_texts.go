package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"chorcheck/internal/config"
	"chorcheck/lang"
	"chorcheck/lang/diag"
	"chorcheck/report"
	"chorcheck/verify"
)

// oneText is how one text is verified.
type oneText struct {
	flags    *verifyFlags
	load     lang.Options
	opt      verify.Options
	settings *config.Resolved
}

// checked finds mistakes of all flags.
func (f *verifyFlags) checked() (lang.Options, verify.Options, error) {
	load, opt, err := f.checkFlags()
	if err == nil {
		_, err = f.report.destinations()
	}
	if err == nil {
		_, _, err = f.report.counts()
	}
	return load, opt, err
}

// configured finds the settings of each text. Those of the report, which are the same
// for all of them, come into f.
func (a *app) configured(f *verifyFlags, names []string) ([]oneText, error) {
	all := newConfigs(&f.configFlags)
	var list []oneText
	for _, name := range names {
		t, err := a.configuredText(f, all, name)
		if err != nil {
			return nil, err
		}
		list = append(list, t)
	}
	if len(list) == 0 { // mistakes of the command line are mistakes all the same
		t, err := a.configuredText(f, all, "")
		if err != nil {
			return nil, err
		}
		*f = *t.flags
		return nil, nil
	}
	if err := oneReport(list, names); err != nil {
		return nil, err
	}
	if err := all.unmatched(names); err != nil {
		return nil, err
	}
	from := list[0].flags
	f.report, f.svg, f.witness, f.fullTrace = from.report, from.svg, from.witness, from.fullTrace
	return list, nil
}

// configuredText is one text with its settings.
func (a *app) configuredText(f *verifyFlags, all *configs, name string) (oneText, error) {
	r, err := all.resolve(name)
	if err != nil {
		return oneText{}, err
	}
	t := oneText{flags: f, settings: r}
	if len(r.Given()) > 0 || len(r.Left) > 0 {
		t.flags = &verifyFlags{}
		cmd := &cobra.Command{Use: "verify"}
		t.flags.register(cmd)
		f.flags.Visit(func(flag *pflag.Flag) {
			values := []string{flag.Value.String()}
			if s, ok := flag.Value.(pflag.SliceValue); ok {
				values = s.GetSlice()
			}
			err = errors.Join(err, setFlag(cmd.Flags(), flag.Name, values))
		})
		if err = errors.Join(err, applySettings(cmd.Flags(), r)); err != nil {
			return t, err
		}
	}
	if to, err := t.flags.report.destinations(); err == nil {
		a.promise = promise(to) // who waits for a report waits for troubles, too
	}
	t.load, t.opt, err = t.flags.checked()
	return t, blame(r, err)
}

// oneReport refuses texts whose configurations do not agree about the report.
func oneReport(list []oneText, names []string) error {
	for i, t := range list {
		if t.settings.File == list[0].settings.File {
			continue
		}
		for _, key := range config.Keys() {
			if !key.Whole {
				continue
			}
			say := func(t oneText, name string) (value, words string) {
				e, ok := t.settings.Find(key.Name)
				switch {
				case ok && e.From.Where == config.Flag:
					return "flag", ""
				case ok:
					values := slices.Clone(e.Values)
					for i := range values {
						if t.settings.File != nil {
							values[i] = filepath.Clean(e.Key.Path.Join(filepath.Dir(t.settings.File.Source.Name), values[i]))
						}
					}
					return strings.Join(values, "\x00"), fmt.Sprintf("it is set by %s", origin(t.settings, e.From))
				case t.settings.File != nil:
					return strings.Join(key.Default, "\x00"), fmt.Sprintf("it is not set by %s", t.settings.File.Source.Name)
				}
				return strings.Join(key.Default, "\x00"), fmt.Sprintf("%s has no configuration", name)
			}
			x, first := say(list[0], names[0])
			y, second := say(t, names[i])
			if x != y {
				return usage(fmt.Sprintf("give --%s on the command line, or verify %s and %s with two commands", key.Name, names[0], names[i]),
					"there is one report, and two values of `%s`: %s, and %s", key.Name, first, second)
			}
		}
	}
	return nil
}

// mostEntries of a directory tree are looked at to find a text that a pattern is about.
const mostEntries = 50_000

// unmatched refuses patterns that are about no text that there is.
func (c *configs) unmatched(names []string) error {
	var list troubles
	for _, name := range slices.Sorted(maps.Keys(c.read)) {
		f := c.read[name]
		for _, e := range f.Entries {
			if slices.ContainsFunc(names, func(name string) bool { return config.Match(e.Pattern, relativeTo(f, name)) }) || exists(filepath.Dir(name), e.Pattern) {
				continue
			}
			list = append(list, refused(f, e.At, fmt.Sprintf("no file matches `%s`", e.Pattern), near(filepath.Dir(name), e.Pattern)))
		}
	}
	if len(list) > 0 {
		return list
	}
	return nil
}

// near says which file may have been meant.
func near(dir, pattern string) string {
	hint := "patterns are relative to the directory of the configuration"
	found, err := os.ReadDir(filepath.Join(dir, filepath.FromSlash(config.Literal(pattern))))
	if err != nil {
		return hint
	}
	var names []string
	for _, e := range found[:min(len(found), 1000)] {
		names = append(names, e.Name())
	}
	rest := strings.TrimPrefix(pattern, config.Literal(pattern)+"/")
	first, _, _ := strings.Cut(rest, "/")
	if n := diag.Nearest(first, names); n != "" {
		return fmt.Sprintf("did you mean `%s`?", strings.TrimSuffix(pattern, rest)+strings.Replace(rest, first, n, 1))
	}
	return hint
}

// exists reports whether a file below a directory matches a pattern. In a very large
// tree it takes that for granted.
func exists(dir, pattern string) bool {
	found, seen := false, 0
	root := filepath.Join(dir, filepath.FromSlash(config.Literal(pattern)))
	_ = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil // what cannot be read cannot be verified
		}
		seen++
		if d.IsDir() {
			if path != root && strings.HasPrefix(d.Name(), ".") {
				return fs.SkipDir
			}
			return nil
		}
		rel, err := filepath.Rel(dir, path)
		if seen > mostEntries || err == nil && config.Match(pattern, filepath.ToSlash(rel)) {
			found = true
			return fs.SkipAll
		}
		return nil
	})
	return found
}

// placed moves diagnostics about settings of a configuration to where these stand.
func placed(u *lang.Unit, r *config.Resolved) {
	for i := range u.Diagnostics {
		d := &u.Diagnostics[i]
		name := map[diag.Code]string{diag.UnknownSetting: "set", diag.UnknownEnvironment: "env", diag.UnknownFinal: "final"}[d.Code]
		if d.File != nil && d.File.Name == "--faults" {
			name = "faults"
		}
		e, ok := r.Find(name)
		if !ok {
			continue
		}
		from := e.From
		if len(e.Each) == 1 {
			from = e.Each[0]
		}
		for i, v := range e.Values {
			part, _, _ := strings.Cut(v, "=")
			role, state, _ := strings.Cut(v, ":")
			if strings.Contains(d.Message, "`"+part+"`") || e.Name == "final" && (strings.HasSuffix(d.Message, "no role "+role) || strings.HasSuffix(d.Message, role+" has no local state "+state)) {
				from = e.Each[i]
			}
		}
		if from.Where == config.Flag || from.Where == config.BuiltInProfile {
			continue
		}
		d.File, d.Primary, d.Secondary = r.File.Source, diag.Label{Span: from.At}, nil
		d.Message = strings.Replace(d.Message, "--"+name+":", "`"+name+"`:", 1)
	}
}

// expected adds what a configuration states about the verdicts of a text.
func expected(u *lang.Unit, r *config.Resolved) []report.Trouble {
	var list []lang.Stated
	for _, s := range r.Expect {
		condition := ""
		if s.Condition != "" {
			condition = " when " + s.Condition
		}
		list = append(list, lang.Stated{
			Line: fmt.Sprintf("// expect%s: %s %s", condition, s.Subject, s.Verdict), File: r.File.Source, Span: s.At,
		})
	}
	var problems []report.Trouble
	for _, d := range u.Expect(list) {
		problems = append(problems, refused(r.File, d.Primary.Span, d.Message, d.Help))
	}
	return problems
}

// configure gives the loading settings of the configuration of a text to the flags of a
// command that loads one.
func (l *loadFlags) configure(name string) (*config.Resolved, error) {
	r, err := newConfigs(&l.configFlags).resolve(name)
	if err != nil {
		return nil, err
	}
	r.Settings = slices.DeleteFunc(r.Settings, func(e config.Effective) bool {
		return e.From.Where != config.Flag && !slices.Contains([]string{"channels", "set", "final", "from", "env", "faults", "crash-queue"}, e.Name)
	})
	return r, applySettings(l.flags, r)
}
