package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"chorcheck/lang"
	"chorcheck/lang/diag"
	"chorcheck/lang/source"
	"chorcheck/model"
	"chorcheck/report"
	"chorcheck/report/text"
)

// maxInput is the size of the largest text that is read.
const maxInput = 64 << 20

// expand turns the arguments into names of files: directories are searched,
// patterns are matched, and each file is named once. What cannot be found is a
// trouble; the others are still named. Directories are searched for the extensions.
func expand(args []string, extensions ...string) (names []string, troubles []report.Trouble) {
	seen := map[string]bool{}
	add := func(name string) {
		key := name
		if name != "-" {
			key = filepath.Clean(name)
			if abs, err := filepath.Abs(name); err == nil {
				key = abs
			}
		}
		if !seen[key] {
			seen[key] = true
			names = append(names, name)
		}
	}
	fail := func(name, message, hint string) {
		troubles = append(troubles, report.Trouble{File: name, Message: message, Hint: hint})
	}
	for _, arg := range args {
		info, err := os.Stat(arg)
		switch {
		case arg == "-":
			add(arg)
		case err == nil && info.IsDir():
			found, err := search(arg, extensions)
			if err != nil {
				fail(arg, reason(err), "")
			}
			if len(found) == 0 && err == nil {
				fail(arg, fmt.Sprintf("there is no %s file in this directory", strings.Join(extensions, " or ")), "`chorcheck init` writes a first protocol")
			}
			for _, name := range found {
				add(name)
			}
		case err == nil:
			add(arg)
		case errors.Is(err, fs.ErrNotExist) && strings.ContainsAny(arg, "*?["):
			found, err := filepath.Glob(arg)
			if err != nil || len(found) == 0 {
				fail(arg, "no file matches this pattern", "")
			}
			for _, name := range found {
				add(name)
			}
		default:
			fail(arg, reason(err), "give a file, a directory, a pattern, or - for standard input")
		}
	}
	return names, troubles
}

// search lists the texts below a directory in the order of their names. What is hidden
// is left out: some editors keep links to nowhere under such names.
func search(dir string, extensions []string) (found []string, err error) {
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case path != dir && strings.HasPrefix(d.Name(), "."):
			if d.IsDir() {
				return fs.SkipDir
			}
		case !d.IsDir() && slices.Contains(extensions, filepath.Ext(path)) && !waits(path):
			found = append(found, path)
		}
		return nil
	})
	return found, err
}

// waits reports whether who opens a file may have to wait for ever: it is a pipe or the like, which has to be named.
func waits(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode()&(fs.ModeNamedPipe|fs.ModeSocket|fs.ModeDevice) != 0
}

// reason is an error of the file system without the name of the file.
func reason(err error) string {
	if e := (*fs.PathError)(nil); errors.As(err, &e) {
		return e.Err.Error()
	}
	return err.Error()
}

// read takes the text of a file, or standard input for "-".
func (a *app) read(name string) (*source.File, error) {
	r := a.In
	if name != "-" {
		info, err := os.Stat(name)
		if err != nil {
			return nil, err
		}
		if info.IsDir() {
			return nil, errors.New("this is a directory")
		}
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		r = f
	}
	content, err := io.ReadAll(io.LimitReader(r, maxInput+1))
	if err != nil {
		return nil, err
	}
	if len(content) > maxInput {
		return nil, fmt.Errorf("the text is larger than %d MiB", maxInput>>20)
	}
	return source.New(name, string(content)), nil
}

// loadFlags are the flags of all commands that load a text.
type loadFlags struct {
	configFlags
	set, finals    []string
	channels, from string
	env            []string
	faults         string
	faultsGiven    func() bool // nil: the command has no such flag
	crashQueue     string      // "" where the command has no environments
}

func (l *loadFlags) add(cmd *cobra.Command) {
	l.configFlags.add(cmd)
	f := cmd.Flags()
	f.StringArrayVar(&l.set, "set", nil, "override a parameter: n=5 (repeatable)")
	f.StringVar(&l.channels, "channels", "", "override the default channel: 'fifo 2', sync, 'mailbox 4', 'bag 4'")
	f.StringArrayVar(&l.finals, "final", nil, "automata: a further final state, ROLE:STATE (repeatable)")
	f.StringVar(&l.from, "from", "", "the format of the text: "+strings.Join(lang.Formats(), ", ")+" (default: guessed)")
}

// addEnvironments adds the flags of commands in which something may fail.
func (l *loadFlags) addEnvironments(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringSliceVar(&l.env, "env", nil, "only these environments: calm,rough (repeatable)")
	l.faultsGiven = func() bool { return f.Changed("faults") }
	f.StringVar(&l.faults, "faults", "", "an environment in place of those of the text: 'crash Bank; at most 1'")
	f.StringVar(&l.crashQueue, "crash-queue", "vanish", "what becomes of the queues to a crashed role: vanish or keep")
}

