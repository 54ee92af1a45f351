package report

import (
	"cmp"

	"chorcheck/lang/diag"
	"chorcheck/lang/source"
	"chorcheck/model"
	"chorcheck/verify"
)

// Exit codes. 2 is never used: a crashing Go program exits with it.
const (
	ExitOK           = 0
	ExitViolated     = 1  // also: an unmet expectation, fmt --check, a trace that is no run
	ExitInconclusive = 3  // something was not decided, and nothing is violated
	ExitRejected     = 4  // a text has errors
	ExitUsage        = 64 // the command line or the file system
	ExitBug          = 70 // chorcheck itself is wrong
)

// Worse is the exit code that wins over another one: 70, 64, 4, 1, 3, 0 from the
// worst to the best.
func Worse(a, b int) int {
	rank := func(code int) int {
		switch code {
		case ExitOK:
			return 0
		case ExitInconclusive:
			return 1
		case ExitViolated:
			return 2
		case ExitRejected:
			return 3
		case ExitUsage:
			return 4
		}
		return 5
	}
	if rank(a) >= rank(b) {
		return a
	}
	return b
}

// Report of a run over some files.
type Report struct {
	Version string
	Strict  bool // warnings count
	Files   []File
	Errors  []Trouble // with the command line or the world, not with a text

	FailOn   FailOn    // what counts for the exit code
	Baseline *Baseline // the findings that were known before; nil: no baseline was given
	Root     string    // the directory that other tools take names to be relative to; "": names stay as given
}

// Trouble is something that kept the tool from doing what it was asked to do.
type Trouble struct {
	File    string // empty: it is not about one file
	Message string
	Hint    string // may be empty

	// Place is where it is in a file that could be read, for reports that mark lines;
	// Message says it in words.
	Place Place
}

// Place is a place in a file; of none if the name is empty.
type Place struct {
	File string
	Area Area
}

// File is what is known about one text.
type File struct {
	Source       *source.File
	Format       string // "chor", "fsa", ..
	Choreography string // its name
	Automata     *model.Automata
	Settings     Settings

	Diagnostics []diag.Diagnostic
	Dropped     int           // diagnostics that did not fit
	Places      []source.Span // by model.Origin; entry 0 is unused

	Result       *verify.Result // nil: nothing was verified
	Cached       bool           // an earlier run has found it out; times, threads and memory are those of that run
	Expectations []Expectation

	Coverage    bool    // the failure coverage matrix was asked for
	MinCoverage float64 // the percentage that is required; 0: none
}

// Settings are what a reader needs to repeat a verification.
type Settings struct {
	Params   map[string]int64
	Channels string              // the default channel in force, "fifo 4"
	Finals   map[string][]string // further final states given on the command line

	Environments []string // those that were chosen by name; empty: all of the text
	Faults       string   // the environment given on the command line in place of those of the text
	KeepCrashed  bool     // queues to crashed roles stay
}

// Expectation is a statement of the text about its own verdicts, or of a configuration
// about them, compared.
type Expectation struct {
	File     string // the configuration that states it; empty: the text itself
	Line     int
	Check    string // the id of the check that it is about; empty for quantities and everything
	Env      string // the environment that it was compared in; empty: it is about all of them together
	Subject  string // "deadlock", "states", "everything"
	Expected string // "violated in 12 steps", "24"
	Found    string // in the same words
	Outcome  Outcome
}

// Outcome of comparing an expectation.
type Outcome int

// The outcomes. Undecided: the search ended too early to tell.
const (
	Met Outcome = iota
	Unmet
	Undecided
)

func (o Outcome) String() string { return [...]string{"met", "unmet", "undecided"}[o] }

// Rejected reports whether the text has errors, so that there is nothing to verify.
func (f *File) Rejected() bool {
	for _, d := range f.Diagnostics {
		if d.Severity == diag.Error {
			return true
		}
	}
	return false
}

// Place of an origin: its span, and whether it has one.
func (f *File) Place(o model.Origin) (source.Span, bool) {
	if o <= 0 || int(o) >= len(f.Places) {
		return source.Span{}, false
	}
	return f.Places[o], true
}

// Line of an origin, from 1; 0 if it has no place.
func (f *File) Line(o model.Origin) int {
	span, ok := f.Place(o)
	if !ok {
		return 0
	}
	return f.Source.Position(span.Start).Line
}

// Expected is what the text says about one check in one environment, or about a
// check of all environments together; "" if it says nothing.
func (f *File) Expected(check, environment string) string {
	for _, e := range f.Expectations {
		if e.Check == check && (e.Env == environment || e.Env == "") {
			return e.Expected
		}
	}
	return ""
}

// StatedIn is the file that states an expectation: the text, or a configuration.
func (f *File) StatedIn(e Expectation) string { return cmp.Or(e.File, f.Source.Name) }

// Expect counts the expectations with an outcome.
func (f *File) Expect(outcome Outcome) int {
	n := 0
	for _, e := range f.Expectations {
		if e.Outcome == outcome {
			n++
		}
	}
	return n
}

// Exit is the exit code of one file by its verdicts alone. An expectation that a
// check is violated does not make the violation acceptable: it is reported, and the
// code is 1.
func (f *File) Exit(strict bool) int { return (&Report{Strict: strict}).ExitOf(f) }

// ExitOf is the exit code of one file of the report. What is in the baseline does
// not count, and FailOn says what else does not.
func (r *Report) ExitOf(f *File) int {
	if f.Rejected() {
		return ExitRejected
	}
	if r.FailOn == OnNothing {
		return ExitOK
	}
	code := ExitOK
	if f.Expect(Undecided) > 0 {
		code = ExitInconclusive
	}
	if f.Expect(Unmet) > 0 {
		code = ExitViolated
	}
	if r.Strict {
		for _, d := range f.Diagnostics {
			if d.Severity == diag.Warning && !r.KnownDiagnostic(f, d) {
				code = ExitViolated
			}
		}
	}
	if f.Result == nil {
		return code
	}
	for environment, c := range f.Verdicts() {
		switch j := r.Judge(f, environment, c); {
		case j == Failure, j == Expected && r.FailOn != OnUnexpected && !r.excused(f, environment, c):
			code = Worse(code, ExitViolated)
		case j == Open:
			code = Worse(code, ExitInconclusive)
		}
	}
	switch f.Covered() {
	case Unmet:
		code = Worse(code, ExitViolated)
	case Undecided:
		code = Worse(code, ExitInconclusive)
	case Met:
	}
	return code
}

// ExpectedCounts says why the exit code is what it is where ExpectedOnly.
const ExpectedCounts = "All that is violated is expected. It counts for the exit code nevertheless, unless --fail-on is unexpected."

// ExpectedOnly reports whether nothing makes the exit code but violations that are
// expected.
func (r *Report) ExpectedOnly() bool {
	lenient := *r
	lenient.FailOn = OnUnexpected
	return r.FailOn == OnError && r.Exit() == ExitViolated && lenient.Exit() == ExitOK
}

// Exit is the exit code of the whole run: the worst one.
func (r *Report) Exit() int {
	code := ExitOK
	if len(r.Errors) > 0 {
		code = ExitUsage
	}
	for i := range r.Files {
		code = Worse(code, r.ExitOf(&r.Files[i]))
	}
	return code
}
