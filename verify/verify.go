package verify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/bits-and-blooms/bitset"

	"chorcheck/explore"
	"chorcheck/lts"
	"chorcheck/model"
	"chorcheck/verify/replay"
)

// UnknownCheckError names a check id that does not exist.
type UnknownCheckError struct{ ID string }

func (e *UnknownCheckError) Error() string { return fmt.Sprintf("there is no check %q", e.ID) }

// Verify decides the checks on a network of automata in each environment. When ctx
// ends, what has not been decided is inconclusive. The error is about the network
// (*model.LimitError) or the options (*UnknownCheckError, *StoreTooLargeError), or the disk (*DiskError), never about verdicts.
func Verify(ctx context.Context, a *model.Automata, opt Options) (*Result, error) {
	checks, err := selectChecks(&opt)
	if err != nil {
		return nil, err
	}
	environments := opt.Environments
	if len(environments) == 0 {
		environments = []*model.Environment{model.Calm()}
	}
	result := &Result{}
	all := newAcross(a, opt)
	matrix := newMatrix(a, opt)
	for _, env := range environments {
		r := EnvironmentResult{Environment: env, Statistics: Statistics{Reason: "only properties were looked at", Channels: a.Channels.Default.String()}}
		if len(checks) > 0 || len(opt.Properties) == 0 || opt.Coverage {
			if r, err = verifyIn(ctx, a, env, opt, checks, all, matrix); err != nil {
				return nil, err
			}
		}
		properties, err := verifyProperties(ctx, a, env, opt)
		if err != nil {
			return nil, err
		}
		if len(properties) > 0 && len(r.Statistics.Reductions) > 0 {
			r.Statistics.Unreduced = append(r.Statistics.Unreduced, "properties are decided without reductions")
		}
		r.Checks = append(r.Checks, properties...)
		result.Environments = append(result.Environments, r)
	}
	for _, c := range checks {
		if isAcross(c.ID) {
			result.Across = append(result.Across, all.decide(c))
		}
	}
	result.Coverage = matrix.coverage()
	return result, nil
}

// verifyExplicitly makes the search of one environment, configuration by configuration. The caller closes the space. The
// error is that of ctx if it ends before the search begins.
func verifyExplicitly(ctx context.Context, a *model.Automata, env *model.Environment, opt Options, checks []Check) (*verifier, error) {
	net, err := model.NewNetwork(ctx, a, model.NetworkOptions{Environment: env, KeepCrashed: opt.KeepCrashed})
	if err != nil {
		return nil, err
	}
	v := newVerifier(ctx, a, env, net, opt)
	for _, c := range checks {
		v.on[c.ID] = true
	}
	if err := v.search(); err != nil {
		return nil, err
	}
	v.analyseComponents()
	if err := v.findRuns(); err != nil {
		v.space.Close()
		return nil, err
	}
	v.findSurvivors()
	return v, nil
}

// results decides the checks of one environment, and adds to what concerns all of them.
func (v *verifier) results(checks []Check, all *across, matrix *matrix) EnvironmentResult {
	r := EnvironmentResult{Environment: v.env}
	for _, c := range checks {
		if !isAcross(c.ID) {
			r.Checks = append(r.Checks, v.decide(c))
		}
	}
	all.add(v)
	matrix.add(v)
	r.Statistics = v.statistics()
	return r
}

// newVerifier makes a verifier that has searched nothing yet.
func newVerifier(ctx context.Context, a *model.Automata, env *model.Environment, net *model.Network, opt Options) *verifier {
	return &verifier{
		ctx: ctx, automata: a, env: env, net: net, opt: opt, start: time.Now(),
		oracle: replay.New(a, replay.Options{Environment: env, KeepCrashed: opt.KeepCrashed}),
		on:     map[string]bool{}, survivors: map[model.RoleID]*survivor{},
	}
}

// wants reports whether a check, or property, is asked for.
func (opt *Options) wants(id string) bool {
	return (len(opt.Only) == 0 || slices.Contains(opt.Only, id)) && !slices.Contains(opt.Skip, id)
}

func selectChecks(opt *Options) ([]Check, error) {
	all := Checks()
	for _, id := range slices.Concat(opt.Only, opt.Skip) {
		if !slices.ContainsFunc(all, func(c Check) bool { return c.ID == id }) &&
			!slices.ContainsFunc(opt.Properties, func(p *model.Property) bool { return p.Name == id }) {
			return nil, &UnknownCheckError{id}
		}
	}
	return slices.DeleteFunc(all, func(c Check) bool { return !opt.wants(c.ID) }), nil
}

