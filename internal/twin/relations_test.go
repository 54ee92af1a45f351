package twin

import (
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"chorcheck/model"
	"chorcheck/verify"
)

// What a change of a protocol or of its environment can do to verdicts, and what
// it cannot.

func related() Size { return Size{Roles: 3, Statements: 8, Depth: 3, Faults: 2, Exotic: true} }

// verified gives the checks of a case in each of the environments; nil if it is too large.
func verified(t *rapid.T, c *Case, environments ...*model.Environment) [][]verify.CheckResult {
	a, _, err := model.Project(c.Choreography)
	require.NoError(t, err)
	res, err := verify.Verify(context.Background(), a, verify.Options{
		Workers: 1, MaxStates: 5000, MaxFindings: 1 << 20, Environments: environments,
	})
	require.NoError(t, err)
	var out [][]verify.CheckResult
	for _, e := range res.Environments {
		if slices.ContainsFunc(e.Checks, func(c verify.CheckResult) bool { return c.Verdict == verify.Inconclusive }) {
			t.Skip("not all is decided")
		}
		out = append(out, e.Checks)
	}
	return out
}

func causes(c verify.CheckResult) []string {
	var out []string
	for _, f := range c.Findings {
		if f.Merged == nil {
			out = append(out, f.Cause)
		}
		for _, m := range f.Merged {
			out = append(out, m.Cause)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// A larger limit of faults never removes a violation of a safety check.
func TestMoreFaultsNeverMend(t *testing.T) {
	safety := []string{
		"unspecified-reception", "bound-reached", "out-of-range", "uncaught-exception", "exclusive-handler", "stale-reception", "unguarded-wait",
	}
	rapid.Check(t, func(t *rapid.T) {
		c := Cases(related()).Draw(t, "case")
		few, more := *c.Environment, *c.Environment
		few.Limit = rapid.IntRange(0, 1).Draw(t, "limit")
		more.Limit = few.Limit + 1
		got := verified(t, c, &few, &more)
		for i, check := range got[0] {
			if slices.Contains(safety, check.Check.ID) {
				require.Subset(t, causes(got[1][i]), causes(check), "%s\n%s", check.Check.ID, c)
			}
		}
	})
}

// An environment that can do nothing is the calm one.
func TestNoFaultsAreCalm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := Cases(related()).Draw(t, "case")
		none := *c.Environment
		none.Limit = 0
		got := verified(t, c, &none, model.Calm())
		for i, check := range got[0] {
			require.Equal(t, causes(got[1][i]), causes(check), "%s\n%s", check.Check.ID, c)
		}
	})
}

// Without a handler, what it took goes to the scopes around, or to nobody: if some
// exception was uncaught with it, one is uncaught without it.
func TestFewerHandlersCatchNoMore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := Cases(related()).Draw(t, "case")
		with := verified(t, c, c.Environment)[0]
		var own []*model.Handler
		for s := range c.Choreography.Scopes {
			for h := range c.Choreography.Scopes[s].Handlers {
				handler := &c.Choreography.Scopes[s].Handlers[h]
				if c.Choreography.Scopes[s].Outer == 0 && (handler.Any || c.Choreography.Exceptions[handler.Exception].Kind != model.CrashNoticed) &&
					!severalTake(&c.Choreography.Scopes[s], handler.At) {
					own = append(own, handler)
				}
			}
		}
		if len(own) == 0 {
			t.Skip("nothing to take away")
		}
		h := rapid.SampledFrom(own).Draw(t, "handler")
		c.Choreography.Exceptions = append(c.Choreography.Exceptions, model.Exception{Name: "never", Crashed: -1})
		h.Any, h.Exception = false, model.ExceptionID(len(c.Choreography.Exceptions)-1)
		without := verified(t, c, c.Environment)[0]
		for i, check := range with {
			if check.Check.ID == "uncaught-exception" && check.Verdict == verify.Violated {
				require.Equal(t, verify.Violated, without[i].Verdict, "%s", c)
			}
		}
	})
}

// severalTake reports whether a scope has several handlers at a role: one could take
// what another one took.
func severalTake(s *model.Scope, at model.RoleID) bool {
	n := 0
	for _, h := range s.Handlers {
		if h.At == at {
			n++
		}
	}
	return n > 1
}

// The order in which automata and their roles stand changes no verdict.
func TestOrderOfRolesDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := Cases(related()).Draw(t, "case")
		n := len(c.Choreography.Roles)
		to := make([]model.RoleID, n)
		for i, r := range rapid.Permutation(slices.Collect(upTo(n))).Draw(t, "order") {
			to[i] = model.RoleID(r)
		}
		before := verified(t, c, c.Environment)[0]
		after := verified(t, permuted(c, to), permuted(c, to).Environment)[0]
		for i, check := range before {
			require.Equal(t, check.Verdict, after[i].Verdict, "%s with %v\n%s", check.Check.ID, to, c)
			require.Len(t, causes(after[i]), len(causes(check)), "%s with %v\n%s", check.Check.ID, to, c)
		}
	})
}

