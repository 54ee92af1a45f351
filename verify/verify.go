package verify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"chorcheck/explore"
	"chorcheck/lts"
	"chorcheck/model"
	"chorcheck/verify/replay"
)

// UnknownCheckError names a check id that does not exist.
type UnknownCheckError struct{ ID string }

func (e *UnknownCheckError) Error() string { return fmt.Sprintf("there is no check %q", e.ID) }

// Verify decides the checks on a network of automata. When ctx ends, what has not
// been decided is inconclusive. The error is about the network (*model.LimitError)
// or the options (*UnknownCheckError), never about verdicts.
func Verify(ctx context.Context, a *model.Automata, opt Options) (*Result, error) {
	checks, err := selectChecks(opt.Only, opt.Skip)
	if err != nil {
		return nil, err
	}
	net, err := model.NewNetwork(a)
	if err != nil {
		return nil, err
	}
	v := &verifier{ctx: ctx, automata: a, net: net, opt: opt, start: time.Now(), oracle: replay.New(a)}
	v.on = map[string]bool{}
	for _, c := range checks {
		v.on[c.ID] = true
	}
	if err := v.search(); err != nil {
		return nil, err
	}
	defer v.space.Close()
	v.analyseComponents()
	result := &Result{}
	for _, c := range checks {
		result.Checks = append(result.Checks, v.decide(c))
	}
	result.Statistics = v.statistics()
	return result, nil
}

func selectChecks(only, skip []string) ([]Check, error) {
	all := Checks()
	for _, id := range slices.Concat(only, skip) {
		if !slices.ContainsFunc(all, func(c Check) bool { return c.ID == id }) {
			return nil, &UnknownCheckError{id}
		}
	}
	return slices.DeleteFunc(all, func(c Check) bool {
		return len(only) > 0 && !slices.Contains(only, c.ID) || slices.Contains(skip, c.ID)
	}), nil
}

// verifier is one run of Verify.
type verifier struct {
	ctx      context.Context
	automata *model.Automata
	net      *model.Network
	oracle   *replay.Interpreter
	opt      Options
	on       map[string]bool
	start    time.Time
	space    *explore.Space
	evidence evidence

	// componentsReason says why the checks on continuations are not decided.
	componentsReason string
	small            *stateGraph // made when it is needed
}

