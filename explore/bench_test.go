package explore

import (
	"context"
	"fmt"
	"testing"

	"chorcheck/lts"
)

var large = []struct {
	name string
	sys  func(width int) lts.System
}{
	{"counters", func(w int) lts.System { return counters{width: w, count: 7, digits: 10} }},
	{"pipeline", func(w int) lts.System { return pipeline{width: w, cells: 10} }},
}

func searchLarge(b *testing.B, sys lts.System, opt Options) {
	states := uint64(0)
	for b.Loop() {
		sp, err := Reach(context.Background(), sys, opt)
		if err != nil || !sp.Complete {
			b.Fatal(sp, err)
		}
		states += sp.States
		b.ReportMetric(float64(states)/float64(b.Elapsed().Microseconds()), "Mstates/s")
		b.ReportMetric(float64(sp.PeakBytes)/float64(sp.States), "bytes/state")
		b.ReportMetric(float64(sp.Transitions)/float64(sp.States), "steps/state")
		sp.Close()
	}
}

func BenchmarkReach(b *testing.B) {
	for _, l := range large {
		for _, width := range []int{1, 2, 3} {
			for _, workers := range []int{1, 2} {
				b.Run(fmt.Sprintf("%s/width=%d/workers=%d", l.name, width, workers), func(b *testing.B) {
					searchLarge(b, l.sys(width), Options{Workers: workers})
				})
			}
		}
	}
}

// What huge pages and prefetching bring.
func BenchmarkAblation(b *testing.B) {
	for _, width := range []int{1, 2} {
		for _, o := range []struct {
			name string
			opt  Options
		}{
			{"plain", Options{PlainMemory: true, NoPrefetch: true}},
			{"huge", Options{NoPrefetch: true}},
			{"prefetch", Options{PlainMemory: true}},
			{"both", Options{}},
		} {
			for _, workers := range []int{1, 2} {
				o.opt.Workers = workers
				b.Run(fmt.Sprintf("width=%d/%s/workers=%d", width, o.name, workers), func(b *testing.B) {
					searchLarge(b, large[0].sys(width), o.opt)
				})
			}
		}
	}
}

// Many levels of one configuration each.
func BenchmarkChain(b *testing.B) {
	searchLarge(b, chain(5_000_000), Options{Workers: 2})
}

// A space of a few configurations: what a search costs in itself.
func BenchmarkTiny(b *testing.B) {
	searchLarge(b, counters{width: 1, count: 2, digits: 3}, Options{Workers: 2})
}

func BenchmarkBottomComponents(b *testing.B) {
	for _, c := range []struct {
		name string
		sys  lts.System
		keep func(lts.Action) bool
	}{
		{"acyclic", counters{width: 1, count: 7, digits: 10}, nil},
		{"endless", counters{width: 1, count: 7, digits: 10, wrap: true}, nil},
		{"endless/wide", counters{width: 2, count: 7, digits: 10, wrap: true}, nil},
		{"pipeline", pipeline{width: 1, cells: 10}, nil},
		{"sequential", counters{width: 1, count: 7, digits: 10, wrap: true}, func(lts.Action) bool { return true }},
		{"sequential/wide", counters{width: 2, count: 7, digits: 10, wrap: true}, func(lts.Action) bool { return true }},
	} {
		b.Run(c.name, func(b *testing.B) {
			sp, err := Reach(context.Background(), c.sys, Options{Workers: 2})
			if err != nil {
				b.Fatal(err)
			}
			defer sp.Close()
			for b.Loop() {
				n := uint64(0)
				if err := sp.BottomComponents(context.Background(), c.keep, func(c Component) { n += c.Size }); err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(n), "states")
			}
			b.ReportMetric(float64(sp.PeakBytes)/float64(sp.States), "bytes/state")
		})
	}
}

func BenchmarkTraces(b *testing.B) {
	sys := counters{width: 1, count: 7, digits: 10}
	sp, err := Reach(context.Background(), sys, Options{Workers: 2})
	if err != nil {
		b.Fatal(err)
	}
	defer sp.Close()
	end := lts.State{0x9999999}
	for b.Loop() {
		if n := sp.Traces([]lts.State{end})[0].Len(); n != 63 {
			b.Fatal(n)
		}
	}
}
