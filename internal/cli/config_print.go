package cli

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"chorcheck/docs"
	"chorcheck/internal/bug"
	"chorcheck/internal/config"
	"chorcheck/report"
)

func (a *app) configCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Show the settings that hold for a text",
		Long: `Settings that a project always uses stand in a file chorcheck.yaml. The one that counts
for a text is the next one in its directory or above. Its keys are the options of verify;
simulate, draw, export and project take those about loading: channels, set, env, ..

  config print   the settings that hold for a text, and where each of them comes from
  config schema  the JSON Schema of chorcheck.yaml, for editors`,
		Example: `  chorcheck config print payment.chor --profile ci
  chorcheck config schema > chorcheck.schema.json`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cmd.Help()
			}
			return usage("`chorcheck config print` and `chorcheck config schema`", "config does not take %q", args[0])
		},
	}
	var f verifyFlags
	show := &cobra.Command{
		Use:   "print [FILE]",
		Short: "Print the settings that hold for FILE as YAML",
		Long: `Prints the settings with which verify would check FILE, or any text in the working
directory, each with the place that it comes from. The options are those of verify. What
is printed is a chorcheck.yaml with these settings.`,
		Example: `  chorcheck config print payment.chor --profile ci`,
		Args:    arguments(0, 1, "one file at most"),
		RunE: func(_ *cobra.Command, args []string) error {
			name := ""
			if len(args) > 0 {
				name = args[0]
			}
			return a.printConfig(&f, name)
		},
	}
	f.register(show)
	cmd.AddCommand(show, &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of chorcheck.yaml",
		Args:  arguments(0, 0, "nothing"),
		RunE: func(*cobra.Command, []string) error {
			return a.writeOutput("", []byte(docs.ConfigSchema()))
		},
	})
	return cmd
}

// printConfig prints the settings of a text. Mistakes are those that verify would find.
func (a *app) printConfig(f *verifyFlags, name string) error {
	all := newConfigs(&f.configFlags)
	t, err := a.configuredText(f, all, name)
	a.promise = "" // nobody waits for a report here
	if err != nil {
		return err
	}
	if err := all.unmatched([]string{name}); err != nil {
		return err
	}
	r, dir := t.settings, "."
	if r.File != nil {
		dir = filepath.Dir(r.File.Source.Name)
	}
	var b strings.Builder
	line := func(text, comment string) {
		fmt.Fprintf(&b, "%s  # %s\n", text, report.Printable(comment))
	}
	switch {
	case r.File != nil:
		fmt.Fprintf(&b, "# configuration %s\n", report.Printable(r.File.Source.Name))
	default:
		fmt.Fprintln(&b, "# no configuration")
	}
	if r.Profile != "" {
		fmt.Fprintf(&b, "# profile %s\n", report.Printable(r.Profile))
	}
	for _, key := range config.Keys() {
		e, ok := r.Find(key.Name)
		if !ok {
			e = config.Effective{Name: key.Name, Key: key, Values: key.Default}
		}
		values, comment, can := slices.Clone(e.Values), sources(r, e), true
		if e.From.Where == config.Flag {
			for i, v := range values {
				var ok bool
				values[i], ok = key.Path.Relative(dir, v)
				can = can && ok
			}
		}
		text := key.Name + ": " + valueText(key, values)
		if !can {
			text, comment = "# "+text, comment+"; a configuration cannot name what is outside of its directory"
		}
		line(text, comment)
	}
	for _, l := range r.Left {
		if l.Key.Name != "" {
			line("# "+l.Name+": "+valueText(l.Key, l.Values), fmt.Sprintf("%s; left out, since %s is set by %s", sources(r, l.Effective), l.For.Name, sources(r, l.For)))
		}
	}
	if len(r.Expect) > 0 {
		fmt.Fprintf(&b, "files:\n  - path: %s\n    expect:\n", yamlText(config.Escape(relativeTo(r.File, name))))
		seen := map[string]bool{}
		found := func(s config.Statement) string {
			if strings.Trim(s.Verdict, "0123456789") == "" {
				return s.Verdict
			}
			return yamlText(s.Verdict)
		}
		for _, s := range r.Expect {
			subject := s.Subject
			if s.Condition != "" {
				subject += " when " + s.Condition
			}
			if seen[subject] {
				line("      # "+yamlText(subject)+": "+found(s), place(r.File, s.At)+"; stated above")
				continue
			}
			seen[subject] = true
			line("      "+yamlText(subject)+": "+found(s), place(r.File, s.At))
		}
	}
	return a.writeOutput("", []byte(b.String()))
}

// sources are where the values of a setting come from.
func sources(r *config.Resolved, e config.Effective) string {
	var list []string
	from := []config.Origin{e.From}
	if e.Key.Kind == config.Parameters && len(e.Each) > 0 {
		from = e.Each
	}
	for _, o := range from {
		where := "flag"
		switch o.Where {
		case config.Default:
			where = "built in"
		case config.BuiltInProfile:
			where = fmt.Sprintf("profile %s, built in", o.Profile)
		case config.FileProfile:
			where = fmt.Sprintf("profile %s, %s:%d", o.Profile, r.File.Source.Name, r.File.Source.Position(o.At.Start).Line)
		case config.Top, config.FileEntry:
			where = fmt.Sprintf("%s:%d", r.File.Source.Name, r.File.Source.Position(o.At.Start).Line)
		case config.Flag:
		}
		if !slices.Contains(list, where) {
			list = append(list, where)
		}
	}
	return strings.Join(list, "; ")
}

// valueText writes a value in one line of YAML.
func valueText(key config.Key, values []string) string {
	switch key.Kind {
	case config.List:
		var items []string
		for _, v := range values {
			items = append(items, yamlText(v))
		}
		return "[" + strings.Join(items, ", ") + "]"
	case config.Parameters:
		var items []string
		for _, v := range values {
			name, number, _ := strings.Cut(v, "=")
			items = append(items, yamlText(strings.TrimSpace(name))+": "+strings.TrimSpace(number))
		}
		return "{" + strings.Join(items, ", ") + "}"
	case config.Switch, config.Count, config.Percentage:
		return values[0]
	}
	if len(values) == 0 {
		return `""`
	}
	return yamlText(values[0])
}

// yamlText writes a text as YAML reads it, in any place of one line.
func yamlText(s string) string {
	if report.Printable(s) != s {
		return strconv.QuoteToASCII(s) // its escapes are those of YAML
	}
	n := yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s}
	if strings.ContainsAny(s, ",[]{}#:&*!|>'\"%@`\\") || strings.TrimSpace(s) != s {
		n.Style = yaml.DoubleQuotedStyle
	}
	b, err := yaml.Marshal(&n)
	if err != nil {
		bug.Panicf("a text cannot be written as YAML: %v", err)
	}
	return strings.TrimSuffix(string(b), "\n")
}