func (v *verifier) search() error {
	every := v.opt.Every
	if every == 0 {
		every = time.Second / 5
	}
	o := explore.Options{
		Workers: v.opt.Workers, MaxStates: v.opt.MaxStates, MaxDepth: v.opt.MaxDepth, Memory: v.opt.Memory,
	}
	if v.opt.Progress != nil {
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		o.Tick, o.Progress = ticker.C, v.progress()
	}
	watch := newObserver(v.net, v.on)
	o.Observe = watch.observe
	var err error
	if v.space, err = explore.Reach(v.ctx, v.net, o); err != nil {
		return err
	}
	v.evidence = watch.gather(v.space.Levels)
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

// incomplete says why the search did not see everything; empty if it did.
func (v *verifier) incomplete() string {
	if v.space.Complete {
		return ""
	}
	switch v.space.Reason {
	case explore.MaxStates:
		return fmt.Sprintf("stopped at the limit of %d states", v.opt.MaxStates)
	case explore.MaxDepth:
		return fmt.Sprintf("stopped at depth %d", v.opt.MaxDepth)
	case explore.Memory:
		return fmt.Sprintf("stopped at the memory limit of %d bytes", v.opt.Memory)
	}
	if errors.Is(v.ctx.Err(), context.DeadlineExceeded) {
		return "stopped at the time limit"
	}
	return "interrupted"
}

func (v *verifier) statistics() Statistics {
	return Statistics{
		States: v.space.States, Transitions: v.space.Transitions, Depth: v.space.Levels,
		Workers: v.space.Workers, PeakBytes: v.space.PeakBytes,
		ElapsedMS:    float64(time.Since(v.start).Microseconds()) / 1000,
		BitsPerState: v.net.Bits(), Complete: v.space.Complete, Reason: v.incomplete(),
		Store: "exact", Channels: v.automata.Channels.Default.String(),
	}
}

// analyseComponents looks for evidence on continuations in the bottom components
// of a completely explored space.
func (v *verifier) analyseComponents() {
	if !v.on["stuck"] && !v.on["livelock"] && !v.on["orphan-message"] && !v.on["no-termination"] {
		return
	}
	if v.componentsReason = v.incomplete(); v.componentsReason != "" {
		return
	}
	if v.opt.Progress != nil {
		v.opt.Progress(Progress{
			Phase: "looking for bottom components", States: v.space.States, Depth: v.space.Levels,
			Bytes: v.space.PeakBytes, Elapsed: time.Since(v.start),
		})
	}
	c := newComponents(v)
	err := v.space.BottomComponents(v.ctx, nil, c.visit)
	switch {
	case errors.Is(err, explore.ErrMemory):
		v.componentsReason = fmt.Sprintf("the memory limit of %d bytes is not enough to look for bottom components", v.opt.Memory)
	case errors.Is(v.ctx.Err(), context.DeadlineExceeded):
		v.componentsReason = "stopped at the time limit"
	case err != nil:
		v.componentsReason = "interrupted"
	}
}

// decide gives the verdict on one check.
func (v *verifier) decide(c Check) CheckResult {
	r := CheckResult{Check: c, Reason: v.incomplete()}
	switch c.ID {
	case "no-termination":
		if why := v.loopsByDesign(); why != "" {
			r.Verdict, r.Reason = NotApplicable, why
			return r
		}
		r.Reason = v.componentsReason
	case "stuck", "livelock", "orphan-message":
		r.Reason = v.componentsReason
	case "dead-interaction":
		return v.decideDead(c)
	}
	most := v.opt.MaxFindings
	if most == 0 {
		most = 10
	}
	causes := v.evidence.causes(c.ID)
	if len(causes) > most {
		r.Omitted = len(causes) - most
		causes = causes[:most]
	}
	r.Findings = v.explain(c, causes)
	switch {
	case len(causes) > 0:
		r.Verdict, r.Reason = Violated, ""
	case r.Reason != "":
		r.Verdict = Inconclusive
	}
	if c.ID == "bound-reached" || c.ID == "deadlock" {
		v.adviseCapacity(&r)
	}
	return r
}

// loopsByDesign names a role that cannot finish whatever happens, so that
// no-termination has no meaning.
func (v *verifier) loopsByDesign() string {
	for r, m := range v.automata.Machines {
		reached := []int{m.Initial}
		seen := map[int]bool{m.Initial: true}
		final := false
		for i := 0; i < len(reached); i++ {
			final = final || m.States[reached[i]].Final
			for _, t := range m.Transitions {
				if t.From == reached[i] && !seen[t.To] {
					seen[t.To] = true
					reached = append(reached, t.To)
				}
			}
		}
		if !final {
			return fmt.Sprintf("%s loops for ever by design", v.automata.Roles[r].Name)
		}
	}
	return ""
}

// decideDead looks for places of the text that no step carries out. A message is
// carried out if it is sent; where sending and receiving have places of their
// own, each counts by itself.
func (v *verifier) decideDead(c Check) CheckResult {
	r := CheckResult{Check: c}
	taken := make([][]bool, len(v.automata.Machines))
	for i, m := range v.automata.Machines {
		taken[i] = make([]bool, len(m.Transitions))
	}
	for a := range v.net.Actions() {
		if !v.space.Fired().Test(uint(a)) {
			continue
		}
		info := v.net.Action(lts.Action(a))
		taken[info.Role][info.Transition] = true
		if info.Peer >= 0 {
			taken[info.Peer][info.PeerTransition] = true
		}
	}
	type use struct {
		first model.RoleID
		index int
		alive bool
		sends bool
	}
	uses := map[model.Origin]*use{}
	for i, m := range v.automata.Machines {
		for j, t := range m.Transitions {
			if t.Kind == model.Internal && len(t.Assigns) == 0 {
				continue
			}
			decisive := t.Kind != model.Receive
			for _, o := range t.Origins {
				u := uses[o]
				if u == nil || decisive && !u.sends {
					u = &use{first: model.RoleID(i), index: j, sends: decisive}
					uses[o] = u
				}
				if decisive == u.sends {
					u.alive = u.alive || taken[i][j]
				}
			}
		}
	}
	places := v.opt.Interactions
	if places == nil {
		for o := range uses {
			places = append(places, o)
		}
		slices.Sort(places)
	}
	for _, o := range places {
		u := uses[o]
		if u == nil || u.alive {
			// An interaction without a transition was unrolled zero times, or
			// stands where control never comes: the front end warns of that.
			continue
		}
		r.Findings = append(r.Findings, Finding{
			Cause:   fmt.Sprint(o),
			Message: fmt.Sprintf("%s never happens", v.words(u.first, u.index)),
			Help:    "remove it, or mend the guard or the receiver that keeps it from happening",
			Origins: []model.Origin{o},
		})
	}
	if len(r.Findings) == 0 {
		return r
	}
	if why := v.incomplete(); why != "" {
		return CheckResult{Check: c, Verdict: Inconclusive, Reason: why}
	}
	r.Verdict = Violated
	if most := max(v.opt.MaxFindings, 10); len(r.Findings) > most {
		r.Omitted = len(r.Findings) - most
		r.Findings = r.Findings[:most]
	}
	return r
}
