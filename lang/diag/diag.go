// Package diag holds what we tell users about their text: diagnostics with a
// stable code, one primary place, labelled further places and a mend.
//
// Every code is a constant here, and a section of docs/diagnostics with a
// failing and a mended example that a test runs; `chorcheck explain CODE` prints
// that section. Diagnostics are for the user's text only: `error` is for the
// world, and package internal/bug is for us.
package diag

import (
	"cmp"
	"fmt"
	"slices"

	"chorcheck/lang/source"
)

// Code is the stable name of a kind of diagnostic: CH and four digits.
// CH00 options, CH01 scanning, CH02 syntax, CH03 names, failures and properties, CH04 types and values, CH05 limits,
// CH06 projection, CH08 automata and other formats, CH09 networks.
type Code string

// Severity of a diagnostic. An error rejects the specification (exit code 4).
type Severity int

// The severities.
const (
	Error Severity = iota
	Warning
)

func (s Severity) String() string {
	if s == Warning {
		return "warning"
	}
	return "error"
}

// Label is a place with a few words about it.
type Label struct {
	Span source.Span
	Text string
}

// Diagnostic is one message about a text.
type Diagnostic struct {
	Code      Code
	Severity  Severity
	Message   string  // one sentence, names the user's own roles and messages, no final full stop
	Primary   Label   // its text may be empty
	Secondary []Label // other places that matter
	Help      string  // the mend, an imperative; may be empty

	// File is the text that all places are in; nil: the text that was loaded.
	// Another one is that of an option, such as `--faults`.
	File *source.File
}

func (d Diagnostic) Error() string { return fmt.Sprintf("%s[%s]: %s", d.Severity, d.Code, d.Message) }

// MaxPerFile is the greatest number of errors, and of warnings, that a Bag keeps: a
// file of random bytes must not produce a million messages. Warnings never
// displace errors.
const MaxPerFile = 100

// Bag collects the diagnostics of one file.
type Bag struct {
	list     []Diagnostic
	dropped  int
	errors   int
	warnings int
}

// Add appends a diagnostic, unless there are too many of its severity.
func (b *Bag) Add(d Diagnostic) {
	count := &b.errors
	if d.Severity == Warning {
		count = &b.warnings
	}
	if *count++; *count > MaxPerFile {
		b.dropped++
		return
	}
	b.list = append(b.list, d)
}

// Errorf adds an error at a span.
func (b *Bag) Errorf(code Code, at source.Span, format string, args ...any) {
	b.Add(Diagnostic{Code: code, Severity: Error, Message: fmt.Sprintf(format, args...), Primary: Label{Span: at}})
}

// Failed reports whether an error was added.
func (b *Bag) Failed() bool { return b.errors > 0 }

// Full reports whether further errors would be dropped.
func (b *Bag) Full() bool { return b.errors >= MaxPerFile }

// Dropped is the number of diagnostics that did not fit.
func (b *Bag) Dropped() int { return b.dropped }

// Sorted returns the diagnostics in the order of their places; those at one
// place keep the order in which they were added. Those about other texts come last.
func (b *Bag) Sorted() []Diagnostic {
	list := slices.Clone(b.list)
	slices.SortStableFunc(list, func(x, y Diagnostic) int {
		if (x.File == nil) != (y.File == nil) {
			if x.File == nil {
				return -1
			}
			return 1
		}
		return cmp.Compare(x.Primary.Span.Start, y.Primary.Span.Start)
	})
	return list
}
