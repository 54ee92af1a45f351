package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"chorcheck/internal/config"
	"chorcheck/lang/diag"
	"chorcheck/lang/source"
	"chorcheck/report"
)

// configFlags say which configuration holds.
type configFlags struct {
	flags   *pflag.FlagSet // all of the command
	file    string
	none    bool
	profile string
}

func (c *configFlags) add(cmd *cobra.Command) {
	c.flags = cmd.Flags()
	c.flags.StringVar(&c.file, "config", "", "the configuration is `FILE`, not the next "+config.Name+" above the text")
	c.flags.BoolVar(&c.none, "no-config", false, "without any configuration")
	c.flags.StringVar(&c.profile, "profile", "", "the settings with this `NAME`: quick, ci, nightly, or one of the configuration")
}

// troubles are several errors that end a command.
type troubles []report.Trouble

func (t troubles) Error() string {
	var list []string
	for _, x := range t {
		list = append(list, x.Message)
	}
	return strings.Join(list, "\n")
}

// configs finds and reads configurations, each once.
type configs struct {
	flags *configFlags
	read  map[string]*config.File // by the absolute name
	byDir map[string]string       // the absolute name for a directory; empty: there is none
}

func newConfigs(flags *configFlags) *configs {
	return &configs{flags: flags, read: map[string]*config.File{}, byDir: map[string]string{}}
}

