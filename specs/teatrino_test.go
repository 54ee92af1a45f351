package specs_test

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chorcheck/lang"
	"chorcheck/model"
	"chorcheck/verify"
)

// The table of docs/crash-stop.md has a row for each protocol of the folder teatrino,
// and its rows are what a verification finds.
func TestCrashStopTable(t *testing.T) {
	page, err := os.ReadFile("../docs/crash-stop.md")
	require.NoError(t, err)
	names, err := filepath.Glob("teatrino/*.chor")
	require.NoError(t, err)
	require.NotEmpty(t, names)
	var want []string
	for _, name := range names {
		u, r := run(t, name, setting{})
		want = append(want, crashStopRow(u, r, name))
	}
	var have []string
	for line := range strings.Lines(string(page)) {
		if strings.HasPrefix(line, "| [`") {
			have = append(have, strings.TrimSpace(line))
		}
	}
	slices.Sort(have)
	slices.Sort(want)
	assert.Equal(t, strings.Join(want, "\n"), strings.Join(have, "\n"))
}

// crashStopRow is the row of a protocol: who is reliable, what is found with the
// crashes of its environment own, and what with one more in more, if it has that.
func crashStopRow(u *lang.Unit, r *verify.Result, name string) string {
	crashing := func(e *model.Environment) (roles []string) {
		for i, role := range u.Automata.Roles {
			if slices.ContainsFunc(e.Faults, func(f model.Fault) bool { return f.Kind == model.Crash && int(f.Role) == i }) {
				roles = append(roles, role.Name)
			}
		}
		return roles
	}
	verdict := func(e verify.EnvironmentResult) string {
		var violated []string
		for _, c := range e.Checks {
			if c.Verdict == verify.Violated && !c.Check.Warning {
				violated = append(violated, c.Check.ID)
			}
		}
		return cmp.Or(strings.Join(violated, ", "), "holds")
	}
	own := r.Environments[0]
	var reliable []string
	for _, role := range u.Automata.Roles {
		if !slices.Contains(crashing(own.Environment), role.Name) {
			reliable = append(reliable, role.Name)
		}
	}
	cells := []string{
		fmt.Sprintf("[`%s`](../specs/%s)", strings.TrimSuffix(filepath.Base(name), ".chor"), name),
		cmp.Or(strings.Join(reliable, ", "), "nobody"), verdict(own), fmt.Sprint(own.Statistics.States),
	}
	if len(r.Environments) > 1 {
		more := r.Environments[1]
		added := slices.DeleteFunc(crashing(more.Environment), func(name string) bool {
			return slices.Contains(crashing(own.Environment), name)
		})
		cells = append(cells, strings.Join(added, ", "), verdict(more), fmt.Sprint(more.Statistics.States))
	} else {
		cells = append(cells, "", "", "")
	}
	return strings.TrimSpace("| " + strings.Join(cells, " | ") + " |")
}
