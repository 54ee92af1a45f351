package symbolic

import (
	"context"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
)

func power(base int64, n int) *big.Int {
	return new(big.Int).Exp(big.NewInt(base), big.NewInt(int64(n)), nil)
}

// BenchmarkPipeline searches a pipeline of 100 relays, in a good order.
func BenchmarkPipeline(b *testing.B) {
	sys, loc := pipeline(100)
	for b.Loop() {
		sp, err := Reach(context.Background(), sys, loc, Options{})
		require.NoError(b, err)
		sp.Close()
	}
}

// BenchmarkBadOrder has many nodes.
func BenchmarkBadOrder(b *testing.B) {
	sys, loc := pipeline(10)
	for b.Loop() {
		sp, err := Reach(context.Background(), sys, loc, Options{Order: bad(10)})
		require.NoError(b, err)
		b.ReportMetric(float64(sp.forest.peakNodes), "nodes")
		sp.Close()
	}
}
