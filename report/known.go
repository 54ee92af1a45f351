package report

import (
	"fmt"

	"chorcheck/lang/diag"
	"chorcheck/verify"
)

// Baseline is what was known before, compared with what was found.
type Baseline struct {
	Name  string          // the file that it was read from
	Known map[string]bool // its fingerprints
	New   int             // findings that are not in it
	Old   int             // findings that are
	Gone  []Identity      // what is in it, and was looked for in vain
}

// Counts says how many findings are new, known and gone: "1 new finding, 2 known, 0 gone".
func (b *Baseline) Counts() string {
	s := "s"
	if b.New == 1 {
		s = ""
	}
	return fmt.Sprintf("%d new finding%s, %d known, %d gone", b.New, s, b.Old, len(b.Gone))
}

// String names what is gone: "payment.chor: deadlock in calm: Shop@7".
func (id Identity) String() string {
	in := ""
	if id.Environment != "" {
		in = " in " + id.Environment
	}
	return fmt.Sprintf("%s: %s%s: %s", id.File, id.Check, in, id.Cause)
}

// KnownFinding reports whether the baseline has a finding, or another cause that it
// stands for.
func (r *Report) KnownFinding(f *File, environment, check string, x *verify.Finding) bool {
	if r.Baseline == nil {
		return false
	}
	for _, id := range r.Identities(f, environment, check, x) {
		if r.Baseline.Known[id.Fingerprint()] {
			return true
		}
	}
	return false
}

// KnownDiagnostic reports whether the baseline has a diagnostic. Errors of a text are
// never excused.
func (r *Report) KnownDiagnostic(f *File, d diag.Diagnostic) bool {
	return r.Baseline != nil && d.Severity == diag.Warning && r.Baseline.Known[r.DiagnosticIdentity(f, d).Fingerprint()]
}

// Remark is the word that a finding needs because it is nothing new: "known" if the
// baseline has it, "expected" if the text expects that its check is violated, in all
// environments that it is in; else "".
func (r *Report) Remark(f *File, row *Row, g *Group) string {
	known, expected := true, true
	for _, environment := range append([]string{g.Environment}, g.Environments...) {
		known = known && r.KnownFinding(f, environment, row.Check.ID, &g.Finding)
		var said bool
		for at, c := range f.Verdicts() {
			if at == environment && c.Check.ID == row.Check.ID {
				_, said = f.AsExpected(environment, c)
			}
		}
		expected = expected && said
	}
	switch {
	case known:
		return "known"
	case expected:
		return "expected"
	}
	return ""
}
