package pack

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRoundTrip(t *testing.T) {
	var p Packer
	r := rand.New(rand.NewPCG(1, 2))
	for _, width := range []int{1, 2, 3, 7} {
		for _, n := range []int{0, 1, 2, 100, 4096} {
			for _, shift := range []int{0, 30, 60} {
				states := make([]uint64, n*width)
				for i := range states {
					states[i] = r.Uint64() >> shift
				}
				block := append([]byte(nil), p.Pack(states, width)...)
				got, err := p.Unpack(block, n, width, []uint64{77})
				require.NoError(t, err)
				assert.Equal(t, append([]uint64{77}, states...), got)
				_, err = p.Unpack(block, n+1, width, nil)
				assert.ErrorIs(t, err, ErrDamaged)
			}
		}
	}
	_, err := p.Unpack([]byte{0xff, 0xff, 0xff, 0xff, 0xff}, 3, 1, nil)
	assert.ErrorIs(t, err, ErrDamaged)
}

// Neighbours that differ little take little room.
func TestSize(t *testing.T) {
	var p Packer
	states := make([]uint64, 1<<14)
	for i := range states {
		states[i] = 0xabcd_0000_1234_0000 + uint64(i)
	}
	assert.Less(t, len(p.Pack(states, 1)), len(states))
}

func TestHeader(t *testing.T) {
	h := Header{Level: 1, Count: 1 << 31, Size: 3, Sum: 0xffffffff}
	b := h.Append([]byte("x"))[1:]
	require.Len(t, b, HeaderBytes)
	got, err := ReadHeader(b)
	require.NoError(t, err)
	assert.Equal(t, h, got)
	for i := range b {
		b[i] ^= 1
		_, err := ReadHeader(b)
		assert.ErrorIs(t, err, ErrDamaged)
		b[i] ^= 1
	}
	_, err = ReadHeader(b[1:])
	assert.ErrorIs(t, err, ErrDamaged)
}

func BenchmarkPack(b *testing.B) {
	var p Packer
	r := rand.New(rand.NewPCG(1, 2))
	states := make([]uint64, 1<<12)
	for i := range states {
		states[i] = uint64(i)<<20 + r.Uint64()>>52
	}
	b.SetBytes(int64(len(states)) * 8)
	b.Run("pack", func(b *testing.B) {
		b.SetBytes(int64(len(states)) * 8)
		for b.Loop() {
			p.Pack(states, 1)
		}
	})
	block := append([]byte(nil), p.Pack(states, 1)...)
	b.Run("unpack", func(b *testing.B) {
		b.SetBytes(int64(len(states)) * 8)
		var dst []uint64
		for b.Loop() {
			dst, _ = p.Unpack(block, len(states), 1, dst[:0])
		}
		b.ReportMetric(float64(len(block))/float64(len(states)), "bytes/state")
	})
}
