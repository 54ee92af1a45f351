package verify_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chorcheck/model"
	"chorcheck/verify"
)

// TestCourse: the configurations along a run are there if they are asked for, the first
// one before any step, the last one where the run ends; of a long run those at its ends.
func TestCourse(t *testing.T) {
	course := func(most int) verify.Finding {
		r, err := verify.Verify(context.Background(), payment(), verify.Options{
			Only: []string{"deadlock"}, Course: most,
			Environments: []*model.Environment{{Name: "rough", Limit: 1, Faults: []model.Fault{{Kind: model.Loss, Role: 1, Peer: 2}}}},
		})
		require.NoError(t, err)
		f := r.Environments[0].Checks[0].Findings[0]
		require.Len(t, f.Trace, 4)
		return f
	}
	assert.Nil(t, course(0).Course)
	f := course(100)
	require.Len(t, f.Course, 5)
	for i, c := range f.Course {
		require.NotNil(t, c, i)
		assert.Len(t, c.Roles, 4, i)
	}
	assert.Equal(t, f.Final, f.Course[4])
	assert.Equal(t, "c", f.Course[0].Roles[0].State)
	assert.Empty(t, f.Course[0].Queues)
	for i, s := range f.Trace {
		if s.Kind == "send" {
			assert.Contains(t, f.Course[i+1].Queues, verify.QueueState{Name: "Customer -> Shop", Messages: []string{"order"}, Capacity: 2})
		}
	}
	there := func(f verify.Finding) (list []bool) {
		for _, c := range f.Course {
			list = append(list, c != nil)
		}
		return list
	}
	assert.Equal(t, []bool{true, true, false, false, true}, there(course(3)))
	assert.Equal(t, []bool{true, false, false, false, false}, there(course(1)))
}
