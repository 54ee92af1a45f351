// Package docs carries the pages of this folder inside the program, so that
// `chorcheck explain` needs no files and no network. A section is found by its id:
// that of a check (a second-level heading of checks.md) or the code of a
// diagnostic (one of a page in diagnostics/).
package docs

import (
	"embed"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
)

//go:embed *.md diagnostics/*.md
var pages embed.FS

// Section is one section of the documentation that `explain` can print.
type Section struct {
	ID    string // "deadlock", "CH0304"
	Title string // the heading without the id
	Page  string // "checks.md", "diagnostics/syntax.md"
	Text  string // Markdown, with its heading
}

// heading matches the heading of a section with an id.
var heading = regexp.MustCompile("^## `?(CH[0-9]{4}|[a-z][a-z-]*[a-z])`?(?:[ :]+(.*))?$")

// Sections lists all sections: those about checks in the order of their page, then
// those about diagnostics in the order of their codes.
func Sections() []Section {
	var codes []Section
	names, _ := fs.Glob(pages, "diagnostics/*.md") // the pattern is well formed
	for _, name := range names {
		codes = append(codes, sections(name)...)
	}
	slices.SortFunc(codes, func(x, y Section) int { return strings.Compare(x.ID, y.ID) })
	return append(sections("checks.md"), codes...)
}

// Find gives the section with an id; codes of diagnostics in either case of letters,
// or as their number alone.
func Find(id string) (Section, bool) {
	for _, s := range Sections() {
		if strings.EqualFold(s.ID, id) || s.ID == "CH"+id {
			return s, true
		}
	}
	return Section{}, false
}

// sections splits a page at its second-level headings, and leaves out what stands
// before the first one and headings without an id.
func sections(page string) []Section {
	text, err := pages.ReadFile(path.Clean(page))
	if err != nil {
		return nil
	}
	var list []Section
	inside, fenced := false, false
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "```") {
			fenced = !fenced
		}
		if !fenced && (strings.HasPrefix(line, "## ") || strings.HasPrefix(line, "# ")) {
			m := heading.FindStringSubmatch(strings.TrimRight(line, "\r\n"))
			if inside = m != nil; inside {
				list = append(list, Section{ID: m[1], Title: strings.TrimLeft(m[2], "-–: "), Page: page})
			}
		}
		if inside {
			list[len(list)-1].Text += line
		}
	}
	for i := range list {
		list[i].Text = strings.TrimSpace(list[i].Text) + "\n"
	}
	return list
}