// options checks the flags.
func (l *loadFlags) options() (lang.Options, error) {
	o := lang.Options{Format: l.from}
	if l.from != "" {
		if err := oneOf("--from", l.from, lang.Formats()...); err != nil {
			return o, err
		}
	}
	if l.crashQueue != "" {
		if err := oneOf("--crash-queue", l.crashQueue, "vanish", "keep"); err != nil {
			return o, err
		}
	}
	if l.faultsGiven != nil && l.faultsGiven() && strings.TrimSpace(l.faults) == "" {
		return o, usage("for example --faults 'crash Bank; at most 1'", "--faults is empty")
	}
	if len(l.env) > 0 && l.faults != "" {
		return o, usage("--env chooses environments of the text, --faults replaces them", "--env and --faults exclude each other")
	}
	for _, name := range l.env {
		if name == "" {
			return o, usage("for example --env rough", "--env takes the name of an environment")
		}
	}
	o.Env, o.Faults = l.env, l.faults
	for _, s := range l.set {
		name, value, ok := strings.Cut(s, "=")
		name = strings.TrimSpace(name)
		n, err := strconv.ParseInt(strings.TrimSpace(value), 10, 64)
		if !ok || err != nil || name == "" {
			return o, usage("for example --set n=5", "--set takes a name and a whole number, not %q", s)
		}
		if o.Set == nil {
			o.Set = map[string]int64{}
		}
		o.Set[name] = n
	}
	if l.channels != "" {
		c, err := parseChannel(l.channels)
		if err != nil {
			return o, err
		}
		o.Channels = &c
	}
	for _, s := range l.finals {
		role, state, ok := strings.Cut(s, ":")
		if !ok || role == "" || state == "" {
			return o, usage("for example --final Shop:q3", "--final takes a role and one of its states, not %q", s)
		}
		if o.Finals == nil {
			o.Finals = map[string][]string{}
		}
		o.Finals[role] = append(o.Finals[role], state)
	}
	return o, nil
}

// parseChannel reads "fifo 2" or "sync".
func parseChannel(s string) (model.Channel, error) {
	bad := func() (model.Channel, error) {
		return model.Channel{}, usage("for example --channels 'fifo 2'", "--channels takes sync, or fifo, mailbox or bag and a capacity from 1 to %d, not %q", model.MaxCapacity, s)
	}
	words := strings.Fields(s)
	if len(words) == 0 {
		return bad()
	}
	for _, d := range []model.Discipline{model.FIFO, model.Sync, model.Mailbox, model.Bag} {
		if words[0] != d.String() {
			continue
		}
		if d == model.Sync {
			if len(words) != 1 {
				return bad()
			}
			return model.Channel{Discipline: d}, nil
		}
		if len(words) != 2 {
			return bad()
		}
		k, err := strconv.ParseInt(words[1], 10, 32)
		if err != nil || k < 1 || k > model.MaxCapacity {
			return bad()
		}
		return model.Channel{Discipline: d, Capacity: int(k)}, nil
	}
	return bad()
}

// loadOne reads and loads the one text of a command that cannot go on without it.
// If the text is rejected the diagnostics are written and ok is false.
func (a *app) loadOne(name string, l *loadFlags) (u *lang.Unit, ok bool, err error) {
	settings, err := l.configure(name)
	if err != nil {
		return nil, false, err
	}
	opt, err := l.options()
	if err != nil {
		return nil, false, blame(settings, err)
	}
	f, err := a.read(name)
	if err != nil {
		return nil, false, usage("", "%s: %s", name, reason(err))
	}
	u = lang.Load(f, opt)
	placed(u, settings)
	text.Diagnostics(a.Err, u.File, u.Diagnostics, u.Dropped, a.errStyle())
	if u.Rejected() {
		a.exit = report.Worse(a.exit, report.ExitRejected)
	}
	return u, !u.Rejected(), nil
}

// fileReport is what is known about a text before it is verified.
func fileReport(u *lang.Unit, opt lang.Options) report.File {
	f := report.File{
		Source: u.File, Format: u.Format, Choreography: u.Name, Automata: u.Automata,
		Diagnostics: u.Diagnostics, Dropped: u.Dropped, Places: u.Places,
		Settings: report.Settings{Params: u.Params, Finals: opt.Finals, Environments: opt.Env, Faults: opt.Faults},
	}
	if u.Automata != nil {
		f.Settings.Channels = u.Automata.Channels.Default.String()
	}
	return f
}

// tooLarge turns an error of verify into a diagnostic if it is about the text.
func tooLarge(u *lang.Unit, err error) (diag.Diagnostic, bool) {
	if limit := (*model.LimitError)(nil); errors.As(err, &limit) {
		return u.Limit(diag.NetworkTooLarge, err), true
	}
	return diag.Diagnostic{}, false
}
