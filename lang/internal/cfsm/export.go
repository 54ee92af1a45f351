package cfsm

import (
	"strings"

	"chorcheck/model"
)

// Problem is a part of automata that a format has no words for.
type Problem struct {
	Message string         // one sentence about the user's roles and messages
	Help    string         // what to change
	Origins []model.Origin // where it is; perhaps none
}

// ExportError says why automata cannot be written in a format.
type ExportError struct {
	Format   string // what was to be written, with its article
	Problems []Problem
}

func (e *ExportError) Error() string {
	var b strings.Builder
	b.WriteString("cannot write " + e.Format + ": ")
	for i, p := range e.Problems {
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(p.Message)
	}
	return b.String()
}
