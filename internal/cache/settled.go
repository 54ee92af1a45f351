package cache

import (
	"slices"

	"chorcheck/verify"
)

// Keeps reports whether results of a verification with these options are kept and looked for. They are not where the
// search itself is what is wanted, with a checkpoint, nor where it cannot be complete. A result with a certificate was
// examined again when it was found, and is another one than that without.
func Keeps(opt *verify.Options) bool {
	return opt.Checkpoint == nil && !opt.Store.Lossy() && !opt.Order.Sampled()
}

// Settled reports whether another search would find out nothing more: each verdict is final, each search that was made
// is complete, and each strike of the coverage matrix was judged.
func Settled(r *verify.Result) bool {
	for _, e := range r.Environments {
		s := &e.Statistics
		// Properties have searches of their own, and are inconclusive if those are not complete.
		searched := s.Workers > 0 || len(e.Checks) == 0 || len(r.Across) > 0 || r.Coverage != nil || slices.ContainsFunc(e.Checks, isBuiltIn)
		if searched && !s.Complete || s.Missed != 0 || s.MissedAny != 0 || slices.ContainsFunc(e.Checks, isOpen) {
			return false
		}
	}
	if slices.ContainsFunc(r.Across, isOpen) {
		return false
	}
	if r.Coverage != nil {
		for _, c := range r.Coverage.Cells {
			for _, s := range c.Strikes {
				if s.Status == verify.Unjudged {
					return false
				}
			}
		}
	}
	return true
}

func isOpen(c verify.CheckResult) bool { return c.Verdict == verify.Inconclusive }

func isBuiltIn(c verify.CheckResult) bool {
	return slices.Contains(verify.Checks(), c.Check)
}
