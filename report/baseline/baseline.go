// Package baseline keeps which findings are known, so that only new ones fail: a file
// of their fingerprints, which have no line numbers in them. It reads and writes that
// file and compares it with a report.
//
// The file is JSON, sorted, so that a change of it can be reviewed; its schema is
// docs/baseline.schema.json. Only the fingerprints count. The rest is for people, and
// for finding out what is gone.
package baseline

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"

	"chorcheck/lang/diag"
	"chorcheck/report"
	"chorcheck/verify"
)

// Version of the format.
const Version = 1

// maxSize is that of the largest file that is read.
const maxSize = 64 << 20

// List is the content of a baseline.
type List struct {
	Tool     string  `json:"tool"`
	Kind     string  `json:"kind"`
	Version  int     `json:"version"`
	Findings []Entry `json:"findings"`
}

// Entry is one finding that is known.
type Entry struct {
	Fingerprint string `json:"fingerprint"`
	File        string `json:"file"`
	Environment string `json:"environment"` // empty: about all of them together, or about the text
	Check       string `json:"check"`       // its id, or the code of a diagnostic
	Cause       string `json:"cause"`
}

// New is a baseline that knows nothing.
func New() *List {
	return &List{Tool: "chorcheck", Kind: "baseline", Version: Version, Findings: []Entry{}}
}

var fingerprint = regexp.MustCompile(`^[0-9a-f]{32}$`)

// Read parses a baseline.
func Read(r io.Reader) (*List, error) {
	content, err := io.ReadAll(io.LimitReader(r, maxSize+1))
	if err != nil {
		return nil, err
	}
	if len(content) > maxSize {
		return nil, fmt.Errorf("the baseline is larger than %d MiB", maxSize>>20)
	}
	l := &List{}
	if err := json.Unmarshal(content, l); err != nil {
		return nil, fmt.Errorf("this is no baseline: %w", err)
	}
	if l.Tool != "chorcheck" || l.Kind != "baseline" {
		return nil, errors.New("this is no baseline of chorcheck")
	}
	if l.Version != Version {
		return nil, fmt.Errorf("the baseline has version %d, and this chorcheck reads version %d", l.Version, Version)
	}
	for i, e := range l.Findings {
		if !fingerprint.MatchString(e.Fingerprint) {
			return nil, fmt.Errorf("finding %d of the baseline has no fingerprint", i+1)
		}
	}
	return l, nil
}

// Write renders a baseline.
func Write(w io.Writer, l *List) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(l); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes())
	return err
}

func entry(id report.Identity) Entry {
	return Entry{id.Fingerprint(), report.Printable(id.File), report.Printable(id.Environment), id.Check, report.Printable(id.Cause)}
}

// found are the findings of a report: the fingerprints of all causes, and an entry for
// each finding.
func found(r *report.Report) (all map[string]bool, entries []Entry) {
	all = map[string]bool{}
	for i := range r.Files {
		f := &r.Files[i]
		for _, d := range f.Diagnostics {
			if d.Severity == diag.Warning {
				entries = append(entries, entry(r.DiagnosticIdentity(f, d)))
			}
		}
		for environment, c := range f.Verdicts() {
			for j := range c.Findings {
				list := r.Identities(f, environment, c.Check.ID, &c.Findings[j])
				entries = append(entries, entry(list[0]))
				for _, id := range list {
					all[id.Fingerprint()] = true
				}
			}
		}
	}
	for _, e := range entries {
		all[e.Fingerprint] = true
	}
	return all, entries
}

// Compare a report with a baseline that was read from a file with this name.
func Compare(name string, l *List, r *report.Report) *report.Baseline {
	b := &report.Baseline{Name: name, Known: map[string]bool{}}
	for _, e := range l.Findings {
		b.Known[e.Fingerprint] = true
	}
	with := *r
	with.Baseline = b
	for i := range r.Files {
		f := &r.Files[i]
		count := func(known bool) {
			if known {
				b.Old++
			} else {
				b.New++
			}
		}
		for _, d := range f.Diagnostics {
			if d.Severity == diag.Warning {
				count(with.KnownDiagnostic(f, d))
			}
		}
		for environment, c := range f.Verdicts() {
			for j := range c.Findings {
				count(with.KnownFinding(f, environment, c.Check.ID, &c.Findings[j]))
			}
		}
	}
	all, _ := found(r)
	for _, e := range l.Findings {
		if !all[e.Fingerprint] && lookedFor(r, e) {
			b.Gone = append(b.Gone, report.Identity{File: e.File, Environment: e.Environment, Check: e.Check, Cause: e.Cause})
		}
	}
	return b
}

// Update is a baseline with all findings of a report. Of the old one it keeps what the
// report says nothing about: other files, checks that were left out, searches that
// ended early.
func Update(old *List, r *report.Report) *List {
	l := New()
	all, entries := found(r)
	for _, e := range old.Findings {
		if !all[e.Fingerprint] && !lookedFor(r, e) {
			entries = append(entries, e)
		}
	}
	slices.SortFunc(entries, func(x, y Entry) int {
		return cmp.Or(cmp.Compare(x.File, y.File), cmp.Compare(x.Environment, y.Environment), cmp.Compare(x.Check, y.Check),
			cmp.Compare(x.Cause, y.Cause), cmp.Compare(x.Fingerprint, y.Fingerprint))
	})
	l.Findings = append(l.Findings, slices.CompactFunc(entries, func(x, y Entry) bool { return x.Fingerprint == y.Fingerprint })...)
	return l
}

// code matches that of a diagnostic.
var code = regexp.MustCompile(`^CH\d{4}$`)

// lookedFor reports whether a report would have a finding if it were still there.
func lookedFor(r *report.Report, e Entry) bool {
	for i := range r.Files {
		f := &r.Files[i]
		if report.Printable(r.Path(f.Source.Name)) != e.File || f.Rejected() {
			continue
		}
		if code.MatchString(e.Check) {
			return f.Dropped == 0
		}
		if f.Result == nil {
			return false
		}
		made, exists := false, e.Environment == "" // in some environment; the environment
		for environment, c := range f.Verdicts() {
			same := report.Printable(environment) == e.Environment
			exists = exists || same
			if c.Check.ID == e.Check {
				made = true
				if same {
					return c.Verdict != verify.Inconclusive && c.Omitted == 0
				}
			}
		}
		// The text has no such environment any more, unless some were chosen.
		return made && !exists && len(f.Settings.Environments) == 0 && f.Settings.Faults == ""
	}
	return false
}
