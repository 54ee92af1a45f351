package lts

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// scripted is a system made of functions, so that each promise can be broken.
type scripted struct {
	width, actions func() int
	init           func() State
	next           func(State, *Steps) Marks
}

func (s scripted) Width() int                     { return s.width() }
func (s scripted) Actions() int                   { return s.actions() }
func (s scripted) Init() State                    { return s.init() }
func (s scripted) Next(t State, out *Steps) Marks { return s.next(t, out) }
func (s scripted) DescribeAction(a Action) string { return fmt.Sprint("action ", a) }
func (s scripted) DescribeState(t State) string   { return fmt.Sprint("state ", t) }

// good keeps all promises.
func good() scripted {
	return scripted{
		width:   func() int { return 2 },
		actions: func() int { return 3 },
		init:    func() State { return State{0, 5} },
		next: func(s State, out *Steps) Marks {
			out.Append(2, s)[0]++
			out.Append(0, s)[1]--
			return Marks(s[0])
		},
	}
}

func TestChecked(t *testing.T) {
	calls := 0
	changing := func(a, b int) func() int {
		calls = 0
		return func() int {
			if calls++; calls > 1 {
				return b
			}
			return a
		}
	}
	shared := State{0, 5}
	var held State
	for _, tc := range []struct {
		name, want string // of the message; none if all is well
		spoil      func(*scripted)
	}{
		{"good", "", func(*scripted) {}},
		{"width changes", "width was 2", func(s *scripted) { s.width = changing(2, 3) }},
		{"width 0", "width 0", func(s *scripted) { s.width = func() int { return 0 } }},
		{"actions change", "number of actions", func(s *scripted) { s.actions = changing(3, 4) }},
		{"negative actions", "-1 actions", func(s *scripted) { s.actions = func() int { return -1 } }},
		{"init width", "3 words", func(s *scripted) { s.init = func() State { return State{1, 2, 3} } }},
		{"init changes", "initial state was", func(s *scripted) {
			n := changing(1, 2)
			s.init = func() State { return State{0, uint64(n())} }
		}},
		{"init shared", "share memory", func(s *scripted) { s.init = func() State { return shared } }},
		{"changes its state", "changed its state", func(s *scripted) {
			s.next = func(t State, out *Steps) Marks { t[0]++; return 0 }
		}},
		{"resets", "in the buffer before", func(s *scripted) {
			s.next = func(t State, out *Steps) Marks { out.Reset(); out.Append(0, t); return 0 }
		}},
		{"overwrites", "in the buffer before", func(s *scripted) {
			s.next = func(t State, out *Steps) Marks {
				if out.Len() > 0 {
					out.Words[0]++
				}
				return 0
			}
		}},
		{"half steps", "1 actions and 0 words", func(s *scripted) {
			s.next = func(t State, out *Steps) Marks { out.Actions = append(out.Actions, 0); return 0 }
		}},
		{"action out of range", "action 3 of 3", func(s *scripted) {
			s.next = func(t State, out *Steps) Marks { out.Append(3, t); return 0 }
		}},
		{"steps change", "steps of", func(s *scripted) {
			n := changing(1, 2)
			s.next = func(t State, out *Steps) Marks { out.Append(0, t)[0] = uint64(n()); return 0 }
		}},
		{"marks change", "marks of", func(s *scripted) {
			n := changing(1, 2)
			s.next = func(t State, out *Steps) Marks { return Marks(n()) }
		}},
		{"keeps a state", "steps of", func(s *scripted) {
			s.next = func(t State, out *Steps) Marks {
				if held == nil {
					held = t
				}
				out.Append(0, held)
				return 0
			}
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			sys := good()
			tc.spoil(&sys)
			var messages []string
			c := Checked(sys, func(format string, args ...any) { messages = append(messages, fmt.Sprintf(format, args...)) })
			out := NewSteps(2)
			out.Append(1, State{8, 8})
			_, _ = c.Width(), c.Actions()
			if c.Init().Equal(State{0, 5}) && c.Width() == 2 {
				s := State{0, 5}
				c.Next(s, out)
				s[0] = 9
				c.Next(s, out)
			}
			if tc.want == "" {
				assert.Empty(t, messages)
				assert.Equal(t, 5, out.Len())
				return
			}
			require.NotEmpty(t, messages)
			assert.Contains(t, fmt.Sprint(messages), tc.want)
		})
	}
}

func TestCheckedDescribes(t *testing.T) {
	d, ok := Checked(good(), t.Errorf).(Describer)
	require.True(t, ok)
	assert.Equal(t, "action 2", d.DescribeAction(2))
	_, ok = Checked(struct{ System }{good()}, t.Errorf).(Describer)
	assert.False(t, ok)
}
