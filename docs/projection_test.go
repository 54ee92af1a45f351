package docs_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chorcheck/lang"
	"chorcheck/model"
)

// anyFence is a fenced text, of a format or of none.
var anyFence = regexp.MustCompile("(?ms)^```([a-z]*)\n(.*?)^```")

// The automata that projection.md gives for its choreographies are those that
// projection makes.
func TestProjectionExamples(t *testing.T) {
	text, err := os.ReadFile("projection.md")
	require.NoError(t, err)
	var u *lang.Unit
	compared := 0
	for _, m := range anyFence.FindAllStringSubmatch(string(text), -1) {
		if m[1] == "chor" {
			u = load(example{m[1], m[2]})
			require.False(t, u.Rejected(), "%s\n%s", m[2], problems(u))
			continue
		}
		require.NotNil(t, u, "automata before the first choreography")
		for line := range strings.Lines(m[2]) {
			name, rest, ok := strings.Cut(strings.TrimSpace(line), " ")
			require.True(t, ok, "%q", line)
			r := slices.IndexFunc(u.Automata.Roles, func(r model.Role) bool { return r.Name == name })
			require.GreaterOrEqual(t, r, 0, "%s: there is no role %s", u.Name, name)
			assert.ElementsMatch(t, machine(u.Automata, r), notation(t, rest), "%s: %s", u.Name, name)
			compared++
		}
	}
	assert.Greater(t, compared, 5)
}

// notation takes "0 -B!x-> 1 -B?y-> [2] ; 0 -tau-> [2]" apart into its transitions
// and final states, each once.
func notation(t *testing.T, text string) []string {
	t.Helper()
	var list []string
	state := func(word string) string {
		name := strings.Trim(word, "[]")
		if name != word {
			list = append(list, "final "+name)
		}
		return name
	}
	for path := range strings.SplitSeq(text, ";") {
		words := strings.Fields(path)
		require.Equal(t, 1, len(words)%2, "%q", path)
		at := state(words[0])
		for i := 1; i < len(words); i += 2 {
			to := state(words[i+1])
			list = append(list, at+" "+words[i]+" "+to)
			at = to
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// machine writes a role's machine in the same way.
func machine(a *model.Automata, r int) []string {
	var list []string
	m := a.Machines[r]
	for _, s := range m.States {
		if s.Final {
			list = append(list, "final "+s.Name)
		}
	}
	for _, tr := range m.Transitions {
		action := "-tau->"
		switch tr.Kind {
		case model.Send:
			action = fmt.Sprintf("-%s!%s->", a.Roles[tr.Peer].Name, a.Labels[tr.Label])
		case model.Receive:
			action = fmt.Sprintf("-%s?%s->", a.Roles[tr.Peer].Name, a.Labels[tr.Label])
		case model.Timeout:
			action = fmt.Sprintf("-timeout:%s->", a.Timers[tr.Timer].Name)
		case model.Internal:
		default:
			action = fmt.Sprintf("-%s->", tr.Kind) // no example has one
		}
		list = append(list, m.States[tr.From].Name+" "+action+" "+m.States[tr.To].Name)
	}
	return list
}
