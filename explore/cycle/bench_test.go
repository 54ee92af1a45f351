package cycle

import (
	"context"
	"fmt"
	"testing"

	"chorcheck/explore"
	"chorcheck/lts"
)

// What a configuration costs if there is no cycle to be found, beside what it costs
// to reach it.
func BenchmarkSearch(b *testing.B) {
	for _, wrap := range []bool{false, true} {
		for _, width := range []int{1, 2} {
			sys := counters{width: width, count: 6, wrap: wrap}
			name := fmt.Sprintf("wrap=%t/width=%d", wrap, width)
			per := func(b *testing.B, states uint64) {
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(states), "ns/state")
			}
			b.Run(name+"/reach", func(b *testing.B) {
				states := uint64(0)
				for b.Loop() {
					sp, err := explore.Reach(context.Background(), sys, explore.Options{Workers: 1})
					if err != nil {
						b.Fatal(err)
					}
					states += sp.States
					sp.Close()
				}
				per(b, states)
			})
			for _, f := range []struct {
				name string
				Fairness
			}{{"unfair", Fairness{}}, {"weak", Fairness{Kind: Weak}}, {"strong", Fairness{Kind: Strong}}} {
				for _, workers := range []int{1, 2} {
					b.Run(fmt.Sprintf("%s/%s/workers=%d", name, f.name, workers), func(b *testing.B) {
						states := uint64(0)
						for b.Loop() {
							r, err := Search(context.Background(), product{System: sys}, f.Fairness, Options{Workers: workers})
							if err != nil || !r.Complete {
								b.Fatal(r, err)
							}
							states += r.States
							b.ReportMetric(float64(r.PeakBytes)/float64(r.States), "bytes/state")
						}
						per(b, states)
					})
				}
			}
		}
	}
}

// A lasso through a component of a million configurations.
func BenchmarkLasso(b *testing.B) {
	sys := product{System: counters{width: 1, count: 6, wrap: true}, accepting: func(s lts.State, _ lts.Action) bool { return s[0] == 0x999999 }}
	for b.Loop() {
		r, err := Search(context.Background(), sys, Fairness{Kind: Strong}, Options{Workers: 1})
		if err != nil || !r.Found {
			b.Fatal(r, err)
		}
		b.ReportMetric(float64(r.Cycle.Len()), "steps")
	}
}