// verifier is one run of the search, in one environment.
type verifier struct {
	ctx      context.Context
	automata *model.Automata
	env      *model.Environment
	net      *model.Network
	oracle   *replay.Interpreter
	opt      Options
	on       map[string]bool
	start    time.Time
	searched time.Duration // what the search took
	space    *explore.Space
	fired    *bitset.BitSet // the actions that can happen
	evidence evidence
	// confused says that numbers of instances did not fit somewhere: what was found
	// may be wrong, and what was not found proves nothing.
	confused bool
	// componentsReason says why the checks on continuations are not decided,
	// survivorReason why silent-survivor is not.
	componentsReason string
	survivorReason   string
	survivors        map[model.RoleID]*survivor
	small            *stepGraph      // made when it is needed
	places           *places         // made when it is needed
	reductions       []string        // that are on
	unreduced        []string        // why others are off, in sentences
	canon            func(lts.State) // of the quotient by symmetry that is searched; nil: none is
	stretched        bool            // runs of the search are perhaps not the shortest
	diagrams         *diagrams       // whose verifier this is; nil for the explicit engine
	caveat           string          // what findings of a reduced search are perhaps not; empty if nothing
	described        int             // configurations along runs that were put into words
}

func (v *verifier) search() error {
	every := v.opt.Every
	if every == 0 {
		every = time.Second / 5
	}
	o := explore.Options{
		Workers: v.opt.Workers, MaxStates: v.opt.MaxStates, MaxDepth: v.opt.MaxDepth, Memory: searchMemory(v.opt.Memory),
		SpillDir: v.opt.SpillDir,
		Store:    v.opt.Store,
	}
	if v.opt.Progress != nil {
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		o.Tick, o.Progress = ticker.C, v.progress()
	}
	watch := newObserver(v.net, v.on)
	o.Observe = watch.observe
	kept, err := v.keep(&o)
	if err != nil {
		return err
	}
	defer kept()
	begin := time.Now()
	if v.space, err = v.explore(o, watch); err != nil {
		return onDisk(err)
	}
	v.searched, v.fired = time.Since(begin), v.space.Fired()
	v.evidence, v.confused = watch.gather(v.space.Levels)
	for r, open := range watch.openAtEnd() {
		if open {
			v.survivor(model.RoleID(r)).ends = true
		}
	}
	return nil
}

func (v *verifier) progress() func(explore.Progress) {
	last, lastStates := v.start, uint64(0)
	return func(p explore.Progress) {
		now := time.Now()
		rate := float64(p.States-min(lastStates, p.States)) / max(now.Sub(last).Seconds(), 1e-9)
		last, lastStates = now, p.States
		v.opt.Progress(Progress{
			Phase: "exploring", States: p.States, Depth: p.Level + 1, Bytes: p.Bytes,
			PerSecond: rate, Elapsed: now.Sub(v.start), Frontier: p.Size,
		})
	}
}

// phase reports the beginning of a later phase.
func (v *verifier) phase(name string) {
	if v.opt.Progress != nil {
		v.opt.Progress(Progress{
			Phase: name, States: v.space.States, Depth: v.space.Levels,
			Bytes: v.space.PeakBytes, Elapsed: time.Since(v.start),
		})
	}
}

// incomplete says why the search did not see everything; empty if it did.
func (v *verifier) incomplete() string {
	switch sample := v.sampleWords(); {
	case v.space.Complete:
		return ""
	case v.space.Reason == explore.Sampled:
		return sample
	case sample != "":
		return v.limited() + ", when " + sample
	}
	return v.limited()
}

// limited names the limit that has stopped the search.
func (v *verifier) limited() string {
	switch v.space.Reason {
	case explore.MaxStates:
		return fmt.Sprintf("stopped at the limit of %d states (--max-states)", v.opt.MaxStates)
	case explore.MaxDepth:
		if v.opt.Order == DepthFirst {
			return fmt.Sprintf("runs were cut after %d steps (--max-depth)", v.opt.MaxDepth)
		}
		return fmt.Sprintf("stopped at depth %d (--max-depth)", v.opt.MaxDepth)
	case explore.Memory:
		return fmt.Sprintf("stopped at the memory limit of %d bytes (--memory)", v.opt.Memory)
	case explore.Disk:
		return fmt.Sprintf("stopped at the memory limit of %d bytes (--memory): nothing more could be written to disk (%v)", v.opt.Memory, v.space.DiskError)
	case explore.Lossy:
		return v.lossyReason()
	}
	return v.stopped()
}

