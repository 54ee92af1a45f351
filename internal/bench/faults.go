package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime"

	"chorcheck/lang"
	"chorcheck/lang/source"
	"chorcheck/model"
	"chorcheck/verify"
)

// faultModels are protocols of about ten roles, small enough that one fault
// anywhere leaves a state space that is searched in seconds.
var faultModels = []struct {
	path string
	set  map[string]int64
}{
	{"specs/two-phase-commit.chor", map[string]int64{"n": 7}},
	{"specs/leader-election.chor", map[string]int64{"n": 12}},
	{"specs/work-queue.chor", map[string]int64{"n": 8}},
	{"specs/travel-agency.chor", map[string]int64{"n": 8}},
	{"specs/publish-subscribe.chor", map[string]int64{"n": 8}},
	{"specs/read-write-lock.chor", map[string]int64{"readers": 10}},
	{"specs/philosophers.chor", map[string]int64{"n": 6}},
	{"specs/philosophers-mended.chor", map[string]int64{"n": 5}},
	{"specs/auction.chor", map[string]int64{"n": 7}},
	{"specs/map-reduce.chor", map[string]int64{"mappers": 4, "reducers": 4}},
}

const oneFault = "crash *; loss * -> *; at most 1"

// faultTable prints what one crash or loss anywhere costs.
func faultTable(w io.Writer) error {
	fmt.Fprintf(w, "\n## What faults cost\n\nThe same search with the environment `%s` and without faults, two workers; the better of two runs. The time is that of the search:\nwith faults there is something to find, and making runs to it is not counted.\n\n", oneFault)
	fmt.Fprintln(w, "| protocol | roles | states, calm | states, one fault | ratio | ns a state, calm | one fault | ratio |")
	fmt.Fprintln(w, "| --- | --- | --- | --- | --- | --- | --- | --- |")
	for _, m := range faultModels {
		calm, roles, err := betterSearch(m.path, m.set, "")
		if err != nil {
			return err
		}
		faulty, _, err := betterSearch(m.path, m.set, oneFault)
		if err != nil {
			return err
		}
		each := func(s verify.Statistics) float64 { return s.SearchMS * 1e6 / float64(s.States) }
		fmt.Fprintf(w, "| %s | %d | %d | %d | %.1f | %.0f | %.0f | %.2f |\n", m.path, roles, calm.States, faulty.States,
			float64(faulty.States)/float64(calm.States), each(calm), each(faulty), each(faulty)/each(calm))
	}
	return nil
}

// betterSearch is the quicker one of two searches.
func betterSearch(path string, set map[string]int64, faults string) (verify.Statistics, int, error) {
	first, _, err := faultSearch(path, set, faults)
	if err != nil {
		return first, 0, err
	}
	second, roles, err := faultSearch(path, set, faults)
	if err == nil && first.SearchMS < second.SearchMS {
		second = first
	}
	return second, roles, err
}

func faultSearch(path string, set map[string]int64, faults string) (verify.Statistics, int, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return verify.Statistics{}, 0, err
	}
	u := lang.Load(source.New(path, string(text)), lang.Options{Set: set, Faults: faults})
	if u.Rejected() {
		return verify.Statistics{}, 0, u.Diagnostics[0]
	}
	environments := u.Environments
	if faults == "" {
		environments = []*model.Environment{model.Calm()}
	}
	runtime.GC()
	r, err := verify.Verify(context.Background(), u.Automata, verify.Options{Workers: 2, Only: configurationChecks, Environments: environments})
	if err != nil {
		return verify.Statistics{}, 0, err
	}
	return r.Environments[0].Statistics, len(u.Automata.Roles), nil
}