func upTo(n int) func(func(int) bool) {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

// permuted is a case with its roles in another order.
func permuted(c *Case, to []model.RoleID) *Case {
	p := *c.Choreography
	role := func(r model.RoleID) model.RoleID {
		if r < 0 {
			return r
		}
		return to[r]
	}
	p.Roles = slices.Clone(p.Roles)
	for r := range p.Roles {
		p.Roles[to[r]] = c.Choreography.Roles[r]
	}
	p.Vars = slices.Clone(p.Vars)
	for i := range p.Vars {
		p.Vars[i].Owner = role(p.Vars[i].Owner)
	}
	p.Exceptions = slices.Clone(p.Exceptions)
	for i := range p.Exceptions {
		p.Exceptions[i].Crashed = role(p.Exceptions[i].Crashed)
	}
	p.Timers = slices.Clone(p.Timers)
	for i := range p.Timers {
		p.Timers[i].Owner = role(p.Timers[i].Owner)
	}
	p.Scopes = slices.Clone(p.Scopes)
	for i := range p.Scopes {
		p.Scopes[i].Handlers = slices.Clone(p.Scopes[i].Handlers)
		for h := range p.Scopes[i].Handlers {
			p.Scopes[i].Handlers[h].At = role(p.Scopes[i].Handlers[h].At)
		}
	}
	p.EndPoints = slices.Clone(p.EndPoints)
	for i := range p.EndPoints {
		p.EndPoints[i].Role = role(p.EndPoints[i].Role)
	}
	p.Strays = slices.Clone(p.Strays)
	for i := range p.Strays {
		p.Strays[i].From, p.Strays[i].To = role(p.Strays[i].From), role(p.Strays[i].To)
	}
	p.Body = permutedBody(p.Body, role, map[*model.Rec]*model.Rec{})
	env := *c.Environment
	env.Faults = slices.Clone(env.Faults)
	for i := range env.Faults {
		f := &env.Faults[i]
		f.Role, f.Peer = role(f.Role), role(f.Peer)
		f.Groups = slices.Clone(f.Groups)
		for g := range f.Groups {
			f.Groups[g] = slices.Clone(f.Groups[g])
			for j := range f.Groups[g] {
				f.Groups[g][j] = role(f.Groups[g][j])
			}
		}
	}
	return &Case{&p, &env}
}

func permutedBody(s model.Seq, role func(model.RoleID) model.RoleID, recs map[*model.Rec]*model.Rec) model.Seq {
	var out model.Seq
	all := func(bodies []model.Seq) []model.Seq {
		var out []model.Seq
		for _, b := range bodies {
			out = append(out, permutedBody(b, role, recs))
		}
		return out
	}
	for _, st := range s {
		switch st := st.(type) {
		case *model.Interaction:
			x := *st
			x.From, x.To = role(x.From), role(x.To)
			out = append(out, &x)
		case *model.Let:
			x := *st
			x.At = role(x.At)
			out = append(out, &x)
		case *model.Delay:
			x := *st
			x.At = role(x.At)
			out = append(out, &x)
		case *model.RaiseStmt:
			x := *st
			x.At = role(x.At)
			out = append(out, &x)
		case *model.RaiseAgain:
			x := *st
			x.At = role(x.At)
			out = append(out, &x)
		case *model.End:
			x := *st
			x.At = role(x.At)
			out = append(out, &x)
		case *model.Continue:
			x := *st
			x.Target = recs[st.Target]
			out = append(out, &x)
		case *model.Choice:
			x := *st
			x.At = role(x.At)
			x.Branches = slices.Clone(x.Branches)
			for i := range x.Branches {
				x.Branches[i].Body = permutedBody(x.Branches[i].Body, role, recs)
			}
			out = append(out, &x)
		case *model.Loop:
			x := *st
			x.At, x.Body = role(x.At), permutedBody(x.Body, role, recs)
			out = append(out, &x)
		case *model.Rec:
			x := *st
			recs[st] = &x
			x.Body = permutedBody(st.Body, role, recs)
			out = append(out, &x)
		case *model.Within:
			x := *st
			x.At, x.Body = role(x.At), permutedBody(x.Body, role, recs)
			out = append(out, &x)
		case *model.Par:
			x := *st
			x.Threads = all(x.Threads)
			out = append(out, &x)
		case *model.Try:
			x := *st
			x.Body, x.Handlers = permutedBody(x.Body, role, recs), all(x.Handlers)
			x.Ignores = slices.Clone(x.Ignores)
			for i := range x.Ignores {
				x.Ignores[i].At = role(x.Ignores[i].At)
			}
			out = append(out, &x)
		}
	}
	return out
}
