package config

import (
	"fmt"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// values reads what stands behind a key. The words are those that its flag takes.
func (r *reader) values(s *Setting, n *yaml.Node) bool {
	switch {
	case s.Key.Kind == Parameters:
		return r.parameters(s, n)
	case s.Key.Kind == List && n.Kind == yaml.SequenceNode:
		before := len(r.problems)
		for _, item := range n.Content {
			r.scalar(s, item)
		}
		return len(r.problems) == before
	}
	return r.scalar(s, n)
}

// wrong reports a value of another kind.
func (r *reader) wrong(s *Setting, n *yaml.Node) bool {
	help := fmt.Sprintf("for example `%s: %s`", s.Key.Name, s.Key.Example)
	if n.Kind == yaml.ScalarNode && n.Tag != "!!null" && n.Tag != "!!str" && (s.Key.Kind == Text || s.Key.Kind == List) {
		help = "put a text that looks like something else into quotation marks"
	}
	if leading.MatchString(n.Value) && s.Key.Kind != Text && s.Key.Kind != List {
		help = withoutZero
	}
	r.problem(r.span(n), help, "`%s` takes %s, not %s", s.Key.Name, s.Key.Kind.takes(), shown(n))
	return false
}

func (r *reader) scalar(s *Setting, n *yaml.Node) bool {
	if !r.plain(n) {
		return false
	}
	if n.Kind != yaml.ScalarNode {
		return r.wrong(s, n)
	}
	text, ok := "", false
	switch s.Key.Kind {
	case Switch:
		text, ok = strings.ToLower(n.Value), n.Tag == "!!bool"
	case Count:
		text, ok = whole(n)
	case Percentage:
		var x float64
		if ok = (n.Tag == "!!int" || n.Tag == "!!float") && !leading.MatchString(n.Value) && n.Decode(&x) == nil; ok {
			text = strconv.FormatFloat(x, 'g', -1, 64)
		}
	case Time: // a number has no unit, and 0 needs none
		if text, ok = whole(n); text != "0" {
			text, ok = n.Value, n.Tag == "!!str"
		}
	case Size:
		if text, ok = whole(n); !ok {
			text, ok = n.Value, n.Tag == "!!str"
		}
	default:
		text, ok = n.Value, n.Tag == "!!str"
	}
	if !ok {
		return r.wrong(s, n)
	}
	if strings.ContainsRune(text, 0) {
		r.problem(r.span(n), "remove it", "`%s` has a character that no text can have", s.Key.Name)
		return false
	}
	if help := s.Key.Path.trouble(text); help != "" {
		r.problem(r.span(n), help, "`%s` names a file in or below the directory of the configuration, not %s", s.Key.Name, quoted(text))
		return false
	}
	s.Values, s.Each = append(s.Values, text), append(s.Each, r.span(n))
	return true
}

// leading finds a number with a zero in front: YAML 1.1 takes its digits for octal ones, YAML 1.2 and the options do not.
var leading = regexp.MustCompile(`^[-+]?0[0-9_]`)

const withoutZero = "leave out the 0 in front, which not all programs that read YAML take for the same"

// whole is a whole number in its usual digits.
func whole(n *yaml.Node) (string, bool) {
	if n.Tag != "!!int" || leading.MatchString(n.Value) {
		return "", false
	}
	var i int64
	if n.Decode(&i) == nil {
		return strconv.FormatInt(i, 10), true
	}
	var u uint64
	if n.Decode(&u) == nil {
		return strconv.FormatUint(u, 10), true
	}
	return "", false
}

func (r *reader) parameters(s *Setting, n *yaml.Node) bool {
	before := len(r.problems)
	if n.Kind == yaml.ScalarNode {
		return r.wrong(s, n)
	}
	r.mapping(n, "`set`", func(name string, key, value *yaml.Node) {
		text, ok := whole(value)
		switch {
		case !ok && leading.MatchString(value.Value):
			r.problem(r.span(value), withoutZero, "the parameter %s takes a whole number, not %s", quoted(name), shown(value))
		case !ok:
			r.problem(r.span(value), "for example `set: {n: 5}`", "the parameter %s takes a whole number, not %s", quoted(name), shown(value))
		case strings.TrimSpace(name) != name || name == "" || strings.ContainsAny(name, "=\x00"):
			r.problem(r.span(key), "for example `set: {n: 5}`", "%s is no name of a parameter", quoted(name))
		default:
			s.Values, s.Each = append(s.Values, name+"="+text), append(s.Each, r.span(key))
		}
	})
	return len(r.problems) == before
}

// trouble says what is wrong with the name of a file; empty: nothing. A report that is
// written where a foreign configuration says must not replace what is elsewhere.
func (p Path) trouble(name string) string {
	switch p {
	case NoPath, Anywhere:
		return ""
	case AfterFormat:
		_, name, _ = strings.Cut(name, "=")
		if name == "-" {
			return ""
		}
	case Inside:
	}
	if name != "" && (!filepath.IsLocal(filepath.FromSlash(name)) || slices.Contains(strings.Split(filepath.ToSlash(name), "/"), "..")) {
		return "give a relative name without `..`, or use the option on the command line"
	}
	return ""
}

// File is the part of a value that names a file, if there is one.
func (p Path) File(value string) (string, bool) {
	switch p {
	case NoPath:
	case Anywhere, Inside:
		return value, true
	case AfterFormat:
		_, name, ok := strings.Cut(value, "=")
		return name, ok && name != "-"
	}
	return "", false
}

// Join places a value with the name of a file into the directory of the configuration.
func (p Path) Join(dir, value string) string {
	join := func(name string) string {
		if name == "" || filepath.IsAbs(name) {
			return name
		}
		return filepath.Join(dir, filepath.FromSlash(name))
	}
	switch p {
	case Anywhere, Inside:
		return join(value)
	case AfterFormat:
		if format, name, ok := strings.Cut(value, "="); ok && name != "-" {
			return format + "=" + join(name)
		}
	case NoPath:
	}
	return value
}

// Relative is the value of an option as a configuration in a directory writes it, and
// whether it can.
func (p Path) Relative(dir, value string) (string, bool) {
	name, before := value, ""
	if p == AfterFormat {
		format, file, ok := strings.Cut(value, "=")
		if !ok || file == "-" {
			return value, true
		}
		name, before = file, format+"="
	}
	if p == NoPath || name == "" {
		return value, true
	}
	from, err := filepath.Abs(dir)
	to, err2 := filepath.Abs(name)
	if err != nil || err2 != nil {
		return value, false
	}
	rel, err := filepath.Rel(from, to)
	if err != nil {
		return value, false
	}
	rel = before + filepath.ToSlash(rel)
	return rel, p.trouble(rel) == ""
}

// entries reads `files`.
func (r *reader) entries(n *yaml.Node) {
	if n.Kind == yaml.ScalarNode && n.Tag == "!!null" {
		return
	}
	if n.Kind != yaml.SequenceNode {
		r.problem(r.span(n), "write `- path: payments/*.chor` below it", "`files` is a list, not %s", shown(n))
		return
	}
	for _, item := range n.Content {
		before := len(r.problems)
		e := Entry{At: r.span(item)}
		found := false
		r.mapping(item, "an item of `files`", func(name string, key, value *yaml.Node) {
			switch name {
			case keyPath:
				e.Pattern, e.At, found = r.pattern(value), r.span(value), true
			case keyProfile:
				e.Profile = r.choice(value)
			case keyExpect:
				r.statements(&e, value)
			default:
				r.setting(&e.Settings, key, value, true, names(true, keyPath, keyProfile, keyExpect))
			}
		})
		if !found && len(r.problems) == before {
			r.problem(r.span(item), "for example `path: payments/*.chor`", "an item of `files` needs a `path`")
		}
		r.file.Entries = append(r.file.Entries, e)
	}
}

// pattern reads the value of `path`.
func (r *reader) pattern(n *yaml.Node) string {
	const help = "for example `path: payments/**/*.chor`, relative to the configuration"
	if n.Kind != yaml.ScalarNode || n.Tag != "!!str" || n.Value == "" {
		r.problem(r.span(n), help, "`path` takes the name of a file or a pattern, not %s", shown(n))
		return ""
	}
	p := strings.TrimPrefix(n.Value, "./")
	switch parts := strings.Split(p, "/"); {
	case path.IsAbs(p) || filepath.IsAbs(filepath.FromSlash(p)) || slices.Contains(parts, ".."):
		r.problem(r.span(n), help, "%s is not in or below the directory of the configuration", quoted(n.Value))
	case slices.ContainsFunc(parts, func(part string) bool {
		_, err := path.Match(part, "")
		return err != nil || part == "" || part == "."
	}):
		r.problem(r.span(n), help, "%s is no pattern", quoted(n.Value))
	default:
		return p
	}
	return ""
}

// statements reads `expect`.
func (r *reader) statements(e *Entry, n *yaml.Node) {
	const help = "for example `expect: {deadlock: holds, no-loss in rough: violated in 6 steps}`"
	r.mapping(n, "`expect`", func(name string, key, value *yaml.Node) {
		// Numbers of configurations have any size; those beyond 64 bits are no whole ones to YAML.
		verdict := strings.TrimSpace(value.Value)
		if value.Kind != yaml.ScalarNode || verdict == "" || value.Tag != "!!str" && strings.Trim(verdict, "0123456789") != "" {
			r.problem(r.span(value), help, "%s is expected to have a verdict or a number, not %s", quoted(name), shown(value))
			return
		}
		s := Statement{Subject: strings.TrimSpace(name), Verdict: verdict, At: r.span(key)}
		if subject, condition, ok := strings.Cut(name, " when "); ok {
			s.Subject, s.Condition = strings.TrimSpace(subject), strings.TrimSpace(condition)
		} else if subject, environment, ok := strings.Cut(name, " in "); ok {
			s.Subject, s.Condition = strings.TrimSpace(subject), "env "+strings.TrimSpace(environment)
		}
		if s.Subject == "" || strings.Contains(s.Condition, ":") {
			r.problem(r.span(key), help, "%s names no check, property or quantity", quoted(name))
			return
		}
		e.Expect = append(e.Expect, s)
	})
}