// stopped says why an analysis that the context has ended did so.
func (v *verifier) stopped() string { return stopped(v.ctx) }

func stopped(ctx context.Context) string {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return "stopped at the time limit (--timeout)"
	}
	return "interrupted"
}

// ended reports whether an error says no more than that the context has ended.
func ended(ctx context.Context, err error) bool { return ctx.Err() != nil && errors.Is(err, ctx.Err()) }

// unsure says why nothing can be said to hold, whatever the check; empty if it can.
func (v *verifier) unsure() string {
	if v.confused {
		return confusedReason
	}
	return v.incomplete()
}

const confusedReason = "roles are so many rounds of a looped scope apart that its instances could not be told from each other"

func (v *verifier) statistics() Statistics {
	s := Statistics{
		Order: v.opt.Order, Taken: int(v.fired.Count()), Actions: v.net.Actions(),
		States: v.space.States, Transitions: v.space.Transitions, Depth: v.space.Levels,
		Workers: v.space.Workers, PeakBytes: v.space.PeakBytes,
		ElapsedMS:    float64(time.Since(v.start).Microseconds()) / 1000,
		SearchMS:     float64(v.searched.Microseconds()) / 1000,
		BitsPerState: v.net.Bits(), Complete: v.space.Complete, Reason: v.incomplete(),
		Store: v.space.Store, Missed: v.space.Omission.Missed, MissedAny: v.space.Omission.Any,
		Channels:   v.automata.Channels.Default.String(),
		Reductions: v.reductions, Unreduced: v.unreduced,
	}
	if v.space.Sample != nil {
		s.Searches, s.Distinct = v.space.Sample.Searches, v.space.Sample.Distinct
	}
	return s
}

// analyseComponents looks for evidence on continuations in the bottom components
// of a completely explored space.
func (v *verifier) analyseComponents() {
	if !v.on["stuck"] && !v.on["livelock"] && !v.on["orphan-message"] && !v.on["no-termination"] && !v.on["silent-survivor"] {
		return
	}
	if v.componentsReason = v.incomplete(); v.componentsReason != "" {
		return
	}
	v.phase("looking for bottom components")
	c := newComponents(v)
	err := v.space.BottomComponents(v.ctx, v.stepsOnly(), c.visit)
	switch {
	case errors.Is(err, explore.ErrMemory):
		v.componentsReason = fmt.Sprintf("the memory limit of %d bytes (--memory) is not enough to look for bottom components", v.opt.Memory)
	case err != nil:
		v.componentsReason = v.stopped()
	}
}

// stepsOnly tells steps from what the environment does; nil if everything is a
// step, which is cheaper.
func (v *verifier) stepsOnly() func(lts.Action) bool {
	for a := range v.net.Actions() {
		if !v.net.IsStep(lts.Action(a)) {
			return v.net.IsStep
		}
	}
	return nil
}

// decide gives the verdict on one check.
func (v *verifier) decide(c Check) CheckResult {
	r := CheckResult{Check: c}
	if r.Reason = v.notApplicable(c.ID); r.Reason != "" {
		r.Verdict = NotApplicable
		return r
	}
	r.Reason = v.unsure()
	switch c.ID {
	case "stuck", "livelock", "orphan-message", "no-termination":
		if r.Reason == "" {
			r.Reason = v.componentsReason
		}
	case "silent-survivor":
		if r.Reason == "" {
			r.Reason = v.survivorReason
		}
	}
	most := v.opt.MaxFindings
	if most == 0 {
		most = 10
	}
	causes := v.evidence.causes(c.ID)
	r.Findings, r.Omitted = v.distinct(causes, most)
	switch {
	case len(r.Findings) > 0:
		r.Verdict, r.Reason = Violated, ""
		if v.caveat != "" {
			r.Unshortened = v.stretched
			r.Notes = append(r.Notes, v.caveat)
		}
	case r.Reason != "":
		r.Verdict, r.Omitted = Inconclusive, 0
	}
	if c.ID == "bound-reached" || c.ID == "deadlock" {
		v.adviseCapacity(&r)
	}
	return r
}
