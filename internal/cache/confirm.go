package cache

import (
	"fmt"
	"reflect"
	"slices"

	"chorcheck/lang"
	"chorcheck/model"
	"chorcheck/verify"
	"chorcheck/verify/replay"
)

// confirm looks at a result that comes from a file: its parts have to be some of this unit and of this verification, and the
// interpreter has to carry out each of its runs. It fills in what entries leave out, and says
// why the result is not believed, or nothing.
func confirm(r *verify.Result, u *lang.Unit, opt *verify.Options) error {
	if len(r.Environments) != len(u.Environments) {
		return fmt.Errorf("%d environments instead of %d", len(r.Environments), len(u.Environments))
	}
	for i := range r.Environments {
		e := &r.Environments[i]
		e.Environment = u.Environments[i]
		if !known(e.Statistics.Engine, verify.Explicit, verify.Symbolic) ||
			!known(e.Statistics.Order, verify.BreadthFirst, verify.DepthFirst) {
			return fmt.Errorf("unknown kinds of search")
		}
		c := &confirmation{u, replay.New(u.Automata, replay.Options{Environment: e.Environment, KeepCrashed: opt.KeepCrashed})}
		if err := c.checks(e.Checks); err != nil {
			return err
		}
	}
	// Checks about all environments have no runs.
	if err := (&confirmation{unit: u}).checks(r.Across); err != nil {
		return err
	}
	if r.Coverage != nil {
		for _, cell := range r.Coverage.Cells {
			if cell.Role < 0 || !isRole(u, cell.Role) || cell.Peer < -1 || !isRole(u, max(cell.Peer, 0)) {
				return fmt.Errorf("a fault of nobody")
			}
			for _, s := range cell.Strikes {
				if !known(s.Status, verify.Handled, verify.Tolerated, verify.Partial, verify.Unhandled) {
					return fmt.Errorf("an unknown status of a strike")
				}
			}
		}
	}
	if !Settled(r) {
		return fmt.Errorf("not everything is decided")
	}
	return nil
}

func known[T comparable](x T, all ...T) bool { return slices.Contains(all, x) }

func isRole(u *lang.Unit, r model.RoleID) bool { return 0 <= r && int(r) < len(u.Automata.Roles) }

// confirmation of what was found out in one environment; without an interpreter, in all of them.
type confirmation struct {
	unit *lang.Unit
	in   *replay.Interpreter
}

func (c *confirmation) checks(list []verify.CheckResult) error {
	for i := range list {
		x := &list[i]
		isProperty := slices.ContainsFunc(c.unit.Properties, func(p *model.Property) bool {
			return x.Check == verify.Check{ID: p.Name, Title: p.Text}
		})
		switch {
		case !isProperty && !isBuiltIn(*x):
			return fmt.Errorf("no check is %q", x.Check.ID)
		case !known(x.Verdict, verify.Holds, verify.Violated, verify.NotApplicable):
			return fmt.Errorf("no verdict on %s", x.Check.ID)
		case (x.Verdict == verify.Violated) != (len(x.Findings) > 0) || x.Omitted < 0:
			return fmt.Errorf("findings of %s that are none", x.Check.ID)
		}
		for j := range x.Findings {
			if err := c.finding(x.Check.ID, &x.Findings[j]); err != nil {
				return fmt.Errorf("finding %d of %s: %w", j+1, x.Check.ID, err)
			}
		}
		if x.Witness != nil {
			if err := c.finding(x.Check.ID, x.Witness); err != nil {
				return fmt.Errorf("witness of %s: %w", x.Check.ID, err)
			}
		}
	}
	return nil
}

func (c *confirmation) finding(check string, f *verify.Finding) error {
	for _, r := range f.Untold {
		if !isRole(c.unit, r) {
			return fmt.Errorf("there is no role %d", r)
		}
	}
	for _, b := range f.Blocked {
		if !isRole(c.unit, b.Role) {
			return fmt.Errorf("there is no role %d", b.Role)
		}
	}
	for _, step := range f.Causal {
		if step < 0 || step >= len(f.Trace) {
			return fmt.Errorf("there is no step %d", step)
		}
	}
	if f.Cycle < 0 || f.Cycle > len(f.Trace) {
		return fmt.Errorf("the cycle is longer than the run")
	}
	if f.Final == nil {
		if f.Trace != nil || f.Course != nil {
			return fmt.Errorf("the run has no end")
		}
		return nil
	}
	if c.in == nil || f.Course != nil && len(f.Course) != len(f.Trace)+1 {
		return fmt.Errorf("this is no run")
	}
	run, err := c.rerun(check, f)
	if err != nil {
		return err
	}
	for i, x := range f.Course {
		if x != nil {
			described := c.in.DescribeConfig(run[i])
			f.Course[i] = &described
		}
	}
	return nil
}

// visit is a configuration that the steps so far can lead to.
type visit struct {
	config replay.Config
	by     *replay.Step // nil: it is the initial one
	before *visit
}

// mostVisits bounds the configurations that one step can lead to: messages in a bag that look alike are told apart by the
// interpreter, and not in a trace.
const mostVisits = 200

// rerun carries out the run of a finding, and gives the configurations along it.
func (c *confirmation) rerun(check string, f *verify.Finding) ([]replay.Config, error) {
	present := []*visit{{config: c.in.Initial()}}
	for i := range f.Trace {
		want := &f.Trace[i]
		var next []*visit
		seen := map[string]bool{}
		for _, v := range present {
			for _, s := range c.in.Enabled(v.config) {
				if s.Role != want.Role || s.Transition != want.Transition || s.PeerTransition != want.PeerTrans || len(next) == mostVisits {
					continue
				}
				to := c.in.Apply(v.config, s)
				if key := to.Key(); !seen[key] && c.looks(s, to, want) {
					seen[key] = true
					next = append(next, &visit{to, &s, v})
				}
			}
		}
		if len(next) == 0 {
			return nil, fmt.Errorf("step %d is not possible", i+1)
		}
		present = next
	}
	why := ""
	for _, v := range present {
		if why = c.refute(check, f, v); why == "" {
			return v.run(), nil
		}
	}
	return nil, fmt.Errorf("%s", why)
}

// looks reports whether a step is in words what the trace has.
func (c *confirmation) looks(s replay.Step, to replay.Config, want *verify.Step) bool {
	got := verify.StepOf(c.in, s)
	if s.Role >= 0 {
		got.Inside = c.in.Inside(to, s.Role)
	}
	if s.PeerTransition >= 0 {
		got.PeerIn = c.in.Inside(to, s.Peer)
	}
	return reflect.DeepEqual(&got, want)
}

// refute says why the end of a run is not what the finding has, or nothing.
func (c *confirmation) refute(check string, f *verify.Finding, v *visit) string {
	last := c.in.DescribeConfig(v.config)
	switch {
	case !reflect.DeepEqual(&last, f.Final):
		return "the run ends elsewhere"
	case !verify.Evidence(c.in, check, v.config, v.by):
		return "the run ends with no violation"
	case f.Stops && !c.in.Terminal(v.config):
		return "something more can happen"
	}
	if f.Cycle > 0 {
		start := v
		for range f.Cycle {
			start = start.before
		}
		if again := c.in.DescribeConfig(start.config); !reflect.DeepEqual(again, last) {
			return "the cycle does not close"
		}
	}
	return ""
}

// run lists the configurations on the way.
func (v *visit) run() []replay.Config {
	var configs []replay.Config
	for ; v != nil; v = v.before {
		configs = append(configs, v.config)
	}
	slices.Reverse(configs)
	return configs
}
