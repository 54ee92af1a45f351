package trace_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"chorcheck/verify"
	"chorcheck/verify/replay"
	"chorcheck/verify/trace"
)

// drawn writes rows as left:mark:right, one a word.
func drawn(rows []trace.Row, left, right []string) string {
	var out []string
	for _, r := range rows {
		l, x := "", ""
		if r.Left >= 0 {
			l = left[r.Left]
		}
		if r.Right >= 0 {
			x = right[r.Right]
		}
		out = append(out, l+map[trace.Mark]string{trace.Same: "=", trace.OnlyLeft: "<", trace.OnlyRight: ">", trace.Moved: "~"}[r.Mark]+x)
	}
	return strings.Join(out, " ")
}

func TestCompare(t *testing.T) {
	for _, x := range []struct {
		left, right, want string
		parting           int
	}{
		{"", "", "", 0},
		{"a b", "a b", "a=a b=b", 2},
		{"a", "", "a<", 0},
		{"", "a", ">a", 0},
		{"a b c", "a c", "a=a b< c=c", 1},
		{"a b c", "a x c d", "a=a b< >x c=c >d", 1},
		{"a b c d", "b c d a", "a~ b=b c=c d=d ~a", 0},
		{"a a b", "b a", "a~ a< b=b ~a", 0},
		{"a b", "a b c", "a=a b=b >c", 2},
	} {
		left, right := strings.Fields(x.left), strings.Fields(x.right)
		rows, ok := trace.Compare(left, right)
		require.True(t, ok)
		assert.Equal(t, x.want, drawn(rows, left, right))
		assert.Equal(t, x.parting, trace.Parting(rows), "%s | %s", x.left, x.right)
	}
}

// longest is the length of a longest common subsequence, by its definition.
func longest(x, y []string, known map[[2]int]int) int {
	key := [2]int{len(x), len(y)}
	if n, ok := known[key]; ok || len(x) == 0 || len(y) == 0 {
		return n
	}
	n := max(longest(x[1:], y, known), longest(x, y[1:], known))
	if x[0] == y[0] {
		n = max(n, 1+longest(x[1:], y[1:], known))
	}
	known[key] = n
	return n
}

// All steps are there, each once and in order; as many as possible are the same; what has moved is paired; and the
// comparison the other way round has the same number of rows of each kind.
func TestCompareIsACommonSubsequence(t *testing.T) {
	word := rapid.SampledFrom([]string{"a", "b", "c", "d"})
	rapid.Check(t, func(t *rapid.T) {
		left := rapid.SliceOfN(word, 0, 25).Draw(t, "left")
		right := rapid.SliceOfN(word, 0, 25).Draw(t, "right")
		rows, ok := trace.Compare(left, right)
		require.True(t, ok)
		i, j, same := 0, 0, 0
		for _, r := range rows {
			if r.Left >= 0 {
				require.Equal(t, i, r.Left)
				i++
			}
			if r.Right >= 0 {
				require.Equal(t, j, r.Right)
				j++
			}
			switch r.Mark {
			case trace.Same:
				same++
				require.Equal(t, left[r.Left], right[r.Right])
			case trace.OnlyLeft:
				require.Equal(t, -1, r.Right)
			case trace.OnlyRight:
				require.Equal(t, -1, r.Left)
			case trace.Moved:
				if r.Left >= 0 {
					require.Equal(t, left[r.Left], right[r.Other])
				} else {
					require.Equal(t, right[r.Right], left[r.Other])
				}
			}
		}
		require.Equal(t, []int{len(left), len(right)}, []int{i, j})
		require.Equal(t, longest(left, right, map[[2]int]int{}), same)
	})
}

func TestCompareOfTooMuch(t *testing.T) {
	many := func(word string) []string { return strings.Fields(strings.Repeat(word+" ", 70_000)) }
	_, ok := trace.Compare(many("a"), many("b"))
	assert.False(t, ok)
	_, ok = trace.Compare(many("a"), append(many("a"), "b"))
	assert.True(t, ok, "only what differs counts")
}

// Steps that are written alike lead to several runs, of which the preferred one is chosen.
func TestFollow(t *testing.T) {
	u := load(t, "two.fsa", ".outputs A\n.state graph\n0 1 ! x 1\n0 1 ! x 2\n1 1 ! y 3\n.marking 0\n.end\n.outputs B\n.state graph\n0 0 ? x 1\n1 0 ? y 2\n.marking 0\n.end\n", "")
	in := replay.New(u.Automata, replay.Options{})
	words := func(list ...string) trace.Wanted {
		return func(i int, s replay.Step) trace.Fit {
			switch text := in.Describe(s); {
			case text == list[i]:
				return trace.Exactly
			case strings.EqualFold(text, list[i]):
				return trace.Resembles
			}
			return trace.No
		}
	}
	state := func(name string) func(*verify.Run) bool {
		return func(r *verify.Run) bool { return in.DescribeConfig(r.Last()).Roles[0].State == name }
	}
	for _, want := range []string{"1", "2"} {
		r, moved, failed := trace.Follow(in, 1, words("A -> B: x"), state(want))
		assert.Equal(t, []int{0, -1}, []int{moved, failed})
		assert.True(t, state(want)(r))
		requireRun(t, in, r)
	}
	r, moved, failed := trace.Follow(in, 2, words("a -> b: x", "B <- A: x"), state("nowhere"))
	assert.Equal(t, []int{1, -1}, []int{moved, failed})
	assert.Len(t, r.Steps, 2)
	r, _, failed = trace.Follow(in, 3, words("A -> B: x", "A -> B: y", "A -> B: z"), state("3"))
	assert.Equal(t, 2, failed)
	assert.Len(t, r.Steps, 2)
	requireRun(t, in, r)
}
