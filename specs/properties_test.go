package specs_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chorcheck/lang"
	"chorcheck/ltl"
	"chorcheck/model"
	"chorcheck/verify"
)

func isProperty(u *lang.Unit, id string) bool {
	return slices.ContainsFunc(u.Properties, func(p *model.Property) bool { return p.Name == id })
}

// The verdicts that depend on which runs count: those that the texts state are the ones with weak fairness.
func TestFairness(t *testing.T) {
	for _, c := range []struct{ file, property, none, weak, strong string }{
		{"chat.chor", "seen", "violated", "holds", "holds"},
		{"chat.chor", "welcomeFirst", "holds", "holds", "holds"},
		{"philosophers-waiter.chor", "exclusion", "holds", "holds", "holds"},
		{"philosophers-waiter.chor", "served", "holds", "holds", "holds"},
		{"philosophers-waiter.chor", "noStarvation", "violated", "violated", "holds"},
		{"philosophers.chor", "everyoneEats", "violated", "violated", "violated"},
	} {
		t.Run(c.file+" "+c.property, func(t *testing.T) {
			u := load(t, c.file, setting{})
			require.True(t, isProperty(u, c.property))
			for fairness, want := range map[verify.Fairness]string{
				verify.NoFairness: c.none, verify.WeakFairness: c.weak, verify.StrongFairness: c.strong,
			} {
				r, err := verify.Verify(context.Background(), u.Automata, verify.Options{
					Workers: 1, Environments: u.Environments, Properties: u.Properties, Only: []string{c.property}, Fairness: fairness,
				})
				require.NoError(t, err)
				require.Len(t, r.Environments[0].Checks, 1)
				assert.Equal(t, want, r.Environments[0].Checks[0].Verdict.String(), "%s fairness", fairness)
			}
		})
	}
}

// The shipped properties show each form of the language of formulas that README.md promises.
func TestPropertiesShowTheLanguage(t *testing.T) {
	var all strings.Builder
	specifications := 0
	for _, name := range files(t) {
		u := load(t, name, setting{})
		if len(u.Properties) > 0 {
			specifications++
		}
		for _, p := range u.Properties {
			if p.Sometimes {
				all.WriteString("sometimes ")
			}
			parsed, err := ltl.Parse(p.Text)
			require.NoError(t, err, "%s: %s", name, p.Name)
			all.WriteString(parsed.String() + "\n")
		}
	}
	assert.GreaterOrEqual(t, specifications, 12)
	for _, form := range []string{
		"sometimes", "propagates", "every ", "absence of", "precedes", "responds to", "then", "leads to", "within 7 steps", "until", "for all", "for some", "before", "after",
	} {
		assert.Contains(t, all.String(), form)
	}
}
