package config

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"chorcheck/lang/diag"
	"chorcheck/lang/source"
)

// MaxSize is that of the largest file in bytes.
const MaxSize = 256 << 10

// Check finds out whether a key takes values, as its flag does: message and help are
// empty if it does.
type Check func(key Key, values []string) (message, help string)

// Read reads a configuration. If there are problems the file is not to be used.
func Read(src *source.File, check Check) (*File, []Problem) {
	r := &reader{src: src, check: check, lines: starts(src.Text), file: &File{Source: src}}
	if r.readable() {
		if root := r.parse(); root != nil {
			r.top(root)
		}
	}
	slices.SortStableFunc(r.problems, func(x, y Problem) int { return x.At.Start - y.At.Start })
	return r.file, r.problems
}

type reader struct {
	src      *source.File
	check    Check
	lines    []int // where they begin
	file     *File
	problems []Problem
}

func (r *reader) problem(at source.Span, help, format string, args ...any) {
	if len(r.problems) < diag.MaxPerFile {
		r.problems = append(r.problems, Problem{at, fmt.Sprintf(format, args...), help})
	}
}

// readable refuses what could not be placed: YAML ends lines at characters that other
// texts do not, and a tree of bytes that are no text has no places.
func (r *reader) readable() bool {
	if len(r.src.Text) > MaxSize {
		r.problem(source.Span{}, "leave out what is no setting", "the configuration is larger than %d KiB", MaxSize>>10)
		return false
	}
	for i, c := range r.src.Text {
		switch {
		case c == utf8.RuneError && !strings.HasPrefix(r.src.Text[i:], "\uFFFD"):
			r.problem(source.Span{Start: i, End: i + 1}, "save the file as UTF-8", "this byte is not UTF-8")
			return false
		case c == '\u0085' || c == '\u2028' || c == '\u2029':
			r.problem(source.Span{Start: i, End: i + utf8.RuneLen(c)}, "remove it", "this character cannot be seen (%U)", c)
			return false
		}
	}
	return true
}

// lineOf finds the line in a message of the YAML parser.
var lineOf = regexp.MustCompile(`^(?:yaml: )?(?:line ([0-9]+): )?`)

// aliasOf and grammar find messages whose line is elsewhere.
var (
	aliasOf = regexp.MustCompile(`^unknown anchor '(.*)' referenced`)
	grammar = regexp.MustCompile(`^did not find expected (node content|key|'-' indicator|',' or '[\]}]'|<document start>)`)
)

// parse makes the tree of the text; nil if there is none.
func (r *reader) parse() *yaml.Node {
	var document, second yaml.Node
	d := yaml.NewDecoder(strings.NewReader(r.src.Text))
	switch err := d.Decode(&document); {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		r.syntax(err)
		return nil
	}
	switch err := d.Decode(&second); {
	case errors.Is(err, io.EOF):
	case err != nil:
		r.syntax(err)
	default:
		r.problem(r.span(&second), "leave the line `---` out", "a configuration is one document, and here begins another one")
	}
	if document.Kind != yaml.DocumentNode || len(document.Content) != 1 {
		return nil
	}
	return document.Content[0]
}

// syntax reports text that is not YAML.
func (r *reader) syntax(err error) {
	words := err.Error()
	m := lineOf.FindStringSubmatch(words)
	line, _ := strconv.Atoi(m[1])
	words = words[len(m[0]):]
	if alias := aliasOf.FindStringSubmatch(words); alias != nil { // it has no line
		if at := strings.Index(r.src.Text, "*"+alias[1]); at >= 0 {
			line = r.src.Position(at).Line
		}
	} else if grammar.MatchString(words) {
		line++ // it counts from 0 where the words are right, but not their order
	}
	line = min(max(line, 1), r.src.Lines())
	text := r.src.Line(line)
	start := r.offset(line, 1) + len(text) - len(strings.TrimLeft(text, " \t"))
	help := "the file is YAML: `key: value` on each line, tabs do not indent"
	shown := ""
	if text = strings.TrimSpace(text); text != "" {
		shown = ": " + quoted(text)
	}
	r.problem(source.Span{Start: start, End: start + len(text)}, help, "this cannot be read (%s)%s", words, shown)
}

// offset of a line and a column, both from 1.
func (r *reader) offset(line, column int) int {
	start := r.lines[min(max(line, 1), len(r.lines))-1]
	for range column - 1 {
		_, size := utf8.DecodeRuneInString(r.src.Text[start:])
		start += size
	}
	return start
}

// starts are the offsets of the first bytes of all lines.
func starts(text string) []int {
	list := []int{0}
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '\n', text[i] == '\r' && !strings.HasPrefix(text[i+1:], "\n"):
			list = append(list, i+1)
		}
	}
	return list
}

// span of a node: all of a plain word, else what is left of its line.
func (r *reader) span(n *yaml.Node) source.Span {
	start := r.offset(n.Line, n.Column)
	rest := r.src.Text[start:]
	if n.Kind == yaml.ScalarNode && n.Value != "" && strings.HasPrefix(rest, n.Value) {
		return source.Span{Start: start, End: start + len(n.Value)}
	}
	if i := strings.IndexAny(rest, "\r\n"); i >= 0 {
		rest = rest[:i]
	}
	return source.Span{Start: start, End: start + len(strings.TrimRight(rest, " \t"))}
}

// quoted is a text as messages show it: in backquotes, and not too long.
func quoted(s string) string {
	const most = 60
	if utf8.RuneCountInString(s) > most {
		s = string([]rune(s)[:most]) + ".."
	}
	return "`" + s + "`"
}

// shown is a node in a message.
func shown(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	}
	if n.Value == "" || n.Tag == "!!null" {
		return "nothing"
	}
	return quoted(n.Value)
}

