package ltl

import (
	"context"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestSpin compares with the translation that SPIN has, which knows no next.
func TestSpin(t *testing.T) {
	program, err := exec.LookPath("spin")
	if err != nil {
		t.Skip(err)
	}
	const propositions = 3
	compared := 0
	rapid.Check(t, func(t *rapid.T) {
		for range 3 {
			fs := NewFormulas()
			f := randomFormula(t, fs, propositions, rapid.IntRange(1, 5).Draw(t, "operators"), false)
			text := Format(f, letter, Symbols)
			theirs := neverClaim(t, program, f, propositions)
			if theirs == nil {
				continue
			}
			compared++
			a, err := Translate(fs, f, Options{})
			require.NoError(t, err)
			for range 20 {
				w := drawWord(t, propositions)
				assert.Equal(t, theirs.Accepts(w), a.Accepts(w), "%s %v", text, w)
			}
			n, err := Translate(fs, fs.Not(f), Options{})
			require.NoError(t, err)
			assert.False(t, meet(theirs, n), text)
		}
	})
	assert.Positive(t, compared)
}

var (
	claimLabel = regexp.MustCompile(`^(\w+):$`)
	claimGoto  = regexp.MustCompile(`^:: (.*) -> goto (\w+)$`)
	claimEnd   = regexp.MustCompile(`^:: atomic \{ (.*) -> assert\(!.*\) \}$`)
)

// neverClaim reads what `spin -f` prints. States are blocks after one or more labels; they accept if the
// name of one begins with accept. It is nil if SPIN takes too long, as it does for some.
func neverClaim(t *rapid.T, program string, f *Formula, propositions int) *Automaton {
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	out, err := exec.CommandContext(ctx, program, "-f", spinText(f)).Output()
	if ctx.Err() != nil {
		return nil
	}
	require.NoError(t, err, "%s: %s", spinText(f), out)
	type step struct {
		from             int
		condition, label string
	}
	state := map[string]int{}
	accepting := []bool{}
	var steps []step
	fresh := true // the next label begins a new state
	for line := range strings.Lines(string(out)) {
		line = strings.TrimSpace(line)
		now := len(accepting) - 1
		switch {
		case claimLabel.MatchString(line):
			if fresh {
				accepting = append(accepting, false)
				fresh = false
			}
			label := claimLabel.FindStringSubmatch(line)[1]
			state[label] = len(accepting) - 1
			if strings.HasPrefix(label, "accept") {
				accepting[len(accepting)-1] = true
			}
		case claimGoto.MatchString(line):
			m := claimGoto.FindStringSubmatch(line)
			steps = append(steps, step{now, m[1], m[2]})
			fresh = true
		case claimEnd.MatchString(line):
			steps = append(steps, step{now, claimEnd.FindStringSubmatch(line)[1], "accept_all"})
			fresh = true
		case line == "skip":
			steps = append(steps, step{now, "1", "accept_all"})
			fresh = true
		case line == "false;", line == ":: false":
			fresh = true
		default:
			require.Contains(t, []string{"do", "od;", "if", "fi;", "}"}, regexp.MustCompile(`^never.*`).ReplaceAllString(line, "}"), "%s", out)
		}
	}
	a := &Automaton{Initial: state["T0_init"], Transitions: make([][]Transition, len(accepting))}
	for _, s := range steps {
		var guard Guard
		for v := range uint64(1) << propositions {
			c := &condition{text: strings.ReplaceAll(s.condition, " ", ""), valuation: v}
			if c.or() {
				guard = append(guard, Cube{v, ^v & (1<<propositions - 1)})
			}
			require.Empty(t, c.text, s.condition)
		}
		target, ok := state[s.label]
		require.True(t, ok, s.label)
		if len(guard) > 0 {
			a.Transitions[s.from] = append(a.Transitions[s.from], Transition{guard, target, accepting[s.from]})
		}
	}
	return a
}

// spinText writes a formula with all parentheses.
func spinText(f *Formula) string {
	switch f.Op {
	case True, False, Proposition:
		return Format(f, letter, Symbols)
	case Not:
		return "!(" + spinText(f.Args[0]) + ")"
	}
	args := make([]string, len(f.Args))
	for i, a := range f.Args {
		args[i] = "(" + spinText(a) + ")"
	}
	op := map[Op]string{And: " && ", Or: " || ", Until: " U ", Release: " V "}[f.Op]
	return strings.Join(args, op)
}

// condition evaluates the condition of a step.
type condition struct {
	text      string
	valuation uint64
}

func (c *condition) take(prefix string) bool {
	rest, ok := strings.CutPrefix(c.text, prefix)
	c.text = rest
	return ok
}

func (c *condition) or() bool {
	v := c.and()
	for c.take("||") {
		w := c.and()
		v = v || w
	}
	return v
}

func (c *condition) and() bool {
	v := c.not()
	for c.take("&&") {
		w := c.not()
		v = v && w
	}
	return v
}

func (c *condition) not() bool {
	switch {
	case c.take("!"):
		return !c.not()
	case c.take("("):
		v := c.or()
		c.take(")")
		return v
	case c.take("1"), c.take("true"):
		return true
	case c.take("0"), c.take("false"):
		return false
	}
	if c.text == "" {
		panic("no operand")
	}
	bit := c.text[0] - 'a'
	c.text = c.text[1:]
	return c.valuation>>bit&1 != 0
}
