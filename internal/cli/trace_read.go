package cli

import (
	"bytes"
	stdjson "encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"chorcheck/lang/diag"
	"chorcheck/lang/source"
	"chorcheck/report/json"
)

// maxReport is the size of the largest report that is read.
const maxReport = 256 << 20

// openReport reads a report from a file, or from standard input for "-".
func (a *app) openReport(name string) (*json.Document, error) {
	r := a.In
	if name != "-" {
		if info, err := os.Stat(name); err == nil && info.IsDir() {
			return nil, usage("", "%s: this is a directory", name)
		}
		f, err := os.Open(name)
		if err != nil {
			return nil, usage("", "%s: %s", name, reason(err))
		}
		defer f.Close()
		r = f
	}
	doc, err := readReport(r, maxReport)
	if err != nil {
		return nil, usage("a trace is in a report that `chorcheck verify --format json` writes", "%s: %v", name, err)
	}
	return doc, nil
}

// readReport reads a report of at most so many bytes.
func readReport(r io.Reader, most int64) (*json.Document, error) {
	content, err := io.ReadAll(io.LimitReader(r, most+1))
	switch {
	case err != nil:
		return nil, errors.New(reason(err))
	case int64(len(content)) > most:
		return nil, fmt.Errorf("the report is larger than %d MiB", most>>20)
	case len(bytes.TrimSpace(content)) == 0:
		return nil, errors.New("it is empty")
	}
	var head struct {
		Tool          string         `json:"tool"`
		SchemaVersion stdjson.Number `json:"schemaVersion"`
		Type          string         `json:"type"`
	}
	kind := (*stdjson.UnmarshalTypeError)(nil)
	switch err := stdjson.NewDecoder(bytes.NewReader(content)).Decode(&head); {
	case errors.As(err, &kind), err == nil && head.Tool != "chorcheck":
		return nil, errors.New("this is no report of chorcheck")
	case err != nil:
		return nil, noJSON(content, err)
	case head.Type != "":
		return nil, errors.New("these are lines of JSON, from --format ndjson")
	case head.SchemaVersion.String() != fmt.Sprint(json.SchemaVersion):
		return nil, fmt.Errorf("the report has schema version %s, and this version of chorcheck reads %d", orNone(head.SchemaVersion.String()), json.SchemaVersion)
	}
	doc, err := json.Read(bytes.NewReader(content))
	if err != nil {
		return nil, noJSON(content, err)
	}
	return doc, nil
}

// noJSON says where a report is not what it has to be.
func noJSON(content []byte, err error) error {
	syntax, kind := (*stdjson.SyntaxError)(nil), (*stdjson.UnmarshalTypeError)(nil)
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("this is only the beginning of a report")
	case errors.As(err, &syntax):
		line := 1 + bytes.Count(content[:min(int(syntax.Offset), len(content))], []byte("\n"))
		return fmt.Errorf("this is no JSON: line %d: %v", line, err)
	case errors.As(err, &kind):
		return fmt.Errorf("%s is not as in a report: it is a %s", kind.Field, kind.Value)
	}
	return err
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

// choice says which of the runs of a report is meant.
type choice struct {
	check, env, of string // empty: any
	finding        int    // by number among those, from 1
}

// chosen is a finding of a report that has a run.
type chosen struct {
	file    *json.File
	result  *json.Result
	finding *json.Finding
	number  int // among those that the choice leaves, from 1
	count   int // of these
}

// choose finds the run that is meant.
func choose(name string, doc *json.Document, c choice) (*chosen, error) {
	var list, all []chosen
	for i := range doc.Files {
		f := &doc.Files[i]
		for j := range f.Results {
			r := &f.Results[j]
			for k := range r.Findings {
				if x := (chosen{file: f, result: r, finding: &r.Findings[k]}); x.finding.Final != nil {
					all = append(all, x)
					if c.check != "" && r.Check != c.check || c.env != "" && r.Environment != c.env || c.of != "" && !named(f.File, c.of) {
						continue
					}
					list = append(list, x)
				}
			}
		}
	}
	switch {
	case len(all) == 0:
		return nil, usage("a report has runs where `chorcheck verify --format json` has found something wrong", "%s: there is no finding with a run", name)
	case len(list) == 0:
		return nil, usage(whatThereIs(all, c), "%s: there is no such finding with a run", name)
	case c.finding > len(list):
		return nil, usage("", "%s: --finding %d: there %s", name, c.finding, plural(len(list), "is 1 finding with a run", "are %d findings with runs"))
	}
	x := &list[c.finding-1]
	x.number, x.count = c.finding, len(list)
	if n := len(x.finding.Trace); x.finding.Cycle < 0 || x.finding.Cycle > n {
		return nil, usage("", "%s: the run has %s, of which %d cannot be done again and again", name, plural(n, "1 step", "%d steps"), x.finding.Cycle)
	}
	return x, nil
}

// named reports whether a text is meant by a name: its own, or the end of it.
func named(file, name string) bool {
	return file == name || strings.HasSuffix(filepath.ToSlash(file), "/"+filepath.ToSlash(name))
}

// whatThereIs is a hint: what is near to a choice, or what there is.
func whatThereIs(all []chosen, c choice) string {
	var checks, environments, files []string
	for _, x := range all {
		checks, environments, files = append(checks, x.result.Check), append(environments, x.result.Environment), append(files, x.file.File)
	}
	for _, part := range []struct {
		flag, value string
		list        []string
		among       string
	}{{"check", c.check, checks, "checks and properties"}, {"env", c.env, environments, "environments"}, {"of", c.of, files, "texts"}} {
		slices.Sort(part.list)
		list := slices.Compact(part.list)
		if part.value == "" || slices.Contains(list, part.value) || part.flag == "of" && slices.ContainsFunc(list, func(f string) bool { return named(f, c.of) }) {
			continue
		}
		if near := diag.Nearest(part.value, list); near != "" {
			return fmt.Sprintf("did you mean `--%s %s`?", part.flag, near)
		}
		more := ""
		if len(list) > 10 {
			list, more = list[:10], ", .."
		}
		return fmt.Sprintf("the %s with runs are %s%s", part.among, strings.Join(list, ", "), more)
	}
	return "there are runs of each, but none of all together"
}

// textOf reads the text that a report is about: the one that is named, or the one that the report names, from here or
// from where the report is.
func (a *app) textOf(report, name, override string) (*source.File, error) {
	const hint = "name the text with --model"
	if override != "" {
		if override == "-" && report == "-" {
			return nil, usage("give one of them as a file", "the report and the text cannot both be on standard input")
		}
		src, err := a.read(override)
		if err != nil {
			return nil, usage("", "%s: %s", override, reason(err))
		}
		return src, nil
	}
	if name == "-" || name == "" {
		return nil, usage(hint, "the report is about a text on standard input, which is gone")
	}
	src, err := a.read(name)
	if errors.Is(err, fs.ErrNotExist) && report != "-" && !filepath.IsAbs(name) {
		if beside, other := a.read(filepath.Join(filepath.Dir(report), name)); other == nil {
			return beside, nil
		}
	}
	if err != nil {
		return nil, usage("if the text has moved, "+hint, "%s: %s", name, reason(err))
	}
	return src, nil
}