// plain refuses what makes trees that are larger than their text.
func (r *reader) plain(n *yaml.Node) bool {
	switch {
	case n.Kind == yaml.AliasNode:
		r.problem(r.span(n), "write it out, or use a profile", "aliases (%s) do not belong into a configuration", quoted("*"+n.Value))
	case n.Anchor != "":
		r.problem(r.span(n), "leave it out", "anchors (%s) do not belong into a configuration", quoted("&"+n.Anchor))
	case n.Style&yaml.TaggedStyle != 0:
		r.problem(r.span(n), "leave it out", "tags (%s) do not belong into a configuration", quoted(n.Tag))
	default:
		return true
	}
	return false
}

// mapping goes through the keys of a mapping, each of which may stand there once.
func (r *reader) mapping(n *yaml.Node, what string, visit func(name string, key, value *yaml.Node)) {
	if !r.plain(n) {
		return
	}
	if n.Kind == yaml.ScalarNode && n.Tag == "!!null" {
		return // nothing is said
	}
	if n.Kind != yaml.MappingNode {
		r.problem(r.span(n), "write `key: value` on each line", "%s is a mapping, not %s", what, shown(n))
		return
	}
	first := map[string]*yaml.Node{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if !r.plain(key) {
			continue
		}
		if key.Kind != yaml.ScalarNode || key.Tag != "!!str" {
			r.problem(r.span(key), "put a text into quotation marks", "a key is a text, not %s", shown(key))
			continue
		}
		if before, ok := first[key.Value]; ok {
			r.problem(r.span(key), fmt.Sprintf("the first one is in line %d: keep one of them", before.Line), "%s stands here twice", quoted(key.Value))
			continue
		}
		first[key.Value] = key
		if len(r.problems) < diag.MaxPerFile && r.plain(value) {
			visit(key.Value, key, value)
		}
	}
}

// unknown reports a key that means nothing at its place.
func (r *reader) unknown(key *yaml.Node, entry bool, allowed []string) {
	help := "the settings are " + strings.Join(allowed, ", ")
	if k, ok := Lookup(key.Value); ok && entry && k.Whole {
		r.problem(r.span(key), "write it at the top of the file, or into a profile", "%s is about the whole report, not about one text", quoted(key.Value))
		return
	}
	if slices.Contains([]string{keyPath, keyExpect}, key.Value) {
		help = "it belongs to an item of `files`: `files: [{path: pay.chor, expect: {deadlock: holds}}]`"
	} else if slices.Contains([]string{keyProfile, keyProfiles, keyFiles}, key.Value) {
		help = "write it at the top of the file"
	} else if near := diag.Nearest(key.Value, allowed); near != "" {
		help = fmt.Sprintf("did you mean `%s`?", near)
	}
	r.problem(r.span(key), help, "there is no setting %s here", quoted(key.Value))
}

// top reads the whole file.
func (r *reader) top(root *yaml.Node) {
	var files *yaml.Node
	r.mapping(root, "a configuration", func(name string, key, value *yaml.Node) {
		switch name {
		case keyProfile:
			r.file.Profile = r.choice(value)
		case keyProfiles:
			r.profiles(value)
		case keyFiles:
			files = value
		default:
			r.setting(&r.file.Settings, key, value, false, names(false, keyProfile, keyProfiles, keyFiles))
		}
	})
	if files != nil {
		r.entries(files)
	}
	r.chosen(r.file.Profile)
	for _, e := range r.file.Entries {
		r.chosen(e.Profile)
	}
}

func (r *reader) choice(n *yaml.Node) Choice {
	if n.Kind != yaml.ScalarNode || n.Tag != "!!str" || n.Value == "" {
		r.problem(r.span(n), "for example `profile: quick`", "`profile` takes the name of a profile, not %s", shown(n))
		return Choice{}
	}
	return Choice{n.Value, r.span(n)}
}

// chosen refuses the name of a profile that does not exist.
func (r *reader) chosen(c Choice) {
	if c.Name == "" {
		return
	}
	names := r.file.ProfileNames()
	if slices.Contains(names, c.Name) {
		return
	}
	r.problem(c.At, ProfileHelp(c.Name, names), "there is no profile %s", quoted(c.Name))
}

// ProfileHelp says which profile may have been meant.
func ProfileHelp(name string, names []string) string {
	help := "the profiles are " + strings.Join(names[:min(len(names), 20)], ", ")
	if near := diag.Nearest(name, names); near != "" {
		help = fmt.Sprintf("did you mean `%s`? %s", near, help)
	}
	return help
}

func (r *reader) profiles(n *yaml.Node) {
	r.mapping(n, "`profiles`", func(name string, key, value *yaml.Node) {
		if name == "" {
			r.problem(r.span(key), "for example `quick: {timeout: 10s}`", "a profile needs a name")
			return
		}
		p := Profile{Name: name}
		r.mapping(value, "a profile", func(_ string, key, value *yaml.Node) {
			r.setting(&p.Settings, key, value, false, names(false))
		})
		r.file.Profiles = append(r.file.Profiles, p)
	})
}

// setting reads one key with its value, which has to be among the allowed ones.
func (r *reader) setting(to *[]Setting, key, value *yaml.Node, entry bool, allowed []string) {
	k, ok := Lookup(key.Value)
	if !ok || !slices.Contains(allowed, key.Value) {
		r.unknown(key, entry, allowed)
		return
	}
	s := Setting{Key: k, At: r.span(key)}
	if !r.values(&s, value) {
		return
	}
	if message, help := r.check(k, s.Values); message != "" {
		at := r.span(value)
		if len(s.Each) == 1 {
			at = s.Each[0]
		}
		r.problem(at, help, "%s", message)
		return
	}
	*to = append(*to, s)
}
