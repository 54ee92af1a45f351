package cli

import (
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"chorcheck/internal/bug"
	"chorcheck/lang"
	"chorcheck/verify"
)

// completer proposes values for a flag. args are the arguments before it.
type completer func(cmd *cobra.Command, args []string) []string

// complete tells shells what may follow: values of flags that have only some, and the
// files that a command reads.
func (a *app) complete(root *cobra.Command) {
	files := func(extensions ...string) cobra.CompletionFunc {
		return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return extensions, cobra.ShellCompDirectiveFilterFileExt
		}
	}
	first := func(f cobra.CompletionFunc) cobra.CompletionFunc {
		return func(cmd *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return f(cmd, args, word)
		}
	}
	directories := func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return nil, cobra.ShellCompDirectiveFilterDirs
	}
	arguments := map[string]cobra.CompletionFunc{
		"verify": files("chor", "fsa"), "watch": files("chor", "fsa"), "fmt": files("chor"), "replay": first(files("json")),
		"draw": first(files("chor", "fsa")), "project": first(files("chor", "fsa")), "simulate": first(files("chor", "fsa")), "export": first(files("chor", "fsa")),
		"trace show": first(files("json")), "trace minimize": first(files("json")), "trace render": first(files("json")), "trace diff": files("json"),
		"config print": first(files("chor", "fsa")), "init": first(directories), "resume": first(directories), "man": first(directories),
		"version": cobra.NoFileCompletions, "ltl": cobra.NoFileCompletions,
	}
	flags := a.completers()
	var visit func(prefix string, parent *cobra.Command)
	visit = func(prefix string, parent *cobra.Command) {
		for _, cmd := range parent.Commands() {
			name := prefix + cmd.Name()
			if f, ok := arguments[name]; ok && cmd.ValidArgsFunction == nil {
				cmd.ValidArgsFunction = f
			}
			cmd.Flags().VisitAll(func(f *pflag.Flag) {
				values, ok := flags[name+" "+f.Name]
				if !ok {
					values, ok = flags[f.Name]
				}
				if ok {
					register(cmd, f.Name, values)
				}
			})
			visit(name+" ", cmd)
		}
	}
	visit("", root)
	register(root, "color", oneOfThese("auto", "always", "never"))
}

// register the values of a flag, unless its command has done so itself.
func register(cmd *cobra.Command, flag string, values completer) {
	if _, done := cmd.GetFlagCompletionFunc(flag); done {
		return
	}
	if err := cmd.RegisterFlagCompletionFunc(flag, listed(values)); err != nil {
		bug.Panicf("%s: %v", cmd.Name(), err)
	}
}

func oneOfThese(values ...string) completer {
	return func(*cobra.Command, []string) []string { return values }
}

// completers are the flags with values that are known; "COMMAND FLAG" is about one command.
func (a *app) completers() map[string]completer {
	checks := func(cmd *cobra.Command, args []string) []string {
		var list []string
		for _, c := range verify.Checks() {
			list = append(list, c.ID)
		}
		for _, u := range a.named(args) {
			for _, p := range u.Properties {
				list = append(list, p.Name)
			}
		}
		return list
	}
	environments := func(_ *cobra.Command, args []string) []string {
		var list []string
		for _, u := range a.named(args) {
			for _, e := range u.Environments {
				list = append(list, e.Name)
			}
		}
		return list
	}
	roles := func(_ *cobra.Command, args []string) []string {
		var list []string
		for _, u := range a.named(args) {
			if u.Automata != nil {
				for _, r := range u.Automata.Roles {
					list = append(list, r.Name)
				}
			}
		}
		return list
	}
	return map[string]completer{
		"only": checks, "skip": checks, "check": checks, "env": environments, "role": roles,
		"verify format": oneOfThese(formats()...), "watch format": oneOfThese(formats()...), "resume format": oneOfThese(formats()...),
		"project format": oneOfThese("text", "fsa", "dot"), "draw format": oneOfThese("svg", "dot"),
		"to": oneOfThese(lang.Exports()...), "from": oneOfThese(lang.Formats()...),
		"fairness": oneOfThese("none", "weak", "strong"), "fail-on": oneOfThese("error", "warning", "unexpected", "never"),
		"engine": oneOfThese("auto", "explicit", "symbolic"), "store": oneOfThese("auto", "exact", "compact", "bitstate"), "order": oneOfThese(orders()...),
		"reduce": oneOfThese("auto", "none", "por", "symmetry", "deadvars", "parts"), "crash-queue": oneOfThese("vanish", "keep"),
		"fingerprint-bits": oneOfThese("64", "128"), "view": oneOfThese(views()...), "theme": oneOfThese("auto", "light", "dark"),
		"channels": oneOfThese("fifo", "sync", "mailbox", "bag"), "profile": profiles,
	}
}

// profiles are those of the configuration that a command would use.
func profiles(cmd *cobra.Command, args []string) []string {
	f := &configFlags{flags: cmd.Flags()}
	f.file, _ = cmd.Flags().GetString("config") // there may be no such flag
	f.none, _ = cmd.Flags().GetBool("no-config")
	text := ""
	if len(args) > 0 {
		text = args[0]
	}
	file, err := newConfigs(f).of(text)
	if err != nil {
		file = nil // those that are built in are still there
	}
	return file.ProfileNames()
}

// named loads the texts that stand on the command line already, as far as that is quick.
func (a *app) named(args []string) []*lang.Unit {
	const most, largest = 5, 1 << 20
	names, _ := expand(args, ".chor", ".fsa")
	var list []*lang.Unit
	for _, name := range names {
		if info, err := os.Stat(name); len(list) == most || err != nil || !info.Mode().IsRegular() || info.Size() > largest {
			continue
		}
		if f, err := a.read(name); err == nil {
			list = append(list, lang.Load(f, lang.Options{}))
		}
	}
	return list
}

// listed proposes values, also after a comma. Each value is proposed once, and not one
// that stands before the comma.
func listed(values completer) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
		before := word[:strings.LastIndex(word, ",")+1]
		given := strings.Split(before, ",")
		var list []string
		for _, v := range values(cmd, args) {
			if proposal := before + v; strings.HasPrefix(proposal, word) && !slices.Contains(given, v) && !slices.Contains(list, proposal) {
				list = append(list, proposal)
			}
		}
		return list, cobra.ShellCompDirectiveNoFileComp
	}
}
