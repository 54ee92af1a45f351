package report

import (
	"cmp"
	"slices"
	"strings"

	"chorcheck/model"
	"chorcheck/verify"
)

// Percent of the faults that are handled or tolerated, rounded down to a tenth: a
// matrix with a gap is never shown as complete.
func Percent(c *verify.Coverage) float64 {
	return float64(int(c.Percent()*10+1e-9)) / 10
}

// SearchComplete reports whether all environments were searched to the end.
func (f *File) SearchComplete() bool {
	return !slices.ContainsFunc(f.Result.Environments, func(e verify.EnvironmentResult) bool { return !e.Statistics.Complete })
}

// Covered compares the coverage with the required one. It is undecided if cells
// that were not judged, or parts of a state space that were not reached, could
// change the answer.
func (f *File) Covered() Outcome {
	if f.MinCoverage <= 0 || f.Result == nil {
		return Met
	}
	complete := f.SearchComplete()
	enough := f.Result.Coverage.Percent() >= f.MinCoverage
	switch {
	case enough && complete:
		return Met
	case enough || !complete:
		return Undecided
	}
	// What is not judged could turn out to be good.
	good := 0
	for _, cell := range f.Result.Coverage.Cells {
		if s := Worst(cell); s <= verify.Tolerated || s == verify.Unjudged {
			good++
		}
	}
	if 100*float64(good)/float64(len(f.Result.Coverage.Cells)) >= f.MinCoverage {
		return Undecided
	}
	return Unmet
}

// Worst is the worst status of a cell over all environments. What was not judged
// counts as worse than what is handled, and as better than what is known to be bad.
func Worst(c verify.CoverageCell) verify.CoverageStatus {
	rank := []verify.CoverageStatus{verify.Handled, verify.Tolerated, verify.Unjudged, verify.Partial, verify.Unhandled}
	worst := 0
	for _, s := range c.Strikes {
		worst = max(worst, slices.Index(rank, s.Status))
	}
	return rank[worst]
}

// Gaps are the cells that count against the coverage, the worst ones first.
func Gaps(c *verify.Coverage) []verify.CoverageCell {
	if c == nil {
		return nil
	}
	var list []verify.CoverageCell
	for _, cell := range c.Cells {
		if Worst(cell) > verify.Tolerated {
			list = append(list, cell)
		}
	}
	rank := func(c verify.CoverageCell) int {
		return slices.Index([]verify.CoverageStatus{verify.Unhandled, verify.Partial, verify.Unjudged}, Worst(c))
	}
	slices.SortStableFunc(list, func(x, y verify.CoverageCell) int { return cmp.Compare(rank(x), rank(y)) })
	return list
}

// Struck says whom a cell's fault strikes: "Bank", "Shop -> Bank", "A -- B".
func (f *File) Struck(c verify.CoverageCell) string {
	name := f.role(c.Role)
	switch {
	case c.Peer < 0 || c.Peer == c.Role:
		return name
	case c.Fault == model.Disconnect.String() || c.Fault == model.Partition.String():
		return name + " -- " + f.role(c.Peer)
	}
	return name + " -> " + f.role(c.Peer)
}

func (f *File) role(r model.RoleID) string {
	if f.Automata == nil || r < 0 || int(r) >= len(f.Automata.Roles) {
		return ""
	}
	return f.Automata.Roles[r].Name
}

// Excerpt is the text at an origin, the first line of it and not too much; "" for
// an origin without a place.
func (f *File) Excerpt(o model.Origin) string {
	span, ok := f.Place(o)
	if !ok {
		return ""
	}
	text := strings.TrimSpace(f.Source.Slice(span))
	switch line := f.Source.Line(f.Source.Position(span.Start).Line); {
	case strings.HasPrefix(text, "{"): // a block: what stands before it says more
		text = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(line), "{")) + " {\n"
	case !strings.ContainsAny(text, " \t\r\n") && strings.Contains(line, "->"): // one of several receivers
		text, _, _ = strings.Cut(line, "//")
		text = strings.TrimSpace(text)
	}
	if i := strings.IndexAny(text, "\r\n"); i >= 0 {
		text = strings.TrimSpace(text[:i]) + " .."
	}
	if r := []rune(text); len(r) > 60 {
		text = string(r[:57]) + ".."
	}
	return text
}

// HandlerName names a handler as traces do: "pay, on Declined at Bank"; without a
// scope name if it has none.
func (f *File) HandlerName(h model.HandlerRef) string {
	if f.Automata == nil || h.Scope < 0 || int(h.Scope) >= len(f.Automata.Scopes) {
		return ""
	}
	scope := f.Automata.Scopes[h.Scope]
	if h.Part < 1 || h.Part > len(scope.Handlers) {
		return ""
	}
	handler := scope.Handlers[h.Part-1]
	what := "any"
	if !handler.Any {
		what = f.Automata.Exceptions[handler.Exception].Name
	}
	name := "on " + what + " at " + f.role(handler.At)
	if scope.Name != "" {
		name = scope.Name + ", " + name
	}
	return name
}
