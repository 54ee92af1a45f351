package verify

import "chorcheck/verify/replay"

// mostDescribed bounds the configurations of one environment that are put into words
// along runs.
const mostDescribed = 100_000

// course puts the configurations along a run into words, as far as that was asked for:
// of a long run those at both ends.
func (v *verifier) course(configs []replay.Config) []*Configuration {
	n, most := len(configs), v.opt.Course
	if most <= 0 {
		return nil
	}
	list := make([]*Configuration, n)
	for i, c := range configs {
		if i >= (most+1)/2 && i < n-most/2 || v.described == mostDescribed {
			continue
		}
		v.described++
		described := v.oracle.DescribeConfig(c)
		list[i] = &described
	}
	return list
}
