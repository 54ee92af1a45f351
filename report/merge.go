package report

import (
	"cmp"
	"slices"

	"chorcheck/verify"
)

// Row is one check with its verdicts in all environments.
type Row struct {
	Check verify.Check
	// Cells has one entry for each environment, nil where the check was left out.
	// It has a single entry if the check is about all environments together.
	Cells  []*verify.CheckResult
	Across bool
	Groups []Group // the causes, shortest trace first
}

// Group is one cause of violations, which may occur in several environments. The
// finding is the one with the shortest trace.
type Group struct {
	Finding      verify.Finding
	Environment  string   // of Finding; empty if it is about all environments together
	Environments []string // further ones with this cause
}

// Rows merges the verdicts of all environments: one row for each check, in the
// order of verify.Checks.
func (f *File) Rows() []Row {
	var rows []Row
	if f.Result == nil {
		return nil
	}
	find := func(check verify.Check, across bool) *Row {
		i := slices.IndexFunc(rows, func(r Row) bool { return r.Check.ID == check.ID })
		if i < 0 {
			i = len(rows)
			n := len(f.Result.Environments)
			if across {
				n = 1
			}
			rows = append(rows, Row{Check: check, Across: across, Cells: make([]*verify.CheckResult, n)})
		}
		return &rows[i]
	}
	for i := range f.Result.Environments {
		e := &f.Result.Environments[i]
		for j := range e.Checks {
			c := &e.Checks[j]
			row := find(c.Check, false)
			row.Cells[i] = c
			row.add(c.Findings, e.Environment.Name)
		}
	}
	for j := range f.Result.Across {
		c := &f.Result.Across[j]
		row := find(c.Check, true)
		row.Cells[0] = c
		row.add(c.Findings, "")
	}
	for i := range rows {
		slices.SortStableFunc(rows[i].Groups, func(x, y Group) int {
			return cmp.Compare(len(x.Finding.Trace), len(y.Finding.Trace))
		})
	}
	order := map[string]int{}
	for i, c := range verify.Checks() {
		order[c.ID] = i
	}
	place := func(id string) int { // properties stand behind the checks
		if i, ok := order[id]; ok {
			return i
		}
		return len(order)
	}
	slices.SortStableFunc(rows, func(x, y Row) int { return cmp.Compare(place(x.Check.ID), place(y.Check.ID)) })
	return rows
}

// add sorts the findings of one environment into the groups. A finding without a
// cause is one of its own.
func (r *Row) add(findings []verify.Finding, environment string) {
	for _, x := range findings {
		i := slices.IndexFunc(r.Groups, func(g Group) bool {
			return x.Cause != "" && (g.Finding.Cause == x.Cause || standsFor(g.Finding, x.Cause) || standsFor(x, g.Finding.Cause))
		})
		if i < 0 {
			r.Groups = append(r.Groups, Group{Finding: x, Environment: environment})
			continue
		}
		g := &r.Groups[i]
		if len(x.Trace) < len(g.Finding.Trace) {
			g.Environments = append([]string{g.Environment}, g.Environments...)
			g.Finding, g.Environment = x, environment
		} else {
			g.Environments = append(g.Environments, environment)
		}
	}
}

// standsFor reports whether a cause is one of several that a finding stands for.
func standsFor(f verify.Finding, cause string) bool {
	return slices.ContainsFunc(f.Merged, func(m verify.MergedCause) bool { return m.Cause == cause })
}

// Verdict is the worst one of the row: violated, inconclusive, holds, and not
// applicable only if it is that everywhere.
func (r *Row) Verdict() verify.Verdict {
	rank := []verify.Verdict{verify.NotApplicable, verify.Holds, verify.Inconclusive, verify.Violated}
	worst := 0
	for _, c := range r.Cells {
		if c != nil {
			worst = max(worst, slices.Index(rank, c.Verdict))
		}
	}
	return rank[worst]
}

// Omitted is the number of further causes that were left out: of the environment
// that left out most, since the others may have left out the same ones.
func (r *Row) Omitted() int {
	n := 0
	for _, c := range r.Cells {
		if c != nil {
			n = max(n, c.Omitted)
		}
	}
	return n
}
