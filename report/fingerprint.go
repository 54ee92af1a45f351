package report

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"strings"

	"chorcheck/lang/diag"
	"chorcheck/lang/source"
	"chorcheck/model"
	"chorcheck/verify"
)

// FingerprintName says what is hashed, and in which version: check, environment,
// cause, file. A change of any of these rules needs a new version.
const FingerprintName = "cause/v1"

// Identity is what makes a finding the same one in another run. There is no line
// number in it, so that it stays when text is put before it.
type Identity struct {
	File        string // relative to the root, with slashes
	Environment string // "" if it is about all of them together, or about the text
	Check       string // its id, or the code of a diagnostic
	Cause       string
}

// Fingerprint is a hash of the identity, in 32 hexadecimal digits.
func (id Identity) Fingerprint() string {
	h := sha256.New()
	for _, part := range []string{FingerprintName, id.Check, id.Environment, id.Cause, id.File} {
		fmt.Fprintf(h, "%d:%s", len(part), part)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// Path is the name of a file for other tools: with slashes, and relative to the root
// if it is below it.
func (r *Report) Path(name string) string {
	if name == "-" {
		return name
	}
	name = filepath.Clean(name)
	if r.Root != "" && filepath.IsAbs(name) {
		if rel, err := filepath.Rel(r.Root, name); err == nil && filepath.IsLocal(rel) {
			name = rel
		}
	}
	return filepath.ToSlash(name)
}

// Identities of a finding: its own one first, and then those of further causes that
// it stands for.
func (r *Report) Identities(f *File, environment, check string, x *verify.Finding) []Identity {
	id := Identity{File: r.Path(f.Source.Name), Environment: environment, Check: check, Cause: f.cause(x)}
	list := []Identity{id}
	for _, m := range x.Merged {
		if m.Cause != x.Cause {
			id.Cause = m.Cause
			list = append(list, id)
		}
	}
	return list
}

// cause of a finding, in words that stay when other parts of the text change. What is
// wrong with a place is named by the text there.
func (f *File) cause(x *verify.Finding) string {
	switch {
	case x.Cause == "":
		return x.Message
	case strings.Trim(x.Cause, "0123456789") == "" && len(x.Origins) > 0:
		if at, ok := f.Place(x.Origins[0]); ok {
			return f.placeInWords(at)
		}
	}
	return x.Cause
}

// placeInWords is the text of a place, with a number if it is not the first such
// place.
func (f *File) placeInWords(at source.Span) string {
	text := words(f.Source.Slice(at))
	seen := map[int]bool{}
	for o := range f.Places {
		span, ok := f.Place(model.Origin(o))
		if ok && span.Start < at.Start && !seen[span.Start] && words(f.Source.Slice(span)) == text {
			seen[span.Start] = true
		}
	}
	if len(seen) == 0 {
		return text
	}
	return fmt.Sprintf("%s #%d", text, len(seen)+1)
}

// words is a text without its line endings and indentation.
func words(text string) string { return strings.Join(strings.Fields(text), " ") }

// DiagnosticIdentity is that of a diagnostic.
func (r *Report) DiagnosticIdentity(f *File, d diag.Diagnostic) Identity {
	return Identity{File: r.Path(f.Source.Name), Check: string(d.Code), Cause: d.Message}
}