// of is the configuration of a text, or for "" of the working directory; nil if there is none.
func (c *configs) of(text string) (*config.File, error) {
	given := c.flags.flags.Changed("config")
	switch {
	case c.flags.none && given:
		return nil, usage("leave out one of them", "--config and --no-config exclude each other")
	case c.flags.none:
		return nil, nil
	case given && c.flags.file == "":
		return nil, usage("for example --config "+config.Name, "--config needs the name of a file")
	case given:
		name, err := filepath.Abs(c.flags.file)
		if err != nil {
			return nil, err
		}
		return c.load(name)
	}
	dir := "."
	if text != "-" && text != "" {
		dir = filepath.Dir(text)
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if name := c.above(dir); name != "" {
		return c.load(name)
	}
	return nil, nil
}

// above looks for the configuration in a directory and all directories that it is in.
// One that may not be looked into has none.
func (c *configs) above(dir string) (found string) {
	if name, ok := c.byDir[dir]; ok {
		return name
	}
	name := filepath.Join(dir, config.Name)
	if _, err := os.Lstat(name); err == nil { // a link to nowhere is a mistake, not nothing
		found = name
	} else if parent := filepath.Dir(dir); parent != dir {
		found = c.above(parent)
	}
	c.byDir[dir] = found
	return found
}

// shortest is the name of a file as it is shown: relative to the working directory.
func shortest(name string) string {
	here, err := os.Getwd()
	if err != nil {
		return name
	}
	rel, err := filepath.Rel(here, name)
	if err != nil {
		return name
	}
	return rel
}

func (c *configs) load(name string) (*config.File, error) {
	if f, ok := c.read[name]; ok {
		return f, nil
	}
	shown := shortest(name)
	refuse := func(err error) (*config.File, error) {
		return nil, usage("--no-config does without", "%s: %s", shown, reason(err))
	}
	info, err := os.Stat(name)
	if err != nil {
		return refuse(err)
	}
	if !info.Mode().IsRegular() {
		return refuse(errors.New("this is no file"))
	}
	r, err := os.Open(name)
	if err != nil {
		return refuse(err)
	}
	defer r.Close()
	content, err := io.ReadAll(io.LimitReader(r, config.MaxSize+1))
	if err != nil {
		return refuse(err)
	}
	text := strings.TrimPrefix(string(content), "\ufeff")
	f, problems := config.Read(source.New(shown, text), checkSetting)
	if len(problems) > 0 {
		var list troubles
		for _, p := range problems {
			list = append(list, refused(f, p.At, p.Message, p.Help))
		}
		return nil, list
	}
	c.read[name] = f
	return f, nil
}

// place is FILE:LINE:COLUMN.
func place(f *config.File, at source.Span) string {
	p := f.Source.Position(at.Start)
	return fmt.Sprintf("%s:%d:%d", f.Source.Name, p.Line, p.Column)
}

// refused is what is wrong at a place of a configuration.
func refused(f *config.File, at source.Span, message, hint string) report.Trouble {
	p := f.Source.Position(at.Start)
	return report.Trouble{
		Message: place(f, at) + ": " + message, Hint: hint,
		Place: report.Place{File: f.Source.Name, Area: report.Area{Line: p.Line, Column: p.Column}},
	}
}

// resolve says which settings hold for a text; "" is any text in the working directory.
func (c *configs) resolve(text string) (*config.Resolved, error) {
	f, err := c.of(text)
	if err != nil {
		return nil, err
	}
	profile := c.flags.profile
	if names := f.ProfileNames(); c.flags.flags.Changed("profile") && !slices.Contains(names, profile) {
		where := ""
		if f != nil {
			where = " in " + f.Source.Name
		}
		return nil, usage(config.ProfileHelp(profile, names), "there is no profile %q%s", profile, where)
	}
	return config.Resolve(f, relativeTo(f, text), profile, givenSettings(c.flags.flags)), nil
}

// relativeTo is the name of a text as the patterns of a configuration have it; empty if
// it is not below its directory.
func relativeTo(f *config.File, text string) string {
	if f == nil || text == "" || text == "-" {
		return ""
	}
	dir, err := filepath.Abs(filepath.Dir(f.Source.Name))
	name, err2 := filepath.Abs(text)
	if err != nil || err2 != nil {
		return ""
	}
	rel, err := filepath.Rel(dir, name)
	if err != nil || !filepath.IsLocal(rel) {
		return ""
	}
	return filepath.ToSlash(rel)
}

// givenSettings are the flags of the command line.
func givenSettings(flags *pflag.FlagSet) []config.Effective {
	var list []config.Effective
	flags.Visit(func(flag *pflag.Flag) {
		e := config.Effective{Name: flag.Name, From: config.Origin{Where: config.Flag}, Values: []string{flag.Value.String()}}
		if s, ok := flag.Value.(pflag.SliceValue); ok {
			e.Values = s.GetSlice()
		}
		if flag.Name == "no-cache" {
			e.Name, e.Values = "cache", []string{opposite(e.Values[0])}
		}
		e.Key, _ = config.Lookup(e.Name)
		for range e.Values {
			e.Each = append(e.Each, e.From)
		}
		list = append(list, e)
	})
	return list
}

// opposite of true and false.
func opposite(value string) string {
	if value == "true" {
		return "false"
	}
	return "true"
}

// applySettings gives the settings of a configuration to flags; a command may lack some.
func applySettings(flags *pflag.FlagSet, r *config.Resolved) error {
	for _, e := range r.Given() {
		if err := staysInside(r, e); err != nil {
			return err
		}
		values := slices.Clone(e.Values)
		if r.File != nil {
			for i := range values {
				if e.From.Where != config.Flag {
					values[i] = e.Key.Path.Join(filepath.Dir(r.File.Source.Name), values[i])
				}
			}
		}
		if err := setFlag(flags, e.Name, values); err != nil {
			return err
		}
	}
	return nil
}

func setFlag(flags *pflag.FlagSet, name string, values []string) error {
	if name == "cache" {
		name, values = "no-cache", []string{opposite(values[0])}
	}
	flag := flags.Lookup(name)
	if flag == nil {
		return nil
	}
	if s, ok := flag.Value.(pflag.SliceValue); ok {
		flag.Changed = true
		return s.Replace(values)
	}
	return flags.Set(name, values[0])
}

// checkSetting checks a value as that of the flag, which some others have to go with.
func checkSetting(key config.Key, values []string) (message, help string) {
	if len(values) == 0 || len(key.Default) == 0 && len(values) == 1 && values[0] == "" && key.Kind != config.List {
		if slices.Contains([]string{"reduce", "format"}, key.Name) {
			return "`" + key.Name + "` needs a value", exampleOf(key)
		}
		return "", "" // as without it
	}
	var f verifyFlags
	cmd := &cobra.Command{Use: "verify"}
	f.register(cmd)
	goesWith := map[string][2]string{
		"fingerprint-bits": {"store", "compact"}, "hash-functions": {"store", "bitstate"}, "bitstate-memory": {"store", "bitstate"},
		"seed": {"store", "compact"}, "walks": {"order", "random"}, "searches": {"order", "swarm"},
	}
	if with, ok := goesWith[key.Name]; ok {
		if err := setFlag(cmd.Flags(), with[0], with[1:]); err != nil {
			return err.Error(), ""
		}
	}
	err := setFlag(cmd.Flags(), key.Name, values)
	if err != nil {
		err = flagError(cmd, err)
	} else {
		_, _, err = f.checked()
	}
	if err == nil {
		return "", ""
	}
	message = strings.ReplaceAll(err.Error(), "--"+key.Name, "`"+key.Name+"`")
	help = exampleOf(key)
	if len(values) == 1 {
		value, _, _ := strings.Cut(values[0], "=")
		if near := diag.Nearest(value, key.Values); near != "" {
			help = fmt.Sprintf("did you mean `%s`?", near)
		}
	}
	return message, help
}

func exampleOf(key config.Key) string {
	return fmt.Sprintf("for example `%s: %s`", key.Name, key.Example)
}

// blame puts the place of a setting in front of an error that is about it.
func blame(r *config.Resolved, err error) error {
	if err == nil {
		return nil
	}
	message, hint := err.Error(), ""
	if h := (*hinted)(nil); errors.As(err, &h) {
		hint = h.hint
	}
	front, words := "", message
	for i, m := range flagOf.FindAllStringSubmatch(message, -1) {
		e, ok := r.Find(m[1])
		if !ok || e.From.Where == config.Flag {
			continue
		}
		words = strings.ReplaceAll(words, "--"+m[1], "`"+m[1]+"`")
		switch where := origin(r, e.From); {
		case i == 0:
			front = where + ": "
		case !strings.Contains(front, where):
			hint = strings.TrimPrefix(hint+"; `"+m[1]+"` is set by "+where, "; ")
		}
	}
	for _, name := range []string{"only", "skip"} { // names that are nobody's
		e, _ := r.Find(name)
		for i, v := range e.Values {
			if e.Each[i].Where != config.Flag && words == message && message == fmt.Sprintf("there is no check or property %q", v) {
				front = origin(r, e.Each[i]) + ": "
			}
		}
	}
	if front == "" && hint == "" {
		return err
	}
	return usage(hint, "%s%s", front, words)
}

// origin is where a setting comes from, in words.
func origin(r *config.Resolved, o config.Origin) string {
	switch o.Where {
	case config.Flag:
		return "flag"
	case config.BuiltInProfile:
		return fmt.Sprintf("profile %s, built in", o.Profile)
	case config.FileProfile:
		return fmt.Sprintf("%s (profile %s)", place(r.File, o.At), o.Profile)
	case config.Top, config.FileEntry:
		return place(r.File, o.At)
	}
	return "built in"
}
