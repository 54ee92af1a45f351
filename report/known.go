package report

import (
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
